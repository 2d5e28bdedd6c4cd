"""What the coupons of a welcome give away belongs to what adding people costs."""

from __future__ import annotations

from dataclasses import replace

from experiments.output.event_files import event_frames
from sim import run
from sim.scenario import Offer, Welcome
from tests.worlds import scenario


def test_coupons_of_the_welcome_are_a_cost_of_acquisition() -> None:
    """By the orders that used one: their discounts, day by day."""
    world = scenario({"strategy.campaigns": {}, "strategy.limits.discount_budget": None}, days=60)
    plan = replace(world.strategy, welcome=Welcome(0.2, Offer("amount", off=500, valid=30.0)))
    ledger = run(replace(world, strategy=plan), tables=True)
    assert ledger.tables is not None
    orders = event_frames(ledger.tables)["orders"]
    used = orders[orders["coupon"] == "welcome"]
    assert len(used) > 3
    hooks = orders[orders["coupon"].str.startswith("acquisition.") | (orders["coupon"] == "welcome")]
    by_day = (hooks["discount"] + hooks["gift"]).groupby(hooks["instant"].astype(int)).sum()
    assert ledger.series["hook_discount"].tolist() == by_day.reindex(range(60), fill_value=0).tolist()
