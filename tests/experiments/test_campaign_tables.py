"""Results of campaigns over runs: rows, means by hand, the store, the page and the terminal."""

from __future__ import annotations

import io
import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from rich.console import Console

import sim
from experiments import compare, print_answer, run_arm
from experiments.comparison.comparison_result import Comparison
from experiments.report import figures, report_tables as tables
from experiments.report.page import page
from experiments.runs.campaign_tables import campaign_means, format_campaigns, mean_curves
from experiments.runs.results import Results
from sim.output.retrospective import AFTER, BEFORE

from .conftest import Ask, question_in

DEEP = "deep & <i>wide</i>"
NONE = (
    '[variants.mild]\nstrategy.campaigns.rhythm.offer = { format = "percent", depth = "5 %" }',
    '[variants.mild]\nstrategy.campaigns.rhythm.every = "400 d"\nstrategy.campaigns.rhythm.first = 2027-03-01',
)


@pytest.fixture(scope="module")
def answer(tmp_path_factory: pytest.TempPathFactory) -> Comparison:
    folder = tmp_path_factory.mktemp("campaigns")
    return compare(question_in(folder), jobs=1, out=folder / "out")


def test_every_campaign_of_every_run_is_a_row(answer: Comparison) -> None:
    rows = answer.results.campaigns
    ledger = sim.run(answer.question.arms["mild"], 0, 0)
    assert [one.first for one in ledger.retrospectives] == [9, 24, 39, 54]
    assert len(rows) == 2 * 3 * 2 * 4
    series = answer.results.series.groupby("variant")[["campaign_orders"]].sum()
    assert rows.groupby("variant")["orders"].sum().to_dict() == series["campaign_orders"].to_dict()
    written = pd.read_parquet(Path(answer.question.path).parent / "out" / "campaigns.parquet")
    pd.testing.assert_frame_equal(written, rows)


def test_stored_runs_give_the_same_tables(answer: Comparison) -> None:
    again = compare(answer.question, jobs=1, out=Path(answer.question.path).parent / "out")
    assert again.results.reused == 12
    pd.testing.assert_frame_equal(again.results.campaigns, answer.results.campaigns)
    pd.testing.assert_frame_equal(again.results.curves, answer.results.curves)


def test_means_and_errors_by_hand() -> None:
    """Two runs of two campaigns each; the second run had nobody held out."""
    rows = pd.DataFrame({
        "variant": "a", "draw": [0, 0, 1, 1], "replication": 0, "campaign": "c", "orders": [10, 20, 30, 40],
        "first": [5, 9, 5, 9], "discount": 3.0, "gifts": 1.0, "message_cost": [0.0, 1.0, 0.0, 1.0],
        "content_cost": [0.0, 0.0, 1.0, 1.0],
        **{name: [1.0, 3.0, 6.0, 10.0] for name in ("uplift", "later_uplift", "contribution", "later_contribution")},
    })  # fmt: skip
    (one,) = campaign_means(rows, ["a", "b"], (5, 10))
    assert (one.arm, one.campaign, one.count, one.means["campaigns"]) == ("a", "c", 4, 2.0)
    assert (one.means["orders"], one.means["uplift"]) == (25.0, 5.0)
    assert one.means["incremental_roi"] == pytest.approx(20 / 20)
    (later,) = campaign_means(rows, ["a"], (6, 10))
    assert (later.count, later.means["campaigns"]) == (2, 1.0), "those that began in the measured days"
    assert campaign_means(rows, ["a"], (0, 5)) == []
    assert one.errors["uplift"] == pytest.approx(math.sqrt(((2 - 5) ** 2 + (8 - 5) ** 2) / 1 / 2))
    rows.loc[2:, "uplift"] = np.nan
    (one,) = campaign_means(rows, ["a"], (5, 10))
    assert one.means["uplift"] == 2.0
    assert math.isnan(one.errors["uplift"])
    assert math.isnan(campaign_means(rows[:2], ["a"], (5, 10))[0].errors["later_uplift"])


def test_columns_that_are_zero_are_left_out(answer: Comparison) -> None:
    means = campaign_means(answer.results.campaigns, answer.plan.arms, answer.results.horizon)
    words = dict(format_campaigns(means, "CNY"))
    assert "gifts" not in words
    assert len(words["orders inside"]) == 2
    assert words["uplift against the holdout, inside"][0].count("CNY") == 2
    deeper = [one.means["discount"] / one.means["list_value"] for one in means]
    assert deeper == pytest.approx([0.05, 0.12], abs=1e-3)


def test_curves_are_means_over_runs(answer: Comparison) -> None:
    first, second = mean_curves(answer.results.curves, ["mild", DEEP])
    assert (first["arm"], second["arm"], first["campaign"]) == ("mild", DEEP, "rhythm")
    assert first["day"].tolist() == list(range(-BEFORE, AFTER))
    rows = answer.results.curves
    by_hand = rows[(rows["variant"] == "mild") & (rows["day"] == 0)]["addressed"].mean()
    assert first["addressed"][BEFORE] == pytest.approx(by_hand)
    assert second["addressed"][BEFORE : BEFORE + 3].mean() > second["held_out"][BEFORE : BEFORE + 3].mean()


def test_the_page_shows_campaigns_and_escapes_their_arms(answer: Comparison) -> None:
    text = page(answer)
    assert "Results of each campaign" in text
    assert 'aria-label="campaigns"' in text
    assert DEEP not in text
    heads, rows = tables.campaign_columns(answer)
    assert heads == ["mild", DEEP]
    assert all(len(row.cells) == 2 for row in rows)


def test_arms_without_campaigns_have_no_column(tmp_path: Path) -> None:
    answer = compare(question_in(tmp_path, NONE), draws=1, replications=1, jobs=1)
    assert tables.campaign_columns(answer)[0] == [DEEP]
    assert figures.around_campaigns(answer) is not None
    without = replace(answer, results=_without_campaigns(answer.results))
    assert figures.around_campaigns(without) is None
    assert "Results of each campaign" not in page(without)


def _without_campaigns(results: Results) -> Results:
    records = {key: replace(record, campaigns=[], curves=[]) for key, record in results.records.items()}
    return replace(results, records=records)


def test_one_arm_on_a_terminal_and_as_json(ask: Ask) -> None:
    answer = run_arm(ask(), "mild", draws=1, replications=2, jobs=1)
    stream = io.StringIO()
    print_answer(answer, Console(file=stream, width=140))
    text = stream.getvalue()
    assert "Results of each campaign" in text
    assert "net of what was taken" in text
    (one,) = answer.to_json()["campaigns"]
    assert (one["campaign"], one["count"]) == ("rhythm", 8)
    assert one["means"]["orders"] == pytest.approx(answer.results.campaigns["orders"].mean())
