"""Coupons that the shop's own customers still hold on day one."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from sim.firm.coupons import coupon_number
from sim.people import customer_columns as c
from sim.scenario import ShopHistory
from sim.state.run_state import RunState


def keep_past_coupons(state: RunState) -> None:
    """Whoever held a coupon on the last day of a stated history, and has not used it, holds it until it is over."""
    customers = state.inputs.scenario.customers
    history = None if customers is None else customers.history
    if customers is None or history is None or history.offer is None:
        return
    held, unused, today = history.offer[history.days - 1], ~used_on_last_day(history), history.days
    for number, one in enumerate(history.offers, start=1):
        who = customers.identity[unused & (held == number)]
        if not one.coupon or one.first + one.days <= today or who.size == 0:
            continue
        coupon = coupon_number(state.offers, state.inputs.market, one.name, one.offer)
        first, until = one.first - today, one.first + one.days - 1 - today
        state.offers.coupons[coupon - 1].until = max(state.offers.coupons[coupon - 1].until, until)
        rows = np.flatnonzero(np.isin(state.population.column("identity"), who))
        for column, value in ((c.COUPON, coupon), (c.COUPON_FROM, first), (c.COUPON_UNTIL, until)):
            state.population.people.ints[column, rows] = value


def used_on_last_day(history: ShopHistory) -> npt.NDArray[np.bool_]:
    """Who used a coupon at an order of the last day, shape (n,): who saved, where that is not known."""
    person = np.repeat(np.arange(history.size), np.diff(history.begin))
    used = history.saving > 0.0
    if history.used is not None:
        used = np.where(history.used < 0, used, history.used == 1)
    return np.bincount(person[used & (history.order_day == history.days - 1)], minlength=history.size) > 0
