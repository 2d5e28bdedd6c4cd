"""Complete scenarios for tests, without scenario files.

`scenario()` is a small, plain, busy world; every value can be changed by its path, such as
`scenario({"market.fatigue.half_life": 5.0, "strategy.service.agents": None})`. Random ones are in
`tests.random_worlds`. The numbers here are for testing the machinery and stand for no real shop.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields, is_dataclass, replace
from datetime import date
from typing import Any, TypeVar

from sim import scenario as s

T = TypeVar("T")
START = date(2026, 1, 1)
PHASES = ("launch", "proof", "deadline")


def market(changes: Mapping[str, Any] | None = None) -> s.Market:
    """A market in which every mechanism has some effect; `changes` maps paths below `market.` to values."""
    plain = s.Market(
        timezone="Asia/Shanghai",
        start_with=60,
        need=s.Need(
            order_rate=s.GammaRate(0.04, 0.8),
            dropout_rate=s.GammaRate(0.004, 0.7),
            regularity=2.0,
            cycle=25.0,
            ripeness=0.5,
            week_shock=0.2,
            level=0.0,
            level_shift=0.0,
            level_half_life=365.0,
            season=s.Season(
                weekday=(0.9, 0.9, 0.95, 1.0, 1.05, 1.2, 1.0),
                yearly=(1.1, 0.9, 1.0, 0.95, 1.0, 1.05, 0.95, 0.9, 1.0, 1.05, 1.1, 1.0),
                dates={"spring": s.BigDate(("chinese_new_year", "618"), 3, 1.4)},
            ),
        ),
        spend=s.Spend(8500, 3.0, 4.0),
        people=s.People(
            contact_response=0.5,
            price_sensitivity=0.5,
            service_sensitivity=0.5,
            fit=0.8,
            benefit_seekers=0.3,
            seeker_orders=0.6,
            seeker_price=1.5,
            tag_accuracy=0.7,
            interests={"tea": 0.4, "books": 0.3},
        ),
        lead=s.Lead(
            first_order_7d=0.2,
            hot_half_life=1.5,
            late_constant=0.05,
            trust_gate=0.5,
            welcome_trust=0.1,
            push_trust=0.1,
            push_lift=0.3,
            push_optout=0.5,
            learning=-0.5,
        ),
        attention=s.Attention(
            half_life=1.5,
            max_lift=0.5,
            saturation=3.0,
            remembered=0.3,
            golden=1.2,
            golden_hours=((7 / 24, 9 / 24), (19 / 24, 22 / 24)),
            items=0.4,
            personal=1.3,
            testimony=1.1,
            relevant=1.3,
            irrelevant=0.6,
            weight=s.ContentWeights(0.8, 1.0, 1.0, 1.2),
        ),
        engagement=s.EngagementResponse(
            rate=0.1,
            fading=20.0,
            drifted=0.3,
            silent_after=14,
            dormant_after=45,
            high_value_orders=3,
            silent_reach=0.7,
            dormant_reach=0.4,
        ),
        fatigue=s.Fatigue(
            half_life=12.0,
            cycle_exponent=0.5,
            reference_cycle=30.0,
            tolerance=1.0,
            order_effect=0.15,
            most=0.8,
            items=0.3,
            personal=0.8,
            irrelevant=1.3,
            weight=s.ContentWeights(0.6, 1.0, 0.8, 1.4),
        ),
        optout=s.OptOut(
            per_message=0.004,
            background=0.0004,
            first_day=0.03,
            fatigue_slope=0.3,
            most=1.5,
            shape=1.5,
            care_ratio=0.6,
            irrelevant=1.5,
        ),
        trust=s.Trust(
            half_life=30.0,
            loss_factor=2.0,
            order_effect=0.3,
            leave_effect=0.3,
            spend_effect=0.1,
            early=1.5,
            early_days=45,
            care=0.05,
            value=0.03,
            promotion=0.02,
            honesty=0.2,
            reply=0.1,
            delivery=0.1,
            resolution=0.3,
        ),
        offers=s.OfferResponse(
            elasticity=2.5,
            displacement=0.5,
            repay_half_life=10.0,
            most=4.0,
            waiting=0.5,
            waiting_depth=0.1,
            expected_memory=0.6,
            disappointed=0.3,
            horizon=0.4,
            reference=0.3,
            reference_memory=0.8,
            reference_half_life=60.0,
            loss_aversion=2.0,
            habituation=0.3,
            gift_value=1.2,
            scarcity=1.2,
            framing=0.1,
            framing_at=10_000,
            booking_half_life=20.0,
            detection=0.3,
            detection_at=0.05,
            preparation=3.0,
            unready=0.3,
            campaign_spread=0.2,
            joint_design=0.6,
            effort={"threshold": 0.02, "lottery": 0.01},
            threshold=s.ThresholdResponse(2.0, 0.4, 1.6),
            lottery=s.LotteryResponse(0.02, 0.5),
            salience={"launch": 1.0, "proof": 0.6, "deadline": 0.9},
        ),
        service=s.ServiceResponse(
            questions_per_touch=0.05,
            questions_per_purchase=0.2,
            questions_per_order=0.3,
            asked_after=0.8,
            problems_per_order=0.08,
            problems_per_late_day=0.1,
            handling=s.Handling(0.01, 0.015, 0.03, 0.002),
            hiring_days=9.5,
            chat_slowdown=0.4,
            reply_half=0.01,
            tolerance=0.2,
            resolve_half=0.5,
            resolve_slope=1.2,
            stop=s.StopResponse(-0.4, 0.3, 0.8, 40.0, 2.0),
            dispute_share=0.1,
            dispute_stop=0.6,
            dispute_price=0.2,
            chargeback=0.3,
            refund_resolved=0.1,
            refund_unresolved=0.5,
            patience=s.Patience(0.1, 0.4, 1.0),
            open_complaint=0.7,
            compensation=s.CompensationResponse(0.4, 0.15, 0.8, 0.6, 0.5, 0.004),
            apology=0.1,
            apology_time=0.002,
            status_updates=0.15,
            status_time=0.003,
            both=0.6,
            escalated=1.5,
            opportunism=0.3,
            purchase=s.PurchaseResponse(0.4, 0.01, 1.0),
            auto_reply_weight=0.3,
            bot=s.BotResponse(0.4, 0.7, 0.3),
        ),
        delivery=s.DeliveryResponse(3.5, 0.05, 0.5, 1.1),
        returns=s.ReturnResponse(0.15, 3.0, 0.8),
        money=s.MoneyMarket(
            "CNY",
            0.4,
            0.45,
            60_000.0,
            1.5,
            1_000.0,
            150_000,
            5_000,
            0.0,
            0.0,
            2_000.0,
            10,
            packaging=120,
            payment_fee=0.006,
            platform_fee=0.03,
            fees_back=0.9,
            freight_back=500,
            software=3_333.0,
        ),
        media={
            "direct": s.Medium(
                0.8, 5, 1.0, 0.05, "contact", {"care": 1.1}, production=2_000, limit_per_day=4, limit_per_30d=60
            ),
            "moments": s.Medium(0.3, 1, 0.3, 0.2, "channel", production=3_000),
        },
        sources={"search": s.Source(2.0, 0.4, 40, 200, 1.0)},
        carriers={"road": s.Carrier(s.TimeSpread(2.5, 1.2, 6.0), 600)},
    )
    return changed(plain, changes or {})


def strategy(changes: Mapping[str, Any] | None = None) -> s.Strategy:
    """A strategy with one of everything; `changes` maps paths below `strategy.` to values."""
    plain = s.Strategy(
        acquisition={"search": s.Acquisition(500.0, 3, s.Offer("amount", off=1000, valid=10.0))},
        outreach={
            "care": s.Outreach("direct", "care", every=s.Rhythm(10.0), at=0.8, items=2, style="personal", holdout=0.1),
            "news": s.Outreach("moments", mix={"value": 0.7, "interaction": 0.3}, every=s.Rhythm(4.0), topic="tea"),
            "back": s.Outreach(
                "direct",
                "offer",
                after=s.After("interaction", 20),
                testimony=True,
                offer=s.Offer("percent", depth=0.1, valid=7.0, stacks=True),
            ),
        },
        campaigns={
            "rhythm": s.Campaign(
                s.Offer("percent", depth=0.15, claimed=0.2, stacks=True),
                "direct",
                every=s.Rhythm(20.0),
                lasts=3.0,
                phases=PHASES,
                content=("value", "offer", "offer"),
                at=0.4,
                holdout=0.1,
                budget=60_000,
                prepare=2.0,
                joint_design=True,
                announce=3,
                commission=0.05,
            )
        },
        welcome=s.Welcome(0.4, s.Offer("gift", cost=800, fit=0.8, valid=7.0, first_order_only=True)),
        limits=s.Limits(touches_per_day=3, touches_per_30d=20, contact_gap=1, discount_budget=4_000.0),
        service=s.Service(1, (0.375, 0.875), 2, ("complaint", "pre_sale"), s.Goals(0.01, 0.5)),
        delivery=s.Delivery("road", 3.0),
    )
    return changed(plain, changes or {})


def scenario(changes: Mapping[str, Any] | None = None, *, days: int = 60, seed: int = 1) -> s.Scenario:
    """A complete scenario; `changes` maps full paths (`market.need.cycle`) to values."""
    plain = s.Scenario(market(), strategy(), s.RunSettings(START, horizon=days, draws=1, replications=1, seed=seed))
    return changed(plain, changes or {})


def changed(value: T, changes: Mapping[str, Any]) -> T:
    """A frozen value with the fields or entries at the given paths replaced.

    Raises KeyError for a path that leads nowhere; a new name below a table of names is added.
    """
    for path, new in changes.items():
        value = _put(value, path.split("."), new)
    return value


def _put(value: Any, path: Sequence[str], new: Any) -> Any:
    if not path:
        return new
    name, rest = path[0], path[1:]
    if isinstance(value, Mapping):
        return {**value, name: _put(value[name], rest, new) if rest else new}
    if is_dataclass(value) and not isinstance(value, type):
        stated = value.stated() if isinstance(value, s.Offer) else ()
        if name not in {f.name for f in fields(value)} | set(stated):
            raise KeyError(f"{type(value).__name__} has no field {name!r}")
        return replace(value, **{name: _put(getattr(value, name), rest, new)})
    raise KeyError(f"{name!r} is below a plain value")


RESPONSES_OFF: dict[str, Any] = {
    "market.need.regularity": 1.0,
    "market.need.ripeness": 0.0,
    "market.need.week_shock": 0.0,
    "market.need.level": 0.0,
    "market.need.level_shift": 0.0,
    "market.need.season": s.Season((1.0,) * 7),
    "market.people.fit": 1.0,
    "market.people.benefit_seekers": 0.0,
    "market.lead.trust_gate": 0.0,
    "market.lead.learning": 0.0,
    "market.attention.max_lift": 0.0,
    "market.attention.remembered": 0.0,
    "market.engagement.rate": 0.0,
    "market.fatigue.order_effect": 0.0,
    "market.optout.per_message": 0.0,
    "market.optout.background": 0.0,
    "market.optout.first_day": 0.0,
    "market.trust.order_effect": 0.0,
    "market.trust.leave_effect": 0.0,
    "market.trust.spend_effect": 0.0,
    "market.offers.elasticity": 0.0,
    "market.offers.displacement": 0.0,
    "market.offers.waiting": 0.0,
    "market.offers.reference": 0.0,
    "market.offers.habituation": 0.0,
    "market.offers.unready": 0.0,
    "market.offers.campaign_spread": 0.0,
    "market.service.open_complaint": 0.0,
    "market.delivery.days_effect": 0.0,
    "market.service.questions_per_touch": 0.0,
    "market.service.questions_per_purchase": 0.0,
    "market.service.questions_per_order": 0.0,
    "market.service.problems_per_order": 0.0,
    "market.service.problems_per_late_day": 0.0,
    "strategy": s.Strategy(),
}
"""Changes that switch every response and programme off: what is left is Pareto/NBD with gamma-gamma spend."""

A_PAST_AND_HOURS: dict[str, Any] = {
    "market.start": s.Start(300, 0.5, 0.3),
    "market.need.season.hours": (*(0.2,) * 8, *(1.0,) * 11, *(2.28,) * 5),
}
"""What `scenario()` has not: people who have been there for some time, and hours of the day that differ."""
