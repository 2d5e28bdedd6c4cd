"""What a campaign brought: by hand, recounted from the event log, against the books, and where nothing acts."""

from __future__ import annotations

import math
from dataclasses import asdict
from datetime import date
from typing import Any

import numpy as np
import pytest

from sim import Ledger, run, scenario as s
from sim.output.retrospective import AFTER, BEFORE, Retrospective
from sim.stages import Event
from sim.state.campaign_record import CampaignRecord
from tests.worlds import RESPONSES_OFF, scenario

OFFER = s.Offer("percent", depth=0.2)
RHYTHM = s.Campaign(OFFER, "direct", every=s.Rhythm(20.0), lasts=3.0, holdout=0.5)
PEOPLE = 400


def world(changes: dict[str, Any] | None = None, *, days: int = 70, **campaigns: s.Campaign) -> s.Scenario:
    """Many people, no strategy but campaigns, and no desk."""
    plain = s.Strategy(campaigns=campaigns or {"rhythm": RHYTHM})
    return scenario({"market.start_with": PEOPLE, "strategy": plain, **(changes or {})}, days=days)


def deaf(depth: float, seed: int = 1) -> Ledger:
    """A world in which nothing that is done has an effect."""
    rhythm = s.Campaign(s.Offer("percent", depth=depth), "direct", every=s.Rhythm(20.0), lasts=10.0, holdout=0.5)
    off = {**RESPONSES_OFF, "strategy": s.Strategy(campaigns={"rhythm": rhythm}), "market.start_with": PEOPLE}
    return run(scenario(off, days=60, seed=seed))


# --- by hand ---------------------------------------------------------------------------------------


def test_an_uplift_by_hand() -> None:
    """Three people addressed paid 10, 20 and 60, two held out 10 and 30."""
    one = CampaignRecord("x", 0, 3)
    one.gather(np.array([True, True, True, False, False, False]), np.array([False, False, False, True, True, False]))
    one.paid[:] = 10, 20, 60, 10, 30, 1000
    one.margin[:] = one.paid // 2
    found = one.measured().uplift
    assert one.people == (3, 2)
    assert found.paid == pytest.approx(3 * (30 - 20))
    assert found.paid_se == pytest.approx(3 * math.sqrt(700 / 3 + 200 / 2))
    assert found.margin == pytest.approx(found.paid / 2)
    assert found.margin_se == pytest.approx(found.paid_se / 2)


def test_without_a_holdout_there_is_no_uplift() -> None:
    (first, *_) = run(world(rhythm=s.Campaign(OFFER, "direct", every=s.Rhythm(20.0)))).retrospectives
    assert 0.9 * PEOPLE < first.addressed <= PEOPLE
    assert first.held_out == 0
    assert math.isnan(first.uplift)
    assert math.isnan(first.later_contribution)
    assert first.net == pytest.approx(first.paid - first.paid_before - first.paid_after)


# --- recounted -------------------------------------------------------------------------------------


def by_person(ledger: Ledger, first: int, until: int) -> tuple[dict[int, int], dict[int, int]]:
    """Cents and number of orders by identity, from the event log."""
    assert ledger.events is not None
    log: dict[str, Any] = {name: ledger.events[name] for name in ("kind", "day", "person", "cents")}
    inside = np.isin(log["kind"], [Event.FIRST_ORDER, Event.ORDER]) & (log["day"] >= first) & (log["day"] < until)
    paid: dict[int, int] = {}
    orders: dict[int, int] = {}
    for person, cents in zip(log["person"][inside].tolist(), log["cents"][inside].tolist(), strict=True):
        paid[person] = paid.get(person, 0) + cents
        orders[person] = orders.get(person, 0) + 1
    return paid, orders


