"""One law, two uses: customers who are simulated on from a history buy what the likelihood expects of them.

CDNOW's customers are fitted at week 39 and live 39 weeks more with nothing done to them. The mean of their
orders over `LIVES` lives may lie `K` standard errors from the conditional expectation (a correct simulator
would break that once in 16,000 seeds). Each wrong law below must be refused by the same measure.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from calibration import read_orders
from calibration.backtest import expected
from calibration.calibration_files import customers_table
from calibration.model.fitting import fit
from calibration.model.likelihood import WEEK, Parameters, histories
from calibration.orders.order_history import Orders
from sim import run
from sim.law import day_one as person
from sim.people import population
from sim.scenario import Customers, RunSettings, Scenario
from tests.worlds import RESPONSES_OFF, changed, scenario

WEEKS = 39
LIVES = 40
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


def world(case: Case) -> Scenario:
    """The shop's customers under the fitted law, nothing else."""
    orders, law, _ = case
    table = customers_table(orders)
    changes = {
        **RESPONSES_OFF,
        "market.start_with": 0,
        "market.need.order_rate.mean": law.r / law.alpha / WEEK,
        "market.need.order_rate.shape": law.r,
        "market.need.dropout_rate.mean": law.s / law.beta / WEEK,
        "market.need.dropout_rate.shape": law.s,
        "run": RunSettings(orders.last + timedelta(days=1), horizon=7 * WEEKS, draws=1, replications=LIVES, seed=1),
        "customers": Customers(**{name: table[name].to_numpy() for name in table}),
    }
    return changed(scenario(), changes)


def z_of(world: Scenario, mean: float) -> float:
    """How many standard errors the mean orders of `LIVES` lives lie from `mean`."""
    orders = [int(run(world, replication=life).series["orders"].sum()) for life in range(LIVES)]
    return float((np.mean(orders) - mean) / (np.std(orders, ddof=1) / np.sqrt(LIVES)))


def test_the_simulated_customers_buy_what_the_likelihood_expects(case: Case) -> None:
    assert case[2] == pytest.approx(1665.5, abs=1.0)
    assert abs(z_of(world(case), case[2])) < K


def test_a_wrong_drift_is_refused(case: Case) -> None:
    right = world(case)
    drift = replace(right.market.need.dropout_rate, mean=0.5 * right.market.need.dropout_rate.mean)
    assert abs(z_of(changed(right, {"market.need.dropout_rate": drift}), case[2])) > K


def test_rates_four_per_cent_too_high_in_the_law_are_refused(case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    def faster(*args: Any) -> person.DayOne:
        drawn = person.day_one_rates(*args)
        return replace(drawn, columns=drawn.columns | {"lam": 1.04 * drawn.columns["lam"]})

    monkeypatch.setattr(population, "day_one_rates", faster)
    assert abs(z_of(world(case), case[2])) > K


def shifted(p_alive: Callable[..., npt.NDArray[np.float64]], *args: object) -> npt.NDArray[np.float64]:
    """A chance to live that is a tenth of the way too close to one."""
    chance = p_alive(*args)
    return chance + 0.1 * (1.0 - chance)


def test_a_wrong_chance_to_live_in_the_law_is_refused(case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(person, "p_alive", partial(shifted, person.p_alive))
    assert abs(z_of(world(case), case[2])) > K
