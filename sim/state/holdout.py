"""Holdouts: who is left out of a programme by lot."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from sim.draws import Decision, name_hash
from sim.people.population import Population
from sim.people.traits import draw

Mask = npt.NDArray[np.bool_]


class Holdout:
    """A share of all people, left out of the programme of this name: the same people on every day."""

    def __init__(self, name: str, share: float) -> None:
        self._mark = name_hash(name) % 2**32
        self._share = share
        self._left_out: Mask = np.zeros(0, dtype=bool)
        self._known = 0

    def of(self, population: Population) -> Mask:
        """Who is left out, shape (size,); (0,) where the share is 0."""
        size = population.size
        if self._share > 0.0 and self._known < size:
            if self._left_out.size < size:
                room = np.zeros(population.people.stage.size, dtype=bool)
                room[: self._known] = self._left_out[: self._known]
                self._left_out = room
            new = population.column("identity")[self._known :]
            self._left_out[self._known : size] = draw(population.key, new, Decision.HOLDOUT, self._mark) < self._share
            self._known = size
        return self._left_out[:size]


NOBODY = Holdout("", 0.0)
"""Leaves nobody out."""
