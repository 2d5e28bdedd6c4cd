"""Timeline entries of one person: what was done to the person and what they did, in order of time and in words."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from experiments.output.format_values import format_amount

if TYPE_CHECKING:
    from sim.output.person_trace import PersonTrace, TracedMessage, TracedOffer
    from sim.scenario.offer import Offer

ACTIONS = frozenset({
    "added", "order", "question", "complaint", "gives up", "lost purchase", "ends the relation", "leaves a channel",
    "deletes the contact", "drifts", "return",
})  # fmt: skip
"""Kinds of entries that are actions of the person; the others are done to the person."""
_KINDS = {
    "ADDED": ("added", "is added as a contact"),
    "DRIFT": ("drifts", "drifts away, which the shop cannot see"),
    "DELETE": ("deletes the contact", "deletes the contact"),
    "PARCEL": ("parcel", "parcel arrives"),
    "QUESTION": ("question", "asks the desk"),
    "COMPLAINT": ("complaint", "complains"),
    "RESOLVED": ("resolved", "complaint is closed"),
    "ABANDONED": ("gives up", "gives up waiting for the desk"),
    "LOST_PURCHASE": ("lost purchase", "does not buy what they asked about, {money}"),
    "REFUND": ("refund", "gets {money} back"),
    "COMPENSATION": ("compensation", "gets {money} for the trouble"),
    "CHARGEBACK": ("chargeback", "has {money} charged back"),
    "RETURN": ("return", "sends an order back, and gets {money} back"),
    "DISPUTE": ("ends the relation", "ends the relation over a complaint"),
    "MUTE": ("leaves a channel", "leaves a channel"),
}
_SIGNS = {"refund": -1, "compensation": -1, "chargeback": -1, "return": -1, "lost purchase": 0}
"""What the cents of an event add to what a person pays; 1 of all others."""
_NOT_DELIVERED = {
    "limit": "kept back by a limit",
    "channel left": "not delivered, as they had left the channel",
    "contact gone": "not delivered, as they had deleted the contact",
}


@dataclass(frozen=True)
class TimelineFormat:
    """First date and currency of a run, which the words of an entry need."""

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
    """One thing that happened on a day, at an instant (days). `cents` are what the person paid, negative for a refund.

    `match_key` identifies the corresponding entry under another arm, such as the third order. `key` holds everything
    that counts: entries with equal keys are equal treatment, or equal actions.
    """

    day: int
    instant: float
    kind: str
    words: str
    cents: int
    match_key: tuple[object, ...]
    key: tuple[object, ...]

    @property
    def effective_from(self) -> float:
        """The instant of an action; of anything else, the instant from which it can change what the person does.

        The firm decides on messages and offers at midnight, so they are effective all day. Everything else is effective
        from the next day on.
        """
        if self.kind in ACTIONS:
            return self.instant
        return float(self.day if self.kind in ("message", "offer") else self.day + 1)


def entries_of(trace: PersonTrace, formats: TimelineFormat) -> list[TimelineEntry]:
    """All entries in order of instants; an offer once, on its first day."""
    entries = [*_messages(trace), *_offers(trace, formats, daily=False), *_replies(trace), *_events(trace, formats)]
    return sorted(entries, key=lambda entry: entry.instant)


def treatment(trace: PersonTrace, formats: TimelineFormat) -> list[TimelineEntry]:
    """What was done to the person, in the order in which it takes effect.

    An offer has an entry for each day. Messages that were not delivered have none.
    """
    entries = [*_messages(trace), *_offers(trace, formats, daily=True), *_replies(trace), *_events(trace, formats)]
    received = (entry for entry in entries if entry.kind not in ACTIONS | {"unsent"})
    return sorted(received, key=lambda entry: (entry.effective_from, entry.instant))


def actions(trace: PersonTrace, formats: TimelineFormat) -> list[TimelineEntry]:
    """What the person did, in order of instants."""
    return sorted((e for e in _events(trace, formats) if e.kind in ACTIONS), key=lambda entry: entry.instant)


def orders(trace: PersonTrace, formats: TimelineFormat) -> list[TimelineEntry]:
    """What the person ordered, in order of instants."""
    return [action for action in actions(trace, formats) if action.kind == "order"]


def _messages(trace: PersonTrace) -> Iterator[TimelineEntry]:
    for message in trace.messages:
        kind = "message" if message.delivery == "delivered" else "unsent"
        how = (
            message.channel,
            message.content,
            message.items,
            message.style,
            message.topic,
            message.testimony,
            message.with_coupon,
        )
        match_key = ("message", message.day, message.hour, message.channel)
        words = f"{format_programme(message.programme)} writes ({message.content})"
        words += f", {_NOT_DELIVERED[message.delivery]}" if message.delivery in _NOT_DELIVERED else ""
        yield TimelineEntry(message.day, message.day + message.hour, kind, words, 0, match_key, (*match_key, *how))


def format_programme(name: str) -> str:
    """A programme's name in words: "campaigns.rhythm" is "campaign rhythm"."""
    for prefix, word in (("campaigns.", "campaign "), ("programmes.", "programme ")):
        name = name.replace(prefix, word, 1) if name.startswith(prefix) else name
    return name.replace("outreach.", "outreach ", 1).replace("acquisition.", "hook of ", 1)


