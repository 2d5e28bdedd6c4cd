"""What waiting for an answer or a parcel does, and how likely it is that something goes wrong. Times in days."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from sim.compiled import jit, jit_inlined
from sim.law.complaints import ComplaintNumbers
from sim.law.fees import FeeNumbers

Floats = npt.NDArray[np.float64]

DECIDED = 1e-12
"""What is left of the order clock of a purchase that is decided: more than nothing, as a rate may be zero."""


class ServiceNumbers(NamedTuple):
    """A market's numbers of questions, parcels and complaints, in the form that compiled functions take."""

    questions_per_touch: float
    questions_per_order: float
    asked_after: float
    """Mean time from an order to the question about it, days."""
    pre_sale: float
    """Mean handling time; likewise below."""
    after_sale: float
    complaint: float
    order_area: float
    """Area that a parcel takes off the problem clock, and what each late day adds."""
    late_day_area: float
    reply_half: float
    loss_factor: float
    reply: float
    """Trust that an answer brings at best; likewise below."""
    delivery: float
    resolution: float
    patience_pre_sale: float
    """Mean of the felt time for which people wait; likewise below."""
    patience_after_sale: float
    patience_complaint: float
    questions_per_purchase: float
    """0 where there is no desk to wait for."""
    unaided: float
    half: float
    slope: float
    course: ComplaintNumbers
    fees: FeeNumbers
    bot_solves: float
    """Share of questions that a bot answers; -1 where there is none."""
    bot_worth: float
    bot_annoyance: float
    """Trust that a question costs which the bot cannot answer."""
    thresholds: Floats
    """Table of the order clock's thresholds (`gamma_quantile_table`)."""
    marks: Floats
    """Instants at which the desk opens and closes, where closed hours feel shorter; else empty. Shape (n,)."""
    hours: Floats
    """Part of a day's area before each full hour (`hours.marks_of`)."""
    felt: Floats
    """Felt time from the run's start to each mark; shape (n,). After the last one an hour is an hour."""


@jit_inlined
def felt_wait(since: float, until: float, numbers: ServiceNumbers) -> float:
    """How long the time between two instants feels to a person who waits, days."""
    if numbers.marks.size == 0:
        return until - since
    return interpolated_at(until, numbers.marks, numbers.felt) - interpolated_at(since, numbers.marks, numbers.felt)


@jit_inlined
def gives_up_at(arrival: float, patience: float, numbers: ServiceNumbers) -> float:
    """The instant at which somebody who has waited since `arrival` has waited for a felt time of `patience`."""
    if numbers.marks.size == 0:
        return arrival + patience
    felt = interpolated_at(arrival, numbers.marks, numbers.felt) + patience
    return max(interpolated_at(felt, numbers.felt, numbers.marks), arrival)


@jit
def interpolated_at(x: float, at: Floats, value: Floats) -> float:
    """A rising function through (`at`, `value`), shapes (n,), linear between the points and of slope 1 after them."""
    k, above = 0, at.size  # by halves: the last point that is not after x
    while above - k > 1:
        middle = (k + above) // 2
        if at[middle] <= x:
            k = middle
        else:
            above = middle
    if k == at.size - 1:
        return float(value[k] + x - at[k])
    return float(value[k] + (x - at[k]) * (value[k + 1] - value[k]) / (at[k + 1] - at[k]))


@jit
def reply_good(wait: float, numbers: ServiceNumbers) -> float:
    """How good an answer feels after `wait`: 1 at once, one half at `reply_half`."""
    return 1.0 / (1.0 + wait / numbers.reply_half)


@jit
def purchase_chance(wait: float, worth: float, numbers: ServiceNumbers) -> float:
    """Chance that a purchase is made when its question is answered after `wait`; infinite if it never is.

    `worth` is that of the answer, relative to one of the staff.
    """
    if wait == math.inf:
        return numbers.unaided
    chance: float = numbers.unaided + worth * (1.0 - numbers.unaided) / (1.0 + (wait / numbers.half) ** numbers.slope)
    return chance


@jit
def problem_area(late: float, numbers: ServiceNumbers) -> float:
    """Area that a parcel takes off the problem clock."""
    return numbers.order_area + late * numbers.late_day_area


@jit
def news_of(gain: float, good: float, loss_factor: float) -> float:
    """Change of trust from an experience that was good to a degree in [0, 1]: losses weigh `loss_factor`."""
    return gain * (good - loss_factor * (1.0 - good))


@jit
def news_of_promise(gain: float, time: float, goal: float, worth: float, loss_factor: float) -> float:
    """Change of trust from a promise of time that was kept or not; `worth` in [0, 1] is how good the promise was."""
    return gain * worth if time <= goal else -loss_factor * gain


@jit
def news_of_silence(gain: float, goal: float, loss_factor: float) -> float:
    """Change of trust from an answer that never came: the worst, and a broken promise where there is a goal (>= 0)."""
    return -loss_factor * gain * (2.0 if goal >= 0.0 else 1.0)


@jit
def news_of_parcel(days: float, late: float, promise: float, usual: float, numbers: ServiceNumbers) -> float:
    """Change of trust from a parcel that took `days`: how fast it was, and whether it was late or a promise kept.

    `promise` is negative where nothing is promised. One that is kept is worth less the longer it was than `usual`.
    """
    news = numbers.delivery * min(max((usual - days) / usual, -1.0), 1.0)
    if late > 0.0:
        return news - numbers.loss_factor * numbers.delivery * late
    return news if promise < 0.0 else news + numbers.delivery * usual / max(promise, usual)
