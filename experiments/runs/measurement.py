"""What is kept of a ledger: every measure over every window, and the daily accounts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING

from experiments.execution.store import RunRecord, Spans

if TYPE_CHECKING:
    from sim.output.ledger import Ledger

KEPT = (
    "list_value", "discount", "paid", "refunded", "goods", "gifts", "parcel_cost", "message_cost", "acquisition_cost",
    "wages", "seats", "orders", "campaign_orders", "first_orders", "buyers", "added", "live", "touches",
    "optouts", "complaints",
)  # fmt: skip
"""Daily accounts of the ledger that are kept of every run, beside the contribution."""


def measured(key: str, ledger: Ledger, windows: Spans, watches: Sequence[str], spans: Spans) -> RunRecord:
    """All measures over the windows and of the people watched, by the names of both, and the accounts that are kept."""
    from sim.output.measures import MEASURES, measure
    from sim.output.watched_kpis import WATCHED, measure_watched

    rows = [
        (name, window, value.value, value.numerator, value.denominator)
        for window, span in windows.items()
        for name in MEASURES
        for value in [measure(ledger, name, span)]
    ]
    rows += [
        (name, watch, value.value, value.numerator, value.denominator)
        for watch, watched in zip(watches, ledger.watched, strict=True)
        for name in WATCHED
        for value in [measure_watched(watched, name)]
    ]
    series = {name: ledger.series[name] for name in KEPT} | {"contribution": ledger.contribution()}
    campaigns, curves = [asdict(one) for one in ledger.retrospectives], [asdict(one) for one in ledger.curves]
    sent: dict[str, int] | None = getattr(ledger, "sent", None)
    return RunRecord(key, ledger.fingerprint, ledger.seconds, spans, rows, series, campaigns, curves, sent)
