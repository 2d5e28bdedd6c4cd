"""The runs that expectations need: each arm as it is, and again for every twin; and their values as one array a
claim."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from experiments.comparison.panel import kpi_values
from experiments.comparison.statistics import Floats
from experiments.runs.planned_runs import PlannedRun, measured_over, plan
from scenarios import Expectation, Question, belief_table, list_paths, with_values
from scenarios.toml.toml_document import label
from sim.output.watch import Watch

if TYPE_CHECKING:
    import pandas as pd

    from scenarios import Reading

Off = tuple[tuple[str, float], ...]
AS_IT_IS: Off = ()


@dataclass(frozen=True)
class TwinRuns:
    """The arms of one file with some values switched off, under names that no other file or twin has."""

    question: Question
    names: Mapping[str, str]
    """The name of each arm of the file in `question.arms`."""
    off: Off
    readings: tuple[Reading, ...]

    def runs(self) -> list[PlannedRun]:
        """The runs of all arms in every draw and replication, measured over all days and people that a claim reads."""
        run = next(iter(self.question.arms.values())).run
        table = belief_table(self.question, run.draws)
        table = table.assign(**{path: value for path, value in self.off if path in table})
        spans = {_place(reading): reading.window for reading in self.readings if reading.where is None}
        watches = {_place(reading): watch for reading in self.readings if (watch := _watch(reading))}
        planned = plan(self.question, table, run.draws, run.replications)
        return [measured_over(one, spans, watches) for one in planned]

    def values(self, readings: tuple[Reading, ...], runs: pd.DataFrame) -> tuple[Floats, int]:
        """Shape (readings, draws, replications) over complete draws, and how many draws were left out."""
        rows = [self._values_of(reading, runs) for reading in readings]
        values = np.stack(rows)
        complete = np.isfinite(values).all(axis=(0, 2))
        return values[:, complete], int((~complete).sum())

    def _values_of(self, reading: Reading, runs: pd.DataFrame) -> Floats:
        name = self.names[reading.arm]
        run, own_runs = self.question.arms[name].run, runs[runs["variant"] == name]
        values: Floats = kpi_values([name], run, own_runs, reading.kpi, _place(reading))[0]
        return values


def arms_and_twins(question: Question) -> dict[Off, TwinRuns]:
    """A question's arms as they are, and as in each twin, by what is off; without arms that no claim reads."""
    found: dict[Off, list[Expectation]] = {}
    for expectation in question.expectations.values():
        for off in {AS_IT_IS, off_of(expectation)}:
            found.setdefault(off, []).append(expectation)
    return {off: _with_off(question, off, expectations) for off, expectations in found.items()}


def off_of(expectation: Expectation) -> Off:
    """What an expectation's twin has switched off; nothing where it has no twin."""
    return tuple(sorted(expectation.off.items()))


def _with_off(question: Question, off: Off, expectations: list[Expectation]) -> TwinRuns:
    readings = tuple(dict.fromkeys(reading for one in expectations for reading in one.claim.readings))
    suffix = f" with {', '.join(f'{path} = {value:g}' for path, value in off)}" if off else ""
    read = dict.fromkeys(reading.arm for reading in readings)
    names = {arm: f"{label(question.path)}: {arm}{suffix}" for arm in read}
    arms = {}
    for arm, name in names.items():
        scenario = question.arms[arm]
        paths = set(list_paths(scenario))
        arms[name] = with_values(scenario, {path: value for path, value in off if path in paths})
    return TwinRuns(replace(question, arms=arms), names, off, readings)


def _watch(reading: Reading) -> Watch | None:
    return None if reading.where is None else Watch(reading.where, *reading.window)


def _place(reading: Reading) -> str:
    """A name for the days and people of a reading, the same in every check."""
    days = f"{reading.window[0]}..{reading.window[1]}"
    if reading.where is None:
        return days
    return f"{days} {hashlib.blake2b(repr(reading.where).encode(), digest_size=8).hexdigest()}"
