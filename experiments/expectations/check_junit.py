"""A check as JUnit XML, which CI services show as tests: a suite for each question, its numbers and claims as cases."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from experiments.expectations.check_text import told
from experiments.output.format_values import format_kpi
from experiments.regression.kpi_change_text import currency_of, sentence_of
from experiments.regression.regression_text import concluded, following, headline, versions

if TYPE_CHECKING:
    from experiments.expectations.checks import CheckResult, ScenarioCheck
    from experiments.regression.regression import Answer

_FORBIDDEN = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""Characters that no XML document may hold, however they are written."""


@dataclass(frozen=True)
class JunitCase:
    """One test: its name, how it ended, and what there is to say."""

    name: str
    verdict: Answer
    message: str


def junit(answer: CheckResult) -> str:
    """The document. What fails is a failure, what stays open an error of the type "inconclusive".

    All questions are lived together, so every case has an equal part of the time: sums are right.
    """
    suites = [(scenario, list(cases(scenario))) for scenario in answer.scenarios]
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
            said = f"{len(scenario.failures)} runs failed; the first at stage {first.stage}: {first.message}"
            SubElement(suite, "system-out").text = _allowed(said)
    indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + tostring(root, encoding="unicode") + "\n"


def cases(scenario: ScenarioCheck) -> Iterator[JunitCase]:
    """The baseline, each KPI that was judged by pairs of runs, the conclusion, and each expectation."""
    against = scenario.against
    if against is not None:
        end, currency = against.concluded, currency_of(scenario.question)
        numbers = [
            JunitCase(f"{format_kpi(one.kpi)}, {one.arm}", one.verdict, sentence_of(one, currency))
            for one in against.moved
        ]
        if end.then is not None or end.now is not None:
            numbers.append(JunitCase("conclusion", end.verdict, "; ".join(concluded(end))))
        told_elsewhere = against.verdict in {case.verdict for case in numbers}
        made = f"; made under {versions(against)}" if against.versions and against.equal else ""
        message = f"{headline(scenario)}{made}; {following(against)}"
        yield JunitCase("baseline", "pass" if told_elsewhere else against.verdict, message)
        yield from numbers
    for outcome in scenario.outcomes:
        yield JunitCase(outcome.expectation.name, outcome.verdict, told(outcome, scenario.question))


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
