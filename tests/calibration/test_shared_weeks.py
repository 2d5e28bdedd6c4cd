"""Levels that all customers share in a week, where the expectation is far from the orders."""

from __future__ import annotations

import numpy as np
import pytest

from calibration.responses.common_shocks import level_covariance, shared_weeks


@pytest.mark.parametrize("seen", [3.0, 300.0])
def test_levels_are_found_however_few_orders_were_due(seen: float) -> None:
    """The slope is 0 at the best levels; a whole Newton step from 0 would have gone beyond what exp can hold."""
    covariance = level_covariance(58, 0.1, 0.2)
    orders, due = np.full(58, seen), np.geomspace(1e-4, 0.06, 58)
    found = shared_weeks(orders, due, covariance)
    assert np.isfinite(found.value)
    assert found.levels == pytest.approx(covariance @ (orders - due * np.exp(found.levels)), rel=1e-3)
    assert (np.diag(found.shrunk) > 0.0).all()
