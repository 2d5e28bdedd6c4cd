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
            season=s.Season((0.9, 0.9, 0.95, 1.0, 1.05, 1.2, 1.0)),
        ),
        spend=s.Spend(8500, 3.0, 4.0),
        people=s.People(0.5, 0.5, 0.5, 0.8),
        lead=s.Lead(0.2, 1.5, 0.05, 0.5),
        attention=s.Attention(1.5, 0.5, 3.0, 0.3, s.ContentWeights(0.8, 1.0, 1.0, 1.2)),
        fatigue=s.Fatigue(12.0, 0.5, 30.0, 1.0, 0.15, s.ContentWeights(0.6, 1.0, 0.8, 1.4)),
        optout=s.OptOut(0.004, 0.0004, 0.03, 0.3, 0.6),
        trust=s.Trust(30.0, 2.0, 0.3, 0.3, 0.05, 0.1, 0.1, 0.3),
        offers=s.OfferResponse(
            elasticity=2.5,
            displacement=0.5,
            repay_half_life=10.0,
            threshold=s.ThresholdResponse(2.0, 0.4, 1.6),
            lottery=s.LotteryResponse(0.02, 0.5),
            salience={"launch": 1.0, "proof": 0.6, "deadline": 0.9},
        ),
        service=s.ServiceResponse(
            questions_per_touch=0.05,
            questions_per_order=0.3,
            problems_per_order=0.08,
            problems_per_late_day=0.1,
            handling=s.Handling(0.01, 0.015, 0.03),
            reply_half=0.01,
            tolerance=0.2,
            resolve_half=0.5,
            stop_resolved=0.05,
            stop_unresolved=0.4,
            dispute_share=0.1,
            dispute_stop=0.9,
            refund_resolved=0.1,
            refund_unresolved=0.5,
        ),
        money=s.MoneyMarket("CNY", 0.4, 60_000.0, 1_000.0, 0.0, 0.0),
        media={"direct": s.Medium(0.8, 5, 1.0), "moments": s.Medium(0.3, 1, 0.3)},
        sources={"search": s.Source(2.0, 0.4, 40, 200)},
        carriers={"road": s.Carrier(s.TimeSpread(2.5, 1.2, 6.0), 600)},
    )
    return changed(plain, changes or {})


def strategy(changes: Mapping[str, Any] | None = None) -> s.Strategy:
    """A strategy with one of everything; `changes` maps paths below `strategy.` to values."""
    plain = s.Strategy(
        acquisition={"search": s.Acquisition(budget=500.0, daily_cap=3)},
        outreach={"care": s.Outreach("direct", "care", every=s.Rhythm(10.0), at=0.75)},
        campaigns={
            "rhythm": s.Campaign(
                s.Offer("percent", depth=0.15),
                "direct",
                every=s.Rhythm(20.0),
                lasts=3.0,
                phases=PHASES,
                at=0.4,
                holdout=0.1,
                budget=60_000,
            )
        },
        service=s.Service(1, (0.375, 0.875), 2, ("complaint", "pre_sale"), s.Goals(0.01, 0.5)),
        delivery=s.Delivery("road", 3.0),
    )
    return changed(plain, changes or {})


def scenario(changes: Mapping[str, Any] | None = None, *, days: int = 60, seed: int = 1) -> s.Scenario:
    """A complete scenario; `changes` maps full paths (`market.need.cycle`) to values."""
    plain = s.Scenario(market(), strategy(), s.Run(START, horizon=days, draws=1, replications=1, seed=seed))
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
        if name not in {f.name for f in fields(value)}:
            raise KeyError(f"{type(value).__name__} has no field {name!r}")
        return replace(value, **{name: _put(getattr(value, name), rest, new)})
    raise KeyError(f"{name!r} is below a plain value")


RESPONSES_OFF: dict[str, Any] = {
    "market.need.regularity": 1.0,
    "market.need.ripeness": 0.0,
    "market.need.week_shock": 0.0,
    "market.need.season.weekday": (1.0,) * 7,
    "market.attention.max_lift": 0.0,
    "market.attention.remembered": 0.0,
    "market.fatigue.order_effect": 0.0,
    "market.optout.per_message": 0.0,
    "market.optout.background": 0.0,
    "market.optout.first_day": 0.0,
    "market.trust.order_effect": 0.0,
    "market.trust.leave_effect": 0.0,
    "market.lead.trust_gate": 0.0,
    "market.offers.elasticity": 0.0,
    "market.offers.displacement": 0.0,
    "market.service.questions_per_touch": 0.0,
    "market.service.questions_per_order": 0.0,
    "market.service.problems_per_order": 0.0,
    "market.service.problems_per_late_day": 0.0,
    "market.people.fit": 1.0,
    "strategy": s.Strategy(),
}
"""Changes that switch every response and programme off: what is left is Pareto/NBD with gamma-gamma spend."""
