"""The answer to a question: arms, pairs, KPIs and the verdict."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from textwrap import shorten
from typing import TYPE_CHECKING, Any

from experiments.assumptions.deciding_number import DecidingNumber
from experiments.assumptions.profit_assumptions import ProfitAssumptions
from experiments.comparison.beside_references import ReferenceResult
from experiments.comparison.comparison_plan import ComparisonPlan
from experiments.comparison.constraints import ConstraintCheck
from experiments.comparison.plausible_markets import VarianceShares
from experiments.comparison.statistics import Floats
from experiments.comparison.stop_rule import PrecisionReached
from experiments.comparison.verdict import Kind
from experiments.output.format_values import format_count
from experiments.output.json_answers import clean
from experiments.runs.profit_statement import Statement, profit_statements
from experiments.runs.results import Results
from sim.output.shown import Drawn

if TYPE_CHECKING:
    import pandas as pd

    from scenarios import Question

SHORT = 130
"""Characters of the reason in the short form of an answer; `reason` and `whole_reason` have all."""


@dataclass(frozen=True)
class ComparisonRuns:
    """What a comparison is judged from: the plan at its final size, its runs, and how a precision was reached."""

    plan: ComparisonPlan
    results: Results
    auto: PrecisionReached | None
    provenance: Mapping[str, Any]


@dataclass(frozen=True)
class ArmResult:
    """An arm's deciding KPI. low and high: t interval of its mean over draws, by itself.

    probability_best_error: how far the further end of the exact interval of probability_best is from it, by the number
    of plausible markets. probability_admissible: that it keeps its bounds. worst_tenth: the regret in the worst tenth
    of plausible markets. None where there is one market, and where a single run says nothing of a bound.
    """

    name: str
    mean: float
    low: float | None
    high: float | None
    probability_best: float
    expected_regret: float
    probability_best_error: float | None
    probability_admissible: float | None
    worst_tenth: float | None


@dataclass(frozen=True)
class PairDifference:
    """a minus b. low and high hold for all pairs together; market_low and market_high are the 5 % and 95 %
    points of the difference over plausible markets, without the chance variation between replications."""

    a: str
    b: str
    difference: float
    low: float | None
    high: float | None
    market_low: float
    market_high: float
    variance_reduction: float | None


@dataclass(frozen=True)
class KpiEffect:
    """One KPI of one arm, and its paired difference from the arm of reference with an interval."""

    kpi: str
    window: str
    arm: str
    mean: float
    difference: float
    low: float | None
    high: float | None


@dataclass(frozen=True, repr=False)
class Comparison(Drawn):
    """The answer to a question. Money is in cents, shares are fractions, times are days."""

    plan: ComparisonPlan
    """What was to be run and how it is judged: `kpi`, `run`, `question`, bounds and precision."""
    strategies: tuple[ArmResult, ...]
    """The arms, each with `name`, `mean` of the deciding KPI, `low`, `high`, `probability_best`, `expected_regret` and
    `worst_tenth`."""
    pairs: tuple[PairDifference, ...]
    """Every pair of arms, each with `a`, `b`, `difference` (a less b), and `low` and `high`, which hold for all pairs
    together."""
    verdict: str | None
    """The arm to choose; None where there is none."""
    kind: Kind
    """What kind of answer it is: winner, no difference, undecided, or not calibrated."""
    reason: str
    """The verdict in a sentence or two."""
    leaders: tuple[str, ...]
    """The arm to choose, or the arms among which the choice lies; none where no arm may be chosen."""
    either: bool
    """Whether the leaders are shown to be alike, with others behind, so that the choice among them does not matter."""
    draws_enough: bool
    """Whether draws and replications are enough: more of them would not help."""
    uncertainty: VarianceShares | None
    """How much of the variance of the difference between the two best arms is of the market, and how much is chance;
    None for a single arm or replication."""
    checks: tuple[ConstraintCheck, ...]
    """Of each arm, whether it keeps each bound."""
    effects: tuple[KpiEffect, ...]
    """Every KPI of every arm: `kpi`, `window`, `arm`, `mean`, and the paired difference from the arm of reference."""
    left_out: tuple[int, ...]
    """Draws (replications of a single draw) that a failed run or a missing value took from every arm."""
    warnings: tuple[str, ...]
    """What is to be known before the answer is used, one line each."""
    market_means: Floats
    """The deciding KPI of each arm in each plausible market without the chance variation between replications; shape
    (arms, draws)."""
    results: Results
    """The tables of all runs as data frames: `runs`, `series`, `cohorts`, `campaigns`, and the runs that `failed`."""
    provenance: Mapping[str, Any]
    """By what it was computed: versions, fingerprints, seed, files."""
    auto: PrecisionReached | None = None
    """How replications chosen by precision came to an end; None where their number was stated."""
    references: tuple[ReferenceResult, ...] = ()
    """The reference arms beside the best arm."""
    loss: str = ""
    """That every arm loses money, in a sentence; empty otherwise."""
    beside: str = ""
    """That the best arm is not clearly better than a reference arm, in a sentence; empty otherwise."""
    assumptions: ProfitAssumptions | None = None
    """The numbers that profit rests on; None where they were not looked for."""
    turns_on: DecidingNumber | None = None
    """The number on which the choice between the two best arms turns most; None where none stands out."""

    def __repr__(self) -> str:
        size = f"{format_count(self.draws, 'draw')} x {format_count(self.replications, 'replication')}"
        loses = ", every arm loses money" if self.loss else ""
        head = f"Comparison {self.question.name!r}: {len(self.strategies)} arms by {self.plan.kpi}, {size}; {self.kind}"
        reason = self.reason.removeprefix(f"{self.kind}: ")
        said = reason if self.verdict is None else f"Choose {self.verdict}: {reason}"
        return f"{head}{loses}\n{shorten(said, SHORT, placeholder=' ...')}"

    @property
    def whole_reason(self) -> str:
        """The reason, after what comes before any verdict, and before what the reference arms add."""
        return " ".join(part for part in (self.loss, self.reason, self.beside) if part)

    @property
    def question(self) -> Question:
        """The question at the size that was run."""
        return self.plan.question

    @property
    def draws(self) -> int:
        """Plausible markets, at least."""
        return self.plan.run.draws

    @property
    def replications(self) -> int:
        """Replications in each market."""
        return self.plan.run.replications

    def statements(self) -> dict[str, Statement]:
        """The profit statement of each arm over the horizon."""
        run = self.plan.run
        return profit_statements(self.results, tuple(self.plan.arms), (run.warm_up, run.warm_up + run.horizon))

    def to_json(self) -> dict[str, Any]:
        """The machine-readable answer, schema 1; docs/reference/json.md lists its fields."""
        plan = self.plan
        return clean({
            "schema": 1,
            "name": plan.question.name,
            "question": plan.question.question,
            "kpi": plan.kpi,
            "unit": plan.unit,
            "currency": plan.currency,
            "draws": self.draws,
            "replications": self.replications,
            "confidence": plan.confidence,
            "indifference": plan.question.compare.indifference,
            "against": plan.against,
            "strategies": [vars(strategy) for strategy in self.strategies],
            "pairs": [vars(pair) for pair in self.pairs],
            "verdict": self.verdict,
            "kind": self.kind,
            "reason": self.whole_reason,
            "leaders": list(self.leaders),
            "draws_enough": self.draws_enough,
            "all_lose_money": bool(self.loss),
            "references": [vars(reference) for reference in self.references],
            "assumptions": self.assumptions.to_json() if self.assumptions else None,
            "turns_on": self.turns_on.to_json() if self.turns_on else None,
            "uncertainty": {
                "market_share": self.uncertainty.market if self.uncertainty else None,
                "chance_share": self.uncertainty.chance if self.uncertainty else None,
            },
            "constraints": [vars(check) for check in self.checks],
            "effects": [vars(effect) for effect in self.effects],
            "statements": {arm: one.to_json() for arm, one in self.statements().items()},
            "left_out": list(self.left_out),
            "failed": [vars(failure) for failure in self.results.failures],
            "history": plan.question.history,
            "replay_ratio": plan.question.replayed.ratio if plan.question.replayed else None,
            "warnings": list(self.warnings),
            "auto": self.auto.to_json() if self.auto else None,
            "runs": {"reused": self.results.reused, "finished": len(self.results.records)},
        })  # fmt: skip

    def to_frame(self) -> pd.DataFrame:
        """One row per pair of arms."""
        import pandas as pd

        return pd.DataFrame([vars(pair) for pair in self.pairs])
