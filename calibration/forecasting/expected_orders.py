"""Expected orders ahead and chances of any, given each customer's history, under one set of parameters."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from calibration.forecasting.regular_expectation import regular_expectation
from calibration.model.fitting import alive_time
from calibration.model.likelihood import WEEK, Form, Histories, Parameters, each, histories, shares
from calibration.model.simulated_customers import history_posterior
from calibration.orders.order_history import Orders

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class ExpectedOrders:
    """Expected order-days of each customer (n,), chances of any (n,), and expected order-days of each day (days,)."""

    people: Floats
    some: Floats
    by_day: Floats

    @property
    def weekly(self) -> Floats:
        """By week of seven days; the last one may be shorter."""
        return np.add.reduceat(self.by_day, np.arange(0, self.by_day.size, 7))

    def scaled(self, factor: Floats) -> ExpectedOrders:
        """With each customer's rate multiplied, factor: (n,)."""
        people = self.people * factor
        # With a rate f times as high, the chance of none is that of f such customers.
        some = -np.expm1(factor * np.log1p(-np.minimum(self.some, 1.0 - 1e-12)))
        return ExpectedOrders(people, some, self.by_day * (people.sum() / max(self.people.sum(), 1e-300)))


def expected(h: Histories, p: Parameters, daily: Floats) -> tuple[Floats, Floats]:
    """Expected order-days ahead, given each history: by customer (n,) and by day (days,); for k = 1.

    P(alive) (r + x) / (alpha + G) times the expected time before dropout on each day times the day's multiplier:
    Fader, Hardie & Lee (2005) where all days are equal.
    """
    if h.entries is not None:
        return _expected_by_ways(h, p, daily)
    known = history_posterior(h, p)
    rate = known.alive * known.shape / known.scale
    drifts, row = np.unique(known.drift, return_inverse=True)
    ahead = np.arange(daily.size + 1) / WEEK
    active = np.array([np.diff(alive_time(ahead, p.s, b)) for b in drifts]) * daily
    by_drift = np.bincount(row, weights=rate, minlength=drifts.size)
    return rate * active.sum(axis=1)[row], by_drift @ active


def _expected_by_ways(h: Histories, p: Parameters, daily: Floats) -> tuple[Floats, Floats]:
    """`expected` of customers who may have come before the file: the mean over the ways in which each may have."""
    known = history_posterior(replace(h, row=np.arange(h.x.size)), p)
    assert known.share is not None
    assert known.customer is not None
    rate = known.share * known.alive * known.shape / known.scale
    drifts, row = np.unique(known.drift, return_inverse=True)
    ahead = np.arange(daily.size + 1) / WEEK
    active = np.array([np.diff(alive_time(ahead, p.s, b)) for b in drifts]) * daily
    people = np.bincount(known.customer, weights=rate * active.sum(axis=1)[row]).astype(float)
    by_drift = np.bincount(row, weights=rate * h.count[known.customer], minlength=drifts.size)
    return people[h.row], by_drift @ active


def expectation(known: Orders, p: Parameters, daily: Floats) -> ExpectedOrders:
    """What the customers of `known` are expected to do, without simulation.

    daily: order multipliers of every calendar day from `known.first` on; those beyond its end are the days ahead.
    """
    days = daily.size - known.days - 1
    h = histories(known, ahead=days, daily_order=daily)
    people, by_day = (expected if p.k == 1.0 else regular_expectation)(h, p, daily[-days:])
    return ExpectedOrders(people, chance_of_any(h, p, days), by_day)


def chance_of_any(h: Histories, p: Parameters, days: int) -> Floats:
    """Chance of each customer (n,) that an order follows within `days` after the end, where the calendar reaches."""
    form: Form = "closed" if h.even and p.k == 1.0 else "wide"
    now, _ = each(h, p, form)
    later, _ = each(replace(h, end=h.end + days), p, form)
    return np.asarray(-np.expm1(np.minimum(later - now, 0.0))[h.row])


def faded(known: Orders, p: Parameters, daily: Floats, half_life: float) -> Floats:
    """Order rate of each customer (n,) where orders and silence count half after `half_life` weeks, over that where
    all count alike; an order rate that changes slowly, in the manner of discounted conjugate updating.

    daily: as `expectation` takes it.
    """
    if not np.isfinite(half_life):
        return np.ones(len(known.customers))
    age = np.arange(known.days, -1, -1) / WEEK
    counts = 0.5 ** (age / half_life)
    table = known.orderdays
    repeat = table["customer"].duplicated().to_numpy()
    who, day = table["customer"].to_numpy()[repeat], table["day"].to_numpy()[repeat]
    recent = np.bincount(who, weights=counts[day], minlength=len(known.customers))
    first, x = known.customers["first_day"].to_numpy(), known.customers["x"].to_numpy(float)
    past = daily[: counts.size] / WEEK
    area, short = np.cumsum(past), np.cumsum(past * counts)
    plain = (p.r + p.k * x) / (p.alpha + p.k * (area[-1] - area[first]))
    slower = np.asarray((p.r + p.k * recent) / (p.alpha + p.k * (short[-1] - short[first])) / plain)
    h = histories(known)
    if h.entries is None:
        return slower
    # Who came before the file has one more repeat, and was silent from its beginning to the first order in it.
    older = (p.r + recent + counts[first]) / (p.alpha + short[-1]) * (p.alpha + area[-1]) / (p.r + x + 1.0)
    found, share = shares(h, p, "closed")
    came_before = np.add.reduceat(share * (found.before > 0.0), found.begin)[h.row]
    return np.asarray(slower + came_before * (older - slower))
