"""The weeks that were held out are replayed: the engine under the shop's own strategy, from the cut on."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from calibration.back_check import BackCheck, Weeks, by_week, compared
from calibration.calibration_files import customers_table, fitted_values
from calibration.model.posterior import FittedMarket, drawn_parameters
from calibration.orders.order_history import Orders
from calibration.replay.recorded_replay import history_until, sent_again
from scenarios import Compare, Question, belief_table, with_values
from scenarios.questions.question import MarketFile
from scenarios.reading.stated_past import read_past
from sim.engine import run
from sim.output.event_tables import EventTables
from sim.scenario import (
    BigDate,
    Campaign,
    Customers,
    Market,
    Outreach,
    RunSettings,
    Scenario,
    ShopHistory,
    Strategy,
)

if TYPE_CHECKING:
    import pandas as pd

Mask = npt.NDArray[np.bool_]

DRAWS = 40
"""Draws of the market, one run each: of a fixed number of runs, most is learned from many draws."""
MOST_CUSTOMERS = 4000
"""Of more customers so many are simulated, chosen by identity; what they do is scaled up."""


@dataclass(frozen=True)
class ReplayFacts:
    """The prior, and a seed."""

    prior: MarketFile
    seed: int


@dataclass(frozen=True)
class PastPlan:
    """What the back-check takes beside orders and fit: the history of all days and people, with their identities, the
    file that states the strategy, None where records alone say what was done, and facts."""

    history: ShopHistory
    identity: npt.NDArray[np.uint64]
    path: str | Path | None
    facts: ReplayFacts


def back_check(orders: Orders, scored: FittedMarket, plan: PastPlan) -> BackCheck | None:
    """Replay the days after those that `scored` was fitted on; None where nobody known ordered in them.

    People who came after the cut are on neither side. Programmes without a date keep the days that they have when they
    begin with the orders. What comes of deliveries is left out, as it is of the history. Without a strategy what was
    recorded is sent again (`sent_again`).
    """
    known = scored.orders
    cut, days = known.days + 1, orders.days - known.days
    actual = _actual(orders, known, days)
    if actual["orders"].sum() == 0:
        return None
    scenario = replayed_scenario(orders, scored, plan)
    customers = scenario.customers
    assert customers is not None
    chosen = _sample(customers)
    scenario = replace(scenario, customers=customers.of(chosen))
    runs = [_replayed(scenario, row, draw, days) for draw, row in enumerate(_draws(scenario, scored.draws, plan))]
    return compared(known.first + timedelta(days=cut), actual, runs, chosen.size / int(chosen.sum()))


def replayed_scenario(orders: Orders, scored: FittedMarket, plan: PastPlan) -> Scenario:
    """The shop at the cut under its own strategy, in the market that was fitted before it, at its medians."""
    known = scored.orders
    cut = known.days + 1
    ahead = RunSettings(
        known.last + timedelta(days=1),
        horizon=orders.days - known.days,
        draws=DRAWS,
        replications=1,
        seed=plan.facts.seed,
    )
    table = customers_table(known, drawn_parameters(scored))
    columns = {str(name): column.to_numpy() for name, column in table.items()}
    history = plan.history.of(np.isin(plan.identity, columns["identity"]))
    customers = Customers(**columns, history=history_until(history, cut))
    scenario = Scenario(_fitted(scored, plan.facts), Strategy(), ahead, customers)
    if plan.path is None:
        return sent_again(scenario, history, cut)
    span = RunSettings(orders.first, horizon=orders.days + 1)
    return replace(scenario, strategy=dated(read_past(plan.path, plan.facts.prior.market, span).strategy, span))


def dated(strategy: Strategy, span: RunSettings) -> Strategy:
    """The strategy with the days that its programmes have when they begin with these days, whenever a run begins."""
    outreach = {
        name: replace(plan, from_=span.start) if _floats(plan) and plan.from_ is None else plan
        for name, plan in strategy.outreach.items()
    }
    campaigns = {
        name: replace(plan, first=_first_day(plan, span)) if _floats(plan) and plan.first is None else plan
        for name, plan in strategy.campaigns.items()
    }
    return replace(strategy, outreach=outreach, campaigns=campaigns)


def _floats(plan: Outreach | Campaign) -> bool:
    return plan.every is not None and plan.every.of == "day"


def _first_day(plan: Campaign, span: RunSettings) -> Any:
    assert plan.every is not None
    return span.start + timedelta(days=max(1, math.floor(plan.every.value)))


def _fitted(scored: FittedMarket, facts: ReplayFacts) -> Market:
    """The prior's market with what was fitted, and no people of its own."""
    values, _ = fitted_values(scored, "")
    dates = {path.rpartition(".")[2]: value for path, value in values.items() if isinstance(value, BigDate)}
    plain = {
        path: tuple(value) if isinstance(value, list) else value
        for path, value in values.items()
        if not isinstance(value, BigDate)
    }
    bare = Scenario(replace(facts.prior.market, start_with=0), Strategy(), RunSettings(scored.orders.first))
    found = with_values(bare, plain).market
    season = replace(found.need.season, dates={**found.need.season.dates, **dates})
    return replace(found, need=replace(found.need, season=season))


def _draws(scenario: Scenario, posterior: pd.DataFrame, plan: PastPlan) -> list[dict[str, float]]:
    """Rows of the posterior, with draws of what it does not hold from the prior."""
    prior = plan.facts.prior
    path, arms = Path(plan.path or "records"), {"as it was": scenario}
    question = Question("replay", "", path, arms, Compare(), prior.beliefs, posterior, prior.origins, prior.files)
    table = belief_table(question, DRAWS)
    return [{str(path): float(value) for path, value in row.items()} for _, row in table.iterrows()]


def _sample(customers: Customers) -> Mask:
    """Those with the lowest identities, which are hashes: a random part where there are more than MOST_CUSTOMERS."""
    rank = np.argsort(np.argsort(customers.identity, kind="stable"), kind="stable")
    return np.asarray(rank < MOST_CUSTOMERS)


# --- weeks -------------------------------------------------------------------------------------


def _replayed(scenario: Scenario, values: Mapping[str, float], draw: int, days: int) -> Weeks:
    tables: EventTables | None = run(with_values(scenario, values), draw, tables=True, threads=1).tables
    assert tables is not None
    who = np.asarray(tables.orders["person"]).astype(np.uint64)
    day = np.floor(np.asarray(tables.orders["instant"])).astype(np.int64)
    worth = "paid" if scenario.customers is None or scenario.customers.listed is None else "list_value"
    return by_week(who, day, np.asarray(tables.orders[worth]) / 100.0, days)


def _actual(orders: Orders, known: Orders, days: int) -> Weeks:
    """What the customers of `known` did after its end."""
    later = orders.orderdays[orders.orderdays["day"] > known.days]
    ids = orders.customers.index[later["customer"]]
    old = known.customers.index.get_indexer(ids) >= 0
    who, day = later["customer"].to_numpy()[old], later["day"].to_numpy()[old] - known.days - 1
    return by_week(who.astype(np.uint64), day, later["cents"].to_numpy()[old] / 100.0, days)
