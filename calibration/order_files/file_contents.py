"""The bytes of order files, unpacked: plain, gzip, or the files in a zip archive."""

from __future__ import annotations

import gzip
import io
import lzma
import struct
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from calibration.order_files.workbook_extent import check_extent
from scenarios.errors import InputError

KINDS = "CSV, TSV, xlsx, xls, ods or Parquet, plain, in gzip or in zip"
CEILING = 2 << 30
"""Bytes that one file may unpack to, all files of an archive together."""
SPREADSHEET_CEILING = 1 << 30
"""Bytes that the parts of one workbook may unpack to."""
FILES = 200
"""Files in one archive."""
BLOCK = 1 << 22
DAMAGE = (
    zipfile.BadZipFile, zlib.error, lzma.LZMAError, struct.error, EOFError, OSError, ValueError, RuntimeError,
    OverflowError,
)  # fmt: skip
"""What the readers of archives raise for wrong bytes, each for others."""


def contents_of(path: Path) -> Iterator[tuple[str, bytes]]:
    """The name and the bytes of each order file in `path`: itself, or what it packs.

    Raises InputError where it is missing, empty, damaged, protected by a password, or unpacks beyond the ceiling.
    """
    if path.is_dir():
        raise InputError(place=str(path), expected=f"a table: {KINDS}", got="a folder")
    if not path.is_file():
        raise InputError("no such file", place=str(path), expected=f"a table: {KINDS}")
    try:
        content = path.read_bytes()
    except OSError as problem:
        raise InputError(place=str(path), expected="a file that can be read", got=str(problem.strerror)) from None
    if content[:2] == b"\x1f\x8b":
        content = _gunzipped(content, path.name)
    if content[:4] == b"PK\x03\x04" or content[:4] == b"PK\x05\x06":
        yield from _unzipped(content, path.name)
    else:
        yield path.name, _some(content, path.name)


def _some(content: bytes, file: str) -> bytes:
    if not content.strip():
        raise InputError(place=f"{file}: row 1", expected="a header and rows", got="an empty file")
    return content


def _limited(stream: IO[bytes] | gzip.GzipFile, file: str, before: int = 0) -> bytes:
    """All bytes of a stream that unpacks; InputError beyond the ceiling. before: bytes that the archive gave."""
    blocks, size = [], 0
    while block := stream.read(BLOCK):
        blocks.append(block)
        size += len(block)
        within(before + size, file, CEILING)
    return b"".join(blocks)


def within(size: int, file: str, ceiling: int) -> None:
    """InputError where a file unpacks to more bytes than the ceiling."""
    if size > ceiling:
        expected = f"a file that unpacks to at most {ceiling >> 20:,} MiB; split it into several"
        raise InputError(place=file, expected=expected, got="more")


def _gunzipped(content: bytes, file: str) -> bytes:
    try:
        with gzip.open(io.BytesIO(content)) as stream:
            return _limited(stream, file)
    except InputError:
        raise
    except DAMAGE:
        raise InputError("the gzip file is damaged or cut short", place=file, expected="a complete export") from None


def _unzipped(content: bytes, file: str) -> Iterator[tuple[str, bytes]]:
    """A workbook as it is, since its reader unpacks it; of another archive the files in it."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            members = [one for one in archive.infolist() if not one.is_dir() and not _hidden(one.filename)]
            if _is_workbook({one.filename for one in archive.infolist()}):
                check_extent(archive, archive.infolist(), file, SPREADSHEET_CEILING)
                yield file, content
                return
            if not 0 < len(members) <= FILES:
                raise InputError(place=file, expected=f"1 to {FILES} order files in it", got=str(len(members)))
            size = 0
            for one in members:
                name, found = _member(archive, one, file, size)
                size += len(found)
                yield name, found
    except InputError:
        raise
    except NotImplementedError as problem:  # how zipfile says that it does not know a way of compression
        expected = "a zip file made with deflate, or the order file itself"
        raise InputError("the zip file cannot be unpacked", place=file, expected=expected, got=str(problem)) from None
    except DAMAGE:
        raise InputError("the zip file is damaged or cut short", place=file, expected="a complete export") from None


def _member(archive: zipfile.ZipFile, one: zipfile.ZipInfo, file: str, before: int) -> tuple[str, bytes]:
    """The name and the bytes of a file in an archive that has given so many bytes before."""
    name = f"{file}/{Path(one.filename).name}"
    if one.flag_bits & 1:
        raise InputError(place=name, expected="an archive without a password; unpack it first", got="a protected file")
    with archive.open(one) as stream:
        content = _some(_limited(stream, name, before), name)
    if content[:4] != b"PK\x03\x04":
        return name, content
    with zipfile.ZipFile(io.BytesIO(content)) as inner:
        if not _is_workbook(set(inner.namelist())):
            raise InputError(place=name, expected="a table", got="an archive within the archive")
        check_extent(inner, inner.infolist(), name, SPREADSHEET_CEILING)
    return name, content


def _hidden(name: str) -> bool:
    return any(part.startswith((".", "__MACOSX")) for part in Path(name).parts)


def _is_workbook(names: set[str]) -> bool:
    return "[Content_Types].xml" in names or {"mimetype", "content.xml"} <= names
