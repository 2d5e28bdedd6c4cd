"""Simulator and likelihood have one law: simulated customers order as often as the likelihood expects.

CDNOW's customers are fitted at week 39 and simulated for 39 weeks more without any marketing. The mean of their
orders over `REPLICATIONS` runs may lie `K` standard errors from the conditional expectation (a correct simulator
fails that once in 16,000 seeds). Each wrong law below must fail the same test.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from calibration import read_orders
from calibration.calibration_files import customers_table
from calibration.forecasting.expected_orders import expected
from calibration.model.fitting import fit
from calibration.model.likelihood import WEEK, Parameters, histories
from calibration.orders.order_history import Orders
from sim import run
from sim.law import day_one
from sim.people import population
from sim.scenario import Customers, RunSettings, Scenario
from tests.worlds import RESPONSES_OFF, changed, scenario

WEEKS = 39
REPLICATIONS = 40
ENOUGH = 20
"""Of a law so wrong that its runs lie 7 standard errors off and more."""
K = 4.0

Case = tuple[Orders, Parameters, float]


@pytest.fixture(scope="module")
def case(cdnow_file: Path) -> Case:
    """The orders of weeks 1 to 39, their best plain law, and the repeats it expects in 39 weeks more."""
    orders = read_orders(cdnow_file)
    early = orders.until(orders.last - timedelta(weeks=WEEKS))
    history = histories(early)
    law = fit(history, "Pareto/NBD").parameters
    people, _ = expected(history, law, np.ones(7 * WEEKS))
    return early, law, float(people.sum())


def fitted_scenario(case: Case) -> Scenario:
    """The shop's customers under the fitted law, without any response to marketing."""
    orders, law, _ = case
    table = customers_table(orders)
    changes = {
        **RESPONSES_OFF,
        "market.start_with": 0,
        "market.need.order_rate.mean": law.r / law.alpha / WEEK,
        "market.need.order_rate.shape": law.r,
        "market.need.dropout_rate.mean": law.s / law.beta / WEEK,
        "market.need.dropout_rate.shape": law.s,
        "run": RunSettings(
            orders.last + timedelta(days=1), horizon=7 * WEEKS, draws=1, replications=REPLICATIONS, seed=1
        ),
        "customers": Customers(**{name: table[name].to_numpy() for name in table}),
    }
    return changed(scenario(), changes)


def z_of(case: Scenario, mean: float, runs: int = REPLICATIONS) -> float:
    """How many standard errors the mean orders of so many runs lie from `mean`."""
    orders = [int(run(case, replication=number).series["orders"].sum()) for number in range(runs)]
    return float((np.mean(orders) - mean) / (np.std(orders, ddof=1) / np.sqrt(runs)))


def test_simulated_customers_order_as_often_as_the_likelihood_expects(case: Case) -> None:
    assert case[2] == pytest.approx(1665.5, abs=1.0)
    assert abs(z_of(fitted_scenario(case), case[2])) < K


def test_a_wrong_dropout_rate_fails(case: Case) -> None:
    right = fitted_scenario(case)
    drift = replace(right.market.need.dropout_rate, mean=0.5 * right.market.need.dropout_rate.mean)
    assert abs(z_of(changed(right, {"market.need.dropout_rate": drift}), case[2], ENOUGH)) > K


def test_order_rates_four_per_cent_too_high_fail(case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    def faster(*args: Any) -> day_one.DayOne:
        drawn = day_one.day_one_rates(*args)
        return replace(drawn, columns=drawn.columns | {"lam": 1.04 * drawn.columns["lam"]})

    monkeypatch.setattr(population, "day_one_rates", faster)
    assert abs(z_of(fitted_scenario(case), case[2])) > K


def shifted(of: Callable[..., day_one.ClassHistory], *args: object) -> day_one.ClassHistory:
    """P(alive) moved a tenth of the way to one."""
    found = of(*args)
    return found._replace(alive=found.alive + 0.1 * (1.0 - found.alive))


def test_a_wrong_chance_of_being_alive_fails(case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(day_one, "class_history", partial(shifted, day_one.class_history))
    assert abs(z_of(fitted_scenario(case), case[2], ENOUGH)) > K
