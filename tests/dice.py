"""Dice for random worlds: a NumPy generator, or Hypothesis, which shrinks what fails."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Protocol, TypeVar

import numpy as np
from hypothesis import strategies as st

T = TypeVar("T")


class Dice(Protocol):
    """Where random worlds get their values from."""

    def number(self, low: float, high: float) -> float: ...
    def whole(self, low: int, high: int) -> int: ...
    def one_of(self, options: Sequence[T]) -> T: ...


class GeneratorDice:
    """Random values from a NumPy generator."""

    def __init__(self, rng: np.random.Generator) -> None:
        self.rng = rng

    def number(self, low: float, high: float) -> float:
        return float(self.rng.uniform(low, high))

    def whole(self, low: int, high: int) -> int:
        return int(self.rng.integers(low, high + 1))

    def one_of(self, options: Sequence[T]) -> T:
        return options[int(self.rng.integers(len(options)))]


class HypothesisDice:
    """Random values from Hypothesis, so that failing worlds shrink."""

    def __init__(self, draw: st.DrawFn) -> None:
        self.draw = draw

    def number(self, low: float, high: float) -> float:
        return self.draw(st.floats(low, high))

    def whole(self, low: int, high: int) -> int:
        return self.draw(st.integers(low, high))

    def one_of(self, options: Sequence[T]) -> T:
        return self.draw(st.sampled_from(list(options)))


def log_number(dice: Dice, low: float, high: float) -> float:
    """A number whose logarithm is spread evenly."""
    return math.exp(dice.number(math.log(low), math.log(high)))
