"""The standard worlds of the benchmarks: the shipped brand's market and shop, at any size, at its medians."""

from __future__ import annotations

from dataclasses import replace

from scenarios import load
from sim.scenario import Campaign, Delivery, GammaRate, Offer, Rhythm, Scenario, Service, Strategy


def full_world(people: int, days: int) -> Scenario:
    """Everything on: acquisition, care, campaigns with budget and holdout, parcels, problems, questions, the desk."""
    shop = next(iter(load("library:shop").arms.values()))
    rhythm = replace(shop.strategy.campaigns["rhythm"], every=Rhythm(15.0), budget=people * 1000)
    agents = max(2, people // 4000)
    strategy = replace(
        shop.strategy, campaigns={"rhythm": rhythm}, service=replace(shop.strategy.service, agents=agents)
    )
    return Scenario(
        replace(shop.market, start_with=people),
        strategy,
        replace(shop.run, warm_up=0, horizon=days, cool_down=0),
    )


def bare_world(people: int, days: int) -> Scenario:
    """Need, attention, fatigue, leaving and one campaign; no trust, ripeness, debt, leads, parcels or desk."""
    full = full_world(people, days)
    m = full.market
    market = replace(
        m,
        need=replace(m.need, regularity=1.0, ripeness=0.0, week_shock=0.0, dropout_rate=GammaRate(0.002, 0.7),
                     season=replace(m.need.season, weekday=(1.0,) * 7)),
        trust=replace(m.trust, order_effect=0.0, leave_effect=0.0),
        offers=replace(m.offers, displacement=0.0),
        service=replace(m.service, questions_per_touch=0.0, questions_per_order=0.0, problems_per_order=0.0,
                        problems_per_late_day=0.0),
    )  # fmt: skip
    campaign = Campaign(Offer("percent", depth=0.15), "direct", every=Rhythm(15.0), lasts=3.0, phases=("launch",) * 3)
    salience = {**market.offers.salience, "launch": 1.0}
    market = replace(market, offers=replace(market.offers, salience=salience))
    return Scenario(market, Strategy(campaigns={"one": campaign}, service=Service(), delivery=Delivery()), full.run)
