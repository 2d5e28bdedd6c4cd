"""What each format takes off a price and how hard it pulls, against sums done by hand; and what the till gives out."""

from __future__ import annotations

import ast
import math
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from sim import run
from sim.law.offer_response import appeal_of, pull_of, tempts
from sim.law.offer_terms import reach_of, terms_of
from sim.law.redemption import fill_up, take_off
from sim.offers.discount_format import DiscountFormat
from sim.offers.shipped_formats import SHIPPED
from sim.sales.sale_offers import budget_table
from sim.sales.sales_steps import CLOSES, FITS, REFUSED, ask
from sim.scenario import OFFER_KEYS, Campaign, Offer, Outreach, Prize, Rhythm, Scenario, Step, Strategy
from sim.stages import Event
from sim.state.offers_held import OfferBudget
from sim.units import WrongValue
from tests.worlds import RESPONSES_OFF, changed, market, scenario

ROOT = Path(__file__).resolve().parents[2]
RESPONSE = market(
    {"offers.elasticity": 2.0, "offers.effort": {"lottery": 0.05}, "offers.detection": 0.36, "offers.detection_at": 0.2}
).offers
BASKET = 10_000.0

FORMATS = {
    "percent": (Offer("percent", depth=0.2), 0.2, 1.0),
    "a claim that 36 % see through": (Offer("percent", depth=0.1, claimed=0.3), 0.3 - 0.36 * 0.2, 1.0),
    "half as much too high, so that 20 % do": (Offer("percent", depth=0.1, claimed=0.2), 0.2 - 0.2 * 0.1, 1.0),
    "flash": (Offer("flash", depth=0.2, stock=5), 0.2, 1.2),
    "amount at the framing's basket": (Offer("amount", off=1500), 0.15, 1.0),
    "prebook": (Offer("prebook", off=1000, ships_after=3.0), 0.1, 0.5 ** (3.0 / 20.0)),
    "threshold": (Offer("threshold", steps=(Step(20_000, 3_000),)), 0.15, 1 / (1 + math.exp(0.0))),
    "gift": (Offer("gift", cost=1000, fit=0.5), 0.06, 1.0),
    "trial": (Offer("trial", price=990, value=3990), 0.3, 1.0),
    "lottery": (Offer("lottery", prizes=(Prize(0.1, 8000),)), 0.08, (0.02 / 0.08) ** 0.5),
}


@pytest.mark.parametrize("name", FORMATS)
def test_depth_and_pull_by_hand(name: str) -> None:
    offer, depth, weight = FORMATS[name]
    appeal = appeal_of(offer, RESPONSE, BASKET)
    assert appeal.depth == pytest.approx(depth)
    assert appeal.pull == pytest.approx(-2.0 * math.log(1.0 - depth) * weight)
    effort = 0.05 if offer.format == "lottery" else 0.0
    assert pull_of(offer, RESPONSE, BASKET, 0.5) == pytest.approx(max(0.5 * appeal.pull - effort, 0.0))


def test_an_amount_pulls_more_than_its_share_above_the_framing_and_less_below() -> None:
    amount = Offer("amount", off=1000)
    for basket, sign in ((20_000.0, 1), (10_000.0, 0), (5_000.0, -1)):
        same = Offer("percent", depth=1000 / basket)
        difference = pull_of(amount, RESPONSE, basket) - pull_of(same, RESPONSE, basket)
        assert np.sign(round(difference, 12)) == sign


def test_generosity_scales_every_format_and_never_beyond_the_deepest() -> None:
    for offer, _, _ in FORMATS.values():
        for m in (0.0, 0.5, 3.0, 1000.0):
            depth = appeal_of(changed(offer, {"generosity": m}), RESPONSE, BASKET).depth
            plain = appeal_of(offer, RESPONSE, BASKET).depth
            assert depth == pytest.approx(min(plain * m, 0.95))


BASKETS = np.array([500, 4_000, 12_000, 19_000, 30_000])


