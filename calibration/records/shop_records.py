"""All records of a shop, and the one history that they say."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from calibration.orders.order_history import Orders
from calibration.orders.order_rows import ReadingOptions
from calibration.records.campaign_calendar import CampaignCalendar, read_calendar
from calibration.records.record_columns import RecordMapping
from calibration.records.record_reader import NO_DAY, RecordReport
from calibration.records.recorded_offers import coupon_uses, held_offers
from calibration.records.recorded_people import Leads, RecordedPeople, read_leads, recorded_people
from calibration.records.recorded_waits import recorded_desk
from calibration.records.redemption_records import Redemptions, read_redemptions
from calibration.records.ticket_records import TicketRecords, read_tickets
from calibration.records.touch_records import Touches, read_touches
from scenarios.errors import InputError
from sim.scenario import Market
from sim.scenario.shop_history import PastMessage, ShopHistory

Bools = npt.NDArray[np.bool_]
Paths = Sequence[str | Path]


@dataclass(frozen=True)
class RecordFiles:
    """Files of records by what they hold; none where there are none of a kind."""

    touches: Paths = ()
    campaigns: Paths = ()
    redemptions: Paths = ()
    tickets: Paths = ()
    leads: Paths = ()

    @classmethod
    def of(cls, **files: str | Path | Paths) -> RecordFiles:
        """One or several files of each kind."""
        return cls(**{what: (given,) if isinstance(given, str | Path) else given for what, given in files.items()})

    @property
    def any(self) -> bool:
        """Whether there is any file."""
        return any(vars(self).values())


@dataclass(frozen=True)
class ShopRecords:
    """What was read of a shop's records; None for kinds without a file. people: customers and leads."""

    people: RecordedPeople
    touches: Touches | None = None
    calendar: CampaignCalendar | None = None
    redemptions: Redemptions | None = None
    tickets: TicketRecords | None = None
    leads: Leads | None = None
    history_notes: tuple[str, ...] = ()
    """What `history_from` took to be so."""

    @property
    def reports(self) -> tuple[RecordReport, ...]:
        """How each file was read."""
        parts = (self.touches, self.calendar, self.redemptions, self.tickets, self.leads)
        return tuple(part.report for part in parts if part is not None)

    @property
    def notes(self) -> tuple[str, ...]:
        """Notes on all files, each with its kind, one line each."""
        said = [f"{report.what}: {note}" for report in self.reports for note in report.notes]
        aside = [
            f"{report.what}: {one.rows:,} rows set aside: {one.reason}"
            for report in self.reports
            for one in report.set_aside
        ]
        return (*aside, *said, *self.people.notes, *self.history_notes)

    def to_json(self) -> list[dict[str, Any]]:
        """How each file was read, as plain data."""
        return [
            {
                "what": report.what,
                "file": report.file,
                "rows": report.rows,
                "columns": dict(report.columns),
                "set_aside": [vars(one) for one in report.set_aside],
                "notes": list(report.notes),
            }
            for report in self.reports
        ]


def read_shop_records(
    files: RecordFiles,
    said: Mapping[str, RecordMapping],
    orders: Orders,
    market: Market,
    options: ReadingOptions | None = None,
) -> ShopRecords:
    """Read all files of records. said: what the user says of columns and words, by kind of records.

    Raises InputError, in one line, for a file that cannot be used, and for a mapping of a kind that has no file.
    """
    for what, mapped in said.items():
        if not getattr(files, what):
            kind = next(iter([*mapped.columns, *mapped.words]), "")
            raise InputError(place=f"--map {what}.{kind}", expected=f"a file of them, by --{what} FILE", got="none")
    given = options or ReadingOptions()
    leads = read_leads(list(files.leads), said.get("leads"), orders, given) if files.leads else None
    people = recorded_people(orders, leads)
    calendar = read_calendar(files.campaigns, said.get("campaigns"), orders, market, given) if files.campaigns else None
    return ShopRecords(
        people,
        read_touches(files.touches, said.get("touches"), people, (market, calendar), given) if files.touches else None,
        calendar,
        read_redemptions(files.redemptions, said.get("redemptions"), people, given) if files.redemptions else None,
        read_tickets(files.tickets, said.get("tickets"), people, given) if files.tickets else None,
        leads,
    )


def history_from(records: ShopRecords, orders: Orders, market: Market) -> tuple[ShopHistory, tuple[str, ...]]:
    """The history of the people of `records`, in the order of `Customers`, and notes on what was taken to be so.

    orders: those with which the records were read, at list value where that has become known since.
    Raises InputError for a campaign of which no depth is known.
    """
    people = replace(records.people, orders=orders)
    history = orders_history(people)
    notes: list[str] = []
    messages: tuple[PastMessage, ...] = ()
    sent = np.zeros((0, history.size), dtype=bool)
    if records.touches is not None:
        messages, sent = records.touches.messages(history.size)
    if records.calendar is not None:
        found = held_offers(history, records.calendar, records.touches, (people, records.redemptions), market)
        notes += found.notes
        notes += _strange_campaigns(records.redemptions, records.calendar)
        messages, sent = in_order(messages + found.messages, np.concatenate([sent, found.sent]))
        history = replace(history, offers=found.offers, offer=found.held)
    return (
        replace(
            history,
            messages=messages,
            sent=sent if messages else None,
            used=_used(people, records.redemptions),
            tickets=records.tickets.tickets if records.tickets else None,
            stated=records.touches is not None or records.calendar is not None,
        ),
        tuple(notes),
    )


