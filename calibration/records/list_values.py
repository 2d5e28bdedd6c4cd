"""Orders at list value, where no column of discounts says it and a stated history does."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import numpy.typing as npt

from calibration.orders.order_history import Orders, summarise
from calibration.records.recorded_people import RecordedPeople
from sim.scenario.shop_history import PastOffer, ShopHistory

Floats = npt.NDArray[np.float64]

PAID = "spend is of paid amounts, and a run takes its discounts off them once more"


def depths_on_order_days(people: RecordedPeople, history: ShopHistory) -> tuple[Floats, npt.NDArray[np.bool_]]:
    """Of each order-day the exact share that an offer took off, 0 without one, and whether it was under another offer.

    Exact is a campaign's percentage for everybody who held it: not a coupon, which may not have been used, and nothing
    that ends with a stock, or is for first orders.
    """
    table = people.orders.orderdays
    if history.offer is None:
        return np.zeros(len(table)), np.zeros(len(table), dtype=bool)
    held = history.offer[table["day"].to_numpy(), people.place[table["customer"].to_numpy()]]
    depth = np.array([0.0, *(one.offer.exact_share or 0.0 if _exact(one) else 0.0 for one in history.offers)])
    other = np.array([False, *(not _exact(one) for one in history.offers)])
    return depth[held], other[held]


def _exact(past: PastOffer) -> bool:
    offer = past.offer
    return offer.exact_share is not None and not past.coupon and offer.stock is None and not offer.first_order_only


def at_list_value(people: RecordedPeople, history: ShopHistory) -> tuple[Orders, ShopHistory, str]:
    """Orders at list value where that is exact, their savings in the history, and a sentence on what spend is now.

    Orders whose file has discounts stay as they are. people: customers with these orders.
    """
    orders = people.orders
    if "listed" in orders.orderdays:
        return orders, history, ""
    depth, other = depths_on_order_days(people, history)
    paid = orders.orderdays["paid"].to_numpy(bool)
    known, left = int(np.count_nonzero(paid & (depth > 0.0))), int(np.count_nonzero(paid & other))
    if not known:
        return orders, history, f"{PAID}: name their list value and discounts (--map gross=COLUMN,discount=COLUMN)"
    cents = orders.orderdays["cents"].to_numpy(float)
    listed = np.rint(cents / (1.0 - depth)).astype(np.int64)
    table = orders.orderdays.assign(listed=listed, coupon=np.nan)
    customers, table = summarise(table, orders.customers.index, orders.days)
    person = people.place[table["customer"].to_numpy()]
    saving = np.where(history.saving > 0.0, history.saving, depth[np.argsort(person, kind="stable")])
    rest = f"; {left:,} under other offers stay at what was paid" if left else ""
    note = (
        f"spend is at list value: {known:,} of {int(paid.sum()):,} order-days were under a percentage of the stated "
        f"campaigns, which was added to what was paid{rest}"
    )
    return replace(orders, customers=customers, orderdays=table), replace(history, saving=saving), note
