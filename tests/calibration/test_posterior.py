"""Draws against known parameters and priors, and which numbers are identified."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pandas as pd
import pytest

from calibration.model.fitting import Model, fit
from calibration.model.health import health
from calibration.model.importance import LogDensity, NoDraws, Sample, ensemble, sample
from calibration.model.likelihood import Parameters, histories
from calibration.model.posterior import SHIFT_GRID, need_draws, to_logs, to_parameters
from calibration.model.priors import (
    DROP_MEAN,
    DROP_SHAPE,
    LEVEL_SHIFT,
    LIMITS,
    ORDER_MEAN,
    REGULARITY,
    log_prior,
    prior_sd,
)
from calibration.orders.order_history import Orders
from calibration.recovery import PlantedTruth, plant, recover
from scenarios import load_market
from scenarios.errors import InputError
from scenarios.values.beliefs import Belief

PLANTED = PlantedTruth(
    Parameters(0.6, 9.0, 0.6, 12.0), None, (6.0, 3.5, 15.0), date(2024, 1, 1), 365, np.arange(800) % 84
)
TIGHT = Belief(0.02, 0.0199, 0.0201, "log")


def test_paths_are_per_day() -> None:
    p = Parameters(0.5533, 10.578, 0.6062, 11.669)
    logs = to_logs(p, p.k != 1.0)
    assert np.exp(logs[0]) * 7 == pytest.approx(0.5533 / 10.578)
    assert to_parameters(logs).rates == pytest.approx(p.rates)


def test_regularity_is_drawn_where_the_best_fit_has_none() -> None:
    """A regular model whose best fit is at k = 1 is another model than the plain one, with other draws."""
    orders = plant(replace(PLANTED, first_days=np.arange(60)), 3)
    p = Parameters(0.6, 9.0, 0.6, 12.0)
    model = Model("regular", p, None, 0.0, 0.0, True, regular=True)
    table = need_draws(orders, model, load_market("library:base").beliefs, 50, np.random.default_rng(1)).table
    assert (table[REGULARITY] > 1.0).all()


def test_split_normal_prior() -> None:
    belief = Belief(10.0, 5.0, 40.0, "log")
    assert log_prior(belief, 10.0) == 0.0
    assert log_prior(belief, 5.0) == pytest.approx(log_prior(belief, 40.0)) == pytest.approx(-0.5 * 1.6448536**2)
    assert prior_sd(belief) == pytest.approx(np.log(8.0) / 2 / 1.6448536)


def normal(spread: np.ndarray, centre: np.ndarray) -> LogDensity:
    inverse = np.linalg.inv(spread)

    def joint(at: np.ndarray) -> tuple[float, np.ndarray]:
        away = at - centre
        return float(-0.5 * away @ inverse @ away), -inverse @ away

    box = np.full(centre.size, 50.0)
    return LogDensity(lambda at: joint(at)[0], joint, -box, box)


SPREAD, CENTRE = np.array([[1.0, 0.5], [0.5, 2.0]]), np.array([1.0, -2.0])


@pytest.mark.parametrize("how", ["importance sampling", "ensemble sampler"])
def test_draws_of_a_known_density(how: str) -> None:
    density, rng = normal(SPREAD, CENTRE), np.random.default_rng(1)
    if how == "importance sampling":
        found: Sample = sample(density, [np.zeros(2)], 2000, rng)
        assert found.pareto_k < 0.7
    else:
        found = ensemble(density, rng.standard_normal((24, 2)), 400, rng)
    assert found.method == how
    assert found.effective_sample_size >= 400
    assert found.points.mean(axis=0) == pytest.approx(CENTRE, abs=0.25)
    assert np.cov(found.points.T) == pytest.approx(SPREAD, abs=0.4)


def test_the_posterior_lies_between_prior_and_data() -> None:
    orders = plant(PLANTED, 2)
    model = fit(histories(orders), "plain")
    rng = np.random.default_rng(1)
    free = need_draws(orders, model, {}, 300, rng).table
    held = need_draws(orders, model, {ORDER_MEAN: TIGHT}, 300, rng).table
    best = model.parameters.r / model.parameters.alpha / 7.0
    assert free[ORDER_MEAN].median() == pytest.approx(best, rel=0.2)
    assert held[ORDER_MEAN].median() == pytest.approx(0.02, rel=0.02)
    assert held[ORDER_MEAN].std() < 0.2 * free[ORDER_MEAN].std()


def test_health_says_which_numbers_the_data_identify() -> None:
    orders = plant(PLANTED, 2)
    beliefs = {
        ORDER_MEAN: Belief(0.008, 0.001, 0.05, "log"),
        DROP_SHAPE: Belief(0.6, 0.55, 0.65, "log"),
        "market.fatigue.half_life": Belief(10.0, 3.0, 30.0, "log"),
    }
    table = need_draws(orders, fit(histories(orders), "plain"), beliefs, 300, np.random.default_rng(1)).table
    rows = {row.parameter: row for row in health(table, beliefs)}
    assert rows[ORDER_MEAN].identified
    assert not rows[DROP_SHAPE].identified
    untouched = rows["market.fatigue.half_life"]
    assert not untouched.identified
    assert untouched.prior_sd == untouched.posterior_sd


def test_what_lies_at_a_limit_is_never_identified() -> None:
    rng = np.random.default_rng(1)
    inside = np.exp(rng.normal(-0.5, 0.05, 400))
    table = pd.DataFrame({DROP_SHAPE: np.where(rng.random(400) < 0.1, 1000.0, inside), ORDER_MEAN: inside})
    beliefs = {DROP_SHAPE: Belief(0.6, 1e-3, 1e3, "log"), ORDER_MEAN: Belief(0.6, 1e-3, 1e3, "log")}
    shape, mean = health(table, beliefs)
    assert (shape.at_limit, shape.identified) == (True, False)
    assert (mean.at_limit, mean.identified) == (False, True)
    for tried, at in ((SHIFT_GRID[-1], True), (SHIFT_GRID[0], False)):
        (shift,) = health(pd.DataFrame({LEVEL_SHIFT: np.full(400, tried)}), {})
        assert (shift.at_limit, shift.identified) == (at, not at)


def test_a_best_fit_at_a_limit_leaves_a_posterior_inside_the_limits() -> None:
    """Orders without any dropout: the best fit has none, the posterior is what the prior and the orders leave."""
    beliefs = load_market("library:base").beliefs
    law = Parameters(0.6, 9.0, 50.0, 5e5)
    orders = plant(replace(PLANTED, parameters=law, first_days=np.arange(60)), 4)
    model = fit(histories(orders), "plain")
    part = need_draws(orders, model, beliefs, 300, np.random.default_rng(1))
    for path in part.table:
        low, high = LIMITS[str(path)]
        assert part.table[path].between(low, high).all()
        assert np.log(part.table[path]).std() > 0.05
    assert part.table[DROP_MEAN].median() < 0.0033
    assert part.effective_sample_size >= 300


def test_a_posterior_that_cannot_be_had_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    def never(*_: object) -> Sample:
        raise NoDraws("it did not settle")

    orders = plant(replace(PLANTED, first_days=np.arange(60)), 4)
    monkeypatch.setattr("calibration.model.posterior.sample", never)
    with pytest.raises(InputError) as caught:
        need_draws(orders, fit(histories(orders), "plain"), {}, 300, np.random.default_rng(1))
    assert caught.value.expected == "orders from which market.need can be learned"
    assert caught.value.got == "it did not settle"


def test_two_peaks_far_apart_are_both_drawn_from() -> None:
    def joint(at: np.ndarray) -> tuple[float, np.ndarray]:
        left, right = (-0.5 * (at - c) @ (at - c) / 0.01 for c in (-3.0, 3.0))
        top = np.logaddexp(left, right)
        shares = np.exp([left - top, right - top])
        return float(top), -shares[0] * (at + 3.0) / 0.01 - shares[1] * (at - 3.0) / 0.01

    density = LogDensity(lambda at: joint(at)[0], joint, np.full(2, -9.0), np.full(2, 9.0))
    found = sample(density, [np.full(2, -2.0), np.full(2, 2.0)], 500, np.random.default_rng(1))
    assert 0.35 < np.mean(found.points[:, 0] > 0.0) < 0.65
    assert found.log_evidence == pytest.approx(np.log(2 * 2 * np.pi * 0.01), abs=0.1)


def test_what_no_sampler_settles_on_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("calibration.model.importance.STEPS", 200)
    monkeypatch.setattr("calibration.model.importance.LONGEST_CHAIN", 400)
    rng = np.random.default_rng(1)
    density = LogDensity(lambda at: float(rng.normal(0.0, 30.0)), lambda at: (0.0, 0.0 * at), -np.ones(2), np.ones(2))
    with pytest.raises(NoDraws, match="did not settle"):
        sample(density, [np.zeros(2)], 100, rng)


def test_parameter_recovery() -> None:
    """16 histories, 7 parameters: 90 % intervals contain the truth; binomial limits at about 1 in 10,000."""
    found = recover(16, PLANTED, seed=3, draws=120)
    assert [row.parameter for row in found] == ["r", "alpha", "s", "beta", "p", "q", "mean spend"]
    assert 0.78 < np.mean([row.coverage for row in found]) < 0.985
    for row in found[:2]:
        assert row.mean == pytest.approx(row.truth, abs=4.0 * row.sd / np.sqrt(16) + 0.03 * row.truth)
        assert row.coverage >= 0.6


def test_intervals_do_not_contain_a_wrong_truth() -> None:
    orders: Orders = plant(PLANTED, 5)
    table = need_draws(orders, fit(histories(orders), "plain"), {}, 300, np.random.default_rng(1)).table
    order_mean = table[ORDER_MEAN]
    wrong = replace(PLANTED.parameters, alpha=0.7 * PLANTED.parameters.alpha)
    assert not order_mean.quantile(0.05) <= wrong.r / wrong.alpha / 7.0 <= order_mean.quantile(0.95)
