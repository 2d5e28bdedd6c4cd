"""Which runs a question needs: names, markets and keys; nothing is simulated yet."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from experiments.execution.python_functions import checked_chance
from experiments.execution.store import RunRecord, Spans
from experiments.execution.task import AddedFunctions, Outcome, TaskFailure, attempt
from experiments.runs.measurement import kpi_fingerprint, measured, measured_again, spans_of
from experiments.runs.own_measurement import own_key, people_of
from scenarios import belief_table, people_key, run_key, with_values
from scenarios.values.added_functions import added_functions
from scenarios.values.own_kpis import OwnKpi
from scenarios.writing.run_keys import PartTexts
from sim.fingerprint import model_fingerprint

if TYPE_CHECKING:
    import pandas as pd

    from experiments.execution.cut_runs import Cut
    from scenarios import Question
    from sim.output.ledger import Ledger
    from sim.output.watch import Watch
    from sim.scenario import Customers, Market, Scenario

RunAddress = tuple[str, int, int]
"""An arm, a draw and a replication."""


_loaded: set[int] = set()
"""Processes, by number, that have loaded the model's machine code: this one, if any."""


def _load_machine_code(scenario: Scenario) -> None:
    """Simulate a day of one person first, once in a process, so that the first run's time is that of a run."""
    from sim.engine import warm_up

    if os.getpid() not in _loaded:
        warm_up(scenario)
        _loaded.add(os.getpid())


@dataclass(frozen=True)
class PlannedRun:
    """One replication of one arm in one plausible market.

    `ledger_key` names everything that can change its ledger, `key` what is measured of it too; `windows` are the first
    day measured and the day after the last. A run that is not `storable` is neither stored nor reused: it has functions
    without a version. `watches` are groups of people that are measured apart, by name; `kpis` those of the user's own;
    `name` is the question's, for people who look at the store.
    """

    arm: str
    draw: int
    replication: int
    scenario: Scenario
    key: str
    ledger_key: str
    windows: Spans
    storable: bool = True
    watches: dict[str, Watch] = field(default_factory=dict)
    kpis: tuple[OwnKpi, ...] = ()
    name: str = ""
    cut: Cut | None = None
    """Into how many shards it is cut, and where; changes no result."""

    @property
    def address(self) -> RunAddress:
        """Arm, draw and replication."""
        return self.arm, self.draw, self.replication

    @property
    def spans(self) -> Spans:
        """Days of all windows and watches by name: what its record is measured over."""
        return spans_of(self.windows, self.watches)

    @property
    def added_functions(self) -> AddedFunctions:
        """What was added to the scenario in Python, and the KPIs."""
        kpis = ((f"kpi {one.name}", one.version, (one.function,)) for one in self.kpis)
        return (*added_functions(self.scenario), *kpis)

    @property
    def customers(self) -> Customers | None:
        """The shop's own customers on day one."""
        return self.scenario.customers

    def without_customers(self) -> PlannedRun:
        """The same run, small enough to be sent; `run` is given the customers again."""
        return replace(self, scenario=replace(self.scenario, customers=None))

    def run(self, customers: Customers | None, threads: int | None) -> Outcome:
        """Run the scenario once, and measure it."""
        scenario = replace(self.scenario, customers=customers)
        ledger = attempt("run", lambda: self._simulated(scenario, threads))
        if isinstance(ledger, TaskFailure):
            return self._named(ledger)
        return self._measure(lambda: self._record(ledger))

    def _simulated(self, scenario: Scenario, threads: int | None) -> Ledger:
        import sim

        if self.cut is not None:
            return self.cut.run(scenario, self.draw, self.replication)
        _load_machine_code(scenario)
        watches = (*self.watches.values(), *people_of(self.kpis, self.windows).values())
        tables = any(one.reads_events for one in self.kpis)
        with checked_chance(scenario) as checked:
            return sim.run(checked, self.draw, self.replication, threads=threads, watches=watches, tables=tables)

    def measured(self, record: RunRecord) -> Outcome:
        """The record of this run's ledger with the present KPIs over this run's windows."""
        if record.spans == self.spans and record.kpis == kpi_fingerprint() + own_key(self.kpis):
            return record
        return self._measure(lambda: measured_again(record, self.windows, self.watches, self.kpis))

    def _record(self, ledger: Ledger) -> RunRecord:
        record = measured(self.ledger_key, ledger, self.windows, self.watches, self.kpis)
        return replace(record, name=self.name, arm=self.arm, model=model_fingerprint())

    def _measure(self, work: Callable[[], RunRecord]) -> Outcome:
        outcome = attempt("measure", work)
        return outcome if isinstance(outcome, RunRecord) else self._named(outcome)

    def _named(self, failure: TaskFailure) -> TaskFailure:
        """The failure; a mistake that stops all tasks says of which run it is."""
        if failure.mistake is None:
            return failure
        mistake, (arm, draw, replication) = failure.mistake, self.address
        mistake = mistake.at(f"{mistake.place}, arm {arm!r}, draw {draw}, replication {replication}")
        return TaskFailure(failure.stage, str(mistake), mistake)


