"""The standard worlds of the benchmarks: the shipped shop in the strong brand's market, at any size, at its medians."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from pathlib import Path

from scenarios import Question, belief_table, load, load_market
from sim.scenario import (
    After,
    Campaign,
    Delivery,
    GammaRate,
    Limits,
    Market,
    Offer,
    Outreach,
    Rhythm,
    Scenario,
    Service,
    Strategy,
    Welcome,
    Who,
)


def read_question(text: str) -> Question:
    """The question of a file with this text."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "shop.toml"
        path.write_text(text, encoding="utf-8")
        return load(path)


def one_agent_shop(service: str) -> Question:
    """The library's shop with 4,000 people, to whom nobody is added, and one agent; `service` states the rest of the
    agent's desk."""
    return read_question(f"""
extends = "library:shop"
[market]
start_with = 4000
[strategy.acquisition]
store_orders.off = true
[strategy.service]
agents = 1
{service}
[run]
horizon = "360 d"
cool_down = "0 d"
""")


def plausible_markets(question: Question, markets: int) -> list[dict[str, float]]:
    """Draws of the uncertain numbers of the market, each by path."""
    return [
        {str(path): number for path, number in row.items()} for _, row in belief_table(question, markets).iterrows()
    ]


def shop_world(people: int, days: int) -> Scenario:
    """The shipped shop in the strong brand's market at this size, a campaign every 15 days and staff in proportion."""
    market = load_market("library:strong_brand").market
    shop = next(iter(load("library:shop").arms.values()))
    rhythm = replace(shop.strategy.campaigns["rhythm"], every=Rhythm(15.0), budget=people * 1000)
    agents = max(2, people // 4000)
    strategy = replace(
        shop.strategy, campaigns={"rhythm": rhythm}, service=replace(shop.strategy.service, agents=agents)
    )
    return Scenario(
        replace(market, start_with=people),
        strategy,
        replace(shop.run, warm_up=0, horizon=days, cool_down=0),
    )


def full_world(people: int, days: int) -> Scenario:
    """Everything on: besides the shop's own programmes a mix on a channel that people can leave, a win-back with a
    coupon that stacks, a newcomers' coupon, topics and tags, limits on messages and on discounts."""
    world = shop_world(people, days)
    market = replace(world.market, people=replace(world.market.people, interests={"basics": 0.4, "themes": 0.3}))
    rhythm = world.strategy.campaigns["rhythm"]
    win_back = Outreach(
        "direct", "offer", after=After("interaction", 20), style="personal", testimony=True,
        offer=Offer("amount", off=1000, valid=7.0, stacks=True),
    )  # fmt: skip
    seeding = Outreach(
        "moments", mix={"value": 0.7, "interaction": 0.2, "offer": 0.1}, every=Rhythm(2.0), at=20 / 24, topic="basics",
        who=Who(tag=("basics",)),
    )  # fmt: skip
    strategy = replace(
        world.strategy,
        campaigns={"rhythm": replace(rhythm, offer=replace(rhythm.offer, stacks=True), prepare=2.0)},
        outreach={**world.strategy.outreach, "win back": win_back, "seeding": seeding},
        welcome=Welcome(0.2, Offer("trial", price=990, value=3900, valid=14.0, first_order_only=True)),
        limits=Limits(touches_per_day=2, touches_per_30d=20, discount_budget=people * 40.0),
    )
    return replace(world, market=market, strategy=strategy)


def bare_world(people: int, days: int) -> Scenario:
    """Need, attention, fatigue, leaving and one campaign; no trust, ripeness, debt, waiting, leads, parcels or desk."""
    world = shop_world(people, days)
    campaign = Campaign(Offer("percent", depth=0.15), "direct", every=Rhythm(15.0), lasts=3.0, phases=("launch",) * 3)
    plan = Strategy(campaigns={"one": campaign}, service=Service(), delivery=Delivery())
    return Scenario(bare_market(world.market), plan, world.run)


def bare_market(m: Market) -> Market:
    """The market with every response off but those of the bare law."""
    return replace(
        m,
        need=replace(m.need, regularity=1.0, ripeness=0.0, week_shock=0.0, dropout_rate=GammaRate(0.002, 0.7),
                     season=replace(m.need.season, weekday=(1.0,) * 7, yearly=(), dates={})),
        attention=replace(m.attention, golden=1.0),
        engagement=replace(m.engagement, rate=0.0),
        fatigue=replace(m.fatigue, most=20.0),
        optout=replace(m.optout, most=20.0, shape=1000.0),
        trust=replace(m.trust, order_effect=0.0, leave_effect=0.0, spend_effect=0.0),
        offers=replace(m.offers, displacement=0.0, most=1000.0, waiting=0.0, reference=0.0, habituation=0.0,
                       campaign_spread=0.0, effort={}, salience={**m.offers.salience, "launch": 1.0}),
        service=replace(m.service, questions_per_touch=0.0, questions_per_order=0.0, problems_per_order=0.0,
                        problems_per_late_day=0.0),
        media={"direct": replace(m.media["direct"], suits={}, limit_per_day=None, limit_per_30d=None)},
    )  # fmt: skip
