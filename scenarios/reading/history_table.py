"""A shop's history as a Parquet file: one row per customer, with messages and offers as JSON in the file's metadata.

Who was sent and offered what is kept as the places at which that begins or ceases to be what most were sent and
offered, so that what everybody gets takes no room.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from scenarios.toml.atomic_write import write_file
from scenarios.toml.entries import Entry
from sim.scenario import Compensation, Market, Offer, PastMessage, PastOffer, ShopHistory
from sim.scenario.offer import Prize, Step
from sim.scenario.shop_history import PastDesk, PastPolicy, PastTickets

if TYPE_CHECKING:
    import pyarrow as pa

Ints = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]

KEY, FORMAT = b"rehearse.history", 1
TICKET_DAYS = ("opened", "replied", "resolved")
DESK_KEYS = ("reply_goal", "bot", "staffed", "recorded")
AS_MOST = -1
"""Stands for the offer that most people hold."""
EXPECTED = "the history that `rehearse calibrate` wrote beside these customers"


def write_history(path: Path, history: ShopHistory, identity: npt.NDArray[np.uint64]) -> None:
    """Write the history of customers whose identities these are, in the same order, shape (n,)."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    usual = usual_sent(history), usual_offer(history)
    sent, offer = sent_runs(history, usual[0]), offer_runs(history, usual[1])
    columns = {
        "identity": pa.array(identity),
        "entered": pa.array(history.entered),
        "lead": pa.array(history.lead),
        "deleted": pa.array(history.deleted),
        "order_day": _lists(history.begin, history.order_day),
        "saving": _lists(history.begin, history.saving),
        "sent": _lists(sent[0], sent[1].astype(np.int32)),
        "offer_day": _lists(offer[0], offer[1].astype(np.int32)),
        "offer": _lists(offer[0], offer[2].astype(np.int16)),
    }
    about = {
        "format": FORMAT,
        "start": history.start.isoformat(),
        "days": history.days,
        "deletions_known": history.deletions_known,
        "stated": history.stated,
        "welcome_push": history.welcome_push,
        "messages": [asdict(message) for message in history.messages],
        "offers": [vars(one) | {"offer": _stated(one.offer)} for one in history.offers],
        "usual_sent": usual[0].tolist(),
        "usual_offer": usual[1].tolist(),
    }
    if history.disputed is not None:
        columns["disputed"] = pa.array(history.disputed)
    if history.used is not None:
        columns["used"] = _lists(history.begin, history.used)
    if history.tickets is not None:
        tickets = history.tickets
        about["tickets"] = {
            "person": tickets.person.tolist(),
            "kind": list(tickets.kind),
            **{name: _numbers(getattr(tickets, name)) for name in TICKET_DAYS},
        }
    if history.desk is not None:
        desk = history.desk
        rest = {name: getattr(desk, name) for name in DESK_KEYS}
        policy = {"complaints": asdict(desk.complaints)}
        about["desk"] = {**rest, **policy, "wait": _finite(desk.wait), "closed": _finite(desk.closed)}
    table = pa.table(columns).replace_schema_metadata({KEY: json.dumps(about).encode()})
    write_file(path, lambda draft: pq.write_table(table, draft, compression="zstd"), private=True)


def _numbers(days: npt.NDArray[np.float64]) -> list[float | None]:
    return [None if np.isnan(day) else float(day) for day in days]


def _finite(days: npt.NDArray[np.float64]) -> list[float | None]:
    """All numbers in one list, None for infinite ones."""
    return [None if np.isinf(day) else float(day) for day in days.ravel()]


def _lists(begin: Ints, values: npt.NDArray[Any]) -> pa.Array:
    import pyarrow as pa

    return pa.LargeListArray.from_arrays(pa.array(begin, type=pa.int64()), pa.array(values))


def sent_runs(history: ShopHistory, usual: Mask) -> tuple[Ints, Ints]:
    """By person, the messages at which being sent as most are begins or ends: where each person's begin, and places."""
    if history.sent is None:
        return np.zeros(history.size + 1, dtype=np.int64), np.zeros(0, dtype=np.int64)
    differs = history.sent != (usual[:, None] & _there(history, _days(history.messages)))
    differs[1:] ^= differs[:-1].copy()
    row, place = np.nonzero(differs.T)
    return _begins(row, history.size), place


