"""What the shop can see of its people in the morning, and whom a programme addresses."""

from __future__ import annotations

import math
import statistics
from collections.abc import Sequence
from typing import TYPE_CHECKING

from sim.draws import Decision, name_hash
from sim.scenario import Range, Who
from tests.reference.messages import engaged
from tests.reference.person import Person

if TYPE_CHECKING:
    from tests.reference.reference_run import Shop


EVERYBODY = Who()


def contacts(shop: Shop, who: Who) -> list[Person]:
    """Those who match, as known this morning."""
    present = [p for p in shop.people if p.out_at > shop.today]
    classes = rfm_classes(present, shop.today) if who.rfm else {}
    if who == EVERYBODY:
        return present
    return [
        p for p in present if matches(who, p, shop.today) and (not who.rfm or classes.get(p.identity, "") in who.rfm)
    ]


def held_out(shop: Shop, person: Person, name: str, share: float) -> bool:
    """Whether a person is in the holdout of the programme of that name."""
    return share > 0.0 and shop.random.u(person.identity, Decision.HOLDOUT, name_hash(name) % 2**32) < share


def matches(who: Who, person: Person, day: int) -> bool:
    """Whether a person meets every condition but the RFM class; times in whole days."""
    stage = ("lead", "first_buyer", "repeater")[min(person.orders, 2)]
    recency = days_since(person.last_order_at, day)
    return (
        among(stage, who.stage)
        and among(person.source, who.source)
        and among(engaged(person, day), who.engaged)
        and among(tier(person, day), who.tier)
        and among(person.tag, who.tag)
        and within(who.orders, person.orders)
        and within(who.spent, person.spent)
        and within(who.tenure, days_since(person.added, day))
        and within(who.recency, recency)
        and within(who.recency_own_cycles, recency / own_cycle(person, day))
        and within(who.last_touch, day - person.last_touch_on)
    )


def among(value: str | None, allowed: Sequence[str]) -> bool:
    return not allowed or value in allowed


def within(interval: Range | None, value: float) -> bool:
    if interval is None:
        return True
    low = -math.inf if interval.low is None else interval.low
    high = math.inf if interval.high is None else interval.high
    above = value > low if interval.low_open else value >= low
    below = value <= high if interval.high_closed or interval.high is None else value < high
    return above and below


def days_since(instant: float, day: int) -> float:
    return day - math.floor(instant) if math.isfinite(instant) else math.inf


def own_cycle(person: Person, day: int) -> float:
    rate = person.market.need.order_rate
    known = days_since(person.first_order_at, day) if person.orders else 0.0
    return (rate.shape / rate.mean + known) / (rate.shape + max(person.orders - 1, 0))


# --- labels ----------------------------------------------------------------------------------------


def tier(person: Person, day: int) -> str:
    if person.orders == 0:
        return "potential"
    if engaged(person, day) == "dormant":
        return "dormant"
    return "high_value" if person.orders >= person.market.engagement.high_value_orders else "active"


def rfm_classes(people: list[Person], day: int) -> dict[int, str]:
    """The class of each buyer among these people, by identity."""
    buyers = [p for p in people if p.orders]
    if not buyers:
        return {}
    recency = statistics.median_low([days_since(p.last_order_at, day) for p in buyers])
    orders = statistics.median_low([p.orders for p in buyers])
    spent = statistics.median_low([p.spent for p in buyers])
    return {
        p.identity: rfm_class(days_since(p.last_order_at, day) <= recency, p.orders > orders, p.spent > spent)
        for p in buyers
    }


def rfm_class(recent: bool, frequent: bool, lavish: bool) -> str:
    named = {
        (True, True, True): "important_value",
        (True, False, True): "important_development",
        (False, True, True): "important_keep",
    }
    return named.get((recent, frequent, lavish), "general")
