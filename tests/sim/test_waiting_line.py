"""The waiting line: SimPy's resources, ticket for ticket; Erlang C and Erlang A in the mean; laws on random desks."""

from __future__ import annotations

import math
import time
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings, strategies as st

from experiments.staffing.erlang import ErlangLine
from sim import run
from sim.evening.staff_hours import TimeWorked
from sim.evening.tickets import WRITING
from sim.evening.waiting_line import answer_by_bot, nothing_in_hand, serve
from sim.firm.desk import desk_numbers
from sim.firm.staff import agent_days, staff_of
from sim.scenario import TICKET_KINDS, WEEKDAYS, Goals, RunSettings, Scenario, Service, Shift
from sim.state.daily_values import TICKET
from tests.dice import Dice, GeneratorDice, HypothesisDice
from tests.random_strategies import random_desk
from tests.reference.desk import Desk, Ticket, rank
from tests.worlds import scenario

Floats = npt.NDArray[np.float64]
Tickets = npt.NDArray[Any]

K = 4.0
"""Standard errors by which a mean may be off; a twin with a constant that is slightly wrong must be further off."""


def desk(plan: Service, days: int, slowdown: float = 0.4) -> Scenario:
    return scenario({"strategy.service": plan, "market.service.chat_slowdown": slowdown}, days=days)


def tickets(arrival: Floats, handling: Floats, kind: Any = 0, leaves: Any = math.inf) -> Tickets:
    """Tickets of people in the order given."""
    rows = np.zeros(arrival.size, dtype=TICKET)
    rows["identity"] = rows["row"] = np.arange(arrival.size)
    rows["arrival"], rows["handling"], rows["kind"], rows["leaves"] = arrival, handling, kind, leaves
    rows["refund"] = rows["start"] = rows["finish"] = math.inf
    return rows


def work_off(rows: Tickets, scene: Scenario, days: int) -> TimeWorked:
    """Evening by evening, as in a run; returns what was worked when."""
    numbers = desk_numbers(scene)
    hand = nothing_in_hand(numbers)
    for day in range(days):
        new = np.flatnonzero((rows["arrival"] < day + 1) & np.isinf(rows["start"]) & np.isinf(rows["finish"]))
        serve(rows, answer_by_bot(rows, new), numbers, hand, float(day), day + 1.0)
    return hand.worked


# --- ticket for ticket -----------------------------------------------------------------------------


def random_tickets(dice: Dice, n: int, days: int) -> Tickets:
    """Tickets of all kinds, many at one instant, of which some have patience, some go first, and a bot solves some."""
    grid = dice.one_of([10, 100, 10_000])
    arrival = np.array([dice.whole(0, days * grid - 1) / grid for _ in range(n)])
    handling = [dice.number(0.0001, 0.2) for _ in range(n)]
    rows = tickets(arrival, np.array(handling), [dice.whole(0, 2) for _ in range(n)])
    rows["leaves"] = arrival + [dice.one_of([math.inf, dice.number(0.0, 0.5)]) for _ in range(n)]
    rows["first"] = [dice.one_of([False, True]) for _ in range(n)]
    rows["solved"] = [dice.one_of([False, False, True]) for _ in range(n)]
    rows["solved"] &= rows["kind"] < 2
    return rows


def with_policy(dice: Dice, rows: Tickets) -> Tickets:
    """Some complaints that end by a refund, be it in the middle of the work, and some that go before all others."""
    for one in rows[rows["kind"] == 2]:
        one["refund"] = one["arrival"] + dice.one_of([math.inf, 0.0, dice.number(0.0, 2.0), dice.number(0.0, 0.1)])
        one["leaves"] = min(one["leaves"], one["refund"])
        one["escalated"] = dice.one_of([False, False, True])
    return rows


