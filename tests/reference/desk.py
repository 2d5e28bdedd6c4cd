"""The service desk: tickets wait for a place in a SimPy resource that nobody may use at night."""

from __future__ import annotations

import math
from collections.abc import Callable, Generator
from dataclasses import dataclass
from typing import Any

import simpy
from simpy.resources.resource import PriorityRequest

from sim.scenario import Service, TicketKind

Process = Generator[simpy.Event, Any, None]
Key = Any  # a tuple; SimPy sorts by any priority that has an order, though its hints say int
NIGHT: Key = (-1, 0.0, 0, 0, 0)


@dataclass(frozen=True)
class Ticket:
    """One question or complaint; `on_start`, `on_finish` and `on_leave` are called with the instant.

    Who waits leaves at the instant `leaves`.
    """

    key: Key
    arrival: float
    work: float
    on_start: Callable[[float], None]
    on_finish: Callable[[float], None]
    on_leave: Callable[[float], None] = lambda instant: None
    leaves: float = math.inf


def rank(service: Service, kind: TicketKind) -> int:
    """Place of a kind in the desk's priority; kinds not named come last."""
    return service.priority.index(kind) if kind in service.priority else len(service.priority)


def finish(start: float, work: float, hours: tuple[float, float]) -> float:
    """The instant at which work that starts at an open instant is done; work rests at night."""
    opens, closes = hours
    day = math.floor(start)
    left = max(day + closes - start, 0.0)
    while work > left:
        work -= left
        day += 1
        start, left = day + opens, closes - opens
    return start + work


class Desk:
    """Places at the desk, given out by ticket key whenever one is free and the desk is open."""

    def __init__(self, env: simpy.Environment, service: Service, until: Callable[[float], Any]) -> None:
        self.env, self.hours, self.until = env, service.hours, until
        self.places: simpy.PriorityResource | None = None
        self.at_the_door: list[Ticket] = []
        if service.agents is not None:
            self.places = simpy.PriorityResource(env, capacity=service.agents * service.parallel_chats)
            if service.hours != (0.0, 1.0):
                env.process(self._nights(self.places))

    def open(self, ticket: Ticket) -> None:
        """A ticket arrives; those that arrive at one instant are let in by key."""
        if self.places is None:
            self.env.process(self._at_once(ticket))
            return
        self.at_the_door.append(ticket)
        if len(self.at_the_door) == 1:
            self.env.process(self._let_in(self.places))

    def _at_once(self, ticket: Ticket) -> Process:
        ticket.on_start(ticket.arrival)
        yield self.until(ticket.arrival + ticket.work)
        ticket.on_finish(ticket.arrival + ticket.work)

    def _let_in(self, places: simpy.PriorityResource) -> Process:
        yield self.env.timeout(0.0)
        for ticket in sorted(self.at_the_door, key=lambda t: t.key):
            self.env.process(self._handle(ticket, places.request(priority=ticket.key)))
        self.at_the_door = []

    def _handle(self, ticket: Ticket, place: PriorityRequest) -> Process:
        assert self.places is not None
        if ticket.leaves < math.inf:
            yield place | self.until(ticket.leaves)
            if not place.triggered or self.env.now >= ticket.leaves:
                if place.triggered:
                    self.places.release(place)
                else:
                    place.cancel()
                ticket.on_leave(ticket.leaves)
                return
        else:
            yield place
        start = self.env.now
        ticket.on_start(start)
        done = finish(start, ticket.work, self.hours)
        yield self.until(done)
        ticket.on_finish(done)
        self.places.release(place)

    def _nights(self, places: simpy.PriorityResource) -> Process:
        """While the desk is closed, every free place is taken by the night, which goes before any ticket."""
        opens, closes = self.hours
        day = 0
        while True:
            night = [places.request(priority=NIGHT) for _ in range(int(places.capacity))]
            yield self.until(day + opens)
            for request in night:
                if not request.triggered:
                    request.cancel()
            for request in night:
                if request.triggered:
                    places.release(request)
            yield self.until(day + closes)
            day += 1
