"""Which encoding the bytes of a text file are in."""

from __future__ import annotations

import codecs
import re
from collections.abc import Callable

from scenarios.errors import InputError

MARKS = (
    (codecs.BOM_UTF8, "utf-8", ""),
    (codecs.BOM_UTF32_LE, "utf-32-le", "UTF-32"),
    (codecs.BOM_UTF16_LE, "utf-16-le", "UTF-16"),
    (codecs.BOM_UTF16_BE, "utf-16-be", "UTF-16"),
)
"""Byte order marks, the longer ones first, and the names under which they are said."""
SAMPLE = 1 << 20
"""Bytes of the lines that are not ASCII, from which an encoding without marks is judged."""
FEW_ZEROS = 0.2
"""Least share of zeros in every other byte of UTF-16, and their greatest share in the others."""
LEAST = 0.5
"""Share of characters that must be common in an encoding for it to be taken."""

TWO_BYTES = re.compile(rb"[\x81-\xfe][\x40-\x7e\x80-\xfe]")
WESTERN = re.compile(
    rb"(?<![\x80-\xff])(?:[\xc0-\xd6\xd8-\xf6\xf8-\xff\x8a\x8c\x8e\x9a\x9c\x9e\x9f]{1,2}"
    rb"|[\x80\x91-\x94\x96\x97\x85\xa0\xa3\xa7\xa9\xab\xae\xb0\xb2\xb4\xb7\xba\xbb]{1,2})(?![\x80-\xff])"
)
"""One or two letters or usual signs of cp1252 between ASCII characters, as accents stand in Western words."""


def utf8_of(content: bytes, file: str) -> tuple[bytes, str]:
    """The bytes of a text in UTF-8 without a mark, and a note on how it was read, if it was not UTF-8.

    UTF-8, UTF-16 and UTF-32 are recognised by their marks, UTF-16 without one by its zeros, UTF-8 by its validity;
    GB18030 (GBK), Big5 and cp1252 by which of them gives common characters. Raises InputError where none fits.
    """
    for mark, encoding, name in MARKS:
        if content.startswith(mark):
            text = _decoded(content[len(mark) :], encoding, file)
            return text.encode(), f"the file was read as {name}" if name else ""
    ended = content.rstrip(b"\x00")
    if len(ended) < len(content) and b"\x00" not in ended:
        plain, note = utf8_of(ended, file)
        return plain, "; ".join(filter(None, ["zero bytes at the end of the file were left out", note]))
    if b"\x00" in content[:SAMPLE]:
        text = _decoded(content, _by_zeros(content, file), file)
        return text.encode(), "the file was read as UTF-16 (it has no mark)"
    if b"\x00" in content:
        raise _binary(content, file)
    try:
        content.decode("utf-8")
        return content, ""
    except UnicodeDecodeError as problem:
        row = content[: problem.start].count(b"\n") + 1
    fitting = [(score(_sample(content)), name, encoding) for name, encoding, score in CANDIDATES]
    for share, name, encoding in sorted(fitting, key=lambda one: -one[0]):
        if share >= LEAST:
            try:
                return content.decode(encoding).encode(), f"the file is not UTF-8 and was read as {name}"
            except UnicodeDecodeError:
                continue
    expected = "text in UTF-8, UTF-16, GB18030 (GBK), Big5 or cp1252"
    raise InputError(place=f"{file}: row {row}", expected=expected, got="other bytes")


def _decoded(content: bytes, encoding: str, file: str) -> str:
    try:
        return content.decode(encoding)
    except UnicodeDecodeError:
        expected = f"a complete file in {encoding.upper()}, as its first bytes say"
        raise InputError(place=file, expected=expected, got="other bytes") from None


def _by_zeros(content: bytes, file: str) -> str:
    """UTF-16 by where its zeros stand: ASCII characters, which every order file has, hold one each."""
    start = content[: 1 << 16]
    even, odd = start[::2].count(0), start[1::2].count(0)
    if max(even, odd) > FEW_ZEROS * len(start) / 2 and min(even, odd) < FEW_ZEROS * max(even, odd):
        return "utf-16-le" if odd > even else "utf-16-be"
    raise _binary(content, file)


def _binary(content: bytes, file: str) -> InputError:
    row = content[: content.index(b"\x00")].count(b"\n") + 1
    return InputError(place=f"{file}: row {row}", expected="an order file as text", got="binary data")


# --- encodings without marks -----------------------------------------------------------------------


def _sample(content: bytes) -> bytes:
    """The first lines that are not ASCII, joined."""
    lines, size = [], 0
    for line in content.splitlines():
        if not line.isascii():
            lines.append(line)
            size += len(line)
        if size > SAMPLE:
            break
    return b"\n".join(lines)


def _pairs(sample: bytes, common: Callable[[int, int], bool]) -> float:
    """Share of common characters among those of two bytes; 0 where bytes are left over, as no pair has them."""
    pairs = TWO_BYTES.findall(sample)
    if not pairs or not TWO_BYTES.sub(b"", sample).isascii():
        return 0.0
    return sum(common(first, second) for first, second in pairs) / len(pairs)


def _gbk(sample: bytes) -> float:
    """The 3,755 common characters of GB 2312 and its signs; the others of GBK, traditional ones among them, by half."""
    common = _pairs(sample, lambda first, second: second >= 0xA1 and (0xA1 <= first <= 0xA3 or 0xB0 <= first <= 0xD7))
    return 0.5 * common + 0.5 * _pairs(sample, lambda first, second: True)


def _big5(sample: bytes) -> float:
    """The 5,401 common characters of Big5 and its signs: the first byte from A1 to C6."""
    return (
        _pairs(sample, lambda first, second: 0xA1 <= first <= 0xC6 and (second < 0x7F or second >= 0xA1)) - 1e-6
    )  # where both fit alike, GB18030 is taken


def _cp1252(sample: bytes) -> float:
    """Bytes that are letters between ASCII characters, out of all that are not ASCII."""
    high = sum(byte > 0x7F for byte in sample)
    return sum(map(len, WESTERN.findall(sample))) / high if high else 0.0


CANDIDATES: tuple[tuple[str, str, Callable[[bytes], float]], ...] = (
    ("GB18030 (GBK)", "gb18030", _gbk),
    ("Big5", "big5hkscs", _big5),
    ("cp1252 (Western European)", "cp1252", _cp1252),
)
