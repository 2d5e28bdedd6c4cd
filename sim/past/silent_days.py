"""The days after a person's last order: the customer may have left in each of them, hidden; compiled.

Areas of a day are run through evenly. Two Gauss points a day; everything is relative to the instant of the last order.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from sim.compiled import jit
from sim.day.day_arrays import Block
from sim.law.exponential import exponentials, logarithms
from sim.past.incomplete_beta import TINY, incomplete_beta
from sim.past.past_arrays import Findings, HiddenRates, Motive, PastPeople

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]

NODES = (0.5 - 0.5 / math.sqrt(3.0), 0.5 + 0.5 / math.sqrt(3.0))


class DayAreas(NamedTuple):
    """What today adds to each person's areas, shape (people of the block,); of leads `order` is that of the first."""

    order: Floats
    drift: Floats
    delete: Floats


class Progress(NamedTuple):
    """How far each person of a block has come, shape (people of the block,)."""

    order: Floats
    """Area of ordering so far, per unit of lambda; of a lead, area of the first order. Likewise below, of the rest."""
    drift: Floats
    delete: Floats
    order_last: Floats
    """The same at the last order, or where the clock of orders began."""
    drift_last: Floats
    delete_last: Floats
    morning: Floats
    """Area of deleting before the day on which the contact was deleted."""
    log_orders: Floats
    """Logs of the multipliers at all orders, of a lead's hazard at the first, and (k - 1) times those of gaps' areas."""
    first: Floats
    """Area of a lead's first order behind those who have ordered."""
    silence: Floats
    """Integral over exits in the silence, relative to the density of the last order; likewise below."""
    drifted: Floats
    """The same over drifting alone."""
    factor: Floats
    """What the first order has made of lambda."""
    shape: Floats
    """Shape of lambda given all orders: r + kx."""
    next: Ints
    """The person's next order."""
    hidden: Mask
    """Whether a deletion would not be known."""


@jit
def progress_for(size: int) -> Progress:
    """Progress of people to whom nothing has happened."""
    r = np.zeros((13, size))
    r[11] = 1.0
    return Progress(
        r[0], r[1], r[2], r[3], r[4], r[5], r[6], r[7], r[8], r[9], r[10], r[11], r[12],
        np.zeros(size, dtype=np.int64), np.zeros(size, dtype=np.bool_),
    )  # fmt: skip


@jit
def no_order(area: float, a: float, c: float, k: float, log_beta: float) -> float:
    """Chance of no order over an area since the last one, where lambda ~ Gamma(a, c) given the orders."""
    scaled = k * area
    return float(incomplete_beta(a, k, c / (c + scaled), scaled / (c + scaled), log_beta))


@jit
def log_beta_of(a: float, k: float) -> float:
    """ln B(a, k)."""
    return math.lgamma(a) + math.lgamma(k) - math.lgamma(a + k)


@jit
def add_silence(
    rows: Ints, today: DayAreas, so_far: Progress, rates: HiddenRates, alpha: float, lead: bool, expected: Floats
) -> None:
    """Add today's exits of the silent people at `rows`; before today's areas are added to `so_far`.

    `lead` says that they are leads. `expected`, shape (people of the block,) or empty, takes the same integral with the
    mean of lambda in it.
    """
    n, k, s, o = rows.size, rates.k, rates.s, rates.o
    r = np.empty((8, n))
    quiet, drift, delete, both, hazard, other, mean, at_drift = (
        r[0], r[1], r[2], r[3], r[4], r[5], r[6], r[7],
    )  # fmt: skip
    for node in NODES:
        for q in range(n):
            i = rows[q]
            c = alpha + k * so_far.order_last[i]
            run = so_far.order[i] - so_far.order_last[i] + node * today.order[i]
            quiet[q] = run if lead else 1.0 + k * run / c
            drift[q] = rates.beta + so_far.drift[i] + node * today.drift[i]
            delete[q] = 1.0 + (so_far.delete[i] + node * today.delete[i]) / o
            hazard[q] = s * today.drift[i] / drift[q]
            other[q] = today.delete[i] / delete[q] if so_far.hidden[i] else 0.0
            mean[q] = so_far.shape[i] / (c * quiet[q])
            drift[q] /= rates.beta + so_far.drift_last[i]
            delete[q] /= 1.0 + so_far.delete_last[i] / o
        logarithms(drift)
        logarithms(delete)
        if not lead and k == 1.0:
            logarithms(quiet)
            for q in range(n):
                quiet[q] *= so_far.shape[rows[q]]
        elif not lead:
            for q in range(n):
                i = rows[q]
                a, c, run = so_far.shape[i], alpha + k * so_far.order_last[i], (quiet[q] - 1.0)
                scaled = run * c / k
                none = no_order(scaled, a, c, k, log_beta_of(a, k))
                if expected.size > 0:
                    again = no_order(scaled, a + 1.0, c, k, log_beta_of(a + 1.0, k))
                    mean[q] = a / c * again / max(none, TINY)
                quiet[q] = -math.log(max(none, TINY))
        for q in range(n):
            at_drift[q] = -quiet[q] - s * drift[q]
            both[q] = at_drift[q] - (o * delete[q] if so_far.hidden[rows[q]] else 0.0)
        exponentials(at_drift)
        exponentials(both)
        for q in range(n):
            i, exits = rows[q], 0.5 * both[q] * (hazard[q] + other[q])
            so_far.silence[i] += exits
            so_far.drifted[i] += 0.5 * at_drift[q] * hazard[q]
            if expected.size > 0:
                expected[i] += exits * mean[q]


