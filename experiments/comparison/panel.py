"""From the tidy table of runs to one complete array of one KPI."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from experiments.comparison.statistics import Floats
from scenarios import InputError

if TYPE_CHECKING:
    from experiments.comparison.comparison_plan import ComparisonPlan
    from experiments.runs.results import Results
    from sim.scenario import RunSettings


@dataclass(frozen=True)
class Panel:
    """`values` (arms, draws, replications) of one KPI; `left_out` are the draws that were not complete,
    or the replications where there is one draw."""

    arms: tuple[str, ...]
    values: Floats
    left_out: tuple[int, ...]


def panel(plan: ComparisonPlan, runs: pd.DataFrame) -> Panel:
    """The deciding KPI of all arms over complete draws. Raises InputError where none is complete."""
    table = complete_panel(plan, runs, plan.kpi)
    if not table.values.size:
        values = kpi_values(plan.arms, plan.run, runs, plan.kpi)
        missing = zip(plan.arms, (~np.isfinite(values)).sum(axis=(1, 2)), strict=True)
        got = (f"{count} of {values[0].size} runs of {arm!r} without one" for arm, count in missing)
        raise InputError(
            "no draw can be compared",
            place=f"{plan.question.path}: compare.kpi",
            expected=f"a value of {plan.kpi} in every arm of a draw",
            got=", ".join(got),
        )
    return table


def complete_panel(plan: ComparisonPlan, runs: pd.DataFrame, kpi: str, window: str = "horizon") -> Panel:
    """One KPI of all arms over complete draws, perhaps none.

    A draw in which any arm has no number is left out of all arms; where there is one draw, a replication.
    """
    values = kpi_values(plan.arms, plan.run, runs, kpi, window)
    single = plan.run.draws == 1
    complete = np.isfinite(values).all(axis=(0, 1 if single else 2))
    left_out = tuple(int(unit) for unit in np.flatnonzero(~complete))
    kept = values[:, :, complete] if single else values[:, complete]
    return Panel(plan.arms, kept if kept.size else values[:, :0], left_out)


def kpi_values(arms: Sequence[str], run: RunSettings, runs: pd.DataFrame, kpi: str, window: str = "horizon") -> Floats:
    """Shape (arms, draws, replications) of one KPI, nan where a run failed or the value does not exist.

    Runs of other arms are left aside.
    """
    # plain arrays: called once a KPI and window on a few rows, where pandas takes longer to begin than to compare
    variants, kpis, windows = (runs[name].to_numpy(dtype=object) for name in ("variant", "kpi", "window"))
    places = {arm: i for i, arm in enumerate(arms)}
    place = np.fromiter((places.get(variant, -1) for variant in variants), np.int64, len(variants))
    chosen = (place >= 0) & (kpis == kpi) & (windows == window)
    draw, replication = (runs[name].to_numpy(dtype=np.int64)[chosen] for name in ("draw", "replication"))
    values = np.full((len(arms), run.draws, run.replications), np.nan)
    values[place[chosen], draw, replication] = runs["value"].to_numpy(dtype=np.float64)[chosen]
    return values


def check_arms_finished(plan: ComparisonPlan, results: Results) -> None:
    """Raise InputError where every run of an arm failed."""
    for arm in plan.arms:
        failures = [failure for failure in results.failures if failure.arm == arm]
        if failures and not (results.runs["variant"] == arm).any():
            why = f"failed at stage {failures[0].stage}: {failures[0].message}"
            raise InputError(f"every run of {arm!r} {why}", place=str(plan.question.path))
