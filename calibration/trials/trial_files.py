"""Trials from files: a TOML file that says what was done, and a table of people or of counts."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import numpy as np
import numpy.typing as npt

from calibration.order_files.order_table import OrderTable, read_order_table
from calibration.trials.trial import Behaviour, Trial, TrialArm, checked_trial
from scenarios.building.building import BuildContext, build
from scenarios.errors import InputError, nearest, shown
from scenarios.reading.references import project_folder, resolve
from scenarios.toml.entries import Entry
from scenarios.toml.toml_document import read
from scenarios.values.shapes import shape_of
from sim import units as u
from sim.scenario import Market
from sim.scenario.offer import valid_offer

if TYPE_CHECKING:
    import pandas as pd

Counts = npt.NDArray[np.int64]
LEAST = "people or counts, arm, control, window, [[outcomes]] and [[arms]]"
TABLES = (".csv", ".tsv", ".xlsx", ".xls", ".ods", ".parquet", ".gz", ".zip")
"""How the name of a table ends that a trial's file names."""
MOST_STRATA = 24
"""So many different values of recency are strata; more are cut into PARTS of equal size."""
PARTS = 12
LARGEST = 1e12
"""Numbers of a table above it are refused: no count, time or sum of money is larger."""


@dataclass(frozen=True)
class OutcomeColumn:
    """A column of the table, and the behaviour that it shows."""

    column: str
    shows: Behaviour


@dataclass(frozen=True)
class TrialFile:
    """What a file says of a trial: `people` or `counts` is the table, `arm`, `person`, `n`, `recency` are columns."""

    arm: str
    control: str
    window: Annotated[int, u.Days.within(1, 365)]
    outcomes: tuple[OutcomeColumn, ...]
    arms: tuple[TrialArm, ...]
    people: str | None = None
    counts: str | None = None
    n: str | None = None
    person: str | None = None
    recency: str | None = None
    recency_unit: Annotated[int, u.Days.within(1, 365)] = 1
    days_since_order: Annotated[int, u.Days.within(0, 3650)] | None = None
    name: str | None = None


def read_trial(path: str | Path, market: Market, table: Path | None = None) -> Trial:
    """A trial from its file. A value v of recency stands for v - 1 to v units since the last order.

    table: in the place of the file that it names.

    Raises InputError, in one line, for a file or table that cannot be a trial of this market.
    """
    path = Path(path)
    entry = Entry(read(path, LEAST))
    said: TrialFile = build(shape_of(TrialFile), entry, BuildContext(market.money.currency))
    _check(said, entry, market)
    if table is None:
        table = resolve(entry.at("people" if said.people else "counts"), project_folder(path.resolve()), TABLES)
    cells = read_order_table([table], _columns(said))
    rows = _TrialTable(said, cells)
    recency, stratum = rows.strata()
    people, hits = rows.counted(stratum, recency.size)
    trial = Trial(
        name=said.name or path.stem,
        arms=(TrialArm(said.control), *said.arms),
        outcomes=tuple((one.column, one.shows) for one in said.outcomes),
        window=said.window,
        recency=recency,
        people=people.astype(float),
        hits=hits.astype(float),
    )
    return checked_trial(trial, cells.name)


def _columns(said: TrialFile) -> list[str]:
    named = [said.arm, said.n, said.person, said.recency, *(one.column for one in said.outcomes)]
    return [name for name in named if name is not None]


def _check(said: TrialFile, entry: Entry, market: Market) -> None:
    if (said.people is None) == (said.counts is None):
        raise entry.error(expected="either people or counts, the file of the table", got="both" if said.people else "")
    if (said.counts is None) != (said.n is None):
        raise entry.at("n").error(expected="the column of how many people, with counts and only there")
    if said.person is not None and said.people is None:
        raise entry.at("person").error(expected="a table of people")
    if (said.recency is None) == (said.days_since_order is None):
        raise entry.error(expected="either recency, a column, or days_since_order of everybody", got="")
    columns = _columns(said)
    twice = next((name for place, name in enumerate(columns) if name in columns[:place]), None)
    if twice is not None:
        raise entry.error("a column is named twice", expected="each column once", got=shown(twice))
    for part, least in (("outcomes", said.outcomes), ("arms", said.arms)):
        if not least:
            raise entry.at(part).error(expected=f"at least one of [[{part}]]", got="none")
    names = [said.control, *(arm.name for arm in said.arms)]
    if len(set(names)) < len(names):
        raise entry.at("arms").error("an arm stands twice", expected="each name once", got=", ".join(names))
    for arm in said.arms:
        _check_arm(arm, said, entry.at("arms"), market)


def _check_arm(arm: TrialArm, said: TrialFile, entry: Entry, market: Market) -> None:
    if not arm.messages and arm.offer is None:
        raise entry.error(f"the arm {arm.name!r} was sent nothing", expected="messages or an offer", got="")
    for message in arm.messages:
        if message.channel not in market.media:
            raise entry.error(expected=nearest(message.channel, market.media), got=f"channel {message.channel!r}")
        if not 0 <= message.day < said.window:
            raise entry.error(expected=f"messages on days 0 to {said.window - 1}", got=f"day {message.day}")
    if arm.offer is not None:
        try:
            valid_offer(arm.offer)
        except ValueError as problem:
            raise entry.error(f"the offer of {arm.name!r}: {problem}", got="") from None


