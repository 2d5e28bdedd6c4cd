"""Silent days without logarithms are the silent days: small steps, large ones, and people who are not silent."""

from __future__ import annotations

import numpy as np
import pytest

from sim.past.past_arrays import HiddenRates
from sim.past.silent_days import NO_MORE, DayAreas, PastProgress, add_silence, progress_for
from sim.past.small_steps import SMALL, Leaving, add_small_steps, leaving_steps
from sim.stages import Stage

PEOPLE, DAYS, ALPHA = 40, 60, 20.0
RATES = HiddenRates(0.8, ALPHA, 0.6, 90.0, 1.5, 1.0)


def progress() -> PastProgress:
    """Half of the people would not be known to be deleted, a quarter have an order to come."""
    so_far, places = progress_for(PEOPLE), np.arange(PEOPLE)
    so_far.shape[:] = 0.8 + places % 7
    so_far.hidden[:] = places % 2 == 0
    so_far.due[:] = np.where(places % 4 == 3, 50, NO_MORE)
    return so_far


@pytest.mark.parametrize("most", [1.0, 12.0])
def test_small_steps_are_silent_days(most: float) -> None:
    """With `most` of 12 some days go by logarithms."""
    rng, stages = np.random.default_rng(3), np.full(PEOPLE, Stage.REPEATER, dtype=np.int8)
    one, other, silent = progress(), progress(), np.flatnonzero(np.arange(PEOPLE) % 4 != 3)
    mean_one, mean_other = np.zeros(PEOPLE), np.zeros(PEOPLE)
    leaving, largest = Leaving(np.zeros((9, PEOPLE))), 0.0
    for _ in range(DAYS):
        areas = DayAreas(most * rng.random(PEOPLE), rng.random(PEOPLE), 0.05 * rng.random(PEOPLE))
        add_silence(silent, areas, one, RATES, ALPHA, False, False, mean_one)
        leaving_steps(stages, areas, other, RATES, leaving)
        add_small_steps(leaving, areas, other, RATES, ALPHA, mean_other)
        largest = max(largest, float((0.5 * areas.order / (ALPHA + one.order + 0.5 * areas.order)).max()))
        for so_far in (one, other):
            for name in ("order", "drift", "delete"):
                getattr(so_far, name)[:] += getattr(areas, name)
    assert (largest > SMALL) == (most > 1.0)
    assert one.silence[silent].min() > 0.0
    np.testing.assert_allclose(other.silence, one.silence, rtol=1e-12)
    np.testing.assert_allclose(mean_other, mean_one, rtol=1e-12)
