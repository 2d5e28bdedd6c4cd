"""What a sweep brings back, and the sentences that it comes down to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from experiments.output.format_values import format_kpi
from experiments.output.json_answers import clean
from experiments.sweeps.designs import LUCK, Design, Floats
from experiments.sweeps.sensitivity import is_constant

if TYPE_CHECKING:
    import pandas as pd

    from scenarios import Plan

MINUS = " − "
LEADING = {"sobol": "ST", "grid": "ST", "latin": "S1", "file": "S1", "morris": "mu_star"}
"""The index by which paths are ranked, by design."""


@dataclass(frozen=True)
class Sweep:
    """A finished sweep. Money is in cents, shares are fractions, times are days.

    runs: a row for each run: point, variant, draw, replication, luck (`shared`, or its `own` where a point is lived
        once more for what luck alone shows), a column for each KPI, and of a failed run its stage and message.
    means: a row for each point and variant: each KPI's mean over draws and replications, nan where a run is missing.
    sensitivity: `experiments.sweeps.sensitivity.indices` of `responses`. units: by KPI, as of a measure.
    """

    plan: Plan
    design: Design
    runs: pd.DataFrame
    means: pd.DataFrame
    sensitivity: pd.DataFrame
    failures: int
    reused: int
    seconds: float
    currency: str | None
    units: Mapping[str, str]
    warnings: tuple[str, ...] = ()
    provenance: Mapping[str, Any] = field(default_factory=dict)

    @property
    def kpi(self) -> str:
        """The number that decides: the first."""
        return next(iter(self.units))

    @property
    def better(self) -> int:
        """1 where more of the deciding number is better, -1 where less is, 0 where neither is said to be."""
        from sim.output.measures import MEASURES

        return 1 if self.plan.question is None else MEASURES[self.kpi].better

    def to_frame(self) -> pd.DataFrame:
        """One row per run on shared luck, the point's values beside its KPIs."""
        return self.runs[self.runs["luck"] == "shared"].merge(self.design.table, left_on="point", right_index=True)

    def to_json(self, out: str | Path | None = None) -> dict[str, Any]:
        """The machine-readable answer, schema 1; `table` is the table of runs in the folder `out`."""
        table = None if out is None else str(Path(out) / "runs.parquet")
        return clean({
            "schema": 1,
            "name": self.plan.name,
            "design": self.plan.design,
            "points": self.design.shared,
            "runs": len(self.runs),
            "reused": self.reused,
            "failed": self.failures,
            "table": table,
            "sensitivity": self.sensitivity.to_dict("records"),
            "warnings": list(self.warnings),
        })  # fmt: skip


def responses(plan: Plan, design: Design, means: pd.DataFrame) -> dict[tuple[str, str], Floats]:
    """For each (KPI, variant) the mean at each point, shape (n,), nan where there is none.

    With several variants the differences to the first, point by point, stand beside them as `other − first`.
    """
    kpis = plan.kpis or tuple(name for name in means.columns if name not in ("point", "variant"))
    wide = {
        (kpi, arm): means[means["variant"] == arm].set_index("point")[kpi].reindex(range(len(design.fresh)))
        for kpi in kpis
        for arm in plan.arms
    }
    found = {key: column.to_numpy(dtype=np.float64) for key, column in wide.items()}
    first = plan.arms[0]
    for kpi in kpis:
        for arm in plan.arms[1:]:
            found[kpi, f"{arm}{MINUS}{first}"] = found[kpi, arm] - found[kpi, first]
    return found


def headline(sweep: Sweep) -> str:
    """What moves the deciding number most, as far as the points tell."""
    if not sweep.plan.sensitivity:
        return f"{format_kpi(sweep.kpi)} at {sweep.design.shared} points"
    if too_few(sweep):
        return f"{sweep.design.shared} points are too few to tell what moves {format_kpi(sweep.kpi)}"
    arm = _speaking(sweep)
    if arm is None:
        return f"Nothing that was varied can be told from luck in {format_kpi(sweep.kpi)}"
    clear = _clear(sweep, arm)
    ties = list(clear[clear["high"].fillna(clear["value"]) >= clear["low"].fillna(clear["value"]).iloc[0]]["path"])
    where = f" under {arm}" if len(sweep.plan.arms) > 1 else ""
    if len(ties) == 1:
        return f"{ties[0]} moves {format_kpi(sweep.kpi)} most{where}"
    return f"{', '.join(ties[:-1])} and {ties[-1]} move {format_kpi(sweep.kpi)} most{where}"


