"""Mutants that no test can kill, each with the reason: the change makes no difference that anybody could see."""

from __future__ import annotations

import re

LENGTHS = "the lengths agree by construction; `strict` only says so"
ARGUED: dict[tuple[str, str], str] = {
    (
        'return tickets["seconds"][which].astype(float)',
        'return tickets["seconds"][which].astype(None)',
    ): "NumPy takes no type for float",
}
"""Why a change is equivalent, by the line before and after."""
_STRICT = re.compile(r", strict=\w+|, (?=\))")


def why_equivalent(change: str) -> str | None:
    """The reason why a change, lines that begin with `- ` or `+ `, is equivalent; None where nobody has argued it."""
    before, after = (" ".join(line[2:] for line in change.splitlines() if line[0] == sign) for sign in "-+")
    if "strict=True" in before and _STRICT.sub("", before) == _STRICT.sub("", after):
        return LENGTHS
    return ARGUED.get((before, after))
