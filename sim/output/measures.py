"""KPIs: each a plain function from a ledger to a number, with numerator, denominator, window and unit."""

from __future__ import annotations

import numpy as np

from sim.output.kpi_window import (
    CONTACTS,
    IN_30_DAYS,
    RUN,
    Compute,
    Floats,
    Measure,
    Value,
    Window,
    in_30_days,
    ratio_of,
    sum_of,
    value_of,
)
from sim.output.ledger import Ledger
from sim.output.service_measures import SERVICE

NEED = 1e6
OBSERVED = 0.5
"""Of those acquired, the share whose days since adding must reach as far as a payback is looked for."""


def measure(ledger: Ledger, name: str, window: tuple[int, int] | None = None) -> Value:
    """One KPI of a ledger over its measured days, or over days `window` (first, after the last).

    Raises KeyError for a name that is not in `MEASURES`.
    """
    one = MEASURES[name]
    return value_of(*one.compute(Window(ledger, *(window or ledger.window))), one.hazard)


def measure_all(ledger: Ledger, window: tuple[int, int]) -> dict[str, Value]:
    """Every KPI of a ledger over days `window`, by name."""
    days = Window(ledger, *window)
    return {name: value_of(*one.compute(days), one.hazard) for name, one in MEASURES.items()}


def acquisition_cost(w: Window) -> float:
    """What adding people cost: the sources, coupons that come with adding, the staff's time; cents."""
    return w.total("acquisition_cost", "hook_discount", "adding_wages")


def _per_person(account: str) -> Compute:
    return lambda w: (w.total(account), w.people)


def _contribution(w: Window) -> tuple[float, float]:
    return w.contribution, 1.0


def _profit(w: Window) -> tuple[float, float]:
    return _contribution(w)[0] - w.total("fixed"), 1.0


def _roi(w: Window) -> tuple[float, float]:
    profit = _profit(w)[0]
    return profit, w.total("paid") + w.own("income") - profit


def _campaign_roi(w: Window) -> tuple[float, float]:
    messages = w.total("campaign_message_cost", "campaign_content_cost")
    return w.total("campaign_margin") - messages, w.total("campaign_discount") + messages


def _contribution_per_head(w: Window) -> tuple[float, float]:
    days = np.arange(w.last - w.first)
    discount = np.exp(-w.ledger.daily_discount_rate * days)
    return float((w.daily_contribution * discount).sum()), w.people


def _by_age(w: Window) -> Floats:
    """What the acquired leave by days since adding, from 0; they are those of the run's own measured days."""
    first, last = w.ledger.window
    return w.ledger.series["acquired_margin"][: last - first].astype(float)


def _acquired_ltv(w: Window) -> tuple[float, float]:
    margin, run = _by_age(w), w.run
    discount = np.exp(-w.ledger.daily_discount_rate * np.arange(margin.size))
    return float((margin * discount).sum()), run.total("new_customers")


def _payback(w: Window) -> tuple[float, float]:
    """The mean of each day since adding is over those whose measured days reach as far."""
    margin, run = _by_age(w), w.run
    added = run.ledger.series["added"][run.first : run.last]
    observed = np.cumsum(added)[::-1]
    enough = np.count_nonzero(observed > OBSERVED * added.sum())
    left = np.cumsum(margin[:enough] / observed[:enough])
    covered = np.flatnonzero(left >= acquisition_cost(run) / max(added.sum(), 1))
    return (float(covered[0]), 1.0) if covered.size else (0.0, 0.0)


def _margin(w: Window) -> tuple[float, float]:
    return w.total("paid") - w.total("goods_of_orders"), w.total("list_value")


def _waited(w: Window) -> tuple[float, float]:
    orders = w.total("orders")
    return min(w.total("released_need") / NEED, orders), orders


def _displaced(w: Window) -> tuple[float, float]:
    extra = w.total("extra_need")
    return min(w.total("borrowed_need"), extra), extra


def _orders_per_year(w: Window) -> tuple[float, float]:
    return 365.0 * w.total("orders"), w.contact_days


