"""Single people for a terminal: who gained and who lost most, and one person's lives beside each other."""

from __future__ import annotations

from typing import TYPE_CHECKING

from experiments.output.format_values import format_amount
from experiments.traces.divergence import clock
from experiments.traces.timeline import ACTS, TimelineEntry
from scenarios.reading.references import reference_to

if TYPE_CHECKING:
    import pandas as pd
    from rich.console import Console

    from experiments.traces.person_timeline import Timelines
    from scenarios import Question

TOLD = ACTS - {"question"} | {"resolved", "refund"}
"""What the table of a life shows; messages, offers, questions and parcels are counted above it."""


def print_gains(table: pd.DataFrame, question: Question, console: Console) -> None:
    """People by what they bring more under the second arm, and how to see one of them."""
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
        f"see one: rehearse lifeline {reference_to(question.path)} PERSON, options as here; "
        "PERSON is a number above, gained or lost"
    )


def print_lifeline(life: Timelines, console: Console) -> None:
    """Where the lives part, in words, and what the person does under each arm, day by day."""
    from rich.table import Table
    from rich.text import Text

    for parting in life.partings:
        if len(life.partings) > 1:
            console.print(Text(f"{parting.a}, {parting.b}", style="bold"))
        for words in parting.sentences:
            console.print(Text(words))
    table = Table("date", title=Text(f"{life.question.name}: person {life.person}"), title_justify="left")
    told = {arm: life.moments(arm) for arm in life.arms}
    for arm in life.arms:
        table.add_column(Text(f"{arm}\n{counts(told[arm])}"))
    days = sorted({moment.day for one in told.values() for moment in one if moment.kind in TOLD})
    for day in days:
        cells = ["\n".join(_line(moment) for moment in one if moment.day == day and moment.kind in TOLD)
                 for one in told.values()]  # fmt: skip
        apart = len(set(cells)) > 1
        table.add_row(str(life.setting.date(day)), *map(Text, cells), style="bold" if apart else None)
    paid = [format_amount(float(life.paid(arm)), "money", life.setting.currency) for arm in life.arms]
    table.add_section()
    table.add_row("paid in all", *paid)
    console.print(table)


def _line(moment: TimelineEntry) -> str:
    return f"{clock(moment.instant)} {moment.words}"


def counts(told: list[TimelineEntry]) -> str:
    """How often the person was written to, held an offer, asked and got a parcel, in words."""
    words = (("message", "messages"), ("offer", "offers"), ("question", "questions"), ("parcel", "parcels"))
    numbers = {kind: sum(moment.kind == kind for moment in told) for kind, _ in words}
    return ", ".join(f"{numbers[kind]} {kind if numbers[kind] == 1 else many}" for kind, many in words)
