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
from sim.past.incomplete_beta import TINY, incomplete_betas
from sim.past.past_arrays import DailyOrders, Findings, HiddenRates, Motive, PastPeople

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]

NODES = (0.5 - 0.5 / math.sqrt(3.0), 0.5 + 0.5 / math.sqrt(3.0))
NO_MORE = np.int64(2**40)
"""Day of an order that does not come."""


class DayAreas(NamedTuple):
    """What today adds to each person's areas, shape (people of the block,); of leads `order` is that of the first."""

    order: Floats
    drift: Floats
    delete: Floats


class PastProgress(NamedTuple):
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
    """Logs of the multipliers at all orders, of a lead's hazard at the first, and of gaps' areas (times k - 1)."""
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
    log_quiet: Floats
    """Minus the log of the chance of neither order nor leaving since the last order (`small_steps`); for k != 1, of not
    leaving alone."""
    quiet: Floats
    """Chance of no order since the last one, for k != 1 (`regular_steps`); likewise below, when last computed anew."""
    sure: Floats
    whole: Floats
    """In the end, `silence` and what the chance that the clock of orders still runs adds to it."""
    later: Floats
    """In the end, the latter times the mean of lambda in it; likewise below, for k != 1, times the hazard of the next
    order by area."""
    ahead: Floats
    log_beta: Floats
    """ln B(shape, k); 0 for k = 1, where it is not used."""
    next: Ints
    """The person's next order; likewise below, its day, `NO_MORE` where there is none."""
    due: Ints
    lift: Floats
    """Lift of need in the last days, 1 at first (`heard_of`)."""
    hidden: Mask
    """Whether a deletion would not be known."""
    ended: Floats
    """Minus the log of the chance that no complaint has ended the relation since the last order."""
    stopped: Floats
    """Chance that one has, in the silence, relative to the density of the last order; where deletions are known, times
    the chance of not having deleted the contact by then."""
    kept: Floats
    """In the end, the chance of not having deleted it, where deletions are known; else 1."""


@jit
def daily_orders(days: int, complain: bool, k: float, size: int) -> DailyOrders:
    """Of no days yet; where nobody complains, nothing ends in the evening. k: regularity of orders."""
    evenings = days if complain else 0
    return DailyOrders(
        k, np.zeros((days, size)), np.zeros((days, 2, size)),
        np.zeros((evenings, 2, size)), np.zeros((evenings, size)), np.zeros((evenings, size)),
    )  # fmt: skip


@jit
def areas_of(rows: Floats, motive: int, there: int) -> DayAreas:
    """Areas of the first `there` people as those of motive 0 or 1, in rows of shape (4, people of the block)."""
    return DayAreas(rows[motive, :there], rows[2, :there], rows[3, :there])


@jit
def progress_for(size: int) -> PastProgress:
    """Progress of people to whom nothing has happened."""
    r = np.zeros((24, size))
    r[11], r[14], r[15], r[19], r[22] = 1.0, 1.0, 1.0, 1.0, 1.0
    return PastProgress(
        r[0], r[1], r[2], r[3], r[4], r[5], r[6], r[7], r[8], r[9], r[10], r[11], r[12], r[13], r[14], r[15], r[16],
        r[17], r[23], r[18],
        np.zeros(size, dtype=np.int64), np.full(size, NO_MORE), r[19], np.zeros(size, dtype=np.bool_),
        r[20], r[21], r[22],
    )  # fmt: skip


@jit
def progress_beside(one: PastProgress) -> PastProgress:
    """Progress of the same people under another motive: what depends on orders' areas is its own, all else shared."""
    r = np.zeros((13, one.order.size))
    r[7], r[8] = 1.0, 1.0
    return PastProgress(
        r[0], one.drift, one.delete, r[1], one.drift_last, one.delete_last, one.morning, r[2], r[3], r[4],
        r[5], one.factor, one.shape, r[6], r[7], r[8], r[9], r[10], r[12], one.log_beta,
        one.next, one.due, one.lift, one.hidden, one.ended, r[11], one.kept,
    )  # fmt: skip


@jit
def no_order(area: float, a: float, c: float, k: float, log_beta: float) -> tuple[float, float]:
    """Chance of no order over an area since the last one, where lambda ~ Gamma(a, c) given the orders; and that chance
    times the mean of lambda in it, over a / c."""
    scaled = k * area
    chance, more = incomplete_betas(a, k, c / (c + scaled), scaled / (c + scaled), log_beta)
    return chance, more


