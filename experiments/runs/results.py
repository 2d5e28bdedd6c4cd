"""Finished and failed runs of a plan, and their tables."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from experiments.runs.campaign_tables import campaigns_table, curves_table
from experiments.runs.result_tables import cohorts_table, runs_table, sent_by_arm, series_table

if TYPE_CHECKING:
    import pandas as pd

    from experiments.execution.store import RunRecord
    from experiments.runs.planned_runs import PlannedRun, RunAddress


@dataclass(frozen=True)
class RunFailure:
    """A run that could not be done, at which stage (run, measure, worker) and why."""

    arm: str
    draw: int
    replication: int
    stage: str
    message: str


@dataclass(frozen=True)
class Results:
    """Planned runs in order, the records of finished ones by key, and why others failed.

    `reused` is how many were in the store already; `seconds` how long it took. Tables are made at first use.
    """

    planned: tuple[PlannedRun, ...]
    records: Mapping[str, RunRecord]
    failed: Mapping[RunAddress, RunFailure]
    reused: int = 0
    seconds: float = 0.0

    @cached_property
    def runs(self) -> pd.DataFrame:
        """One row per run, KPI and window."""
        return runs_table(self.planned, self.records)

    @cached_property
    def series(self) -> pd.DataFrame:
        """One row per run and day."""
        return series_table(self.planned, self.records)

    @cached_property
    def cohorts(self) -> pd.DataFrame:
        """One row per run and month: leads and first buyers of the month, and what became of them."""
        return cohorts_table(self.planned, self.records)

    @cached_property
    def campaigns(self) -> pd.DataFrame:
        """One row per campaign that was held in a run."""
        return campaigns_table(self.planned, self.records)

    @cached_property
    def curves(self) -> pd.DataFrame:
        """One row per run, campaign and day from a start."""
        return curves_table(self.planned, self.records)

    @cached_property
    def sent(self) -> dict[str, dict[str, int] | None]:
        """Messages delivered by arm and programme over all runs; None for an arm whose runs did not count them."""
        return sent_by_arm(self.planned, self.records)

    @property
    def horizon(self) -> tuple[int, int]:
        """The first measured day and the day after the last."""
        return self.planned[0].windows["horizon"]

    @property
    def failures(self) -> tuple[RunFailure, ...]:
        """Failed runs in the plan's order."""
        return tuple(self.failed[run.address] for run in self.planned if run.address in self.failed)

    @property
    def counts(self) -> dict[str, int]:
        """Runs planned, reused and failed."""
        return {"planned": len(self.planned), "reused": self.reused, "failed": len(self.failures)}

    @property
    def run_seconds(self) -> list[float]:
        """Seconds of each finished run, wherever and whenever it was done."""
        return [record.seconds for record in self.records.values()]

    def with_more(self, other: Results) -> Results:
        """These runs and then those of `other`."""
        return Results(
            planned=self.planned + other.planned,
            records={**self.records, **other.records},
            failed={**self.failed, **other.failed},
            reused=self.reused + other.reused,
            seconds=self.seconds + other.seconds,
        )
