"""Finished runs as tidy tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from experiments.execution.store import RunRecord
from experiments.runs.planned_runs import PlannedRun

if TYPE_CHECKING:
    import pandas as pd


def runs_table(runs: Sequence[PlannedRun], pieces: Mapping[str, RunRecord]) -> pd.DataFrame:
    """Columns variant, draw, replication, kpi, window, value, numerator, denominator, and fingerprint: of the run's
    events."""
    import pandas as pd

    rows = [
        (run.arm, run.draw, run.replication, *row, pieces[run.key].fingerprint)
        for run in runs
        if run.key in pieces
        for row in pieces[run.key].measures
    ]
    names = ["variant", "draw", "replication", "kpi", "window", "value", "numerator", "denominator", "fingerprint"]
    return pd.DataFrame(rows, columns=names)


def series_table(runs: Sequence[PlannedRun], pieces: Mapping[str, RunRecord]) -> pd.DataFrame:
    """Columns variant, draw, replication, day, and one per daily account (counts, or cents)."""
    import pandas as pd

    parts = [
        pd.DataFrame({
            "variant": run.arm, "draw": run.draw, "replication": run.replication,
            "day": range(_length(pieces[run.key])), **pieces[run.key].series,
        })
        for run in runs
        if run.key in pieces
    ]  # fmt: skip
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=["variant", "day"])


def _length(piece: RunRecord) -> int:
    return max((len(values) for values in piece.series.values()), default=0)
