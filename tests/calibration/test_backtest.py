"""Backtest: published figures on CDNOW, the published closed form, and what may be held out."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from calibration import backtest as bt
from calibration.model.fitting import Model, fit
from calibration.model.likelihood import histories
from calibration.orders.order_history import Orders
from scenarios.errors import InputError


@pytest.fixture(scope="module")
def plain(early: Orders) -> Model:
    return fit(histories(early), "Pareto/NBD")


def test_cdnow_holdout_figures(cdnow: Orders, early: Orders, plain: Model) -> None:
    seen = bt.truth(cdnow, early)
    forecast = bt.predict(early, plain, 273)
    score = bt.score(forecast.people, seen.counts)
    assert (seen.counts.sum(), (seen.counts > 0).sum(), seen.newcomers) == (1882, 684, 0)
    assert score.predicted == pytest.approx(1665.5, abs=1.0)
    assert score.mae == pytest.approx(0.7545, abs=0.001)
    assert score.rmse == pytest.approx(1.603, abs=0.001)
    assert forecast.some.sum() / len(early.customers) == pytest.approx(0.222, abs=0.005)
    assert seen.weekly.sum() == 1882


def test_expectation_is_the_published_closed_form(early: Orders, plain: Model) -> None:
    """Fader, Hardie & Lee (2005): P(alive) (r + x)(beta + T) / ((alpha + T)(s - 1)) [1 - (...)^(s - 1)]."""
    from calibration.model.likelihood import p_alive

    p, t = plain.parameters, 39.0
    x, end = early.customers["x"].to_numpy(), early.customers["T"].to_numpy()
    active = (p.beta + end) / (p.s - 1.0) * (1.0 - ((p.beta + end) / (p.beta + end + t)) ** (p.s - 1.0))
    closed = p_alive(early, p) * (p.r + x) / (p.alpha + end) * active
    mine = bt.predict(early, plain, 273).people
    assert np.abs(mine - closed).max() < 1e-9
    assert np.abs(mine - closed * (p.alpha + end) / (1.01 * p.alpha + end)).max() > 1e-3


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
