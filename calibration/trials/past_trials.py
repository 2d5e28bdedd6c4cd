"""Trials that a shop's programmes leave behind: people whom they left out by lot, beside those whom they reached."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from calibration.trials.trial import ArmMessage, RepeatedWindows, Trial, TrialArm, checked_trial
from scenarios.errors import InputError
from sim.scenario.shop_history import PastMessage, PastOffer, ShopHistory

Bools = npt.NDArray[np.bool_]
Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

LONGEST, SHORTEST = 30, 3
"""Days of a window at most and at least; it ends with the next time."""
LEAD_IN = 60
"""Days before a window whose messages are still felt in it."""
RISE = 30
"""Days from a programme's first time on that are not counted: what it sends adds up only then."""
MOST = 0.5
"""A message is sent to all of an arm, or to everybody, if at least this share of them got it."""
GROUPS = 6
"""Strata by days since the last order."""


def trials_from_history(history: ShopHistory, held_out: Mapping[str, Bools]) -> tuple[list[Trial], list[str]]:
    """A trial for each programme or campaign of which it is known who was left out by lot, and why others give none.

    held_out: by name, shape (n,).
    """
    trials, reasons = [], []
    for name, who in held_out.items():
        try:
            trials.append(trial_from_history(history, name, who))
        except InputError as problem:
            reasons.append(str(problem))
    return trials, reasons


def trial_from_history(history: ShopHistory, programme: str, held_out: Bools) -> Trial:
    """Orders in the windows after each time that a programme wrote to its people, against those it left out by lot.

    programme: the name in `ShopHistory.messages`, with or without what it begins with. held_out: shape (n,). A window
    ends before the next time. What the arm was sent is that of the middle time, with the messages that had come before.
    Counted are orders of those who came without the programme: buyers before its first time, and newcomers who were
    never leads. As the same people are in many windows and order at different rates, counts are divided by how much
    more they vary between people than Poisson counts would. Raises InputError where it is no trial.
    """
    own = [place for place, message in enumerate(history.messages) if is_of(message, programme)]
    times = _times(history, programme, own, held_out)
    windows = Windows(history, int(times[0]), _settled(times), _window(history, programme, times))
    dealt = windows.dealt
    if not (dealt & held_out[None, :]).any():
        raise InputError(place=programme, expected="people left out by lot who had ordered before", got="none")
    recency, stratum = _strata(windows.recency, dealt)
    orders, reached_by = windows.orders, dealt & ~held_out[None, :]
    people, hits = _scaled_counts(dealt, orders, held_out)
    weights = np.array([orders[reached_by & (stratum == group)].sum() for group in range(recency.size)], dtype=float)
    per_window = np.where(dealt, orders, 0).sum(axis=1).astype(float)
    reached = np.zeros((2, recency.size))
    sent = windows.sent(own)
    for group in range(recency.size):
        here = reached_by & (stratum == group)
        reached[1, group] = sent[here].mean() if here.any() else 1.0
    trial = Trial(
        name=programme,
        arms=(TrialArm("left out by lot"), _arm(history, programme, windows, own)),
        outcomes=(("orders", "order"),),
        window=windows.length,
        recency=recency,
        people=people,
        hits=hits[None],
        reached=reached,
        background=_background(history, windows, own),
        executions=windows.starts.size,
        windows=RepeatedWindows(weights=_shares(weights), elapsed=windows.elapsed(dealt), shares=_shares(per_window)),
    )
    return checked_trial(trial, programme)


def _shares(weights: Floats) -> Floats:
    return np.asarray(weights / weights.sum() if weights.sum() > 0.0 else np.full(weights.size, 1.0 / weights.size))


def is_of(message: PastMessage, programme: str) -> bool:
    """Whether a message is of a programme, named with or without what its name begins with."""
    return message.programme == programme or message.programme.split(".", 1)[-1] == programme


def _offers(history: ShopHistory, programme: str) -> list[PastOffer]:
    return [offer for offer in history.offers if offer.name == programme and not offer.coupon]


def _times(history: ShopHistory, programme: str, own: list[int], held_out: Bools) -> Ints:
    """First days of the times at which the programme wrote to most of its people."""
    if not own or history.sent is None:
        raise InputError(place=programme, expected="messages of this name", got="none")
    firsts = {offer.first for offer in _offers(history, programme)}
    ever = history.sent[own].any(axis=0) & ~held_out
    for place in own if not firsts else ():
        if (history.sent[place] & ~held_out).sum() >= MOST * ever.sum():
            firsts.add(history.messages[place].day)
    if not firsts:
        problem = "its people were written to on many different days, so those left out have none"
        raise InputError(problem, place=programme, expected="days on which most of them were", got="none")
    return np.array(sorted(firsts), dtype=np.int64)


def _settled(times: Ints) -> Ints:
    """The times after the first ones, in which attention has still to rise; all where that would leave few."""
    later = times[times >= times[0] + RISE]
    return later if later.size >= MOST * times.size else times


def _window(history: ShopHistory, programme: str, times: Ints) -> int:
    gaps = np.diff(np.append(times, history.days))
    length = int(min(LONGEST, gaps[:-1].min() if times.size > 1 else gaps[0]))
    if length < SHORTEST:
        raise InputError(place=programme, expected=f"at least {SHORTEST} days between two times", got=f"{length}")
    return length