def orders_history(people: RecordedPeople) -> ShopHistory:
    """When people entered, ordered and left, and what their orders saved; what was sent and offered is not stated."""
    orders = people.orders
    days, table = orders.days + 1, orders.orderdays
    first = orders.customers["first_day"].to_numpy(np.int64)
    lead = people.added != NO_DAY
    entered = np.where(lead, np.maximum(people.added + 1, 0), first[np.maximum(people.row, 0)] + 1)
    person = people.place[table["customer"].to_numpy()]
    by_person = np.argsort(person, kind="stable")
    begin = np.concatenate([[0], np.cumsum(np.bincount(person, minlength=people.ids.size))])
    saving = np.zeros(len(table))
    if "listed" in table:
        listed, paid = table["listed"].to_numpy(float), table["cents"].to_numpy(float)
        saving = np.divide(listed - paid, listed, out=saving, where=listed > 0.0)
    return ShopHistory(
        start=orders.first,
        days=days,
        entered=entered.astype(np.int32),
        lead=lead,
        deleted=np.where(people.deleted == NO_DAY, days, np.minimum(people.deleted, days)).astype(np.int32),
        deletions_known=people.deletions_known,
        disputed=people.disputed & (people.deleted < days) if people.disputed.any() else None,
        begin=begin.astype(np.int64),
        order_day=table["day"].to_numpy(np.int32)[by_person],
        saving=saving[by_person],
        stated=False,
    )


def in_order(messages: tuple[PastMessage, ...], sent: Bools) -> tuple[tuple[PastMessage, ...], Bools]:
    """Messages in order of day, hour and programme, with the rows of `sent` in the same order."""
    order = sorted(range(len(messages)), key=lambda n: (messages[n].day, messages[n].hour, messages[n].programme))
    return tuple(messages[n] for n in order), sent[np.array(order, dtype=np.int64)]


def over_stated(recorded: ShopHistory, stated: ShopHistory, records: ShopRecords) -> ShopHistory:
    """One history of records and of a stated strategy, of the same people: records come before the strategy.

    Where touches were given, all messages are theirs; where a calendar was given, all offers are its own; the strategy
    says the rest. Orders, entries, deletions, coupons used and tickets are those of the records, and so is how long
    people waited for a staff that the strategy has.
    """
    messages, sent = recorded.messages, recorded.sent
    if records.touches is None:
        none = np.zeros((0, recorded.size), dtype=bool)
        rows = [one for one in (stated.sent, sent) if one is not None]
        messages, sent = in_order(stated.messages + messages, np.concatenate([none, *rows]))
    if records.calendar is None:
        recorded = replace(recorded, offers=stated.offers, offer=stated.offer)
    saving = np.where(recorded.saving > 0.0, recorded.saving, stated.saving)
    desk = stated.desk
    if desk is not None and desk.staffed and recorded.tickets is not None:
        desk = recorded_desk(recorded.tickets, desk)
    return replace(
        recorded,
        messages=messages,
        sent=sent if messages else None,
        saving=saving,
        desk=desk,
        welcome_push=stated.welcome_push,
        stated=True,
    )


def _strange_campaigns(redemptions: Redemptions | None, calendar: CampaignCalendar) -> list[str]:
    """A line where coupons of campaigns were used that the calendar has not."""
    if redemptions is None:
        return []
    named = redemptions.rows["campaign"]
    strange = named[(named != "") & ~named.isin(calendar.names)]
    if strange.empty:
        return []
    return [
        f"{len(strange):,} of {len(named):,} redemptions name a campaign that is not in {calendar.report.file} "
        f"(such as {strange.iloc[0][:40]!r}): their orders used a coupon, and no depth is taken from them"
    ]


def _used(people: RecordedPeople, redemptions: Redemptions | None) -> npt.NDArray[np.int8] | None:
    """Of each order whether it used a coupon: by the file of redemptions, else by the orders' column of coupons."""
    uses = redemptions.rows if redemptions is not None else coupon_uses(people)
    if uses is None:
        return None
    table, size = people.orders.orderdays, people.orders.days + 1
    person = people.place[table["customer"].to_numpy()]
    order = np.argsort(person, kind="stable")
    key = (person * size + table["day"].to_numpy())[order]
    return np.isin(key, uses["person"].to_numpy() * size + uses["day"].to_numpy()).astype(np.int8)
