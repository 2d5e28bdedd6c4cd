"""A shop as an environment for learning a policy: reset and step, as in Gymnasium, one decision every few days."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from numbers import Integral
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from scenarios import InputError
from scenarios.errors import shown
from sim.scenario import Actions, PublicView, RunSettings, Scenario

if TYPE_CHECKING:
    from sim import Ledger
    from sim.engine import OpenRun
    from sim.scenario import Strategist

Floats = npt.NDArray[np.float64]
Act = Callable[[PublicView, Any], Actions]
Observe = Callable[[PublicView], npt.ArrayLike]
Choices = int | tuple[npt.ArrayLike, npt.ArrayLike]
"""The actions of a learner: so many numbers from 0, or the least and the largest of each of its numbers."""
REPLICATIONS = 2**16
"""Replications of a draw that random numbers are addressed by."""
POLICY = "policy"
"""The name of the strategy in Python that takes a learner's actions."""
OBSERVED = (
    "share of days",
    "contacts",
    "orders",
    "contribution",
    "messages",
    "open tickets",
    "longest wait",
    "running",
)
"""What is observed where nothing else is stated: the share of the measured days that is over, contacts who can be
written to, orders, contribution in cents and messages since the last decision, open tickets, the longest wait among
them in days, and campaigns that are running."""


@dataclass(frozen=True)
class Decisions:
    """On which days of a run a policy decides, what it sees, and what its actions do."""

    every: int
    run: RunSettings
    act: Act
    observe: Observe | None = None
    choices: Choices | None = None

    @property
    def days(self) -> range:
        """The days on which it decides: the first measured one, and every so many days while the run is measured."""
        return range(self.run.warm_up, self.run.warm_up + self.run.horizon, self.every)

    def observed(self, view: PublicView) -> Floats:
        """What is observed, shape (n,). Raises InputError for what is no finite row of numbers."""
        if self.observe is None:
            return self._figures(view)
        given = self.observe(view)
        seen = numbers_or_none(given)
        if seen is None or seen.ndim != 1 or not np.isfinite(seen).all():
            raise InputError(place="environment: observe", expected="a row of finite numbers", got=shown(given))
        return seen

    def _figures(self, view: PublicView) -> Floats:
        last = slice(max(view.day - self.every, 0), view.day)
        since = [float(view.account(name)[last].sum()) for name in ("orders", "contribution", "touches")]
        queue, over = view.queue, (view.day - self.run.warm_up) / self.run.horizon
        at_the_desk = (queue.count(), queue.longest(), len(view.running))
        return np.array([over, view.person.size, *since, *at_the_desk], dtype=np.float64)

    def checked(self, action: Any) -> Any:
        """The action, if a learner may choose it. Raises InputError."""
        if self.choices is None:
            return action
        if isinstance(self.choices, int):
            number = action.item() if isinstance(action, np.ndarray) and action.ndim == 0 else action
            if is_whole(number) and 0 <= int(number) < self.choices:
                return int(number)
            expected = f"a whole number from 0 to {self.choices - 1}"
        else:
            low, high = (np.asarray(end, dtype=np.float64) for end in self.choices)
            numbers = numbers_or_none(action)
            if numbers is not None and numbers.shape == low.shape and ((low <= numbers) & (numbers <= high)).all():
                return numbers
            expected = f"{low.size} numbers from {low.tolist()} to {high.tolist()}"
        raise InputError(place="step: action", expected=expected, got=shown(action))

    def follow(self, policy: Callable[[Floats], Any]) -> Strategist:
        """The strategy in Python that decides by a policy, a function of what is observed, on the same days.

        As a programme of the name `POLICY` it has the bits of the same actions step by step.
        """

        def strategy(view: PublicView, memory: dict[str, Any]) -> tuple[Actions, dict[str, Any]]:
            if view.day not in self.days:
                return Actions.nothing(), memory
            return self.act(view, self.checked(policy(self.observed(view)))), memory

        return strategy


def numbers_or_none(action: Any) -> Floats | None:
    """Numbers as an array; None for what holds others."""
    try:
        return np.asarray(action, dtype=np.float64)
    except (TypeError, ValueError):
        return None


