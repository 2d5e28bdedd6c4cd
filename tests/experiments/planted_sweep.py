"""Finished sweeps in which every number is planted."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pandas as pd

from experiments.sweeps.designs import design
from experiments.sweeps.sensitivity import indices
from experiments.sweeps.sweep_result import Sweep, responses
from scenarios import Plan, load_plan

Response = Callable[[str, Mapping[str, Any], int], float]
EVERY, DEPTH = "strategy.campaigns.rhythm.every", "strategy.campaigns.rhythm.offer.depth"
AGENTS, HALF_LIFE = "strategy.service.agents", "market.fatigue.half_life"


def planted_sweep(plan: Plan, response: Response, units: Mapping[str, str] | None = None) -> Sweep:
    """A sweep in which the arm's deciding number is `response(arm, values, fresh)`; nan is a failed run."""
    points = design(plan)
    kpis = dict(units or {"contribution_profit": "money"})
    rows = [
        {"point": point, "variant": arm} | dict.fromkeys(kpis, response(arm, values, int(points.fresh[point])))
        for point, values in enumerate(points.values)
        for arm in plan.arms
    ]
    means = pd.DataFrame(rows)
    failed = means[next(iter(kpis))].isna()
    runs = means.assign(draw=0, replication=0)
    runs["stage"], runs["message"] = np.where(failed, "run", ""), np.where(failed, "went <i>wrong</i>", "")
    return Sweep(
        plan=plan,
        design=points,
        runs=runs,
        means=means,
        sensitivity=indices(plan, points, responses(plan, points, means)),
        failures=int(failed.sum()),
        reused=3,
        seconds=12.0,
        currency="CNY" if plan.question is not None else None,
        units=kpis,
    )


def rhythm_plan(kind: str, *, arms: bool = False, **sweep: Any) -> Plan:
    """Four paths of a shipped scenario, with one arm or two."""
    vary = {
        EVERY: {"low": "7 d", "high": "60 d", "scale": "log"},
        HALF_LIFE: "belief",
        AGENTS: {"values": [4, 5, 6, 8]},
    }
    if not arms:
        vary[DEPTH] = {"low": "5 %", "high": "35 %"}
    variants = {} if arms else {"variants": ["direct"]}
    scenario = "library:discount_format"
    body = {"design": kind, "vary": vary, "kpis": ["contribution_profit"], **variants, **sweep}
    return load_plan({"name": "<b>Sweep</b>", "scenario": scenario, "sweep": body})
