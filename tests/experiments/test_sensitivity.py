"""Indices of sensitivity against closed forms, and noise that stays below the noise floor."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest

from experiments.sweeps.designs import NOISE
from experiments.sweeps.effects import Surface, leading_paths, main_effects, surface
from experiments.sweeps.sensitivity import COLUMNS, indices

from .planted import (
    ISHIGAMI_S1,
    ISHIGAMI_ST,
    ISHIGAMI_VARIANCE,
    UNIT,
    WIDE,
    Values,
    evaluate,
    ishigami,
    noise,
    planned,
)

THREE = dict.fromkeys(("x1", "x2", "x3"), WIDE)
KEY = ("y", "base")
pytestmark = pytest.mark.filterwarnings("error")


def rows_of(table: pd.DataFrame, index: str) -> pd.DataFrame:
    """The rows of one index by path."""
    return table[table["index"] == index].set_index("path")


def covered(table: pd.DataFrame, index: str, truth: dict[str, float]) -> bool:
    """Whether every interval holds the closed form."""
    rows = rows_of(table, index)
    return all(rows.low[path] - 1e-4 <= value <= rows.high[path] + 1e-4 for path, value in truth.items())


# --- Sobol -----------------------------------------------------------------------------------------


def sobol_of(function: Callable[[Values, int], float], vary: dict[str, object], points: int = 1024) -> pd.DataFrame:
    plan, design = planned("sobol", vary, points=points)
    return indices(plan, design, {KEY: evaluate(design, function)})


def test_ishigami_has_its_closed_forms() -> None:
    found = sobol_of(lambda v, _: ishigami(v), THREE)
    assert tuple(found.columns) == COLUMNS
    assert covered(found, "S1", ISHIGAMI_S1)
    assert covered(found, "ST", ISHIGAMI_ST)
    assert (found.high - found.low).max() < 0.25
    assert rows_of(found, "S1").clear.to_dict() == {"x1": True, "x2": True, "x3": False, NOISE: False}
    assert rows_of(found, "ST").clear.to_dict() == {"x1": True, "x2": True, "x3": True, NOISE: False}
    assert (found.floor == 0.0).all()


def test_a_wrong_constant_is_not_covered() -> None:
    found = sobol_of(lambda v, _: ishigami(v, a=4.0), THREE)
    assert not covered(found, "S1", ISHIGAMI_S1)
    assert not covered(found, "ST", ISHIGAMI_ST)


SD = 1.5
FIVE = {**THREE, "idle": WIDE, "chaos": UNIT}


def noisy(values: Values, fresh: int) -> float:
    """Ishigami with noise that depends on `chaos` and not on `idle`."""
    key = (values["x1"], values["x2"], values["x3"], values["chaos"], fresh)
    return ishigami(values) + SD * noise(*key)


def test_a_path_without_effect_is_within_the_floor() -> None:
    found = sobol_of(noisy, FIVE)
    share = SD**2 / (ISHIGAMI_VARIANCE + SD**2)
    alone, total = rows_of(found, "S1"), rows_of(found, "ST")
    assert (alone.value["idle"], total.value["idle"]) == (0.0, 0.0)
    assert total.value[NOISE] == pytest.approx(share, rel=0.15)
    assert total.value["chaos"] == pytest.approx(share, rel=0.15)
    assert total.floor["chaos"] > total.floor[NOISE] == total.high[NOISE] > share
    assert total.clear.to_dict() == {"x1": True, "x2": True, "x3": True, "idle": False, "chaos": False, NOISE: False}
    assert alone.clear.to_dict() == {"x1": True, "x2": True, "x3": False, "idle": False, "chaos": False, NOISE: False}


def test_a_failed_run_takes_its_base_row_with_it() -> None:
    plan, design = planned("sobol", THREE, points=512)
    response = evaluate(design, lambda v, _: ishigami(v))
    whole = indices(plan, design, {KEY: response})
    response[[3, 7, 500]] = np.nan
    found = indices(plan, design, {KEY: response})
    assert (found.dropped == 3).all()
    assert found.value.to_numpy() == pytest.approx(whole.value.to_numpy(), abs=0.05)
    assert covered(found, "S1", ISHIGAMI_S1)


@pytest.mark.parametrize(
    ("kind", "sweep"), [("sobol", {"points": 8}), ("morris", {"points": 5}), ("latin", {"points": 20}), ("grid", {})]
)
@pytest.mark.parametrize("value", [0.0, 3e9, np.nan])
def test_a_constant_has_no_indices(kind: str, sweep: dict[str, int], value: float) -> None:
    plan, design = planned(kind, THREE, **sweep)
    found = indices(plan, design, {KEY: np.full(len(design.table), value)})
    assert found[["value", "low", "high"]].isna().all(axis=None)
    assert (found.floor == 0.0).all()
    assert not found.clear.any()
    assert set(found.path) >= {"x1", "x2", "x3"}


LISTS: dict[str, dict[str, object]] = {
    "range": UNIT,
    "switch": {"values": [False, True]},
    "words": {"values": ["a", "b", "c"]},
}


DESIGNS = [("latin", 50), ("sobol", 64), ("morris", 10), ("morris", 40)]
QUICK = {("latin", 50): "words", ("sobol", 64): "switch", ("morris", 10): "range", ("morris", 40): "words"}
"""Every design and every kind of value once; all of them are in the slow suite."""


@pytest.mark.parametrize(
    ("design_of", "points", "kind"),
    [
        pytest.param(*design, kind, marks=() if QUICK[design] == kind else pytest.mark.slow)
        for design in DESIGNS
        for kind in LISTS
    ],
)
def test_noise_by_value_is_within_the_floor(design_of: str, points: int, kind: str) -> None:
    """A path that only has noise by value, the same at all points, is clear in 5 % of 100 designs at most."""
    alarms: dict[str, int] = {}
    for seed in range(100):
        plan, design = planned(design_of, {"a": UNIT, "chaos": LISTS[kind]}, points=points, seed=seed)
        response = evaluate(design, lambda v, fresh, seed=seed: 9.0 * v["a"] + noise(seed, v["chaos"], fresh))  # type: ignore[misc]
        for index, rows in indices(plan, design, {KEY: response}).groupby("index"):
            alarms[index] = alarms.get(index, 0) + int(rows.set_index("path").clear["chaos"])
    assert max(alarms.values()) <= 10, alarms  # beyond 5 % by chance: once in 90


# --- Morris ----------------------------------------------------------------------------------------

WEIGHTS = {"a": 0.0, "b": 1.0, "c": 4.5, "d": 9.0, "e": 99.0}


def sobol_g(values: Values, fresh: int, weights: dict[str, float] = WEIGHTS) -> float:
    """Sobol's g-function: the smaller its weight, the more an argument does."""
    return float(np.prod([(abs(4.0 * values[k] - 2.0) + w) / (1.0 + w) for k, w in weights.items()]))


