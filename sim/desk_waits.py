"""stated_desk(scenario, history) -> PastDesk: how long people waited at a stated desk on days whose orders are known.

The questions and complaints of these days are drawn, and go through the engine's own waiting line. In the middle of
each hour a question is put into it that takes no work: its wait is that of whoever asks then and does not give up.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from sim.draws import Decision, Identities, replication_key, uniforms
from sim.evening.questions import read_at
from sim.evening.tickets import AFTER_SALE, COMPLAINT, PRE_SALE, PURCHASES_FROM
from sim.evening.waiting_line import answer_by_bot, nothing_in_hand, serve
from sim.firm.desk import desk_numbers
from sim.hours import HOURS, instant_of, time_of
from sim.law.numbers import service_numbers
from sim.law.waiting import ServiceNumbers, felt_wait, gives_up_at
from sim.scenario import RunSettings, Scenario
from sim.scenario.shop_history import PastDesk, PastPolicy, ShopHistory
from sim.state.daily_values import TICKET, Tickets

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

KINDS = (PRE_SALE, AFTER_SALE)
NOBODY = np.iinfo(np.uint64).max
"""Identity of the questions that measure waits: of those alike in all else they come last."""
DRAWS = {
    PRE_SALE: (Decision.HANDLING_PRE_SALE, Decision.PATIENCE_PRE_SALE),
    AFTER_SALE: (Decision.HANDLING_AFTER_SALE, Decision.PATIENCE_AFTER_SALE),
    COMPLAINT: (Decision.HANDLING_COMPLAINT, Decision.PATIENCE_COMPLAINT),
}
BOTS = {PRE_SALE: Decision.BOT_PRE_SALE, AFTER_SALE: Decision.BOT_AFTER_SALE}


@dataclass(frozen=True)
class _Occasions:
    """Orders or messages at which people may ask: whose, their number among the person's own, and when; shape (n,)."""

    key: np.uint64
    who: Identities
    ordinal: Ints
    at: Floats

    def draw(self, decision: Decision) -> Floats:
        """A uniform of each."""
        return uniforms(self.key, self.who, int(decision), self.ordinal)

    def among(self, decision: Decision, share: float) -> _Occasions:
        """Those at which people do."""
        chosen = self.draw(decision) < share
        return replace(self, who=self.who[chosen], ordinal=self.ordinal[chosen], at=self.at[chosen])

    def tickets(self, kind: int, arrival: Floats, numbers: ServiceNumbers) -> Tickets:
        """A ticket of a kind for each, which arrives then."""
        rows, (handling, patience) = _waiting(arrival.size), DRAWS[kind]
        mean = (numbers.pre_sale, numbers.after_sale, numbers.complaint)[kind]
        patient = (numbers.patience_pre_sale, numbers.patience_after_sale, numbers.patience_complaint)[kind]
        rows["identity"], rows["ordinal"], rows["kind"], rows["arrival"] = self.who, self.ordinal, kind, arrival
        rows["handling"] = -mean * np.log1p(-self.draw(handling))
        waits = -patient * np.log1p(-self.draw(patience))
        rows["leaves"] = [gives_up_at(at, some, numbers) for at, some in zip(arrival, waits, strict=True)]
        if kind == COMPLAINT:
            rows["handling"] += numbers.course.policy_time
            rows["refund"] = arrival + numbers.course.refund_within
            rows["leaves"] = np.minimum(rows["leaves"], rows["refund"])
        else:
            rows["solved"] = self.draw(BOTS[kind]) < numbers.bot_solves
        return rows


def stated_desk(scenario: Scenario, history: ShopHistory) -> PastDesk:
    """The waits at the desk of `scenario`, whose market stands for how much people ask, on the days of a history.

    What the staff writes by hand, and who goes before others, is left out.
    """
    days, plan = history.days, scenario.strategy.service
    scenario = replace(scenario, run=RunSettings(history.start, horizon=days, seed=scenario.run.seed))
    wait = np.zeros((len(KINDS), days, HOURS))
    policy = PastPolicy(plan.goals.complaint, plan.refund_within, plan.compensation, plan.apology, plan.status_updates)
    if not plan.staff:
        return PastDesk(wait, wait.copy(), plan.goals.reply, staffed=False, complaints=policy)
    numbers = service_numbers(scenario, np.empty((0, 2)))
    probes = _probes(days)
    rows = np.concatenate([_drawn(scenario, history, numbers), probes])
    rows = rows[np.lexsort((rows["identity"], rows["arrival"]))]
    _work_off(rows, scenario)
    measures = rows[rows["identity"] == NOBODY]
    for kind in KINDS:
        mine = measures[measures["kind"] == kind]
        wait[kind] = (mine["start"] - mine["arrival"]).reshape(days, HOURS)
    return PastDesk(wait, _closed(scenario, wait), plan.goals.reply, bot=plan.bot, complaints=policy)


