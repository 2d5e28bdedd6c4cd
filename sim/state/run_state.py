"""The state of one run, grouped by what changes it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from sim.day.day_arrays import Messages
from sim.law.parameters import Law
from sim.law.waiting import ServiceNumbers
from sim.output.event_log import EventLog
from sim.output.ledger import Ledger
from sim.people.customer_columns import NEVER
from sim.people.population import Arrivals, Population
from sim.scenario import Campaign, Market, Scenario, Shift, Strategy
from sim.shard import Shard
from sim.state.campaign_record import CampaignRecord
from sim.state.daily_values import (
    COUPON_TERMS,
    OWN_EVENT,
    PARCEL,
    QUESTION,
    RETURN,
    TICKET,
    TICKET_OPENED,
    TICKET_TIME,
    Orders,
)  # fmt: skip
from sim.state.day_books import DayBooks
from sim.state.offers_held import Coupon, OfferBudget, OffersToday, PlannedOffer
from sim.state.row_table import GrowingTable
from sim.state.touches import MessageNumbers, Touch
from sim.threads import Threads

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Days = npt.NDArray[np.int32]

MIDNIGHT, ADDING, DAY, COURIER, DESK, EVENING, BOOKS = 0.0, 0.25, 0.5, 0.6, 0.7, 0.8, 0.9
"""When in simulated time the parts of a day run: actions, the adding of contacts under the budgets that they leave, the
day itself, then what follows from it."""
WINDOW = 30
"""Days of the windows in which limits and the shop's discount budget are counted."""
GAP_BINS = 4096
"""Longest gap between two orders, in days, that the histogram of gaps tells apart."""


@dataclass(frozen=True)
class RunInputs:
    """What does not change during a run."""

    scenario: Scenario
    law: Law
    thresholds: Floats
    """Table of the order clock's thresholds (`gamma_quantile_table`)."""
    season: Floats
    """Known multiplier of need by day of the run, shape (days,)."""
    sources: tuple[str, ...]
    """Names of the sources, by number."""
    block: int
    """People per block of the compiled day."""
    service: ServiceNumbers
    """Numbers of questions, parcels and complaints."""
    hours: Floats
    """Part of a day's area before each full hour (`hours.marks_of`)."""

    @property
    def market(self) -> Market:
        """The market."""
        return self.scenario.market

    @property
    def strategy(self) -> Strategy:
        """The strategy."""
        return self.scenario.strategy


@dataclass
class Books:
    """What the run has recorded so far."""

    ledger: Ledger
    log: EventLog
    stages: npt.NDArray[np.int8]
    """Stages of this morning, one entry per person who was there."""
    gaps: Ints = field(default_factory=lambda: np.zeros(GAP_BINS, dtype=np.int64))
    """Histogram of whole-day gaps between orders."""
    ticket_times: GrowingTable = field(default_factory=lambda: GrowingTable(TICKET_TIME))
    """How long each ticket took: to the reply of questions, to the end of complaints."""
    opened: GrowingTable = field(default_factory=lambda: GrowingTable(TICKET_OPENED))
    """All tickets that people have opened."""
    campaigns: list[CampaignRecord] = field(default_factory=list)
    """All occurrences of campaigns so far, in order of start."""
    own_events: GrowingTable = field(default_factory=lambda: GrowingTable(OWN_EVENT))
    """Events of mechanisms added in Python."""
    need: list[Floats] | None = None
    """Need of every person and day (`day_arrays.ACCOUNTS`), kept when asked for."""


@dataclass
class Planned:
    """What was put down for today."""

    touches: list[Touch] = field(default_factory=list)
    offers: list[PlannedOffer] = field(default_factory=list)
    arrivals: list[Arrivals] = field(default_factory=list)
    campaigns: list[str] = field(default_factory=list)
    """Programmes, as `campaigns.NAME`, of the campaigns that hold today."""
    goes_first: npt.NDArray[np.bool_] = field(default_factory=lambda: np.zeros(0, dtype=bool))
    """Whose tickets go before others of their rank, shape (size,); kept up where the strategy names any."""
    escalated: npt.NDArray[np.bool_] = field(default_factory=lambda: np.zeros(0, dtype=bool))
    """Likewise, whose complaints go before all other tickets."""


@dataclass
class StartedCampaign:
    """A campaign that a strategy in Python has started, by the name under which it may start it again."""

    strategy: str
    """The name of the strategy."""
    plan: Campaign
    """The plan of the last occurrence."""
    end: int
    """The day after the last one of that occurrence."""
    held: int = 0
    """Occurrences so far."""


@dataclass
class DecidedInPython:
    """What strategies in Python have decided beside messages and coupons."""

    campaigns: dict[str, StartedCampaign] = field(default_factory=dict)
    """Campaigns by name."""
    staff: tuple[Shift, ...] | None = None
    """Who is at the desk today; None where nobody has decided it, and the plan holds."""
    staffed_by: str = ""
    """The strategy that has decided it."""
    budgets: dict[str, float | None] = field(default_factory=dict)
    """Cents a day for adding contacts, by source, of those whose budget was set; None: without limit."""
    columns: Any = None
    """What strategies note of people, and what mechanisms show of them: `sim.extend.person_columns.SharedColumns`."""


