"""What waiting for an answer or a parcel does. Times in days; all functions take arrays of any one shape."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from sim.scenario import ServiceResponse

Floats = npt.NDArray[np.float64]


def reply_good(wait: Floats, reply_half: float) -> Floats:
    """How good an answer feels after `wait`: 1 at once, one half at `reply_half`."""
    return 1.0 / (1.0 + wait / reply_half)


def recovery(time: Floats, service: ServiceResponse) -> Floats:
    """How much of a complaint's harm is made good when it is solved after `time`: 1 within the tolerance."""
    return 1.0 / (1.0 + np.maximum(time - service.tolerance, 0.0) / service.resolve_half)


def stop_chance(made_good: Floats, disputed: npt.NDArray[np.bool_], service: ServiceResponse) -> Floats:
    """Chance that a complaint ends the relation."""
    calm = service.stop_resolved + (service.stop_unresolved - service.stop_resolved) * (1.0 - made_good)
    return np.where(disputed, service.dispute_stop, calm)


def refund_chance(made_good: Floats, service: ServiceResponse) -> Floats:
    """Chance that a complaint ends in a refund of the order."""
    return service.refund_resolved + (service.refund_unresolved - service.refund_resolved) * (1.0 - made_good)


def problem_area(late_days: Floats, service: ServiceResponse) -> Floats:
    """Area that a parcel takes off the problem clock."""
    return np.asarray(-np.log1p(-service.problems_per_order) - late_days * np.log1p(-service.problems_per_late_day))


def news_of(gain: float, good: Floats, loss_factor: float) -> Floats:
    """Change of trust from experiences that were good to degrees in [0, 1]: losses weigh `loss_factor`."""
    return gain * (good - loss_factor * (1.0 - good))