class _TrialTable:
    """The rows of a trial's table, each of one person or of the counts of a group."""

    def __init__(self, said: TrialFile, table: OrderTable) -> None:
        self.said, self.table = said, table
        self.columns = {name: self._column(name) for name in _columns(said)}
        if not len(table.cells):
            raise InputError(place=table.name, expected="people", got="a table without rows")
        self.arm = self._arms()

    def _column(self, name: str) -> pd.Series:
        found = [place for place, other in enumerate(self.table.cells.columns) if other == name]
        if len(found) != 1:
            got = f"{len(found)} of the name {name!r}" if found else repr(name)
            raise InputError(place=self.table.name, expected=nearest(name, map(str, self.table.cells.columns)), got=got)
        return self.table.cells.iloc[:, found[0]]

    def _arms(self) -> Counts:
        """The number of each row's arm, shape (rows,)."""
        said = self.said
        names = [said.control, *(arm.name for arm in said.arms)]
        texts = self.columns[said.arm].astype(str).str.strip().to_numpy()
        number = {name: place for place, name in enumerate(names)}
        arms = np.array([number.get(text, -1) for text in texts], dtype=np.int64)
        if (arms < 0).any():
            row = int(np.argmax(arms < 0))
            raise InputError(place=self.table.place(row), expected=nearest(texts[row], names), got=shown(texts[row]))
        if said.person is not None:
            self._check_people(arms)
        return arms

    def _check_people(self, arms: Counts) -> None:
        """Raise InputError where a person stands twice: in two arms, or in one."""
        people = self.columns[self.said.person or ""].astype(str).str.strip()
        again = people.duplicated(keep="first").to_numpy()
        if not again.any():
            return
        row = int(np.argmax(again))
        first = int(np.argmax((people == people.iloc[row]).to_numpy()))
        apart = arms[first] != arms[row]
        overlapping = people[again].nunique()
        problem = f"{'the arms overlap' if apart else 'a person stands twice'} ({overlapping:,} people)"
        raise InputError(problem, place=self.table.place(row), expected="each person once", got=shown(people.iloc[row]))

    def numbers(self, name: str, whole: bool = False, stated: bool = False) -> npt.NDArray[np.float64]:
        """A column as numbers from 0 to LARGEST, shape (rows,); blank is 0, and a mistake where all must be stated."""
        import pandas as pd

        cells = self.columns[name]
        blank = cells.isna().to_numpy() | (cells.astype(str).str.strip() == "").to_numpy()
        values = np.where(blank, 0.0, pd.to_numeric(cells, errors="coerce").to_numpy(dtype=float))
        wrong = ~((values >= 0.0) & (values <= LARGEST)) | (whole & (values != np.round(values))) | (stated & blank)
        if wrong.any():
            row = int(np.argmax(wrong))
            expected = f"{'whole numbers' if whole else 'numbers'} from 0 to {LARGEST:,.0f} in {name!r}"
            raise InputError(place=self.table.place(row), expected=expected, got=shown(str(cells.iloc[row])))
        return values

    def strata(self) -> tuple[npt.NDArray[np.float64], Counts]:
        """Days since the last order of each stratum, and each row's stratum."""
        if self.said.recency is None:
            days = float(self.said.days_since_order or 0)
            return np.array([days]), np.zeros(len(self.arm), dtype=np.int64)
        values = self.numbers(self.said.recency, stated=True)
        found, stratum = np.unique(values, return_inverse=True)
        if found.size > MOST_STRATA:
            edges = np.unique(np.quantile(values, np.linspace(0.0, 1.0, PARTS + 1)[1:-1]))
            stratum = np.searchsorted(edges, values, side="right")
            kept, stratum = np.unique(stratum, return_inverse=True)
            found = np.array([values[stratum == place].mean() for place in range(kept.size)])
        return np.maximum(found - 0.5, 0.0) * self.said.recency_unit, stratum.astype(np.int64)

    def counted(self, stratum: Counts, strata: int) -> tuple[Counts, Counts]:
        """People and hits by arm and stratum: shapes (arms, strata) and (outcomes, arms, strata)."""
        arms = len(self.said.arms) + 1
        cell = self.arm * strata + stratum
        each = np.ones(cell.size) if self.said.n is None else self.numbers(self.said.n, whole=True)

        def total(weights: npt.NDArray[np.float64]) -> Counts:
            counts = np.bincount(cell, weights=weights, minlength=arms * strata)
            return np.round(counts).astype(np.int64).reshape(arms, strata)

        hits = []
        for outcome in self.said.outcomes:
            values = self.numbers(outcome.column, whole=self.said.n is not None)
            hits.append(total(values if self.said.n is not None else (values > 0.0).astype(float)))
        return total(each), np.array(hits)


def as_observed(trial: Trial) -> Trial:
    """The same counts, of people whom nobody dealt by lot."""
    return replace(trial, randomised=False)
