"""Reference arms of a comparison: they stand beside its arms, show what the arms are worth, and cannot win."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from scenarios import Question

if TYPE_CHECKING:
    from scenarios.values.criteria import ReferenceName
    from sim.scenario import Scenario, Strategy

NOTHING: ReferenceName = "do nothing"
TODAY: ReferenceName = "as today"


@dataclass(frozen=True)
class ReferenceArm:
    """`runs_as` names the arm, or the other reference, that has the same strategy, and whose runs are its own; it is
    the reference's own name where there is none."""

    name: str
    strategy: Strategy
    runs_as: str

    @property
    def is_own(self) -> bool:
        """Whether it has runs of its own."""
        return self.runs_as == self.name

    def beside(self, arm: Scenario) -> Scenario:
        """Its scenario, in the market and with the people of an arm."""
        return replace(arm, strategy=self.strategy, programmes={})


def reference_arms(question: Question) -> tuple[ReferenceArm, ...]:
    """The reference arms that the question asks for, without those whose name one of its arms has."""
    first = next(iter(question.arms.values()))
    strategies: dict[str, Strategy | None] = {
        NOTHING: without_programmes(question.today or first.strategy),
        TODAY: question.today,
    }
    known = {name: arm.strategy for name, arm in question.arms.items() if not arm.programmes}
    found = []
    for name in dict.fromkeys(question.compare.references):
        strategy = strategies[name]
        if strategy is None or name in question.arms:
            continue
        same = [other for other, held in known.items() if held == strategy]
        found.append(ReferenceArm(name, strategy, same[0] if same else name))
        known[name] = strategy
    return tuple(found)


def without_programmes(strategy: Strategy) -> Strategy:
    """The strategy of a firm that does nothing beyond serving and delivering."""
    return replace(strategy, acquisition={}, outreach={}, campaigns={}, welcome=None)


def with_references(question: Question, references: tuple[ReferenceArm, ...]) -> Question:
    """The question with the references that have runs of their own as further arms, after its own."""
    first = next(iter(question.arms.values()))
    more: Mapping[str, Scenario] = {one.name: one.beside(first) for one in references if one.is_own}
    return replace(question, arms={**question.arms, **more}) if more else question
