"""What is measured of a run: every KPI over every window and group, and daily accounts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from experiments.execution.packed_ledger import pack_ledger, unpack_ledger
from experiments.execution.store import RunRecord, Spans
from experiments.runs.own_measurement import people_of, with_own_kpis
from sim.fingerprint import kpi_digest
from sim.source_code import syntax_digest

if TYPE_CHECKING:
    from scenarios.values.own_kpis import OwnKpi
    from sim.output.ledger import Ledger
    from sim.output.watch import Watch

ACCOUNTS = (
    "list_value", "discount", "paid", "refunded", "returned", "goods", "goods_back", "gifts", "packaging",
    "parcel_cost", "freight_back", "payment_fees", "platform_fees", "commission", "message_cost", "content_cost",
    "acquisition_cost", "wages", "seats", "software", "bot_cost", "orders", "campaign_orders", "first_orders",
    "buyers", "added", "live", "touches", "optouts", "complaints", "compensation", "charged_back", "chargeback_fees",
    "order_days", "churned", "new_customers", "leads_in_cohort", "ordered_in_7d", "buyers_in_cohort",
    "repeated_in_90d",
)  # fmt: skip
"""Daily accounts in the table of series, beside the contribution and those of mechanisms added in Python."""
KPIS = ("sim.output.measures", "sim.output.watched_kpis")


@cache
def kpi_fingerprint() -> str:
    """A name for the code that computes KPIs: values of another one are computed again."""
    own = (Path(__file__), Path(__file__).with_name("own_measurement.py"))
    return kpi_digest(KPIS)[:16] + "".join(syntax_digest(path.read_bytes())[:16] for path in own)


def measured(
    key: str, ledger: Ledger, windows: Spans, watches: Mapping[str, Watch], kpis: Sequence[OwnKpi] = ()
) -> RunRecord:
    """All KPIs over the windows and of the groups watched, by the names of both; daily accounts; the ledger, packed.

    `kpis` are those of one's own. Raises KpiMistake where one of them fails.
    """
    from sim.output.measures import measure_all
    from sim.output.watched_kpis import WATCHED, measure_watched

    values = [
        (name, window, one) for window, span in windows.items() for name, one in measure_all(ledger, span).items()
    ]
    values += [
        (name, watch, measure_watched(watched, name))
        for watch, watched in zip(watches, ledger.watched[: len(watches)], strict=True)
        for name in WATCHED
    ]
    accounts = (*ACCOUNTS, *ledger.own)
    record = RunRecord(
        key,
        ledger.fingerprint,
        ledger.seconds,
        spans_of(windows, watches),
        [(name, where, one.value, one.numerator, one.denominator) for name, where, one in values],
        {name: ledger.series[name] for name in accounts} | {"contribution": ledger.contribution()},
        [asdict(one) for one in ledger.retrospectives],
        [asdict(one) for one in ledger.curves],
        getattr(ledger, "sent", None),
        kpis=kpi_fingerprint(),
        ledger=pack_ledger(ledger, accounts),
    )
    return with_own_kpis(record, kpis, windows, watches, ledger.tables)


def measured_again(
    record: RunRecord, windows: Spans, watches: Mapping[str, Watch], kpis: Sequence[OwnKpi] = ()
) -> RunRecord:
    """A stored run measured by the present code over these windows. `watches` are those of the run."""
    everybody = (*watches.values(), *people_of(kpis, windows).values())
    again = measured(record.key, unpack_ledger(record, everybody), windows, watches)
    again = replace(again, name=record.name, arm=record.arm, model=record.model, sent=record.sent)
    from_events = {one.name for one in kpis if one.reads_events}
    kept = [row for row in record.measures if row[0] in from_events]
    return with_own_kpis(replace(again, measures=again.measures + kept), kpis, windows, watches)


def spans_of(windows: Spans, watches: Mapping[str, Watch]) -> Spans:
    """Days of all windows and watched groups by name."""
    return windows | {name: (watch.first, watch.last) for name, watch in watches.items()}
