"""Tables of the event log from what has been recorded: names, kinds, outcomes, accounts of days."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from sim.evening.tickets import COMPLAINT, PURCHASES_FROM
from sim.output.event_tables import Named, Table
from sim.scenario import TICKET_KINDS
from sim.stages import Event
from sim.state.daily_values import Tickets
from sim.state.run_state import RunState

Ints = npt.NDArray[np.int64]

RELATIONS = {Event.DRIFT: "drift", Event.DELETE: "delete", Event.DISPUTE: "dispute", Event.MUTE: "channel left"}
MONEY_BACK = {
    Event.REFUND: "refund", Event.COMPENSATION: "compensation", Event.CHARGEBACK: "chargeback", Event.RETURN: "return",
}  # fmt: skip
OUTCOMES = ("waiting", "answered", "answered by bot", "ended", "ended by refund", "given up")
DAILY = (
    "exposures", "unmade_requests", "adding_wages", "wages", "seats", "software", "bot_cost", "fixed",
    "open_seconds", "busy_seconds", "overtime_seconds", "writing_seconds", "written", "postponed", "dropped", "unsent",
    "extra_need", "borrowed_need", "released_need",
)  # fmt: skip
"""Accounts of days that no single person's event stands behind."""


class Names:
    """Names by the order in which they first came."""

    def __init__(self, *names: str) -> None:
        self._places = {name: place for place, name in enumerate(names)}

    def place(self, name: str) -> int:
        """The place of a name, a new one where it is new."""
        return self._places.setdefault(name, len(self._places))

    def column(self, places: npt.NDArray[Any]) -> Named:
        """A column of these names."""
        return Named(places.astype(np.int32), tuple(self._places))


def named(kinds: Ints, names: dict[Event, str]) -> Named:
    """A column of kinds of events by their names."""
    of_kind = np.zeros(max(Event) + 1, dtype=np.int32)
    of_kind[list(names)] = range(len(names))
    return Named(of_kind[kinds], tuple(names.values()))


def tickets_table(rows: Tickets, lost: npt.NDArray[Any]) -> Table:
    """Questions and complaints (`TICKET`); `lost` are the events of purchases that were lost, at the instants of the
    answers, or of giving up."""
    complaint, purchase = rows["kind"] == COMPLAINT, rows["ordinal"] >= PURCHASES_FROM
    of_order = rows["kind"] == TICKET_KINDS.index("after_sale")
    replied, over = np.isfinite(rows["start"]), np.isfinite(rows["finish"])
    refunded = complaint & over & (rows["finish"] >= rows["refund"])
    outcome = np.select(
        [refunded, ~replied & over, complaint & over, complaint | ~replied, rows["solved"]], [4, 5, 3, 0, 2], 1
    )
    end = np.where(complaint, rows["finish"], np.minimum(rows["start"], rows["finish"]))
    ended = {(int(p), float(at)) for p, at in zip(lost["person"], lost["instant"], strict=True)}
    keys = zip(rows["identity"].tolist(), end.tolist(), purchase.tolist(), strict=True)
    return {
        "person": rows["identity"].copy(),
        "kind": Named(rows["kind"].astype(np.int32), TICKET_KINDS),
        "opened": rows["arrival"].copy(),
        "started": np.where(replied, rows["start"], np.nan),
        "ended": np.where(np.isfinite(end), end, np.nan),
        "outcome": Named(outcome.astype(np.int32), OUTCOMES),
        "work": np.where(replied, rows["work"], 0.0),
        "order": np.select([complaint, of_order | purchase], [rows["order"], rows["ordinal"] % PURCHASES_FROM]),
        "message": np.where(~complaint & ~of_order & ~purchase, rows["ordinal"], 0),
        "basket": np.where(purchase & ~complaint, rows["paid"], 0),
        "lost": np.array([asks and (who, at) in ended for who, at, asks in keys], dtype=bool),
    }


def pieces_table(made: Sequence[tuple[int, str, str, int]]) -> Table:
    """Pieces of content: the day, the programme, the channel, and what making it cost, cents."""
    programmes, channels = Names(), Names()
    places = np.array([(programmes.place(one[1]), channels.place(one[2])) for one in made], dtype=np.int32)
    places = places.reshape(-1, 2)
    return {
        "day": np.array([one[0] for one in made], dtype=np.int64),
        "programme": programmes.column(places[:, 0]),
        "channel": channels.column(places[:, 1]),
        "cost": np.array([one[3] for one in made], dtype=np.int64),
    }


def run_row(state: RunState) -> Table:
    """One row: what of the scenario the KPIs need."""
    ledger, inputs = state.books.ledger, state.inputs
    goals, engagement = inputs.strategy.service.goals, inputs.market.engagement
    values = {
        "days": ledger.days,
        "first": ledger.window[0],
        "last": ledger.window[1],
        "discount_rate": ledger.daily_discount_rate,
        "answer_within": ledger.answer_within,
        "reply_goal": np.nan if goals.reply is None else goals.reply,
        "complaint_goal": np.nan if goals.complaint is None else goals.complaint,
        "silent_after": engagement.silent_after,
        "dormant_after": engagement.dormant_after,
        "has_bot": bool(inputs.strategy.service.bot),
    }
    start = Named(np.zeros(1, dtype=np.int32), (ledger.start.isoformat(),))
    return {"start": start} | {name: np.array([value]) for name, value in values.items()}


def campaigns_table(state: RunState) -> Table:
    """All occurrences of campaigns."""
    records, names = state.books.campaigns, Names()
    places = np.array([names.place(one.campaign) for one in records], dtype=np.int32)
    columns = {name: np.array([getattr(one, name) for one in records], dtype=np.int64) for name in ("first", "end")}
    return {"campaign": names.column(places)} | columns


def days_table(state: RunState, people: npt.NDArray[Any]) -> Table:
    """Accounts of days; `people` has who was added when, and the cost of that (`PERSON`)."""
    series, days = state.books.ledger.series, state.books.ledger.days
    new = people[people["source"] >= 0]
    of_adding = np.bincount(new["added"], weights=new["cost"], minlength=days).astype(np.int64)
    columns = {name: series[name].copy() for name in DAILY}
    return {"day": np.arange(days), "exposure_cost": series["acquisition_cost"] - of_adding} | columns


def own_events_table(state: RunState) -> Table:
    """Events of mechanisms added in Python."""
    rows, added = state.books.own_events.rows, state.inputs.scenario.mechanisms
    names = [(name, event) for name in sorted(added) for event in added[name].events]
    mechanisms, events = Names(), Names()
    places = np.array([(mechanisms.place(one), events.place(event)) for one, event in names], dtype=np.int32)
    of_row = places.reshape(-1, 2)[rows["name"]]
    return {
        "person": rows["person"].copy(),
        "mechanism": mechanisms.column(of_row[:, 0]),
        "event": events.column(of_row[:, 1]),
        "instant": rows["instant"].copy(),
        "cents": rows["cents"].copy(),
    }
