"""Sentences of a comparison: the verdict, how precise it is, and what should be known before it is believed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from experiments.comparison.beside_references import ReferenceResult
from experiments.comparison.comparison_plan import ComparisonPlan
from experiments.comparison.comparison_result import ArmResult, Comparison
from experiments.comparison.constraints import ConstraintCheck
from experiments.comparison.panel import Panel
from experiments.comparison.statistics import least_markets
from experiments.output.format_values import (
    MOST_NAMED,
    format_amount,
    format_chance,
    format_count,
    format_kpi,
    format_list,
)
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


def format_leaders(answer: Comparison) -> str:
    """The arms among which the choice lies, with what choosing each costs; empty where it is one arm, or all."""
    if not 1 < len(answer.leaders) < len(answer.strategies):
        return ""
    costs = {
        one.name: format_amount(one.expected_regret, answer.plan.unit, answer.plan.currency)
        for one in answer.strategies
    }
    named = format_list([f"{arm} (expected regret {costs[arm]})" for arm in answer.leaders])
    return f"The choice lies among {named}."


def most_read(answer: Comparison) -> Comparison:
    """The answer with the arms alone that tables and pictures show, in their order, and with their pairs.

    All of them up to `MOST_NAMED`; of more, the leaders, the arm of reference and those with the best means.
    """
    if len(answer.strategies) <= MOST_NAMED:
        return answer
    best_first = sorted(answer.strategies, key=lambda one: -answer.plan.sign * one.mean)
    leaders = [one.name for one in best_first if one.name in answer.leaders]
    order = dict.fromkeys([*leaders[: MOST_NAMED - 1], answer.plan.against, *(one.name for one in best_first)])
    shown = set(list(order)[:MOST_NAMED])
    places = [i for i, arm in enumerate(answer.plan.arms) if arm in shown]
    return replace(
        answer,
        plan=replace(answer.plan, arms=tuple(answer.plan.arms[i] for i in places)),
        strategies=tuple(answer.strategies[i] for i in places),
        pairs=tuple(pair for pair in answer.pairs if pair.a in shown and pair.b in shown),
        checks=tuple(check for check in answer.checks if check.arm in shown),
        effects=tuple(effect for effect in answer.effects if effect.arm in shown),
        market_means=answer.market_means[places],
    )


def format_folded(answer: Comparison) -> str:
    """How many arms tables and pictures leave out, and which of them is the best; empty where they have all."""
    shown = most_read(answer).plan.arms
    rest = [one for one in answer.strategies if one.name not in shown]
    if not rest:
        return ""
    best = max(rest, key=lambda one: answer.plan.sign * one.mean)
    mean = format_amount(best.mean, answer.plan.unit, answer.plan.currency)
    count = format_count(len(rest), "more arm")
    return f"{count} not shown, the best of them {best.name} with {mean}; comparison.json has all"


def format_best(one: ArmResult) -> str:
    """In what share of plausible markets an arm is best, with the error of their count."""
    share = format_chance(one.probability_best)
    return share if one.probability_best_error is None else f"{share} ± {100.0 * one.probability_best_error:.0f}"


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


def warnings_of(
    plan: ComparisonPlan, table: Panel, results: Results, checks: Sequence[ConstraintCheck]
) -> tuple[str, ...]:
    """One line each: a past that is counted twice, arms beyond what the history has tried, failed runs, missing values,
    too few replications or draws, bounds that are open, programmes that did nothing."""
    return (
        *([COUNTED_TWICE] if plan.question.counted_twice else []),
        *untried_notes({arm: plan.question.arms[arm] for arm in plan.arms}),
        *_missing(plan, table, results),
        *_size(plan, table),
        *_open_bounds(plan, checks),
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
    least = least_markets(plan.confidence, plan.confidence)
    if not plan.markets.one and draws < least:
        warnings.append(
            f"{draws} plausible markets: an arm is named in {least} or more at {format_chance(plan.confidence)} "
            f"confidence, since fewer may all miss what happens in {format_chance(1.0 - plan.confidence)} of them "
            f"(--most-draws {least} runs as many where that would help)"
        )
    if posterior is not None and len(posterior) < plan.run.draws:
        warnings.append(
            f"the posterior has {len(posterior)} rows for {plan.run.draws} draws: rows are used more than once, so the "
            f"intervals are too narrow"
        )
    return warnings


def more_draws_text(first: int | None, plan: ComparisonPlan) -> list[str]:
    """One line where more draws were run than was stated, which were so many at `first`."""
    if first is None:
        return []
    return [f"{plan.run.draws} draws instead of {first}: in {first} no arm can be named, and --most-draws allows more"]


def _open_bounds(plan: ComparisonPlan, checks: Sequence[ConstraintCheck]) -> list[str]:
    """One line for each KPI of which it is open whether some arms keep its bound."""
    lines = []
    for kpi, limit in plan.limits.items():
        arms = [one.arm for one in checks if one.kpi == kpi and one.state == "open"]
        if arms:
            size = format_count(plan.units, plan.independent.removesuffix("s"))
            lines.append(f"{size} leave open whether {format_kpi(kpi)} {limit.text} is kept: {format_list(arms)}")
    return lines