@jit
def next_order(area: float, a: float, c: float, k: float, log_beta: float) -> float:
    """Density of the next order by area, that much area after the last one; lambda ~ Gamma(a, c) given the orders."""
    scaled = k * area
    if scaled <= TINY:
        return 0.0
    return math.exp(a * math.log(c / (c + scaled)) + k * math.log(scaled / (c + scaled)) - log_beta) / area


@jit
def log_beta_of(a: float, k: float) -> float:
    """ln B(a, k)."""
    return math.lgamma(a) + math.lgamma(k) - math.lgamma(a + k)


@jit
def add_silence(
    rows: Ints, today: DayAreas, so_far: PastProgress, rates: HiddenRates, alpha: float, lead: bool, states: bool,
    expected: Floats,
) -> None:  # fmt: skip
    """Add today's exits of the silent people at `rows`; before today's areas are added to `so_far`.

    `lead` says that they are leads, `states` that those of drifting alone are asked for. `expected`, shape (people of
    the block,) or empty, takes the same integral with the mean of lambda in it.
    """
    n, k, s, o, beta = rows.size, rates.k, rates.s, rates.o, rates.beta
    hidden, any_hidden = so_far.hidden, False
    for q in range(n):
        any_hidden |= hidden[rows[q]]
    if lead and not any_hidden:  # leads do not drift, and their deletions are known
        return
    add_order, add_drift, add_delete = today.order, today.drift, today.delete
    orders, drifts, deletes = so_far.order, so_far.drift, so_far.delete
    order_last, drift_last, delete_last = so_far.order_last, so_far.drift_last, so_far.delete_last
    shapes, silence, drifted = so_far.shape, so_far.silence, so_far.drifted
    r = np.empty((8, n))
    quiet, drift, delete, hazard, other, scale, at_drift, both = (
        r[0], r[1], r[2], r[3], r[4], r[5], r[6], r[7],
    )  # fmt: skip
    for node in NODES:
        for q in range(n):
            i = rows[q]
            run = orders[i] - order_last[i] + node * add_order[i]
            scale[q] = alpha + k * order_last[i]
            quiet[q] = run if lead else 1.0 + k * run / scale[q]
            there = beta + drifts[i] + node * add_drift[i]
            hazard[q] = s * add_drift[i] / there
            drift[q] = there / (beta + drift_last[i])
        logarithms(drift)
        if any_hidden:
            for q in range(n):
                i = rows[q]
                contact = o + deletes[i] + node * add_delete[i]
                other[q] = o * add_delete[i] / contact if hidden[i] else 0.0
                delete[q] = contact / (o + delete_last[i]) if hidden[i] else 1.0
            logarithms(delete)
        else:
            other[:] = 0.0
            delete[:] = 0.0
        if expected.size > 0:
            for q in range(n):
                both[q] = shapes[rows[q]] / (scale[q] * quiet[q])
        if not lead and k == 1.0:
            logarithms(quiet)
            for q in range(n):
                quiet[q] *= shapes[rows[q]]
        elif not lead:
            for q in range(n):
                a, c = shapes[rows[q]], scale[q]
                run = (quiet[q] - 1.0) * c / k
                none, more = no_order(run, a, c, k, so_far.log_beta[rows[q]])
                both[q] = a / c * more / max(none, TINY)
                quiet[q] = -math.log(max(none, TINY))
        for q in range(n):
            at_drift[q] = -quiet[q] - s * drift[q] - so_far.ended[rows[q]]
            scale[q] = at_drift[q] - o * delete[q]
        exponentials(scale)
        for q in range(n):
            scale[q] *= 0.5 * (hazard[q] + other[q])
        for q in range(n):
            silence[rows[q]] += scale[q]
        if expected.size > 0:
            for q in range(n):
                expected[rows[q]] += scale[q] * both[q]
        if states:
            exponentials(at_drift)
            for q in range(n):
                drifted[rows[q]] += 0.5 * at_drift[q] * hazard[q]


