"""Calls of strategies that are plain functions: at midnight; what they decide is put down as a plan's own would be."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

import simpy

from sim.extend.person_columns import mistake
from sim.extend.strategy_actions import put_down
from sim.extend.strategy_view import public_view
from sim.scenario import Actions, PublicView, StrategyFunction
from sim.state.run_state import RunState
from sim.units import WrongValue

Process = Generator[simpy.Event, Any, None]


def strategy_calls(env: simpy.Environment, state: RunState, name: str, plan: StrategyFunction) -> Process:
    """One strategy, every midnight."""
    memory: dict[str, Any] = {}
    while True:
        try:
            actions, memory = answer(plan, public_view(state, name), memory)
            put_down(env, state, name, actions)
        except Exception as error:
            raise mistake(state, f"programme {name!r}", error) from error
        yield env.timeout(1)


def answer(plan: StrategyFunction, view: PublicView, memory: dict[str, Any]) -> tuple[Actions, dict[str, Any]]:
    """What the function answers. Raises WrongValue where that is not what it should be."""
    got = plan.function(view, memory)
    pair = got if isinstance(got, tuple) and len(got) == 2 else (got, None)
    if not (isinstance(pair[0], Actions) and isinstance(pair[1], dict)):
        kinds = " and ".join(type(part).__name__ for part in pair) if isinstance(got, tuple) else type(got).__name__
        raise WrongValue("answer", "Actions and the memory, a dictionary", kinds)
    return pair[0], pair[1]
