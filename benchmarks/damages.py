"""Damages to the bytes of a file, each drawn from the dice that it is given."""

from __future__ import annotations

import gzip
import io
import re
import zipfile
from collections.abc import Callable, Mapping, Sequence
from typing import TypeVar

import numpy as np
import openpyxl
import pandas as pd

T = TypeVar("T")
Dice = np.random.Generator
Damage = Callable[[bytes, Dice], bytes]
LARGEST = 1 << 20
"""Bytes that a file may grow to by one damage."""
BITS = (
    *("{", "}", "[", "]", "=", '"', "\n", ".", "#", ",", ";", "'''", "\\", "\x00", "\x1b[31m", "\u202e", "\ufeff", "é"),
    *("nan", "inf", "-1", "1e9", '"10 d"', "true", "2026-01-01", "off = true\n", "0x", "%", "=cmd()", "../", "\r"),
)
VALUES = (
    *("nan", "inf", "-inf", "-1", "0", "1e308", "1" + "0" * 40, "9" * 400, "true", "[]", "{}", "[[]]", "2026-01-31"),
    *("2026-02-30", "1979-05-27T07:32:00Z", "07:32:00", '""', '"x"', '"-5 CNY"', '"1e999 d"', '"0 d"', '"100 %"'),
    *('"5 EUR"', '"library:base"', '"../../etc/passwd"', "[1, 2]", '["a", "a"]', "{ value = 1, source = 2 }"),
    '{ median = "5 d", p5 = "1 d", p95 = "9 d" }',
)
"""Texts for values of TOML, also such as no TOML file may have."""
CELLS = (
    *("", " ", "nan", "inf", "-1", "0", "1e308", "9" * 60, "2025-02-30", "0001-01-01", "9999-12-31", "1970-01-01"),
    *("03/04/2025", "10 EUR", "$5", "¥1.5", "1,234.50", "1.234,50", "(5.00)", '="5"', "=cmd()", "true", "#N/A", "c01"),
    *("已退款", "refunded", "x" * 5000, '"', "\u202eabc", "1735725600", "45678.5", "24:61"),
)
CODINGS = ("utf-16", "utf-16-be", "utf-8-sig", "gb18030", "cp1252", "big5", "shift_jis", "utf-7")


def _one(things: Sequence[T], dice: Dice) -> T:
    return things[int(dice.integers(len(things)))]


def _text(content: bytes) -> str:
    return content.decode("utf-8", "surrogateescape")


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")


def _lines(content: bytes) -> list[bytes]:
    return content.splitlines(keepends=True) or [b""]


# --- of any file -----------------------------------------------------------------------------------


def bytes_changed(content: bytes, dice: Dice) -> bytes:
    """Up to eight bytes have other values."""
    changed = bytearray(content or b"x")
    for place in dice.integers(len(changed), size=int(dice.integers(1, 9))):
        changed[int(place)] = int(dice.integers(256))
    return bytes(changed)


def line_cut(content: bytes, dice: Dice) -> bytes:
    """A line is gone."""
    lines = _lines(content)
    del lines[int(dice.integers(len(lines)))]
    return b"".join(lines)


