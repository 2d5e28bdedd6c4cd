"""A run in shards gives the ledger of one process, to the integer and to the bit of the fingerprint."""

from __future__ import annotations

import multiprocessing
import os
import threading
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings

from sim import Ledger, run, run_in_shards, scenario as s
from sim.draws import identities
from sim.shard import ALL, PeoplePart, Shard
from sim.shards.coordination import CutRun, coordinate
from sim.shards.local_shards import LocalWorkers
from sim.shards.shard_line import Meeting, ShardFailure, ShardLine
from sim.shards.shard_process import serve_shard
from sim.state.view import lower_median
from sim.units import WrongValue
from tests.random_worlds import seeded_world, worlds
from tests.worlds import A_PAST_AND_HOURS, scenario


class Here(LocalWorkers):
    """Shards in threads of this process: the same lines without the start of processes."""

    def __init__(self) -> None:
        self.threads: list[threading.Thread] = []

    def start(self, meeting: Meeting, count: int) -> None:
        self.threads = [threading.Thread(target=serve_shard, args=(meeting,)) for _ in range(count)]
        for one in self.threads:
            one.start()

    def check(self) -> None: ...

    def stop(self) -> None:
        for one in self.threads:
            one.join()


def cut(scene: s.Scenario, shards: int) -> Ledger:
    return coordinate(CutRun(scene, 0, 0, shards, events=True), Here())


def equal(one: Ledger, other: Ledger) -> None:
    """Everything but the seconds; tickets as a set."""
    assert one.fingerprint == other.fingerprint
    for name, values in one.series.items():
        np.testing.assert_array_equal(values, other.series[name], err_msg=name)
    for name in ("start", "days", "window", "daily_discount_rate", "start_contacts", "live_days", "sent"):
        assert getattr(one, name) == getattr(other, name), name
    assert tickets(one) == tickets(other)
    # as text, where nan equals nan and a float all its digits
    assert list(map(repr, one.retrospectives)) == list(map(repr, other.retrospectives))
    assert list(map(repr, one.curves)) == list(map(repr, other.curves))
    assert (one.events is None) == (other.events is None)
    if one.events is not None and other.events is not None:
        for name, column in one.events.items():
            np.testing.assert_array_equal(column, other.events[name], err_msg=name)


def tickets(ledger: Ledger) -> list[tuple[int, ...]]:
    return sorted(zip(*(ledger.tickets[name].tolist() for name in ("day", "kind", "seconds")), strict=True))


# --- the same bits ---------------------------------------------------------------------------------


@pytest.mark.parametrize(("seed", "shards"), [(seed, 2 + seed % 2) for seed in range(12)])
def test_random_worlds_in_shards(seed: int, shards: int) -> None:
    scene = seeded_world(seed, people=120, days=60)
    equal(run(scene, events=True), cut(scene, shards))


@settings(max_examples=12, deadline=None)
@given(worlds())
def test_any_world_in_shards(scene: s.Scenario) -> None:
    equal(run(scene, events=True), cut(scene, 2))


@pytest.mark.parametrize("shards", [2, 3])
def test_a_past_hours_returns_and_announcements(shards: int) -> None:
    scene = scenario({"market.start_with": 200, **A_PAST_AND_HOURS}, days=40)
    whole = run(scene, events=True)
    assert min(int(whole.series[name].sum()) for name in ("returns", "commission", "unsent", "held_need")) > 0
    equal(whole, cut(scene, shards))


SHARE = s.Campaign(s.Offer("percent", depth=0.3), "direct", every=s.Rhythm(6.0), lasts=4.0, holdout=0.2)


def poor(**limits: Any) -> s.Scenario:
    """Many orders under a campaign whose budget closes within its first days."""
    campaign = replace(SHARE, **limits)
    welcome = s.Offer("amount", off=300, budget=2_000, valid=20.0)
    return scenario(
        {
            "market.start_with": 300,
            "strategy.campaigns": {"sale": campaign},
            "strategy.outreach": {"back": s.Outreach("direct", "offer", every=s.Rhythm(9.0), offer=welcome)},
        },
        days=40,
    )


