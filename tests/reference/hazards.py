"""What moves one customer today: stocks, and the hazards that are read from them."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from scipy.special import gammaincc, gammaln
from scipy.stats import betaprime

from sim.scenario import Market
from tests.reference.chance import levelling
from tests.reference.coupons import Held

if TYPE_CHECKING:
    from tests.reference.person import Person
    from tests.reference.reference_run import Shop


@dataclass(frozen=True)
class Hazards:
    """Today's rates per day, and by how much need that is owed or held back changes in a day as a buyer."""

    order: float
    first_order: float
    plain_order: float
    """The same without today's offer; likewise for the first order."""
    plain_first_order: float
    drift: float
    interaction: float
    debt: float
    borrowed: float
    """The part of `debt` that today's offer borrows."""
    waiting: float
    expecting: float | None
    """The saving that need is held back for today, if it is."""


@dataclass(frozen=True)
class Verdict:
    """What a person makes of today's offers: the typical judgement, and what it does to this one's need and lift."""

    judged: float
    need: float
    lift: float


def overnight(person: Person) -> None:
    market = person.market
    f = market.fatigue
    fatigue_half = f.half_life * (cycle(market) / f.reference_cycle) ** f.cycle_exponent
    person.attention *= 2.0 ** (-1.0 / market.attention.half_life)
    person.fatigue *= 2.0 ** (-1.0 / fatigue_half)
    person.trust = person.trust * 2.0 ** (-1.0 / market.trust.half_life) + person.news
    person.news = 0.0
    person.remembered *= 2.0 ** (-1.0 / market.offers.reference_half_life)


def deletion_hazard(shop: Shop, person: Person, day: int) -> float:
    optout, push = person.market.optout, shop.push()
    fresh = person.orders == 0 and math.floor(person.added) == day - 1
    first_day = -math.log1p(-optout.first_day) * math.exp(person.market.lead.push_optout * push) if fresh else 0.0
    felt = person.sigma * person.felt_trust()
    return (optout.background + first_day) * math.exp(-person.market.trust.leave_effect * felt)


def todays_hazards(shop: Shop, person: Person, day: int, held: Held) -> Hazards:
    market, felt = person.market, person.sigma * person.felt_trust()
    season, psi = shop.season(day), ripeness(person, day)
    verdict = judge(person, held, psi)
    strength = market.attention.max_lift * attention_strength(person)
    excess = max(person.fatigue - market.fatigue.tolerance, 0.0)
    tired = levelling(market.fatigue.order_effect * excess, market.fatigue.most)
    service = service_effect(shop, person)
    trust_and_fatigue = math.exp(market.trust.order_effect * felt - tired + service)
    lift = verdict.lift * answer(person.kappa, strength * psi) * trust_and_fatigue
    need = lift * season
    repaid = min(person.debt * faded(market.offers.repay_half_life), need)
    expecting = expected_saving(person, day) if not held.parts and held.sale is None else None
    kept, released, lost = waiting(person, held, day, need - repaid, expecting)
    gate = verdict.lift * answer(person.kappa, strength) * math.exp(market.lead.trust_gate * felt - tired + service)
    borrowed = market.offers.displacement * need * extra_need(max(verdict.judged, 0.0), market)
    plain_first_order = lead_wish(shop, person, day) * season * gate
    remembering = market.attention.remembered * attention_strength(person)
    return Hazards(
        order=person.order_rate * (need * verdict.need + released - kept - repaid),
        first_order=plain_first_order * verdict.need,
        plain_order=person.order_rate * (need + released - kept - repaid),
        plain_first_order=plain_first_order,
        drift=person.drift_rate * math.exp(-remembering - market.trust.leave_effect * felt),
        interaction=interaction_rate(person, day) * lift,
        debt=borrowed - repaid,
        borrowed=borrowed,
        waiting=kept - released - lost,
        expecting=expecting,
    )


def service_effect(shop: Shop, person: Person) -> float:
    """On the log hazard of orders: a parcel that takes longer than usual, and a complaint that is open."""
    market, plan = shop.market, shop.strategy.delivery
    days = market.delivery.usual
    if plan.carrier is not None:
        days = market.carriers[plan.carrier].days.median
    if plan.carrier is not None and plan.promise is not None:
        days = plan.promise + person.lateness
    burden = market.service.open_complaint if person.open_complaints > 0 else 0.0
    if 0.0 < person.open_complaints < 1.0:  # of past days, where it is not known
        burden = -math.log(1.0 - person.open_complaints * (1.0 - math.exp(-burden)))
    return -person.sigma * market.delivery.days_effect * (days - market.delivery.usual) - burden


def attention_strength(person: Person) -> float:
    h = person.market.attention.saturation
    return float(person.attention**h / (1.0 + person.attention**h))


def answer(trait: float, exponent: float) -> float:
    """A trait multiplies the typical person's response."""
    return 1.0 + trait * (math.exp(exponent) - 1.0)


def faded(half_life: float) -> float:
    """The share that is gone after a day."""
    return float(1.0 - 2.0 ** (-1.0 / half_life))