def line_doubled(content: bytes, dice: Dice) -> bytes:
    """A line stands twice, or many times."""
    lines = _lines(content)
    place = int(dice.integers(len(lines)))
    times = _one((1, 1, 1, 50, 2000), dice)
    return b"".join([*lines[:place], *(lines[place : place + 1] * times)[: LARGEST // 64], *lines[place:]])


def lines_swapped(content: bytes, dice: Dice) -> bytes:
    """Two lines change places."""
    lines = _lines(content)
    one, two = (int(place) for place in dice.integers(len(lines), size=2))
    lines[one], lines[two] = lines[two], lines[one]
    return b"".join(lines)


def cut_short(content: bytes, dice: Dice) -> bytes:
    """The end is missing."""
    return content[: int(dice.integers(len(content) + 1))]


def text_put_in(content: bytes, dice: Dice) -> bytes:
    """A few characters stand where they do not belong."""
    place = int(dice.integers(len(content) + 1))
    return content[:place] + _one(BITS, dice).encode() + content[place:]


def coded_again(content: bytes, dice: Dice) -> bytes:
    """The text is in another encoding."""
    return _text(content).encode(_one(CODINGS, dice), "replace")


def other_line_ends(content: bytes, dice: Dice) -> bytes:
    """Lines end as on other systems, or in several ways."""
    ends = _one((b"\r\n", b"\r", b"\n\n", b"\n\r", b"\x0b", b"\xe2\x80\xa8"), dice)
    return content.replace(b"\n", ends, int(_one((-1, 1, 5), dice)))


ANY: Mapping[str, Damage] = {
    "bytes changed": bytes_changed,
    "line cut": line_cut,
    "line doubled": line_doubled,
    "lines swapped": lines_swapped,
    "cut short": cut_short,
    "text put in": text_put_in,
    "coded again": coded_again,
    "other line ends": other_line_ends,
}


# --- of TOML ---------------------------------------------------------------------------------------


def key_renamed(content: bytes, dice: Dice) -> bytes:
    """A key has another letter, case or name."""
    text = _text(content)
    keys = list(re.finditer(r"[A-Za-z_][\w-]*(?=\s*[.=\]])", text))
    if not keys:
        return content
    key = _one(keys, dice)
    names = (
        key[0][:-1],
        key[0].upper(),
        key[0] + key[0][-1],
        "off",
        "format",
        "market",
        f'"{key[0]} "',
        _one(keys, dice)[0],
    )
    return _bytes(text[: key.start()] + _one(names, dice) + text[key.end() :])


def value_replaced(content: bytes, dice: Dice) -> bytes:
    """A value is of another type, or extreme."""
    text = _text(content)
    values = list(re.finditer(r"(?<==)[ \t]*(\"[^\"\n]*\"|\[[^\]\n]*\]|[^\s,}#\"\[{][^\s,}#]*)", text))
    if not values:
        return content
    value = _one(values, dice)
    return _bytes(f"{text[: value.start()]} {_one(VALUES, dice)}{text[value.end() :]}")


def number_changed(content: bytes, dice: Dice) -> bytes:
    """A number is another."""
    text = _text(content)
    numbers = list(re.finditer(r"\d+(?:\.\d+)?", text))
    if not numbers:
        return content
    number = _one(numbers, dice)
    other = _one(("0", "-1", "1e9", "1e-9", "99999999", "0.5", "1" + "0" * 29, "१२", "1_000", "1,5"), dice)
    return _bytes(text[: number.start()] + other + text[number.end() :])


def tables_nested(content: bytes, dice: Dice) -> bytes:
    """Deep or many tables follow."""
    deep = (b"a = " + b"[" * 3000, b"[" + b".".join([b"a"] * 3000) + b"]", b"a = " + b"{b = " * 400 + b"1" + b"}" * 400)
    many = b"".join(b"[variants.v%d]\n" % place for place in range(500))
    return content + b"\n" + _one((*deep, many), dice) + b"\n"


TREE: Mapping[str, Damage] = {
    **ANY,
    "key renamed": key_renamed,
    "value replaced": value_replaced,
    "value replaced again": value_replaced,
    "number changed": number_changed,
    "tables nested": tables_nested,
}


# --- of tables -------------------------------------------------------------------------------------


def cell_replaced(content: bytes, dice: Dice) -> bytes:
    """A cell of a line, or of every line, holds something else."""
    lines = [line.split(b",") for line in content.split(b"\n")]
    row = int(dice.integers(len(lines)))
    column, cell = int(dice.integers(len(lines[row]))), _one(CELLS, dice).encode()
    everywhere = dice.random() < 0.3
    for place, cells in enumerate(lines):
        if (place == row or (everywhere and place)) and column < len(cells):
            cells[column] = cell
    return b"\n".join(b",".join(cells) for cells in lines)


def header_changed(content: bytes, dice: Dice) -> bytes:
    """A name in the first line is another, blank, or stands twice."""
    first, end, rest = content.partition(b"\n")
    names = first.split(b",")
    place = int(dice.integers(len(names)))
    names[place] = _one(
        (b"", b"amount", b"date", names[0], names[-1], b"x" * 300, b"customer", names[place].upper()), dice
    )
    return b",".join(names) + end + rest


def column_changed(content: bytes, dice: Dice) -> bytes:
    """A column is gone, or stands twice."""
    times = _one((0, 2), dice)
    lines = [line.split(b",") for line in content.split(b"\n")]
    place = int(dice.integers(len(lines[0])))
    return b"\n".join(
        b",".join([*cells[:place], *cells[place : place + 1] * times, *cells[place + 1 :]]) for cells in lines
    )


def other_delimiter(content: bytes, dice: Dice) -> bytes:
    """Cells are separated by something else, everywhere or in the beginning."""
    other = _one((b";", b"\t", b"|", b",,", b" ", b'","', b"\x1f"), dice)
    return content.replace(b",", other, int(_one((-1, -1, 7), dice)))


def lines_around(content: bytes, dice: Dice) -> bytes:
    """Other lines stand before or after the table."""
    line = _one((b"sep=,\n", b"# orders of our shop\n\n", b"total,,,99999\n", b"\n\n\n", b'"\n', b"a,b\n" * 60), dice)
    return line + content if dice.random() < 0.5 else content + line


TABLE: Mapping[str, Damage] = {
    **ANY,
    "cell replaced": cell_replaced,
    "cell replaced again": cell_replaced,
    "header changed": header_changed,
    "column changed": column_changed,
    "other delimiter": other_delimiter,
    "lines around": lines_around,
}


# --- packed ----------------------------------------------------------------------------------------


def packed(name: str, content: bytes, dice: Dice) -> tuple[str, bytes]:
    """The file in gzip, in zip, as a workbook, or as Parquet; its name and its bytes."""
    way = _one(("gz", "zip", "xlsx", "parquet"), dice)
    stream = io.BytesIO()
    if way == "gz":
        return f"{name}.gz", gzip.compress(content, mtime=0)
    if way == "zip":
        with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
            for part in (name, *(("more.csv",) if dice.random() < 0.3 else ())):
                archive.writestr(zipfile.ZipInfo(part, (2025, 1, 1, 0, 0, 0)), content)
        return f"{name}.zip", stream.getvalue()
    rows = [line.split(",") for line in content.decode("utf-8", "replace").splitlines()[:200]] or [["x"]]
    cells = [[re.sub(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd]", "?", cell)[:500] for cell in row] for row in rows]
    if way == "xlsx":
        book = openpyxl.Workbook()
        for row in cells:
            book.active.append([cell if not cell.isdigit() or len(cell) > 15 else int(cell) for cell in row])
        book.save(stream)
        return f"{name}.xlsx", stream.getvalue()
    wide = max(map(len, cells))
    names = [f"{cell}{place if cell in cells[0][:place] else ''}" for place, cell in enumerate(cells[0])]
    names += [f"more{place}" for place in range(wide - len(names))]
    frame = pd.DataFrame([row + [None] * (wide - len(row)) for row in cells[1:]], columns=names)
    frame.loc[:, ~frame.columns.duplicated()].to_parquet(stream)
    return f"{name}.parquet", stream.getvalue()
