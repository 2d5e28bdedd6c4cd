"""The law in `rehearse`: the shipped market with every response off, no programme, and one hazard of leaving."""

from __future__ import annotations

from dataclasses import replace

from benchmarks.same_law.law import Law, LawResult
from benchmarks.worlds import bare_market, shop_world
from sim import run
from sim.scenario import Delivery, GammaRate, Scenario, Service, Strategy

NEVER = 1e-7
"""The smallest dropout rate of a market, per day: one customer in 27,000 a year. Dropouts are counted as leavers."""


def simulate(law: Law, people: int, seed: int) -> LawResult:
    """Orders and leavers of so many customers, on one thread."""
    ledger = run(world(law, people, seed), threads=1)
    total = {name: int(ledger.series[name].sum()) for name in ("orders", "optouts", "drifts")}
    return LawResult(total["orders"], total["optouts"] + total["drifts"], ledger.live_days)


def world(law: Law, people: int, seed: int) -> Scenario:
    """The scenario: customers leave by deleting the contact, which nothing but the background hazard brings about."""
    shop = shop_world(people, law.days)
    market = bare_market(shop.market)
    need = replace(
        market.need,
        order_rate=GammaRate(law.order_mean, law.order_shape),
        dropout_rate=GammaRate(NEVER, market.need.dropout_rate.shape),
    )
    market = replace(market, need=need, optout=replace(market.optout, background=law.leaving))
    plan = Strategy(service=Service(), delivery=Delivery())
    return Scenario(market, plan, replace(shop.run, seed=seed))
