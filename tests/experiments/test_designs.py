"""The points of a sweep: spread as their design says, the same for the same seed, some with fresh random numbers."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from experiments.sweeps.designs import NOISE, Design, design
from scenarios import load_plan

from .planted import UNIT, planned

TWO = {"x": {"low": 1.0, "high": 100.0, "scale": "log"}, "y": {"values": ["a", "b", "c"]}}
KINDS: list[tuple[str, dict[str, Any]]] = [
    ("latin", {"points": 12}),
    ("sobol", {"points": 8}),
    ("morris", {"points": 6}),
    ("grid", {"levels": 4}),
]


@pytest.mark.parametrize(("kind", "sweep"), KINDS)
def test_a_design_belongs_to_its_plan_and_seed(kind: str, sweep: dict[str, Any]) -> None:
    before = np.random.get_state()[1].copy()  # noqa: NPY002  (tests that the global state is not touched)
    one, again, other = (planned(kind, TWO, seed=seed, **sweep)[1] for seed in (3, 3, 4))
    assert one.table.equals(again.table)
    assert (one.fresh == again.fresh).all()
    assert kind == "grid" or not one.table.equals(other.table)
    assert (before == np.random.get_state()[1]).all()  # noqa: NPY002


@pytest.mark.parametrize(("kind", "sweep"), KINDS)
def test_table_and_values_say_the_same(kind: str, sweep: dict[str, Any]) -> None:
    plan, points = planned(kind, TWO, **sweep)
    assert list(points.table.columns) == ["x", "y"]
    assert points.table.index.name == "point"
    assert NOISE not in points.table
    rows = points.table.to_dict("records")
    assert rows == [{axis.path: axis.cell(v[axis.path]) for axis in plan.axes} for v in points.values]
    assert points.unit.shape == (len(rows), 2)
    assert ((points.unit >= 0) & (points.unit <= 1)).all()
    assert points.table["x"].between(1.0, 100.0).all()


def test_latin_points_have_one_in_each_slice() -> None:
    _, points = planned("latin", {"x": UNIT, "y": UNIT, "z": UNIT}, points=50)
    for column in points.unit.T:
        assert sorted(np.floor(50 * column)) == list(range(50))
    assert not points.fresh.any()


def test_a_grid_has_every_combination() -> None:
    _, points = planned("grid", TWO, levels=5)
    shared = points.table[points.fresh == 0]
    assert len(shared) == len(shared.drop_duplicates()) == 15
    assert sorted(shared["x"].unique()) == pytest.approx([1.0, 10**0.5, 10.0, 10**1.5, 100.0])


def test_sobol_rows_differ_in_one_column() -> None:
    """Saltelli's rows: A, A with one column of B, ..., B."""
    plan, points = planned("sobol", {"x": UNIT, "y": UNIT, "z": UNIT}, points=16)
    rows = points.unit[: points.shared].reshape(16, 5, 3)
    for place in range(3):
        own, other = rows[:, place + 1], rows[:, 0].copy()
        other[:, place] = rows[:, -1, place]
        assert (own == other).all()
    assert points.block == 5
    assert points.independent.sum() == 2 * plan.points


def test_morris_steps_move_one_axis_by_half_the_levels() -> None:
    _, points = planned("morris", {"x": UNIT, "y": UNIT, "z": UNIT}, points=7, levels=6)
    rows = points.unit[: points.shared].reshape(7, 4, 3)
    steps = np.abs(np.diff(rows, axis=1))
    assert ((steps > 0).sum(axis=2) == 1).all()
    assert steps[steps > 0] == pytest.approx(0.6)


def repeats(points: Design) -> list[tuple[int, int]]:
    """Each point with fresh random numbers: the point it repeats, and the number of its random numbers."""
    return [(int(points.base[p]), int(points.fresh[p])) for p in np.flatnonzero(points.fresh)]


