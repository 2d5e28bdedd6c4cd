"""The columns of records by their names, and what a user says about them by --map."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from calibration.order_files.profiles import fold, fold_state
from calibration.orders.columns import NAMES as ORDER_NAMES
from scenarios.errors import InputError, nearest

KINDS: dict[str, dict[str, tuple[str, ...]]] = {
    what: {kind: tuple(words.split()) for kind, words in names.items()}
    for what, names in tomllib.loads((Path(__file__).parent / "record_names.toml").read_text(encoding="utf-8")).items()
}
"""Kinds of records, their kinds of value, and the headers that hold these; `person` is added below."""
for _what, _names in KINDS.items():
    if _what != "campaigns":
        _names["person"] = ("person", "person_id", "contact_id", *ORDER_NAMES["customer"])
ALL = "*"
"""In the place of a word: whatever is not listed, blank, or in no column."""
LISTED = 12
"""Headers that a message lists."""


@dataclass(frozen=True)
class RecordMapping:
    """What a user says of one kind of records. columns: kind of value to header. words: kind of value to what a word
    in it means, words as `fold_state` gives them, `ALL` for every other one."""

    columns: Mapping[str, str] = field(default_factory=dict)
    words: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


def split_records(mapping: Mapping[str, str] | None) -> tuple[dict[str, str], dict[str, RecordMapping]]:
    """What a mapping says of orders, and of each kind of records: `touches.person=COLUMN`, `touches.channel:WORD=sms`
    and `touches.channel:*=sms`. Raises InputError for a kind of value that such records have not."""
    orders: dict[str, str] = {}
    columns: dict[str, dict[str, str]] = {what: {} for what in KINDS}
    words: dict[str, dict[str, dict[str, str]]] = {what: {} for what in KINDS}
    for key, value in (mapping or {}).items():
        what, dot, rest = key.partition(".")
        if not dot or what not in KINDS:
            orders[key] = value
            continue
        kind, colon, word = rest.partition(":")
        if kind not in KINDS[what]:
            raise InputError(place=f"--map {key}", expected=nearest(kind, KINDS[what]), got=repr(kind))
        if colon:
            words[what].setdefault(kind, {})[word if word == ALL else fold_state(word)] = value
        else:
            columns[what][kind] = value
    return orders, {what: RecordMapping(columns[what], words[what]) for what in KINDS if columns[what] or words[what]}


def find_record_columns(what: str, header: Iterable[str], said: RecordMapping, file: str) -> dict[str, str]:
    """The column of each kind of value that a file has: as mapped, or by a common name.

    Raises InputError where a mapped column does not exist or a column shares its name with another.
    """
    columns = list(header)
    found: dict[str, str] = {}
    for kind, column in said.columns.items():
        alike = [column] if column in columns else [name for name in columns if fold(name) == fold(column)]
        if len(alike) != 1:
            place = f"{file}: row 1: --map {what}.{kind}={column}"
            raise InputError("no such column", place=place, got=f"the columns {listed(columns)}")
        found[kind] = alike[0]
    plain = {fold(column): column for column in reversed(columns)}
    for kind, names in KINDS[what].items():
        known = (plain[fold(name)] for name in names if fold(name) in plain)
        free = next((column for column in known if column not in found.values()), None)
        if kind not in found and free is not None:
            found[kind] = free
    for kind, column in found.items():
        if columns.count(column) > 1:
            got = f"{columns.count(column)} columns named {column!r}"
            raise InputError(place=f"{file}: row 1", expected=f"one column of the {kind}", got=got)
    return found


def listed(columns: Iterable[str]) -> str:
    """Headers as messages list them."""
    names = [repr(column[:30]) for column in columns if column.strip()]
    return ", ".join(names[:LISTED]) + (" ..." if len(names) > LISTED else "")
