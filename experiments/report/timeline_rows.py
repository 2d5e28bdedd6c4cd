"""What a timeline shows of one life: rows by name, marks with their words, and room for the words."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from experiments.traces.timeline import TimelineEntry, programme

if TYPE_CHECKING:
    from sim.output.person_trace import PersonTrace, TracedOffer
    from sim.scenario.offer import Offer

ENDS = ("deletes the contact", "ends the relation")
ORDERS, OFFERS, PARCELS, QUESTIONS, COMPLAINTS, CHANNELS = (
    "pays for an order", "holds an offer", "gets a parcel", "asks, is answered after", "complains", "leaves a channel",
)  # fmt: skip


@dataclass(frozen=True)
class Label:
    """Words at an instant, written from `start` on at line `level`; None where there is no room for them."""

    instant: float
    text: str
    start: float = 0.0
    level: int | None = None


@dataclass(frozen=True)
class Span:
    """Days `first` to before `end` of one offer, and the shortest words for it."""

    first: int
    end: int
    text: str
    coupon: bool
    acts: bool


def letter_row(name: str) -> str:
    """The row of a programme's messages."""
    return f"is written to: {programme(name).removeprefix('outreach ').removeprefix('campaign ')}"


def rows_of(lives: Iterable[PersonTrace], told: Iterable[TimelineEntry]) -> list[str]:
    """The rows that any of the lives needs, from the top."""
    lives, kinds = list(lives), {moment.kind for moment in told}
    letters = sorted({letter.programme for life in lives for letter in life.letters})
    rows = [ORDERS, *([OFFERS] if any(life.held for life in lives) else []), *map(letter_row, letters)]
    needed = ((PARCELS, "parcel"), (QUESTIONS, "question"), (COMPLAINTS, "complaint"), (CHANNELS, CHANNELS))
    return rows + [row for row, kind in needed if kind in kinds]


def first_of(told: Sequence[TimelineEntry], *kinds: str) -> TimelineEntry | None:
    """The first moment of these kinds."""
    return next((moment for moment in told if moment.kind in kinds), None)


def start_of(life: PersonTrace, told: Sequence[TimelineEntry]) -> float | None:
    """The instant at which the person comes into the run; None for somebody who never does."""
    added = first_of(told, "added")
    if added:
        return added.instant
    return None if life.first is None else float(life.first)


def above(told: Sequence[TimelineEntry]) -> list[Label]:
    """The words above the line of a life: amounts in whole units, and how it begins and ends."""
    words = {"added": "added", "drifts": "drifts away: the shop cannot see it"} | {kind: kind for kind in ENDS}
    return [
        Label(moment.instant, f"{moment.cents / 100:,.0f}" if moment.kind == "order" else words[moment.kind])
        for moment in told
        if moment.kind == "order" or moment.kind in words
    ]


def below(told: Sequence[TimelineEntry], row: str, near: float) -> list[Label]:
    """The marks of a lower row, with words where they need any; what ends a complaint within `near` days is in its."""
    if row == PARCELS:
        return [Label(one.instant, "") for one in told if one.kind == "parcel"]
    if row == QUESTIONS:
        waits = {one.same[1]: one.words.removeprefix("is answered ").removeprefix("after ") for one in told
                 if one.kind == "reply"}  # fmt: skip
        return [Label(one.instant, waits.get(one.instant, "never")) for one in told if one.kind == "question"]
    if row == COMPLAINTS:
        return _complaints(told, near)
    return [Label(one.instant, one.words.removeprefix("leaves the channel ")) for one in told if one.kind == row]


def _complaints(told: Sequence[TimelineEntry], near: float) -> list[Label]:
    labels: list[Label] = []
    for one in told:
        if one.kind not in ("complaint", "resolved", "refund"):
            continue
        text = {"complaint": "complains", "resolved": "closed"}.get(one.kind, f"{-one.cents / 100:,.0f} back")
        if one.kind != "complaint" and labels and one.instant - labels[-1].instant < near:
            labels[-1] = replace(labels[-1], text=f"{labels[-1].text}, {text}")
        else:
            labels.append(Label(one.instant, text))
    return labels


def spans(held: Sequence[TracedOffer]) -> list[Span]:
    """Offers held, days in a row as one span, in order of their first days."""
    found: dict[tuple[str, bool, int], list[TracedOffer]] = {}
    for one in held:
        found.setdefault((one.name, one.coupon, one.last), []).append(one)
    told = []
    for days in found.values():
        text = _short(days[0].offer) + (", ran out" if days[-1].ended else "")
        told.append(Span(days[0].day, days[-1].day + 1, text, days[0].coupon, any(day.acts for day in days)))
    return sorted(told, key=lambda span: span.first)


def _short(offer: Offer) -> str:
    """An offer in a few characters, money in whole units."""
    g = offer.generosity
    if offer.depth is not None:
        return f"{100 * g * offer.depth:.3g} %"
    if offer.off is not None:
        return f"−{g * offer.off / 100:.3g}"
    if offer.steps:
        return f"−{g * offer.steps[0].off / 100:.3g} from {offer.steps[0].spend / 100:.3g}"
    return {"lottery": "draw"}.get(offer.format, offer.format)


def placed(labels: Sequence[Label], letter: float, levels: int, last: float, *, clear: bool = False) -> list[Label]:
    """Labels in order of instants, each on the lowest line where it does not run into another.

    `letter` is the width of one in days; a label that would run over the day `last` starts earlier. Words without room
    are dropped; with `clear` they stand beside their marks and also give way to the next one.
    """
    ends = [float("-inf")] * levels
    done: list[Label] = []
    for place, label in enumerate(labels):
        width = letter * (len(label.text) + 1.0)
        start = label.instant
        if start + width > last:
            start = label.instant - width - letter if clear else last - width
        level = next((level for level in range(levels) if ends[level] <= start), None)
        covered = clear and place + 1 < len(labels) and labels[place + 1].instant < start + width + letter
        if level is not None and not covered:
            ends[level] = start + width
        done.append(replace(label, start=start, level=None if covered else level))
    return done


def summary(life: PersonTrace, told: Sequence[TimelineEntry], money: str) -> str:
    """One line on a life: how much was bought, and how often it was written."""
    counts = {kind: sum(moment.kind == kind for moment in told) for kind in ("order", "message", "unsent", "question")}
    if life.first is None and not told:
        return "never becomes a contact"
    words = [_count(counts["order"], "order"), f"{money} paid", _count(counts["message"], "message")]
    words += [f"{counts['unsent']} not delivered (grey)"] if counts["unsent"] else []
    return ", ".join([*words, *([_count(counts["question"], "question")] if counts["question"] else [])])


def _count(number: int, word: str) -> str:
    return f"{number} {word}{'' if number == 1 else 's'}"
