"""What an offer makes of baskets, as numbers: the steps of the checkout know these kinds, and no format."""

from __future__ import annotations

from typing import NamedTuple

SHARE, AMOUNT, THRESHOLD, LOTTERY, GIFT, TRIAL, OWN = range(7)
"""A share of the basket; cents; cents from a spend on; drawn cents; a gift; a basket of its own; and what a format of
one's own has made of each basket beforehand."""


class Redemption(NamedTuple):
    """What an offer makes of a basket, with its generosity.

    depth: share taken off (SHARE). cents: amount off, a gift's cost, or a trial's saving, before rounding. value: list
    value of a trial, cents. ships_after: days until dispatch. false, gap: share of a claim that is not true, and that
    part as a share of the price. steps: spend and cents off, rising. prizes: chance and cents off, before rounding.
    """

    kind: int
    depth: float = 0.0
    cents: float = 0.0
    value: int = 0
    ships_after: float = 0.0
    false: float = 0.0
    gap: float = 0.0
    steps: tuple[tuple[int, float], ...] = ()
    prizes: tuple[tuple[float, float], ...] = ()
