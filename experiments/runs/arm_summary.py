"""What the runs of one arm come to."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from experiments.output.json_answers import clean
from experiments.runs.campaign_tables import CampaignMeans, campaign_means
from experiments.runs.idle_programmes import idle_programmes_text
from experiments.runs.profit_statement import Statement, profit_statements
from experiments.runs.provenance import provenance
from experiments.runs.result_tables import cohort_means
from experiments.runs.results import Results
from scenarios import InputError, Question

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Kpi:
    """A measure over all runs of an arm: mean and standard deviation, and mean numerator and denominator.

    `n` counts runs where the value exists; `window` is the first day and the day after the last.
    """

    mean: float
    sd: float
    n: int
    numerator: float
    denominator: float
    window: tuple[int, int]
    unit: str


@dataclass(frozen=True)
class ArmSummary:
    """The KPIs of one arm. `fingerprint` is that of the run where there is one, else the hash of all in order.

    `assumptions` are the numbers that profit rests on, as plain JSON; None where they were not looked for.
    """

    question: Question
    variant: str
    draws: int
    replications: int
    fingerprint: str
    kpis: Mapping[str, Kpi]
    currency: str
    warnings: tuple[str, ...]
    results: Results
    provenance: Mapping[str, Any]
    assumptions: Mapping[str, Any] | None = None

    def statement(self) -> Statement:
        """The profit statement over the horizon."""
        return profit_statements(self.results, [self.variant], self.results.horizon)[self.variant]

    def campaigns(self) -> list[CampaignMeans]:
        """Means of each campaign over the horizon."""
        return campaign_means(self.results.campaigns, [self.variant], self.results.horizon)

    def to_json(self) -> dict[str, Any]:
        """The machine-readable answer, schema 1."""
        kpis = {name: vars(kpi) for name, kpi in self.kpis.items()}
        failed = [vars(failure) for failure in self.results.failures]
        return clean({
            "schema": 1,
            "scenario": self.question.name,
            "variant": self.variant,
            "draws": self.draws,
            "replications": self.replications,
            "fingerprint": self.fingerprint,
            "currency": self.currency,
            "kpis": kpis,
            "statement": self.statement().to_json(),
            "campaigns": [vars(one) for one in self.campaigns()],
            "cohorts": cohort_means(self.results.cohorts),
            "failed": failed,
            "warnings": list(self.warnings),
            "assumptions": self.assumptions,
        })  # fmt: skip

    def to_frame(self) -> pd.DataFrame:
        """One row per KPI."""
        import pandas as pd

        return pd.DataFrame([{"kpi": name, **vars(kpi)} for name, kpi in self.kpis.items()])


def summarise(question: Question, results: Results) -> ArmSummary:
    """The summary of a question with one arm. Raises InputError where every run failed."""
    name, scenario = next(iter(question.arms.items()))
    if not results.records:
        first = results.failures[0]
        problem = f"every run of {name!r} failed at stage {first.stage}: {first.message}"
        raise InputError(problem, place=str(question.path))
    return ArmSummary(
        question=question,
        variant=name,
        draws=scenario.run.draws,
        replications=scenario.run.replications,
        fingerprint=_fingerprint(results),
        kpis=_kpis(question, results),
        currency=scenario.market.money.currency,
        warnings=tuple(idle_programmes_text(question.arms, results)),
        results=results,
        provenance=provenance(question, results.counts, results.seconds, results.run_seconds),
    )


def _fingerprint(results: Results) -> str:
    prints = [results.records[run.key].fingerprint for run in results.planned if run.key in results.records]
    if len(prints) == 1:
        return prints[0]
    return hashlib.blake2b("\n".join(prints).encode(), digest_size=16).hexdigest()


def _kpis(question: Question, results: Results) -> dict[str, Kpi]:
    table = results.runs[results.runs["window"] == "horizon"]
    window = results.horizon
    return {name: _kpi(table[table["kpi"] == name], window, one.unit) for name, one in question.measures.items()}


def _kpi(rows: pd.DataFrame, window: tuple[int, int], unit: str) -> Kpi:
    values = rows["value"].to_numpy(dtype=np.float64)
    values = values[np.isfinite(values)]
    mean = float(values.mean()) if values.size else float("nan")
    sd = float(values.std(ddof=1)) if values.size > 1 else float("nan")
    numerator, denominator = (float(rows[name].mean()) for name in ("numerator", "denominator"))
    return Kpi(mean, sd, int(values.size), numerator, denominator, window, unit)
