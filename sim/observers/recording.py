"""The tables of the event log are recorded through a run.

Recording changes nothing: it draws no random number and writes nothing that the day or the firm reads.
"""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

import numpy as np
import numpy.typing as npt
import simpy

from sim.evening.parcels import send
from sim.evening.tickets import COMPLAINT, PURCHASES_FROM
from sim.firm.delivery import carrier_numbers, quantiles
from sim.firm.messages import numbers_of
from sim.output.event_tables import EventTables, Named, Table
from sim.scenario import TICKET_KINDS
from sim.stages import Event, Stage
from sim.state.daily_values import ORDER, PARCEL, TICKET, Tickets
from sim.state.row_table import GrowingTable
from sim.state.run_state import EVENING, RunState
from sim.state.touches import Touch

Process = Generator[simpy.Event, Any, None]
Ints = npt.NDArray[np.int64]

NOTED = np.dtype([("person", "u8"), ("instant", "f8"), ("cents", "i8"), ("kind", "i4"), ("channel", "i4")])
"""An event that is neither an order nor a message, ticket or parcel."""
PERSON = np.dtype(
    [
        ("person", "u8"), ("source", "i4"), ("added", "i4"), ("orders_before", "i4"), ("last_heard", "i4"),
        ("stage", "i4"), ("cost", "i8"),
    ]
)  # fmt: skip
MESSAGE = np.dtype([("person", "u8"), ("instant", "f8"), ("kind", "i4"), ("cost", "i4")])
HEARD = np.dtype([("person", "u8"), ("day", "i4"), ("kind", "i4")])
HOW_HEARD = ("interaction", "order not made")
"""An order is not made after all where its offer ends before it."""
OFFERED = np.dtype([("campaign", "i4"), ("coupon", "i4")])

