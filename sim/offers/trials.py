"""A basket of its own at a price of its own: trial."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, ClassVar

from sim import units as u
from sim.offers.discount_format import DiscountFormat, MoneyWords
from sim.offers.redemption_kinds import TRIAL, Redemption

if TYPE_CHECKING:
    from sim.offers.offer_market import OfferResponse


@dataclass(frozen=True)
class TrialOffer(DiscountFormat, name="trial"):
    price: Annotated[int, u.Money.within(0, 1e12)]
    """What a trial costs the buyer."""
    value: Annotated[int, u.Money.within(1, 1e12)]
    """List value of a trial."""

    stands_alone: ClassVar[str] = "which is a basket of its own"

    @property
    def saved(self) -> int:
        """What it saves at generosity 1, cents."""
        value = self.value or 0
        return value - min(self.price or 0, value)

    def saving(self, basket: float, response: OfferResponse, generosity: float) -> float:
        """What it saves as a share of the mean basket."""
        return generosity * self.saved / basket

    def redemption(self, generosity: float) -> Redemption:
        """The trial in the place of the basket."""
        return Redemption(TRIAL, cents=self.saved * generosity, value=self.value or 0)

    def size(self) -> float:
        """The share of its value that it saves."""
        return 1.0 - (self.price or 0) / (self.value or 1)

    def fault(self, money: MoneyWords) -> u.WrongValue | None:
        """A trial costs at most its value."""
        if self.price is not None and self.value is not None and self.price > self.value:
            return u.WrongValue("price", f"at most the trial's value, {money(self.value)}", money(self.price))
        return None

    def words(self, money: MoneyWords, generosity: float) -> str:
        """Such as "a trial for 9.9 CNY"."""
        return f"a trial for {money(self.price or 0)}"
