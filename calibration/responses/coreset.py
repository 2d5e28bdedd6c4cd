"""Few people with weights who stand for all people of a history: a Bayesian coreset.

The log-likelihoods of people are smooth functions of the same few dozen numbers, so that a weighted sum over some of
them follows the sum over all of them wherever it does so at enough places (Campbell & Broderick 2019; the weights are
those of an empirical cubature, Hernandez, Caicedo & Ferrer 2017). Weights are found by nonnegative least squares at
places where all people are known. What all people are expected to order in each week is found from the orders that the
few are expected to have, by a ridge regression on the same places.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from calibration.responses.response_density import (
    EvidenceAt,
    HistoryEvidence,
    ResponseDensity,
    inside,
    weekly_sums,
)
from sim.scenario import Market

Floats = npt.NDArray[np.float64]

PEOPLE_EACH_PLACE = 0.5
"""Directions in which the places differ that the weights follow, as a share of the places: the last ones are noise."""
FAR_BELOW = 60.0
"""Places so far below the highest in log density are left out, of the lower half."""
PENALTIES = tuple(10.0**power for power in range(-6, 3))
"""Of the ridge regression, of which the best one is taken by leaving places out."""


@dataclass(frozen=True)
class Coreset:
    """What few people say of a market, in the place of all; m people.

    few: evidence of them. weights: shape (m,). ridge: from the weekly orders that the few are expected to
    have to those of all. rest: what the sum over all has beyond that over the few.
    """

    few: HistoryEvidence
    weights: Floats
    ridge: Any
    rest: float

    def tell(self, market: Market) -> EvidenceAt:
        """Weighted log-likelihoods, and what they leave out (m + 1,); the weekly orders of all (weeks,)."""
        people, daily = self.few.both(market)
        weighted = np.append(self.weights * people, self.rest)
        return EvidenceAt(weighted, self.ridge.predict(weekly_sums(daily)[None])[0])


@dataclass(frozen=True)
class RememberedDensity:
    """A log posterior that keeps what all people said wherever it was asked.

    few_of: makes evidence of the people of these rows, rising.
    """

    density: ResponseDensity
    few_of: Callable[[npt.NDArray[np.int64]], HistoryEvidence]
    known: list[tuple[Floats, EvidenceAt]] = field(default_factory=list)

    def value(self, z: Floats) -> float:
        """The log density at z (d,)."""
        if not inside(z):
            return -np.inf
        self.known.append((z, self.density.tell(z)))
        return self.density.of(z, self.known[-1][1])

    def by_few(self) -> Callable[[Floats], float]:
        """The log density by a coreset."""
        values = np.array([self.density.of(z, at) for z, at in self.known])
        near = np.flatnonzero(values >= min(values.max() - FAR_BELOW, float(np.median(values))))
        markets = [self.density.unknowns.market(self.known[place][0]) for place in near]
        coreset = coreset_of([self.known[place][1] for place in near], self.few_of, markets)

        def value(z: Floats) -> float:
            return self.density.of(z, coreset.tell(self.density.unknowns.market(z))) if inside(z) else -np.inf

        return value


def coreset_of(
    places: Sequence[EvidenceAt], few_of: Callable[[npt.NDArray[np.int64]], HistoryEvidence], markets: Sequence[Market]
) -> Coreset:
    """The coreset that follows all people at `places`, which are those of `markets`; few_of as above."""
    from scipy.optimize import nnls
    from sklearn.linear_model import RidgeCV

    people = np.array([place.people for place in places])
    _, sizes, directions = np.linalg.svd(people - people.mean(axis=0), full_matrices=False)
    kept = max(int(PEOPLE_EACH_PLACE * len(places)), 1)
    sides = sizes[:kept, None] * directions[:kept]
    weights, _ = nnls(sides, sides.sum(axis=1))
    rows = np.flatnonzero(weights > 0.0)
    few = few_of(rows)
    theirs = np.array([weekly_sums(few.both(market)[1]) for market in markets])
    ridge = RidgeCV(PENALTIES).fit(theirs, np.array([place.due for place in places]))
    return Coreset(few, weights[rows], ridge, float((people.sum(axis=1) - people @ weights).mean()))
