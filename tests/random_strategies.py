"""Random strategies: programmes, campaigns, coupons, limits, a welcome, a desk and a carrier."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any, Literal

from sim import scenario as s
from tests.dice import Dice
from tests.random_markets import BIG_DAYS, CLOSES, FORMATS
from tests.worlds import PHASES, START

RHYTHMS: tuple[Literal["day", "shop_cycle", "own_cycle"] | None, ...] = ("day", "shop_cycle", "own_cycle", None)
EVENTS: tuple[Literal["added", "first_order", "order", "interaction"], ...] = (
    "added",
    "first_order",
    "order",
    "interaction",
)


def random_strategy(dice: Dice, world: s.Market, start: date, days: int) -> s.Strategy:
    """A random strategy: three to five outreach programmes, two campaigns, a desk and a carrier."""
    outreach = {f"note {i}": _outreach(dice, world, start, days) for i in range(dice.whole(2, 4))}
    outreach["wake up"] = _wake_up(dice, world)
    return s.Strategy(
        acquisition={name: _acquisition(dice, world, name) for name in world.sources},
        outreach=outreach,
        campaigns={f"sale {i}": _campaign(dice, world, start, days) for i in range(2)},
        welcome=dice.one_of([None, s.Welcome(dice.number(0.0, 1.0), dice.one_of([None, _coupon(dice, world)]))]),
        limits=_limits(dice, world),
        service=replace(random_desk(dice, start), first=dice.one_of([None, _who(dice, world)])),
        delivery=s.Delivery(dice.one_of(["road", "road", None]), dice.one_of([None, dice.number(0.5, 8.0)])),
    )


def _acquisition(dice: Dice, world: s.Market, name: str) -> s.Acquisition:
    source = world.sources[name]
    daily = source.exposures * (source.cost_per_exposure + source.add_rate * source.cost_per_add)
    hook = dice.one_of([None, _coupon(dice, world), _coupon(dice, world)])
    return s.Acquisition(dice.one_of([None, daily * 1.2 + 300.0]), dice.one_of([None, 2]), hook)


def _limits(dice: Dice, world: s.Market) -> s.Limits:
    return s.Limits(
        touches_per_day=dice.one_of([None, 1, 2]),
        touches_per_30d=dice.one_of([None, None, dice.whole(1, 5)]),
        contact_gap=dice.one_of([None, None, 1, dice.whole(2, 5)]),
        discount_budget=dice.one_of([None, world.spend.mean * dice.number(0.005, 0.1)]),
    )


def random_desk(dice: Dice, start: date = START) -> s.Service:
    """A random desk, for which all people are equal."""
    kinds = list(s.TICKET_KINDS)
    named = tuple(kinds.pop(dice.whole(0, len(kinds) - 1)) for _ in range(dice.whole(0, 3)))
    shifts = dice.one_of([(), tuple(_shift(dice, start) for _ in range(dice.whole(1, 3)))])
    return s.Service(
        agents=None if shifts else dice.one_of([None, 0, 1, 1, 2]),
        hours=dice.one_of([(0.0, 1.0), (0.375, 0.875), (dice.number(0.0, 0.4), dice.number(0.5, 1.0))]),
        shifts=shifts,
        closed_on=dice.one_of([(), (start + timedelta(days=3), "chinese_new_year", "labour_day")]),
        overtime=dice.one_of([0.0, dice.number(0.0, 0.3), 1.0]),
        parallel_chats=dice.whole(1, 3),
        priority=named,
        goals=s.Goals(dice.one_of([None, 0.01, 0.1]), dice.one_of([None, 0.3, 1.0])),
        auto_reply=dice.one_of([False, True]),
        bot=dice.one_of([False, True]),
    )


def _shift(dice: Dice, start: date) -> s.Shift:
    days = tuple(day for day in s.WEEKDAYS if dice.one_of([True, True, False]))
    skills = tuple(kind for kind in s.TICKET_KINDS if dice.one_of([True, True, False]))
    hours = dice.one_of([(0.0, 1.0), (0.3, 0.7), (dice.number(0.0, 0.4), dice.number(0.5, 1.0))])
    hired = dice.one_of([None, None, start + timedelta(days=dice.whole(-20, 20))])
    return s.Shift(dice.whole(1, 2), hours, days, skills, hired)


# --- programmes ------------------------------------------------------------------------------------


def _outreach(dice: Dice, world: s.Market, start: date, days: int) -> s.Outreach:
    rhythm = dice.one_of(RHYTHMS)
    value = dice.number(1.0, 20.0) if rhythm == "day" else dice.number(0.3, 2.0)
    return s.Outreach(
        every=None if rhythm is None else s.Rhythm(value, rhythm),
        on=() if rhythm else _dates(dice, start, days),
        who=_who(dice, world),
        from_=dice.one_of([None, start + timedelta(days=dice.whole(0, 20))]) if rhythm else None,
        until=dice.one_of([None, None, start + timedelta(days=dice.whole(20, days))]),
        offer=dice.one_of([None, _coupon(dice, world)]),
        holdout=dice.one_of([0.0, dice.number(0.0, 0.5)]),
        **_content(dice),
        **_manner(dice, world),
    )


def _wake_up(dice: Dice, world: s.Market) -> s.Outreach:
    """A programme that follows what people do, or fail to do."""
    return s.Outreach(
        after=s.After(dice.one_of((*EVENTS, "interaction", "order")), dice.whole(1, 20)),
        who=_who(dice, world),
        offer=dice.one_of([None, _coupon(dice, world), _coupon(dice, world)]),
        **_content(dice),
        **_manner(dice, world),
    )


def _campaign(dice: Dice, world: s.Market, start: date, days: int) -> s.Campaign:
    rhythm = dice.one_of([r for r in RHYTHMS if r != "own_cycle"])
    value = dice.number(2.0, 30.0) if rhythm == "day" else dice.number(0.3, 2.0)
    return s.Campaign(
        offer=_offer(dice, world),
        every=None if rhythm is None else s.Rhythm(value, rhythm),
        on=() if rhythm else _dates(dice, start, days),
        who=_who(dice, world),
        first=dice.one_of([None, start + timedelta(days=dice.whole(0, 10))]) if rhythm else None,
        lasts=dice.one_of([1.0, 2.5, float(dice.whole(1, 6))]),
        phases=dice.one_of([(), PHASES, PHASES[:1]]),
        content=tuple(dice.one_of(s.CONTENTS) for _ in range(dice.whole(0, 3))),
        holdout=dice.one_of([0.0, dice.number(0.0, 0.5)]),
        budget=dice.one_of([None, None, int(world.spend.mean * dice.number(0.0, 2.0))]),
        prepare=dice.one_of([None, dice.number(0.0, 4.0)]),
        joint_design=dice.one_of([False, True]),
        announce=dice.one_of([None, 1, dice.whole(1, 9)]),
        **_manner(dice, world),
    )


def _dates(dice: Dice, start: date, days: int) -> tuple[s.Day, ...]:
    plain = sorted({start + timedelta(days=dice.whole(0, days)) for _ in range(4)})
    return (*plain, *dict.fromkeys(dice.one_of(BIG_DAYS) for _ in range(2)))


def _content(dice: Dice) -> dict[str, Any]:
    share = dice.number(0.0, 1.0)
    two = dice.one_of([("care", "offer"), ("value", "interaction"), ("care", "value")])
    mix = dict(zip(two, (share, 1.0 - share), strict=True))
    return dice.one_of([{"content": dice.one_of(s.CONTENTS)}, {"content": dice.one_of(s.CONTENTS)}, {"mix": mix}])


def _manner(dice: Dice, world: s.Market) -> dict[str, Any]:
    """How the messages of an outreach programme or a campaign are made."""
    return {
        "channel": dice.one_of([*CLOSES, "direct"]),
        "at": dice.one_of([0.0, 0.5, dice.number(0.0, 0.99)]),
        "items": dice.one_of([1, 1, dice.whole(2, 9)]),
        "style": dice.one_of(["mass", "personal"]),
        "topic": dice.one_of([None, *world.people.interests]),
        "testimony": dice.one_of([False, True]),
    }


def _who(dice: Dice, world: s.Market) -> s.Who:
    tags = tuple(world.people.interests)[:1]
    return dice.one_of(
        [
            s.Who(),
            s.Who(),
            s.Who(),
            s.Who(),
            s.Who(stage=("lead",)),
            s.Who(stage=("first_buyer", "repeater"), tenure=s.Range(None, 90.0)),
            s.Who(orders=s.Range(1.0, 4.0), recency=s.Range(dice.number(1.0, 10.0), None)),
            s.Who(recency_own_cycles=s.Range(None, dice.number(0.2, 2.0))),
            s.Who(last_touch=s.Range(dice.number(0.5, 6.0), None)),
            s.Who(spent=s.Range(1000.0, None, low_open=True), source=("search",)),
            s.Who(engaged=dice.one_of([("active",), ("silent",), ("silent", "dormant")])),
            s.Who(tier=dice.one_of([("potential", "high_value"), ("active",), ("dormant", "active")])),
            s.Who(rfm=dice.one_of([("general",), ("important_value", "important_keep"), ("important_development",)])),
            s.Who(tag=tags),
        ]
    )


# --- offers ----------------------------------------------------------------------------------------


def _offer(dice: Dice, world: s.Market) -> s.Offer:
    return s.Offer(
        **_terms(dice, world.spend.mean),
        generosity=dice.one_of([1.0, dice.number(0.5, 1.5)]),
        stacks=dice.one_of([False, True, True]),
        first_order_only=dice.one_of([False, False, False, False, True]),
    )


def _coupon(dice: Dice, world: s.Market) -> s.Offer:
    terms = _terms(dice, world.spend.mean)
    terms.setdefault("stock", dice.one_of([None, None, dice.whole(0, 8)]))
    return s.Offer(
        **terms,
        generosity=dice.one_of([1.0, dice.number(0.5, 1.5)]),
        budget=dice.one_of([None, None, int(world.spend.mean * dice.number(0.0, 1.0))]),
        valid=dice.one_of([1.0, dice.number(1.0, 6.0), dice.number(5.0, 40.0), float(dice.whole(3, 30))]),
        stacks=dice.one_of([False, True, True, True]),
        first_order_only=dice.one_of([False, False, False, True]),
    )


def _terms(dice: Dice, mean: int) -> dict[str, Any]:
    """The keys of one format."""
    kind = dice.one_of((*FORMATS, "percent", "flash"))
    match kind:
        case "percent" | "flash":
            depth = dice.number(0.0, 0.3)
            claimed = dice.one_of([None, depth + dice.number(0.0, 0.1), depth + dice.number(0.05, 0.2)])
            stock = {"stock": dice.whole(1, 8)} if kind == "flash" else {}
            return {"format": kind, "depth": depth, "claimed": claimed, **stock}
        case "amount" | "prebook":
            later = {"ships_after": dice.number(0.0, 10.0)} if kind == "prebook" else {}
            return {"format": kind, "off": dice.whole(1, max(1, mean // 2)), **later}
        case "threshold":
            spends = sorted({dice.whole(mean // 2 + 1, 3 * mean) for _ in range(dice.whole(1, 3))})
            steps = tuple(s.Step(x, max(1, int(x * dice.number(0.02, 0.3)))) for x in spends)
            return {"format": kind, "steps": steps}
        case "lottery":
            some = range(dice.whole(1, 3))
            return {"format": kind, "prizes": tuple(_prize(dice, mean) for _ in some)}
        case "gift":
            return {"format": kind, "cost": dice.whole(1, max(1, mean // 3)), "fit": dice.number(0.0, 1.0)}
        case _:
            value = dice.whole(max(1, mean // 4), mean * 2 // 3)
            return {"format": kind, "value": value, "price": int(value * dice.number(0.0, 1.2))}


def _prize(dice: Dice, mean: int) -> s.Prize:
    return s.Prize(dice.number(0.0, 0.3), dice.whole(1, max(1, mean // 2)))
