"""A reading as a file that can be edited and used again: `reading.toml`."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

from calibration.order_files.profiles import fold_state
from calibration.orders.columns import AMOUNTS, ENTERED, NAMES
from calibration.orders.order_history import Orders
from calibration.orders.order_rows import ReadingOptions
from calibration.orders.states import PREFIX, UNKNOWN
from scenarios.errors import InputError, nearest, shown

KEYS: dict[str, type] = dict.fromkeys(("profile", "time_zone", "encoding"), str)
KEYS |= {"until": date, "opened": date, "columns": dict, "states": dict}
KINDS = (*NAMES, *AMOUNTS, ENTERED)
"""Kinds of columns that a mapping may name; columns of yes and no are found again by themselves."""
EXPECTED = {str: "text", date: "a day such as 2026-12-31", dict: "a table"}


def reading_text(orders: Orders, options: ReadingOptions) -> str:
    """A reading in TOML: columns by kind, states with their treatment, and the options that were given.

    It has names of columns and words of states, and no cell of a customer.
    """
    lines = [
        f"# How {orders.file} was read: a row is one {orders.row_is}. Change what is wrong and read again with",
        "# --reading FILE. Options of the command line come before what is said here.",
        f"profile   = {_quoted(orders.profile)}" if orders.profile else '# profile   = "shopify"',
        f"time_zone = {_quoted(options.time_zone)}" if options.time_zone else '# time_zone = "Asia/Shanghai"',
        f"encoding  = {_quoted(options.encoding)}" if options.encoding else '# encoding  = "gb18030"',
        f"until     = {options.until}" if options.until else "# until     = 2026-12-31",
        *([f"opened    = {options.opened}"] if options.opened else []),
        "",
        "[columns]",
        *(f"{kind:<14} = {_quoted(column)}" for kind, column in orders.columns.items() if kind in KINDS),
        "",
        "# Words of states: sale, not paid, cancelled or refunded.",
        "[states]",
    ]
    treatments: dict[str, set[str]] = {}
    for count in orders.state_words:
        treatments.setdefault(fold_state(count.state), set()).add(count.treated_as)
    for count in orders.state_words:
        # A word that two columns mean differently is left to them.
        single = len(treatments[fold_state(count.state)]) == 1
        usable = single and count.treated_as != UNKNOWN and not count.state.startswith("(")
        line = f"{_quoted(count.state):<16} = {_quoted(count.treated_as)}"
        lines.append(f"{'' if usable else '# '}{line:<34} # {count.rows:,} rows")
    return "\n".join(lines) + "\n"


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def load_reading(path: Path) -> tuple[dict[str, str], ReadingOptions]:
    """The mapping and the options of a reading file; InputError where it is no such file."""
    try:
        data: dict[str, Any] = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as problem:
        expected = "a reading.toml that calibrate has written"
        raise InputError(place=f"--reading {path}", expected=expected, got=str(problem.strerror)) from None
    except RecursionError:
        raise InputError(place=f"--reading {path}", expected="a few levels of tables", got="hundreds") from None
    except ValueError as problem:
        raise InputError(place=f"--reading {path}", expected="TOML in UTF-8", got=str(problem)) from None
    for key, value in data.items():
        if key not in KEYS:
            raise InputError(place=f"{path}: {key}", expected=nearest(key, KEYS), got=repr(key))
        if type(value) is not KEYS[key]:
            raise InputError(place=f"{path}: {key}", expected=EXPECTED[KEYS[key]], got=shown(value))
    columns, states = data.get("columns", {}), data.get("states", {})
    for name, value in (*columns.items(), *states.items()):
        if not isinstance(value, str):
            raise InputError(place=f"{path}: {name}", expected="text", got=shown(value))
    mapping = {**columns, **{f"{PREFIX}{word}": treatment for word, treatment in states.items()}}
    options = ReadingOptions(
        profile=data.get("profile"), until=data.get("until"), time_zone=data.get("time_zone"),
        encoding=data.get("encoding"), opened=data.get("opened"),
    )  # fmt: skip
    return mapping, options


def over_reading(
    path: Path | None, mapping: Mapping[str, str] | None, options: ReadingOptions
) -> tuple[dict[str, str], ReadingOptions]:
    """Mapping and options that a user has given, over those of a reading file, if there is one."""
    if path is None:
        return dict(mapping or {}), options
    read, said = load_reading(path)
    given = {name: value for name, value in vars(options).items() if value is not None}
    return {**read, **(mapping or {})}, replace(said, **given)


def until_day(text: str | None, option: str = "--until") -> date | None:
    """The day that `--until` or another option names; InputError for another text."""
    if text is None:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise InputError(place=option, expected="a day such as 2026-12-31", got=repr(text)) from None
