"""A check as a short page for a pull request."""

from __future__ import annotations

import re
from collections.abc import Iterator

from experiments.checks.check_result import CheckResult, ScenarioCheck
from experiments.checks.check_terminal import format_totals
from experiments.checks.claim_text import format_expected, format_found
from experiments.checks.regression_text import currency_of, format_headline, format_kpi_change, format_remarks
from experiments.output.format_values import format_count
from scenarios.plain_text import plain_text
from scenarios.toml.toml_document import label

LONGEST = 60_000
"""Characters of a page: a comment on a pull request may have 65,536."""
_CELL = 300
_SIGNS = re.compile(r"([\\`*_\[\]|~#])")
_WORST = ("fail", "inconclusive", "pass")


def format_markdown(answer: CheckResult) -> str:
    """The verdict, then a table for each question with a change or an expectation that is not met, the worst first; the
    others in one line each. Lines that would make the page too long are left out, and their number is given."""
    lines = [f"### rehearse check: {answer.verdict}", "", f"{format_totals(answer)}."]
    worst = sorted(answer.scenarios, key=lambda one: _WORST.index(one.verdict))
    lines += [line for scenario in worst for line in _scenario(scenario)]
    return "\n".join(_short_enough(lines)) + "\n"


def _short_enough(lines: list[str]) -> list[str]:
    room = LONGEST - 200
    for place, line in enumerate(lines):
        room -= len(line) + 1
        if room < 0:
            left = f"{format_count(len(lines) - place, 'line')} left out: the page would be too long."
            return [*lines[:place], "", f"{left} The output of the command has all of them."]
    return lines


def escaped(text: str) -> str:
    """Text that Markdown shows unchanged: it ends no table, opens no tag, and mentions no user by an @."""
    flat = plain_text(" ".join(text.split()))
    flat = flat if len(flat) <= _CELL else f"{flat[:_CELL]}..."
    flat = flat.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("@", "@\u200b")
    return _SIGNS.sub(r"\\\1", flat)


def _scenario(scenario: ScenarioCheck) -> Iterator[str]:
    """A question: its name and state, and unless all is well, a table and remarks."""
    regression, question = scenario.regression, scenario.question
    name = f"**{escaped(question.name)}**"
    states = [format_headline(regression, question)] if regression else []
    met = sum(outcome.verdict == "pass" for outcome in scenario.outcomes)
    if scenario.outcomes:
        states.append(f"{met} of {format_count(len(scenario.outcomes), 'expectation')} met")
    yield from ("", f"{name} ({escaped(label(question.path))}): {escaped('; '.join(states))}")
    rows = [*_kpis(scenario), *_expectations(scenario)]
    if rows:
        yield from ("", "| | expected | found | verdict |", "|---|---|---|---|", *rows)
    remarks = format_remarks(regression, question) if regression else []
    remarks += [f"{format_count(len(scenario.failures), 'run')} of expectations failed"] if scenario.failures else []
    if remarks:
        yield from ("", *(f"- {escaped(line)}" for line in remarks))


def _kpis(scenario: ScenarioCheck) -> Iterator[str]:
    currency = currency_of(scenario.question)
    for one in scenario.regression.kpis if scenario.regression else ():
        if one.reported:
            text = format_kpi_change(one, currency)
            now = f"{text.now}: {text.change}, p-value {text.p_value}"
            yield _row(f"{text.kpi}, {one.arm}", f"{text.baseline}, within {text.smallest}", now, text.verdict)


def _expectations(scenario: ScenarioCheck) -> Iterator[str]:
    for one in scenario.outcomes:
        if one.verdict != "pass":
            claim = format_expected(one.expectation, scenario.question, one.unit)
            value = format_found(one.main, one, scenario.question)
            value += f"; with it off {format_found(one.twin, one, scenario.question)}" if one.twin else ""
            yield _row(one.expectation.name, claim, value, f"{one.verdict}: {one.reason}")


def _row(*cells: str) -> str:
    return f"| {' | '.join(map(escaped, cells))} |"