RELATIONS = {Event.DRIFT: "drift", Event.DELETE: "delete", Event.DISPUTE: "dispute", Event.MUTE: "channel left"}
MONEY_BACK = {Event.REFUND: "refund", Event.COMPENSATION: "compensation", Event.CHARGEBACK: "chargeback"}
OUTCOMES = ("waiting", "answered", "answered by bot", "ended", "ended by refund", "given up")
DAILY = (
    "exposures", "unmade_requests", "adding_wages", "wages", "seats", "bot_cost", "fixed",
    "open_seconds", "overtime_seconds", "writing_seconds", "written", "postponed", "dropped",
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


class Recorder:
    """What has been recorded so far."""

    def __init__(self, state: RunState) -> None:
        population, inputs = state.population, state.inputs
        self.people, self.orders = GrowingTable(PERSON), GrowingTable(ORDER)
        self.offered, self.messages = GrowingTable(OFFERED), GrowingTable(MESSAGE)
        self.tickets, self.parcels = GrowingTable(TICKET), GrowingTable(PARCEL)
        self.noted, self.heard = GrowingTable(NOTED), GrowingTable(HEARD)
        self.programmes, self.channels, self.kinds = Names(""), Names(""), Names()
        self.interactions = population.column("interactions").copy()
        self.left = {name: population.has_left(name) for name in population.closing}
        self.carrier = carrier_numbers(inputs.strategy.delivery, inputs.market)
        first = np.zeros(population.size, dtype=PERSON)
        first["source"] = -1
        for name, column in (
            ("person", "identity"), ("added", "added"), ("orders_before", "orders"), ("last_heard", "last_heard"),
            ("stage", "stage"),
        ):  # fmt: skip
            first[name] = population.column(column)
        self.people.append(first)

    def note_day(self, state: RunState) -> None:
        """Record a day, on its evening, before the books are closed."""
        self._note_arrivals(state)
        self._note_orders(state)
        self._note_messages(state)
        self._note_tickets(state)
        self._note_events(state)
        self._note_heard(state)

    def _note_arrivals(self, state: RunState) -> None:
        for arrivals in state.planned.arrivals:
            new = np.zeros(arrivals.identity.size, dtype=PERSON)
            source = state.inputs.market.sources[state.inputs.sources[arrivals.source]]
            new["person"], new["source"], new["cost"] = arrivals.identity, arrivals.source, source.cost_per_add
            new["added"] = new["last_heard"] = state.day
            self.people.append(new)

    def _note_orders(self, state: RunState) -> None:
        orders, offers = state.results.orders, state.results.offers
        if orders is None or not orders.size:
            return
        self.orders.append(orders)
        campaigns = np.array([self.programmes.place(name) for name in ("", *(o.name for o in offers.campaigns))])
        coupons = np.array([self.programmes.place(name) for name in ("", *(o.name for o in offers.coupons))])
        campaign, coupon = np.divmod(orders["offer"], coupons.size)
        offered = np.zeros(orders.size, dtype=OFFERED)
        offered["campaign"] = np.where(orders["campaign"], campaigns[campaign], 0)
        offered["coupon"] = np.where(orders["coupon"], coupons[coupon], 0)
        self.offered.append(offered)
        table = self.parcels.room(orders.size)
        send(orders, quantiles(state, orders, self.carrier), self.carrier, table)

    def _note_messages(self, state: RunState) -> None:
        identity, messages = state.population.column("identity"), state.results.messages
        if messages is None:
            return
        for number, touch in enumerate(state.results.touches):
            who = identity[: messages.sent.shape[1]][messages.sent[number]]
            new = np.empty(who.size, dtype=MESSAGE)
            new["person"], new["instant"], new["kind"] = who, state.day + touch.hour, self.kinds.place(_kind(touch))
            new["cost"] = numbers_of(state, touch).cost
            self.messages.append(new)

    def _note_tickets(self, state: RunState) -> None:
        """Tickets that ended today; on the last evening all others, too."""
        rows = state.pending.tickets.rows
        own = rows[(rows["row"] >= 0) & (rows["kind"] < len(TICKET_KINDS))]
        question = own["kind"] != COMPLAINT
        over = np.where(question, np.isfinite(np.minimum(own["start"], own["finish"])), own["finish"] < state.day + 1)
        last = state.day + 1 == state.inputs.scenario.run.days
        self.tickets.append(own if last else own[over])

    def _note_events(self, state: RunState) -> None:
        events = state.books.log.today
        events = events[np.isin(events["kind"], (*RELATIONS, *MONEY_BACK, Event.LOST_PURCHASE))]
        noted = np.zeros(events.size, dtype=NOTED)
        for name in ("person", "instant", "cents", "kind"):
            noted[name] = events[name]
        for channel, before in self.left.items():
            now = state.population.has_left(channel)
            new = now & ~np.concatenate([before, np.zeros(now.size - before.size, dtype=bool)])
            self.left[channel] = now
            who = state.population.column("identity")[new]
            hours = {state.day + touch.hour for touch in state.results.touches if touch.channel == channel}
            mine = (noted["kind"] == Event.MUTE) & np.isin(noted["person"], who) & (noted["channel"] == 0)
            noted["channel"][mine & np.isin(noted["instant"], list(hours))] = self.channels.place(channel)
        self.noted.append(noted)

    def _note_heard(self, state: RunState) -> None:
        now = state.population.column("interactions")
        before = np.zeros_like(now)  # those who joined last night have had none
        before[: self.interactions.size] = self.interactions
        known = now != before
        self._add_heard(state, known, 0)
        tickets = state.pending.tickets.rows
        asked = tickets[(tickets["row"] >= 0) & (tickets["arrival"] >= state.day) & (tickets["kind"] != COMPLAINT)]
        known[asked["row"]] = True
        if state.results.orders is not None:
            known[state.results.orders["row"]] = True
        self._add_heard(state, (state.population.column("last_heard") == state.day) & ~known, 1)
        self.interactions = now.copy()

    def _add_heard(self, state: RunState, who: npt.NDArray[np.bool_], kind: int) -> None:
        heard = np.empty(np.count_nonzero(who), dtype=HEARD)
        heard["person"], heard["day"], heard["kind"] = state.population.column("identity")[who], state.day, kind
        self.heard.append(heard)

    def tables(self, state: RunState) -> EventTables:
        """The tables, when all days are over."""
        people, noted, heard, parcels = self.people.rows, self.noted.rows, self.heard.rows, self.parcels.rows
        shop = [Event(int(kind)) in RELATIONS for kind in noted["kind"]]
        ended, back = noted[np.array(shop, dtype=bool)], noted[np.isin(noted["kind"], list(MONEY_BACK))]
        lost = noted[noted["kind"] == Event.LOST_PURCHASE]
        fee = int(state.inputs.market.money.chargeback_fee)
        first_buyers = people["orders_before"] > 0
        return EventTables(
            run=_run(state),
            people={
                "person": people["person"],
                "source": Named(people["source"] + 1, ("", *state.inputs.sources)),
                "added": people["added"],
                "orders_before": people["orders_before"],
                "last_heard": people["last_heard"],
                "churned_before": first_buyers & (people["stage"] == Stage.DRIFTED),
                "cost": people["cost"],
            },
            orders=self._orders(),
            messages=self._messages(),
            tickets=_tickets(self.tickets.rows, lost),
            parcels={
                "person": self.orders.rows["identity"],
                "number": parcels["order"],
                "sent": parcels["instant"] - parcels["days"],
                "arrives": parcels["instant"],
                "late": parcels["late"],
                "cost": np.full(parcels.size, self.carrier.cost if self.carrier.carried else 0),
            },
            money_back={
                "person": back["person"],
                "kind": _named(back["kind"], MONEY_BACK),
                "instant": back["instant"],
                "cents": back["cents"],
                "fee": np.where(back["kind"] == Event.CHARGEBACK, fee, 0),
            },
            relations={
                "person": ended["person"],
                "kind": _named(ended["kind"], RELATIONS),
                "instant": ended["instant"],
                "channel": self.channels.column(ended["channel"]),
            },
            heard={"person": heard["person"], "day": heard["day"], "kind": Named(heard["kind"], HOW_HEARD)},
            campaigns=_campaigns(state),
            days=_days(state, people),
        )

    def _orders(self) -> Table:
        rows, offered = self.orders.rows, self.offered.rows
        names = {"person": "identity", "number": "ordinal", "instant": "instant", "list_value": "value"}
        names |= {name: name for name in ("discount", "paid", "gift", "goods")}
        names |= {"campaign_discount": "campaign_off", "campaign_gift": "campaign_gift"}
        columns: dict[str, Any] = {name: rows[column].copy() for name, column in names.items()}
        return columns | {name: self.programmes.column(offered[name]) for name in ("campaign", "coupon")}

    def _messages(self) -> Table:
        rows, kinds = self.messages.rows, self.kinds.column(self.messages.rows["kind"])
        parts = [name.split("\n") for name in kinds.names] or [[""] * 4]
        columns: dict[str, Any] = {name: rows[name].copy() for name in ("person", "instant", "cost")}
        for nth, column in enumerate(("programme", "channel", "content", "style")):
            names = Names()
            places = np.array([names.place(part[nth]) for part in parts])
            columns[column] = names.column(places[kinds.places] if rows.size else np.zeros(0, dtype=np.int32))
        return columns


def start_recording(env: simpy.Environment, state: RunState) -> Recorder:
    """Begin to record, on the first morning of a run."""
    recorder = Recorder(state)
    env.process(_evenings(env, state, recorder))
    return recorder


def _evenings(env: simpy.Environment, state: RunState, recorder: Recorder) -> Process:
    """After the desk and before the books, when all events of a day are noted and tomorrow has not begun."""
    yield env.timeout(EVENING)
    while True:
        recorder.note_day(state)
        yield env.timeout(1)


def _kind(touch: Touch) -> str:
    return "\n".join((touch.programme, touch.channel, touch.content, touch.style))


def _named(kinds: Ints, names: dict[Event, str]) -> Named:
    of_kind = np.zeros(max(Event) + 1, dtype=np.int32)
    of_kind[list(names)] = range(len(names))
    return Named(of_kind[kinds], tuple(names.values()))


def _tickets(rows: Tickets, lost: npt.NDArray[Any]) -> Table:
    """`lost` are the events of purchases that were lost, at the instants of the answers, or of giving up."""
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


def _run(state: RunState) -> Table:
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


def _campaigns(state: RunState) -> Table:
    records, names = state.books.campaigns, Names()
    places = np.array([names.place(one.campaign) for one in records], dtype=np.int32)
    columns = {name: np.array([getattr(one, name) for one in records], dtype=np.int64) for name in ("first", "end")}
    return {"campaign": names.column(places)} | columns


def _days(state: RunState, people: npt.NDArray[Any]) -> Table:
    series, days = state.books.ledger.series, state.books.ledger.days
    new = people[people["source"] >= 0]
    of_adding = np.bincount(new["added"], weights=new["cost"], minlength=days).astype(np.int64)
    columns = {name: series[name].copy() for name in DAILY}
    return {"day": np.arange(days), "exposure_cost": series["acquisition_cost"] - of_adding} | columns
