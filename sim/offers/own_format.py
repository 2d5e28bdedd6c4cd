"""A discount format of one's own: its plain methods, checked at each call.

`scenarios.values.own_formats.offer` makes a subclass of the user's class and of `OwnFormat`.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from numbers import Real
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
import numpy.typing as npt

from sim import units as u
from sim.offers.discount_format import DEEPEST, Appeal, DiscountFormat, MoneyWords, direct_pull
from sim.offers.redemption_kinds import OWN, Redemption

if TYPE_CHECKING:
    from sim.offers.offer_market import OfferResponse

Cents = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

LARGEST = 1e12
"""Cents in a basket, and of a gift, at most."""
SHARE_WORDS = "a share from 0 to 1"


class FormatMistake(u.WrongValue):
    """What a format of one's own gives is not allowed: place ("offer half_second: discount"), expected and got."""


class OwnFormat(DiscountFormat):
    """What the engine asks of a format of one's own. `saving` and `discount` are the user's; the others may be.

    baskets: whole cents, shape (n,); chances: a uniform in (0, 1) for each order, the same in every arm. Methods return
    one number, or one for each basket.
    """

    version: ClassVar[str | None] = None
    stands_alone: ClassVar[str] = "as what it takes off is that of the whole basket"
    ships_after: float = 0.0
    """Days from the order to dispatch; a key of this name takes its place."""
    effort: float = 0.0
    """Log hazard that the effort of the offer costs; a key of this name takes its place."""

    def discount(self, baskets: Cents, chances: Floats, generosity: float) -> npt.ArrayLike:
        """What it takes off each basket, cents."""
        raise NotImplementedError

    def filled(self, baskets: Cents, chances: Floats) -> npt.ArrayLike:
        """What people put into each basket for the offer, list value in cents; at least what is in it."""
        return baskets

    def gift(self, baskets: Cents, chances: Floats, generosity: float) -> npt.ArrayLike:
        """What the shop adds to each parcel, cents of cost."""
        return 0

    def words(self, money: MoneyWords, generosity: float) -> str:
        """The name, where the format does not say it better."""
        return self.name.replace("_", " ")

    def effort_of(self, response: OfferResponse) -> float:
        """Its own, as no market knows the format."""
        return float(self.effort or 0.0)

    def appeal(self, basket: float, response: OfferResponse, generosity: float) -> Appeal:
        """Depth and pull at salience 1, effort apart. Raises FormatMistake."""
        saving = self._number("saving", SHARE_WORDS, 1.0, lambda: self.saving(basket, response, generosity))
        depth = min(saving, DEEPEST)
        factor = "a factor of at least 0"
        framing = self._number("framing", factor, math.inf, lambda: self.framing(basket, response, depth))
        return Appeal(depth, direct_pull(response.elasticity, depth) * framing, depth)

    def redemption(self, generosity: float) -> Redemption:
        """What it makes of baskets is found for each order (`redeemed`)."""
        return Redemption(OWN, ships_after=float(self.ships_after or 0.0))

    def redeemed(self, baskets: Cents, chances: tuple[Floats, Floats], generosity: float) -> Cents:
        """List value, discount and cost of gifts of each basket, cents, shape (n, 3).

        chances: for filling the basket, and for discount and gift. Raises FormatMistake.
        """
        fills, gives = chances
        none, largest = (np.full(baskets.size, cents, dtype=np.int64) for cents in (0, int(LARGEST)))
        filled = self._cents("filled", lambda: self.filled(baskets.copy(), fills.copy()), baskets)
        self._bounded("filled", filled, (baskets, largest), "at least what is in the basket")
        off = self._cents("discount", lambda: self.discount(filled.copy(), gives.copy(), generosity), baskets)
        self._bounded("discount", off, (none, filled), "from 0 to what is in the basket")
        gift = self._cents("gift", lambda: self.gift(filled.copy(), gives.copy(), generosity), baskets)
        self._bounded("gift", gift, (none, largest), "a cost of at least 0")
        return np.stack([filled, off, gift], axis=1)

    def _number(self, part: str, expected: str, most: float, call: Callable[[], Any]) -> float:
        value = self._called(part, expected, call)
        fits = isinstance(value, Real) and not isinstance(value, bool | np.bool_)
        if not fits or not math.isfinite(value) or not 0.0 <= float(value) <= most:
            raise FormatMistake(self._place(part), expected, _text(value))
        return float(value)

    def _cents(self, part: str, call: Callable[[], Any], baskets: Cents) -> Cents:
        """What a method gives, in whole cents for each basket, halves away from zero."""
        expected = "cents, one number or one for each basket"
        value = self._called(part, expected, call)
        try:
            found = np.asarray(value, dtype=np.float64)
            found = np.broadcast_to(found, baskets.shape)
        except (TypeError, ValueError):
            got = _text(value) if np.ndim(value) == 0 else f"shape {np.shape(value)} for {baskets.size} baskets"
            raise FormatMistake(self._place(part), expected, got) from None
        wrong = ~(np.abs(found) <= LARGEST)
        if wrong.any():
            raise FormatMistake(self._place(part), expected, f"{found[wrong][0]:g}")
        return np.floor(found + 0.5).astype(np.int64)

    def _bounded(self, part: str, found: Cents, bounds: tuple[Cents, Cents], expected: str) -> None:
        low, high = bounds
        wrong = np.flatnonzero((found < low) | (found > high))
        if wrong.size:
            n = wrong[0]
            got = f"{found[n]} cents where the basket is {(low if part == 'filled' else high)[n]}"
            raise FormatMistake(self._place(part), expected, got if part != "gift" else f"{found[n]} cents")

    def _called(self, part: str, expected: str, call: Callable[[], Any]) -> Any:
        try:
            return call()
        except (Exception, SystemExit) as error:
            got = " ".join(f"{type(error).__name__}: {error}".split())
            raise FormatMistake(self._place(part), expected, got) from None

    def _place(self, part: str) -> str:
        return f"offer {self.name}: {part}"


def _text(value: object) -> str:
    text = " ".join(repr(value).split())
    return text if len(text) <= 60 else f"{text[:57]}..."