@pytest.mark.parametrize(
    ("offer", "value", "discount", "gift"),
    [
        (Offer("percent", depth=0.15, claimed=0.5), BASKETS, [75, 600, 1800, 2850, 4500], 0),
        (Offer("amount", off=1000), BASKETS, [500, 1000, 1000, 1000, 1000], 0),
        (Offer("prebook", off=1000, ships_after=2.0, generosity=2.0), BASKETS, [500, 2000, 2000, 2000, 2000], 0),
        (Offer("gift", cost=999, fit=0.1), BASKETS, [0] * 5, 999),
        (Offer("trial", price=990, value=3990), [3990] * 5, [3000] * 5, 0),
        (Offer("trial", price=990, value=3990, generosity=2.0), [3990] * 5, [3990] * 5, 0),
        (
            Offer("threshold", steps=(Step(15_000, 1500), Step(20_000, 2500))),
            [500, 4_000, 15_000, 20_000, 30_000],
            [0, 0, 1500, 2500, 2500],
            0,
        ),
    ],
    ids=lambda value: value.format if isinstance(value, Offer) else "",
)
def test_at_the_basket_by_hand(offer: Offer, value: object, discount: object, gift: int) -> None:
    terms = terms_of([offer])
    if offer.format == "threshold":
        found = [fill_up(terms.spend[0], terms.off[0], reach_of(RESPONSE), int(basket), 0.0) for basket in BASKETS]
    else:
        found = [take_off(terms.rows[0], int(basket)) for basket in BASKETS]
    assert [one.value for one in found] == list(np.asarray(value))
    assert [one.discount for one in found] == list(np.asarray(discount))
    assert [one.gift for one in found] == [gift] * BASKETS.size


def test_how_much_of_a_claim_is_not_true() -> None:
    assert Offer("percent", depth=0.1, claimed=0.4).redemption.false == pytest.approx(0.75)
    for honest in (Offer("percent", depth=0.4, claimed=0.1), Offer("percent", depth=0.4)):
        assert honest.redemption.false == 0.0


def test_an_offer_is_held_where_it_is_worth_its_effort_even_if_it_moves_nobody() -> None:
    deaf = market({"offers.elasticity": 0.0, "offers.effort": {"lottery": 0.05}}).offers
    assert tempts(Offer("percent", depth=0.2), deaf, BASKET)
    assert not tempts(Offer("percent", depth=0.0), deaf, BASKET)
    assert not tempts(Offer("lottery", prizes=(Prize(0.1, 8000),)), deaf, BASKET)
    world = scenario({"market.offers.elasticity": 0.0, "market.offers.effort": {}})
    assert run(world).series["campaign_discount"].sum() > 0


@pytest.mark.parametrize(
    ("make", "parts"),
    [
        (lambda: Offer.trial(100, 2000, stacks=True), "stacks: ~true"),
        (lambda: Offer.trial(2000, 1000), "price: ~20"),
        (lambda: Offer.threshold([(100, 500)]), "steps: ~5 off"),
        (lambda: Offer.threshold([(100, 5), (100, 6)]), "steps: ~1, 1"),
        (lambda: Offer.threshold([]), "steps: ~none"),
        (lambda: Offer.lottery([(0.7, 100), (0.4, 50)]), "prizes: ~110 %"),
        (lambda: Offer.flash(0.1), "stock: ~none"),
        (lambda: Offer.percent(0.99), "depth: ~0.99"),
    ],
)
def test_offers_made_in_python_are_checked_like_those_in_files(make: Callable[[], Offer], parts: str) -> None:
    key, got = parts.split("~")
    with pytest.raises(ValueError, match=f"^{re.escape(key)}.*{re.escape(got)}$"):
        make()


# --- formats ----------------------------------------------------------------------------------------


def format_questions(source: str) -> list[str]:
    """Where a module compares an offer's format with a word, or goes by a table of formats."""
    found = []
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Compare():
                asked = [node.left, *node.comparators]
            case ast.Match():
                asked = [node.subject]
            case ast.Subscript(ctx=ast.Load()):
                asked = [node.slice]
            case ast.Dict():
                words = {one.value for one in node.keys if isinstance(one, ast.Constant)}
                asked = []
                found += [ast.unparse(node)[:60]] if words >= {"percent", "flash"} else []
            case _:
                continue
        found += [ast.unparse(node)[:60] for one in asked if isinstance(one, ast.Attribute) and one.attr == "format"]
    return found


