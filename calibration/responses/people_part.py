"""Part of the people of a shop's history."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import numpy.typing as npt

from sim.scenario import ShopHistory

Floats = npt.NDArray[np.float64]


def part_of(history: ShopHistory, people: npt.NDArray[np.int64]) -> ShopHistory:
    """The history of these people alone, in this order; `people` are their places (m,)."""
    counts = np.diff(history.begin)[people]
    begin = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
    rows = np.arange(begin[-1]) + np.repeat(history.begin[people] - begin[:-1], counts)
    return replace(
        history,
        entered=history.entered[people],
        lead=history.lead[people],
        deleted=history.deleted[people],
        begin=begin,
        order_day=history.order_day[rows],
        saving=history.saving[rows],
        sent=None if history.sent is None else np.ascontiguousarray(history.sent[:, people]),
        offer=None if history.offer is None else np.ascontiguousarray(history.offer[:, people]),
    )


def some_of(history: ShopHistory, most: int, seed: int) -> ShopHistory:
    """The history itself, or that of `most` people drawn from it where there are more."""
    return history if history.size <= most else part_of(history, chosen_of(history.size, most, seed))


def chosen_of(size: int, most: int, seed: int) -> npt.NDArray[np.int64]:
    """Places of at most `most` people drawn from `size`, rising."""
    if size <= most:
        return np.arange(size)
    return np.sort(np.random.default_rng([seed, 41]).choice(size, most, replace=False))


def until_day(history: ShopHistory, days: int) -> ShopHistory:
    """The first `days` days of a history, of the people who had entered by then."""
    known = part_of(history, np.flatnonzero(history.entered <= days))
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
    )


def repeats_of_days(history: ShopHistory) -> Floats:
    """Order-days of each calendar day, everybody's first order left out; shape (days,)."""
    first = history.begin[:-1][np.diff(history.begin) > 0]
    repeat = np.ones(history.order_day.size, dtype=np.bool_)
    repeat[first] = False
    return np.bincount(history.order_day[repeat], minlength=history.days)[: history.days].astype(float)
