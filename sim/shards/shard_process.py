"""What one shard does: the whole day with its own people, up to its part of the ledger."""

from __future__ import annotations

from contextlib import closing, suppress
from dataclasses import dataclass, replace
from multiprocessing import AuthenticationError
from typing import TYPE_CHECKING

from sim.engine import advance, close_books, open_run
from sim.output.event_log import EventLog
from sim.output.ledger import Ledger
from sim.shard import PeoplePart, Rows, Shard
from sim.shards.shard_line import Meeting, ShardLine
from sim.state.first_morning import RunOptions

if TYPE_CHECKING:
    from sim.scenario import Scenario
    from sim.state.campaign_record import CampaignRecord


@dataclass(frozen=True)
class ShardTask:
    """One shard of a run: its scenario, with the shard's own customers alone, and the address of random numbers."""

    scenario: Scenario
    draw: int
    replication: int
    part: PeoplePart
    threads: int | None


@dataclass(frozen=True)
class ShardBooks:
    """What a shard has recorded when its days are over; campaigns are closed."""

    ledger: Ledger
    campaigns: list[CampaignRecord]


class LinkedShard(Shard):
    """A shard that gathers rows over its line."""

    def __init__(self, part: PeoplePart, line: ShardLine) -> None:
        super().__init__(part)
        self._line = line

    def gather(self, rows: Rows) -> list[Rows]:
        self._line.send("gather", rows)
        _, parts = self._line.receive()
        every: list[Rows] = parts
        return every


class SentLog(EventLog):
    """An event log whose days go to the coordinator, who hashes those of all shards together."""

    def __init__(self, line: ShardLine) -> None:
        super().__init__(keep=False)
        self._line = line

    def close_day(self, day: int) -> None:
        self._line.send("events", self.take_today())


def serve_shard(meeting: Meeting, threads: int | None = None) -> None:
    """Go to the coordinator, simulate the shard that it gives, and send what was recorded.

    `threads` are those of this process, where the coordinator leaves their number open.
    """
    # where the coordinator is gone, or ends the run, there is nobody to tell
    with suppress(EOFError, OSError, AuthenticationError), closing(ShardLine.to(meeting)) as line:
        _, task = line.receive()
        try:
            books = _simulated(replace(task, threads=task.threads or threads), line)
        except (EOFError, OSError):
            raise
        except Exception as error:
            line.send("failed", " ".join(f"{type(error).__name__}: {error}".split()))
        else:
            line.send("done", books)


def _simulated(task: ShardTask, line: ShardLine) -> ShardBooks:
    shard = LinkedShard(task.part, line)
    opened = open_run(task.scenario, task.draw, task.replication, RunOptions(threads=task.threads, shard=shard))
    opened.state.books.log = SentLog(line)
    try:
        for day in range(1, task.scenario.run.days + 1):
            advance(opened, day)
    finally:
        opened.state.threads.close()
    return ShardBooks(close_books(opened), opened.state.books.campaigns)


def own_part(scenario: Scenario, part: PeoplePart) -> Scenario:
    """The scenario with the customers of one part alone."""
    customers = scenario.customers
    if customers is None:
        return scenario
    return replace(scenario, customers=customers.of(part.holds(customers.identity)))