def served_in_simpy(rows: Tickets, scene: Scenario) -> tuple[Tickets, Floats]:
    """The same at the reference's desk."""
    import simpy

    env, plan = simpy.Environment(), scene.strategy.service
    rows = rows.copy()

    def until(instant: float) -> simpy.Event:
        delay = max(instant - env.now, 0.0)
        while env.now + delay < instant:
            delay = math.nextafter(delay, math.inf)
        while delay > 0.0 and env.now + delay > instant:
            delay = math.nextafter(delay, -math.inf)
        return env.timeout(delay)

    line = Desk(env, scene, until)

    def note(place: int, field: str) -> Any:
        return lambda now: rows[field].__setitem__(place, now)

    def door() -> simpy.events.ProcessGenerator:
        for i in np.argsort(rows["arrival"], kind="stable"):
            one, kind = rows[i], TICKET_KINDS[rows[i]["kind"]]
            goal = plan.goals.complaint if kind == "complaint" else plan.goals.reply
            key = (
                int(not one["escalated"]), rank(plan, kind), not (one["first"] or one["escalated"]),
                float(one["arrival"] + (goal or 0.0)), int(one["identity"]), int(one["kind"]), 0,
            )  # fmt: skip
            yield until(float(one["arrival"]))  # those of one instant come in several steps, the best not first
            on = note(i, "start"), note(i, "finish"), note(i, "finish")
            ends = float(one["leaves"]), float(one["refund"]), bool(one["solved"])
            line.open(Ticket(key, kind, float(one["arrival"]), float(one["handling"]), *on, *ends))

    env.process(door())
    env.run(until=scene.run.days)
    return rows, np.array([[line.in_hand[day], line.overtime[day]] for day in range(scene.run.days)])


@pytest.mark.parametrize("seed", range(30))
def test_the_desk_is_the_references_ticket_for_ticket(seed: int) -> None:
    """Shifts, skills, several chats, overtime, patience, ranks, goals, refunds and a bot at random: instants equal."""
    dice, days = GeneratorDice(np.random.default_rng(seed)), 12
    plan = random_desk(dice)
    if not plan.staff:
        plan = replace(plan, agents=2)
    scene, rows = desk(plan, days), with_policy(dice, random_tickets(dice, 300, days))
    slow, slow_worked = served_in_simpy(rows, scene)
    worked = work_off(rows, scene, days)
    assert np.array_equal(np.isinf(rows["start"]), np.isinf(slow["start"]))
    begun = np.isfinite(rows["start"])
    assert np.abs(rows["start"][begun] - slow["start"][begun]).max(initial=0.0) < 1e-9
    over = np.isfinite(slow["finish"])
    assert np.abs(rows["finish"][over] - slow["finish"][over]).max(initial=0.0) < 1e-9
    assert np.abs(worked.days - slow_worked).max() < 1e-9
    assert worked.days.sum(axis=0) == pytest.approx(worked.hours.sum(axis=0))
    assert (worked.days[:, 0] <= plan.parallel_chats * (agent_days(staff_of(scene)) + worked.days[:, 1]) + 1e-9).all()
    wrong = rows.copy()
    wrong["start"] = wrong["finish"] = math.inf
    work_off(wrong, desk(replace(plan, parallel_chats=plan.parallel_chats + 1), days), days)
    line = begun & ~rows["solved"]
    assert not line.any() or not np.array_equal(wrong["start"], rows["start"])
    assert (rows["start"] == rows["arrival"])[rows["solved"]].all()


@pytest.mark.parametrize("seed", range(10))
def test_one_chat_an_agent_is_simpys_priority_resource_with_reneging(seed: int) -> None:
    """Random tickets, many at one instant, with and without ranks; the twins forget ranks, and patience."""
    rng = np.random.default_rng(seed)
    n, servers, days = 400, int(rng.integers(1, 5)), 5
    arrival = np.round(rng.uniform(0.0, 4.0, n), int(rng.integers(1, 4)))
    leaves = arrival + np.where(rng.random(n) < 0.5, np.inf, rng.exponential(0.2, n))
    rows = tickets(arrival, rng.exponential(0.012 * servers, n), rng.integers(0, 3, n), leaves)
    plan = Service(servers, priority=("complaint",) if seed % 2 else (), goals=Goals(reply=0.5, complaint=0.2))
    ranks = np.array([1, 1, 0] if seed % 2 else [0, 0, 0])[rows["kind"]]
    due = arrival + np.array([0.5, 0.5, 0.2])[rows["kind"]]
    before = rows.copy()
    work_off(rows, desk(plan, days), days)
    gone = np.isinf(rows["start"]) & np.isfinite(rows["finish"])
    assert 0 < gone.sum() < n
    assert_same_starts(rows, started_by_resource(before, ranks, due, servers, days))
    for wrong in (before["leaves"], due):
        twin = before.copy()
        twin["leaves"] = np.inf if wrong is before["leaves"] else twin["leaves"]
        order = due if wrong is before["leaves"] else -due
        with pytest.raises(AssertionError):
            assert_same_starts(rows, started_by_resource(twin, ranks, order, servers, days))


