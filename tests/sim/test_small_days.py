"""A few people over a few days, event by event as the second telling has them: quick, and sharp about one day."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

import numpy as np
import pytest

from sim import run
from sim.day.day_arrays import ACCOUNTS, MICRO
from sim.scenario import Acquisition, Campaign, Offer, Outreach, Rhythm, Scenario
from tests.random_worlds import seeded_world
from tests.reference import reference_events
from tests.sim.test_more_orders import busy, crowded
from tests.worlds import changed, scenario

Row = tuple[int, int, int, int, float]
FEW: Mapping[str, Any] = {"market.start_with": 40}
NO_OFFERS: Mapping[str, Any] = {
    "market.optout.background": 0.05,
    "strategy.campaigns": {},
    "strategy.welcome": None,
    "strategy.acquisition": {},
    "strategy.outreach": {"care": Outreach("direct", "care", every=Rhythm(10.0), at=0.8)},
}
SALE = Campaign(Offer.percent(0.3), "direct", every=Rhythm(5.0), lasts=3.0, budget=3_000)
SMALL_BUDGET: Mapping[str, Any] = {
    "market.start_with": 30,
    "market.lead.hot_half_life": 0.1,
    "market.lead.late_constant": 0.3,
    "strategy.campaigns": {"sale": SALE},
    "strategy.welcome": None,
    "strategy.acquisition": {"search": Acquisition(3000.0, 6)},
    "strategy.outreach": {},
}
"""Leads and buyers hold the one offer there is when its budget is used up; leads become older than `Law.lead_heat`."""
WORLDS: Mapping[str, Scenario] = {
    "plain": scenario(FEW, days=40),
    "no offers": scenario({**FEW, **NO_OFFERS}, days=40),
    "small budget": scenario(SMALL_BUDGET, days=40),
    "alone": scenario({"market.start_with": 1, "strategy.acquisition": {}}, days=60, seed=3),
    "random": seeded_world(2, people=60, days=40),
    "other": seeded_world(11, people=60, days=40),
}

SUMS: Mapping[str, Mapping[str, int]] = {
    "plain": {
        "live": 2463,
        "buyers": 1711,
        "repeater": 449,
        "active": 2107,
        "silent": 356,
        "dormant": 0,
        "interactions": 164,
        "reactivated": 17,
        "silent_optouts": 1,
        "extra_need": 1437768,
        "borrowed_need": 678834,
        "repaid_need": 459723,
        "held_need": 2865606,
        "released_need": 1584756,
        "lost_need": 112992,
    },
    "alone": {
        "live": 60,
        "buyers": 60,
        "repeater": 19,
        "active": 59,
        "silent": 1,
        "dormant": 0,
        "interactions": 5,
        "reactivated": 0,
        "silent_optouts": 0,
        "extra_need": 150313,
        "borrowed_need": 101980,
        "repaid_need": 87345,
        "held_need": 371581,
        "released_need": 153297,
        "lost_need": 0,
    },
    "small budget": {
        "live": 1817,
        "buyers": 1207,
        "repeater": 362,
        "active": 1452,
        "silent": 365,
        "dormant": 0,
        "interactions": 102,
        "reactivated": 14,
        "silent_optouts": 0,
        "extra_need": 5136363,
        "borrowed_need": 2331611,
        "repaid_need": 1660946,
        "held_need": 5561120,
        "released_need": 3933002,
        "lost_need": 6010,
    },
    "no offers": {
        "live": 833,
        "buyers": 797,
        "repeater": 217,
        "active": 762,
        "silent": 71,
        "dormant": 0,
        "interactions": 65,
        "reactivated": 2,
        "silent_optouts": 3,
        "extra_need": 0,
        "borrowed_need": 0,
        "repaid_need": 0,
        "held_need": 0,
        "released_need": 0,
        "lost_need": 0,
    },
    "random": {
        "live": 1467,
        "buyers": 1042,
        "repeater": 375,
        "active": 1313,
        "silent": 125,
        "dormant": 29,
        "interactions": 234,
        "reactivated": 20,
        "silent_optouts": 0,
        "extra_need": 4015165,
        "borrowed_need": 4024520,
        "repaid_need": 1142654,
        "held_need": 8769547,
        "released_need": 3337348,
        "lost_need": 3557034,
    },
    "other": {
        "live": 1479,
        "buyers": 1108,
        "repeater": 364,
        "active": 1304,
        "silent": 175,
        "dormant": 0,
        "interactions": 30,
        "reactivated": 1,
        "silent_optouts": 0,
        "extra_need": 1596685,
        "borrowed_need": 268926,
        "repaid_need": 139109,
        "held_need": 221860,
        "released_need": 0,
        "lost_need": 107589,
    },
}
"""What each of these comes to over all days: people at midnight, and need in millionths of an order. As the numbers of
`test_golden.py`, they are right until the law changes."""


@cache
def second_telling(name: str) -> list[Row]:
    """The events of the reference."""
    return sorted((e.person, int(e.kind), e.day, e.cents, e.instant) for e in reference_events(WORLDS[name], 0, 0))


@pytest.mark.parametrize("name", WORLDS)
def test_the_same_sums_and_the_same_events(name: str) -> None:
    done = run(WORLDS[name], events=True)
    assert {account: int(done.series[account].sum()) for account in SUMS[name]} == SUMS[name]
    events = done.events
    assert events is not None
    columns = (events[column].tolist() for column in ("person", "kind", "day", "cents", "instant"))
    ours, theirs = sorted(zip(*columns, strict=True)), second_telling(name)
    assert [row[:4] for row in ours] == [row[:4] for row in theirs]
    assert [row[4] for row in ours] == pytest.approx([row[4] for row in theirs], abs=1e-9)


@pytest.mark.parametrize("name", [*WORLDS, "busy"])
def test_no_room_and_accounts_change_nothing_and_accounts_add_up(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """In blocks of eight people without room for orders: what a person's need of a day is made of adds up for each, and
    over all to the books, but for the rounding of each to a millionth."""
    world = WORLDS.get(name) or changed(busy(0.5, 2.5), {"market.optout.background": 0.05})
    plain = run(world)
    opened, ledger, grown = crowded(monkeypatch, world, need=True)
    assert ledger.fingerprint == plain.fingerprint
    assert grown > 0 or name != "busy"
    assert opened.state.books.need is not None
    a = dict(zip(ACCOUNTS, np.concatenate(opened.state.books.need).T, strict=True))
    for rest in (
        a["area"] - a["lambda"] * (a["base"] + a["extra"] + a["released"] - a["held"] - a["repaid"]),
        a["debt_before"] + a["borrowed"] - a["repaid"] - a["debt_after"] - a["debt_lost"],
        a["waiting_before"] + a["held"] - a["released"] - a["waiting_after"] - a["waiting_lost"],
    ):
        assert abs(rest).max() < 1e-9
    a["lost"] = a["debt_lost"] + a["waiting_lost"]
    lost = ("lost",) if name == "plain" else ()  # elsewhere disputes lose need, too
    for kind in ("extra", "borrowed", "repaid", "held", "released", *lost):
        need = MICRO * a["lambda"] * a[kind]
        for one in (plain, ledger):
            sums = int(one.series[f"{kind}_need"].sum())
            assert sums == pytest.approx(need.sum(), abs=int(np.count_nonzero(need))), kind
