"""Answers as plain JSON."""

from __future__ import annotations

import math
from typing import Any


def clean(answer: dict[str, Any]) -> dict[str, Any]:
    """The same answer with nan and infinities as None, since JSON has neither."""
    return {str(key): _plain(value) for key, value in answer.items()}


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return clean(value)
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value
