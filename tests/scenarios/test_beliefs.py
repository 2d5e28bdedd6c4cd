"""From beliefs and posteriors to draws."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, strategies as st

from scenarios import Belief, belief_table, get, load, with_values
from scenarios.values.beliefs import quantile
from scenarios.values.paths import market_shapes
from sim.units import Scale
from tests.scenarios.error_parts import Parts

Write = Callable[..., Path]


def row_of(table: pd.DataFrame, draw: int) -> dict[str, float]:
    return {str(path): float(table[path][draw]) for path in table.columns}


@pytest.mark.parametrize("scale", ["log", "logit", "identity"])
def test_the_three_points_are_kept_exactly(scale: Scale) -> None:
    belief = Belief(0.3, 0.1, 0.35, scale)
    points = [quantile(belief, p) for p in (0.05, 0.5, 0.95)]
    assert points == pytest.approx([0.1, 0.3, 0.35], rel=1e-12)


def test_each_side_has_its_own_spread() -> None:
    belief = Belief(10.0, 5.0, 40.0, "log")
    one_sd = 1 / 1.6448536269514722
    assert quantile(belief, 0.8413447460685429) == pytest.approx(10 * math.exp(math.log(4) * one_sd))
    assert quantile(belief, 0.15865525393145707) == pytest.approx(10 * math.exp(-math.log(2) * one_sd))


@given(st.floats(1e-6, 1 - 1e-6), st.floats(1e-6, 1 - 1e-6))
def test_quantiles_rise(one: float, other: float) -> None:
    belief = Belief(0.3, 0.05, 0.6, "logit")
    low, high = sorted((one, other))
    assert 0.0 < quantile(belief, low) <= quantile(belief, high) < 1.0


def test_draws_follow_the_belief_and_stay_in_range(write: Write) -> None:
    question = load(write())
    table = belief_table(question, 400)
    assert set(table.columns) == set(question.beliefs)
    assert len(table) == 400
    below = (table["market.attention.half_life"] < 4.0).mean()
    above = (table["market.attention.half_life"] > 60.0).mean()
    assert 0.01 < below < 0.10
    assert 0.01 < above < 0.10
    shapes = market_shapes(question.arms["base"].market)
    for path in table.columns:
        unit = shapes[path].unit
        assert unit is not None
        assert table[path].between(unit.low, unit.high).all()
    assert (table["market.need.regularity"] >= 1.0).all()
    assert (table["market.spend.mean"] == table["market.spend.mean"].round()).all()


def test_more_draws_keep_the_earlier_ones_and_seeds_differ(write: Write) -> None:
    question = load(write())
    few, many = belief_table(question, 3), belief_table(question, 6)
    pd.testing.assert_frame_equal(few, many.iloc[:3])
    other = belief_table(load(write("s.toml", **{"start = 2026": "seed = 2\nstart = 2026"})), 3)
    assert (few["market.fatigue.half_life"] != other["market.fatigue.half_life"]).all()


def test_one_draw_is_the_medians(write: Write) -> None:
    question = load(write())
    table = belief_table(question, 1)
    assert table.loc[0, "market.fatigue.half_life"] == 10.0
    drawn = with_values(question.arms["base"], row_of(table, 0))
    assert drawn == question.arms["base"]


def test_posterior_rows_stay_together_and_come_round(write: Write) -> None:
    joint = pd.DataFrame({"market.spend.mean": [1000.4, 2000.0, 3000.0], "market.need.regularity": [1.1, 1.2, 1.0]})
    joint.to_parquet("p.parquet")
    question = load(write(**{'from = "library:strong_brand"': 'posterior = "p.parquet"'}))
    table = belief_table(question, 5)
    assert table["market.spend.mean"].tolist() == [1000, 2000, 3000, 1000, 2000]
    assert table["market.need.regularity"].tolist() == [1.1, 1.2, 1.0, 1.1, 1.2]
    assert table["market.fatigue.half_life"].nunique() == 5
    assert belief_table(question, 1)["market.spend.mean"].tolist() == [8500]
    for draw in range(5):
        arm = with_values(question.arms["base"], row_of(table, draw))
        assert get(arm, "market.spend.mean") == table["market.spend.mean"][draw]
        assert isinstance(arm.market.spend.mean, int)


def test_an_impossible_posterior_is_refused(write: Write) -> None:
    pd.DataFrame({"market.need.regularity": [1.1, 0.5]}).to_parquet("p.parquet")
    question = load(write(**{'from = "library:strong_brand"': 'posterior = "p.parquet"'}))
    Parts("row 1: market.need.regularity", "0.5", "1 to 20").raised_by(belief_table, question, 5)


def test_a_value_of_the_question_overrules_the_posterior(write: Write, project: Path) -> None:
    table = pd.DataFrame({"market.spend.mean": [1000.0, 2000.0], "market.need.regularity": [1.1, 1.2]})
    (project / "fitted").mkdir()
    table.to_parquet(project / "fitted" / "p.parquet")
    write("fitted/m.toml", text="[market]\nposterior = 'p.parquet'\n[market.need]\nregularity = 1.15\n")
    add = "[market.need]\nregularity = 3\n"
    question = load(write(**{"library:strong_brand": "fitted/m.toml"}, add=add))
    drawn = belief_table(question, 4)
    assert "market.need.regularity" not in drawn
    assert drawn["market.spend.mean"].tolist() == [1000, 2000, 1000, 2000]
    assert question.arms["base"].market.need.regularity == 3.0


def test_uniforms_belong_to_the_path(write: Write) -> None:
    """Two paths with one belief differ, and their draws are uncorrelated."""
    table = belief_table(load(write()), 400)
    care, value = (np.log(table[f"market.attention.weight.{kind}"]) for kind in ("care", "value"))
    assert abs(np.corrcoef(care, value)[0, 1]) < 4 / math.sqrt(400)
