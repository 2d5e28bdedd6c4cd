"""People whose history is known go on as they would have gone on: a run cut in two by way of the order export."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from scipy.integrate import quad
from scipy.special import betainc

from sim import run
from sim.draws import identities
from sim.law import day_one as person
from sim.scenario import Customers, GammaRate
from sim.stages import Event
from tests.worlds import RESPONSES_OFF, scenario

PEOPLE, DAYS, CUT, WEEKS = 20_000, 320, 160, 8
NEED = {
    "market.start_with": PEOPLE,
    "market.need.order_rate.mean": 0.05,
    "market.need.dropout_rate.mean": 0.003,
    "market.need.week_shock": 0.0,
    "market.need.season.weekday": (1.0,) * 7,
}


def orders_by_period(k: float) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Orders after the cut in `WEEKS` periods: of the run that went on, and of one begun from its history."""
    world: dict[str, Any] = RESPONSES_OFF | NEED | {"market.need.regularity": k}
    went_on = run(scenario(world, days=DAYS), events=True, threads=1)
    assert went_on.events is not None
    ids = identities("start", 0, np.arange(PEOPLE))
    before = (went_on.events["kind"] == Event.ORDER) & (went_on.events["day"] < CUT)
    order = np.argsort(ids)
    rows = order[np.searchsorted(ids[order], went_on.events["person"][before])]
    repeats = np.bincount(rows, minlength=PEOPLE)
    last = np.zeros(PEOPLE)
    np.maximum.at(last, rows, went_on.events["instant"][before].astype(float))
    spent = np.full(PEOPLE, 8500, dtype=np.int64) * (repeats + 1)
    history = Customers(ids, repeats + 1, np.full(PEOPLE, float(CUT)), CUT - last, spent, repeats + 1)
    on_day_one = replace(scenario(world | {"market.start_with": 0}, days=DAYS - CUT), customers=history)
    begun = run(on_day_one, replication=1, threads=1)
    truth = went_on.series["orders"][CUT:].reshape(WEEKS, -1).sum(axis=1).astype(float)
    return truth, begun.series["orders"].reshape(WEEKS, -1).sum(axis=1).astype(float)


def distance(pair: tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]) -> float:
    """Largest difference of a period in standard errors: counts of two runs, at most Poisson within each."""
    return float(np.max(np.abs(pair[0] - pair[1]) / np.sqrt(pair[0] + pair[1])))


@pytest.mark.parametrize("k", [1.0, 2.0])
def test_history_goes_on(k: float) -> None:
    """Eight periods, each within 4.5 standard errors: a false alarm in about 1 of 18,000 runs."""
    assert distance(orders_by_period(k)) < 4.5


def test_a_threshold_that_forgets_its_silence_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    """The twin: for k = 2, a new threshold in place of what is left of the old one."""
    exact = person.rates_of_living

    def forgetful(*args: Any) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
        lam, _ = exact(*args)
        return lam, np.random.default_rng(1).gamma(2.0, 0.5, lam.size)

    monkeypatch.setattr(person, "rates_of_living", forgetful)
    assert distance(orders_by_period(2.0)) > 4.5


def by_parts_of_time(history: person.History, order: GammaRate, drift: GammaRate, k: float) -> list[float]:
    """P(alive) by adaptive quadrature over the time of leaving, piece by piece: nothing is known of its form."""
    r, alpha = order.shape, order.shape / order.mean
    s, beta = drift.shape, drift.shape / drift.mean
    chances = []
    for x, last, end, _ in zip(*history, strict=True):
        a, c = r + k * x, alpha + k * last

        def longer(time: float, a: float = a, c: float = c, last: float = last) -> float:
            return float(betainc(a, k, c / (c + k * (time - last))))

        def leaves(time: float, longer: Callable[[float], float] = longer) -> float:
            return longer(time) * s * beta**s / (beta + time) ** (s + 1.0)

        ends = last + np.concatenate([[0.0], np.geomspace(1e-4, 1.0, 40)]) * (end - last)
        gone = sum(quad(leaves, u, v, epsabs=1e-16, epsrel=1e-12)[0] for u, v in pairwise(ends))
        still = longer(end) * (beta / (beta + end)) ** s
        chances.append(still / (still + gone))
    return chances


@pytest.mark.parametrize("k", [1.0, 1.3, 2.0, 5.0, 20.0])
def test_the_chance_of_being_alive_is_exact(k: float) -> None:
    """To 1e-11, over rates and shapes of all sizes: a uniform falls between once in 100 thousand million customers."""
    rng, n = np.random.default_rng(int(10 * k)), 25
    for _ in range(6):
        order = GammaRate(10 ** rng.uniform(-2.5, -0.5), 10 ** rng.uniform(-0.7, 0.7))
        drift = GammaRate(10 ** rng.uniform(-4.0, -2.0), 10 ** rng.uniform(-0.7, 0.7))
        repeats = np.where(rng.random(n) < 0.4, 0.0, rng.geometric(0.05, n))
        end = rng.uniform(1.0, 1500.0, n)
        last = np.where(repeats == 0.0, 0.0, end * rng.random(n))
        last[0], end[0] = end[0], end[0]
        history = person.History(repeats, last, end, end - last)
        ours = person.p_alive(history, order, drift, k)
        np.testing.assert_allclose(ours, by_parts_of_time(history, order, drift, k), rtol=0.0, atol=1e-11)


def test_fewer_nodes_are_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    """The twin: 8 nodes in the place of 32."""
    monkeypatch.setattr(person, "NODES", 8)
    person._quadrature.cache_clear()
    with pytest.raises(AssertionError):
        test_the_chance_of_being_alive_is_exact(2.0)
    person._quadrature.cache_clear()
