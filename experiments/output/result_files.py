"""Files that are written whole or not at all, and read again."""

from __future__ import annotations

import json
import os
import uuid
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from scenarios import InputError


def picture_kind(path: Path) -> str:
    """png or svg, by the name's suffix. Raises InputError for another."""
    kind = path.suffix.lower().removeprefix(".")
    if kind not in ("png", "svg"):
        raise InputError(place=str(path), expected="a name that ends in .png or .svg", got=repr(path.suffix))
    return kind


def replaced(path: Path, write: Callable[[Path], object]) -> None:
    """Let `write` fill a temporary file, then put it in place of `path`. Raises InputError if it cannot."""
    draft = path.with_name(f".{path.name}.{os.getpid()}.{uuid.uuid4().hex[:8]}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write(draft)
        draft.replace(path)
    except OSError as error:
        raise InputError(f"cannot be written: {error.strerror or error}", place=str(path)) from None
    finally:
        with suppress(OSError):
            draft.unlink(missing_ok=True)


def write_text(path: Path, text: str) -> None:
    """A UTF-8 text file, whole or not at all."""
    replaced(path, lambda draft: draft.write_text(text, encoding="utf-8"))


def write_json(path: Path, value: Any) -> None:
    """A JSON file, whole or not at all; refuses nan."""
    write_text(path, json.dumps(value, indent=2, ensure_ascii=False, allow_nan=False) + "\n")


def read_json(path: Path) -> dict[str, Any]:
    """A result file. Raises InputError where there is none, or none that can be read."""
    try:
        value = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise InputError(
            f"{path.name} cannot be read",
            place=str(path.parent),
            expected="the folder of a comparison or a sweep that has ended",
            got=str(error.strerror) if isinstance(error, OSError) else "a file that is not JSON",
        ) from None
    if not isinstance(value, dict):
        raise InputError(place=str(path), expected="what a comparison or a sweep has written", got=type(value).__name__)
    return value
