"""The regularised incomplete beta function, compiled."""

from __future__ import annotations

import math

from sim.compiled import jit

TINY = 1e-300
PRECISION = 1e-15
LONGEST_FRACTION = 20_000


@jit
def hypergeometric_1(b: float, c: float, z: float) -> float:
    """2F1(1, b; c; z) for 0 <= z < 1: Gauss's continued fraction (DLMF 15.7) by Lentz's method."""
    base = c - 1.0
    value, up, down = base, base, 0.0
    for i in range(1, LONGEST_FRACTION):
        half = i // 2
        upper = (b + half) * (base + half) if i % 2 else half * (base - b + half)
        down = base + i - upper * z * down
        up = base + i - upper * z / up
        down = 1.0 / (down if down != 0.0 else TINY)
        value *= up * down
        if abs(up * down - 1.0) < PRECISION:
            break
    return base / value


@jit
def incomplete_beta(a: float, b: float, z: float, rest: float, log_beta: float) -> float:
    """Regularised incomplete beta I_z(a, b), with rest = 1 - z given exactly and log_beta = log B(a, b)."""
    return float(incomplete_betas(a, b, z, rest, log_beta)[0])


@jit
def incomplete_betas(a: float, b: float, z: float, rest: float, log_beta: float) -> tuple[float, float]:
    """The same, and I_z(a + 1, b): less by z^a (1 - z)^b / (a B(a, b)) (DLMF 8.17.20)."""
    if z <= 0.0:
        return 0.0, 0.0
    if rest <= 0.0:
        return 1.0, 1.0
    front = math.exp(a * math.log(z) + b * math.log(rest) - log_beta)
    if z < (a + 1.0) / (a + b + 2.0):
        whole = hypergeometric_1(a + b, a + 1.0, z)
        return front / a * whole, front / a * (whole - 1.0)
    found = 1.0 - front / b * hypergeometric_1(a + b, b + 1.0, rest)
    return found, found - front / a
