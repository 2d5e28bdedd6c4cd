"""Lasting shifts, week shocks, months and big days, planted and found; and none found where none is planted."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import numpy.typing as npt
import pytest

from benchmarks.forecasts.shops import Plan, generated
from calibration.levels.calendar_levels import LevelPriors, calendar_levels, months_of
from calibration.levels.shop_season import EVEN, big_days, days_of, with_big_days, with_months
from calibration.model.fitting import SEASONAL, FittedModels, fit_models
from calibration.model.likelihood import Parameters, histories
from calibration.model.posterior import SHIFT_GRID, SHOCK_GRID, market_levels
from calibration.model.priors import LEVEL_SHIFTS, WIDE_SHOCK, grid_weights
from calibration.model.spend import fit_spend
from calibration.model.week_expectation import expected_of_weeks
from sim.scenario import BigDate, Season

FIRST = date(2023, 1, 2)
MONTHS = (0.6, 0.7, 0.9, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.4, 1.4)
Floats = npt.NDArray[np.float64]


@pytest.mark.parametrize("shift", [0.0, 0.05])
@pytest.mark.parametrize("shock", [0.1, 0.3])
def test_shifts_and_shocks_are_told_apart(shift: float, shock: float) -> None:
    rng = np.random.default_rng(6)
    lasting = np.cumsum(rng.normal(0.0, shift, 150))
    level = lasting + rng.normal(0.0, shock, 150)
    counts = rng.poisson(400.0 * np.exp(level)).astype(float), np.full(150, 400.0)
    shifts, shocks = grid_weights(LEVEL_SHIFTS, SHIFT_GRID), grid_weights(WIDE_SHOCK, SHOCK_GRID)
    found = calendar_levels(counts, months_of(FIRST, 151), 400, 1, LevelPriors(shifts, ((0.0, 1.0),), shocks))
    middle = np.median(found.sizes, axis=0)
    assert middle[2] == pytest.approx(shock, rel=0.35)  # neighbours on the grid are a third apart
    assert (middle[0] < 0.02) if shift == 0.0 else middle[0] == pytest.approx(shift, rel=0.65)
    assert abs(found.lasting.mean() - lasting[-1]) < 0.05 + 3.0 * found.lasting.std()


@pytest.mark.parametrize(("due", "shock"), [(400.0, 0.3), (12.0, 0.05)])
def test_shocks_and_few_orders_move_no_level(due: float, shock: float) -> None:
    """Multipliers of mean one, and the chance of counts, leave the level where it is; logs of both are lower."""
    priors, found = LevelPriors(((0.0, 1.0),), ((0.0, 1.0),), ((shock, 1.0),)), []
    for seed in range(12):
        rng = np.random.default_rng([seed, 7])
        counts = rng.poisson(due * np.exp(rng.normal(-0.5 * shock**2, shock, 150))).astype(float)
        levels = calendar_levels((counts, np.full(150, due)), months_of(FIRST, 151), 100, 1, priors)
        found.append(levels.ahead[0])
        assert np.exp(levels.draws).mean() == pytest.approx(np.exp(levels.ahead[0]), abs=0.05)
    assert np.mean(found) == pytest.approx(0.0, abs=3.0 * np.std(found) / 12**0.5)


def orders_of_days(season: Season | None, days: int, seed: int) -> Floats:
    """Twenty orders a day under a season."""
    return np.random.default_rng(seed).poisson(20.0 * days_of(season, FIRST, days)).astype(float)


def even_weeks(daily: Floats) -> Floats:
    """What a law expects that is right but for the season, which is no part of it."""
    return np.full(daily.size // 7, 140.0)


def test_months_are_found_after_a_year_and_none_where_there_are_none() -> None:
    planted = Season(EVEN, MONTHS)
    found = with_months(Season(EVEN), FIRST, orders_of_days(planted, 800, 1), even_weeks)
    assert found.yearly == pytest.approx(MONTHS, abs=0.12)
    assert np.mean(found.yearly) == pytest.approx(1.0)
    assert with_months(Season(EVEN), FIRST, orders_of_days(planted, 360, 1), even_weeks).yearly == ()
    assert with_months(Season(EVEN), FIRST, orders_of_days(None, 800, 1), even_weeks).yearly == ()


def test_big_days_are_found_and_none_where_there_are_none() -> None:
    black_friday = BigDate((date(2023, 11, 24), date(2024, 11, 29)), 3, 2.0)
    planted = Season(EVEN, dates={"one": black_friday, "other": BigDate(("chinese_new_year",), 7, 0.5)})
    found = with_big_days(Season(EVEN), FIRST, orders_of_days(planted, 900, 2)).dates
    assert set(found) == {"black_friday", "chinese_new_year"}
    assert (found["black_friday"].days, found["chinese_new_year"].days) == (3, 7)
    assert found["black_friday"].multiplier == pytest.approx(2.0, rel=0.15)
    assert found["chinese_new_year"].multiplier == pytest.approx(0.5, rel=0.15)
    assert date(2028, 11, 24) in found["black_friday"].on
    for seed in range(8):
        assert with_big_days(Season(EVEN), FIRST, orders_of_days(None, 900, seed)).dates == {}


def test_months_of_customers_are_found_once_and_are_not_in_the_level() -> None:
    """What each customer did under the months is part of what is expected; the months are not taken off twice."""
    orders = generated(Plan(Parameters(0.9, 12.0, 0.8, 20.0), peak=0.7, weeks=130), np.random.default_rng(4))
    plain, seasonal = fit_models(orders, [SEASONAL])
    assert seasonal.season is not None
    yearly = np.log(seasonal.season.yearly)
    usual = yearly[3:10].mean()
    assert yearly[10:] - usual == pytest.approx([0.64, 0.69], abs=0.2)
    assert yearly[:2] - usual == pytest.approx([-0.7, -0.6], abs=0.25)
    fitted = FittedModels(orders, (plain, seasonal), seasonal, fit_spend(orders))
    levels = market_levels(fitted, {}, 200, 1)
    assert levels.shift < 0.015
    assert abs(levels.lasting.mean()) < 0.1


def test_black_friday_is_the_day_after_the_fourth_thursday() -> None:
    on = big_days(FIRST, FIRST + timedelta(days=900))["black_friday"]
    assert on[:4] == (date(2023, 11, 24), date(2024, 11, 29), date(2025, 11, 28), date(2026, 11, 27))


def test_the_last_of_whole_weeks_has_seven_days() -> None:
    orders = generated(Plan(Parameters(1.2, 10.0, 0.6, 30.0), weeks=70), np.random.default_rng(4))
    p, due = Parameters(1.2, 10.0, 0.6, 30.0), []
    for days in (419, 420):  # 60 weeks, and a day more
        known = orders.until(orders.first + timedelta(days=days))
        due.append(expected_of_weeks(histories(known), p, known.days)[59])
    assert due[0] == pytest.approx(due[1], rel=0.02)
