"""Relations that ended yesterday, for mechanisms to read: people who drifted away, deleted us, or left in a dispute."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from sim.stages import Event, Stage
from sim.state.run_state import RunState

REASONS = {Event.DRIFT: "drifted", Event.DELETE: "deleted", Event.DISPUTE: "disputed"}


class EndedRelations(NamedTuple):
    """Relations that ended on one day, in order of their instants; arrays of shape (n,).

    Who drifts away is still a contact, and may delete us or end in a dispute later, perhaps on the same day: that is a
    second entry.
    """

    person: npt.NDArray[np.int64]
    """The person's place in arrays of shape (context.size,)."""
    identity: npt.NDArray[np.uint64]
    """The person's number, the same in every arm."""
    instant: npt.NDArray[np.float64]
    """When, in days since the run's start."""
    reason: npt.NDArray[np.str_]
    """`drifted`, `deleted` or `disputed`."""


def ended_relations(state: RunState) -> EndedRelations:
    """Those of yesterday; there are none before the first day's end."""
    events, population = state.books.log.yesterday, state.population
    places = np.flatnonzero(np.isin(events.kind, list(REASONS)))
    places = places[np.argsort(events.instant[places], kind="stable")]
    identity = events.person[places]
    gone = np.flatnonzero(population.column("stage") >= Stage.DRIFTED)
    by_identity = gone[np.argsort(population.column("identity")[gone])]
    person = by_identity[np.searchsorted(population.column("identity")[by_identity], identity)]
    reason = np.array([REASONS[Event(kind)] for kind in events.kind[places]], dtype="U8")
    return EndedRelations(person, identity, events.instant[places], reason)
