"""From a question to an environment for learning a policy."""

from __future__ import annotations

from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

import numpy as np

from experiments.questions.one_run import scenario_of
from experiments.questions.policy_environment import (
    POLICY,
    Act,
    Choices,
    Decisions,
    Observe,
    PolicyEnvironment,
    is_whole,
    numbers_or_none,
)
from scenarios import InputError
from scenarios.errors import shown
from scenarios.values.quantities import parse
from sim.scenario import Actions, PublicView, Scenario
from sim.units import Days, WrongValue

if TYPE_CHECKING:
    from scenarios import Question


def environment(
    question: Question | Scenario,
    arm: str | None = None,
    *,
    act: Act | None = None,
    actions: Choices | None = None,
    observe: Observe | None = None,
    every: str | int = "7 d",
    draw: int | None = None,
    replication: int = 0,
) -> PolicyEnvironment:
    """One arm of a question as an environment for learning a policy, with the `reset` and `step` of Gymnasium.

    Where `actions` are stated and Gymnasium is installed, it is a `gymnasium.Env` with spaces. See
    docs/how-to/learn-a-policy.md.

    question: a loaded file, or a plain scenario
    arm: name of the arm, needed where there are several
    act: a function of the view and the action, which gives the `Actions` of that morning; without one, an action is
        itself `Actions`, or a function of the view
    actions: what a learner chooses among: so many numbers from 0, or a pair of arrays, the least and the largest of
        each number
    observe: a function of the view that gives a row of numbers; without one, share of the days, contacts, orders,
        contribution and messages since the last decision, open tickets, longest wait, and campaigns that are running
    every: days from one decision to the next, as a text ("7 d") or a number
    draw: number of the plausible market, from 0; None: the market at its medians
    replication: number of the random numbers of the first episode, from 0; each later one has the next number

        shop = rh.environment(rh.load("shop.toml"), "30 days", every="30 d")
        seen, known = shop.reset()
        seen, reward, terminated, truncated, known = shop.step(rh.Actions.nothing())
        print(known["date"], reward / 100)

    Raises InputError.
    """
    scenario = scenario_of(question, arm, draw, replication, place="environment")
    if POLICY in scenario.programmes:
        raise InputError(place="environment", expected=f"no other strategy named {POLICY}", got=POLICY)
    try:
        days = int(parse(f"{every} d" if isinstance(every, int) else every, Days.within(1, 3650), "", whole=True))
    except InputError as mistake:
        raise mistake.at("environment: every") from None
    if actions is not None and act is None:
        raise InputError(place="environment: act", expected="a function of the view and the action", got="none")
    decisions = Decisions(days, scenario.run, act or _itself, observe, _checked_choices(actions))
    address = draw or 0, replication
    if actions is None or find_spec("gymnasium") is None:
        return PolicyEnvironment(scenario, decisions, address)
    from experiments.questions.gymnasium_environment import GymnasiumEnvironment

    return GymnasiumEnvironment(scenario, decisions, address)


def _itself(view: PublicView, action: Any) -> Actions:
    """An action that is what is done, or a function of the view that says it."""
    done = action(view) if callable(action) else action
    if not isinstance(done, Actions):
        raise WrongValue("action", "Actions, or a function of the view that gives them", shown(repr(action)))
    return done


def _checked_choices(actions: Choices | None) -> Choices | None:
    """The actions of a learner. Raises InputError."""
    if actions is None:
        return None
    if not isinstance(actions, tuple) and is_whole(actions) and actions >= 1:
        return int(actions)
    low, high = map(numbers_or_none, actions) if isinstance(actions, tuple) and len(actions) == 2 else (None, None)
    if low is not None and high is not None and low.shape == high.shape and low.ndim == 1:
        finite = np.isfinite(low) & np.isfinite(high)
        if low.size and (finite & (low <= high)).all():
            return low, high
    expected = "a whole number from 1, or two rows of numbers, the least and the largest"
    raise InputError(place="environment: actions", expected=expected, got=shown(actions))
