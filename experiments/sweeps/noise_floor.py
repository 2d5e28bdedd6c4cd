"""What luck alone may show of an axis that does nothing else: the floors beside indices of sensitivity."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from experiments.sweeps.designs import Design, Floats, Ints

if TYPE_CHECKING:
    from scenarios import Plan

CONFIDENCE = 0.95
_LUCKS = 1000

Kept = npt.NDArray[np.bool_]


def chance(count: float) -> float:
    """95 % point of the variance over `count` draws of a standard normal; 1 for endlessly many."""
    from scipy.stats import chi2

    if np.isinf(count):
        return 1.0
    return float(chi2.ppf(CONFIDENCE, count - 1) / count) if count > 1 else 0.0


def luck_variance(design: Design, response: Floats) -> float:
    """Upper 95 % end of the variance that luck brings into one point's number."""
    from scipy.stats import chi2

    gaps = _luck_gaps(design, response)
    return float((gaps**2).sum() / 2.0 / chi2.ppf(1.0 - CONFIDENCE, gaps.size)) if gaps.size else 0.0


def luck_size(design: Design, response: Floats) -> float:
    """Standard deviation that luck brings into one point's number."""
    gaps = _luck_gaps(design, response)
    return float(np.sqrt((gaps**2).mean() / 2.0)) if gaps.size else 0.0


def _luck_gaps(design: Design, response: Floats) -> Floats:
    """What other luck changes at the points that are lived again."""
    gaps = response[design.shared :] - response[design.base[design.shared :]]
    found: Floats = gaps[np.isfinite(gaps)]
    return found


def steps(plan: Plan, design: Design, kept: Kept) -> list[Ints]:
    """For each axis, luck's last, the values below and above its step in each trajectory, as codes; shape (t, 2)."""
    unit = design.unit[: design.shared].reshape(len(kept), design.block, -1)[kept]
    each = np.arange(len(unit))
    found = []
    for place, axis in enumerate(plan.axes):
        cells = design.table[axis.path].to_numpy()[: design.shared]
        codes = np.unique(cells, return_inverse=True)[1].reshape(len(kept), design.block)[kept]
        moves = np.diff(unit[:, :, place], axis=1)
        step = np.abs(moves).argmax(axis=1)
        ends = np.column_stack([codes[each, step], codes[each, step + 1]])
        found.append(np.where(moves[each, step][:, None] < 0, ends[:, ::-1], ends))
    return [*found, _alone(len(unit))]


def _alone(count: int) -> Ints:
    """Steps of which no two have a value in common."""
    return np.arange(2 * count, dtype=np.int64).reshape(-1, 2)


def lucky(rng: np.random.Generator, steps: Ints) -> dict[str, float]:
    """What luck of standard deviation 1 may show (95 %) along an axis that does nothing else.

    The worse of two laws: each value has its own luck wherever it stands, or each point has. That the size of luck is
    known from as many repeats as there are steps makes normal draws into Student's.
    """
    shown = [_luck_at(rng, codes) for codes in (steps, _alone(len(steps)))]
    return {name: max(law[name] for law in shown) for name in shown[0]}


def _luck_at(rng: np.random.Generator, steps: Ints) -> dict[str, float]:
    count = len(steps)
    size = np.sqrt(rng.chisquare(count, (_LUCKS, 1)) / count)
    luck = rng.standard_normal((_LUCKS, int(steps.max()) + 1)) / size
    gaps = luck[:, steps[:, 1]] - luck[:, steps[:, 0]]
    shown = {"mu_star": np.abs(gaps).mean(axis=1), "mu": np.abs(gaps.mean(axis=1)), "sigma": gaps.std(axis=1, ddof=1)}
    return {name: float(np.quantile(values, CONFIDENCE)) for name, values in shown.items()}
