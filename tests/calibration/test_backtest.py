"""Backtest: published figures on CDNOW, closed forms against simulated customers, and the coverage of bands."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from calibration import backtest as bt
from calibration.model.fitting import Model, fit
from calibration.model.likelihood import Parameters, histories
from calibration.model.simulated_customers import draw_customers, history_posterior, simulate_orders
from calibration.orders.order_history import Orders
from calibration.recovery import PlantedTruth, plant
from scenarios.errors import InputError

LAW = Parameters(0.8, 5.0, 0.7, 12.0)
SEASON = (0.7, 0.8, 0.9, 1.0, 1.1, 1.5, 1.0)


def model(law: Parameters, weekday: tuple[float, ...] | None = None) -> Model:
    return Model("planted", law, weekday, 0.0, 0.0, True)


@pytest.fixture(scope="module")
def plain(early: Orders) -> Model:
    return fit(histories(early), "Pareto/NBD")


def test_cdnow_holdout_figures(cdnow: Orders, early: Orders, plain: Model) -> None:
    seen = bt.truth(cdnow, early)
    score = bt.score(bt.predict(early, plain, 273)[0], seen.counts)
    assert (seen.counts.sum(), (seen.counts > 0).sum(), seen.newcomers) == (1882, 684, 0)
    assert score.predicted == pytest.approx(1665.5, abs=1.0)
    assert score.mae == pytest.approx(0.7545, abs=0.001)
    assert score.rmse == pytest.approx(1.603, abs=0.001)
    assert bt.buyers(early, plain, 273) / len(early.customers) == pytest.approx(0.222, abs=0.005)
    assert seen.weekly.sum() == 1882


def test_expectation_is_the_published_closed_form(early: Orders, plain: Model) -> None:
    """Fader, Hardie & Lee (2005): P(alive) (r + x)(beta + T) / ((alpha + T)(s - 1)) [1 - (...)^(s - 1)]."""
    from calibration.model.likelihood import p_alive

    p, t = plain.parameters, 39.0
    x, end = early.customers["x"].to_numpy(), early.customers["T"].to_numpy()
    active = (p.beta + end) / (p.s - 1.0) * (1.0 - ((p.beta + end) / (p.beta + end + t)) ** (p.s - 1.0))
    closed = p_alive(early, p) * (p.r + x) / (p.alpha + end) * active
    mine = bt.predict(early, plain, 273)[0]
    assert np.abs(mine - closed).max() < 1e-9
    assert np.abs(mine - closed * (p.alpha + end) / (1.01 * p.alpha + end)).max() > 1e-3


@pytest.mark.parametrize("weekday", [None, SEASON])
def test_expectation_equals_simulated_customers(early: Orders, weekday: tuple[float, ...] | None) -> None:
    from calibration.model.likelihood import season

    h = histories(early, weekday, ahead=60)
    daily = season(early, early.days + 61, weekday)[-60:]
    exact, by_day = bt.expected(h, LAW, daily)
    rng, area, replications = np.random.default_rng(3), np.concatenate([[0.0], np.cumsum(daily)]) / 7.0, 80
    known = history_posterior(h, LAW)
    lives = [simulate_orders(draw_customers(known, LAW, rng), area, 1.0, rng) for _ in range(replications)]
    drawn = sum(np.bincount(who, minlength=h.customers) for who, _ in lives) / replications
    days = sum(np.bincount(day, minlength=61) for _, day in lives)[1:] / replications
    # Simulated orders of one day are merged: fewer by about half a percent here.
    error = 4.0 * np.sqrt(3.0 * exact.sum() / replications) + 0.01 * exact.sum()
    assert drawn.sum() == pytest.approx(exact.sum(), abs=error)
    assert np.corrcoef(drawn, exact)[0, 1] > 0.97
    assert days.sum() == pytest.approx(by_day.sum(), abs=error)
    wrong, _ = bt.expected(h, replace(LAW, s=2.0 * LAW.s), daily)
    assert abs(drawn.sum() - wrong.sum()) > error


def test_bands_cover_simulated_weeks() -> None:
    """Known parameters: 90 % bands contain 86 to 98 % of 480 weekly totals."""
    planted = PlantedTruth(LAW, None, (6.0, 3.5, 15.0), date(2024, 1, 1), 30 * 7, np.arange(250) % 60)
    inside = []
    for number in range(24):
        orders = plant(replace(planted, days=50 * 7), 8, number)
        known = orders.until(date.fromordinal(orders.last.toordinal() - 140))
        band = bt.forecast(known, None, [(LAW, 0.0)] * 100, 140, number).bands
        seen = bt.truth(orders, known).weekly
        inside += list((band.weekly[0] <= seen) & (seen <= band.weekly[1]))
    # Integer counts make bands a little wide.
    assert 0.86 < np.mean(inside) < 0.98


def test_a_common_week_shock_widens_the_bands(early: Orders, plain: Model) -> None:
    calm = bt.forecast(early, None, [(plain.parameters, 0.0)] * 60, 91, 1).bands
    stormy = bt.forecast(early, None, [(plain.parameters, 0.4)] * 60, 91, 1).bands
    width = [np.mean(b.weekly[1] - b.weekly[0]) for b in (calm, stormy)]
    assert width[1] > 1.5 * width[0]


def test_a_model_that_loses_gives_a_warning() -> None:
    figures = ((80, 1.0, 2.0), (80.5, 1.0, 2.0), (99, 0.9, 1.9))
    mine, close, better = (bt.ForecastScore(*row) for row in figures)
    assert bt.losses("mine", mine, {"mine": better, "close": close}, 100.0) == []
    assert bt.losses("mine", mine, {"better": better}, 100.0) == [
        "on the holdout mine loses to better by total and error per customer: predicted 80 against 99 "
        "(truth 100), MAE 1.000 against 0.900, RMSE 2.000 against 1.900"
    ]


def test_holdout_by_weeks_and_by_date(cdnow: Orders) -> None:
    assert bt.split_day(cdnow, "39w") == bt.split_day(cdnow, "1997-10-01") == date(1997, 10, 1)


@pytest.mark.parametrize(
    ("text", "got"),
    [("soon", "'soon'"), ("w", "'w'"), ("99w", "1996-08-07"), ("1998-06-30", "1998-06-30")],
)
def test_holdouts_that_cannot_be(cdnow: Orders, text: str, got: str) -> None:
    with pytest.raises(InputError) as caught:
        bt.split_day(cdnow, text)
    assert (caught.value.place, caught.value.got) == ("--holdout", got)
    if text == "99w":
        assert "from 1997-01-29 to 1998-06-24" in caught.value.expected
