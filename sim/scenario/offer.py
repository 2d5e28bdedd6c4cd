"""Offers: a discount in one of eight formats."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Annotated, Literal, TypedDict, Unpack

from sim import units as u

Format = Literal["percent", "amount", "threshold", "lottery", "gift", "flash", "trial", "prebook"]

DEEPEST = 0.95
"""No offer takes off more than this share of a price."""


@dataclass(frozen=True)
class Step:
    spend: Annotated[int, u.Money.within(1, 1e12)]
    """Basket from which on the step holds."""
    off: Annotated[int, u.Money.within(1, 1e12)]
    """Money off for a basket that reaches the step."""


@dataclass(frozen=True)
class Prize:
    chance: Annotated[float, u.Share]
    """Chance that an order draws this prize."""
    off: Annotated[int, u.Money.within(1, 1e12)]
    """Money off for the order that draws it."""


class Terms(TypedDict, total=False):
    """What may be said of an offer of any format; see `Offer`."""

    generosity: float
    stock: int
    budget: int
    valid: float
    stacks: bool
    first_order_only: bool


@dataclass(frozen=True)
class Offer:
    """A discount in one format; `OFFER_KEYS` says which keys a format has.

    The methods make one each, from cents, shares and days as plain numbers. They raise ValueError for a number
    outside its range and for terms that contradict each other.
    """

    format: Format
    """The form that the discount takes."""
    depth: Annotated[float | None, u.Share.within(0.0, DEEPEST)] = None
    """Money off as a share: percent, flash."""
    off: Annotated[int | None, u.Money.within(1, 1e12)] = None
    """Money off: amount, prebook."""
    steps: tuple[Step, ...] = ()
    """Baskets and what is off from each on: threshold."""
    prizes: tuple[Prize, ...] = ()
    """Chances and what is off with each: lottery."""
    cost: Annotated[int | None, u.Money.within(1, 1e12)] = None
    """What a gift costs the shop."""
    fit: Annotated[float | None, u.Share] = None
    """How well a gift suits the goods and the people."""
    price: Annotated[int | None, u.Money.within(0, 1e12)] = None
    """What a trial costs the buyer."""
    value: Annotated[int | None, u.Money.within(1, 1e12)] = None
    """List value of a trial."""
    ships_after: Annotated[float | None, u.Days.within(0.0, 365.0)] = None
    """Days from a booking to its dispatch: prebook."""
    claimed: Annotated[float | None, u.Share.within(0.0, DEEPEST)] = None
    """Depth that is claimed where it is not `depth`: percent, flash."""
    generosity: Annotated[float, u.Factor.within(0.0, 20.0)] = 1.0
    """Scales depth, money off, prize money, a gift's cost and what a trial saves alike."""
    stock: Annotated[int | None, u.Count.within(1, 1e9)] = None
    """How many may be redeemed: in one campaign, or of one programme's coupons."""
    budget: Annotated[int | None, u.Money] = None
    """Discount money that a programme's coupons may give away; a campaign states its own."""
    valid: Annotated[float | None, u.Days.within(1.0, 3650.0)] = None
    """Days for which a coupon holds, today included; campaigns last as long as they last."""
    stacks: bool = False
    """Whether it may be used together with another offer that stacks."""
    first_order_only: bool = False
    """Whether it holds for first orders alone."""

    @classmethod
    def percent(cls, depth: float, *, claimed: float | None = None, **terms: Unpack[Terms]) -> Offer:
        """Money off as a share; `claimed` where more is claimed than is given."""
        return valid_offer(cls("percent", depth=depth, claimed=claimed, **terms))

    @classmethod
    def amount(cls, off: int, **terms: Unpack[Terms]) -> Offer:
        """`off` cents off."""
        return valid_offer(cls("amount", off=off, **terms))

    @classmethod
    def threshold(cls, steps: Iterable[tuple[int, int]], **terms: Unpack[Terms]) -> Offer:
        """Pairs of cents spent and cents off."""
        return valid_offer(cls("threshold", steps=tuple(Step(*step) for step in sorted(steps)), **terms))

    @classmethod
    def lottery(cls, prizes: Iterable[tuple[float, int]], **terms: Unpack[Terms]) -> Offer:
        """Pairs of a chance and cents off; chances add up to one at most."""
        return valid_offer(cls("lottery", prizes=tuple(Prize(*prize) for prize in prizes), **terms))

    @classmethod
    def gift(cls, cost: int, fit: float, **terms: Unpack[Terms]) -> Offer:
        """A gift that costs the shop `cost` cents and suits people by the share `fit`."""
        return valid_offer(cls("gift", cost=cost, fit=fit, **terms))

    @classmethod
    def flash(cls, depth: float, *, claimed: float | None = None, **terms: Unpack[Terms]) -> Offer:
        """Money off as a share while the `stock` lasts, which must be stated."""
        return valid_offer(cls("flash", depth=depth, claimed=claimed, **terms))

    @classmethod
    def trial(cls, price: int, value: int, **terms: Unpack[Terms]) -> Offer:
        """A trial of list value `value` for `price`, both in cents."""
        return valid_offer(cls("trial", price=price, value=value, **terms))

    @classmethod
    def prebook(cls, off: int, ships_after: float, **terms: Unpack[Terms]) -> Offer:
        """`off` cents off what is sent `ships_after` days later."""
        return valid_offer(cls("prebook", off=off, ships_after=ships_after, **terms))


