"""The path is the one address of a value."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from scenarios import InputError, get, list_paths, load, with_values
from sim.scenario import Rhythm, Scenario

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
    ("path", "value", "told"),
    [
        ("market.fatigue.halflife", 1.0, "unknown path; did you mean 'market.fatigue.half_life'?"),
        ("market.fatigue", 1.0, "market.fatigue: unknown path"),
        ("market.fatigue.half_life.median", 1.0, "market.fatigue.half_life.median: unknown path"),
        ("markets.fatigue.half_life", 1.0, "unknown path; did you mean 'market.fatigue.half_life'?"),
        ("strategy.campaigns.none.every", 1.0, "strategy.campaigns.none.every: unknown path"),
        ("market.fatigue.half_life", -1.0, "is outside its range; allowed 864 s to 3650 d; got -1.0 days"),
        ("market.fatigue.half_life", float("nan"), "is outside its range"),
        ("market.spend.mean", float("inf"), "is outside its range"),
        ("strategy.campaigns.rhythm.every", 0.0, "is outside its range; allowed above 0; got 0.0"),
        ("strategy.campaigns.rhythm.phases", 1.0, "holds no number; allowed a path of a number; got 1.0"),
        ("market.timezone", 1.0, "holds no number"),
        ("", 1.0, "unknown path"),
    ],
)
def test_wrong_paths_and_values(scenario: Scenario, path: str, value: float, told: str) -> None:
    with pytest.raises(InputError) as error:
        with_values(scenario, {path: value})
    assert told in str(error.value)


def test_get_names_the_nearest(scenario: Scenario) -> None:
    with pytest.raises(InputError, match=r"unknown path; did you mean 'run\.seed'\?"):
        get(scenario, "run.sed")
