"""The columns of a population: their names, their types, and what they hold before anything has happened.

Columns of one type are the rows of one matrix, so that a compiled function takes a few arrays and not fifty: the time
of its compilation goes by their number.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

NEVER = -(10**9)
"""Day of what has not happened yet."""


class CustomerColumns(NamedTuple):
    """All columns; their last axis is the capacity, of which the first `Population.size` places are people."""

    identity: npt.NDArray[np.uint64]
    stage: npt.NDArray[np.int8]
    fit: npt.NDArray[np.bool_]
    spent: Ints
    """Cents paid so far."""
    left: Ints
    """What today has left of the person's orders, parcels and money back so far, cents (`evening/margins.py`)."""
    reals: Floats
    """The columns of `REALS`, shape (columns, capacity)."""
    ints: npt.NDArray[np.int32]
    """The columns of `INTS`, shape (columns, capacity)."""
    closing_left: Floats
    """Clocks of leaving each channel that people can leave, shape (channels, capacity); at most 0 for who has left."""


REALS = (
    "lam", "mu", "nu", "kappa", "delta", "sigma",
    "order_left", "drift_left", "delete_left", "problem_left", "interact_left",
    "attention", "fatigue", "trust", "news", "debt", "waiting", "habit", "log_order", "log_leave",
    "last_complaint", "lateness", "expected", "hoped", "announced",
)  # fmt: skip
"""Rates per day; clocks in area (`order_left` of a lead is the clock of the first order); stocks in their own units.

`news` are changes of trust that count from tomorrow, `debt` and `waiting` need borrowed and held back in orders
to come per `lam`,
`habit` the discount that a person has come to expect, as a share. `last_complaint` is the instant at which the last
complaint ended, minus infinity before the first; `lateness` the days by which a person has learned that parcels are
later than promised. `expected` is the saving that a person expects of campaigns, as a share of the price, `hoped` the
one for which need was last held back, `announced` the one of the campaign that was last announced.
"""
(
    LAM, MU, NU, KAPPA, DELTA, SIGMA,
    ORDER_LEFT, DRIFT_LEFT, DELETE_LEFT, PROBLEM_LEFT, INTERACT_LEFT,
    ATTENTION, FATIGUE, TRUST, NEWS, DEBT, WAITING, HABIT, LOG_ORDER, LOG_LEAVE,
    LAST_COMPLAINT, LATENESS, EXPECTED, HOPED, ANNOUNCED,
) = range(25)  # fmt: skip

INTS = (
    "source", "interest", "tag",
    "added", "first_order", "second_order", "last_order", "last_heard", "last_touch", "order_day",
    "orders", "touches", "problems", "interactions", "campaign_day", "campaign_gap",
    "offer", "coupon", "coupon_from", "coupon_until", "asked", "announced_day", "found_out",
)  # fmt: skip
"""Whole numbers: days since the run's start, and counts.

`interest` is the number of the topic that interests the person, from 1, and `tag` what the shop takes it to be.
`last_heard` is the day of the last order, question or interaction, or of adding; `order_day` that of the last order
that the books know. `campaign_day` is the first day of the last campaign offered, `campaign_gap` the days
from the one before. `offer` is the number of today's offer (`OffersToday`), `coupon` that of the coupon held, with
its first and last day. `asked` is the number of the last order before which the person asked the desk, and
`announced_day` the first day of the campaign that was last announced to the person. `found_out` is 1 for who has found
out a false claim of this shop, else 0.
"""
(
    SOURCE, INTEREST, TAG,
    ADDED, FIRST_ORDER, SECOND_ORDER, LAST_ORDER, LAST_HEARD, LAST_TOUCH, ORDER_DAY,
    ORDERS, TOUCHES, PROBLEMS, INTERACTIONS, CAMPAIGN_DAY, CAMPAIGN_GAP,
    OFFER, COUPON, COUPON_FROM, COUPON_UNTIL, ASKED, ANNOUNCED_DAY, FOUND_OUT,
) = range(23)  # fmt: skip

COLUMNS = ("identity", "stage", "fit", "spent", "left", *REALS, *INTS)
"""The names of all columns but the clocks of channels."""
EMPTY_VALUES = dict.fromkeys(
    ("first_order", "second_order", "last_order", "last_touch", "order_day", "coupon_from", "coupon_until",
     "campaign_day", "announced_day"), NEVER,
)  # fmt: skip


def column_of(people: CustomerColumns, name: str) -> npt.NDArray[Any]:
    """One column by its name, shape (capacity,); a view."""
    column: npt.NDArray[Any]
    if name in _REAL:
        column = people.reals[_REAL[name]]
    elif name in _INT:
        column = people.ints[_INT[name]]
    else:
        column = getattr(people, name)
    return column


def columns_for(capacity: int, channels: int) -> CustomerColumns:
    """Columns that are not filled, for so many people and channels that they can leave."""
    return CustomerColumns(
        identity=np.empty(capacity, dtype=np.uint64),
        stage=np.empty(capacity, dtype=np.int8),
        fit=np.empty(capacity, dtype=np.bool_),
        spent=np.empty(capacity, dtype=np.int64),
        left=np.zeros(capacity, dtype=np.int64),
        reals=np.empty((len(REALS), capacity)),
        ints=np.empty((len(INTS), capacity), dtype=np.int32),
        closing_left=np.empty((channels, capacity)),
    )


def copied(people: CustomerColumns, size: int, capacity: int) -> CustomerColumns:
    """The columns of the first `size` people once more, with room for `capacity`."""
    new = columns_for(capacity, people.closing_left.shape[0])
    for name in CustomerColumns._fields:
        getattr(new, name)[..., :size] = getattr(people, name)[..., :size]
    return new


_REAL = {name: place for place, name in enumerate(REALS)}
_INT = {name: place for place, name in enumerate(INTS)}
