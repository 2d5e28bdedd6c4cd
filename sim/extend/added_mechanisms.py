"""The mechanisms of one run: how what they answer and do enters the day."""

from __future__ import annotations

from collections.abc import Generator, Mapping
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import simpy

from sim.extend.mechanism_actions import carry_out, whole_numbers
from sim.extend.mechanism_context import MechanismContext
from sim.extend.person_columns import AddedError, mistake, shared_columns
from sim.scenario import CheckoutOrders, Mechanism
from sim.stages import OUT
from sim.state.daily_values import Orders
from sim.state.run_state import RunState
from sim.units import WrongValue

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Process = Generator[Any, Any, None]

HAZARDS = {"order": "log_order", "leave": "log_leave"}
"""Hazards that a response may change, and the column of the day that it is added to."""
PRICES = ("price", "off")
"""What a response may do to prices: a factor, and cents off each order."""
MOST_TIMES = 1000.0
"""The highest factor of a price, so that money stays within 64 bits."""
CLOSING = 0.78
"""When in simulated time the day's actions are put into the books: after the desk, before observers look."""
MILLION = 1e6


class PriceChange(NamedTuple):
    """What one mechanism does to today's prices, each of shape () or (size,)."""

    price: Floats
    off: Ints


PLAIN = PriceChange(np.ones(()), np.zeros((), dtype=np.int64))


class AddedMechanisms:
    """The mechanisms of one run in order of names, each with its context."""

    def __init__(self, state: RunState) -> None:
        self._state = state
        self.shared = shared_columns(state)
        mechanisms = state.inputs.scenario.mechanisms
        self._mechanisms = [
            (mechanisms[name], MechanismContext(state, mechanisms[name], self.shared)) for name in sorted(mechanisms)
        ]
        self._prices = [PLAIN for _ in self._mechanisms]
        for mechanism, _ in self._mechanisms:
            for account, kind in mechanism.accounts.items():
                state.books.ledger.open_own(mechanism.account(account), kind)
            for column in mechanism.series:
                state.books.ledger.open_own(mechanism.account(column), "column")
            self.shared.shown[mechanism.name] = {column: np.zeros(0) for column in mechanism.shown}

    def start(self, env: simpy.Environment) -> None:
        """Start every process, in order of names, and what closes their days."""
        for mechanism, context in self._mechanisms:
            if mechanism.process is not None:
                env.process(self._guarded(env, mechanism, context))
        if self._mechanisms:
            env.process(self._evenings(env))

    def respond(self) -> None:
        """Add today's responses to the columns that the day reads, of which `log_order` holds what service does."""
        if not self._mechanisms:
            return
        columns = {effect: self._state.population.column(column) for effect, column in HAZARDS.items()}
        columns["leave"][:] = 0.0
        for place, (mechanism, context) in enumerate(self._mechanisms):
            hazards, self._prices[place] = self._response(mechanism, context)
            for effect, values in hazards.items():
                columns[effect] += values

    def reprice(self, orders: Orders) -> None:
        """Let mechanisms change what is paid for today's orders, one mechanism after the other; a change is a
        discount, which is negative where the price is raised."""
        for (mechanism, context), change in zip(self._mechanisms, self._prices, strict=True):
            if change is PLAIN and mechanism.checkout is None:
                continue
            due = changed(orders["value"] - orders["discount"], orders["row"], change)
            if mechanism.checkout is not None:
                due = due - self._at_checkout(mechanism, context, orders, due)
            off = orders["value"] - orders["discount"] - due
            orders["own_off"] += off
            orders["discount"] += off

    def _evenings(self, env: simpy.Environment) -> Process:
        """What mechanisms did today enters books and plans; their columns are measured and shown."""
        yield env.timeout(CLOSING)
        while True:
            first_event = 0
            for mechanism, context in self._mechanisms:
                carry_out(self._state, mechanism, context.take(), first_event)
                first_event += len(mechanism.events)
                self._check_columns(mechanism, context)
                self._measure(mechanism, context)
                self.shared.shown[mechanism.name] = {name: context.column(name).copy() for name in mechanism.shown}
            yield env.timeout(1)

    def _check_columns(self, mechanism: Mechanism, context: MechanismContext) -> None:
        """Raise AddedError for a declared column that none of its functions has asked for on the first day."""
        for part in ("series", "shown") if self._state.day == 0 else ():
            for name in getattr(mechanism, part):
                if not context.has(name):
                    expected = "a column that the mechanism has asked for, on the first day too"
                    error = WrongValue(name, expected, "none of this name")
                    raise mistake(self._state, f"mechanism {mechanism.name!r}: {part}", error)

    def _measure(self, mechanism: Mechanism, context: MechanismContext) -> None:
        contacts = self._state.population.column("stage") < OUT
        for name, measure in mechanism.series.items():
            column = context.column(name)
            if measure == "sum":
                value = float(column.sum())
            else:
                value = MILLION * float(column[contacts].mean()) if contacts.any() else 0.0
            if not abs(value) < 2.0**62:
                error = WrongValue(name, "finite numbers", str(value))
                raise mistake(self._state, f"mechanism {mechanism.name!r}: series", error)
            self._state.books.ledger.book(self._state.day, mechanism.account(name), round(value))

    def _guarded(self, env: simpy.Environment, mechanism: Mechanism, context: MechanismContext) -> Process:
        assert mechanism.process is not None
        place = f"mechanism {mechanism.name!r}: process"
        try:
            process = mechanism.process(env, context)
            if not isinstance(process, Generator):
                raise WrongValue("function", "a generator, as by `yield env.timeout(1)`", repr(process))
            yield from process
        except AddedError:
            raise
        except Exception as error:
            raise mistake(self._state, place, error) from error

    def _response(self, mechanism: Mechanism, context: MechanismContext) -> tuple[dict[str, Floats], PriceChange]:
        place = f"mechanism {mechanism.name!r}: response"
        try:
            answer = mechanism.response(context, context.market)
            if not isinstance(answer, Mapping):
                raise WrongValue(
                    "answer", f"a dictionary of {' and '.join((*HAZARDS, *PRICES))}", type(answer).__name__
                )
            for effect in answer:
                if effect not in (*HAZARDS, *PRICES):
                    raise WrongValue("answer", " or ".join((*HAZARDS, *PRICES)), repr(effect))
            size = context.size
            hazards = {name: checked_hazard(name, answer[name], size) for name in HAZARDS if name in answer}
            if not any(name in answer for name in PRICES):
                return hazards, PLAIN
            price = checked_price(answer.get("price", 1.0), size, mechanism.surcharge)
            return hazards, PriceChange(price, checked_off("off", answer.get("off", 0), size, mechanism.surcharge))
        except Exception as error:
            raise mistake(self._state, place, error) from error

    def _at_checkout(self, mechanism: Mechanism, context: MechanismContext, orders: Orders, due: Ints) -> Ints:
        place = f"mechanism {mechanism.name!r}: checkout"
        assert mechanism.checkout is not None
        row, number, instant, value = (orders[name].copy() for name in ("row", "ordinal", "instant", "value"))
        try:
            answer = mechanism.checkout(context, CheckoutOrders(row, number, instant, value, due.copy()))
            off = np.broadcast_to(checked_off("answer", answer, due.size, mechanism.surcharge), due.shape)
            more = np.flatnonzero(off > due)
            if more.size:
                raise WrongValue("answer", f"at most what is due, {due[more[0]]} cents", str(off[more[0]]))
            return off
        except Exception as error:
            raise mistake(self._state, place, error) from error


