"""Sentences of a comparison: the verdict, how precise it is, and what should be known before it is believed."""

from __future__ import annotations

from experiments.comparison.beside_references import ReferenceResult
from experiments.comparison.comparison_plan import ComparisonPlan
from experiments.comparison.comparison_result import Comparison
from experiments.comparison.panel import Panel
from experiments.output.format_values import format_amount, format_count
from experiments.runs.idle_programmes import idle_programmes_text
from experiments.runs.question_setup import PLAIN
from experiments.runs.results import Results
from scenarios import untried_notes
from scenarios.questions.question import COUNTED_TWICE


def format_verdict(answer: Comparison) -> str:
    """The verdict in a few sentences; that every arm loses money comes first."""
    reason = answer.reason[0].upper() + answer.reason[1:]
    verdict = reason if answer.verdict is None else f"Choose {answer.verdict}: {answer.reason}"
    return " ".join(part for part in (answer.loss, verdict, answer.beside) if part)


def format_reference(reference: ReferenceResult) -> str:
    """A reference arm's name, with that of the arm that it equals."""
    same = "" if reference.runs_as == reference.name else f" (= {reference.runs_as})"
    return f"for reference: {reference.name}{same}"


def format_replayed(answer: Comparison) -> str:
    """What came out when the shop's last weeks were replayed, in one sentence; empty where they were not."""
    weeks = answer.plan.question.replayed
    return f"R{weeks.text[1:]}." if weeks is not None else ""


def format_precision(answer: Comparison) -> str:
    """One line on how many runs `auto` took, and how precise they are; empty for a fixed number of runs."""
    if answer.auto is None:
        return ""
    reached, asked, short = (
        format_amount(value, answer.plan.unit, answer.plan.currency)
        for value in (answer.auto.reached, answer.auto.asked, answer.auto.reached - answer.auto.asked)
    )
    size = f"auto: {format_count(answer.draws, 'draw')} x {format_count(answer.replications, 'replication')}"
    if answer.auto.stopped == "precision":
        return f"{size}, half-width {reached} of {asked} asked"
    return f"{size}, the most allowed: half-width {reached}, {short} more than the {asked} asked"


def format_variance_reduction(value: float | None) -> str:
    """A ratio with one decimal place below 10."""
    return "–" if value is None else f"{value:,.{0 if value >= 10 else 1}f}"


def warnings_of(plan: ComparisonPlan, table: Panel, results: Results) -> tuple[str, ...]:
    """One line each: a past that is counted twice, arms beyond what the history has tried, failed runs, missing values,
    too few replications or draws, programmes that did nothing."""
    return (
        *([COUNTED_TWICE] if plan.question.counted_twice else []),
        *untried_notes({arm: plan.question.arms[arm] for arm in plan.arms}),
        *_missing(plan, table, results),
        *_size(plan, table),
        *idle_programmes_text(plan.question.arms, results),
    )


def _missing(plan: ComparisonPlan, table: Panel, results: Results) -> list[str]:
    warnings = []
    if results.failures:
        first = results.failures[0]
        warnings.append(
            f"{len(results.failures)} runs failed; the first is {first.arm!r}, draw {first.draw}, replication "
            f"{first.replication}, at stage {first.stage}: {first.message}"
        )
    if table.left_out:
        shown = ", ".join(str(number) for number in table.left_out[:8])
        more = f" and {len(table.left_out) - 8} more" if len(table.left_out) > 8 else ""
        warnings.append(f"{plan.independent} left out of every arm, as a value is missing: {shown}{more}")
    return warnings


def _size(plan: ComparisonPlan, table: Panel) -> list[str]:
    _, draws, replications = table.values.shape
    posterior = plan.question.posterior
    warnings = []
    if replications < 2:
        warnings.append(
            "one replication a draw: chance variation cannot be separated from uncertainty about the market"
        )
    if draws < 2:
        warnings.append("one draw: the market is taken as known, so its uncertainty is not in the verdict")
    elif not plan.question.beliefs and posterior is None:
        plain = "; plain scenarios have no beliefs" if plan.question.path == PLAIN else ""
        warnings.append(
            f"the answer is of one market: no market number is uncertain{plain}, and every draw is the same market "
            f"with other random numbers"
        )
    if posterior is not None and len(posterior) < plan.run.draws:
        warnings.append(
            f"the posterior has {len(posterior)} rows for {plan.run.draws} draws: rows are used more than once, so the "
            f"intervals are too narrow"
        )
    return warnings
