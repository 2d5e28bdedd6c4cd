"""Claims on planted numbers: which are met, which are not, which stay open, and how often intervals hold."""

from __future__ import annotations

import math

import numpy as np
import pytest

from experiments.comparison.statistics import Floats
from experiments.expectations.claim_tests import Finding, judge_claim, parts_of
from scenarios import BestClaim, BetweenClaim, Claim, CurveClaim, Lever, OrderClaim, RatioClaim, Reading
from scenarios.values.shapes import Shape

DRAWS, REPLICATIONS = 16, 2


def read(*arms: str) -> tuple[Reading, ...]:
    return tuple(Reading("orders", arm, (0, 10)) for arm in arms)


def lever(*values: float) -> Lever:
    return Lever("strategy.x.every", values, Shape("number"))


def planted(*means: float, noise: float = 0.0, common: float = 0.0, seed: int = 1) -> Floats:
    """Values (readings, draws, replications) around these means; `common` moves all of a draw together."""
    rng = np.random.default_rng(seed)
    own = rng.normal(0, noise, (len(means), DRAWS, REPLICATIONS)) if noise else 0.0
    shared = rng.normal(0, common, (1, DRAWS, 1)) if common else 0.0
    return np.array(means)[:, None, None] + np.zeros((1, DRAWS, REPLICATIONS)) + own + shared


def met(claim: Claim, values: Floats, better: int = 1) -> str:
    return judge_claim(claim, values, 0.05, better).met


BETWEEN = BetweenClaim(read("a"), 10.0, 20.0)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("mean", "noise", "expected"),
    [(15, 1, "met"), (9, 1, "not met"), (21, 1, "not met"), (10.1, 5, "inconclusive"), (15, 40, "inconclusive")],
)
def test_a_band_is_met_by_the_whole_interval_or_not_at_all(mean: float, noise: float, expected: str) -> None:
    assert met(BETWEEN, planted(mean, noise=noise)) == expected


def test_the_ends_belong_to_a_band() -> None:
    assert met(BETWEEN, planted(10.0)) == "met"
    assert met(BETWEEN, planted(20.0)) == "met"
    assert met(BETWEEN, planted(20.0 + 1e-9)) == "not met"


def test_an_order_is_of_paired_differences() -> None:
    order = OrderClaim(read("a", "b"))
    assert met(order, planted(10, 11, noise=0.1, common=50)) == "not met"
    assert met(order, planted(11, 10, noise=0.1, common=50)) == "met"
    assert met(order, planted(11, 10, noise=30)) == "inconclusive"


def test_equal_arms_are_in_no_order() -> None:
    """With a mechanism off, arms are often equal to the bit: that is a clear no."""
    assert judge_claim(OrderClaim(read("a", "b")), planted(7, 7, common=3), 0.05) == Finding(
        "not met", "a − b", "kpi", 0.0, 0.0, 0.0
    )


def test_one_wrong_step_breaks_an_order_and_is_shown() -> None:
    found = judge_claim(OrderClaim(read("a", "b", "c")), planted(30, 10, 20, noise=0.1), 0.05)
    assert (found.met, found.name) == ("not met", "b − c")
    assert found.value == pytest.approx(-10, abs=0.2)
    assert met(OrderClaim(read("a", "b", "c")), planted(30, 20, 10, noise=0.1)) == "met"


def test_a_ratio_and_what_cannot_be_divided() -> None:
    ratio = RatioClaim(read("a", "b"), 1.5, 2.5)  # type: ignore[arg-type]
    assert met(ratio, planted(20, 10, noise=0.1)) == "met"
    assert met(ratio, planted(30, 10, noise=0.1)) == "not met"
    assert met(ratio, planted(26, 10, noise=3)) == "inconclusive"
    assert met(ratio, planted(20, 0.0)) == "not met"
    assert met(ratio, planted(0.0, 0.0)) == "inconclusive"


def test_no_digits_are_lost_where_money_stands_beside_shares() -> None:
    values = np.concatenate([planted(1e11, noise=1e9), planted(1e-5, noise=1e-8, seed=2)])
    found = judge_claim(RatioClaim(read("a", "b"), 0.0, 1e99), values, 0.05)  # type: ignore[arg-type]
    units = values.mean(axis=2)
    spread = np.hypot(*(units.std(axis=1, ddof=1) / units.mean(axis=1))) / math.sqrt(DRAWS)
    assert found.low is not None
    assert found.high is not None
    assert (found.high - found.low) / 2 == pytest.approx(2.131 * spread * found.value, rel=0.05)


ARMS = read("5 d", "10 d", "20 d", "40 d")
PROFIT = (90.0, 99.5, 100.0, 80.0)


