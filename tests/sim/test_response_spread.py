"""Taking everybody at the mean response leaves the lift of messages and offers where it is."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest

from benchmarks.response_spread import CONTACT, SPREADS, in_errors, shifts, slopes_at_truth

PEOPLE = 10_000
FAR = 3.5
RESPONSES = ("attention.max_lift", "attention.weight.offer", "attention.saturation", "offers.elasticity",
             "fatigue.order_effect", "need.order_rate.mean")  # fmt: skip
PATHS = (*RESPONSES, "need.order_rate.shape")


@cache
def added(*changes: tuple[str, float]) -> dict[str, float]:
    """What people who differ add to the slopes at the truth, in standard errors of a shop of people alike."""
    alike = slopes_at_truth({}, PEOPLE, 1, PATHS)
    differ = slopes_at_truth(dict(changes), PEOPLE, 1, PATHS)
    return dict(zip(PATHS, in_errors(differ - alike, alike).tolist(), strict=True))


@pytest.mark.slow
def test_people_who_differ_in_response_move_no_response() -> None:
    """All three traits at the upper end of their priors."""
    found = added(*SPREADS["all three"].items())
    assert all(abs(found[path]) < FAR for path in RESPONSES), found


@pytest.mark.slow
def test_a_spread_or_a_stock_that_matters_would_be_seen() -> None:
    """A spread of 1.5 shows as order rates that differ more; interactions, of which a history holds none, as lift."""
    assert added((CONTACT, 1.5))["need.order_rate.shape"] < -FAR
    silent = added(*SPREADS["interactions"].items())
    assert max(abs(silent[path]) for path in RESPONSES) > FAR


def test_a_shift_is_that_of_the_top() -> None:
    """Of a regression by least squares, whose scores are known."""
    rng = np.random.default_rng(3)
    x = rng.standard_normal((2, 50_000))
    alike = x * rng.standard_normal(50_000)
    added_slopes = x * (np.array([0.02, -0.01]) @ x)
    shift, error, _ = shifts(added_slopes, alike)
    np.testing.assert_allclose(shift, [0.02, -0.01], atol=1e-3)
    assert error.max() < 1e-3
