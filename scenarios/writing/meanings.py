"""What each field of a file's tables means: the docstring that stands below it in the source."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Mapping
from functools import cache
from itertools import pairwise
from pathlib import Path


@cache
def meanings(cls: type) -> Mapping[str, str]:
    """The docstring of each field of a dataclass by the field's name, on one line.

    Python does not keep these, so the source is parsed, once for each file and only where somebody asks. Raises OSError
    where the source is not there.
    """
    file = inspect.getsourcefile(cls)
    if file is None:
        raise OSError(f"no source of {cls.__name__}")
    return _meanings_in(Path(file))[cls.__name__]


@cache
def _meanings_in(file: Path) -> dict[str, dict[str, str]]:
    classes = (node for node in ast.parse(file.read_bytes()).body if isinstance(node, ast.ClassDef))
    return {node.name: dict(_below_fields(node)) for node in classes}


def _below_fields(node: ast.ClassDef) -> list[tuple[str, str]]:
    """Pairs of a field and the text that stands directly below it."""
    return [
        (field.target.id, " ".join(below.value.value.split()))
        for field, below in pairwise(node.body)
        if isinstance(field, ast.AnnAssign)
        and isinstance(field.target, ast.Name)
        and isinstance(below, ast.Expr)
        and isinstance(below.value, ast.Constant)
        and isinstance(below.value.value, str)
    ]
