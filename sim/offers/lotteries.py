"""Prizes that an order draws: lottery."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

from sim import units as u
from sim.offers.discount_format import DiscountFormat, MoneyWords
from sim.offers.redemption_kinds import LOTTERY, Redemption

if TYPE_CHECKING:
    from sim.offers.offer_market import OfferResponse


@dataclass(frozen=True)
class Prize:
    chance: Annotated[float, u.Share]
    """Chance that an order draws this prize."""
    off: Annotated[int, u.Money.within(1, 1e12)]
    """Money off for the order that draws it."""


@dataclass(frozen=True)
class Lottery(DiscountFormat):
    prizes: tuple[Prize, ...]
    """Chances and what is off with each."""

    def saving(self, basket: float, response: OfferResponse, generosity: float) -> float:
        """The mean prize as a share of the basket."""
        return generosity * sum(prize.chance * prize.off for prize in self.prizes) / basket

    def framing(self, basket: float, response: OfferResponse, depth: float) -> float:
        """Small chances of much pull more than their mean where that is small."""
        lottery = response.lottery
        return float((lottery.crossover / depth) ** lottery.slope) if depth > 0.0 else 0.0

    def redemption(self, generosity: float) -> Redemption:
        """One prize of those written, by their chances, or none."""
        return Redemption(LOTTERY, prizes=tuple((prize.chance, prize.off * generosity) for prize in self.prizes))

    def size(self) -> float:
        """The mean prize, cents."""
        return float(sum(prize.chance * prize.off for prize in self.prizes))

    def fault(self, money: MoneyWords) -> u.WrongValue | None:
        """Chances add up to one at most."""
        chances = sum(prize.chance for prize in self.prizes)
        if chances > 1.0 + 1e-12:
            return u.WrongValue("prizes", "chances that add up to at most 100 %", f"{100 * chances:g} %")
        return None

    def words(self, money: MoneyWords, generosity: float) -> str:
        """Such as "a draw of prizes, 10 % for 50 CNY"."""
        prizes = (f"{100 * prize.chance:.3g} % for {money(generosity * prize.off)}" for prize in self.prizes)
        return f"a draw of prizes, {', '.join(prizes)}"

    def label(self, generosity: float) -> str:
        """A draw."""
        return "draw"

    @classmethod
    def size_words(cls, size: float, currency: str) -> str:
        """Such as "lottery 5 CNY"."""
        return f"{cls.name} {size / 100.0:,.4g} {currency}"
