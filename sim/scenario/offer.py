"""Offers: a discount in one of the formats of `sim.offers`, and what may be said of any."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import MISSING, dataclass, fields, replace
from typing import Annotated, Any, TypedDict, Unpack

from sim import units as u
from sim.offers.discount_format import DEEPEST as DEEPEST, DiscountFormat, keys_of, needed_keys
from sim.offers.lotteries import Prize as Prize
from sim.offers.redemption_kinds import Redemption
from sim.offers.shipped_formats import SHIPPED
from sim.offers.thresholds import Step as Step


class Terms(TypedDict, total=False):
    """What may be said of an offer of any format; see `Offer`."""

    generosity: float
    stock: int
    budget: int
    valid: float
    stacks: bool
    first_order_only: bool


@dataclass(frozen=True, init=False)
class Offer:
    """A discount in one format: `Offer("percent", depth=0.15, valid=14.0)`, or `Offer(HalfSecond(share=0.3))`.

    Its format's keys can be read like its own; those of other shipped formats are None or empty. The methods make an
    offer each, from cents, shares and days as plain numbers. They raise ValueError for a number outside its range and
    for terms that contradict each other.
    """

    terms: DiscountFormat
    """The form that the discount takes."""
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

    def __init__(
        self,
        format: DiscountFormat | type[DiscountFormat] | str | None = None,
        *,
        terms: DiscountFormat | None = None,
        **stated: Any,
    ) -> None:
        """`format` is a name, a class, or its terms; `stated` are keys of it and of any offer, the others as they are
        in `terms`. Keys that the format needs may be missing: `valid_offer` finds them. Raises WrongValue for an
        unknown format and for another format's key."""
        own = format if isinstance(format, DiscountFormat) else terms
        kind = type(own) if own is not None and format in (None, own, own.name) else _class_of(format)
        before = {} if own is None else vars(own)
        held = {
            name: stated.pop(name) if name in stated else before.get(name, default)
            for name, default in _defaults(kind).items()
        }
        for each in COMMON_KEYS:
            object.__setattr__(self, each, stated.pop(each, _COMMON_DEFAULTS[each]))
        for name, value in stated.items():
            if value not in (None, ()):
                expected = f"one of {', '.join((*keys_of(kind), *COMMON_KEYS))}, as the format is {kind.name}"
                raise u.WrongValue(name, expected, repr(value))
        object.__setattr__(self, "terms", kind(**held))

    def __getattr__(self, name: str) -> Any:
        if name == "terms" or name.startswith("__"):
            raise AttributeError(name)
        if name in vars(self.terms):
            return getattr(self.terms, name)
        if name in _EMPTY:
            return _EMPTY[name]
        raise AttributeError(f"no key {name!r} in an offer of the format {self.format}")

    @property
    def format(self) -> str:
        """The name of the format."""
        return self.terms.name

    @property
    def redemption(self) -> Redemption:
        """What it makes of a basket."""
        return self.terms.redemption(self.generosity)

    @property
    def exact_share(self) -> float | None:
        """The share that it takes off any basket; None where that depends on the basket, or on chance."""
        return self.terms.exact_share(self.generosity)

    def as_known(self) -> Offer:
        """The offer to those who have found out a false claim: without it."""
        known = self.terms.known()
        return self if known is self.terms else replace(self, terms=known)

    def stated(self) -> dict[str, Any]:
        """All its keys as a flat table, `format` first; values as they are stored."""
        common = {key: getattr(self, key) for key in COMMON_KEYS}
        return {"format": self.format, **{key: getattr(self.terms, key) for key in keys_of(type(self.terms))}, **common}

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


COMMON_KEYS = tuple(each.name for each in fields(Offer) if each.name != "terms")
"""The keys that an offer of any format may have."""
_COMMON_DEFAULTS = {each.name: each.default for each in fields(Offer)}
OFFER_KEYS: Mapping[str, tuple[str, ...]] = {name: needed_keys(format_) for name, format_ in SHIPPED.items()}
"""Keys that each shipped format must have, some of them keys of any offer."""


def _class_of(format_: object) -> type[DiscountFormat]:
    """The class of a format. Raises WrongValue for one that is not known by name."""
    if isinstance(format_, type) and issubclass(format_, DiscountFormat):
        return format_
    if format_ not in SHIPPED:
        raise u.WrongValue("format", f"one of {', '.join(SHIPPED)}, or terms of a format of one's own", repr(format_))
    return SHIPPED[str(format_)]


def _defaults(format_: type[DiscountFormat]) -> dict[str, Any]:
    """What stands for a key that is not stated: its default, or what says that it is missing."""
    found = {}
    for each in fields(format_):  # type: ignore[arg-type]
        listed = str(each.type).startswith("tuple")
        found[each.name] = each.default if each.default is not MISSING else () if listed else None
    return found


_EMPTY = {key: value for format_ in SHIPPED.values() for key, value in _defaults(format_).items()}
"""What an offer of another format has in the place of a key."""


def fault(offer: Offer, currency: str = "") -> u.WrongValue | None:
    """The error, placed at a key, for an offer of complete keys that contradicts itself; None for a valid one.

    Money is written in `currency`, if that is known.
    """

    def money(cents: float) -> str:
        return f"{cents / 100:.12g} {currency}".rstrip()

    if offer.stacks and offer.terms.stands_alone:
        return u.WrongValue("stacks", f"false for the format {offer.format}, {offer.terms.stands_alone}", "true")
    return offer.terms.fault(money)


def valid_offer(offer: Offer) -> Offer:
    """The offer, if its numbers are in their ranges and agree with one another. Raises ValueError otherwise."""
    missing = missing_keys(offer)
    if missing:
        raise u.WrongValue(missing[0], f"a value, which the format {offer.format} needs", "none")
    wrong = fault(u.checked(offer))
    if wrong is not None:
        raise wrong
    return offer


def missing_keys(offer: Offer) -> list[str]:
    """The keys that its format needs and that it does not state."""
    return [key for key in needed_keys(type(offer.terms)) if getattr(offer, key) in (None, ())]