def assert_same_starts(rows: Tickets, start: Floats) -> None:
    assert np.array_equal(np.isinf(rows["start"]), np.isinf(start))
    begun = np.isfinite(start)
    assert np.abs(rows["start"][begun] - start[begun]).max() < 1e-9


def started_by_resource(rows: Tickets, ranks: Any, due: Floats, servers: int, days: int) -> Floats:
    import simpy

    env, start = simpy.Environment(), np.full(rows.size, np.inf)
    places = simpy.PriorityResource(env, capacity=servers)

    def comes(i: int) -> simpy.events.ProcessGenerator:
        yield env.timeout(rows["arrival"][i])
        yield env.timeout(0.0)  # those who come at one instant are let in by their order
        key: Any = (ranks[i], due[i], i)
        with places.request(priority=key) as place:
            gives_up = env.timeout(min(rows["leaves"][i] - rows["arrival"][i], 1e9))
            yield place | gives_up
            if place.triggered:
                start[i] = env.now
                yield env.timeout(rows["handling"][i])

    for i in np.lexsort((due, ranks)):
        env.process(comes(int(i)))
    env.run(until=days)
    return start


# --- in the mean -----------------------------------------------------------------------------------


@pytest.mark.parametrize("servers", [1, 3])
@pytest.mark.parametrize("patience", [math.inf, 0.02])
def test_the_mean_wait_is_erlangs(servers: int, patience: float) -> None:
    """Load 0.7 an agent, or 1.2 where people leave; 20 lines of 20,000 tickets. The standard error is between lines."""
    rng, handling, n = np.random.default_rng(4), 0.01, 20_000
    rate = (0.7 if patience == math.inf else 1.2) * servers / handling
    waits, gone = [], []
    for _ in range(20):
        arrival = np.cumsum(rng.exponential(1.0 / rate, n))
        stays = rng.exponential(patience, n) if patience < math.inf else np.full(n, np.inf)
        rows = tickets(arrival, rng.exponential(handling, n), leaves=arrival + stays)
        days = int(arrival[-1]) + 20
        work_off(rows, desk(Service(servers), days), days)
        left = np.isinf(rows["start"])
        waits.append(float((np.where(left, rows["finish"], rows["start"]) - arrival)[1000:].mean()))
        gone.append(float(left[1000:].mean()))
    right, wrong = ErlangLine(servers, rate, handling, patience), ErlangLine(servers, rate, handling * 1.06, patience)
    assert abs(z_of(waits, right.mean_wait())) < K < abs(z_of(waits, wrong.mean_wait()))
    if patience < math.inf:
        assert abs(z_of(gone, right.abandoned())) < K < abs(z_of(gone, wrong.abandoned()))


def z_of(values: list[float], expected: float) -> float:
    return float((np.mean(values) - expected) / (np.std(values, ddof=1) / math.sqrt(len(values))))


def answered(chats: int, slowdown: float) -> int:
    """How many tickets one agent answers in ten days who always has as many in hand as allowed."""
    rng, n = np.random.default_rng(5), 20_000
    rows = tickets(np.zeros(n), rng.exponential(0.005, n))
    work_off(rows, desk(Service(1, parallel_chats=chats), 10, slowdown), 10)
    return int(np.isfinite(rows["finish"]).sum())


def test_chats_slow_each_other() -> None:
    """An agent with n chats does n / (1 + slowdown)^(n-1) of the work: most at about 1 / ln(1 + slowdown) chats.

    Without slowing, n chats are as good as n agents; at .35 the best number is 3, and from 8 on they are worth less
    than one at a time.
    """
    alone = answered(1, 0.35)
    for chats in (2, 3, 4, 6):
        assert abs(answered(chats, 0.35) / alone * 1.35 ** (chats - 1) / chats - 1.0) < 0.08
    work = {chats: answered(chats, 0.35) / alone for chats in (1, 2, 3, 4, 8, 12, 40)}
    assert max(work, key=lambda chats: work[chats]) in (3, 4)
    assert 1.0 < work[2] < 2.0
    assert work[8] < 1.05
    assert work[12] < 0.6
    assert work[40] < 0.1
    assert 1.9 < answered(2, 0.0) / alone < 2.1


