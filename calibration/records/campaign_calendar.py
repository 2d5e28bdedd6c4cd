"""A calendar of campaigns and coupons: name, first and last day, what was offered, to whom."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from calibration.orders.order_history import Orders
from calibration.orders.order_rows import ReadingOptions
from calibration.records.record_columns import RecordMapping
from calibration.records.record_reader import RecordReader, RecordReport
from scenarios.errors import InputError
from sim.offers.shipped_formats import SHIPPED
from sim.scenario import Market
from sim.scenario.market import CONTENTS, Content
from sim.scenario.offer import Offer, valid_offer

if TYPE_CHECKING:
    import pandas as pd

AUDIENCES = ("all", "touched")
"""Who held the offer: every contact, or those whom a message of the campaign reached."""
USES = ("price", "coupon")
"""How the offer is had: the price that all see who hold it, or a coupon that must be used."""
NUMBERS = {name: format_.calendar for name, format_ in SHIPPED.items() if format_.calendar}
"""Formats that a calendar can say in full, and their columns; others are entered as the one that comes nearest."""


@dataclass(frozen=True)
class CalendarEntry:
    """One campaign. first, last: days since the orders' first, both included. offer: None where no depth is stated.

    who: "" where the calendar does not say. channel: "" likewise.
    """

    name: str
    first: int
    last: int
    offer: Offer | None
    use: str
    who: str
    channel: str
    content: Content
    type: str
    phases: tuple[str, ...] = ()
    """Phases of its days, as of a campaign of a scenario; none where the calendar does not say."""


@dataclass(frozen=True)
class CampaignCalendar:
    """All campaigns of a file, in order of their first days."""

    entries: tuple[CalendarEntry, ...]
    report: RecordReport

    @cached_property
    def names(self) -> tuple[str, ...]:
        """Names of all campaigns, each once."""
        return tuple(dict.fromkeys(entry.name for entry in self.entries))

    @property
    def channels(self) -> Mapping[str, str]:
        """The channel of each campaign that has one."""
        return {entry.name: entry.channel for entry in self.entries if entry.channel}

    @property
    def contents(self) -> Mapping[str, str]:
        """The content of each campaign's messages."""
        return {entry.name: entry.content for entry in self.entries}


def read_calendar(
    paths: Sequence[str | Path], said: RecordMapping | None, orders: Orders, market: Market, options: ReadingOptions
) -> CampaignCalendar:
    """A file of campaigns. Rows of one name and first day are the steps of one threshold.

    Raises InputError for what cannot be read, money of another currency, and an offer that is impossible.
    """
    reader = RecordReader("campaigns", paths, said, options)
    reader.names("name")
    reader.sieve.take((reader.sieve.rows["name"] == "").to_numpy(dtype=bool), "no name")
    reader.need_rows()
    reader.days("first", orders.first)
    if "last" in reader.columns or "length" not in reader.columns:
        reader.days("last", orders.first)
    else:
        reader.numbers("length")
        length = np.ceil(reader.sieve.rows["length"].fillna(1.0).to_numpy()).astype(np.int64)
        reader.sieve.rows = reader.sieve.rows.assign(last=reader.sieve.rows["first"] + np.maximum(length, 1) - 1)
    reader.words("format", list(SHIPPED), needed=False)
    _read_depth(reader)
    for kind in ("off", "spend", "cost"):
        reader.numbers(kind, market.money.currency)
    reader.numbers("fit")
    reader.words("channel", list(market.media), needed=False)
    reader.words("content", CONTENTS, needed=False)
    reader.words("who", AUDIENCES, needed=False)
    reader.words("use", USES, needed=False)
    reader.names("type")
    reader.names("phases")
    sieve = reader.sieve
    sieve.take((sieve.rows["last"] < sieve.rows["first"]).to_numpy(dtype=bool), "it ends before it begins")
    outside = (sieve.rows["last"] < 0) | (sieve.rows["first"] > orders.days)
    sieve.take(outside.to_numpy(dtype=bool), "it lies outside the orders' days")
    reader.need_rows()
    entries = [
        _entry(_plain(part), sieve.source.place(int(part.index[0])), market)
        for _, part in sieve.rows.groupby(["first", "name"], sort=True)
    ]
    _refuse_overlap(entries, reader)
    return CampaignCalendar(tuple(entries), reader.report())


