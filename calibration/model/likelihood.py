"""The exact log-likelihood of order histories under Pareto/NBD, with daily multipliers and regular ordering.

The individual-level likelihood of section "Scoring a history" of the law: Schmittlein, Morrison & Colombo
(1987) in the closed form of Fader & Hardie (2005) for k = 1 without multipliers, and day by day otherwise,
where the order rate is integrated out in closed form and only the time of drifting is summed over.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import cache
from itertools import pairwise
from typing import Literal

import numpy as np
import numpy.typing as npt

from calibration.model import kernels, score_kernels
from calibration.model.same_day import same_day
from calibration.orders.order_history import Orders

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Form = Literal["auto", "closed", "day", "wide"]
WEEK = 7.0
LEAST_ROWS = 500
"""Histories of one thread at least, about two milliseconds of work."""


@dataclass(frozen=True)
class Parameters:
    """Order rate ~ Gamma(r, alpha) and drift rate ~ Gamma(s, beta), per week; gaps Gamma(k, 1/k) in area."""

    r: float
    alpha: float
    s: float
    beta: float
    k: float = 1.0

    @property
    def rates(self) -> kernels.Rates:
        """As the kernels take them; whole numbers become floats."""
        return kernels.Rates(*(float(value) for value in (self.r, self.alpha, self.s, self.beta, self.k)))


@dataclass(frozen=True)
class Histories:
    """Distinct order histories and how many customers have each, with the calendar's running areas.

    x: repeat order-days. t_x, end: days from the first order-day to the last one and to the end of
    observation. start: calendar day of the first order. log_g, log_gap: sums over a history's `count`
    customers of the logs of the order multipliers at their repeats and of the areas (weeks) between their
    orders. area, drift: running sums of the daily multipliers of ordering and drifting, in weeks, one entry
    per calendar day and one more. even: no multiplier differs from one. row: the distinct history of each
    customer, in the order of `orders.customers`.
    """

    x: Floats
    t_x: Floats
    end: Floats
    start: Ints
    count: Floats
    log_g: float
    log_gap: float
    area: Floats
    drift: Floats
    even: bool
    row: Ints

    @property
    def customers(self) -> int:
        return int(self.count.sum())


def histories(
    orders: Orders,
    weekday: tuple[float, ...] | None = None,
    *,
    ahead: int = 0,
    daily_order: Floats | None = None,
    daily_drift: Floats | None = None,
) -> Histories:
    """Distinct histories of a shop's customers.

    weekday: order multipliers Monday to Sunday. ahead: days by which the calendar runs beyond the end.
    daily_order, daily_drift: multipliers of every calendar day from `orders.first` on; they replace
    `weekday`. Without any, everything is even.
    """
    size = orders.days + 1 + ahead
    g = season(orders, size, weekday) if daily_order is None else daily_order
    m = np.ones(size) if daily_drift is None else daily_drift
    area, drift = _running(g), _running(m)
    people = orders.customers
    first, last = people["first_day"].to_numpy(np.int64), people["last_day"].to_numpy(np.int64)
    x_all, age = people["x"].to_numpy(np.int64), orders.days - first
    even = bool(np.all(g == 1.0) and np.all(m == 1.0))
    base = orders.days + 1  # one whole number for each history, which sorts faster than a row of three
    key, row, count = np.unique((x_all * base + last - first) * base + age, return_inverse=True, return_counts=True)
    log_g, log_gap = _at_orders(orders, g, area)
    pair, end = np.divmod(key, base)
    x, t_x = (part.astype(float) for part in np.divmod(pair, base))
    start = orders.days - end
    return Histories(
        x, t_x, end.astype(float), start, count.astype(float), log_g, log_gap, area, drift, even, row.ravel()
    )


def season(orders: Orders, days: int, weekday: tuple[float, ...] | None) -> Floats:
    """Order multipliers of `days` calendar days from the first day of the export."""
    if weekday is None:
        return np.ones(days)
    return np.array(weekday, dtype=np.float64)[(orders.first.weekday() + np.arange(days)) % 7]


def _running(daily: Floats) -> Floats:
    """Running area in weeks at the end of each calendar day, with a last entry for interpolation."""
    total = np.cumsum(daily)
    return np.asarray((np.append(total, total[-1]) - daily[0]) / WEEK)


def _at_orders(orders: Orders, g: Floats, area: Floats) -> tuple[float, float]:
    table = orders.orderdays
    customer, day = table["customer"].to_numpy(), table["day"].to_numpy()
    repeat = customer[1:] == customer[:-1]
    gap = (area[day[1:]] - area[day[:-1]])[repeat]
    with np.errstate(divide="ignore"):
        return float(np.log(g[day[1:]][repeat]).sum()), float(np.log(gap).sum())


def each(h: Histories, p: Parameters, form: Form = "auto") -> tuple[Floats, Floats]:
    """Log-likelihood (without log_g and log_gap) and P(alive at the end) of each distinct history.

    form: "closed" (even calendar and k = 1 only), "day" (two Gauss points a day), "wide" (five points on
    panels of 1, 2, 4 ... days: faster, within about 1e-6 of a history's value on an even calendar), or
    "auto": closed where it holds and day by day elsewhere.
    """
    if form == "auto":
        form = "closed" if h.even and p.k == 1.0 else "day"
    points = kernels.WIDE if form == "wide" else kernels.DAY
    daily, rates = kernels.DailyAreas(h.area, h.drift), p.rates

    def of(part: slice) -> tuple[Floats, Floats]:
        x, start, t_x, end = h.x[part], h.start[part], h.t_x[part], h.end[part]
        if form == "closed":
            return kernels.closed_form(x, t_x / WEEK, end / WEEK, rates)
        values, alive = kernels.day_wise(x, (start, t_x, end), daily, rates, points)
        if p.k != 1.0:
            values += same_day(x, _order_area(h, part), p)[0]
        return values, alive

    return _shared(of, h.x.size)


def _order_area(h: Histories, part: slice) -> Floats:
    """Area (weeks) from the first order to the last."""
    start = h.start[part]
    days = np.arange(h.area.size, dtype=float)
    return np.asarray(np.interp(start + h.t_x[part], days, h.area) - h.area[start])


def _shared(of: Callable[[slice], tuple[Floats, Floats]], rows: int) -> tuple[Floats, Floats]:
    """The kernel on parts of the rows, in threads where it is worth it; a row has the same numbers in any part."""
    parts = max(1, min(os.cpu_count() or 1, rows // LEAST_ROWS))
    if parts == 1:
        return of(slice(None))
    ends = [rows * part // parts for part in range(parts + 1)]
    found = list(_threads().map(of, (slice(*pair) for pair in pairwise(ends))))
    return np.concatenate([first for first, _ in found]), np.concatenate([second for _, second in found])


@cache
def _threads() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(os.cpu_count())


def log_likelihood(h: Histories, p: Parameters, form: Form = "auto") -> float:
    """Sum over customers of the individual-level log-likelihood (no factorial terms), times in weeks."""
    values, _ = each(h, p, form)
    return float(weighted(h.count, values)) + h.log_g + (p.k - 1.0) * h.log_gap


def scored(h: Histories, p: Parameters, form: Form = "auto", regular: bool = False) -> tuple[float, Floats]:
    """`log_likelihood` and its derivatives by r, alpha, s, beta and k, shape (5,); that by k is 0 unless `regular`."""
    if form == "auto":
        form = "closed" if h.even and p.k == 1.0 and not regular else "day"
    points = kernels.WIDE if form == "wide" else kernels.DAY
    daily, rates = kernels.DailyAreas(h.area, h.drift), p.rates

    def of(part: slice) -> tuple[Floats, Floats]:
        x, start, t_x, end = h.x[part], h.start[part], h.t_x[part], h.end[part]
        if form == "closed":
            return score_kernels.closed_form_scores(x, t_x / WEEK, end / WEEK, rates)
        values, scores = score_kernels.day_wise_scores(x, (start, t_x, end), daily, rates, points, regular)
        if regular:
            more, by_parameter = same_day(x, _order_area(h, part), p)
            values, scores = values + more, scores + by_parameter
        return values, scores

    values, scores = _shared(of, h.x.size)
    score = weighted(h.count, scores)
    score[4] += h.log_gap if regular else 0.0
    return float(weighted(h.count, values)) + h.log_g + (p.k - 1.0) * h.log_gap, score


def weighted(count: Floats, values: Floats) -> Floats:
    """The sum over histories of count (n,) times values (n, ...), added up in one order for any number of threads.

    A product of matrices is not, and the threads of its library stay busy for a while after each one.
    """
    return np.asarray(np.sum(count * values.T, axis=-1))


def p_alive(orders: Orders, p: Parameters, weekday: tuple[float, ...] | None = None) -> Floats:
    """P(not drifted by the end of observation) of every customer, in the order of `orders.customers`."""
    h = histories(orders, weekday)
    return each(h, p)[1][h.row]


def no_order(h: Histories, p: Parameters, days: int) -> Floats:
    """Chance that no order follows within `days` after each history's end, where the calendar reaches."""
    now, _ = each(h, p)
    later, _ = each(replace(h, end=h.end + days), p)
    return np.exp(np.minimum(later - now, 0.0))
