"""Words that messages share."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable


def nearest(got: str, names: Iterable[str]) -> str:
    """What is allowed, with the nearest name first where one is near."""
    known = sorted(names)
    if not known:
        return "allowed none, since none is defined"
    close = difflib.get_close_matches(got, known, n=1, cutoff=0.55)
    listed = ", ".join(known[:12]) + (", ..." if len(known) > 12 else "")
    return f"did you mean {close[0]!r}? allowed {listed}" if close else f"allowed {listed}"


def dotted(path: Iterable[str]) -> str:
    """A path for people; parts that are no plain names are quoted."""
    return ".".join(part if re.fullmatch(r"[\w-]+", part) else repr(part[:40]) for part in path)