@pytest.mark.parametrize(("kind", "sweep"), KINDS)
def test_points_with_fresh_random_numbers_repeat_points(kind: str, sweep: dict[str, Any]) -> None:
    _, points = planned(kind, TWO, **sweep)
    found = repeats(points)
    assert len(found) == {"latin": 8, "sobol": 8, "morris": 6, "grid": 8}[kind]
    assert len({number for _, number in found}) == len(found)
    for place, (base, _) in enumerate(found):
        assert points.values[points.shared + place] == points.values[base]
        assert points.fresh[base] == 0
    assert (points.fresh[: points.shared] == 0).all()


def test_fresh_random_numbers_stay_within_their_draw() -> None:
    """Replications of a draw are numbered up to 65,535, whatever the number of points."""
    plan, points = planned("sobol", {"x": UNIT}, points=64, replications=2000)
    assert plan.replications * (1 + points.fresh.max()) <= 65_536
    assert points.fresh.max() == 31


def test_without_indices_no_point_is_repeated() -> None:
    _, points = planned("sobol", TWO, points=8, analyse={"sensitivity": False})
    assert len(points.table) == 8 * 4
    assert not points.fresh.any()


def test_beliefs_range_from_their_5_to_their_95_percent_point() -> None:
    vary = {"market.fatigue.half_life": "belief", "market.trust.half_life": "belief"}
    plan = load_plan({"scenario": "library:shop", "sweep": {"design": "morris", "points": 20, "vary": vary}})
    belief = plan.axis("market.fatigue.half_life").belief
    assert belief is not None
    column = design(plan).table["market.fatigue.half_life"]
    assert (column.min(), column.max()) == pytest.approx((belief.p5, belief.p95))


def test_fitted_numbers_are_drawn_in_whole_rows_of_the_posterior(tmp_path: Path) -> None:
    """A latin sweep keeps what a posterior says of two numbers together; drawn apart they would not correlate."""
    rng = np.random.default_rng(3)
    half, every = np.exp(rng.multivariate_normal([2.0, -4.0], [[0.04, -0.028], [-0.028, 0.04]], 200)).T
    paths = ["market.fatigue.half_life", "market.optout.per_message"]
    pd.DataFrame(dict(zip(paths, (half, every), strict=True))).to_parquet(tmp_path / "draws.parquet")
    text = 'extends = "library:base"\n[market]\nposterior = "draws.parquet"\n'
    (tmp_path / "m.toml").write_text(text, encoding="utf-8")
    vary = {**dict.fromkeys(paths, "belief"), "market.trust.half_life": "belief"}
    body = {"design": "latin", "points": 150, "vary": vary}
    plan = load_plan({"scenario": "library:shop", "sweep": body}, market=str(tmp_path / "m.toml"))
    points = design(plan)
    found, rows = points.table[paths].to_numpy(), {*zip(half, every, strict=True)}
    assert {*map(tuple, found[: points.shared].tolist())} <= rows
    assert np.corrcoef(np.log(found).T)[0, 1] == pytest.approx(np.corrcoef(np.log([half, every]))[0, 1], abs=0.08)
    assert abs(np.corrcoef(points.unit[:, 1:].T)[0, 1]) < 0.2


def test_points_of_a_file_stay_in_order(tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "p.csv").write_text("x,kind\n3,b\n1,a\n3,b\n", encoding="utf-8")
    points = design(load_plan({"sweep": {"design": "file", "file": "p.csv", "analyse": {"sensitivity": False}}}))
    assert points.table.to_dict("list") == {"x": [3, 1, 3], "kind": ["b", "a", "b"]}
    assert points.unit.tolist() == [[0.75, 0.25], [0.25, 0.75], [0.75, 0.25]]


def test_an_axis_of_one_value_needs_no_repeated_points() -> None:
    span, one = {"low": 0.0, "high": 1.0}, {"values": [3.0]}
    latin = {"design": "latin", "points": 20}
    assert len(design(load_plan({"sweep": {**latin, "vary": {"x": span, "y": one}}})).values) == 20
    several = {"x": span, "y": {"values": [3.0, 4.0]}}
    assert len(design(load_plan({"sweep": {**latin, "vary": several}})).values) == 28
