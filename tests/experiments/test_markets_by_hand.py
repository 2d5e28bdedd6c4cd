"""Plausible markets by hand: variance by its source, who is best in how many markets, and the blur between draws."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats

from experiments.comparison.plausible_markets import (
    PlausibleMarkets,
    VarianceShares,
    good_counts,
    level_shifts,
    market_shows,
    plausible,
    reduction_within,
    share_within,
    standing,
    uncertainty,
    variance_reduction,
    within_covariance,
    worst_tenth,
)
from experiments.comparison.statistics import Floats

pytestmark = pytest.mark.filterwarnings("error")
TWO = np.array([[[1.0, 3.0], [5.0, 9.0]], [[0.0, 4.0], [2.0, 2.0]]])
"""Two arms, two draws, two replications: within draws arm 0 is 1 and 2 off its mean, arm 1 is 2 and 0."""


def exact(*means: float, shifts: Floats | None = None) -> PlausibleMarkets:
    """One market, whose means are these."""
    return PlausibleMarkets(np.array(means)[:, None], np.zeros((100, len(means))) if shifts is None else shifts)


def several(*means: list[float]) -> PlausibleMarkets:
    return PlausibleMarkets(np.array(means), np.zeros((100, len(means))))


# --- variance by its source ------------------------------------------------------------------------------


def test_covariance_of_arms_within_a_draw() -> None:
    """Sums of squares 2 + 8 and 8 + 0, of products 4; divided by two draws of one degree of freedom each."""
    assert within_covariance(TWO) == pytest.approx(np.array([[5.0, 2.0], [2.0, 4.0]]))
    assert within_covariance(TWO[:, :, :1]) is None
    three = np.array([[[0.0, 3.0, 6.0]], [[3.0, 0.0, 0.0]]])
    assert within_covariance(three) == pytest.approx(np.array([[9.0, -4.5], [-4.5, 3.0]]))


def test_reduction_of_variance_by_pairs() -> None:
    """5 + 4 over 5 + 4 - 2 * 2."""
    assert variance_reduction(TWO, 0, 1) == variance_reduction(TWO, 1, 0) == pytest.approx(9.0 / 5.0)
    assert reduction_within(np.array([[5.0, 9.0, 2.0], [9.0, 7.0, 9.0], [2.0, 9.0, 4.0]]), 0, 2) == pytest.approx(1.8)
    assert variance_reduction(TWO[:, :, :1], 0, 1) is None
    assert variance_reduction(TWO[[0, 0]], 0, 1) is None
    for paired, found in ((0.9e-10, None), (2e-10, pytest.approx(5e11, rel=1e-3))):
        assert reduction_within(np.array([[50.0, 50.0], [50.0, 50.0 + paired]]), 0, 1) == found


def test_shares_of_variance() -> None:
    """Differences 0 and 6 apart by 2 and 4 in the replications: chance (2 + 8) / 2, means apart 4.5^2 * 2."""
    values = np.stack([np.array([[1.0, -1.0], [8.0, 4.0]]) + 5.0, np.full((2, 2), 5.0)])
    market = 18.0 - 5.0 / 2.0
    found = uncertainty(values, 0, 1)
    assert found == VarianceShares(pytest.approx(market / (market + 5.0)), pytest.approx(5.0 / (market + 5.0)))
    assert uncertainty(values, 1, 0) == found
    assert uncertainty(np.stack([values[0], values[0] * 7.0, values[1]]), 0, 2) == found
    alike = np.stack([np.array([[1.0, -1.0], [2.0, -2.0]]), np.zeros((2, 2))])
    assert uncertainty(alike, 0, 1) == VarianceShares(0.0, 1.0)
    assert uncertainty(np.stack([np.array([[1.0, 1.0], [2.0, 2.0]]), np.zeros((2, 2))]), 0, 1) == VarianceShares(
        1.0, 0.0
    )
    apart = np.array([-1.5, -1.5, 1.5, 1.5])[:, None] + np.array([[-1.0, 1.0]])
    half = np.stack([apart, np.zeros((4, 2))])
    assert uncertainty(half, 0, 1) == VarianceShares(0.5, 0.5)
    assert [uncertainty(one, 0, 1) for one in (values[:, :1], values[:, :, :1], values[[0, 0]])] == [None] * 3


def test_the_market_shows_by_an_f_test() -> None:
    """With 1 and 2 degrees of freedom the 5 % point is 18.513, the 10 % point 8.526."""

    def apart(gap: float, second: float = 1.0) -> Floats:
        own = np.array([[gap + 1.0, gap - 1.0], [second, -second]])
        shared = np.array([[1.0, 2.0], [4.0, 8.0]])
        return np.stack([own + shared, shared])

    # between: 2 (gap^2 / 2) = gap^2; within: (2 + 2) / 2
    at = [math.sqrt(2.0 * point) for point in (18.513, 8.526)]
    assert [market_shows(apart(gap), 0, 1) for gap in (at[0] * 0.999, at[0] * 1.001)] == [False, True]
    assert [market_shows(apart(gap), 1, 0, 0.1) for gap in (at[1] * 0.999, at[1] * 1.001)] == [False, True]
    assert market_shows(1e-3 * apart(100.0), 0, 1)
    steady = np.array([[[3.0, 3.0], [1.0, 1.0]], [[0.0, 0.0], [0.0, 0.0]], [[9.0, 1.0], [0.0, 5.0]]])
    assert market_shows(steady, 0, 1)
    assert not market_shows(steady[:, [0, 0]], 0, 1)
    assert not market_shows(apart(0.0, 0.0)[[0, 0]], 0, 1)
    assert not market_shows(apart(100.0)[:, :1], 0, 1)
    assert not market_shows(apart(100.0)[:, :, :1], 0, 1)
    many = np.zeros((2, 4, 4)) + np.array([[1.0, 1.0, -1.0, -1.0], [0.0] * 4])[:, None, :]
    many[0, 3] += 1.9
    between, within = 4.0 * many[0].mean(axis=1).var(ddof=1), 4.0 / 3.0
    p = stats.f.sf(between / within, 3, 12)
    assert [market_shows(many, 0, 1, level) for level in (p * 1.001, p * 0.999)] == [True, False]


# --- chance variation taken out ------------------------------------------------------------------------------


def test_means_between_markets_have_the_covariance_that_is_left() -> None:
    """Of the differences of arms: their covariance over draws less that within draws over the replications."""
    values = np.random.default_rng(3).normal(size=(3, 7, 4)) + np.random.default_rng(4).normal(0, 2, (3, 7, 1))
    found, centring = plausible(values), np.eye(3) - 1.0 / 3.0
    means, within = values.mean(axis=2), within_covariance(values)
    assert within is not None
    left = centring @ np.cov(means) @ centring - centring @ within @ centring / 4.0
    assert np.linalg.eigvalsh(left).min() > -1e-9, "nothing is cut to zero, or this tests something else"
    assert centring @ np.cov(found.means) @ centring == pytest.approx(left)
    assert found.means.mean(axis=1) == pytest.approx(means.mean(axis=1))
    assert found.means.mean(axis=0) == pytest.approx(means.mean(axis=0))
    assert found.shifts.shape == (2000, 3)
    total = centring @ np.cov(means) @ centring
    assert found.shifts == pytest.approx(level_shifts(total / 7.0, 6, 2000), abs=1e-6)
    assert plausible(values, 150).shifts.shape == (150, 3)


def test_without_replications_nothing_is_taken_out() -> None:
    values = np.random.default_rng(5).normal(size=(3, 6, 1))
    found = plausible(values)
    assert found.means == pytest.approx(values[:, :, 0], abs=1e-6)
    centring = np.eye(3) - 1.0 / 3.0
    assert found.shifts == pytest.approx(
        level_shifts(centring @ np.cov(values[:, :, 0]) @ centring / 6.0, 5, 2000), abs=1e-6
    )


def test_of_one_draw_the_error_of_the_level_is_left() -> None:
    values = np.random.default_rng(6).normal(size=(3, 1, 9))
    found, centring = plausible(values), np.eye(3) - 1.0 / 3.0
    assert found.means == pytest.approx(values.mean(axis=2))
    assert found.shifts == pytest.approx(
        level_shifts(centring @ np.cov(values[:, 0]) @ centring / 9.0, 8, 2000), abs=1e-6
    )
    single = plausible(np.array([[[1.0]], [[3.0]]]))
    assert (single.means.tolist(), single.shifts.shape, single.shifts.any()) == ([[1.0], [3.0]], (100, 2), False)


def test_errors_of_the_level_are_students() -> None:
    """Of scale 2 and 3 with 2 degrees of freedom, and correlated as stated; none without any variance or freedom."""
    covariance = np.array([[4.0, 3.0], [3.0, 9.0]])
    shifts = level_shifts(covariance, 2, 20_000)
    assert shifts.shape == (20_000, 2)
    for place, scale in ((0, 2.0), (1, 3.0)):
        own = shifts[:, place] / scale
        assert np.quantile(np.abs(own), [0.5, 0.9]) == pytest.approx(stats.t.ppf([0.75, 0.95], 2), rel=0.04)
    assert np.mean(shifts[:, 0] * shifts[:, 1] > 0.0) == pytest.approx(0.5 + math.asin(0.5) / math.pi, abs=0.015)
    assert shifts.tobytes() == level_shifts(covariance, 2, 20_000).tobytes()
    assert level_shifts(covariance, 1, 7).shape == (7, 2)
    for none in (level_shifts(covariance, 0, 7), level_shifts(np.zeros((2, 2)), 5, 7)):
        assert (none.shape, none.any()) == ((100, 2), False)


# --- who is best ---------------------------------------------------------------------------------------------


def test_standing_in_one_market_with_errors_of_the_level() -> None:
    """Errors put arm 1 ahead by 2 in 30 of 100 cases, level with arm 0 in 20, behind by 1 in 50."""
    shifts = np.zeros((100, 3))
    shifts[:30, 1], shifts[30:50, 1] = 3.0, 1.0
    found = standing(exact(1.0, 0.0, -9.0, shifts=shifts), 0.0)
    assert found.best == pytest.approx([0.6, 0.4, 0.0])
    assert found.good_enough == pytest.approx([0.7, 0.5, 0.0])
    assert found.regret == pytest.approx([0.6, 0.5, 10.6])
    assert found.worst_tenth == pytest.approx([2.0, 1.0, 12.0])
    assert standing(exact(1.0, 0.0, -9.0, shifts=shifts), 1.0).good_enough == pytest.approx([0.7, 1.0, 0.0])
    some = standing(exact(1.0, 0.0, -9.0, shifts=shifts), 9.0, (0, 2))
    assert some.good_enough == pytest.approx([1.0, 0.0, 0.0])
    assert standing(exact(1.0, 0.0, -9.0, shifts=shifts), 10.0, (0, 2)).good_enough == pytest.approx([1.0, 0.0, 1.0])
    assert (some.best, some.regret) == (pytest.approx([0.6, 0.4, 0.0]), pytest.approx([0.6, 0.5, 10.6]))


def test_arms_that_are_all_zero_are_all_best() -> None:
    found = standing(exact(0.0, 0.0), 0.0)
    assert (found.best.tolist(), found.good_enough.tolist(), found.regret.tolist()) == (
        [0.5, 0.5],
        [1.0, 1.0],
        [0.0, 0.0],
    )
    assert share_within(exact(0.0, 0.0), 0, 0.0).tolist() == [1.0, 1.0]
    assert good_counts(several([0.0], [0.0]), 0.0).tolist() == [1, 1]


def test_standing_over_several_batches_of_markets() -> None:
    """600 draws, in each of which the arms are 1 apart; in 10 of 100 cases an error of the level turns them."""
    shifts = np.zeros((100, 2))
    shifts[90:, 1] = 3.0
    found = standing(PlausibleMarkets(np.stack([np.ones(600), np.zeros(600)]), shifts), 0.0)
    assert (found.best, found.good_enough) == (pytest.approx([0.9, 0.1]), pytest.approx([0.9, 0.1]))
    assert (found.regret, found.worst_tenth) == (pytest.approx([0.2, 0.9]), pytest.approx([2.0, 1.0]))
    assert (found.regret.dtype, found.worst_tenth.dtype) == (np.float64, np.float64)


def test_how_many_are_within_so_much_of_the_leader() -> None:
    shifts = np.zeros((100, 3))
    shifts[:30, 1] = 3.0
    assert share_within(exact(1.0, 0.0, -9.0, shifts=shifts), 0, 0.5) == pytest.approx([1.0, 0.3, 0.0])
    assert share_within(exact(1.0, 0.0, -9.0, shifts=shifts), 1, 1.0) == pytest.approx([0.7, 1.0, 0.0])
    assert share_within(exact(1.0, 0.0, -9.0), 0, 1.0) == pytest.approx([1.0, 1.0, 0.0])


def test_counts_of_markets() -> None:
    markets = several([1.0, 5.0, 2.0, 0.0], [2.0, 4.0, 2.0, 3.0], [9.0, 0.0, 0.0, 0.0])
    assert good_counts(markets, 0.0).tolist() == [2, 2, 1]
    assert good_counts(markets, 1.0).tolist() == [2, 3, 1]
    assert good_counts(markets, 0.0, (0, 1)).tolist() == [2, 3, 1]
    assert good_counts(markets, 0.0, (2,)).tolist() == [3, 3, 4]


@pytest.mark.parametrize(("top", "third"), [(1e9, 0.0), (-1e9, 1.0), (0.0, 1e7)])
def test_what_counts_as_rounding(top: float, third: float) -> None:
    """One part in 1e9 of the best arm's mean, and one in 1e7 of the distance of the arm that is furthest behind."""
    for gap, tied in ((0.9, True), (1.3, False)):
        markets = exact(top, top - gap, top - third)
        assert (standing(markets, 0.0).best[1] > 0.0) == tied
        assert (standing(markets, 0.0).good_enough[1] == 1.0) == tied
        assert (share_within(markets, 0, 0.0)[1] == 1.0) == tied
        assert (good_counts(markets, 0.0)[1] == 1) == tied


