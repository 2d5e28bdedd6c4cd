"""Mutants that no test can kill, each with the reason: the change makes no difference that anybody could see."""

from __future__ import annotations

import re

LENGTHS = "the lengths agree by construction; `strict` only says so"
WORDS = (
    (".astype(float)", ".astype(None)", "NumPy takes no type for float"),
    ('float("nan")', 'float("NAN")', "float reads both alike"),
    ('self.of_kind("cost"), dtype=np.int64)', 'self.of_kind("cost"), dtype=None)', "sums of whole cents are whole"),
    ('self.of_kind("cost"), dtype=np.int64)', 'self.of_kind("cost"), )', "sums of whole cents are whole"),
    ("ratio < 1e100", "ratio < 1e+100", "the same number"),
    ("ratio < 1e100", "ratio <= 1e100", "no number of units at 1e100 is one that anybody simulates"),
    ("n if ratio <= 1 else", "n if ratio < 1 else", "at 1 exactly both branches give n"),
)
"""Words before and after, and why one is as good as the other."""
_STRICT = re.compile(r", strict=\w+|, (?=\))")


def why_equivalent(change: str) -> str | None:
    """The reason why a change, lines that begin with `- ` or `+ `, is equivalent; None where nobody has argued it."""
    before, after = (" ".join(line[2:] for line in change.splitlines() if line[0] == sign) for sign in "-+")
    if "strict=True" in before and _STRICT.sub("", before) == _STRICT.sub("", after):
        return LENGTHS
    return next((why for old, new, why in WORDS if old in before and before.replace(old, new) == after), None)
