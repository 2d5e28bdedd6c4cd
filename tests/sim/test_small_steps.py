"""Silent days without logarithms are the silent days: small steps, large ones, and people who are not silent."""

from __future__ import annotations

import numpy as np
import pytest

from sim.past.past_arrays import HiddenRates
from sim.past.regular_steps import LEAST_LEFT, add_regular_steps
from sim.past.silent_days import (
    NO_MORE,
    DayAreas,
    PastProgress,
    add_silence,
    log_beta_of,
    next_order,
    no_order,
    progress_for,
)
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


@pytest.mark.parametrize("k", [0.7, 1.3, 3.0])
def test_regular_steps_are_silent_days(k: float) -> None:
    """For years, J, too, which then has fallen far; some days go by incomplete betas, most do not."""
    rng, stages = np.random.default_rng(4), np.full(PEOPLE, Stage.REPEATER, dtype=np.int8)
    one, other, silent = progress(), progress(), np.flatnonzero(np.arange(PEOPLE) % 4 != 3)
    rates, mean_one, mean_other = RATES._replace(k=k), np.zeros(PEOPLE), np.zeros((2, PEOPLE))
    hazards = np.zeros(PEOPLE)
    leaving, anew = Leaving(np.zeros((9, PEOPLE))), 0
    for so_far in (one, other):
        so_far.shape[:] = 0.8 + k * (np.arange(PEOPLE) % 7)
        so_far.order[:] = so_far.order_last[:] = 3.0 * (np.arange(PEOPLE) % 7)
        so_far.log_beta[:] = [log_beta_of(a, k) for a in so_far.shape]
    for day in range(700):
        areas = DayAreas((day % 5 > 0) * rng.random(PEOPLE), rng.random(PEOPLE), 0.05 * rng.random(PEOPLE))
        left = one.silence.copy()
        add_silence(silent, areas, one, rates, ALPHA, False, False, mean_one)
        for i in silent[:5]:
            run = one.order[i] - one.order_last[i] + 0.5 * areas.order[i]
            begun = ALPHA + k * one.order_last[i]
            none, _ = no_order(run, one.shape[i], begun, k, one.log_beta[i])
            hazards[i] += (one.silence[i] - left[i]) * next_order(run, one.shape[i], begun, k, one.log_beta[i]) / none
        leaving_steps(stages, areas, other, rates, leaving)
        sure = other.sure.copy()
        add_regular_steps(leaving, areas, other, rates, ALPHA, mean_other)
        anew += int(np.count_nonzero(other.sure != sure))
        for so_far in (one, other):
            for name in ("order", "drift", "delete"):
                getattr(so_far, name)[:] += getattr(areas, name)
    exact = [
        no_order(run, a, ALPHA + k * begun, k, log_beta_of(a, k))[0]
        for run, a, begun in zip(one.order - one.order_last, one.shape, one.order_last, strict=True)
    ]
    assert silent.size < anew < 20 * silent.size
    assert min(exact) < LEAST_LEFT
    np.testing.assert_allclose(other.quiet[silent], np.array(exact)[silent], rtol=1e-11)
    np.testing.assert_allclose(other.silence, one.silence, rtol=1e-12)
    np.testing.assert_allclose(mean_other[0], mean_one, rtol=1e-12)
    # the hazard of the next order at noon, in the place of that at both points of each day
    np.testing.assert_allclose(mean_other[1, silent[:5]], hazards[silent[:5]], rtol=0.02)