def ranks(function: Callable[[Values, int], float]) -> list[str]:
    plan, design = planned("morris", dict.fromkeys(WEIGHTS, UNIT), points=60, levels=8)
    rows = rows_of(indices(plan, design, {KEY: evaluate(design, function)}), "mu_star").drop(index=NOISE)
    return list(rows.value.sort_values(ascending=False).index)


def test_morris_ranks_the_arguments_of_sobols_function() -> None:
    assert ranks(sobol_g) == list(WEIGHTS)
    turned = dict(zip(WEIGHTS, list(WEIGHTS.values())[::-1], strict=True))
    assert ranks(lambda v, fresh: sobol_g(v, fresh, turned)) == list(WEIGHTS)[::-1]


def test_morris_effects_of_a_linear_function_are_its_slopes() -> None:
    plan, design = planned("morris", {name: {"low": 0.0, "high": 10.0} for name in "abc"}, points=10)
    found = indices(plan, design, {KEY: evaluate(design, lambda v, _: 2.0 * v["a"] - 0.5 * v["b"])})
    assert rows_of(found, "mu").value.to_dict() == pytest.approx({"a": 20.0, "b": -5.0, "c": 0.0, NOISE: 0.0})
    assert rows_of(found, "mu_star").value.to_dict() == pytest.approx({"a": 20.0, "b": 5.0, "c": 0.0, NOISE: 0.0})
    assert rows_of(found, "sigma").value.abs().max() < 1e-9
    assert rows_of(found, "mu_star").clear.to_dict() == {"a": True, "b": True, "c": False, NOISE: False}


@pytest.mark.parametrize("levels", [2, 4, 8])
def test_morris_effects_are_those_of_the_whole_axis_for_lists_too(levels: int) -> None:
    """However far a step goes: over a switch it goes all the way, over a range part of it."""
    vary = {
        "range": UNIT,
        "switch": {"values": ["off", "on"]},
        "two": {"values": [0.0, 1.0]},
        "five": {"values": [0.0, 0.25, 0.5, 0.75, 1.0]},
        "fixed": {"values": [7]},
    }
    plan, design = planned("morris", vary, points=100, levels=levels)

    def function(v: Values, fresh: int) -> float:
        return v["range"] + v["two"] + v["five"] + (v["switch"] == "on")

    found = rows_of(indices(plan, design, {KEY: evaluate(design, function)}), "mu_star").value
    truth = {"range": 1.0, "switch": 1.0, "two": 1.0, "five": 1.0, "fixed": 0.0, NOISE: 0.0}
    assert found.to_dict() == pytest.approx(truth, abs=0.05)


