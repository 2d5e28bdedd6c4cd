"""Tickets: person, kind, when it was opened, first answered and resolved."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from calibration.orders.order_rows import ReadingOptions
from calibration.records.record_columns import RecordMapping
from calibration.records.record_reader import NO_DAY, NOON, RecordReader, RecordReport
from calibration.records.recorded_people import NOBODY, UNKNOWN, RecordedPeople
from sim.scenario.market import TICKET_KINDS
from sim.scenario.shop_history import PastTickets


@dataclass(frozen=True)
class TicketRecords:
    """Tickets of people, and how their file was read."""

    tickets: PastTickets
    report: RecordReport


def read_tickets(
    paths: Sequence[str | Path], said: RecordMapping | None, who: RecordedPeople, options: ReadingOptions
) -> TicketRecords:
    """A file of tickets. Counted and set aside are those that were resolved before they were opened, and complaints
    from before the person came or of somebody who had not ordered.

    Raises InputError for what cannot be read, and for a kind that is not known.
    """
    reader = RecordReader("tickets", paths, said, options)
    reader.people()
    reader.words("kind", TICKET_KINDS)
    reader.days("opened", who.orders.first)
    for kind in ("replied", "resolved"):
        if kind in reader.columns:
            reader.days(kind, who.orders.first, needed=False)
        else:
            reader.sieve.rows = reader.sieve.rows.assign(**{kind: NO_DAY, f"{kind}_hour": np.nan})
    sieve = reader.sieve
    for kind in ("opened", "replied", "resolved"):
        day, hour = sieve.rows[kind].to_numpy(), sieve.rows[f"{kind}_hour"].to_numpy()
        at = np.where(day == NO_DAY, np.nan, day + np.where(np.isnan(hour), NOON, hour))
        sieve.rows = sieve.rows.assign(**{f"{kind}_at": at})
    sieve.take(sieve.rows.duplicated(["person", "kind", "opened_at"]).to_numpy(dtype=bool), "a copy of an earlier row")
    late = (sieve.rows["resolved_at"] < sieve.rows["opened_at"]).to_numpy(dtype=bool)
    sieve.take(late, "resolved before it was opened")
    early = (sieve.rows["replied_at"] < sieve.rows["opened_at"]).to_numpy(dtype=bool)
    sieve.note(early, "answered before it was opened", "everything but the first reply")
    sieve.rows = sieve.rows.assign(replied_at=sieve.rows["replied_at"].where(~early))
    place = who.matched(sieve.rows["person"])
    sieve.rows = sieve.rows.assign(person=place)
    sieve.take(place == NOBODY, "an id that is nobody's")
    strangers = sieve.rows["person"].to_numpy() == UNKNOWN
    sieve.take(strangers, "of people who are neither among the customers nor among the leads")
    outside = (sieve.rows["opened"] < 0) | (sieve.rows["opened"] > who.orders.days)
    sieve.take(outside.to_numpy(dtype=bool), "opened outside the orders' days")
    ordered, came = _first_days(who)
    complains = (sieve.rows["kind"] == "complaint").to_numpy(dtype=bool)
    opened, person = sieve.rows["opened"].to_numpy(np.int64), sieve.rows["person"].to_numpy(np.int64)
    early, about_none = complains & (opened < came[person]), complains & (opened < ordered[person])
    sieve.take(early, "complaints from before the person came")
    sieve.take(about_none[~early], "complaints about no order: the person had not ordered by then")
    reader.need_rows()
    rows = sieve.rows.sort_values(["opened_at", "person"], kind="stable")
    tickets = PastTickets(
        rows["person"].to_numpy(np.int64),
        tuple(rows["kind"]),
        *(rows[f"{kind}_at"].to_numpy(float) for kind in ("opened", "replied", "resolved")),
    )
    return TicketRecords(tickets, reader.report())


def _first_days(who: RecordedPeople) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Of each person the day of the first order, far away where there is none, and the day of coming; shape (n,)."""
    first = who.orders.customers["first_day"].to_numpy(np.int64)
    ordered = np.full(who.row.size, np.iinfo(np.int64).max)
    ordered[who.row >= 0] = first[who.row[who.row >= 0]]
    return ordered, np.where(who.added == NO_DAY, ordered, who.added)