def test_budgets_that_close_within_a_day() -> None:
    scene = poor(budget=3_000)
    whole = run(scene, events=True)
    assert min(one.days for one in whole.retrospectives) < 4, "the budget closes"
    equal(whole, cut(scene, 3))


def test_a_stock_that_closes_within_a_day() -> None:
    scene = poor(offer=s.Offer("flash", depth=0.4, stock=2))
    whole = run(scene, events=True)
    assert min(one.days for one in whole.retrospectives) < 4
    equal(whole, cut(scene, 2))


@pytest.mark.parametrize("agents", [None, 1])
def test_a_desk(agents: int | None) -> None:
    desk = s.Service(agents=agents, hours=(0.4, 0.42), priority=("complaint",), goals=s.Goals(0.1, 1.0))
    scene = scenario({"market.start_with": 300, "strategy.service": desk}, days=50)
    whole = run(scene, events=True)
    if agents:
        assert whole.tickets["seconds"].max() > 86_400, "people wait overnight"
    equal(whole, cut(scene, 3))


def test_personal_messages_that_the_staff_has_no_time_for() -> None:
    note = s.Outreach("direct", "care", every=s.Rhythm(3.0), style="personal")
    desk = s.Service(1, (0.4, 0.45), personal_backlog=2)
    scene = scenario({"market.start_with": 200, "strategy.outreach": {"note": note}, "strategy.service": desk}, days=40)
    whole = run(scene, events=True)
    assert min(whole.series[name].sum() for name in ("written", "postponed", "dropped")) > 100
    equal(whole, cut(scene, 3))


def test_a_bot_and_requests_by_hand() -> None:
    changes = {
        "market.start_with": 200,
        "market.sources.search": s.Source(20.0, 0.5, 40, 200, 1.0, 0.01),
        "strategy.acquisition": {"search": s.Acquisition()},
        "strategy.service": s.Service(1, (0.4, 0.6), bot=True),
    }
    scene = scenario(changes, days=40)
    whole = run(scene, events=True)
    assert min(whole.series[name].sum() for name in ("bot_answers", "unmade_requests", "added")) > 50
    equal(whole, cut(scene, 3))


@pytest.mark.parametrize("rfm", ["important_value", "general"])
def test_classes_by_the_shops_own_medians(rfm: Any) -> None:
    note = s.Outreach("direct", "offer", every=s.Rhythm(3.0), who=s.Who(rfm=(rfm,)))
    scene = scenario({"market.start_with": 200, "strategy.outreach": {"note": note}}, days=40)
    equal(run(scene, events=True), cut(scene, 3))


def test_more_shards_than_people() -> None:
    scene = scenario({"market.start_with": 2}, days=20)
    equal(run(scene, events=True), cut(scene, 5))


def test_one_shard_is_the_run() -> None:
    scene = seeded_world(3, people=60, days=30)
    equal(run(scene, events=True), cut(scene, 1))


def test_processes_with_real_customers() -> None:
    """Each is sent its own customers and no others."""
    n = np.arange(90)
    customers = s.Customers(identities("known", 0, n), 1 + n % 4, 100.0 + n, 5.0 + n, 1000 + 10 * n, 1 + n % 4)
    scene = replace(scenario({"market.start_with": 30}, days=20), customers=customers)
    equal(run(scene), run_in_shards(scene, shards=2))


def test_parts_are_everybody_once() -> None:
    who = np.arange(1000, dtype=np.uint64)
    held = np.array([PeoplePart(number, 3).holds(who) for number in range(3)])
    np.testing.assert_array_equal(held.sum(axis=0), 1)
    assert ALL.holds(who).all()


