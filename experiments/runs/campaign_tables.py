"""Campaigns over all runs: a row for each that was held, means by arm, and orders around their starts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from experiments.output.format_values import format_amount

if TYPE_CHECKING:
    import pandas as pd

    from experiments.execution.store import RunRecord
    from experiments.runs.planned_runs import PlannedRun

Floats = npt.NDArray[np.float64]

LINES = (
    ("campaigns", "campaigns in the measured days of a run", "count"),
    ("days", "days", "count"),
    ("addressed", "people addressed", "count"),
    ("held_out", "people held out", "count"),
    ("orders", "orders inside", "count"),
    ("paid", "paid inside", "money"),
    ("list_value", "at list value", "money"),
    ("discount", "discount", "money"),
    ("gifts", "gifts", "money"),
    ("message_cost", "messages", "money"),
    ("content_cost", "making content", "money"),
    ("paid_before", "taken from before (waiting)", "money"),
    ("paid_after", "taken from after (displacement)", "money"),
    ("net", "net of what was taken", "money"),
    ("uplift", "uplift against the holdout, inside", "money"),
    ("later_uplift", "up to the next start", "money"),
    ("contribution", "contribution of the uplift, inside", "money"),
    ("later_contribution", "contribution up to the next start", "money"),
    ("incremental_roi", "the same for each unit spent (incremental ROI)", "count"),
)
"""What is reported of a campaign: column, label and unit."""


@dataclass(frozen=True)
class CampaignMeans:
    """Means over all occurrences of one campaign in all runs of one arm, by column of the table.

    `errors` are standard errors of the uplifts' means over runs: chance variation of the holdout lots and of all else
    together. `count` is how many occurrences there are.
    """

    arm: str
    campaign: str
    count: int
    means: Mapping[str, float]
    errors: Mapping[str, float]


def campaigns_table(runs: Sequence[PlannedRun], records: Mapping[str, RunRecord]) -> pd.DataFrame:
    """One row per occurrence: variant, draw, replication and the fields of `sim.output.retrospective.Retrospective`."""
    import pandas as pd

    from sim.output.retrospective import Retrospective

    rows = [
        {"variant": run.arm, "draw": run.draw, "replication": run.replication, **row}
        for run in runs
        if run.key in records
        for row in records[run.key].campaigns
    ]
    names = ["variant", "draw", "replication", *(f.name for f in fields(Retrospective))]
    return pd.DataFrame(rows, columns=names)


def curves_table(runs: Sequence[PlannedRun], records: Mapping[str, RunRecord]) -> pd.DataFrame:
    """Orders per person by day from a start: variant, draw, replication, campaign, day, addressed, held_out."""
    import pandas as pd

    from sim.output.retrospective import AFTER, BEFORE

    parts = [
        pd.DataFrame({
            "variant": run.arm, "draw": run.draw, "replication": run.replication, "campaign": curve["campaign"],
            "day": range(-BEFORE, AFTER), "addressed": curve["addressed"], "held_out": curve["held_out"],
        })
        for run in runs
        if run.key in records
        for curve in records[run.key].curves
    ]  # fmt: skip
    names = ["variant", "draw", "replication", "campaign", "day", "addressed", "held_out"]
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=names)


def campaign_means(campaigns: pd.DataFrame, arms: Sequence[str], span: tuple[int, int]) -> list[CampaignMeans]:
    """Means of each campaign over those that began on a day of `span`, from its first to before its second; arms in the
    order given and campaigns by name."""
    began = campaigns[campaigns["first"].between(span[0], span[1] - 1)]
    return [
        _means(arm, str(name), rows)
        for arm in arms
        for name, rows in began[began["variant"] == arm].groupby("campaign", sort=True)
    ]


def _means(arm: str, name: str, rows: pd.DataFrame) -> CampaignMeans:
    runs = rows.groupby(["draw", "replication"])
    numbers = rows.drop(columns=["variant", "campaign"]).astype(float)
    means = {str(column): float(numbers[column].mean()) for column in numbers}
    means["campaigns"] = len(rows) / runs.ngroups
    means["incremental_roi"] = _incremental_roi(numbers)
    errors = {column: _error(runs[column].mean().to_numpy(np.float64)) for column in _ESTIMATED}
    return CampaignMeans(arm, name, len(rows), means, errors)


def _incremental_roi(numbers: pd.DataFrame) -> float:
    """What campaigns added to contribution, for each unit of discounts, gifts, messages and content; nan if unknown."""
    known = numbers[numbers["later_contribution"].notna()]
    spent = float(known[["discount", "gifts", "message_cost", "content_cost"]].to_numpy().sum())
    return float(known["later_contribution"].sum()) / spent if spent > 0.0 else float("nan")


_ESTIMATED = ("uplift", "later_uplift", "contribution", "later_contribution")


def _error(values: Floats) -> float:
    known = values[np.isfinite(values)]
    return float(known.std(ddof=1) / np.sqrt(known.size)) if known.size > 1 else float("nan")


def format_campaigns(means: Sequence[CampaignMeans], currency: str) -> list[tuple[str, list[str]]]:
    """For each reported column a label and one text per campaign; an uplift with its standard error.

    Columns that are zero for every campaign are left out.
    """
    return [
        (label, [_cell(one, column, unit, currency) for one in means])
        for column, label, unit in LINES
        if any(np.nan_to_num(one.means[column]) != 0.0 for one in means)
    ]


def _cell(one: CampaignMeans, column: str, unit: str, currency: str) -> str:
    text = format_amount(one.means[column], unit, currency)
    error = one.errors.get(column, float("nan"))
    return text if np.isnan(error) else f"{text}\n± {format_amount(error, unit, currency)}"


def mean_curves(curves: pd.DataFrame, arms: Sequence[str]) -> list[dict[str, Any]]:
    """For each arm and campaign the mean curve over runs: arm, campaign, day, addressed, held_out (arrays)."""
    found: list[dict[str, Any]] = []
    for arm in arms:
        for name, rows in curves[curves["variant"] == arm].groupby("campaign", sort=True):
            means = rows.groupby("day", sort=True)[["addressed", "held_out"]].mean().astype(float)
            columns = {str(column): means[column].to_numpy() for column in means}
            found.append({"arm": arm, "campaign": str(name), "day": means.index.to_numpy(), **columns})
    return found
