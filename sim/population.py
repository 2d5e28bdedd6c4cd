"""Population: one array per attribute, one row per person; identities from origin, traits from identity."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from sim.draws import Decision, Identities, gamma_quantile_table, gamma_quantiles, identities, thresholds, uniforms
from sim.law.person import day_one_rates
from sim.scenario import Customers, Market
from sim.stages import Stage

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Days = npt.NDArray[np.int32]

NEVER = -(10**9)
"""Day of what has not happened yet."""


class People(NamedTuple):
    """Columns; each of shape (capacity,), of which the first `Population.size` rows are people.

    Rates are per day, days are whole days since the run's start, clocks in area, stocks in their own units,
    debt in baseline-days, spent in cents.
    """

    identity: npt.NDArray[np.uint64]
    source: npt.NDArray[np.int16]
    stage: npt.NDArray[np.int8]
    fit: npt.NDArray[np.bool_]
    lam: Floats
    mu: Floats
    nu: Floats
    kappa: Floats
    delta: Floats
    sigma: Floats
    added: Days
    first_order: Days
    second_order: Days
    last_order: Days
    last_heard: Days
    """Day of the person's last order or question."""
    last_touch: Days
    order_day: Days
    """Day of the last order that the books know."""
    orders: npt.NDArray[np.int32]
    touches: npt.NDArray[np.int32]
    problems: npt.NDArray[np.int32]
    spent: Ints
    order_left: Floats
    """The order clock; while a lead, the clock of the first order."""
    drift_left: Floats
    delete_left: Floats
    problem_left: Floats
    attention: Floats
    fatigue: Floats
    trust: Floats
    news: Floats
    """Changes of trust that count from tomorrow."""
    debt: Floats
    log_order: Floats
    log_leave: Floats
    offer: npt.NDArray[np.int8]
    """Number of today's best offer, counted from 1; 0 for none."""


_TYPES: dict[str, type[np.generic]] = {
    "identity": np.uint64,
    "source": np.int16,
    "stage": np.int8,
    "fit": np.bool_,
    "spent": np.int64,
    "offer": np.int8,
} | dict.fromkeys(
    ("added", "first_order", "second_order", "last_order", "last_heard", "last_touch", "order_day"), np.int32
) | dict.fromkeys(("orders", "touches", "problems"), np.int32)  # fmt: skip
_EMPTY = dict.fromkeys(("first_order", "second_order", "last_order", "last_heard", "last_touch", "order_day"), NEVER)


@dataclass
class Population:
    """People, how many there are, the luck that they live by, and the luck that made them who they are.

    The two keys differ only where the worth of pairing lives, and not only people, is measured.
    """

    people: People
    size: int
    key: np.uint64
    trait_key: np.uint64

    def column(self, name: str) -> npt.NDArray[Any]:
        """One attribute of everybody, shape (size,); a view, so writing to it writes to the people."""
        column: npt.NDArray[Any] = getattr(self.people, name)[: self.size]
        return column

    def join(self, rows: dict[str, npt.ArrayLike], count: int) -> slice:
        """Append `count` people; columns not in `rows` start empty. Returns where they stand."""
        end = self.size + count
        if end > self.people.stage.size:
            self.people = _grown(self.people, max(end, 2 * self.people.stage.size))
        where = slice(self.size, end)
        for name in People._fields:
            getattr(self.people, name)[where] = rows.get(name, _EMPTY.get(name, 0))
        self.size = end
        return where


def _grown(people: People, capacity: int) -> People:
    columns = []
    for name in People._fields:
        old: npt.NDArray[Any] = getattr(people, name)
        new = np.empty(capacity, dtype=_TYPES.get(name, np.float64))
        new[: old.size] = old
        columns.append(new)
    return People(*columns)


def empty_population(key: np.uint64, trait_key: np.uint64, capacity: int) -> Population:
    """Nobody yet, with room for `capacity` people."""
    columns = [np.empty(max(capacity, 1), dtype=_TYPES.get(name, np.float64)) for name in People._fields]
    return Population(People(*columns), 0, key, trait_key)


def draw(key: np.uint64, who: Identities, decision: Decision, ordinal: int = 0) -> Floats:
    """Everybody's uniform of one decision at one ordinal; shape (n,)."""
    return uniforms(key, who, int(decision), np.full(who.size, ordinal, dtype=np.int64))


