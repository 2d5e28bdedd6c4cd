"""Money off from a spend on, in steps: threshold."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, ClassVar, Self

import numpy as np
import numpy.typing as npt

from sim import units as u
from sim.offers.discount_format import DEEPEST, Appeal, DiscountFormat, MoneyWords, direct_pull
from sim.offers.redemption_kinds import THRESHOLD, Redemption

if TYPE_CHECKING:
    from sim.offers.offer_market import OfferResponse


@dataclass(frozen=True)
class Step:
    spend: Annotated[int, u.Money.within(1, 1e12)]
    """Basket from which on the step holds."""
    off: Annotated[int, u.Money.within(1, 1e12)]
    """Money off for a basket that reaches the step."""


@dataclass(frozen=True)
class Threshold(DiscountFormat):
    steps: tuple[Step, ...]
    """Baskets and what is off from each on."""

    calendar: ClassVar[tuple[str, ...]] = ("spend", "off")

    @classmethod
    def of_calendar(cls, rows: Sequence[Mapping[str, float]]) -> Self:
        """One step a row, by spend and what is off."""
        return cls(tuple(Step(*step) for step in sorted((round(one["spend"]), round(one["off"])) for one in rows)))

    def appeal(self, basket: float, response: OfferResponse, generosity: float) -> Appeal:
        """Of the step that pulls most; the first of equal ones."""
        return max((_appeal(step, basket, response, generosity) for step in self.steps), key=lambda a: a.pull)

    def redemption(self, generosity: float) -> Redemption:
        """The highest step that the basket reaches; it may be filled up to the next one."""
        return Redemption(THRESHOLD, steps=tuple((step.spend, step.off * generosity) for step in self.steps))

    def size(self) -> float:
        """The largest share of its spend that a step takes off."""
        return max((step.off / step.spend for step in self.steps), default=0.0)

    def fault(self, money: MoneyWords) -> u.WrongValue | None:
        """Spends must rise, and what is off must be at most the spend and not fall."""
        spends, offs = [step.spend for step in self.steps], [step.off for step in self.steps]
        if spends != sorted(set(spends)):
            return u.WrongValue("steps", "spends that rise", ", ".join(map(money, spends)))
        for step in self.steps:
            if step.off > step.spend:
                expected = f"at most {money(step.spend)} off {money(step.spend)}"
                return u.WrongValue("steps", expected, f"{money(step.off)} off")
        if offs != sorted(offs):
            return u.WrongValue("steps", "amounts off that do not fall", ", ".join(map(money, offs)))
        return None

    def words(self, money: MoneyWords, generosity: float) -> str:
        """Such as "20 CNY off 150 CNY"."""
        return " or ".join(f"{money(generosity * step.off)} off {money(step.spend)}" for step in self.steps)

    def label(self, generosity: float) -> str:
        """Such as "−20 from 150", of the first step."""
        return f"−{generosity * self.steps[0].off / 100:.3g} from {self.steps[0].spend / 100:.3g}"


def _appeal(step: Step, basket: float, response: OfferResponse, generosity: float) -> Appeal:
    depth = min(generosity * step.off / max(step.spend, basket), DEEPEST)
    reach = float(reachable(step.spend / basket, response))
    return Appeal(depth, direct_pull(response.elasticity, depth) * reach, depth * reach)


def reachable(ratio: npt.ArrayLike, response: OfferResponse) -> npt.NDArray[np.float64]:
    """Chance that a threshold at `ratio` times the basket is thought reachable, in (0, 1)."""
    from scipy.special import expit

    return np.asarray(expit((response.threshold.at - np.asarray(ratio, dtype=float)) / response.threshold.width))
