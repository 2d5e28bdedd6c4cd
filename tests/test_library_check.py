"""The small questions of the library: each has its baseline, and together they see what the law consists of."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest

from experiments import check
from experiments.regression import regression as held
from experiments.regression.baseline_files import BaselineRuns, baseline_path, read_baseline, write_baseline
from experiments.regression.baseline_runs import sized
from scenarios import Question, load_market, load_questions, with_values
from sim.engine import run
from sim.scenario import Scenario

FOLDER = Path(__file__).resolve().parent / "baselines"
UNUSED = (
    "market.media.group", "market.media.moments", "market.media.official_account", "market.media.channels_video",
    "market.media.phone", "market.media.sms.suits",
)  # fmt: skip
"""What no question uses: channels, and what a text message is made for besides offers."""


@cache
def questions() -> tuple[Question, ...]:
    return tuple(load_questions([FOLDER]))


def test_every_question_has_its_baseline_and_every_baseline_its_question() -> None:
    kept = {path.stem for path in FOLDER.glob("*.baseline")} - {"speed"}  # that of the benchmark
    assert kept == {one.path.stem for one in questions()}


@pytest.mark.parametrize("question", questions(), ids=lambda one: one.path.stem)
def test_every_baseline_is_of_the_question_as_it_is(question: Question) -> None:
    """Read, of the same runs and KPIs; its conclusion and every expectation name arms that there are."""
    baseline = read_baseline(baseline_path(FOLDER, question))
    held.judge_comparable(sized(question), baseline)
    assert baseline.conclusion is not None
    assert set(baseline.conclusion.order) == set(question.arms)
    assert question.expectations


def test_the_tests_of_a_build_are_few_enough_for_its_runs() -> None:
    """With signs that all agree, the fewest runs are enough for an alarm."""
    assert sum(held.tests_of(question) for question in questions()) * 2.0 * 0.5**32 < 1e-6


def contact() -> Question:
    (found,) = (one for one in questions() if one.path.stem == "contact")
    return found


def test_a_model_that_is_the_same_passes_by_its_integers_alone() -> None:
    found = check([replace(contact(), expectations={})], baseline=FOLDER, jobs=1).scenarios[0].against
    assert found is not None
    assert (found.verdict, found.equal, found.lived, found.moved) == ("pass", True, 4, ())


def test_a_baseline_of_another_compiler_says_so_and_passes(tmp_path: Path) -> None:
    """The same integers under other versions: told by name, and no reason to fail."""
    kept = read_baseline(FOLDER / "contact.baseline")
    write_baseline(tmp_path / "contact.baseline", replace(kept, made={**kept.made, "numba": "0.1", "numpy": "1.0"}))
    found = check([replace(contact(), expectations={})], baseline=tmp_path, jobs=1).scenarios[0].against
    assert found is not None
    assert [(name, then) for name, then, _ in found.versions] == [("numba", "0.1"), ("numpy", "1.0")]
    assert (found.verdict, found.equal) == ("pass", True)


@pytest.mark.slow
def test_integers_of_another_rounding_are_judged_by_statistics_and_pass(tmp_path: Path) -> None:
    """Somebody's event lies elsewhere in a few runs, as after another rounding: the statistical way finds nothing."""
    kept = read_baseline(FOLDER / "contact.baseline")
    write_baseline(tmp_path / "contact.baseline", replace(kept, arms={k: nudged(v) for k, v in kept.arms.items()}))
    found = check([replace(contact(), expectations={})], baseline=tmp_path, jobs=1).scenarios[0].against
    assert found is not None
    assert (found.verdict, found.equal, found.lived) == ("pass", False, 32)
    assert {row.verdict for row in found.moved} == {"pass"}


def nudged(lives: BaselineRuns) -> BaselineRuns:
    """The first run has one order more, and a profit to match."""
    orders, profit = lives.totals["orders"], lives.values["contribution_profit"].copy()
    profit[0] += 3000.0
    return BaselineRuns(
        ("0" * 16, *lives.events[1:]),
        {**lives.totals, "orders": (orders[0] + 1, *orders[1:])},
        {**lives.values, "contribution_profit": profit},
    )


@pytest.mark.slow
def test_a_change_of_every_number_of_the_law_changes_some_integer() -> None:
    """Each uncertain number of the library's base at its 95th percentile, in one run of each arm until one differs."""
    arms = [arm for question in questions() for arm in question.arms.values()]
    plain = [integers(arm) for arm in arms]
    beliefs = load_market("library:base").beliefs
    unseen = {path for path, one in beliefs.items() if not any(seen(path, one.p95, arms, plain))}
    assert unseen == {path for path in beliefs if path.startswith(UNUSED)}


def seen(path: str, value: float, arms: list[Scenario], plain: list[object]) -> Iterator[bool]:
    """Whether the arms' integers are others with this value, arm by arm."""
    for arm, before in zip(arms, plain, strict=True):
        yield integers(with_values(arm, {path: value})) != before


def integers(arm: Scenario) -> object:
    ledger = run(arm)
    return ledger.fingerprint, {name: int(column.sum()) for name, column in ledger.series.items()}
