"""Where two timelines of one person diverge: the first difference in treatment, state and actions, and its cause."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from experiments.traces.timeline_entries import TimelineEntry, TimelineFormat, actions, format_offer, orders, treatment

if TYPE_CHECKING:
    from sim.output.person_trace import PersonTrace
    from sim.scenario import Scenario

HAZARD_STATE = {
    "attention": "attention", "fatigue": "fatigue from messages", "trust": "trust", "habit": "remembered discount",
    "debt": "need borrowed from later", "waiting": "need held back for a campaign", "lam": "own order rate",
}  # fmt: skip
"""State variables that enter a day's hazards, in words."""
_STATE = HAZARD_STATE | {
    "news": "news that will count in their trust", "log_order": "what an added mechanism does to ordering",
    "log_leave": "what an added mechanism does to leaving", "order_left": "how far off the next order is",
    "campaign_day": "the campaigns they have seen", "campaign_gap": "the campaigns they have seen",
    "touches": "messages counted", "last_heard": "the day of their last interaction",
    "drift_left": "how far off drifting away is", "delete_left": "how far off deleting the contact is",
    "problem_left": "how far off a problem with a parcel is", "interact_left": "how far off the next interaction is",
    "stage": "their stage", "orders": "orders counted",
}  # fmt: skip
_BEFORE_ACTIONS = ("attention", "fatigue", "trust", "log_order", "log_leave")
"""State variables of an evening that no action of the same day has changed."""
_ABSENT = {"offer": "no offer", "message": "no message", "reply": "no answer", "refund": "no refund"}


@dataclass(frozen=True)
class FirstDifference:
    """The first entry that two timelines do not share: of `kind`, at the earlier `instant`, in words by arm.

    `effective_from` is that of `TimelineEntry`. `entries` are those of each arm, None where it has none.
    """

    day: int
    instant: float
    effective_from: float
    kind: str
    words: tuple[str, str]
    entries: tuple[TimelineEntry | None, TimelineEntry | None]

    def to_json(self) -> dict[str, Any]:
        """Plain data."""
        return {"day": self.day, "instant": self.instant, "kind": self.kind, "a": self.words[0], "b": self.words[1]}


@dataclass(frozen=True)
class Divergence:
    """Where the timelines of one person under `a` and `b` diverge.

    `treated` is the first difference in treatment, `did` in actions, `bought` in orders; `state` is the first evening
    on which state variables differ, and which. `day` and `instant` are those of the earliest difference, None for equal
    timelines. In words: `cause` says why they diverge, `actions` what the person then does, and `circumstances` which
    offers and state the person had when they did it.
    """

    a: str
    b: str
    day: int | None
    instant: float | None
    treated: FirstDifference | None
    did: FirstDifference | None
    bought: FirstDifference | None
    state: tuple[int, tuple[str, ...]] | None
    cause: str
    actions: str
    circumstances: str

    @property
    def sentences(self) -> tuple[str, ...]:
        """Cause, actions and circumstances, where there are any."""
        return tuple(words for words in (self.cause, self.actions, self.circumstances) if words)

    @property
    def words(self) -> str:
        """The same on one line."""
        return " ".join(self.sentences)

    def to_json(self) -> dict[str, Any]:
        """Plain data: days, instants, what each arm has, and the words."""
        differences = (("treated", self.treated), ("did", self.did), ("bought", self.bought))
        state = None if self.state is None else {"day": self.state[0], "columns": list(self.state[1])}
        return {
            "a": self.a,
            "b": self.b,
            "day": self.day,
            "instant": self.instant,
            **{name: None if one is None else one.to_json() for name, one in differences},
            "state": state,
            "cause": self.cause,
            "words": self.words,
        }


