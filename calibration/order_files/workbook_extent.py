"""How much a workbook unpacks to, found by unpacking it piece by piece before its reader gets it whole."""

from __future__ import annotations

import copy
import re
import zipfile
from collections.abc import Sequence

from scenarios.errors import InputError

CELLS = 1 << 26
"""Cells of one sheet from the first to the last one used, empty ones too, which its reader holds in memory all at once:
64 columns in all rows that a spreadsheet can have."""
BLOCK = 1 << 20
LONGEST = 64
"""Bytes of the longest name of a place in a sheet."""
_PLACE = re.compile(rb"""\sr\s*=\s*["']([A-Z]{0,3})(\d{1,7})["']""")


def check_extent(archive: zipfile.ZipFile, members: Sequence[zipfile.ZipInfo], file: str, ceiling: int) -> None:
    """Raise InputError where the parts of a workbook unpack to more bytes than the ceiling, or to others than they say,
    or where a sheet has more than CELLS cells. What a part says of its size is not believed."""
    left = ceiling
    for one in members:
        open_ended = copy.copy(one)
        open_ended.file_size, open_ended.CRC = ceiling + 1, None  # type: ignore[assignment]  # to read on beyond what it says
        size, rows, columns, tail = 0, 0, 0, b""
        with archive.open(open_ended) as stream:
            while block := stream.read(min(BLOCK, left - size + 1)):
                size += len(block)
                if size > left:
                    expected = f"a file that unpacks to at most {ceiling >> 20:,} MiB; split it into several"
                    raise InputError(place=file, expected=expected, got="more")
                if one.filename.startswith("xl/worksheets/"):
                    row, column = _last_place(tail + block)
                    rows, columns, tail = max(rows, row), max(columns, column), block[-LONGEST:]
        if size != one.file_size:
            raise zipfile.BadZipFile(f"{one.filename} has another size than it says")
        if rows * columns > CELLS:
            expected = f"sheets of at most {CELLS:,} cells, empty ones too; remove what stands far from the table"
            raise InputError(place=f"{file}: {one.filename}", expected=expected, got=f"{rows:,} rows of {columns:,}")
        left -= size


def _last_place(block: bytes) -> tuple[int, int]:
    """The last row and the last column, from 1, of the places that are named in a piece of a sheet; 0 for none."""
    row = column = 0
    for letters, number in set(_PLACE.findall(block)):
        row, place = max(row, int(number)), 0
        for letter in letters:
            place = 26 * place + letter - 64
        column = max(column, place)
    return row, column
