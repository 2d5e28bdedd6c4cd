"""The one exception for what a user can put right."""

from __future__ import annotations


class InputError(Exception):
    """A user's mistake, told in one line: place, what is wrong, what is allowed, what was got."""

    def __init__(self, message: str) -> None:
        super().__init__(" ".join(message.splitlines()))
