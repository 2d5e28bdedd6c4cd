"""Where two lives of one person part, and why: the first difference in what was done to them, and in what they did."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from experiments.traces.timeline import TimelineEntry, TimelineFormat, deeds, offer_words, orders, treatment

if TYPE_CHECKING:
    from sim.output.person_trace import PersonTrace
    from sim.scenario import Scenario

FELT = {
    "attention": "attention", "fatigue": "fatigue from messages", "trust": "trust", "habit": "remembered discount",
    "debt": "need borrowed from later", "waiting": "need held back for a campaign", "lam": "own order rate",
}  # fmt: skip
"""State that a day's hazards were read from, in words."""
_CAUSES = FELT | {
    "news": "news that will count in their trust", "log_order": "what an added mechanism does to ordering",
    "log_leave": "what an added mechanism does to leaving", "order_left": "how far off the next order is",
    "campaign_day": "the campaigns they have seen", "campaign_gap": "the campaigns they have seen",
    "touches": "messages counted", "last_heard": "the day they were last heard of",
    "drift_left": "how far off drifting away is", "delete_left": "how far off deleting the contact is",
    "problem_left": "how far off a problem with a parcel is", "interact_left": "how far off a sign of life is",
    "stage": "their stage", "orders": "orders counted",
}  # fmt: skip
_BEFORE_THE_ACT = ("attention", "fatigue", "trust", "log_order", "log_leave")
"""State of an evening that nothing the person does that day has changed."""
_NOTHING = {"offer": "no offer", "message": "no message", "reply": "no answer", "refund": "no refund"}


@dataclass(frozen=True)
class FirstDifference:
    """The first moment that two lives do not share: of `kind`, at the earlier `instant`, in words by arm.

    `counts` is from when on it can change what the person does (`Moment.counts`). `moments` are what each arm has of
    it, None where there is nothing.
    """

    day: int
    instant: float
    counts: float
    kind: str
    words: tuple[str, str]
    moments: tuple[TimelineEntry | None, TimelineEntry | None]

    def to_json(self) -> dict[str, Any]:
        """Plain data."""
        return {"day": self.day, "instant": self.instant, "kind": self.kind, "a": self.words[0], "b": self.words[1]}


@dataclass(frozen=True)
class Divergence:
    """Where the lives of one person under `a` and `b` part.

    `treated` is the first difference in what was done to them, `did` in what they did, `bought` in what they ordered;
    `state` the first evening on which their state differs, and in which columns. `day` and `instant` are those of the
    earliest, None for lives that are the same. In words: `cause` says why they part, `deeds` what they then do, and
    `feelings` what they were under when they did.
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
    deeds: str
    feelings: str

    @property
    def sentences(self) -> tuple[str, ...]:
        """All that is to be said, in order."""
        return tuple(words for words in (self.cause, self.deeds, self.feelings) if words)

    @property
    def words(self) -> str:
        """The same on one line."""
        return " ".join(self.sentences)

    def to_json(self) -> dict[str, Any]:
        """Plain data: days, instants, what each arm did, and the words."""
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
    """One person's lives under two arms, of the same draw and replication."""

    arms: tuple[str, str]
    lives: tuple[PersonTrace, PersonTrace]
    scenarios: tuple[Scenario, Scenario]

    @property
    def setting(self) -> TimelineFormat:
        """First date and currency."""
        return TimelineFormat(self.scenarios[0].run.start, self.scenarios[0].market.money.currency)

    def first(self, tell: Callable[[PersonTrace, TimelineFormat], list[TimelineEntry]]) -> FirstDifference | None:
        """The first difference in what is told of both lives."""
        a, b = (tell(life, self.setting) for life in self.lives)
        return first_difference(a, b, self.setting)


def part(pair: TracePair) -> Divergence:
    """Compare the two lives."""
    treated, did, bought = pair.first(treatment), pair.first(deeds), pair.first(orders)
    state = first_state(*pair.lives)
    seen = min((one for one in (treated, did) if one), key=lambda one: one.counts, default=None)
    felt = state is not None and (seen is None or state[0] < seen.day)
    day, instant = (seen.day, seen.instant) if seen else (None, None)
    if state and felt:
        day, instant = state[0], float(state[0])
    if treated and seen is treated and not felt:
        cause = _sentence("What is done to them first differs", treated, pair)
    else:
        cause = _felt(pair, did, state)
    told = _deeds(pair, did, bought) if did or not (treated or state) else "They do the same under both, to the end."
    if treated and did and treated.counts <= did.instant < treated.instant:
        told = f"A message counts from the midnight before it. {told}"
    feelings = _that_day(pair, bought or did) if did else ""
    return Divergence(*pair.arms, day, instant, treated, did, bought, state, cause, told, feelings)


def _deeds(pair: TracePair, did: FirstDifference | None, bought: FirstDifference | None) -> str:
    told = [_sentence("What they do first differs", did, pair)] if did else []
    if did and bought and did.kind != "order":
        told.append(_sentence("Their orders first differ", bought, pair))
    return " ".join(told)


