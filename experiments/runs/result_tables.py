"""Finished runs as tidy tables, and the messages that they sent."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

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


COHORTS = ("leads_in_cohort", "ordered_in_7d", "buyers_in_cohort", "repeated_in_90d")


def cohorts_table(runs: Sequence[PlannedRun], records: Mapping[str, RunRecord]) -> pd.DataFrame:
    """Columns variant, draw, replication, month (as in 2026-01), and those of `COHORTS`: people by the month in which
    they were added and in which they ordered first, and how many of them ordered within 7 days, and again within 90.

    People of day one are in no cohort, nor is who has fewer days left in the run.
    """
    import pandas as pd

    parts = []
    for run in runs:
        if run.key in records:
            daily = pd.DataFrame({name: records[run.key].series[name] for name in COHORTS})
            dates = pd.date_range(run.scenario.run.start, periods=len(daily))
            monthly = daily.groupby(dates.strftime("%Y-%m")).sum().rename_axis("month").reset_index()
            monthly.insert(0, "variant", run.arm)
            monthly.insert(1, "draw", run.draw)
            monthly.insert(2, "replication", run.replication)
            parts.append(monthly)
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=["variant", "month"])


def cohort_means(cohorts: pd.DataFrame) -> list[dict[str, Any]]:
    """For one arm: people of each month in the mean of its runs, and the shares who ordered and ordered again; a share
    of nobody is nan."""
    means = cohorts.groupby("month")[list(COHORTS)].mean()
    means["first_order_rate_7d"] = means["ordered_in_7d"] / means["leads_in_cohort"]
    means["repurchase_rate_90d"] = means["repeated_in_90d"] / means["buyers_in_cohort"]
    return [{"month": month, **dict(row)} for month, row in means.iterrows()]


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
