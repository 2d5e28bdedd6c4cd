"""What every discount format says of itself; each format is one subclass, a frozen dataclass of its keys.

The fields of the class are its keys in files, annotated with their units. A key without a default must be stated.
Shares are fractions, money is cents, and `generosity` scales what is given; a better offer never pulls less (of a
lottery given `lottery.slope` <= 1).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import MISSING, fields
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple, Self

import numpy as np

from sim import units as u
from sim.offers.redemption_kinds import Redemption

if TYPE_CHECKING:
    from sim.offers.offer_market import OfferResponse

DEEPEST = 0.95
"""No offer takes off more than this share of a price."""
MoneyWords = Callable[[float], str]
"""Writes cents with their currency."""


class Appeal(NamedTuple):
    """What an offer is to the typical person: the share of the price that it takes off, and its pull before effort.

    `saving` is the share that people can expect to save by waiting for it: of a threshold, what is within reach.
    """

    depth: float
    pull: float
    saving: float


def direct_pull(elasticity: float, depth: float) -> float:
    """-e ln(1 - depth): the pull of a plain price cut."""
    return float(-elasticity * np.log1p(-depth))


class DiscountFormat:
    """A discount format. A subclass is a frozen dataclass; its name in files is that of the class (`half_second` of
    `HalfSecond`), or stated beside its parents."""

    name: ClassVar[str]
    """The format's name in files, messages and tables."""
    version: ClassVar[str | None] = ""
    """Of a format of one's own: a text that stands for what it does in the key of a run. The shipped ones are part of
    the model."""
    also_needs: ClassVar[tuple[str, ...]] = ()
    """Keys of any offer that this format must have."""
    stands_alone: ClassVar[str] = ""
    """Why the format does not stack with another offer; empty where it may."""
    calendar: ClassVar[tuple[str, ...]] = ()
    """The numbers of a calendar of campaigns that say it in full; empty where a calendar cannot say it."""
    sure: ClassVar[bool] = False
    """Whether it takes money off every order that uses it."""

    def __init_subclass__(cls, name: str = "", **options: Any) -> None:
        super().__init_subclass__(**options)
        cls.name = name or format_name(cls.__name__)

    # --- value ---

    def saving(self, basket: float, response: OfferResponse, generosity: float) -> float:
        """Money off, or worth of a gift, as a share of the mean `basket` (cents)."""
        raise NotImplementedError

    def framing(self, basket: float, response: OfferResponse, depth: float) -> float:
        """How the format changes the pull of the same money."""
        return 1.0

    def appeal(self, basket: float, response: OfferResponse, generosity: float) -> Appeal:
        """Depth and pull at salience 1, effort apart; `basket` is the mean one, cents."""
        depth = min(self.saving(basket, response, generosity), DEEPEST)
        return Appeal(depth, direct_pull(response.elasticity, depth) * self.framing(basket, response, depth), depth)

    def effort_of(self, response: OfferResponse) -> float:
        """Log hazard that the effort of the offer costs."""
        return response.effort.get(self.name, 0.0)

    def known(self) -> Self:
        """The offer to those who have found out a false claim: without it."""
        return self

    # --- cost ---

    def redemption(self, generosity: float) -> Redemption:
        """What it makes of a basket."""
        raise NotImplementedError

    def exact_share(self, generosity: float) -> float | None:
        """The share that it takes off any basket; None where that depends on the basket, or on chance."""
        return None

    def size(self) -> float:
        """How large the offer is beside others of its format: a share, or cents."""
        return 1.0

    # --- keys and words ---

    @classmethod
    def of_calendar(cls, rows: Sequence[Mapping[str, float]]) -> Self:
        """The terms that rows of a calendar say, one row but for steps; money in cents, nan for what is not stated."""
        raise NotImplementedError

    def fault(self, money: MoneyWords) -> u.WrongValue | None:
        """The error, placed at a key, where complete keys contradict each other; None otherwise."""
        return None

    def words(self, money: MoneyWords, generosity: float) -> str:
        """What is offered, such as "15 % off"."""
        raise NotImplementedError

    def label(self, generosity: float) -> str:
        """The same in a few characters, money in whole units."""
        return self.name

    @classmethod
    def size_words(cls, size: float, currency: str) -> str:
        """An offer of this size in words; of shares."""
        return f"{cls.name} {100.0 * size:.3g} %"


def format_name(name: str) -> str:
    """The name in files of a format's class."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()


def keys_of(format_: type[DiscountFormat]) -> tuple[str, ...]:
    """The format's own keys, in their order."""
    return tuple(field.name for field in fields(format_))  # type: ignore[arg-type]


def needed_keys(format_: type[DiscountFormat]) -> tuple[str, ...]:
    """The keys that an offer of this format must have."""
    own = (field.name for field in fields(format_) if field.default is MISSING)  # type: ignore[arg-type]
    return (*own, *format_.also_needs)
