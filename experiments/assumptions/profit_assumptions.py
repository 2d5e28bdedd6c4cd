"""The numbers on which a shop's profit rests most: each moved by itself from end to end of its range."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from experiments.assumptions.helpful_tests import helpful_test
from experiments.assumptions.small_shop import SmallShop, small_shop
from experiments.assumptions.uncertain_numbers import Basis, UncertainNumber, uncertain_numbers
from experiments.execution.progress import Progress
from experiments.execution.scheduler import ExecutionSettings
from experiments.execution.store import RunRecord, Store
from experiments.output.json_answers import clean
from experiments.runs.executed_runs import execute
from experiments.runs.planned_runs import PlannedRun, RunNamer
from scenarios import InputError, Question
from scenarios.questions.question import HistorySaid

NAMED = 5
"""Numbers that are named."""
SCREENED_DAYS = 90
SCREENED_PEOPLE = 2_000
"""Days and people, at most, of the runs that sort out the numbers that move little."""
TRIED = 8
"""Numbers that are then run at both ends of their range."""
DAYS = 360
MOST_PEOPLE = 4_000
"""Days and people, at most, of the copy in which they are run."""
MEDIANS = "medians"
Moved = tuple[UncertainNumber, float]
"""A number, and the share of the way from the lower end of its range to the upper one."""
LOCAL = ExecutionSettings(jobs=1)
_SEEN = ("contribution_profit", "gmv")


@dataclass(frozen=True)
class Assumption:
    """A number of the market and what it moves.

    `range`, `low` and `high`: the ends of its range as a file would state them, and in stored units. `basis`: what it
    goes back to; `origin`: where it was written. `at_low` and `at_high`: the contribution at the two ends, the other
    numbers at their medians, in cents of the whole shop. `moves`: how far apart the contributions at the ends and at
    the median lie. `share_of_sales`: the same as a share of the sales at the medians. `learned`: whether the shop's own
    data narrowed it. `test`: what would, in a fitted market; empty where no test does.
    """

    path: str
    range: str
    low: float
    high: float
    basis: Basis
    origin: str
    at_low: float
    at_high: float
    moves: float
    share_of_sales: float
    learned: bool = False
    test: str = ""


@dataclass(frozen=True)
class ProfitAssumptions:
    """The numbers that move contribution most, the largest first, of all `numbers` that have a range.

    contribution, sales: at the medians, cents of the whole shop over `days`. people: of day one in the copy of the shop
    that was run. history: what the market says of the past of its customers (`Question.history`).
    """

    leading: tuple[Assumption, ...]
    contribution: float
    sales: float
    currency: str
    days: int
    people: int
    numbers: int
    history: HistorySaid = "not said"

    def to_json(self) -> dict[str, Any]:
        """Plain JSON; money in cents, shares as fractions."""
        return dict(clean({**vars(self), "leading": [vars(one) for one in self.leading]}))

    @staticmethod
    def from_json(written: Mapping[str, Any]) -> ProfitAssumptions:
        """What `to_json` has written."""
        return ProfitAssumptions(**{**written, "leading": tuple(Assumption(**one) for one in written["leading"])})


def find_assumptions(
    question: Question,
    *,
    jobs: int | None = None,
    store: str | Path | None = None,
    progress: Callable[[Progress], None] | None = None,
) -> ProfitAssumptions | None:
    """The numbers on which the profit of the shop's own strategy rests most; None where no run of it ends.

    All numbers are moved to the upper end of their range, one at a time, over 90 days of a copy of 2,000 people. The
    eight that move contribution most are then run at both ends, in a copy of up to 4,000 people over up to 360 days.
    All runs are of the same people with the same random numbers. Runs that the folder `store` holds are not run again.
    """
    settings = ExecutionSettings(jobs, store=Store.beside(None, store))
    shop = question.own_strategy
    numbers = uncertain_numbers(question, shop)
    say = _saying(progress)
    first = small_shop(shop, SCREENED_DAYS, SCREENED_PEOPLE)
    found = contributions(question, first, [(number, 1.0) for number in numbers], settings, say)
    if MEDIANS not in found:
        return None
    reach = {n.path: abs(found[name_of(n, 1.0)][0] - found[MEDIANS][0]) for n in numbers if name_of(n, 1.0) in found}
    tried = sorted((n for n in numbers if reach.get(n.path, 0.0) > 0.0), key=lambda n: -reach[n.path])[:TRIED]
    copy = small_shop(shop, DAYS, MOST_PEOPLE)
    then = contributions(question, copy, [(n, end) for n in tried for end in (0.0, 1.0)], settings, say)
    if MEDIANS not in then:
        return None
    contribution, sales = (amount / copy.share for amount in then[MEDIANS])
    moved = [_assumption(number, then, copy.share) for number in tried if name_of(number, 0.0) in then]
    run = copy.in_market({})
    people = run.market.start_with + (len(run.customers.identity) if run.customers is not None else 0)
    leading = sorted((one for one in moved if one is not None), key=lambda one: -one.moves)[:NAMED]
    return ProfitAssumptions(
        leading=with_tests(leading, question),
        contribution=contribution,
        sales=sales,
        currency=shop.market.money.currency,
        days=run.run.horizon,
        people=people,
        numbers=len(numbers),
        history=question.history,
    )


def with_tests(leading: Sequence[Assumption], question: Question) -> tuple[Assumption, ...]:
    """The same with what would narrow each that is not learned, where the question's market was fitted."""
    if question.posterior is None:
        return tuple(leading)
    return tuple(one if one.learned else replace(one, test=helpful_test(one.path)) for one in leading)


