"""The event log's order: person by person, one person's events as they were noted."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest

from sim.output.event_log import order_of_people

LARGEST = 2**64 - 1


@pytest.mark.parametrize(
    "people",
    [
        [7],
        [5, 5, 5],
        [LARGEST, 0, LARGEST, 3, 0],
        [*range(40, 0, -1), 2**63, *range(40)],
        np.random.default_rng(1).integers(0, LARGEST, 500, dtype=np.uint64).repeat(3)[::-1],
    ],
    ids=["one", "all the same", "the ends", "crowded", "as they are"],
)
def test_events_are_in_order_of_people_and_stay_in_order_within(people: npt.ArrayLike) -> None:
    person = np.array(people, dtype=np.uint64)
    assert order_of_people(person).tolist() == np.argsort(person, kind="stable").tolist()