def best(**claims: object) -> BestClaim:
    return BestClaim(ARMS, 0.01, **claims)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("claim", "expected"),
    [
        (best(among=(1, 2)), "met"), (best(among=(2,)), "not met"),
        (best(has=(1,)), "met"), (best(has=(0,)), "not met"),
        (best(lacks=(0, 3)), "met"), (best(lacks=(1,)), "not met"), (best(has=(1, 2), lacks=(0,)), "met"),
        (best(has=(1, 2), lacks=(2,)), "not met"),
        (best(lever=lever(5, 10, 20, 40), low=14.0, high=14.2), "met"),
        (best(lever=lever(5, 10, 20, 40), low=15.0, high=20.0), "not met"),
    ],
)  # fmt: skip
def test_the_set_of_the_best(claim: BestClaim, expected: str) -> None:
    assert met(claim, planted(*PROFIT, noise=0.02, common=20)) == expected


def test_less_may_be_better() -> None:
    costs = planted(*(200 - profit for profit in PROFIT), noise=0.01)
    assert met(best(among=(1, 2)), costs, better=-1) == "met"
    assert met(best(has=(3,)), costs, better=1) == "met"


def test_the_best_of_a_loss_is_the_smallest_loss() -> None:
    assert met(best(has=(1,), lacks=(0, 3)), planted(-120, -100.5, -100, -130, noise=0.01)) == "met"


def test_a_set_whose_edge_is_within_the_noise_is_open() -> None:
    assert met(best(among=(1, 2)), planted(98.9, 99.5, 100, 80, noise=1.0)) == "inconclusive"
    middle = best(lever=lever(5, 10, 20, 40), low=14.0, high=14.2)
    assert met(middle, planted(99.0, 99.5, 100, 80, noise=0.5)) == "inconclusive"


@pytest.mark.parametrize("x", [(2.0, 4.0, 7.0, 11.0), (0.5, 0.25, 1 / 7, 1 / 11)])
def test_the_planted_curvature_is_recovered(x: tuple[float, ...]) -> None:
    """profit(n) / profit(n*) = exp(-c ln^2(n / n*)): whatever n* is, and for intervals as for frequencies."""
    kpi = tuple(1e6 * math.exp(-1.3 * math.log(n / x[1] / 1.2) ** 2) for n in x)
    found = judge_claim(CurveClaim(ARMS, lever(*x), 0.5, 2.5), planted(*kpi), 0.05)
    assert found.value == pytest.approx(1.3)
    assert found.met == "met"
    assert met(CurveClaim(ARMS, lever(*x), 1.31, 2.5), planted(*kpi, noise=10.0)) == "not met"


def test_a_curve_through_losses_has_no_value() -> None:
    found = judge_claim(CurveClaim(ARMS, lever(1, 2, 3, 4), 0.5, 2.5), planted(10, 20, -5, 10, noise=1), 0.05)
    assert found.met == "inconclusive"
    assert math.isnan(found.value)


def test_one_run_has_no_interval() -> None:
    values = np.array([[[15.0]], [[10.0]]])
    assert judge_claim(BETWEEN, values[:1], 0.05) == Finding("inconclusive", "", "kpi", 15.0, None, None)
    assert met(RatioClaim(read("a", "b"), 1.0, 2.0), values) == "inconclusive"  # type: ignore[arg-type]
    assert met(BETWEEN, values[:, :0]) == "inconclusive"


def test_every_part_counts() -> None:
    assert len(parts_of(OrderClaim(ARMS), 1)) == 3
    assert len(parts_of(best(among=(1, 2), has=(1,), lacks=(3,), lever=lever(1, 2, 3, 4)), 1)) == 4


CURVE = CurveClaim(read("a", "b", "c"), lever(1, 2, 4), 0.0, 9.0)
TRUTH = {"a ratio": 2.0, "a curve": -float(np.linalg.inv(np.vander(np.log([1, 2, 4]), 3))[0] @ np.log([80, 100, 90]))}


@pytest.mark.parametrize(
    ("name", "claim", "means"),
    [("a ratio", RatioClaim(read("a", "b"), 0.0, 9.0), (20.0, 10.0)), ("a curve", CURVE, (80.0, 100.0, 90.0))],  # type: ignore[arg-type]
)
def test_intervals_of_what_is_not_linear_hold_at_their_level(name: str, claim: Claim, means: tuple[float, ...]) -> None:
    """90 % intervals, 400 times, within 3.5 standard errors."""
    held = 0
    for seed in range(400):
        found = judge_claim(claim, planted(*means, noise=2.0, common=1.0, seed=seed), 0.10)
        assert found.low is not None
        assert found.high is not None
        held += found.low <= TRUTH[name] <= found.high
    assert abs(held / 400 - 0.9) < 3.5 * math.sqrt(0.9 * 0.1 / 400), held
