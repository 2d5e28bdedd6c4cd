"""Orders for which a day's blocks had no room: their clocks go on where they stopped, with as much room as it takes."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from sim.compiled import jit
from sim.day.day_arrays import DayOutputs, Paused, Today, emit
from sim.draws import Decision, keyed, threshold
from sim.people import customer_columns as c
from sim.people.customer_columns import CustomerColumns
from sim.stages import Event, Stage
from sim.units import WrongValue

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

MOST = 100.0
"""Orders of a person and day, in the mean over all who are there, beyond which a run is refused."""
_ORDER, _EV_ORDER = int(Decision.ORDER), int(Event.ORDER)
_FIRST_BUYER, _REPEATER = int(Stage.FIRST_BUYER), int(Stage.REPEATER)


def more_orders(people: CustomerColumns, size: int, today: Today, thresholds: Floats, out: DayOutputs) -> DayOutputs:
    """The day's outputs with the orders of clocks that had stopped for want of room; writes to `people` and `out`.

    The same bits as with room for all of them from the first. Raises WrongValue where a run asks for more than `MOST`
    orders of a person and day.
    """
    paused = out.paused
    if not paused.counts.any():
        return out
    expected = sum(float(r[:n, 0].sum()) for r, n in zip(paused.reals, paused.counts, strict=True))
    if not expected <= MOST * size:
        expected_text = f"at most {MOST:g} orders of a person and day"
        raise WrongValue(
            f"day {today.day}", expected_text, f"{expected / size:.3g}: order rates or offers are too high"
        )
    more = count_paused(people, today, thresholds, paused)
    wider = _widened(out, out.person.shape[1] + int(more.max()))
    resume(people, today, thresholds, wider)
    return wider


def _widened(out: DayOutputs, room: int) -> DayOutputs:
    """The outputs with room for so many events in each block."""
    wider = out._replace(
        person=np.empty((out.counts.size, room), dtype=out.person.dtype),
        kind=np.empty((out.counts.size, room), dtype=out.kind.dtype),
        instant=np.empty((out.counts.size, room)),
        ordinal=np.empty((out.counts.size, room), dtype=out.ordinal.dtype),
    )
    for row, count in enumerate(out.counts):
        wider.person[row, :count] = out.person[row, :count]
        wider.kind[row, :count] = out.kind[row, :count]
        wider.instant[row, :count] = out.instant[row, :count]
        wider.ordinal[row, :count] = out.ordinal[row, :count]
    return wider


@jit
def count_paused(people: CustomerColumns, today: Today, thresholds: Floats, paused: Paused) -> Ints:
    """How many orders the stopped clocks still bring today, by block."""
    more = np.zeros(paused.counts.size, dtype=np.int64)
    for b in range(paused.counts.size):
        for k in range(paused.counts[b]):
            i, reals = paused.person[b, k], paused.reals[b, k]
            rate, end, at = reals[0], reals[1], reals[2]
            left, n = people.reals[c.ORDER_LEFT, i], people.ints[c.ORDERS, i]
            while left <= rate * (end - at):
                at += left / rate
                n += 1
                more[b] += 1
                left = threshold(keyed(today.key, people.identity[i], _ORDER, n + 1), thresholds)
    return more


@jit
def resume(people: CustomerColumns, today: Today, thresholds: Floats, out: DayOutputs) -> None:
    """Let the stopped clocks run on to the end of the day, as `run_order_clocks` does."""
    for b in range(out.paused.counts.size):
        for k in range(out.paused.counts[b]):
            i, reals, area = out.paused.person[b, k], out.paused.reals[b, k], 0.0
            rate, end, at = reals[0], reals[1], reals[2]
            left, n = people.reals[c.ORDER_LEFT, i], people.ints[c.ORDERS, i]
            while left <= rate * (end - at):
                at += left / rate
                area += left
                n += 1
                if n == 2:
                    if people.stage[i] == _FIRST_BUYER:  # who has left by the end of the day stays so
                        people.stage[i] = _REPEATER
                    people.ints[c.SECOND_ORDER, i] = today.day
                emit(out, b, i, _EV_ORDER, today.day + at, n)
                left = threshold(keyed(today.key, people.identity[i], _ORDER, n + 1), thresholds)
            rest = rate * (end - at)
            people.ints[c.ORDERS, i], people.reals[c.ORDER_LEFT, i] = n, left - rest
            if out.accounts.shape[0] > 0:
                out.accounts[i, 0] += area + rest
