"""The page of a sweep: its sentences state the planted truth, it has all figures, and names are escaped."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest

from experiments.report.sweep_figures import _apart
from experiments.report.sweep_page import sweep_page
from experiments.sweeps.sweep_findings import findings, headline
from experiments.sweeps.sweep_result import responses

from .planted import UNIT, WIDE, ishigami, noise, planned
from .planted_sweep import AGENTS, DEPTH, EVERY, HALF_LIFE, planted_sweep, rhythm_plan
from .test_report import Outline


def profit(arm: str, values: Mapping[str, Any], fresh: int) -> float:
    """Cents: best at about 20 days, better with depth up to a point, and nothing from agents."""
    every = np.log(values[EVERY].value / 20.0)
    depth = values.get(DEPTH, 0.2)
    chance = noise(arm, values[EVERY].value, depth, fresh)
    gain = {"direct": 0.0, "threshold": 4e5 * every, "lottery": -9e6, "no discount": -9e6}[arm]
    return float(1e7 - 4e6 * every**2 + 3e7 * depth * (0.4 - depth) + gain + 1e4 * values[HALF_LIFE] + 4e5 * chance)


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize(
    ("kind", "sweep"), [("latin", {"points": 120}), ("sobol", {"points": 32}), ("morris", {"points": 12}), ("grid", {})]
)
def test_a_page_of_every_design(kind: str, sweep: dict[str, int]) -> None:
    answer = planted_sweep(rhythm_plan(kind, **sweep), profit)
    text = sweep_page(answer)
    outline = Outline()
    outline.feed(text)
    assert not outline.open
    assert len(outline.ids) == len(set(outline.ids))
    assert not {"script", "link", "iframe", "img"} & {tag for tag, _ in outline.tags}
    assert [tag for tag, _ in outline.tags].count("svg") == 3
    assert headline(answer) == f"{EVERY} moves contribution profit most"
    assert AGENTS in findings(answer)[1]
    assert findings(answer)[1].startswith("Not above the noise floor: ")
    assert "&lt;b&gt;Sweep&lt;/b&gt;" in text
    assert "<b>" not in text


def test_what_moves_the_difference_most() -> None:
    def apart(arm: str, values: Mapping[str, Any], fresh: int) -> float:
        return profit(arm, values, 0) + (5e6 * np.log(values[EVERY].value / 20.0) if arm == "threshold" else 0.0)

    answer = planted_sweep(rhythm_plan("latin", arms=True, points=100, replications=1), apart)
    assert findings(answer)[-1] == f"The difference of threshold to direct depends most on {EVERY}."


def test_where_the_ranking_changes() -> None:
    """The second arm is ahead where campaigns are rarer than every 20 days, the third nowhere."""
    answer = planted_sweep(rhythm_plan("latin", arms=True, points=100, replications=1), lambda a, v, f: profit(a, v, 0))
    rare = sum(values[EVERY].value > 20.0 for values in answer.design.values[: answer.design.shared])
    values = responses(answer.plan, answer.design, answer.means)
    gap = values["contribution_profit", "threshold − direct"]
    ahead = int((gap[: answer.design.shared] > 0).sum())
    assert abs(ahead - rare) < 40
    assert findings(answer)[-1] in (
        f"Ahead: threshold in {ahead}, direct in {100 - ahead} of 100 points.",
        f"Ahead: direct in {100 - ahead}, threshold in {ahead} of 100 points.",
    )
    text = sweep_page(answer)
    assert text.count("<svg") == 6, "three, and one for each arm beside the first"
    assert "threshold ahead of direct: on " in text
    assert "lottery ahead of direct: nowhere on this map" in text
    assert "Where the ranking changes" in text


def test_failed_runs_are_listed_and_escaped() -> None:
    def failing(arm: str, values: Mapping[str, Any], fresh: int) -> float:
        return float("nan") if values[AGENTS] == 4 and values[EVERY].value < 15.0 else profit(arm, values, fresh)

    answer = planted_sweep(rhythm_plan("sobol", points=16), failing)
    text = sweep_page(answer)
    assert answer.failures > 0
    assert f"{answer.failures} of {len(answer.runs)} runs failed" in text
    assert "went &lt;i&gt;wrong&lt;/i&gt;" in text
    assert "base rows without a finite value are left out of an index" in text


def test_pure_noise_has_a_page_as_well() -> None:
    answer = planted_sweep(
        rhythm_plan("sobol", points=16), lambda a, v, fresh: noise(sorted(map(str, v.items())), fresh)
    )
    assert headline(answer) == "No path has an effect on contribution profit above the noise floor"
    assert "its shape means nothing" in sweep_page(answer)
    still = planted_sweep(rhythm_plan("sobol", points=16), lambda a, v, fresh: 7.0)
    assert "No map: the response is the same at all points." in sweep_page(still)


def test_too_few_points_are_not_said_to_move_nothing() -> None:
    answer = planted_sweep(rhythm_plan("latin", points=3), profit)
    assert headline(answer) == "3 points are too few to say what moves contribution profit"
    text = sweep_page(answer)
    assert "noise floor " not in text
    assert "0 of 4 paths" not in text
    assert "How it moves" in text


@pytest.mark.parametrize(
    ("kind", "sweep"), [("latin", {"points": 20}), ("sobol", {"points": 4}), ("morris", {"points": 4}), ("grid", {})]
)
def test_a_sweep_without_indices_still_says_who_is_ahead(kind: str, sweep: dict[str, int]) -> None:
    answer = planted_sweep(rhythm_plan(kind, arms=True, analyse={"sensitivity": False}, **sweep), profit)
    assert answer.sensitivity.empty
    assert headline(answer) == f"contribution profit at {answer.design.shared} points"
    assert "ahead" in findings(answer)[0].lower()
    assert "What moves" not in sweep_page(answer)


def test_words_at_an_axis_have_room() -> None:
    assert _apart(np.array([0.05, 0.15, 0.2, 0.35]), 3, log=False) == [0.05, 0.15, 0.35]
    assert _apart(np.array([0.002, 0.005, 0.015]), 3, log=False) == [0.002, 0.015]
    assert _apart(np.array([1.0, 10.0, 100.0]), 3, log=True) == [1.0, 10.0, 100.0]
    assert _apart(np.array([4.0]), 3, log=False) == [4.0]


def test_a_plain_function_has_a_page() -> None:
    plan, _ = planned("sobol", dict.fromkeys(("x1", "x2", "x3"), WIDE), points=256)
    answer = planted_sweep(plan, lambda _, values, fresh: ishigami(values) + 5.0 * values["x1"], {"y": "number"})
    assert headline(answer) == "x1 moves y most"
    few, _ = planned("sobol", dict.fromkeys(("x1", "x2", "x3"), WIDE), points=64)
    tied = planted_sweep(few, lambda _, values, fresh: ishigami(values), {"y": "number"})
    assert headline(tied) == "x1, x2 and x3 move y most", "so few points do not tell them apart"
    assert "x1" in sweep_page(answer)


def test_one_path_has_no_map() -> None:
    plan, _ = planned("latin", {"x": UNIT}, points=20)
    answer = planted_sweep(plan, lambda _, values, fresh: values["x"], {"y": "number"})
    assert "No map: a surface needs two paths that vary in numbers." in sweep_page(answer)
