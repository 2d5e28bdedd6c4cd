"""The numbers of a market that a shop does not know for sure, each with its range and where it comes from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from scenarios import Question
from scenarios.plans.axes import Axis
from scenarios.values.paths import leaves
from scenarios.values.shapes import Shape
from sim.scenario import Scenario

Basis = Literal["data", "source", "assumption"]
"""What a number goes back to: the shop's own orders, a source that is named, or nothing but an assumption."""

ASKS = "yours? "
"""With this a source asks the reader for their own number; what follows says where the present one is from."""
KEPT = "prior"
"""With this the source of a fitted number begins where the data have not narrowed it."""
READ_OFF = "data "
"""With this the source of a number begins that calibration has found."""
FACT_SPREAD = 0.25
"""How far a fact of the shop that is stated without a spread is moved to either side, as a share of it."""


@dataclass(frozen=True)
class UncertainNumber:
    """A number of the market. `axis` runs over its range, `origin` says in words where it was written.

    learned: whether the shop's own data narrowed it; draws that keep the spread of the prior did not.
    """

    path: str
    axis: Axis
    basis: Basis
    origin: str
    learned: bool = False

    @property
    def range_text(self) -> str:
        """Its range as a file would state it."""
        low, high = (self.axis.text(self.axis.cell(self.axis.level(end))) for end in (0.0, 1.0))
        return f"{low} to {high}"


def uncertain_numbers(question: Question, scenario: Scenario) -> list[UncertainNumber]:
    """All numbers of the market that have a range, in the order of the law.

    Beliefs range from their 5 % to their 95 % point, columns of a posterior likewise. Facts of the shop, which have no
    spread, range over a quarter to either side; counts, definitions, and facts that are zero have no range.
    """
    currency = scenario.market.money.currency
    found = []
    for path, value, shape in leaves(scenario):
        axis = _axis(question, path, value, shape, currency) if path.startswith("market.") else None
        if axis is not None and axis.level(0.0) < axis.level(1.0):
            found.append(UncertainNumber(path, axis, *_basis(question, path), _is_learned(question, path)))
    return found


def _axis(question: Question, path: str, value: object, shape: Shape, currency: str) -> Axis | None:
    if shape.kind != "number" or shape.unit is None or not isinstance(value, int | float):
        return None
    if question.posterior is not None and path in question.posterior:
        sample = tuple(sorted(float(one) for one in question.posterior[path]))
        return Axis(path, shape, currency, sample=sample)
    if path in question.beliefs:
        return Axis(path, shape, currency, belief=question.beliefs[path])
    if shape.unit.kind == "count" or value <= 0.0 or _is_definition(question, path):
        return None
    low, high = ((1.0 + side * FACT_SPREAD) * value for side in (-1.0, 1.0))
    return Axis(path, shape, currency, low=max(low, shape.unit.low), high=min(high, shape.unit.high))


def _source(question: Question, path: str) -> str:
    origin = question.origins.get(path)
    return (origin.source if origin is not None else None) or ""


def _is_definition(question: Question, path: str) -> bool:
    return _source(question, path).startswith("definition")


def _is_learned(question: Question, path: str) -> bool:
    """Whether the shop's own data narrowed it: it has draws narrower than its prior, or was read off the data."""
    drawn, source = question.posterior is not None and path in question.posterior, _source(question, path)
    return (drawn and not source.startswith(KEPT)) or source.startswith(READ_OFF)


def _basis(question: Question, path: str) -> tuple[Basis, str]:
    """What a number goes back to, and its origin in words."""
    if question.posterior is not None and path in question.posterior:
        wide = "" if _is_learned(question, path) else ", hardly narrower than the prior"
        return "data", f"posterior, {len(question.posterior)} draws{wide}"
    origin, source = question.origins.get(path), _source(question, path).removeprefix(ASKS)
    where = str(origin).removeprefix(ASKS) if origin is not None else "default"
    return "assumption" if not source or source.startswith("assumption") else "source", where
