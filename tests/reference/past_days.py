"""The days of a history, gone through once more: what was done to a person, and the orders that were observed.

Written from `docs/law.md`, the parts *Stocks*, *Interactions* and *Areas* of Scoring a history.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from types import SimpleNamespace
from typing import Any, NamedTuple

from sim.scenario import Market, PastMessage, PastOffer, Season, ShopHistory
from sim.scenario.dates import dates_of
from tests.reference.coupons import Held, Part, Sale, Till
from tests.reference.hazards import deletion_hazard, interaction_rate, overnight, remember, todays_hazards
from tests.reference.messages import Letter, deletion_area, take
from tests.reference.offers import acting, saving, worth
from tests.reference.scored_complaints import complaints_of
from tests.reference.scored_reach import LastHeard
from tests.reference.scored_service import ReferenceDesk, Waiting

LEAST = 1e-300
"""Stands in the place of what is less in a logarithm."""


class Motive(NamedTuple):
    """A class of people: its share before the history, factor of the order rate, price sensitivity, whether the goods
    suit."""

    share: float
    orders: float
    price: float
    fit: bool


@dataclass
class PastPerson:
    """A person of one motive, whose rates are one and whose other traits are at their means."""

    market: Market
    added: int
    delta: float
    fit: bool
    lead: bool
    orders: int = 0
    first_order_on: int | None = None
    second_order_on: int | None = None
    last_order_at: float = math.inf
    touches: int = 0
    last_touch_on: int | None = None
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
    open_complaints: float = 0.0
    """Chance that any is open."""
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


@dataclass
class PastDays:
    """A person of one motive on the morning after the days of a history, and what these days add up to."""

    person: PastPerson
    areas: Areas
    known: bool
    """Whether the person is known to have deleted the contact."""
    hidden: bool
    """Whether the person may have deleted it without anybody's knowing."""
    disputed: bool = False
    """Whether a dispute ended the relation on the last day."""
    log_orders: float = 0.0
    """Log of the multipliers at all orders, of the gaps' areas, and of a lead's chance of the first one."""
    learned: float = 1.0
    gaps: list[float] = field(default_factory=lambda: [0.0])
    """Areas at each order, from where the clock of orders began."""
    silent_from: int = 0
    """The first day after the last order, by its place in `areas`."""
    before_deletion: float = 0.0
    lift: float = 1.0
    """Lift of need in the last days, which interactions go by."""
    evenings: dict[int, float] = field(default_factory=dict)
    """Chances that a complaint ends the relation in the evening of a day, by the day's place in `areas`; -1: of the day
    before entering."""
    last_complaint: float = -math.inf

    @property
    def repeats(self) -> int:
        return len(self.gaps) - 1


class PastShop:
    """What a day of the reference reads of its shop: a market, and a season without a level and shocks."""

    def __init__(self, market: Market, history: ShopHistory) -> None:
        self.market, self.start, self.length = market, history.start, history.days
        self.welcome_push = history.welcome_push or 0.0
        self.strategy = SimpleNamespace(delivery=SimpleNamespace(carrier=None))

    def season(self, day: int) -> float:
        """Weekday, month and big dates."""
        return calendar_factor(self.market.need.season, self.start + timedelta(days=day))

    def push(self) -> float:
        """How far the welcome sold; 0 without one."""
        return self.welcome_push


def calendar_factor(season: Season, day: date) -> float:
    """What weekday, month and big dates make of everybody's need on a day."""
    factor = season.weekday[day.weekday()]
    if season.yearly:
        factor *= season.yearly[day.month - 1]
    for big in season.dates.values():
        begins = {one for each in big.on for one in dates_of(each, day - timedelta(days=big.days - 1), day)}
        factor *= big.multiplier if begins else 1.0
    return float(factor)


def days_of_all(market: Market, history: ShopHistory, row: int, motives: dict[str, Motive]) -> dict[str, PastDays]:
    """The days of one person as of each motive: purchases that the desk loses annoy as those of the interested do, and
    messages reach as they reach the interested; who does not fit has no purchases, and a lift of their own."""
    shared = Shared()
    interested = Motive(1.0, 1.0, 1.0, True)
    first = days_of(market, history, row, motives.get("interested", interested), shared)
    found = {"interested": first} if "interested" in motives else {}
    for name, motive in motives.items():
        if name not in found:
            days = shared if motive.fit else Shared([0.0] * len(shared.losses))
            found[name] = days_of(market, history, row, motive, days)
    return found


