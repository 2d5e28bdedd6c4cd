"""The state of a run on its first morning."""

from __future__ import annotations

import math
import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial

from sim.day.day_arrays import BLOCK
from sim.draws import gamma_quantile_table, replication_key
from sim.hours import marks_of
from sim.law.numbers import law_numbers, service_numbers
from sim.law.season import known_season
from sim.output.event_log import EventLog
from sim.output.ledger import Ledger
from sim.output.watch import Watch
from sim.past.own_customers import join_stated
from sim.people.first_people import DayOnePeople, StatedCustomers, first_people
from sim.people.past_days import PastDays
from sim.people.trait_draws import Keys
from sim.scenario import Scenario
from sim.shard import PeoplePart, Shard
from sim.state.offers_held import OfferBudget
from sim.state.run_state import WINDOW, Books, Offers, RunInputs, RunState
from sim.threads import Threads

PEOPLE_PER_THREAD = 50_000
"""Below this, waking another thread each day costs more than it saves."""


@dataclass(frozen=True)
class RunOptions:
    """What a run keeps and how it is computed. Only `random_numbers_of` changes its results."""

    events: bool = False
    """Whether the event log is kept."""
    tables: bool = False
    """Whether the tables of the event log are kept."""
    need: bool = False
    """Whether the need of every person and day is kept, in `Books.need`."""
    block: int = BLOCK
    threads: int | None = 1
    """None: as many as are worth waking."""
    random_numbers_of: int | None = None
    """A replication whose random numbers the people have from the first day on; traits stay those of the run's own."""
    watches: Sequence[Watch] = ()
    shard: Shard = field(default_factory=Shard)
    """Whose people are simulated."""
    trace: Sequence[int] = ()
    """Identities of people whose event traces are kept."""


def first_morning(scenario: Scenario, draw: int, replication: int, options: RunOptions) -> RunState:
    """The state on the morning of day one, with the first people in it."""
    inputs, run, market = run_inputs(scenario, options.block), scenario.run, scenario.market
    capacity = room_for_people(scenario, options.shard.part)
    threads = Threads(options.threads or min(1 + capacity // PEOPLE_PER_THREAD, os.cpu_count() or 1))
    population = first_people(day_one_people(scenario, draw, replication, options), capacity, threads)
    measured, rate = (run.warm_up, run.warm_up + run.horizon), market.money.discount_rate
    ledger = Ledger(run.start, run.days, measured, rate, run.answer_within)
    ledger.start_contacts = population.size
    stages = population.people.stage[: population.size].copy()
    books = Books(ledger, EventLog(options.events), stages, need=[] if options.need else None)
    offers = Offers(window_budget(inputs))
    return RunState(inputs, population, books, offers, threads=threads, shard=options.shard)


def run_inputs(scenario: Scenario, block: int) -> RunInputs:
    """What does not change during a run of this scenario."""
    run, market, welcome = scenario.run, scenario.market, scenario.strategy.welcome
    law = law_numbers(market, welcome.push if welcome else 0.0)
    if scenario.mechanisms:  # they may read stocks that nothing else asks for
        law = law._replace(trusting=True, habitual=True)
    table = gamma_quantile_table(market.need.regularity)
    season = known_season(market.need.season, run.start, run.days)
    service = service_numbers(scenario, table)
    hours = marks_of(market.need.season.hours)
    return RunInputs(scenario, law, table, season, tuple(sorted(market.sources)), block, service, hours)


def window_budget(inputs: RunInputs) -> OfferBudget:
    """The shop's discount budget for a new window."""
    rate = inputs.strategy.limits.discount_budget
    return OfferBudget(None if rate is None else round(WINDOW * rate))


def replication_number(draw: int, replication: int) -> int:
    """The number under which the random numbers of one draw's replication are addressed."""
    return draw * 65536 + replication


def day_one_people(scenario: Scenario, draw: int, replication: int, options: RunOptions) -> DayOnePeople:
    """What the people of day one follow from."""
    market, seed = scenario.market, scenario.run.seed
    trait_key = replication_key(seed, replication_number(draw, replication))
    key = trait_key
    if options.random_numbers_of is not None:
        key = replication_key(seed, replication_number(draw, options.random_numbers_of))
    past = PastDays(market, scenario.run.start) if market.start.history > 0 and market.start_with > 0 else None
    customers, stated = scenario.customers, None
    if customers is not None and customers.history is not None:
        join = partial(join_stated, market=market, customers=customers)
        stated = StatedCustomers(market, customers.history.digest, join)
    return DayOnePeople(
        Keys(key, trait_key), closing_channels(scenario), market.start_with, options.shard.part,
        market.need, market.spend, market.people, market.optout.shape, customers, past, stated,
    )  # fmt: skip


def room_for_people(scenario: Scenario, part: PeoplePart) -> int:
    """How many people there will be in a part, more rather than fewer; customers are those of the part."""
    market = scenario.market
    known = 0 if scenario.customers is None else scenario.customers.identity.size
    adding = scenario.strategy.acquisition or scenario.programmes  # which may open a source
    expected = sum(s.exposures * s.add_rate for s in market.sources.values()) if adding else 0
    anybody = market.start_with + 1.1 * expected * scenario.run.days
    spread = 0.0 if part.of == 1 else 5.0 * math.sqrt(anybody / part.of)
    return int(known + anybody / part.of + spread) + 1


def closing_channels(scenario: Scenario) -> tuple[str, ...]:
    """The channels in use that people can leave apart from the contact, by name."""
    strategy = scenario.strategy
    used = {plan.channel for plan in strategy.outreach.values()}
    used |= {plan.channel for plan in strategy.campaigns.values()}
    if scenario.programmes:
        used |= set(scenario.market.media)
    return tuple(sorted(name for name in used if scenario.market.media[name].leaves == "channel"))
