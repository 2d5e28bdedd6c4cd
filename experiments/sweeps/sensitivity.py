"""Indices of sensitivity: how much of a response each path explains, with intervals and noise floors."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

import numpy as np

from experiments.sweeps import noise_floor
from experiments.sweeps.designs import NOISE, Design, Floats, Ints, problem

if TYPE_CHECKING:
    import pandas as pd

    from scenarios import Plan

Responses = Mapping[tuple[str, str], Floats]
"""For each (KPI, variant) a number at each point of the design, shape (n,); not finite where there is none."""
Row = tuple[str, str, float, float, float, float, bool]

COLUMNS = ("kpi", "variant", "path", "index", "value", "low", "high", "floor", "clear", "dropped")
RESAMPLES = 200
_Z = 1.959964
_FEW = 7
_WAVES = 6
_ROUNDING = 1e-9


def indices(plan: Plan, design: Design, responses: Responses) -> pd.DataFrame:
    """Indices of sensitivity, a row for each: kpi, variant, path, index, value, low, high, floor, clear, dropped.

    S1 is the share of the response's variance that a path explains by itself, ST the share that it explains by itself
    and in interactions with others. mu_star, mu and sigma are the mean size, the mean and the standard deviation of the
    effect of a step over the whole axis, in the KPI's unit. low and high are 95 % intervals; nan for a grid, which has
    no sampling error. floor is the noise floor: the 95 % point of the index of a path that only changes the random
    numbers, by its values or at each point. clear says that the whole interval is above the floor. dropped counts
    points (latin, file, grid), base rows (sobol) or trajectories (morris) without a finite response. A constant
    response has nan for indices, and a plan without sensitivity has no rows.
    """
    import pandas as pd

    found = []
    for (kpi, variant), response in responses.items() if plan.sensitivity else ():
        rows, dropped = _KINDS[plan.design](plan, design, np.asarray(response, dtype=np.float64))
        found += [(kpi, variant, *row, dropped) for row in rows]
    return pd.DataFrame(found, columns=list(COLUMNS)).astype({"value": float, "clear": bool, "dropped": int})


def _row(path: str, index: str, value: float, reach: float, floor: float) -> Row:
    """A row with a symmetric interval of half-width `reach`."""
    clear = bool(abs(value) - reach > floor + _ROUNDING * abs(value))
    return path, index, float(value), float(value - reach), float(value + reach), float(floor), clear


def _missing(paths: list[str], names: tuple[str, ...]) -> list[Row]:
    return [(path, name, np.nan, np.nan, np.nan, 0.0, False) for path in paths for name in names]


def is_constant(values: Floats) -> bool:
    """Whether numbers differ by rounding only, or are fewer than two."""
    return values.size < 2 or bool(np.ptp(values) <= 1e-12 * np.abs(values).max())


def _paths(plan: Plan) -> list[str]:
    return [axis.path for axis in plan.axes]


# --- Sobol and Morris, with one more axis that changes only the random numbers ----------------------


def _sobol(plan: Plan, design: Design, response: Floats) -> tuple[list[Row], int]:
    """Saltelli's design and estimators (Saltelli et al. 2010), with the noise axis."""
    from SALib.analyze import sobol

    rows = response[: design.shared].reshape(-1, design.block)
    with_noise = np.column_stack([rows[:, :-1], response[design.shared :], rows[:, -1]])
    whole = with_noise[np.isfinite(with_noise).all(axis=1)]
    dropped = len(rows) - len(whole)
    names = [*_paths(plan), NOISE]
    if is_constant(whole[:, [0, -1]].ravel()):
        return _missing(names, ("S1", "ST")), dropped
    found = sobol.analyze(
        problem(plan, NOISE), whole.ravel(), calc_second_order=False, num_resamples=RESAMPLES, seed=plan.seed + 1
    )
    noise = max(0.0, found["ST"][-1] + found["ST_conf"][-1])
    counts = [*design.table[: design.shared].nunique(), np.inf]
    floors = [noise * noise_floor.variance_quantile(count) for count in counts]
    return [
        _row(path, index, found[index][place], found[f"{index}_conf"][place], floors[place])
        for place, path in enumerate(names)
        for index in ("S1", "ST")
    ], dropped


