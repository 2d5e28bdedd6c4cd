"""What moves one customer today: stocks, and the hazards that are read from them."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from scipy.special import gammaincc, gammaln

from sim.scenario import Market

if TYPE_CHECKING:
    from tests.reference.person import Letter, Person
    from tests.reference.telling import Shop


@dataclass
class Hazards:
    """Today's rates per day, and what the debt is changed by for each day lived as a buyer."""

    order: float
    first_order: float
    drift: float
    debt: float


def overnight(person: Person) -> None:
    market = person.market
    f = market.fatigue
    fatigue_half = f.half_life * (market.need.cycle / f.reference_cycle) ** f.cycle_exponent
    person.attention *= 2.0 ** (-1.0 / market.attention.half_life)
    person.fatigue *= 2.0 ** (-1.0 / fatigue_half)
    person.trust = person.trust * 2.0 ** (-1.0 / market.trust.half_life) + person.news
    person.news = 0.0


def letter_area(person: Person, letter: Letter) -> float:
    """The area of deletion of one message, at the fatigue before it."""
    optout, medium = person.market.optout, person.market.media[letter.channel]
    care = optout.care_ratio if letter.content == "care" else 1.0
    mood = optout.fatigue_slope * person.fatigue - person.market.trust.leave_effect * felt_trust(person)
    return -math.log1p(-optout.per_message) * medium.intrusion * care * math.exp(mood)


def take_letter(person: Person, letter: Letter) -> None:
    market, medium = person.market, person.market.media[letter.channel]
    person.attention += medium.reach * getattr(market.attention.weight, letter.content)
    person.fatigue += medium.intrusion * getattr(market.fatigue.weight, letter.content)


def deletion_hazard(person: Person, day: int) -> float:
    optout = person.market.optout
    fresh = person.orders == 0 and math.floor(person.added) == day - 1
    first_day = -math.log1p(-optout.first_day) if fresh else 0.0
    return (optout.background + first_day) * math.exp(-person.market.trust.leave_effect * felt_trust(person))


def todays_hazards(shop: Shop, person: Person, day: int) -> Hazards:
    market, lead, felt = person.market, person.market.lead, felt_trust(person)
    h = market.attention.saturation
    s = person.attention**h / (1.0 + person.attention**h)
    season = shop.season(day)
    psi = ripeness(person, day)
    pull = person.offer[0] if person.offer else 0.0
    tired = market.fatigue.order_effect * max(person.fatigue - market.fatigue.tolerance, 0.0)
    pushed = answer(person.delta, psi * pull)
    repaid = min(person.debt * (1.0 - 2.0 ** (-1.0 / market.offers.repay_half_life)), season)
    lift = answer(person.kappa, market.attention.max_lift * s * psi) * math.exp(
        market.trust.order_effect * felt - tired
    )
    age = day - math.floor(person.added) - 1
    wish = lead_base(market) * (2.0 ** (-age / lead.hot_half_life) + lead.late_constant)
    gate = answer(person.kappa, market.attention.max_lift * s) * math.exp(lead.trust_gate * felt - tired)
    trusting = math.exp(-market.trust.leave_effect * felt)
    return Hazards(
        order=person.order_rate * lift * (season * pushed - repaid),
        first_order=wish * season * gate * pushed if person.fit else 0.0,
        drift=person.drift_rate * math.exp(-market.attention.remembered * s) * trusting,
        debt=market.offers.displacement * season * (math.exp(psi * pull) - 1.0) - repaid,
    )


def answer(trait: float, exponent: float) -> float:
    """A trait multiplies the typical person's response."""
    return 1.0 + trait * (math.exp(exponent) - 1.0)


def felt_trust(person: Person) -> float:
    """sigma g: trust as this person feels it."""
    return person.sigma * person.trust / (1.0 + abs(person.trust))


def lead_base(market: Market) -> float:
    lead = market.lead
    week = sum(2.0 ** (-a / lead.hot_half_life) + lead.late_constant for a in range(7))
    return -math.log1p(-lead.first_order_7d / market.people.fit) / float(week)


def ripeness(person: Person, day: int) -> float:
    if person.orders == 0:
        return 1.0
    need = person.market.need
    cycles = (day - math.floor(person.last_order_at)) / need.cycle
    return 1.0 + need.ripeness * (gamma_hazard(need.regularity, cycles) - 1.0)


def gamma_hazard(k: float, x: float) -> float:
    """Hazard of Gamma(k, 1/k) at x, at most its limit k."""
    if k == 1.0:
        return 1.0
    survival = float(gammaincc(k, k * x))
    if survival == 0.0:
        return k
    density = k * math.exp((k - 1.0) * math.log(k * x) - k * x - float(gammaln(k))) if x > 0.0 else 0.0
    return min(density / survival, k)
