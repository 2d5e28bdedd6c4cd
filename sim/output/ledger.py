"""The ledger: what happened, day by day, in integer counts and integer cents. KPIs read nothing else."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date

import numpy as np
import numpy.typing as npt

from sim.output.person_trace import PersonTrace
from sim.output.retrospective import CampaignCurve, Retrospective
from sim.output.watch import Watched
from sim.stages import MOVES, Stage

Ints = npt.NDArray[np.int64]

PEOPLE = ("lead", "first_buyer", "repeater", "drifted", "deleted", "disputed")
"""People per stage at the end of the day, in the order of `Stage`."""
COUNTS = (
    "exposures", "added", "first_orders", "orders", "drifts", "optouts", "disputes",
    "touches", "channel_optouts", "live", "buyers", "active", "silent", "dormant", "interactions", "reactivated",
    "silent_optouts",
    "parcels", "late_parcels", "questions", "complaints", "replies", "replies_with_goal", "replies_in_goal",
    "resolved", "resolved_with_goal", "resolved_in_goal",
    "reply_seconds", "resolve_seconds", "busy_seconds", "open_seconds",
    "campaigns", "campaign_orders", "coupon_orders", "refunds",
    "extra_need", "borrowed_need", "repaid_need", "held_need", "released_need", "lost_need",
)  # fmt: skip
MONEY = (
    "list_value", "discount", "paid", "campaign_paid", "campaign_discount", "refunded",
    "goods", "gifts", "parcel_cost", "message_cost", "acquisition_cost", "wages", "seats", "fixed",
)  # fmt: skip
COHORTS = ("leads_in_cohort", "ordered_in_7d", "buyers_in_cohort", "repeated_in_90d")
"""By the first day of the 7 (after adding) or the 90 (of the first order); only people whose days are complete."""
COSTS = ("goods", "gifts", "parcel_cost", "message_cost", "acquisition_cost", "wages", "seats")
ACCOUNTS = (*PEOPLE, *COUNTS, *MONEY, *COHORTS)

ILLEGAL = np.array([[to != stage and to not in MOVES[stage] for to in Stage] for stage in Stage])


@dataclass
class Ledger:
    """Daily totals and their sources.

    `series` maps each account to an int64 array of shape (days,); needs are in millionths of an expected order.
    `tickets` are int64 arrays day, kind and seconds of shape (n,): time to the reply of questions, to the end of
    complaints. `events`, if asked for, are arrays person, kind, day, instant and cents.
    """

    start: date
    days: int
    window: tuple[int, int]
    """First measured day, and the day after the last."""
    daily_discount_rate: float
    start_contacts: int = 0
    fingerprint: str = ""
    seconds: float = 0.0
    live_days: int = 0
    series: dict[str, Ints] = field(default_factory=dict)
    sent: dict[str, int] = field(default_factory=dict)
    """Messages delivered by programme."""
    tickets: dict[str, Ints] = field(default_factory=dict)
    events: Mapping[str, npt.NDArray[np.generic]] | None = None
    watched: list[Watched] = field(default_factory=list)
    """What the people of each watch did, in the order of the watches."""
    traces: list[PersonTrace] = field(default_factory=list)
    """Event traces of single people, in the order in which they were asked for."""
    retrospectives: list[Retrospective] = field(default_factory=list)
    """What each campaign brought, in order of first day and name."""
    curves: list[CampaignCurve] = field(default_factory=list)
    """Orders around the starts of each campaign, by name."""

    def __post_init__(self) -> None:
        for account in ACCOUNTS:
            self.series[account] = np.zeros(self.days, dtype=np.int64)

    def book(self, day: int, account: str, amount: int | np.integer) -> None:
        """Add to one account of one day."""
        self.series[account][day] += amount

    def contribution(self) -> Ints:
        """What each day leaves after all costs but the fixed ones, cents; shape (days,)."""
        costs = sum((self.series[account] for account in COSTS), np.zeros(self.days, dtype=np.int64))
        return np.asarray(self.series["paid"] - self.series["refunded"] - costs, dtype=np.int64)

    def close_day(self, day: int, moves: Ints) -> None:
        """Set the day's stages from the table of moves, shape (6, 6), and check that the books balance.

        Raises AssertionError when people, moves or money do not add up: an error of the engine, never of a user.
        """
        s = self.series
        for name, count in zip(PEOPLE, moves.sum(axis=0), strict=True):
            s[name][day] = count
        assert not moves[ILLEGAL].any(), f"day {day}: illegal moves, from row to column:\n{moves}"
        before = [int(s[name][day - 1]) if day else 0 for name in PEOPLE]
        joined = int(s["added"][day]) + (self.start_contacts if day == 0 else 0)
        now = sum(int(s[name][day]) for name in PEOPLE)
        assert now == sum(before) + joined, f"day {day}: {now} people, {sum(before)} + {joined} expected"
        assert s["list_value"][day] - s["discount"][day] == s["paid"][day], f"day {day}: discounts do not balance"
        out = int(s["optouts"][: day + 1].sum()), int(s["disputes"][: day + 1].sum())
        assert (s["deleted"][day], s["disputed"][day]) == out, f"day {day}: leavers do not balance"


class EventLog:
    """Hashes the integers of every event day by day, and keeps the events if asked to."""

    def __init__(self, keep: bool) -> None:
        self._hash = hashlib.sha256()
        self._today: list[tuple[npt.NDArray[np.generic], ...]] = []
        self._kept: list[dict[str, npt.NDArray[np.generic]]] | None = [] if keep else None

    def note(
        self,
        person: npt.NDArray[np.uint64],
        kind: int | npt.NDArray[np.generic],
        instant: npt.NDArray[np.float64],
        cents: int | Ints = 0,
    ) -> None:
        """Events of today; `person` and `instant` of shape (n,)."""
        if person.size:
            kinds = np.broadcast_to(np.asarray(kind, dtype=np.int8), person.shape)
            money = np.broadcast_to(np.asarray(cents, dtype=np.int64), person.shape)
            self._today.append((person, kinds, instant, money))

    def today_of(self, person: int) -> Iterator[tuple[int, float, int]]:
        """Kind, instant and cents of one person's events of today so far, in the order of being noted."""
        for people, kinds, instants, cents in self._today:
            for place in np.flatnonzero(people == np.uint64(person)):
                yield int(kinds[place]), float(instants[place]), int(cents[place])

    def close_day(self, day: int) -> None:
        """Add today's events to the fingerprint, person by person; one person's come in the order of being noted."""
        if not self._today:
            return
        person, kind, instant, cents = (np.concatenate(column) for column in zip(*self._today, strict=True))
        self._today = []
        order = np.argsort(person, kind="stable")
        days = np.full(person.size, day, dtype=np.int32)
        for column in (person[order], kind[order], days, cents[order]):
            self._hash.update(np.ascontiguousarray(column).tobytes())
        if self._kept is not None:
            columns = {"person": person, "kind": kind, "day": days, "instant": instant, "cents": cents}
            self._kept.append({k: v if k == "day" else v[order] for k, v in columns.items()})

    @property
    def fingerprint(self) -> str:
        """Hexadecimal digest of all events so far."""
        return self._hash.hexdigest()

    def events(self) -> dict[str, npt.NDArray[np.generic]] | None:
        """All kept events as arrays of shape (n,), in order of day."""
        if self._kept is None:
            return None
        if not self._kept:
            types = {
                "person": np.uint64,
                "kind": np.int8,
                "day": np.int32,
                "instant": np.float64,
                "cents": np.int64,
            }
            return {name: np.empty(0, dtype=kind) for name, kind in types.items()}
        return {name: np.concatenate([part[name] for part in self._kept]) for name in self._kept[0]}
