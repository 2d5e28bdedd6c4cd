"""Paired differences, their intervals and counts of markets by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats

from experiments.comparison.statistics import (
    DifferenceInterval,
    Floats,
    intervals,
    intervals_of_means,
    joint_quantile,
    least_markets,
    pair_list,
    share_error,
    share_high,
    share_low,
    students_t,
    symmetric_root,
    unit_means,
)

pytestmark = pytest.mark.filterwarnings("error")


def units_of(arms: int, n: int, seed: int = 1) -> Floats:
    return np.random.default_rng(seed).normal(size=(arms, n))


# --- units and pairs ---------------------------------------------------------------------------------------


def test_a_unit_is_a_draw_or_a_replication_of_the_only_one() -> None:
    assert unit_means(np.array([[[1.0, 3.0], [5.0, 9.0]]])).tolist() == [[2.0, 7.0]]
    assert unit_means(np.array([[[1.0, 3.0]], [[5.0, 9.0]]])).tolist() == [[1.0, 3.0], [5.0, 9.0]]
    assert pair_list(3) == [(0, 1), (0, 2), (1, 2)]


def test_an_interval_of_one_pair() -> None:
    """Differences 1, 4, 7: mean 4, sd 3, half-width t times 3 / sqrt(3)."""
    found = intervals(np.array([[[1.0], [4.0], [7.0]], [[0.0], [0.0], [0.0]]]), 0.9)
    half = stats.t.ppf(0.95, 2) * math.sqrt(3.0)
    assert found == [DifferenceInterval(0, 1, 4.0, pytest.approx(4.0 - half), pytest.approx(4.0 + half))]
    assert intervals(np.array([[[1.0]], [[3.0]]]), 0.9) == [DifferenceInterval(0, 1, -2.0, None, None)]
    two = intervals(np.array([[[1.0, 3.0]], [[0.0, 0.0]]]), 0.9)[0]
    assert (two.difference, two.high) == (2.0, pytest.approx(2.0 + stats.t.ppf(0.95, 1)))


def test_intervals_of_several_pairs_have_one_quantile() -> None:
    values = units_of(3, 10)[:, :, None]
    found = intervals(values, 0.9, 500)
    assert [(one.a, one.b) for one in found] == pair_list(3)
    quantile = joint_quantile(values[:, :, 0], 0.9, 500)
    for one in found:
        gap = values[one.a, :, 0] - values[one.b, :, 0]
        half = quantile * gap.std(ddof=1) / math.sqrt(10.0)
        assert (one.difference, one.low, one.high) == pytest.approx((gap.mean(), gap.mean() - half, gap.mean() + half))
    again = intervals(values, 0.9)
    assert again == intervals(values, 0.9, 10_000) != intervals(values, 0.9, 10_001)


def test_students_quantile_and_intervals_of_means() -> None:
    assert students_t(0.95, 12) == pytest.approx(stats.t.ppf(0.975, 11))
    assert students_t(0.8, 2) == pytest.approx(stats.t.ppf(0.9, 1))
    half = stats.t.ppf(0.9, 2) * math.sqrt(3.0)
    found = intervals_of_means(np.array([[1.0, 4.0, 7.0], [2.0, 2.0, 2.0]]), 0.8)
    assert found == [(4.0, pytest.approx(4.0 - half), pytest.approx(4.0 + half)), (2.0, 2.0, 2.0)]
    assert intervals_of_means(np.array([[3.0], [5.0]]), 0.8) == [(3.0, None, None), (5.0, None, None)]
    assert intervals_of_means(np.array([[1.0, 3.0]]), 0.8)[0][2] == pytest.approx(2.0 + stats.t.ppf(0.9, 1))


# --- the quantile of all pairs -------------------------------------------------------------------------------


def test_without_two_units_or_two_arms_there_is_no_quantile() -> None:
    assert math.isnan(joint_quantile(units_of(3, 1), 0.95))
    assert math.isnan(joint_quantile(units_of(1, 5), 0.95))
    assert joint_quantile(units_of(2, 2), 0.95) == pytest.approx(stats.t.ppf(0.975, 1))
    assert joint_quantile(np.zeros((3, 5)), 0.95, 10) == 0.0


def test_of_many_units_the_quantile_is_that_of_the_studentised_range() -> None:
    for arms in (3, 4):
        expected = stats.studentized_range.ppf(0.95, arms, np.inf) / math.sqrt(2.0)
        assert joint_quantile(units_of(arms, 3000), 0.95, 20_000) == pytest.approx(expected, rel=0.02)


def test_of_two_arms_that_matter_the_quantile_is_students() -> None:
    """The third never differs from the first, so that all pairs are one, and few units have wide tails."""
    units = units_of(2, 4)[[0, 1, 0]]
    assert joint_quantile(units, 0.9, 20_000) == pytest.approx(stats.t.ppf(0.95, 3), rel=0.03)
    large = units_of(2, 300)[[0, 1, 0]] * 1e-3 + 1e3
    assert joint_quantile(large, 0.9, 20_000) == pytest.approx(stats.norm.ppf(0.95), rel=0.03)


def test_what_all_arms_share_and_its_size_do_not_matter() -> None:
    units = units_of(3, 12)
    found = joint_quantile(units, 0.95, 2000)
    assert joint_quantile(1e-12 * units, 0.95, 2000) == pytest.approx(found)
    assert joint_quantile(units + units_of(1, 12, 9) * 50.0, 0.95, 2000) == pytest.approx(found)
    assert joint_quantile(units + np.array([[0.0], [5.0], [-70.0]]), 0.95, 2000) == pytest.approx(found)
    assert joint_quantile(units, 0.95, 2000) == found
    assert joint_quantile(units, 0.95, 2001) != found
    assert joint_quantile(units, 0.95) == joint_quantile(units, 0.95, 10_000) != joint_quantile(units, 0.95, 10_001)


def test_many_pairs_are_simulated_from_the_arms_as_few_are_from_differences() -> None:
    """15 arms have 105 pairs and 14 have 91; the fifteenth is the fourteenth again, which adds no t that is larger."""
    units = units_of(14, 30)
    many = joint_quantile(units[[*range(14), 13]], 0.95, 3000)
    assert many == pytest.approx(joint_quantile(units, 0.95, 3000), rel=0.05)
    independent = stats.studentized_range.ppf(0.95, 14, 29 * 13) / math.sqrt(2.0)
    assert many > independent


def test_above_a_thousand_pairs_fewer_simulations_do() -> None:
    """46 arms have 1035 pairs, 45 have 990."""
    units = units_of(46, 201)
    assert joint_quantile(units, 0.95) == joint_quantile(units, 0.95, 2000) != joint_quantile(units, 0.95, 1999)
    assert joint_quantile(units[:45], 0.95, 2000) != joint_quantile(units[:45], 0.95, 2001)


# --- counts of markets ---------------------------------------------------------------------------------------


def test_exact_bounds_of_a_share() -> None:
    assert share_low(57, 60, 0.95) == pytest.approx(stats.binomtest(57, 60).proportion_ci(0.9, "exact").low)
    assert share_high(57, 60, 0.95) == pytest.approx(stats.binomtest(57, 60).proportion_ci(0.9, "exact").high)
    assert (share_low(0, 9, 0.9), share_high(9, 9, 0.9)) == (0.0, 1.0)
    assert (share_low(9, 9, 0.9), share_high(0, 9, 0.9)) == (
        pytest.approx(0.1 ** (1 / 9)),
        pytest.approx(1 - 0.1 ** (1 / 9)),
    )
    assert share_low(0.5, 4, 0.9) > 0.0
    exact = stats.binomtest(4, 10).proportion_ci(0.9, "exact")
    assert share_error(0.4, 10, 0.9) == pytest.approx(exact.high - 0.4)
    exact = stats.binomtest(6, 10).proportion_ci(0.9, "exact")
    assert share_error(0.6, 10, 0.9) == pytest.approx(0.6 - exact.low)


def test_the_fewest_markets() -> None:
    assert least_markets(0.9, 0.95) == math.ceil(math.log(0.05) / math.log(0.9)) == 29
    assert least_markets(0.95, 0.9) == math.ceil(math.log(0.1) / math.log(0.95)) == 45
    assert [least_markets(share, 0.95) for share in (0.0, 0.5)] == [1, 5]


def test_a_root_of_a_covariance() -> None:
    matrix = np.array([[4.0, 1.0], [1.0, 3.0]])
    root = symmetric_root(matrix)
    assert root @ root == pytest.approx(matrix)
    assert root == pytest.approx(root.T)
    assert np.linalg.eigvalsh(root).min() > 0.0
    half = np.array([[4.0, 2.0], [0.0, 3.0]])
    assert symmetric_root(half) == pytest.approx(root)
    assert symmetric_root(np.diag([-1.0, 9.0])) == pytest.approx(np.diag([0.0, 3.0]))
    assert symmetric_root(np.diag([0.25, 9.0])) == pytest.approx(np.diag([0.5, 3.0]))