@dataclass(frozen=True)
class Windows:
    """The days of `length` after each of `starts`; `first` is the programme's first time."""

    history: ShopHistory
    first: int
    starts: Ints
    length: int

    def _before(self, day: Ints) -> Ints:
        """Orders before each day, counted through all people up to each; shape (times, n)."""
        history = self.history
        person, width = np.repeat(np.arange(history.size), np.diff(history.begin)), history.days + 2
        asked = np.arange(history.size)[None, :] * width + day[:, None] + 1
        return np.asarray(np.searchsorted(person * width + history.order_day + 1, asked))

    @property
    def recency(self) -> Ints:
        """Days from the last order before each window to its first day; -1 where there was none."""
        before = self._before(self.starts)
        last = self.history.order_day[np.maximum(before - 1, 0)]
        return np.where(before > self.history.begin[None, :-1], self.starts[:, None] - last, -1)

    @property
    def orders(self) -> Ints:
        """Order-days of each within each window."""
        return self._before(self.starts + self.length) - self._before(self.starts)

    @property
    def dealt(self) -> Bools:
        """Who has come without the programme, had ordered before the window and is still a contact."""
        history = self.history
        there = (history.entered[None, :] <= self.starts[:, None]) & (history.deleted[None, :] > self.starts[:, None])
        whole = self.starts + self.length <= history.days
        own = ~history.lead | (history.order_day[history.begin[:-1].clip(max=history.order_day.size - 1)] < self.first)
        return np.asarray(there & (self.recency >= 0) & whole[:, None] & own[None, :])

    def elapsed(self, dealt: Bools) -> Floats:
        """Days since their first window until the middle of each, on average over those `dealt`; shape (times,)."""
        since = self.starts[:, None] - np.maximum(self.first, self.history.entered)[None, :]
        people = np.maximum(dealt.sum(axis=1), 1)
        return np.asarray(np.where(dealt, since, 0).sum(axis=1) / people + 0.5 * self.length)

    def sent(self, messages: list[int]) -> Bools:
        """Who got one of these messages in each window."""
        assert self.history.sent is not None
        day = np.array([self.history.messages[place].day for place in messages])
        rows = [(day >= start) & (day < start + self.length) for start in self.starts]
        return np.array([self.history.sent[np.array(messages)[row]].any(axis=0) for row in rows])

    def about_middle(self, messages: list[int]) -> list[tuple[int, PastMessage]]:
        """Messages in the middle window and in its lead-in, with their days in it."""
        start = int(self.starts[self.starts.size // 2])
        found = [self.history.messages[place] for place in messages]
        return [(m.day - start, m) for m in found if start - LEAD_IN <= m.day < start + self.length]


def _strata(recency: Ints, dealt: Bools) -> tuple[Floats, Ints]:
    """Days since the last order of each stratum, and the stratum of each window of each person."""
    values = recency[dealt]
    if not values.size:
        raise InputError(place="windows", expected="people who had ordered before", got="none")
    edges = np.unique(np.quantile(values, np.linspace(0.0, 1.0, GROUPS + 1)[1:-1]))
    stratum = np.searchsorted(edges, recency, side="right")
    found = np.unique(stratum[dealt])
    stratum = np.searchsorted(found, stratum)
    return np.array([np.median(recency[dealt & (stratum == g)]) for g in range(found.size)]), stratum


def _scaled_counts(dealt: Bools, orders: Ints, held_out: Bools) -> tuple[Floats, Floats]:
    """Windows and orders of those left out and of the others, over each one's dispersion; two of shape (2, 1)."""
    people, hits = np.zeros((2, 1)), np.zeros((2, 1))
    each, seen = dealt.sum(axis=0).astype(float), np.where(dealt, orders, 0).sum(axis=0)
    for arm, who in enumerate((held_out, ~held_out)):
        rate = seen[who].sum() / max(float(each[who].sum()), 1.0)
        dispersion = ((seen[who] - rate * each[who]) ** 2).sum() / max(float(rate * each[who].sum()), 1e-12)
        people[arm], hits[arm] = np.array([each[who].sum(), seen[who].sum()]) / max(dispersion, 1.0)
    return people, hits


def _arm(history: ShopHistory, programme: str, windows: Windows, own: list[int]) -> TrialArm:
    offers = _offers(history, programme)
    held = offers[len(offers) // 2] if offers else None
    return TrialArm(
        name=programme,
        messages=tuple(_message(day, message) for day, message in windows.about_middle(own)),
        offer=held.offer if held else None,
        lasts=min(held.days, windows.length) if held else 1,
        phases=held.phases if held else (),
    )


def _background(history: ShopHistory, windows: Windows, own: list[int]) -> tuple[ArmMessage, ...]:
    """Messages of other programmes that most people got."""
    if history.sent is None:
        return ()
    others = [place for place in range(len(history.messages)) if place not in set(own)]
    most = [place for place in others if history.sent[place].mean() >= MOST]
    return tuple(_message(day, message) for day, message in windows.about_middle(most))


def _message(day: int, message: PastMessage) -> ArmMessage:
    return ArmMessage(
        message.channel, message.content, day, message.hour, message.items, message.style, message.testimony
    )
