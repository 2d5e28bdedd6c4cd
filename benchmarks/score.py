"""A fixed piece of work that measures a machine: operations like those of a simulated day, without the law.

Integer mixing as for addressed random numbers, exponentials and logarithms, reads from arrays larger than the cache,
and passes over them. It must not change: recorded ratios of the time of a day to its time would lose their meaning
(`benchmarks/speed_check.py` has the number of its version).
"""

from __future__ import annotations

import math
import time
from typing import NamedTuple

import numba
import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

CELLS = 1 << 22
"""Numbers in each of the two arrays: 32 MiB."""
MIXES, LOGS, READS, PASSES = 1_200_000, 5_000_000, 9_000_000, 8
UNIT = 1e6
"""A score unit is the millionth part of the work."""


class WorkResult(NamedTuple):
    """The result of the work: the last mixed number, and the sum of the rest."""

    mixed: int
    summed: float


@numba.njit(cache=True)
def mixing(rounds: int) -> np.uint64:
    """Multiply, shift and fold 64-bit numbers, each from the one before: ten times a round."""
    z = np.uint64(1)
    for _ in range(rounds):
        for _ in range(10):
            p = (z & np.uint64(0xFFFFFFFF)) * np.uint64(0xD2511F53)
            z = (p ^ (z >> np.uint64(29))) + np.uint64(0x9E3779B97F4A7C15)
    return z


@numba.njit(cache=True)
def logs(count: int) -> float:
    """Sum ln(1 + u e^-u) over numbers u in (0, 1)."""
    total = 0.0
    for i in range(count):
        u = (i % 1000 + 0.5) / 1000.0
        total += math.log(1.0 + u * math.exp(-u))
    return total


@numba.njit(cache=True)
def reads(table: Floats, count: int) -> float:
    """Sum entries of a table of `CELLS` numbers, in an order that a cache cannot predict."""
    total, z = 0.0, np.uint64(1)
    for _ in range(count):
        z = z * np.uint64(6364136223846793005) + np.uint64(1442695040888963407)
        total += table[np.int64(z >> np.uint64(42))]
    return total


@numba.njit(cache=True)
def passes(table: Floats, stock: Floats, count: int) -> float:
    """Halve every stock and add its number, `count` times."""
    for _ in range(count):
        for i in range(stock.size):
            stock[i] = 0.5 * stock[i] + table[i]
    return float(stock[-1])


def tables() -> tuple[Floats, Floats]:
    """The numbers that are read, and stocks of zero."""
    return (np.arange(CELLS) % 4096) / 4096.0, np.zeros(CELLS)


def work(table: Floats, stock: Floats) -> WorkResult:
    """The whole work once, on one thread."""
    return WorkResult(int(mixing(MIXES)), logs(LOGS) + reads(table, READS) + passes(table, stock, PASSES))


def unit_ns(table: Floats, stock: Floats) -> float:
    """Nanoseconds of processor time that a score unit takes on this machine at this moment."""
    started = time.process_time()
    work(table, stock)
    return (time.process_time() - started) / UNIT * 1e9
