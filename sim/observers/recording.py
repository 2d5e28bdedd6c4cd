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
from sim.evening.returns import worth_back
from sim.evening.tickets import COMPLAINT
from sim.firm.delivery import carrier_numbers, quantiles
from sim.firm.messages import content_made, numbers_of
from sim.law.fees import fees_back
from sim.observers.recorded_tables import (
    MONEY_BACK,
    RELATIONS,
    Names,
    campaigns_table,
    days_table,
    named,
    own_events_table,
    pieces_table,
    run_row,
    tickets_table,
)  # fmt: skip
from sim.output.event_tables import EventTables, Named, Table
from sim.scenario import TICKET_KINDS
from sim.stages import Event, Stage
from sim.state.daily_values import ORDER, PARCEL, TICKET
from sim.state.row_table import GrowingTable
from sim.state.run_state import EVENING, RunState
from sim.state.touches import Touch

Process = Generator[simpy.Event, Any, None]
Ints = npt.NDArray[np.int64]

NOTED = np.dtype([("person", "u8"), ("instant", "f8"), ("cents", "i8"), ("kind", "i4"), ("channel", "i4")])
"""An event that is neither an order nor a message, ticket or parcel, nor money back."""
BACK = np.dtype(
    [
        ("person", "u8"), ("instant", "f8"), ("kind", "i4"), ("cents", "i8"), ("fees", "i8"), ("commission", "i8"),
        ("goods", "i8"), ("order", "i8"),
    ]
)  # fmt: skip
"""Money back, with the fees, the commission and the cost of goods that the shop gets back itself."""
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


