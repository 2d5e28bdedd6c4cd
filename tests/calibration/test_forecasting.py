"""Forecasts: expectations against simulated customers, bands against planted weeks, levels, fading and the record."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest

from calibration.forecasting.calendar_levels import calendar_levels, expected_of_weeks, months_of
from calibration.forecasting.class_corrections import ClassRecord, corrected, corrections
from calibration.forecasting.expected_orders import ExpectedOrders, chance_of_any, expectation, expected, faded
from calibration.forecasting.futures import shock_levels, simulated_bands, weekly_counts
from calibration.forecasting.record import SETTINGS, PastOrigin, Setting, averaged, judged
from calibration.forecasting.regular_expectation import regular_expectation
from calibration.forecasting.slow_customers import (
    NEVER,
    SlowShare,
    chance_of_slow,
    fit_slow_share,
    log_posterior,
    slow_expectation,
)
from calibration.model.likelihood import WEEK, Parameters, histories, season
from calibration.model.optimisation import gradient
from calibration.model.simulated_customers import draw_customers, history_posterior, simulate_orders
from calibration.orders.order_history import Orders, summarise
from calibration.recovery import PlantedTruth, plant

LAW = Parameters(0.8, 5.0, 0.7, 12.0)
SEASON = (0.7, 0.8, 0.9, 1.0, 1.1, 1.5, 1.0)
REPLICATIONS = 80


@pytest.mark.parametrize("k", [1.0, 1.6, 4.0])
@pytest.mark.parametrize("weekday", [None, SEASON])
def test_expectations_equal_simulated_customers(early: Orders, k: float, weekday: tuple[float, ...] | None) -> None:
    law, daily = replace(LAW, k=k), season(early, early.days + 61, weekday)
    forecast = expectation(early, law, daily)
    known = history_posterior(histories(early, weekday, ahead=60), law)
    area = np.concatenate([[0.0], np.cumsum(daily[-60:])]) / WEEK
    people, some = np.zeros(len(early.customers)), np.zeros(len(early.customers))
    for number in range(REPLICATIONS):
        rng = np.random.default_rng(number)
        who, _ = simulate_orders(draw_customers(known, law, rng), area, k, rng)
        counts = np.bincount(who, minlength=people.size)
        people, some = people + counts / REPLICATIONS, some + (counts > 0) / REPLICATIONS
    # Simulated orders of one day are merged: fewer by about half a percent here.
    error = 4.0 * np.sqrt(3.0 * people.sum() / REPLICATIONS) + 0.01 * people.sum()
    assert forecast.people.sum() == pytest.approx(people.sum(), abs=error)
    assert forecast.by_day.sum() == pytest.approx(forecast.people.sum())
    assert np.corrcoef(people, forecast.people)[0, 1] > 0.97
    assert forecast.some.sum() == pytest.approx(some.sum(), abs=4.0 * np.sqrt(some.sum() / REPLICATIONS) + 1.0)
    wrong = expectation(early, replace(law, s=2.0 * law.s), daily)
    assert abs(people.sum() - wrong.people.sum()) > error


def test_regular_expectation_at_one_is_the_closed_form(early: Orders) -> None:
    h, daily = histories(early, SEASON, ahead=60), season(early, early.days + 61, SEASON)[-60:]
    closed, regular = expected(h, LAW, daily), regular_expectation(h, LAW, daily)
    assert np.abs(closed[0] - regular[0]).max() < 1e-3
    assert np.abs(closed[1] - regular[1]).max() < 1e-2
    near = regular_expectation(h, replace(LAW, k=1.0001), daily)
    assert near[0].sum() == pytest.approx(closed[0].sum(), rel=1e-3)


def test_bands_cover_simulated_weeks() -> None:
    """Known parameters: 90 % bands contain 86 to 98 % of 480 weekly totals."""
    planted = PlantedTruth(LAW, None, (6.0, 3.5, 15.0), date(2024, 1, 1), 30 * 7, np.arange(250) % 60)
    inside = []
    for number in range(24):
        orders = plant(replace(planted, days=50 * 7), 8, number)
        known = orders.until(orders.last - timedelta(days=140))
        band = simulated_bands(known, [LAW], np.ones(known.days + 141), np.zeros((100, 20)))
        later = orders.orderdays["day"].to_numpy() - known.days
        seen = weekly_counts(later[later > 0], 140)
        inside += list((band.weekly[0] <= seen) & (seen <= band.weekly[1]))
    # Integer counts make bands a little wide.
    assert 0.86 < np.mean(inside) < 0.98


def test_week_shocks_widen_the_weeks_and_a_lasting_shift_widens_the_total(early: Orders) -> None:
    daily = np.ones(early.days + 92)
    calm, stormy, lasting = (
        simulated_bands(early, [LAW], daily, levels)
        for levels in (
            np.zeros((80, 13)),
            shock_levels([0.4] * 80, 13, 1),
            np.outer([-0.5, 0.5] * 40, np.ones(13)),
        )
    )
    width = [float(np.mean(band.weekly[1] - band.weekly[0])) for band in (calm, stormy)]
    assert width[1] > 1.5 * width[0]
    assert lasting.total[1] - lasting.total[0] > 2.0 * (calm.total[1] - calm.total[0])


# --- levels of the calendar ------------------------------------------------------------------------


def test_a_season_is_learned_from_a_year_and_not_from_half_of_one() -> None:
    rng = np.random.default_rng(5)
    month = months_of(date(2023, 1, 2), 130)
    high = np.where(np.isin(month, (10, 11)), 0.8, 0.0)
    seen, due = rng.poisson(80.0 * np.exp(high)).astype(float), np.full(130, 80.0)
    known = calendar_levels(seen[:96], due[:96], month[:122], 100, 1)
    assert known.unseen == ()
    ahead = known.ahead - known.ahead[month[96:122] == 2].mean()
    assert ahead[month[96:122] == 11].mean() == pytest.approx(0.8, abs=0.2)
    short = calendar_levels(seen[:30], due[:30], month[:56], 100, 1)
    assert short.unseen == (8, 9, 10, 11, 12)
    assert np.abs(short.ahead).max() < 0.15
    spread = [float(level.draws.mean(axis=1).std()) for level in (known, short)]
    assert spread[1] > 1.1 * spread[0]


def test_expected_weeks_add_up_to_what_was_ordered(early: Orders, plain_law: Parameters) -> None:
    due = expected_of_weeks(histories(early), plain_law, early.days)
    assert due.size == 39
    assert due.sum() == pytest.approx(early.customers["x"].sum(), rel=0.05)


@pytest.fixture(scope="module")
def plain_law(early: Orders) -> Parameters:
    from calibration.model.fitting import fit

    return fit(histories(early), "Pareto/NBD").parameters


# --- slow customers --------------------------------------------------------------------------------

SLOW = SlowShare(LAW, replace(LAW, alpha=LAW.alpha / 0.2, s=NEVER), 0.4)


@pytest.fixture(scope="module")
def with_slow() -> Orders:
    """Forty per cent of the customers order at a fifth of the rate and never drop out; 39 weeks."""
    planted = PlantedTruth(LAW, None, (6.0, 3.5, 15.0), date(2024, 1, 1), 39 * 7, np.arange(1200) % 90)
    usual = plant(planted, 4)
    slow = plant(replace(planted, parameters=SLOW.slow, first_days=np.arange(800) % 90), 5).orderdays
    table = pd.concat([usual.orderdays, slow.assign(customer=slow["customer"] + 1200)], ignore_index=True)
    customers, table = summarise(table, pd.RangeIndex(2000, name="customer"), usual.days)
    return replace(usual, customers=customers, orderdays=table, rows=len(table))


def test_scores_of_a_slow_share_are_derivatives(early: Orders) -> None:
    h = histories(early)
    at = np.array([-0.2, 1.6, -0.3, 2.4, -0.8, -1.5])
    value, slope = log_posterior(h, at)
    assert np.isfinite(value)
    assert slope == pytest.approx(gradient(lambda v: log_posterior(h, v)[0], at), rel=1e-5, abs=1e-3)


def test_a_slow_share_is_found_and_forecast(with_slow: Orders) -> None:
    from calibration.model.fitting import fit

    h = histories(with_slow)
    plain = fit(h, "Pareto/NBD").parameters
    found = fit_slow_share(h, plain)
    assert found.share == pytest.approx(0.4, abs=0.2)
    never = (with_slow.customers["x"] == 0).to_numpy()
    daily = np.ones(with_slow.days + 92)
    true, mine = (slow_expectation(with_slow, law, daily) for law in (SLOW, found))
    theirs = expectation(with_slow, plain, daily)
    assert mine.people[never].sum() == pytest.approx(true.people[never].sum(), rel=0.15)
    assert abs(theirs.people[never].sum() / true.people[never].sum() - 1.0) > 0.2
    assert mine.by_day.sum() == pytest.approx(mine.people.sum())
    assert np.all((mine.some > 0.0) & (mine.some <= mine.people))


def test_without_slow_customers_the_law_is_the_plain_one(early: Orders) -> None:
    none = replace(SLOW, share=1e-12)
    daily = season(early, early.days + 61, SEASON)
    assert chance_of_slow(histories(early, SEASON), none).max() < 1e-6
    mine, plain = slow_expectation(early, none, daily), expectation(early, LAW, daily)
    assert mine.people == pytest.approx(plain.people, rel=1e-6)
    assert mine.by_day == pytest.approx(plain.by_day, rel=1e-6)


# --- fading, corrections and the record ------------------------------------------------------------


def test_fading_counts_recent_orders_more(early: Orders) -> None:
    daily = np.ones(early.days + 8)
    assert np.all(faded(early, LAW, daily, np.inf) == 1.0)
    assert faded(early, LAW, daily, 1e7) == pytest.approx(1.0, abs=1e-4)
    factor, people = faded(early, LAW, daily, 13.0), early.customers
    busy = people["x"] > 2
    late = (busy & (people["T"] - people["t_x"] < 4.0)).to_numpy()
    long_ago = (busy & (people["T"] - people["t_x"] > 20.0)).to_numpy()
    assert factor[late].mean() > 1.0 > factor[long_ago].mean()


def test_chances_follow_a_change_of_rate(early: Orders) -> None:
    h = histories(early, ahead=60)
    some = chance_of_any(h, LAW, 60)
    one = ExpectedOrders(np.full(some.size, 0.3), some, np.ones(60))
    assert one.scaled(np.full(some.size, 2.0)).some == pytest.approx(1.0 - (1.0 - some) ** 2)


def test_corrections_are_shrunk_by_how_little_was_seen() -> None:
    none = np.zeros(3)
    assert np.all(corrections([]).orders == 1.0)
    assert np.all(corrections([ClassRecord(none, none, none, none)]).orders == 1.0)
    share, much = np.array([1.5, 1.2, 1.0]), np.array([900.0, 700.0, 900.0])
    by_much, by_little = (corrections([ClassRecord(share * n, n, share * n, n)] * 2) for n in (much, much / 100.0))
    assert np.all(by_much.orders[:2] > by_little.orders[:2])
    assert np.all(by_little.orders[:2] > 1.0)
    assert by_much.orders[0] == pytest.approx(1.45, abs=0.05)
    assert by_much.orders[2] == by_little.orders[2] == 1.0
    alike = corrections([ClassRecord(0.7 * much, much, 0.7 * much, much)])
    assert alike.orders == pytest.approx(1.0, abs=1e-3)
    forecast = ExpectedOrders(np.array([0.2, 0.9]), np.array([0.15, 0.5]), np.full(7, 1.1 / 7.0))
    mine = corrected(forecast, by_much, np.array([0, 2]))
    assert mine.people[0] == pytest.approx(forecast.people[0] * by_much.orders[0])
    assert np.all(mine.some <= mine.people)
    assert mine.by_day.sum() == pytest.approx(mine.people.sum())


def test_settings_are_weighed_by_their_record() -> None:
    rng = np.random.default_rng(3)
    rate = rng.gamma(1.0, size=400)
    counts = rng.poisson(rate).astype(float)
    good = ExpectedOrders(rate, -np.expm1(-rate), np.full(7, rate.sum() / 7.0))
    bad = ExpectedOrders(np.full(400, 1.3), np.full(400, 0.7), np.full(7, 400 * 1.3 / 7.0))
    forecasts = {setting: good if setting.calendar else bad for setting in SETTINGS}
    found = judged([PastOrigin(forecasts, counts, np.zeros(400, np.int64), 0.5)])
    assert sum(found.weights.values()) == pytest.approx(1.0)
    assert sum(weight for setting, weight in found.weights.items() if setting.calendar) > 0.99
    assert averaged(forecasts, found.weights).people == pytest.approx(rate, rel=0.05, abs=0.01)
    alike = judged([]).weights
    assert set(alike.values()) == {1.0 / len(SETTINGS)}
    assert Setting("plain", False, np.inf) in alike
