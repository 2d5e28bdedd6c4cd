"""The small questions of the library: each has its baseline, and together they depend on every number of the law."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from experiments import check
from experiments.regression.baseline_files import BaselineRuns, baseline_path, read_baseline, write_baseline
from experiments.regression.baseline_runs import baseline_kpis, baseline_sized, check_same_runs
from experiments.regression.regression_result import Regression
from experiments.regression.regression_tests import count_tests
from scenarios import Question, load_market, load_questions, with_values
from sim import MEASURES
from sim.engine import run
from sim.scenario import Scenario

FOLDER = Path(__file__).resolve().parent / "baselines"
UNUSED = (
    "market.media.group", "market.media.moments", "market.media.official_account", "market.media.channels_video",
    "market.media.phone", "market.media.sms.suits", "market.delivery.late_from",
)  # fmt: skip
"""What no question uses: channels, text messages about anything but offers, and parcels without a promise."""


@cache
def questions() -> tuple[Question, ...]:
    return tuple(load_questions([FOLDER]))


def test_every_question_has_its_baseline_and_every_baseline_its_question() -> None:
    kept = {path.stem for path in FOLDER.glob("*.baseline")} - {"speed"}  # that of the benchmark
    assert kept == {one.path.stem for one in questions()}


@pytest.mark.parametrize("question", questions(), ids=lambda one: one.path.stem)
def test_every_baseline_is_of_the_question_as_it_is(question: Question) -> None:
    """It can be read and has the same runs and KPIs; its conclusion names the arms of the question."""
    baseline = read_baseline(baseline_path(FOLDER, question))
    check_same_runs(baseline_sized(question), baseline)
    assert baseline.conclusion is not None
    assert set(baseline.conclusion.order) == set(question.arms)
    assert question.expectations


def test_every_kpi_is_in_a_baseline_that_has_values_of_it() -> None:
    """No exception: who ships a KPI puts it into a question in which it counts something, in three runs of four."""
    kept, counted = set(), set()
    for question in questions():
        baseline = read_baseline(baseline_path(FOLDER, question))
        kept |= set(baseline_kpis(question))
        for runs in baseline.arms.values():
            counted |= {kpi for kpi, values in runs.values.items() if np.mean(np.nan_to_num(values) != 0.0) > 0.75}
    assert kept == set(MEASURES)
    assert counted == kept


def test_the_runs_are_enough_for_the_number_of_tests_of_a_build() -> None:
    """With signs that all agree, the fewest runs are enough for an alarm."""
    assert sum(count_tests(question) for question in questions()) * 2.0 * 0.5**32 < 1e-6


def contact() -> Question:
    (found,) = (one for one in questions() if one.path.stem == "contact")
    return found


def regression_of_contact(baselines: Path) -> Regression:
    found = check([replace(contact(), expectations={})], baseline=baselines, jobs=1).scenarios[0].regression
    assert found is not None
    return found


def test_the_same_model_passes_by_its_integers_alone() -> None:
    found = regression_of_contact(FOLDER)
    assert (found.verdict, found.equal, found.simulated, found.kpis) == ("pass", True, 4, ())


def test_a_baseline_of_another_compiler_says_so_and_passes(tmp_path: Path) -> None:
    """The same integers with other versions: these are named, and no reason to fail."""
    kept = read_baseline(FOLDER / "contact.baseline")
    write_baseline(tmp_path / "contact.baseline", replace(kept, made={**kept.made, "numba": "0.1", "numpy": "1.0"}))
    found = regression_of_contact(tmp_path)
    made_with = {name: then for name, then, _ in found.versions}
    assert made_with.items() >= {"numba": "0.1", "numpy": "1.0"}.items()
    assert (found.verdict, found.equal) == ("pass", True)


@pytest.mark.slow
def test_integers_of_another_rounding_are_judged_by_statistics_and_pass(tmp_path: Path) -> None:
    """One event differs in a run, as after another rounding: the statistical test finds no change."""
    kept = read_baseline(FOLDER / "contact.baseline")
    write_baseline(tmp_path / "contact.baseline", replace(kept, arms={k: nudged(v) for k, v in kept.arms.items()}))
    found = regression_of_contact(tmp_path)
    assert (found.verdict, found.equal, found.simulated) == ("pass", False, 32)
    assert {row.verdict for row in found.kpis} == {"pass"}


def nudged(runs: BaselineRuns) -> BaselineRuns:
    """The first run has one order more, and a profit to match."""
    orders, profit = runs.totals["orders"], runs.values["contribution_profit"].copy()
    profit[0] += 3000.0
    return BaselineRuns(
        ("0" * 16, *runs.events[1:]),
        {**runs.totals, "orders": (orders[0] + 1, *orders[1:])},
        {**runs.values, "contribution_profit": profit},
    )


@pytest.mark.slow
def test_a_change_of_every_number_of_the_law_changes_some_integer() -> None:
    """Each uncertain number of the library's base at its 95th percentile, or at its 5th where the median is as high, in
    one run of each arm until one differs."""
    arms = [arm for question in questions() for arm in question.arms.values()]
    plain = [integers(arm) for arm in arms]
    beliefs = load_market("library:base").beliefs
    values = {path: one.p95 if one.p95 > one.median else one.p5 for path, one in beliefs.items()}
    unseen = {path for path, value in values.items() if not any(seen(path, value, arms, plain))}
    assert unseen == {path for path in beliefs if path.startswith(UNUSED)}


def seen(path: str, value: float, arms: list[Scenario], plain: list[object]) -> Iterator[bool]:
    """Whether the integers of an arm change with this value, arm by arm."""
    for arm, before in zip(arms, plain, strict=True):
        yield integers(with_values(arm, {path: value})) != before


def integers(arm: Scenario) -> object:
    ledger = run(arm)
    return ledger.fingerprint, {name: int(column.sum()) for name, column in ledger.series.items()}
