"""The time for which a desk has room, by hand: agents, hours, days off, and the chats that each may have."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from sim import measure, run
from sim.scenario import Service, Shift
from tests.worlds import scenario

HOUR = 3600
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri")
SHIFTS = (Shift(2, (0.375, 0.625)), Shift(1, (0.5, 0.75), days=WEEKDAYS))


@pytest.mark.parametrize("chats", [1, 3])
def test_a_desk_has_room_for_all_chats_of_those_who_are_there(chats: int) -> None:
    """From Thursday to Wednesday: twelve hours of two agents each day, and six of one who has the weekend off."""
    world = scenario(days=7)
    desk = Service(shifts=SHIFTS, parallel_chats=chats)
    ledger = run(replace(world, strategy=replace(world.strategy, service=desk)))
    there = [18, 18, 12, 12, 18, 18, 18]
    assert ledger.series["open_seconds"].tolist() == [chats * hours * HOUR for hours in there]
    busy = ledger.series["busy_seconds"].sum()
    assert busy > 0
    assert measure(ledger, "desk_utilisation").value == pytest.approx(busy / (chats * sum(there) * HOUR), abs=0.0)


def test_overtime_is_paid_at_its_own_rate() -> None:
    """On each day, agents by the hours that they are there, and overtime by its own hours and at one and a half."""
    world = scenario({"market.money.overtime": 1.5, "market.service.problems_per_order": 0.9}, days=30)
    desk = Service(shifts=(Shift(1, (0.5, 0.55)),), overtime=0.1)
    ledger = run(replace(world, strategy=replace(world.strategy, service=desk)))
    wage, overtime = world.market.money.wage, ledger.series["overtime_seconds"] / (24 * HOUR)
    assert np.count_nonzero(overtime) > 3
    assert ledger.series["wages"].tolist() == [round(wage * (0.05 + 1.5 * days)) for days in overtime]
