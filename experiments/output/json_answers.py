"""Answers as machine-readable dictionaries; their fields are promised (docs/verdict.md)."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from experiments.comparison.comparison import Comparison


def comparison_json(answer: Comparison) -> dict[str, Any]:
    """A comparison as plain JSON: money in cents, shares as fractions, times in days, None where missing."""
    how = answer.question.compare
    return clean({
        "schema": 1,
        "name": answer.question.name,
        "question": answer.question.question,
        "kpi": answer.kpi,
        "unit": answer.measure.unit,
        "currency": answer.currency,
        "draws": answer.draws,
        "replications": answer.replications,
        "confidence": how.confidence,
        "indifference": how.indifference,
        "against": answer.against,
        "strategies": [vars(strategy) for strategy in answer.strategies],
        "pairs": [vars(pair) for pair in answer.pairs],
        "verdict": answer.verdict,
        "kind": answer.kind,
        "reason": answer.reason,
        "uncertainty": {
            "market_share": answer.uncertainty.market if answer.uncertainty else None,
            "chance_share": answer.uncertainty.chance if answer.uncertainty else None,
        },
        "constraints": [vars(check) for check in answer.checks],
        "effects": [vars(effect) for effect in answer.effects],
        "left_out": list(answer.left_out),
        "failed": [vars(failure) for failure in answer.results.failures],
        "warnings": list(answer.warnings),
        "auto": answer.auto.to_json() if answer.auto else None,
        "runs": {"reused": answer.results.reused, "finished": len(answer.results.pieces)},
    })  # fmt: skip


def clean(answer: dict[str, Any]) -> dict[str, Any]:
    """The same answer with nan and infinities as None, which JSON can say."""
    return {str(key): _plain(value) for key, value in answer.items()}


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return clean(value)
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value
