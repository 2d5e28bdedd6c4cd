"""The lines of the tables of benchmarks/service_levels.py: which strategies are compared, at which size of the shop."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sim.scenario import Service

SERVICE, DELIVERY = "strategy.service", "strategy.delivery"
SHOP_SIZE = 10000
"""Contacts on day one where a table says nothing else."""
EXPOSURES_PER_CONTACT, BUDGET_PER_CONTACT = 120.0 / 20000, 150000 / 20000
"""Buyers of the public shop that are invited a day, and cents for it, in proportion to the contacts of the shop."""
NOBODY: dict[str, Any] = {f"{SERVICE}.agents": 0, f"{SERVICE}.auto_reply": False}
STANDARD: dict[str, Any] = {f"{DELIVERY}.promise": 3.0}
FAST: dict[str, Any] = {f"{DELIVERY}.carrier": "fast", f"{DELIVERY}.promise": 1.5}
Pair = tuple[str, dict[str, Any], dict[str, Any]]
"""A name, and the changes of a strategy and of another with more service."""


@dataclass(frozen=True)
class Line:
    """A strategy or a market: the values that it changes, and the line that it is compared with, if any."""

    name: str
    changes: Mapping[str, Any]
    against: str | None = None


@dataclass(frozen=True)
class ServiceTable:
    """A table: its title, what its first column says, its lines, and what each of them is compared with, in words."""

    title: str
    of: str
    lines: tuple[Line, ...]
    reference: str
    markets: int = 8


def shop_of_size(contacts: int) -> dict[str, Any]:
    """The values of a shop with so many contacts on day one, whose invitations are in proportion."""
    return {
        "market.start_with": contacts,
        "market.sources.store_orders.exposures": contacts * EXPOSURES_PER_CONTACT,
        "strategy.acquisition.store_orders.budget": round(contacts * BUDGET_PER_CONTACT),
    }


def hours(length: float) -> dict[str, Any]:
    """A desk that is open so many hours a day, around 21:00, when most people write, as far as the day goes."""
    return between(min(21.0 - length / 2.0, 24.0 - length), min(21.0 + length / 2.0, 24.0))


def between(opens: float, closes: float) -> dict[str, Any]:
    """A desk that is open between these hours of the day."""
    return {f"{SERVICE}.hours": (opens / 24.0, closes / 24.0)}


def steps(lines: list[tuple[str, dict[str, Any]]]) -> tuple[Line, ...]:
    """Lines of which each is compared with the one before it."""
    before = [None, *(name for name, _ in lines)]
    return tuple(Line(name, changes, above) for (name, changes), above in zip(lines, before, strict=False))


def beside(lines: list[tuple[str, dict[str, Any]]]) -> tuple[Line, ...]:
    """Lines of which all are compared with the first."""
    return tuple(Line(name, changes, lines[0][0] if k else None) for k, (name, changes) in enumerate(lines))


def hours_of(contacts: int) -> tuple[Line, ...]:
    """One agent of a shop of this size."""
    size = shop_of_size(contacts)
    desks = [(f"{contacts:,}: nobody", size | NOBODY)]
    return steps([*desks, *((f"{contacts:,}: {n:g} h", size | hours(n)) for n in (1.0, 4.0, 8.0, 15.0, 24.0))])


def carriers_of(basket: int) -> tuple[Line, ...]:
    """The carriers, where people spend so many CNY at a time."""
    base = shop_of_size(4000) | {"market.spend.mean": 100 * basket}
    carrier, promise = f"{DELIVERY}.carrier", f"{DELIVERY}.promise"
    return beside(
        [
            (f"{basket} CNY: standard, 3 d", base | {promise: 3.0}),
            (f"{basket} CNY: fast, 1.5 d", base | {carrier: "fast", promise: 1.5}),
        ]
    )


ABOVE, FIRST = "against the line above", "against the first line"
TABLES: dict[str, ServiceTable] = {
    "hours": ServiceTable(
        "Hours a day of one agent, by contacts of the shop",
        "contacts and hours",
        tuple(line for contacts in (4000, 10000, 20000) for line in hours_of(contacts)),
        ABOVE,
    ),
    "agents": ServiceTable(
        "Agents, 9 to 24, 20,000 contacts",
        "agents",
        steps([(f"{n}", shop_of_size(20000) | {f"{SERVICE}.agents": n}) for n in (1, 2, 3, 5, 8)]),
        ABOVE,
        6,
    ),
    "collapsed": ServiceTable(
        "From nobody to everybody at once, 10,000 contacts",
        "desk",
        beside(
            [
                ("nobody answers", NOBODY),
                ("nobody, automatic reply", {f"{SERVICE}.agents": 0}),
                ("one hour a day", hours(1.0)),
                ("9 to 24, no automatic reply", {f"{SERVICE}.auto_reply": False}),
                ("9 to 24, as the shop", {}),
                ("9 to 24, two agents", {f"{SERVICE}.agents": 2}),
                ("24 h, two agents", {f"{SERVICE}.agents": 2} | hours(24.0)),
                ("unlimited, for nothing", {SERVICE: Service(unlimited=True)}),
            ]
        ),
        FIRST,
    ),
    "when": ServiceTable(
        "Which eight hours of one agent, 10,000 contacts",
        "open",
        beside([(f"{opens} to {opens + 8}", between(opens, opens + 8.0)) for opens in (9, 0, 13, 16)]),
        FIRST,
    ),
    "chats": ServiceTable(
        "Chats at once of one agent, 9 to 24, 20,000 contacts",
        "chats",
        beside([(f"{n}", shop_of_size(20000) | {f"{SERVICE}.parallel_chats": n}) for n in (1, 2, 3, 5, 10, 20)]),
        FIRST,
        4,
    ),
    "carrier": ServiceTable(
        "Carrier and promise by mean basket, 4,000 contacts",
        "basket, carrier, promise",
        tuple(line for basket in (85, 170, 340, 680) for line in carriers_of(basket)),
        "against the standard carrier",
        6,
    ),
    "promise": ServiceTable(
        "Days promised, standard carrier (median 3 d), 4,000 contacts",
        "promise",
        beside(
            [
                (f"{days:g} d", shop_of_size(4000) | {f"{DELIVERY}.promise": days})
                for days in (3.0, 0.5, 1.0, 2.0, 4.0, 6.0, 10.0, 20.0, 60.0)
            ]
        ),
        FIRST,
        6,
    ),
}
MORE: dict[str, tuple[dict[str, Any], dict[str, Any], float]] = {
    "hour 2": (hours(1.0), hours(2.0), 1.0),
    "hours 5 and 6": (hours(4.0), hours(6.0), 2.0),
    "hours 13 to 15": (hours(12.0), hours(15.0), 3.0),
    "hours 16 to 24, by night": (hours(15.0), hours(24.0), 9.0),
    "second agent, 9 to 24": (hours(15.0), {f"{SERVICE}.agents": 2} | hours(15.0), 15.0),
}
"""A desk, the next larger one, and how many hours a day of an agent lie between them."""
SIZES = (2000, 4000, 8000, 16000, 32000)
"""Contacts of the shops in which the steps of `MORE` are looked at."""


def numbers_of(path: str, values: tuple[float, ...], less: dict[str, Any], more: dict[str, Any]) -> list[Pair]:
    """The pair of a strategy and another at several values of a market number, from nothing to absurd."""
    size = shop_of_size(4000)
    return [(f"{path} {value:g}", size | {path: value} | less, size | {path: value} | more) for value in values]


MINUTE, HOUR = 1.0 / 1440.0, 1.0 / 24.0
NUMBERS: dict[str, tuple[Pair, ...]] = {
    "one agent from 9 to 24, against nobody": (
        *numbers_of("market.service.questions_per_purchase", (0.0, 0.1, 0.25, 0.5, 1.0), NOBODY, {}),
        *numbers_of("market.service.purchase.unaided", (0.0, 0.4, 0.9, 1.0), NOBODY, {}),
        *numbers_of("market.service.purchase.half", (MINUTE, 10 * MINUTE, 3 * HOUR, 1.0, 30.0), NOBODY, {}),
        *numbers_of("market.service.patience.pre_sale", (MINUTE, 20 * MINUTE, 2 * HOUR, 0.5, 10.0), NOBODY, {}),
        *numbers_of("market.service.reply_half", (MINUTE, 20 * MINUTE, 2 * HOUR, 1.0), NOBODY, {}),
        *numbers_of("market.trust.reply", (0.0, 0.1, 0.3, 1.0), NOBODY, {}),
        *numbers_of("market.trust.order_effect", (0.0, 0.15, 0.5, 1.0), NOBODY, {}),
        *numbers_of("market.service.open_complaint", (0.0, 0.7, 2.0, 10.0), NOBODY, {}),
    ),
    "fast carrier and 1.5 days promised, against standard and 3 days": (
        *numbers_of("market.delivery.days_effect", (0.0, 0.03, 0.1, 0.5), STANDARD, FAST),
        *numbers_of("market.delivery.usual", (1.0, 3.0, 5.0, 20.0), STANDARD, FAST),
        *numbers_of("market.trust.delivery", (0.0, 0.1, 0.3, 1.0), STANDARD, FAST),
    ),
}
"""Market numbers from nothing to absurd, and what service is worth there."""