def _morris(plan: Plan, design: Design, response: Floats) -> tuple[list[Row], int]:
    """Elementary effects (Campolongo et al. 2007); each trajectory begins with a step of the noise axis."""
    from SALib.analyze import morris

    rows = np.column_stack([response[design.shared :], response[: design.shared].reshape(-1, design.block)])
    kept: noise_floor.Kept = np.all(np.isfinite(rows), axis=1)
    names, dropped = [*_paths(plan), NOISE], int((~kept).sum())
    if kept.sum() < 2 or is_constant(rows[kept].ravel()):
        return _missing(names, ("mu_star", "mu", "sigma")), dropped
    step = plan.levels / (2.0 * (plan.levels - 1))
    unit = _with_noise_axis(design.unit[: design.shared].reshape(len(rows), design.block, -1)[kept], step)
    found = morris.analyze(
        problem(plan, NOISE), unit, rows[kept].ravel(), num_resamples=RESAMPLES, num_levels=plan.levels, seed=plan.seed
    )
    wider = np.array([*(step / _strides(plan, design)), 1.0])
    effects = {name: wider * np.asarray(found[name], dtype=np.float64) for name in _MORRIS}
    sizes = wider * noise_floor.noise_sd(design, response) / step
    rng = np.random.default_rng(plan.seed)
    noise = [noise_floor.noise_effects(rng, codes) for codes in noise_floor.steps(plan, design, kept)]
    floors = [{name: size * value for name, value in one.items()} for size, one in zip(sizes, noise, strict=True)]
    return _morris_rows(names, effects, floors, int(kept.sum())), dropped


def _with_noise_axis(unit: Floats, step: float) -> Floats:
    """Trajectories, shape (t, points, d), with a first step of the noise axis from 0 to `step`; shape (n, d + 1)."""
    unit = np.concatenate([unit[:, :1], unit], axis=1)
    noise = np.full((*unit.shape[:2], 1), step)
    noise[:, 0] = 0.0
    return np.concatenate([unit, noise], axis=2).reshape(-1, unit.shape[2] + 1)


_MORRIS = ("mu_star", "mu_star_conf", "mu", "sigma")


def _strides(plan: Plan, design: Design) -> Floats:
    """Mean share of each axis that a step covers, shape (d,); 1 for switches and other values without an order."""
    found = []
    for axis in plan.axes:
        cells = design.table[axis.path][: design.shared]
        listed = [axis.cell(value) for value in axis.values]
        places = cells.map(listed.index) if listed else np.log(cells) if axis.log else cells
        moves = np.abs(np.diff(places.to_numpy(dtype=np.float64).reshape(-1, design.block), axis=1)).max(axis=1)
        ends = len(listed) - 1 if listed else np.ptp(places)
        found.append(moves.mean() / ends if axis.numeric and ends else 1.0)
    return np.array(found)


def _morris_rows(
    names: list[str], effects: Mapping[str, Floats], floors: list[dict[str, float]], count: int
) -> list[Row]:
    from scipy.stats import chi2

    reach = {"mu_star": effects["mu_star_conf"], "mu": _Z * effects["sigma"] / np.sqrt(count)}
    low, high = (np.sqrt((count - 1) / chi2.ppf(q, count - 1)) for q in (0.975, 0.025))
    rows = []
    for place, (path, floor) in enumerate(zip(names, floors, strict=True)):
        rows += [_row(path, name, effects[name][place], width[place], floor[name]) for name, width in reach.items()]
        sigma, most = effects["sigma"][place], floor["sigma"]
        rows.append((path, "sigma", float(sigma), low * sigma, high * sigma, float(most), bool(low * sigma > most)))
    return rows


# --- Latin and file: regression on one axis --------------------------------------------------------


def _scattered(plan: Plan, design: Design, response: Floats) -> tuple[list[Row], int]:
    """First-order shares by regression on cosines of one axis' ranks, or on its values where they are few.

    The share explained is corrected for the number of terms, so that it is zero on average where there is nothing.
    It needs far fewer points than the Fourier sums of RBD-FAST, which take twenty terms whatever the number of
    points. The floor is the 95 % point over permutations of the response. For an axis with repeated values it is at
    least the index of as many values that each have random numbers of their own, as in a grid.
    """
    shared = response[: design.shared]
    kept = np.isfinite(shared)
    known = shared[kept]
    noise = noise_floor.noise_variance(design, response)
    if is_constant(known):
        return _missing(_paths(plan), ("S1",)), int((~kept).sum())
    shuffles = np.random.default_rng(plan.seed).permuted(np.tile(known, (RESAMPLES, 1)), axis=1).T
    rows: list[Row] = []
    for axis in plan.axes:
        cells = design.table[axis.path].to_numpy()[: design.shared][kept]
        terms = _terms(cells)
        if terms is None:
            rows += _missing([axis.path], ("S1",))
            continue
        value, reach = _share(terms, known)
        floor = float(np.quantile(_adjusted(terms, shuffles), noise_floor.CONFIDENCE))
        count = len(np.unique(cells))
        by_value = noise * noise_floor.variance_quantile(count) / known.var() if count < len(cells) else 0.0
        rows.append(_row(axis.path, "S1", value, reach, max(0.0, floor, by_value)))
    return rows, int((~kept).sum())


