"""The ledger: what happened, day by day, in integer counts and integer cents. KPIs read nothing else."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

import numpy as np
import numpy.typing as npt

from sim.output.accounts import ACCOUNTS, BALANCES, COSTS, INCOME, close_stages
from sim.output.event_tables import EventTables
from sim.output.person_trace import PersonTrace
from sim.output.retrospective import CampaignCurve, Retrospective
from sim.output.shown import Drawn
from sim.output.watch import Watched

Ints = npt.NDArray[np.int64]


@dataclass(repr=False)
class Ledger(Drawn):
    """The books of one run: daily totals and their sources."""

    start: date
    """Day one of the run."""
    days: int
    """How many days were simulated."""
    window: tuple[int, int]
    """First measured day, and the day after the last."""
    daily_discount_rate: float
    """By which money of a later day counts less, per day."""
    answer_within: float = 180.0 / 86400.0
    """The time of the service level, days."""
    start_contacts: int = 0
    """How many people were contacts on day one."""
    fingerprint: str = ""
    """A hash of all that happened; two runs with the same events have the same."""
    seconds: float = 0.0
    """How long the run took."""
    live_days: int = 0
    """Days of contacts over the whole run."""
    series: dict[str, Ints] = field(default_factory=dict)
    """Each account by its name, an array of int64 of shape (days,): cents or counts; needs are in millionths of an
    expected order."""
    sent: dict[str, int] = field(default_factory=dict)
    """Messages delivered by programme."""
    tickets: dict[str, Ints] = field(default_factory=dict)
    """Arrays of int64 of shape (n,): `day`, `kind` and `seconds`, which is the time to the reply of questions and to
    the end of complaints."""
    events: Mapping[str, npt.NDArray[np.generic]] | None = None
    """If asked for, arrays of shape (n,): `person`, `kind`, `day`, `instant` and `cents`."""
    tables: EventTables | None = None
    """The event log as tables, if asked for."""
    watched: list[Watched] = field(default_factory=list)
    """What the people of each watch did, in the order of the watches."""
    traces: list[PersonTrace] = field(default_factory=list)
    """Event traces of single people, in the order in which they were asked for."""
    retrospectives: list[Retrospective] = field(default_factory=list)
    """What each campaign brought, in order of first day and name."""
    curves: list[CampaignCurve] = field(default_factory=list)
    """Orders around the starts of each campaign, by name."""
    own: dict[str, str] = field(default_factory=dict)
    """Accounts and series of mechanisms added in Python, by name in `series`, with what each is: `income`, `cost`,
    `liability`, or `column` for a series of a column."""

    table: Ints = field(init=False, repr=False)
    """The same as `series`, shape (days, accounts): compiled functions get the row of one day."""

    def __post_init__(self) -> None:
        self.table = np.zeros((self.days, len(ACCOUNTS)), dtype=np.int64)
        for place, account in enumerate(ACCOUNTS):
            self.series[account] = self.table[:, place]
        for account in self.own:
            self.series[account] = np.zeros(self.days, dtype=np.int64)

    def __repr__(self) -> str:
        orders, contribution = int(self.series["orders"].sum()), int(self.contribution().sum())
        people = f"{self.start_contacts:,} contacts on day one"
        money = f"contribution {contribution / 100.0:,.2f}"
        return f"Ledger of {self.days} days from {self.start}: {people}, {orders:,} orders, {money}"

    def book(self, day: int, account: str, amount: int | np.integer) -> None:
        """Add to one account of one day."""
        self.series[account][day] += amount

    def open_own(self, account: str, kind: str) -> None:
        """Open an account, or a series, of a mechanism added in Python."""
        self.own[account] = kind
        self.series[account] = np.zeros(self.days, dtype=np.int64)

    def close(self) -> None:
        """Give every account an array of its own: KPIs read one account over all days."""
        for account, values in self.series.items():
            self.series[account] = values.copy()
        self.table = np.zeros((0, len(ACCOUNTS)), dtype=np.int64)

    def add(self, other: Ledger) -> None:
        """Take in the closed ledger of other people of the same run."""
        self.start_contacts += other.start_contacts
        self.seconds = max(self.seconds, other.seconds)
        for account, values in self.series.items():
            values += other.series[account]
        for programme, count in other.sent.items():
            self.sent[programme] = self.sent.get(programme, 0) + count
        for name, column in self.tickets.items():
            self.tickets[name] = np.concatenate([column, other.tickets[name]])

    def contribution(self) -> Ints:
        """What each day leaves after all costs but the fixed ones, cents; shape (days,)."""
        income, costs = (np.sum([self.series[account] for account in part], axis=0) for part in (INCOME, COSTS))
        return np.asarray(income - costs + self.of_kind("income") - self.of_kind("cost"), dtype=np.int64)

    def of_kind(self, kind: str) -> Ints:
        """The accounts of one kind of all mechanisms added in Python, cents a day; shape (days,)."""
        total = np.zeros(self.days, dtype=np.int64)
        for name, own in self.own.items():
            if own == kind:
                total += self.series[name]
        return total

    def close_day(self, day: int, moves: Ints) -> None:
        """Set the day's stages from the table of moves, shape (6, 6), and check that the books balance.

        Raises AssertionError when people, moves or money do not add up: an error of the engine, never of a user.
        """
        wrong = close_stages(self.table, day, moves, self.start_contacts)
        assert wrong < 0, f"day {day}: {BALANCES[wrong]}; moves, from row to column:\n{moves}"
