"""The findings of a sweep in sentences: what moves the deciding KPI, and where the ranking of the arms changes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from experiments.output.format_values import format_chance, format_kpi
from experiments.sweeps.designs import NOISE
from experiments.sweeps.sensitivity import is_constant
from experiments.sweeps.sweep_result import LEADING, MINUS, Sweep, responses

if TYPE_CHECKING:
    import pandas as pd


def headline(sweep: Sweep) -> str:
    """The paths that move the deciding KPI most, in a sentence without its full stop."""
    if not sweep.plan.sensitivity:
        return f"{format_kpi(sweep.kpi)} at {sweep.design.shared} points"
    if too_few(sweep):
        return f"{sweep.design.shared} points are too few to say what moves {format_kpi(sweep.kpi)}"
    arm = _leading_arm(sweep)
    if arm is None:
        return f"No path has an effect on {format_kpi(sweep.kpi)} above the noise floor"
    clear = _clear(sweep, arm)
    ties = list(clear[clear["high"].fillna(clear["value"]) >= clear["low"].fillna(clear["value"]).iloc[0]]["path"])
    where = f" under {arm}" if len(sweep.plan.arms) > 1 else ""
    if len(ties) == 1:
        return f"{ties[0]} moves {format_kpi(sweep.kpi)} most{where}"
    return f"{', '.join(ties[:-1])} and {ties[-1]} move {format_kpi(sweep.kpi)} most{where}"


def too_few(sweep: Sweep) -> bool:
    """Whether the deciding KPI varies, and yet no path has an index."""
    values = responses(sweep.plan, sweep.design, sweep.means)[sweep.kpi, sweep.plan.arms[0]]
    ranked = _ranked(sweep)
    return len(ranked) > 0 and bool(ranked["value"].isna().all()) and not is_constant(values[np.isfinite(values)])


def findings(sweep: Sweep) -> list[str]:
    """Shares of variance, paths below the noise floor, and where the ranking of the arms changes."""
    arm = _leading_arm(sweep)
    sentences = []
    if arm is not None:
        ranked = _ranked(sweep, arm)
        sentences.append(_shares(sweep, ranked))
        idle = [str(path) for path in ranked[~ranked["clear"]]["path"]]
        sentences += [f"Not above the noise floor: {', '.join(idle)}."] if idle else []
    elif sweep.plan.sensitivity and not too_few(sweep):
        sentences.append("More replications or draws at each point would lower the noise floor.")
    return [*sentences, *_rankings(sweep)]


def _leading_arm(sweep: Sweep) -> str | None:
    """The first arm in which any path is above the noise floor."""
    return next((arm for arm in sweep.plan.arms if len(_clear(sweep, arm))), None)


def _clear(sweep: Sweep, variant: str) -> pd.DataFrame:
    ranked = _ranked(sweep, variant)
    return ranked[ranked["clear"]]


def _ranked(sweep: Sweep, variant: str | None = None) -> pd.DataFrame:
    """The leading indices of the deciding KPI in an arm (the first), largest first, without the noise axis."""
    table = sweep.sensitivity
    of_kpi = (table["kpi"] == sweep.kpi) & (table["variant"] == (variant or sweep.plan.arms[0]))
    chosen = table[of_kpi & (table["index"] == LEADING[sweep.plan.design]) & (table["path"] != NOISE)]
    return chosen.sort_values("value", ascending=False, kind="stable")


def _shares(sweep: Sweep, ranked: pd.DataFrame) -> str:
    clear = ranked[ranked["clear"]]
    if sweep.plan.design == "morris":
        return f"Above the noise floor, in this order: {', '.join(clear['path'])}."
    single = LEADING[sweep.plan.design] == "S1"
    kind = "single paths explain" if single else "paths with their interactions explain"
    parts = (f"{path} {format_chance(value)}" for path, value in zip(clear["path"], clear["value"], strict=True))
    return f"Of the variance of {format_kpi(sweep.kpi)} over these points, {kind}: {', '.join(parts)}."


def _rankings(sweep: Sweep) -> list[str]:
    """At how many points each arm is ahead; or highest, where the KPI has no better direction."""
    arms = sweep.plan.arms
    if len(arms) < 2:
        return []
    values_of = responses(sweep.plan, sweep.design, sweep.means)
    ahead = "ahead" if sweep.better else "highest"
    values = (sweep.better or 1) * np.column_stack([values_of[sweep.kpi, arm] for arm in arms])[: sweep.design.shared]
    whole = values[np.isfinite(values).all(axis=1)]
    best = whole.max(axis=1, keepdims=True, initial=-np.inf)
    alone = (whole == best) & ((whole == best).sum(axis=1, keepdims=True) == 1)
    counts = {arm: int(count) for arm, count in zip(arms, alone.sum(axis=0), strict=True)}
    parts = [f"{arm} in {count}" for arm, count in sorted(counts.items(), key=lambda pair: -pair[1]) if count]
    level = len(whole) - sum(counts.values())
    if len(parts) == 1 and not level:
        best_arm = max(counts, key=lambda arm: counts[arm])
        words = f"{best_arm} is {ahead} at all {len(whole)} points: the ranking does not change."
    elif parts:
        words = (
            f"{ahead.capitalize()}: {', '.join(parts)} of {len(whole)} points{f'; level in {level}' if level else ''}."
        )
    else:
        words = f"Level at all {len(whole)} points."
    return [words, *_difference_movers(sweep)]


def _difference_movers(sweep: Sweep) -> list[str]:
    """The path that moves the difference between each other arm and the first most, if it is above the noise floor."""
    first, found = sweep.plan.arms[0], []
    for arm in sweep.plan.arms[1:]:
        clear = _clear(sweep, f"{arm}{MINUS}{first}")
        if len(clear):
            found.append(f"The difference of {arm} to {first} depends most on {clear.iloc[0]['path']}.")
    return found
