"""A life as moments in order of time: what was done to the person and what they did, each in words."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from experiments.output.format_values import format_amount

if TYPE_CHECKING:
    from sim.output.person_trace import PersonTrace, TracedMessage, TracedOffer
    from sim.scenario.offer import Offer

ACTS = frozenset({
    "added", "order", "question", "complaint", "ends the relation", "leaves a channel", "deletes the contact", "drifts",
})  # fmt: skip
"""Kinds of moments that are the person's own doing; the others are done to them."""
_KINDS = {
    "ADDED": ("added", "is added as a contact"),
    "DRIFT": ("drifts", "drifts away, which the shop cannot see"),
    "DELETE": ("deletes the contact", "deletes the contact"),
    "PARCEL": ("parcel", "parcel arrives"),
    "QUESTION": ("question", "asks the desk"),
    "COMPLAINT": ("complaint", "complains"),
    "RESOLVED": ("resolved", "complaint is closed"),
    "REFUND": ("refund", "gets {money} back"),
    "DISPUTE": ("ends the relation", "ends the relation over a complaint"),
    "MUTE": ("leaves a channel", "leaves a channel"),
}
_FATES = {
    "limit": "kept back by a limit",
    "channel left": "not delivered, as they had left the channel",
    "contact gone": "not delivered, as they had deleted the contact",
}


@dataclass(frozen=True)
class TimelineFormat:
    """What words need to know of a run: its first date and its currency."""

    start: date
    currency: str

    def money(self, cents: float) -> str:
        return format_amount(cents, "money", self.currency)

    def date(self, day: int) -> date:
        return self.start + timedelta(days=day)

    def when(self, day: int) -> str:
        return f"day {day} ({self.date(day)})"


@dataclass(frozen=True)
class TimelineEntry:
    """Something on a day, at an instant (days); `cents` are what the person paid, negative for a refund.

    `same` names it across arms, such as the third order; `key` is all of it, so equal keys are equal treatment or
    equal deeds.
    """

    day: int
    instant: float
    kind: str
    words: str
    cents: int
    same: tuple[object, ...]
    key: tuple[object, ...]

    @property
    def counts(self) -> float:
        """The instant from which it can change what the person does, or at which they do it.

        What the firm decides at midnight counts all day, so a message does before its hour; what happens in the day
        counts tomorrow.
        """
        if self.kind in ACTS:
            return self.instant
        return float(self.day if self.kind in ("message", "offer") else self.day + 1)


def moments(life: PersonTrace, setting: TimelineFormat) -> list[TimelineEntry]:
    """Everything in order of instants; an offer once, on its first day."""
    told = [*_letters(life), *_offers(life, setting, whole=True), *_replies(life), *_events(life, setting)]
    return sorted(told, key=lambda moment: moment.instant)


def treatment(life: PersonTrace, setting: TimelineFormat) -> list[TimelineEntry]:
    """What was done to the person, in the order in which it counts: every day of an offer, no message undelivered."""
    told = [*_letters(life), *_offers(life, setting, whole=False), *_replies(life), *_events(life, setting)]
    reached = (moment for moment in told if moment.kind not in ACTS | {"unsent"})
    return sorted(reached, key=lambda moment: (moment.counts, moment.instant))


def deeds(life: PersonTrace, setting: TimelineFormat) -> list[TimelineEntry]:
    """What the person did, in order of instants."""
    return sorted((m for m in _events(life, setting) if m.kind in ACTS), key=lambda moment: moment.instant)


def orders(life: PersonTrace, setting: TimelineFormat) -> list[TimelineEntry]:
    """What the person ordered, in order of instants."""
    return [deed for deed in deeds(life, setting) if deed.kind == "order"]


def _letters(life: PersonTrace) -> Iterator[TimelineEntry]:
    for letter in life.letters:
        kind = "message" if letter.fate == "delivered" else "unsent"
        how = (letter.channel, letter.content, letter.items, letter.style, letter.topic, letter.testimony, letter.gives)
        same = (letter.day, letter.hour, letter.channel)
        words = f"{programme(letter.programme)} writes ({letter.content})"
        words += f", {_FATES[letter.fate]}" if letter.fate in _FATES else ""
        yield TimelineEntry(
            letter.day, letter.day + letter.hour, kind, words, 0, ("message", *same), ("message", *same, *how)
        )