@jit
def conclude(
    block: Block, past: PastPeople, rates: HiddenRates, motive: Motive, so_far: Progress, found: Findings, daily: Floats
) -> None:
    """Likelihood, areas, chances and expected orders of the block's people, after the last day.

    `daily`, shape (2 days, people of the block) or (0, ...): what lambda was multiplied by on each day, and the mean of
    lambda in that day's exits.
    """
    k, s, o, alpha, days = rates.k, rates.s, rates.o, rates.alpha / motive.orders, daily.shape[0] // 2
    for i in range(block.last - block.first):
        person = block.first + i
        orders = past.begin[person + 1] - past.begin[person]
        lead, a, c = past.lead[person] and orders == 0, so_far.shape[i], alpha + k * so_far.order_last[i]
        beta, run = rates.beta + past.before[person], so_far.order[i] - so_far.order_last[i]
        if lead:
            quiet = math.exp(-so_far.order[i])
        elif k == 1.0:
            quiet = math.exp(-a * math.log1p(run / c))
        else:
            quiet = no_order(run, a, c, k, log_beta_of(a, k))
        stay = -s * math.log((rates.beta + so_far.drift[i]) / (rates.beta + so_far.drift_last[i]))
        contact = -o * (math.log1p(so_far.delete[i] / o) - math.log1p(so_far.delete_last[i] / o))
        stays = quiet * math.exp(stay + (contact if so_far.hidden[i] else 0.0))
        whole = max(so_far.silence[i] + stays, TINY)
        log_l = so_far.log_orders[i] - so_far.first[i] + math.log(whole)
        log_l -= s * math.log((rates.beta + so_far.drift_last[i]) / beta)
        if not lead:
            x = max(orders - 1, 0)
            log_l += math.lgamma(a) - math.lgamma(rates.r) + rates.r * math.log(alpha) - a * math.log(c)
            log_l += x * (k * math.log(k) - math.lgamma(k))
        gone = not so_far.hidden[i] and past.deleted[person] < past.days
        if so_far.hidden[i]:
            log_l -= o * math.log1p(so_far.delete_last[i] / o)
        elif gone:
            before = math.exp(-o * math.log1p(so_far.morning[i] / o))
            after = math.exp(-o * math.log1p(so_far.delete[i] / o))
            log_l += math.log(max(before - after, TINY))
        else:
            log_l -= o * math.log1p(so_far.delete[i] / o)
        if not motive.fit and orders > 0:
            log_l = -math.inf
        found.log_likelihood[person] = log_l
        found.order_last[person], found.order_end[person] = so_far.order_last[i], so_far.order[i]
        found.drift_last[person], found.drift_end[person] = so_far.drift_last[i], so_far.drift[i]
        found.delete_last[person], found.delete_end[person] = so_far.delete_last[i], so_far.delete[i]
        found.stays[person] = 0.0 if gone else stays / whole
        drifted = so_far.drifted[i] * (math.exp(contact) if so_far.hidden[i] else 1.0)
        found.drifted[person] = 0.0 if gone else drifted / whole
        found.factor[person] = so_far.factor[i]
        if days > 0 and not lead:
            mean = a / (c + k * run)
            if k != 1.0:
                mean = a / c * no_order(run, a + 1.0, c, k, log_beta_of(a + 1.0, k)) / max(quiet, TINY)
            weight, later = found.weight[person] / whole, stays * mean
            for day in range(days - 1, -1, -1):
                exits = daily[days + day, i]
                found.expected[block.number, day] += weight * daily[day, i] * (later + 0.5 * exits)
                later += exits
