"""Finished runs as tidy tables, and the messages that they sent."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from experiments.execution.store import RunRecord
from experiments.runs.planned_runs import PlannedRun

if TYPE_CHECKING:
    import pandas as pd


def runs_table(runs: Sequence[PlannedRun], records: Mapping[str, RunRecord]) -> pd.DataFrame:
    """Columns variant, draw, replication, kpi, window, value, numerator, denominator, and fingerprint: of the run's
    events."""
    import pandas as pd

    rows = [
        (*run.address, *row, records[run.key].fingerprint)
        for run in runs
        if run.key in records
        for row in records[run.key].measures
    ]
    names = ["variant", "draw", "replication", "kpi", "window", "value", "numerator", "denominator", "fingerprint"]
    return pd.DataFrame(rows, columns=names)


def series_table(runs: Sequence[PlannedRun], records: Mapping[str, RunRecord]) -> pd.DataFrame:
    """Columns variant, draw, replication, day, and one per daily account (counts, or cents)."""
    import pandas as pd

    parts = [
        pd.DataFrame({
            "variant": run.arm, "draw": run.draw, "replication": run.replication,
            "day": range(_length(records[run.key])), **records[run.key].series,
        })
        for run in runs
        if run.key in records
    ]  # fmt: skip
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=["variant", "day"])


def _length(record: RunRecord) -> int:
    return max((len(values) for values in record.series.values()), default=0)


def sent_by_arm(runs: Sequence[PlannedRun], records: Mapping[str, RunRecord]) -> dict[str, dict[str, int] | None]:
    """Messages delivered by programme over all finished runs of each arm; None where a run did not count them."""
    sums: dict[str, dict[str, int] | None] = {}
    for run in runs:
        if run.key in records:
            sums[run.arm] = _added(sums.get(run.arm, {}), records[run.key].sent)
    return sums


def _added(one: Mapping[str, int] | None, other: Mapping[str, int] | None) -> dict[str, int] | None:
    """Counts by name added up; None where one of them is unknown."""
    if one is None or other is None:
        return None
    return {name: one.get(name, 0) + other.get(name, 0) for name in {*one, *other}}
