"""Parameter recovery under a history: whom the engine's history knows, and ranks that see draws that are wrong."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from types import SimpleNamespace
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from calibration.responses import history_recovery
from calibration.responses.fitted_under_history import ResponseSettings
from calibration.responses.history_recovery import (
    RecoveryPlan,
    own_days,
    planted_past,
    planted_shop,
    recover_under_history,
)
from calibration.responses.simulated_history import known_from_orders, simulated_history
from calibration.responses.unknowns import unknowns_of
from scenarios import load_market
from sim.scenario import Outreach, Rhythm, Service, ShopHistory, Strategy

DAYS, PEOPLE = 90, 60
LIFT, RATE = "market.attention.max_lift", "market.need.order_rate.mean"
PRIOR = load_market("library:base")


def silent(_: str) -> None:
    pass


@pytest.fixture
def plan() -> RecoveryPlan:
    """A shop that sends care every ten days, in which two numbers were learned."""
    unknowns = unknowns_of(PRIOR.market, PRIOR.beliefs, regular=True).only([LIFT, RATE])
    points = np.random.default_rng(1).normal(0.5, 0.3, (400, 2))
    fit: Any = SimpleNamespace(unknowns=unknowns, sample=SimpleNamespace(points=points))
    none = np.zeros(PEOPLE, dtype=np.int32)
    history = ShopHistory(
        date(2024, 1, 1), DAYS, none + 1, none > 0, none + DAYS, False, np.arange(PEOPLE + 1), none, np.zeros(PEOPLE)
    )
    care = Outreach("direct", "care", every=Rhythm(10.0))
    strategy = Strategy(outreach={"care": care}, service=Service(unlimited=True))
    return RecoveryPlan(history, strategy, fit, ResponseSettings(PRIOR.market, PRIOR.beliefs, 400, 1, silent))


def test_a_simulated_history_knows_what_a_shop_knows(plan: RecoveryPlan) -> None:
    shop = planted_shop(plan, np.array([0.0, 2.0]), 0)
    past = simulated_history(shop, own_days(plan.history, PEOPLE, 1))
    assert past.history.size == PEOPLE
    assert past.history.order_day.size == past.paid.size > 10
    known = known_from_orders(past)
    counts = np.diff(known.history.begin)
    assert counts.min() == 1
    assert counts.sum() == past.paid.size, "everybody's orders are kept, of nobody else"
    assert (known.history.order_day[known.history.begin[:-1]] == known.history.entered - 1).all()
    assert not known.history.lead.any()


def came_on(plan: RecoveryPlan, days: list[int], lead: bool) -> RecoveryPlan:
    """The shop's people came on these days, as many on each."""
    entered = np.repeat(np.array(days, dtype=np.int32) + 1, PEOPLE // len(days))
    return replace(plan, history=replace(plan.history, entered=entered, lead=np.full(PEOPLE, lead)))


def test_planted_people_come_in_on_the_days_of_the_shops_own(plan: RecoveryPlan) -> None:
    """Leads on their days of adding; who is known from orders alone on days of first orders, within two days."""
    shop, truth = came_on(plan, [0, 41, 70], lead=True), np.array([0.0, 2.0])
    days = shop.history.entered - 1
    past = planted_past(shop, truth, 0)
    assert np.sort(past.history.entered - 1).tolist() == days.tolist()
    known = planted_past(came_on(plan, [0, 41, 70], lead=False), truth, 0).history
    assert known.size == PEOPLE
    assert np.diff(known.begin).min() == 1
    assert (known.order_day[known.begin[:-1]] == known.entered - 1).all()
    late = np.abs(np.sort(known.entered - 1) - days)
    assert late[days > 0].max() <= 2
    assert np.median(late[days == 0]) <= 3, "nobody is added before the first day, and leads order from the second on"
    few = own_days(shop.history, 30, 2)
    assert few.size == 30
    assert set(few.tolist()) == {0, 41, 70}


@pytest.mark.parametrize(("off", "low", "high"), [(0.0, 0.85, 0.95), (1.0, 0.0, 0.5)])
def test_ranks_see_draws_that_are_wrong(
    plan: RecoveryPlan, monkeypatch: pytest.MonkeyPatch, off: float, low: float, high: float
) -> None:
    """A stand-in for the fit knows the truth with an error of its own size; its twin is off by a standard deviation
    and three times too sure."""

    def found(plan: RecoveryPlan, truth: npt.NDArray[np.float64], world: int) -> Any:
        rng = np.random.default_rng([world, 2])
        about = truth + 0.1 * (rng.standard_normal(2) + off)
        draws = about + 0.1 / (1.0 + 2.0 * off) * rng.standard_normal((400, 2))
        return SimpleNamespace(sample=SimpleNamespace(points=draws))

    monkeypatch.setattr(history_recovery, "_fitted", found)
    rows = recover_under_history(plan, 200, silent)
    assert [row.parameter for row in rows] == [LIFT, RATE]
    for row in rows:
        assert low <= row.coverage <= high
        assert len(row.ranks) == 200