def _offers(trace: PersonTrace, formats: TimelineFormat, *, daily: bool) -> Iterator[TimelineEntry]:
    for held in trace.offers if daily else first_days(trace.offers):
        key = (held.offer, held.pull, held.depth, held.last, held.coupon, held.acts, held.ended)
        match_key, words = ("offer", held.day, held.coupon), _format_held(held, formats)
        yield TimelineEntry(held.day, float(held.day), "offer", words, 0, match_key, (*match_key, *key))


def first_days(held: list[TracedOffer]) -> list[TracedOffer]:
    """The first day of each offer that was held on consecutive days."""
    last: dict[tuple[str, bool, int], int] = {}
    firsts = []
    for one in held:
        span = (one.name, one.coupon, one.last)
        if last.get(span, -2) != one.day - 1:
            firsts.append(one)
        last[span] = one.day
    return firsts


def _format_held(held: TracedOffer, formats: TimelineFormat) -> str:
    owner = format_programme(held.name) if held.coupon else f"campaign {held.name}"
    until = "" if held.last == held.day else f" to {formats.date(held.last)}"
    idle = "" if held.acts else ", but a better one holds"
    ended = ", which ran out that day" if held.ended else ""
    return f"{format_offer(held.offer, formats)} ({owner}{', coupon' if held.coupon else ''}{until}){idle}{ended}"


def format_offer(offer: Offer, formats: TimelineFormat) -> str:
    """An offer in words, such as "15 % off"."""
    return offer.terms.words(formats.money, offer.generosity)


def _replies(trace: PersonTrace) -> Iterator[TimelineEntry]:
    for reply in trace.replies:
        wait = reply.instant - reply.asked
        words = f"is answered after {format_amount(wait, 'time', '')}" if wait > 0.0 else "is answered at once"
        match_key = ("reply", reply.asked)
        yield TimelineEntry(reply.day, reply.instant, "reply", words, 0, match_key, (*match_key, reply.instant))


def _events(trace: PersonTrace, formats: TimelineFormat) -> Iterator[TimelineEntry]:
    counts: dict[str, int] = {"order": trace.before}
    for event in trace.events:
        ordered = event.kind.name in ("FIRST_ORDER", "ORDER")
        kind, words = ("order", "") if ordered else _KINDS[event.kind.name]
        counts[kind] = counts.get(kind, 0) + 1
        cents = _SIGNS.get(kind, 1) * event.cents
        words = words.format(money=formats.money(event.cents))
        if ordered:
            words = f"order {counts[kind]}, pays {formats.money(event.cents)}"
            words += f" of {formats.money(event.value)}" if event.value > event.cents else ""
        if kind == "leaves a channel":
            words = f"leaves the channel {_channel_at(trace.messages, event.instant)}"
        match_key = (kind, event.instant if kind == "question" else counts[kind])
        key = (*match_key, event.instant, event.cents)
        yield TimelineEntry(event.day, event.instant, kind, words, cents, match_key, key)


def _channel_at(letters: list[TracedMessage], instant: float) -> str:
    """The channel of the message upon which the person left it."""
    return next((one.channel for one in reversed(letters) if one.day + one.hour == instant), "of a message")