@pytest.mark.parametrize("nth", [0, 1, 2])
def test_the_uplift_recounted_from_the_event_log(nth: int) -> None:
    """Who is held out is drawn here anew; everybody else who was not out that morning was addressed."""
    from sim.draws import Decision, name_hash, uniforms
    from sim.engine import advance, open_run

    scene = world()
    ledger = run(scene, events=True)
    one = ledger.retrospectives[nth]
    packed = run(world({"market.money.packaging": scene.market.money.packaging + 200})).retrospectives[nth]
    opened = open_run(scene)
    advance(opened, one.first)
    population = opened.state.population
    people = population.column("identity")[population.column("stage") < 4].copy()
    marks = np.full(people.size, name_hash("rhythm") % 2**32, dtype=np.int64)
    left_out = uniforms(opened.state.population.key, people, int(Decision.HOLDOUT), marks) < 0.5
    assert (one.addressed, one.held_out) == (int((~left_out).sum()), int(left_out.sum()))
    for until, value, error, dearer in (
        (one.first + 3, one.uplift, one.uplift_se, one.uplift_margin - packed.uplift_margin),
        (one.until, one.later_uplift, one.later_uplift_se, one.later_margin - packed.later_margin),
    ):
        paid, parcels = by_person(ledger, one.first, until)
        mine, others = ([parcels.get(int(p), 0) for p in people[group]] for group in (~left_out, left_out))
        assert dearer == pytest.approx(200.0 * (np.mean(mine) - np.mean(others)) * len(mine)), "packing of each order"
        asked, left = ([paid.get(int(p), 0) for p in people[group]] for group in (~left_out, left_out))
        assert value == pytest.approx((np.mean(asked) - np.mean(left)) * len(asked))
        expected = math.sqrt(np.var(asked, ddof=1) / len(asked) + np.var(left, ddof=1) / len(left)) * len(asked)
        assert error == pytest.approx(expected)


def test_occurrences_follow_each_other() -> None:
    found = run(world(days=70)).retrospectives
    assert [(one.first, one.days, one.until) for one in found] == [(20, 3, 40), (40, 3, 60), (60, 3, 70)]


def test_a_till_that_closes_ends_the_days() -> None:
    poor = s.Campaign(OFFER, "direct", every=s.Rhythm(20.0), lasts=10.0, budget=2_000)
    found = run(world(rhythm=poor)).retrospectives
    assert max(one.discount for one in found) <= 2_000
    assert min(one.days for one in found) < 10


# --- against the books -----------------------------------------------------------------------------


def total(found: list[Retrospective], name: str) -> float:
    return float(sum(getattr(one, name) for one in found))


@pytest.mark.parametrize("coupons", [False, True], ids=["campaigns", "campaigns and coupons"])
def test_sums_agree_with_the_ledger(coupons: bool) -> None:
    """Two campaigns that overlap on some days and not on others, with and without coupons beside them."""
    other = s.Campaign(s.Offer("gift", cost=500, stacks=True), "direct", every=s.Rhythm(13.0), lasts=5.0, holdout=0.2)
    waiting: dict[str, Any] = {"market.offers.waiting": 0.4, "market.offers.horizon": 1.0}
    if coupons:
        held = s.Offer("percent", depth=0.1, valid=9.0, stacks=True)
        waiting["strategy.outreach"] = {"back": s.Outreach("direct", "offer", every=s.Rhythm(15.0), offer=held)}
    scene = world(waiting, rhythm=RHYTHM, gifts=other, days=120)
    ledger = run(scene)
    found, series = ledger.retrospectives, ledger.series
    assert {one.campaign for one in found} == {"rhythm", "gifts"}
    assert total(found, "orders") == series["campaign_orders"].sum()
    assert total(found, "paid") == series["campaign_paid"].sum()
    assert total(found, "discount") + total(found, "gifts") == series["campaign_discount"].sum()
    held_days = sorted({one.first + n for one in found for n in range(3 if one.campaign == "rhythm" else 5)})
    held_days = [day for day in held_days if day < ledger.days]
    borrowed = series["borrowed_need"][held_days].sum() / 1e6
    assert total(found, "orders_before") == pytest.approx(series["released_need"][held_days].sum() / 1e6)
    assert total(found, "orders_before") > 1.0
    if coupons:
        assert 0.0 < total(found, "orders_after") < borrowed
    else:
        assert total(found, "orders_after") == pytest.approx(borrowed)
        for account in ("message_cost", "content_cost"):
            assert total(found, account) == series[account].sum() > 0


