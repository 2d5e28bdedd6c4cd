"""From a question to an answer: promised fields, constraints, failed runs, messages."""

from __future__ import annotations

import io
import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from rich.console import Console

from experiments import compare, print_comparison
from experiments.comparison.comparison_planning import check_comparable
from experiments.comparison.comparison_result import Comparison
from scenarios import InputError, load
from tests.json_page import assert_documented

from .conftest import Ask, Plant

DEEP = "deep & <i>wide</i>"
FEW = "LIMITS", 'confidence = "75 %"'
"""At this confidence five draws can name an arm; at the usual one it takes 59."""


def ahead(by: float, spread: float = 0.0) -> object:
    """Deep earns `by` cents more on average, with random numbers and a market that both arms share."""

    def profit(arm: str, draw: int, replication: int) -> float:
        rng = np.random.default_rng([draw, replication])
        own = np.random.default_rng([draw, replication, arm == "deep"]).normal(0, spread)
        shared = 1e7 + 1e6 * draw + rng.normal(0, 1e5)
        return float(shared + own + (by if arm == "deep" else 0.0))

    return profit


def test_a_planted_difference_comes_back_in_money(ask: Ask, plant: Plant) -> None:
    plant(ahead(600_000))  # type: ignore[arg-type]
    answer = compare(ask(FEW), draws=10, replications=2, jobs=1)
    assert answer.verdict == DEEP
    assert answer.kind == "winner"
    pair = answer.pairs[0]
    assert (pair.a, pair.b) == ("mild", DEEP)
    assert pair.difference == pytest.approx(-600_000, abs=100)
    assert "ahead of mild by 6,000 CNY" in answer.reason
    assert answer.strategies[1].probability_best == pytest.approx(1.0)
    assert answer.strategies[0].expected_regret == pytest.approx(600_000, abs=200)


def test_promised_fields(ask: Ask, plant: Plant) -> None:
    plant(ahead(600_000, spread=1e5))  # type: ignore[arg-type]
    answer = compare(ask(), draws=6, jobs=1).to_json()
    assert json.loads(json.dumps(answer, allow_nan=False)) == answer
    assert answer["schema"] == 1
    assert (answer["kpi"], answer["draws"], answer["replications"]) == ("contribution_profit", 6, 2)
    assert [s["name"] for s in answer["strategies"]] == ["mild", DEEP]
    for strategy in answer["strategies"]:
        assert strategy["low"] < strategy["mean"] < strategy["high"]
        assert {"probability_best", "expected_regret"} <= strategy.keys()
    (pair,) = answer["pairs"]
    assert pair["low"] < pair["difference"] < pair["high"]
    assert pair["variance_reduction"] > 0
    assert {"verdict", "reason"} <= answer.keys()
    shares = answer["uncertainty"]
    assert shares["market_share"] + shares["chance_share"] == pytest.approx(1.0)


def test_equal_arms_are_no_difference(ask: Ask) -> None:
    answer = compare(ask(("12 %", "5 %")), draws=2, replications=1, jobs=1)
    assert (answer.verdict, answer.kind) == (None, "no difference")
    assert answer.reason == "no difference: the arms give the same result in every run."
    assert answer.pairs[0].difference == 0
    assert answer.results.reused == 2, "equal arms have one key, so each market is run once"


def test_a_failed_run_takes_its_draw_from_every_arm_and_is_a_warning(ask: Ask, plant: Plant) -> None:
    fine = ahead(600_000, spread=1e4)

    def profit(arm: str, draw: int, replication: int) -> float:
        if (arm, draw, replication) == ("deep", 2, 1):
            raise RuntimeError("broken")
        return float(fine(arm, draw, replication))  # type: ignore[operator]

    plant(profit)
    answer = compare(ask(), draws=5, jobs=1)
    assert answer.left_out == (2,)
    assert answer.market_means.shape == (2, 4)
    assert answer.warnings[0] == (
        f"1 runs failed; the first is {DEEP!r}, draw 2, replication 1, at stage run: RuntimeError: broken"
    )
    assert_documented(answer.to_json(), "rehearse compare")
    assert answer.to_json()["failed"][0]["message"] == "RuntimeError: broken"


def test_nothing_left_to_compare_is_one_line(ask: Ask, plant: Plant) -> None:
    def profit(arm: str, draw: int, replication: int) -> float:
        if (arm == "deep") == (draw == 0):
            raise RuntimeError("broken")
        return 1.0

    plant(profit)
    with pytest.raises(InputError) as caught:
        compare(ask(), jobs=1)
    assert caught.value.place.endswith("small.toml: compare.kpi")
    assert caught.value.got.startswith("4 of 6 runs of 'mild' without one, 2 of 6 runs of ")


def test_an_arm_that_always_fails_is_named_with_the_reason(ask: Ask, plant: Plant) -> None:
    def profit(arm: str, draw: int, replication: int) -> float:
        if arm == "deep":
            raise RuntimeError("broken")
        return 1.0

    plant(profit)
    with pytest.raises(InputError) as caught:
        compare(ask(), jobs=1)
    assert caught.value.place.endswith("small.toml")
    assert repr(DEEP) in caught.value.problem
    assert "run: RuntimeError: broken" in caught.value.problem


