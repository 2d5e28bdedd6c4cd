"""Checks for a terminal: regression tests first, then expectations, last the verdict."""

from __future__ import annotations

from typing import TYPE_CHECKING

from experiments.checks.check_result import CheckResult, ScenarioCheck
from experiments.checks.claim_text import format_expected, format_found
from experiments.checks.regression_text import (
    currency_of,
    format_counts,
    format_headline,
    format_kpi_change,
    format_remarks,
)
from experiments.output.format_values import format_count
from experiments.regression.regression_result import Regression
from scenarios import Question

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

_COLOURS = {"pass": "green", "fail": "red", "inconclusive": "yellow"}
_COUNTED = (("pass", "as expected"), ("fail", "not as expected"), ("inconclusive", "inconclusive"))


def print_check(answer: CheckResult, console: Console) -> None:
    """The regression test of each question, then each expectation with what was found; last the verdict."""
    from rich.text import Text

    for scenario in answer.scenarios:
        if scenario.regression:
            _print_regression(scenario.regression, scenario.question, console)
        if scenario.outcomes:
            _print_expectations(scenario, console)
        for failure in scenario.failures[:1]:
            first = f"the first at stage {failure.stage}: {failure.message}"
            console.print(Text(f"note: {format_count(len(scenario.failures), 'run')} failed; {first}", style="yellow"))
    console.print(Text(f"{answer.verdict}: {format_totals(answer)}", style=f"bold {_COLOURS[answer.verdict]}"))


def format_totals(answer: CheckResult) -> str:
    """How many expectations and baselines have which verdict."""
    outcomes = [outcome.verdict for scenario in answer.scenarios for outcome in scenario.outcomes]
    regressions = [scenario.regression for scenario in answer.scenarios if scenario.regression]
    parts = [f"{outcomes.count(word)} {words}" for word, words in _COUNTED if word in outcomes]
    return "; ".join(filter(None, (", ".join(parts), format_counts(regressions) if regressions else "")))


def _print_regression(regression: Regression, question: Question, console: Console) -> None:
    from rich.text import Text

    headline = f"{question.name}: {format_headline(regression, question)}"
    console.print(Text(headline, style="" if regression.equal else "bold"))
    if any(one.reported for one in regression.kpis):
        console.print(_kpi_table(regression, question))
    for line in format_remarks(regression, question):
        decides = line.startswith(("fail: ", "inconclusive: ", "not written"))
        console.print(Text(line, style=f"bold {_COLOURS[regression.verdict]}" if decides else ""))


def _kpi_table(regression: Regression, question: Question) -> Table:
    """The KPIs that changed or may have, the arms one below the other."""
    from rich import box
    from rich.table import Table
    from rich.text import Text

    currency, arm = currency_of(question), None
    table = Table(box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0), show_edge=False)
    table.add_column("KPI")
    for head in ("baseline", "now", "change, in sds of a run", "matters from", "p-value"):
        table.add_column(head, justify="right", no_wrap=head in ("baseline", "now"))
    table.add_column("verdict", min_width=len("inconclusive:"))
    for one in regression.kpis:
        if not one.reported:
            continue
        if one.arm != arm:
            table.add_row(Text(one.arm, style="bold"))
        text, arm = format_kpi_change(one, currency), one.arm
        cells = (text.kpi, text.baseline, text.now, text.change, text.smallest, text.p_value)
        table.add_row(*map(Text, cells), Text(text.verdict, style=_COLOURS[one.verdict]))
    return table


def _print_expectations(scenario: ScenarioCheck, console: Console) -> None:
    from rich.text import Text

    console.print(_expectation_table(scenario))
    for outcome in scenario.outcomes:
        if outcome.verdict != "pass":
            console.print(Text(f"{outcome.expectation.name}: {outcome.reason}"))
        if outcome.left_out:
            console.print(Text(f"note: {outcome.expectation.name}: {outcome.left_out} draws without a value"))


def _expectation_table(scenario: ScenarioCheck) -> Table:
    from rich.table import Table
    from rich.text import Text

    question = scenario.question
    run = next(iter(question.arms.values())).run
    percent = f"{100 * question.compare.confidence:g} % intervals that hold together"
    size = f"draws {run.draws}, replications {run.replications}; {percent}"
    table = Table(title=Text(f"{question.name}: {size}"), title_justify="left")
    table.add_column("expectation", no_wrap=True)
    for head in ("expected", "found", "with it off", "verdict"):
        table.add_column(head)
    for outcome in scenario.outcomes:
        words = format_expected(outcome.expectation, question, outcome.unit)
        numbers = (format_found(finding, outcome, question) for finding in (outcome.main, outcome.twin))
        verdict = Text(outcome.verdict, style=_COLOURS[outcome.verdict])
        table.add_row(Text(outcome.expectation.name), Text(words), *map(Text, numbers), verdict)
    return table
