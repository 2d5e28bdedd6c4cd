"""Checks for a terminal: baselines first, then expectations, last the verdict."""

from __future__ import annotations

from typing import TYPE_CHECKING

from experiments.expectations.check_text import expected, found
from experiments.output.format_values import format_count
from experiments.regression.kpi_change_text import currency_of, row, telling
from experiments.regression.regression_text import headline, remarks, tally

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

    from experiments.expectations.checks import CheckResult, ScenarioCheck

_COLOURS = {"pass": "green", "fail": "red", "inconclusive": "yellow"}
_COUNTED = (("pass", "as expected"), ("fail", "not as expected"), ("inconclusive", "inconclusive"))


def print_check(answer: CheckResult, console: Console) -> None:
    """How each question stands against its baseline, then each expectation with what was found; last the verdict."""
    from rich.text import Text

    for scenario in answer.scenarios:
        if scenario.against:
            _print_against(scenario, console)
        if scenario.outcomes:
            _print_expectations(scenario, console)
        for failure in scenario.failures[:1]:
            first = f"the first at stage {failure.stage}: {failure.message}"
            console.print(Text(f"note: {format_count(len(scenario.failures), 'run')} failed; {first}", style="yellow"))
    console.print(Text(f"{answer.verdict}: {counts(answer)}", style=f"bold {_COLOURS[answer.verdict]}"))


def counts(answer: CheckResult) -> str:
    """How many expectations and baselines came out how."""
    outcomes = [outcome.verdict for scenario in answer.scenarios for outcome in scenario.outcomes]
    against = [scenario.against for scenario in answer.scenarios if scenario.against]
    parts = [f"{outcomes.count(word)} {words}" for word, words in _COUNTED if word in outcomes]
    return "; ".join(filter(None, (", ".join(parts), tally(against) if against else "")))


def _print_against(scenario: ScenarioCheck, console: Console) -> None:
    from rich.text import Text

    against = scenario.against
    assert against is not None
    style = f"bold {_COLOURS[against.verdict]}"
    console.print(Text(f"{scenario.question.name}: {headline(scenario)}", style="" if against.equal else "bold"))
    if telling(against.moved):
        console.print(_moves(scenario))
    for line in remarks(scenario):
        console.print(Text(line, style=style if line.startswith(("fail: ", "inconclusive: ", "not written")) else ""))


def _moves(scenario: ScenarioCheck) -> Table:
    """What moved or may have, the arms one below the other."""
    from rich import box
    from rich.table import Table
    from rich.text import Text

    assert scenario.against is not None
    currency, arm = currency_of(scenario.question), None
    table = Table(box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0), show_edge=False)
    table.add_column("KPI")
    for head in ("baseline", "now", "change, in sds of a run", "matters from", "by luck"):
        table.add_column(head, justify="right", no_wrap=head in ("baseline", "now"))
    table.add_column("verdict", min_width=len("inconclusive:"))
    for one in telling(scenario.against.moved):
        if one.arm != arm:
            table.add_row(Text(one.arm, style="bold"))
        own, arm = row(one, currency), one.arm
        cells = (own.kpi, own.baseline, own.now, own.change, own.smallest, own.chance)
        table.add_row(*map(Text, cells), Text(own.verdict, style=_COLOURS[one.verdict]))
    return table


def _print_expectations(scenario: ScenarioCheck, console: Console) -> None:
    from rich.text import Text

    console.print(_expectations(scenario))
    for outcome in scenario.outcomes:
        if outcome.verdict != "pass":
            console.print(Text(f"{outcome.expectation.name}: {outcome.reason}"))
        if outcome.left_out:
            console.print(Text(f"note: {outcome.expectation.name}: {outcome.left_out} draws without a value"))


def _expectations(scenario: ScenarioCheck) -> Table:
    from rich.table import Table
    from rich.text import Text

    question = scenario.question
    percent = f"{100 * scenario.confidence:g} % intervals, all together"
    size = f"draws {scenario.draws}, replications {scenario.replications}; {percent}"
    table = Table(title=Text(f"{question.name}: {size}"), title_justify="left")
    table.add_column("expectation", no_wrap=True)
    for head in ("expected", "found", "with it off", "verdict"):
        table.add_column(head)
    for outcome in scenario.outcomes:
        words = expected(outcome.expectation, question, outcome.unit)
        numbers = (found(finding, outcome, question) for finding in (outcome.main, outcome.twin))
        verdict = Text(outcome.verdict, style=_COLOURS[outcome.verdict])
        table.add_row(Text(outcome.expectation.name), Text(words), *map(Text, numbers), verdict)
    return table
