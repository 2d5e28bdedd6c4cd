"""Random markets: every number drawn over its plausible range."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import Literal

from sim import scenario as s
from tests.dice import Dice, log_number
from tests.random_complaints import plain_course
from tests.worlds import PHASES

INTERESTS = ("tea", "books", "garden")
FORMATS: tuple[str, ...] = ("percent", "amount", "threshold", "lottery", "gift", "flash", "trial", "prebook")
CLOSES: dict[str, Sequence[Literal["contact", "channel"]]] = {
    "direct": ["contact"],
    "moments": ["channel"],
    "group": ["contact", "channel"],
}
"""Media, and what people may close there."""
BIG_DAYS: tuple[s.BigDay, ...] = ("618", "double_11", "womens_day", "labour_day", "mid_autumn", "chinese_new_year")


def random_market(dice: Dice, start_with: int, adds_per_day: float, sources: Sequence[str]) -> s.Market:
    """A random market whose sources together add about `adds_per_day` people."""
    need = _need(dice)
    mean = dice.whole(500, 50_000)
    return s.Market(
        timezone="Asia/Shanghai",
        start_with=start_with,
        need=need,
        spend=s.Spend(mean, dice.number(0.7, 8.0), dice.number(2.1, 8.0)),
        people=_people(dice),
        lead=_lead(dice),
        attention=_attention(dice),
        engagement=_engagement(dice, 0.5 / need.order_rate.mean),
        fatigue=_fatigue(dice),
        optout=_optout(dice),
        trust=_trust(dice),
        offers=_offers(dice, mean),
        service=_service(dice),
        delivery=_delivery(dice),
        returns=s.ReturnResponse(0.0, 1.0, 0.0),
        money=s.MoneyMarket(
            currency="CNY",
            goods_cost=dice.number(0.1, 0.8),
            first_goods_cost=dice.number(0.1, 0.9),
            wage=60_000.0,
            overtime=1.5,
            seat=1_000.0,
            training=5_000,
            chargeback_fee=700,
            fixed=10_000.0,
            discount_rate=0.0002,
            bot=3_000.0,
            bot_question=10,
            packaging=150,
            payment_fee=0.0,
            platform_fee=0.0,
            fees_back=0.0,
            freight_back=600,
            software=3_000.0,
        ),
        media={name: _medium(dice, name) for name in CLOSES},
        sources={name: _source(dice, adds_per_day / len(sources)) for name in sources},
        carriers={"road": s.Carrier(_spread(dice), dice.whole(0, 1500))},
    )


# --- people and what they need ---------------------------------------------------------------------


def _need(dice: Dice) -> s.Need:
    cycle = log_number(dice, 6.0, 90.0)
    return s.Need(
        order_rate=s.GammaRate(dice.number(0.5, 1.5) / cycle, dice.number(0.4, 4.0)),
        dropout_rate=s.GammaRate(log_number(dice, 0.0005, 0.02), dice.number(0.4, 4.0)),
        regularity=dice.one_of([1.0, 1.0, 1.5, 2.0, dice.number(1.0, 6.0)]),
        cycle=dice.one_of([cycle, cycle, None]),
        ripeness=dice.number(0.0, 1.0),
        week_shock=dice.number(0.0, 0.5),
        level=0.0,
        level_shift=0.0,
        level_half_life=365.0,
        season=s.Season(
            weekday=_mean_one(dice, 7),
            yearly=dice.one_of([(), _mean_one(dice, 12)]),
            dates={name: _big_date(dice) for name in ("feast", "fair")[: dice.whole(0, 2)]},
        ),
    )


def _mean_one(dice: Dice, n: int) -> tuple[float, ...]:
    weights = [dice.number(0.6, 1.4) for _ in range(n)]
    return tuple(w / math.fsum(weights) * n for w in weights)


def _big_date(dice: Dice) -> s.BigDate:
    on = tuple(dict.fromkeys(dice.one_of(BIG_DAYS) for _ in range(3)))
    return s.BigDate(on, dice.whole(1, 15), dice.number(0.5, 2.5))


def _people(dice: Dice) -> s.People:
    shares = [dice.number(0.05, 0.33) for _ in range(dice.whole(0, 3))]
    return s.People(
        contact_response=dice.number(0.0, 0.7),
        price_sensitivity=dice.number(0.0, 1.0),
        service_sensitivity=dice.number(0.0, 1.0),
        fit=dice.number(0.6, 1.0),
        benefit_seekers=dice.number(0.0, 0.6),
        seeker_orders=dice.number(0.2, 1.2),
        seeker_price=dice.number(0.8, 3.0),
        tag_accuracy=dice.number(0.2, 1.0),
        interests=dict(zip(INTERESTS, shares, strict=False)),
    )


def _lead(dice: Dice) -> s.Lead:
    return s.Lead(
        first_order_7d=dice.number(0.02, 0.5),
        hot_half_life=log_number(dice, 0.2, 10.0),
        late_constant=dice.number(0.0, 0.3),
        trust_gate=dice.number(-0.5, 1.5),
        welcome_trust=dice.number(0.0, 0.5),
        push_trust=dice.number(0.0, 0.5),
        push_lift=dice.number(0.0, 1.0),
        push_optout=dice.number(0.0, 1.5),
        learning=dice.number(-2.0, 1.0),
    )


def _engagement(dice: Dice, cycle: float) -> s.EngagementResponse:
    silent = dice.whole(3, 25)
    return s.EngagementResponse(
        rate=dice.one_of([0.0, *(dice.number(0.02, 0.4) for _ in range(4)), dice.number(0.5, 2.0) / cycle]),
        fading=log_number(dice, 2.0, 100.0),
        drifted=dice.number(0.0, 1.2),
        silent_after=silent,
        dormant_after=silent + dice.whole(1, 40),
        high_value_orders=dice.whole(2, 6),
        silent_reach=dice.number(0.2, 1.0),
        dormant_reach=dice.number(0.0, 0.8),
    )


# --- messages and trust ----------------------------------------------------------------------------


def _attention(dice: Dice) -> s.Attention:
    morning, evening = dice.number(0.2, 0.4), dice.number(0.5, 0.8)
    return s.Attention(
        half_life=log_number(dice, 0.2, 10.0),
        max_lift=dice.number(0.0, 0.8),
        saturation=dice.number(0.5, 5.0),
        remembered=dice.number(0.0, 1.5),
        golden=dice.number(0.5, 2.0),
        golden_hours=((morning, morning + dice.number(0.02, 0.1)), (evening, evening + 0.15)),
        items=dice.number(-0.5, 1.0),
        personal=dice.number(0.5, 2.0),
        testimony=dice.number(0.5, 2.0),
        relevant=dice.number(1.0, 2.0),
        irrelevant=dice.number(0.1, 1.0),
        weight=_weights(dice),
    )


def _fatigue(dice: Dice) -> s.Fatigue:
    return s.Fatigue(
        half_life=log_number(dice, 1.0, 60.0),
        cycle_exponent=dice.number(0.0, 1.0),
        reference_cycle=log_number(dice, 5.0, 120.0),
        tolerance=dice.number(0.0, 3.0),
        order_effect=dice.number(0.0, 0.6),
        items=dice.number(0.0, 0.8),
        personal=dice.number(0.5, 1.5),
        irrelevant=dice.number(0.8, 2.0),
        weight=_weights(dice),
        most=log_number(dice, 0.05, 5.0),
    )


def _optout(dice: Dice) -> s.OptOut:
    return s.OptOut(
        per_message=log_number(dice, 1e-4, 0.03),
        background=log_number(dice, 1e-5, 0.005),
        first_day=dice.number(0.0, 0.2),
        fatigue_slope=dice.number(0.0, 0.6),
        care_ratio=dice.number(0.0, 1.5),
        irrelevant=dice.number(0.8, 3.0),
        most=log_number(dice, 0.1, 5.0),
        shape=log_number(dice, 0.2, 20.0),
    )


def _trust(dice: Dice) -> s.Trust:
    return s.Trust(
        half_life=log_number(dice, 3.0, 120.0),
        loss_factor=dice.number(0.5, 4.0),
        order_effect=dice.number(0.0, 1.0),
        leave_effect=dice.number(0.0, 1.0),
        spend_effect=dice.number(0.0, 0.5),
        early=dice.number(0.5, 3.0),
        early_days=dice.whole(0, 60),
        care=dice.number(0.0, 0.3),
        value=dice.number(0.0, 0.2),
        promotion=dice.number(0.0, 0.1),
        honesty=dice.number(0.0, 1.0),
        reply=dice.number(0.0, 0.4),
        delivery=dice.number(0.0, 0.4),
        resolution=dice.number(0.0, 1.0),
    )


def _medium(dice: Dice, name: str) -> s.Medium:
    return s.Medium(
        reach=dice.number(0.2, 1.0),
        cost=dice.whole(0, 20),
        intrusion=dice.number(0.1, 1.5),
        read_after=dice.number(0.0, 0.6),
        leaves=dice.one_of(CLOSES[name]),
        suits={content: dice.number(0.3, 1.7) for content in s.CONTENTS[: dice.whole(0, 4)]},
        limit_per_day=dice.one_of([None, 1, 2]),
        limit_per_30d=dice.one_of([None, None, dice.whole(1, 6)]),
    )


def _weights(dice: Dice) -> s.ContentWeights:
    return s.ContentWeights(*(dice.number(0.2, 1.8) for _ in range(4)))


def _source(dice: Dice, adds_per_day: float) -> s.Source:
    add_rate = dice.number(0.2, 0.9)
    costs = dice.whole(0, 100), dice.whole(0, 500)
    response, handling = dice.number(0.0, 3.0), dice.one_of([None, None, log_number(dice, 0.05, 0.5)])
    return s.Source(adds_per_day / add_rate, add_rate, *costs, response, handling)


# --- offers ----------------------------------------------------------------------------------------


def _offers(dice: Dice, mean: int) -> s.OfferResponse:
    return s.OfferResponse(
        elasticity=dice.number(0.5, 3.0),
        displacement=dice.number(0.0, 1.0),
        repay_half_life=log_number(dice, 3.0, 40.0),
        waiting=dice.number(0.0, 0.9),
        waiting_depth=log_number(dice, 0.02, 0.6),
        expected_memory=dice.number(0.0, 1.0),
        disappointed=dice.number(0.0, 1.0),
        most=log_number(dice, 0.3, 20.0),
        horizon=dice.number(0.1, 1.5),
        reference=dice.number(0.0, 0.9),
        reference_memory=dice.number(0.1, 0.95),
        reference_half_life=log_number(dice, 3.0, 100.0),
        loss_aversion=dice.number(0.5, 3.0),
        habituation=dice.number(0.0, 1.0),
        gift_value=dice.number(0.3, 2.0),
        scarcity=dice.number(0.9, 1.3),
        framing=dice.number(0.0, 1.0),
        framing_at=int(mean * log_number(dice, 0.3, 4.0)) + 1,
        booking_half_life=12.0,  # not drawn, so that all that is drawn after it stays as it was
        detection=dice.number(0.2, 1.0),
        detection_at=0.25,  # nor this; `with_content` draws it
        preparation=dice.number(0.5, 6.0),
        unready=dice.number(0.0, 1.0),
        campaign_spread=dice.number(0.0, 0.4),
        joint_design=dice.number(0.0, 1.2),
        effort={kind: dice.number(0.0, 0.05) for kind in FORMATS[: dice.whole(0, len(FORMATS))]},
        threshold=s.ThresholdResponse(dice.number(1.0, 4.0), dice.number(0.1, 1.0), dice.number(1.0, 3.0)),
        lottery=s.LotteryResponse(log_number(dice, 0.002, 0.2), dice.number(0.0, 1.0)),
        salience={phase: dice.number(0.2, 1.3) for phase in PHASES},
    )


# --- service ---------------------------------------------------------------------------------------


def _delivery(dice: Dice) -> s.DeliveryResponse:
    """A parcel at once multiplies orders by at most e^(0.6 sigma): a day has room for so many orders, and no more."""
    usual = log_number(dice, 0.5, 8.0)
    return s.DeliveryResponse(
        usual, dice.number(0.0, min(0.2, 0.6 / usual)), dice.number(0.1, 1.0), dice.number(1.0, 3.0)
    )


def _service(dice: Dice) -> s.ServiceResponse:
    stop = s.StopResponse(math.log(dice.number(0.05, 1.5)), 0.3, 0.8, 30.0, dice.number(0.0, 3.0))
    refund = sorted(dice.number(0.0, 1.0) for _ in range(2))
    return s.ServiceResponse(
        **plain_course(stop),
        questions_per_touch=dice.number(0.0, 0.1),
        questions_per_purchase=dice.one_of([0.0, dice.number(0.3, 0.9)]),
        questions_per_order=dice.number(0.0, 0.6),
        asked_after=0.5,
        problems_per_order=dice.number(0.0, 0.3),
        problems_per_late_day=dice.number(0.0, 0.2),
        handling=s.Handling(*(log_number(dice, 0.002, 0.2) for _ in range(3)), personal=dice.number(0.0, 0.01)),
        hiring_days=dice.number(0.0, 30.0),
        chat_slowdown=dice.number(0.0, 1.0),
        reply_half=log_number(dice, 0.02, 0.5),
        tolerance=dice.number(0.0, 1.0),
        resolve_half=log_number(dice, 0.05, 2.0),
        dispute_share=dice.number(0.0, 0.5),
        dispute_stop=dice.number(0.5, 1.0),
        refund_resolved=refund[0],
        refund_unresolved=refund[1],
        purchase=s.PurchaseResponse(dice.number(0.0, 0.4), log_number(dice, 0.005, 0.5), dice.number(0.5, 2.0)),
        open_complaint=dice.number(0.0, 2.0),
        patience=s.Patience(*(log_number(dice, 0.02, 3.0) for _ in range(3))),
        auto_reply_weight=dice.one_of([0.0, 1.0, dice.number(0.05, 0.9)]),
        bot=s.BotResponse(dice.number(0.0, 1.0), dice.number(0.0, 1.0), dice.number(0.0, 2.0)),
    )


def _spread(dice: Dice) -> s.TimeSpread:
    median = log_number(dice, 0.3, 8.0)
    return s.TimeSpread(median, median / dice.number(1.05, 3.0), median * dice.number(1.05, 4.0))


# --- drawn last, so that what came before is as it was ---------------------------------------------


def with_content(dice: Dice, market: s.Market) -> s.Market:
    """The market with channels that are noticed more or less, content that costs something, and claims seen through."""
    media = {
        name: replace(medium, attention=dice.number(0.6, 1.4), production=dice.whole(0, 3000))
        for name, medium in market.media.items()
    }
    return replace(market, media=media, offers=replace(market.offers, detection_at=dice.number(0.1, 0.5)))


def with_redeemed(dice: Dice, market: s.Market) -> s.Market:
    """The market with coupons that not every order uses, in half of the worlds."""
    return replace(market, offers=replace(market.offers, redeemed=dice.one_of([1.0, dice.number(0.1, 0.9)])))


def with_time(dice: Dice, market: s.Market) -> s.Market:
    """The market with random hours of the day, and people who have been there for some time."""
    hours = dice.one_of([(), _mean_one(dice, 24)])
    need = replace(market.need, season=replace(market.need.season, hours=hours))
    service = replace(market.service, asked_after=log_number(dice, 0.02, 3.0))
    past = s.Start(dice.whole(1, 400), dice.number(0.0, 1.0), dice.number(-1.0, 1.0))
    return replace(market, need=need, service=service, start=dice.one_of([market.start, market.start, past]))
