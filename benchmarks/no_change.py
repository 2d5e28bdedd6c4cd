"""Builds in which nothing has changed, on other luck than their baselines: how often does the check cry wolf?

    python -m benchmarks.no_change                two hundred builds, about ten minutes on one core
    python -m benchmarks.no_change --builds 20

Two of the library's questions, with few people and few days so that much is sparse, are held against one baseline under
another seed in each build. No run is then equal to its pair, and every test has to tell luck from change. Beside the
answers stands what simpler rules would have said of the same numbers.
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
from experiments.regression.regression import KpiChange, Regression, rules_of, tests_of
from scenarios import Question, load_questions

QUESTIONS = ("contact", "desk")
FOLDER = Path(__file__).resolve().parent.parent / "tests" / "baselines"
PEOPLE, DAYS, RUNS, FIRST_SEED = 300, 21, 32, 1001


@dataclass(frozen=True)
class Build:
    """What a check answered, and what simpler rules would have: a mean off by the smallest change that matters, and
    Student's t at 5 % for any number.
    """

    answer: str
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
    """Check the questions under each seed, against one baseline of their own seed."""
    with TemporaryDirectory() as folder:
        check(questions, baseline=folder, update=True, why="the first", jobs=1)
        for seed in seeds:
            checked = check(questions, baseline=folder, seed=seed, jobs=1)
            yield judged(checked.verdict, [one.against for one in checked.scenarios if one.against], questions)


def judged(answer: str, against: Sequence[Regression], questions: Sequence[Question]) -> Build:
    """A build's answer beside those of simpler rules."""
    tests = sum(tests_of(question) for question in questions)
    varied = [
        (row, rules_of(question, tests))
        for question, one in zip(questions, against, strict=True)
        for row in one.moved
        if row.runs >= 2 and row.low < row.high
    ]
    tolerance = any(abs(row.change) > row.smallest for row, _ in varied)
    student = any(_student(row, rules) <= 0.05 for row, rules in varied)
    return Build(answer, tolerance, student)


def _student(row: KpiChange, rules: ChangeRules) -> float:
    """Student's two-sided p-value of a row, from its interval."""
    from scipy.stats import t

    error = (row.high - row.change) / float(t.isf((1.0 - rules.power) / rules.looks, row.runs - 1))
    return float(2.0 * t.sf(abs(row.change) / error, row.runs - 1))


def main() -> None:
    """Read the command line, and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--builds", type=int, default=200)
    count = parser.parse_args().builds
    done = list(builds([small(name) for name in QUESTIONS], range(FIRST_SEED, FIRST_SEED + count)))
    answers = Counter(build.answer for build in done)
    print(f"{count} builds without a change, on other luck than their baseline:")
    print("  " + ", ".join(f"{answers[name]} {name}" for name in ("pass", "fail", "inconclusive")))
    print(f"a mean off by the smallest change that matters: {sum(b.tolerance for b in done)} would have failed")
    print(f"Student's t at 5 % for any number: {sum(b.student for b in done)} would have failed")


if __name__ == "__main__":
    main()