def test_noise_in_morris_is_within_the_floor() -> None:
    plan, design = planned("morris", dict.fromkeys("abc", UNIT), points=80)

    def function(v: Values, fresh: int) -> float:
        return 10.0 * v["a"] + noise(v["a"], v["c"], fresh)

    found = rows_of(indices(plan, design, {KEY: evaluate(design, function)}), "mu_star")
    step = 4 / 6
    assert found.value[NOISE] == pytest.approx(2.0 / np.sqrt(np.pi) / step, rel=0.3)
    assert found.clear.to_dict() == {"a": True, "b": False, "c": False, NOISE: False}
    assert found.value["b"] == 0.0


def test_a_failed_run_takes_its_trajectory_with_it() -> None:
    plan, design = planned("morris", dict.fromkeys("ab", UNIT), points=10)
    response = evaluate(design, lambda v, _: 3.0 * v["a"])
    response[4] = np.inf
    found = indices(plan, design, {KEY: response})
    assert (found.dropped == 1).all()
    assert rows_of(found, "mu").value["a"] == pytest.approx(3.0)


# --- Latin and file --------------------------------------------------------------------------------

LINEAR = {"a": 4.0, "b": 2.0, "c": 1.0, "idle": 0.0}


def linear(values: Values, fresh: int) -> float:
    return sum(weight * values[name] for name, weight in LINEAR.items())


def test_a_linear_function_has_shares_by_its_squared_slopes() -> None:
    truth = {name: weight**2 / 21.0 for name, weight in LINEAR.items()}
    plan, design = planned("latin", dict.fromkeys(LINEAR, UNIT), points=400)
    found = indices(plan, design, {KEY: evaluate(design, linear)})
    assert covered(found, "S1", truth)
    assert rows_of(found, "S1").value.to_dict() == pytest.approx(truth, abs=0.08)
    assert rows_of(found, "S1").clear.drop("c").to_dict() == {"a": True, "b": True, "idle": False}


@pytest.mark.parametrize("points", [50, 200])
def test_latin_intervals_hold_and_false_alarms_are_few(points: int) -> None:
    """Over 100 designs of Ishigami's function: nominal 95 % intervals, and 5 % false alarms at most."""
    held = dict.fromkeys(THREE, 0)
    alarms = 0
    for seed in range(100):
        plan, design = planned("latin", THREE, points=points, seed=seed)
        found = rows_of(indices(plan, design, {KEY: evaluate(design, lambda v, _: ishigami(v))}), "S1")
        for path, value in ISHIGAMI_S1.items():
            held[path] += found.low[path] <= value <= found.high[path]
        alarms += bool(found.clear["x3"])
    assert min(held.values()) >= 88, held
    assert alarms <= 5


def test_listed_values_are_compared_by_their_means() -> None:
    """A path with three words explains its share although they have no order; one without effect does not."""
    kinds = {"word": {"values": ["mild", "none", "strong"]}, "idle": {"values": [False, True]}, "x": UNIT}
    plan, design = planned("latin", kinds, points=300)
    height = {"mild": 1.0, "none": 0.0, "strong": 5.0}
    found = rows_of(indices(plan, design, {KEY: evaluate(design, lambda v, _: height[v["word"]] + v["x"])}), "S1")
    words, x = np.var(list(height.values())), 1.0 / 12.0
    assert found.value["word"] == pytest.approx(words / (words + x), abs=0.02)
    assert found.value["idle"] < found.floor["idle"] + 0.02
    assert found.clear.to_dict() == {"word": True, "idle": False, "x": False}


def test_points_without_a_number_are_left_out() -> None:
    plan, design = planned("latin", dict.fromkeys(LINEAR, UNIT), points=100)
    response = evaluate(design, linear)
    response[::10] = np.nan
    found = indices(plan, design, {KEY: response})
    assert (found.dropped == 10).all()
    assert rows_of(found, "S1").value["a"] == pytest.approx(16 / 21, abs=0.1)


# --- grid ------------------------------------------------------------------------------------------


