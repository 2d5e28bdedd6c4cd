"""Strategies as plain functions: called at midnight, their actions put down like those of any programme."""

from __future__ import annotations

from collections.abc import Generator
from typing import TYPE_CHECKING, Any

import numpy as np
import simpy

from sim.extend.person_columns import PersonColumns, mistake
from sim.extend.strategy_function import Actions, Note, PublicView
from sim.firm.messages import Touch, touch_of
from sim.run_state import RunState
from sim.scenario import Offer, Outreach, StrategyFunction

if TYPE_CHECKING:
    import numpy.typing as npt

Process = Generator[simpy.Event, Any, None]

MOST_COUPONS = 1000
"""Different coupons in a run; each has its own budget and stock, and is looked at every day."""


def programme(env: simpy.Environment, shop: RunState, name: str, plan: StrategyFunction) -> Process:
    """One strategy, every midnight."""
    memory: dict[str, Any] = {}
    notes = PersonColumns(np.nan)
    while True:
        try:
            actions, memory = answer(plan, PublicView(shop, notes), memory)
            for person, message in actions.touches:
                shop.touches.append(checked_touch(shop, name, person, message))
            for note in actions.notes:
                keep(note, notes, shop.population.size)
        except Exception as error:
            raise mistake(shop, f"programme {name!r}", error) from error
        yield env.timeout(1)


def answer(plan: StrategyFunction, view: PublicView, memory: dict[str, Any]) -> tuple[Actions, dict[str, Any]]:
    """What the function answers. Raises TypeError where that is not what it should be."""
    got = plan.function(view, memory)
    pair = got if isinstance(got, tuple) and len(got) == 2 else (got, None)
    if not (isinstance(pair[0], Actions) and isinstance(pair[1], dict)):
        words = " and ".join(type(part).__name__ for part in pair) if isinstance(got, tuple) else type(got).__name__
        raise TypeError(f"must return Actions and the memory, a dictionary; got {words}")
    return pair[0], pair[1]


def checked_touch(shop: RunState, name: str, person: npt.NDArray[np.int64], message: Outreach) -> Touch:
    """The message as it goes out. Raises ValueError where the market has no such channel or topic."""
    market = shop.market
    _known("channel", message.channel, market.media)
    if message.topic is not None:
        _known("topic", message.topic, market.people.interests)
    if shop.strategy.limits.silenced(message.at):
        raise ValueError(f"at: an hour outside the strategy's quiet ones is allowed; got {message.at:g}")
    assert message.content is not None
    coupon = 0
    if message.offer is not None:
        coupon = coupon_number(shop, name, message.offer)
    who = np.zeros(shop.population.size, dtype=bool)
    who[inside(person, who.size)] = True
    return touch_of(f"programmes.{name}", message, who & shop.view().contacts, message.content, coupon)


def _known(key: str, got: str, allowed: Any) -> None:
    if got not in allowed:
        listed = ", ".join(sorted(allowed)) or "none, as the market has none"
        raise ValueError(f"{key}: allowed {listed}; got {got!r}")


def inside(person: npt.NDArray[np.int64], size: int) -> npt.NDArray[np.int64]:
    """The numbers, if each is somebody's. Raises ValueError otherwise."""
    wrong = person[(person < 0) | (person >= size)]
    if wrong.size:
        raise ValueError(f"person: entries of view.person are allowed; got {wrong[0]}")
    return person


def coupon_number(shop: RunState, name: str, offer: Offer) -> int:
    """The number of the coupon that an offer comes as. Raises ValueError where a run has too many different ones."""
    number = shop.coupon_number(f"programmes.{name}", offer)
    if number > MOST_COUPONS:
        raise ValueError(f"offer: {MOST_COUPONS} different coupons in a run are allowed; got one more")
    return number


def keep(note: Note, notes: PersonColumns, size: int) -> None:
    """Write a note into its column."""
    notes.get(note.name, size)[inside(note.person, size)] = note.values
