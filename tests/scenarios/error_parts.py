"""The parts of an InputError that a test names; how they are put into words is tested once, in test_input_errors.py."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import pytest

from scenarios import InputError


class Parts(NamedTuple):
    """The end of the place, the beginning of what was got, and what `expected` contains."""

    place: str = ""
    got: str = ""
    expected: str = ""

    def check(self, error: InputError) -> None:
        """Assert that an error has these parts, and enough for a user to act on."""
        assert error.place.endswith(self.place)
        assert error.got.startswith(self.got)
        assert self.expected in error.expected
        assert "\n" not in str(error)
        assert error.problem or (error.expected and error.got)

    def raised_by(self, call: Callable[..., object], *arguments: Any) -> InputError:
        """Assert that a call raises an error with these parts; returns it."""
        with pytest.raises(InputError) as raised:
            call(*arguments)
        self.check(raised.value)
        return raised.value
