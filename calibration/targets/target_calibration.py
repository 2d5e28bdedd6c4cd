"""Targets taken into a fitted market, and what is said of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from calibration.model.health import IDENTIFIED, Health
from calibration.model.posterior import FittedMarket
from calibration.model.priors import prior_sd
from calibration.orders.order_history import Orders
from calibration.replay.replayed_run import PastPlan
from calibration.targets.matching import FEW, IMPLAUSIBLE, Matched, MatchedTarget, MatchSettings, matched
from calibration.targets.past_runs import past_runs, population_of
from calibration.targets.target_file import TargetDays, read_targets, text_of
from scenarios.errors import InputError

BAND = ("p5", "median", "p95")
DELETED = ("optout_rate", "churn_rate")
"""KPIs that known deletions have already told."""


@dataclass(frozen=True)
class TargetsFound:
    """What matching found, and the file that has the targets."""

    matched: Matched
    file: str
    currency: str

    def to_json(self) -> list[dict[str, Any]]:
        """Each target, with what the engine gave before and after."""
        return [_target_json(one) for one in self.matched.targets]

    def fit_json(self) -> dict[str, Any]:
        """How matching went, and every number before and after."""
        found = self.matched
        return {
            "runs": found.runs,
            "plausible": found.plausible,
            "effective_share": found.effective,
            "effective_rows": found.rows,
            "numbers": [
                {
                    "parameter": row.path,
                    "before": dict(zip(BAND, row.before, strict=True)),
                    "after": dict(zip(BAND, row.after, strict=True)),
                    "sd_ratio": row.ratio,
                }
                for row in found.numbers
            ],
        }

    def sources(self) -> dict[str, str]:
        """Where numbers that keep their prior without the targets come from, by path."""
        return {row.path: f"targets {self.file}" for row in self.matched.numbers}

    def warnings(self) -> list[str]:
        """What a reader has to know, one line each."""
        found, lines = self.matched, []
        for one in found.targets:
            low, middle, high = one.after
            if abs(one.target.value - middle) > IMPLAUSIBLE * np.hypot(one.target.sd, (high - low) / 3.29):
                said = text_of(one.target, one.target.value, self.currency)
                got = text_of(one.target, middle, self.currency)
                lines.append(f"target {one.target.kpi}: {said} was asked for, and the matched draws give {got}")
        if found.changed and found.rows < FEW:
            lines.append(
                f"the targets leave {found.rows:.0f} effective rows of the posterior: they contradict the orders or what "
                "was believed, or are said to be more exact than draws can follow"
            )
        return lines


def with_targets(
    path: str | Path, orders: Orders, fitted: FittedMarket, plan: PastPlan, say: Callable[[str], None]
) -> tuple[FittedMarket, TargetsFound]:
    """The market with draws that give the targets of a file. Raises InputError where there are none."""
    market = plan.facts.prior.market
    days = TargetDays(orders.first, orders.last, market.money.currency)
    targets = read_targets(path, days)
    for target in targets:
        if target.kpi in DELETED and (plan.history.deleted < plan.history.days).any():
            raise InputError("the fit has deletions from --leads already", place=target.place)
    runs = past_runs(orders, fitted, plan, targets)
    settings = MatchSettings(len(fitted.draws), plan.facts.seed, days.currency, say)
    found = matched(targets, runs, population_of(runs, fitted, plan), settings)
    return replace(fitted, draws=found.draws), TargetsFound(found, str(path), days.currency)


def health_with_targets(rows: Sequence[Health], found: TargetsFound, plan: PastPlan) -> list[Health]:
    """Health of all numbers, with those that the targets have narrowed."""
    own = {row.path: row for row in found.matched.numbers}
    answer = []
    for row in rows:
        number = own.pop(row.parameter, None)
        after = row if number is None else _narrowed(row, number.ratio)
        answer.append(after)
    for path, number in own.items():
        before = prior_sd(plan.facts.prior.beliefs[path])
        answer.append(_narrowed(Health(path, before, before, False, False), number.ratio))
    return answer


def _narrowed(row: Health, ratio: float) -> Health:
    after = None if row.posterior_sd is None else row.posterior_sd * ratio
    narrowed = row.prior_sd is None or after is None or after < IDENTIFIED * row.prior_sd
    return replace(row, posterior_sd=after, identified=row.identified or (narrowed and not row.at_limit))


def _target_json(one: MatchedTarget) -> dict[str, Any]:
    target = one.target
    return {
        "kpi": target.kpi,
        "value": target.value,
        "tolerance": target.sd,
        "from": target.first.isoformat(),
        "until": target.after.isoformat(),
        "before": dict(zip(BAND, one.before, strict=True)),
        "after": dict(zip(BAND, one.after, strict=True)),
    }