@jit
def add_exit_after(
    i: int, day: int, today: DayAreas, shared: PastProgress, so_far: PastProgress, rates: HiddenRates, alpha: float,
    daily: DailyOrders,
) -> None:  # fmt: skip
    """Who may have left on the day of the last order, after it: half of that day's exits, once it has been noted."""
    drift = 0.5 * rates.s * today.drift[i] / (rates.beta + shared.drift[i])
    delete = 0.5 * today.delete[i] * rates.o / (rates.o + shared.delete[i]) if shared.hidden[i] else 0.0
    so_far.silence[i] += drift + delete
    so_far.drifted[i] += drift
    if daily.exits.shape[0] > 0:
        mean = so_far.shape[i] / (alpha + rates.k * so_far.order_last[i])
        daily.exits[day, 0, i] += (drift + delete) * mean


@jit
def stays_since(i: int, lead: bool, so_far: PastProgress, rates: HiddenRates, alpha: float) -> tuple[float, float]:
    """Chance that the clock of orders still runs without an order since the last one; the mean of lambda in it."""
    k, a, c = rates.k, so_far.shape[i], alpha + rates.k * so_far.order_last[i]
    run = so_far.order[i] - so_far.order_last[i]
    mean = 0.0 if lead else a / (c + k * run)
    if lead:
        quiet = math.exp(-so_far.order[i])
    elif k == 1.0:
        quiet = math.exp(-a * math.log1p(run / c))
    else:
        quiet, more = no_order(run, a, c, k, so_far.log_beta[i])
        mean = a / c * more / max(quiet, TINY)
    stay = -rates.s * math.log((rates.beta + so_far.drift[i]) / (rates.beta + so_far.drift_last[i]))
    stay += contact_since(i, so_far, rates.o) if so_far.hidden[i] else 0.0
    return quiet * math.exp(stay - so_far.ended[i]), mean


@jit
def hazard_since(i: int, so_far: PastProgress, rates: HiddenRates, alpha: float) -> float:
    """Hazard of the next order by area, where the clock of orders still runs; 0 for k = 1, where lambda is it."""
    k, a, c = rates.k, so_far.shape[i], alpha + rates.k * so_far.order_last[i]
    if k == 1.0:
        return 0.0
    run, log_beta = so_far.order[i] - so_far.order_last[i], so_far.log_beta[i]
    return next_order(run, a, c, k, log_beta) / max(no_order(run, a, c, k, log_beta)[0], TINY)


@jit
def contact_since(i: int, so_far: PastProgress, o: float) -> float:
    """Log of the chance of not deleting the contact since the last order."""
    return -o * (math.log1p(so_far.delete[i] / o) - math.log1p(so_far.delete_last[i] / o))


@jit
def conclude(
    block: Block,
    past: PastPeople,
    rates: HiddenRates,
    motive: Motive,
    so_far: PastProgress,
    found: Findings,
) -> None:
    """Likelihood, areas and chances of the block's people under one motive, after the last day."""
    k, s, o, alpha = rates.k, rates.s, rates.o, rates.alpha / motive.orders
    for i in range(block.last - block.first):
        person = block.first + i
        orders = past.begin[person + 1] - past.begin[person]
        lead, a, c = past.lead[person] and orders == 0, so_far.shape[i], alpha + k * so_far.order_last[i]
        beta = rates.beta + past.before[person]
        stays, mean = stays_since(i, lead, so_far, rates, alpha)
        so_far.kept[i] = 1.0 if so_far.hidden[i] else max(math.exp(-o * math.log1p(so_far.delete[i] / o)), TINY)
        whole = max(so_far.silence[i] + stays + so_far.stopped[i] / so_far.kept[i], TINY)
        log_l = so_far.log_orders[i] - so_far.first[i] + math.log(whole)
        log_l -= s * math.log((rates.beta + so_far.drift_last[i]) / beta)
        if not lead:
            x = max(orders - 1, 0)
            log_l += math.lgamma(a) - math.lgamma(rates.r) + rates.r * math.log(alpha) - a * math.log(c)
            log_l += x * (k * math.log(k) - math.lgamma(k))
        gone = not so_far.hidden[i] and past.deleted[person] < past.days
        if so_far.hidden[i]:
            log_l -= o * math.log1p(so_far.delete_last[i] / o)
        elif gone and not past.disputed[person]:
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
        drifted = so_far.drifted[i] * (math.exp(contact_since(i, so_far, o)) if so_far.hidden[i] else 1.0)
        found.drifted[person] = 0.0 if gone else drifted / whole
        found.factor[person], found.lift[person] = so_far.factor[i], so_far.lift[i]
        so_far.whole[i], so_far.later[i] = whole, stays * mean
        so_far.ahead[i] = 0.0 if lead else stays * hazard_since(i, so_far, rates, alpha)
