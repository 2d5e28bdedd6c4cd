"""Compiled work over rows, shared by threads.

Compiled functions run without the interpreter's lock, so that plain threads run them side by side. A thread that has
nothing to do sleeps.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

LEAST_ROWS = 20_000
"""Below this, waking another thread costs more than it saves."""
LEAST_ROWS_OF_LIGHT_WORK = 400_000
"""Likewise for work of a few nanoseconds a row."""
LEAST_ROWS_OF_HEAVY_WORK = 1_000
"""Likewise for work of microseconds a row."""


class Threads:
    """So many threads, for as long as a run lasts."""

    def __init__(self, count: int = 1) -> None:
        self.count = count
        self._pool = ThreadPoolExecutor(count - 1) if count > 1 else None

    def share(
        self, work: Callable[..., Any], rows: int, step: int, *rest: Any, light: bool = False, heavy: bool = False
    ) -> None:
        """Call `work(first, last, *rest)` for parts of `range(rows)` that meet at multiples of `step`.

        Parts must not meet in what they write. `light` work takes a few nanoseconds a row,
        `heavy` work microseconds.
        """
        least = LEAST_ROWS_OF_LIGHT_WORK if light else LEAST_ROWS_OF_HEAVY_WORK if heavy else LEAST_ROWS
        if self._pool is None or rows < least:
            work(0, rows, *rest)
            return
        steps = -(-rows // step)
        ends = [min(rows, steps * part // self.count * step) for part in range(self.count)] + [rows]
        others = [self._pool.submit(work, ends[part], ends[part + 1], *rest) for part in range(1, self.count)]
        work(ends[0], ends[1], *rest)
        for other in others:
            other.result()

    def close(self) -> None:
        """End the threads."""
        if self._pool is not None:
            self._pool.shutdown()
