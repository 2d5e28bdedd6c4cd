"""What service does to people on one day of a history, in the mean: purchases that wait for an answer, and trust."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from sim.compiled import jit
from sim.day.day_arrays import Block, places_of
from sim.past.past_arrays import Mask, PastLaw
from sim.past.silent_days import PastProgress
from sim.people import customer_columns as c
from sim.people.customer_columns import CustomerColumns
from sim.stages import OUT, Stage

Floats = npt.NDArray[np.float64]

_LEAD = int(Stage.LEAD)


class AskedPurchases(NamedTuple):
    """Purchases of one motive that people have asked about since their last order."""

    lost: Floats
    """Area of ordering times the share of its purchases that is lost; shape (people of the block,)."""
    coming: Floats
    """Area of the purchases that are to be made on the next days, shape (m, people), in turn; likewise below."""
    open: Floats
    """Area of those that are still to be decided."""
    lost_today: Floats
    """How many of today's purchases are lost, shape (people of the block,)."""


@jit
def asked_purchases(days: int, size: int) -> AskedPurchases:
    """Nobody has asked; purchases are followed for so many days."""
    return AskedPurchases(np.zeros(size), np.zeros((days, size)), np.zeros((days, size)), np.zeros(size))


@jit
def hold_purchases(
    block: Block, day: int, people: CustomerColumns, law: PastLaw, alpha: float, orders: Floats, so_far: PastProgress,
    asked: AskedPurchases,
) -> None:  # fmt: skip
    """Turn today's area of ordering into that of orders: without purchases asked about, with those made by now.

    Notes today's questions in `asked`, whose people beyond `block` have not entered and keep what is noted there.
    """
    service, lost_today, there = law.service, asked.lost_today, orders.size
    asks, made, still, lost_share = service.asks, service.made[day], service.open[day], service.lost[day]
    follow, slot, k, r = made.size, day % made.size, law.rates.k, law.rates.r
    coming, waits, lost, ran = asked.coming[slot, :there], asked.open[slot, :there], asked.lost, so_far.order
    counts, stages = people.ints[c.ORDERS, block.first : block.last], people.stage[block.first : block.last]
    ask = np.empty(there)
    for i in range(there):
        lead, shape = stages[i] == _LEAD, r + k * (counts[i] - 1)
        # the mean rate of those who are about to order: of shape one more
        rate = 1.0 if lead else (shape + 1.0) / (alpha + k * (ran[i] + lost[i]))
        new = asks / (1.0 + rate * lost[i])
        free = orders[i] / (1.0 + rate * (0.5 * new * orders[i] + waits[i]))
        ask[i] = new * free
        orders[i] = free - ask[i] + (coming[i] if stages[i] < OUT else 0.0)
        lost[i] += asks * lost_share * free
        lost_today[i] = (1.0 if lead else shape / (alpha + k * ran[i])) * ask[i] * lost_share
    coming[:] = 0.0  # from here on the place of a later day
    waits[:] = 0.0
    for j in range(follow):
        ahead, later = asked.coming[(slot + 1 + j) % follow], asked.open[(slot + 1 + j) % follow]
        for i in range(ask.size):
            ahead[i] += made[j] * ask[i]
        for i in range(ask.size):
            later[i] += still[j] * ask[i]


@jit
def forget_purchases(i: int, asked: AskedPurchases) -> None:
    """The `i`-th person of a block has ordered: nothing has been asked about the next purchase."""
    asked.lost[i] = 0.0
    asked.coming[:, i] = 0.0
    asked.open[:, i] = 0.0


@jit
def hear_of_messages(
    block: Block, messages: tuple[int, int], people: CustomerColumns, sent: Mask, of_message: Floats
) -> None:
    """What replies to questions at today's messages, from one number until before another, do to trust."""
    newses = people.reals[c.NEWS, block.first : block.last]
    rows = np.empty(newses.size, dtype=np.int64)
    for m in range(messages[0], messages[1]):
        for i in rows[: places_of(sent[m, block.first : block.last], rows)]:
            newses[i] += of_message[m]


@jit
def hear_of_purchases(block: Block, people: CustomerColumns, each: float, asked: AskedPurchases) -> None:
    """What replies, or none, do to the trust of who did not buy after all."""
    newses = people.reals[c.NEWS, block.first : block.last]
    for i in range(newses.size):
        newses[i] += each * asked.lost_today[i]
