"""A mechanism that is added to the law in one file: columns of its own, and what follows from them each day.

    rain = Mechanism("rain", process, response)

`process(env, context)` is a SimPy generator that starts at midnight of day 0; time is in days.
`response(context, market)` is called once a day, after all that happens at midnight and before the day is simulated.
It returns a dictionary of what today's hazards and prices become: `order` and `leave`, log multipliers of hazards;
`price`, a factor of what people pay, and `off`, cents off each order. Each is a number, or an array of shape
(context.size,). The responses of all mechanisms are put into columns that the day reads anyway, and into the orders
before they are booked, so that adding a mechanism compiles nothing anew.
`checkout(context, orders)` is called once a day with the orders that are about to be booked (`CheckoutOrders`), and
returns cents off each of them. `context` is a `sim.extend.mechanism_context.MechanismContext`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Generator, Iterable, Mapping
from dataclasses import dataclass, field, fields
from importlib import import_module
from typing import Any, Literal, NamedTuple, get_args

import numpy as np
import numpy.typing as npt

from sim.units import WrongValue

Ints = npt.NDArray[np.int64]

AccountKind = Literal["income", "cost", "liability"]
"""Income and cost enter the contribution. A liability is money that the shop holds and owes: it enters no profit, and
its daily amounts are the changes of what is owed."""
ColumnMeasure = Literal["sum", "mean"]
"""What a daily series of a column holds: the sum over everybody who was ever added, or the mean over contacts in
millionths."""


class CheckoutOrders(NamedTuple):
    """Today's orders as they are about to be booked, in order of instants; arrays of shape (n,)."""

    person: Ints
    """Places of the buyers in arrays of shape (context.size,)."""
    number: Ints
    """Numbers of the orders among those of the person, from 1."""
    instant: npt.NDArray[np.float64]
    """When, in days since the run's start."""
    list_value: Ints
    """Cents."""
    due: Ints
    """What is to be paid, cents: list value less offers and what mechanisms before this one have changed."""


@dataclass(frozen=True)
class Mechanism:
    """One added mechanism. `process` may be None where the response needs no state.

    `version` stands for what the functions do in the key of a run; runs without one are neither stored nor reused.
    All that follows it is optional, and changes nothing where it is not used.
    """

    name: str
    process: Callable[..., Generator[Any, Any, None]] | None
    response: Callable[..., Mapping[str, npt.ArrayLike]]
    version: str | None = None
    checkout: Callable[..., npt.ArrayLike] | None = None
    """What it takes off today's orders, cents, one number or one for each."""
    accounts: Mapping[str, AccountKind] = field(default_factory=dict, hash=False)
    """Accounts of its own by name, which the ledger has as `extra.NAME.ACCOUNT`."""
    series: Mapping[str, ColumnMeasure] = field(default_factory=dict, hash=False)
    """Columns of its own that the ledger has day by day, as `extra.NAME.COLUMN`."""
    events: tuple[str, ...] = ()
    """Names of events of its own in the event log."""
    shown: tuple[str, ...] = ()
    """Columns of its own that the shop knows, so that strategies in Python may read them."""
    surcharge: bool = False
    """Whether it may make people pay more than without it."""

    @property
    def __wrapped__(self) -> Callable[..., Mapping[str, npt.ArrayLike]]:
        return self.response

    def __reduce__(self) -> tuple[Any, ...]:
        """Another process imports what stands under its response's name where that is this mechanism."""
        module, name = getattr(self.response, "__module__", ""), getattr(self.response, "__qualname__", "")
        if name.isidentifier() and getattr(import_module(module), name, None) is self:
            return _imported, (module, name)
        return Mechanism, tuple(getattr(self, one.name) for one in fields(self))

    @property
    def functions(self) -> tuple[Callable[..., Any], ...]:
        """Its functions that are there."""
        return tuple(one for one in (self.process, self.response, self.checkout) if one is not None)

    @property
    def declared(self) -> str:
        """What it declares beside its functions, as text; empty where that is nothing."""
        stated = (dict(self.accounts), dict(self.series), self.events, self.shown, self.surcharge)
        return repr(stated) if any(stated) else ""

    def account(self, name: str) -> str:
        """The name in the ledger of one of its accounts or series."""
        return f"extra.{self.name}.{name}"


def _imported(module: str, name: str) -> Any:
    return getattr(import_module(module), name)


def checked_mechanism(mechanism: Mechanism) -> Mechanism:
    """The mechanism, if its parts can be what they say. Raises WrongValue, which names mechanism and part."""
    if not isinstance(mechanism, Mechanism):
        raise WrongValue("mechanism", "a Mechanism, or a function under @mechanism(...)", repr(mechanism))
    place = f"mechanism {mechanism.name!r}"
    plain_name(f"{place}: name", mechanism.name)
    for part in ("process", "response", "checkout"):
        function = getattr(mechanism, part)
        if not callable(function) and (function is not None or part == "response"):
            raise WrongValue(f"{place}: {part}", "a function", repr(function))
    for part, kinds in (("accounts", get_args(AccountKind)), ("series", get_args(ColumnMeasure))):
        table = getattr(mechanism, part)
        if not isinstance(table, Mapping):
            raise WrongValue(f"{place}: {part}", f"a dictionary to {' or '.join(kinds)}", repr(table))
        for name, kind in table.items():
            if kind not in kinds:
                raise WrongValue(f"{place}: {part}: {name}", f"one of {', '.join(kinds)}", repr(kind))
    for part in ("events", "shown"):
        if not isinstance(getattr(mechanism, part), tuple):
            raise WrongValue(f"{place}: {part}", 'names in a tuple, as ("balance",)', repr(getattr(mechanism, part)))
    for part in ("accounts", "series", "events", "shown"):
        _check_names(f"{place}: {part}", getattr(mechanism, part))
    for name in mechanism.series:
        if name in mechanism.accounts:
            raise WrongValue(f"{place}: series", "another name than that of an account", repr(name))
    if not isinstance(mechanism.surcharge, bool):
        raise WrongValue(f"{place}: surcharge", "True or False", repr(mechanism.surcharge))
    return mechanism


def _check_names(place: str, names: Iterable[object]) -> None:
    seen = set[str]()
    for name in names:
        if plain_name(place, name) in seen:
            raise WrongValue(place, "each name once", repr(name))
        seen.add(str(name))


def plain_name(place: str, name: object) -> str:
    """The name, if it is a plain one. Raises WrongValue."""
    if not isinstance(name, str) or not re.fullmatch(r"[\w-]{1,60}", name):
        raise WrongValue(place, "up to 60 letters, digits, - and _", repr(name))
    return name
