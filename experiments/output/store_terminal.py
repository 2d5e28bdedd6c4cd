"""A store in the terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from experiments.execution.store_admin import USELESS, StoreEntry, by_question
from experiments.output.format_values import format_bytes

if TYPE_CHECKING:
    from rich.console import Console

    from experiments.execution.store import Store


def print_store(store: Store, left: list[StoreEntry], gone: list[StoreEntry], console: Console) -> None:
    """Print what is in a store by question and model, and what was removed."""
    from rich.table import Table
    from rich.text import Text

    table = Table("kept for", "of")
    for head in ("runs", "size", "took", "last"):
        table.add_column(head, justify="right")
    for row in by_question(left).to_dict("records"):
        numbers = (
            f"{row['runs']:,}",
            format_bytes(row["bytes"]),
            f"{row['seconds']:,.0f} s",
            f"{row['last']:%Y-%m-%d %H:%M}",
        )
        table.add_row(Text(row["question"] or "–"), row["of"], *numbers)
    console.print(table)
    total = sum(one.size for one in left)
    console.print(Text(f"{store.folder}: {len(left):,} runs, {format_bytes(total)}", style="bold"))
    if gone:
        console.print(Text(f"removed: {len(gone):,} runs, {format_bytes(sum(one.size for one in gone))}"))
    useless = [one for one in left if one.origin in USELESS]
    if useless:
        room = format_bytes(sum(one.size for one in useless))
        console.print(Text(f"{len(useless):,} of them cannot be used again ({room}): --prune removes these"))
