"""Planted worlds have one past and several futures, and the answers of their benchmarks count regrets rightly."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks.planted_worlds import EVERY, RHYTHMS, PlantedWorld, WorldPlan, continuation, what_followed
from benchmarks.recovery import ARMS, KINDS, summary, world_row
from benchmarks.replay import summary as replay_summary
from scenarios import load_market
from sim import run

WORLD = PlantedWorld(WorldPlan(days=60, ahead=30), 3, 60.0)


def test_the_past_is_the_same_under_every_rhythm_and_the_future_is_not() -> None:
    logs = [run(WORLD.scenario(RHYTHMS[name]), 3, events=True, threads=1).events for name in ("7 days", "none")]
    before = []
    for log in logs:
        assert log is not None
        past = np.asarray(log["day"]) < WORLD.plan.days
        before.append([np.asarray(log[name])[past].tolist() for name in ("person", "kind", "instant", "cents")])
    assert before[0] == before[1]
    assert len(before[0][0]) > 100


def test_replications_differ_after_the_cut_only() -> None:
    first, again, other = (continuation(WORLD, EVERY, number) for number in (0, 0, 1))
    assert (first.existing, first.newcomers, first.profit) == (again.existing, again.newcomers, again.profit)
    assert (first.newcomers, first.profit) != (other.newcomers, other.profit)


def test_the_truth_is_a_draw_of_the_prior() -> None:
    beliefs = load_market("library:base").beliefs
    assert set(WORLD.true_values) == set(beliefs)
    inside = [beliefs[path].p5 <= value <= beliefs[path].p95 for path, value in WORLD.true_values.items()]
    assert 0.8 < np.mean(inside) < 0.97


def test_orders_are_counted_once_a_day_by_who_they_are_of() -> None:
    found = run(WORLD.scenario(EVERY), 3, tables=True, threads=1)
    whole = what_followed(found, 0)
    assert whole.existing == 0.0  # nobody is there at the start
    later = what_followed(found, WORLD.plan.days)
    assert found.tables is not None
    day = np.floor(np.asarray(found.tables.orders["instant"]))
    who = np.asarray(found.tables.orders["person"])
    pairs = set(zip(who[day >= 60].tolist(), day[day >= 60].tolist(), strict=True))
    known = set(who[day < 60].tolist())
    assert later.existing == sum(person in known for person, _ in pairs)
    assert later.existing + later.newcomers <= len(pairs)


def row(profits: list[float], means: list[float], behind: str = "", kind: str = "undecided") -> dict[str, object]:
    true = dict(zip(ARMS, profits, strict=True)) | {f"error of {arm}": 0.0 for arm in ARMS}
    known = {f"{arm} is behind": float(arm == behind) for arm in ARMS}
    named = float(np.argmax(means)) if kind == "winner" else -1.0
    said = dict(zip(ARMS, means, strict=True)) | known | {"kind": float(KINDS.index(kind)), "named": named}
    return world_row(0, true, said)


def test_regrets_as_shares_of_the_spread() -> None:
    up, down = [0.0, 100.0, 200.0, 300.0, 400.0, 500.0], [500.0, 400.0, 300.0, 200.0, 100.0, 0.0]
    worlds = [row(up, up, kind="winner"), row(down, up, behind=ARMS[0]), row(up, [0.0, 9.0, 0.0, 0.0, 0.0, 0.0])]
    found = summary(worlds, dict(zip(ARMS, down, strict=True)))
    assert (found["named_best"], found["undecided"], found["best_called_behind"]) == (1, 2, 1)
    assert found["mean_regret_share"] == pytest.approx((0.0 + 1.0 + 0.8) / 3)
    assert (found["constant"], found["constant_regret_share"]) == (ARMS[5], pytest.approx(1 / 3))
    assert (found["prior"], found["prior_regret_share"]) == (ARMS[0], pytest.approx(2 / 3))
    assert (worlds[1]["regret"], worlds[1]["spread"]) == (5.0, 5.0)


def test_means_of_the_replay() -> None:
    worlds = [{"existing_ratio": 1.0, "newcomer_ratio": 0.5}, {"existing_ratio": 2.0, "newcomer_ratio": 1.5}]
    found = replay_summary(worlds)
    assert (found["mean_existing"], found["mean_newcomer"]) == (1.5, 1.0)
