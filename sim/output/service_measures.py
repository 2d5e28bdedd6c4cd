"""KPIs of service: the desk, parcels, complaints."""

from __future__ import annotations

import numpy as np

from sim.output.kpi_window import RUN, Compute, Measure, Window, ratio_of, sum_of

QUESTIONS = ("pre_sale", "after_sale")


def _seconds_in_days(above: str, below: str) -> Compute:
    return lambda w: (w.total(above) / 86400.0, w.total(below))


def _reply_p90(w: Window) -> tuple[float, float]:
    seconds = w.seconds(QUESTIONS)
    return (float(np.quantile(seconds, 0.9)) / 86400.0, 1.0) if seconds.size else (0.0, 0.0)


def _service_level(w: Window) -> tuple[float, float]:
    seconds = w.seconds(QUESTIONS)
    answered = np.count_nonzero(seconds <= 86400.0 * w.ledger.answer_within)
    return float(answered), float(seconds.size) + w.total("unanswered")


def _disputes(w: Window) -> tuple[float, float]:
    return 1000.0 * w.total("disputes"), w.total("orders")


SERVICE = (
    Measure(
        "reply_time",
        "time",
        "time from question to reply, nights included",
        "questions answered",
        RUN,
        -1,
        _seconds_in_days("reply_seconds", "replies"),
    ),
    Measure(
        "reply_time_p90",
        "time",
        "time to reply that 90 % of questions do not exceed",
        "questions answered",
        RUN,
        -1,
        _reply_p90,
    ),
    Measure(
        "resolve_time",
        "time",
        "time from complaint to its end, nights included",
        "complaints ended",
        RUN,
        -1,
        _seconds_in_days("resolve_seconds", "resolved"),
    ),
    Measure(
        "service_level",
        "share",
        "questions answered within run.answer_within",
        "questions answered or given up",
        RUN,
        1,
        _service_level,
    ),
    Measure(
        "reply_within_goal",
        "share",
        "questions answered within the promised time",
        "questions answered or given up under a promise",
        RUN,
        1,
        ratio_of("replies_in_goal", "replies_with_goal"),
    ),
    Measure(
        "complaints_within_goal",
        "share",
        "complaints ended within the promised time",
        "complaints ended or given up under a promise",
        RUN,
        1,
        ratio_of("resolved_in_goal", "resolved_with_goal"),
    ),
    Measure(
        "first_contact_resolution",
        "share",
        "tickets after whose end the person opened none for 7 days",
        "questions answered and complaints ended, with 7 days left in the run",
        RUN,
        1,
        ratio_of("settled_at_once", "tickets_in_cohort"),
    ),
    Measure(
        "abandoned_share",
        "share",
        "questions and complaints that people gave up waiting on",
        "questions and complaints answered, ended or given up",
        RUN,
        -1,
        lambda w: (w.total("abandoned"), w.total("abandoned", "replies", "resolved")),
    ),
    Measure(
        "lost_purchase_share",
        "share",
        "purchases lost after a question",
        "orders and purchases lost",
        RUN,
        -1,
        lambda w: (w.total("lost_purchases"), w.total("lost_purchases", "orders")),
    ),
    Measure(
        "lost_baskets",
        "money",
        "list value of purchases lost after a question",
        "one shop",
        RUN,
        -1,
        sum_of("lost_baskets"),
    ),
    Measure(
        "desk_utilisation",
        "share",
        "time that tickets and writing are in hand, while agents are there",
        "hours of agents and their overtime, times the chats that one may have",
        RUN,
        0,
        ratio_of("busy_seconds", "open_seconds"),
    ),
    Measure(
        "bot_share", "share", "questions that a bot answered", "questions", RUN, 0, ratio_of("bot_answers", "questions")
    ),
    Measure(
        "unmade_share",
        "share",
        "requests to add the contact that nobody had time to send",
        "prospects reached, and those requests",
        RUN,
        -1,
        lambda w: (w.total("unmade_requests"), w.total("exposures", "unmade_requests")),
    ),
    Measure(
        "unwritten_share",
        "share",
        "personal messages that nobody had time to write",
        "personal messages written or dropped",
        RUN,
        -1,
        lambda w: (w.total("dropped"), w.total("written", "dropped")),
    ),
    Measure(
        "unsent_share",
        "share",
        "messages that limits kept back",
        "messages delivered or kept back",
        RUN,
        -1,
        lambda w: (w.total("unsent"), w.total("touches", "unsent")),
    ),
    Measure(
        "postponed_days",
        "time",
        "days by which personal messages were postponed",
        "personal messages written or dropped",
        RUN,
        -1,
        lambda w: (w.total("postponed"), w.total("written", "dropped")),
    ),
    Measure("disputes_per_1000_orders", "count", "people who stopped in dispute", "1000 orders", RUN, -1, _disputes),
    Measure(
        "late_share",
        "share",
        "parcels later than promised, or much later than usual without a promise",
        "parcels arrived",
        RUN,
        -1,
        ratio_of("late_parcels", "parcels"),
    ),
    Measure(
        "refund_share",
        "share",
        "money refunded after complaints about the orders, by the end of the run",
        "paid",
        RUN,
        -1,
        ratio_of("refunded_of_orders", "paid"),
    ),
    Measure("refunds", "money", "money refunded", "one shop", RUN, -1, sum_of("refunded")),
    Measure(
        "complaints_per_1000_orders",
        "count",
        "complaints",
        "1000 orders",
        RUN,
        -1,
        lambda w: (1000.0 * w.total("complaints"), w.total("orders")),
    ),
    Measure(
        "complainers_lost",
        "share",
        "people who stopped",
        "complaints ended or given up",
        RUN,
        -1,
        lambda w: (w.total("disputes"), w.total("resolved", "abandoned") - w.total("unanswered")),
    ),
    Measure("compensation_cost", "money", "compensation for complaints", "one shop", RUN, -1, sum_of("compensation")),
    Measure("chargebacks", "count", "orders charged back", "one shop", RUN, -1, sum_of("chargebacks")),
    Measure(
        "chargeback_cost",
        "money",
        "money charged back, and fees",
        "one shop",
        RUN,
        -1,
        sum_of("charged_back", "chargeback_fees"),
    ),
)
"""In the order in which they are shown."""
