"""Open an order export: CSV in several encodings, gzipped or not, or Parquet."""

from __future__ import annotations

import csv
import gzip
import io
from pathlib import Path
from typing import TYPE_CHECKING

from scenarios.errors import InputError

if TYPE_CHECKING:
    import pandas as pd


def content_of(path: Path) -> bytes:
    """The bytes of an export; InputError where it is missing, of another kind, or empty."""
    if not path.is_file():
        raise InputError("no such file", place=str(path), expected="an order export as CSV, CSV.gz or Parquet")
    if path.suffix.lower() in (".xlsx", ".xls", ".json", ".zip"):
        raise InputError(place=path.name, expected="orders as CSV, CSV.gz or Parquet", got=path.suffix)
    content = path.read_bytes()
    if not content.strip():
        raise InputError(place=f"{path.name}: row 1", expected="a header and orders", got="an empty file")
    return content


def table_of(content: bytes, file: str) -> tuple[pd.DataFrame, str]:
    """The rows of a file, numbered from 0, and a note on how they were read; InputError where they cannot be read."""
    import pandas as pd

    if content[:4] == b"PAR1":
        try:
            table = pd.read_parquet(io.BytesIO(content))
        except Exception as problem:  # the reader raises many kinds for a damaged file
            raise InputError(place=file, expected="a complete Parquet file", got=repr(str(problem)[:80])) from None
        return table.reset_index(drop=not any(table.index.names)), ""
    text, note = _decode(content, file)
    return _table(text, file), note


def _decode(content: bytes, file: str) -> tuple[str, str]:
    if content[:2] == b"\x1f\x8b":
        try:
            content = gzip.decompress(content)
        except (OSError, EOFError):
            raise InputError(
                "the gzip file is damaged or cut short", place=file, expected="a complete export"
            ) from None
    if content[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return content.decode("utf-16", errors="replace"), "the file was read as UTF-16"
    if b"\x00" in content:
        row = content[: content.index(b"\x00")].count(b"\n") + 1
        expected = "text as CSV or CSV.gz, or Parquet"
        raise InputError(place=f"{file}: row {row}", expected=expected, got="binary data")
    try:
        return content.decode("utf-8-sig"), ""
    except UnicodeDecodeError as problem:
        row = content[: problem.start].count(b"\n") + 1
    try:
        return content.decode("gb18030"), "the file is not UTF-8 and was read as GB18030 (GBK)"
    except UnicodeDecodeError:
        expected = "text in UTF-8 or GB18030 (GBK)"
        raise InputError(place=f"{file}: row {row}", expected=expected, got="other bytes") from None


def _table(text: str, file: str) -> pd.DataFrame:
    import pandas as pd

    header = text.split("\n", 1)[0]
    separator = max(",;\t|", key=header.count)
    try:
        table = pd.read_csv(io.StringIO(text), sep=separator, dtype=str, keep_default_na=False, skip_blank_lines=False)
    except (pd.errors.ParserError, pd.errors.EmptyDataError) as problem:
        reason = str(problem).strip().splitlines()[-1].replace("Error tokenizing data. C error: ", "")
        raise InputError(place=file, expected="as many fields in each row as in the header", got=reason) from None
    records = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    names = [name.strip() for name in next(records)]
    if not isinstance(table.index, pd.RangeIndex):
        row, got = next((i, len(r)) for i, r in enumerate(records, start=2) if len(r) > len(names))
        expected = f"as many fields as in the header, {len(names)}"
        raise InputError(place=f"{file}: row {row}", expected=expected, got=str(got))
    # The reader renames a second column of one name, so the names are taken from the header itself.
    return table.set_axis(names, axis=1) if len(names) == table.shape[1] else table