def programme(name: str) -> str:
    """A programme's name in words: "campaigns.rhythm" is "campaign rhythm"."""
    for prefix, word in (("campaigns.", "campaign "), ("programmes.", "programme ")):
        name = name.replace(prefix, word, 1) if name.startswith(prefix) else name
    return name.replace("outreach.", "outreach ", 1).replace("acquisition.", "hook of ", 1)


def _offers(life: PersonTrace, setting: TimelineFormat, *, whole: bool) -> Iterator[TimelineEntry]:
    for held in first_days(life.held) if whole else life.held:
        key = (held.offer, held.pull, held.depth, held.last, held.coupon, held.acts, held.ended)
        same = ("offer", held.day, held.coupon)
        yield TimelineEntry(held.day, float(held.day), "offer", _held_words(held, setting), 0, same, (*same, *key))


def first_days(held: list[TracedOffer]) -> list[TracedOffer]:
    """One entry for each offer that was held on days in a row."""
    last: dict[tuple[str, bool, int], int] = {}
    firsts = []
    for one in held:
        span = (one.name, one.coupon, one.last)
        if last.get(span, -2) != one.day - 1:
            firsts.append(one)
        last[span] = one.day
    return firsts


def _held_words(held: TracedOffer, setting: TimelineFormat) -> str:
    owner = programme(held.name) if held.coupon else f"campaign {held.name}"
    until = "" if held.last == held.day else f" to {setting.date(held.last)}"
    idle = "" if held.acts else ", but a better one holds"
    ended = ", which ran out that day" if held.ended else ""
    return f"{offer_words(held.offer, setting)} ({owner}{', coupon' if held.coupon else ''}{until}){idle}{ended}"


def offer_words(offer: Offer, setting: TimelineFormat) -> str:
    """An offer as people say it, such as "15 % off"."""
    g, money = offer.generosity, setting.money
    depth = f"{100 * g * (offer.depth or 0.0):.3g} % off"
    prizes = ", ".join(f"{100 * prize.chance:.3g} % for {money(g * prize.off)}" for prize in offer.prizes)
    words = {
        "percent": depth,
        "flash": f"{depth} while stock lasts",
        "amount": f"{money(g * (offer.off or 0))} off",
        "prebook": f"{money(g * (offer.off or 0))} off for booking ahead",
        "threshold": " or ".join(f"{money(g * step.off)} off {money(step.spend)}" for step in offer.steps),
        "lottery": f"a draw of prizes, {prizes}",
        "gift": f"a gift that costs {money(g * (offer.cost or 0))}",
        "trial": f"a trial for {money(offer.price or 0)}",
    }[offer.format]
    return words + (f" (said to be {100 * offer.claimed:.3g} %)" if offer.claimed is not None else "")


def _replies(life: PersonTrace) -> Iterator[TimelineEntry]:
    for reply in life.replies:
        wait = reply.instant - reply.asked
        words = f"is answered after {format_amount(wait, 'time', '')}" if wait > 0.0 else "is answered at once"
        same = ("reply", reply.asked)
        yield TimelineEntry(reply.day, reply.instant, "reply", words, 0, same, (*same, reply.instant))


def _events(life: PersonTrace, setting: TimelineFormat) -> Iterator[TimelineEntry]:
    counts: dict[str, int] = {"order": life.before}
    for event in life.events:
        ordered = event.kind.name in ("FIRST_ORDER", "ORDER")
        kind, words = ("order", "") if ordered else _KINDS[event.kind.name]
        counts[kind] = counts.get(kind, 0) + 1
        cents = -event.cents if kind == "refund" else event.cents
        words = words.format(money=setting.money(event.cents))
        if ordered:
            words = f"order {counts[kind]}, pays {setting.money(event.cents)}"
            words += f" of {setting.money(event.value)}" if event.value > event.cents else ""
        if kind == "leaves a channel":
            words = f"leaves the channel {_channel_at(life.letters, event.instant)}"
        same = (kind, event.instant if kind == "question" else counts[kind])
        yield TimelineEntry(event.day, event.instant, kind, words, cents, same, (*same, event.instant, event.cents))


def _channel_at(letters: list[TracedMessage], instant: float) -> str:
    """The channel of the message at which somebody left one."""
    return next((one.channel for one in reversed(letters) if one.day + one.hour == instant), "of a message")