def test_no_module_asks_which_format_an_offer_has() -> None:
    for package in ("sim", "scenarios", "calibration", "experiments", "rehearse"):
        for path in (ROOT / package).rglob("*.py"):
            assert format_questions(path.read_text(encoding="utf-8")) == [], path
    assert format_questions('if offer.format == "trial":\n    pass')
    assert format_questions("match one.offer.format:\n    case _:\n        pass")
    assert format_questions("words = KINDS[offer.format]")
    assert format_questions('KINDS = {"percent": 1, "flash": 2}')


@pytest.mark.parametrize("name", OFFER_KEYS)
def test_a_shipped_format_says_all_that_it_is(name: str) -> None:
    format_ = SHIPPED[name]
    own = [one for one in format_.__mro__ if one is not DiscountFormat]
    for parts in (("saving", "appeal"), ("redemption",), ("words",)):
        assert any(part in vars(one) for one in own for part in parts), parts
    assert format_.name == name


def test_an_unknown_format_is_refused() -> None:
    for make in (lambda: Offer("bogus", depth=0.1), lambda: replace(Offer("percent", depth=0.1), format="bogus")):
        with pytest.raises(WrongValue, match=r"^format: expected one of percent, .*, got 'bogus'$"):
            make()
    with pytest.raises(WrongValue, match=r"^off: expected one of depth, claimed, .*, got 3$"):
        Offer("percent", depth=0.1, off=3)


# --- tills ------------------------------------------------------------------------------------------


def given(needs: list[int], money: int, pieces: int = 10**9) -> list[int]:
    """The answers of a campaign's budget, up to the first order that finds it short."""
    budgets = budget_table([OfferBudget(), OfferBudget(money, pieces)])
    answers = []
    for need in needs:
        answers.append(ask((0, 1, -1), (need, need, 0), budgets))
        if answers[-1] == CLOSES:
            break
    assert budgets.short.tolist() == [False, answers[-1] == CLOSES]
    return answers


def test_a_budget_closes_at_the_first_order_that_it_cannot_pay() -> None:
    assert given([40, 50, 20, 5], money=100) == [FITS, FITS, CLOSES]
    assert given([40, 50, 10], money=100) == [FITS, FITS, FITS]
    assert given([1, 1, 1], money=100, pieces=2) == [FITS, FITS, CLOSES]


def test_a_closed_budget_refuses_and_takes_nothing_from_the_others() -> None:
    budgets = budget_table([OfferBudget(100), OfferBudget(5, closed=True)])
    assert ask((0, 1, -1), (50, 50, 0), budgets) == REFUSED
    assert budgets.money.tolist() == [100, 5]
    assert not budgets.short.any()


def test_a_coupon_is_good_for_one_order() -> None:
    """However often its holders order on the days on which it holds: one order each, and two a day do occur."""
    coupon = Offer("percent", depth=0.3, valid=40.0)
    often = changed(couponed(coupon), {"market.need.order_rate.mean": 0.8, "market.need.dropout_rate.mean": 1e-6})
    found = run(often, events=True)
    assert found.events is not None
    ordered = np.isin(found.events["kind"], (Event.FIRST_ORDER, Event.ORDER))
    pairs = np.stack([found.events["person"][ordered], found.events["day"][ordered].astype(np.uint64)])
    assert np.unique(pairs, axis=1).shape[1] < pairs.shape[1]
    buyers = np.unique(found.events["person"][ordered]).size
    assert 0 < found.series["coupon_orders"].sum() <= buyers


def sold(stock: int | None) -> tuple[int, int]:
    """Orders over a year, and pieces given, under one-day campaigns of 40 % with so many pieces."""
    sale = Campaign(Offer("percent", depth=0.4, stock=stock), "direct", every=Rhythm(20.0), first=scenario().run.start)
    plan = {**RESPONSES_OFF, "market.start_with": 4000, "market.offers.elasticity": 2.2,
            "market.need.dropout_rate.mean": 1e-6, "market.need.order_rate.mean": 0.02,
            "strategy": Strategy(campaigns={"sale": sale})}  # fmt: skip
    series = run(scenario(plan, days=100)).series
    return int(series["orders"].sum()), int(series["campaign_orders"].sum())


def test_what_cannot_be_had_draws_nobody() -> None:
    """One piece a campaign sells next to nothing more than none; and more pieces sell more, up to all who want."""
    one, some, free = sold(1), sold(60), sold(None)
    plain = int(run(scenario({**RESPONSES_OFF, "market.start_with": 4000, "market.need.dropout_rate.mean": 1e-6,
                              "market.need.order_rate.mean": 0.02}, days=100)).series["orders"].sum())  # fmt: skip
    assert one[1] == 5
    assert some[1] == 300
    assert 0 <= one[0] - plain < 40
    assert one[0] < some[0] < free[0]
    assert some[0] - plain < 300


