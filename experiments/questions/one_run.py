"""One run of one arm, for its ledger."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from numbers import Integral
from typing import TYPE_CHECKING

from experiments.execution.progress import COMPILED_FIRST, COMPILING
from experiments.execution.python_functions import checked_chance
from experiments.runs.planned_runs import market_of
from scenarios import InputError, Question, belief_table, with_values
from scenarios.errors import nearest, shown
from scenarios.progress_bar import Show
from scenarios.questions.verb_calls import verb
from scenarios.values.shapes import slots
from sim.fingerprint import is_compiled
from sim.scenario import RunSettings, Scenario

if TYPE_CHECKING:
    from sim import Ledger

_MOST = {slot.name: slot.shape.unit.high for slot in slots(RunSettings) if slot.shape.unit is not None}
"""The highest numbers of draws and replications that a run can be one of."""


def _days(show: Show) -> Callable[[int, int], None]:
    """Shows days done; none in all says that the model is compiled first."""
    return lambda day, days: show(day, days, "" if days else COMPILED_FIRST, None if days else COMPILING)


@verb(_days)
def run(
    question: Question | Scenario,
    arm: str | None = None,
    *,
    draw: int | None = None,
    replication: int = 0,
    events: bool = False,
    progress: Callable[[int, int], None] | bool | None = True,
) -> Ledger:
    """Simulate one arm of a question once, in one market, and return its ledger.

    question: a loaded file, or a plain scenario
    arm: name of the arm, needed where there are several
    draw: number of the plausible market, from 0, as `compare` draws it from the beliefs; None: the market at its
        medians, with the random numbers of draw 0
    replication: number of the random numbers, from 0
    events: whether to keep the event log (`Ledger.events`)
    progress: True shows a bar in a terminal or a notebook where work takes two seconds or more, False nothing; a
        function is called with days done and days in all

        ledger = rh.run(rh.load("shop.toml"), "30 days", draw=3)
        print(ledger.series["orders"].sum(), ledger.contribution().sum() / 100)

    Raises InputError for what the user can put right.
    """
    import sim

    scenario = scenario_of(question, arm, draw, replication, place="run")
    show = progress if callable(progress) else None
    if show and not is_compiled():
        show(0, 0)
    with checked_chance(scenario) as checked:
        return sim.run(checked, draw or 0, replication, events=events, progress=show)


def scenario_of(
    question: Question | Scenario, arm: str | None, draw: int | None, replication: int, *, place: str
) -> Scenario:
    """The scenario of one arm in one market: see `run`. `place` names the verb in messages. Raises InputError."""
    for name, number, most in (("draw", draw, _MOST["draws"]), ("replication", replication, _MOST["replications"])):
        if number is not None and (not isinstance(number, Integral) or isinstance(number, bool) or number < 0):
            raise InputError(place=f"{place}: {name}", expected="a whole number from 0", got=shown(number))
        if number is not None and number >= most:
            expected = f"a whole number from 0 to {most - 1:.0f}"
            raise InputError(place=f"{place}: {name}", expected=expected, got=shown(number))
    scenario = _arm(question, arm, place)
    if draw is not None and isinstance(question, Question):
        several = replace(question, arms={"base": scenario})
        return with_values(scenario, market_of(belief_table(several, max(draw + 1, 2)), draw))
    if draw:
        raise InputError(place=f"{place}: draw", expected="a question with beliefs", got=f"a scenario and draw {draw}")
    return scenario


def _arm(question: Question | Scenario, arm: str | None, place: str) -> Scenario:
    if isinstance(question, Scenario):
        if arm is not None:
            raise InputError(place=f"{place}: arm", expected="none for a scenario, which is one arm", got=shown(arm))
        return question
    if not isinstance(question, Question):
        raise InputError(place=place, expected='a question, as load("FILE.toml") gives it', got=shown(question))
    if arm is None and len(question.arms) > 1:
        raise InputError(place=f"{place}: arm", expected=f"one of {', '.join(question.arms)}", got="none")
    name = next(iter(question.arms)) if arm is None else arm
    if name not in question.arms:
        raise InputError(place=f"{place}: arm", expected=nearest(str(name), question.arms), got=shown(name))
    return question.arms[name]
