"""Event traces of single people are recorded through a run.

Tracing changes nothing: it draws no random number and writes nothing that the day or the firm reads.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import simpy

from sim.output.person_trace import (
    STATE,
    TRAITS,
    Delivery,
    PersonTrace,
    TracedEvent,
    TracedMessage,
    TracedOffer,
    TracedReply,
)
from sim.people import customer_columns as c
from sim.people.customer_columns import column_of
from sim.scenario import TICKET_KINDS
from sim.stages import OUT, Event
from sim.state.run_state import EVENING, RunState
from sim.state.touches import Touch

Process = Generator[simpy.Event, Any, None]


def start_tracing(env: simpy.Environment, state: RunState, people: Sequence[int]) -> list[PersonTrace]:
    """Begin to trace people, by identity; the traces fill during the run."""
    days = state.inputs.scenario.run.days
    traces = [PersonTrace(who, {name: np.full(days, np.nan) for name in STATE}) for who in people]
    if traces:
        env.process(_evenings(env, state, traces))
    return traces


def _evenings(env: simpy.Environment, state: RunState, traces: list[PersonTrace]) -> Process:
    """After the desk and before the books, when all events of a day are noted and tomorrow has not begun."""
    known = 0
    yield env.timeout(EVENING)
    while True:
        identity = state.population.column("identity")
        for trace in traces:
            if trace.row is None:
                _find(trace, state, identity[known:], known)
            _note_day(trace, state)
        known = identity.size
        yield env.timeout(1)


def _find(trace: PersonTrace, state: RunState, identity: npt.NDArray[np.uint64], known: int) -> None:
    """Look for the person among those who have come since yesterday."""
    rows = np.flatnonzero(identity == np.uint64(trace.person))
    if rows.size == 0:
        return
    row, people, orders = known + int(rows[0]), state.population.people, state.results.orders
    trace.row, trace.first, trace.since = row, state.day, int(people.ints[c.ADDED][row])
    trace.source = state.inputs.sources[people.ints[c.SOURCE][row]] if people.ints[c.SOURCE][row] >= 0 else None
    trace.traits = {name: float(column_of(people, name)[row]) for name in TRAITS}
    today = 0 if orders is None else int(np.count_nonzero(orders["row"] == row))
    trace.before = int(people.ints[c.ORDERS][row]) - today


def _note_day(trace: PersonTrace, state: RunState) -> None:
    row = trace.row
    trace.events += _events(trace, state)
    if row is None:
        return
    for name in STATE:
        trace.state[name][state.day] = column_of(state.population.people, name)[row]
    if state.books.stages[row] < OUT:
        trace.messages += _messages(state, row)
        trace.offers += _offers(state, row)
    trace.replies += _replies(state, row)


def _events(trace: PersonTrace, state: RunState) -> Iterator[TracedEvent]:
    """The person's rows of today's event log."""
    values: dict[float, int] = {}
    orders = state.results.orders
    if trace.row is not None and orders is not None:
        mine = orders["row"] == trace.row
        values = dict(zip(orders["instant"][mine].tolist(), orders["value"][mine].tolist(), strict=True))
    for kind, instant, cents in state.books.log.today_of(trace.person):
        ordered = kind in (Event.FIRST_ORDER, Event.ORDER)
        yield TracedEvent(state.day, instant, Event(kind), cents, values[instant] if ordered else 0)


def _messages(state: RunState, row: int) -> Iterator[TracedMessage]:
    messages = state.results.messages
    if messages is None:
        return
    for number, touch in enumerate(state.results.touches):
        if touch.who[row]:
            delivery = _delivery(state, row, touch, bool(messages.sent[number, row]))
            yield TracedMessage(
                state.day, touch.hour, touch.programme, touch.channel, touch.content, touch.items, touch.style,
                touch.topic, touch.testimony, touch.coupon > 0, delivery,
            )  # fmt: skip


def _delivery(state: RunState, row: int, touch: Touch, delivered: bool) -> Delivery:
    if delivered:
        return "delivered"
    if state.population.has_left(touch.channel)[row]:
        return "channel left"
    identity = int(state.population.people.identity[row])
    gone = [instant for kind, instant, _ in state.books.log.today_of(identity) if kind == Event.DELETE]
    return "contact gone" if gone and gone[0] <= state.day + touch.hour else "limit"


def _offers(state: RunState, row: int) -> Iterator[TracedOffer]:
    """Today's campaign offer and coupon of one person, from the number in the column `offer`."""
    people, offers = state.population.people, state.results.offers
    number = int(people.ints[c.OFFER][row])
    if number == 0:
        return
    acting = offers.parts(number)
    ended = state.offers.budget.closed or any(part.budget.closed for part in acting)
    for part in offers.both(number):
        acts = any(part is one for one in acting)
        depth, pull, _ = part.appeals[int(people.ints[c.FOUND_OUT][row])]
        last = int(people.ints[c.COUPON_UNTIL][row]) if part.coupon else state.day + part.days_left - 1
        yield TracedOffer(state.day, part.name, part.offer, depth, pull, last, part.coupon > 0, acts, acts and ended)


def _replies(state: RunState, row: int) -> Iterator[TracedReply]:
    tickets = state.pending.tickets.rows
    answered = (tickets["start"] >= state.day) & np.isfinite(tickets["start"])
    for ticket in tickets[answered & (tickets["row"] == row)]:
        kind = TICKET_KINDS[ticket["kind"]]
        if kind != "complaint":
            yield TracedReply(state.day, float(ticket["start"]), float(ticket["arrival"]), kind)