def too_few(sweep: Sweep) -> bool:
    """Whether the deciding number varies, and yet no path has an index."""
    values = responses(sweep.plan, sweep.design, sweep.means)[sweep.kpi, sweep.plan.arms[0]]
    ranked = _ranked(sweep)
    return len(ranked) > 0 and bool(ranked["value"].isna().all()) and not is_constant(values[np.isfinite(values)])


def findings(sweep: Sweep) -> list[str]:
    """The sweep in a few sentences: shares, what is luck, and where the ranking of the arms turns."""
    arm = _speaking(sweep)
    told = []
    if arm is not None:
        ranked = _ranked(sweep, arm)
        told.append(_shares(sweep, ranked))
        idle = [str(path) for path in ranked[~ranked["clear"]]["path"]]
        told += [f"Not to be told from luck: {', '.join(idle)}."] if idle else []
    elif sweep.plan.sensitivity and not too_few(sweep):
        told.append("More replications or draws at each point would lower what luck alone shows.")
    return [*told, *_turns(sweep)]


def _speaking(sweep: Sweep) -> str | None:
    """The first arm in which anything can be told from luck."""
    return next((arm for arm in sweep.plan.arms if len(_clear(sweep, arm))), None)


def _clear(sweep: Sweep, variant: str) -> pd.DataFrame:
    ranked = _ranked(sweep, variant)
    return ranked[ranked["clear"]]


def _ranked(sweep: Sweep, variant: str | None = None) -> pd.DataFrame:
    """The deciding number's leading indices in an arm (the first), largest first, without the axis that is luck."""
    table = sweep.sensitivity
    of_kpi = (table["kpi"] == sweep.kpi) & (table["variant"] == (variant or sweep.plan.arms[0]))
    chosen = table[of_kpi & (table["index"] == LEADING[sweep.plan.design]) & (table["path"] != LUCK)]
    return chosen.sort_values("value", ascending=False, kind="stable")


def _shares(sweep: Sweep, ranked: pd.DataFrame) -> str:
    clear = ranked[ranked["clear"]]
    if sweep.plan.design == "morris":
        return f"Above luck, in this order: {', '.join(clear['path'])}."
    kind = "alone explain" if LEADING[sweep.plan.design] == "S1" else "explain, alone and with others,"
    parts = (f"{path} {100 * value:.0f} %" for path, value in zip(clear["path"], clear["value"], strict=True))
    return f"Of how {format_kpi(sweep.kpi)} varies over these points, paths {kind}: {', '.join(parts)}."


def _turns(sweep: Sweep) -> list[str]:
    """In how many points which arm is ahead, or, of a number without a better direction, highest."""
    arms = sweep.plan.arms
    if len(arms) < 2:
        return []
    told = responses(sweep.plan, sweep.design, sweep.means)
    ahead = "ahead" if sweep.better else "highest"
    values = (sweep.better or 1) * np.column_stack([told[sweep.kpi, arm] for arm in arms])[: sweep.design.shared]
    whole = values[np.isfinite(values).all(axis=1)]
    best = whole.max(axis=1, keepdims=True, initial=-np.inf)
    alone = (whole == best) & ((whole == best).sum(axis=1, keepdims=True) == 1)
    counts = {arm: int(count) for arm, count in zip(arms, alone.sum(axis=0), strict=True)}
    parts = [f"{arm} in {count}" for arm, count in sorted(counts.items(), key=lambda pair: -pair[1]) if count]
    level = len(whole) - sum(counts.values())
    if len(parts) == 1 and not level:
        best_arm = max(counts, key=lambda arm: counts[arm])
        return [f"{best_arm} is {ahead} at all {len(whole)} points: the ranking does not turn.", *_decides(sweep)]
    words = (
        [f"{ahead.capitalize()}: {', '.join(parts)} of {len(whole)} points"]
        if parts
        else [f"Level at all {len(whole)} points"]
    )
    return [f"{words[0]}{f'; level in {level}' if level and parts else ''}.", *_decides(sweep)]


def _decides(sweep: Sweep) -> list[str]:
    """What moves the difference between each other arm and the first, where that can be told from luck."""
    first, found = sweep.plan.arms[0], []
    for arm in sweep.plan.arms[1:]:
        clear = _clear(sweep, f"{arm}{MINUS}{first}")
        if len(clear):
            found.append(f"How far {arm} is from {first} turns most on {clear.iloc[0]['path']}.")
    return found
