"""What synthetic people did before the run began, when the shop did nothing: one after the other, day after day."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from sim.draws import Decision
from sim.scenario import Market
from tests.reference.chance import RandomNumbers, cents
from tests.reference.hazards import lead_base
from tests.reference.person import Person

if TYPE_CHECKING:
    from tests.reference.reference_run import Shop


def with_past(shop: Shop, identity: int) -> Person:
    """One of the people of day one, with what they did since they were added."""
    market, random = shop.market, shop.random
    if market.start.history == 0:
        newcomer = Person(identity, "", 0.0, random, market)
        newcomer.begin_as_buyer(0.0)
        return newcomer
    lead = random.u(identity, Decision.START_LEAD) < market.start.leads
    added = -days_ago(random, market, identity, lead)
    person = Person(identity, "", float(added), random, market)
    person.deletion_left = person.patience(Decision.DELETION, 0, area_of_leaving(market, -added, lead))
    if not lead:
        person.begin_as_buyer(float(added))
    for day in range(added + 1, 0):
        heard = _buy(shop, person, day)
        if heard:
            person.heard_on = day
        elif market.engagement.rate > 0.0:
            _meet(person, day)
    person.spent = sum(max(1, cents(person.basket(n))) for n in range(1, person.orders + 1))
    return person


def days_ago(random: RandomNumbers, market: Market, identity: int, lead: bool) -> int:
    """Whole days since the adding, of somebody who has not deleted since."""

    def weight(days: int) -> float:
        then = math.exp(-market.start.growth * (days - 1) / 365.0)
        shape = market.optout.shape
        return then * math.exp(-shape * math.log1p(area_of_leaving(market, days, lead) / shape))

    weights = [weight(days) for days in range(1, market.start.history + 1)]
    left, days = random.u(identity, Decision.START_AGE) * math.fsum(weights), 1
    while days < len(weights) and left >= weights[days - 1]:
        left -= weights[days - 1]
        days += 1
    return days


def area_of_leaving(market: Market, days: int, lead: bool) -> float:
    """Deletion met in the whole days since the adding; leads meet more on the first of them."""
    area = market.optout.background * (days - 1)
    return area - math.log(1.0 - market.optout.first_day) if lead and days > 1 else area


def _buy(shop: Shop, person: Person, day: int) -> bool:
    """Whether the person ordered that day; clocks run down, and need may end."""
    if person.orders == 0:
        return person.fit and _buy_first(shop, person, day)
    if person.drifted:
        return False
    whole = person.drift_left > person.drift_rate
    part = 1.0 if whole else person.drift_left / person.drift_rate
    person.drift_left, person.drifted = person.drift_left - person.drift_rate, not whole
    area, ordered = part * person.order_rate * shop.calendar(day), False
    while person.order_left < area:
        area -= person.order_left
        person.orders, person.last_order_at, ordered = person.orders + 1, float(day), True
        person.order_left = person.order_threshold(person.orders + 1)
    person.order_left -= area
    return ordered


def _buy_first(shop: Shop, person: Person, day: int) -> bool:
    lead, age = person.market.lead, day - math.floor(person.added) - 1
    wish = lead_base(person.market) * (2.0 ** (-age / lead.hot_half_life) + lead.late_constant) * shop.calendar(day)
    person.first_order_left -= wish
    if person.first_order_left <= 0.0:
        person.begin_as_buyer(float(day))
    return person.orders > 0


def _meet(person: Person, day: int) -> None:
    """An interaction, if one comes."""
    engagement = person.market.engagement
    rate = engagement.rate / (1.0 + (day - person.heard_on) / engagement.fading)
    person.interaction_left -= rate * (engagement.drifted if person.drifted else 1.0)
    if person.interaction_left <= 0.0:
        person.interactions += 1
        person.interaction_left, person.heard_on = person.interaction_threshold(), day
