"""run(scenario, draw, replication) -> Ledger: the processes of one run and their order within a day.

SimPy runs the firm's processes. Within each simulated day the actions come at midnight, then the day itself, then
couriers, the desk and the books (`run_state.MIDNIGHT` to `run_state.BOOKS`).
"""

from __future__ import annotations

import time
from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt
import simpy

from sim.day.day import simulate_day
from sim.day.day_arrays import DayInputs, DaySize, Today, room_for
from sim.day.more_orders import more_orders
from sim.extend.added_mechanisms import AddedMechanisms
from sim.extend.strategy_calls import strategy_calls
from sim.firm.acquisition import acquisition, ask_by_hand, number_hooks
from sim.firm.bookkeeping import books, fill_cohorts
from sim.firm.campaigns import campaign
from sim.firm.day_staff import FeltHours
from sim.firm.delivery import delivery
from sim.firm.desk import ask, desk, look_who_goes_first, weigh
from sim.firm.messages import content_made, messages_today, numbers_of
from sim.firm.offers_today import offers_today
from sim.firm.outreach import outreach
from sim.firm.past_coupons import keep_past_coupons
from sim.hours import parts_at
from sim.law.season import week_multipliers
from sim.observers.recording import Recorder, start_recording
from sim.observers.tracing import start_tracing
from sim.observers.watching import start_watching
from sim.output.event_log import EventLog
from sim.output.ledger import Ledger
from sim.output.watch import Watch
from sim.sales.campaign_records import close_records, evaluate_campaigns, record_cost
from sim.sales.checkout import sales
from sim.scenario import Scenario
from sim.state.campaign_record import CampaignCost, CampaignRecord
from sim.state.first_morning import RunOptions, first_morning
from sim.state.run_state import ADDING, BOOKS, COURIER, DAY, DESK, DayResults, RunState
from sim.state.touches import Touch

Process = Generator[simpy.Event, Any, None]
Ints = npt.NDArray[np.int64]


@dataclass
class OpenRun:
    """A run under way: simulated up to the morning of `state.day`."""

    state: RunState
    env: simpy.Environment
    seconds: float = 0.0
    recorder: Recorder | None = None


def run(
    scenario: Scenario,
    draw: int = 0,
    replication: int = 0,
    *,
    events: bool = False,
    tables: bool = False,
    threads: int | None = None,
    random_numbers_of: int | None = None,
    watches: Sequence[Watch] = (),
    trace: Sequence[int] = (),
    progress: Callable[[int, int], None] | None = None,
) -> Ledger:
    """Simulate one scenario once and return its ledger.

    `draw` and `replication` are the address of its random numbers: the same address gives every strategy the same
    people and common random numbers. `events` keeps the event log, `tables` the same with all that is known of each
    event (`EventTables`). `threads` changes the speed, never a bit of the result. For `random_numbers_of` see
    `RunOptions`. `watches` are groups to count (`Ledger.watched`), `trace` identities of people whose event traces are
    kept (`Ledger.traces`); the rest of the ledger is the same with and without. `progress` is called with days done and
    days in all.
    """
    options = RunOptions(
        events=events, tables=tables, threads=threads, random_numbers_of=random_numbers_of, watches=watches, trace=trace
    )
    opened = open_run(scenario, draw, replication, options)
    days = scenario.run.days
    try:
        for day in range(1, days + 1):
            advance(opened, day)
            if progress is not None:
                progress(day, days)
    finally:
        opened.state.threads.close()
    return close_run(opened)


def warm_up(scenario: Scenario) -> None:
    """Compile the model, or load its machine code, so that what is timed next is the runs alone."""
    run(first_day_of(scenario))


def first_day_of(scenario: Scenario) -> Scenario:
    """One day of one person, for which all is compiled that a run needs; without parts written in Python."""
    one_day = replace(scenario.run, warm_up=0, horizon=1, cool_down=0)
    alone = replace(scenario, customers=None, programmes={}, mechanisms={})
    return replace(alone, market=replace(scenario.market, start_with=1), run=one_day)


def open_run(scenario: Scenario, draw: int = 0, replication: int = 0, options: RunOptions | None = None) -> OpenRun:
    """A run on its first morning."""
    started = time.perf_counter()
    options = options or RunOptions()
    state = first_morning(scenario, draw, replication, options)
    keep_past_coupons(state)
    env = simpy.Environment()
    strategy = scenario.strategy
    number_hooks(state)
    start_programmes(env, state)
    added = AddedMechanisms(state)
    for name in sorted(scenario.programmes):
        env.process(strategy_calls(env, state, name, scenario.programmes[name]))
    if strategy.service.first is not None or strategy.service.escalate is not None:
        env.process(look_who_goes_first(env, state))
    added.start(env)
    for phase, process in (
        (ADDING, acquisition(env, state)),
        (DAY, the_day(env, state, added)),
        (COURIER, delivery(env, state)),
        (DESK, desk(env, state)),
        (BOOKS, books(env, state)),
    ):
        env.process(starting_at(env, phase, process))
    ledger = state.books.ledger
    ledger.watched = start_watching(env, state, options.watches)
    ledger.traces = start_tracing(env, state, options.trace)
    recorder = start_recording(env, state) if options.tables else None
    return OpenRun(state, env, time.perf_counter() - started, recorder)


