"""The people of a shop's records: customers known from orders, and leads; matched with the ids of other files."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from calibration.orders.identities import identities, read_customers
from calibration.orders.order_history import Orders
from calibration.orders.order_rows import ReadingOptions
from calibration.records.record_columns import RecordMapping
from calibration.records.record_reader import NO_DAY, RecordReader, RecordReport

if TYPE_CHECKING:
    import pandas as pd

Bools = npt.NDArray[np.bool_]
Ints = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]

NOBODY, UNKNOWN = -2, -1
"""In the place of a person: the id is none, and it is not among the people."""


@dataclass(frozen=True)
class Leads:
    """A file of added contacts: ids, each once, days of adding and of deletion since the orders' first (or NO_DAY).

    disputed: who did not delete the contact on that day, but fell out with the shop. deletions: whether the file has a
    column of deletions. source: of each the name of where they came from, "" where the file does not say it.
    """

    ids: npt.NDArray[np.object_]
    added: Ints
    deleted: Ints
    disputed: Mask
    deletions: bool
    source: npt.NDArray[np.object_]
    report: RecordReport

    @property
    def sources(self) -> dict[str, int]:
        """Contacts by source."""
        names, counts = np.unique(np.where(self.source == "", "(none)", self.source).astype(str), return_counts=True)
        most = np.argsort(-counts, kind="stable")
        return {str(names[n]): int(counts[n]) for n in most}


@dataclass(frozen=True)
class RecordedPeople:
    """Everybody in the order of `Customers`, which is that of their identities.

    ids: shape (n,). row: of each, the row in `orders.customers`, or -1 for a lead without an order. added, deleted:
    days since the orders' first, NO_DAY where not known. disputed: as in `Leads`. notes: what the leads' file and the
    orders do not agree on.
    """

    orders: Orders
    ids: npt.NDArray[np.object_]
    identity: npt.NDArray[np.uint64]
    row: Ints
    added: Ints
    deleted: Ints
    disputed: Mask
    deletions_known: bool = False
    notes: tuple[str, ...] = ()

    @cached_property
    def place(self) -> Ints:
        """Of each row of `orders.customers` the person's place."""
        found = np.zeros(len(self.orders.customers), dtype=np.int64)
        known = np.flatnonzero(self.row >= 0)
        found[self.row[known]] = known
        return found

    def matched(self, cells: pd.Series) -> Ints:
        """The place of each id among the people, in any of its writings; UNKNOWN, or NOBODY for a placeholder."""
        return places_of(self.ids, cells)


def places_of(known: npt.NDArray[np.object_], cells: pd.Series) -> Ints:
    """The place in `known` of each id, in any of its writings; UNKNOWN, or NOBODY for an id that cannot be trusted."""
    import pandas as pd

    own, written = pd.factorize(cells)
    both = pd.Series(np.concatenate([known.astype(object), np.asarray(written, dtype=object)]), dtype=object)
    codes = read_customers(both).codes
    place = np.full(int(codes.max(initial=-1)) + 1, UNKNOWN)
    mine, theirs = codes[: known.size], codes[known.size :]
    trusted = np.flatnonzero(mine >= 0)[::-1]
    place[mine[trusted]] = trusted
    found = np.where(theirs >= 0, place[theirs] if place.size else UNKNOWN, NOBODY)
    return np.asarray(found[own], dtype=np.int64)


