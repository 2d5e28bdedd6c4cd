"""The uncertain numbers of a market on a scale where what is believed of each before the orders is standard normal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt

from calibration.model.priors import (
    DROP_MEAN,
    DROP_SHAPE,
    LEVEL_SHIFT,
    LEVEL_SHIFTS,
    ORDER_MEAN,
    ORDER_SHAPE,
    REGULARITY,
    WEEK_SHOCK,
    WIDE,
    WIDE_SHOCK,
    Z95,
)
from calibration.responses.motives import SEEKER_ORDERS, SEEKERS, law_before, law_of_all
from scenarios.values.beliefs import Belief
from scenarios.values.paths import market_shapes, market_with
from sim.scenario import Market

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

FURTHEST = 6.0
"""Standard deviations to either side of the prior's median within which a number is looked for."""
TINY = 1e-12
"""How far a share on the logit scale stays inside 0 and 1."""
ALWAYS = {path: WIDE[path] for path in (ORDER_MEAN, ORDER_SHAPE, DROP_MEAN, DROP_SHAPE)} | {
    WEEK_SHOCK: WIDE_SHOCK,
    LEVEL_SHIFT: LEVEL_SHIFTS,
}
"""Numbers that orders tell of in every shop, with what is believed of them where a market believes nothing."""


@dataclass(frozen=True)
class JointBelief:
    """A normal belief about several numbers together, on the scale where each one's own belief is standard normal.

    mean: of shape (paths,); covariance: (paths, paths), positive definite.
    """

    paths: tuple[str, ...]
    mean: Floats
    covariance: Floats

    def log_ratio(self, z: Floats) -> Floats:
        """Log of this density over the standard normal one at z (..., paths), up to a constant."""
        away = z - self.mean
        square = (away * np.linalg.solve(self.covariance, away[..., None])[..., 0]).sum(axis=-1)
        return np.asarray(0.5 * (z**2).sum(axis=-1) - 0.5 * square)

    def completed(self, z: Floats, known: Sequence[str], rng: np.random.Generator) -> Floats:
        """All numbers (draws, paths) given those of `known` paths in z (draws, known), the others drawn."""
        own = [self.paths.index(path) for path in known]
        rest = [place for place in range(len(self.paths)) if place not in own]
        within, across = self.covariance[np.ix_(own, own)], self.covariance[np.ix_(rest, own)]
        slope = np.linalg.solve(within, across.T)
        left = self.covariance[np.ix_(rest, rest)] - across @ slope
        found = np.empty((len(z), len(self.paths)))
        found[:, own] = z
        noise = rng.standard_normal((len(z), len(rest))) @ np.linalg.cholesky(left).T
        found[:, rest] = self.mean[rest] + (z - self.mean[own]) @ slope + noise
        return found