def start_programmes(env: simpy.Environment, state: RunState) -> None:
    """Start the processes of what the firm sends and offers: outreach and campaigns."""
    strategy = state.inputs.strategy
    for name in sorted(strategy.outreach):
        env.process(outreach(env, state, name, strategy.outreach[name]))
    for name in sorted(strategy.campaigns):
        env.process(campaign(env, state, name, strategy.campaigns[name]))


def advance(opened: OpenRun, day: int) -> None:
    """Simulate up to the morning of `day`; a run in several pieces equals the run in one."""
    started = time.perf_counter()
    while opened.env.peek() < day:
        opened.env.step()
    opened.seconds += time.perf_counter() - started


def close_run(opened: OpenRun) -> Ledger:
    """Finish the ledger of a run whose days have all been simulated."""
    ledger = complete(close_books(opened), opened.state.books.campaigns, opened.state.books.log)
    if opened.recorder is not None:
        ledger.tables = opened.recorder.tables(opened.state)
    return ledger


def close_books(opened: OpenRun) -> Ledger:
    """The ledger of these people, with its accounts closed, and the records of campaigns."""
    state, books = opened.state, opened.state.books
    ledger = books.ledger
    fill_cohorts(state)
    close_records(books.campaigns, ledger.days)
    ledger.close()
    ledger.seconds = opened.seconds
    times = books.ticket_times.rows
    ledger.tickets = {name: times[name].copy() for name in ("day", "kind", "seconds")}
    return ledger


def complete(ledger: Ledger, campaigns: Sequence[CampaignRecord], log: EventLog) -> Ledger:
    """The closed ledger with what follows from everybody's accounts."""
    ledger.retrospectives, ledger.curves = evaluate_campaigns(campaigns, ledger)
    ledger.fingerprint = log.fingerprint
    ledger.events = log.events()
    ledger.live_days = int(ledger.series["live"].sum())
    return ledger


def starting_at(env: simpy.Environment, phase: float, process: Process) -> Process:
    """The same process, started later in the first day."""
    yield env.timeout(phase)
    yield from process


def the_day(env: simpy.Environment, state: RunState, added: AddedMechanisms) -> Process:
    """Simulate each day: what was put down at midnight goes in, events come out."""
    inputs, books, book_day, out = state.inputs, state.books, sales(state, added.reprice), None
    plan = inputs.strategy.service
    felt = FeltHours(state) if inputs.scenario.programmes and plan.auto_reply and plan.staff else None
    seasons = inputs.season * week_multipliers(inputs.market, state.population.key, inputs.season.size)
    while True:
        population = state.population
        if felt is not None:
            felt.look(state)
        weigh(state)
        added.respond()
        touches, messages = messages_today(state)
        ask_by_hand(state)
        offers = offers_today(state)
        state.results = DayResults(offers, touches, messages)
        keeps = books.need is not None, offers.limited(state.offers.budget)
        size = DaySize(population.size, inputs.block, len(touches), len(population.closing))
        out = room_for(size, keeps, out)
        today = Today(state.day, seasons[state.day], population.key)
        in_area = messages._replace(hour=parts_at(messages.hour, inputs.hours))
        given = DayInputs(in_area, offers.prices, inputs.law, inputs.thresholds)
        state.threads.share(
            simulate_day, population.size, inputs.block, today, population.people, given, inputs.block, out
        )
        out = more_orders(population.people, population.size, today, inputs.thresholds, out)
        orders = state.results.orders = book_day(out)
        if touches:
            book_messages(state, touches, out.delivered.sum(axis=0))
        ask(state, orders, messages)
        state.planned.touches, state.planned.offers, state.planned.campaigns = [], [], []
        if books.need is not None:
            books.need.append(out.accounts)
        yield env.timeout(1)


def book_messages(state: RunState, touches: list[Touch], delivered: Ints) -> None:
    """Count and pay for what was delivered today, and for its content; `delivered` of shape (touches,)."""
    ledger = state.books.ledger
    for touch, count in zip(touches, delivered, strict=True):
        cost = int(count) * numbers_of(state, touch).cost
        ledger.book(state.day, "touches", count)
        ledger.sent[touch.programme] = ledger.sent.get(touch.programme, 0) + int(count)
        book_writing(state, touch.programme, "message_cost", cost)
    made = content_made(touches, state.shard.total(delivered))
    for programme, channel in made if state.shard.first else ():
        book_writing(state, programme, "content_cost", state.inputs.market.media[channel].production)


def book_writing(state: RunState, programme: str, account: CampaignCost, cents: int) -> None:
    """Book what a programme's messages or their content cost today, of a campaign in its record, too."""
    state.books.ledger.book(state.day, account, cents)
    if programme.startswith("campaigns."):
        state.books.ledger.book(state.day, f"campaign_{account}", cents)
        record_cost(state.books.campaigns, programme, account, cents)
