"""Coarser histories: customers with nearly equal histories are summed up as one, at their mean.

What is left out is of second order in the width of a cell. Searches and draws run on few cells; the slope of all
histories then corrects where the maximum lies (`fitting.fit`).
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import numpy.typing as npt

from calibration.model.likelihood import Histories

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

LAG = 50.0
"""Days: times much shorter than this differ by days, longer ones by ratios."""
NARROWEST, WIDER = 0.02, 1.2
COUNTED = 4
"""Repeat orders up to here are never merged."""


def coarser(h: Histories, most: int) -> Histories:
    """At most about `most` histories: the narrowest cells in repeat orders, silence and age that are so few."""
    if h.x.size <= most:
        return h
    width, cell = NARROWEST, _cells(h, NARROWEST)
    while cell.max() + 1 > most and width < 3.0:
        width *= WIDER
        cell = _cells(h, width)
    return _merged(h, cell)


def _cells(h: Histories, width: float) -> Ints:
    """The number of each history's cell, shape (n,)."""
    many = COUNTED + np.floor(np.log(np.maximum(h.x, COUNTED) / COUNTED) / width)
    orders = np.where(h.x <= COUNTED, h.x, many)
    age, silence = (np.floor(np.log1p(t / LAG) / width) for t in (h.end, h.end - h.t_x))
    size = max(age.max(), silence.max()) + 2.0
    key = (orders * size + age) * size + np.where(h.x == 0.0, 0.0, silence + 1.0)
    if h.entries is not None:
        known = h.entries.known * 7.0
        before = np.where(
            np.isnan(known), 0.0, np.where(known > 0.0, 2.0, 1.0) + np.floor(np.log1p(known / LAG) / width)
        )
        key = np.unique(key, return_inverse=True)[1].ravel() * (np.nanmax(before) + 1.0) + before
    return np.asarray(np.unique(key.astype(np.int64), return_inverse=True)[1], dtype=np.int64).ravel()


def _merged(h: Histories, cell: Ints) -> Histories:
    count = np.asarray(np.bincount(cell, weights=h.count), dtype=float)

    def mean(values: Floats) -> Floats:
        return np.asarray(np.bincount(cell, weights=values * h.count) / count)

    x, t_x, end = mean(h.x), mean(h.t_x), mean(h.end)
    start = np.floor(mean(h.start + h.end) - end + 1e-9).astype(np.int64)
    entries = replace(h.entries, known=mean(h.entries.known)) if h.entries else None
    return replace(
        h, x=x, t_x=np.minimum(t_x, end), end=end, start=start, count=count, row=cell[h.row], entries=entries
    )
