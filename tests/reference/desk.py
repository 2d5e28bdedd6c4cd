"""The service desk: agents who come and go, and tickets that wait for one of them."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Literal

import simpy

from sim.scenario import WEEKDAYS, RunSettings, Scenario, Service, Shift, TicketKind
from sim.scenario.dates import dates_of

Process = Generator[simpy.Event, Any, None]
Key = tuple[int, int, bool, float, int, int, int]
"""0 for escalated ones, rank, whether others go first, due time, person, place of the kind, ordinal."""
KNOWN_DAYS, PIECE = 7, 1.0 / 96.0


@dataclass
class Ticket:
    """One question or complaint; `on_start`, `on_finish` and `on_leave` are called with the instant.

    Who waits leaves at the instant `leaves`.
    """

    key: Key
    kind: TicketKind | Literal["writing"]
    arrival: float
    work: float
    on_start: Callable[[float], None]
    on_finish: Callable[[float], None]
    on_leave: Callable[[float], None] = lambda instant: None
    leaves: float = math.inf
    dropped: float = math.inf
    """When work on it ends, done or not."""
    solved: bool = False


@dataclass
class Agent:
    """One member of staff: what is in hand, and until when overtime is paid."""

    shift: Shift
    in_hand: int = 0
    paid: float = 0.0


class Hours:
    """The times at which the agents of one shift are there."""

    def __init__(self, shift: Shift, service: Service, run: RunSettings, hiring_days: float) -> None:
        self.opens, self.closes = shift.hours
        self.agents = shift.agents
        dates = [run.start + timedelta(days=day) for day in range(run.days)]
        closed = {date for day in service.closed_on for date in dates_of(day, dates[0], dates[-1])}
        self.days = [
            day
            for day, date in enumerate(dates)
            if date not in closed
            and (not shift.days or WEEKDAYS[date.weekday()] in shift.days)
            and (shift.hired is None or day >= (shift.hired - run.start).days + math.ceil(hiring_days))
        ]
        self.overtime = service.overtime

    def there(self, instant: float) -> bool:
        day = math.floor(instant)
        return day in self.days and day + self.opens <= instant < day + self.closes

    def spans(self, start: float) -> Iterator[tuple[int, float, float, float]]:
        """From `start`, which is in a shift: the shift's day, when work goes on, the end of the shift and of its
        overtime."""
        coming = [day for day in self.days if day >= math.floor(start)]
        for day, following in zip(coming, [*coming[1:], math.inf], strict=True):
            close = day + self.closes
            yield day, max(start, day + self.opens), close, min(close + self.overtime, following + self.opens)


def rank(service: Service, kind: TicketKind) -> int:
    """Place of a kind in the desk's priority; kinds not named come last."""
    return service.priority.index(kind) if kind in service.priority else len(service.priority)


class Desk:
    """Whenever a ticket comes, one is done, or a shift begins: the best ticket goes to the agent with the least."""

    def __init__(self, env: simpy.Environment, scene: Scenario, until: Callable[[float], Any]) -> None:
        self.env, self.until = env, until
        service = self.service = scene.strategy.service
        market = scene.market.service
        self.slowdown = market.chat_slowdown
        self.hours = {shift: Hours(shift, service, scene.run, market.hiring_days) for shift in service.staff}
        self.agents = [Agent(shift) for shift in service.staff for _ in range(shift.agents)]
        self.line: list[Ticket] = []
        self.in_hand: dict[int, float] = defaultdict(float)
        self.overtime: dict[int, float] = defaultdict(float)
        self.answering: dict[int, float] = defaultdict(float)
        self.looking = False
        for hours in self.hours.values():
            env.process(self._mornings(hours))

    def open(self, ticket: Ticket) -> None:
        """A ticket arrives."""
        if ticket.solved or not self.service.staff:
            self.env.process(self._at_once(ticket, 0.0 if ticket.solved else ticket.work))
            return
        self.line.append(ticket)
        if ticket.leaves < math.inf:
            self.env.process(self._wait(ticket))
        self._look()

    def _at_once(self, ticket: Ticket, work: float) -> Process:
        ticket.on_start(ticket.arrival)
        done = min(ticket.arrival + work, ticket.dropped)
        yield self.until(done)
        ticket.on_finish(done)

    def _wait(self, ticket: Ticket) -> Process:
        yield self.until(ticket.leaves)
        if ticket in self.line:
            self.line.remove(ticket)
            ticket.on_leave(ticket.leaves)

    def _mornings(self, hours: Hours) -> Process:
        for day in hours.days:
            yield self.until(day + hours.opens)
            self._look()

    def _look(self) -> None:
        if not self.looking:
            self.looking = True
            self.env.process(self._give_out())

    def _give_out(self) -> Process:
        """After all that happens at this instant, in however many steps: the best ticket may be the last to come."""
        while self.env.peek() <= self.env.now:
            yield self.env.timeout(0.0)
        self.looking = False
        there = [agent for agent in self.agents if self.hours[agent.shift].there(self.env.now)]
        for ticket in sorted((t for t in self.line if t.leaves > self.env.now), key=lambda t: t.key):
            agent = self._free(there, ticket.kind)
            if agent is not None:
                self.line.remove(ticket)
                if ticket.kind != "writing":
                    self.answering[math.floor(self.env.now)] += ticket.work
                self.env.process(self._handle(ticket, agent, ticket.work * (1.0 + self.slowdown) ** agent.in_hand))
                agent.in_hand += 1

    def present(self, day: int) -> float:
        """The hours of all agents on a day, in days."""
        there = [agent.shift.hours for agent in self.agents if day in self.hours[agent.shift].days]
        return sum(closes - opens for opens, closes in there)

    def write(self, number: int, arrival: float, work: float) -> None:
        """Writing, in pieces, when nobody waits for an answer."""
        pieces = math.ceil(work / PIECE)
        last = len(self.service.priority) + 1
        for piece in range(pieces):
            key = (1, last, True, arrival, number, 3, piece)
            self.open(Ticket(key, "writing", arrival, work / pieces, lambda _: None, lambda _: None))

    def _free(self, there: Sequence[Agent], kind: str) -> Agent | None:
        able = [
            agent
            for agent in there
            if agent.in_hand < self.service.parallel_chats
            and (not agent.shift.skills or kind == "writing" or kind in agent.shift.skills)
        ]
        return min(able, key=lambda agent: agent.in_hand, default=None)

    def _handle(self, ticket: Ticket, agent: Agent, work: float) -> Process:
        ticket.on_start(self.env.now)
        for day, begin, close, end in self.hours[agent.shift].spans(self.env.now):
            done = min(begin + work, end, max(ticket.dropped, begin))
            self.in_hand[day] += done - begin
            self.overtime[day] += max(done - max(close, agent.paid), 0.0)
            agent.paid = max(agent.paid, done)
            if begin + work <= end or ticket.dropped < end:
                done = min(begin + work, ticket.dropped)
                yield self.until(done)
                ticket.on_finish(done)
                agent.in_hand -= 1
                self._look()
                return
            work -= end - begin
