"""The page and pictures of a calibration: they say of each number whether data narrowed it, and what would."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from experiments import write_calibration
from experiments.assumptions.helpful_tests import TESTS, helpful_test
from experiments.report.learned_figures import learned_numbers
from scenarios import load_market

LIFT, WAITING, COST = "market.attention.max_lift", "market.offers.waiting", "market.money.goods_cost"


def answer(pareto_k: float) -> dict[str, Any]:
    """What `calibrate --json` says, as far as a page shows it."""
    health = [
        {"parameter": LIFT, "identified": True, "at_limit": False},
        {"parameter": WAITING, "identified": False, "at_limit": False},
        {"parameter": COST, "identified": False, "at_limit": False},
    ]
    orders = {"file": "a <b>.csv", "customers": 1200, "orders": 3400, "first": "2024-01-01", "last": "2025-01-01"}
    found = {"people": 1200, "customers": 1200, "method": "weights", "effective_sample_size": 200.0}
    ranks = [{"parameter": LIFT, "ranks": [0.2, 0.99], "coverage": 0.5, "spread": 0.4}]
    return {
        "prior": "library:base", "orders": orders, "health": health, "warnings": ["take care"],
        "responses": found | {"pareto_k": pareto_k}, "recovery_under_history": ranks,
    }  # fmt: skip


def draws() -> pd.DataFrame:
    rng = np.random.default_rng(1)
    return pd.DataFrame({LIFT: np.exp(rng.normal(-1.0, 0.1, 50)), WAITING: rng.uniform(0.1, 0.8, 50)})


def test_a_page_says_what_was_learned_and_whether_to_trust_it(tmp_path: Path) -> None:
    page = write_calibration(answer(0.4), draws(), None, tmp_path).read_text(encoding="utf-8")
    assert "1 of 3 uncertain numbers are learned" in page
    assert "Pareto shape 0.40: good enough" in page
    assert "No weeks were replayed" in page
    assert "take care" in page
    assert "a &lt;b&gt;.csv" in page
    assert "left out by lot" in page, "a test for waiting"
    assert {path.name for path in tmp_path.iterdir()} == {"calibration.html", "responses.svg", "recovery.svg"}
    other = write_calibration(answer(0.9), draws(), None, tmp_path).read_text(encoding="utf-8")
    assert "Pareto shape 0.90: the intervals below are not to be trusted" in other


def test_each_number_with_draws_stands_beside_its_prior() -> None:
    lift, waiting = learned_numbers(answer(0.4), draws(), load_market("library:base"))
    assert [lift.path, waiting.path] == [LIFT, WAITING]
    assert [lift.verdict, waiting.verdict] == ["identified", "keeps its prior"]
    assert lift.ends == ("+0.1 log", "+0.92 log")


@pytest.mark.parametrize(
    ("path", "begins"), [(LIFT, "messages sent some days later"), (WAITING, "holdout"), (COST, "")]
)
def test_the_test_that_would_narrow_a_number(path: str, begins: str) -> None:
    assert helpful_test(path).startswith(begins)
    assert bool(helpful_test(path)) == bool(begins)


def test_every_entry_is_of_a_number_and_can_be_reached() -> None:
    beliefs = load_market("library:base").beliefs
    reached = {next(begin for begin, _ in TESTS if path.startswith(begin)) for path in beliefs if helpful_test(path)}
    assert {begin for begin, _ in TESTS} - reached <= {"market.offers.redeemed", "market.spend"}