@dataclass(frozen=True)
class TracePair:
    """Traces of one person under two arms, of the same draw and replication."""

    arms: tuple[str, str]
    traces: tuple[PersonTrace, PersonTrace]
    scenarios: tuple[Scenario, Scenario]

    @property
    def formats(self) -> TimelineFormat:
        """First date and currency."""
        return TimelineFormat(self.scenarios[0].run.start, self.scenarios[0].market.money.currency)

    def first(self, entries: Callable[[PersonTrace, TimelineFormat], list[TimelineEntry]]) -> FirstDifference | None:
        """The first difference between the entries of both traces."""
        a, b = (entries(trace, self.formats) for trace in self.traces)
        return first_difference(a, b, self.formats)


def find_divergence(pair: TracePair) -> Divergence:
    """Compare two traces."""
    treated, did, bought = pair.first(treatment), pair.first(actions), pair.first(orders)
    state = first_state(*pair.traces)
    seen = min((one for one in (treated, did) if one), key=lambda one: one.effective_from, default=None)
    in_state = state is not None and (seen is None or state[0] < seen.day)
    day, instant = (seen.day, seen.instant) if seen else (None, None)
    if state and in_state:
        day, instant = state[0], float(state[0])
    if treated and seen is treated and not in_state:
        cause = _sentence("What is done to them first differs", treated, pair)
    else:
        cause = _cause_in_state(pair, did, state)
    then = _format_actions(pair, did, bought) if did or not (treated or state) else "They do the same under both arms."
    if treated and did and treated.effective_from <= did.instant < treated.instant:
        then = f"A message is effective from the midnight before it. {then}"
    circumstances = _circumstances(pair, bought or did) if did else ""
    return Divergence(*pair.arms, day, instant, treated, did, bought, state, cause, then, circumstances)


def _format_actions(pair: TracePair, did: FirstDifference | None, bought: FirstDifference | None) -> str:
    sentences = [_sentence("What they do first differs", did, pair)] if did else []
    if did and bought and did.kind != "order":
        sentences.append(_sentence("Their orders first differ", bought, pair))
    return " ".join(sentences)


def first_difference(
    a: Sequence[TimelineEntry], b: Sequence[TimelineEntry], formats: TimelineFormat
) -> FirstDifference | None:
    """The earliest entry of one list that is not in the other, with the corresponding entry there."""
    only = _without(a, b), _without(b, a)
    firsts = [(entries[0].effective_from, entries[0].instant, side) for side, entries in enumerate(only) if entries]
    if not firsts:
        return None
    side = min(firsts)[2]
    first = only[side][0]
    others = only[1 - side]
    match = next((one for one in others if one.match_key == first.match_key), None) or _of_same_day(first, others)
    pair = (first, match) if side == 0 else (match, first)
    words = (format_side(pair[0], first, formats), format_side(pair[1], first, formats))
    if words[0] == words[1] and first.kind == "offer":
        words = (f"{words[0]} of pull {_pull(pair[0])}", f"{words[1]} of pull {_pull(pair[1])}")
    return FirstDifference(first.day, first.instant, first.effective_from, first.kind, words, pair)


def _of_same_day(first: TimelineEntry, others: Sequence[TimelineEntry]) -> TimelineEntry | None:
    """Another message or offer of the same day."""
    alike = (one for one in others if (one.kind, one.day) == (first.kind, first.day))
    return next(alike, None) if first.kind in ("message", "offer") else None


def _without(a: Sequence[TimelineEntry], b: Sequence[TimelineEntry]) -> list[TimelineEntry]:
    """The entries of one list that the other does not have, in order."""
    others = Counter(entry.key for entry in b)
    only = []
    for entry in a:
        if others[entry.key] > 0:
            others[entry.key] -= 1
        else:
            only.append(entry)
    return only


def format_side(entry: TimelineEntry | None, first: TimelineEntry, formats: TimelineFormat) -> str:
    """One side of a difference in words; with its day and the delay where it comes later than `first`."""
    if entry is None:
        return _ABSENT.get(first.kind, "nothing of the kind")
    late = entry.instant - first.instant
    if late == 0.0 or entry.kind == "reply":
        return entry.words
    delay = (
        f"{late:.0f} days later" if late >= 2.0 else f"{24 * late:.1f} h later" if late > 1 / 12 else "a little later"
    )
    return f"{entry.words} on {formats.when(entry.day)}, {delay}"


