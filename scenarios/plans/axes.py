"""One axis of a sweep: a path, and the values that it takes."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from scenarios.values.beliefs import Belief, quantile
from scenarios.values.conditions import format_rhythm
from scenarios.values.quantities import format_number
from scenarios.values.shapes import Shape
from sim.scenario import Rhythm

TAIL = 0.05
"""Probability left out at each end of a belief where a design needs ends, which a belief does not have."""
_TINY = 1e-9
"""Far less than any step: for rounding errors such as that of 3 x 1/3, and for the infinite ends of a belief."""
_SHORT = 60

Cell = float | int | str
RhythmOf = Literal["day", "shop_cycle", "own_cycle"]


@dataclass(frozen=True)
class Axis:
    """A path and what it runs over: a range, a list of values, a belief, or a posterior's column.

    Numbers are in stored units. `shape` is None for a parameter of a plain function. `texts` are the listed values as
    they were written. `sample` is a posterior's column, in the order of its rows. `of` is what a rhythm counts.
    """

    path: str
    shape: Shape | None = None
    currency: str = ""
    low: float = 0.0
    high: float = 1.0
    log: bool = False
    values: tuple[Any, ...] = ()
    texts: tuple[str, ...] = ()
    belief: Belief | None = None
    sample: tuple[float, ...] = ()
    of: RhythmOf | None = None

    @property
    def numeric(self) -> bool:
        """Whether every value is a number, or a rhythm that counts the same."""
        return all(self._number(value) is not None for value in self.values)

    @property
    def whole(self) -> bool:
        """Whether every value is a whole number."""
        return self.shape.whole if self.shape is not None else bool(self.values) and all(map(_is_int, self.values))

    @property
    def uncertain(self) -> bool:
        """Whether the axis is an uncertain number of the market, rather than a decision."""
        return self.belief is not None or bool(self.sample)

    def at(self, u: float) -> Any:
        """The value at a share u of the axis, 0 <= u <= 1: a quantile where all its values are equally likely."""
        if self.values:
            return self.values[min(int(u * len(self.values) + _TINY), len(self.values) - 1)]
        number = self._inside(self._quantile(u))
        return Rhythm(number, self.of) if self.of is not None else number

    def drawn(self, row: int) -> Any:
        """The value in a row of the posterior whose column `sample` is."""
        return self._inside(self.sample[row])

    def level(self, share: float) -> Any:
        """The value at a share of the way from one end to the other; a belief runs from its 5 % to its 95 % point."""
        return self.at(TAIL + (1.0 - 2.0 * TAIL) * share if self.uncertain else share)

    def _quantile(self, u: float) -> float:
        if self.belief is not None:
            return quantile(self.belief, min(max(u, _TINY), 1.0 - _TINY))
        if self.sample:
            return float(np.quantile(self.sample, u))
        if self.whole:
            return math.floor(self._between(self.low, self.high + 1.0, u) + _TINY)
        return self._between(self.low, self.high, u)

    def _between(self, low: float, high: float, u: float) -> float:
        return low * (high / low) ** u if self.log else low + (high - low) * u

    def _inside(self, number: float) -> float | int:
        """The number inside the range, whole where the path holds whole ones."""
        low, high = self.low, self.high
        if self.uncertain and self.shape is not None and self.shape.unit is not None:
            low, high = self.shape.unit.low, self.shape.unit.high
        number = min(max(number, low), high)
        return round(number) if self.whole else float(number)

    def cell(self, value: Any) -> Cell:
        """A value's cell in a table: a number in stored units, or the text as it was written."""
        number = self._number(value)
        if self.numeric and number is not None:
            return number
        return self.texts[self.values.index(value)]

    def _number(self, value: Any) -> float | int | None:
        if isinstance(value, Rhythm):
            return value.value if value.of == self.of else None
        return value if isinstance(value, int | float) and not isinstance(value, bool) else None

    def text(self, cell: Cell) -> str:
        """A cell of the table in the file's notation, with three digits."""
        if isinstance(cell, str):
            return cell
        if self.of is not None:
            return format_rhythm(Rhythm(float(f"{cell:.3g}"), self.of))
        if self.shape is None or self.shape.unit is None:
            return f"{cell:.3g}"
        return str(format_number(cell, self.shape.unit, self.currency, 3))


def _is_int(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def short_text(plain: Any) -> str:
    """A value as it was written in a file, in few words: `percent, depth 10 %`."""
    if isinstance(plain, bool):
        return str(plain).lower()
    if isinstance(plain, Mapping):
        parts = (short_text(inner) if key == "format" else f"{key} {short_text(inner)}" for key, inner in plain.items())
        return ", ".join(parts)
    if isinstance(plain, list | tuple):
        return f"[{'; '.join(map(short_text, plain))}]"
    return str(plain)


def short_texts(plains: list[Any]) -> tuple[str, ...]:
    """Few words for each value, each different: too long ones are cut and numbered."""
    texts = [text if len(text) <= _SHORT else f"{text[: _SHORT - 1]}…" for text in map(short_text, plains)]
    return tuple(text if texts.count(text) == 1 else f"{text} ({i})" for i, text in enumerate(texts, start=1))
