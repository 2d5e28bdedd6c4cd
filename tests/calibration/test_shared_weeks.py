"""Levels that all customers share in a week, where the expectation is far from the orders."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest

from calibration.levels.calendar_levels import shift_covariance
from calibration.responses.common_shocks import (
    WeekGaps,
    gap_levels,
    level_covariance,
    orders_under,
    positive,
    shared_weeks,
)

Floats = npt.NDArray[np.float64]

WEEKS, EVERY = 40, 45.0
"""Weeks of histories here, and days from one order to the next."""
KNOWN = 1e12
"""Gamma shape, summed over customers, of rates that are known beforehand."""


@pytest.mark.parametrize("seen", [3.0, 300.0])
def test_levels_are_found_however_few_orders_were_due(seen: float) -> None:
    """The slope is 0 at the best levels; a whole Newton step from 0 would have gone beyond what exp can hold."""
    covariance = level_covariance(58, 0.1, 0.2)
    orders, due = np.full(58, seen), np.geomspace(1e-4, 0.06, 58)
    found = shared_weeks(orders, due, covariance, KNOWN)
    assert np.isfinite(found.value)
    above = found.levels + 0.5 * covariance.diagonal()
    assert above == pytest.approx(covariance @ (orders - due * np.exp(found.levels)), rel=1e-3)
    assert (np.diag(found.shrunk) > 0.0).all()


@pytest.mark.parametrize("seed", [1, 4, 10, 17, 55, 100])
def test_levels_end_where_their_slope_is_nil(seed: int) -> None:
    """Far more orders than were due, in single weeks or in all. Beyond a level at which expected orders were taken to
    rise no further, levels ran off without end, and rates far too low had the highest density."""
    rng = np.random.default_rng(seed)
    weeks = int(rng.integers(2, 30))
    due = np.exp(rng.normal(0.0, 3.0, weeks))
    rise = np.exp(rng.normal(0.0, rng.choice([0.5, 2.0, 5.0]), weeks)).clip(0.0, 1e3)
    seen = rng.poisson(due * rise).astype(float)
    covariance = level_covariance(weeks, rng.choice([0.1, 0.5, 1.0]), rng.choice([0.01, 0.1, 0.5]))
    shape = 1.05 * max(due.sum(), seen.sum())
    found = shared_weeks(seen, due, covariance, shape)
    expected = shape * due * np.exp(found.levels) / (shape + due @ np.expm1(found.levels))
    above = found.levels + 0.5 * covariance.diagonal()
    assert above == pytest.approx(covariance @ (seen - expected), rel=1e-3, abs=1e-3)


@pytest.mark.parametrize(("top", "shape"), [(3.0, 900.0), (50.0, 900.0), (60.0, 900.0), (51.0, 1e22)])
def test_orders_under_levels_however_high(top: float, shape: float) -> None:
    """Beside the plain formula, and where that has no number: there all that is known of rates is of one week."""
    due, u = np.array([3.0, 0.5, 20.0]), np.array([-1.0, top, 0.2])
    log, orders = orders_under(u, due, shape)
    change = due @ np.expm1(u) / shape
    assert log == pytest.approx(np.log1p(change), rel=1e-12)
    assert orders == pytest.approx(due * np.exp(u) / (1.0 + change), rel=1e-12)
    log, orders = orders_under(np.array([-1.0, 2000.0, 0.2]), due, 900.0)
    assert log == pytest.approx(2000.0 + np.log(0.5 / 900.0))
    assert orders == pytest.approx([0.0, 900.0, 0.0])


@pytest.mark.parametrize(("shock", "shift"), [(0.3, 0.0), (0.0, 0.1)])
def test_weeks_are_as_good_as_usual_in_the_mean(shock: float, shift: float) -> None:
    """Of so few orders due that chance alone decides: the log of the mean of exp(-due (exp(u) - 1)) is nil to first
    order where the mean of exp(u) is one; with u of mean 0 it would be -due (exp(variance / 2) - 1) a week."""
    covariance, due = level_covariance(20, shock, shift), np.full(20, 1e-4)
    wrong = float(due @ np.expm1(0.5 * covariance.diagonal()))
    assert abs(shared_weeks(np.zeros(20), due, covariance, KNOWN).value) < 0.05 * wrong


def test_how_levels_of_weeks_vary() -> None:
    """Shocks on the diagonal alone, and one that is nearly none where there is none; shifts everywhere."""
    shifts = shift_covariance(3)
    assert level_covariance(3, 0.3, 0.2) == pytest.approx(0.09 * np.eye(3) + 0.04 * shifts)
    assert level_covariance(3, 0.0, 0.2) == pytest.approx(1e-8 * np.eye(3) + 0.04 * shifts, abs=1e-15)


def test_orders_that_are_missing_are_added_on_both_sides() -> None:
    seen, due = positive(np.array([3.0, 0.0]), np.array([-2.0, 1.0]), 0.5)
    assert (seen.tolist(), due.tolist()) == ([5.5, 0.0], [0.5, 1.0])


def test_what_levels_change_of_all_orders_is_a_part_of_their_shape() -> None:
    due = np.array([50.0, 30.0])
    found = shared_weeks(np.array([80.0, 20.0]), due, level_covariance(2, 0.3, 0.1), 200.0)
    assert found.more == pytest.approx(float(due @ np.expm1(found.levels)) / 200.0)
    assert abs(found.more) > 0.01


# --- regular orders ----------------------------------------------------------------------------


def regular_gaps(k: float, u: Floats, seed: int, people: int = 400) -> list[tuple[float, float]]:
    """Gaps between orders of people who order at one rate, a gamma of shape k in the area that exp(u) makes of days:
    begin and end of each, days."""
    rng = np.random.default_rng(seed)
    run = np.concatenate([[0.0], np.cumsum(np.repeat(np.exp(u), 7))])
    found = []
    for _ in range(people):
        at = rng.uniform(0.0, 20.0)
        while True:
            area = np.interp(at, np.arange(run.size), run) + rng.gamma(k, EVERY / k)
            if area > run[-1]:
                break
            end = float(np.interp(area, run, np.arange(run.size)))
            found.append((at, end))
            at = end
    return found


def exact(gaps: list[tuple[float, float]], k: float, u: Floats) -> float:
    """Their log density under levels u, less that under none."""
    begin, end = np.array(gaps).T
    run = np.concatenate([[0.0], np.cumsum(np.repeat(np.exp(u), 7))])
    area = np.diff(np.interp([begin, end], np.arange(run.size), run), axis=0)[0]
    last = np.minimum(end.astype(int) // 7, u.size - 1)
    logs = u[last] + (k - 1.0) * np.log(area / (end - begin)) - k / EVERY * (area - (end - begin))
    return float(logs.sum())


def as_weeks(gaps: list[tuple[float, float]], k: float, weeks: int) -> tuple[Floats, Floats, WeekGaps]:
    """Orders seen and due of each week, and the gaps, as a history has them."""
    begin, end = np.array(gaps).T
    first, last = ((at.astype(int) // 7).clip(0, weeks - 1) for at in (begin, end))
    counts = np.zeros((weeks, weeks))
    np.add.at(counts, (first, last), 1.0)
    seen = np.bincount(last, minlength=weeks).astype(float)
    slope = np.array([(exact(gaps, k, e) - exact(gaps, k, -e)) / 2e-5 for e in 1e-5 * np.eye(weeks)])
    return seen, seen - slope, WeekGaps(k, counts)


def followed(u: Floats, weeks: tuple[Floats, Floats, WeekGaps], k: float, shape: float = KNOWN) -> float:
    """What `shared_weeks` takes the log density of orders to be under levels u, less that under none."""
    seen, due, gaps = weeks
    due = due + (k - 1.0) * gap_levels(gaps.counts, np.zeros(u.size)).slope
    of_orders = seen @ u - shape * np.log1p(due @ np.expm1(u) / shape)
    return float(of_orders + (k - 1.0) * gap_levels(gaps.counts, u).value)


@pytest.mark.parametrize("k", [0.7, 2.0, 6.0])
def test_levels_do_to_regular_orders_what_areas_do(k: float) -> None:
    """All weeks higher by as much, a slow wave, and single weeks; with k = 1 in its place it is far off."""
    gaps = regular_gaps(k, np.zeros(WEEKS), 3)
    weeks, rng = as_weeks(gaps, k, WEEKS), np.random.default_rng(4)
    wave = 0.3 * np.sin(np.arange(WEEKS) / 4.0)
    for u, share in ((np.full(WEEKS, 1.0), 0.01), (np.full(WEEKS, -1.0), 0.01), (wave, 0.08),
                     (0.2 * rng.standard_normal(WEEKS), 0.08)):  # fmt: skip
        true = exact(gaps, k, u)
        assert followed(u, weeks, k) == pytest.approx(true, rel=share)
        independent = float(weeks[0] @ u - weeks[1] @ np.expm1(u))
        if np.ptp(u) == 0.0:
            assert abs(independent - true) > 0.2 * abs(true)


def test_gaps_against_plain_sums() -> None:
    rng = np.random.default_rng(5)
    counts, u = np.triu(rng.poisson(2.0, (9, 9))).astype(float), rng.standard_normal(9)
    found, e = gap_levels(counts, u), np.exp(u)
    value, slope, outer = 0.0, np.zeros(9), np.zeros((9, 9))
    for i in range(9):
        for j in range(i, 9):
            p = np.where((np.arange(9) >= i) & (np.arange(9) <= j), e, 0.0) / e[i : j + 1].sum()
            value += counts[i, j] * np.log(e[i : j + 1].mean())
            slope += counts[i, j] * p
            outer += counts[i, j] * np.outer(p, p)
    assert found.value == pytest.approx(value)
    assert found.slope == pytest.approx(slope)
    assert found.outer == pytest.approx(outer)


@pytest.mark.parametrize(("k", "shape"), [(0.6, KNOWN), (1.0, KNOWN), (3.0, KNOWN), (0.6, 80.0), (3.0, 300.0)])
def test_regular_weeks_are_integrated_as_quadrature_does(k: float, shape: float) -> None:
    """Two weeks, on a fine grid of levels."""
    counts = np.array([[30.0, 40.0], [0.0, 20.0]])
    seen, gaps = np.array([60.0, 35.0]), WeekGaps(k, counts)
    due = 45.0 - (k - 1.0) * (gap_levels(counts, np.zeros(2)).slope - 45.0)
    covariance = level_covariance(2, 0.2, 0.1)
    line = np.linspace(-1.5, 1.5, 61)
    grid = np.stack(np.meshgrid(line, line, indexing="ij"), axis=-1).reshape(-1, 2)
    logs = np.array([followed(u, (seen, due, gaps), k, shape) for u in grid])
    above = grid + 0.5 * covariance.diagonal()
    logs -= 0.5 * np.einsum("ij,ij->i", above @ np.linalg.inv(covariance), above)
    whole = np.log(np.exp(logs - logs.max()).sum() * (line[1] - line[0]) ** 2) + logs.max()
    whole -= 0.5 * np.linalg.slogdet(2.0 * np.pi * covariance)[1]
    assert shared_weeks(seen, due, covariance, shape, gaps).value == pytest.approx(whole, abs=0.05)


@pytest.mark.parametrize("low", [0.05, 0.001])
def test_levels_do_not_make_up_for_rates_that_are_far_too_low(low: float) -> None:
    """What people and weeks say together falls with the rate, however low."""
    k = 6.0
    gaps = regular_gaps(k, np.zeros(WEEKS), 7)
    seen, due, of_gaps = as_weeks(gaps, k, WEEKS)
    length = np.array([end - begin for begin, end in gaps])
    people = k * np.log(low) * len(gaps) - k / EVERY * (low - 1.0) * length.sum()
    lower = due + k / EVERY * (low - 1.0) * days_by_week(gaps)
    covariance = level_covariance(WEEKS, 0.3, 0.05)
    true, wrong = (shared_weeks(seen, one, covariance, KNOWN, of_gaps).value for one in (due, lower))
    assert people + wrong < true - 10.0 * np.log(1.0 / low)


def days_by_week(gaps: list[tuple[float, float]]) -> Floats:
    """Days of gaps in each week."""
    begin, end = np.array(gaps).T
    edges = 7.0 * np.arange(WEEKS + 1)
    before = np.clip(edges[:, None], begin, end).sum(axis=1)
    return np.diff(before)


@pytest.mark.parametrize("seen", [0.0, 1.0])
def test_weeks_without_the_orders_that_were_due_have_a_level(seen: float) -> None:
    """Where no rate was known before the orders, nothing but the prior of levels holds weeks that all are as low."""
    found = shared_weeks(np.full(20, seen), np.full(20, 400.0), level_covariance(20, 3.0, 2.0), 1.0)
    assert np.isfinite(found.value)
    assert np.isfinite(found.levels).all()
    assert (found.levels < 0.0).all()