def first_difference(
    a: Sequence[TimelineEntry], b: Sequence[TimelineEntry], setting: TimelineFormat
) -> FirstDifference | None:
    """The earliest moment of one list that is not in the other, beside its like there."""
    alone = _without(a, b), _without(b, a)
    firsts = [(moments[0].counts, moments[0].instant, side) for side, moments in enumerate(alone) if moments]
    if not firsts:
        return None
    side = min(firsts)[2]
    first = alone[side][0]
    others = alone[1 - side]
    like = next((one for one in others if one.same == first.same), None) or _that_days(first, others)
    pair = (first, like) if side == 0 else (like, first)
    words = (beside(pair[0], first, setting), beside(pair[1], first, setting))
    if words[0] == words[1] and first.kind == "offer":
        words = (f"{words[0]} of pull {_pull(pair[0])}", f"{words[1]} of pull {_pull(pair[1])}")
    return FirstDifference(first.day, first.instant, first.counts, first.kind, words, pair)


def _that_days(first: TimelineEntry, others: Sequence[TimelineEntry]) -> TimelineEntry | None:
    """Another message or offer of the same day."""
    alike = (one for one in others if (one.kind, one.day) == (first.kind, first.day))
    return next(alike, None) if first.kind in ("message", "offer") else None


def _without(a: Sequence[TimelineEntry], b: Sequence[TimelineEntry]) -> list[TimelineEntry]:
    """The moments of one list that the other does not have, in order."""
    others = Counter(moment.key for moment in b)
    alone = []
    for moment in a:
        if others[moment.key] > 0:
            others[moment.key] -= 1
        else:
            alone.append(moment)
    return alone


def beside(moment: TimelineEntry | None, first: TimelineEntry, setting: TimelineFormat) -> str:
    """One side of a difference; with its own day and how much later where it comes later."""
    if moment is None:
        return _NOTHING.get(first.kind, "nothing of the kind")
    late = moment.instant - first.instant
    if late == 0.0 or moment.kind == "reply":
        return moment.words
    words = (
        f"{late:.0f} days later" if late >= 2.0 else f"{24 * late:.1f} h later" if late > 1 / 12 else "a little later"
    )
    return f"{moment.words} on {setting.when(moment.day)}, {words}"


def _pull(moment: TimelineEntry | None) -> str:
    return "0" if moment is None else f"{moment.key[4]:.4g}"


def first_state(a: PersonTrace, b: PersonTrace) -> tuple[int, tuple[str, ...]] | None:
    """The first day whose evening finds the person's state different, and in which columns."""
    unequal = {name: ~((a.state[name] == b.state[name]) | (np.isnan(a.state[name]) & np.isnan(b.state[name])))
               for name in a.state}  # fmt: skip
    days = {name: int(np.argmax(where)) for name, where in unequal.items() if where.any()}
    if not days:
        return None
    day = min(days.values())
    return day, tuple(name for name, first in days.items() if first == day)


def _sentence(what: str, difference: FirstDifference, pair: TracePair) -> str:
    at = "" if difference.kind == "offer" else f", {clock(difference.instant)}"
    sides = "; ".join(f"under {arm!r} {words}" for arm, words in zip(pair.arms, difference.words, strict=True))
    return f"{what} on {pair.setting.when(difference.day)}{at}: {sides}."


def _felt(pair: TracePair, did: FirstDifference | None, state: tuple[int, tuple[str, ...]] | None) -> str:
    """The cause where nothing was done to them differently before: their state, and what the arms do differently."""
    if did is None and state is None:
        a, b = pair.arms
        return f"The same life under {a!r} and {b!r}: what is done to them and what they do never differs."
    day, names = state or (0, ())
    if did is not None and day >= did.day:
        names = tuple(name for name in names if day == did.day and name in _BEFORE_THE_ACT)
    told = [words for name, words in _CAUSES.items() if name in names][:2]
    found = f"; on {pair.setting.when(day)} what differs is {' and '.join(told)}" if told else ""
    likely = {"welcome", "service", "delivery"} if {"trust", "news"} & {*names} else set()
    likely = {"acquisition"} if did and did.kind == "added" else likely
    return f"Nothing that is done to them differs before{found}. {_apart(*pair.scenarios, likely)}"


def _apart(a: Scenario, b: Scenario, likely: set[str]) -> str:
    """What the arms decide differently, by the first names of its paths; only what is likely, if some of it differs."""
    mine, other = vars(a.strategy), vars(b.strategy)
    names = [name for name in mine if mine[name] != other[name]]
    names = [name for name in names if name in likely] or names
    words = [f"strategy.{name}" for name in names] + (["a programme in Python"] if a.programmes != b.programmes else [])
    return f"The arms differ in {', '.join(words)}." if words else "The arms decide the same."


def _that_day(pair: TracePair, deed: FirstDifference) -> str:
    """What the person was under when they did something differently."""
    held = [
        " and ".join(offer_words(one.offer, pair.setting) for one in life.held if one.day == deed.day and one.acts)
        for life in pair.lives
    ]
    told = [f"{held[0] or 'no offer'} against {held[1] or 'none'}"] if held[0] != held[1] else []
    for name, words in FELT.items():
        a, b = (life.state[name][deed.day] for life in pair.lives)
        if f"{a:.2g}" != f"{b:.2g}" and not (np.isnan(a) or np.isnan(b)):
            told.append(f"{words} {a:.2g} against {b:.2g}".replace("-", "−"))
    first, second = pair.arms
    return f"That day, {first!r} against {second!r}: {', '.join(told)}." if told else ""


def clock(instant: float) -> str:
    """The time of day of an instant, as 14:20."""
    minutes = int((instant % 1.0) * 1440)
    return f"{minutes // 60:02d}:{minutes % 60:02d}"