def _terms(cells: np.ndarray) -> Floats | None:
    """Orthonormal columns of a regression on one axis, the first constant; None where the points are too few."""
    from scipy.stats import rankdata

    places, codes = np.unique(cells, return_inverse=True)
    count = len(cells)
    if len(places) <= _FEW or cells.dtype.kind not in "if":
        columns = np.eye(len(places))[codes][:, 1:]
    else:
        share = (rankdata(cells) - 0.5) / count
        waves = min(_WAVES, count // 12 + 2)
        columns = np.cos(np.pi * np.outer(share, np.arange(1, waves + 1)))
    if not 0 < columns.shape[1] < count - 2:
        return None
    return np.linalg.qr(np.column_stack([np.ones(count), columns]))[0]


def _adjusted(terms: Floats, responses: Floats) -> Floats:
    """Share of variance explained, corrected for the number of terms; responses have shape (n, m)."""
    centred = responses - responses.mean(axis=0)
    total = (centred**2).sum(axis=0)
    explained = ((terms.T @ centred) ** 2).sum(axis=0) / total
    count, free = terms.shape
    corrected: Floats = 1.0 - (1.0 - explained) * (count - 1) / (count - free)
    return corrected


def _share(terms: Floats, response: Floats) -> tuple[float, float]:
    """The corrected share and the half-width of its interval, from each point's influence on it."""
    count, free = terms.shape
    centred = response - response.mean()
    left = centred - terms @ (terms.T @ centred)
    value = float(_adjusted(terms, response[:, None])[0])
    unexplained = (left**2).mean() / (centred**2).mean()
    influence = (unexplained * centred**2 - left**2) / (centred**2).mean()
    variance = (influence**2).mean() / count + 2.0 * (free - 1) * unexplained**2 / count**2
    return value, _Z * float(np.sqrt(variance))


# --- grid: exact shares ----------------------------------------------------------------------------


def _grid(plan: Plan, design: Design, response: Floats) -> tuple[list[Row], int]:
    """Shares of the variance over the grid, by themselves (S1) and with all interactions (ST).

    The floor is the index of an axis of as many values that each have random numbers of their own and no other effect.
    Their variance is estimated from the repeated points, at its upper 95 % limit.
    """
    shared = response[: design.shared]
    kept = np.isfinite(shared)
    known = shared[kept]
    if is_constant(known):
        return _missing(_paths(plan), ("S1", "ST")), int((~kept).sum())
    codes = np.column_stack(
        [np.unique(column, return_inverse=True)[1] for column in design.unit[: design.shared][kept].T]
    )
    noise = noise_floor.noise_variance(design, response)
    rows: list[Row] = []
    for place, axis in enumerate(plan.axes):
        floor = noise * noise_floor.variance_quantile(len(np.unique(codes[:, place]))) / known.var()
        alone = 1.0 - _within(known, codes[:, [place]]) / known.var()
        total = _within(known, np.delete(codes, place, axis=1)) / known.var()
        rows += [_exact(axis.path, name, share, floor) for name, share in (("S1", alone), ("ST", total))]
    return rows, int((~kept).sum())


def _exact(path: str, index: str, value: float, floor: float) -> Row:
    return path, index, float(value), np.nan, np.nan, float(floor), bool(value > floor + _ROUNDING)


def _within(values: Floats, codes: Ints) -> float:
    """Variance within groups of equal codes."""
    _, group = np.unique(codes, axis=0, return_inverse=True)
    means = np.bincount(group, weights=values) / np.bincount(group)
    return float(((values - means[group]) ** 2).mean())


_KINDS: dict[str, Callable[[Plan, Design, Floats], tuple[list[Row], int]]] = {
    "sobol": _sobol,
    "morris": _morris,
    "latin": _scattered,
    "file": _scattered,
    "grid": _grid,
}