# --- offers ----------------------------------------------------------------------------------------


def judge(person: Person, held: Held, psi: float) -> Verdict:
    """Today's offers against the discounts that are remembered."""
    offers = person.market.offers
    gain = psi * held.pull * (1.0 + offers.habituation * person.remembered)
    v = gain - offers.reference * offers.elasticity * -math.log1p(-person.remembered)
    if v >= 0.0:
        return Verdict(v, 1.0 + person.delta * extra_need(v, person.market), 1.0)
    v = -levelling(-v * offers.loss_aversion, math.log(1.0 + offers.most))
    return Verdict(v, 1.0, math.exp(person.delta * v))


def extra_need(v: float, market: Market) -> float:
    """What an offer of value `v` adds to the typical person's need, as a multiple of it."""
    return levelling(math.exp(min(v, 700.0)) - 1.0, market.offers.most)


def waiting(person: Person, held: Held, day: int, need: float, expecting: float | None) -> tuple[float, float, float]:
    """Need held back, need that is bought after all, and need lost to disappointment, per day."""
    offers = person.market.offers
    if expecting is not None:
        return offers.waiting * worth_it(expecting, person.market) * need, 0.0, 0.0
    settled = person.waiting * faded(offers.repay_half_life)
    if held.sale is not None:
        settled = person.waiting / max(held.sale.begins + held.sale.length - day, 1)
    lost = settled * offers.disappointed * (1.0 - satisfied(person, held))
    return 0.0, settled - lost, lost


def worth_it(saving: float, market: Market) -> float:
    """The share of needs for which a saving is worth waiting for."""
    return saving**2 / (saving**2 + market.offers.waiting_depth**2)


def satisfied(person: Person, held: Held) -> float:
    """The share of those who wait for whom what is offered is as good as what they waited for."""
    if held.saving >= person.hoped or worth_it(person.hoped, person.market) == 0.0:
        return 1.0
    return worth_it(held.saving, person.market) / worth_it(person.hoped, person.market)


def expected_saving(person: Person, day: int) -> float | None:
    """The saving for which people wait: the one they are used to, near its time, or one that was announced."""
    savings = [person.expected] if campaign_expected(person, day) else []
    if person.announced is not None and day < person.announced[0]:
        savings.append(person.announced[1])
    best = max(savings, default=0.0)
    return best if best > 0.0 else None


def campaign_expected(person: Person, day: int) -> bool:
    """Whether the next campaign is near, judged by the first days of the last two that were offered."""
    if len(person.campaign_days) < 2:
        return False
    before, last = person.campaign_days[-2:]
    due = last + (last - before)
    return due - day <= person.market.offers.horizon * cycle(person.market) and day <= due + (last - before)


def remember(person: Person, held: Held) -> None:
    """At the day's end: what the offer held saves, then the discounts of the orders."""
    a = person.market.offers.reference_memory
    seen = [held.saving] if held.parts else []
    for saved in seen + person.discounts_today:
        person.remembered = a * person.remembered + (1.0 - a) * saved


# --- rates -----------------------------------------------------------------------------------------


def interaction_rate(person: Person, day: int) -> float:
    """None for those who have been heard of today already, as all have been on day one."""
    engagement, silence = person.market.engagement, day - person.heard_on
    return engagement.rate / (1.0 + silence / engagement.fading) if silence > 0 else 0.0


def lead_wish(shop: Shop, person: Person, day: int) -> float:
    """The first-order hazard before anything that moves it from day to day; none for people who do not fit."""
    if not person.fit:
        return 0.0
    lead, age = person.market.lead, day - math.floor(person.added) - 1
    urgent = 1.0 + lead.push_lift * shop.push()
    hot = 2.0 ** (-age / lead.hot_half_life)
    return lead_base(person.market) * (float(hot) * urgent + lead.late_constant)


def lead_base(market: Market) -> float:
    lead = market.lead
    return -math.log1p(-min(lead.first_order_7d / market.people.fit, 0.999)) / first_week(
        lead.hot_half_life, lead.late_constant
    )


@cache
def first_week(half_life: float, late_constant: float) -> float:
    """The wish of a lead summed over the first seven days; kept, since every lead asks every day."""
    return float(sum(2.0 ** (-a / half_life) + late_constant for a in range(7)))


def cycle(market: Market) -> float:
    """The typical gap between orders: as stated, or the median one over all gaps of all people."""
    need = market.need
    if need.cycle is not None:
        return need.cycle
    k, shape = need.regularity, need.order_rate.shape
    gap = middle_gap(k, shape) * shape / (need.order_rate.mean * k)
    return min(max(gap, 0.5), 3650.0)


@cache
def middle_gap(k: float, shape: float) -> float:
    """The median of gaps over people in units of a scale; kept, since it takes half of a run where it is not."""
    return float(betaprime.ppf(0.5, k, shape + 1.0))


def ripeness(person: Person, day: int) -> float:
    if person.orders == 0:
        return 1.0
    need = person.market.need
    cycles = (day - math.floor(person.last_order_at)) / cycle(person.market)
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
