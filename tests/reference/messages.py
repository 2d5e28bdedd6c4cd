"""Messages: which of them are sent, what they do to attention, fatigue and trust, and how they drive people away."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from sim.scenario import Campaign, Content, Market, Outreach
from tests.reference.chance import levelling
from tests.reference.coupons import Till, give

if TYPE_CHECKING:
    from tests.reference.person import Person
    from tests.reference.reference_run import Shop

WINDOW = 30


@dataclass(frozen=True, order=True)
class Letter:
    """A message that a programme has for a person today; `till` is that of the coupon that comes with it."""

    at: float
    programme: str
    content: Content = field(compare=False)
    plan: Outreach | Campaign = field(compare=False)
    till: Till | None = field(compare=False, default=None)
    age: int = field(compare=False, default=0)
    announces: tuple[int, float] | None = field(compare=False, default=None)
    """First day of the campaign that it announces, and what people can expect to save."""


class Post(NamedTuple):
    """What came of today's messages: those delivered, when channels were closed, when the contact was deleted."""

    delivered: list[Letter]
    muted: list[float]
    deleted: float | None


# --- what is sent ----------------------------------------------------------------------------------


def sent_today(shop: Shop, person: Person, day: int) -> list[Letter]:
    """The messages that the limits let through; coupons come with them."""
    letters, person.letters = sorted(person.letters, key=lambda one: (one.at, one.programme, -one.age)), []
    sent = [letter for letter in letters if _send(shop, person, letter, day)]
    shop.writing += [(one.at, one.programme, -one.age) for one in sent if one.plan.style == "personal"]
    return sent


def _send(shop: Shop, person: Person, letter: Letter, day: int) -> bool:
    channel, by_hand = letter.plan.channel, letter.plan.style == "personal"
    if channel in person.left or not _within_limits(shop, person, letter, day):
        return False
    person.sent.append((day, "by hand" if by_hand else channel))
    person.last_of_programme[letter.programme] = day
    person.announced = letter.announces or person.announced
    if isinstance(letter.plan, Outreach) and letter.plan.offer is not None:
        assert letter.till is not None
        give(person, letter.plan.offer, letter.till, day)
    return True


