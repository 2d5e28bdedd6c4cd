"""The accounts of a day: their names, and the compiled check that its books balance."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from sim.compiled import jit
from sim.stages import MOVES, Stage

Ints = npt.NDArray[np.int64]

PEOPLE = ("lead", "first_buyer", "repeater", "drifted", "deleted", "disputed")
"""People per stage at the end of the day, in the order of `Stage`."""
COUNTS = (
    "exposures", "unmade_requests", "added", "new_customers", "first_orders", "orders", "order_days",
    "drifts", "optouts", "disputes", "churned", "at_risk",
    "touches", "channel_optouts", "live", "buyers", "active", "silent", "dormant", "interactions", "reactivated",
    "silent_optouts",
    "parcels", "late_parcels", "questions", "complaints", "replies", "replies_with_goal", "replies_in_goal",
    "resolved", "resolved_with_goal", "resolved_in_goal", "abandoned", "unanswered",
    "lost_purchases", "bot_answers",
    "reply_seconds", "resolve_seconds", "busy_seconds", "writing_seconds", "open_seconds", "overtime_seconds",
    "written", "postponed", "dropped", "unsent",
    "campaigns", "campaign_orders", "coupon_orders", "refunds", "chargebacks", "returns",
    "extra_need", "borrowed_need", "repaid_need", "held_need", "released_need", "lost_need",
)  # fmt: skip
MONEY = (
    "list_value", "discount", "paid", "campaign_paid", "campaign_discount", "campaign_margin", "campaign_message_cost",
    "hook_discount", "adding_wages", "refunded", "returned",
    "compensation", "charged_back", "chargeback_fees", "lost_baskets",
    "goods", "goods_back", "gifts", "packaging", "parcel_cost", "freight_back", "payment_fees", "platform_fees",
    "commission", "message_cost", "content_cost", "campaign_content_cost", "acquisition_cost", "wages", "seats",
    "software", "bot_cost", "fixed",
)  # fmt: skip
COHORTS = (
    "leads_in_cohort", "ordered_in_7d", "buyers_in_cohort", "repeated_in_90d", "tickets_in_cohort", "settled_at_once",
)  # fmt: skip
"""By the first day of the 7 (after adding, or after the end of a ticket) or the 90 (of the first order); only those
whose days are complete."""
OF_ORDERS = ("orders_sent_back", "refunded_of_orders", "goods_of_orders")
"""By the day of the order: those that are sent back by the end of the run, what complaints about them bring back by
then, and the cost of their goods; counts and cents."""
AGES = ("acquired_margin",)
"""By days since adding, and not by day of the run: what people who were added in the measured days leave up to their
end, cents (`evening/acquired.py`)."""
INCOME = ("paid", "goods_back")
COSTS = (
    "refunded", "returned", "compensation", "charged_back", "chargeback_fees", "goods", "gifts", "packaging",
    "parcel_cost", "freight_back", "payment_fees", "platform_fees", "commission", "message_cost", "content_cost",
    "acquisition_cost", "wages", "seats", "software", "bot_cost",
)  # fmt: skip
ACCOUNTS = (*PEOPLE, *COUNTS, *MONEY, *COHORTS, *OF_ORDERS, *AGES)
_ADDED, _LIST_VALUE, _DISCOUNT, _PAID, _OPTOUTS, _DISPUTES, _DELETED, _DISPUTED, _CHURNED, _AT_RISK = (
    ACCOUNTS.index(name)
    for name in ("added", "list_value", "discount", "paid", "optouts", "disputes", "deleted", "disputed",
                 "churned", "at_risk")
)  # fmt: skip

_DRIFTED = int(Stage.DRIFTED)

ILLEGAL = np.array([[to != stage and to not in MOVES[stage] for to in Stage] for stage in Stage])
BALANCES = ("illegal moves", "people do not add up", "discounts do not balance", "leavers do not balance")
"""What can be wrong at the end of a day."""


@jit
def close_stages(table: Ints, day: int, moves: Ints, start_contacts: int) -> int:
    """Set the day's stages, and who churned of those at risk; which of `BALANCES` is wrong, or -1."""
    today, joined, people = table[day], table[day, _ADDED], 0
    before = table[day - 1] if day > 0 else np.zeros_like(today)
    if day == 0:
        joined += start_contacts
    for to in range(moves.shape[1]):
        today[to] = 0
        for stage in range(moves.shape[0]):
            today[to] += moves[stage, to]
            if ILLEGAL[stage, to] and moves[stage, to] != 0:
                return 0
            if stage < _DRIFTED:
                today[_AT_RISK] += moves[stage, to]
                today[_CHURNED] += moves[stage, to] * (to >= _DRIFTED)
        people += today[to] - before[to]
    today[_AT_RISK] -= today[_ADDED]
    if people != joined:
        return 1
    if today[_LIST_VALUE] - today[_DISCOUNT] != today[_PAID]:
        return 2
    deleted, disputed = today[_DELETED] - before[_DELETED], today[_DISPUTED] - before[_DISPUTED]
    return -1 if (deleted == today[_OPTOUTS] and disputed == today[_DISPUTES]) else 3
