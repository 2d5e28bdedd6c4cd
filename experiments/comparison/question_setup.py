"""Make a question ready to be planned: plain scenarios become one, sizes change, KPIs are judged."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, get_type_hints

import numpy as np

from experiments.comparison.constraints import bound
from experiments.runs.python_functions import check_versions
from scenarios import Compare, InputError, Question
from sim.scenario import RunSettings

if TYPE_CHECKING:
    from sim.scenario import Customers, Scenario


def as_question(arms: Question | Mapping[str, Scenario] | Mapping[str, Question]) -> Question:
    """A question as it is; arms by name as one question.

    Of loaded files, each of one arm, the first says what is uncertain and how to judge. Plain scenarios are judged by
    contribution profit, with certain markets. Raises InputError where arms do not share a world.
    """
    if isinstance(arms, Question):
        return arms
    loaded = {name: arm for name, arm in arms.items() if isinstance(arm, Question)}
    plain = {name: _one_arm(name, arm) if isinstance(arm, Question) else arm for name, arm in arms.items()}
    _same_world(plain)
    if not loaded:
        return _plain_question(plain)
    first = next(iter(loaded.values()))
    if len(loaded) < len(plain) or any(not _same_beliefs(first, other) for other in loaded.values()):
        raise InputError(f"arms must live in the same world: {' and '.join(map(repr, plain))} differ in their beliefs")
    return replace(first, name=" or ".join(plain), arms=plain)


def _one_arm(name: str, question: Question) -> Scenario:
    if len(question.arms) != 1:
        raise InputError(f"{name}: a file of one arm is allowed; got {len(question.arms)} from {question.path}")
    return next(iter(question.arms.values()))


def _same_world(arms: Mapping[str, Scenario]) -> None:
    first = next(iter(arms), "")
    for name, arm in arms.items():
        base = arms[first]
        same = (arm.market, arm.run, arm.mechanisms) == (base.market, base.run, base.mechanisms)
        if not same or not _same_people(arm.customers, base.customers):
            part = "market or run" if arm.mechanisms == base.mechanisms else "set of mechanisms"
            raise InputError(f"arms must live in the same world: {name!r} has another {part} than {first!r}")


def _same_people(one: Customers | None, other: Customers | None) -> bool:
    if one is None or other is None:
        return one is other
    return all(np.array_equal(column, getattr(other, name)) for name, column in vars(one).items())


def _same_beliefs(one: Question, other: Question) -> bool:
    tables = [None if question.posterior is None else question.posterior.to_csv() for question in (one, other)]
    return one.beliefs == other.beliefs and tables[0] == tables[1]


def _plain_question(arms: Mapping[str, Scenario]) -> Question:
    return Question(
        name="comparison",
        question="",
        path=Path("scenarios"),
        arms=arms,
        compare=Compare(),
        beliefs={},
        posterior=None,
        origins={},
        files=(),
    )


def resized(
    question: Question, draws: int | None = None, replications: int | None = None, seed: int | None = None
) -> Question:
    """The question with another number of draws or replications, or another seed, in every arm."""
    new = {"draws": draws, "replications": replications, "seed": seed}
    changes = {name: value for name, value in new.items() if value is not None}
    for name, value in changes.items():
        low, high = allowed_range(name)
        if not isinstance(value, int) or not low <= value <= high:
            raise InputError(f"{name}: a whole number from {low} to {high} is allowed; got {value!r}")
    arms = {
        name: replace(arm, run=replace(arm.run, **changes))  # type: ignore[arg-type]
        for name, arm in question.arms.items()
    }
    return replace(question, arms=arms)


def allowed_range(name: str) -> tuple[int, int]:
    """The range that `[run]` allows for a count."""
    unit = get_type_hints(RunSettings, include_extras=True)[name].__metadata__[0]
    return int(unit.low), min(int(unit.high), 2**63 - 1)


def judged(question: Question) -> Question:
    """The question, if it can be compared. Raises InputError: one arm, unknown or undirected KPIs."""
    from sim.output.measures import MEASURES

    how, file = question.compare, question.path
    if len(question.arms) < 2:
        raise InputError(
            f"{file}: variants: at least two arms are needed to compare, as [variants.NAME] tables or as "
            f"several files; got {', '.join(map(repr, question.arms)) or 'none'}"
        )
    if how.against is not None and how.against not in question.arms:
        raise InputError(f"{file}: compare.against: {_near(how.against, question.arms)}")
    known_kpi(question, "compare.kpi", how.kpi)
    check_versions(question.arms)
    for kpi in how.also:
        known_kpi(question, "compare.also", kpi)
    for kpi, limit in how.subject_to.items():
        known_kpi(question, "compare.subject_to", kpi)
        bound(question, kpi, limit)
    if MEASURES[how.kpi].better == 0:
        raise InputError(
            f"{file}: compare.kpi: a number of which more or less is better is allowed, such as "
            f"contribution_profit; got {how.kpi!r}, which has no better direction"
        )
    if how.indifference and MEASURES[how.kpi].unit != "money":
        raise InputError(f"{file}: compare.indifference: allowed only where compare.kpi is money; got kpi {how.kpi!r}")
    return question


def known_kpi(question: Question, key: str, name: str) -> None:
    """Raise InputError unless `name` is a measure."""
    from sim.output.measures import MEASURES

    if name not in MEASURES:
        raise InputError(f"{question.path}: {key}: {_near(name, MEASURES)}")


def _near(name: str, known: Mapping[str, object]) -> str:
    close = get_close_matches(name, list(known), n=1, cutoff=0.0)
    return f"one of {', '.join(known)} is allowed; got {name!r}, did you mean {close[0]!r}?"
