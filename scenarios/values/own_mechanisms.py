"""Mechanisms of one's own, in the form of KPIs of one's own: a plain function under a decorator.

    @mechanism(version="1", accounts={"rent": "cost"})
    def rent(shop, market):
        shop.book("rent", 20_000)
        return {}

The function is the response (`sim.scenario.mechanism`): it is called each morning, and returns what today's hazards
and prices become. There is no list of all mechanisms that importing a module would add to: a mechanism is part of the
worlds that it is handed to.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Mapping
from dataclasses import replace
from typing import Any

import numpy.typing as npt

from scenarios.errors import InputError, shown as as_shown
from scenarios.values.own_kpis import is_line
from sim.scenario import AccountKind, ColumnMeasure, Mechanism, Scenario, checked_mechanism
from sim.units import WrongValue

Response = Callable[..., Mapping[str, npt.ArrayLike]]


def mechanism(
    *,
    name: str | None = None,
    version: str | None = None,
    process: Callable[..., Generator[Any, Any, None]] | None = None,
    checkout: Callable[..., npt.ArrayLike] | None = None,
    accounts: Mapping[str, AccountKind] | None = None,
    series: Mapping[str, ColumnMeasure] | None = None,
    events: tuple[str, ...] = (),
    shown: tuple[str, ...] = (),
    surcharge: bool = False,
) -> Callable[[Response], Mechanism]:
    """Make a mechanism of the function that it decorates, its response.

    The function gets the shop and the market each morning, and returns what the hazards and prices of the day become: a
    dictionary with `order`, `leave`, `price` or `off`, or an empty one. See docs/how-to/money-in-a-mechanism.md.

    name: how results name it; the function's own where not stated
    version: a text that changes whenever one of the functions does; without one, runs are neither kept nor reused
    process: a generator that starts at midnight of day 0
    checkout: a function of the orders that are about to be booked, which returns cents off each
    accounts: income, cost or liability, by the name of an account
    series: columns that the ledger has day by day, as sum or mean
    events: names of events of its own
    shown: columns that strategies in Python may read
    surcharge: whether people may be made to pay more

        @rh.mechanism(version="1", accounts={"rent": "cost"})
        def shop_rent(shop, market):
            shop.book("rent", 20_000)
            return {}

        ledger = rh.run(rh.load("shop.toml", mechanisms=[shop_rent]), "30 days")
        print(ledger.series["extra.shop_rent.rent"].sum())

    Raises InputError.
    """

    def made(function: Response) -> Mechanism:
        own = getattr(function, "__name__", "") if name is None else name
        if version is not None and not is_line(version):
            place = f"mechanism {own!r}: version"
            raise InputError(place=place, expected="a text on one line", got=as_shown(version))
        return _checked(
            Mechanism(own, process, function, version, checkout, accounts or {}, series or {}, events, shown, surcharge)
        )

    return made


def _checked(one: Mechanism) -> Mechanism:
    """The mechanism. Raises InputError where its parts do not fit."""
    try:
        return checked_mechanism(one)
    except WrongValue as mistake:
        raise InputError(place=mistake.place, expected=mistake.expected, got=mistake.got) from None


def to_json(one: Mechanism) -> dict[str, Any]:
    """What a mechanism is without its functions, for manifests; `mechanism_from_json` reads it again."""
    tables = {"accounts": dict(one.accounts), "series": dict(one.series)}
    return {part: getattr(one, part) for part in _IN_WORDS} | tables


_IN_WORDS = ("name", "version", "accounts", "series", "events", "shown", "surcharge")


def mechanism_from_json(written: Mapping[str, Any]) -> Mechanism:
    """A mechanism as a manifest has it, without its functions: finished runs are found, and none can be simulated."""
    place = f"mechanism {written['name']!r}"

    def absent(*_: object) -> Mapping[str, npt.ArrayLike]:
        raise InputError("its functions are not here", place=place, expected="the question's file to its command again")

    one = Mechanism(written["name"], None, absent, written["version"], surcharge=written["surcharge"])
    events, shown = tuple(written["events"]), tuple(written["shown"])
    return replace(one, accounts=written["accounts"], series=written["series"], events=events, shown=shown)


def checked_mechanisms(mechanisms: Iterable[Mechanism]) -> tuple[Mechanism, ...]:
    """The mechanisms, each once. Raises InputError for two of one name, and for what is none."""
    found: dict[str, Mechanism] = {}
    for one in mechanisms:
        if found.setdefault(_checked(one).name, one) is not one:
            place = f"mechanism {one.name!r}"
            raise InputError("two mechanisms of one name", place=place, expected="a name of its own for each")
    return tuple(found.values())


def given_to(arms: Mapping[str, Scenario], mechanisms: Iterable[Mechanism]) -> dict[str, Scenario]:
    """Every arm with these mechanisms besides. Raises InputError for two of one name, and for what is none."""
    found, given = dict(arms), tuple(mechanisms)
    for arm, scenario in arms.items():
        together = checked_mechanisms([*scenario.mechanisms.values(), *given])
        found[arm] = replace(scenario, mechanisms={one.name: one for one in together})
    return found
