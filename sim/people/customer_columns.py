"""The columns of a population, their types, and what they hold before anything has happened."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Days = npt.NDArray[np.int32]

NEVER = -(10**9)
"""Day of what has not happened yet."""


class CustomerColumns(NamedTuple):
    """Columns; each of shape (capacity,), of which the first `Population.size` rows are people.

    Rates are per day, days are whole days since the run's start, clocks in area, stocks in their own units,
    debt in baseline-days, spent in cents.
    """

    identity: npt.NDArray[np.uint64]
    source: npt.NDArray[np.int16]
    stage: npt.NDArray[np.int8]
    fit: npt.NDArray[np.bool_]
    interest: npt.NDArray[np.int16]
    """Number of the topic that interests the person, from 1; 0 for none."""
    tag: npt.NDArray[np.int16]
    """What the shop takes the interest to be."""
    lam: Floats
    mu: Floats
    nu: Floats
    kappa: Floats
    delta: Floats
    sigma: Floats
    added: Days
    first_order: Days
    second_order: Days
    last_order: Days
    last_heard: Days
    """Day of the person's last order, question or interaction, or of adding."""
    last_touch: Days
    order_day: Days
    """Day of the last order that the books know."""
    orders: npt.NDArray[np.int32]
    touches: npt.NDArray[np.int32]
    problems: npt.NDArray[np.int32]
    interactions: npt.NDArray[np.int32]
    campaign_day: Days
    """First day of the last campaign that the person was offered."""
    campaign_gap: Days
    """Days between that and the one before; 0 before two have been offered."""
    spent: Ints
    order_left: Floats
    """The order clock; while a lead, the clock of the first order."""
    drift_left: Floats
    delete_left: Floats
    problem_left: Floats
    interact_left: Floats
    attention: Floats
    fatigue: Floats
    trust: Floats
    news: Floats
    """Changes of trust that count from tomorrow."""
    debt: Floats
    waiting: Floats
    """Need held back for a campaign, in baseline-days."""
    habit: Floats
    """Remembered discount: the share off that a person has come to expect."""
    log_order: Floats
    log_leave: Floats
    offer: npt.NDArray[np.int32]
    """Number of today's offer, 0 for none (`deals.Deals`)."""
    coupon: npt.NDArray[np.int16]
    """Number of the coupon held, from 1; 0 for none."""
    coupon_from: Days
    coupon_until: Days
    """First and last day of the coupon."""


COLUMN_TYPES: dict[str, type[np.generic]] = {
    "identity": np.uint64,
    "source": np.int16,
    "stage": np.int8,
    "fit": np.bool_,
    "spent": np.int64,
    "offer": np.int32,
    "coupon": np.int16,
    "interest": np.int16,
    "tag": np.int16,
} | dict.fromkeys(
    ("added", "first_order", "second_order", "last_order", "last_heard", "last_touch", "order_day",
     "coupon_from", "coupon_until", "campaign_day"), np.int32
) | dict.fromkeys(("orders", "touches", "problems", "interactions", "campaign_gap"), np.int32)  # fmt: skip
EMPTY_VALUES = dict.fromkeys(
    (
        "first_order",
        "second_order",
        "last_order",
        "last_touch",
        "order_day",
        "coupon_from",
        "coupon_until",
        "campaign_day",
    ),
    NEVER,
)
