"""KPIs: each a plain function from a ledger to a number, with numerator, denominator, window and unit."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from sim.output.ledger import Ledger
from sim.scenario import TICKET_KINDS

Unit = Literal["money", "share", "time", "count"]
Floats = npt.NDArray[np.float64]

NEED = 1e6


@dataclass(frozen=True)
class Window:
    """A ledger seen through its measured days, `first` to before `last`."""

    ledger: Ledger
    first: int
    last: int

    def total(self, account: str) -> float:
        """Sum of an account."""
        return float(self.ledger.series[account][self.first : self.last].sum())

    def at_end(self, *accounts: str) -> float:
        """Sum of accounts at the end of the last day."""
        return float(sum(self.ledger.series[account][self.last - 1] for account in accounts))

    @property
    def contact_days(self) -> float:
        """Contact-days."""
        return self.total("live")

    @property
    def people(self) -> float:
        """People who were contacts at some time in the window."""
        before = self.first - 1
        series = self.ledger.series
        held = self.ledger.start_contacts if before < 0 else sum(int(series[s][before]) for s in CONTACTS)
        return float(held) + self.total("added")

    def seconds(self, kinds: tuple[str, ...]) -> Floats:
        """Ticket times of these kinds."""
        tickets = self.ledger.tickets
        numbers = [TICKET_KINDS.index(kind) for kind in kinds]
        which = np.isin(tickets["kind"], numbers) & (tickets["day"] >= self.first) & (tickets["day"] < self.last)
        return tickets["seconds"][which].astype(float)


CONTACTS = ("lead", "first_buyer", "repeater", "drifted")
QUESTIONS = ("pre_sale", "after_sale")


@dataclass(frozen=True)
class Measure:
    """What a KPI is in words, and `compute`, which gives its numerator and denominator in stored units."""

    name: str
    unit: Unit
    numerator: str
    denominator: str
    window: str
    better: int
    compute: Callable[[Window], tuple[float, float]]


@dataclass(frozen=True)
class Value:
    """numerator / denominator; nan where there is nothing to divide by. Money in cents, times in days."""

    value: float
    numerator: float
    denominator: float


def measure(ledger: Ledger, name: str, window: tuple[int, int] | None = None) -> Value:
    """One KPI of a ledger over its measured days, or over days `window` (first, after the last).

    Raises KeyError for a name that is not in `MEASURES`.
    """
    first, last = window if window is not None else ledger.window
    numerator, denominator = MEASURES[name].compute(Window(ledger, first, last))
    return Value(numerator / denominator if denominator else float("nan"), numerator, denominator)


def _sum(*accounts: str) -> Callable[[Window], tuple[float, float]]:
    return lambda w: (sum(w.total(account) for account in accounts), 1.0)


def _ratio(above: str, below: str) -> Callable[[Window], tuple[float, float]]:
    return lambda w: (w.total(above), w.total(below))


def _per_person(account: str) -> Callable[[Window], tuple[float, float]]:
    return lambda w: (w.total(account), w.people)


def _contribution(w: Window) -> tuple[float, float]:
    return float(w.ledger.contribution()[w.first : w.last].sum()), 1.0


def _profit(w: Window) -> tuple[float, float]:
    return _contribution(w)[0] - w.total("fixed"), 1.0


def _ltv(w: Window) -> tuple[float, float]:
    days = np.arange(w.last - w.first)
    discount = np.exp(-w.ledger.daily_discount_rate * days)
    return float((w.ledger.contribution()[w.first : w.last] * discount).sum()), w.people


def _margin(w: Window) -> tuple[float, float]:
    return w.total("paid") - w.total("goods"), w.total("list_value")


def _optout(w: Window) -> tuple[float, float]:
    return 30.0 * w.total("optouts"), w.contact_days


def _churn(w: Window) -> tuple[float, float]:
    return 30.0 * (w.total("drifts") + w.total("optouts") + w.total("disputes")), w.contact_days


def _reactivation(w: Window) -> tuple[float, float]:
    return 30.0 * w.total("reactivated"), w.total("silent") + w.total("dormant")


def _channel_optout(w: Window) -> tuple[float, float]:
    return 30.0 * w.total("channel_optouts"), w.contact_days


def _need(account: str) -> Callable[[Window], tuple[float, float]]:
    return lambda w: (w.total(account) / NEED, w.total("orders"))


def _displaced(w: Window) -> tuple[float, float]:
    return w.total("borrowed_need"), w.total("extra_need")


def _orders_per_year(w: Window) -> tuple[float, float]:
    return 365.0 * w.total("orders"), w.contact_days


def _disputes(w: Window) -> tuple[float, float]:
    return 1000.0 * w.total("disputes"), w.total("orders")


def _seconds_in_days(above: str, below: str) -> Callable[[Window], tuple[float, float]]:
    return lambda w: (w.total(above) / 86400.0, w.total(below))


def _reply_p90(w: Window) -> tuple[float, float]:
    seconds = w.seconds(QUESTIONS)
    return (float(np.quantile(seconds, 0.9)) / 86400.0, 1.0) if seconds.size else (0.0, 0.0)


def _in_goal(kept: str, of: str) -> Callable[[Window], tuple[float, float]]:
    return lambda w: (w.total(kept), w.total(of))


_RUN = "the measured days of the run"
_30 = "per 30 days, over the measured days"

MEASURES: dict[str, Measure] = {
    m.name: m
    for m in (
        Measure(
            "contribution_profit",
            "money",
            "paid less what comes back, goods, parcels, fees, gifts, messages, adding, staff, software and bot",
            "one shop",
            _RUN,
            1,
            _contribution,
        ),
        Measure("profit", "money", "contribution less fixed costs", "one shop", _RUN, 1, _profit),
        Measure("ltv", "money", "discounted contribution", "people who were contacts at some time", _RUN, 1, _ltv),
        Measure("gmv", "money", "paid by customers", "one shop", _RUN, 1, _sum("paid")),
        Measure("orders", "count", "order-days", "one shop", _RUN, 1, _sum("orders")),
        Measure(
            "orders_per_customer",
            "count",
            "order-days",
            "people who were contacts at some time",
            _RUN,
            1,
            _per_person("orders"),
        ),
        Measure(
            "orders_per_contact_year", "count", "order-days", "contact-years of 365 days", _RUN, 1, _orders_per_year
        ),
        Measure(
            "spend_per_customer", "money", "paid", "people who were contacts at some time", _RUN, 1, _per_person("paid")
        ),
        Measure("aov", "money", "paid", "order-days", _RUN, 1, _ratio("paid", "orders")),
        Measure("add_rate", "share", "contacts added", "prospects reached", _RUN, 1, _ratio("added", "exposures")),
        Measure(
            "first_order_rate_7d",
            "share",
            "leads who ordered within 7 days",
            "leads with 7 days in the run",
            _RUN,
            1,
            _ratio("ordered_in_7d", "leads_in_cohort"),
        ),
        Measure(
            "repurchase_rate_90d",
            "share",
            "first buyers who ordered again within 90 days",
            "first buyers with 90 days in the run",
            _RUN,
            1,
            _ratio("repeated_in_90d", "buyers_in_cohort"),
        ),
        Measure(
            "campaign_share", "share", "paid under a campaign's offer", "paid", _RUN, 0, _ratio("campaign_paid", "paid")
        ),
        Measure(
            "displaced_share",
            "share",
            "expected orders that offers borrow from later days",
            "extra orders expected from offers",
            _RUN,
            -1,
            _displaced,
        ),
        Measure("discount_cost", "money", "discounts given", "one shop", _RUN, -1, _sum("discount")),
        Measure(
            "discount_cost_per_campaign",
            "money",
            "discounts and gifts given in campaigns",
            "campaigns held",
            _RUN,
            -1,
            _ratio("campaign_discount", "campaigns"),
        ),
        Measure("discount_share", "share", "discounts given", "list value", _RUN, -1, _ratio("discount", "list_value")),
        Measure("margin_share", "share", "paid less goods", "list value", _RUN, 1, _margin),
        Measure("optout_rate", "share", "contacts who deleted", "contacts", _30, -1, _optout),
        Measure(
            "churn_rate",
            "share",
            "contacts who drifted, deleted or stopped in dispute (drift is hidden from the shop)",
            "contacts",
            _30,
            -1,
            _churn,
        ),
        Measure(
            "channel_optout_rate",
            "share",
            "contacts who left a channel, counted for each",
            "contacts",
            _30,
            -1,
            _channel_optout,
        ),
        Measure(
            "active_share",
            "share",
            "contact-days of people heard of lately (`engagement.silent_after`)",
            "contact-days",
            _RUN,
            1,
            _ratio("active", "live"),
        ),
        Measure(
            "silent_share",
            "share",
            "contact-days of silent people (`engagement.silent_after` to `dormant_after`)",
            "contact-days",
            _RUN,
            -1,
            _ratio("silent", "live"),
        ),
        Measure(
            "dormant_share",
            "share",
            "contact-days of dormant people (beyond `engagement.dormant_after`)",
            "contact-days",
            _RUN,
            -1,
            _ratio("dormant", "live"),
        ),
        Measure(
            "interaction_rate",
            "share",
            "interactions of active people that are no orders",
            "contact-days of active people",
            _RUN,
            1,
            lambda w: (w.total("interactions") - w.total("reactivated"), w.total("active")),
        ),
        Measure(
            "conversion_rate",
            "share",
            "order-days",
            "contact-days",
            _RUN,
            1,
            _ratio("orders", "live"),
        ),
        Measure(
            "reactivation_rate",
            "count",
            "interactions of silent or dormant people",
            "silent or dormant contacts",
            _30,
            1,
            _reactivation,
        ),
        Measure(
            "silent_before_leaving",
            "share",
            "contacts who deleted and had been silent or dormant",
            "contacts who deleted",
            _RUN,
            0,
            _ratio("silent_optouts", "optouts"),
        ),
        Measure(
            "waited_share",
            "share",
            "expected orders held back for a campaign and released in it or later",
            "order-days",
            _RUN,
            0,
            _need("released_need"),
        ),
        Measure(
            "coupon_share",
            "share",
            "orders with a coupon",
            "order-days",
            _RUN,
            0,
            _ratio("coupon_orders", "orders"),
        ),
        Measure("gift_cost", "money", "cost of gifts", "one shop", _RUN, -1, _sum("gifts")),
        Measure(
            "reply_time",
            "time",
            "time from question to reply, nights included",
            "questions answered",
            _RUN,
            -1,
            _seconds_in_days("reply_seconds", "replies"),
        ),
        Measure(
            "reply_time_p90",
            "time",
            "time to reply that 90 % of questions do not exceed",
            "questions answered",
            _RUN,
            -1,
            _reply_p90,
        ),
        Measure(
            "resolve_time",
            "time",
            "time from complaint to its end, nights included",
            "complaints ended",
            _RUN,
            -1,
            _seconds_in_days("resolve_seconds", "resolved"),
        ),
        Measure(
            "reply_within_goal",
            "share",
            "questions answered within the promised time",
            "questions answered or given up under a promise",
            _RUN,
            1,
            _in_goal("replies_in_goal", "replies_with_goal"),
        ),
        Measure(
            "complaints_within_goal",
            "share",
            "complaints ended within the promised time",
            "complaints ended or given up under a promise",
            _RUN,
            1,
            _in_goal("resolved_in_goal", "resolved_with_goal"),
        ),
        Measure(
            "abandoned_share",
            "share",
            "questions and complaints that people gave up waiting on",
            "questions and complaints answered, ended or given up",
            _RUN,
            -1,
            lambda w: (w.total("abandoned"), w.total("abandoned") + w.total("replies") + w.total("resolved")),
        ),
        Measure(
            "lost_purchase_share",
            "share",
            "purchases lost after a question",
            "orders and purchases lost",
            _RUN,
            -1,
            lambda w: (w.total("lost_purchases"), w.total("lost_purchases") + w.total("orders")),
        ),
        Measure(
            "desk_utilisation",
            "share",
            "time that tickets and writing are in hand",
            "staff time at the desk, times the chats that one agent may have",
            _RUN,
            0,
            _ratio("busy_seconds", "open_seconds"),
        ),
        Measure(
            "bot_share",
            "share",
            "questions that a bot answered",
            "questions",
            _RUN,
            0,
            _ratio("bot_answers", "questions"),
        ),
        Measure(
            "unmade_share",
            "share",
            "requests to add the contact that nobody had time to send",
            "prospects reached, and those requests",
            _RUN,
            -1,
            lambda w: (w.total("unmade_requests"), w.total("exposures") + w.total("unmade_requests")),
        ),
        Measure(
            "unwritten_share",
            "share",
            "personal messages that nobody had time to write",
            "personal messages written or dropped",
            _RUN,
            -1,
            lambda w: (w.total("dropped"), w.total("written") + w.total("dropped")),
        ),
        Measure(
            "unsent_share",
            "share",
            "messages that limits kept back",
            "messages delivered or kept back",
            _RUN,
            -1,
            lambda w: (w.total("unsent"), w.total("touches") + w.total("unsent")),
        ),
        Measure(
            "postponed_days",
            "time",
            "days by which personal messages were postponed",
            "personal messages written or dropped",
            _RUN,
            -1,
            lambda w: (w.total("postponed"), w.total("written") + w.total("dropped")),
        ),
        Measure(
            "disputes_per_1000_orders", "count", "people who stopped in dispute", "1000 order-days", _RUN, -1, _disputes
        ),
        Measure(
            "late_share",
            "share",
            "parcels later than promised, or much later than usual without a promise",
            "parcels arrived",
            _RUN,
            -1,
            _ratio("late_parcels", "parcels"),
        ),
        Measure("refund_share", "share", "money refunded", "paid", _RUN, -1, _ratio("refunded", "paid")),
        Measure("refunds", "money", "money refunded", "one shop", _RUN, -1, _sum("refunded")),
        Measure(
            "complaints_per_1000_orders",
            "count",
            "complaints",
            "1000 order-days",
            _RUN,
            -1,
            lambda w: (1000.0 * w.total("complaints"), w.total("orders")),
        ),
        Measure(
            "complainers_lost", "share", "people who stopped", "complaints", _RUN, -1, _ratio("disputes", "complaints")
        ),
        Measure(
            "compensation_cost", "money", "compensation for complaints", "one shop", _RUN, -1, _sum("compensation")
        ),
        Measure("chargebacks", "count", "orders charged back", "one shop", _RUN, -1, _sum("chargebacks")),
        Measure(
            "chargeback_cost",
            "money",
            "money charged back, and fees",
            "one shop",
            _RUN,
            -1,
            _sum("charged_back", "chargeback_fees"),
        ),
        Measure(
            "lost_baskets",
            "money",
            "list value of purchases lost after a question",
            "one shop",
            _RUN,
            -1,
            _sum("lost_baskets"),
        ),
        Measure("goods_cost", "money", "cost of goods", "one shop", _RUN, -1, _sum("goods")),
        Measure("delivery_cost", "money", "carriers' charges", "one shop", _RUN, -1, _sum("parcel_cost")),
        Measure("packaging_cost", "money", "packing of parcels", "one shop", _RUN, -1, _sum("packaging")),
        Measure(
            "contribution_share",
            "share",
            "contribution",
            "paid",
            _RUN,
            1,
            lambda w: (_contribution(w)[0], w.total("paid")),
        ),
        Measure("return_share", "share", "orders sent back", "order-days", _RUN, -1, _ratio("returns", "orders")),
        Measure("returned", "money", "money refunded for orders sent back", "one shop", _RUN, -1, _sum("returned")),
        Measure(
            "freight_back_cost", "money", "freight of orders sent back", "one shop", _RUN, -1, _sum("freight_back")
        ),
        Measure(
            "goods_back",
            "money",
            "cost of goods sent back that can be sold again",
            "one shop",
            _RUN,
            0,
            _sum("goods_back"),
        ),
        Measure(
            "fees",
            "money",
            "fees of payment and platform, less those that came back",
            "one shop",
            _RUN,
            -1,
            _sum("payment_fees", "platform_fees"),
        ),
        Measure("commission", "money", "commission on campaigns' sales", "one shop", _RUN, -1, _sum("commission")),
        Measure("software_cost", "money", "cost of software", "one shop", _RUN, -1, _sum("software")),
        Measure("message_cost", "money", "cost of messages", "one shop", _RUN, -1, _sum("message_cost")),
        Measure("acquisition_cost", "money", "exposures and adds", "one shop", _RUN, -1, _sum("acquisition_cost")),
        Measure("wages", "money", "wages and seats at the desk", "one shop", _RUN, -1, _sum("wages", "seats")),
        Measure("bot_cost", "money", "cost of the bot", "one shop", _RUN, -1, _sum("bot_cost")),
        Measure("touches", "count", "messages delivered", "one shop", _RUN, 0, _sum("touches")),
        Measure(
            "touches_per_contact",
            "count",
            "messages delivered",
            "contacts, per 30 days",
            _30,
            0,
            lambda w: (30.0 * w.total("touches"), w.contact_days),
        ),
        Measure(
            "contacts",
            "count",
            "contacts at the end",
            "one shop",
            "the last measured day",
            1,
            lambda w: (w.at_end(*CONTACTS), 1.0),
        ),
    )
}