def _within_limits(shop: Shop, person: Person, letter: Letter, day: int) -> bool:
    channel, by_hand = letter.plan.channel, letter.plan.style == "personal"
    firm, medium = shop.strategy.limits, person.market.media[channel]
    today = [c for on, c in person.sent if on == day]
    window = [c for on, c in person.sent if on // WINDOW == day // WINDOW]
    caps = [
        (firm.touches_per_day, len(today)),
        (firm.touches_per_30d, len(window)),
        (None if by_hand else medium.limit_per_day, today.count(channel)),
        (None if by_hand else medium.limit_per_30d, window.count(channel)),
    ]
    if any(cap is not None and count >= cap for cap, count in caps):
        return False
    gap = firm.contact_gap
    return gap is None or (not today and day - person.last_touch_on >= gap)


# --- what is delivered -----------------------------------------------------------------------------


def receive(person: Person, day: int, letters: list[Letter], hazard: float) -> Post:
    """Run the deletion clock through today and its messages; those that arrive go to the stocks."""
    post, now, hours = Post([], [], None), 0.0, person.hours
    for letter in letters:
        area = hazard * hours.area(now, letter.at)
        if person.deletion_left <= area:
            return post._replace(deleted=day + hours.after(now, person.deletion_left / hazard))
        person.deletion_left -= area
        now, channel = letter.at, letter.plan.channel
        if channel in person.left:
            continue
        area = deletion_area(person, letter)
        take(person, letter, day)
        post.delivered.append(letter)
        if person.market.media[channel].leaves == "channel":
            if person.tires_of(channel, area):
                post.muted.append(day + now)
            continue
        person.deletion_left -= area
        if person.deletion_left <= 0.0:
            return post._replace(deleted=day + now)
    rest = hazard * hours.area(now, 1.0)
    if person.deletion_left <= rest:
        return post._replace(deleted=day + hours.after(now, person.deletion_left / hazard))
    person.deletion_left -= rest
    return post


def deletion_area(person: Person, letter: Letter) -> float:
    """The area of deletion of one message, at the fatigue before it."""
    market, plan = person.market, letter.plan
    area = -math.log1p(-market.optout.per_message) * _intrusion(market, plan)
    if letter.content == "care":
        area *= market.optout.care_ratio
    if relevance(person, plan) < 0:
        area *= market.optout.irrelevant
    felt = person.sigma * person.felt_trust()
    tired = levelling(market.optout.fatigue_slope * person.fatigue, market.optout.most)
    return area * math.exp(tired - market.trust.leave_effect * felt)


def take(person: Person, letter: Letter, day: int) -> None:
    """A message is read: attention, fatigue and trust."""
    market, content, related = person.market, letter.content, relevance(person, letter.plan)
    medium = market.media[letter.plan.channel]
    _feel(person, content, medium.attention, day)
    gain = _attraction(market, letter) * _wakefulness(person, day)
    gain *= 1.0 if related == 0 else market.attention.relevant if related > 0 else market.attention.irrelevant
    person.attention += gain
    burden = _intrusion(market, letter.plan) * getattr(market.fatigue.weight, content)
    person.fatigue += burden * (market.fatigue.irrelevant if related < 0 else 1.0)


def _feel(person: Person, content: Content, noticed: float, day: int) -> None:
    """News of a message, at the fatigue before it."""
    trust = person.market.trust
    early = trust.early if day - math.floor(person.added) <= trust.early_days else 1.0
    if content in ("care", "value"):
        person.news += early * noticed * float(getattr(trust, content))
    if content == "offer":
        excess = max(person.fatigue - person.market.fatigue.tolerance, 0.0)
        person.news -= trust.loss_factor * trust.promotion * noticed * excess


def _attraction(market: Market, letter: Letter) -> float:
    """What any fully awake person gets of a message of no topic."""
    attention, plan, medium = market.attention, letter.plan, market.media[letter.plan.channel]
    gain = (
        medium.reach
        * medium.attention
        * medium.suits.get(letter.content, 1.0)
        * float(getattr(attention.weight, letter.content))
    )
    gain *= float(plan.items**attention.items)
    read = (letter.at + medium.read_after) % 1.0
    if any(low <= read < high for low, high in attention.golden_hours):
        gain *= attention.golden
    if plan.style == "personal":
        gain *= attention.personal
    return gain * attention.testimony if plan.testimony else gain


def _intrusion(market: Market, plan: Outreach | Campaign) -> float:
    fatigue = market.fatigue
    personal = fatigue.personal if plan.style == "personal" else 1.0
    return market.media[plan.channel].intrusion * float(plan.items**fatigue.items) * personal


def _wakefulness(person: Person, day: int) -> float:
    engagement = person.market.engagement
    if engagement.rate == 0.0:
        return 1.0
    expected = getattr(person, "reach", None)  # of a past in which nobody knows who was silent
    if expected is not None:
        return float(expected)
    state = engaged(person, day)
    return {"active": 1.0, "silent": engagement.silent_reach, "dormant": engagement.dormant_reach}[state]


def engaged(person: Person, day: int) -> str:
    silence, engagement = day - person.heard_on, person.market.engagement
    if silence <= engagement.silent_after:
        return "active"
    return "silent" if silence <= engagement.dormant_after else "dormant"


def relevance(person: Person, plan: Outreach | Campaign) -> int:
    """1 for a message of the person's own topic, -1 for one that misses, 0 for one of no topic."""
    if not person.fit:
        return -1
    if plan.topic is None:
        return 0
    return 1 if plan.topic == person.interest else -1
