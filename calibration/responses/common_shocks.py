"""What all customers share in a week, integrated out: the likelihood of a shop whose weeks are good and bad.

Each week multiplies everybody's need by exp(u), u Gaussian: a shock of that week, and lasting shifts that fade. The
mean of exp(u) is one, as it is in the engine, so that rates are those of a usual week. Where orders are independent (k
= 1), the log-likelihood of all people moves with u as x u - R log(1 + E (exp(u) - 1) / R) does, where x is the week's
repeat order-days, E what the law expects of it given all that each customer did, and R the sum over customers of the
gamma shape of what is known of their rates, r + x. It is exact where all are there in the same weeks. Rates are not
known but from these orders, so that levels which all weeks share can as well be everybody's rates. Regular buyers add
(k - 1) log(mean of exp(u) over the weeks of a gap) for each gap between two orders, E is more by the slope of that at u
= 0, and R is the sum of r + k x. A gap is taken to run evenly through its weeks. The integral over u is Laplace's.
Without it, thousands of people who share 78 weeks would count as thousands of independent observations of each week.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from calibration.levels.calendar_levels import shift_covariance

Floats = npt.NDArray[np.float64]

STEPS = 50
CLOSE = 1e-8
SHORTEST = 1e-6
"""Part of a step at least."""
LEAST = 1e-9
"""Orders that a week is expected to have at least."""
PART_DUE = 0.1
"""The same as a part of what regular gaps add: without it, levels of e^50 would make up for rates near zero."""
MORE_KNOWN = 1.001
"""R over the orders that are due, at least: rates are not known by these orders alone, but by the prior's too."""
HIGH = 50.0
"""Level of a week from which on sums are taken beside that of the highest week, so that none is too large a number."""
SMALLEST = 1e-4
"""Standard deviation of a shock at least: below it there is none."""


class SharedWeeks(NamedTuple):
    """The log of the integral over the weeks' levels, and their best values u (weeks,).

    shrunk: (K^-1 + W)^-1, the covariance of the levels given the orders, shape (weeks, weeks). more: by how much
    levels change all expected orders, as a part of R (`shared_weeks`); rates are lower by as much.
    """

    value: float
    levels: Floats
    shrunk: Floats
    more: float = 0.0


def level_covariance(weeks: int, shock: float, shift: float) -> Floats:
    """Covariance of the log levels of weeks: shocks of sd `shock`, shifts of sd `shift` a week that fade."""
    return np.asarray(max(shock, SMALLEST) ** 2 * np.eye(weeks) + shift**2 * shift_covariance(weeks))


def positive(seen: Floats, due: Floats, least: Floats | float = LEAST) -> tuple[Floats, Floats]:
    """Orders `seen` and `due`, both raised by the same where fewer than `least` were due, each (weeks,): slopes stay.

    Regular buyers who have just ordered take more from a week than others are expected to bring.
    """
    more = np.maximum(least - due, 0.0)
    return seen + more, due + more


class WeekGaps(NamedTuple):
    """Regularity k of orders, and gaps between two orders of one person: `counts[i, j]` of them from week i to week j,
    shape (weeks, weeks)."""

    k: float
    counts: Floats


class GapLevels(NamedTuple):
    """Sum over gaps of the log of the mean of exp(u) over their weeks; its slope (weeks,) by u, and the sum of the
    outer products of each gap's own slope (weeks, weeks). Its bend is diag(slope) less these."""

    value: float
    slope: Floats
    outer: Floats


def gap_levels(counts: Floats, u: Floats) -> GapLevels:
    """What levels u (weeks,) make of gaps with these `counts` (`WeekGaps`)."""
    rise = np.exp(u - u.max())
    ends = np.concatenate([[0.0], np.cumsum(rise)])
    week = np.arange(u.size)
    some = counts > 0.0
    sums = np.where(some, ends[None, 1:] - ends[:-1, None], 1.0)
    lengths = np.where(some, week[None, :] - week[:, None] + 1.0, 1.0)
    value = float((counts * (np.log(sums / lengths) + u.max()))[some].sum())

    def covering(of: Floats) -> Floats:
        """Of gaps from i on or before to j on or after, at [i, j]."""
        return np.asarray(np.cumsum(of, axis=0)[:, ::-1].cumsum(axis=1)[:, ::-1])

    slope = rise * covering(counts / sums).diagonal()
    both = np.triu(covering(counts / sums**2))
    outer = np.outer(rise, rise) * (both + np.triu(both, 1).T)
    return GapLevels(value, slope, outer)