def days_of(market: Market, history: ShopHistory, row: int, motive: Motive, shared: Shared) -> PastDays:
    """The days of one person of a motive."""
    price, fit = motive.price, motive.fit
    k, r = market.need.regularity, market.need.order_rate.shape
    alpha = r / market.need.order_rate.mean / motive.orders
    orders = [int(day) for day in history.order_day[history.begin[row] : history.begin[row + 1]]]
    savings = [float(x) for x in history.saving[history.begin[row] : history.begin[row + 1]]]
    entered, end = int(history.entered[row]), int(history.deleted[row])
    person: Any = PastPerson(market, entered - 1, price, fit, bool(history.lead[row]), heard_on=entered - 1)
    known = end < history.days
    disputed = known and history.disputed is not None and bool(history.disputed[row])
    found = PastDays(person, Areas(), known, not history.deletions_known and not known, disputed)
    shop: Any = PastShop(market, history)
    if not person.lead:
        bought(person, entered - 1, savings.pop(0))
        orders.pop(0)
    desk = ReferenceDesk(market, history)
    purchases, own_losses = Waiting(desk), not shared.losses
    last_heard, own_lifts, engages = LastHeard(market, entered - 1), not shared.lifts, market.engagement.rate > 0.0
    if entered > 0 and history.welcome_push is not None:
        push, lead = history.welcome_push, market.lead
        person.news += (1.0 - push) * lead.welcome_trust - push * lead.push_trust
    if not person.lead and entered > 0:
        person.news += desk.at_order(entered - 1)
    areas, complaints = found.areas, complaints_of(market, history, row)
    if entered - 1 < end:
        found.evenings[-1], heard = complaints.evening(entered - 1)
        person.news += heard
    for day in range(entered, min(end, history.days - 1) + 1):
        overnight(person)
        person.reach = last_heard.reach(day)
        held = offers_of(person, history, row, day)
        see_starts(person, history, row, day)
        announcements(person, history, row, day)
        area = deletion_hazard(shop, person, day)
        for message, to in zip(history.messages, history.sent if history.sent is not None else [], strict=True):
            if message.day == day and to[row]:
                area += written(person, message, day)
                person.news += desk.at_message(message)
        person.open_complaints = complaints.open(day)
        today = todays_hazards(shop, person, day, held)
        if own_lifts:
            shared.lifts.append(today.interaction / interaction_rate(person, day) if engages else 1.0)
        last_heard.note(shared.lifts[day - entered])
        whole = today.first_order if person.orders == 0 else found.learned * today.order
        part = 0.5 if known and day == end else 1.0
        if known and day == end:
            found.before_deletion = sum(areas.delete)
        rates = 1.0, 1.0
        if person.orders:
            above, run = r + k * (person.orders - 1), sum(areas.order)
            rates = (above + 1.0) / (alpha + k * (run + purchases.lost)), above / (alpha + k * run)
        ordering, loss = purchases.orders(day, part * whole if person.fit else 0.0, rates, part)
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
            found.silent_from = day - entered + 1
            found.log_orders += math.log(max(ordering / part, LEAST))
            if person.orders == 0:
                found.log_orders -= sum(areas.order)
                found.learned = math.exp(market.lead.learning * person.discounts_today[0])
                areas.order = [0.0] * len(areas.order)
                person.first_order_on = day
            else:
                found.gaps.append(sum(areas.order))
                gap = max(found.gaps[-1] - found.gaps[-2], LEAST)
                found.log_orders += (k - 1.0) * math.log(gap)
            purchases.ordered()
            person.news += desk.at_order(day)
            person.orders += 1
            person.last_order_at = person.heard_on = last_heard.since = day
            if person.orders == 2:
                person.second_order_on = day
        if day < end:
            found.evenings[day - entered], heard = complaints.evening(day)
            person.news += heard
    found.last_complaint = complaints.last_end(history.days)
    found.lift = last_heard.lift
    return found


def bought(person: PastPerson, day: int, saved: float) -> None:
    """The first order of somebody who came with it."""
    person.orders, person.first_order_on, person.last_order_at, person.heard_on = 1, day, day, day
    person.remembered = (1.0 - person.market.offers.reference_memory) * saved


def written(person: PastPerson, message: PastMessage, day: int) -> float:
    """A person gets a message; its area of deletion, 0 in a channel that closes itself.

    Nobody's interest is known, so that a message with a topic does what it does to people on average.
    """
    likes = person.market.people.interests.get(message.topic, 0.0) if message.topic else 1.0
    area = attention = fatigue = 0.0
    for share, interest in ((likes, message.topic), (1.0 - likes, None)):
        reader: Any = replace(person, interest=interest)
        letter = Letter(message.hour, message.programme, message.content, as_plan(message))
        if person.market.media[message.channel].leaves == "contact":
            area += share * deletion_area(reader, letter)
        take(reader, letter, day)
        attention, fatigue = attention + share * reader.attention, fatigue + share * reader.fatigue
    person.attention, person.fatigue, person.news = attention, fatigue, reader.news
    person.touches, person.last_touch_on = person.touches + 1, day
    return area


def as_plan(message: PastMessage) -> Any:
    """What the reference's messages read of their programme."""
    return SimpleNamespace(
        channel=message.channel,
        items=message.items,
        style=message.style,
        topic=message.topic,
        testimony=message.testimony,
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
