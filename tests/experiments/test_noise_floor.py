"""Noise floors on random numbers: the limit is above the true variance as often as it says, effects as large."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest

from experiments.sweeps.designs import Design, Floats
from experiments.sweeps.noise_floor import noise_effects, noise_sd, noise_variance


def repeated(points: int, base: list[int]) -> Design:
    """Points with common random numbers, some of which are repeated with fresh ones."""
    fresh = np.array([0] * points + list(range(1, len(base) + 1)))
    places = np.array([*range(points), *base])
    return Design(pd.DataFrame(), (), np.zeros((places.size, 1)), fresh, places)


def test_the_limit_is_above_the_true_variance_as_often_as_it_says() -> None:
    rng, design, true = np.random.default_rng(4), repeated(12, list(range(12))), 9.0
    levels = np.concatenate([np.arange(12.0), np.arange(12.0)])
    found = [noise_variance(design, levels + 3.0 * rng.normal(size=24)) for _ in range(500)]
    assert np.mean([one > true for one in found]) == pytest.approx(0.95, abs=0.03)
    middle = [noise_sd(design, levels + 3.0 * rng.normal(size=24)) ** 2 for _ in range(500)]
    assert np.mean(middle) == pytest.approx(true, rel=0.06)


def standard(count: int, seed: int) -> dict[str, float]:
    steps = np.arange(2 * count).reshape(-1, 2)
    return noise_effects(np.random.default_rng(seed), steps)


def test_effects_of_many_steps_are_those_of_differences_of_normals() -> None:
    """Mean size 2 / sqrt(pi), mean 0 with 1.96 sqrt(2 / n), sd sqrt(2); each a little more, being 95 % points."""
    found = standard(1600, 1)
    assert found["mu_star"] == pytest.approx(2.0 / math.sqrt(math.pi), rel=0.08)
    assert found["mu"] == pytest.approx(1.96 * math.sqrt(2.0 / 1600), rel=0.15)
    assert found["sigma"] == pytest.approx(math.sqrt(2.0), rel=0.08)
    few = standard(4, 1)
    assert all(few[name] > 1.3 * found[name] for name in found)


def test_steps_between_the_same_two_values_do_not_average_out() -> None:
    """A switch has two values with random numbers of their own: all its steps are the same difference."""
    one: Floats = np.array(list(noise_effects(np.random.default_rng(2), np.array([[0, 1]] * 400)).values()))
    mu_star, mu, _ = one
    assert mu_star == pytest.approx(1.96 * math.sqrt(2.0), rel=0.12)
    assert mu == pytest.approx(mu_star, rel=0.01)
