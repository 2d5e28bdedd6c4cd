"""At the truth the likelihood's slopes are zero; people at the mean response and interactions leave them there."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest

from benchmarks.response_spread import CONTACT, PATHS, SPREADS, Floats, in_errors, shifts, slopes_at_truth

PEOPLE = 10_000
FAR = 3.5
RESPONSES = ("attention.max_lift", "attention.weight.offer", "attention.saturation", "offers.elasticity",
             "fatigue.order_effect", "need.order_rate.mean")  # fmt: skip


@cache
def alike() -> Floats:
    return slopes_at_truth({}, PEOPLE, 1)


@cache
def added(*changes: tuple[str, float]) -> dict[str, float]:
    """What people who differ add to the slopes at the truth, in standard errors of a shop of people alike."""
    found = in_errors(slopes_at_truth(dict(changes), PEOPLE, 1) - alike(), alike())
    return dict(zip(PATHS, found.tolist(), strict=True))


@pytest.mark.slow
def test_slopes_of_people_alike_are_zero() -> None:
    """Every number's; in the same shop where the wish to wait is taken for a tenth higher, its own is not."""
    found = in_errors(alike(), alike())
    assert np.max(np.abs(found)) < FAR, found
    believed = slopes_at_truth({}, PEOPLE, 1, ("offers.waiting",), {"offers.waiting": 0.88})
    assert in_errors(believed, believed)[0] < -FAR


@pytest.mark.slow
def test_people_who_differ_in_response_move_no_response() -> None:
    """All three traits at the upper end of their priors."""
    found = added(*SPREADS["all three"].items())
    assert all(abs(found[path]) < FAR for path in RESPONSES), found


@pytest.mark.slow
def test_a_spread_that_matters_would_be_seen() -> None:
    """A spread of 1.5 shows as order rates that differ more."""
    assert added((CONTACT, 1.5))["need.order_rate.shape"] < -FAR


@pytest.mark.slow
def test_interactions_move_no_number() -> None:
    """A history holds none; where silence goes by orders alone, as if nobody interacted, they do."""
    more = SPREADS["interactions"]
    assert all(abs(z) < FAR for z in added(*more.items()).values()), added(*more.items())
    by_orders = slopes_at_truth(more, PEOPLE, 1, RESPONSES, {"engagement.rate": 1e-9})
    assert np.max(np.abs(in_errors(by_orders, by_orders))) > FAR


def test_a_shift_is_that_of_the_top() -> None:
    """Of a regression by least squares, whose scores are known."""
    rng = np.random.default_rng(3)
    x = rng.standard_normal((2, 50_000))
    alike = x * rng.standard_normal(50_000)
    added_slopes = x * (np.array([0.02, -0.01]) @ x)
    shift, error, _ = shifts(added_slopes, alike)
    np.testing.assert_allclose(shift, [0.02, -0.01], atol=1e-3)
    assert error.max() < 1e-3