@dataclass
class DayResults:
    """What came of today."""

    offers: OffersToday = field(default_factory=lambda: OffersToday([], []))
    """The offers that the column `offer` refers to."""
    touches: list[Touch] = field(default_factory=list)
    messages: Messages | None = None
    """The arrays of `touches`, with the people to whom each was delivered in `sent`; None before the first day."""
    orders: Orders | None = None


@dataclass
class Offers:
    """The budget of all offers together in this window, and programmes' coupons by number, from 1."""

    budget: OfferBudget
    coupons: list[Coupon] = field(default_factory=list)
    terms: npt.NDArray[np.void] = field(default_factory=lambda: np.zeros(1, dtype=COUPON_TERMS))
    """The coupons' terms by number, 0 being none; out of date where a coupon is new or its budget has closed."""
    closed: int = 0
    """Coupons whose budget had closed when the terms were written."""


@dataclass
class MessageHistory:
    """What people were sent: counts of the windows and channels that are limited, and days of last messages."""

    limits: dict[tuple[str, bool], int] = field(default_factory=dict)
    """Row in `counts` of each limit, by channel ("" for all) and whether its window is 30 days."""
    counts: npt.NDArray[np.int16] = field(default_factory=lambda: np.zeros((0, 0), dtype=np.int16))
    """Messages in the window by limit, shape (limits, capacity)."""
    days: Days = field(default_factory=lambda: np.zeros((0, 0), dtype=np.int32))
    """Day of each person's last message of programmes that follow own cycles, shape (programmes, capacity)."""
    following: list[str] = field(default_factory=list)
    """The names of those programmes, by row of `days`."""
    counted: int = -1
    """The last day whose messages are in `counts`."""
    numbers: dict[tuple[Any, ...], MessageNumbers] = field(default_factory=dict)
    """Numbers of messages by what they are made of (`Touch.kind`)."""

    def make_room(self, capacity: int) -> None:
        """Let `counts` and `days` hold all limits and programmes, and so many people."""
        self.counts = _enlarged(self.counts, (len(self.limits), capacity), 0)
        self.days = _enlarged(self.days, (len(self.following), capacity), NEVER)

    def last_sent(self, programme: str, capacity: int) -> Days:
        """Days of the last messages of a programme, shape (capacity,); (0,) where it does not follow own cycles."""
        row = self.row_of(programme)
        if row < 0:
            return NOT_FOLLOWED
        self.make_room(capacity)
        days: Days = self.days[row]
        return days

    def row_of(self, programme: str) -> int:
        """The row of `days` that belongs to a programme; -1 where it does not follow own cycles."""
        return self.following.index(programme) if programme in self.following else -1


def _enlarged(matrix: npt.NDArray[Any], shape: tuple[int, int], empty: int) -> npt.NDArray[Any]:
    """The matrix in this shape; what is new holds `empty`."""
    if matrix.shape == shape:
        return matrix
    new = np.full(shape, empty, dtype=matrix.dtype)
    new[: matrix.shape[0], : matrix.shape[1]] = matrix
    return new


NOT_FOLLOWED = np.empty(0, dtype=np.int32)
"""Stands for the last messages of a programme that does not follow own cycles."""


@dataclass
class Pending:
    """Parcels under way, orders that will come back, and tickets: those that wait or are in hand, and in the evening
    those answered today."""

    parcels: GrowingTable = field(default_factory=lambda: GrowingTable(PARCEL))
    returns: GrowingTable = field(default_factory=lambda: GrowingTable(RETURN))
    questions: GrowingTable = field(default_factory=lambda: GrowingTable(QUESTION))
    """About orders, still to come."""
    tickets: GrowingTable = field(default_factory=lambda: GrowingTable(TICKET))
    postponed: list[Touch] = field(default_factory=list)
    """Personal messages that nobody had time to write yesterday."""
    writing: list[tuple[float, float]] = field(default_factory=list)
    """Hours of today's personal messages and requests, fractions of the day, and their work, days of one agent."""
    answering: list[float] = field(default_factory=list)
    """Answering work that began on each day so far, days of an agent's time."""
    weighed: int = 0
    """People, from the first on, whose column `log_order` holds what service does."""
    burdened: Ints = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    """Rows of those of them on whose orders a complaint weighed when it was last looked at."""
    learned: Ints = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    """Rows of those who have learned since then how late parcels are."""


@dataclass
class RunState:
    """All that one run carries from event to event."""

    inputs: RunInputs
    population: Population
    books: Books
    offers: Offers
    day: int = 0
    """Today, in days since the run's start."""
    planned: Planned = field(default_factory=Planned)
    decided: DecidedInPython = field(default_factory=DecidedInPython)
    results: DayResults = field(default_factory=DayResults)
    history: MessageHistory = field(default_factory=MessageHistory)
    pending: Pending = field(default_factory=Pending)
    threads: Threads = field(default_factory=Threads)
    shard: Shard = field(default_factory=Shard)


def day_books(state: RunState, more: int) -> DayBooks:
    """Today's books, with room for so many more events."""
    books, table = state.books, state.books.ledger.table
    return DayBooks(state.day, state.population.key, table[state.day], books.log.room(more), table)
