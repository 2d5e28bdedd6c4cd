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
from calibration.model.possible_entries import Entries, Ways, absent, log_seen, ways
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
    """Order rate ~ Gamma(r, alpha) and drift rate ~ Gamma(s, beta), per week; gaps Gamma(k, 1/k) in area.

    earlier: customers won in a week before the file over those won in a week of it, for shops older than their file.
    """

    r: float
    alpha: float
    s: float
    beta: float
    k: float = 1.0
    earlier: float = 1.0

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
    customer, in the order of `orders.customers`. entries: when those who may have come before the file came; days then
    count from its beginning, one earlier than the first day. before: weeks not drifted when a history begins, none
    where it is None.
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
    entries: Entries | None = None
    before: Floats | None = None

    @property
    def customers(self) -> int:
        return int(self.count.sum())

    @property
    def mixed(self) -> bool:
        """Whether some customers may have come at any age, so that `Parameters.earlier` takes part."""
        return self.entries is not None and self.entries.mixed

    def taken(self, rows: Ints, row: Ints, count: Floats) -> Histories:
        """Some of the histories, with the new row of each customer and their number."""
        x, t_x, end = self.x[rows], self.t_x[rows], self.end[rows]
        entries = self.entries.of(rows) if self.entries else None
        return replace(self, x=x, t_x=t_x, end=end, start=self.start[rows], count=count, row=row, entries=entries)


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
    each_key = (x_all * base + last - first) * base + age
    earlier = days_before(orders)
    if earlier is not None:
        each_key += (earlier + 1) * base * base * (int(x_all.max()) + 1)
    key, row, count = np.unique(each_key, return_inverse=True, return_counts=True)
    log_g, log_gap = _at_orders(orders, g, area)
    entries = None
    if earlier is not None:
        before, key = np.divmod(key, base * base * (int(x_all.max()) + 1))
        entries = Entries(np.where(before > 0, before - 1.0, np.nan) / WEEK, opened_weeks(orders), float(base))
        area, drift = (np.concatenate([[0.0], part + one[0] / WEEK]) for part, one in ((area, g), (drift, m)))
    pair, end = np.divmod(key, base)
    x, t_x = (part.astype(float) for part in np.divmod(pair, base))
    start = orders.days - end + (entries is not None)
    return Histories(
        x, t_x, end.astype(float), start, count.astype(float), log_g, log_gap, area, drift, even, row.ravel(), entries
    )


def days_before(orders: Orders) -> Ints | None:
    """Days from the coming of each customer (n,) to the beginning of the file; none where nobody came before.

    0 for those who came within the file, -1 where that is not known.
    """
    entered = np.full(len(orders.customers), np.nan)
    if orders.entered is not None:
        entered = orders.entered.reindex(orders.customers.index).to_numpy(float)
    if not opened_weeks(orders) and not (entered < 0).any():
        return None
    return np.where(np.isnan(entered), -1.0, np.maximum(-entered, 0.0)).astype(np.int64)