@dataclass(frozen=True)
class Unknowns:
    """d uncertain numbers of a market, each on its belief's scale less its median, over its standard deviation.

    A belief is a split normal: below and above are its standard deviations on either side of the median, all of shape
    (d,). base: the market whose other numbers are as they are. low and high: what a market can hold, stored units.

    The order rate stands for that of all people, of either motive, of which orders tell: where benefit-seekers are more
    or fewer than the base has, the rate of those who are interested moves so that mean and variance of all stay.
    With a joint belief of some of them (`given`), positions are scaled once more, so that it is standard normal there.
    """

    base: Market
    paths: tuple[str, ...]
    beliefs: tuple[Belief, ...]
    low: Floats
    high: Floats
    whole: Bools
    given: JointBelief | None = None
    _middle: Floats = field(init=False, repr=False)
    _below: Floats = field(init=False, repr=False)
    _above: Floats = field(init=False, repr=False)
    _log: Bools = field(init=False, repr=False)
    _logit: Bools = field(init=False, repr=False)
    _mean: Floats = field(init=False, repr=False)
    _root: Floats = field(init=False, repr=False)

    def __post_init__(self) -> None:
        scale = np.array([belief.scale for belief in self.beliefs])
        columns = np.array([(b.p5, b.median, b.p95) for b in self.beliefs]).reshape(-1, 3).T
        found = [_to_scale(column, scale == "log", scale == "logit") for column in columns]
        mean, covariance = np.zeros(len(self)), np.eye(len(self))
        if self.given is not None:
            own = [place for place, path in enumerate(self.paths) if path in self.given.paths]
            there = [self.given.paths.index(self.paths[place]) for place in own]
            mean[own] = self.given.mean[there]
            covariance[np.ix_(own, own)] = self.given.covariance[np.ix_(there, there)]
        for name, value in (
            ("_mean", mean),
            ("_root", np.linalg.cholesky(covariance)),
            ("_log", scale == "log"),
            ("_logit", scale == "logit"),
            ("_middle", found[1]),
            ("_below", np.maximum(found[1] - found[0], 0.0) / Z95),
            ("_above", np.maximum(found[2] - found[1], 0.0) / Z95),
        ):
            object.__setattr__(self, name, value)

    def __len__(self) -> int:
        return len(self.paths)

    def values(self, z: Floats) -> Floats:
        """Stored units of positions z, shape (..., d), inside what a market can hold."""
        z = self.standard(z)
        y = self._middle + np.where(z < 0.0, self._below, self._above) * z
        value = np.where(self._log, np.exp(np.where(self._log, y, 0.0)), y)
        value = np.where(self._logit, 1.0 / (1.0 + np.exp(-np.where(self._logit, y, 0.0))), value)
        value = value.clip(self.low, self.high)
        if self._rates is not None:
            value[..., self._rates] = self._with_motives(value, forth=True)
        return np.asarray(np.where(self.whole, np.rint(value), value).clip(self.low, self.high))

    @property
    def _rates(self) -> list[int] | None:
        """Places of the order rate's mean and shape; None where one of them is not among the numbers."""
        both = [self.paths.index(path) for path in (ORDER_MEAN, ORDER_SHAPE) if path in self.paths]
        return both if len(both) == 2 else None

    def _with_motives(self, value: Floats, forth: bool) -> Floats:
        """Mean and shape of order rates, shape (..., 2): with the base's motives in the place of `value`'s, or back."""
        people = self.base.people
        usual = [np.array(people.benefit_seekers), np.array(people.seeker_orders)]
        own = [
            value[..., self.paths.index(path)] if path in self.paths else number
            for path, number in zip((SEEKERS, SEEKER_ORDERS), usual, strict=True)
        ]
        mean, shape = np.moveaxis(value[..., self._rates], -1, 0)
        given, found = (usual, own) if forth else (own, usual)
        of_all = law_of_all(mean, shape, given[0], given[1])
        return np.stack(law_before(*of_all, found[0], found[1]), axis=-1)

    def positions(self, values: Mapping[str, float]) -> Floats:
        """Positions of these values by path, the believed mean where a path has none; shape (d,).

        At most `FURTHEST` from 0 on the scale of each number's own belief.
        """
        given = np.array([float(values.get(path, b.median)) for path, b in zip(self.paths, self.beliefs, strict=True)])
        if self._rates is not None:
            given[self._rates] = self._with_motives(given, forth=False)
        away = _to_scale(given, self._log, self._logit) - self._middle
        sd = np.where(away < 0.0, self._below, self._above)
        z = np.divide(away, sd, out=np.zeros(len(self)), where=sd > 0.0)
        z = np.where([path in values for path in self.paths], z, self._mean)
        return self.placed(z.clip(-FURTHEST, FURTHEST))

    def standard(self, z: Floats) -> Floats:
        """Where each number's own belief is standard normal, of positions z (..., d)."""
        return z if self.given is None else np.asarray(self._mean + z @ self._root.T)

    def placed(self, standard: Floats) -> Floats:
        """Positions (d,) of what `standard` gives."""
        return standard if self.given is None else np.asarray(np.linalg.solve(self._root, standard - self._mean), float)

    def market(self, z: Floats) -> Market:
        """The base with the values of z (d,)."""
        return market_with(self.base, dict(zip(self.paths, self.values(z).tolist(), strict=True)))

    def only(self, paths: Sequence[str]) -> Unknowns:
        """Those of `paths`, in their own order; the others stay as the base has them."""
        kept = [i for i, path in enumerate(self.paths) if path in paths]
        return replace(
            self,
            paths=tuple(self.paths[i] for i in kept),
            beliefs=tuple(self.beliefs[i] for i in kept),
            low=self.low[kept],
            high=self.high[kept],
            whole=self.whole[kept],
        )

    def at(self, base: Market) -> Unknowns:
        """The same numbers of another market."""
        return replace(self, base=base)


def _to_scale(values: Floats, log: Bools, logit: Bools) -> Floats:
    inside = values.clip(TINY, 1.0 - TINY)
    found = np.where(log, np.log(np.maximum(values, TINY)), values)
    return np.asarray(np.where(logit, np.log(inside) - np.log1p(-inside), found))


def unknowns_of(market: Market, beliefs: Mapping[str, Belief], regular: bool) -> Unknowns:
    """All uncertain numbers of a market: its beliefs, and those of need that it believes nothing of.

    regular: whether the regularity of orders is one of them; else it stays as `market` has it.
    """
    shapes = market_shapes(market)
    known = {**ALWAYS, REGULARITY: WIDE[REGULARITY], **beliefs}
    if not regular:
        known.pop(REGULARITY)
    paths = tuple(sorted(known))
    units = [shapes[path].unit for path in paths]
    return Unknowns(
        market,
        paths,
        tuple(known[path] for path in paths),
        np.array([unit.low if unit else -np.inf for unit in units]),
        np.array([unit.high if unit else np.inf for unit in units]),
        np.array([shapes[path].whole for path in paths]),
    )