def offer_runs(history: ShopHistory, usual: Ints) -> tuple[Ints, Ints, Ints]:
    """By person, the days on which what is held changes, apart from what most hold, and to which: -1 for as most do.

    Where each person's begin, days, and offers.
    """
    if history.offer is None:
        empty = np.zeros(0, dtype=np.int64)
        return np.zeros(history.size + 1, dtype=np.int64), empty, empty
    expected = _usual_offers(history, usual)
    held = np.concatenate(
        [np.full((1, history.size), AS_MOST), np.where(history.offer == expected, AS_MOST, history.offer)]
    )
    row, day = np.nonzero((held[1:] != held[:-1]).T)
    return _begins(row, history.size), day, held[1:][day, row]


def usual_sent(history: ShopHistory) -> Mask:
    """Of each message, whether most of those were sent it who were there, shape (messages,)."""
    if history.sent is None:
        return np.zeros(0, dtype=bool)
    there = _there(history, _days(history.messages))
    return np.asarray(2 * (history.sent & there).sum(axis=1) > there.sum(axis=1))


def usual_offer(history: ShopHistory) -> Ints:
    """Of each day, the offer that most of those held who were there, shape (days,)."""
    if history.offer is None:
        return np.zeros(0, dtype=np.int64)
    there = _there(history, np.arange(history.days))
    held = [np.bincount(row[here], minlength=1) for row, here in zip(history.offer, there, strict=True)]
    return np.array([int(counts.argmax()) for counts in held], dtype=np.int64)


def _days(messages: Sequence[PastMessage]) -> Ints:
    return np.array([message.day for message in messages], dtype=np.int64)


def _there(history: ShopHistory, days: Ints) -> Mask:
    """Who had entered and not left by each of these days, shape (days, n)."""
    return np.asarray((history.entered <= days[:, None]) & (days[:, None] <= history.deleted))


def _usual_offers(history: ShopHistory, usual: Ints) -> npt.NDArray[np.int16]:
    there = _there(history, np.arange(history.days))
    return np.where(there, usual.astype(np.int16)[:, None], 0).astype(np.int16)


def _begins(row: Ints, size: int) -> Ints:
    return np.append(0, np.cumsum(np.bincount(row, minlength=size))).astype(np.int64)


def read_history(path: Path, entry: Entry, identity: npt.NDArray[np.uint64], market: Market) -> ShopHistory:
    """The history of these customers; InputError at `entry`, which names it, where the file holds none."""
    import pyarrow.parquet as pq

    try:
        table = pq.read_table(path)
        about = json.loads((table.schema.metadata or {})[KEY])
        history = _history(table, about)
    except Exception as error:
        reason = f"{type(error).__name__}: {error}".split("\n")[0][:80]
        raise entry.error(f"the file cannot be read ({reason})", expected=EXPECTED) from None
    problem = _problem(history, table.column("identity").to_numpy(), identity, market)
    if about.get("format") != FORMAT or problem:
        raise entry.error(problem or f"format {about.get('format')}", expected=EXPECTED, got="")
    return history


def _history(table: pa.Table, about: dict[str, Any]) -> ShopHistory:
    begin, order_day = _flat(table, "order_day")
    plain = ShopHistory(
        start=date.fromisoformat(about["start"]),
        days=int(about["days"]),
        entered=table.column("entered").to_numpy().astype(np.int32),
        lead=table.column("lead").to_numpy().astype(bool),
        deleted=table.column("deleted").to_numpy().astype(np.int32),
        deletions_known=bool(about["deletions_known"]),
        begin=begin,
        order_day=order_day.astype(np.int32),
        saving=_flat(table, "saving")[1].astype(np.float64),
        messages=tuple(PastMessage(**message) for message in about["messages"]),
        offers=tuple(_offer(one) for one in about["offers"]),
        stated=bool(about["stated"]),
        welcome_push=about.get("welcome_push"),
        disputed=_disputed(table),
        used=_flat(table, "used")[1].astype(np.int8) if "used" in table.column_names else None,
        tickets=_tickets(about["tickets"], table.num_rows) if "tickets" in about else None,
        desk=_desk(about["desk"], int(about["days"])) if "desk" in about else None,
    )
    sent = _sent(table, plain, np.array(about["usual_sent"], dtype=bool)) if plain.messages else None
    offer = _offers(table, plain, np.array(about["usual_offer"], dtype=np.int64)) if plain.offers else None
    return replace(plain, sent=sent, offer=offer)


def _disputed(table: pa.Table) -> Mask | None:
    return table.column("disputed").to_numpy().astype(bool) if "disputed" in table.column_names else None


