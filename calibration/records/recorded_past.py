"""From files of records to the past that a calibration knows: orders at list value, history, and what to say of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from calibration.orders.order_history import Orders
from calibration.orders.order_rows import ReadingOptions
from calibration.records.list_values import at_list_value
from calibration.records.record_columns import RecordMapping
from calibration.records.shop_records import (
    RecordFiles,
    ShopRecords,
    history_from,
    over_stated,
    read_shop_records,
)
from sim.scenario import Market
from sim.scenario.shop_history import ShopHistory


@dataclass(frozen=True)
class RecordedPast:
    """Orders, at list value where that is known; records and history, None without any; and sentences for the user."""

    orders: Orders
    records: ShopRecords | None = None
    history: ShopHistory | None = None
    warnings: tuple[str, ...] = ()


def read_past(
    files: RecordFiles,
    said: Mapping[str, RecordMapping],
    orders: Orders,
    market: Market,
    options: ReadingOptions | None = None,
) -> RecordedPast:
    """What files of records say of the past of these customers. Without any file nothing is known but orders.

    Raises InputError, in one line, for a file that cannot be used.
    """
    if not files.any and not said:
        return RecordedPast(orders)
    records = read_shop_records(files, said, orders, market, options)
    history, notes = history_from(records, orders, market)
    return settled(RecordedPast(orders, replace(records, history_notes=notes), history))


def settled(past: RecordedPast, stated: ShopHistory | None = None) -> RecordedPast:
    """A past with a stated strategy below its records (`over_stated`), and its orders at list value."""
    records, history = past.records, past.history
    assert records is not None
    assert history is not None
    if stated is not None:
        history = over_stated(history, stated, records)
    people = replace(records.people, orders=past.orders)
    orders, history, note = at_list_value(people, history)
    said = (note,) if note else ()
    return RecordedPast(orders, replace(records, people=replace(people, orders=orders)), history, past.warnings + said)
