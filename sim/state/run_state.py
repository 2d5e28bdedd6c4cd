"""The state of one run, grouped by what changes it."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from sim.day.day_arrays import Messages
from sim.law.parameters import Law
from sim.output.event_log import EventLog
from sim.output.ledger import Ledger
from sim.people.population import Arrivals, Population
from sim.scenario import Market, Scenario, Strategy
from sim.state.campaign_record import CampaignRecord
from sim.state.daily_values import Orders, Parcels, Tickets, Touch
from sim.state.offers_held import Coupon, OfferBudget, OffersToday, StandingOffer
from sim.threads import Threads

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

MIDNIGHT, DAY, COURIER, DESK, EVENING, BOOKS = 0.0, 0.5, 0.6, 0.7, 0.8, 0.9
"""When in simulated time the parts of a day run: actions, the day itself, then what follows from it."""
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
    ticket_times: list[tuple[Ints, Ints, Ints]] = field(default_factory=list)
    """Day, kind and seconds: to the reply of questions, to the end of complaints."""
    campaigns: list[CampaignRecord] = field(default_factory=list)
    """All occurrences of campaigns so far, in order of start."""
    need: list[Floats] | None = None
    """Need of every person and day (`day_arrays.ACCOUNTS`), kept when asked for."""


@dataclass
class Planned:
    """What was put down for today."""

    touches: list[Touch] = field(default_factory=list)
    offers: list[StandingOffer] = field(default_factory=list)
    arrivals: list[Arrivals] = field(default_factory=list)


@dataclass
class DayResults:
    """What came of today."""

    offers: OffersToday = field(default_factory=lambda: OffersToday([], []))
    """The offers that the column `offer` refers to."""
    touches: list[Touch] = field(default_factory=list)
    messages: Messages | None = None
    """The arrays of `touches`, with the people to whom each was delivered in `sent`; None before the first day."""
    orders: Orders | None = None
    replies: tuple[Tickets, Floats] | None = None
    """Questions answered today, and the instants of their answers."""


@dataclass
class Offers:
    """The budget of all offers together in this window, and programmes' coupons by number, from 1."""

    budget: OfferBudget
    coupons: list[Coupon] = field(default_factory=list)


@dataclass
class MessageHistory:
    """What people were sent: counts of the windows and channels that are limited, and days of last messages."""

    counts: dict[tuple[str, bool], npt.NDArray[np.int32]] = field(default_factory=dict)
    """By channel ("" for all) and whether the window is 30 days; shape (size,)."""
    last_sent: dict[str, Ints] = field(default_factory=dict)
    """Day of each person's last message of a programme, for programmes that follow own cycles."""


@dataclass
class Pending:
    """Parcels by day of arrival, and tickets of today that the desk has not taken in."""

    parcels: dict[int, list[Parcels]] = field(default_factory=lambda: defaultdict(list))
    tickets: list[Tickets] = field(default_factory=list)


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
    results: DayResults = field(default_factory=DayResults)
    history: MessageHistory = field(default_factory=MessageHistory)
    pending: Pending = field(default_factory=Pending)
    threads: Threads = field(default_factory=Threads)
