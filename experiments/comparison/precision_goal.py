"""What a comparison is to reach where its replications are chosen by precision."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from experiments.comparison.question_setup import allowed_range
from scenarios import InputError
from scenarios.values.expectations import KPI_UNITS
from scenarios.values.quantities import parse

if TYPE_CHECKING:
    from scenarios import Question

Unit = Literal["draws", "replications"]

LEAST_PILOT = 10
"""Units that a pilot has at least; fewer make the quantile, and so the number of runs, much larger."""
PILOT_PER_ARM = 2
"""Units an arm that it has at least: with fewer, the joint quantile of many arms comes out a little small."""
MOST_PILOTS = 100
"""Where nobody says what is too many: so many times the pilot."""


@dataclass(frozen=True)
class PrecisionGoal:
    """A half-width (the KPI's stored unit), what grows to reach it, from how many to how many at most."""

    precision: float
    unit: Unit
    pilot: int
    most: int


def read_goal(
    question: Question, replications: int | str | None, precision: float | str | None, most: int | None
) -> PrecisionGoal | None:
    """What `auto` is to reach, or None for a fixed number of runs. Raises InputError for one without the other."""
    if replications != "auto":
        stray = "precision" if precision is not None else "most" if most is not None else None
        if stray:
            got = "no --replications" if replications is None else f"--replications {replications}"
            raise InputError(f"--{stray}: is allowed with --replications auto only; got {got}")
        return None
    if precision is None:
        raise InputError(
            "--replications auto: needs the half-width that is narrow enough, such as --precision '5000 CNY'; "
            "got no --precision"
        )
    run = next(iter(question.arms.values())).run
    unit: Unit = "draws" if run.draws > 1 else "replications"
    available = _available(question, unit)
    enough = max(LEAST_PILOT, PILOT_PER_ARM * len(question.arms), getattr(run, unit))
    first = min(enough, available)
    if most is not None and most < first:
        raise InputError(f"--most: at least the {first} {unit} of the pilot are allowed; got {most}")
    return PrecisionGoal(_precision(question, precision), unit, first, min(most or MOST_PILOTS * first, available))


def _available(question: Question, unit: Unit) -> int:
    """Markets come again after the last row of a posterior, and would no longer be independent."""
    _, most = allowed_range(unit)
    if unit == "draws" and question.posterior is not None:
        return min(most, len(question.posterior))
    return most


def _precision(question: Question, value: float | str) -> float:
    from sim.output.measures import MEASURES

    unit = KPI_UNITS[MEASURES[question.compare.kpi].unit]
    currency = next(iter(question.arms.values())).market.money.currency
    if not isinstance(value, str):
        number = float(value)
    else:
        try:
            number = float(parse(_bare(value) if unit.kind == "number" else value, unit, currency))
        except ValueError as error:
            raise InputError(f"--precision: {error}") from None
    if not 0 < number < math.inf:
        raise InputError(f"--precision: a half-width above 0 is allowed; got {value}")
    return number


def _bare(text: str) -> float | str:
    try:
        return float(text)
    except ValueError:
        return text
