"""Hours of the day: what people do falls as the multipliers say, and how much they do on a day is the same."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from sim import Ledger, run
from sim.hours import area_until, instant_of, marks_of, part_at, time_of
from sim.stages import Event
from tests.worlds import RESPONSES_OFF, scenario

EVENING = (0.2,) * 7 + (0.8,) * 12 + (2.6, 2.8, 2.0, 1.0, 0.6)
HOURS = tuple(24.0 * w / sum(EVENING) for w in EVENING)
SHARES = np.array(HOURS) / 24.0
BUYING: dict[str, Any] = {
    **RESPONSES_OFF,
    "market.start_with": 6000,
    "market.need.order_rate.mean": 0.05,
    "market.optout.background": 0.002,
    "market.service.questions_per_order": 1.0,
}


@cache
def ledger(hours: tuple[float, ...]) -> Ledger:
    return run(scenario(BUYING | {"market.need.season.hours": hours}, days=60), events=True)


def counts_by_hour(of: Ledger, kind: Event) -> npt.NDArray[np.int64]:
    assert of.events is not None
    instants = np.asarray(of.events["instant"])[np.asarray(of.events["kind"]) == kind]
    return np.bincount((instants % 1.0 * 24.0).astype(np.int64), minlength=24)


def chi_square(counts: npt.NDArray[np.int64], shares: npt.NDArray[np.float64]) -> float:
    expected = shares * counts.sum()
    return float(((counts - expected) ** 2 / expected).sum())


FAR = 67.0
"""Chi-square with 23 degrees of freedom is above it once in 300,000 samples."""


@pytest.mark.parametrize("kind", [Event.ORDER, Event.QUESTION, Event.DELETE])
def test_events_fall_as_the_hours_say(kind: Event) -> None:
    """Questions about orders, too, late in the evening as much as the orders, and no more."""
    counts = counts_by_hour(ledger(HOURS), kind)
    assert counts.sum() > 400
    assert chi_square(counts, SHARES) < FAR
    assert chi_square(counts_by_hour(ledger(()), kind), SHARES) > FAR


def test_a_day_has_as_many_events_for_any_hours() -> None:
    for name in ("orders", "optouts", "drifts", "paid"):
        np.testing.assert_array_equal(ledger(HOURS).series[name], ledger(()).series[name])


def test_even_hours_are_none() -> None:
    even = run(scenario({"market.need.season.hours": (1.0,) * 24}), events=True)
    none = run(scenario(), events=True)
    assert even.events is not None
    assert none.events is not None
    assert even.events["kind"].tolist() == none.events["kind"].tolist()
    np.testing.assert_allclose(even.events["instant"], none.events["instant"], rtol=0.0, atol=1e-12)


def test_time_and_area_are_inverse() -> None:
    marks = marks_of(HOURS)
    assert (marks[0], marks[-1]) == (0.0, 1.0)
    for instant in np.random.default_rng(1).uniform(0.0, 30.0, 2000):
        assert abs(instant_of(area_until(instant, marks), marks) - instant) < 1e-12
    parts = np.linspace(0.0, 1.0, 500)
    times = np.array([time_of(part, marks) for part in parts])
    assert (np.diff(times) > 0.0).all()
    np.testing.assert_allclose([part_at(time, marks) for time in times], parts, rtol=0.0, atol=1e-14)