class Recorder:
    """What has been recorded so far."""

    def __init__(self, state: RunState) -> None:
        population, inputs = state.population, state.inputs
        self.people, self.orders = GrowingTable(PERSON), GrowingTable(ORDER)
        self.offered, self.messages = GrowingTable(OFFERED), GrowingTable(MESSAGE)
        self.tickets, self.parcels = GrowingTable(TICKET), GrowingTable(PARCEL)
        self.noted, self.heard, self.back = GrowingTable(NOTED), GrowingTable(HEARD), GrowingTable(BACK)
        self.programmes, self.channels, self.kinds = Names(""), Names(""), Names()
        self.pieces: list[tuple[int, str, str, int]] = []
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
        self._note_money_back(state)
        self._note_returns(state)
        self._note_heard(state)

    def _note_arrivals(self, state: RunState) -> None:
        for arrivals in state.planned.arrivals:
            new = np.zeros(arrivals.identity.size, dtype=PERSON)
            source = state.inputs.market.sources[state.inputs.sources[arrivals.source]]
            new["person"], new["source"] = arrivals.identity, arrivals.source
            new["cost"] = 0 if arrivals.of_mechanism else source.cost_per_add
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
        for programme, channel in content_made(state.results.touches, messages.sent.sum(axis=1)):
            self.pieces.append((state.day, programme, channel, state.inputs.market.media[channel].production))

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
        events = events[np.isin(events["kind"], (*RELATIONS, Event.LOST_PURCHASE))]
        noted = np.zeros(events.size, dtype=NOTED)
        for name in ("person", "instant", "cents", "kind"):
            noted[name] = events[name]
        for channel, before in self.left.items():
            now = state.population.has_left(channel)
            new = now & ~np.concatenate([before, np.zeros(now.size - before.size, dtype=bool)])
            self.left[channel] = now
            who = state.population.column("identity")[new]
            hours = [state.day + touch.hour for touch in state.results.touches if touch.channel == channel]
            mine = (noted["kind"] == Event.MUTE) & np.isin(noted["person"], who) & (noted["channel"] == 0)
            at = np.isclose(noted["instant"][:, None], hours, rtol=0.0, atol=1e-9).any(axis=1)
            noted["channel"][mine & at] = self.channels.place(channel)
        self.noted.append(noted)

    def _note_money_back(self, state: RunState) -> None:
        """What complaints that ended today brought back; a complaint has the instant of its end."""
        events, tickets = state.books.log.today, state.pending.tickets.rows
        events = events[np.isin(events["kind"], (Event.REFUND, Event.COMPENSATION, Event.CHARGEBACK))]
        own = tickets[(tickets["row"] >= 0) & (tickets["kind"] == COMPLAINT) & (tickets["finish"] < state.day + 1)]
        of_end = {(int(one["identity"]), float(one["finish"])): one for one in own}
        new = np.zeros(events.size, dtype=BACK)
        for name in ("person", "instant", "kind", "cents"):
            new[name] = events[name]
        for back in new:
            ticket = of_end[int(back["person"]), float(back["instant"])]
            back["order"] = ticket["order"]
            if back["kind"] == Event.REFUND:
                fees = state.inputs.service.fees
                back["fees"], back["commission"] = fees_back(back["cents"], ticket["paid"], ticket["commission"], fees)
        self.back.append(new)

    def _note_returns(self, state: RunState) -> None:
        rows, fees = state.pending.returns.rows, state.inputs.service.fees
        rows = rows[rows["instant"] < state.day + 1]
        new = np.zeros(rows.size, dtype=BACK)
        new["person"], new["kind"] = state.population.column("identity")[rows["row"]], Event.RETURN
        new["instant"], new["cents"], new["order"] = rows["instant"], rows["paid"], rows["order"]
        for back, row in zip(new, rows, strict=True):
            back["fees"], back["commission"] = fees_back(row["paid"], row["paid"], row["commission"], fees)
            left = row["paid"] - back["fees"] - back["commission"]
            back["goods"] = worth_back(row["goods"], left, self.carrier.returns.resold)
        self.back.append(new)

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
        back = self.back.rows
        shop = [Event(int(kind)) in RELATIONS for kind in noted["kind"]]
        ended = noted[np.array(shop, dtype=bool)]
        lost = noted[noted["kind"] == Event.LOST_PURCHASE]
        fee = int(state.inputs.market.money.chargeback_fee)
        first_buyers = people["orders_before"] > 0
        return EventTables(
            run=run_row(state),
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
            pieces=pieces_table(self.pieces),
            tickets=tickets_table(self.tickets.rows, lost),
            parcels={
                "person": self.orders.rows["identity"],
                "number": parcels["order"],
                "sent": parcels["leaves"],
                "arrives": parcels["instant"],
                "late": parcels["late"],
                "cost": np.full(parcels.size, self.carrier.cost),
                "packaging": np.full(parcels.size, self.carrier.packaging),
                "goods": parcels["goods"].copy(),
            },
            money_back={
                "person": back["person"],
                "kind": named(back["kind"], MONEY_BACK),
                "instant": back["instant"],
                "cents": back["cents"],
                "fee": np.where(back["kind"] == Event.CHARGEBACK, fee, 0),
                "freight": np.where(back["kind"] == Event.RETURN, self.carrier.returns.freight_back, 0),
                "goods_back": back["goods"],
                "fees_back": back["fees"],
                "commission_back": back["commission"],
                "order": back["order"],
            },
            relations={
                "person": ended["person"],
                "kind": named(ended["kind"], RELATIONS),
                "instant": ended["instant"],
                "channel": self.channels.column(ended["channel"]),
            },
            heard={"person": heard["person"], "day": heard["day"], "kind": Named(heard["kind"], HOW_HEARD)},
            campaigns=campaigns_table(state),
            days=days_table(state, people),
            mechanisms=own_events_table(state),
        )

    def _orders(self) -> Table:
        rows, offered = self.orders.rows, self.offered.rows
        names = {"person": "identity", "number": "ordinal", "instant": "instant", "list_value": "value"}
        names |= {name: name for name in ("discount", "paid", "gift")}
        names |= {"campaign_discount": "campaign_off", "campaign_gift": "campaign_gift"}
        columns: dict[str, Any] = {name: rows[column].copy() for name, column in names.items()}
        columns |= {"fees": rows["fees"] - rows["commission"], "commission": rows["commission"].copy()}
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
