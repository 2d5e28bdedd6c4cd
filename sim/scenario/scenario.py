"""Scenario: the frozen value that a run takes, made of a market, a strategy and the settings of the run.

Fields are annotated with their units (`sim.units`); a field's path from the top, such as
`market.fatigue.half_life`, is its one address everywhere. A trailing underscore is dropped in the path
(`from_` is written `from`). No default here is a number of the law: those live in
`scenarios/library/base.toml`. Shares are fractions, times are days, money is cents.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import date
from typing import Annotated

import numpy as np
import numpy.typing as npt

from sim import units as u
from sim.scenario.market import Market
from sim.scenario.mechanism import Mechanism, checked_mechanism, plain_name
from sim.scenario.shop_history import ShopHistory
from sim.scenario.strategy import Strategy
from sim.scenario.strategy_function import Strategist, StrategyFunction


@dataclass(frozen=True)
class RunSettings:
    start: date
    """Day one of the run."""
    warm_up: Annotated[int, u.Days.within(0, 3650)] = 0
    """Days simulated before those that are measured."""
    horizon: Annotated[int, u.Days.within(1, 7300)] = 365
    """Days that are measured."""
    cool_down: Annotated[int, u.Days.within(0, 3650)] = 0
    """Days simulated after those that are measured."""
    draws: Annotated[int, u.Count.within(1, 100000)] = 40
    """How many plausible markets are simulated; 1: the median market."""
    replications: Annotated[int, u.Count.within(1, 65535)] = 2
    """Runs of each arm in each plausible market."""
    answer_within: Annotated[float, u.Days.within(1e-5, 365.0)] = 180.0 / 86400.0
    """Time within which a question is to be answered to count in the KPI `service_level`."""
    seed: Annotated[int, u.Count.within(0, 2**63 - 1)] = 1
    """The one integer from which all random numbers follow."""

    @property
    def days(self) -> int:
        """Days simulated."""
        return self.warm_up + self.horizon + self.cool_down


@dataclass(frozen=True)
class Customers:
    """The shop's own customers on day one: one entry per person, all arrays of one length n.

    identity: uint64, from the salted id. orders: order-days so far, 0 for a lead who has not ordered yet. age, recency:
    days from the first and the last order-day to the start of the run, of such a lead both from the day of adding.
    spent: cents paid over all orders; spend_orders: how many orders `spent` covers. before: of shops that are older
    than their orders, days before `age` begins in which the customer had come and not drifted; `orders` then has one
    for all of these days.
    """

    identity: npt.NDArray[np.uint64]
    orders: npt.NDArray[np.int64]
    age: npt.NDArray[np.float64]
    recency: npt.NDArray[np.float64]
    spent: npt.NDArray[np.int64]
    spend_orders: npt.NDArray[np.int64]
    before: npt.NDArray[np.float64] | None = None
    history: ShopHistory | None = None
    """What the shop did to them and when they ordered, in the same order of people; None where nothing was stated."""
    listed: npt.NDArray[np.int64] | None = None
    """List value, cents, of the orders that `spent` covers; None where no discounts are known."""

    @property
    def list_value(self) -> npt.NDArray[np.int64]:
        """List value of the orders that `spent` covers, cents: what was paid where no discounts are known."""
        return self.spent if self.listed is None else self.listed

    def of(self, chosen: npt.NDArray[np.bool_]) -> Customers:
        """Those of a mask of shape (n,)."""
        columns = {name: each[chosen] for name, each in vars(self).items() if isinstance(each, np.ndarray)}
        return replace(self, **columns, history=None if self.history is None else self.history.of(chosen))

    def same(self, other: Customers) -> bool:
        """Whether they are the same customers with the same history, compared by value."""
        columns = [each.name for each in fields(self) if each.name != "history"]
        pasts = [None if one.history is None else one.history.digest for one in (self, other)]
        same = (np.array_equal(getattr(self, name), getattr(other, name)) for name in columns)
        return pasts[0] == pasts[1] and all(same)


@dataclass(frozen=True)
class Scenario:
    market: Market
    strategy: Strategy
    run: RunSettings
    customers: Customers | None = None
    programmes: Mapping[str, StrategyFunction] = field(default_factory=dict)
    """Strategies as plain functions (`sim.scenario.strategy_function`), in addition to `strategy`."""
    mechanisms: Mapping[str, Mechanism] = field(default_factory=dict)
    """Mechanisms added to the law (`sim.scenario.mechanism`)."""

    def with_programme(self, name: str, function: Strategist, *, version: str | None = None) -> Scenario:
        """The scenario with one more strategy as a plain function; see `StrategyFunction`. Raises ValueError."""
        if not callable(function):
            raise u.WrongValue("function", "a function of the view and the memory", repr(function))
        return replace(
            self, programmes={**self.programmes, plain_name("name", name): StrategyFunction(function, version)}
        )

    def with_mechanism(self, mechanism: Mechanism) -> Scenario:
        """The scenario with one more mechanism. Raises ValueError where its parts do not fit."""
        return replace(self, mechanisms={**self.mechanisms, checked_mechanism(mechanism).name: mechanism})

    @property
    def versioned(self) -> bool:
        """Whether all that was added in Python has a version, so that the key of a run stands for what it does."""
        versions = [p.version for p in self.programmes.values()] + [m.version for m in self.mechanisms.values()]
        versions += [offer.terms.version for offer in self.strategy.offers.values()]
        return None not in versions