def orders_under(u: Floats, due: Floats, shape: float) -> tuple[float, Floats]:
    """Log of 1 + what levels u change of all orders that are due, as a part of R; and those of each week under them,
    given those of all weeks together. u and due: (weeks,). shape: R."""
    top = float(u.max())
    if top < HIGH:
        change = float(due @ np.expm1(u)) / shape
        return float(np.log1p(change)), np.asarray(due * np.exp(u) / (1.0 + change))
    rise = due * np.exp(u - top)
    whole = (1.0 - float(due.sum()) / shape) * np.exp(-top) + float(rise.sum()) / shape
    return top + float(np.log(whole)), np.asarray(rise / whole)


def shared_weeks(
    seen: Floats, due: Floats, covariance: Floats, shape: float, gaps: WeekGaps | None = None
) -> SharedWeeks:
    """Laplace's integral over the levels of weeks with `seen` orders where `due` were expected, each (weeks,).

    shape: R, summed over customers; where it is very large, their rates are known beforehand. gaps: of regular orders;
    without them orders are independent. Newton steps (Rasmussen & Williams 2006, 3.4), each halved until it gains: a
    whole one from the prior's mean goes far beyond the best levels where far more orders came than were due.
    """
    k, counts = gaps or WeekGaps(1.0, np.zeros((due.size, due.size)))
    more = (k - 1.0) * gap_levels(counts, np.zeros(due.size)).slope
    seen, due = positive(seen, due + more, np.maximum(LEAST, PART_DUE * more))
    root, eye = np.linalg.cholesky(covariance), np.eye(due.size)
    mean = -0.5 * covariance.diagonal()  # of a log-normal multiplier whose own mean is one
    shape = max(shape, MORE_KNOWN * float(due.sum()))

    def at(v: Floats) -> tuple[float, GapLevels]:
        """The log of what is integrated, at levels mean + root v."""
        u = mean + root @ v
        of_gaps = gap_levels(counts, u)
        of_orders = seen @ u - shape * orders_under(u, due, shape)[0]
        return float(of_orders + (k - 1.0) * of_gaps.value - 0.5 * v @ v), of_gaps

    def half(u: Floats, of_gaps: GapLevels) -> Floats:
        """Root of the precision of v. Levels of single weeks that the orders do not hold down have the prior's."""
        own = np.maximum(orders_under(u, due, shape)[1], (k - 1.0) * of_gaps.slope)
        precision = np.diag(own - (k - 1.0) * of_gaps.slope) + (k - 1.0) * of_gaps.outer
        precision -= np.outer(own, own) / max(shape, float(own.sum()))
        return np.asarray(np.linalg.cholesky(eye + root.T @ precision @ root))

    v = np.zeros(due.size)
    best, of_gaps = at(v)
    for _ in range(STEPS):
        u = mean + root @ v
        slope = seen + (k - 1.0) * of_gaps.slope - orders_under(u, due, shape)[1]
        bend = half(u, of_gaps)
        whole = np.linalg.solve(bend.T, np.linalg.solve(bend, root.T @ slope - v))
        step = 1.0
        while step > SHORTEST:
            value, there = at(v + step * whole)
            if value >= best - 1e-12 * abs(best):
                break
            step *= 0.5
        gain, best, v, of_gaps = value - best, value, v + step * whole, there
        if abs(gain) < CLOSE:
            break
    u = mean + root @ v
    bend = half(u, of_gaps)
    back = np.linalg.solve(bend, root.T)
    change = float(np.expm1(orders_under(u, due, shape)[0]))
    return SharedWeeks(best - float(np.log(np.diag(bend)).sum()), u, back.T @ back, change)
