"""What a history says of each person on day one: motive, areas run, who is still there, and stocks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from sim.past.evidence import AskedPast, motive_walks
from sim.past.past_arrays import MOTIVES
from sim.past.past_numbers import prepared
from sim.people.customer_columns import column_of
from sim.scenario import Customers, Market, ShopHistory
from sim.threads import Threads

Floats = npt.NDArray[np.float64]

REAL_STOCKS = (
    "attention", "fatigue", "trust", "news", "debt", "waiting", "habit", "expected", "hoped", "announced",
)  # fmt: skip
DAY_STOCKS = (
    "added", "first_order", "second_order", "last_order", "last_heard", "last_touch", "campaign_day", "announced_day",
    "last_complaint",
)  # fmt: skip
COUNTS = ("campaign_gap", "touches", "orders")


@dataclass(frozen=True)
class PastState:
    """People on day one as the history leaves them, by class and person: arrays of shape (classes, n).

    Areas are per unit of lambda, of mu and of the readiness to leave, since entering (of ordering since the first
    order). Chances are given the class and the history; what is left of 1 is gone: deleted.
    """

    classes: tuple[str, ...]
    """interested, seeker where the market has benefit-seekers, unfit where some leads have not ordered."""
    log_evidence: Floats
    """Log of the prior share of the class times the likelihood of the history in it."""
    order_last: Floats
    """Area of ordering up to the last order, and to the end. Of leads who have not ordered, `order_end` is the area of
    the first order."""
    order_end: Floats
    drift_last: Floats
    """Area of drifting, `Customers.before` included; likewise."""
    drift_end: Floats
    delete_last: Floats
    """Area of deleting; likewise."""
    delete_end: Floats
    stays: Floats
    """Chance that the clock of orders still runs (of leads: that the contact is still there)."""
    drifted: Floats
    """Chance of having drifted, still a contact."""
    factor: Floats
    """What a lead's first order under a discount has made of lambda; it is in the areas."""
    lift: Floats
    """Lift of need in the last days, which interactions go by (`heard_of`)."""
    columns: Mapping[str, Floats]
    """Stocks on the morning of day one, before its step 1, by the names of the columns of people; days count from day
    one, -10^9 for never."""


def past_state(market: Market, history: ShopHistory, customers: Customers, threads: Threads | None = None) -> PastState:
    """What a history says of each of its customers under a market."""
    made = prepared(history)
    before = np.zeros(history.size) if customers.before is None else customers.before
    asked = AskedPast(market, made, made.people._replace(before=before[made.order]), states=True)
    found = motive_walks(asked, threads)

    def rows(values: list[npt.NDArray[np.float64]]) -> Floats:
        out = np.empty((len(values), history.size))
        out[:, made.order] = values
        return out

    def columns(name: str) -> Floats:
        return rows([column_of(one.columns, name)[: history.size].astype(float) for one in found])

    stocks = {name: columns(name) for name in (*REAL_STOCKS, *DAY_STOCKS, *COUNTS)}
    for name in DAY_STOCKS:
        stocks[name] = np.where(stocks[name] > -1e8, stocks[name] - history.days, stocks[name])
    fields = (
        "order_last", "order_end", "drift_last", "drift_end", "delete_last", "delete_end", "stays", "drifted", "factor",
        "lift",
    )  # fmt: skip
    return PastState(
        classes=tuple(MOTIVES[one.motive.number] for one in found),
        log_evidence=rows([one.log_evidence for one in found]),
        columns=stocks,
        **{name: rows([getattr(one.findings, name) for one in found]) for name in fields},
    )
