"""What a comparison will do and how it will judge, decided once from the question; later steps ask the plan."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from experiments.comparison.reference_arms import ReferenceArm, reference_arms, with_references
from experiments.comparison.stop_rule import PrecisionGoal, Unit
from experiments.output.market_words import MarketWords
from experiments.runs.question_setup import resized
from scenarios import InputError, Limit, Question

if TYPE_CHECKING:
    from sim.scenario import RunSettings

_RATE, _RATE_DAYS = "per 30 days", 30.0
"""How a measure that is a rate names its window, and the days that it is a rate of."""


@dataclass(frozen=True)
class ComparisonPlan:
    """A question at its size, and all that follows from it for judging and reporting.

    run: the days, draws, replications and seed that all arms share. unit: of the deciding `kpi`. sign: 1 where more of
    it is better, -1 where less is. indifference: in the KPI's stored unit. limits: by KPI, bounds in its stored unit.
    chance: share of the plausible markets in which they must hold. against: the arm of reference. short_run: days.
    goal: the precision to reach; None for a fixed number of runs. most_draws: up to how many draws are run where
    too few of them keep an arm from being named; 0: no more than `run` has. references: arms beside these that cannot
    win.
    """

    question: Question
    arms: tuple[str, ...]
    run: RunSettings
    kpi: str
    unit: str
    sign: float
    currency: str
    confidence: float
    indifference: float
    limits: Mapping[str, Limit]
    chance: float
    against: str
    short_run: int
    goal: PrecisionGoal | None = None
    most_draws: int = 0
    references: tuple[ReferenceArm, ...] = ()

    @property
    def executed(self) -> Question:
        """The question with all arms that are run: its own, and the references that equal none of them."""
        return with_references(self.question, self.references)

    @property
    def independent(self) -> Unit:
        """What is independent of its neighbours: draws, or the replications of a single draw."""
        return "draws" if self.run.draws > 1 else "replications"

    @property
    def markets(self) -> MarketWords:
        """Whether runs are of several plausible markets: of one where there is one draw, or nothing is uncertain."""
        certain = not self.question.beliefs and self.question.posterior is None
        return MarketWords(self.run.draws, one=certain or self.run.draws == 1)

    @property
    def units(self) -> int:
        """How many of them there are."""
        return self.run.draws if self.run.draws > 1 else self.run.replications

    def with_goal(self, goal: PrecisionGoal) -> ComparisonPlan:
        """The same with a precision to reach, at the size of its pilot."""
        return replace(self, goal=goal).grown(goal, goal.pilot)

    def grown(self, goal: PrecisionGoal, units: int) -> ComparisonPlan:
        """The same with so many draws, or replications, whichever the goal lets grow."""
        return self._resized(resized(self.question, **{goal.unit: units}))

    def with_draws(self, draws: int) -> ComparisonPlan:
        """The same with so many draws."""
        return self._resized(resized(self.question, draws))

    def _resized(self, question: Question) -> ComparisonPlan:
        return replace(self, question=question, run=next(iter(question.arms.values())).run)


def comparison_plan(question: Question) -> ComparisonPlan:
    """The plan for a question as it stands. Raises InputError where a bound does not fit its KPI."""
    how, measures, first = question.compare, question.measures, next(iter(question.arms.values()))
    return ComparisonPlan(
        question=question,
        arms=tuple(question.arms),
        run=first.run,
        kpi=how.kpi,
        unit=measures[how.kpi].unit,
        sign=-1.0 if measures[how.kpi].better < 0 else 1.0,
        currency=first.market.money.currency,
        confidence=how.confidence,
        indifference=float(how.indifference),
        limits={kpi: _stored(question, kpi, limit) for kpi, limit in how.subject_to.items()},
        chance=how.chance,
        against=how.against or next(iter(question.arms)),
        short_run=how.short_run,
        references=reference_arms(question),
    )


def _stored(question: Question, kpi: str, limit: Limit) -> Limit:
    """The bound in the measure's own terms: a rate per so many days is brought to the measure's days."""
    measure, unit = question.measures[kpi], _unit(limit.text)
    place, got = f"{question.path}: compare.subject_to.{kpi}", repr(limit.text)
    is_rate = measure.window.startswith(_RATE)
    if unit != measure.unit:
        raise InputError(f"the bound is of the unit {unit}", place=place, expected=f"the unit {measure.unit}", got=got)
    if is_rate and limit.per is None:
        raise InputError(f"{kpi} is a rate", place=place, expected="a bound such as '< 2 % per 30 d'", got=got)
    if limit.per is None:
        return limit
    if not is_rate:
        raise InputError(f"{kpi} is not a rate", place=place, expected="a bound without 'per'", got=got)
    times = _RATE_DAYS / limit.per
    stored = 1.0 - (1.0 - min(limit.value, 1.0)) ** times if measure.hazard else limit.value * times
    return replace(limit, value=stored, per=None)


def _unit(text: str) -> str:
    """Of what unit a bound is, by how it is written."""
    amount = text.split(" per ")[0]
    if "%" in amount:
        return "share"
    word = amount.split()[-1]
    if word.isalpha():
        return "time" if word in ("s", "min", "h", "d", "w") else "money"
    return "count"
