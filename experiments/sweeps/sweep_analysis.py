"""Analysis of a sweep's finished runs: means at each point, indices of sensitivity, and warnings."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from experiments.sweeps.designs import Design
from experiments.sweeps.sensitivity import indices
from experiments.sweeps.sweep_result import Sweep, responses
from experiments.sweeps.sweep_runs import kpi_columns
from scenarios import InputError, Plan

if TYPE_CHECKING:
    import pandas as pd


def analyse(plan: Plan, design: Design, runs: pd.DataFrame, provenance: Mapping[str, Any]) -> Sweep:
    """The result of finished runs. Raises InputError where every run failed."""
    failed = runs[runs["stage"].notna()]
    if len(failed) == len(runs):
        first = failed.iloc[0]
        problem = f"every run failed, the first at stage {first['stage']}: {first['message']}"
        raise InputError(problem, place=str(plan.path))
    kpis = kpi_columns(runs)
    groups = runs.groupby(["point", "variant"], sort=False)[kpis]
    means = groups.mean().where(groups.count().eq(groups.size(), axis=0)).reset_index()
    return Sweep(
        plan=plan,
        design=design,
        runs=runs,
        means=means,
        sensitivity=indices(plan, design, responses(plan, design, means)),
        failures=len(failed),
        reused=int(provenance["runs"]["reused"]),
        seconds=float(provenance["seconds"]["total"]),
        currency=None if plan.question is None else next(iter(plan.question.arms.values())).market.money.currency,
        units=_units(plan, kpis),
        warnings=(*_failure_warning(failed), *_missing_values(runs, kpis)),
        provenance=provenance,
    )


def _units(plan: Plan, kpis: list[str]) -> dict[str, str]:
    measures = None if plan.question is None else plan.question.measures
    return {kpi: "number" if measures is None else measures[kpi].unit for kpi in kpis}


def _failure_warning(failed: pd.DataFrame) -> tuple[str, ...]:
    if not len(failed):
        return ()
    first = failed.iloc[0]
    place = f"point {first['point']}, {first['variant']!r}, draw {first['draw']}, replication {first['replication']}"
    count = f"{len(failed)} runs failed; the means leave out their points"
    return (f"{count}; the first is {place}, at stage {first['stage']}: {first['message']}",)


def _missing_values(runs: pd.DataFrame, kpis: list[str]) -> list[str]:
    """KPIs without a finite value in runs that did not fail, such as an average order value without orders."""
    finished = runs[runs["stage"].isna()]
    counts = {kpi: int((~np.isfinite(finished[kpi].astype(float))).sum()) for kpi in kpis}
    return [f"{n} runs have no finite {kpi}; its results leave out their points" for kpi, n in counts.items() if n]
