"""Coupons: their numbers, handing them out, and which of them hold today."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from sim.compiled import jit
from sim.law.offer_response import Appeal, appeal_of, pull_of, tempts
from sim.people import customer_columns as c
from sim.people.customer_columns import CustomerColumns
from sim.scenario import Market, Offer
from sim.state.offers_held import COUPON_TERMS, PHASES, Coupon, OfferBudget, StandingOffer
from sim.state.run_state import Offers, RunState

Ints = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]
Terms = npt.NDArray[np.void]

_LAUNCH, _PROOF, _DEADLINE = (PHASES.index(phase) for phase in ("launch", "proof", "deadline"))
_PHASES = len(PHASES)


def appeal_today(offer: Offer, market: Market, strength: float = 1.0) -> Appeal | None:
    """Depth and pull after effort at `strength` times the plain appeal; None where an offer is not worth its effort."""
    response, basket = market.offers, market.spend.mean
    if not tempts(offer, response, basket, strength):
        return None
    return Appeal(appeal_of(offer, response, basket).depth, pull_of(offer, response, basket, strength))


def coupon_number(offers: Offers, market: Market, name: str, offer: Offer) -> int:
    """The number of a programme's coupon, from 1; a new one where the programme or its offer is new."""
    for number, coupon in enumerate(offers.coupons, start=1):
        if coupon.name == name and coupon.offer == offer:
            return number
    days, pull = math.ceil(offer.valid or 1.0), pull_of(offer, market.offers, market.spend.mean)
    budget, number = OfferBudget(offer.budget, offer.stock), len(offers.coupons) + 1
    standing: list[StandingOffer | None] = []
    for phase in PHASES:
        appeal = appeal_today(offer, market, market.offers.salience.get(phase, 1.0))
        standing.append(
            None if appeal is None else StandingOffer(name, offer, appeal.pull, appeal.depth, budget, coupon=number)
        )
    offers.coupons.append(Coupon(name, offer, days, pull, budget, tuple(standing)))
    return number


def coupon_terms(offers: Offers) -> Terms:
    """The terms of all coupons by number, 0 being none (`COUPON_TERMS`)."""
    closed = sum(coupon.budget.closed for coupon in offers.coupons)
    if (offers.terms.size, offers.closed) != (len(offers.coupons) + 1, closed):
        rows = [(0.0, 0, False, (False,) * len(PHASES))]
        for coupon in offers.coupons:
            stands = tuple(one is not None and not coupon.budget.closed for one in coupon.standing)
            pull = 0.0 if coupon.budget.closed else coupon.plain_pull
            rows.append((pull, coupon.days, coupon.offer.first_order_only, stands))
        offers.terms, offers.closed = np.array(rows, dtype=COUPON_TERMS), closed
    return offers.terms


def give_coupon(state: RunState, number: int, rows: Ints, start: int) -> None:
    """Hand coupon `number` to these people, valid from day `start`, unless they hold one that pulls more."""
    hand_out(state.population.people, rows, number, start, coupon_terms(state.offers))


@jit
def hand_out(people: CustomerColumns, rows: Ints, number: int, start: int, terms: Terms) -> None:
    """`give_coupon` for the people at `rows`, shape (n,), given the terms of all coupons."""
    held, starts, ends = people.ints[c.COUPON], people.ints[c.COUPON_FROM], people.ints[c.COUPON_UNTIL]
    pull, last = terms[number].pull, start + terms[number].days - 1
    for i in rows:
        if not (held[i] > 0 and ends[i] >= start and terms[held[i]].pull > pull):
            held[i], starts[i], ends[i] = number, start, last


def standing_coupons(state: RunState) -> tuple[list[StandingOffer], Ints]:
    """The coupons that hold today, one for each programme and phase of validity; and their numbers by place of holding.

    Writes to the column `offer` the place of holding: 0 for none, else 1 + phase + phases times (coupon - 1).
    """
    offers, threads, size, block = state.offers, state.threads, state.population.size, state.inputs.block
    places = np.zeros(1 + len(PHASES) * len(offers.coupons), dtype=np.int64)
    if places.size == 1 or offers.budget.closed:
        state.population.column("offer")[:] = 0
        return [], places
    found = np.zeros((1 + size // block, places.size), dtype=bool)
    threads.share(look_up, size, block, state.day, state.population.people, coupon_terms(offers), block, found)
    standing: list[StandingOffer] = []
    for place in np.flatnonzero(found.any(axis=0)).tolist():
        number, phase = divmod(place - 1, len(PHASES))
        one = offers.coupons[number].standing[phase]
        assert one is not None
        standing.append(one)
        places[place] = len(standing)
    return standing, places


@jit
def look_up(
    first: int, last: int, day: int, people: CustomerColumns, terms: Terms, block: int, found: Mask
) -> None:  # fmt: skip
    """Write each person's place of holding, and which places are taken into the row of `found` that belongs to `first`.

    `found` of shape (blocks, places).
    """
    held, offers = people.ints[c.COUPON, first:last], people.ints[c.OFFER, first:last]
    starts, ends = people.ints[c.COUPON_FROM, first:last], people.ints[c.COUPON_UNTIL, first:last]
    orders, taken = people.ints[c.ORDERS, first:last], found[first // block]
    for i in range(held.size):
        holds = (held[i] > 0) & (starts[i] <= day) & (day <= ends[i])
        phase = _LAUNCH if starts[i] == day else _DEADLINE if ends[i] == day else _PROOF
        offers[i] = 1 + phase + _PHASES * (held[i] - 1) if holds else 0
    for i in range(held.size):
        if offers[i] > 0:
            mine, phase = terms[held[i]], (offers[i] - 1) % _PHASES
            if mine.stands[phase] and not (mine.first_order_only and orders[i] > 0):
                taken[offers[i]] = True
            else:
                offers[i] = 0
