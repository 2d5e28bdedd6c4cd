"""What each field of a file's tables means: the docstring that stands below it in the source."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Mapping
from dataclasses import is_dataclass
from functools import cache
from itertools import pairwise
from pathlib import Path

from sim.offers.discount_format import keys_of
from sim.offers.shipped_formats import SHIPPED
from sim.scenario import Offer


@cache
def meanings(cls: type) -> Mapping[str, str]:
    """The docstring of each field of a dataclass by the field's name, on one line.

    Python does not keep these, so the source is parsed, once for each file and only where somebody asks. Raises OSError
    where the source is not there.
    """
    own = _own_meanings(cls)
    return {**_meanings_of_formats(), **own, "format": own["terms"]} if cls is Offer else own


def _own_meanings(cls: type) -> Mapping[str, str]:
    file = inspect.getsourcefile(cls)
    if file is None:
        raise OSError(f"no source of {cls.__name__}")
    return _meanings_in(Path(file))[cls.__name__]


def _meanings_of_formats() -> dict[str, str]:
    """Of each key of a shipped discount format, with the names of the formats that have it."""
    texts: dict[str, str] = {}
    for format_ in SHIPPED.values():
        for parent in format_.__mro__:
            texts = {**_own_meanings(parent), **texts} if is_dataclass(parent) else texts
    having = {key: [name for name, format_ in SHIPPED.items() if key in keys_of(format_)] for key in texts}
    return {key: _with_names(text, having[key]) for key, text in texts.items() if having[key]}


def _with_names(text: str, names: list[str]) -> str:
    """The text with the names of the formats that it is of, unless it has them."""
    return text if any(name in text for name in names) else f"{text.removesuffix('.')}: {', '.join(names)}."


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
