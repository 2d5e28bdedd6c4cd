"""Work shared by threads: every row once, and errors come back."""

from __future__ import annotations

import threading

import numpy as np
import pytest

from sim.threads import LEAST_ROWS, LEAST_ROWS_OF_LIGHT_WORK, Threads

STEP = 2048


@pytest.mark.parametrize("count", [1, 2, 3, 5])
@pytest.mark.parametrize("rows", [0, 1, LEAST_ROWS - 1, LEAST_ROWS, 3 * LEAST_ROWS + 17])
def test_every_row_is_worked_on_once(count: int, rows: int) -> None:
    threads, times = Threads(count), np.zeros(rows, dtype=np.int64)

    def work(first: int, last: int, add: int) -> None:
        assert first % STEP == 0
        times[first:last] += add

    for _ in range(3):
        threads.share(work, rows, STEP, 2)
    threads.close()
    assert np.all(times == 6)


def test_light_work_is_shared_among_more_rows() -> None:
    threads, workers = Threads(2), set[int]()

    def work(_first: int, _last: int) -> None:
        workers.add(threading.get_native_id())

    threads.share(work, LEAST_ROWS_OF_LIGHT_WORK - 1, STEP, light=True)
    assert len(workers) == 1
    threads.share(work, LEAST_ROWS_OF_LIGHT_WORK, STEP, light=True)
    threads.close()
    assert len(workers) == 2


def test_an_error_in_a_helper_is_the_caller_s() -> None:
    threads = Threads(2)

    def work(first: int, _last: int) -> None:
        if first:
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        threads.share(work, LEAST_ROWS, STEP)
    threads.close()
