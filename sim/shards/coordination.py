"""The coordinator of a run in shards: meets them, hands each the records of all, and joins what they recorded."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from multiprocessing import AuthenticationError
from socket import socket
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from sim.engine import complete
from sim.output.event_log import EventLog
from sim.output.ledger import Ledger
from sim.shard import PeoplePart
from sim.shards.shard_line import Kind, Meeting, ShardFailure, ShardLine, meeting_socket, next_line, packed
from sim.shards.shard_process import ShardBooks, ShardTask, own_part
from sim.shards.shardable import check_shards

if TYPE_CHECKING:
    from sim.scenario import Scenario


class ShardWorkers(Protocol):
    """Processes that each serve one shard."""

    @property
    def host(self) -> str:
        """The address of this machine as the processes see it."""

    def start(self, meeting: Meeting, count: int) -> None:
        """Begin so many calls of `serve_shard`."""

    def check(self) -> None:
        """Raise ShardFailure where one has ended before it should."""

    def stop(self) -> None:
        """End those that are left."""


@dataclass(frozen=True)
class CutRun:
    """A run to be cut into `count` shards, each with so many threads (None: as many as are worth it)."""

    scenario: Scenario
    draw: int
    replication: int
    count: int
    threads: int | None = 1
    events: bool = False

    def part(self, index: int) -> ShardTask:
        """What shard `index` is given."""
        part = PeoplePart(index, self.count)
        return ShardTask(own_part(self.scenario, part), self.draw, self.replication, part, self.threads)


def coordinate(run: CutRun, workers: ShardWorkers) -> Ledger:
    """The ledger of a run whose shards are simulated by these workers.

    Raises WrongValue where the run cannot be cut, and ShardFailure where a shard ends too early.
    """
    check_shards(run.scenario, run.count)
    log = EventLog(run.events)
    with ExitStack() as stack:
        waiting = stack.enter_context(meeting_socket(workers.host))
        meeting = Meeting(workers.host, waiting.getsockname()[1], os.urandom(32))
        stack.callback(workers.stop)
        workers.start(meeting, run.count)
        lines: list[ShardLine] = []
        for index in range(run.count):
            lines.append(_met(waiting, meeting.key, workers.check))
            stack.callback(lines[-1].close)
            lines[-1].send("start", run.part(index))
        return joined(_passed_around(lines, log, workers.check), log)


def _met(waiting: socket, key: bytes, look: Callable[[], None]) -> ShardLine:
    """The line of the next shard; whoever does not know the key is sent away."""
    while True:
        line = next_line(waiting, look)
        try:
            line.check(key)
        except (AuthenticationError, EOFError, OSError):
            line.close()
        else:
            return line


def _passed_around(lines: Sequence[ShardLine], log: EventLog, look: Callable[[], None]) -> list[ShardBooks]:
    """Hand each gathered row to all shards, hash each day's events, until all have sent their books."""
    day = 0
    while True:
        kind, parts = _from_all(lines, look)
        if kind == "done":
            return parts
        if kind == "events":
            for events in parts:
                log.add(events)
            log.close_day(day)
            day += 1
        else:
            message = packed("gather", parts)
            for line in lines:
                line.send_packed(message)


def _from_all(lines: Sequence[ShardLine], look: Callable[[], None]) -> tuple[Kind, list[Any]]:
    """The next message of every shard; all are of one kind."""
    kinds, values = set[Kind](), list[Any]()
    for index, line in enumerate(lines):
        try:
            kind, value = line.receive(look)
        except (EOFError, OSError):
            raise ShardFailure(
                f"shard {index + 1} of {len(lines)} ended before the run was over, perhaps for want of memory"
            ) from None
        if kind == "failed":
            raise ShardFailure(f"shard {index + 1} of {len(lines)}: {value}")
        kinds.add(kind)
        values.append(value)
    assert len(kinds) == 1, f"shards are not at the same point of the day: {sorted(kinds)}"
    return kinds.pop(), values


def joined(parts: Sequence[ShardBooks], log: EventLog) -> Ledger:
    """One ledger of all shards: their accounts add up, and campaigns are looked back at with everybody."""
    first, *others = parts
    ledger, campaigns = first.ledger, first.campaigns
    for other in others:
        ledger.add(other.ledger)
        for one, more in zip(campaigns, other.campaigns, strict=True):
            one.add(more)
    order = np.argsort(ledger.tickets["day"], kind="stable")
    ledger.tickets = {name: column[order] for name, column in ledger.tickets.items()}
    return complete(ledger, campaigns, log)
