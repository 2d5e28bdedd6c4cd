"""What the coupons of a welcome give away belongs to what adding people costs."""

from __future__ import annotations

from dataclasses import replace

from experiments.output.event_files import event_frames
from sim import run
from sim.scenario import Offer, Welcome
from tests.worlds import scenario


def test_coupons_of_the_welcome_are_a_cost_of_acquisition() -> None:
    """By the orders that used one: their discounts, day by day."""
    world = scenario(
        {"strategy.campaigns": {}, "strategy.limits.discount_budget": None, "strategy.outreach": {}}, days=60
    )
    bare = {name: replace(one, hook=None) for name, one in world.strategy.acquisition.items()}
    plan = replace(world.strategy, acquisition=bare, welcome=Welcome(0.2, Offer("amount", off=2000, valid=30.0)))
    ledger = run(replace(world, strategy=plan), tables=True)
    assert ledger.tables is not None
    orders = event_frames(ledger.tables)["orders"]
    used = orders[orders["coupon"] == "welcome"]
    assert len(used) > 3
    by_day = used["discount"].groupby(used["instant"].astype(int)).sum()
    assert ledger.series["hook_discount"].tolist() == by_day.reindex(range(60), fill_value=0).tolist()