def opened_weeks(orders: Orders) -> float:
    """Weeks from the opening of the shop to the first day of the file; 0 where it is not known."""
    return (orders.first - orders.opened).days / WEEK if orders.opened else 0.0


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
    "auto": closed where it holds and day by day elsewhere. Of a history that may have begun before the file: the log of
    the sum over the ways in which it may have (`possible_entries`), without the chance of being in the file.
    """
    if h.entries is not None:
        found = ways(h, h.entries)
        values, alive = each(by_ways(h, found), p, form)
        total, share = found.total(values + found.log_weight(p))
        return total, found.mean(share, alive)
    if form == "auto":
        form = "closed" if h.even and p.k == 1.0 else "day"
    points = kernels.WIDE if form == "wide" else kernels.DAY
    daily, rates = kernels.DailyAreas(h.area, h.drift), p.rates
    older = np.zeros(h.x.size) if h.before is None else h.before

    def of(part: slice) -> tuple[Floats, Floats]:
        x, start, t_x, end, before = h.x[part], h.start[part], h.t_x[part], h.end[part], older[part]
        if form == "closed":
            return kernels.closed_form(x, t_x / WEEK, end / WEEK, before, rates)
        values, alive = kernels.day_wise(x, (start, t_x, end, before), daily, rates, points)
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


def by_ways(h: Histories, found: Ways) -> Histories:
    """A history for each way."""
    return replace(
        h, x=found.x, t_x=found.t_x, end=found.end, start=found.start, before=found.before, entries=None,
        count=h.count[found.of], row=np.arange(found.of.size),
    )  # fmt: skip


def shares(h: Histories, p: Parameters, form: Form) -> tuple[Ways, Floats]:
    """The ways in which each history may have begun, and the share of each (rows,), given all of the history."""
    assert h.entries is not None
    found = ways(h, h.entries)
    values, _ = each(by_ways(h, found), p, form)
    return found, found.total(values + found.log_weight(p))[1]


def log_likelihood(h: Histories, p: Parameters, form: Form = "auto") -> float:
    """Sum over customers of the individual-level log-likelihood (no factorial terms), times in weeks.

    Of customers from before the file it is given that they are in it.
    """
    values, _ = each(h, p, form)
    seen = _seen(h, p, form)[0] if h.entries is not None else 0.0
    return float(weighted(h.count, values)) + h.log_g + (p.k - 1.0) * h.log_gap - seen


def _seen(h: Histories, p: Parameters, form: Form) -> tuple[float, Floats]:
    """`log_seen`."""
    assert h.entries is not None
    before = absent(h.entries, h.count).before
    size = before.size
    nothing, end = np.zeros(size), np.full(size, h.entries.width)
    none = replace(
        h, x=nothing, t_x=nothing, end=end, start=np.zeros(size, np.int64), count=nothing, before=before, entries=None
    )
    return log_seen(h.entries, h.count, p, _scores(none, p, form))


def scored(h: Histories, p: Parameters, form: Form = "auto", regular: bool = False) -> tuple[float, Floats]:
    """`log_likelihood` and its derivatives by r, alpha, s, beta and k, shape (5,); that by k is 0 unless `regular`.

    Where `h.mixed`, the last one is that by `earlier`.
    """
    if h.entries is not None:
        return _scored_by_ways(h, p, form)
    values, scores = _scores(h, p, form, regular)
    score = weighted(h.count, scores)
    score[4] += h.log_gap if regular else 0.0
    return float(weighted(h.count, values)) + h.log_g + (p.k - 1.0) * h.log_gap, score


def _scored_by_ways(h: Histories, p: Parameters, form: Form) -> tuple[float, Floats]:
    assert h.entries is not None
    found = ways(h, h.entries)
    values, scores = _scores(by_ways(h, found), p, form)
    total, share = found.total(values + found.log_weight(p))
    mean = found.mean(share, scores + found.weight_slopes(p))
    seen, by_seen = _seen(h, p, form)
    return float(weighted(h.count, total)) + h.log_g - seen, weighted(h.count, mean) - by_seen


def _scores(h: Histories, p: Parameters, form: Form, regular: bool = False) -> tuple[Floats, Floats]:
    """Log-likelihood (n,) and scores (n, 5) of each history."""
    if form == "auto":
        form = "closed" if h.even and p.k == 1.0 and not regular else "day"
    points = kernels.WIDE if form == "wide" else kernels.DAY
    daily, rates = kernels.DailyAreas(h.area, h.drift), p.rates
    older = np.zeros(h.x.size) if h.before is None else h.before

    def of(part: slice) -> tuple[Floats, Floats]:
        x, start, t_x, end, before = h.x[part], h.start[part], h.t_x[part], h.end[part], older[part]
        if form == "closed":
            return score_kernels.closed_form_scores(x, t_x / WEEK, end / WEEK, before, rates)
        values, scores = score_kernels.day_wise_scores(x, (start, t_x, end, before), daily, rates, points, regular)
        if regular:
            more, by_parameter = same_day(x, _order_area(h, part), p)
            values, scores = values + more, scores + by_parameter
        return values, scores

    return _shared(of, h.x.size)


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
