"""Open an order export, whatever it was written as: CSV in several encodings, gzipped or not, or Parquet."""

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
        raise InputError(f"{path}: no such file: give an order export as CSV, CSV.gz or Parquet")
    if path.suffix.lower() in (".xlsx", ".xls", ".json", ".zip"):
        raise InputError(f"{path.name}: export the orders as CSV, CSV.gz or Parquet, got {path.suffix}")
    content = path.read_bytes()
    if not content.strip():
        raise InputError(f"{path.name}: row 1: a header and orders are needed, got an empty file")
    return content


def table_of(content: bytes, file: str) -> tuple[pd.DataFrame, str]:
    """Its rows, numbered from 0, and a note on how they were read; InputError where they cannot be."""
    import pandas as pd

    if content[:4] == b"PAR1":
        try:
            table = pd.read_parquet(io.BytesIO(content))
        except Exception as problem:  # the reader raises many kinds for a damaged file
            raise InputError(f"{file}: a whole Parquet file is needed, got {str(problem)[:80]!r}") from None
        return table.reset_index(drop=not any(table.index.names)), ""
    text, note = _decode(content, file)
    return _table(text, file), note


def _decode(content: bytes, file: str) -> tuple[str, str]:
    if content[:2] == b"\x1f\x8b":
        try:
            content = gzip.decompress(content)
        except (OSError, EOFError):
            raise InputError(f"{file}: the gzip file is damaged or cut short: export it again") from None
    if content[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return content.decode("utf-16", errors="replace"), "the file was read as UTF-16"
    if b"\x00" in content:
        row = content[: content.index(b"\x00")].count(b"\n") + 1
        raise InputError(f"{file}: row {row}: text as CSV, CSV.gz or Parquet is needed, got binary data")
    try:
        return content.decode("utf-8-sig"), ""
    except UnicodeDecodeError as problem:
        row = content[: problem.start].count(b"\n") + 1
    try:
        return content.decode("gb18030"), "the file is not UTF-8 and was read as GB18030 (GBK)"
    except UnicodeDecodeError:
        raise InputError(f"{file}: row {row}: text must be UTF-8 or GB18030 (GBK), got other bytes") from None


def _table(text: str, file: str) -> pd.DataFrame:
    import pandas as pd

    header = text.split("\n", 1)[0]
    separator = max(",;\t|", key=header.count)
    try:
        table = pd.read_csv(io.StringIO(text), sep=separator, dtype=str, keep_default_na=False, skip_blank_lines=False)
    except (pd.errors.ParserError, pd.errors.EmptyDataError) as problem:
        reason = str(problem).strip().splitlines()[-1].replace("Error tokenizing data. C error: ", "")
        raise InputError(f"{file}: rows must have as many fields as the header, got: {reason}") from None
    records = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    names = [name.strip() for name in next(records)]
    if not isinstance(table.index, pd.RangeIndex):
        row, got = next((i, len(r)) for i, r in enumerate(records, start=2) if len(r) > len(names))
        raise InputError(f"{file}: row {row}: rows must have as many fields as the header, {len(names)}, got {got}")
    # the reader numbers columns of one name apart, so the names are taken from the header itself
    return table.set_axis(names, axis=1) if len(names) == table.shape[1] else table
