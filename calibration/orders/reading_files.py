"""A reading as a file that can be edited and used again: `reading.toml`."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

from calibration.orders.order_rows import OrderRows, ReadingOptions
from calibration.orders.states import PREFIX
from scenarios.errors import InputError, nearest, shown

KEYS = {"profile": str, "until": date, "time_zone": str, "columns": dict, "states": dict}


def reading_text(rows: OrderRows, options: ReadingOptions) -> str:
    """A reading in TOML: columns by kind, states with their treatment, and the options that were given.

    It has names of columns and words of states, and no cell of a customer.
    """
    kind, table = rows.kind, rows.sieve.source
    lines = [
        f"# How {table.name} was read: one row is one {kind.row_is}. Change what is wrong and read again with",
        "# --reading FILE; options of the command line come before what is said here.",
    ]
    if rows.profile:
        lines.append(f"profile   = {json.dumps(rows.profile.name)}")
    if options.time_zone:
        lines.append(f"time_zone = {json.dumps(options.time_zone)}")
    lines.append(f"until     = {options.until.isoformat()}" if options.until else "# until   = 2026-12-31")
    lines += ["", "[columns]"]
    lines += [f"{name:<13} = {json.dumps(column, ensure_ascii=False)}" for name, column in rows.columns.items()]
    lines += ["", "# Words of states: sale, not paid, cancelled or refunded.", "[states]"]
    for count in rows.states.counts:
        line = f"{json.dumps(count.state, ensure_ascii=False):<24} = {json.dumps(count.treated_as)}"
        # Several columns of states are shown as one; a word of one of them says nothing alone.
        alone = rows.states.single and count.treated_as != "unknown" and not count.state.startswith("(")
        lines.append(f"{line if alone else f'# {line}'}    # {count.rows:,} rows")
    return "\n".join(lines) + "\n"


def load_reading(path: Path) -> tuple[dict[str, str], ReadingOptions]:
    """The mapping and the options of a reading file; InputError where it is no such file."""
    try:
        data: dict[str, Any] = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except OSError:
        raise InputError("no such file", place=str(path), expected="a reading.toml that calibrate has written") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as problem:
        raise InputError(place=str(path), expected="TOML in UTF-8", got=str(problem)) from None
    for key, value in data.items():
        if key not in KEYS:
            raise InputError(place=f"{path}: {key}", expected=nearest(key, KEYS), got=repr(key))
        if not isinstance(value, KEYS[key]):
            expected = {str: "text", date: "a date such as 2026-12-31", dict: "a table"}[KEYS[key]]
            raise InputError(place=f"{path}: {key}", expected=expected, got=shown(value))
    columns, states = data.get("columns", {}), data.get("states", {})
    for name, value in (*columns.items(), *states.items()):
        if not isinstance(value, str):
            raise InputError(place=f"{path}: {name}", expected="text", got=shown(value))
    mapping = {**columns, **{f"{PREFIX}{word}": treatment for word, treatment in states.items()}}
    return mapping, ReadingOptions(data.get("profile"), data.get("until"), data.get("time_zone"))


def with_reading(
    path: Path | None, mapping: Mapping[str, str] | None, options: ReadingOptions
) -> tuple[dict[str, str], ReadingOptions]:
    """Mapping and options of the command line over those of a reading file, if there is one."""
    if path is None:
        return dict(mapping or {}), options
    read, said = load_reading(path)
    given = {name: value for name, value in vars(options).items() if value is not None}
    return {**read, **(mapping or {})}, replace(said, **given)


def until_day(text: str | None) -> date | None:
    """The day that `--until` names; InputError for another text."""
    if text is None:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise InputError(place="--until", expected="a day such as 2026-12-31", got=repr(text)) from None


def order_files(paths: str | Path | Sequence[str | Path]) -> tuple[Path, ...]:
    """One or several order files as paths."""
    return (Path(paths),) if isinstance(paths, str | Path) else tuple(map(Path, paths))
