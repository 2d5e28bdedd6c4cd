"""Something added to the parcel: gift."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, ClassVar, Self

from sim import units as u
from sim.offers.discount_format import DiscountFormat, MoneyWords
from sim.offers.redemption_kinds import GIFT as GIFT_KIND, Redemption

if TYPE_CHECKING:
    from sim.offers.offer_market import OfferResponse


@dataclass(frozen=True)
class Gift(DiscountFormat):
    cost: Annotated[int, u.Money.within(1, 1e12)]
    """What a gift costs the shop."""
    fit: Annotated[float, u.Share]
    """How well a gift suits the goods and the people."""

    calendar: ClassVar[tuple[str, ...]] = ("cost", "fit")

    @classmethod
    def of_calendar(cls, rows: Sequence[Mapping[str, float]]) -> Self:
        """A gift of this cost; it suits everybody where no fit is stated."""
        fit = float(rows[0]["fit"])
        return cls(round(rows[0]["cost"]), 1.0 if math.isnan(fit) else fit)

    def saving(self, basket: float, response: OfferResponse, generosity: float) -> float:
        """What the gift is worth to people, as a share of the basket."""
        return generosity * (self.cost or 0) * (self.fit or 0.0) * response.gift_value / basket

    def redemption(self, generosity: float) -> Redemption:
        """No discount; the shop bears the gift."""
        return Redemption(GIFT_KIND, cents=(self.cost or 0) * generosity)

    def size(self) -> float:
        """The cost, cents."""
        return float(self.cost or 0.0)

    def words(self, money: MoneyWords, generosity: float) -> str:
        """Such as "a gift that costs 8 CNY"."""
        return f"a gift that costs {money(generosity * (self.cost or 0))}"

    @classmethod
    def size_words(cls, size: float, currency: str) -> str:
        """Such as "gift 8 CNY"."""
        return f"{cls.name} {size / 100.0:,.4g} {currency}"