def _plain(rows: pd.DataFrame) -> list[dict[str, Any]]:
    return [{str(name): value for name, value in row.items()} for row in rows.to_dict("records")]


def _read_depth(reader: RecordReader) -> None:
    """Depth as a share: a column of numbers above 1 is one of percents."""
    reader.numbers("depth")
    depth = reader.sieve.rows["depth"]
    if (depth > 1.0).any():
        if bool((depth.dropna() >= 1.0).all()):
            reader.sieve.notes.append(f"{reader.columns['depth']}: depths are read as percents")
            reader.sieve.rows = reader.sieve.rows.assign(depth=depth / 100.0)
        else:
            expected = "depths all as shares (0.2) or all as percents (20 or 20 %)"
            got = f"{depth.min():g} and {depth.max():g}"
            raise InputError(place=reader.place("depth"), expected=expected, got=got)


def _entry(rows: list[dict[str, Any]], place: str, market: Market) -> CalendarEntry:
    """One campaign of its rows: several only of a threshold."""
    row = rows[0]
    offer = _offer(rows, place)
    if len(rows) > 1 and (offer is None or not offer.steps):
        got = f"{len(rows)} rows of {row['name']} from one day on"
        raise InputError(place=place, expected="one row a campaign, or the steps (spend, off) of a threshold", got=got)
    content: Content = row["content"] or "offer"
    return CalendarEntry(
        row["name"], int(row["first"]), int(max(one["last"] for one in rows)), offer, row["use"] or "price",
        row["who"], row["channel"], content, row["type"], _phases(row, place, market),
    )  # fmt: skip


def _phases(row: dict[str, Any], place: str, market: Market) -> tuple[str, ...]:
    """The words of a cell such as `launch proof deadline`, one for each day."""
    found = tuple(re.split(r"[\s,;+/]+", row["phases"].strip().lower())) if row["phases"] else ()
    for word in found:
        if word not in market.offers.salience:
            expected = f"phases of {', '.join(market.offers.salience)}, one for each day"
            raise InputError(place=f"{place}: phases", expected=expected, got=repr(word[:40]))
    days = row["last"] - row["first"] + 1
    if len(found) > days:
        raise InputError(place=f"{place}: phases", expected=f"up to {days}, one for each day", got=str(len(found)))
    return found


def _offer(rows: list[dict[str, Any]], place: str) -> Offer | None:
    row = rows[0]
    stated = {kind for kind in ("depth", "off", "spend", "cost") if not np.isnan(row[kind])}
    found: str = row["format"] or _format_of(stated)
    if not found or (found == "percent" and not stated):
        return None
    if found not in NUMBERS:
        expected = f"one of {', '.join(NUMBERS)}: name the one that comes nearest"
        raise InputError(place=f"{place}: format", expected=expected, got=repr(found))
    missing = [kind for kind in NUMBERS[found] if kind != "fit" and kind not in stated]
    if missing:
        raise InputError(
            f"a {found} without {' and '.join(missing)}", place=place, expected=f"{missing[0]} of the offer"
        )
    try:
        return valid_offer(Offer(SHIPPED[found].of_calendar(rows)))
    except ValueError as problem:
        raise InputError("an impossible offer", place=place, got=str(problem)) from None


def _format_of(stated: set[str]) -> Literal["percent", "threshold", "amount", "gift", ""]:
    """The format that the numbers of a row belong to, "" without any."""
    if "depth" in stated:
        return "percent"
    if "off" in stated:
        return "threshold" if "spend" in stated else "amount"
    return "gift" if "cost" in stated else ""


def _refuse_overlap(entries: Sequence[CalendarEntry], reader: RecordReader) -> None:
    """InputError where two occurrences of one campaign hold on one day."""
    last: dict[str, CalendarEntry] = {}
    for entry in entries:
        before = last.get(entry.name)
        if before is not None and entry.first <= before.last:
            got = f"{entry.name} twice on one day"
            raise InputError(place=reader.table.name, expected="campaigns of one name one after the other", got=got)
        last[entry.name] = entry
