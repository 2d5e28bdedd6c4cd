"""Bounds that an arm must keep to be chosen: counted over plausible markets."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from experiments.comparison.panel import cube
from experiments.comparison.statistics import Floats
from experiments.output.format_values import format_amount, format_kpi
from scenarios import InputError

if TYPE_CHECKING:
    import pandas as pd

    from scenarios import Limit, Question

_RATE, _RATE_DAYS = "per 30 days", 30.0
"""How a measure that is a rate names its window, and the days that it is a rate of."""


@dataclass(frozen=True)
class ConstraintCheck:
    """One bound for one arm: the mean of the measure, the share of draws that keep it, and how many could be
    judged (a draw without cases, such as no complaint at all, cannot)."""

    arm: str
    kpi: str
    text: str
    mean: float
    share_kept: float
    judged: int
    kept: bool
    shown: str


def check_limits(question: Question, runs: pd.DataFrame) -> tuple[ConstraintCheck, ...]:
    """Every bound of `subject_to` for every arm; a draw keeps it when its mean over replications does."""
    return tuple(
        _check(question, runs, kpi, limit, place, arm)
        for kpi, limit in question.compare.subject_to.items()
        for place, arm in enumerate(question.arms)
    )


def _check(question: Question, runs: pd.DataFrame, kpi: str, limit: Limit, place: int, arm: str) -> ConstraintCheck:
    from sim.output.measures import MEASURES

    own = cube(question, runs, kpi)[place]
    present = np.isfinite(own)
    counts = present.sum(axis=1)
    means = np.where(present, own, 0.0).sum(axis=1)[counts > 0] / counts[counts > 0]
    kept = _keeps(means, bound(question, kpi, limit), limit)
    share = float(kept.mean()) if kept.size else 1.0
    mean = float(means.mean()) if means.size else float("nan")
    currency = question.arms[arm].market.money.currency
    shown = format_amount(mean, MEASURES[kpi].unit, currency)
    chance = question.compare.chance
    return ConstraintCheck(arm, kpi, limit.text, mean, share, int(kept.size), share >= chance, shown)


def _keeps(means: Floats, bound: float, limit: Limit) -> npt.NDArray[np.bool_]:
    if limit.above:
        return means > bound if limit.strict else means >= bound
    return means < bound if limit.strict else means <= bound


def bound(question: Question, kpi: str, limit: Limit) -> float:
    """The bound in the measure's own terms: a rate per so many days is brought to the measure's days."""
    from sim.output.measures import MEASURES

    measure = MEASURES[kpi]
    rate, unit = measure.window.startswith(_RATE), _unit(limit.text)
    if unit != measure.unit:
        raise InputError(
            f"{question.path}: compare.subject_to.{kpi}: is of another unit; allowed a {measure.unit}; "
            f"got {limit.text!r}"
        )
    if rate and limit.per is None:
        raise InputError(
            f"{question.path}: compare.subject_to.{kpi}: is a rate; allowed a bound such as '< 2 % per 30 d'; "
            f"got {limit.text!r}"
        )
    if limit.per is None:
        return limit.value
    if not rate:
        raise InputError(
            f"{question.path}: compare.subject_to.{kpi}: no 'per' is allowed, as {kpi} is not a rate; "
            f"got {limit.text!r}"
        )
    return limit.value * _RATE_DAYS / limit.per


def _unit(text: str) -> str:
    """Of what unit a bound is, by how it is written."""
    amount = text.split(" per ")[0]
    if "%" in amount:
        return "share"
    word = amount.split()[-1]
    if word.isalpha():
        return "time" if word in ("s", "min", "h", "d", "w") else "money"
    return "count"


def broken(checks: tuple[ConstraintCheck, ...]) -> dict[str, str]:
    """For each arm that breaks a bound, how."""
    told: dict[str, str] = {}
    for check in checks:
        if not check.kept:
            text = (
                f"{check.arm} keeps {format_kpi(check.kpi)} {check.text} in only {100 * check.share_kept:.0f} % "
                f"of plausible markets"
            )
            told[check.arm] = f"{told[check.arm]}, and {text}" if check.arm in told else text
    return told
