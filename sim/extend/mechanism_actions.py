"""What a mechanism has done today beside its answers: money booked, people added, events; it counts in the evening."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from sim.draws import Decision, identities
from sim.hours import HOURS
from sim.output.event_log import EVENT
from sim.people.population import Arrivals
from sim.people.traits import draw
from sim.scenario import Mechanism
from sim.stages import Event
from sim.state.daily_values import OWN_EVENT
from sim.state.run_state import RunState
from sim.units import WrongValue

Ints = npt.NDArray[np.int64]

MOST_CENTS = 10**15
"""Cents booked at once, so that no sum leaves 64 bits."""
MOST_ADDED = 10**6
"""People whom a mechanism adds on one day."""


@dataclass
class MechanismActions:
    """Of one mechanism and day: cents by account, people by source, and rows of `OWN_EVENT`, whose names are places in
    `Mechanism.events`."""

    booked: dict[str, int] = field(default_factory=dict)
    added: dict[str, int] = field(default_factory=dict)
    events: list[npt.NDArray[np.void]] = field(default_factory=list)

    def book(self, mechanism: Mechanism, account: str, cents: object) -> None:
        """Note money. Raises WrongValue."""
        place = f"book: {account}"
        kind = mechanism.accounts.get(account)
        if kind is None:
            raise WrongValue("book", known("account", mechanism.accounts, "accounts"), repr(account))
        amount = whole_number(place, "whole cents", cents)
        if not -MOST_CENTS <= amount <= MOST_CENTS:
            raise WrongValue(place, f"at most {MOST_CENTS} cents", str(amount))
        if amount < 0 and kind != "liability":
            raise WrongValue(
                place, f"cents of at least 0, as it is {'an' if kind == 'income' else 'a'} {kind}", str(amount)
            )
        self.booked[account] = self.booked.get(account, 0) + amount

    def add(self, sources: tuple[str, ...], source: str, count: object) -> None:
        """Note people to be added. Raises WrongValue."""
        if source not in sources:
            raise WrongValue("add", f"a source of the market, {' or '.join(sources) or 'which has none'}", repr(source))
        number = whole_number(f"add: {source}", "a whole number of people", count)
        total = self.added.get(source, 0) + number
        if number < 0 or total > MOST_ADDED:
            raise WrongValue(
                f"add: {source}", f"from 0 to {MOST_ADDED} people a day", str(number if number < 0 else total)
            )
        self.added[source] = total

    def copy(self) -> MechanismActions:
        """The same, to be gone on from."""
        return MechanismActions(dict(self.booked), dict(self.added), list(self.events))


def known(what: str, names: Iterable[str], part: str) -> str:
    """What is expected where a name is not among those that a mechanism declares."""
    listed = ", ".join(names)
    return f"one of its {part}, {listed}" if listed else f"no {what}, as it declares no {part}"


def whole_number(place: str, expected: str, value: object) -> int:
    """The number, if it is a whole one and no float. Raises WrongValue."""
    if isinstance(value, np.ndarray) and value.shape != ():
        raise WrongValue(place, expected, f"shape {value.shape}")
    if isinstance(value, bool | np.bool_) or not isinstance(value, int | np.integer):
        raise WrongValue(place, expected, repr(value))
    return int(value)


def whole_numbers(place: str, expected: str, values: npt.ArrayLike, size: int) -> Ints:
    """One whole number, or one for each of `size`, of shape () or (size,). Raises WrongValue."""
    numbers = np.asarray(values)
    if numbers.shape not in ((), (size,)):
        raise WrongValue(place, f"one number, or one for each of {size}", f"shape {numbers.shape}")
    if not np.issubdtype(numbers.dtype, np.integer) and numbers.size:
        raise WrongValue(place, expected, f"{numbers.dtype} values")
    return numbers.astype(np.int64)


def new_people(state: RunState, mechanism: Mechanism, source: str, count: int) -> Arrivals:
    """People whom a mechanism adds today, in order of instants. Nobody else has their identities: they come from the
    names of mechanism and source, the day and a slot."""
    who = identities(f"mechanism {mechanism.name} {source}", state.day, np.arange(count))
    parts = draw(state.population.key, who, Decision.ADD_TIME)
    marks = state.inputs.hours
    times = np.interp(parts, marks, np.arange(HOURS + 1) / HOURS) if marks.size else parts
    order = np.lexsort((who, times))
    return Arrivals(who[order], state.day + times[order], state.inputs.sources.index(source), of_mechanism=True)


def carry_out(state: RunState, mechanism: Mechanism, actions: MechanismActions, first_event: int) -> None:
    """Put a mechanism's actions of today into books and plans; `first_event` is the number of its first name of events
    among those of all mechanisms."""
    books, day, parts = state.books, state.day, list[bytes]()
    for account, cents in sorted(actions.booked.items()):
        if cents == 0:  # as if it had not been booked: no bit of the run changes
            continue
        books.ledger.book(day, mechanism.account(account), cents)
        parts.append(f"{mechanism.account(account)} {cents}".encode())
    for source, count in sorted(actions.added.items()):
        if count:
            arrivals = new_people(state, mechanism, source, count)
            state.planned.arrivals.append(arrivals)
            books.ledger.book(day, "added", count)
            rows = np.zeros(count, dtype=EVENT)
            rows["person"], rows["instant"], rows["kind"] = arrivals.identity, arrivals.instant, int(Event.ADDED)
            books.log.add(rows)
    for rows in actions.events:
        if rows.size == 0:
            continue
        own = rows.copy()
        own["name"] += first_event
        books.own_events.append(own)
        parts += [np.ascontiguousarray(own[name]).tobytes() for name in ("name", "person", "cents")]
    if parts:
        books.log.take_in(day, b"\n".join(parts))


def events_of(
    mechanism: Mechanism, event: str, person: npt.NDArray[np.uint64], cents: npt.ArrayLike
) -> npt.NDArray[np.void]:
    """Rows of `OWN_EVENT` without instants. Raises WrongValue."""
    if event not in mechanism.events:
        raise WrongValue("note", known("event", mechanism.events, "events"), repr(event))
    rows = np.zeros(person.size, dtype=OWN_EVENT)
    rows["person"], rows["name"] = person, mechanism.events.index(event)
    rows["cents"] = whole_numbers(f"note: {event}: cents", "whole cents", cents, person.size)
    return rows
