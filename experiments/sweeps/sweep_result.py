"""The result of a sweep."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from experiments.output.format_values import format_count
from experiments.output.json_answers import clean
from experiments.sweeps.designs import Design, Floats
from sim.output.shown import Drawn

if TYPE_CHECKING:
    import pandas as pd

    from scenarios import Plan

MINUS = " − "
LEADING = {"sobol": "ST", "grid": "ST", "latin": "S1", "file": "S1", "morris": "mu_star"}
"""The index by which paths are ranked, by design."""


@dataclass(frozen=True, repr=False)
class Sweep(Drawn):
    """A finished sweep. Money is in cents, shares are fractions, times are days."""

    plan: Plan
    """The plan that was run."""
    design: Design
    """Its points: `table` has a row for each point and a column for each path."""
    runs: pd.DataFrame
    """A row for each run: point, variant, draw, replication, `luck` (`shared` for common random numbers, `own` where a
    point is repeated with fresh ones), a column for each KPI, and of a failed run its stage and message."""
    means: pd.DataFrame
    """A row for each point and variant: the mean of each KPI over draws and replications, nan where a run is
    missing."""
    sensitivity: pd.DataFrame
    """A row for each KPI, variant and path: indices of sensitivity, their intervals and their noise floor."""
    failures: int
    """How many runs failed."""
    reused: int
    """How many runs were in the store already."""
    seconds: float
    """How long it took."""
    currency: str | None
    """The currency of the scenario; None for a plain function."""
    units: Mapping[str, str]
    """The unit of each KPI by its name: money, share, time or count."""
    warnings: tuple[str, ...] = ()
    """What is to be known before the answer is used, one line each."""
    provenance: Mapping[str, Any] = field(default_factory=dict)
    """By what it was computed: versions, fingerprints, seed, files."""

    def __repr__(self) -> str:
        arms, points = format_count(len(self.plan.arms), "arm"), format_count(self.design.shared, "point")
        runs = f"{format_count(len(self.runs), 'run')}, {self.failures:,} failed"
        return f"Sweep {self.plan.name!r}: {self.kpi} of {arms} over {len(self.plan.axes)} paths at {points}; {runs}"

    @property
    def kpi(self) -> str:
        """The deciding KPI: the first."""
        return next(iter(self.units))

    @property
    def better(self) -> int:
        """1 where more of the deciding KPI is better, -1 where less is, 0 where it has no better direction."""
        return 1 if self.plan.question is None else self.plan.question.measures[self.kpi].better

    def to_frame(self) -> pd.DataFrame:
        """One row per run on common random numbers, with the values of its point and its KPIs."""
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

    With several variants there are also the differences to the first at each point, as `other − first`.
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
