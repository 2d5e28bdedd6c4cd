"""Customers who came before the file begins: the ways in which a history may have begun, and how likely each is.

Whoever came at age a before the file, and had not drifted when it began, has the history of somebody who came with the
file, with one more repeat: an order rate has no memory at k = 1, and the drift rate is one with beta + a. Where a is
not known the shop has won customers evenly since it opened, at a rate that is `earlier` times that within the file;
then a is summed over points. Being in the file at all is what all of this is given. (Decision 034.)
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

WEEK = 7.0
POINTS = 12
"""Ages over which an age that is not known is summed."""
LEAST = 1e-12
"""A chance of being in the file below this is taken as this."""
FIRST_WEEKS = 2.0
"""Points stand closer in the first weeks of age, evenly in the log of age plus this."""


class _DropoutLaw(Protocol):
    @property
    def s(self) -> float: ...
    @property
    def beta(self) -> float: ...
    @property
    def earlier(self) -> float: ...


class _Times(Protocol):
    @property
    def x(self) -> Floats: ...
    @property
    def t_x(self) -> Floats: ...
    @property
    def end(self) -> Floats: ...
    @property
    def start(self) -> Ints: ...


@dataclass(frozen=True)
class Entries:
    """When the customers of each history may have come.

    known: weeks from then to the beginning of the file, 0 for those who came within it, NaN where it is not known;
    shape (n,). opened: weeks from the day on which the shop began to win customers to the beginning of the file; 0
    where that is not known, and then who is not known to be older came within the file. width: days of the file.
    """

    known: Floats
    opened: float
    width: float

    @cached_property
    def open(self) -> Bools:
        """The histories that may have begun at any age, shape (n,)."""
        return np.isnan(self.known) & (self.opened > 0.0)

    @cached_property
    def mixed(self) -> bool:
        return bool(self.open.any())

    @cached_property
    def ages(self) -> tuple[Floats, Floats]:
        """Ages (weeks) over which an unknown one is summed, and the weeks that each stands for; (POINTS,) both."""
        nodes, weights = np.polynomial.legendre.leggauss(POINTS)
        span = np.log1p(self.opened / FIRST_WEEKS)
        ages = FIRST_WEEKS * np.expm1(0.5 * (nodes + 1.0) * span)
        return ages, 0.5 * weights * span * (ages + FIRST_WEEKS)

    def of(self, rows: Ints) -> Entries:
        """Those of some histories."""
        return Entries(self.known[rows], self.opened, self.width)


@dataclass(frozen=True)
class Ways:
    """One row for each way in which each history may have begun, those of one history beside each other.

    of: row number of the history. begin: the first row of each history. x ... before: as the kernels take them (days;
    before: weeks). spread: log of the weeks of age that a row stands for where the age is not known, else NaN.
    """

    of: Ints
    begin: Ints
    x: Floats
    t_x: Floats
    end: Floats
    start: Ints
    before: Floats
    spread: Floats

    def log_weight(self, p: _DropoutLaw) -> Floats:
        """Log rate at which customers came in each way and stayed till the file began, over that within the file."""
        stayed = np.log(p.earlier) + self.spread - p.s * np.log1p(self.before / p.beta)
        return np.where(np.isnan(self.spread), 0.0, stayed)

    def weight_slopes(self, p: _DropoutLaw) -> Floats:
        """Derivatives of `log_weight` by r, alpha, s, beta and `earlier`, shape (rows, 5)."""
        slopes = np.zeros((self.of.size, 5))
        old = ~np.isnan(self.spread)
        before = self.before[old]
        slopes[old, 2] = -np.log1p(before / p.beta)
        slopes[old, 3] = p.s * before / (p.beta * (p.beta + before))
        slopes[old, 4] = 1.0 / p.earlier
        return slopes

    def total(self, logs: Floats) -> tuple[Floats, Floats]:
        """Log of the sum over the ways of each history (n,), and the share of each way in it (rows,)."""
        top = np.maximum.reduceat(logs, self.begin)
        mass = np.exp(logs - top[self.of])
        whole = np.add.reduceat(mass, self.begin)
        return top + np.log(whole), mass / whole[self.of]

    def mean(self, share: Floats, values: Floats) -> Floats:
        """Mean over the ways of each history of values (rows, ...)."""
        return np.asarray(np.add.reduceat((share * values.T).T, self.begin, axis=0))


def ways(h: _Times, entries: Entries) -> Ways:
    """All ways of each history; `h.start` counts days from the beginning of the file."""
    older = np.flatnonzero(entries.known > 0.0)
    within = np.flatnonzero(~(entries.known > 0.0))
    either = np.flatnonzero(entries.open)
    ages, weeks = entries.ages
    of = np.concatenate([within, older, np.repeat(either, POINTS)])
    nothing = np.full(within.size + older.size, np.nan)
    spread = np.concatenate([nothing, np.tile(np.log(np.maximum(weeks, 1e-300)), either.size)])
    before = np.concatenate([np.zeros(within.size), entries.known[older], np.tile(ages, either.size)])
    came = np.concatenate([np.zeros(within.size), np.ones(of.size - within.size)])
    order = np.argsort(of, kind="stable")
    of, spread, before, came = of[order], spread[order], before[order], came[order]
    first = h.start[of] * came
    begin = np.searchsorted(of, np.arange(h.x.size))
    start = np.where(came > 0.0, 0, h.start[of]).astype(np.int64)
    return Ways(of, begin, h.x[of] + came, h.t_x[of] + first, h.end[of] + first, start, before, spread)


@dataclass(frozen=True)
class Absent:
    """Somebody who came before the file and is not in it, at each age: the ages that are summed over, then known ones.

    count: how many customers are known to have come at each of the latter.
    """

    before: Floats
    count: Floats


def absent(entries: Entries, customers: Floats) -> Absent:
    """customers: how many each history stands for."""
    older = entries.known > 0.0
    known, row = np.unique(entries.known[older], return_inverse=True)
    count = np.bincount(row.ravel(), weights=customers[older], minlength=known.size).astype(float)
    ages = entries.ages[0] if entries.mixed else np.zeros(0)
    return Absent(np.concatenate([ages, known]), count)


def log_seen(
    entries: Entries, customers: Floats, p: _DropoutLaw, unseen: tuple[Floats, Floats]
) -> tuple[float, Floats]:
    """Log of the chance that all customers are in the file, and its derivatives by r, alpha, s, beta, `earlier`, (5,).

    Where ages are not known: relative to the customers won in a week of the file. customers: as `absent`. unseen: log
    chance of no order in the file at each of `absent`'s ages (m,), and its derivatives by r, alpha, s, beta, k (m, 5).
    """
    log_none, slopes = unseen
    none, slope = np.exp(log_none), slopes.copy()
    slope[:, 4] = 0.0
    slope = -none[:, None] * slope
    some = np.maximum(-np.expm1(log_none), LEAST)
    value, score = 0.0, np.zeros(5)
    size = POINTS if entries.mixed else 0
    if size:
        ages, weeks = entries.ages
        rate = p.earlier * weeks * np.exp(-p.s * np.log1p(ages / p.beta))
        seen = entries.width / WEEK + float(np.sum(rate * some[:size]))
        by = rate[:, None] * slope[:size]
        by[:, 2] -= rate * some[:size] * np.log1p(ages / p.beta)
        by[:, 3] += rate * some[:size] * p.s * ages / (p.beta * (p.beta + ages))
        by[:, 4] += rate * some[:size] / p.earlier
        number = float(np.sum(customers[entries.open]))
        value, score = number * float(np.log(seen)), number * by.sum(axis=0) / seen
    count = absent(entries, customers).count
    value += float(np.sum(count * np.log(some[size:])))
    return value, score + ((count / some[size:])[:, None] * slope[size:]).sum(axis=0)
