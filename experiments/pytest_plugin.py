"""Expectations of scenario files as tests: `pytest -p experiments.pytest_plugin my-shop`.

Every `*.toml` below the given paths that has an [expect], or gets one from a parent, is a file with a test for each
expectation; other TOML is not collected. With `--rehearse-baseline DIR` every question, with or without [expect], has
one more test: its regression test against the baseline there. `--rehearse-python FILE` names a Python file with KPIs,
discount formats or mechanisms of one's own. The runs of a file are simulated once, when its first test is set up.
"""

from __future__ import annotations

import os
from abc import abstractmethod
from collections.abc import Iterator
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from scenarios.errors import InputError
from scenarios.toml.toml_document import label

if TYPE_CHECKING:
    from experiments.checks.check_result import ScenarioCheck
    from experiments.expectations.outcomes import Outcome
    from scenarios import Question


class UnmetExpectation(Exception):
    """The text about an expectation or a regression test that does not pass."""


def pytest_addoption(parser: pytest.Parser) -> None:
    """The two options."""
    group = parser.getgroup("rehearse", "scenario files as tests")
    group.addoption("--rehearse-baseline", metavar="DIR", help="also compare every question with its baseline in DIR")
    group.addoption(
        "--rehearse-python",
        metavar="FILE",
        action="append",
        help="Python file with KPIs, discount formats or mechanisms of your own",
    )


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> ScenarioFile | None:
    """Collect a scenario file that has something to test."""
    if file_path.suffix != ".toml":
        return None
    baseline = parent.config.getoption("--rehearse-baseline")
    return ScenarioFile.from_parent(parent, path=file_path) if _has_tests(file_path, bool(baseline)) else None


def _has_tests(path: Path, with_baseline: bool) -> bool:
    """Whether a file has expectations or, where there are baselines, is a question. A file that cannot be read has
    tests if its text names an expectation."""
    from scenarios.reading.loading import TOP
    from scenarios.reading.references import chain, project_folder

    try:
        keys = {key for layer in chain(path, project_folder(path)) for key in layer.value}
    except InputError:
        return "[expect." in path.read_bytes().decode("utf-8", "replace")
    if "expect" in keys:
        return True
    return with_baseline and "run" in keys and keys <= set(TOP)


class ScenarioFile(pytest.File):
    """One scenario file; keeps the results of its check, so that its runs are simulated once."""

    def collect(self) -> Iterator[pytest.Item]:
        """A test for its baseline if there is to be one, and one for each expectation."""
        if self.config.getoption("--rehearse-baseline"):
            yield BaselineItem.from_parent(self, name="baseline")
        for name in self.question.expectations:
            yield ExpectationItem.from_parent(self, name=name)

    @cached_property
    def question(self) -> Question:
        """The loaded file; an error in it is one line."""
        from scenarios import additions_of_files, load_question

        try:
            files = self.config.getoption("--rehearse-python") or ()
            return load_question(self.path, additions=additions_of_files(files))
        except InputError as mistake:
            raise self.CollectError(str(mistake)) from None

    @cached_property
    def outcomes(self) -> dict[str, Outcome]:
        """The outcomes of its expectations, by name."""
        return {one.expectation.name: one for one in self._checked(self.question).outcomes}

    @cached_property
    def compared(self) -> ScenarioCheck:
        """The question, compared with its baseline."""
        folder = self.config.invocation_params.dir / self.config.getoption("--rehearse-baseline")
        return self._checked(replace(self.question, expectations={}), baseline=folder)

    def _checked(self, question: Question, **how: Any) -> ScenarioCheck:
        """The check of this file: runs are kept in pytest's cache; under xdist it uses one process."""
        from experiments.checks.check_steps import check

        cache = self.config.cache if hasattr(self.config, "cache") else None
        store = cache.mkdir("rehearse") if cache else None
        jobs = 1 if "PYTEST_XDIST_WORKER" in os.environ else None
        return check([question], store=store, jobs=jobs, progress=False, **how).scenarios[0]


class _Item(pytest.Item):
    """A test of a scenario file."""

    parent: ScenarioFile

    @abstractmethod
    def result(self) -> object:
        """The result that is tested. Raises InputError for a file that is wrong."""

    def setup(self) -> None:
        """Check the file, unless an earlier test did. A file that is wrong is an error of one line."""
        try:
            self.result()
        except InputError as mistake:
            pytest.fail(str(mistake), pytrace=False)

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        """The text of an unmet expectation, without a traceback."""
        return (
            str(excinfo.value) if isinstance(excinfo.value, UnmetExpectation) else super().repr_failure(excinfo, style)
        )

    def reportinfo(self) -> tuple[Path, None, str]:
        """The file of the test."""
        return self.path, None, self.name


class ExpectationItem(_Item):
    """One expectation."""

    def result(self) -> Outcome:
        """The outcome of the expectation."""
        return self.parent.outcomes[self.name]

    def runtest(self) -> None:
        """Raise UnmetExpectation unless the expectation passes."""
        outcome = self.result()
        if outcome.verdict != "pass":
            raise UnmetExpectation(_text(outcome, self.parent.question))


class BaselineItem(_Item):
    """The regression test of a question."""

    def result(self) -> ScenarioCheck:
        """The check of the question."""
        return self.parent.compared

    def runtest(self) -> None:
        """Raise UnmetExpectation where anything changed that matters, or may have."""
        from experiments.checks.regression_text import currency_of, format_headline, format_kpi_line, format_remarks

        scenario = self.result()
        regression, question = scenario.regression, scenario.question
        assert regression is not None
        if regression.verdict != "pass":
            currency = currency_of(question)
            kpis = [format_kpi_line(one, currency) for one in regression.kpis if one.reported]
            headline = f"{question.name}: {format_headline(regression, question)}"
            first = f"{_prefix(regression.verdict)}{regression.reason}"
            raise UnmetExpectation("\n".join([first, headline, *kpis, *format_remarks(regression, question)]))


def _text(outcome: Outcome, question: Question) -> str:
    from experiments.checks.claim_text import format_expected, format_found

    expectation = outcome.expectation
    lines = [
        f"{_prefix(outcome.verdict)}{outcome.reason}",
        f"expected  {format_expected(expectation, question, outcome.unit)}",
        f"found     {format_found(outcome.main, outcome, question)}",
    ]
    if outcome.twin:
        lines.append(f"off       {format_found(outcome.twin, outcome, question)} without {', '.join(expectation.off)}")
    lines += [f"left out  {outcome.left_out} draws without a value"] if outcome.left_out else []
    return "\n".join([*lines, f"[expect.{expectation.name}] in {label(question.path)}"])


def _prefix(verdict: str) -> str:
    return "inconclusive: " if verdict == "inconclusive" else ""
