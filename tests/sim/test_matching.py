"""The compiled pass over conditions finds the people that the View's own columns say."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import numpy.typing as npt

from benchmarks.worlds import full_world
from sim.engine import advance, open_run
from sim.midnight.sending import MOST_LIMITS
from sim.scenario import ENGAGEMENTS, RFMS, TIERS, Range, Who
from sim.state.condition_numbers import conditions_of
from sim.state.holdout import Holdout
from sim.state.matching import LISTS, RANGES
from sim.state.view import View, view_of

Mask = npt.NDArray[np.bool_]
SOURCES, TAGS = ("store_orders",), ("basics", "themes")


def values(view: View, name: str) -> npt.NDArray[np.generic]:
    """What the shop sees under a key of `Who`."""
    if name == "stage":
        return np.array(["lead", "first_buyer", "repeater"])[np.minimum(view.orders, 2)]
    if name in ("source", "tag"):
        names = (*SOURCES, "") if name == "source" else ("", *TAGS)
        return np.array(names)[view.day_of(name)]
    if name in ("engaged", "tier", "rfm"):
        return np.array({"engaged": ENGAGEMENTS, "tier": TIERS, "rfm": (*RFMS, "")}[name])[getattr(view, name)]
    found: npt.NDArray[np.generic] = getattr(view, name)
    return found


def expected(view: View, who: Who) -> Mask:
    chosen = view.contacts
    for name in LISTS:
        if getattr(who, name):
            chosen &= np.isin(values(view, name), getattr(who, name))
    for name in RANGES:
        between, seen = getattr(who, name), values(view, name)
        if between is not None and between.low is not None:
            chosen &= (seen > between.low) if between.low_open else (seen >= between.low)
        if between is not None and between.high is not None:
            chosen &= (seen <= between.high) if between.high_closed else (seen < between.high)
    return chosen


def some_conditions(view: View, dice: np.random.Generator) -> Who:
    words = {"stage": ("lead", "first_buyer", "repeater"), "source": (*SOURCES, "none"), "tag": (*TAGS, "none"),
             "engaged": ENGAGEMENTS, "tier": TIERS, "rfm": RFMS}  # fmt: skip
    asked: dict[str, object] = {
        name: tuple(dice.permutation(words[name])[: dice.integers(1, 4)].tolist())
        for name in LISTS
        if dice.random() < 0.25
    }
    for name in RANGES:
        if dice.random() < 0.25:
            ends = np.sort(dice.choice(values(view, name).astype(float), 2)).tolist()
            low, high = (None if dice.random() < 0.2 else end for end in ends)
            asked[name] = Range(low, high, low_open=bool(dice.random() < 0.5), high_closed=bool(dice.random() < 0.5))
    return replace(Who(), **asked)  # type: ignore[arg-type]


def test_conditions_are_met_as_the_view_says() -> None:
    opened = open_run(full_world(1500, 60))
    advance(opened, 50)
    view, dice, found = view_of(opened.state), np.random.default_rng(5), 0
    assert opened.state.inputs.sources == SOURCES
    for _ in range(400):
        who = some_conditions(view, dice)
        assert np.array_equal(view.matches(who), expected(view, who)), who
        found += bool(expected(view, who).any())
    assert found > 100


def test_a_holdout_is_the_same_on_every_day() -> None:
    opened = open_run(full_world(500, 30))
    holdout, before = Holdout("one", 0.3), np.zeros(0, dtype=bool)
    conditions = conditions_of(Who(), opened.state.inputs.market, SOURCES)
    for day in (1, 10, 20):
        advance(opened, day)
        view = view_of(opened.state)
        left_out = holdout.of(opened.state.population)
        assert left_out.size == opened.state.population.size > before.size
        assert np.array_equal(left_out[: before.size], before)
        addressed, kept_back = view.groups(conditions, holdout)
        assert np.array_equal(addressed, view.contacts & ~left_out)
        assert np.array_equal(kept_back, view.contacts & left_out)
        before = left_out.copy()
    assert 0.25 < before.mean() < 0.35


def test_limits_count_people_and_windows() -> None:
    """A mix on a channel with limits: nobody is sent more than the firm's and the channel's limits allow."""
    world = full_world(400, 45)
    limits = replace(world.strategy.limits, touches_per_day=1, touches_per_30d=4)
    opened = open_run(replace(world, strategy=replace(world.strategy, limits=limits)))
    for day in range(1, 45):
        advance(opened, day)
        history = opened.state.history
        for (_, window), row in history.limits.items():
            assert history.counts[row].max(initial=0) <= (4 if window else 1)
    assert opened.state.history.counts.shape[0] <= 2 * MOST_LIMITS
    assert opened.state.history.counts.max() == 4
