"""How likely the days before a run are: one person and motive after the other, by fine quadrature over leaving.

Written from docs/law.md, Scoring a history.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.special import betainc, gammaln, logsumexp

from sim.law.season import known_season
from sim.scenario import Market, PastMessage, PastOffer, ShopHistory
from tests.reference.coupons import Held, Part, Sale, Till
from tests.reference.hazards import deletion_hazard, interaction_rate, overnight, remember, todays_hazards
from tests.reference.messages import Letter, deletion_area, take
from tests.reference.offers import acting, saving, worth
from tests.reference.scored_reach import LastHeard
from tests.reference.scored_service import ReferenceDesk, Waiting

POINTS = 2
"""Gauss points a day."""


@dataclass
class PastPerson:
    """A person of one motive, whose rates are one and whose other traits are at their means."""

    market: Market
    added: int
    delta: float
    fit: bool
    lead: bool
    orders: int = 0
    last_order_at: float = math.inf
    attention: float = 0.0
    fatigue: float = 0.0
    trust: float = 0.0
    news: float = 0.0
    debt: float = 0.0
    waiting: float = 0.0
    remembered: float = 0.0
    expected: float = 0.0
    hoped: float = 0.0
    announced: tuple[int, float] | None = None
    campaign_days: list[int] = field(default_factory=list)
    discounts_today: list[float] = field(default_factory=list)
    order_rate: float = 1.0
    drift_rate: float = 1.0
    kappa: float = 1.0
    sigma: float = 1.0
    open_complaints: int = 0
    lateness: float = 0.0
    interest: str | None = None
    heard_on: int = 0
    reach: float = 1.0

    def felt_trust(self) -> float:
        return self.trust / (1.0 + abs(self.trust))


@dataclass
class Shared:
    """Of each day what all motives take from the interested; filled where it is empty."""

    losses: list[float] = field(default_factory=list)
    """Changes of trust by purchases lost."""
    lifts: list[float] = field(default_factory=list)
    """What need is lifted by."""


@dataclass
class Areas:
    """Areas of the days so far; each day's are run through evenly."""

    order: list[float] = field(default_factory=list)
    drift: list[float] = field(default_factory=list)
    delete: list[float] = field(default_factory=list)


def log_likelihood(market: Market, history: ShopHistory, row: int, points: int = POINTS) -> float:
    """Of one person, over the motives."""
    share, fit, people = market.people.benefit_seekers, market.people.fit, market.people
    lead = bool(history.lead[row])
    part = fit if lead else 1.0
    terms = [(part * (1.0 - share), 1.0, 1.0, True), (part * share, people.seeker_orders, people.seeker_price, True)]
    if lead and history.begin[row] == history.begin[row + 1]:
        terms.append((1.0 - fit, 1.0, 1.0, False))
    shared = Shared()
    interested = given_motive(market, history, row, (1.0, 1.0, True), points, shared)
    found = [(math.log(terms[0][0]), interested)] if terms[0][0] > 0.0 else []
    for prior, orders, price, suits in terms[1:]:
        if prior > 0.0:
            days = shared if suits else Shared([0.0] * len(shared.losses))
            found.append((math.log(prior), given_motive(market, history, row, (orders, price, suits), points, days)))
    return float(logsumexp([a + b for a, b in found]))


