"""Offers of people, compiled: coupons that are handed out, and the number of each person's offer of today."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from sim.compiled import jit
from sim.day.day_arrays import BLOCK
from sim.law.waiting import DECIDED
from sim.people import customer_columns as c
from sim.people.customer_columns import CustomerColumns
from sim.state.daily_values import PHASES

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]
Terms = npt.NDArray[np.void]

_LAUNCH, _PROOF, _DEADLINE = (PHASES.index(phase) for phase in ("launch", "proof", "deadline"))
_PHASES = len(PHASES)


@jit
def hand_out(people: CustomerColumns, first: int, given: Mask, number: int, start: int, terms: Terms) -> None:
    """Hand coupon `number`, valid from day `start`, to those of the people from row `first` on who are given one.

    `given` of shape (n,); nobody who holds one that pulls more is given another.
    """
    last = first + given.size
    held, starts = people.ints[c.COUPON, first:last], people.ints[c.COUPON_FROM, first:last]
    ends, pull, end = people.ints[c.COUPON_UNTIL, first:last], terms[number].pull, start + terms[number].days - 1
    for i in range(given.size):
        if given[i] and not (held[i] > 0 and ends[i] >= start and terms[held[i]].pull > pull):
            held[i], starts[i], ends[i] = number, start, end


@jit
def write_coupons(first: int, last: int, day: int, people: CustomerColumns, terms: Terms, numbers: Ints) -> None:
    """Write the number of each person's coupon of today (`standing_coupons`) into the column `offer`, 0 for none."""
    held, offers, orders = people.ints[c.COUPON, first:last], people.ints[c.OFFER, first:last], people.ints[c.ORDERS]
    starts, ends = people.ints[c.COUPON_FROM, first:last], people.ints[c.COUPON_UNTIL, first:last]
    left = people.reals[c.ORDER_LEFT, first:last]
    for i in range(held.size):
        holds = (held[i] > 0) & (starts[i] <= day) & ((day <= ends[i]) | ((day == ends[i] + 1) & (left[i] == DECIDED)))
        phase = _LAUNCH if starts[i] == day else _DEADLINE if ends[i] <= day else _PROOF
        offers[i] = 1 + phase + _PHASES * (held[i] - 1) if holds else 0
    for i in range(held.size):
        if offers[i] > 0:
            gone = terms[held[i]].first_order_only and orders[first + i] > 0
            offers[i] = 0 if gone else numbers[offers[i]]


class OffersAsked(NamedTuple):
    """Terms of all coupons, numbers of those that stand (`standing_coupons`), and pull and people of each campaign.

    `pulls` of shape (campaigns,), `who` of shape (campaigns, size).
    """

    terms: npt.NDArray[np.void]
    numbers: Ints
    pulls: Floats
    who: Mask


@jit
def write_offers(first: int, last: int, day: int, people: CustomerColumns, asked: OffersAsked, width: int) -> None:
    """Write the number of each person's offer of today (`OffersToday`) into the column `offer`.

    `width` is one more than the coupons that stand. Of campaigns, the one that pulls most counts, the first of equals.
    By blocks that stay in the processor's cache.
    """
    pulls = asked.pulls
    for start in range(first, last, BLOCK):
        end = min(start + BLOCK, last)
        offers = people.ints[c.OFFER, start:end]
        if width > 1:
            write_coupons(start, end, day, people, asked.terms, asked.numbers)
        else:
            offers[:] = 0
        if pulls.size > 0:
            who = asked.who[:, start:end]
            for i in range(offers.size):
                best, campaign = -1.0, 0
                for k in range(pulls.size):
                    if who[k, i] and pulls[k] > best:
                        best, campaign = pulls[k], k + 1
                offers[i] += campaign * width
