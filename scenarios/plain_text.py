"""Names from files and data as plain text: without the characters that steer a terminal or change what is read."""

from __future__ import annotations

import re

REPLACEMENT = "\ufffd"
"""What is shown in place of such a character."""
_STEERING = re.compile(
    "[\0-\x08\x0b-\x1f\x7f-\x9f\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ud800-\udfff\ufeff"
    "\ufff9-\ufffb\ufffe\uffff\U000e0000-\U000e007f]"
)
"""Control characters but tab and line end, those that turn the direction of text or are not seen (joiners of letters
aside), and what is no character: halves, which no encoding can write, and two that no XML document may contain."""


def plain_text(text: str, sign: str = REPLACEMENT) -> str:
    """The text with a sign in place of each such character."""
    return _STEERING.sub(sign, text)