def read_leads(paths: list[str | Path], said: RecordMapping | None, orders: Orders, options: ReadingOptions) -> Leads:
    """A file of added contacts. Of several rows of one person the earliest adding and the latest deletion count.

    Raises InputError, in one line, for a file that cannot be read.
    """
    import pandas as pd

    reader = RecordReader("leads", paths, said, options)
    reader.people()
    reader.days("added", orders.first)
    deletions = "deleted" in reader.columns
    for kind in ("deleted", "disputed", "first"):
        if kind in reader.columns:
            reader.days(kind, orders.first, needed=False)
        else:
            reader.sieve.rows = reader.sieve.rows.assign(**{kind: NO_DAY})
    reader.names("source")
    sieve = reader.sieve
    sieve.take((sieve.rows["added"] > orders.days).to_numpy(dtype=bool), "added after the orders end")
    for kind, reason in (("deleted", "deleted before being added"), ("disputed", "a dispute before being added")):
        late = (sieve.rows[kind] != NO_DAY) & (sieve.rows[kind] < sieve.rows["added"])
        sieve.take(late.to_numpy(dtype=bool), reason)
    reader.need_rows()
    found = read_customers(sieve.rows["person"])
    for trouble in found.troubles:
        sieve.note(trouble.rows, trouble.reason, "")
    rows = sieve.rows.assign(code=found.codes)[found.codes >= 0]
    copies = rows["code"].duplicated().to_numpy(dtype=bool)
    if copies.any():
        sieve.add(rows.index[copies], "the person stands in an earlier row", "the earliest adding")
    both = rows.groupby("code").agg({"added": "min", "deleted": "max", "disputed": "max", "first": "min"})
    source = rows.loc[~copies].set_index("code")["source"].reindex(both.index).to_numpy(dtype=object)
    reader.need_rows()
    before = (both["first"] < 0) & (both["first"] != NO_DAY)
    names = found.names[both.index.to_numpy()]
    older = before.to_numpy(dtype=bool) & (
        places_of(np.array(orders.customers.index, dtype=object), pd.Series(names)) < 0
    )
    if older.any():
        sieve.notes.append(
            f"{older.sum():,} contacts ordered before the orders' file and not in it: they are neither leads nor known "
            "buyers, and are left out"
        )
    kept = ~older
    deleted, disputed = (both[kind].to_numpy(np.int64)[kept] for kind in ("deleted", "disputed"))
    first = (disputed != NO_DAY) & ((deleted == NO_DAY) | (disputed <= deleted))
    return Leads(
        names[kept],
        both["added"].to_numpy(np.int64)[kept],
        np.where(first, disputed, deleted),
        first,
        deletions,
        source[kept],
        reader.report(),
    )


def recorded_people(orders: Orders, leads: Leads | None = None) -> RecordedPeople:
    """Customers of the orders, and leads who have not ordered, in the order of `Customers`."""
    import pandas as pd

    ids = np.array(orders.customers.index.astype(str), dtype=object)
    row = np.arange(ids.size)
    added, deleted = np.full(ids.size, NO_DAY), np.full(ids.size, NO_DAY)
    disputed = np.zeros(ids.size, dtype=bool)
    notes: list[str] = []
    known = False
    if leads is not None:
        at = places_of(ids, pd.Series(leads.ids, dtype=object))
        matched = np.flatnonzero(at >= 0)
        added[at[matched]] = leads.added[matched]
        deleted[at[matched]], disputed[at[matched]] = leads.deleted[matched], leads.disputed[matched]
        known = leads.deletions and np.unique(at[matched]).size == ids.size
        if leads.deletions and not known:
            missing = ids.size - np.unique(at[matched]).size
            notes.append(
                f"{missing:,} customers are not in the leads' file: whether somebody without a day of deletion has "
                "stayed is taken not to be known"
            )
        others = np.flatnonzero(at < 0)
        ids = np.concatenate([ids, leads.ids[others]])
        row = np.concatenate([row, np.full(others.size, -1)])
        added, deleted = np.append(added, leads.added[others]), np.append(deleted, leads.deleted[others])
        disputed = np.append(disputed, leads.disputed[others])
    table = orders.customers
    first = np.where(row >= 0, table["first_day"].to_numpy(np.int64)[row], NO_DAY)
    last = np.where(row >= 0, table["last_day"].to_numpy(np.int64)[row], NO_DAY)
    later = (row >= 0) & (added != NO_DAY) & (added >= first)
    if later.any():
        notes.append(f"{later.sum():,} contacts ordered first and were added then: they are no leads")
        added[later] = NO_DAY
    back = (deleted != NO_DAY) & (deleted < last)
    if back.any():
        notes.append(
            f"{back.sum():,} contacts ordered after the day of their deletion or dispute: they are taken to have stayed"
        )
        deleted[back] = NO_DAY
    early = (added != NO_DAY) & (added < 0)
    if early.any():
        notes.append(f"{early.sum():,} leads were added before the orders' file: followed from its first day on")
    identity = identities(pd.Index(ids), orders.digest)
    order = np.argsort(identity, kind="stable")
    return RecordedPeople(
        orders,
        ids[order],
        identity[order],
        row[order],
        added[order],
        deleted[order],
        (disputed & (deleted != NO_DAY))[order],
        known,
        tuple(notes),
    )


def leads_rows(people: RecordedPeople) -> dict[str, npt.NDArray[Any]]:
    """Rows of `Customers` of leads who have not ordered and whose day of adding is known; columns as there."""
    who = np.flatnonzero(people.row < 0)
    age = (people.orders.days - people.added[who]).astype(float)
    none = np.zeros(who.size, dtype=np.int64)
    return {
        "identity": people.identity[who],
        "orders": none,
        "age": age,
        "recency": age,
        "spent": none,
        "spend_orders": none,
        "listed": none,
        "before": np.zeros(who.size),
    }