def changed(due: Ints, rows: Ints, change: PriceChange) -> Ints:
    """What is due after a change of prices: times the factor, in whole cents, halves up, less the cents, at least 0."""
    price, off = (part if part.shape == () else part[rows] for part in change)
    return np.maximum(np.floor(due * price + 0.5).astype(np.int64) - off, 0)


def checked_hazard(effect: str, values: npt.ArrayLike, size: int) -> Floats:
    """Log multipliers. Raises WrongValue."""
    return _numbers(effect, values, size, "finite log multipliers")


def checked_price(values: npt.ArrayLike, size: int, surcharge: bool) -> Floats:
    """Factors of prices. Raises WrongValue, also for a price above list without a surcharge."""
    most = MOST_TIMES if surcharge else 1.0
    prices = _numbers("price", values, size, "finite factors")
    wrong = prices[(prices < 0.0) | (prices > most)]
    if wrong.size:
        expected = f"factors from 0 to {most:g}" + _unless(surcharge, bool(wrong[0] > 1.0))
        raise WrongValue("price", expected, str(wrong[0]))
    return prices


def checked_off(place: str, values: npt.ArrayLike, size: int, surcharge: bool) -> Ints:
    """Whole cents off. Raises WrongValue, also for cents on top without a surcharge."""
    off = whole_numbers(place, "whole cents", values, size)
    low = off[off < (-(10**12) if surcharge else 0)]
    if low.size:
        raise WrongValue(place, "cents off of at least 0" + _unless(surcharge, True), str(low[0]))
    return off


def _unless(surcharge: bool, above: bool) -> str:
    return " (more than the list price only with surcharge=True)" if above and not surcharge else ""


def _numbers(place: str, values: npt.ArrayLike, size: int, expected: str) -> Floats:
    numbers = np.asarray(values, dtype=np.float64)
    if numbers.shape not in ((), (size,)):
        raise WrongValue(place, f"one number, or one for each of {size} people", f"shape {numbers.shape}")
    if not np.all(np.isfinite(numbers)):
        raise WrongValue(place, expected, str(numbers[~np.isfinite(numbers)][0]))
    return numbers