def test_a_constraint_bars_the_arm_that_earns_most(ask: Ask, plant: Plant) -> None:
    plant(ahead(600_000))  # type: ignore[arg-type]
    question = ask(("LIMITS", 'subject_to = { gmv = "< 105000 CNY" }'))
    answer = compare(question, draws=1, replications=6, jobs=1)
    assert [(check.arm, check.kept) for check in answer.checks] == [("mild", True), (DEEP, False)]
    assert answer.verdict == "mild"
    assert f"{DEEP} does not keep sales (GMV) < 105000 CNY in the one market that was simulated" in answer.reason


def test_rates_are_brought_to_the_days_of_the_measure(ask: Ask) -> None:
    lax, strict = (
        compare(ask(("LIMITS", f'subject_to = {{ optout_rate = "< {bound}" }}')), draws=2, jobs=1).checks[0]
        for bound in ("60 % per 60 d", "60 % per 6000 d")
    )
    assert lax.mean == strict.mean
    assert 0.006 < lax.mean < 0.3
    assert (lax.kept, strict.kept) == (True, False)


def test_less_can_be_better(ask: Ask) -> None:
    answer = compare(ask(("LIMITS", 'kpi = "discount_cost"')), draws=1, replications=4, jobs=1)
    assert answer.verdict == "mild"
    assert answer.pairs[0].difference < 0
    assert answer.pairs[0].high is not None
    assert answer.pairs[0].high < 0
    assert answer.strategies[0].expected_regret < 0.01 * answer.strategies[1].expected_regret


@pytest.mark.parametrize(
    ("limits", "part"),
    [
        ('kpi = "contribution_profi"', "did you mean 'contribution_profit'"),
        ('also2 = 1', "also"),
        ('kpi = "campaign_share"', "got 'campaign_share'"),
        ('kpi = "ltv"\nindifference = "5 CNY"\nkpi2 = 1', "kpi2"),
        ('kpi = "orders"\nindifference = "5 CNY"', "got kpi 'orders'"),
        ('subject_to = { gmv = "> 5 CNY per 30 d" }', "got '> 5 CNY per 30 d'"),
        ('subject_to = { gmw = "> 5 CNY" }', "did you mean 'gmv'"),
        ('subject_to = { gmv = "> 5 %" }', "got '> 5 %'"),
        ('subject_to = { optout_rate = "< 2 %" }', "got '< 2 %'"),
    ],
)  # fmt: skip
def test_mistakes_are_one_line(ask: Ask, limits: str, part: str) -> None:
    with pytest.raises(InputError) as caught:
        compare(ask(("LIMITS", limits)), draws=1, jobs=1)
    assert part in str(caught.value)
    assert "small.toml" in str(caught.value)


def test_one_arm_cannot_be_compared(ask: Ask) -> None:
    question = ask()
    alone = replace(question, arms={"mild": question.arms["mild"]})
    with pytest.raises(InputError) as caught:
        compare(alone)
    assert (Path(caught.value.place).name, caught.value.got) == ("small.toml: variants", "'mild'")


def test_plain_scenarios_can_be_compared_and_must_share_market_and_run(ask: Ask) -> None:
    arms = ask().arms
    answer = compare(dict(arms), draws=2, jobs=1)
    assert isinstance(answer, Comparison)
    assert len(answer.to_frame()) == 1
    assert any("one market: no market number is uncertain; plain scenarios" in one for one in answer.warnings)
    other = ask(("start_with = 300", "start_with = 200")).arms
    with pytest.raises(InputError) as caught:
        compare({"a": arms["mild"], "b": other["mild"]})
    assert caught.value.got == "different market or run in 'a' and 'b'"


def test_sizes_and_seed_can_be_replaced(ask: Ask, plant: Plant) -> None:
    done = plant(ahead(1000))  # type: ignore[arg-type]
    answer = compare(ask(), draws=2, replications=3, seed=5, jobs=1)
    assert len(done) == 12
    assert answer.provenance["seed"] == 5
    with pytest.raises(InputError) as caught:
        compare(ask(), draws=0)
    assert (caught.value.place, caught.value.got) == ("draws", "0")


def test_the_terminal_ends_with_the_verdict_in_one_sentence(ask: Ask, plant: Plant) -> None:
    plant(ahead(600_000, spread=1e4))  # type: ignore[arg-type]
    answer = compare(ask(FEW), draws=6, jobs=1)
    console = Console(file=io.StringIO(), width=200)
    print_comparison(answer, console)
    lines = console.file.getvalue().splitlines()  # type: ignore[attr-defined]
    assert lines[-1].startswith(f"Choose {DEEP}: {DEEP} is ahead of mild by ")
    assert any(f"mild − {DEEP}" in line for line in lines)


def test_library_questions_can_be_compared() -> None:
    for name in ("campaign_rhythm", "discount_format", "desk_size"):
        check_comparable(load(f"library:{name}"))
