"""Messages that go to the frequent: the naive difference and the adjusted one, against the effect that was planted."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from calibration.trials.targeting import ObservedLift, observed_lift
from scenarios import InputError
from sim.scenario.shop_history import PastMessage, ShopHistory

EFFECT, DAYS, PEOPLE, GAP = 0.3, 365, 2000, 28


def targeted(effect: float, by_lot: bool = False) -> ShopHistory:
    """Every 28 days a message to the half with most orders in the 60 days before, or by lot; it works for 14 days."""
    rng = np.random.default_rng(3)
    rates = rng.gamma(1.0, 0.03, PEOPLE)
    ordered = np.zeros((DAYS, PEOPLE), dtype=bool)
    ordered[0] = True
    mailing, sent = list(range(70, DAYS, GAP)), []
    until = np.zeros(PEOPLE)
    for day in range(1, DAYS):
        if day in mailing:
            score = rng.random(PEOPLE) + (0.0 if by_lot else 4.0) * ordered[max(day - 60, 0) : day].sum(axis=0)
            sent.append(score > np.median(score))
            until[sent[-1]] = day + 14
        ordered[day] = rng.random(PEOPLE) < 1.0 - np.exp(-rates * np.exp(effect * (day < until)))
    person, day_of = np.nonzero(ordered.T)
    return ShopHistory(
        start=date(2026, 1, 1), days=DAYS, entered=np.ones(PEOPLE, np.int32), lead=np.zeros(PEOPLE, bool),
        deleted=np.full(PEOPLE, DAYS, np.int32), deletions_known=True,
        begin=np.searchsorted(person, np.arange(PEOPLE + 1)).astype(np.int64), order_day=day_of.astype(np.int32),
        saving=np.zeros(person.size), messages=tuple(PastMessage(d, 0.0, "m", "direct", "offer") for d in mailing),
        sent=np.array(sent),
    )  # fmt: skip


@pytest.fixture(scope="module")
def seen() -> ObservedLift:
    return observed_lift(targeted(EFFECT), 14)


def test_targeting_is_taken_out(seen: ObservedLift) -> None:
    assert seen.naive > EFFECT + 0.4
    assert abs(seen.adjusted - EFFECT) < 0.25 * (seen.naive - EFFECT)
    assert seen.evidence == "observational"


def test_lot_needs_no_adjustment() -> None:
    found = observed_lift(targeted(EFFECT, by_lot=True), 14)
    assert abs(found.moved) < 0.1


def test_nothing_sent_is_said() -> None:
    history = targeted(0.0)
    with pytest.raises(InputError, match="one kind alone"):
        observed_lift(ShopHistory(**{**vars(history), "sent": np.zeros_like(history.sent)}), 14)