class PolicyEnvironment:
    """One arm of a question, which goes on from decision to decision; `environment` makes it.

    An episode is the measured days of a run; those of the warm-up pass before the first observation, without actions.
    The reward of a step is the contribution of its days, cents. `truncated` is True at the end of the measured days,
    `terminated` never is: the shop goes on. All random numbers of the shop are addressed, so an episode follows from
    seed, draw, replication and actions alone; a learner's own generator is not part of it.
    """

    def __init__(self, scenario: Scenario, decisions: Decisions, address: tuple[int, int]) -> None:
        self.decisions = decisions
        self._scenario = scenario
        self._address = address
        """Draw, and the replication of the first episode."""
        self._next = address[1]
        self._opened: OpenRun | None = None
        self._taken: list[Any] = []
        self._day = 0

    def __repr__(self) -> str:
        run, choices = self.decisions.run, self.decisions.choices
        chosen = "any Actions" if choices is None else f"0 to {choices - 1}" if isinstance(choices, int) else choices
        where = f"day {self._day}" if self._opened else "no episode has begun"
        return (
            f"Environment of {run.horizon} days from {run.start}, a decision every {self.decisions.every} days, "
            f"actions {chosen}; {where}"
        )

    def reset(
        self, *, seed: int | None = None, options: Mapping[str, Any] | None = None
    ) -> tuple[Floats, dict[str, Any]]:
        """Begin an episode; the first observation, and what is known of it.

        seed: the seed of the run, from which all its random numbers follow; with one, the replication is the first
        again. Without one, each episode has the next replication, so that a learner meets other random numbers.
        options: {"replication": 3} for a replication of its own. Raises InputError.
        """
        if seed is not None:
            run = replace(self._scenario.run, seed=_whole(seed, "reset: seed", 2**63 - 1))
            self._scenario, self._next = replace(self._scenario, run=run), self._address[1]
        given = dict(options or {})
        replication = _whole(given.pop("replication", self._next), "reset: replication", REPLICATIONS - 1)
        if given:
            raise InputError(place="reset: options", expected="replication", got=shown(next(iter(given))))
        self._next = (replication + 1) % REPLICATIONS
        self.close()
        return self._begin(replication)

    def _begin(self, replication: int) -> tuple[Floats, dict[str, Any]]:
        from sim.engine import open_run

        taken: list[Any] = []

        def taking(view: PublicView, memory: dict[str, Any]) -> tuple[Actions, dict[str, Any]]:
            return (self.decisions.act(view, taken.pop()) if taken else Actions.nothing()), memory

        draw, run = self._address[0], self._scenario.run
        self._taken = taken
        self._opened = open_run(self._scenario.with_programme(POLICY, taking), draw, replication)
        self._go_to(run.warm_up)
        return self._observation(), self._info() | {"seed": run.seed, "draw": draw, "replication": replication}

    def step(self, action: Any) -> tuple[Floats, float, bool, bool, dict[str, Any]]:
        """Take an action, and go on to the next decision: observation, reward, terminated, truncated, info.

        Raises InputError for an action that is none of the learner's, for what cannot be done in this market, and where
        the episode is over.
        """
        opened, run = self._open(), self.decisions.run
        end = run.warm_up + run.horizon
        if self._day >= end:
            raise InputError("the episode is over", place="step", expected="reset() first")
        before = self._day
        self._taken.append(self.decisions.checked(action))
        self._go_to(min(before + self.decisions.every, end))
        reward = int(opened.state.books.ledger.contribution()[before : self._day].sum())
        return self._observation(), float(reward), False, self._day >= end, self._info()

    def ledger(self) -> Ledger:
        """The ledger of the episode: its other days, and those of the cool-down, pass without actions; it is over."""
        from sim.engine import close_run

        opened = self._open()
        self._go_to(self.decisions.run.days)
        ledger = close_run(opened)
        self.close()
        return ledger

    def close(self) -> None:
        """End the episode."""
        if self._opened is not None:
            self._opened.state.threads.close()
        self._opened = None

    def follow(self, policy: Callable[[Floats], Any]) -> Strategist:
        """A policy, a function of what is observed, as a strategy for `Question.with_programme("policy", ...)`."""
        return self.decisions.follow(policy)

    def _open(self) -> OpenRun:
        if self._opened is None:
            raise InputError("no episode has begun", place="environment", expected="reset() first")
        return self._opened

    def _go_to(self, day: int) -> None:
        from sim.engine import advance
        from sim.extend.person_columns import AddedError

        try:
            advance(self._open(), day)
        except AddedError as fault:
            self.close()
            raise InputError(str(fault)) from fault
        self._day = day

    def _observation(self) -> Floats:
        from sim.extend.strategy_view import public_view

        state = self._open().state
        return self.decisions.observed(public_view(state, POLICY))

    def _info(self) -> dict[str, Any]:
        today = self._scenario.run.start + timedelta(days=self._day)
        return {"day": self._day, "date": today.isoformat()}


def _whole(number: Any, place: str, most: int) -> int:
    if not is_whole(number) or not 0 <= int(number) <= most:
        raise InputError(place=place, expected=f"a whole number from 0 to {most}", got=shown(number))
    return int(number)


def is_whole(number: Any) -> bool:
    """Whether it is a whole number, of Python or of NumPy."""
    return isinstance(number, Integral) and not isinstance(number, bool)
