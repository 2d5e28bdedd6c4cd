"""One arm, many markets and lives: what to expect of it."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from experiments.comparison.question_setup import resized
from experiments.execution.progress import Progress
from experiments.execution.store import Store
from experiments.output.json_answers import clean
from experiments.output.result_files import write_events, write_tables
from experiments.runs.campaign_tables import brought
from experiments.runs.executed_runs import Results, execute
from experiments.runs.idle_programmes import idle
from experiments.runs.planned_runs import PlannedRun, plan
from experiments.runs.provenance import provenance
from scenarios import InputError, belief_table

if TYPE_CHECKING:
    import pandas as pd

    from scenarios import Question


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
    """What one arm does. `fingerprint` is the run's own for one run, else the hash of all in order."""

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
            "campaigns": [vars(one) for one in brought(self.results.campaigns, [self.variant])],
            "failed": failed,
            "warnings": list(self.warnings),
        })  # fmt: skip

    def to_frame(self) -> pd.DataFrame:
        """One row per KPI."""
        import pandas as pd

        return pd.DataFrame([{"kpi": name, **vars(kpi)} for name, kpi in self.kpis.items()])


def run_arm(
    question: Question,
    arm: str | None = None,
    *,
    draws: int | None = None,
    replications: int | None = None,
    jobs: int | None = None,
    cluster: str | None = None,
    seed: int | None = None,
    events: bool = False,
    out: str | Path | None = None,
    store: str | Path | None = None,
    progress: Callable[[Progress], None] | None = None,
) -> ArmSummary:
    """Run one arm of a question (the first by default) over its markets and lives.

    With `out`, tables are written there, finished runs are kept as `compare` does, and with `events` the events of draw
    0, replication 0 are written too. Raises
    InputError for an unknown arm, and where every run fails.
    """
    start = time.perf_counter()
    chosen = _only(resized(question, draws, replications, seed), arm)
    name, scenario = next(iter(chosen.arms.items()))
    size = scenario.run
    runs = plan(chosen, belief_table(chosen, size.draws), size.draws, size.replications)
    results = execute(runs, jobs=jobs, cluster=cluster, store=Store.beside(out, store), progress=progress)
    if not results.pieces:
        first = results.failures[0]
        raise InputError(f"{question.path}: every run of {name!r} failed at stage {first.stage}: {first.message}")
    answer = ArmSummary(
        question=chosen,
        variant=name,
        draws=size.draws,
        replications=size.replications,
        fingerprint=_fingerprint(runs, results),
        kpis=_kpis(runs, results),
        currency=scenario.market.money.currency,
        warnings=tuple(idle(chosen.arms, results)),
        results=results,
        provenance=provenance(chosen, results.counts(chosen), time.perf_counter() - start, results.lives()),
    )
    if out is not None:
        write_tables(Path(out), chosen, results, answer.provenance, "run.json", answer.to_json())
        if events:
            write_events(Path(out), runs[0])
    return answer


def _only(question: Question, arm: str | None) -> Question:
    name = arm if arm is not None else next(iter(question.arms))
    if name not in question.arms:
        known = ", ".join(question.arms)
        raise InputError(f"{question.path}: variants: one of {known} is allowed; got {name!r}")
    return replace(question, arms={name: question.arms[name]})


def _fingerprint(runs: list[PlannedRun], results: Results) -> str:
    prints = [results.pieces[run.key].fingerprint for run in runs if run.key in results.pieces]
    if len(prints) == 1:
        return prints[0]
    return hashlib.blake2b("\n".join(prints).encode(), digest_size=16).hexdigest()


def _kpis(runs: list[PlannedRun], results: Results) -> dict[str, Kpi]:
    from sim.output.measures import MEASURES

    table = results.runs[results.runs["window"] == "horizon"]
    window = runs[0].windows["horizon"]
    return {name: _kpi(table[table["kpi"] == name], window, MEASURES[name].unit) for name in MEASURES}


def _kpi(rows: pd.DataFrame, window: tuple[int, int], unit: str) -> Kpi:
    values = rows["value"].to_numpy(dtype=np.float64)
    values = values[np.isfinite(values)]
    mean = float(values.mean()) if values.size else float("nan")
    sd = float(values.std(ddof=1)) if values.size > 1 else float("nan")
    numerator, denominator = (float(rows[name].mean()) for name in ("numerator", "denominator"))
    return Kpi(mean, sd, int(values.size), numerator, denominator, window, unit)