def plan(
    question: Question, table: pd.DataFrame, draws: int, replications: int, model: str | None = None
) -> list[PlannedRun]:
    """Runs of every arm in the first `draws` rows of `table` (columns are market paths), in a fixed order.

    Arms come next to each other within (draw, replication). `model` names the runs by another model's fingerprint, to
    find those that it has stored.
    """
    name = RunNamer(question, model)
    placed = {
        (arm, draw): scenario
        for draw in range(draws)
        for arm, scenario in _in_market(question.arms, market_of(table, draw)).items()
    }
    named = {place: name.of(scenario) for place, scenario in placed.items()}
    return [
        name.run(arm, draw, replication, placed[arm, draw], named[arm, draw])
        for draw in range(draws)
        for replication in range(replications)
        for arm in question.arms
    ]


def _in_market(arms: Mapping[str, Scenario], values: Mapping[str, float]) -> dict[str, Scenario]:
    """Every arm with these numbers in its market. Arms that share a market go on to share one, which is made once."""
    made: dict[int, Market] = {}
    for scenario in arms.values():
        if id(scenario.market) not in made:
            made[id(scenario.market)] = with_values(scenario, values).market
    return {arm: replace(scenario, market=made[id(scenario.market)]) for arm, scenario in arms.items()}


def plan_from(question: Question, first: int = 0, model: str | None = None) -> list[PlannedRun]:
    """Runs of all the question's draws from number `first` on; of its replications, where there is one draw."""
    run = next(iter(question.arms.values())).run
    runs = plan(question, belief_table(question, run.draws), run.draws, run.replications, model)
    return [one for one in runs if (one.draw if run.draws > 1 else one.replication) >= first]


class RunNamer:
    """Names a question's runs; what all of them share is computed once."""

    def __init__(self, question: Question, model: str | None = None) -> None:
        first = next(iter(question.arms.values()))
        self._question, self._model = question, model or model_fingerprint()
        self._people, self._texts = people_key(first.customers), PartTexts()
        self._windows = windows(first, question.compare.short_run)
        self._versioned = all(one.version is not None for one in question.kpis)

    def of(self, scenario: Scenario) -> str:
        """The name of a scenario of this question, or of one with other values."""
        return run_key(scenario, self._people, self._texts)

    def run(self, arm: str, draw: int, replication: int, scenario: Scenario, named: str) -> PlannedRun:
        """One replication of a scenario, named by all that can change it."""
        plain, kpis = _key(named, draw, replication, self._model), self._question.kpis
        ledger, key = _keys(plain, self._windows, {}, kpis)
        storable, name = scenario.versioned and self._versioned, self._question.name
        return PlannedRun(
            arm, draw, replication, scenario, key, ledger, self._windows, storable, kpis=kpis, name=name
        )  # fmt: skip


def windows(scenario: Scenario, short_run: int) -> Spans:
    """Days measured: the horizon after the warm-up; its first `short_run` days where it is longer; and, where
    there is one, the cool-down with it."""
    run = scenario.run
    spans = {"horizon": (run.warm_up, run.warm_up + run.horizon)}
    if short_run < run.horizon:
        spans["short_run"] = (run.warm_up, run.warm_up + short_run)
    if run.cool_down:
        spans["with_cool_down"] = (run.warm_up, run.days)
    return spans


def market_of(table: pd.DataFrame, draw: int) -> Mapping[str, float]:
    """One row of a table of draws: values in stored units by path."""
    if not len(table.columns):
        return {}
    return dict(zip(map(str, table.columns.tolist()), map(float, table.iloc[draw].tolist()), strict=True))


def measured_over(run: PlannedRun, windows: Spans, watches: dict[str, Watch]) -> PlannedRun:
    """The same run measured over other days and people: another task. Who is watched is part of its ledger."""
    ledger, key = _keys(run.ledger_key, windows, watches, run.kpis)
    return replace(run, windows=windows, watches=watches, key=key, ledger_key=ledger)


def _keys(plain: str, windows: Spans, watches: Mapping[str, Watch], kpis: Sequence[OwnKpi]) -> tuple[str, str]:
    """The keys of the ledger and of what is measured of it, of a run with this key.

    What is read from the event log cannot be measured again, since events are not stored, and chosen people must be
    watched during the run: KPIs of either kind count as part of the ledger.
    """
    days = sorted(spans_of(windows, watches).items())
    ledger = _key(plain, *watches.values()) if watches else plain
    if watching := [one for one in kpis if one.reads_events or one.where is not None]:
        ledger = _key(ledger, days, *(f"{one.key if one.reads_events else 'people'} {one.where}" for one in watching))
    return ledger, _key(ledger, days, *(one.key for one in kpis))


def _key(*parts: object) -> str:
    return hashlib.blake2b(" ".join(map(str, parts)).encode(), digest_size=16).hexdigest()