@pytest.mark.parametrize(
    "parts", [[[3, 1, 2]], [[5], [1, 1, 9]], [[], [4]], [[], []], [[7, 7], [7], []], [[-2, 10], [0, 4]]]
)
def test_a_median_over_shards(parts: list[list[int]]) -> None:
    values = [np.array(part, dtype=np.int64) for part in parts]
    whole = sorted(value for part in parts for value in part)
    expected = float(whole[(len(whole) - 1) // 2]) if whole else 0.0
    barrier, posted, found = threading.Barrier(len(parts)), [np.empty(0)] * len(parts), [-1.0] * len(parts)

    class Meeting(Shard):
        def gather(self, rows: Any) -> list[Any]:
            posted[self.part.number] = rows
            barrier.wait(10)
            every = list(posted)
            barrier.wait(10)
            return every

    def ask(number: int) -> None:
        found[number] = lower_median(values[number], Meeting(PeoplePart(number, len(parts))))

    asking = [threading.Thread(target=ask, args=(number,)) for number in range(len(parts))]
    for one in asking:
        one.start()
    for one in asking:
        one.join()
    assert found == [expected] * len(parts)


# --- what cannot be, and what goes wrong -----------------------------------------------------------


def one_line(error: BaseException) -> str:
    text = str(error)
    assert "\n" not in text
    return text


@pytest.mark.parametrize("shards", [0, -1, 5000])
def test_a_wrong_number_of_shards(shards: int) -> None:
    with pytest.raises(WrongValue) as caught:
        run_in_shards(scenario(days=5), shards=shards)
    assert one_line(caught.value).startswith("shards: expected a whole number from 1 to")


def test_functions_in_python_are_refused() -> None:
    def act(view: Any, actions: Any) -> None: ...

    scene = scenario(days=5)
    with pytest.raises(WrongValue) as caught:
        run_in_shards(replace(scene, programmes={"mine": act}), shards=2)
    assert "mine" in one_line(caught.value)


def test_an_error_in_a_shard_is_one_line() -> None:
    scene = scenario({"market.need.order_rate.mean": 1e6, "market.start_with": 50}, days=5)
    with pytest.raises(ShardFailure, match="shard 1 of 2: WrongValue: day") as caught:
        coordinate(CutRun(scene, 0, 0, 2), Here())
    one_line(caught.value)


class Dying(LocalWorkers):
    """One of its processes dies as soon as it has met the coordinator."""

    def start(self, meeting: Meeting, count: int) -> None:
        super().start(meeting, count - 1)
        context = multiprocessing.get_context("spawn")
        self.processes.append(context.Process(target=die, args=(meeting,), daemon=True))
        self.processes[-1].start()


def die(meeting: Meeting) -> None:
    ShardLine.to(meeting).receive()
    os._exit(7)


class Unborn(LocalWorkers):
    """Its processes die before they have met anybody."""

    def start(self, meeting: Meeting, count: int) -> None:
        context = multiprocessing.get_context("spawn")
        self.processes = [context.Process(target=os._exit, args=(3,), daemon=True) for _ in range(count)]
        for one in self.processes:
            one.start()


@pytest.mark.parametrize(("workers", "words"), [(Dying, "ended before the run was over"), (Unborn, "exit code 3")])
def test_a_dead_shard_is_one_line(workers: type[LocalWorkers], words: str) -> None:
    used = workers()
    with pytest.raises(ShardFailure, match=words) as caught:
        coordinate(CutRun(scenario(days=300), 0, 0, 2), used)
    one_line(caught.value)
    assert not any(one.is_alive() for one in used.processes), "nothing is left behind"


def test_who_does_not_know_the_key_is_sent_away() -> None:
    class Stranger(Here):
        def start(self, meeting: Meeting, count: int) -> None:
            wrong = threading.Thread(target=serve_shard, args=(meeting._replace(key=b"wrong"),))
            wrong.start()
            wrong.join(1.0)
            super().start(meeting, count)

    scene = scenario(days=5)
    equal(run(scene), coordinate(CutRun(scene, 0, 0, 2), Stranger()))