SHOP = (
    Measure(
        "contribution_profit",
        "money",
        "paid less what comes back, goods, parcels, fees, gifts, messages, content, adding, staff, software and bot",
        "one shop",
        RUN,
        1,
        _contribution,
    ),
    Measure("profit", "money", "contribution less fixed costs", "one shop", RUN, 1, _profit),
    Measure(
        "contribution_share",
        "share",
        "contribution",
        "paid",
        RUN,
        1,
        lambda w: (_contribution(w)[0], w.total("paid")),
    ),
    Measure("roi", "count", "profit", "all costs, returned money included", RUN, 1, _roi),
    Measure(
        "ltv",
        "money",
        "discounted contribution of everybody",
        "people who were contacts at some time",
        RUN,
        1,
        _contribution_per_head,
    ),
    Measure(
        "acquired_ltv",
        "money",
        "what people added in the measured days leave up to their end, before acquisition, discounted",
        "those of them who ordered",
        RUN,
        1,
        _acquired_ltv,
    ),
    Measure(
        "cac",
        "money",
        "acquisition cost, staff time of adding, coupons that come with adding",
        "people added in the measured days who ordered",
        RUN,
        -1,
        lambda w: (acquisition_cost(w), w.total("new_customers")),
    ),
    Measure(
        "ltv_cac_ratio",
        "count",
        "what people added in the measured days leave, as in acquired_ltv",
        "acquisition cost, as in cac",
        RUN,
        1,
        lambda w: (_acquired_ltv(w)[0], acquisition_cost(w)),
    ),
    Measure(
        "payback_days",
        "time",
        "days since adding until a person added has left what adding cost; none if not within the horizon",
        "one person added",
        RUN,
        -1,
        _payback,
    ),
    Measure("gmv", "money", "paid by customers", "one shop", RUN, 1, sum_of("paid")),
    Measure("orders", "count", "orders", "one shop", RUN, 1, sum_of("orders")),
    Measure("order_days", "count", "contact-days with an order", "one shop", RUN, 1, sum_of("order_days")),
    Measure(
        "orders_per_customer", "count", "orders", "people who were contacts at some time", RUN, 1, _per_person("orders")
    ),
    Measure("orders_per_contact_year", "count", "orders", "contact-years of 365 days", RUN, 1, _orders_per_year),
    Measure(
        "spend_per_customer", "money", "paid", "people who were contacts at some time", RUN, 1, _per_person("paid")
    ),
    Measure("aov", "money", "paid", "orders", RUN, 1, ratio_of("paid", "orders")),
    Measure("add_rate", "share", "contacts added", "prospects reached", RUN, 1, ratio_of("added", "exposures")),
    Measure(
        "first_order_rate_7d",
        "share",
        "leads who ordered within 7 days",
        "leads with 7 days in the run",
        RUN,
        1,
        ratio_of("ordered_in_7d", "leads_in_cohort"),
    ),
    Measure(
        "repurchase_rate_90d",
        "share",
        "first buyers who ordered again within 90 days",
        "people whose first order lies in the window, with 90 days left in the run; nobody of day one",
        RUN,
        1,
        ratio_of("repeated_in_90d", "buyers_in_cohort"),
    ),
    Measure(
        "campaign_share", "share", "paid under a campaign's offer", "paid", RUN, 0, ratio_of("campaign_paid", "paid")
    ),
    Measure(
        "displaced_share",
        "share",
        "expected orders that offers borrow from later days, at most all",
        "extra orders expected from offers",
        RUN,
        -1,
        _displaced,
    ),
    Measure("discount_cost", "money", "discounts given", "one shop", RUN, -1, sum_of("discount")),
    Measure(
        "discount_cost_per_campaign",
        "money",
        "discounts and gifts given in campaigns",
        "campaigns held",
        RUN,
        -1,
        ratio_of("campaign_discount", "campaigns"),
    ),
    Measure(
        "campaign_roi",
        "count",
        "what orders under a campaign's offer leave, bought anyway or not, less campaigns' messages",
        "discounts and gifts given in campaigns, and their messages",
        RUN,
        1,
        _campaign_roi,
    ),
    Measure("discount_share", "share", "discounts given", "list value", RUN, -1, ratio_of("discount", "list_value")),
    Measure("margin_share", "share", "paid less goods of the same orders", "list value", RUN, 1, _margin),
    Measure(
        "optout_rate",
        "share",
        "contacts who deleted",
        "contacts",
        IN_30_DAYS,
        -1,
        in_30_days("optouts", "live"),
        hazard=True,
    ),
    Measure(
        "churn_rate",
        "share",
        "contacts who drifted, deleted or stopped in dispute, each once (drift is hidden from the shop)",
        "contacts who had not churned",
        IN_30_DAYS,
        -1,
        in_30_days("churned", "at_risk"),
        hazard=True,
    ),
    Measure(
        "channel_optout_rate",
        "share",
        "times that a contact left a channel",
        "contacts",
        IN_30_DAYS,
        -1,
        in_30_days("channel_optouts", "live"),
        hazard=True,
    ),
    Measure(
        "active_share",
        "share",
        "contact-days of people heard of lately (`engagement.silent_after`)",
        "contact-days",
        RUN,
        1,
        ratio_of("active", "live"),
    ),
    Measure(
        "silent_share",
        "share",
        "contact-days of silent people (`engagement.silent_after` to `dormant_after`)",
        "contact-days",
        RUN,
        -1,
        ratio_of("silent", "live"),
    ),
    Measure(
        "dormant_share",
        "share",
        "contact-days of dormant people (beyond `engagement.dormant_after`)",
        "contact-days",
        RUN,
        -1,
        ratio_of("dormant", "live"),
    ),
    Measure(
        "interaction_rate",
        "share",
        "interactions of active people that are no orders",
        "contact-days of active people",
        RUN,
        1,
        lambda w: (w.total("interactions") - w.total("reactivated"), w.total("active")),
    ),
    Measure(
        "conversion_rate", "share", "contact-days with an order", "contact-days", RUN, 1, ratio_of("order_days", "live")
    ),
    Measure(
        "reactivation_rate",
        "share",
        "interactions of silent or dormant people",
        "silent or dormant contacts",
        IN_30_DAYS,
        1,
        lambda w: (w.total("reactivated"), w.total("silent", "dormant") / 30.0),
        hazard=True,
    ),
    Measure(
        "silent_before_leaving",
        "share",
        "contacts who deleted and had been silent or dormant",
        "contacts who deleted",
        RUN,
        0,
        ratio_of("silent_optouts", "optouts"),
    ),
    Measure(
        "waited_share",
        "share",
        "expected orders held back for a campaign and released in it or later, at most all",
        "orders",
        RUN,
        0,
        _waited,
    ),
    Measure("coupon_share", "share", "orders with a coupon", "orders", RUN, 0, ratio_of("coupon_orders", "orders")),
    Measure("gift_cost", "money", "cost of gifts", "one shop", RUN, -1, sum_of("gifts")),
    Measure("goods_cost", "money", "cost of goods", "one shop", RUN, -1, sum_of("goods")),
    Measure("delivery_cost", "money", "carriers' charges", "one shop", RUN, -1, sum_of("parcel_cost")),
    Measure("packaging_cost", "money", "packing of parcels", "one shop", RUN, -1, sum_of("packaging")),
    Measure(
        "return_share",
        "share",
        "those of the orders that are sent back by the end of the run",
        "orders",
        RUN,
        -1,
        ratio_of("orders_sent_back", "orders"),
    ),
    Measure("returned", "money", "money refunded for orders sent back", "one shop", RUN, -1, sum_of("returned")),
    Measure(
        "goods_back",
        "money",
        "cost of goods sent back that can be sold again",
        "one shop",
        RUN,
        0,
        sum_of("goods_back"),
    ),
    Measure("freight_back_cost", "money", "freight of orders sent back", "one shop", RUN, -1, sum_of("freight_back")),
    Measure(
        "fees",
        "money",
        "fees of payment and platform, less those that came back",
        "one shop",
        RUN,
        -1,
        sum_of("payment_fees", "platform_fees"),
    ),
    Measure("commission", "money", "commission on campaigns' sales", "one shop", RUN, -1, sum_of("commission")),
    Measure("software_cost", "money", "cost of software", "one shop", RUN, -1, sum_of("software")),
    Measure("message_cost", "money", "cost of messages", "one shop", RUN, -1, sum_of("message_cost")),
    Measure("content_cost", "money", "cost of making content", "one shop", RUN, -1, sum_of("content_cost")),
    Measure("acquisition_cost", "money", "exposures and adds", "one shop", RUN, -1, sum_of("acquisition_cost")),
    Measure("wages", "money", "wages and seats at the desk", "one shop", RUN, -1, sum_of("wages", "seats")),
    Measure("bot_cost", "money", "cost of the bot", "one shop", RUN, -1, sum_of("bot_cost")),
    Measure("touches", "count", "messages delivered", "one shop", RUN, 0, sum_of("touches")),
    Measure(
        "touches_per_contact",
        "count",
        "messages delivered",
        "contacts, per 30 days",
        IN_30_DAYS,
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
"""In the order in which they are shown."""
MEASURES: dict[str, Measure] = {one.name: one for one in (*SHOP, *SERVICE)}
