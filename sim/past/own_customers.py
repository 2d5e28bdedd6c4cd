"""The shop's own customers on the morning of day one, drawn given a stated history."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from sim.draws import Decision, gamma_quantile_table, uniforms
from sim.law.day_one import LEAST_FACTOR, rates_of_living
from sim.law.exponential import exponential_clocks
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
    them. `active`: a buyer, or of those who never ordered a lead."""

    number: Ints
    active: Mask
    drifted: Mask


def join_stated(population: Population, threads: Threads, market: Market, customers: Customers) -> None:
    """The shop's own customers join, with what a stated history has made of them under a market."""
    assert customers.history is not None
    past = past_state(market, customers.history, customers, threads)
    where, people = population.room(customers.identity.size), population.people
    people.identity[where] = customers.identity
    people.ints[c.ORDERS, where] = past.columns["orders"][0]
    write_buyers(population, where, gamma_quantile_table(market.need.regularity), threads)
    hidden = drawn(population.trait_key, customers, market, past)
    for name, values in past.columns.items():
        column_of(people, name)[where] = _of_class(values, hidden)
    column_of(people, "order_day")[where] = column_of(people, "last_order")[where]
    people.spent[where] = customers.spent
    _write_rates(people, where, (population.trait_key, customers, market), past, hidden)
    _write_stages(population, where, past, hidden)


def drawn(key: np.uint64, customers: Customers, market: Market, past: PastState) -> Hidden:
    """Draw the class of each given the history, and what has become of them given the class."""
    weights = np.exp(past.log_evidence - past.log_evidence.max(axis=0))
    by_class = dict(zip(past.classes, weights, strict=True))
    none = np.zeros(customers.identity.size)
    seeker, unfit = by_class.get("seeker", none), by_class.get("unfit", none)
    suits = by_class["interested"] + seeker
    fit = _draws(key, customers, Decision.FIT) * (suits + unfit) < suits
    seeks = _draws(key, customers, Decision.MOTIVE) * suits < seeker
    places = {name: place for place, name in enumerate(past.classes)}
    number = np.where(fit, np.where(seeks, places.get("seeker", 0), places["interested"]), places.get("unfit", 0))
    u, rows = _draws(key, customers, Decision.ALIVE), np.arange(number.size)
    active = u < past.stays[number, rows]
    drifted = ~active & (u < past.stays[number, rows] + past.drifted[number, rows])
    return Hidden(number, active, drifted)


def _write_rates(
    people: CustomerColumns,
    where: slice,
    given: tuple[np.uint64, Customers, Market],
    past: PastState,
    hidden: Hidden,
) -> None:
    """Rates, spend levels, price sensitivity, and what is left of the thresholds of ordering and deleting."""
    from scipy.special import gammaincinv

    key, customers, market = given
    need, spend, k = market.need, market.spend, market.need.regularity
    orders, seeks = past.columns["orders"][0], np.array(past.classes)[hidden.number] == "seeker"
    repeats, bought = np.maximum(orders - 1.0, 0.0), orders > 0.0
    factors = np.where(seeks, max(market.people.seeker_orders, LEAST_FACTOR), 1.0)
    r, alpha = need.order_rate.shape, need.order_rate.shape / (need.order_rate.mean * factors)
    last, end = (np.where(bought, _of_class(each, hidden), 0.0) for each in (past.order_last, past.order_end))
    u, learned = _draws(key, customers, Decision.ORDER_RATE), _of_class(past.factor, hidden)
    reals = people.reals
    if k == 1.0:
        reals[c.LAM, where] = gammaincinv(r + repeats, u) / (alpha + end) * learned
    else:
        made, rest = (r + k * repeats, alpha + k * last), _draws(key, customers, Decision.RESIDUAL)
        lam, left = rates_of_living(u, rest, made, np.maximum(end - last, 0.0), k)
        reals[c.LAM, where] = np.where(bought, lam, gammaincinv(r, u) / alpha) * learned
        reals[c.ORDER_LEFT, where] = left
    first = _draws(key, customers, Decision.FIRST_ORDER)
    exponential_clocks(first)
    reals[c.ORDER_LEFT, where] = np.where(bought, reals[c.ORDER_LEFT, where], first)
    drift = need.dropout_rate
    ran = np.where(bought, _of_class(past.drift_end, hidden), 0.0)
    drift_level = gammaincinv(drift.shape, _draws(key, customers, Decision.DRIFT_RATE))
    reals[c.MU, where] = drift_level / (drift.shape / drift.mean + ran)
    reals[c.NU, where] = gammaincinv(
        spend.q + spend.p * customers.spend_orders, _draws(key, customers, Decision.SPEND_LEVEL)
    ) / (spend.mean * (spend.q - 1.0) / spend.p + customers.spent)
    reals[c.DELTA, where] *= np.where(seeks, market.people.seeker_price, 1.0)
    reals[c.DELETE_LEFT, where] *= 1.0 + _of_class(past.delete_end, hidden) / market.optout.shape


def _write_stages(population: Population, where: slice, past: PastState, hidden: Hidden) -> None:
    people, orders = population.people, past.columns["orders"][0]
    bought = np.where(orders >= 2, Stage.REPEATER, np.where(orders >= 1, Stage.FIRST_BUYER, Stage.LEAD))
    people.stage[where] = np.where(hidden.active, bought, np.where(hidden.drifted, Stage.DRIFTED, Stage.DELETED))
    people.fit[where] = np.array(past.classes)[hidden.number] != "unfit"


def _of_class(values: Floats, hidden: Hidden) -> Floats:
    """Of each person the value of their class, shape (n,)."""
    return np.asarray(values[hidden.number, np.arange(hidden.number.size)])


def _draws(key: np.uint64, customers: Customers, decision: Decision) -> Floats:
    return uniforms(key, customers.identity, int(decision), np.zeros(customers.identity.size, dtype=np.int64))
