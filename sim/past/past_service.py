"""What a desk of past days did to purchases and to trust, in the mean, and complaints, under a market."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import numpy.typing as npt

from sim.law.numbers import service_numbers
from sim.law.waiting import ServiceNumbers
from sim.past.past_arrays import PastComplaints, PastService, RecordedComplaints
from sim.past.service_days import AFTER_SALE, HOURS, LONGEST, PRE_SALE, HourTerms, fill_complaints, fill_hours
from sim.scenario import Goals, Market, PastDesk, PastMessage, RunSettings, Scenario, Service, ShopHistory, Strategy

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

FEW = 1e-10
"""Share of the purchases of any day that may be moved to an earlier day, so that fewer days are followed."""
LATEST = 1.0 - 1e-9
"""The last time of a day."""


def past_service(market: Market, history: ShopHistory) -> PastService:
    """What the desk of a history does, in the mean; nothing where the history does not say how fast it was."""
    days, desk = history.days, history.desk
    if desk is None:
        none = np.zeros(days)
        return PastService(0.0, np.zeros((days, 1)), np.zeros((days, 1)), none, False, np.zeros(0), none, none)
    numbers = _numbers(market, history, desk)
    shape = (days, HOURS)
    terms = HourTerms(
        np.zeros((*shape, LONGEST)),
        np.zeros((*shape, LONGEST)),
        np.zeros(shape),
        np.zeros(shape),
        np.zeros((*shape, 2)),
    )
    goal = -1.0 if desk.reply_goal is None else float(desk.reply_goal)
    weight = float(market.service.auto_reply_weight)
    fill_hours(desk.wait, desk.closed, goal, weight, desk.recorded, numbers, terms)
    by_hour = np.array(market.need.season.hours or (1.0,) * HOURS, dtype=float)
    share = by_hour / by_hour.sum()
    made, still = (np.einsum("h,dhj->dj", share, one) for one in (terms.made, terms.open))
    bought, of_made, of_lost = made.sum(axis=1), terms.of_made @ share, terms.of_lost @ share
    asks = float(numbers.questions_per_purchase)
    asked_first = asks / np.maximum(1.0 - asks * (1.0 - bought), FEW)
    after = numbers.questions_per_order * (terms.replies[:, :, AFTER_SALE] @ share)
    return PastService(
        asks,
        *_fewer_days(made, still),
        1.0 - bought,
        bool(np.any(terms.replies)),
        _of_messages(market, history.messages, numbers.questions_per_touch * terms.replies[:, :, PRE_SALE]),
        after + asked_first * of_made,
        np.divide(of_lost, 1.0 - bought, out=np.zeros(days), where=bought < 1.0),
    )


def recorded_complaints(history: ShopHistory, order: Ints) -> RecordedComplaints:
    """The complaints of a history whose people come in this order; those of who had not ordered are left out.

    A complaint is about the last order that had been made on its day.
    """
    tickets, place = history.tickets, np.argsort(order)
    none = np.zeros(0)
    if tickets is None:
        empty = none.astype(np.int64)
        return RecordedComplaints(np.zeros(history.size + 1, dtype=np.int64), empty, none, none, empty)
    mine = (np.array(tickets.kind) == "complaint") & (tickets.opened < history.days)
    person, opened, resolved = tickets.person[mine], tickets.opened[mine], tickets.resolved[mine]
    ordered = [history.order_day[history.begin[row] : history.begin[row + 1]] for row in person]
    orders = np.array(
        [np.searchsorted(days, np.floor(at), side="right") for days, at in zip(ordered, opened, strict=True)],
        dtype=np.int64,
    )
    rows = np.lexsort((opened, place[person]))
    rows = rows[orders[rows] > 0]
    who = place[person[rows]]
    first = np.searchsorted(who, np.arange(history.size + 1)).astype(np.int64)
    return RecordedComplaints(first, who.astype(np.int64), opened[rows], resolved[rows], orders[rows] - 1)


def past_complaints(market: Market, history: ShopHistory, known: RecordedComplaints) -> PastComplaints:
    """What the complaints of a history do; the desk's policy counts where it is stated."""
    size, desk = known.person.size, history.desk
    burden = float(market.service.open_complaint)
    made = PastComplaints._make([known, *np.zeros((5, size)), 0.0, np.zeros(size), burden])
    if size == 0:
        return made
    numbers = _numbers(market, history, PastDesk(np.zeros(0), np.zeros(0), staffed=False) if desk is None else desk)
    goal = -1.0 if desk is None or desk.complaints.goal is None else float(desk.complaints.goal)
    silence = fill_complaints(made, goal, numbers)
    return made._replace(news_unsolved=silence)


def _numbers(market: Market, history: ShopHistory, desk: PastDesk) -> ServiceNumbers:
    """The numbers of the market for a desk with a staff, or without one to wait for, and its policy on complaints."""
    said = desk.complaints
    policy = Service(
        goals=Goals(desk.reply_goal, said.goal),
        refund_within=said.refund_within,
        compensation=said.compensation,
        apology=said.apology,
        status_updates=said.status_updates,
    )
    plan = replace(policy, agents=1, bot=desk.bot) if desk.staffed else replace(policy, unlimited=True)
    run = RunSettings(history.start, horizon=history.days)
    return service_numbers(Scenario(market, Strategy(service=plan), run), np.empty((0, 2)))


def _fewer_days(made: Floats, still: Floats) -> tuple[Floats, Floats]:
    """The same without the last days, on which next to nothing is decided; both of shape (days, m)."""
    last = max(int(np.max(np.count_nonzero(still > FEW, axis=1), initial=0)) + 1, 1)
    fewer = made[:, :last].copy()
    fewer[:, last - 1 :] += made[:, last:].sum(axis=1, keepdims=True)
    return fewer, np.ascontiguousarray(still[:, :last])


def _of_messages(market: Market, messages: tuple[PastMessage, ...], replies: Floats) -> Floats:
    """Change of trust by questions about each message, asked when it is read, on its day; `replies` by day and hour."""
    found = np.zeros(len(messages))
    for m, one in enumerate(messages):
        read = min(one.hour + float(market.media[one.channel].read_after), LATEST)
        found[m] = replies[one.day, int(read * HOURS)]
    return found
