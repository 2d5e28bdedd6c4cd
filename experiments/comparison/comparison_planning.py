"""From a loaded question to the plan of its comparison: sizes, checks, and the precision that is asked for."""

from __future__ import annotations

import math
from collections.abc import Collection
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Literal

from experiments.comparison.comparison_plan import ComparisonPlan, comparison_plan
from experiments.comparison.stop_rule import PrecisionGoal
from experiments.execution.python_functions import check_versions
from experiments.runs.question_setup import allowed_range, resized
from scenarios import InputError, Question
from scenarios.errors import InvalidValue, nearest
from scenarios.values.expectations import KPI_UNITS
from scenarios.values.quantities import parse

LEAST_PILOT = 10
"""Units that a pilot has at least; fewer make the quantile, and so the number of runs, much larger."""
PILOT_PER_ARM = 2
"""Units an arm that it has at least: with fewer, the joint quantile of many arms comes out a little small."""
MOST_PILOTS = 100
"""The most units, in pilots, where `most` is not given."""


@dataclass(frozen=True)
class ComparisonSettings:
    """What a call says beside the question: sizes and seed in place of the file's, the precision to reach, and up to
    how many draws more are run by themselves."""

    draws: int | None = None
    replications: int | Literal["auto"] | None = None
    seed: int | None = None
    precision: float | str | None = None
    most: int | None = None
    most_draws: int | None = None


def plan_comparison(question: Question, settings: ComparisonSettings) -> ComparisonPlan:
    """The plan for a question in the size that is asked for. Raises InputError for what cannot be compared."""
    replications = None if settings.replications == "auto" else settings.replications
    sized = resized(question, settings.draws, replications, settings.seed)
    check_comparable(sized)
    plan = comparison_plan(sized)
    goal = _goal(plan, settings)
    return plan.with_goal(goal) if goal else replace(plan, most_draws=_most_draws(plan, settings))


def check_comparable(question: Question) -> None:
    """Raise InputError where there is one arm, a KPI is unknown or has no better direction, or a bound does not fit."""
    how, file = question.compare, question.path
    if len(question.arms) < 2:
        raise InputError(
            place=f"{file}: variants",
            expected="at least two arms, as [variants.NAME] tables or as several files",
            got=", ".join(map(repr, question.arms)) or "none",
        )
    if how.against is not None:
        _check_known(f"{file}: compare.against", how.against, question.arms)
    check_versions(question.arms)
    for key, kpis in (("kpi", (how.kpi,)), ("also", how.also), ("subject_to", how.subject_to)):
        for kpi in kpis:
            check_kpi(question, f"compare.{key}", kpi)
    comparison_plan(question)
    deciding = question.measures[how.kpi]
    if deciding.better == 0:
        raise InputError(
            "the KPI has no better direction",
            place=f"{file}: compare.kpi",
            expected="a number of which more or less is better, such as contribution_profit",
            got=repr(how.kpi),
        )
    if how.indifference and deciding.unit != "money":
        raise InputError(
            place=f"{file}: compare.indifference", expected="a compare.kpi that is money", got=f"kpi {how.kpi!r}"
        )


def check_kpi(question: Question, key: str, name: str) -> None:
    """Raise InputError unless `name` is a measure."""
    _check_known(f"{question.path}: {key}", name, question.measures)


def _check_known(place: str, name: str, known: Collection[str]) -> None:
    if name not in known:
        raise InputError(place=place, expected=nearest(name, known), got=repr(name))


def _goal(plan: ComparisonPlan, settings: ComparisonSettings) -> PrecisionGoal | None:
    """What `auto` is to reach, or None for a fixed number of runs. Raises InputError for one without the other."""
    if settings.replications == "auto" and settings.most_draws is not None:
        raise InputError(place="--most-draws", expected="a number of replications beside it", got="--replications auto")
    if settings.replications != "auto":
        fixed = "no --replications" if settings.replications is None else f"--replications {settings.replications}"
        for name in ("precision", "most"):
            if getattr(settings, name) is not None:
                raise InputError(place=f"--{name}", expected="--replications auto beside it", got=fixed)
        return None
    if settings.precision is None:
        raise InputError(
            place="--replications auto",
            expected="the half-width that is narrow enough, such as --precision '5000 CNY'",
            got="no --precision",
        )
    available = _available(plan)
    enough = max(LEAST_PILOT, PILOT_PER_ARM * len(plan.arms), plan.units)
    pilot = min(enough, available)
    if settings.most is not None and settings.most < pilot:
        expected = f"at least the {pilot} {plan.independent} of the pilot"
        raise InputError(place="--most", expected=expected, got=str(settings.most))
    most = min(settings.most or MOST_PILOTS * pilot, available)
    return PrecisionGoal(_half_width(plan, settings.precision), plan.independent, pilot, most)


def _available(plan: ComparisonPlan) -> int:
    """Markets come again after the last row of a posterior, and would no longer be independent."""
    _, most = allowed_range(plan.independent)
    if plan.independent == "draws" and plan.question.posterior is not None:
        return min(most, len(plan.question.posterior))
    return most


def _most_draws(plan: ComparisonPlan, settings: ComparisonSettings) -> int:
    """The ceiling of draws that are run by themselves; 0 for none."""
    if settings.most_draws is None:
        return 0
    _, most = allowed_range("draws")
    if not plan.run.draws <= settings.most_draws <= most:
        expected = f"a whole number from {plan.run.draws}, the draws of the question, to {most}"
        raise InputError(place="--most-draws", expected=expected, got=str(settings.most_draws))
    return settings.most_draws if plan.question.posterior is None else min(settings.most_draws, _available(plan))


def _half_width(plan: ComparisonPlan, value: float | str) -> float:
    """A precision in the KPI's stored unit."""
    unit = KPI_UNITS[plan.unit]
    if unit.kind == "number":
        with suppress(ValueError):
            value = float(value)
    try:
        number = float(parse(value, unit, plan.currency) if isinstance(value, str) else value)
    except InvalidValue as error:
        raise error.at("--precision") from None
    if not 0 < number < math.inf:
        raise InputError(place="--precision", expected="a half-width above 0", got=str(value))
    return number
