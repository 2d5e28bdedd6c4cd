"""What strategies that are plain functions decide, put down as a plan's own would be: messages, campaigns, staff."""

from __future__ import annotations

import math
from collections.abc import Collection, Generator
from typing import Any

import numpy as np
import numpy.typing as npt
import simpy

from sim.extend.person_columns import PersonColumns, shared_columns
from sim.firm.campaigns import announce, audience_of, begin, hold
from sim.firm.coupons import coupon_number
from sim.firm.messages import touch_of
from sim.scenario import Actions, CampaignStart, Offer, Outreach, Shift
from sim.scenario.day_shifts import MOST_AGENTS
from sim.scenario.strategy_function import Note, SourceBudget
from sim.state.run_state import RunState, StartedCampaign
from sim.state.touches import Touch
from sim.state.view import view_of
from sim.units import WrongValue

Process = Generator[simpy.Event, Any, None]
Ints = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]

MOST_COUPONS = 1000
"""Different coupons in a run; each has its own budget and stock, and is looked at every day."""
MOST_CAMPAIGNS = 1000
"""Different names of campaigns that strategies start in a run."""


def put_down(env: simpy.Environment, state: RunState, name: str, actions: Actions) -> None:
    """Do today what a strategy has answered. Raises WrongValue for what cannot be done in this market."""
    for person, message in actions.touches:
        state.planned.touches.append(checked_touch(state, name, person, message))
    for note in actions.notes:
        keep(note, shared_columns(state).notes_of(name), state.population.size)
    for start in actions.campaigns:
        start_campaign(env, state, name, start)
    if actions.shifts is not None:
        staff_desk(state, name, actions.shifts)
    for budget in actions.budgets:
        set_budget(state, budget)


def start_campaign(env: simpy.Environment, state: RunState, strategy: str, start: CampaignStart) -> None:
    """Let a campaign begin, or be announced, today. Raises WrongValue."""
    name, plan = start.name, start.plan
    try:
        known = checked_start(state, strategy, start)
        named = None
        if start.person is not None:
            named = np.zeros(state.population.size, dtype=bool)
            named[checked_rows(start.person, named.size)] = True
    except WrongValue as error:
        raise WrongValue(f"campaign {name}: {error.place}", error.expected, error.got) from None
    known.plan, known.end = plan, state.day + (plan.announce or 0) + math.ceil(plan.lasts)
    state.decided.campaigns[name] = known
    env.process(started(env, state, start, named))


def started(env: simpy.Environment, state: RunState, start: CampaignStart, named: Mask | None) -> Process:
    """One campaign of a strategy, from its announcement, if it has one, to its last day."""
    name, plan, known = start.name, start.plan, state.decided.campaigns[start.name]
    audience = audience_of(state, name, plan, named)
    if plan.announce is not None:
        announce(state, name, plan, audience, known.held)
        yield env.timeout(plan.announce)
    occurrence = begin(state, name, plan, audience, known.held)
    known.held += occurrence is not None
    yield from hold(env, state, occurrence, known.end)


def checked_start(state: RunState, strategy: str, start: CampaignStart) -> StartedCampaign:
    """The campaign of this name, which may begin today. Raises WrongValue where it may not."""
    market, plan, kept = state.inputs.market, start.plan, state.decided.campaigns
    _check_known("channel", plan.channel, market.media)
    if plan.topic is not None:
        _check_known("topic", plan.topic, market.people.interests)
    for phase in plan.phases:
        _check_known("phases", phase, market.offers.salience)
    for key, known in (("source", market.sources), ("tag", market.people.interests)):
        for word in getattr(plan.who, key):
            _check_known(f"who.{key}", word, known)
    if state.inputs.strategy.limits.silenced(plan.at):
        raise WrongValue("at", "an hour outside the strategy's quiet hours", f"{plan.at:g}")
    most = 1.0 - market.money.payment_fee - market.money.platform_fee
    if plan.commission > most + 1e-12:
        raise WrongValue("commission", f"at most {most:g}, as fees keep the rest", f"{plan.commission:g}")
    if start.name in state.inputs.strategy.campaigns:
        raise WrongValue("name", "one that no campaign of the plan has", repr(start.name))
    if start.name not in kept:
        if len(kept) == MOST_CAMPAIGNS:
            raise WrongValue("name", f"at most {MOST_CAMPAIGNS} different campaigns in a run", "one more")
        return StartedCampaign(strategy, plan, state.day)
    before = kept[start.name]
    if before.strategy != strategy:
        raise WrongValue("name", f"another one, as programme {before.strategy!r} has started it", repr(start.name))
    if before.end > state.day:
        raise WrongValue("start", f"day {before.end} or later, when the last one is over", f"day {state.day}")
    if before.plan.commission != plan.commission:
        raise WrongValue("commission", f"{before.plan.commission:g}, as before", f"{plan.commission:g}")
    return before


