"""Expectations of scenario files as tests: `pytest -p experiments.pytest_plugin my-shop`.

Every `*.toml` below the given paths that has an [expect], or gets one from a parent, is a file with a test for each
expectation; other TOML is left alone. With `--rehearse-baseline DIR` every question, with or without [expect], has one
test more: that it is what its baseline there says. A file is lived once, when its first test is set up.
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
    from experiments.expectations.checks import Outcome, ScenarioCheck
    from scenarios import Question


class Unmet(Exception):
    """What a person needs to know of an expectation or a baseline that does not hold."""


def pytest_addoption(parser: pytest.Parser) -> None:
    """The one option."""
    group = parser.getgroup("rehearse", "scenario files as tests")
    group.addoption("--rehearse-baseline", metavar="DIR", help="also hold every question against its baseline in DIR")


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> ScenarioFile | None:
    """Take what is a scenario file with something to test."""
    if file_path.suffix != ".toml":
        return None
    baseline = parent.config.getoption("--rehearse-baseline")
    return ScenarioFile.from_parent(parent, path=file_path) if _is_ours(file_path, bool(baseline)) else None


def _is_ours(path: Path, with_baseline: bool) -> bool:
    """Whether a file expects something or, where there is a baseline, is a question; a damaged one if it says so."""
    from scenarios.reading.loading import TOP
    from scenarios.reading.references import chain, project_folder

    try:
        told = {key for layer in chain(path, project_folder(path)) for key in layer.value}
    except InputError:
        return "[expect." in path.read_bytes().decode("utf-8", "replace")
    if "expect" in told:
        return True
    return with_baseline and "run" in told and told <= set(TOP)


class ScenarioFile(pytest.File):
    """One scenario file; holds what it came to, so that it is lived once."""

    def collect(self) -> Iterator[pytest.Item]:
        """A test for its baseline if there is to be one, and one for each expectation."""
        if self.config.getoption("--rehearse-baseline"):
            yield BaselineItem.from_parent(self, name="baseline")
        for name in self.question.expectations:
            yield ExpectationItem.from_parent(self, name=name)

    @cached_property
    def question(self) -> Question:
        """The file as it is read; a fault in it is one line."""
        from scenarios import load

        try:
            return load(self.path)
        except InputError as mistake:
            raise self.CollectError(str(mistake)) from None

    @cached_property
    def outcomes(self) -> dict[str, Outcome]:
        """Its expectations, lived and judged, by name."""
        return {one.expectation.name: one for one in self._checked(self.question).outcomes}

    @cached_property
    def against(self) -> ScenarioCheck:
        """The question, held against its baseline."""
        folder = self.config.invocation_params.dir / self.config.getoption("--rehearse-baseline")
        return self._checked(replace(self.question, expectations={}), baseline=folder)

    def _checked(self, question: Question, **how: Any) -> ScenarioCheck:
        """Runs are kept in pytest's cache. One process where others test beside this one."""
        from experiments.expectations.checks import check

        cache = self.config.cache if hasattr(self.config, "cache") else None
        store = cache.mkdir("rehearse") if cache else None
        jobs = 1 if "PYTEST_XDIST_WORKER" in os.environ else None
        return check([question], store=store, jobs=jobs, **how).scenarios[0]


class _Item(pytest.Item):
    """A test of a scenario file."""

    parent: ScenarioFile

    @abstractmethod
    def lived(self) -> object:
        """What is judged; living it may show that a file is wrong."""

    def setup(self) -> None:
        """Live the file, unless a test before did. A file that is wrong is an error of one line."""
        try:
            self.lived()
        except InputError as mistake:
            pytest.fail(str(mistake), pytrace=False)

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        """What did not hold is told in words, without a traceback."""
        return str(excinfo.value) if isinstance(excinfo.value, Unmet) else super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[Path, None, str]:
        """Where the test comes from."""
        return self.path, None, self.name


class ExpectationItem(_Item):
    """One expectation."""

    def lived(self) -> Outcome:
        """The outcome of the expectation."""
        return self.parent.outcomes[self.name]

    def runtest(self) -> None:
        """Raise Unmet unless the expectation passes."""
        outcome = self.lived()
        if outcome.verdict != "pass":
            raise Unmet(_told(outcome, self.parent.question))


class BaselineItem(_Item):
    """A question beside its baseline."""

    def lived(self) -> ScenarioCheck:
        """How the question stands."""
        return self.parent.against

    def runtest(self) -> None:
        """Raise Unmet where anything moved that matters, or may have."""
        from experiments.regression.kpi_change_text import currency_of, sentence_of, telling
        from experiments.regression.regression_text import headline, remarks

        scenario = self.lived()
        assert scenario.against is not None
        if scenario.verdict != "pass":
            numbers = [sentence_of(one, currency_of(scenario.question)) for one in telling(scenario.against.moved)]
            lines = [f"{scenario.question.name}: {headline(scenario)}", *numbers, *remarks(scenario)]
            raise Unmet("\n".join([f"{_word(scenario.verdict)}{scenario.against.reason}", *lines]))


def _told(outcome: Outcome, question: Question) -> str:
    from experiments.expectations.check_text import expected, found

    expectation = outcome.expectation
    lines = [
        f"{_word(outcome.verdict)}{outcome.reason}",
        f"expected  {expected(expectation, question, outcome.unit)}",
        f"found     {found(outcome.main, outcome, question)}",
    ]
    if outcome.twin:
        lines.append(f"off       {found(outcome.twin, outcome, question)} without {', '.join(expectation.off)}")
    lines += [f"left out  {outcome.left_out} draws without a value"] if outcome.left_out else []
    return "\n".join([*lines, f"[expect.{expectation.name}] in {label(question.path)}"])


def _word(verdict: str) -> str:
    return "inconclusive: " if verdict == "inconclusive" else ""