def _pull(entry: TimelineEntry | None) -> str:
    return "0" if entry is None else f"{entry.key[4]:.4g}"


def first_state(a: PersonTrace, b: PersonTrace) -> tuple[int, tuple[str, ...]] | None:
    """The first day on whose evening state variables of the person differ, and which."""
    unequal = {name: ~((a.state[name] == b.state[name]) | (np.isnan(a.state[name]) & np.isnan(b.state[name])))
               for name in a.state}  # fmt: skip
    days = {name: int(np.argmax(where)) for name, where in unequal.items() if where.any()}
    if not days:
        return None
    day = min(days.values())
    return day, tuple(name for name, first in days.items() if first == day)


def _sentence(what: str, difference: FirstDifference, pair: TracePair) -> str:
    at = "" if difference.kind == "offer" else f", {format_clock(difference.instant)}"
    sides = "; ".join(f"under {arm!r} {words}" for arm, words in zip(pair.arms, difference.words, strict=True))
    return f"{what} on {pair.formats.when(difference.day)}{at}: {sides}."


def _cause_in_state(pair: TracePair, did: FirstDifference | None, state: tuple[int, tuple[str, ...]] | None) -> str:
    """The cause where no difference in treatment comes first: state variables, and what the arms decide differently."""
    if did is None and state is None:
        a, b = pair.arms
        return f"Equal timelines under {a!r} and {b!r}: what is done to them and what they do never differs."
    day, names = state or (0, ())
    if did is not None and day >= did.day:
        names = tuple(name for name in names if day == did.day and name in _BEFORE_ACTIONS)
    found = [words for name, words in _STATE.items() if name in names][:2]
    where = f"; on {pair.formats.when(day)} what differs is {' and '.join(found)}" if found else ""
    likely = {"welcome", "service", "delivery"} if {"trust", "news"} & {*names} else set()
    likely = {"acquisition"} if did and did.kind == "added" else likely
    return f"Nothing that is done to them differs before{where}. {_format_arms(*pair.scenarios, likely)}"


def _format_arms(a: Scenario, b: Scenario, likely: set[str]) -> str:
    """What the arms decide differently, by the first names of its paths; the likely ones alone if any differs."""
    mine, other = vars(a.strategy), vars(b.strategy)
    names = [name for name in mine if mine[name] != other[name]]
    names = [name for name in names if name in likely] or names
    words = [f"strategy.{name}" for name in names] + (["a programme in Python"] if a.programmes != b.programmes else [])
    return f"The arms differ in {', '.join(words)}." if words else "The arms decide the same."


def _circumstances(pair: TracePair, action: FirstDifference) -> str:
    """Offers and state variables that differed on the day of an action."""
    held = [
        " and ".join(
            format_offer(one.offer, pair.formats) for one in trace.offers if one.day == action.day and one.acts
        )
        for trace in pair.traces
    ]
    words = [f"{held[0] or 'no offer'} against {held[1] or 'none'}"] if held[0] != held[1] else []
    for name, label in HAZARD_STATE.items():
        a, b = (trace.state[name][action.day] for trace in pair.traces)
        if f"{a:.2g}" != f"{b:.2g}" and not (np.isnan(a) or np.isnan(b)):
            words.append(f"{label} {a:.2g} against {b:.2g}".replace("-", "−"))
    first, second = pair.arms
    return f"That day, {first!r} against {second!r}: {', '.join(words)}." if words else ""


def format_clock(instant: float) -> str:
    """The time of day of an instant, as 14:20."""
    minutes = int((instant % 1.0) * 1440)
    return f"{minutes // 60:02d}:{minutes % 60:02d}"