def staff_desk(state: RunState, strategy: str, shifts: tuple[Shift, ...]) -> None:
    """Let these agents come today, and no others. Raises WrongValue."""
    service, decided = state.inputs.strategy.service, state.decided
    if not service.staff:
        raise WrongValue("staff: agents", "none, as the plan has no desk (strategy.service.agents)", _agents(shifts))
    if decided.staff is not None:
        raise WrongValue("staff: agents", f"one strategy to decide it, {decided.staffed_by!r} has", _agents(shifts))
    if sum(shift.agents for shift in shifts) > MOST_AGENTS:
        raise WrongValue("staff: agents", f"at most {MOST_AGENTS} in a day", _agents(shifts))
    decided.staff, decided.staffed_by = shifts, strategy


def _agents(shifts: tuple[Shift, ...]) -> str:
    return str(sum(shift.agents for shift in shifts))


def set_budget(state: RunState, budget: SourceBudget) -> None:
    """Let a source cost this from today on. Raises WrongValue for a source that the market does not have."""
    _check_known("budget: source", budget.source, state.inputs.market.sources)
    state.decided.budgets[budget.source] = budget.per_day


def checked_touch(state: RunState, name: str, person: Ints, message: Outreach) -> Touch:
    """The message as it goes out. Raises WrongValue where the market has no such channel or topic."""
    market = state.inputs.market
    _check_known("channel", message.channel, market.media)
    if message.topic is not None:
        _check_known("topic", message.topic, market.people.interests)
    if state.inputs.strategy.limits.silenced(message.at):
        raise WrongValue("at", "an hour outside the strategy's quiet hours", f"{message.at:g}")
    assert message.content is not None
    coupon = 0 if message.offer is None else checked_coupon(state, name, message.offer)
    who = np.zeros(state.population.size, dtype=bool)
    who[checked_rows(person, who.size)] = True
    return touch_of(f"programmes.{name}", message, who & view_of(state).contacts, message.content, coupon)


def _check_known(key: str, got: str, known: Collection[str]) -> None:
    if got not in known:
        raise WrongValue(
            key, f"one of {', '.join(sorted(known))}" if known else "none, as the market has none", repr(got)
        )


def checked_rows(person: Ints, size: int) -> Ints:
    """The numbers, if each is the number of a person. Raises WrongValue otherwise."""
    wrong = person[(person < 0) | (person >= size)]
    if wrong.size:
        raise WrongValue("person", "entries of view.person", str(wrong[0]))
    return person


def checked_coupon(state: RunState, name: str, offer: Offer) -> int:
    """The number of the coupon that an offer comes as. Raises WrongValue where a run has too many different ones."""
    number = coupon_number(state.offers, state.inputs.market, f"programmes.{name}", offer)
    if number > MOST_COUPONS:
        raise WrongValue("offer", f"at most {MOST_COUPONS} different coupons in a run", "one more")
    return number


def keep(note: Note, notes: PersonColumns, size: int) -> None:
    """Write a note into its column."""
    notes.get(note.name, size)[checked_rows(note.person, size)] = note.values