def _assumption(number: UncertainNumber, found: Mapping[str, tuple[float, float]], share: float) -> Assumption | None:
    names = name_of(number, 0.0), name_of(number, 1.0)
    if any(name not in found for name in names):
        return None
    low, high = (found[name][0] / share for name in names)
    middle, sales = (amount / share for amount in found[MEDIANS])
    moves = max(low, middle, high) - min(low, middle, high)
    first, last = (float(number.axis.level(end)) for end in (0.0, 1.0))
    share_of_sales = moves / sales if sales > 0.0 else float("nan")
    return Assumption(
        number.path, number.range_text, first, last, number.basis, number.origin, low, high, moves, share_of_sales,
        number.learned,
    )  # fmt: skip


def name_of(number: UncertainNumber, end: float) -> str:
    """What the run of a number at one end of its range is called: 0 for the lower end, 1 for the upper one."""
    return f"{number.path}, {'upper' if end else 'lower'} end"


def contributions(
    question: Question,
    copy: SmallShop,
    moved: Sequence[Moved],
    settings: ExecutionSettings = LOCAL,
    progress: Callable[[Progress], None] | None = None,
) -> dict[str, tuple[float, float]]:
    """Contribution and sales of a copy in cents, by the name of the number that is moved, and at the medians.

    Without those of runs that failed, and of numbers that contradict others at this end.
    """
    runs = _planned(question, copy, moved)
    results = execute(runs, jobs=settings.jobs, store=settings.store, progress=progress)
    return {run.arm: _amounts(results.records[run.key]) for run in runs if run.key in results.records}


def _planned(question: Question, copy: SmallShop, moved: Sequence[Moved]) -> list[PlannedRun]:
    medians = copy.in_market({})
    namer = RunNamer(replace(question, arms={MEDIANS: medians}, kpis=()))
    runs = [namer.run(MEDIANS, 0, 0, medians, namer.of(medians))]
    for number, end in moved:
        try:
            scenario = copy.in_market({number.path: number.axis.level(end)})
        except InputError:
            continue
        runs.append(namer.run(name_of(number, end), 0, 0, scenario, namer.of(scenario)))
    return runs


def _amounts(record: RunRecord) -> tuple[float, float]:
    found = {kpi: value for kpi, window, value, _, _ in record.measures if window == "horizon" and kpi in _SEEN}
    return found["contribution_profit"], found["gmv"]


def _saying(progress: Callable[[Progress], None] | None) -> Callable[[Progress], None] | None:
    """Progress that says at each new message what the runs are for."""
    if progress is None:
        return None
    return lambda state: progress(replace(state, message=state.message and f"what profit rests on: {state.message}"))
