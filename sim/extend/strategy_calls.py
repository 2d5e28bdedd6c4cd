"""Calls of strategies that are plain functions: at midnight; their actions are put down like those of any programme."""

from __future__ import annotations

from collections.abc import Callable, Collection, Generator
from datetime import timedelta
from typing import Any

import numpy as np
import numpy.typing as npt
import simpy

from sim.draws import Decision, daily
from sim.extend.person_columns import PersonColumns, SharedColumns, mistake
from sim.firm.coupons import coupon_number
from sim.firm.messages import touch_of
from sim.people.traits import draw, topics
from sim.scenario import ENGAGEMENTS, RFMS, TIERS, Actions, Offer, Outreach, PublicView, StrategyFunction
from sim.scenario.strategy_function import Note, ViewSources
from sim.state.run_state import RunState
from sim.state.touches import Touch
from sim.state.view import view_of
from sim.units import WrongValue

Process = Generator[simpy.Event, Any, None]
Ints = npt.NDArray[np.int64]

MOST_COUPONS = 1000
"""Different coupons in a run; each has its own budget and stock, and is looked at every day."""


def strategy_calls(
    env: simpy.Environment, state: RunState, name: str, plan: StrategyFunction, shared: SharedColumns
) -> Process:
    """One strategy, every midnight."""
    memory: dict[str, Any] = {}
    notes = shared.notes_of(name)
    while True:
        try:
            actions, memory = answer(plan, public_view(state, notes, shared), memory)
            for person, message in actions.touches:
                state.planned.touches.append(checked_touch(state, name, person, message))
            for note in actions.notes:
                keep(note, notes, state.population.size)
        except Exception as error:
            raise mistake(state, f"programme {name!r}", error) from error
        yield env.timeout(1)


def public_view(state: RunState, notes: PersonColumns, shared: SharedColumns) -> PublicView:
    """What a strategy is shown this midnight.

    It is filled by closures and holds no reference to the state, so that no attribute leads to what is hidden.
    """
    view, population, day = view_of(state), state.population, state.day
    market, sources = state.inputs.market, state.inputs.sources
    rows, size = np.flatnonzero(view.contacts), population.size
    rows.flags.writeable = False
    labels: dict[str, Callable[[], npt.NDArray[Any]]] = {
        "engaged": lambda: np.array(ENGAGEMENTS)[view.engaged],
        "tier": lambda: np.array(TIERS)[view.tier],
        "rfm": lambda: np.array((*RFMS, ""))[view.rfm],
        "source": lambda: np.array([*sources, ""])[population.column("source")],
        "tag": lambda: np.array(["", *topics(market)])[population.column("tag")],
    }

    def column(name: str) -> npt.NDArray[Any]:
        return np.asarray((labels[name]() if name in labels else getattr(view, name))[rows])

    return PublicView(
        day,
        state.inputs.scenario.run.start + timedelta(days=day),
        rows,
        ViewSources(
            column,
            lambda who: view.matches(who)[rows],
            lambda name: draw(
                population.key, population.column("identity")[rows], Decision.PROGRAMME, daily(name, day)
            ),
            lambda name: notes.get(name, size)[rows],
            lambda mechanism, name: shared.column(mechanism, name, size)[rows],
        ),
    )


def answer(plan: StrategyFunction, view: PublicView, memory: dict[str, Any]) -> tuple[Actions, dict[str, Any]]:
    """What the function answers. Raises WrongValue where that is not what it should be."""
    got = plan.function(view, memory)
    pair = got if isinstance(got, tuple) and len(got) == 2 else (got, None)
    if not (isinstance(pair[0], Actions) and isinstance(pair[1], dict)):
        kinds = " and ".join(type(part).__name__ for part in pair) if isinstance(got, tuple) else type(got).__name__
        raise WrongValue("answer", "Actions and the memory, a dictionary", kinds)
    return pair[0], pair[1]


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
