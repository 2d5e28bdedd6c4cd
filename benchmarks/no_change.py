"""Builds without a change, with other random seeds than their baselines: how many false alarms does the check raise?

    python -m benchmarks.no_change                two hundred builds, about ten minutes on one core
    python -m benchmarks.no_change --builds 20

Two of the library's questions, with few people and few days so that counts are small, are compared with one baseline,
with another seed in each build. No run is then equal to its pair, so every test has to distinguish chance variation
from a change. The verdicts of simpler rules on the same numbers are printed beside those of the check.
"""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory

from experiments import check
from experiments.regression.change_test import ChangeRules
from experiments.regression.regression_result import KpiChange, Regression
from experiments.regression.regression_tests import change_rules, count_tests
from scenarios import Question, load_questions

QUESTIONS = ("contact", "desk")
FOLDER = Path(__file__).resolve().parent.parent / "tests" / "baselines"
PEOPLE, DAYS, RUNS, FIRST_SEED = 300, 21, 32, 1001


@dataclass(frozen=True)
class Build:
    """The verdict of the check, and whether simpler rules fail: a mean that differs by the smallest change that
    matters, and Student's t at 5 % for any number.
    """

    verdict: str
    tolerance: bool
    student: bool


def small(name: str) -> Question:
    """One of the library's questions with few people and few days, and nothing expected of it."""
    (question,) = load_questions([FOLDER / f"{name}.toml"])
    arms = {
        arm: replace(
            one,
            market=replace(one.market, start_with=PEOPLE),
            run=replace(one.run, horizon=DAYS, cool_down=0),
        )
        for arm, one in question.arms.items()
    }
    return replace(question, arms=arms, expectations={}, tolerances=replace(question.tolerances, runs=RUNS))


def builds(questions: Sequence[Question], seeds: Sequence[int]) -> Iterator[Build]:
    """Check the questions with each seed against one baseline with their own seed."""
    with TemporaryDirectory() as folder:
        check(questions, baseline=folder, update=True, why="the first", jobs=1)
        for seed in seeds:
            checked = check(questions, baseline=folder, seed=seed, jobs=1)
            yield judged(checked.verdict, [one.regression for one in checked.scenarios if one.regression], questions)


def judged(verdict: str, regressions: Sequence[Regression], questions: Sequence[Question]) -> Build:
    """The verdict on a build beside those of simpler rules."""
    tests = sum(count_tests(question) for question in questions)
    varied = [
        (row, change_rules(question, tests))
        for question, one in zip(questions, regressions, strict=True)
        for row in one.kpis
        if row.runs >= 2 and row.low < row.high
    ]
    tolerance = any(abs(row.change) > row.smallest for row, _ in varied)
    student = any(_student(row, rules) <= 0.05 for row, rules in varied)
    return Build(verdict, tolerance, student)


def _student(row: KpiChange, rules: ChangeRules) -> float:
    """Student's two-sided p-value of a row, from its interval."""
    from scipy.stats import t

    error = (row.high - row.change) / float(t.isf(rules.error, row.runs - 1))
    return float(2.0 * t.sf(abs(row.change) / error, row.runs - 1))


def main() -> None:
    """Read the command line, and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--builds", type=int, default=200)
    count = parser.parse_args().builds
    done = list(builds([small(name) for name in QUESTIONS], range(FIRST_SEED, FIRST_SEED + count)))
    verdicts = Counter(build.verdict for build in done)
    print(f"{count} builds without a change, with another random seed than their baseline:")
    print("  " + ", ".join(f"{verdicts[name]} {name}" for name in ("pass", "fail", "inconclusive")))
    print(
        f"a mean that differs by the smallest change that matters: {sum(b.tolerance for b in done)} would have failed"
    )
    print(f"Student's t at 5 % for any number: {sum(b.student for b in done)} would have failed")


if __name__ == "__main__":
    main()
