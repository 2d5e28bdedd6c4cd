"""What a drawn timeline shows: its rows, the marks of each row with their labels, and where labels have room."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from experiments.output.format_values import format_count
from experiments.traces.timeline_entries import TimelineEntry, format_programme

if TYPE_CHECKING:
    from sim.output.person_trace import PersonTrace, TracedOffer

ENDS = ("deletes the contact", "ends the relation")
ORDERS, OFFERS, PARCELS, QUESTIONS, COMPLAINTS, CHANNELS = (
    "pays for an order", "holds an offer", "gets a parcel", "asks, is answered after", "complains", "leaves a channel",
)  # fmt: skip


@dataclass(frozen=True)
class Label:
    """Text at an instant, written from the day `start` on, on line `level`; None where it has no room."""

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


def message_row(name: str) -> str:
    """The row of a programme's messages."""
    return f"is written to: {format_programme(name).removeprefix('outreach ').removeprefix('campaign ')}"


def rows_of(traces: Iterable[PersonTrace], entries: Iterable[TimelineEntry]) -> list[str]:
    """The rows that any of the traces needs, from the top."""
    traces, kinds = list(traces), {entry.kind for entry in entries}
    programmes = sorted({letter.programme for trace in traces for letter in trace.messages})
    rows = [ORDERS, *([OFFERS] if any(trace.offers for trace in traces) else []), *map(message_row, programmes)]
    needed = ((PARCELS, "parcel"), (QUESTIONS, "question"), (COMPLAINTS, "complaint"), (CHANNELS, CHANNELS))
    return rows + [row for row, kind in needed if kind in kinds]


def first_of(entries: Sequence[TimelineEntry], *kinds: str) -> TimelineEntry | None:
    """The first entry of these kinds."""
    return next((entry for entry in entries if entry.kind in kinds), None)


def start_of(trace: PersonTrace, entries: Sequence[TimelineEntry]) -> float | None:
    """The instant from which the person is a contact; None where the person never becomes one."""
    added = first_of(entries, "added")
    if added:
        return added.instant
    return None if trace.first is None else float(trace.first)


def above(entries: Sequence[TimelineEntry]) -> list[Label]:
    """Labels above the first row: amounts in whole units, and the beginning and the end of the contact."""
    words = {"added": "added", "drifts": "drifts away: the shop cannot see it"} | {kind: kind for kind in ENDS}
    return [
        Label(one.instant, f"{one.cents / 100:,.0f}" if one.kind == "order" else words[one.kind])
        for one in entries
        if one.kind == "order" or one.kind in words
    ]


def below(entries: Sequence[TimelineEntry], row: str, near: float) -> list[Label]:
    """The marks of a lower row with their labels; a complaint that ends within `near` days has one label for both."""
    if row == PARCELS:
        return [Label(one.instant, "") for one in entries if one.kind == "parcel"]
    if row == QUESTIONS:
        waits = {one.match_key[1]: one.words.removeprefix("is answered ").removeprefix("after ") for one in entries
                 if one.kind == "reply"}  # fmt: skip
        return [Label(one.instant, waits.get(one.instant, "never")) for one in entries if one.kind == "question"]
    if row == COMPLAINTS:
        return _complaints(entries, near)
    return [Label(one.instant, one.words.removeprefix("leaves the channel ")) for one in entries if one.kind == row]


def _complaints(entries: Sequence[TimelineEntry], near: float) -> list[Label]:
    labels: list[Label] = []
    for one in entries:
        if one.kind not in ("complaint", "resolved", "refund"):
            continue
        text = {"complaint": "complains", "resolved": "closed"}.get(one.kind, f"{-one.cents / 100:,.0f} back")
        if one.kind != "complaint" and labels and one.instant - labels[-1].instant < near:
            labels[-1] = replace(labels[-1], text=f"{labels[-1].text}, {text}")
        else:
            labels.append(Label(one.instant, text))
    return labels


def offer_spans(held: Sequence[TracedOffer]) -> list[Span]:
    """Offers held, consecutive days as one span, in order of their first days."""
    found: dict[tuple[str, bool, int], list[TracedOffer]] = {}
    for one in held:
        found.setdefault((one.name, one.coupon, one.last), []).append(one)
    spans = []
    for days in found.values():
        text = days[0].offer.terms.label(days[0].offer.generosity) + (", ran out" if days[-1].ended else "")
        spans.append(Span(days[0].day, days[-1].day + 1, text, days[0].coupon, any(day.acts for day in days)))
    return sorted(spans, key=lambda span: span.first)


def place_labels(
    labels: Sequence[Label], letter: float, levels: int, last: float, *, beside: bool = False
) -> list[Label]:
    """Labels in order of instants, each on the lowest line where it does not overlap another.

    `letter` is the width of a letter in days. A label that would extend beyond the day `last` starts earlier. A label
    without room gets no level. With `beside`, labels stand beside their marks and must not cover the next mark either.
    """
    ends = [float("-inf")] * levels
    done: list[Label] = []
    for place, label in enumerate(labels):
        width = letter * (len(label.text) + 1.0)
        start = label.instant
        if start + width > last:
            start = label.instant - width - letter if beside else last - width
        level = next((level for level in range(levels) if ends[level] <= start), None)
        covered = beside and place + 1 < len(labels) and labels[place + 1].instant < start + width + letter
        if level is not None and not covered:
            ends[level] = start + width
        done.append(replace(label, start=start, level=None if covered else level))
    return done


def summary(trace: PersonTrace, entries: Sequence[TimelineEntry], money: str) -> str:
    """One line about a timeline: orders, payments, messages and questions."""
    counts = {kind: sum(one.kind == kind for one in entries) for kind in ("order", "message", "unsent", "question")}
    if trace.first is None and not entries:
        return "never becomes a contact"
    words = [format_count(counts["order"], "order"), f"{money} paid", format_count(counts["message"], "message")]
    words += [f"{counts['unsent']} not delivered (grey)"] if counts["unsent"] else []
    return ", ".join([*words, *([format_count(counts["question"], "question")] if counts["question"] else [])])
