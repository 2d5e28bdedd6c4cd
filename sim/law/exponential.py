"""e^x and ln x for a whole block at once: the same bits on every machine, and several people an instruction.

e^x: x = n ln 2 + r with |r| <= ln 2 / 2; e^r by its Taylor polynomial of degree 13 (relative error below 1e-16 before
rounding); 2^n by writing n into the exponent bits. ln x = e ln 2 + 2 artanh((m - 1)/(m + 1)) with x = m 2^e, m in
[0.7, 1.42). Only the four basic operations in a fixed order, so no library's rounding enters.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from sim.compiled import jit

Floats = npt.NDArray[np.float64]

_LOG2_E = 1.4426950408889634
_LN2_HIGH = 6.93147180369123816490e-01
_LN2_LOW = 1.90821492927058770002e-10
_ROUND = 6755399441055744.0
"""Adding and taking away 1.5 * 2^52 rounds to a whole number; in between, the low bits hold that number."""
FARTHEST = 700.0
"""Exponents are held within this."""
_HALF_ROOT = 0x3FE6A09E667F3BCD + (1 << 52)
"""Bits of 0.7071 and one more exponent: mantissas are taken from [0.7071, 1.4142)."""


@jit
def polynomial(r: float) -> float:
    """e^r for |r| <= 0.35."""
    p = 1.0 / 6227020800.0
    p = p * r + 1.0 / 479001600.0
    p = p * r + 1.0 / 39916800.0
    p = p * r + 1.0 / 3628800.0
    p = p * r + 1.0 / 362880.0
    p = p * r + 1.0 / 40320.0
    p = p * r + 1.0 / 5040.0
    p = p * r + 1.0 / 720.0
    p = p * r + 1.0 / 120.0
    p = p * r + 1.0 / 24.0
    p = p * r + 1.0 / 6.0
    p = p * r + 0.5
    p = p * r + 1.0
    return p * r + 1.0


@jit
def exponentials(x: Floats, scale: Floats) -> None:
    """Replace every x by e^x, x held within +-700; `scale` is room of the same shape (n,)."""
    bits = scale.view(np.int64)
    for i in range(x.size):
        x[i] = min(max(x[i], -FARTHEST), FARTHEST)
        scale[i] = x[i] * _LOG2_E + _ROUND
    for i in range(x.size):
        n = scale[i] - _ROUND
        x[i] = polynomial((x[i] - n * _LN2_HIGH) - n * _LN2_LOW)
    for i in range(x.size):
        bits[i] = (bits[i] + 1023) << 52
    for i in range(x.size):
        x[i] *= scale[i]


@jit
def exponential(x: float) -> float:
    """One e^x, the same bits as `exponentials`."""
    x = min(max(x, -FARTHEST), FARTHEST)
    n = (x * _LOG2_E + _ROUND) - _ROUND
    power: float = 2.0**n
    return polynomial((x - n * _LN2_HIGH) - n * _LN2_LOW) * power


@jit
def logarithms(x: Floats, room: Floats) -> None:
    """Replace every positive, normal x by ln x; `room` is of the same shape (n,)."""
    bits, whole = x.view(np.int64), room.view(np.int64)
    for i in range(x.size):
        whole[i] = ((bits[i] - _HALF_ROOT) >> 52) + 1
        bits[i] -= whole[i] << 52
    for i in range(x.size):
        room[i] = float(whole[i])
    for i in range(x.size):
        f = (x[i] - 1.0) / (x[i] + 1.0)
        q = f * f
        p = 1.0 / 21.0
        p = p * q + 1.0 / 19.0
        p = p * q + 1.0 / 17.0
        p = p * q + 1.0 / 15.0
        p = p * q + 1.0 / 13.0
        p = p * q + 1.0 / 11.0
        p = p * q + 1.0 / 9.0
        p = p * q + 1.0 / 7.0
        p = p * q + 1.0 / 5.0
        p = p * q + 1.0 / 3.0
        log_m = 2.0 * f + 2.0 * f * (q * p)
        x[i] = room[i] * _LN2_HIGH + (room[i] * _LN2_LOW + log_m)