def test_grid_shares_are_those_of_the_analysis_of_variance() -> None:
    """By hand, of y = a + 2 b + a b over a in {0, 1} and b in {0, 1, 2}: squares 6 (a), 25 (b), 1 (both), of 32."""
    vary = {"a": {"values": [0, 1]}, "b": {"values": [0, 1, 2]}, "idle": {"values": [1, 2]}}
    plan, design = planned("grid", vary)
    found = indices(plan, design, {KEY: evaluate(design, lambda v, _: v["a"] + 2 * v["b"] + v["a"] * v["b"])})
    assert rows_of(found, "S1").value.to_dict() == pytest.approx({"a": 6 / 32, "b": 25 / 32, "idle": 0.0})
    assert rows_of(found, "ST").value.to_dict() == pytest.approx({"a": 7 / 32, "b": 26 / 32, "idle": 0.0})
    assert rows_of(found, "ST").clear.to_dict() == {"a": True, "b": True, "idle": False}
    assert (found.floor == 0.0).all()
    assert found[["low", "high"]].isna().all(axis=None)


def test_noise_in_a_grid_is_within_the_floor() -> None:
    """An axis that only has noise by value is clear in 5 % of 100 grids at most; one with an effect always is."""
    alarms = found_true = 0
    for seed in range(100):
        vary = {"a": {"values": [0, 1, 2]}, "chaos": {"values": [0, 1, 2]}, "c": {"values": [0, 1, 2]}}
        plan, design = planned("grid", vary, seed=seed)
        response = evaluate(design, lambda v, fresh, seed=seed: 6.0 * v["a"] + noise(seed, v["chaos"], fresh))  # type: ignore[misc]
        rows = rows_of(indices(plan, design, {KEY: response}), "S1")
        alarms += bool(rows.clear["chaos"])
        found_true += bool(rows.clear["a"])
        assert not rows.clear["c"]
    assert alarms <= 8
    assert found_true == 100


def test_a_grid_without_one_point_is_still_analysed() -> None:
    plan, design = planned("grid", {"a": {"values": [0, 1, 2]}, "b": {"values": [0, 1, 2]}})
    response = evaluate(design, lambda v, _: 3.0 * v["a"] + v["b"])
    response[4] = np.nan
    found = rows_of(indices(plan, design, {KEY: response}), "ST")
    assert (found.dropped == 1).all()
    assert found.value["a"] == pytest.approx(0.9, abs=0.05)


# --- means and surfaces ----------------------------------------------------------------------------


def test_means_follow_an_axis() -> None:
    plan, design = planned(
        "latin", {"x": {"low": 1.0, "high": 100.0, "scale": "log"}, "w": {"values": ["a", "b"]}}, points=80
    )
    response = evaluate(design, lambda v, _: np.log10(v["x"]) + (5.0 if v["w"] == "b" else 0.0))
    effects = main_effects(plan, design, {KEY: response})
    along = effects[effects.path == "x"]
    assert len(along) == 8
    assert along["points"].sum() == 80
    assert along["mean"].to_numpy() - 2.5 == pytest.approx(np.log10(along["at"]), abs=1.2)
    words = effects[effects.path == "w"]
    assert list(words["shown"]) == ["a", "b"]
    assert words["mean"].to_numpy() == pytest.approx([1.0, 6.0], abs=0.25)
    assert (words["low"] < words["mean"]).all()
    assert leading_paths(effects) == ["w", "x"]


def test_a_surface_is_the_function_where_it_is_smooth() -> None:
    plan, design = planned("sobol", dict.fromkeys("abc", UNIT), points=32)
    response = evaluate(design, lambda v, _: 1e6 + 3.0 * v["a"] ** 2 + v["a"] * v["b"])
    found = surface(plan, design, response, "a", "b")
    assert isinstance(found, Surface)
    assert found.q2 > 0.99
    a, b = np.meshgrid(found.x, found.y)
    inside = (a > 0.1) & (a < 0.9) & (b > 0.1) & (b < 0.9)
    assert found.value[inside] == pytest.approx((1e6 + 3.0 * a**2 + a * b)[inside], abs=0.05)


def test_a_surface_of_noise_explains_nothing() -> None:
    plan, design = planned("latin", dict.fromkeys("ab", UNIT), points=100)
    found = surface(plan, design, evaluate(design, lambda v, _: noise(v["a"])), "a", "b")
    assert isinstance(found, Surface)
    assert found.q2 < 0.1


def test_why_there_is_no_surface() -> None:
    plan, design = planned("latin", {"a": UNIT, "w": {"values": ["p", "q"]}}, points=50)
    assert surface(plan, design, np.zeros(50), "a", "w") == "a surface needs two paths that vary in numbers"
    plan, design = planned("latin", dict.fromkeys("ab", UNIT), points=6)
    assert surface(plan, design, np.arange(6.0), "a", "b") == "a surface over 2 paths needs 11 points; there are 6"
    plan, design = planned("latin", dict.fromkeys("ab", UNIT), points=20)
    assert surface(plan, design, np.ones(20), "a", "b") == "the response is the same at all points"
