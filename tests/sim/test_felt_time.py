"""How a wait feels, and when people give up."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings, strategies as st

from sim import run
from sim.evening.questions import read_at
from sim.law.complaints import recovery
from sim.law.numbers import service_numbers
from sim.law.waiting import ServiceNumbers, felt_wait, gives_up_at, news_of_promise, reply_good
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


def test_a_promise_is_worth_what_it_promises() -> None:
    """A reply promised at once, within the half-time, and within 100 days: to keep the last brings nothing."""
    held = numbers(0.3)
    kept = [
        news_of_promise(0.1, 0.0, goal, reply_good(goal, held), held.loss_factor)
        for goal in (0.0, held.reply_half, 100.0)
    ]
    assert kept == pytest.approx([0.1, 0.05, 0.0], abs=1e-4)
    broken = [news_of_promise(0.1, 200.0, goal, reply_good(goal, held), held.loss_factor) for goal in (0.0, 100.0)]
    assert broken == [-0.1 * held.loss_factor] * 2
    assert (
        recovery(held.course.tolerance, held.course) == 1.0
    )  # a complaint promised within the tolerance is promised in full


def test_people_ask_when_they_have_read() -> None:
    """An exponential time after the message and before midnight, from at once to evenly over the day."""
    u = (np.arange(10_000) + 0.5) / 10_000

    def instants(hour: float, mean: float) -> npt.NDArray[np.float64]:
        return np.array([read_at(hour, mean, one) for one in u])

    assert (instants(0.5, 0.0) == 0.5).all()
    assert instants(0.5, 0.01).mean() == pytest.approx(0.51, abs=1e-4)
    assert instants(0.5, 3.0).mean() == pytest.approx(0.743, abs=1e-3)  # .75 if it were even
    for hour in (0.0, 0.5, 0.999):
        for mean in (1e-6, 0.01, 3.0):
            late = instants(hour, mean)
            assert (np.diff(late) >= 0.0).all()
            assert hour <= late[0]
            assert late[-1] < 1.0