def _tickets(said: dict[str, Any], size: int) -> PastTickets:
    person = np.array(said["person"], dtype=np.int64)
    if _outside(person, 0, size - 1):
        raise ValueError("a ticket of nobody")
    days = (np.array([np.nan if day is None else day for day in said[name]]) for name in TICKET_DAYS)
    return PastTickets(person, tuple(said["kind"]), *days)


def _desk(said: dict[str, Any], days: int) -> PastDesk:
    wait, closed = (
        np.array([np.inf if day is None else day for day in said[name]]).reshape(2, days, 24)
        for name in ("wait", "closed")
    )
    if np.isnan(wait).any() or (wait < 0.0).any() or _outside(closed, 0.0, 1.0):
        raise ValueError("a wait that cannot be")
    policy = dict(said.get("complaints", {}))
    if policy.get("compensation") is not None:
        policy["compensation"] = Compensation(**policy["compensation"])
    return PastDesk(wait, closed, **{name: said[name] for name in DESK_KEYS}, complaints=PastPolicy(**policy))


def _stated(offer: Offer) -> dict[str, Any]:
    """The keys of an offer, steps and prizes as tables."""
    return {key: [asdict(one) for one in value] if isinstance(value, tuple) else value
            for key, value in offer.stated().items()}  # fmt: skip


def _offer(one: dict[str, Any]) -> PastOffer:
    terms = dict(one["offer"])
    for key, part in (("steps", Step), ("prizes", Prize)):
        terms[key] = tuple(part(**each) for each in terms.get(key, ()))
    return PastOffer(**{**one, "offer": Offer(**terms), "phases": tuple(one["phases"])})


def _flat(table: pa.Table, name: str) -> tuple[Ints, npt.NDArray[Any]]:
    column = table.column(name).combine_chunks()
    lists = column.chunk(0) if hasattr(column, "chunk") else column
    return lists.offsets.to_numpy().astype(np.int64), lists.values.to_numpy(zero_copy_only=False)


def _sent(table: pa.Table, history: ShopHistory, usual: Mask) -> Mask:
    begin, place = _flat(table, "sent")
    changes = np.zeros((usual.size, history.size), dtype=bool)
    changes[place, _rows(begin)] = True
    expected = usual[:, None] & _there(history, _days(history.messages))
    return np.logical_xor.accumulate(changes, axis=0) ^ expected


def _offers(table: pa.Table, history: ShopHistory, usual: Ints) -> npt.NDArray[np.int16]:
    begin, day = _flat(table, "offer_day")
    number = _flat(table, "offer")[1].astype(np.int16)
    rows = _rows(begin)
    same = np.append(False, rows[1:] == rows[:-1])[: rows.size]
    before = np.where(same, np.append(0, number[:-1])[: rows.size], AS_MOST)
    changes = np.zeros((history.days, history.size), dtype=np.int16)
    changes[day, rows] = number - before
    held = np.cumsum(changes, axis=0, dtype=np.int16) + np.int16(AS_MOST)
    return np.where(held == AS_MOST, _usual_offers(history, usual), held).astype(np.int16)


def _rows(begin: Ints) -> Ints:
    return np.repeat(np.arange(begin.size - 1), np.diff(begin))


def _problem(
    history: ShopHistory, rows: npt.NDArray[np.uint64], identity: npt.NDArray[np.uint64], market: Market
) -> str:
    """What is wrong with a history; empty for nothing."""
    days, offers = history.days, len(history.offers)
    first = np.isin(np.arange(history.order_day.size), history.begin[:-1])
    falls = np.append(False, history.order_day[1:] <= history.order_day[:-1]) & ~first
    unknown = sorted({message.channel for message in history.messages} - market.media.keys())
    checks = {
        "its people are not those of `customers`": not np.array_equal(rows, identity),
        "an order lies outside its days": _outside(history.order_day, 0, days - 1),
        "the orders of a person do not rise": falls.any(),
        "a saving is not from 0 to 1": _outside(history.saving, 0.0, 1.0),
        "a day of entering or of deletion lies after its days": _outside(history.entered, -(2**30), days)
        or _outside(history.deleted, -(2**30), days),
        f"a message went through a channel that the market lacks: {', '.join(unknown)}": bool(unknown),
        "an offer is held that is not in it": history.offer is not None and _outside(history.offer, 0, offers),
    }
    return next((problem for problem, wrong in checks.items() if wrong), "")


def _outside(values: npt.NDArray[Any], low: float, high: float) -> bool:
    """Whether any value is not within the bounds; NaN is not."""
    return not bool(np.all((values >= low) & (values <= high)))
