"""Stocks: what touches, offers and service leave behind, how it fades, and what is owed."""

from __future__ import annotations

from sim.compiled import jit


def keep_per_day(half_life: float) -> float:
    """Share of a stock that is left after a day; `half_life` in days, above 0."""
    return float(2.0 ** (-1.0 / half_life))


@jit
def repayment(debt: float, repay: float, need: float) -> float:
    """Need given back today: a share of the debt, at most what the day has."""
    return min(debt * repay, need)


@jit
def worth_waiting(saving: float, half: float) -> float:
    """Share of needs for which a saving is worth waiting, in [0, 1): one half at `half`."""
    square = saving * saving
    return square / (square + half * half)


@jit
def unmet(saving: float, hoped: float, half: float) -> float:
    """Share of what waited for a saving of `hoped` for which this one is not enough, in [0, 1]."""
    worth = worth_waiting(hoped, half)  # 0 where the square of a tiny saving underflows: nobody waited for that
    return 1.0 - worth_waiting(saving, half) / worth if saving < hoped and worth > 0.0 else 0.0


@jit
def expects(day: int, last: int, gap: int, horizon: float) -> bool:
    """Whether a campaign is expected within the horizon, after one on day `last` that came `gap` days after another."""
    return (gap > 0) & (last + gap - day <= horizon) & (day <= last + 2 * gap)
