"""How the level of orders moves with the calendar: a lasting shift, a season of the year and shocks of single weeks.

The log ratio of each week's repeat order-days to what the fitted law expects of it is a Gaussian process: a random walk
(what has changed stays changed), a season by month (half of its variance shared by neighbouring months), and
independent week shocks. The three standard deviations are averaged over a grid by marginal likelihood, so a season or
a shift that the weeks do not show is shrunk towards none, and weeks ahead in months never seen keep the whole variance.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import product

import numpy as np
import numpy.typing as npt

from calibration.model.likelihood import WEEK, Histories, Parameters

Floats = npt.NDArray[np.float64]

SHIFTS = ((0.002, 0.25), (0.007, 0.3), (0.015, 0.25), (0.03, 0.15), (0.06, 0.05))
"""Sd of the lasting shift a week, and the prior's weight."""
SEASONS = ((0.03, 0.2), (0.1, 0.2), (0.2, 0.25), (0.4, 0.25), (0.8, 0.1))
"""Sd of the log multiplier of a month."""
SHOCKS = ((0.02, 0.2), (0.06, 0.25), (0.12, 0.25), (0.2, 0.2), (0.35, 0.1))
"""Sd of the log multiplier of a single week."""
START = 0.05
"""Sd of the level at the first week, which the fitted law leaves open."""
NEAR = 0.7
"""Length over which neighbouring months are alike, as a share of the radius of the year's circle."""
LEAST = 0.5
MONTHS = 12
ROWS = 20_000
"""Histories of which expectations are summed at a time."""


@dataclass(frozen=True)
class CalendarLevels:
    """The log level of each week, past (weeks,) and ahead (ahead,), and draws of the level ahead, shape (draws, ahead).

    shift, season, shock: means of the three standard deviations over their posterior. unseen: months ahead (1 to 12)
    of which no past week tells.
    """

    past: Floats
    ahead: Floats
    draws: Floats
    shift: float
    season: float
    shock: float
    unseen: tuple[int, ...]


def months_of(first: date, weeks: int) -> npt.NDArray[np.int64]:
    """The month (0 to 11) of the middle day of each week of seven days from `first` on."""
    return np.array([(first + timedelta(days=7 * w + 3)).month - 1 for w in range(weeks)], dtype=np.int64)


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


def calendar_levels(seen: Floats, due: Floats, month: npt.NDArray[np.int64], draws: int, seed: int) -> CalendarLevels:
    """Levels from weekly repeat order-days, seen and expected (weeks,), and the month of each week, ahead too."""
    weeks, size = seen.size, month.size
    ratio = np.log((seen + LEAST) / (due + LEAST))
    noise = 1.0 / (due + LEAST)
    walk = np.minimum.outer(np.arange(1.0, size + 1), np.arange(1.0, size + 1))
    angle = 2.0 * np.pi * np.arange(MONTHS) / MONTHS
    near = np.exp(-2.0 * np.sin(0.5 * (angle[:, None] - angle)) ** 2 / NEAR**2)
    year = (0.5 * near + 0.5 * np.eye(MONTHS))[np.ix_(month, month)]
    found = []
    for (shift, p), (season, q), (shock, s) in product(SHIFTS, SEASONS, SHOCKS):
        smooth = START**2 + shift**2 * walk + season**2 * year
        root = np.linalg.cholesky(smooth[:weeks, :weeks] + np.diag(noise + shock**2))
        scaled = np.linalg.solve(root, ratio)
        score = np.log(p * q * s) - np.log(np.diag(root)).sum() - 0.5 * scaled @ scaled
        found.append((score, smooth, root, (shift, season, shock)))
    score = np.array([row[0] for row in found])
    mass = np.exp(score - score.max())
    mass /= mass.sum()
    rng = np.random.default_rng([seed, 23])
    past, ahead, drawn = np.zeros(weeks), np.zeros(size - weeks), []
    for share, number, (_, smooth, root, sds) in zip(mass, rng.multinomial(draws, mass), found, strict=True):
        if share < 1e-4 and not number:
            continue
        gain = np.linalg.solve(root.T, np.linalg.solve(root, smooth[:weeks])).T
        mean = gain @ ratio
        past, ahead = past + share * mean[:weeks], ahead + share * mean[weeks:]
        left = smooth[weeks:, weeks:] - gain[weeks:] @ smooth[:weeks, weeks:]
        half = np.linalg.cholesky(left + 1e-9 * np.eye(size - weeks))
        levels = mean[weeks:] + rng.standard_normal((number, size - weeks)) @ half.T
        drawn.append(levels + sds[2] * rng.standard_normal((number, size - weeks)))
    shift, season, shock = (float(v) for v in mass @ np.array([row[3] for row in found]))
    unseen = sorted(set(month[weeks:].tolist()) - set(month[:weeks].tolist()))
    return CalendarLevels(
        past, ahead, rng.permutation(np.concatenate(drawn)), shift, season, shock, tuple(m + 1 for m in unseen)
    )