def test_answers_wait_for_one_piece_of_writing_at_most() -> None:
    """A desk that writes from morning to night beside one that does not."""
    rng, n, piece = np.random.default_rng(6), 600, 0.01
    alone = tickets(np.sort(rng.uniform(0.0, 4.0, n)), rng.exponential(0.005, n), rng.integers(0, 3, n))
    writing = tickets(np.full(300, 0.1), np.full(300, piece), WRITING)
    both = np.concatenate([alone, writing])
    for rows in (alone, both):
        work_off(rows, desk(Service(1), 8), 8)
    later = both["start"][:n] - alone["start"]
    assert later.min() >= -1e-9
    assert 0.8 * piece < later.max() <= piece + 1e-9
    assert np.isfinite(both["start"]).all()


# --- laws ------------------------------------------------------------------------------------------


@settings(max_examples=80, deadline=None, derandomize=True)
@given(st.data())
def test_laws_of_any_desk(data: st.DataObject) -> None:
    dice, days = HypothesisDice(data.draw), 6
    plan = random_desk(dice)
    if not plan.staff:
        plan = replace(plan, agents=1)
    scene, rows = desk(plan, days), random_tickets(dice, dice.whole(0, 30), days)
    numbers, asked = desk_numbers(scene), rows["handling"].copy()
    work_off(rows, scene, days)
    begun = np.isfinite(rows["start"])
    gone = ~begun & np.isfinite(rows["finish"])
    waits = ~begun & np.isinf(rows["finish"])
    assert begun.sum() + gone.sum() + waits.sum() == rows.size, "opened = answered + abandoned + waiting"
    assert (rows["leaves"][waits] >= days).all()
    assert (rows["finish"][gone] == rows["leaves"][gone]).all()
    assert (rows["start"][begun] >= rows["arrival"][begun]).all()
    assert (rows["start"][begun] < rows["leaves"][begun])[~rows["solved"][begun]].all()
    assert (rows["handling"] == asked).all()
    done = begun & ~rows["solved"] & np.isfinite(rows["finish"])
    assert (rows["work"][done] >= asked[done]).all(), "work that the run's end cuts short is not done"
    assert (rows["finish"][rows["solved"]] == rows["arrival"][rows["solved"]]).all()
    assert (rows["finish"][begun] >= rows["start"][begun] + rows["work"][begun] - 1e-9).all()
    most = sum(shift.agents for shift in plan.staff) * plan.parallel_chats
    rows, begun = rows[~rows["solved"]], begun[~rows["solved"]]
    for instant in rows["start"][begun]:
        assert ((rows["start"] <= instant) & (rows["finish"] > instant)).sum() <= most
    for one in rows[begun]:
        assert any(there(shift, one, scene.run) for shift in plan.staff), "nobody answers outside their shifts"
        kept_waiting = (
            (rows["arrival"] <= one["start"]) & (rows["leaves"] > one["start"]) & (rows["start"] > one["start"])
        )
        for other in rows[kept_waiting]:
            if not any(shift.skills for shift in plan.staff) or other["kind"] == one["kind"]:
                assert place_in_line(one, numbers) < place_in_line(other, numbers)


def place_in_line(one: Any, numbers: Any) -> tuple[float, ...]:
    goal = numbers.complaint_goal if one["kind"] == 2 else numbers.reply_goal
    return (
        numbers.rank[one["kind"]], not one["first"], one["arrival"] + max(goal, 0.0), one["identity"],
    )  # fmt: skip


def there(shift: Shift, one: Any, run: RunSettings) -> bool:
    day = math.floor(one["start"])
    weekday = date.fromordinal(run.start.toordinal() + day).weekday()
    comes = (not shift.days or WEEKDAYS[weekday] in shift.days) and (
        shift.hired is None or day >= (shift.hired - run.start).days + 9.5
    )
    able = not shift.skills or TICKET_KINDS[one["kind"]] in shift.skills
    return comes and able and day + shift.hours[0] <= one["start"] < day + shift.hours[1]


# --- speed -----------------------------------------------------------------------------------------


