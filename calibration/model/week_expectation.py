"""What the fitted law expects of each week, given all that each customer did."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import numpy.typing as npt

from calibration.model.likelihood import WEEK, Histories, Parameters

Floats = npt.NDArray[np.float64]

ROWS = 20_000
"""Histories of which expectations are summed at a time."""


def expected_of_weeks(h: Histories, p: Parameters, days: int) -> Floats:
    """Expected repeat order-days of each week of the `days` observed, given all that each customer did (weeks,).

    The rate and the time of dropping out are those of each customer's posterior, without the calendar's multipliers:
    what a week has beyond this is the calendar's. Sums over weeks in place of an integral; k is taken as 1.
    """
    total = np.zeros(-(-days // 7))
    for first in range(0, h.x.size, ROWS):
        part = slice(first, first + ROWS)
        some = replace(h, x=h.x[part], t_x=h.t_x[part], start=h.start[part], count=h.count[part])
        total += _expected_of_some(some, p, days)
    if days % 7 == 6:  # the last week has seven order-days, but six days from one of them to the next
        total[-1] *= 7.0 / 6.0
    return total


def _expected_of_some(h: Histories, p: Parameters, days: int) -> Floats:
    edges = np.minimum(np.arange(0, days + 7, 7), days)
    at = np.maximum(edges, h.start[:, None])
    last = (h.start + h.t_x).astype(int)[:, None]
    area = h.area[at] - h.area[h.start][:, None]
    drift = np.log1p((h.drift[at] - h.drift[h.start][:, None]) / p.beta)
    shape = p.r + h.x[:, None]
    # Of each week: the log chance of dropping out in it, and of no order from the last one until then.
    begin, end = np.maximum(at[:, :-1], last), np.maximum(at[:, 1:], last)
    scale = p.alpha + 0.5 * (h.area[begin] + h.area[end]) - h.area[h.start][:, None]
    part = np.exp(-p.s * (drift[:, :-1] - drift[:, -1:])) - np.exp(-p.s * (drift[:, 1:] - drift[:, -1:]))
    part *= (end - begin) / np.maximum(at[:, 1:] - at[:, :-1], 1)
    left = (p.alpha + area[:, -1:]) / scale
    mass = np.column_stack([part * left**shape, np.ones(h.x.size)])
    rate = shape / np.column_stack([scale, p.alpha + area[:, -1:]])
    share = mass / mass.sum(axis=1, keepdims=True)
    active = np.cumsum((share * rate)[:, ::-1], axis=1)[:, ::-1]
    during = 0.5 * (active[:, :-1] + active[:, 1:])
    return np.asarray(h.count @ (during * (at[:, 1:] - at[:, :-1]) / WEEK))