OFFER_KEYS: Mapping[Format, tuple[str, ...]] = {
    "percent": ("depth",),
    "amount": ("off",),
    "threshold": ("steps",),
    "lottery": ("prizes",),
    "gift": ("cost", "fit"),
    "flash": ("depth", "stock"),
    "trial": ("price", "value"),
    "prebook": ("off", "ships_after"),
}
"""Keys that each format must have; `generosity`, `stock`, `budget`, `valid`, `stacks` and `first_order_only` go with
all, `claimed` with those that have a depth."""


def fault(offer: Offer, currency: str = "") -> u.WrongValue | None:
    """The error, placed at a key, for an offer of complete keys that contradicts itself; None for a valid one.

    Money is written in `currency`, if that is known.
    """

    def money(cents: int) -> str:
        return f"{cents / 100:.12g} {currency}".rstrip()

    spends, offs = [step.spend for step in offer.steps], [step.off for step in offer.steps]
    chances = sum(prize.chance for prize in offer.prizes)
    if offer.format == "trial" and offer.stacks:
        return u.WrongValue("stacks", "false for a trial, which is a basket of its own", "true")
    if spends != sorted(set(spends)):
        return u.WrongValue("steps", "spends that rise", ", ".join(map(money, spends)))
    for step in offer.steps:
        if step.off > step.spend:
            expected = f"at most {money(step.spend)} off {money(step.spend)}"
            return u.WrongValue("steps", expected, f"{money(step.off)} off")
    if offs != sorted(offs):
        return u.WrongValue("steps", "amounts off that do not fall", ", ".join(map(money, offs)))
    if chances > 1.0 + 1e-12:
        return u.WrongValue("prizes", "chances that add up to at most 100 %", f"{100 * chances:g} %")
    if offer.price is not None and offer.value is not None and offer.price > offer.value:
        return u.WrongValue("price", f"at most the trial's value, {money(offer.value)}", money(offer.price))
    return None


def valid_offer(offer: Offer) -> Offer:
    """The offer, if its numbers are in their ranges and agree with one another. Raises ValueError otherwise."""
    missing = [key for key in OFFER_KEYS[offer.format] if getattr(offer, key) in (None, ())]
    if missing:
        raise u.WrongValue(missing[0], f"a value, which the format {offer.format} needs", "none")
    wrong = fault(u.checked(offer))
    if wrong is not None:
        raise wrong
    return offer