# --- coupons in a run -------------------------------------------------------------------------------


def couponed(offer: Offer, **campaign: object) -> Scenario:
    """Everybody gets a coupon on day 5, and may meet a campaign on day 6."""
    letter = Outreach("direct", "offer", on=(scenario().run.start.replace(day=6),), offer=offer)
    sale = Campaign(
        Offer("percent", depth=0.2, stacks=bool(campaign.get("stacks"))), "direct", every=Rhythm(50.0),
        first=scenario().run.start.replace(day=7), lasts=3.0,
    )  # fmt: skip
    plan = {
        "strategy.outreach": {"letter": letter},
        "strategy.campaigns": {"sale": sale} if campaign else {},
        "strategy.acquisition": {},
        "strategy.limits.discount_budget": None,
        "market.start_with": 3000,
    }
    return scenario(plan, days=30)


def test_a_share_of_the_orders_under_a_coupon_use_it() -> None:
    """On its first day the coupon brings the same orders, whoever uses it; later, who did not use it still has it."""
    plain = changed(couponed(Offer("percent", depth=0.3, valid=30.0)), {"market.service.questions_per_purchase": 0.0})
    every, some, none = (run(changed(plain, {"market.offers.redeemed": share})).series for share in (1.0, 0.4, 0.0))
    day = int(np.flatnonzero(every["coupon_orders"])[0])
    assert every["orders"][day] == some["orders"][day] == none["orders"][day]
    ratio = some["coupon_orders"][day] / every["coupon_orders"][day]
    spread = np.sqrt(0.24 / every["coupon_orders"][day])
    assert abs(ratio - 0.4) < 4.0 * spread < 0.3
    assert none["coupon_orders"].sum() == 0
    assert none["discount"][day] < some["discount"][day] < every["discount"][day]
    assert some["coupon_orders"][day + 1 :].sum() > 0


def test_coupons_are_used_while_they_hold_and_once() -> None:
    coupon = Offer("amount", off=700, valid=6.0)
    series = run(couponed(coupon)).series
    used = np.flatnonzero(series["coupon_orders"])
    assert used.min() >= 5
    assert used.max() == 11, "purchases decided on the last day are made on the next"
    unasked = run(changed(couponed(coupon), {"market.service.questions_per_purchase": 0.0})).series
    assert np.flatnonzero(unasked["coupon_orders"]).max() == 10
    assert 100 < series["coupon_orders"].sum() <= 3000
    assert series["discount"].sum() <= 700 * series["coupon_orders"].sum()


def test_coupons_of_a_programme_share_its_stock_and_budget() -> None:
    assert run(couponed(Offer("amount", off=700, valid=6.0, stock=9))).series["coupon_orders"].sum() == 9
    tight = run(couponed(Offer("amount", off=700, valid=6.0, budget=5000))).series
    assert 5000 - 700 < tight["discount"].sum() <= 5000


def test_offers_add_up_only_where_both_stack() -> None:
    coupon = Offer("amount", off=700, valid=20.0)
    alone = run(couponed(coupon, stacks=False)).series
    both = run(couponed(changed(coupon, {"stacks": True}), stacks=True)).series
    assert np.all(alone["coupon_orders"] + alone["campaign_orders"] <= alone["orders"])
    together = both["coupon_orders"] + both["campaign_orders"] > both["orders"]
    assert set(np.flatnonzero(together)) & {6, 7, 8}


def test_a_booking_is_sent_later() -> None:
    now = run(couponed(Offer("amount", off=700, valid=6.0)), events=True)
    patient = changed(
        couponed(Offer("prebook", off=700, ships_after=9.0, valid=6.0)), {"market.offers.booking_half_life": 3650.0}
    )
    later = run(patient, events=True)
    assert now.series["orders"][:7].tolist() == later.series["orders"][:7].tolist()  # until the first parcels
    assert later.series["parcels"][8:16].sum() < now.series["parcels"][8:16].sum()
    assert later.series["parcels"][16:24].sum() > now.series["parcels"][16:24].sum()