def given_motive(
    market: Market, history: ShopHistory, row: int, motive: tuple[float, float, bool], points: int, shared: Shared
) -> float:
    """Of one person of a motive: factor of the order rate, price sensitivity, whether the goods suit."""
    faster, price, fit = motive
    k, o = market.need.regularity, market.optout.shape
    r, alpha = market.need.order_rate.shape, market.need.order_rate.shape / market.need.order_rate.mean / faster
    s, beta = market.need.dropout_rate.shape, market.need.dropout_rate.shape / market.need.dropout_rate.mean
    orders = [int(day) for day in history.order_day[history.begin[row] : history.begin[row + 1]]]
    savings = [float(x) for x in history.saving[history.begin[row] : history.begin[row + 1]]]
    entered, end = int(history.entered[row]), int(history.deleted[row])
    known = end < history.days
    person = PastPerson(market, entered - 1, price, fit, bool(history.lead[row]), heard_on=entered - 1)
    season = known_season(market.need.season, history.start, history.days)
    shop: Any = SimpleNamespace(
        market=market, strategy=SimpleNamespace(delivery=SimpleNamespace(carrier=None)), push=lambda: 0.0,
        season=lambda day: float(season[day]),
    )  # fmt: skip
    score, learned, areas, gaps = 0.0, 1.0, Areas(), [0.0]
    if not person.lead:
        bought(person, entered - 1, savings.pop(0))
        orders.pop(0)
    repeats, silent_from = 0, 0
    desk = ReferenceDesk(market, history)
    purchases, own_losses = Waiting(desk), not shared.losses
    if not person.lead and entered > 0:
        person.news += desk.at_order(entered - 1)
    before_deletion, last_heard = 0.0, LastHeard(market, entered - 1)
    own_lifts, engages = not shared.lifts, market.engagement.rate > 0.0
    for day in range(entered, min(end, history.days - 1) + 1):
        overnight(person)
        person.reach = last_heard.reach(day)
        held = offers_of(person, history, row, day)
        see_starts(person, history, row, day)
        announcements(person, history, row, day)
        hazard = deletion_hazard(shop, person, day)
        area = hazard
        for message, to in zip(history.messages, history.sent if history.sent is not None else [], strict=True):
            if message.day == day and to[row]:
                letter = Letter(message.hour, message.programme, message.content, as_plan(message))
                if market.media[message.channel].leaves == "contact":
                    area += deletion_area(person, letter)
                take(person, letter, day)
                person.news += desk.at_message(message)
        today = todays_hazards(shop, person, day, held)
        if own_lifts:
            shared.lifts.append(today.interaction / interaction_rate(person, day) if engages else 1.0)
        last_heard.note(shared.lifts[day - entered])
        whole = today.first_order if person.orders == 0 else learned * today.order
        part = 0.5 if known and day == end else 1.0
        if known and day == end:
            before_deletion = sum(areas.delete)
        rate = 1.0
        if person.orders:
            rate = (r + k * (person.orders - 1) + 1.0) / (alpha + k * (sum(areas.order) + purchases.lost))
        ordering, loss = purchases.orders(day, part * whole if person.fit else 0.0, rate, part)
        if own_losses:
            shared.losses.append(loss)
        person.news += shared.losses[day - entered]
        areas.order.append(ordering)
        areas.drift.append(part * today.drift if person.orders else 0.0)
        areas.delete.append(area)
        if person.orders:
            person.debt += today.debt
            person.waiting += today.waiting
        if today.expecting is not None:
            person.hoped = today.expecting
        person.discounts_today = []
        if orders and orders[0] == day:
            orders.pop(0)
            person.discounts_today = [savings.pop(0)]
        remember(person, held)
        if person.discounts_today:
            silent_from = day - entered + 1
            score += math.log(ordering / part) if ordering > 0.0 else -math.inf
            if person.orders == 0:
                score -= sum(areas.order)
                learned = math.exp(market.lead.learning * person.discounts_today[0])
                areas.order = [0.0] * len(areas.order)
            else:
                gaps.append(sum(areas.order))
                repeats += 1
                score += (k - 1.0) * math.log(gaps[-1] - gaps[-2])
            purchases.ordered()
            person.news += desk.at_order(day)
            person.orders += 1
            person.last_order_at = person.heard_on = last_heard.since = day
    if not person.fit and person.orders:
        return -math.inf
    shape, rate = r + k * repeats, alpha + k * gaps[-1]

    def quiet(run: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        if person.orders == 0:
            return np.exp(-run)
        return np.asarray(betainc(shape, k, rate / (rate + k * (run - gaps[-1]))))

    hidden = not history.deletions_known and not known
    leaving = s, beta, o if hidden else math.inf
    whole_silence = silence(areas, silent_from, quiet, leaving, points) + exits_after(areas, silent_from, leaving)
    score += math.log(whole_silence)
    if person.orders:
        score += gammaln(shape) - gammaln(r) + r * math.log(alpha) - shape * math.log(rate)
        score += repeats * (k * math.log(k) - gammaln(k))
    if known:
        total = sum(areas.delete)
        score += math.log((1.0 + before_deletion / o) ** -o - (1.0 + total / o) ** -o)
    elif not hidden:
        score -= o * math.log1p(sum(areas.delete) / o)
    return score


def silence(
    areas: Areas,
    start: int,
    quiet: Callable[[npt.NDArray[np.float64]], npt.NDArray[np.float64]],
    leaving: tuple[float, float, float],
    points: int,
) -> float:
    """Chance of no order from the start-th day on, where somebody may leave at any time, times that of being there."""
    s, beta, o = leaving

    def stays(drift: Any, delete: Any) -> Any:
        contact = 1.0 if math.isinf(o) else (1.0 + delete / o) ** -o
        return (beta / (beta + drift)) ** s * contact

    x, w = np.polynomial.legendre.leggauss(points)
    x, w, total = 0.5 * (x + 1.0), 0.5 * w, 0.0
    order, drift, delete = (np.concatenate([[0.0], np.cumsum(one)]) for one in (areas.order, areas.drift, areas.delete))
    for day in range(start, len(areas.order)):
        at_order, at_drift, at_delete = (
            before[day] + x * each[day]
            for before, each in ((order, areas.order), (drift, areas.drift), (delete, areas.delete))
        )
        hazard = s * areas.drift[day] / (beta + at_drift)
        if not math.isinf(o):
            hazard = hazard + areas.delete[day] / (1.0 + at_delete / o)
        total += float(np.sum(w * quiet(at_order) * stays(at_drift, at_delete) * hazard))
    return total + float(quiet(np.array([order[-1]]))[0] * stays(drift[-1], delete[-1]))


def exits_after(areas: Areas, start: int, leaving: tuple[float, float, float]) -> float:
    """Leaving on the day before the start-th, after the order that may have come at any time of it."""
    if start == 0:
        return 0.0
    s, beta, o = leaving
    there = beta + sum(areas.drift[:start])
    stays, hazard = (beta / there) ** s, s * areas.drift[start - 1] / there
    if not math.isinf(o):
        contact = 1.0 + sum(areas.delete[:start]) / o
        stays, hazard = stays * contact**-o, hazard + areas.delete[start - 1] / contact
    return 0.5 * stays * hazard


def bought(person: PastPerson, day: int, saved: float) -> None:
    """The first order of somebody who came with it."""
    person.orders, person.last_order_at, person.heard_on = 1, day, day
    person.remembered = (1.0 - person.market.offers.reference_memory) * saved


def as_plan(message: PastMessage) -> Any:
    """What the reference's messages read of their programme."""
    return SimpleNamespace(
        channel=message.channel, items=message.items, style=message.style, topic=None, testimony=message.testimony
    )


def appeal(person: PastPerson, one: PastOffer, day: int) -> Part | None:
    """An offer as it acts on that day; none where it is not worth its effort."""
    market, since = person.market, min(max(day - one.first, 0), one.days - 1)
    strength = 1.0
    if one.prepare is not None:
        ready = min(1.0, one.prepare / market.offers.preparation)
        strength = 1.0 - market.offers.unready * (1.0 - ready)
    if one.coupon:
        phase = "launch" if since == 0 else "deadline" if since == one.days - 1 else "proof"
        strength *= market.offers.salience.get(phase, 1.0)
    elif one.phases:
        strength *= market.offers.salience[one.phases[min(since, len(one.phases) - 1)]]
    seen = worth(one.offer, market)
    if seen.depth <= 0.0 or seen.pull * strength < market.offers.effort.get(one.offer.format, 0.0):
        return None
    pull = acting(seen.pull * strength, one.offer, market)
    return Part(one.offer, pull, Till(None), True, saving(one.offer, market), strength)


def offers_of(person: PastPerson, history: ShopHistory, row: int, day: int) -> Held:
    """What a person holds that day."""
    number = 0 if history.offer is None else int(history.offer[day, row])
    if number == 0:
        return Held()
    one = history.offers[number - 1]
    part = appeal(person, one, day)
    if part is None:
        return Held()
    if one.coupon:
        return Held((part,))
    sale: Any = Sale(one.name, SimpleNamespace(), one.first, one.days, 1.0, Till(None))  # type: ignore[arg-type]
    return Held((part,), sale)


def see_starts(person: PastPerson, history: ShopHistory, row: int, day: int) -> None:
    """Campaigns that begin today; of several the one that saves most. One may act on a later day alone."""
    if history.offer is None or not history.offer[day, row]:
        return
    savings = []
    for number, one in enumerate(history.offers, start=1):
        if one.coupon or one.first != day:
            continue
        held = number in history.offer[day : day + one.days, row]
        for message, to in zip(history.messages, history.sent if history.sent is not None else [], strict=True):
            held |= bool(to[row]) and (message.programme, message.day, message.announces) == (one.name, day, 0)
        part = appeal(person, one, day)
        if held and part is not None:
            savings.append(part.saving)
    if savings:
        memory = person.market.offers.expected_memory if person.campaign_days else 0.0
        person.expected = memory * person.expected + (1.0 - memory) * max(savings)
        person.campaign_days.append(day)


def announcements(person: PastPerson, history: ShopHistory, row: int, day: int) -> None:
    """Campaigns that today's messages announce."""
    for message, to in zip(history.messages, history.sent if history.sent is not None else [], strict=True):
        if message.day != day or not to[row] or not message.announces:
            continue
        saved = 0.0
        for one in history.offers:
            same = (one.name, one.first) == (message.programme, message.announces)
            if same and not (one.coupon or one.offer.first_order_only):
                part = appeal(person, one, one.first)
                saved = 0.0 if part is None else part.saving
        person.announced = message.announces, saved
