"""Notes of one kind, said once with how many there are."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from scenarios.errors import LISTED


def folded(notes: Iterable[tuple[str, str]]) -> list[str]:
    """The lines of notes, which are (kind, line); of more of a kind than a message lists, the first and a count."""
    kinds: dict[str, list[str]] = {}
    for kind, line in notes:
        kinds.setdefault(kind, []).append(line)
    lines = list[str]()
    for same in kinds.values():
        lines += same if len(same) <= LISTED else [f"{same[0]} (and {len(same) - 1:,} more notes of this kind)"]
    return lines


def listed(names: Sequence[str]) -> str:
    """Names with commas between them; of many the first, and how many follow."""
    more = len(names) - LISTED
    return ", ".join(names) if more <= 0 else f"{', '.join(names[:LISTED])} and {more:,} more"
