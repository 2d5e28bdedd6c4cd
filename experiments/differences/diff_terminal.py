"""What differs between two results, for a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from experiments.differences.kpi_differences import CONFIDENCE
from experiments.output.format_values import format_amount, format_count, format_difference, format_kpi
from experiments.traces.divergence import clock

if TYPE_CHECKING:
    from rich.console import Console

    from experiments.differences.kpi_differences import KpiDifference
    from experiments.differences.result_differences import Diff, FirstRunDifference

SECOND = 1.0 / 86400.0
ROWS = 20
"""KPIs that are shown, where not more of them moved clearly; the others are in the answer for machines."""


def print_diff(answer: Diff, console: Console) -> None:
    """Inputs, first events and KPIs, in this order."""
    from rich.text import Text

    for side, names, folder in (("A", answer.only[0], answer.a), ("B", answer.only[1], answer.b)):
        if names:
            console.print(Text(f"only in {side} ({folder}): {', '.join(names)}"))
    if not answer.arms:
        console.print(Text("no arm in common: neither inputs of arms nor runs can be compared", style="yellow"))
    if answer.arms or answer.inputs:
        console.print(_inputs(answer) if answer.inputs else Text("same inputs"))
    for lives in answer.lives:
        for line in _told(lives):
            console.print(Text(line))
    if any(lives.apart and lives.apart.first for lives in answer.lives):
        console.print(
            Text("more of one person: `rehearse lifeline FILE PERSON`, where A and B are arms of one question")
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


def _told(lives: FirstRunDifference) -> list[str]:
    """What is known of one arm's first run, in lines."""
    start = f"{lives.arm}, draw 0, replication 0"
    if lives.same is None:
        return [f"{start}: events unknown: {lives.why}"]
    if lives.apart is None or lives.apart.first is None:
        far = lives.apart.instants if lives.apart else 0.0
        late = f", at instants up to {format_amount(far, 'time', '')} apart" if far > SECOND else ""
        return [f"{start}: the same happens to the same people{late} ({', '.join(lives.known)})"]
    first, apart, setting = lives.apart.first, lives.apart, lives.setting
    return [
        f"{start}: first differs for person {first.person} on {setting.when(first.day)}, {clock(first.instant)}: "
        f"in A {first.a}; in B {first.b}",
        f"{start}: {apart.differing:,} of {apart.people:,} people with events live differently; "
        f"{format_count(apart.events[0], 'event')} in A, {apart.events[1]:,} in B ({', '.join(lives.known)})",
    ]


def _kpis(answer: Diff) -> object:
    from rich.table import Table
    from rich.text import Text

    how = "the same luck in A and B" if answer.kpis.paired else "not paired (another seed, or other markets), Welch"
    table = Table(title=Text(f"KPIs that moved, the clearest first: {how}"), title_justify="left")
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
    def told(value: float | None) -> str:
        return format_amount(value, one.unit, currency)

    def by(value: float | None) -> str:
        return format_difference(value, one.unit, currency)

    interval = "–" if one.low is None else f"{by(one.low).removesuffix(' points')} to {by(one.high)}"
    sds = format_amount(one.sds, "number", "", sign=True)
    return [told(one.mean_a), told(one.mean_b), by(one.difference), sds, interval]


def _counts(answer: Diff) -> list[str]:
    kpis, (same, both) = answer.kpis, answer.same_runs
    if not kpis.compared:
        return []
    lines = (
        [f"in {same:,} of {format_count(both, 'run')} that both have, all events are the same"] if kpis.paired else []
    )
    if not kpis.moved:
        return [*lines, f"all {kpis.compared} KPIs are equal to the bit"]
    more = len(kpis.moved) - _shown(answer)
    left = f"; {more} more are in --json" if more > 0 else ""
    clear = sum(one.clear for one in kpis.moved)
    return [
        *lines,
        f"{kpis.equal} of {kpis.compared} KPIs are equal to the bit, {len(kpis.moved)} moved, {clear} of them clearly "
        f"(intervals hold together at {100 * CONFIDENCE:g} %, by Bonferroni){left}",
    ]
