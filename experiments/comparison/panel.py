"""From the tidy table of runs to one complete array of one KPI."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from experiments.comparison.statistics import Floats
from scenarios import InputError

if TYPE_CHECKING:
    import pandas as pd

    from experiments.runs.executed_runs import Results
    from scenarios import Question


@dataclass(frozen=True)
class Panel:
    """`values` (arms, draws, replications) of one KPI; `left_out` are the draws that were not complete,
    or the replications where there is one draw."""

    arms: tuple[str, ...]
    values: Floats
    left_out: tuple[int, ...]


def panel(question: Question, runs: pd.DataFrame, kpi: str, window: str = "horizon", *, strict: bool = True) -> Panel:
    """One KPI of all arms over complete draws: a draw where any arm has no number is left out of all; where there
    is one draw, a replication.

    Raises InputError when nothing is left and `strict`; otherwise returns a panel without draws.
    """
    arms = tuple(question.arms)
    values = cube(question, runs, kpi, window)
    single = values.shape[1] == 1
    complete = np.isfinite(values).all(axis=(0, 1 if single else 2))
    left_out = tuple(int(unit) for unit in np.flatnonzero(~complete))
    if strict and not complete.any():
        raise InputError(
            f"{question.path}: compare.kpi: no draw has a value of {kpi} in every arm, so nothing can be "
            f"compared; got {_what_is_missing(arms, values)}"
        )
    kept = values[:, :, complete] if single else values[:, complete]
    return Panel(arms, kept if kept.size else values[:, :0], left_out)


def cube(question: Question, runs: pd.DataFrame, kpi: str, window: str = "horizon") -> Floats:
    """Shape (arms, draws, replications) of one KPI, nan where a run failed or the value does not exist."""
    run = next(iter(question.arms.values())).run
    rows = runs[(runs["kpi"] == kpi) & (runs["window"] == window)]
    values = np.full((len(question.arms), run.draws, run.replications), np.nan)
    places = {arm: place for place, arm in enumerate(question.arms)}
    arm = rows["variant"].map(places).to_numpy(dtype=np.int64)
    draw, replication = (rows[name].to_numpy(dtype=np.int64) for name in ("draw", "replication"))
    values[arm, draw, replication] = rows["value"].to_numpy(dtype=np.float64)
    return values


def _what_is_missing(arms: tuple[str, ...], values: Floats) -> str:
    missing = {arm: int((~np.isfinite(own)).sum()) for arm, own in zip(arms, values, strict=True)}
    return ", ".join(f"{count} of {values[0].size} runs of {arm!r} without one" for arm, count in missing.items())


def judge_failures(question: Question, results: Results) -> None:
    """Raise InputError where every run of an arm failed."""
    for arm in question.arms:
        mine = [failure for failure in results.failures if failure.arm == arm]
        if mine and not (results.runs["variant"] == arm).any():
            why = f"failed at stage {mine[0].stage}: {mine[0].message}"
            raise InputError(f"{question.path}: every run of {arm!r} {why}")
