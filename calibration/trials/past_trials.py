"""Trials that a shop's own programmes leave behind: people whom they left out by lot, beside those whom they reached."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from calibration.trials.trial import ArmMessage, Trial, TrialArm, checked_trial
from scenarios.errors import InputError
from sim.scenario.shop_history import PastMessage, PastOffer, ShopHistory

Bools = npt.NDArray[np.bool_]
Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

LONGEST, SHORTEST = 30, 3
"""Days of a window at most and at least; it ends with the next time."""
LEAD_IN = 60
"""Days before a window whose messages are still felt in it."""
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
    ends before the next time. Times are pooled: what the arm was sent is that of the middle time, with the messages
    that had come before. People who had not ordered before a window are not in it. As the same people are in many
    windows, counts are divided by their design effect (Rao & Scott 1992). Raises InputError where it is no trial.
    """
    own = [place for place, message in enumerate(history.messages) if _is_of(message, programme)]
    times = _times(history, programme, own, held_out)
    windows = _Windows(history, times, _window(history, programme, times))
    sent = windows.sent(own)
    dealt = windows.dealt & ~(held_out[None, :] & sent)
    if not (dealt & held_out[None, :]).any():
        raise InputError(place=programme, expected="people left out by lot who had ordered before", got="none")
    recency, stratum = _strata(windows.recency, dealt)
    arm = np.where(held_out, 0, 1)[None, :] * np.ones((times.size, 1), dtype=np.int64)
    people, hits = _scaled_counts(dealt, windows.ordered, arm, stratum)
    reached = np.zeros((2, recency.size))
    for group in range(recency.size):
        here = dealt & (stratum == group) & (arm == 1)
        reached[1, group] = sent[here].mean() if here.any() else 1.0
    trial = Trial(
        name=programme,
        arms=(TrialArm("left out by lot"), _arm(history, programme, windows, own)),
        outcomes=(("order", "order"),),
        window=windows.length,
        recency=recency,
        people=people,
        hits=hits[None],
        reached=reached,
        background=_background(history, windows, own),
        executions=times.size,
    )
    return checked_trial(trial, programme)


def _is_of(message: PastMessage, programme: str) -> bool:
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


def _window(history: ShopHistory, programme: str, times: Ints) -> int:
    gaps = np.diff(np.append(times, history.days))
    length = int(min(LONGEST, gaps[:-1].min() if times.size > 1 else gaps[0]))
    if length < SHORTEST:
        raise InputError(place=programme, expected=f"at least {SHORTEST} days between two times", got=f"{length}")
    return length


@dataclass(frozen=True)
class _Windows:
    """The days of `length` after each of `times` that lie in the history."""

    history: ShopHistory
    starts: Ints
    length: int

    @property
    def times(self) -> Ints:
        return self.starts

    def _orders(self, day: Ints) -> Ints:
        """Orders of each person before each day, counted over all people in order; shape (times, n)."""
        history = self.history
        person = np.repeat(np.arange(history.size), np.diff(history.begin))
        keys = person * (history.days + 2) + history.order_day + 1
        asked = np.arange(history.size)[None, :] * (history.days + 2) + day[:, None] + 1
        return np.asarray(np.searchsorted(keys, asked))

    @property
    def recency(self) -> Ints:
        """Days from the last order before each window to its first day; -1 where there was none."""
        before = self._orders(self.starts)
        had = before > self.history.begin[None, :-1]
        last = self.history.order_day[np.maximum(before - 1, 0)] if self.history.order_day.size else before
        return np.where(had, self.starts[:, None] - last, -1)

    @property
    def ordered(self) -> Bools:
        """Who ordered within each window."""
        return np.asarray(self._orders(self.starts + self.length) > self._orders(self.starts))

    @property
    def dealt(self) -> Bools:
        """Who had ordered before each window and was still a contact; windows that the history cuts short have nobody."""
        history = self.history
        there = (history.entered[None, :] <= self.starts[:, None]) & (history.deleted[None, :] > self.starts[:, None])
        whole = self.starts + self.length <= history.days
        return np.asarray(there & (self.recency >= 0) & whole[:, None])

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


def _scaled_counts(dealt: Bools, ordered: Bools, arm: Ints, stratum: Ints) -> tuple[Floats, Floats]:
    """Windows and windows with an order by arm and stratum, over each arm's design effect; shapes (2, strata)."""
    strata = int(stratum[dealt].max()) + 1
    people, hits = np.zeros((2, strata)), np.zeros((2, strata))
    np.add.at(people, (arm[dealt], stratum[dealt]), 1.0)
    np.add.at(hits, (arm[dealt], stratum[dealt]), ordered[dealt].astype(float))
    share = hits / np.maximum(people, 1.0)
    expected = np.where(dealt, share[arm, np.minimum(stratum, strata - 1)], 0.0)
    miss = np.where(dealt, ordered - expected, 0.0).sum(axis=0)
    usual = (expected * (1.0 - expected)).sum(axis=0)
    for one in range(2):
        of_arm = arm[0] == one
        effect = (miss[of_arm] ** 2).sum() / max(float(usual[of_arm].sum()), 1e-12)
        people[one] /= max(effect, 1.0)
        hits[one] /= max(effect, 1.0)
    return people, hits


def _arm(history: ShopHistory, programme: str, windows: _Windows, own: list[int]) -> TrialArm:
    offers = _offers(history, programme)
    held = offers[len(offers) // 2] if offers else None
    return TrialArm(
        name=programme,
        messages=tuple(_message(day, message) for day, message in windows.about_middle(own)),
        offer=held.offer if held else None,
        lasts=min(held.days, windows.length) if held else 1,
        phases=held.phases if held else (),
    )


def _background(history: ShopHistory, windows: _Windows, own: list[int]) -> tuple[ArmMessage, ...]:
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
