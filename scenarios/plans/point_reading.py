"""The points of a plan with `design = "file"`: a table with paths as columns and points as rows."""

from __future__ import annotations

import csv
import tomllib
from collections.abc import Iterator, Sequence
from datetime import time
from pathlib import Path
from typing import Any

from scenarios.errors import InputError
from scenarios.plans.axes import Axis, short_texts
from scenarios.plans.axis_reading import currency_of, read_value, shape_at
from scenarios.questions.question import Question
from scenarios.reading.parquet_tables import read_frame
from scenarios.toml.entries import Entry
from scenarios.toml.toml_document import Node, text_of, tree_of
from scenarios.values.paths import find, with_values
from scenarios.values.shapes import Shape
from sim.scenario import Rhythm

Row = tuple[int, dict[str, Any]]
"""A row's number (its line in a text) and its cells by column."""


def read_points(path: Path, entry: Entry, question: Question | None) -> tuple[tuple[Axis, ...], list[dict[str, Any]]]:
    """The axes and the points of a table: CSV in the file's notation, or Parquet with numbers in stored units.

    A point is its values by path, as a scenario holds them. Raises InputError with the row of a wrong value.
    """
    parquet = path.suffix.lower() == ".parquet"
    rows = list(_parquet_rows(path, entry) if parquet else _csv_rows(path))
    if not rows:
        top = Entry(Node(None, path, 0 if parquet else 1))
        raise top.error("no points", expected="a line of paths and at least one point", got="")
    columns = list(rows[0][1])
    shapes = {name: shape_at(_cell(path, 1, name, name), name, question) for name in columns} if question else {}
    points = [_point(path, row, shapes, question) for row in rows]
    texts = {name: [cells[name] for _, cells in rows] for name in columns}
    return tuple(_axis(name, points, texts[name], shapes.get(name), question) for name in columns), points


def _cell(path: Path, line: int, name: str, value: Any) -> Entry:
    return Entry(Node(value, path, line), tuple(name.split(".")))


def _csv_rows(path: Path) -> Iterator[Row]:
    text = text_of(path, "a line of paths and one point", "a CSV file")
    reader = csv.reader(text.splitlines(keepends=True), skipinitialspace=True, strict=True)
    try:
        names = [name.strip() for name in next(reader)]
        wrong = next((name for name in names if not name or names.count(name) > 1), None)
        if wrong is not None:
            raise _cell(path, 1, "columns", wrong).error(expected="paths, each once")
        for cells in reader:
            if cells and len(cells) != len(names):
                row = _cell(path, reader.line_num, "row", len(cells))
                raise row.error("wrong number of cells", expected=str(len(names)))
            if cells:
                yield reader.line_num, dict(zip(names, map(_plain, cells), strict=True))
    except csv.Error as error:
        row, expected = _cell(path, reader.line_num, "row", None), "cells with commas between them"
        raise row.error(f"not valid CSV ({error})", expected=expected, got="") from None


def _plain(cell: str) -> Any:
    """A cell as TOML reads it, where it is valid TOML: 5, true, { format = "percent", depth = "10 %" }; else a text."""
    try:
        value = tomllib.loads(f"cell = {cell.strip()}")
    except (ValueError, RecursionError):
        return cell.strip()
    return cell.strip() if len(value) != 1 or isinstance(value["cell"], time) else value["cell"]


def _parquet_rows(path: Path, entry: Entry) -> Iterator[Row]:
    table = read_frame(path, entry)
    names = [str(column) for column in table.columns]
    for number, cells in enumerate(table.itertuples(index=False, name=None), start=1):
        yield (
            number,
            {name: cell.item() if hasattr(cell, "item") else cell for name, cell in zip(names, cells, strict=True)},
        )


def _point(path: Path, row: Row, shapes: dict[str, Shape], question: Question | None) -> dict[str, Any]:
    line, cells = row
    return {name: _value(_cell(path, line, name, cell), shapes.get(name), question) for name, cell in cells.items()}


def _value(entry: Entry, shape: Shape | None, question: Question | None) -> Any:
    """A cell's value: a bare number in a Parquet table is in stored units, anything else in the file's notation."""
    cell, name = entry.node.value, ".".join(entry.path)
    stored = entry.node.file.suffix.lower() == ".parquet" and isinstance(cell, int | float)
    if question is None or not stored or isinstance(cell, bool):
        tree = tree_of(cell, entry.node.file, entry.node.line)
        return read_value(Entry(tree, entry.path), shape, currency_of(question))
    try:
        return find(with_values(next(iter(question.arms.values())), {name: cell}), name)[0]
    except InputError as error:
        raise error.at(entry.place) from None


def _axis(
    name: str, points: Sequence[dict[str, Any]], cells: list[Any], shape: Shape | None, question: Question | None
) -> Axis:
    """The axis of a column: each of its values once, numbers in order."""
    found = [point[name] for point in points]
    first = sorted({repr(value): place for place, value in reversed(list(enumerate(found)))}.values())
    if all(isinstance(found[place], int | float) for place in first):
        first.sort(key=lambda place: found[place])
    values = tuple(found[place] for place in first)
    kinds = {value.of for value in values if isinstance(value, Rhythm)}
    return Axis(
        name,
        shape,
        currency_of(question),
        values=values,
        texts=short_texts([cells[place] for place in first]),
        of=kinds.pop() if len(kinds) == 1 else None,
    )