def test_money_of_a_campaign_adds_up() -> None:
    for one in run(world()).retrospectives:
        assert one.paid == one.list_value - one.discount
        assert one.net == pytest.approx(one.paid - one.paid_before - one.paid_after)
        assert one.paid_after == pytest.approx(one.orders_after * one.paid / one.orders)
        assert one.contribution == pytest.approx(one.uplift_margin - one.message_cost - one.content_cost)
        assert one.goods == pytest.approx(0.4 * one.list_value, abs=one.orders)


# --- nothing acts, and something does --------------------------------------------------------------


def z_scores(ledger: Ledger) -> list[float]:
    return [one.uplift / one.uplift_se for one in ledger.retrospectives if one.uplift_se > 0]


def test_where_nothing_acts_the_uplift_is_chance_and_its_error_is_right() -> None:
    """An offer that takes nothing off is held by nobody, and the standard error is as large as the lives' scatter."""
    found = [one for seed in range(25) for one in deaf(0.0, seed).retrospectives]
    scores = np.array([one.uplift / one.uplift_se for one in found])
    assert len(scores) == 50
    assert abs(scores.mean()) < 3.5 / math.sqrt(len(scores))
    assert 0.7 < scores.std() < 1.35
    assert all(one.orders_before == one.orders_after == 0.0 for one in found)


def test_a_discount_that_moves_nobody_costs_what_is_given() -> None:
    """The same lives with and without a discount: the addressed pay less by what is given, and that is all."""
    for free, given in zip(deaf(0.0).retrospectives, deaf(0.2).retrospectives, strict=True):
        assert given.discount > 0
        assert given.uplift == pytest.approx(free.uplift - given.discount)


def test_an_offer_that_moves_people_shows() -> None:
    strong = {"market.offers.elasticity": 6.0, "market.offers.waiting": 0.0}
    assert np.mean(z_scores(run(world(strong, days=100)))) > 1.5


# --- the curve -------------------------------------------------------------------------------------


def test_the_curve_of_one_start_is_the_series_of_orders() -> None:
    """Everybody is addressed and nobody joins: orders per person and day; before the only start nobody is followed."""
    once = s.Campaign(OFFER, "direct", on=(date(2026, 1, 31),), lasts=3.0)
    ledger = run(world(rhythm=once, days=45))
    (curve,), (one,) = ledger.curves, ledger.retrospectives
    there = sum(int(ledger.series[stage][29]) for stage in ("lead", "first_buyer", "repeater", "drifted"))
    assert (one.first, one.addressed) == (30, there)
    assert len(curve.addressed) == BEFORE + AFTER
    assert np.isnan(curve.addressed[:BEFORE]).all()
    assert np.isnan(curve.held_out).all()
    seen = np.array(curve.addressed[BEFORE : BEFORE + 15]) * one.addressed
    np.testing.assert_allclose(seen, ledger.series["orders"][30:45])
    assert np.isnan(curve.addressed[BEFORE + 15 :]).all()


def test_the_curve_is_the_mean_over_starts() -> None:
    ledger = run(world(days=100))
    (curve,) = ledger.curves
    assert np.isfinite(curve.addressed).all()
    first = [one.first for one in ledger.retrospectives]
    assert first == [20, 40, 60, 80]
    # the last day before a start is known for all starts but the first
    assert curve.addressed[BEFORE] > curve.held_out[BEFORE]


def test_following_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    ledger = run(world())
    again = run(world())
    assert [asdict(one) for one in again.retrospectives] == [asdict(one) for one in ledger.retrospectives]
    monkeypatch.setattr("sim.sales.checkout.record_orders", lambda *_: None)
    monkeypatch.setattr("sim.engine.record_cost", lambda *_: None)
    monkeypatch.setattr("sim.engine.evaluate_campaigns", lambda *_: ([], []))
    alone = run(world())
    assert alone.retrospectives == []
    assert alone.fingerprint == ledger.fingerprint
    for account, values in ledger.series.items():
        np.testing.assert_array_equal(alone.series[account], values, account)


def test_no_campaign_no_retrospective() -> None:
    assert run(world(rhythm=s.Campaign(OFFER, "direct"))).retrospectives == []
