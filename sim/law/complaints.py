"""The course of a complaint: what its end makes good, and whether it ends the relation. Times in days."""

from __future__ import annotations

import math
from typing import NamedTuple

from sim.compiled import jit


class ComplaintNumbers(NamedTuple):
    """A market's numbers of complaints and what the firm's policy makes of them, for compiled functions."""

    tolerance: float
    resolve_half: float
    resolve_slope: float
    stop_base: float
    """Log odds; likewise below."""
    stop_orders: float
    stop_repeated: float
    stop_half_life: float
    stop_recovery: float
    dispute_share: float
    dispute_stop: float
    dispute_price: float
    chargeback: float
    chargeback_fee: int
    """Cents."""
    refund_resolved: float
    refund_unresolved: float
    opportunism: float
    policy_time: float
    """What the firm's policy adds to the handling time of each complaint."""
    lift: float
    """What apology and status updates add to what a solution makes good; likewise below."""
    compensation_lift: float
    refund_lift: float
    """Of a refund by the firm's policy."""
    compensation: float
    """Cost of a compensation as a share of what was paid."""
    refund_within: float
    """Time after which the firm's policy refunds; infinite without such a policy."""


@jit
def recovery(time: float, numbers: ComplaintNumbers) -> float:
    """How much of a complaint's harm is made good when it is solved after `time`: 1 within the tolerance."""
    late = max(time - numbers.tolerance, 0.0) / numbers.resolve_half
    good: float = 1.0 / (1.0 + late**numbers.resolve_slope)
    return good


@jit
def stop_chance(made_good: float, orders: int, since: float, disputed: bool, numbers: ComplaintNumbers) -> float:
    """Chance that a complaint ends the relation.

    `made_good` with what the firm's policy adds, `orders` those before the order complained about, `since` the days
    since the end of the person's last complaint, infinite for the first.
    """
    if disputed:
        return numbers.dispute_stop
    repeated = numbers.stop_repeated * 2.0 ** (-since / numbers.stop_half_life)
    odds = numbers.stop_base - numbers.stop_orders * math.log1p(orders) + repeated - numbers.stop_recovery * made_good
    return 1.0 / (1.0 + math.exp(-odds))


@jit
def refund_chance(made_good: float, numbers: ComplaintNumbers) -> float:
    """Chance that a complaint ends in a refund of the order; `made_good` without what the firm's policy adds."""
    return numbers.refund_resolved + (numbers.refund_unresolved - numbers.refund_resolved) * (1.0 - made_good)