@pytest.mark.slow
def test_two_million_tickets_a_year_take_less_than_two_seconds() -> None:
    """Of processor time; 50 agents in two shifts, with patience, two chats each, behind a bot that solves a fifth."""
    rng, n, days = np.random.default_rng(1), 2_000_000, 365
    arrival = np.sort(rng.uniform(0.0, days, n))
    shifts = (Shift(25, (0.3, 0.7)), Shift(25, (0.5, 1.0)))
    numbers = desk_numbers(desk(Service(shifts=shifts, parallel_chats=2), days))
    rows = tickets(arrival, rng.exponential(0.002, n), rng.integers(0, 3, n), arrival + rng.exponential(0.5, n))
    places = np.searchsorted(arrival, np.arange(days + 1))
    rows["solved"] = (rows["kind"] < 2) & (rng.random(n) < 0.3)
    serve(rows[:0], answer_by_bot(rows[:0], places[:0]), numbers, nothing_in_hand(numbers), 0.0, 1.0)
    hand, began, waiting = nothing_in_hand(numbers), time.process_time(), np.zeros(0, np.int64)
    for day in range(days):
        waiting = np.concatenate([waiting, np.arange(places[day], places[day + 1])])
        waiting = answer_by_bot(rows, waiting)
        serve(rows, waiting, numbers, hand, float(day), day + 1.0)
        waiting = waiting[np.isinf(rows["start"][waiting]) & np.isinf(rows["finish"][waiting])]
    took = time.process_time() - began
    assert np.isfinite(rows["start"]).mean() > 0.5
    assert took < 2.0


# --- what it costs ---------------------------------------------------------------------------------


def costs(plan: Service) -> dict[str, list[int]]:
    """Wages and seats by day, in cents; nobody asks, 60,000 a day's wage, 1,000 a seat, 150,000 a training."""
    series = run(
        scenario({"strategy.service": plan, "market.start_with": 0, "strategy.acquisition": {}}, days=14)
    ).series
    return {name: series[name].tolist() for name in ("wages", "seats")}


def test_wages_are_for_hours_present_and_seats_for_agents() -> None:
    weekend = Service(shifts=(Shift(2, (0.25, 0.75), ("sat", "sun")),))
    start = scenario().run.start
    free = [WEEKDAYS[(start.weekday() + day) % 7] in ("sat", "sun") for day in range(14)]
    assert costs(weekend) == {"wages": [60_000 if day else 0 for day in free], "seats": [2_000] * 14}
    closed = replace(weekend, closed_on=tuple(start + timedelta(days=day) for day in range(7)))
    assert costs(closed)["wages"] == [0] * 7 + [60_000 if day else 0 for day in free[7:]]


def test_who_is_hired_comes_later_and_is_trained_once() -> None:
    """Looked for from day 1 on, found 9.5 days later, so there from day 11 on."""
    later = Service(shifts=(Shift(1), Shift(3, hired=scenario().run.start + timedelta(days=1))))
    assert costs(later)["wages"] == [60_000] * 11 + [240_000] * 3
    assert costs(later)["seats"] == [1_000] * 11 + [454_000] + [4_000] * 2


def test_overtime_is_paid_by_the_hour_and_ends_what_is_in_hand() -> None:
    """Tickets of .2 days that come one a day, an hour before closing: with overtime they end on the day."""
    n, late = 10, 0.5 - 1.0 / 24.0
    ends = {}
    for overtime in (0.0, 0.1, 1.0):
        rows = tickets(np.arange(n) + late, np.full(n, 0.2))
        plan = Service(1, (0.25, 0.5), overtime=overtime)
        paid = work_off(rows, desk(plan, n), n).days[:, 1].sum()
        ends[overtime] = rows["finish"] - rows["arrival"]
        assert paid == pytest.approx(n * min(overtime, 0.2 - 1.0 / 24.0))
    assert ends[1.0] == pytest.approx(np.full(n, 0.2))
    assert (ends[0.0][:-1] > ends[0.1][:-1]).all()


def test_nobody_is_busier_than_there() -> None:
    """A hundred chats at once slow each other so much that none ends: they are in hand until the run does, also in
    overtime."""
    plan = Service(2, (0.25, 0.75), parallel_chats=100, overtime=3.0 / 24.0)
    world = {"strategy.service": plan, "market.start_with": 3000, "market.service.questions_per_touch": 1.0}
    series = run(scenario(world, days=30)).series
    assert 0.5 < series["busy_seconds"].sum() / series["open_seconds"].sum() <= 1.0
    assert (series["busy_seconds"] <= series["open_seconds"]).all()
    assert series["open_seconds"].tolist() == [100 * (86_400 + seconds) for seconds in series["overtime_seconds"]]
