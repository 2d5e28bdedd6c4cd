"""Maximum likelihood on CDNOW and on simulated orders, spend and the season of weekdays."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from calibration.model.fitting import (
    choose,
    daily_repeats,
    expected_repeats,
    fit,
    fit_models,
    weekday_season,
    weekly,
)
from calibration.model.likelihood import Parameters, histories
from calibration.model.spend import fit_spend
from calibration.orders.order_history import Orders
from calibration.recovery import PlantedTruth, plant
from calibration.reference_forecasts import bg_nbd_expected, fit_bg_nbd

PLANTED = PlantedTruth(
    Parameters(0.9, 5.0, 0.8, 20.0), None, (6.0, 3.5, 15.0), date(2024, 1, 1), 365, np.arange(1200) % 90
)


def test_cdnow_parameters(early: Orders) -> None:
    model = fit(histories(early), "plain")
    assert model.converged
    assert model.log_likelihood == pytest.approx(-9594.976, abs=0.01)
    p = model.parameters
    assert [p.r, p.alpha, p.s, p.beta] == pytest.approx([0.5533, 10.578, 0.6062, 11.669], rel=0.005)


def test_cdnow_spend(early: Orders) -> None:
    spend = fit_spend(early)
    assert spend.customers == 946
    assert [spend.p, spend.q, spend.v] == pytest.approx([6.249, 3.745, 15.448], rel=0.005)
    assert spend.data == "repeat order-days with an amount above zero"


def test_bg_nbd_equals_lifetimes(early: Orders) -> None:
    from lifetimes import BetaGeoFitter

    people = early.customers
    theirs = BetaGeoFitter().fit(people["x"], people["t_x"], people["T"])
    mine = fit_bg_nbd(early)
    assert [mine.r, mine.alpha, mine.a, mine.b] == pytest.approx(list(theirs.params_), rel=0.01)
    expected = theirs.conditional_expected_number_of_purchases_up_to_time(39, people["x"], people["t_x"], people["T"])
    assert bg_nbd_expected(early, mine, 39.0).sum() == pytest.approx(expected.sum(), rel=0.002)


def test_the_plain_model_is_chosen_where_no_other_improves_the_criterion(early: Orders) -> None:
    models = fit_models(early)
    assert [m.name for m in models[:3]] == [
        "Pareto/NBD",
        "Pareto/NBD, weekday season",
        "Pareto/NBD, regular orders",
    ]
    assert choose(models) is models[0]
    assert models[2].log_likelihood > models[0].log_likelihood - 0.01


def test_regular_orders_are_recovered() -> None:
    truth = replace(PLANTED, parameters=replace(PLANTED.parameters, k=2.5), first_days=np.arange(500) % 90)
    model = fit(histories(plant(truth, 3)), "regular", regular=True)
    assert model.parameters.k == pytest.approx(2.5, rel=0.1)
    irregular = fit(histories(plant(replace(truth, parameters=PLANTED.parameters), 3)), "plain", regular=True)
    assert irregular.parameters.k < 1.2


def test_weekday_season_is_recovered_and_shrunk_where_there_is_none() -> None:
    season = (0.6, 0.8, 0.9, 1.0, 1.1, 1.6, 1.0)
    orders = plant(replace(PLANTED, weekday=season), 1)
    plain = fit(histories(orders), "plain").parameters
    found = np.array(weekday_season(orders, plain))
    assert found.mean() == pytest.approx(1.0)
    assert np.abs(found - season).max() < 0.12
    even = plant(PLANTED, 1)
    none = np.array(weekday_season(even, fit(histories(even), "plain").parameters))
    assert np.abs(none - 1.0).max() < 0.06


def test_expected_repeats_add_up_to_the_observed_at_the_best_fit(early: Orders) -> None:
    model = fit(histories(early), "plain")
    due, seen = expected_repeats(early, model.parameters), daily_repeats(early)
    assert due.sum() == pytest.approx(seen.sum(), rel=0.05)
    assert due[0] == 0.0
    assert weekly(seen, 1).size == early.days // 7


def test_expected_order_value_depends_on_the_history(early: Orders) -> None:
    spend = fit_spend(early)
    none, some, many = spend.expected(np.array([0.0, 1.0, 50.0]), np.array([0.0, 100.0, 5000.0]))
    assert none == pytest.approx(spend.mean)
    assert spend.mean < some < many < 100.0
