"""The stop rule by hand: what the pilot fixes, half-widths, and the units that a precision needs."""

from __future__ import annotations

import math

import numpy as np
import pytest

from experiments.comparison.statistics import DifferenceInterval, students_t
from experiments.comparison.stop_rule import (
    Pilot,
    PrecisionReached,
    half_widths,
    pilot,
    spreads,
    staged_intervals,
    units_needed,
)

UNITS = np.array([[1.0, 4.0, 7.0], [0.0, 0.0, 0.0], [2.0, 1.0, 3.0]])
"""Three arms, of which the pairs differ by 1, 4, 7; by -1, 3, 4; and by -2, -1, -3."""
SPREADS = (3.0, math.sqrt(7.0), 1.0)
FIRST = Pilot(2, 2.0, np.array([1.0, 6.0, 1.0]))


def test_a_pilot_has_its_units_students_quantile_and_the_spread_of_each_pair() -> None:
    found = pilot(UNITS[:2], 0.9)
    assert (found.units, found.quantile) == (3, pytest.approx(students_t(0.9, 3)))
    assert found.spreads == pytest.approx([3.0])
    assert spreads(UNITS) == pytest.approx(SPREADS)
    both = [pilot(UNITS, 0.9, simulations).quantile for simulations in (400, 401)]
    assert both[0] > found.quantile
    assert both[0] != both[1]
    assert pilot(UNITS, 0.9).quantile == pilot(UNITS, 0.9, 10_000).quantile != pilot(UNITS, 0.9, 10_001).quantile


def test_a_half_width_has_the_pilots_quantile_and_the_larger_of_both_spreads() -> None:
    expected = 2.0 * np.array([3.0, 6.0, 1.0]) / math.sqrt(3.0)
    assert half_widths(FIRST, UNITS) == pytest.approx(expected)


def test_units_that_a_precision_needs() -> None:
    """The widest half-width is 12 / sqrt(3) = 6.93; it falls with the root of their number."""
    widest = 12.0 / math.sqrt(3.0)
    assert units_needed(FIRST, UNITS, widest * (1.0 + 1e-9)) == 3
    assert units_needed(FIRST, UNITS, widest) == 3
    assert units_needed(FIRST, UNITS, 1000.0 * widest) == 3
    assert units_needed(FIRST, UNITS, 6.1) == 4
    assert units_needed(FIRST, UNITS, 5.9) == 5
    assert units_needed(FIRST, UNITS, 1.21) == 99
    assert units_needed(FIRST, UNITS, 1e-100) == math.inf
    assert math.isfinite(units_needed(FIRST, UNITS, 1e-98))


def test_intervals_are_around_the_mean_difference_of_all_units() -> None:
    rows, halves = staged_intervals(FIRST, UNITS), half_widths(FIRST, UNITS)
    assert [(row.a, row.b, row.difference) for row in rows] == [(0, 1, 4.0), (0, 2, 2.0), (1, 2, -2.0)]
    for row, half in zip(rows, halves, strict=True):
        assert isinstance(row, DifferenceInterval)
        assert (row.low, row.high) == (pytest.approx(row.difference - half), pytest.approx(row.difference + half))


def test_what_was_reached_is_plain_fields_with_the_number_of_the_pilots_units() -> None:
    found = PrecisionReached("draws", 5.0, 4.5, 40, 12, 400, "precision", FIRST)
    assert found.to_json() == {
        "unit": "draws", "asked": 5.0, "reached": 4.5, "units": 40, "began_with": 12, "most": 400,
        "stopped": "precision", "pilot": 2,
    }  # fmt: skip
