"""Discount formats of one's own: a class of keys and plain methods, as the shipped formats are (`sim.offers`).

    @offer(version="1")
    class HalfSecond:
        off: Annotated[float, Share]

        def saving(self, basket, response, generosity): ...
        def discount(self, baskets, chances, generosity): ...

There is no list of all formats that importing a module would add to: a format is known where it is handed over.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, fields
from typing import Any, get_args, get_type_hints

from scenarios.errors import InputError, shown
from scenarios.values.own_kpis import is_line
from sim.offers.discount_format import format_name
from sim.offers.own_format import OwnFormat
from sim.offers.shipped_formats import SHIPPED
from sim.scenario.offer import COMMON_KEYS, Offer
from sim.units import Unit

_NEEDED = {"saving": ("basket", "response", "generosity"), "discount": ("baskets", "chances", "generosity")}
_POSSIBLE = {
    "framing": ("basket", "response", "depth"),
    "filled": ("baskets", "chances"),
    "gift": ("baskets", "chances", "generosity"),
    "words": ("money", "generosity"),
    "label": ("generosity",),
}
"""Methods by name, with what each is given."""
_KEYS_OF_THE_ENGINE = {"ships_after", "effort"}
_KINDS = (int, float, str, bool)
_LONGEST = 60


class OfferMistake(InputError):
    """A mistake in a format of one's own, found in a run: the question stops, since every run may have it."""


def offer(*, version: str | None = None) -> Callable[[type], type[OwnFormat]]:
    """Make a discount format of the class that it decorates; in files its name is the class's (`half_second` of
    `HalfSecond`).

    The annotated fields of the class are its keys: numbers with a unit of `rehearse.units` (such as `Share` and
    `Money`), texts or switches. `saving` (the share of the price that it takes off for the mean basket) and `discount`
    (cents off each basket) must be there; `framing`, `filled`, `gift`, `words` and `label` may be. See
    docs/how-to/add-a-discount-format.md.

    version: a text that changes whenever the class does; without one, runs are neither kept nor reused

        @rh.offer(version="1")
        class HalfPrice:
            def saving(self, basket, response, generosity):
                return 0.5 * generosity

            def discount(self, baskets, chances, generosity):
                return 0.5 * generosity * baskets

        print(rh.load("shop.toml").with_offers(HalfPrice).offers)

    Raises InputError.
    """

    def made(plain: type) -> type[OwnFormat]:
        if not isinstance(plain, type):
            raise InputError(place="offer", expected="a class", got=shown(repr(plain)))
        name = format_name(plain.__name__)
        place = f"offer {name}"
        if len(name) > _LONGEST or not name.isidentifier():
            raise InputError(place=place, expected=f"a class with a name of at most {_LONGEST} characters")
        if name in SHIPPED:
            raise InputError("a shipped format has this name", place=place, expected="another name")
        if version is not None and not is_line(version):
            raise InputError(place=f"{place}: version", expected="a text on one line", got=shown(version))
        _check_methods(plain, place)
        try:
            with_keys: Any = dataclass(frozen=True, kw_only=True)(plain)
            hints = get_type_hints(with_keys, include_extras=True)
        except (TypeError, NameError, ValueError) as error:
            raise InputError("its keys cannot be read", place=place, got=" ".join(str(error).split())) from None
        for field in fields(with_keys):
            _check_key(field.name, hints[field.name], f"{place}: key {field.name}")
        own = {"version": version, "__module__": plain.__module__, "__qualname__": plain.__qualname__}
        return type(plain.__name__, (with_keys, OwnFormat), {**own, "__doc__": plain.__doc__})

    return made


def _check_methods(plain: type, place: str) -> None:
    for name, needed in {**_NEEDED, **_POSSIBLE}.items():
        method, words = getattr(plain, name, None), f"def {name}(self, {', '.join(needed)})"
        if method is None and name in _NEEDED:
            raise InputError("the method is missing", place=f"{place}: {name}", expected=words)
        if method is None:
            continue
        if not inspect.isfunction(method):
            raise InputError(place=f"{place}: {name}", expected=words, got=shown(repr(method)))
        try:
            inspect.signature(method).bind(None, *needed)
        except TypeError:
            got = f"def {name}{inspect.signature(method)}"
            raise InputError(place=f"{place}: {name}", expected=words, got=got) from None
    taken = {name for name in vars(OwnFormat) | vars(OwnFormat.__mro__[1]) if not name.startswith("__")}
    for name in sorted(taken & vars(plain).keys() - _NEEDED.keys() - _POSSIBLE.keys() - _KEYS_OF_THE_ENGINE):
        raise InputError("the engine uses this name", place=f"{place}: {name}", expected="another name")


def _check_key(name: str, hint: Any, place: str) -> None:
    if name in ("format", *COMMON_KEYS):
        raise InputError("any offer has this key", place=place, expected="another name")
    if name not in _KEYS_OF_THE_ENGINE and (hasattr(OwnFormat, name) or hasattr(Offer, name) or name == "terms"):
        raise InputError("the engine uses this name", place=place, expected="another name")
    plain, *marks = get_args(hint) if hasattr(hint, "__metadata__") else (hint,)
    kinds = [one for one in get_args(plain) if one is not type(None)] or [plain]
    unit = next((mark for mark in marks if isinstance(mark, Unit)), None)
    if len(kinds) != 1 or kinds[0] not in _KINDS or (kinds[0] in (int, float)) != (unit is not None):
        expected = "Annotated[float, rehearse.units.Share] or another unit, str, or bool"
        raise InputError(place=place, expected=expected, got=shown(str(hint)))


def checked_formats(formats: Iterable[type[OwnFormat]]) -> tuple[type[OwnFormat], ...]:
    """The formats, each once. Raises InputError for two of one name, and for what is none."""
    found: dict[str, type[OwnFormat]] = {}
    for one in formats:
        if not (isinstance(one, type) and issubclass(one, OwnFormat) and one is not OwnFormat):
            raise InputError(place="offers", expected="classes under @offer(...)", got=shown(repr(one)))
        if found.setdefault(one.name, one) is not one:
            place, expected = f"offer {one.name}", "a name of its own for each"
            raise InputError("two formats of one name", place=place, expected=expected)
    return tuple(found.values())


def by_format(formats: Iterable[type[OwnFormat]]) -> Mapping[str, type[OwnFormat]]:
    """The formats by their names."""
    return {one.name: one for one in formats}
