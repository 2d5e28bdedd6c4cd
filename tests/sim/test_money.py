"""What a shop pays and what comes back: nothing twice, nothing too early, and nothing that moves a customer."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from sim import run
from sim.scenario import Campaign, Offer, Rhythm, Scenario
from sim.stages import Event
from tests.worlds import changed, scenario

FREE = {
    "market.money.packaging": 0,
    "market.money.payment_fee": 0.0,
    "market.money.platform_fee": 0.0,
    "market.money.freight_back": 0,
    "market.money.software": 0.0,
    "strategy.campaigns.rhythm.commission": 0.0,
}
ALL_BACK = {"market.returns.share": 1.0, "market.returns.days": 0.5, "market.returns.resold": 1.0}
PAID = ("packaging", "payment_fees", "platform_fees", "freight_back", "software", "commission")


def prebooking(world: Scenario) -> Scenario:
    """The world with bookings that leave six days after they are made, and nothing else on offer."""
    sale = Campaign(Offer.prebook(1_500, 6.0), "direct", every=Rhythm(20.0), lasts=3.0)
    alone = {"strategy.campaigns": {"sale": sale}, "strategy.outreach": {}, "strategy.welcome": None}
    return changed(world, {**alone, "market.start_with": 300})


def test_a_free_shop_has_the_same_customers_and_only_these_costs_less() -> None:
    """The twin: with a cost left in, the two contributions differ by it."""
    costly, free = run(scenario()), run(scenario(FREE))
    assert costly.fingerprint == free.fingerprint
    spent = sum(int(costly.series[name].sum()) for name in PAID)
    assert spent > 0
    assert int(free.contribution().sum() - costly.contribution().sum()) == spent
    assert not any(free.series[name].any() for name in PAID)
    packed = run(scenario(FREE | {"market.money.packaging": 120}))
    assert int(free.contribution().sum() - packed.contribution().sum()) == int(costly.series["packaging"].sum())


def test_returns_change_nobody() -> None:
    """All that people do is as without returns; only events of returns are added."""
    none, all_ = (run(scenario(changes), events=True) for changes in ({"market.returns.share": 0.0}, ALL_BACK))
    assert none.events is not None
    assert all_.events is not None
    others = np.asarray(all_.events["kind"]) != Event.RETURN
    for name, column in none.events.items():
        assert np.array_equal(column, np.asarray(all_.events[name])[others]), name
    assert np.count_nonzero(~others) > 50


@pytest.mark.parametrize("policy", [{}, {"strategy.service.refund_within": 0.5}])
def test_nothing_is_refunded_twice(policy: dict[str, float]) -> None:
    """Every parcel comes back or is complained about, and not both; of nobody comes back more than they paid."""
    often = {"market.service.problems_per_order": 0.5, "market.service.refund_resolved": 1.0}
    world = scenario(
        {**ALL_BACK, **often, **policy, "market.service.refund_unresolved": 1.0, "market.returns.days": 0.01}
    )
    events = run(world, events=True).events
    assert events is not None
    kind, person, cents = (np.asarray(events[name]) for name in ("kind", "person", "cents"))
    back = [Event.REFUND, Event.RETURN, Event.COMPENSATION, Event.CHARGEBACK]
    for one in np.unique(person):
        mine = person == one
        paid = cents[mine & np.isin(kind, [Event.FIRST_ORDER, Event.ORDER])].sum()
        assert cents[mine & np.isin(kind, back)].sum() <= paid
    count = {one: int(np.count_nonzero(kind == one)) for one in Event}
    assert count[Event.REFUND] > 10
    assert 0 <= count[Event.PARCEL] - count[Event.COMPLAINT] - count[Event.RETURN] <= 2


def test_what_all_comes_back_costs_only_the_way() -> None:
    """Goods and fees come back whole where nothing is sold below its cost; what stays is freight and packing."""
    world = scenario({**ALL_BACK, "market.money.fees_back": 1.0, "market.service.problems_per_order": 0.0})
    world = changed(world, {"market.money.goods_cost": 0.2, "market.money.first_goods_cost": 0.2})
    world = changed(world, {"market.service.problems_per_late_day": 0.0, "strategy.delivery": replace(
        world.strategy.delivery, carrier=None, promise=None), "market.returns.days": 0.01})  # fmt: skip
    series = run(world).series
    for gone, back in (("paid", "returned"), ("goods", "goods_back")):
        left = series[gone].sum() - series[back].sum()
        assert 0 <= left <= series[gone][-1]
    assert abs(series["payment_fees"].sum()) <= series["orders"].sum() / 2 + series["payment_fees"][-1]
    assert series["freight_back"].sum() == 500 * series["returns"].sum()


def test_goods_sold_below_their_cost_come_back_at_their_price() -> None:
    """So no day leaves more than is paid on it, and a return never earns."""
    world = scenario({**ALL_BACK, "market.money.goods_cost": 1.0, "market.money.first_goods_cost": 1.0})
    sale = Campaign(Offer.percent(0.9), "direct", every=Rhythm(10.0), lasts=9.0)
    ledger = run(changed(world, {"strategy.campaigns": {"sale": sale}, "market.start_with": 200}))
    series = ledger.series
    assert series["returns"].sum() > 50
    assert series["goods"].sum() > 1.05 * series["paid"].sum()
    assert series["goods_back"].sum() > 0
    assert (series["goods_back"] <= series["returned"]).all()
    assert (ledger.contribution() <= series["paid"]).all()


def test_goods_and_freight_are_booked_when_the_parcel_leaves() -> None:
    """Of bookings six days after the order."""
    ledger = run(prebooking(scenario(days=60)))
    series = ledger.series
    held = series["campaign_orders"]
    assert held.sum() > 10
    parcels = series["packaging"] // 120
    assert np.array_equal(parcels[6:], (series["orders"] - held)[6:] + held[:-6])
    assert np.array_equal(series["parcel_cost"], 600 * parcels)


def test_a_return_of_a_trial_refunds_its_price_and_keeps_the_gift() -> None:
    trial = Campaign(Offer.trial(990, 5_000), "direct", every=Rhythm(10.0), lasts=9.0)
    alone = {"strategy.campaigns": {"trial": trial}, "strategy.outreach": {}, "strategy.acquisition": {}}
    series = run(scenario({**alone, **ALL_BACK, "market.service.problems_per_order": 0.0})).series
    assert series["returned"].sum() <= series["paid"].sum() < series["list_value"].sum()
    gifted = run(scenario({**ALL_BACK})).series
    assert gifted["gifts"].sum() == run(scenario({"market.returns.share": 0.0})).series["gifts"].sum()