def test_rounding_is_that_of_all_draws() -> None:
    """And not that of other cases: the third arm is far behind in one of 100."""
    shifts = np.zeros((100, 3))
    shifts[7, 2] = -1e7
    assert standing(exact(0.0, -0.5, -1.0, shifts=shifts), 0.0).best == pytest.approx([0.995, 0.005, 0.0])
    assert good_counts(several([0.0, 0.0], [-0.9, -1e7]), 0.0).tolist() == [2, 1]


def test_a_tenth_of_few_numbers() -> None:
    assert worst_tenth(np.array([[3.0, 1.0]])) == pytest.approx([3.0])
    assert worst_tenth(np.arange(40.0).reshape(2, 20)) == pytest.approx([18.5, 38.5])
    mixed = np.random.default_rng(1).permutation(25).astype(float)
    assert worst_tenth(np.stack([mixed, mixed[::-1]])) == pytest.approx([(24.0 + 23.0 + 0.5 * 22.0) / 2.5] * 2)
    many = np.random.default_rng(2).permutation(1000).astype(float)
    assert worst_tenth(many[None]) == pytest.approx([949.5])
    assert worst_tenth(np.arange(25.0)[None]) == pytest.approx([(24.0 + 23.0 + 0.5 * 22.0) / 2.5])


