"""A trial: people dealt by lot into arms, what each arm was sent, and how many did what within a window of days."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

import numpy as np
import numpy.typing as npt

from scenarios.errors import InputError
from sim import units as u
from sim.scenario import Content, Offer

Floats = npt.NDArray[np.float64]
Behaviour = Literal["order", "interaction"]
BEHAVIOURS: tuple[Behaviour, ...] = ("order", "interaction")


@dataclass(frozen=True)
class ArmMessage:
    """One message that an arm is sent."""

    channel: str
    content: Content
    day: Annotated[int, u.Days.within(-365, 365)] = 0
    """Of the window, whose first is 0; before it where it has been sent already."""
    at: Annotated[float, u.TimeOfDay] = 0.5
    items: Annotated[int, u.Count.within(1, 100)] = 1
    style: Literal["mass", "personal"] = "mass"
    testimony: bool = False


@dataclass(frozen=True)
class TrialArm:
    """What the people of one arm got; the control group gets nothing."""

    name: str
    messages: tuple[ArmMessage, ...] = ()
    offer: Offer | None = None
    """Held from the first day of the window on, for `lasts` days."""
    lasts: Annotated[int, u.Days.within(1, 365)] = 1
    phases: tuple[str, ...] = ()
    """Of the offer's days, as of a campaign; the last one's salience stays. Without any, salience is 1."""


@dataclass(frozen=True)
class RepeatedWindows:
    """Orders of the same people in window after window.

    weights: share of the treated arm's orders by stratum, the days since the last order at a window's beginning, shape
    (strata,): orders over lifts, the orders without messages, go by it, however much order rates differ. elapsed: days
    from a person's first time to the middle of each window, on average, and shares of orders by window, two of shape
    (times,).
    """

    weights: Floats
    elapsed: Floats
    shares: Floats


@dataclass(frozen=True)
class Trial:
    """Counts of a trial; arm 0 is the control group.

    outcomes: columns of the data, each with the behaviour that it shows: at least one such within the window. strata:
    groups of people by days since their last order, as they were dealt. people: shape (arms, strata). hits: of them,
    those with the outcome, shape (outcomes, arms, strata). Counts are smaller than those of people where the same
    people are counted again and again. reached: share of people to whom the arm's messages went, shape (arms, strata);
    None for all. background: what everybody was sent, the control group among them. executions: how often the arm's
    messages were written anew, whose qualities are averaged. windows: None where an outcome is having it at all; else
    hits are numbers of orders over repeated windows, all strata together, shape (outcomes, arms, 1).
    """

    name: str
    arms: tuple[TrialArm, ...]
    outcomes: tuple[tuple[str, Behaviour], ...]
    window: int
    recency: Floats
    """Days since the last order, of each stratum."""
    people: Floats
    hits: Floats
    randomised: bool = True
    reached: Floats | None = None
    background: tuple[ArmMessage, ...] = ()
    executions: int = 1
    windows: RepeatedWindows | None = None

    @property
    def treated(self) -> int:
        """Arms besides the control group."""
        return len(self.arms) - 1

    @property
    def areas(self) -> Floats:
        """Hazard over the window of each outcome and arm, all strata together; shape (outcomes, arms)."""
        share = self.hits.sum(axis=2) / self.people.sum(axis=1)
        return np.asarray(share if self.windows is not None else -np.log1p(-np.minimum(share, 1.0 - 1e-9)))

    def pooled(self, outcome: int) -> tuple[Floats, Floats]:
        """Share with the outcome in each arm over all strata, and its standard error; shapes (arms,)."""
        people, hits = self.people.sum(axis=1), self.hits[outcome].sum(axis=1)
        share = hits / people
        return share, np.sqrt(share * (1.0 - share * (self.windows is None)) / people)


def checked_trial(trial: Trial, place: str) -> Trial:
    """The trial, if its counts can be one's. Raises InputError at `place`."""
    if trial.treated < 1:
        raise InputError(place=place, expected="a control group and at least one arm more", got=f"{len(trial.arms)}")
    control = trial.arms[0]
    if control.messages or control.offer is not None:
        raise InputError(place=place, expected="a control group that is sent nothing", got=repr(control.name))
    empty = [arm.name for arm, people in zip(trial.arms, trial.people.sum(axis=1), strict=True) if people == 0]
    if empty:
        raise InputError(place=place, expected="people in every arm", got=f"none in {', '.join(map(repr, empty))}")
    if (trial.people < 0).any() or (trial.hits < 0).any():
        raise InputError(place=place, expected="counts of at least 0", got="a negative one")
    if trial.windows is None and (trial.hits > trial.people).any():
        outcome, arm, stratum = np.argwhere(trial.hits > trial.people)[0]
        got = f"{trial.hits[outcome, arm, stratum]:,} of {trial.people[arm, stratum]:,}"
        what = f"at most as many with {trial.outcomes[outcome][0]!r} as people in {trial.arms[arm].name!r}"
        raise InputError(place=place, expected=what, got=got)
    silent = [name for (name, _), hits in zip(trial.outcomes, trial.hits, strict=True) if hits.sum() == 0]
    if silent:
        raise InputError(place=place, expected="somebody with the outcome", got=f"nobody with {silent[0]!r}")
    return trial
