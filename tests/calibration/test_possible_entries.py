"""Shops that are older than their file: the likelihood, what follows from it, and what the engine makes of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import NamedTuple

import numpy as np
import pandas as pd
import pytest

from benchmarks.left_censored import AHEAD, YEAR, known_ways, shop
from calibration.calibration_files import customers_table
from calibration.forecasting.expected_orders import expectation
from calibration.model.fitting import PLAIN, fit
from calibration.model.likelihood import Parameters, each, histories, log_likelihood, p_alive, scored, shares
from calibration.model.merged_histories import coarser
from calibration.model.posterior import slope_by_logs, to_parameters
from calibration.model.simulated_customers import draw_customers, history_posterior, new_customers, simulate_orders
from calibration.orders.order_history import Orders
from scenarios import load_market
from sim.law.day_one import History, p_alive as law_p_alive
from sim.scenario import GammaRate

LAW = Parameters(0.8, 10.0, 0.7, 14.0)


class Case(NamedTuple):
    """A shop's orders without knowledge of who came before, with its opening, with each customer's day; the truth."""

    as_it_is: Orders
    opened: Orders
    entered: Orders
    logs: np.ndarray


@pytest.fixture(scope="module")
def case() -> Case:
    truth, orders = shop(load_market("library:base").beliefs, 1_500, 0, 2 * YEAR)
    return Case(*known_ways(orders.until(orders.last - timedelta(days=AHEAD))), np.log([*truth.values(), 1.3]))


def test_slopes_are_those_of_the_value(case: Case) -> None:
    for orders, size in ((case.opened, 5), (case.entered, 4)):
        h, logs = histories(orders), case.logs[:size]
        for form in ("closed", "wide"):
            _, slope = slope_by_logs(h, logs, form)
            steps = 1e-4 * np.eye(size)
            near = [slope_by_logs(h, logs + step, form)[0] - slope_by_logs(h, logs - step, form)[0] for step in steps]
            assert slope == pytest.approx(np.array(near) / 2e-4, abs=1e-3)


def test_both_forms_agree(case: Case) -> None:
    for orders in (case.opened, case.entered):
        h, p = histories(orders), to_parameters(case.logs, True)
        assert log_likelihood(h, p, "wide") == pytest.approx(log_likelihood(h, p, "closed"), abs=1e-3)


def test_a_shop_that_opened_with_its_file_has_the_published_likelihood(case: Case) -> None:
    """Given that arrivals are even over the file."""
    h, plain = histories(replace(case.opened, opened=case.opened.first - timedelta(days=1))), histories(case.as_it_is)
    p = replace(to_parameters(case.logs, True), earlier=1e-9)
    evenly = plain.customers * np.log((case.opened.days + 1) / 7.0)
    assert log_likelihood(h, p) == pytest.approx(log_likelihood(plain, p) - evenly, abs=1e-3)


def test_customers_who_all_came_within_the_file_change_nothing(case: Case) -> None:
    came = case.as_it_is.customers["first_day"]
    assert histories(replace(case.as_it_is, entered=came)).entries is None


def test_the_chances_of_histories_add_up(case: Case) -> None:
    """Of simulated customers who came 20 weeks before a file of 12 and stayed till it began: P(seen), P(alive)."""
    rng = np.random.default_rng(1)
    people = new_customers(200_000, LAW, rng)
    stayed = people.lifetime > 20.0
    people = replace(
        people, rate=people.rate[stayed], lifetime=people.lifetime[stayed] - 20.0, left=people.left[stayed]
    )
    who, day = simulate_orders(people, np.arange(85) / 7.0, 1.0, rng)
    size = people.rate.size
    first, last = np.full(size, 999), np.full(size, -1)
    np.minimum.at(first, who, day)
    np.maximum.at(last, who, day)
    seen = last >= 0
    count = np.bincount(who, minlength=size)[seen]
    table = pd.DataFrame({"x": count - 1, "first_day": first[seen] - 1, "last_day": last[seen] - 1})
    orders = replace(
        case.as_it_is, last=case.as_it_is.first + timedelta(days=83), customers=table,
        orderdays=pd.DataFrame({"customer": np.repeat(np.arange(len(table)), count), "day": day - 1}),
        entered=pd.Series(-140.0, index=table.index),
    )  # fmt: skip
    h = histories(orders)
    _, score = scored(h, LAW)
    assert np.abs(score[:4] * LAW.rates[:4]).max() < 3.5 * np.sqrt(h.customers)
    found = p_alive(orders, LAW)
    alive = people.lifetime[seen] > 12.0
    for rows in (slice(None), count == 1, count == 2, count > 4, last[seen] < 50):
        error = np.sqrt((found[rows] * (1.0 - found[rows])).sum()) / found[rows].size
        assert abs(found[rows].mean() - alive[rows].mean()) < 4.0 * error


def test_rates_are_those_planted(case: Case) -> None:
    """Without knowledge the order rate is a fifth too high."""
    rates = [fit(histories(orders), PLAIN).parameters for orders in case[:3]]
    planted = np.exp(case.logs[0]) * 7.0
    assert rates[0].r / rates[0].alpha / planted > 1.15
    assert rates[1].r / rates[1].alpha / planted == pytest.approx(1.0, abs=0.15)
    assert rates[2].r / rates[2].alpha / planted == pytest.approx(1.0, abs=0.12)
    assert rates[1].earlier == pytest.approx(1.0, abs=0.4)


def test_merged_histories_have_nearly_the_same_slope(case: Case) -> None:
    for orders, size in ((case.opened, 5), (case.entered, 4)):
        h = histories(orders)
        few = coarser(h, h.x.size // 2)
        assert few.x.size < h.x.size
        assert few.customers == h.customers
        slopes = [slope_by_logs(one, case.logs[:size], "closed")[1] for one in (h, few)]
        assert slopes[1] == pytest.approx(slopes[0], abs=0.06 * np.sqrt(h.customers))


def test_expectations_are_those_of_simulated_customers(case: Case) -> None:
    p = to_parameters(case.logs, True)
    for orders in (case.opened, case.entered):
        days = 91
        h = histories(orders, ahead=days)
        ahead = expectation(orders, p, np.ones(orders.days + 1 + days))
        known, rng = history_posterior(h, p), np.random.default_rng(3)
        total = []
        for _ in range(40):
            people = draw_customers(known, p, rng)
            rate, lifetime = people.rate, people.lifetime
            assert rate.size == h.customers
            total.append(float((rate * np.minimum(lifetime, days / 7.0)).sum()))
        error = np.std(total) / np.sqrt(len(total))
        assert ahead.people.sum() == pytest.approx(np.mean(total), abs=4.0 * error)
        assert ahead.by_day.sum() == pytest.approx(ahead.people.sum())
        assert (ahead.some <= ahead.people + 1e-9).all()


def test_the_engine_s_customers_are_as_often_alive(case: Case) -> None:
    p = to_parameters(case.logs, True)
    order, drop = GammaRate(p.r / p.alpha / 7.0, p.r), GammaRate(p.s / p.beta / 7.0, p.s)
    for orders in (case.opened, case.entered):
        table = customers_table(orders, [p])
        assert list(table)[-1] == "before"
        age, recency = table["age"].to_numpy(), table["recency"].to_numpy()
        assert (recency <= age).all()
        history = History(table["orders"].to_numpy() - 1.0, age - recency, age, recency)
        mine, theirs = p_alive(orders, p), law_p_alive(history, order, drop, 1.0, table["before"].to_numpy())
        known = orders.entered is not None
        assert theirs.mean() == pytest.approx(mine.mean(), abs=1e-6 if known else 0.02)
        found, share = shares(histories(orders), p, "closed")
        older = np.add.reduceat(share * (found.before > 0.0), found.begin) @ histories(orders).count
        assert (table["before"] > 0.0).sum() == pytest.approx(older, abs=1e-6 if known else 60)
    assert "before" not in customers_table(case.as_it_is)


def test_the_share_of_a_way_is_its_chance(case: Case) -> None:
    h, p = histories(case.opened), to_parameters(case.logs, True)
    found, share = shares(h, p, "closed")
    assert np.add.reduceat(share, found.begin) == pytest.approx(1.0)
    late = h.start > 300
    older = np.add.reduceat(share * (found.before > 0.0), found.begin)
    assert older[late].mean() < 0.2 < older[~late & (h.start < 20)].mean()
    assert each(h, p)[1].max() <= 1.0
