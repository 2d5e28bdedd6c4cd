"""Which encoding the bytes of a text file are in."""

from __future__ import annotations

import codecs
import re
from collections.abc import Callable
from dataclasses import dataclass

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
LEAST, MOST = 0.5, 0.8
"""Share of characters that must be common in an encoding, or words of an alphabet, for it to be taken."""

TWO_BYTES = re.compile(rb"[\x81-\xfe][\x40-\x7e\x80-\xfe]")
SHIFT_JIS = re.compile(rb"[\x81-\x9f\xe0-\xfc][\x40-\x7e\x80-\xfc]|[\xa1-\xdf]")
EUC_JP = re.compile(rb"[\xa1-\xfe][\xa1-\xfe]|\x8e[\xa1-\xdf]")
WESTERN = re.compile(
    rb"(?<![\x80-\xff])(?:[\xc0-\xd6\xd8-\xf6\xf8-\xff\x8a\x8c\x8e\x9a\x9c\x9e\x9f]{1,2}"
    rb"|[\x80\x91-\x94\x96\x97\x85\xa0\xa3\xa7\xa9\xab\xae\xb0\xb2\xb4\xb7\xba\xbb]{1,2})(?![\x80-\xff])"
)
"""One or two letters or usual signs of cp1252 between ASCII characters, as accents stand in Western words."""
THAI = rb"(?=[\x80-\xff]{3})(?:[\xe0-\xe4]?[\xa1-\xce][\xd1\xd4-\xda]?[\xe7-\xed]?[\xd0\xd2\xd3\xe5]?|[\xcf\xe6])+"
"""Three bytes or more of Thai syllables: a vowel before a consonant, the consonant, and signs after it."""
ALONE = rb"(?<![\x80-\xffA-Za-z])(?:%b)(?![\x80-\xffA-Za-z])"
"""A word without other letters beside it."""
FEW_LETTERS, FEW_HANGUL = 4, 12
"""Different letters that an alphabet takes to be recognised, and characters that must all be Korean syllables."""
CHINESE = (
    "订单 買家 买家 客户 客戶 顾客 顧客 会员 會員 用户 付款 支付 金额 金額 时间 時間 日期 实付 状态 交易 商品 訂單"
)
JAPANESE = "注文 顧客 番号 金額 日付 会員 氏名 商品 数量 受注 購入 合計 お客 状況"
KOREAN = "주문 고객 결제 금액 번호 이름 상품 날짜 일자 수량 회원 일시 성명 상태"
"""Words of order files in two-byte encodings that share their bytes."""


def utf8_of(content: bytes, file: str, encoding: str | None = None) -> tuple[bytes, str]:
    """The bytes of a text in UTF-8 without a mark, and a note on how it was read, if it was not UTF-8.

    UTF-8, UTF-16 and UTF-32 are recognised by their marks, UTF-16 without one by its zeros, UTF-8 by its validity;
    others by which of them gives words of order files, or else common characters. Raises InputError where none fits.
    encoding: of text without a mark, as the user has named it.
    """
    for mark, marked, name in MARKS:
        if content.startswith(mark):
            text = _decoded(content[len(mark) :], marked, file)
            return text.encode(), f"the file was read as {name}" if name else ""
    if encoding:
        return _as_named(content, encoding, file).encode(), ""
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
    sample = _sample(content)
    fitting = [(_likeness(sample, one), one) for one in CANDIDATES]
    for share, one in sorted(fitting, key=lambda pair: -pair[0]):
        if share >= LEAST:
            try:
                note = f"the file is not UTF-8 and was read as {one.name} (--encoding NAME for another)"
                return content.decode(one.codec).encode(), note
            except UnicodeDecodeError:
                continue
    known = ", ".join(one.codec for one in CANDIDATES)
    expected = f"text in UTF-8, UTF-16 or an encoding that its bytes show ({known}), or --encoding NAME"
    raise InputError(place=f"{file}: row {row}", expected=expected, got="other bytes")


def _as_named(content: bytes, encoding: str, file: str) -> str:
    try:
        return content.decode(encoding).removeprefix("\ufeff")
    except (LookupError, ValueError) as problem:
        if not isinstance(problem, UnicodeDecodeError):
            expected = "an encoding that Python knows, such as utf-8, gb18030, shift_jis or cp1251"
            raise InputError(place="--encoding", expected=expected, got=repr(encoding)) from None
        row = content[: problem.start].count(b"\n") + 1
    expected = f"text in {encoding}, as --encoding says"
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
    return InputError(place=f"{file}: row {row}", expected="a table as text", got="binary data")


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


@dataclass(frozen=True)
class Candidate:
    """An encoding: its name for people and for Python, the share of common characters, and words that show it."""

    name: str
    codec: str
    common: Callable[[bytes], float]
    words: str = ""


def _likeness(sample: bytes, one: Candidate) -> float:
    """How well an encoding fits: 0 to 1 by its characters, above 1 where it gives a word of order files."""
    share = one.common(sample)
    if one.words and any(word in sample.decode(one.codec, errors="replace") for word in one.words.split()):
        share += 1.0
    return share


