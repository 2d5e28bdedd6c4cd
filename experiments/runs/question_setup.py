"""Make a question ready to be planned: arms by name become one question, and its size changes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, get_type_hints

from scenarios import Compare, InputError, Question
from scenarios.errors import shown
from sim.scenario import RunSettings, Scenario

if TYPE_CHECKING:
    from sim.scenario import Customers

PLAIN = Path("scenarios")
"""In place of a file, what plain scenarios come from."""


def as_question(arms: Question | Mapping[str, Scenario] | Mapping[str, Question]) -> Question:
    """A question as it is; arms by name as one question.

    Of loaded files, each of one arm, the first says what is uncertain and how to compare. Plain scenarios are compared
    by contribution profit, in a market without uncertainty. Raises InputError where arms differ in more than strategy.
    """
    if isinstance(arms, Question):
        return arms
    if not isinstance(arms, Mapping):
        raise InputError(place="question", expected='a question, as load("FILE.toml") gives it', got=shown(arms))
    for name, arm in arms.items():
        if not isinstance(name, str) or not isinstance(arm, Question | Scenario):
            expected = "questions or scenarios by the names of arms"
            raise InputError(place=f"question: {shown(name)}", expected=expected, got=shown(arm))
    loaded = {name: arm for name, arm in arms.items() if isinstance(arm, Question)}
    plain = {name: _one_arm(name, arm) if isinstance(arm, Question) else arm for name, arm in arms.items()}
    _check_shared(plain)
    if not loaded:
        return _plain_question(plain)
    first = next(iter(loaded.values()))
    if len(loaded) < len(plain) or any(not _same_beliefs(first, other) for other in loaded.values()):
        raise _unlike("beliefs", *plain)
    if any(other.kpis != first.kpis for other in loaded.values()):
        raise _unlike("KPIs", *plain)
    return replace(first, name=" or ".join(plain), arms=plain)


def _one_arm(name: str, question: Question) -> Scenario:
    if len(question.arms) != 1:
        raise InputError(place=name, expected="a file with one arm", got=f"{len(question.arms)} from {question.path}")
    return next(iter(question.arms.values()))


def _check_shared(arms: Mapping[str, Scenario]) -> None:
    first = next(iter(arms), "")
    for name, arm in arms.items():
        base = arms[first]
        if arm.mechanisms != base.mechanisms:
            raise _unlike("mechanisms", first, name)
        if (arm.market, arm.run) != (base.market, base.run) or not _same_people(arm.customers, base.customers):
            raise _unlike("market or run", first, name)


def _unlike(part: str, *arms: str) -> InputError:
    return InputError("arms may differ in strategy only", got=f"different {part} in {' and '.join(map(repr, arms))}")


def _same_people(one: Customers | None, other: Customers | None) -> bool:
    return one is other if one is None or other is None else one.same(other)


def _same_beliefs(one: Question, other: Question) -> bool:
    tables = [None if question.posterior is None else question.posterior.to_csv() for question in (one, other)]
    return one.beliefs == other.beliefs and tables[0] == tables[1]


def _plain_question(arms: Mapping[str, Scenario]) -> Question:
    return Question(
        name="comparison",
        question="",
        path=PLAIN,
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
            raise InputError(place=name, expected=f"a whole number from {low} to {high}", got=repr(value))
    arms = {
        name: replace(arm, run=replace(arm.run, **changes))  # type: ignore[arg-type]
        for name, arm in question.arms.items()
    }
    return replace(question, arms=arms)


def allowed_range(name: str) -> tuple[int, int]:
    """The range that `[run]` allows for a count."""
    unit = get_type_hints(RunSettings, include_extras=True)[name].__metadata__[0]
    return int(unit.low), min(int(unit.high), 2**63 - 1)