# --- the blur between draws ------------------------------------------------------------------------------------


@pytest.mark.parametrize("gaps", [[1.0, -1.0], [1.0, -1.0] * 4, [3.0, -1.0, -1.0, -1.0]])
def test_draws_are_blurred_by_silvermans_width(gaps: list[float]) -> None:
    """The chance of a gap up to e is that of as many normals as draws, as wide as Silverman says and drawn in so that
    the variance of all is that of the draws."""
    draws = len(gaps)
    markets = PlausibleMarkets(np.stack([np.array(gaps) + 50.0, np.full(draws, 50.0)]), np.zeros((40_000 // draws, 2)))
    width = 1.06 * draws**-0.2
    sd = width * np.std(gaps, ddof=1)
    for end in (0.0, 0.4, 1.5):
        edges = end * math.hypot(1.0, width) - np.array(gaps)
        assert share_within(markets, 0, end)[1] == pytest.approx(stats.norm.cdf(edges / sd).mean(), abs=0.01)
    assert share_within(markets, 0, 0.4).tolist() == share_within(markets, 0, 0.4).tolist()


def test_a_level_that_all_arms_share_is_not_blurred() -> None:
    """Draws far apart in level and one apart in the difference of arms, which is the same in each: nothing is open."""
    level = np.array([0.0, 1000.0, 3000.0, -500.0])
    found = standing(PlausibleMarkets(np.stack([level, level + 1.0]), np.zeros((100, 2))), 0.0)
    assert (found.best[1], found.regret[0]) == (1.0, pytest.approx(1.0))


def test_of_many_draws_no_more_errors_are_used_than_memory_has_room_for() -> None:
    """With 2 arms and 25,000 draws 100 are: the one after them would make the arms change places."""
    draws, shifts = 25_000, np.zeros((101, 2))
    shifts[100, 1] = 100.0
    found = share_within(PlausibleMarkets(np.stack([np.ones(draws), np.zeros(draws)]), shifts), 0, 0.5)
    assert found.tolist() == [1.0, 0.0]
