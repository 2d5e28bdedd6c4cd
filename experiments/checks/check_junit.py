"""A check as JUnit XML, which CI services show as tests: a suite for each question; its KPIs and expectations as
cases."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from experiments.checks.check_result import CheckResult, ScenarioCheck
from experiments.checks.claim_text import format_outcome
from experiments.checks.regression_text import (
    currency_of,
    format_conclusion_change,
    format_headline,
    format_kpi_line,
    format_result,
    format_versions,
)
from experiments.output.format_values import format_kpi
from experiments.regression.regression_result import CheckVerdict, Regression
from scenarios import Question

_FORBIDDEN = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""Characters that no XML document may contain, escaped or not."""


@dataclass(frozen=True)
class JunitCase:
    """One test: its name, its verdict, and the text about it."""

    name: str
    verdict: CheckVerdict
    message: str


def format_junit(answer: CheckResult) -> str:
    """The document. The verdict fail is a failure, inconclusive an error of the type "inconclusive".

    The runs of all questions are executed together, so every case gets an equal part of the time: sums are right.
    """
    suites = [(scenario, list(_cases(scenario))) for scenario in answer.scenarios]
    part = answer.seconds / max(1, sum(len(own) for _, own in suites))
    root = Element("testsuites", name="rehearse check")
    _count(root, [case for _, own in suites for case in own], part)
    for scenario, own in suites:
        suite = SubElement(root, "testsuite", name=_allowed(scenario.question.name))
        _count(suite, own, part)
        for case in own:
            _add(suite, f"rehearse.{scenario.question.path.stem}", case, part)
        if scenario.failures:
            first = scenario.failures[0]
            text = f"{len(scenario.failures)} runs failed; the first at stage {first.stage}: {first.message}"
            SubElement(suite, "system-out").text = _allowed(text)
    indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + tostring(root, encoding="unicode") + "\n"


def _cases(scenario: ScenarioCheck) -> Iterator[JunitCase]:
    """The baseline, each KPI that was tested by pairs of runs, the conclusion, and each expectation."""
    if scenario.regression is not None:
        yield from _regression_cases(scenario.regression, scenario.question)
    for outcome in scenario.outcomes:
        yield JunitCase(outcome.expectation.name, outcome.verdict, format_outcome(outcome, scenario.question))


def _regression_cases(regression: Regression, question: Question) -> Iterator[JunitCase]:
    change, currency = regression.conclusion, currency_of(question)
    parts = [
        JunitCase(f"{format_kpi(one.kpi)}, {one.arm}", one.verdict, format_kpi_line(one, currency))
        for one in regression.kpis
    ]
    if change.then is not None or change.now is not None:
        parts.append(JunitCase("conclusion", change.verdict, "; ".join(format_conclusion_change(change))))
    in_a_part = regression.verdict in {case.verdict for case in parts}
    made = f"; made with {format_versions(regression)}" if regression.versions and regression.equal else ""
    message = f"{format_headline(regression, question)}{made}; {format_result(regression)}"
    yield JunitCase("baseline", "pass" if in_a_part else regression.verdict, message)
    yield from parts


def _count(element: Element, own: list[JunitCase], part: float) -> None:
    verdicts = [case.verdict for case in own]
    element.set("tests", str(len(own)))
    element.set("failures", str(verdicts.count("fail")))
    element.set("errors", str(verdicts.count("inconclusive")))
    element.set("skipped", "0")
    element.set("time", f"{part * len(own):.3f}")


def _add(suite: Element, place: str, case: JunitCase, part: float) -> None:
    one = SubElement(suite, "testcase", classname=_allowed(place), name=_allowed(case.name), time=f"{part:.3f}")
    message = _allowed(case.message)
    if case.verdict == "fail":
        SubElement(one, "failure", type="fail", message=message).text = message
    elif case.verdict == "inconclusive":
        SubElement(one, "error", type="inconclusive", message=message).text = message
    elif message:
        SubElement(one, "system-out").text = message


def _allowed(text: str) -> str:
    return _FORBIDDEN.sub("\ufffd", text)
