"""What messages seem to do where nobody was left out by lot: as it is, and adjusted for who was written to.

Messages go to the recent and the frequent, who order more anyway. A Poisson regression of orders in windows of days on
whether a person was written to, with the window, the days since the last order and earlier orders beside it, takes out
what these explain. What they do not explain stays in it: the estimate is observational however much is adjusted.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from calibration.trials.past_trials import Windows
from scenarios.errors import InputError
from sim.scenario.shop_history import ShopHistory

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

BEFORE = 90
"""Days of orders before a window that say how often a person orders."""
MOST_WINDOWS, MOST_PEOPLE = 30, 5_000
STEPS, SETTLED = 50, 1e-9
RIDGE = 1e-8


@dataclass(frozen=True)
class ObservedLift:
    """Log of the orders of those written to over those of the others, with standard errors by person."""

    naive: float
    naive_error: float
    adjusted: float
    adjusted_error: float
    windows: int
    people: int

    evidence = "observational"

    @property
    def moved(self) -> float:
        """How much the adjustment takes off the log."""
        return self.naive - self.adjusted


def observed_lift(history: ShopHistory, days: int = 14) -> ObservedLift:
    """Orders in the `days` from each day of messages on, of those who got one then and of the others.

    Windows begin with the message, since orders before it decide who gets it. Of many days the 30 with most messages
    are taken, and of many people 5,000 by lot.

    Raises InputError where no message was sent, or everybody always got one.
    """
    if history.size > MOST_PEOPLE:
        by_lot = np.random.default_rng(61).permutation(history.size) < MOST_PEOPLE
        history = history.of(by_lot)
    mailing = np.unique([message.day for message in history.messages]).astype(np.int64)
    starts = mailing[(mailing >= BEFORE) & (mailing + days <= history.days)]
    if history.sent is None or not starts.size:
        expected = f"messages, {BEFORE} days before and {days} days after them"
        raise InputError(place="history", expected=expected, got=f"{len(history.messages)} in {history.days} days")
    starts = _busiest(history, starts)
    windows = Windows(history, 0, starts, days)
    earlier = Windows(history, 0, starts - BEFORE, BEFORE).orders
    written = Windows(history, 0, starts, 1).sent(list(range(len(history.messages))))
    dealt = windows.dealt
    if not 0 < (written & dealt).sum() < dealt.sum():
        raise InputError(place="history", expected="windows with and without a message", got="one kind alone")
    window, person = np.nonzero(dealt)
    orders, sent = windows.orders[dealt].astype(float), written[dealt].astype(float)
    known = np.stack([np.log1p(windows.recency[dealt]), np.log1p(earlier[dealt])], axis=1)
    known = np.column_stack([known, known**2, known[:, 0] * known[:, 1]])
    of_window = np.eye(starts.size)[window]
    naive = poisson_effect(np.column_stack([sent, np.ones(sent.size)]), orders, person)
    adjusted = poisson_effect(np.column_stack([sent, of_window, known]), orders, person)
    return ObservedLift(*naive, *adjusted, int(starts.size), int(np.unique(person).size))


def _busiest(history: ShopHistory, starts: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """The days of `starts` with most messages, in order."""
    assert history.sent is not None
    day = [message.day for message in history.messages]
    sent = np.bincount(day, weights=history.sent.sum(axis=1), minlength=history.days)[starts]
    return np.sort(starts[np.argsort(-sent, kind="stable")[:MOST_WINDOWS]])


def poisson_effect(design: Floats, counts: Floats, group: npt.NDArray[np.int64]) -> tuple[float, float]:
    """The first coefficient of a Poisson regression with log link, and its standard error robust by `group`.

    design: shape (rows, columns). By Newton; errors by the sandwich of scores added up by group (Liang & Zeger 1986).
    """
    design = design[:, design.any(axis=0)]
    at = np.linalg.lstsq(design, np.log(counts + 0.5), rcond=None)[0]
    bend = np.eye(at.size)
    for _ in range(STEPS):
        mean = np.exp(np.minimum(design @ at, 30.0))
        bend = design.T @ (design * mean[:, None]) + RIDGE * np.eye(at.size)
        move = np.linalg.solve(bend, design.T @ (counts - mean))
        at = at + np.clip(move, -2.0, 2.0)
        if np.abs(move).max() < SETTLED:
            break
    mean = np.exp(np.minimum(design @ at, 30.0))
    scores = np.zeros((int(group.max()) + 1, at.size))
    np.add.at(scores, group, design * (counts - mean)[:, None])
    inverse = np.linalg.inv(bend)
    covariance = inverse @ (scores.T @ scores) @ inverse
    return float(at[0]), float(np.sqrt(covariance[0, 0]))