def _pairs(sample: bytes, common: Callable[[int, int], bool]) -> float:
    """Share of common characters among those of two bytes; 0 where bytes are left over, as no pair has them."""
    pairs = TWO_BYTES.findall(sample)
    if not pairs or not TWO_BYTES.sub(b"", sample).isascii():
        return 0.0
    return sum(bool(common(first, second)) for first, second in pairs) / len(pairs)


def _gbk(sample: bytes) -> float:
    """The 3,755 common characters of GB 2312 and its signs; the others of GBK, traditional ones among them, by half."""
    common = _pairs(sample, lambda first, second: second >= 0xA1 and (0xA1 <= first <= 0xA3 or 0xB0 <= first <= 0xD7))
    return 0.5 * common + 0.5 * _pairs(sample, lambda first, second: True)


def _big5(sample: bytes) -> float:
    """The 5,401 common characters of Big5 and its signs: the first byte from A1 to C6."""
    return (
        _pairs(sample, lambda first, second: 0xA1 <= first <= 0xC6 and (second < 0x7F or second >= 0xA1)) - 1e-6
    )  # where both fit alike, GB18030 is taken


def _shift_jis(sample: bytes) -> float:
    """Signs, kana and the 2,965 common kanji; katakana of one byte, which other encodings' bytes look like, by half."""
    found = SHIFT_JIS.findall(sample)
    if not found or not SHIFT_JIS.sub(b"", sample).isascii():
        return 0.0
    common = [0.5 if len(one) == 1 else float(one[0] <= 0x83 or 0x88 <= one[0] <= 0x98) for one in found]
    return sum(common) / len(common)


def _euc_jp(sample: bytes) -> float:
    """Kana and common kanji. Only kana tell them from Chinese characters, whose bytes are the same."""
    found = EUC_JP.findall(sample)
    if not found or not EUC_JP.sub(b"", sample).isascii():
        return 0.0
    kana = sum(one[0] in (0xA4, 0xA5, 0x8E) for one in found) / len(found)
    common = sum(one[0] in (0xA1, 0xA3, 0xA4, 0xA5, 0x8E) or 0xB0 <= one[0] <= 0xCF for one in found) / len(found)
    likeness: float = common + kana if kana > 0.05 else min(common, LEAST - 0.1)
    return likeness


def _euc_kr(sample: bytes) -> float:
    """Korean syllables. Their bytes are those of half of the Chinese characters, so it takes several to tell."""
    common = _pairs(sample, lambda first, second: second >= 0xA1 and (0xA1 <= first <= 0xA3 or 0xB0 <= first <= 0xC8))
    several = len(set(TWO_BYTES.findall(sample))) >= FEW_HANGUL
    return common + 0.05 if several and common > 0.98 else min(common, LEAST - 0.1)


def _in_runs(sample: bytes, pattern: re.Pattern[bytes]) -> float:
    """Share of the bytes that are not ASCII in what matches."""
    high = sum(byte > 0x7F for byte in sample)
    return sum(sum(byte > 0x7F for byte in run) for run in pattern.findall(sample)) / high if high else 0.0


def _western(sample: bytes) -> float:
    return _in_runs(sample, WESTERN)


def _alphabet(word: bytes) -> Callable[[bytes], float]:
    """How many of the bytes are in words of an alphabet, if most are; a little less than for text of two bytes."""
    pattern = re.compile(ALONE % word)

    def common(sample: bytes) -> float:
        share = _in_runs(sample, pattern)
        several = len({byte for byte in sample if byte > 0x7F}) >= FEW_LETTERS
        return 0.95 * share if several and share >= MOST else 0.0

    return common


def _cased(capitals: bytes, letters: bytes) -> Callable[[bytes], float]:
    """Words whose small letters follow at most one capital."""
    return _alphabet(rb"[%b]?[%b]+|[%b]+" % (capitals, letters, capitals))


CANDIDATES = (
    Candidate("GB18030 (GBK)", "gb18030", _gbk, CHINESE),
    Candidate("Big5", "big5hkscs", _big5, CHINESE),
    Candidate("Shift JIS", "cp932", _shift_jis, JAPANESE),
    Candidate("EUC-JP", "euc_jp", _euc_jp, JAPANESE),
    Candidate("EUC-KR (cp949)", "cp949", _euc_kr, KOREAN),
    Candidate("cp1252 (Western European)", "cp1252", _western),
    Candidate("cp1251 (Cyrillic)", "cp1251", _cased(rb"\xa8\xc0-\xdf", rb"\xb8\xe0-\xff")),
    Candidate("KOI8-R (Cyrillic)", "koi8-r", _cased(rb"\xb3\xe0-\xff", rb"\xa3\xc0-\xdf")),
    Candidate("cp1253 (Greek)", "cp1253", _cased(rb"\xa2\xb8-\xbf\xc1-\xd9", rb"\xdc-\xdf\xe1-\xfe")),
    Candidate("cp874 (Thai)", "cp874", _alphabet(THAI)),
)
