"""The shop's own customers on the morning of day one, drawn given a stated history."""

from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from sim.draws import Decision, Identities, gamma_quantile_table, uniforms
from sim.law.day_one import LEAST_FACTOR, rates_of_living
from sim.law.exponential import exponential_clocks
from sim.law.numbers import law_numbers
from sim.past.heard_of import days_silent
from sim.past.past_state import PastState, past_state
from sim.people import customer_columns as c
from sim.people.customer_columns import CustomerColumns, column_of
from sim.people.population import Population, write_buyers
from sim.scenario import Customers, Market
from sim.stages import Stage
from sim.threads import Threads

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]


class Hidden(NamedTuple):
    """What is drawn of each customer, shape (n,): class by its place in `PastState.classes`, and what has become of
    them. `active`: a buyer, or of those who never ordered a lead; who is neither active nor drifted is gone."""

    number: Ints
    active: Mask
    drifted: Mask


class Staying(NamedTuple):
    """Customers who are contacts on day one, shape (m,), their class and stage, and what the history says of them."""

    customers: Customers
    past: PastState
    number: Ints
    rows: Ints
    """Their rows among all customers."""
    stage: npt.NDArray[np.int8]

    def of(self, values: Floats) -> Floats:
        """Of values by class and customer, shape (classes, n), those of these people in their class, shape (m,)."""
        return np.asarray(values[self.number, self.rows])

    def among(self, name: str) -> Mask:
        """Who is of a class, shape (m,)."""
        return np.asarray(np.array(self.past.classes)[self.number] == name)


def join_stated(population: Population, threads: Threads, market: Market, customers: Customers) -> None:
    """The shop's own customers join, with what a stated history has made of them under a market.

    Who is gone does not join: nobody writes to them, and nothing happens to them.
    """
    assert customers.history is not None
    past, key = past_state(market, customers.history, customers, threads), population.trait_key
    here = staying(customers, past, drawn(key, customers.identity, past))
    where, people = population.room(here.rows.size), population.people
    people.identity[where] = here.customers.identity
    people.ints[c.ORDERS, where] = here.of(past.columns["orders"])
    write_buyers(population, where, gamma_quantile_table(market.need.regularity), threads)
    for name, values in past.columns.items():
        column_of(people, name)[where] = here.of(values)
    for stock in (c.DEBT, c.WAITING):  # lost with those who drift
        people.reals[stock, where] *= here.stage != Stage.DRIFTED
    _write_last_heard(people, where, key, market, here)
    people.ints[c.ORDER_DAY, where] = people.ints[c.LAST_ORDER, where]
    people.spent[where] = here.customers.spent
    people.stage[where], people.fit[where] = here.stage, ~here.among("unfit")
    _write_rates(people, where, key, market, here)


def drawn(key: np.uint64, who: Identities, past: PastState) -> Hidden:
    """Draw the class of each given the history, and what has become of them given the class."""
    highest = past.log_evidence.max(axis=0)
    possible = np.isfinite(
        highest
    )  # else, as of a contact deleted before it was followed, it says nothing of the class
    weights = np.exp(np.where(possible, past.log_evidence, 0.0) - np.where(possible, highest, 0.0))
    places, none = {name: place for place, name in enumerate(past.classes)}, np.zeros(who.size)
    of = {name: weights[place] for name, place in places.items()}
    seeker, unfit = of.get("seeker", none), of.get("unfit", none)
    suits = of["interested"] + seeker
    fit = _draws(key, who, Decision.FIT) * (suits + unfit) < suits
    seeks = _draws(key, who, Decision.MOTIVE) * suits < seeker
    motive = np.where(seeks, places.get("seeker", 0), places["interested"])
    number = np.where(fit, motive, places.get("unfit", 0))
    u, rows = _draws(key, who, Decision.ALIVE), np.arange(who.size)
    stays = past.stays[number, rows]
    return Hidden(number, u < stays, (u >= stays) & (u < stays + past.drifted[number, rows]))


