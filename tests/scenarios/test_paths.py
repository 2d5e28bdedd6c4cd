"""Paths of values in a scenario."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from scenarios import get, list_paths, load, with_values
from sim.scenario import Rhythm, Scenario
from tests.scenarios.error_parts import Parts

Write = Callable[..., Path]


@pytest.fixture
def scenario(write: Write) -> Scenario:
    add = "[strategy.outreach.ring]\nevery = '1 own cycle'\nfrom = 2026-02-01\nchannel = 'sms'\n"
    add += "content = 'value'"
    return load(write(add=add)).arms["base"]


def test_paths_are_the_keys_of_the_file(scenario: Scenario) -> None:
    paths = list_paths(scenario)
    assert len(set(paths)) == len(paths)
    assert {
        "market.fatigue.half_life",
        "market.carriers.fast.days.p95",
        "market.offers.salience.launch",
    } < set(paths)
    assert {"strategy.outreach.ring.from", "strategy.campaigns.rhythm.offer.generosity", "run.seed"} < set(paths)
    assert get(scenario, "market.fatigue.half_life") == 10.0
    assert get(scenario, "strategy.outreach.ring.from").month == 2


def test_values_are_replaced_and_nothing_else(scenario: Scenario) -> None:
    changes = {
        "market.fatigue.half_life": 4.0,
        "market.offers.salience.launch": 2.0,
        "market.spend.mean": 1234.4,
        "strategy.campaigns.rhythm.offer.depth": 0.3,
        "strategy.campaigns.rhythm.every": 15.0,
        "strategy.outreach.ring.every": 2.0,
        "strategy.service.agents": 8.0,
        "run.seed": 7,
    }
    changed = with_values(scenario, changes)
    assert changed.market.spend.mean == 1234
    assert changed.strategy.campaigns["rhythm"].every == Rhythm(15.0, "day")
    assert changed.strategy.outreach["ring"].every == Rhythm(2.0, "own_cycle")
    assert isinstance(changed.strategy.service.agents, int)
    differ = {path for path in list_paths(scenario) if get(scenario, path) != get(changed, path)}
    assert differ == set(changes)
    assert with_values(scenario, {}) == scenario


@pytest.mark.parametrize(
    ("path", "value", "got", "expected"),
    [
        ("market.fatigue.halflife", 1.0, "'market.fatigue.halflife'", "'market.fatigue.half_life'"),
        ("market.fatigue", 1.0, "'market.fatigue'", ""),
        ("market.fatigue.half_life.median", 1.0, "'market.fatigue.half_life.median'", "'market.fatigue.half_life'"),
        ("markets.fatigue.half_life", 1.0, "'markets.fatigue.half_life'", "'market.fatigue.half_life'"),
        ("strategy.campaigns.none.every", 1.0, "'strategy", "'strategy.campaigns.rhythm.every'"),
        ("market.fatigue.half_life", -1.0, "-1.0 days", "864 s to 3650 d"),
        ("market.fatigue.half_life", float("nan"), "nan days", "864 s to 3650 d"),
        ("market.spend.mean", float("inf"), "inf cents", "0.01 CNY"),
        ("strategy.campaigns.rhythm.every", 0.0, "0.0", "0"),
        ("strategy.campaigns.rhythm.phases", 1.0, "1.0", "list"),
        ("market.timezone", 1.0, "1.0", "text"),
        ("", 1.0, "''", ""),
    ],
)
def test_wrong_paths_and_values(scenario: Scenario, path: str, value: float, got: str, expected: str) -> None:
    Parts(path, got, expected).raised_by(with_values, scenario, {path: value})


def test_get_names_the_nearest(scenario: Scenario) -> None:
    Parts("run.sed", "'run.sed'", "'run.seed'").raised_by(get, scenario, "run.sed")
