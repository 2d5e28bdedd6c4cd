"""Plain data as readable TOML text."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


class Inline(dict[str, Any]):
    """A table that is written on one line."""


def toml_text(tree: Mapping[str, Any], head: str) -> str:
    """The text of a tree of tables, under a comment; `Inline` tables and lists stay on one line."""
    import tomlkit

    document = tomlkit.document()
    document.add(tomlkit.comment(head))
    document.add(tomlkit.nl())
    for key, value in tree.items():
        document.add(key, _item(value))
    return tomlkit.dumps(document)


def _item(value: Any) -> Any:
    import tomlkit

    if isinstance(value, Inline | list):
        return _inline(value)
    if not isinstance(value, Mapping):
        return tomlkit.item(value)
    table = tomlkit.table(is_super_table=bool(value) and all(_is_table(inner) for inner in value.values()))
    for key in sorted(value, key=lambda key: _is_table(value[key])):
        table.add(key, _item(value[key]))
    return table


def _is_table(value: Any) -> bool:
    return isinstance(value, Mapping) and not isinstance(value, Inline)


def _inline(value: Any) -> Any:
    import tomlkit

    if isinstance(value, list):
        array = tomlkit.array()
        array.extend(_inline(inner) for inner in value)
        return array
    if isinstance(value, Mapping):
        table = tomlkit.inline_table()
        for key, inner in value.items():
            table.add(key, _inline(inner))
        return table
    return tomlkit.item(value)


def on_one_line(plain: object) -> str:
    """Plain data on one line, as in a TOML file but without quotes."""
    if isinstance(plain, list):
        return f"[{', '.join(map(on_one_line, plain))}]"
    if isinstance(plain, dict):
        return f"{{ {', '.join(f'{key} = {on_one_line(inner)}' for key, inner in plain.items())} }}"
    return str(plain).lower() if isinstance(plain, bool) else str(plain)
