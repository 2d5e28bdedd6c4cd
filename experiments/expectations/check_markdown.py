"""A check as a short page for a pull request."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from experiments.expectations.check_terminal import counts
from experiments.expectations.check_text import expected, found
from experiments.output.format_values import format_count
from experiments.regression.kpi_change_text import currency_of, row, telling
from experiments.regression.regression_text import headline, remarks
from scenarios.toml.toml_document import label as file_label

if TYPE_CHECKING:
    from experiments.expectations.checks import CheckResult, ScenarioCheck

LONGEST = 60_000
"""Characters of a page: a comment on a pull request may have 65,536."""
_CELL = 300
_SIGNS = re.compile(r"([\\`*_\[\]|~#])")
_WORST = ("fail", "inconclusive", "pass")


def markdown(answer: CheckResult) -> str:
    """The verdict, then a table for each question that is not as it should be or was, the worst first; the others in
    one line each. What would make the page too long is left out, and said so."""
    lines = [f"### rehearse check: {answer.verdict}", "", f"{counts(answer)}."]
    worst = sorted(answer.scenarios, key=lambda one: _WORST.index(one.verdict))
    lines += [line for scenario in worst for line in _scenario(scenario)]
    return "\n".join(_short_enough(lines)) + "\n"


def _short_enough(lines: list[str]) -> list[str]:
    room = LONGEST - 200
    for place, line in enumerate(lines):
        room -= len(line) + 1
        if room < 0:
            left = f"{format_count(len(lines) - place, 'line')} left out: the page would be too long."
            return [*lines[:place], "", f"{left} The whole is in the output of the command."]
    return lines


def escaped(text: str) -> str:
    """Text as Markdown shows it as it is: no table ends, no tag opens, nobody is called by an @."""
    flat = " ".join(text.split())
    flat = flat if len(flat) <= _CELL else f"{flat[:_CELL]}..."
    flat = flat.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("@", "@\u200b")
    return _SIGNS.sub(r"\\\1", flat)


def _scenario(scenario: ScenarioCheck) -> Iterator[str]:
    """A question: its name and how it stands, and where that is not simply well, a table and what is to be said."""
    against, name = scenario.against, f"**{escaped(scenario.question.name)}**"
    states = [headline(scenario)] if against else []
    met = sum(outcome.verdict == "pass" for outcome in scenario.outcomes)
    if scenario.outcomes:
        states.append(f"{met} of {format_count(len(scenario.outcomes), 'expectation')} met")
    yield from ("", f"{name} ({escaped(file_label(scenario.question.path))}): {escaped('; '.join(states))}")
    rows = [*_kpis(scenario), *_expectations(scenario)]
    if rows:
        yield from ("", "| | expected | found | verdict |", "|---|---|---|---|", *rows)
    said = remarks(scenario) if against else []
    said += [f"{format_count(len(scenario.failures), 'run')} of expectations failed"] if scenario.failures else []
    if said:
        yield from ("", *(f"- {escaped(line)}" for line in said))


def _kpis(scenario: ScenarioCheck) -> Iterator[str]:
    currency = currency_of(scenario.question)
    for one in telling(scenario.against.moved) if scenario.against else ():
        own = row(one, currency)
        now = f"{own.now}: {own.change}, by luck {own.chance}"
        expectation = f"{own.baseline}, within {own.smallest}"
        yield _row(f"{own.kpi}, {one.arm}", expectation, now, own.verdict)


def _expectations(scenario: ScenarioCheck) -> Iterator[str]:
    for one in scenario.outcomes:
        if one.verdict != "pass":
            claim = expected(one.expectation, scenario.question, one.unit)
            value = found(one.main, one, scenario.question)
            value += f"; with it off {found(one.twin, one, scenario.question)}" if one.twin else ""
            yield _row(one.expectation.name, claim, value, f"{one.verdict}: {one.reason}")


def _row(*cells: str) -> str:
    return f"| {' | '.join(map(escaped, cells))} |"
