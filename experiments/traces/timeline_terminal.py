"""Timelines for a terminal: who gained and who lost most, and one person under each arm side by side."""

from __future__ import annotations

from typing import TYPE_CHECKING

from experiments.output.format_values import format_amount, format_count
from experiments.traces.divergence import format_clock
from experiments.traces.timeline_entries import ACTIONS, TimelineEntry
from scenarios.reading.references import reference_to

if TYPE_CHECKING:
    import pandas as pd
    from rich.console import Console

    from experiments.traces.timelines import Timelines
    from scenarios import Question

SHOWN = ACTIONS - {"question"} | {"resolved", "refund"}
"""Kinds of entries in the table of timelines; messages, offers, questions and parcels are counted above it."""


def print_gains(table: pd.DataFrame, question: Question, console: Console) -> None:
    """People in order of what they bring more under the second arm, and the command that shows one of them."""
    from rich.table import Table
    from rich.text import Text

    a, b = table.attrs["a"], table.attrs["b"]
    currency = next(iter(question.arms.values())).market.money.currency
    title = f"{question.name}: who brings more under {b!r} than under {a!r}, and who less ({currency})"
    shown = Table("person", title=Text(title), title_justify="left")
    for head in (f"paid, {a}", f"paid, {b}", "difference", f"orders, {a}", f"orders, {b}", "left"):
        shown.add_column(Text(head), justify="right")
    for row in table.to_dict("records"):
        money = [format_amount(row[name], "money", "").strip() for name in ("paid_a", "paid_b")]
        more = format_amount(row["difference"], "money", "", sign=True).strip()
        left = " and ".join(repr(arm) for arm, side in ((a, "left_a"), (b, "left_b")) if row[side])
        shown.add_row(str(row["person"]), *money, more, str(row["orders_a"]), str(row["orders_b"]), Text(left))
    console.print(shown)
    console.print(
        f"see one: rehearse timeline {reference_to(question.path)} PERSON, with the same options; "
        "PERSON is a number above, gained or lost"
    )


def print_timelines(answer: Timelines, console: Console) -> None:
    """Where the timelines diverge, in words; then a table of what happens under each arm, day by day."""
    from rich.table import Table
    from rich.text import Text

    for divergence in answer.divergences:
        if len(answer.divergences) > 1:
            console.print(Text(f"{divergence.a}, {divergence.b}", style="bold"))
        for sentence in divergence.sentences:
            console.print(Text(sentence))
    table = Table("date", title=Text(f"{answer.question.name}: person {answer.person}"), title_justify="left")
    columns = [answer.entries(arm) for arm in answer.arms]
    for arm, entries in zip(answer.arms, columns, strict=True):
        table.add_column(Text(f"{arm}\n{format_counts(entries)}"))
    for day in sorted({entry.day for entries in columns for entry in entries if entry.kind in SHOWN}):
        cells = [_cell(entries, day) for entries in columns]
        style = "bold" if len(set(cells)) > 1 else None
        table.add_row(str(answer.formats.date(day)), *map(Text, cells), style=style)
    table.add_section()
    table.add_row("paid in all", *(answer.formats.money(answer.paid(arm)) for arm in answer.arms))
    console.print(table)


def _cell(entries: list[TimelineEntry], day: int) -> str:
    shown = (entry for entry in entries if entry.day == day and entry.kind in SHOWN)
    return "\n".join(f"{format_clock(entry.instant)} {entry.words}" for entry in shown)


def format_counts(entries: list[TimelineEntry]) -> str:
    """The numbers of messages, offers, questions and parcels, in words."""
    kinds = ("message", "offer", "question", "parcel")
    return ", ".join(format_count(sum(entry.kind == kind for entry in entries), kind) for kind in kinds)
