"""What payment service, platform and sellers on commission keep of what is paid, and what of it comes back."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from sim.compiled import jit
from sim.law.redemption import rounded
from sim.output.accounts import ACCOUNTS

Ints = npt.NDArray[np.int64]

_PAYMENT, _PLATFORM, _COMMISSION = (ACCOUNTS.index(name) for name in ("payment_fees", "platform_fees", "commission"))


class FeeNumbers(NamedTuple):
    """Shares of what is paid that go to the payment service and the platform; the share of fees that comes back with
    refunded money."""

    payment: float
    platform: float
    back: float


@jit
def take_fees(paid: int, commission: int, numbers: FeeNumbers, totals: Ints) -> int:
    """Book the fees of an order and its commission, cents; returns their sum."""
    payment, platform = rounded(paid * numbers.payment), rounded(paid * numbers.platform)
    totals[_PAYMENT] += payment
    totals[_PLATFORM] += platform
    totals[_COMMISSION] += commission
    return payment + platform + commission


@jit
def give_fees_back(cents: int, paid: int, commission: int, numbers: FeeNumbers, totals: Ints) -> int:
    """Book what comes back of fees and commission as `cents` of what was paid for an order are refunded; returns it."""
    fees, of_commission = fees_back(cents, paid, commission, numbers)
    payment = rounded(cents * numbers.payment * numbers.back)
    totals[_PAYMENT] -= payment
    totals[_PLATFORM] -= fees - payment
    totals[_COMMISSION] -= of_commission
    return fees + of_commission


@jit
def fees_back(cents: int, paid: int, commission: int, numbers: FeeNumbers) -> tuple[int, int]:
    """What comes back of the fees, and of the commission, as `cents` of what was paid are refunded, cents."""
    fees = rounded(cents * numbers.payment * numbers.back) + rounded(cents * numbers.platform * numbers.back)
    return fees, rounded(commission * numbers.back * cents / paid) if paid > 0 else 0
