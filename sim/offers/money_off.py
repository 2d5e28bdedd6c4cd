"""Discounts as money: amount, and prebook for what is sent later."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, ClassVar, Self

from sim import units as u
from sim.offers.discount_format import DiscountFormat, MoneyWords
from sim.offers.redemption_kinds import AMOUNT, Redemption

if TYPE_CHECKING:
    from sim.offers.offer_market import OfferResponse


@dataclass(frozen=True)
class Amount(DiscountFormat):
    off: Annotated[int, u.Money.within(1, 1e12)]
    """Money off."""

    sure: ClassVar[bool] = True
    calendar: ClassVar[tuple[str, ...]] = ("off",)

    @classmethod
    def of_calendar(cls, rows: Sequence[Mapping[str, float]]) -> Self:
        """Money off, in whole cents."""
        return cls(round(rows[0]["off"]))

    def saving(self, basket: float, response: OfferResponse, generosity: float) -> float:
        """The money as a share of the basket."""
        return generosity * (self.off or 0) / basket

    def framing(self, basket: float, response: OfferResponse, depth: float) -> float:
        """Money off looks larger than the same share where baskets are large."""
        return float(max(0.0, 1.0 + response.framing * math.log(basket / response.framing_at)))

    def redemption(self, generosity: float) -> Redemption:
        """Money off, at most the basket."""
        return Redemption(AMOUNT, cents=(self.off or 0) * generosity)

    def size(self) -> float:
        """The money, cents."""
        return float(self.off or 0.0)

    def words(self, money: MoneyWords, generosity: float) -> str:
        """Such as "20 CNY off"."""
        return f"{money(generosity * (self.off or 0))} off"

    def label(self, generosity: float) -> str:
        """Such as "−20"."""
        return f"−{generosity * self.off / 100:.3g}"

    @classmethod
    def size_words(cls, size: float, currency: str) -> str:
        """Such as "amount 20 CNY"."""
        return f"{cls.name} {size / 100.0:,.4g} {currency}"


@dataclass(frozen=True)
class Prebook(Amount):
    ships_after: Annotated[float, u.Days.within(0.0, 365.0)]
    """Days from a booking to its dispatch."""

    calendar: ClassVar[tuple[str, ...]] = ()

    def framing(self, basket: float, response: OfferResponse, depth: float) -> float:
        """That of an amount; people want the goods now."""
        amount = super().framing(basket, response, depth)
        return float(amount * 2.0 ** (-(self.ships_after or 0.0) / response.booking_half_life))

    def redemption(self, generosity: float) -> Redemption:
        """Money off, and a later dispatch."""
        return super().redemption(generosity)._replace(ships_after=self.ships_after or 0.0)

    def words(self, money: MoneyWords, generosity: float) -> str:
        """Such as "20 CNY off for booking ahead"."""
        return f"{super().words(money, generosity)} for booking ahead"