def _work_off(rows: Tickets, scenario: Scenario) -> None:
    """Let the staff of a scenario take the tickets, which rise by arrival."""
    desk, waiting = desk_numbers(scenario), np.empty(0, dtype=np.int64)
    hand, places = nothing_in_hand(desk), np.searchsorted(rows["arrival"], np.arange(scenario.run.days + 1))
    for day in range(scenario.run.days):
        waiting = np.concatenate([waiting, np.arange(places[day], places[day + 1])])
        waiting = answer_by_bot(rows, waiting)
        serve(rows, waiting, desk, hand, float(day), day + 1.0)
        waiting = waiting[np.isinf(rows["start"][waiting]) & np.isinf(rows["finish"][waiting])]


def _probes(days: int) -> Tickets:
    """A question of each kind in the middle of each hour of each day, which takes no work."""
    rows = _waiting(len(KINDS) * days * HOURS)
    rows["identity"], rows["kind"] = NOBODY, np.tile(KINDS, days * HOURS)
    rows["arrival"] = np.repeat((np.arange(days * HOURS) + 0.5) / HOURS, len(KINDS))
    return rows


def _waiting(size: int) -> Tickets:
    rows = np.zeros(size, dtype=TICKET)
    rows["leaves"] = rows["start"] = rows["finish"] = rows["refund"] = np.inf
    return rows


def _drawn(scenario: Scenario, history: ShopHistory, numbers: ServiceNumbers) -> Tickets:
    """The questions and complaints of a history's messages and orders, as one draw has them."""
    key = replication_key(scenario.run.seed, 0)
    count = np.arange(history.order_day.size) - np.repeat(history.begin[:-1], np.diff(history.begin))
    who = np.repeat(np.arange(history.size), np.diff(history.begin)).astype(np.uint64)
    orders = _Occasions(key, who, count + 1, history.order_day.astype(float))
    marks = numbers.hours
    buying = orders.among(Decision.QUESTION_PURCHASE, numbers.questions_per_purchase)
    bought = buying.at + [time_of(u, marks) for u in buying.draw(Decision.PURCHASE)]
    after = orders.among(Decision.QUESTION_ORDER, numbers.questions_per_order)
    area = after.at + after.draw(Decision.ORDER) - numbers.asked_after * np.log1p(-after.draw(Decision.QUESTION_AFTER))
    complaining = orders.among(Decision.PROBLEM, -np.expm1(-numbers.order_area))
    arrived = complaining.at + complaining.draw(Decision.PARCEL) + scenario.market.delivery.usual
    touched = _touched(key, history).among(Decision.QUESTION_TOUCH, numbers.questions_per_touch)
    parts = [
        touched.tickets(PRE_SALE, _when_read(touched, history, scenario), numbers),
        replace(buying, ordinal=buying.ordinal + PURCHASES_FROM).tickets(PRE_SALE, bought, numbers),
        after.tickets(AFTER_SALE, np.array([instant_of(one, marks) for one in area]), numbers),
        complaining.tickets(COMPLAINT, arrived, numbers),
    ]
    rows = np.concatenate(parts)
    return rows[(rows["arrival"] >= 0.0) & (rows["arrival"] < history.days)]


def _when_read(touched: _Occasions, history: ShopHistory, scenario: Scenario) -> Floats:
    media, draws = scenario.market.media, touched.draw(Decision.QUESTION_TIME)
    read = []
    for m, u in zip(touched.at.astype(int), draws, strict=True):
        one = history.messages[m]
        read.append(one.day + read_at(one.hour, float(media[one.channel].read_after), float(u)))
    return np.array(read, dtype=float)


def _touched(key: np.uint64, history: ShopHistory) -> _Occasions:
    """All messages that people were sent; `at` is the number of the message."""
    sent = np.zeros((0, history.size), dtype=bool) if history.sent is None else history.sent
    message, person = np.nonzero(sent)
    ordinal = (np.cumsum(sent, axis=0) * sent)[message, person]
    return _Occasions(key, person.astype(np.uint64), ordinal.astype(np.int64), message.astype(float))


def _closed(scenario: Scenario, wait: Floats) -> Floats:
    """The share of each wait in which nobody was at the desk and an automatic reply said so, of the shape of `wait`."""
    closed = np.zeros_like(wait)
    if not scenario.strategy.service.auto_reply:
        return closed
    service = replace(scenario.market.service, auto_reply_weight=0.0)
    opened: Any = service_numbers(replace(scenario, market=replace(scenario.market, service=service)), np.empty((0, 2)))
    for kind, day, hour in np.argwhere(wait > 0.0):
        asked = day + (hour + 0.5) / HOURS
        until = min(asked + wait[kind, day, hour], float(scenario.run.days))
        if until > asked:
            closed[kind, day, hour] = 1.0 - felt_wait(asked, until, opened) / (until - asked)
    return closed
