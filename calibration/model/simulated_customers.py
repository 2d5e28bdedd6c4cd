"""Simulated orders under a fitted law, in NumPy: for bands, for regular ordering and for parameter recovery."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from calibration.model.likelihood import WEEK, Form, Histories, Parameters, by_ways, each, shares

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

MOST_ORDERS = 100_000
TINY = 1e-300


@dataclass(frozen=True)
class SimulatedCustomers:
    """One entry per customer: order rate (per week), weeks until dropout, and what is left of the next gap.

    The gap is in expected orders: rate times area.
    """

    rate: Floats
    lifetime: Floats
    left: Floats


@dataclass(frozen=True)
class HistoryPosterior:
    """What the histories say under one set of parameters, one entry per customer (areas in weeks).

    alive: P(alive). shape, scale: of the rate's Gamma posterior given the orders (and, for k = 1, that none
    followed). silent: area since the last order. drift: scale of the drift rate's posterior. quiet: chance of no
    order over `silent`. share, customer: where customers may have come before the file there is an entry for each
    way in which each may have come; its share of the customer's whole, and the customer's row number.
    """

    alive: Floats
    shape: Floats
    scale: Floats
    silent: Floats
    drift: Floats
    quiet: Floats
    share: Floats | None = None
    customer: Ints | None = None

    def one_way(self, rng: np.random.Generator) -> HistoryPosterior:
        """One entry per customer: the way in which each came is drawn."""
        if self.share is None or self.customer is None:
            return self
        first = np.flatnonzero(np.diff(self.customer, prepend=-1))
        whole = np.cumsum(self.share)
        before = whole[first] - self.share[first]
        rows = np.searchsorted(whole, before + rng.random(first.size) * np.add.reduceat(self.share, first))
        rows = np.clip(rows, first, np.append(first[1:], self.share.size) - 1)
        alive, shape, scale = self.alive[rows], self.shape[rows], self.scale[rows]
        return HistoryPosterior(alive, shape, scale, self.silent[rows], self.drift[rows], self.quiet[rows])


def history_posterior(h: Histories, p: Parameters) -> HistoryPosterior:
    """The posterior of each customer, in the order of `orders.customers`."""
    from scipy.special import betainc

    form: Form = "auto" if h.even and p.k == 1.0 else "wide"
    if h.entries is not None:
        found, share = shares(h, p, form)
        number = np.diff(np.append(found.begin, found.of.size))[h.row]
        customer = np.repeat(np.arange(h.row.size), number)
        within = np.arange(customer.size) - np.repeat(np.cumsum(number) - number, number)
        rows = found.begin[h.row][customer] + within
        return replace(history_posterior(replace(by_ways(h, found), row=rows), p), share=share[rows], customer=customer)
    alive = each(h, p, form)[1]
    start, last, end = h.start, (h.start + h.t_x).astype(int), (h.start + h.end).astype(int)
    area_x, area = h.area[last] - h.area[start], h.area[end] - h.area[start]
    silent, shape = area - area_x, p.r + p.k * h.x
    scale = p.alpha + (area if p.k == 1.0 else p.k * area_x)
    quiet = np.ones(shape.size) if p.k == 1.0 else betainc(shape, p.k, scale / (scale + p.k * silent))
    drift = p.beta + h.drift[end] - h.drift[start]
    if h.before is not None:
        drift = drift + h.before
    row = h.row
    return HistoryPosterior(alive[row], shape[row], scale[row], silent[row], drift[row], quiet[row])


def draw_customers(known: HistoryPosterior, p: Parameters, rng: np.random.Generator) -> SimulatedCustomers:
    """Order rates and times until dropout, drawn given the histories.

    For k other than 1 the area of the running gap is drawn first: given the orders, c / (c + k area) ~
    Beta(A, k), cut to gaps longer than the silence; given that, the rate ~ Gamma(A + k, c + k area). Both are
    exact.
    """
    known = known.one_way(rng)
    size = known.alive.size
    alive = rng.random(size) < known.alive
    lifetime = np.where(alive, rng.exponential(size=size) / rng.gamma(p.s, size=size).clip(TINY) * known.drift, 0.0)
    if p.k == 1.0:
        return SimulatedCustomers(rng.gamma(known.shape) / known.scale, lifetime, rng.exponential(size=size))
    rate, left = np.zeros(size), np.zeros(size)
    a, c, quiet, silent = (v[alive] for v in (known.shape, known.scale, known.quiet, known.silent))
    gap = _running_gap(a, c, quiet, p.k, rng)
    rate[alive] = rng.gamma(a + p.k) / (c + p.k * gap)
    left[alive] = rate[alive] * np.maximum(gap - silent, TINY)
    return SimulatedCustomers(rate, lifetime, left)


def _running_gap(a: Floats, c: Floats, quiet: Floats, k: float, rng: np.random.Generator) -> Floats:
    from scipy.special import betaincinv

    z = betaincinv(a, k, (1.0 - rng.random(a.size)) * quiet).clip(TINY)
    return np.asarray(c * (1.0 - z) / (k * z))


def new_customers(size: int, p: Parameters, rng: np.random.Generator) -> SimulatedCustomers:
    """Customers on the day of their first order, drawn from the population."""
    rate = rng.gamma(p.r, size=size) / p.alpha
    lifetime = rng.exponential(size=size) / (rng.gamma(p.s, size=size).clip(TINY) / p.beta)
    return SimulatedCustomers(rate, lifetime, rng.gamma(p.k, size=size) / p.k)


def simulate_orders(
    people: SimulatedCustomers, area: Floats, k: float, rng: np.random.Generator, begin: Ints | None = None
) -> tuple[Ints, Ints]:
    """Order-days of all customers: customer and day, as numbered in `area`, several orders of one day merged.

    area: running sum of the daily order multipliers in weeks, with area[d] at the end of day d. begin: the
    day at whose end each customer's simulation starts (0 for all by default).
    """
    first = np.zeros(people.rate.size, np.int64) if begin is None else begin
    who = np.flatnonzero(people.lifetime > 0.0)
    reached = area[first] + people.left / np.maximum(people.rate, TINY)
    persons, days = [], []
    for _ in range(MOST_ORDERS):
        who = who[reached[who] <= area[-1]]
        if who.size == 0:
            break
        day = np.searchsorted(area, reached[who], side="left")
        day = np.maximum(day, first[who] + 1)
        part = (reached[who] - area[day - 1]) / np.maximum(area[day] - area[day - 1], TINY)
        stays = (day - 1 + part - first[who]) / WEEK < people.lifetime[who]
        who, day = who[stays], day[stays]
        persons.append(who)
        days.append(day)
        reached[who] += rng.gamma(k, size=who.size) / k / np.maximum(people.rate[who], TINY)
    if not persons:
        return np.zeros(0, np.int64), np.zeros(0, np.int64)
    keys = np.unique(np.concatenate(persons) * area.size + np.concatenate(days))
    return keys // area.size, keys % area.size


def shocked(daily: Floats, sd: float, rng: np.random.Generator) -> Floats:
    """Running area (weeks) of the days ahead. Days of one week share a log-normal shock of mean one. Entry 0 is now."""
    weeks = rng.normal(-0.5 * sd**2, sd, size=daily.size // 7 + 1)
    return np.concatenate([[0.0], np.cumsum(daily * np.exp(weeks)[np.arange(daily.size) // 7])]) / WEEK
