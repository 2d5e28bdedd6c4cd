"""Part of the people of a shop's history."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import numpy.typing as npt

from sim.scenario.shop_history import PastTickets, ShopHistory

Floats = npt.NDArray[np.float64]


def some_of(history: ShopHistory, most: int, seed: int) -> ShopHistory:
    """The history itself, or that of `most` people drawn from it where there are more."""
    return history if history.size <= most else people_of(history, chosen_of(history.size, most, seed))


def people_of(history: ShopHistory, places: npt.NDArray[np.int64]) -> ShopHistory:
    """The history of the people at these places, which rise."""
    mask = np.zeros(history.size, dtype=np.bool_)
    mask[places] = True
    return history.of(mask)


def chosen_of(size: int, most: int, seed: int) -> npt.NDArray[np.int64]:
    """Places of at most `most` people drawn from `size`, rising."""
    if size <= most:
        return np.arange(size)
    return np.sort(np.random.default_rng([seed, 41]).choice(size, most, replace=False))


def until_day(history: ShopHistory, days: int) -> ShopHistory:
    """The first `days` days of a history, of the people who had entered by then."""
    known = history.of(history.entered <= days)
    early = known.order_day < days
    owner = np.repeat(np.arange(known.size), np.diff(known.begin))
    counts = np.bincount(owner[early], minlength=known.size)
    sent = [message.day < days for message in known.messages]
    return replace(
        known,
        days=days,
        deleted=np.minimum(known.deleted, days).astype(known.deleted.dtype),
        begin=np.concatenate([[0], np.cumsum(counts)]).astype(np.int64),
        order_day=known.order_day[early],
        saving=known.saving[early],
        messages=tuple(message for message in known.messages if message.day < days),
        sent=None if known.sent is None else known.sent[sent],
        offer=None if known.offer is None else known.offer[:days],
        used=None if known.used is None else known.used[early],
        tickets=None if known.tickets is None else opened_before(known.tickets, days),
        desk=None if known.desk is None else known.desk.until(days),
    )


def opened_before(tickets: PastTickets, days: int) -> PastTickets:
    """The tickets that were opened before day `days`, as they were known by then."""
    early = tickets.opened < days
    replied, resolved = (np.where(at < days, at, np.nan)[early] for at in (tickets.replied, tickets.resolved))
    kind = tuple(kind for kind, kept in zip(tickets.kind, early, strict=True) if kept)
    return PastTickets(tickets.person[early], kind, tickets.opened[early], replied, resolved)


def gaps_of_weeks(history: ShopHistory) -> Floats:
    """Gaps between two orders of one person by the weeks in which they begin and end, from the first day; the last part
    of a week joins the week before it. Shape (weeks, weeks)."""
    weeks = max(history.days // 7, 1)
    week = np.clip(history.order_day // 7, 0, weeks - 1)
    person = np.repeat(np.arange(history.size), np.diff(history.begin))
    same = person[1:] == person[:-1]
    found = np.zeros((weeks, weeks))
    np.add.at(found, (week[:-1][same], week[1:][same]), 1.0)
    return found


def repeats_of_days(history: ShopHistory) -> Floats:
    """Order-days of each calendar day, everybody's first order left out; shape (days,)."""
    first = history.begin[:-1][np.diff(history.begin) > 0]
    repeat = np.ones(history.order_day.size, dtype=np.bool_)
    repeat[first] = False
    return np.bincount(history.order_day[repeat], minlength=history.days)[: history.days].astype(float)
