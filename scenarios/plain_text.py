"""Names from files and data as plain text: without the characters that steer a terminal or change what is read."""

from __future__ import annotations

import re

REPLACEMENT = "\ufffd"
"""What is shown in place of such a character."""
_STEERING = re.compile("[\0-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]")
"""Control characters but tab and line end, those that turn the direction of text, and what is no character: halves,
which no encoding can write, and two that no XML document may contain."""


def plain_text(text: str, sign: str = REPLACEMENT) -> str:
    """The text with a sign in place of each such character."""
    return _STEERING.sub(sign, text)
