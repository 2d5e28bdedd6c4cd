"""e^x and ln x of the four basic operations and fused multiply-adds in a fixed order: the same bits on every machine.

No library's rounding enters, and in a loop several people are done by an instruction. e^x: x = n ln 2 + r with
|r| <= ln 2 / 2; 2^n by writing n into the exponent bits; e^r = 1 + r + r^2 q(r). ln x = e ln 2 + 2 artanh(f) with
x = m 2^e, m in [0.7, 1.42) and f = (m - 1) / (m + 1); 2 artanh(f) = 2 f + 2 f^3 p(f^2). The polynomials q and p
interpolate at Chebyshev nodes; their relative errors are below 2e-17 and 5e-18, and e^0 = 1, ln 1 = 0 exactly.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from sim.compiled import jit
from sim.law.machine_operations import bits_of, from_bits, fused

Floats = npt.NDArray[np.float64]

_LOG2_E = 1.4426950408889634
_LN2_HIGH = 6.93147180369123816490e-01
_LN2_LOW = 1.90821492927058770002e-10
_ROUND = 6755399441055744.0
"""Adding and taking away 1.5 * 2^52 rounds to a whole number; in between, the low bits hold that number."""
_ROUND_BITS = 0x4338000000000000
FARTHEST = 700.0
"""Exponents are held within this."""
_HALF_ROOT = 0x3FE6A09E667F3BCD + (1 << 52)
"""Bits of 0.7071 and one more exponent: mantissas are taken from [0.7071, 1.4142)."""
_Q0, _Q1, _Q2, _Q3, _Q4, _Q5, _Q6, _Q7, _Q8, _Q9 = (
    0.5000000000000001, 0.16666666666666669, 0.041666666666624136, 0.008333333333330063, 0.001388888891720967,
    0.00019841269863050506, 2.4801521302241082e-05, 2.7557268464831627e-06, 2.7620085455018414e-07,
    2.510038319586702e-08,
)  # fmt: skip
_P0, _P1, _P2, _P3, _P4, _P5, _P6 = (
    0.3333333333333335, 0.1999999999994962, 0.14285714313047945, 0.1111110555757208, 0.09091445278347801,
    0.0766583701508393, 0.07308518774395825,
)  # fmt: skip


@jit
def exponential(x: float) -> float:
    """e^x, x held within +-700."""
    x = min(max(x, -FARTHEST), FARTHEST)
    rounded = fused(x, _LOG2_E, _ROUND)
    n = rounded - _ROUND
    r = fused(-n, _LN2_LOW, fused(-n, _LN2_HIGH, x))
    q = fused(_Q9, r, _Q8)
    q = fused(q, r, _Q7)
    q = fused(q, r, _Q6)
    q = fused(q, r, _Q5)
    q = fused(q, r, _Q4)
    q = fused(q, r, _Q3)
    q = fused(q, r, _Q2)
    q = fused(q, r, _Q1)
    q = fused(q, r, _Q0)
    power: float = from_bits((bits_of(rounded) + 1023) << 52)
    return (1.0 + fused(r * r, q, r)) * power


@jit
def exponentials(x: Floats) -> None:
    """Replace every x by e^x; shape (n,)."""
    for i in range(x.size):
        x[i] = exponential(x[i])


@jit
def logarithm(x: float) -> float:
    """ln x of a positive, normal x."""
    bits = bits_of(x)
    whole = ((bits - _HALF_ROOT) >> 52) + 1
    m = from_bits(bits - (whole << 52))
    exponent = from_bits(whole + _ROUND_BITS) - _ROUND
    f = (m - 1.0) / (m + 1.0)
    s = f * f
    p = fused(_P6, s, _P5)
    p = fused(p, s, _P4)
    p = fused(p, s, _P3)
    p = fused(p, s, _P2)
    p = fused(p, s, _P1)
    p = fused(p, s, _P0)
    f = 2.0 * f
    log_m = fused(f * s, p, f)
    return fused(exponent, _LN2_HIGH, fused(exponent, _LN2_LOW, log_m))


@jit
def logarithms(x: Floats) -> None:
    """Replace every positive, normal x by ln x; shape (n,)."""
    for i in range(x.size):
        x[i] = logarithm(x[i])


@jit
def exponential_clocks(u: Floats) -> None:
    """Replace uniforms by mean-one exponential thresholds -ln(1 - u), shape (n,); 1 - u of a draw has no rounding."""
    for i in range(u.size):
        u[i] = 1.0 - u[i]
    logarithms(u)
    for i in range(u.size):
        u[i] = -u[i]