def staying(customers: Customers, past: PastState, hidden: Hidden) -> Staying:
    """Those who are not gone."""
    here = hidden.active | hidden.drifted
    rows = np.flatnonzero(here)
    number = hidden.number[rows]
    orders = past.columns["orders"][number, rows]
    bought = np.where(orders >= 2, Stage.REPEATER, np.where(orders >= 1, Stage.FIRST_BUYER, Stage.LEAD))
    stage = np.where(hidden.active[rows], bought, Stage.DRIFTED).astype(np.int8)
    return Staying(replace(customers, history=None).of(here), past, number, rows, stage)


def _write_rates(people: CustomerColumns, where: slice, key: np.uint64, market: Market, here: Staying) -> None:
    """Rates, spend levels, price sensitivity, and what is left of the thresholds of ordering and deleting."""
    from scipy.special import gammaincinv

    past, customers, who, reals = here.past, here.customers, here.customers.identity, people.reals
    need, spend, k = market.need, market.spend, market.need.regularity
    orders, seeks = here.of(past.columns["orders"]), here.among("seeker")
    repeats, bought = np.maximum(orders - 1.0, 0.0), orders > 0.0
    factors = np.where(seeks, max(market.people.seeker_orders, LEAST_FACTOR), 1.0)
    r, alpha = need.order_rate.shape, need.order_rate.shape / (need.order_rate.mean * factors)
    last, end, drifting = (
        np.where(bought, here.of(areas), 0.0) for areas in (past.order_last, past.order_end, past.drift_end)
    )
    u, learned = _draws(key, who, Decision.ORDER_RATE), here.of(past.factor)
    if k == 1.0:
        reals[c.LAM, where] = gammaincinv(r + repeats, u) / (alpha + end) * learned
    else:
        made, rest = (r + k * repeats, alpha + k * last), _draws(key, who, Decision.RESIDUAL)
        lam, left = rates_of_living(u, rest, made, np.maximum(end - last, 0.0), k)
        reals[c.LAM, where] = np.where(bought, lam, gammaincinv(r, u) / alpha) * learned
        reals[c.ORDER_LEFT, where] = left
    first = _draws(key, who, Decision.FIRST_ORDER)
    exponential_clocks(first)
    reals[c.ORDER_LEFT, where] = np.where(bought, reals[c.ORDER_LEFT, where], first)
    drift = need.dropout_rate
    drift_level = gammaincinv(drift.shape, _draws(key, who, Decision.DRIFT_RATE))
    reals[c.MU, where] = drift_level / (drift.shape / drift.mean + drifting)
    spend_level = gammaincinv(spend.q + spend.p * customers.spend_orders, _draws(key, who, Decision.SPEND_LEVEL))
    reals[c.NU, where] = spend_level / (spend.mean * (spend.q - 1.0) / spend.p + customers.list_value)
    reals[c.DELTA, where] *= np.where(seeks, market.people.seeker_price, 1.0)
    reals[c.DELETE_LEFT, where] *= 1.0 + here.of(past.delete_end) / market.optout.shape


def _write_last_heard(people: CustomerColumns, where: slice, key: np.uint64, market: Market, here: Staying) -> None:
    """When each was last heard of: at an order or at adding, or in an interaction since then."""
    who, drifted = here.customers.identity, here.stage == Stage.DRIFTED
    lift = here.of(here.past.lift) * np.where(drifted, market.engagement.drifted, 1.0)
    since = -people.ints[c.LAST_HEARD, where].astype(np.int64)
    u = _draws(key, who, Decision.INTERACTION)
    people.ints[c.LAST_HEARD, where] = -days_silent(u, since, lift, law_numbers(market))


def _draws(key: np.uint64, who: Identities, decision: Decision) -> Floats:
    return uniforms(key, who, int(decision), np.zeros(who.size, dtype=np.int64))
