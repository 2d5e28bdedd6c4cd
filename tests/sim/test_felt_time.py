"""How a wait feels, and when people give up."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

from sim import run
from sim.law.numbers import service_numbers
from sim.law.waiting import ServiceNumbers, felt_wait, gives_up_at
from sim.scenario import Service
from tests.worlds import scenario

DESK = Service(agents=1, hours=(0.375, 0.875), auto_reply=True)
DAYS = 30


def numbers(weight: float, plan: Service = DESK) -> ServiceNumbers:
    world = scenario({"market.service.auto_reply_weight": weight, "strategy.service": plan}, days=DAYS)
    return service_numbers(world, np.empty((0, 2)))


def test_a_closed_hour_counts_its_weight() -> None:
    by_hand = numbers(0.3)
    assert felt_wait(2.5, 2.6, by_hand) == pytest.approx(0.1)
    assert felt_wait(2.8, 3.4, by_hand) == pytest.approx(0.075 + 0.3 * 0.5 + 0.025)
    assert gives_up_at(2.8, 0.075 + 0.3 * 0.5 + 0.025, by_hand) == pytest.approx(3.4)
    assert gives_up_at(2.8, 0.076, numbers(0.0)) == pytest.approx(3.376)


def test_without_an_automatic_reply_an_hour_is_an_hour() -> None:
    plain = numbers(0.3, Service(agents=1, hours=(0.375, 0.875)))
    assert (felt_wait(2.8, 3.4, plain), gives_up_at(2.8, 0.6, plain)) == (3.4 - 2.8, 2.8 + 0.6)


@settings(max_examples=200, deadline=None, derandomize=True)
@given(st.floats(0.0, 40.0), st.floats(1e-4, 20.0), st.floats(0.05, 1.0))
def test_people_leave_when_the_felt_wait_is_their_patience(arrival: float, patience: float, weight: float) -> None:
    held = numbers(weight)
    leaves = gives_up_at(arrival, patience, held)
    assert leaves >= arrival
    assert felt_wait(arrival, leaves, held) == pytest.approx(patience, abs=1e-9)
    assert leaves - arrival >= patience - 1e-9


def test_the_less_a_desk_is_open_the_more_people_give_up() -> None:
    """From round the clock to nearly never: a desk that is hardly open is the worst, not as good as none."""
    shares, orders = [], []
    for hours in ((0.0, 1.0), (0.375, 0.875), (0.5, 0.6), (0.5, 0.51)):
        world = {"strategy.service": Service(agents=6, hours=hours), "market.start_with": 2000}
        ledger = run(scenario(world, days=40))
        total = {name: int(ledger.series[name].sum()) for name in ("abandoned", "replies", "resolved")}
        shares.append(total["abandoned"] / sum(total.values()))
        orders.append(int(ledger.series["orders"].sum()))
    assert np.all(np.diff(shares) > 0.0)
    assert shares[0] < 0.3 < 0.7 < shares[-1]
    assert np.all(np.diff(orders) < 0)
