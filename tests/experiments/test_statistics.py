"""Planted numbers come back: coverage, false alarms, regret, variance shares, pairing."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from experiments.comparison import plausible_markets as pm, statistics as st


def panel(
    rng: np.random.Generator, means: list[float], *, draws: int, replications: int, market: float, chance: float
) -> st.Floats:
    """Arms with shared effects, arm-by-market effects of sd `market` and chance variation of sd `chance`."""
    arms = len(means)
    shared = rng.normal(0, 5, (1, draws, 1)) + rng.normal(0, 3, (1, draws, replications))
    own = rng.normal(0, market, (arms, draws, 1)) + rng.normal(0, chance, (arms, draws, replications))
    return np.asarray(means)[:, None, None] + shared + own


@pytest.mark.parametrize(("draws", "arms", "skewed"), [(20, 3, False), (40, 3, True), (30, 5, False)])
def test_intervals_hold_together_at_their_level(draws: int, arms: int, skewed: bool) -> None:
    rng = np.random.default_rng(draws + arms)
    truth = np.linspace(0, 2, arms)
    repeats, hits = 500, 0
    for _ in range(repeats):
        values = panel(rng, list(truth), draws=draws, replications=2, market=1.0, chance=1.0)
        if skewed:
            values += np.exp(rng.normal(0, 0.5, (arms, draws, 1)))
        rows = st.intervals(values, 0.9, simulations=1500)
        hits += all(i.low <= truth[i.a] - truth[i.b] <= i.high for i in rows)
    share = hits / repeats
    error = (0.9 * 0.1 / repeats) ** 0.5
    assert abs(share - 0.9) < 3.5 * error, f"familywise coverage {share:.3f} of 0.900 over {repeats} repeats"


def test_single_intervals_would_not_hold_together() -> None:
    rng = np.random.default_rng(5)
    hits = 0
    for _ in range(300):
        values = panel(rng, [0, 0, 0, 0, 0], draws=30, replications=2, market=1.0, chance=1.0)
        units = st.unit_means(values)
        half = stats.t.ppf(0.95, 29) / 30**0.5
        hits += all(
            abs(d.mean()) < half * d.std(ddof=1)
            for d in (units[a] - units[b] for a, b in st.pair_list(5))
        )  # fmt: skip
    assert hits / 300 < 0.8


def test_one_pair_is_students_t() -> None:
    units = np.random.default_rng(1).normal(size=(2, 12))
    assert st.joint_quantile(units, 0.95) == pytest.approx(stats.t.ppf(0.975, 11))


def test_three_equal_arms_match_the_studentised_range() -> None:
    rng = np.random.default_rng(2)
    q = st.joint_quantile(rng.normal(size=(3, 3000)), 0.95, simulations=40_000)
    assert q == pytest.approx(stats.studentized_range.ppf(0.95, 3, np.inf) / 2**0.5, rel=0.02)


def test_the_same_numbers_give_the_same_answer() -> None:
    values = np.random.default_rng(3).normal(size=(3, 20, 2))
    assert st.intervals(values, 0.95) == st.intervals(values, 0.95)


def test_identical_arms_differ_by_exactly_zero_and_share_the_first_place() -> None:
    values = np.random.default_rng(4).normal(size=(3, 20, 2))
    values[1] = values[0]
    values[2] = values[0] - 100
    rows = st.intervals(values, 0.95)
    assert (rows[0].difference, rows[0].low, rows[0].high) == (0.0, 0.0, 0.0)
    standing = pm.standing(pm.plausible(values), 0.0)
    assert standing.best == pytest.approx([0.5, 0.5, 0.0])
    assert standing.regret[:2] == pytest.approx([0.0, 0.0], abs=1e-6)


def test_one_unit_has_no_interval() -> None:
    row = st.intervals(np.array([[[1.0]], [[3.0]]]), 0.95)[0]
    assert (row.difference, row.low, row.high) == (-2.0, None, None)


def test_variance_reduction_is_the_planted_one() -> None:
    rng = np.random.default_rng(6)
    shared = rng.normal(0, 10, (1, 400, 3)) + rng.normal(0, 50, (1, 400, 1))
    values = shared + rng.normal(0, 1, (2, 400, 3))
    found = pm.variance_reduction(values, 0, 1)
    assert found == pytest.approx((101 + 101) / 2, rel=0.1)


def test_variance_reduction_needs_replications_and_a_difference() -> None:
    values = np.random.default_rng(7).normal(size=(2, 10, 1))
    assert pm.variance_reduction(values, 0, 1) is None
    same = np.repeat(np.random.default_rng(7).normal(size=(1, 10, 2)), 2, axis=0)
    assert pm.variance_reduction(same, 0, 1) is None


@pytest.mark.parametrize(("market", "chance"), [(2.0, 1.0), (0.0, 1.0), (1.0, 3.0)])
def test_variance_splits_into_the_planted_shares(market: float, chance: float) -> None:
    rng = np.random.default_rng(8)
    values = panel(rng, [0, 1], draws=4000, replications=3, market=market, chance=chance)
    split = pm.uncertainty(values, 0, 1)
    assert split is not None
    assert split.market + split.chance == pytest.approx(1.0)
    assert split.market == pytest.approx(market**2 / (market**2 + chance**2), abs=0.03)


def test_regret_and_probability_best_are_those_of_the_markets_not_of_chance_variation() -> None:
    """Arm 1 - arm 0 is N(1, 1) over markets; chance variation of the same size must not count."""
    rng = np.random.default_rng(9)
    draws = 4000
    gap = rng.normal(1, 1, (draws, 1))
    values = np.stack([np.zeros((draws, 2)), gap + rng.normal(0, 2, (draws, 2))])
    standing = pm.standing(pm.plausible(values), 0.0)
    loss = stats.norm.pdf(1) - stats.norm.cdf(-1)  # E max(-N(1, 1), 0)
    assert standing.best[1] == pytest.approx(stats.norm.cdf(1), abs=0.02)
    assert standing.regret[1] == pytest.approx(loss, abs=0.02)
    assert standing.regret[0] == pytest.approx(1 + loss, abs=0.06)
    raw = (values[1].mean(axis=1) > 0).mean()
    assert abs(raw - stats.norm.cdf(1)) > 0.05, "the uncorrected count would be wrong, or this test tests nothing"


def test_equal_arms_are_best_about_equally_often_on_average() -> None:
    rng = np.random.default_rng(10)
    found = [
        pm.standing(pm.plausible(panel(rng, [0, 0], draws=20, replications=2, market=0.0, chance=1.0), 300), 0.0).best[
            0
        ]
        for _ in range(150)
    ]
    assert np.mean(found) == pytest.approx(0.5, abs=0.08)
    assert np.mean([0.05 < share < 0.95 for share in found]) > 0.8


def test_good_enough_forgives_what_does_not_matter() -> None:
    rng = np.random.default_rng(11)
    values = panel(rng, [0.0, 0.5], draws=400, replications=4, market=0.2, chance=0.2)
    markets = pm.plausible(values)
    assert pm.standing(markets, 5.0).good_enough == pytest.approx([1.0, 1.0])
    assert pm.standing(markets, 0.0).good_enough[0] < 0.2


def test_the_chance_of_being_best_is_calibrated_with_few_draws() -> None:
    """Over many worlds, the leader is best in new markets as often as it is said to be."""
    rng = np.random.default_rng(12)
    said, unanimous, true = np.empty((3, 500))
    for i in range(500):
        mean = rng.normal(0, 1.5)
        gap = rng.normal(mean, 1, (8, 1)) + rng.normal(0, 0.5, (8, 2))
        values = np.stack([np.zeros((8, 2)), gap])
        leader = int(gap.mean() > 0)
        said[i] = pm.standing(pm.plausible(values, 200), 0.0).best[leader]
        unanimous[i] = ((gap.mean(axis=1) > 0) == leader).all()
        true[i] = stats.norm.cdf(mean if leader else -mean)
    assert said.mean() == pytest.approx(true.mean(), abs=0.03)
    sure = unanimous == 1
    assert true[sure].mean() < 0.96, "counting eight of eight would say 1"
    assert said[sure].mean() - true[sure].mean() < 0.7 * (1 - true[sure].mean())
