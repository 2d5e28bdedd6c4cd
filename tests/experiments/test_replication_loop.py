"""Replications by precision: what grows, which runs are done, where it ends, and what the answer says of it."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from rich.console import Console

import sim
from experiments import Comparison, Progress, compare, print_comparison, rebuild
from experiments.comparison.stop_rule import pilot, staged_intervals
from experiments.report.page import page
from scenarios import InputError
from sim.output.ledger import Ledger
from sim.scenario import Scenario

from .conftest import Ask, Plant

Profit = Callable[[str, int, int], float]
SHORT = (('horizon      = "60 d"', 'horizon      = "30 d"'), ("replications = 2", "replications = 1"))
"""Changes for the tests that really simulate."""


def apart(spread: float, by: float = 50_000.0) -> Profit:
    """Deep earns `by` cents more on average, with random numbers of its own in each draw and replication."""

    def profit(arm: str, draw: int, replication: int) -> float:
        shared = 1e7 + np.random.default_rng([draw, replication]).normal(0, 1e6)
        own = np.random.default_rng([draw, replication, 7]).normal(by, spread) if arm == "deep" else 0.0
        return float(shared + own)

    return profit


def test_draws_grow_until_the_widest_interval_is_narrow_enough(ask: Ask, plant: Plant) -> None:
    done = plant(apart(2e5))
    answer = compare(ask(), replications="auto", precision="500 CNY", jobs=1)
    auto = answer.auto
    assert auto is not None
    assert (auto.unit, auto.stopped, auto.asked, auto.most) == ("draws", "precision", 50_000, 1000)
    assert auto.pilot.units == 10 < auto.units == answer.draws
    assert answer.replications == 2
    pair = answer.pairs[0]
    assert pair.high is not None
    assert pair.high - pair.difference == pytest.approx(auto.reached)
    assert auto.reached <= 50_000
    assert len(done) == len(set(done)) == 2 * 2 * answer.draws, "no run is done twice, without a store too"


def test_the_runs_are_those_of_a_fixed_comparison_and_the_intervals_are_no_shorter(ask: Ask, plant: Plant) -> None:
    plant(apart(2e5))
    auto = compare(ask(), replications="auto", precision=50_000, jobs=1)
    fixed = compare(ask(), draws=auto.draws, jobs=1)
    for name in ("runs", "series", "campaigns", "curves"):
        pd.testing.assert_frame_equal(getattr(auto.results, name), getattr(fixed.results, name))
    assert auto.results.records.keys() == fixed.results.records.keys()
    assert auto.results.sent == fixed.results.sent
    assert (auto.strategies, auto.effects) == (fixed.strategies, fixed.effects)
    assert auto.pairs[0].low is not None
    assert fixed.pairs[0].low is not None
    assert auto.pairs[0].low < fixed.pairs[0].low
    assert (auto.to_json()["auto"]["pilot"], fixed.to_json()["auto"]) == (10, None)
    assert json.loads(json.dumps(auto.to_json(), allow_nan=False)) == auto.to_json()


def test_of_a_single_draw_replications_grow(ask: Ask, plant: Plant) -> None:
    done = plant(apart(2e5))
    answer = compare(ask(), draws=1, replications="auto", precision="500 CNY", jobs=1)
    assert answer.auto is not None
    assert (answer.auto.unit, answer.draws) == ("replications", 1)
    assert answer.auto.units == answer.replications > 10
    assert len(done) == len(set(done)) == 2 * answer.replications


def test_the_pilot_is_what_the_file_asks_for_where_that_is_more(ask: Ask, plant: Plant) -> None:
    plant(apart(1e4))
    answer = compare(ask(), draws=24, replications="auto", precision="900 CNY", jobs=1)
    assert answer.auto is not None
    assert (answer.auto.pilot.units, answer.draws) == (24, 59), "as many as naming an arm takes"
    answer = compare(ask(), draws=24, replications="auto", precision="900 CNY", most=58, jobs=1)
    assert answer.auto is not None
    assert (answer.draws, answer.draws_enough) == (24, False)


def test_draws_that_are_not_complete_do_not_count(ask: Ask, plant: Plant) -> None:
    fine = apart(2e5)

    def profit(arm: str, draw: int, replication: int) -> float:
        if arm == "deep" and draw % 3 == 1:
            raise RuntimeError("broken")
        return fine(arm, draw, replication)

    done = plant(profit)
    answer = compare(ask(), replications="auto", precision="600 CNY", jobs=1)
    assert answer.auto is not None
    assert answer.auto.stopped == "precision"
    assert answer.auto.pilot.units == 10, "a pilot is filled up before its spread is taken"
    assert answer.auto.units == answer.draws - len(answer.left_out)
    assert answer.left_out[:3] == (1, 4, 7)
    assert len(done) == len(set(done)), "a run that failed is not tried again"
    units = answer.results.runs.query("kpi == 'contribution_profit' and window == 'horizon'")
    wide = units.pivot_table(index="draw", columns="variant", values="value", sort=False).dropna()
    values = wide[list(answer.question.arms)].to_numpy().T
    row = staged_intervals(pilot(values[:, :10], 0.95), values)[0]
    assert (answer.pairs[0].low, answer.pairs[0].high) == pytest.approx((row.low, row.high))


def test_a_replication_without_a_value_is_left_out_of_a_single_draw(ask: Ask, plant: Plant) -> None:
    fine = apart(2e5)

    def profit(arm: str, draw: int, replication: int) -> float:
        if arm == "deep" and replication == 4:
            raise RuntimeError("broken")
        return fine(arm, draw, replication)

    plant(profit)
    answer = compare(ask(), draws=1, replications=8, jobs=1)
    assert answer.left_out == (4,)
    assert any("left out" in warning and warning.endswith(": 4") for warning in answer.warnings)
    assert "1 of 8 replications left out" in page(answer)


def test_a_report_after_failures_is_of_the_same_stages(ask: Ask, plant: Plant, tmp_path: Path) -> None:
    fine = apart(2e5)

    def profit(arm: str, draw: int, replication: int) -> float:
        if arm == "deep" and draw in (3, 11):
            raise RuntimeError("broken")
        return fine(arm, draw, replication)

    plant(profit)
    answer = compare(ask(), replications="auto", precision="500 CNY", jobs=1, out=tmp_path / "out")
    again = rebuild(tmp_path / "out")
    assert isinstance(again, Comparison)
    assert answer.auto is not None
    assert (answer.auto.began_with, answer.auto.pilot.units) == (10, 10)
    assert again.auto is not None
    assert again.auto.to_json() == answer.auto.to_json()
    assert again.pairs == answer.pairs


def test_a_pilot_without_two_complete_draws_is_one_line(ask: Ask, plant: Plant) -> None:
    def profit(arm: str, draw: int, replication: int) -> float:
        if (arm == "deep") == (draw > 5) and draw != 3:
            raise RuntimeError("broken")
        return 1.0

    plant(profit)
    with pytest.raises(InputError) as caught:
        compare(ask(), replications="auto", precision="1 CNY", most=30, jobs=1)
    assert caught.value.place.endswith("small.toml: replications auto")
    assert caught.value.got == "1 of 10"


def test_the_ceiling_says_by_how_much_it_falls_short(ask: Ask, plant: Plant) -> None:
    plant(apart(1e6))
    answer = compare(ask(), replications="auto", precision="100 CNY", most=30, jobs=1)
    auto = answer.auto
    assert auto is not None
    assert (auto.stopped, auto.units, auto.most) == ("ceiling", 30, 30)
    text = printed(answer)
    reached, short = (f"{value / 100:,.0f} CNY" for value in (auto.reached, auto.reached - 10_000))
    line = f"auto: 30 draws x 2 replications, the most allowed: half-width {reached}, {short} more than the 100 CNY"
    assert line in text
    assert line in page(answer)


def test_a_stage_in_which_every_run_fails_ends_nothing(ask: Ask, plant: Plant) -> None:
    fine = apart(1e6)

    def profit(arm: str, draw: int, replication: int) -> float:
        if replication >= 10:
            raise RuntimeError("broken")
        return fine(arm, draw, replication)

    plant(profit)
    answer = compare(ask(), draws=1, replications="auto", precision="1 CNY", most=14, jobs=1)
    assert answer.auto is not None
    assert (answer.auto.units, answer.replications, answer.left_out) == (10, 14, (10, 11, 12, 13))


def test_a_posterior_of_few_rows_is_the_ceiling(ask: Ask, plant: Plant) -> None:
    plant(apart(1e6))
    rates = pd.DataFrame({"market.need.order_rate.mean": np.linspace(0.01, 0.02, 16)})
    question = replace(ask(), posterior=rates)
    answer = compare(question, replications="auto", precision="1 CNY", jobs=1)
    assert answer.auto is not None
    assert (answer.auto.most, answer.draws, answer.auto.stopped) == (16, 16, "ceiling")
    assert not any("rows come again" in warning for warning in answer.warnings)


def test_equal_arms_need_nothing_more(ask: Ask) -> None:
    answer = compare(ask(("12 %", "5 %"), *SHORT), draws=2, replications="auto", precision=1, jobs=1)
    assert answer.auto is not None
    assert (answer.auto.units, answer.auto.reached, answer.kind) == (10, 0.0, "no difference")


def test_the_second_stage_says_what_it_is_for_and_how_long_it_takes(
    ask: Ask, plant: Plant, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("experiments.execution.progress.SAY_ABOVE", 0.0)
    plant(apart(2e5))
    seen: list[Progress] = []
    answer = compare(ask(), replications="auto", precision="500 CNY", jobs=1, progress=seen.append)
    stages = list(dict.fromkeys(state.message for state in seen if state.message))
    more = int(stages[1].split()[1])
    assert stages[1:3] == [f"auto: {more} more draws", f"about {stages[2].split()[1]} s for {4 * more - 1} more runs"]
    assert 10 + more <= answer.draws


def printed(answer: object) -> str:
    console = Console(file=io.StringIO(), width=200)
    print_comparison(answer, console)  # type: ignore[arg-type]
    text: str = console.file.getvalue()  # type: ignore[attr-defined]
    return text


def test_the_terminal_and_the_report_say_what_it_took(ask: Ask, plant: Plant) -> None:
    plant(apart(1e4))
    answer = compare(ask(), replications="auto", precision="500 CNY", jobs=1)
    assert answer.auto is not None
    line = "auto: 59 draws x 2 replications, half-width "
    assert line in printed(answer)
    assert "of 500 CNY asked" in printed(answer)
    assert line in page(answer)
    assert "auto: " not in printed(compare(ask(), jobs=1))


def test_a_share_is_asked_for_in_per_cent_and_a_count_in_plain_numbers(
    ask: Ask, plant: Plant, monkeypatch: pytest.MonkeyPatch
) -> None:
    plant(apart(2e5))
    planted = sim.run

    def answered(scenario: Scenario, *address: int, **options: Any) -> Ledger:
        ledger = planted(scenario, *address, **options)
        ledger.tickets = {"day": np.array([ledger.window[0]]), "kind": np.array([0]), "seconds": np.array([3600])}
        return ledger

    monkeypatch.setattr(sim, "run", answered)
    for kpi, text, stored in (
        ("optout_rate", "0.5 %", 0.005),
        ("orders", "40", 40.0),
        ("reply_time_p90", "2 h", 1 / 12),
    ):
        question = ask(("LIMITS", f'kpi = "{kpi}"'), *SHORT)
        answer = compare(question, replications="auto", precision=text, most=10, jobs=1)
        assert answer.auto is not None
        assert answer.auto.asked == pytest.approx(stored)


@pytest.mark.parametrize(
    ("wrong", "place", "got"),
    [
        ({"replications": "auto"}, "--replications auto", "no --precision"),
        ({"precision": 5.0}, "--precision", "no --replications"),
        ({"replications": 3, "precision": 5.0}, "--precision", "--replications 3"),
        ({"most": 50}, "--most", "no --replications"),
        ({"replications": "auto", "precision": "5000"}, "--precision", "'5000'"),
        ({"replications": "auto", "precision": "5 USD"}, "--precision", "'5 USD'"),
        ({"replications": "auto", "precision": "5 %"}, "--precision", "'5 %'"),
        ({"replications": "auto", "precision": "0 CNY"}, "--precision", "0 CNY"),
        ({"replications": "auto", "precision": float("nan")}, "--precision", "nan"),
        ({"replications": "auto", "precision": 5.0, "most": 9}, "--most", "9"),
        ({"replications": "many"}, "replications", "'many'"),
    ],
)
def test_mistakes_name_the_option_and_what_was_given(ask: Ask, wrong: dict[str, object], place: str, got: str) -> None:
    with pytest.raises(InputError) as caught:
        compare(ask(), jobs=1, **wrong)  # type: ignore[arg-type]
    assert caught.value.place == place
    assert str(caught.value).endswith(f"got {got}")