def traits(key: np.uint64, who: Identities, market: Market) -> dict[str, npt.NDArray[Any]]:
    """Columns of what people are, from their identities alone."""
    from scipy.special import ndtri

    def gamma(decision: Decision, shape: float, rate: float) -> Floats:
        return gamma_quantiles(draw(key, who, decision), shape) / rate

    def log_normal(decision: Decision, spread: float) -> Floats:
        if spread == 0.0:
            return np.ones(who.size)
        return np.asarray(np.exp(spread * ndtri(draw(key, who, decision)) - 0.5 * spread**2))

    need, spend, people = market.need, market.spend, market.people
    order, drift = need.order_rate, need.dropout_rate
    return {
        "lam": gamma(Decision.ORDER_RATE, order.shape, order.shape / order.mean),
        "mu": gamma(Decision.DRIFT_RATE, drift.shape, drift.shape / drift.mean),
        "nu": gamma(Decision.SPEND_LEVEL, spend.q, spend.mean * (spend.q - 1.0) / spend.p),
        "kappa": log_normal(Decision.CONTACT_RESPONSE, people.contact_response),
        "delta": log_normal(Decision.PRICE_SENSITIVITY, people.price_sensitivity),
        "sigma": log_normal(Decision.SERVICE_SENSITIVITY, people.service_sensitivity),
        "fit": draw(key, who, Decision.FIT) < people.fit,
    }


def clocks(key: np.uint64, who: Identities) -> dict[str, npt.NDArray[Any]]:
    """Columns of the clocks that everybody starts with."""
    return {
        "drift_left": thresholds(draw(key, who, Decision.DRIFT), _EXPONENTIAL),
        "delete_left": thresholds(draw(key, who, Decision.DELETION), _EXPONENTIAL),
        "problem_left": thresholds(draw(key, who, Decision.PROBLEM, 1), _EXPONENTIAL),
    }


_EXPONENTIAL = gamma_quantile_table(1.0)


def join_leads(population: Population, who: Identities, added: Floats, source: int, market: Market) -> slice:
    """Contacts added at the instants `added`; they live as leads from the next day."""
    rows = _born(population, who, market)
    rows |= {
        "identity": who,
        "source": source,
        "stage": Stage.LEAD,
        "added": np.floor(added),
        "order_left": thresholds(draw(population.key, who, Decision.FIRST_ORDER), _EXPONENTIAL),
    }
    return population.join(rows, who.size)


def join_synthetic(population: Population, count: int, market: Market, table: Floats) -> slice:
    """`count` synthetic customers, each at the instant of their first order: 0."""
    who = identities("start", 0, np.arange(count))
    rows = _born(population, who, market)
    rows |= _buyers(population.key, who, np.ones(count, dtype=np.int64), table)
    rows |= dict.fromkeys(("added", "first_order", "last_order", "last_heard", "order_day"), 0)
    return population.join(rows, count)


def join_customers(population: Population, customers: Customers, market: Market, table: Floats) -> slice:
    """The shop's own customers, their hidden rates drawn given what each has done."""
    key, who = population.key, customers.identity
    rows = _born(population, who, market)
    rows |= _buyers(key, who, customers.orders, table)
    rates = day_one_rates(population.trait_key, customers, market, table)
    rows |= rates.columns
    rows |= dict.fromkeys(("added", "first_order"), np.floor(-customers.age))
    rows |= dict.fromkeys(("last_order", "last_heard", "order_day"), np.floor(-customers.recency))
    rows["spent"] = customers.spent
    rows["stage"] = np.where(rates.alive, np.asarray(rows["stage"]), np.int8(Stage.DRIFTED))
    return population.join(rows, who.size)


def _born(population: Population, who: Identities, market: Market) -> dict[str, npt.ArrayLike]:
    return {**traits(population.trait_key, who, market), **clocks(population.key, who)}


def _buyers(key: np.uint64, who: Identities, orders: Ints, table: Floats) -> dict[str, npt.ArrayLike]:
    following = uniforms(key, who, int(Decision.ORDER), orders + 1)
    return {
        "identity": who,
        "source": -1,
        "fit": True,
        "stage": np.where(orders >= 2, np.int8(Stage.REPEATER), np.int8(Stage.FIRST_BUYER)),
        "orders": orders,
        "order_left": thresholds(following, table),
    }
