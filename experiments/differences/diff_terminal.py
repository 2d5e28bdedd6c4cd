"""Differences of two results for a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from experiments.differences.kpi_differences import CONFIDENCE
from experiments.output.format_values import format_amount, format_count, format_difference, format_kpi
from experiments.traces.divergence import format_clock

if TYPE_CHECKING:
    from rich.console import Console

    from experiments.differences.kpi_differences import KpiDifference
    from experiments.differences.result_differences import Diff, FirstRunDifference

SECOND = 1.0 / 86400.0
ROWS = 20
"""KPIs that are shown, or more where more of them moved clearly; --json has all of them."""


def print_diff(answer: Diff, console: Console) -> None:
    """Print inputs, first events and KPIs, in this order."""
    from rich.text import Text

    for side, names, folder in (("A", answer.only[0], answer.a), ("B", answer.only[1], answer.b)):
        if names:
            console.print(Text(f"only in {side} ({folder}): {', '.join(names)}"))
    if not answer.arms:
        console.print(Text("no arm in common: neither inputs of arms nor runs can be compared", style="yellow"))
    if answer.arms or answer.inputs:
        console.print(_inputs(answer) if answer.inputs else Text("same inputs"))
    for one in answer.first_runs:
        for line in _format_first_run(one):
            console.print(Text(line))
    if any(one.events and one.events.first for one in answer.first_runs):
        console.print(
            Text("more about one person: `rehearse timeline FILE PERSON`, where A and B are arms of one question")
        )
    if answer.kpis.moved:
        console.print(_kpis(answer))
    for line in _counts(answer):
        console.print(Text(line, style="bold"))


def _inputs(answer: Diff) -> object:
    from rich.table import Table
    from rich.text import Text

    table = Table(title=Text(f"Inputs: A = {answer.a}, B = {answer.b}"), title_justify="left")
    table.add_column("what differs", overflow="fold")
    for head in ("A", "B", "arms"):
        table.add_column(head, overflow="fold")
    for change in answer.inputs:
        arms = "" if not change.arms else "all" if change.arms == answer.arms else ", ".join(change.arms)
        table.add_row(*(Text(cell) for cell in (change.path, change.a or "–", change.b or "–", arms)))
    return table


def _format_first_run(run: FirstRunDifference) -> list[str]:
    """What is known about the first run of an arm, in lines."""
    start, sources = f"{run.arm}, draw 0, replication 0", ", ".join(run.known)
    if run.same is None:
        return [f"{start}: events unknown: {run.why}"]
    if run.events is None or run.events.first is None:
        time = run.events.instants if run.events else 0.0
        late = f", at instants up to {format_amount(time, 'time', '')} apart" if time > SECOND else ""
        return [f"{start}: the same events for the same people{late} ({sources})"]
    events, first = run.events, run.events.first
    when = f"{run.formats.when(first.day)}, {format_clock(first.instant)}"
    return [
        f"{start}: first differs for person {first.person} on {when}: in A {first.a}; in B {first.b}",
        f"{start}: {events.differing:,} of {events.people:,} people with events have other events; "
        f"{format_count(events.events[0], 'event')} in A, {events.events[1]:,} in B ({sources})",
    ]


def _kpis(answer: Diff) -> object:
    from rich.table import Table
    from rich.text import Text

    unpaired = "not paired (another seed, or other markets), Welch"
    how = "common random numbers in A and B" if answer.kpis.paired else unpaired
    table = Table(title=Text(f"KPIs that moved, largest |t| first: {how}"), title_justify="left")
    table.add_column("measure")
    if len(answer.arms) > 1:
        table.add_column("arm")
    percent = f"{100 * CONFIDENCE:g} % interval, all KPIs"
    for head in ("mean A", "mean B", "B − A", "in sds of A", percent):
        table.add_column(head, justify="right")
    for one in answer.kpis.moved[: _shown(answer)]:
        arm = [Text(one.arm)] if len(answer.arms) > 1 else []
        table.add_row(format_kpi(one.kpi), *arm, *_cells(one, answer.currency), style="bold" if one.clear else None)
    return table


def _shown(answer: Diff) -> int:
    return max(ROWS, sum(one.clear for one in answer.kpis.moved))


def _cells(one: KpiDifference, currency: str) -> list[str]:
    means = [format_amount(mean, one.unit, currency) for mean in (one.mean_a, one.mean_b)]
    difference, low, high = (format_difference(v, one.unit, currency) for v in (one.difference, one.low, one.high))
    interval = "–" if one.low is None else f"{low.removesuffix(' points')} to {high}"
    return [*means, difference, format_amount(one.sds, "number", "", sign=True), interval]


def _counts(answer: Diff) -> list[str]:
    kpis, (same, both) = answer.kpis, answer.same_runs
    if not kpis.compared:
        return []
    lines = [f"in {same:,} of {format_count(both, 'run')} that both have, all events are equal"] if kpis.paired else []
    if not kpis.moved:
        return [*lines, f"all {kpis.compared} KPIs are equal to the bit"]
    more = len(kpis.moved) - _shown(answer)
    left = f"; {more} more are in --json" if more > 0 else ""
    clear = sum(one.clear for one in kpis.moved)
    return [
        *lines,
        f"{kpis.equal} of {kpis.compared} KPIs are equal to the bit, {len(kpis.moved)} moved, {clear} of them clearly "
        f"(simultaneous intervals at {100 * CONFIDENCE:g} %, by Bonferroni){left}",
    ]
