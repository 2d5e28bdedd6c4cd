"""Discounts as a share of the price: percent, and flash while a stock lasts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Annotated, ClassVar, Self

from sim import units as u
from sim.offers.discount_format import DEEPEST, DiscountFormat, MoneyWords
from sim.offers.redemption_kinds import SHARE, Redemption

if TYPE_CHECKING:
    from sim.offers.offer_market import OfferResponse


@dataclass(frozen=True)
class Percent(DiscountFormat):
    depth: Annotated[float, u.Share.within(0.0, DEEPEST)]
    """Money off as a share."""
    claimed: Annotated[float | None, u.Share.within(0.0, DEEPEST)] = None
    """Depth that is claimed where it is not `depth`."""

    sure: ClassVar[bool] = True
    calendar: ClassVar[tuple[str, ...]] = ("depth",)

    @classmethod
    def of_calendar(cls, rows: Sequence[Mapping[str, float]]) -> Self:
        """The depth as it is written, a share."""
        return cls(float(rows[0]["depth"]))

    def saving(self, basket: float, response: OfferResponse, generosity: float) -> float:
        """Of a claim, what is left when some have done the sums before they buy."""
        if self.claimed is None:
            return generosity * (self.depth or 0.0)
        return generosity * (self.claimed - self.exaggeration * (1.0 - believers(self.exaggeration, response)))

    def known(self) -> Self:
        """The offer without its claim."""
        return replace(self, claimed=None)

    @property
    def exaggeration(self) -> float:
        """By how much of the price the claim is higher than what is given."""
        return max((self.claimed or 0.0) - (self.depth or 0.0), 0.0)

    @property
    def overstated(self) -> float:
        """Share of the claim that is not true, in [0, 1)."""
        if self.claimed is None or self.depth is None or self.claimed <= self.depth:
            return 0.0
        return (self.claimed - self.depth) / self.claimed

    def redemption(self, generosity: float) -> Redemption:
        """The true share off the basket."""
        return Redemption(SHARE, self.exact_share(generosity), false=self.overstated, gap=self.exaggeration)

    def exact_share(self, generosity: float) -> float:
        """The true depth with its generosity."""
        return min((self.depth or 0.0) * generosity, DEEPEST)

    def size(self) -> float:
        """The depth."""
        return float(self.depth or 0.0)

    def words(self, money: MoneyWords, generosity: float) -> str:
        """Such as "15 % off"."""
        return self._off(generosity) + self._claim()

    def label(self, generosity: float) -> str:
        """Such as "15 %"."""
        return f"{100 * generosity * self.depth:.3g} %"

    def _off(self, generosity: float) -> str:
        return f"{100 * generosity * (self.depth or 0.0):.3g} % off"

    def _claim(self) -> str:
        return f" (said to be {100 * self.claimed:.3g} %)" if self.claimed is not None else ""

    @classmethod
    def size_words(cls, size: float, currency: str) -> str:
        """Such as "15 % off"."""
        return f"{100.0 * size:.3g} % off"


@dataclass(frozen=True)
class Flash(Percent):
    also_needs: ClassVar[tuple[str, ...]] = ("stock",)
    calendar: ClassVar[tuple[str, ...]] = ()

    def framing(self, basket: float, response: OfferResponse, depth: float) -> float:
        """A short stock has a weight of its own."""
        return response.scarcity

    def words(self, money: MoneyWords, generosity: float) -> str:
        """Such as "15 % off while stock lasts"."""
        return f"{self._off(generosity)} while stock lasts{self._claim()}"

    @classmethod
    def size_words(cls, size: float, currency: str) -> str:
        """Such as "flash 15 %"."""
        return f"{cls.name} {100.0 * size:.3g} %"


def believers(gap: float, response: OfferResponse) -> float:
    """Share of people who do not see through a claim that is too high by `gap`, a share of the price."""
    return float((1.0 - response.detection) ** (gap / response.detection_at))
