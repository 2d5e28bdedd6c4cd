"""People whose history is known go on as they would have gone on: a run cut in two by way of the order export."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from sim import run
from sim.draws import identities
from sim.law import day_one as person
from sim.scenario import Customers
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
    exact = person._rates_of_living

    def forgetful(*args: Any) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
        lam, _ = exact(*args)
        return lam, np.random.default_rng(1).gamma(2.0, 0.5, lam.size)

    monkeypatch.setattr(person, "_rates_of_living", forgetful)
    assert distance(orders_by_period(2.0)) > 4.5
