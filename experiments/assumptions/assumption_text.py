"""The numbers that profit rests on, as a table and in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from experiments.assumptions.profit_assumptions import Assumption, ProfitAssumptions
from experiments.output.format_values import format_amount, format_count

if TYPE_CHECKING:
    from rich.console import Console

HEADS = ("number", "range", "moves profit by", "share of sales", "origin")


def assumption_rows(found: ProfitAssumptions) -> list[tuple[str, ...]]:
    """For each number: path, range, how far profit moves, the same as a share of sales, and what it goes back to."""
    return [
        (
            one.path,
            one.range,
            _money(found, one.moves),
            format_amount(one.share_of_sales, "share", found.currency),
            _origin(one),
        )
        for one in found.leading
    ]


def _origin(one: Assumption) -> str:
    """What a number goes back to, and where it was written."""
    if one.basis != "assumption":
        return f"{one.basis}: {one.origin}"
    return one.origin if one.origin.startswith("assumption") else f"assumption, as no source is named: {one.origin}"


def assumption_text(found: ProfitAssumptions) -> str:
    """How the numbers were found, in a few sentences."""
    earned = _money(found, found.contribution)
    share = f" of {_money(found, found.sales)} sales" if found.sales > 0.0 else ""
    return (
        f"In a copy of the shop with {format_count(found.people, 'contact')}, scaled to the shop, its own strategy "
        f"earns {earned}{share} in {found.days} days at the medians; the whole shop may earn a little more or less. Of "
        f"{found.numbers} numbers these move that most, each by itself from the 5 % to the 95 % point of what is "
        f"believed, or a quarter down and up where a fact has no spread.{_learning(found)}"
    )


def _learning(found: ProfitAssumptions) -> str:
    """Which of the numbers the data have narrowed, and what would narrow the first that they have not."""
    learned = [one.path for one in found.leading if one.learned]
    kept = [one for one in found.leading if one.test]
    facts = [one.path for one in found.leading if not one.learned and not one.test]
    if not learned and not kept:
        return ""
    parts = {
        f"learned from {'the history' if found.history == 'stated' else 'the orders'}": learned,
        "keeping the prior": [one.path for one in kept],
        "which no test tells of": facts,
    }
    said = "; ".join(f"{what}, " + ", ".join(paths) for what, paths in parts.items() if paths)
    words = f" Of these: {said}."
    return words + (f" What would narrow {kept[0].path}: {kept[0].test}." if kept else "")


def print_assumptions(found: ProfitAssumptions | None, console: Console) -> None:
    """The table; nothing where there is none."""
    from rich.table import Table
    from rich.text import Text

    if found is None:
        return
    table = Table(*HEADS[:2], title="What profit rests on", title_justify="left")
    for head in HEADS[2:4]:
        table.add_column(head, justify="right")
    table.add_column(HEADS[4])
    for row in assumption_rows(found):
        table.add_row(*map(Text, row))
    console.print(table)
    console.print(Text(assumption_text(found)))


def _money(found: ProfitAssumptions, cents: float) -> str:
    """Rounded to three digits: the copy says no more."""
    return format_amount(float(f"{cents:.3g}"), "money", found.currency)
