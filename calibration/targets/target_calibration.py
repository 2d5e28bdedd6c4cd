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
from calibration.targets.history_matching import (
    FEW,
    IMPLAUSIBLE,
    Matched,
    MatchedNumber,
    MatchedTarget,
    MatchSettings,
    matched,
)
from calibration.targets.past_runs import past_runs, population_of
from calibration.targets.target_file import AskedTargets, TargetDays, kpi_text, read_targets
from scenarios.errors import InputError
from sim.scenario import Market, ShopHistory

BAND = ("p5", "median", "p95")
DELETED = ("optout_rate", "churn_rate")
"""KPIs that known deletions already say."""


@dataclass(frozen=True)
class TargetsFound:
    """What matching found, and what was asked for."""

    matched: Matched
    asked: AskedTargets

    def to_json(self) -> dict[str, Any]:
        """targets: each with what the engine gave before and after; targets_fit: how matching went, and every number
        before and after; sources: of numbers that keep their prior without the targets, by path; currency."""
        found = self.matched
        fit = {
            "runs": found.runs,
            "plausible": found.plausible,
            "effective_share": found.effective,
            "effective_rows": found.rows,
            "changed": found.changed,
            "numbers": [_number_json(row) for row in found.numbers],
        }
        sources = {row.path: f"targets {self.asked.file}" for row in found.numbers if row.added}
        return {
            "targets": [_target_json(one) for one in found.targets],
            "targets_fit": fit,
            "sources": sources,
            "currency": self.asked.currency,
        }

    def warnings(self) -> list[str]:
        """What a reader has to know, one line each."""
        found, lines = self.matched, []
        for one in found.targets:
            low, middle, high = one.after
            if abs(one.target.value - middle) > IMPLAUSIBLE * np.hypot(one.target.sd, (high - low) / 3.29):
                said = kpi_text(one.target.kpi, one.target.value, self.asked.currency)
                got = kpi_text(one.target.kpi, middle, self.asked.currency)
                lines.append(f"target {one.target.kpi}: {said} was asked for, and the matched draws give {got}")
        if found.changed and found.rows < FEW:
            lines.append(
                f"the targets leave {found.rows:.0f} effective rows of the posterior: they contradict the orders or "
                "what was believed, or are said to be more exact than draws can follow"
            )
        return lines


def asked_targets(path: str | Path, history: ShopHistory | None, orders: Orders, market: Market) -> AskedTargets:
    """The targets of a file, for the days of these orders. Raises InputError where no history says what was done."""
    if history is None or not history.stated:
        expected = "what the shop did on the days of the targets: --history, --touches or --campaigns FILE"
        raise InputError(place="--targets", expected=expected, got="none")
    asked = read_targets(path, TargetDays(orders.first, orders.last, market.money.currency))
    for target in asked.targets:
        if target.kpi in DELETED and (history.deleted < history.days).any():
            problem, expected = "the fit has deletions from --leads already", "a KPI that no file says"
            raise InputError(problem, place=target.place, expected=expected, got=target.kpi)
    return asked


def with_targets(
    asked: AskedTargets, fitted: FittedMarket, plan: PastPlan, say: Callable[[str], None]
) -> tuple[FittedMarket, TargetsFound]:
    """The market with draws under which the engine gives the targets. Raises InputError where there are none."""
    runs = past_runs(fitted, plan, asked.targets)
    settings = MatchSettings(len(fitted.draws), plan.facts.seed, asked.currency, say)
    found = matched(asked.targets, runs, population_of(runs, fitted, plan), settings)
    return replace(fitted, draws=found.draws), TargetsFound(found, asked)


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


def _number_json(row: MatchedNumber) -> dict[str, Any]:
    return {
        "parameter": row.path,
        "before": dict(zip(BAND, row.before, strict=True)),
        "after": dict(zip(BAND, row.after, strict=True)),
        "sd_ratio": row.ratio,
    }
