"""Rhythms ("1.5 shop cycles"), tests of what the shop can see ("30 d .. 90 d"), bounds ("< 2 % per 30 d")."""

from __future__ import annotations

import re
from typing import Any, Literal

from scenarios.values.quantities import NUMBER, parse, parse_or_none, shown, written
from scenarios.values.question import Limit
from sim import units as u
from sim.scenario import Range, Rhythm

_EVERY = u.Days.within(1.0, 3650.0)
_CYCLES = 100.0
_TEST = re.compile(r"(<=|>=|<|>|=)\s*(.+)")
_LIMIT = re.compile(rf"(<=|>=|<|>)\s*(.+?)(?:\s+per\s+({NUMBER}\s*(?:min|h|d|w)))?")
_LIMIT_UNITS = (u.Share, u.Days, u.Money, u.Factor)


def parse_rhythm(value: Any) -> Rhythm:
    """An interval in days, shop cycles or own cycles."""
    allowed = 'allowed "15 d", "1.5 shop cycles" or "1 own cycle"'
    text = value.strip() if isinstance(value, str) else ""
    match = re.fullmatch(rf"({NUMBER})\s+(shop|own)\s+cycles?", text)
    if not match:
        if parse_or_none(text, u.Days, "") is None:
            raise ValueError(f"is not a rhythm; {allowed}; got {shown(value)}")
        return Rhythm(parse(text, _EVERY, ""))
    if not 0.0 < float(match[1]) <= _CYCLES:
        raise ValueError(f"is outside its range; allowed above 0 and up to {_CYCLES:g} cycles; got {shown(value)}")
    of: Literal["shop_cycle", "own_cycle"] = "shop_cycle" if match[2] == "shop" else "own_cycle"
    return Rhythm(float(match[1]), of)


def written_rhythm(rhythm: Rhythm) -> str:
    """A rhythm in the file's notation."""
    if rhythm.of == "day":
        return str(written(rhythm.value, u.Days, ""))
    count = written(rhythm.value, u.Number, "")
    return f"{count} {rhythm.of.removesuffix('_cycle')} cycle{'' if count == 1 else 's'}"


def parse_interval(value: Any, unit: u.Unit, currency: str) -> Range:
    """A test of one View column: one or two comparisons, a range, or a bare count."""
    if unit.kind == "count" and isinstance(value, int) and not isinstance(value, bool):
        value = f"= {value}"
    if not isinstance(value, str):
        raise ValueError(f"is not a test; allowed {_tests(unit, currency)}; got {shown(value)}")
    if ".." in value:
        low, high = (_end(part, unit, currency, value) for part in value.split("..", 1))
        interval = Range(low, high, high_closed=unit.kind == "count")
    else:
        interval = Range()
        for part in value.split(","):
            interval = _narrowed(interval, part, unit, currency, value)
    if interval.low is not None and interval.high is not None and interval.low > interval.high:
        raise ValueError(f"ends before it begins; allowed {_tests(unit, currency)}; got {shown(value)}")
    return interval


def _tests(unit: u.Unit, currency: str) -> str:
    """Examples of tests; the range runs up to three times its beginning."""
    one = unit.example.replace("CNY", currency)
    three = re.sub(NUMBER, lambda match: f"{3 * float(match[0]):g}", one, count=1)
    return f'"< {one}", ">= {one}" or a range such as "{one} .. {three}"'


def _end(text: str, unit: u.Unit, currency: str, whole: str) -> float:
    text = text.strip()
    if unit.kind in ("count", "number") and re.fullmatch(NUMBER, text):
        return float(parse(float(text), unit, currency))
    try:
        return float(parse(text, unit, currency))
    except ValueError as error:
        if "outside" in str(error) or "currency" in str(error):
            raise
        raise ValueError(f"is not a test; allowed {_tests(unit, currency)}; got {shown(whole)}") from None


def _narrowed(interval: Range, part: str, unit: u.Unit, currency: str, value: str) -> Range:
    match = _TEST.fullmatch(part.strip())
    if not match:
        raise ValueError(f"is not a test; allowed {_tests(unit, currency)}; got {shown(value)}")
    sign, end = match[1], _end(match[2], unit, currency, value)
    low, high, low_open, high_closed = interval.low, interval.high, interval.low_open, interval.high_closed
    taken = (low is not None and sign[0] in ">=") or (high is not None and sign[0] in "<=")
    if taken:
        raise ValueError(f"sets one end twice; allowed {_tests(unit, currency)}; got {shown(value)}")
    if sign in (">", ">=", "="):
        low, low_open = end, sign == ">"
    if sign in ("<", "<=", "="):
        high, high_closed = end, sign != "<"
    return Range(low, high, low_open, high_closed)


def written_interval(interval: Range, unit: u.Unit, currency: str) -> str:
    """A test of a View column in the file's notation."""
    tests = []
    if interval.low is not None:
        tests.append(f"{'>' if interval.low_open else '>='} {written(interval.low, unit, currency)}")
    if interval.high is not None:
        tests.append(f"{'<=' if interval.high_closed else '<'} {written(interval.high, unit, currency)}")
    return ", ".join(tests)


def parse_limit(value: Any, currency: str) -> Limit:
    """A bound on a measure, its value in stored units and its window in days."""
    match = _LIMIT.fullmatch(value.strip()) if isinstance(value, str) else None
    bound = _bound(match[2], currency) if match else None
    if match is None or bound is None:
        allowed = f'allowed "< 2 % per 30 d", "> 90 %", "< 12 h" or "> 5000 {currency}"'
        raise ValueError(f"is not a bound; {allowed}; got {shown(value)}")
    per = float(parse(match[3], u.Days, currency)) if match[3] else None
    return Limit(value.strip(), match[1][0] == ">", len(match[1]) == 1, bound, per)


def _bound(text: str, currency: str) -> float | None:
    if re.fullmatch(NUMBER, text):
        return float(text)
    found = (parse_or_none(text, unit, currency) for unit in _LIMIT_UNITS)
    return next((float(number) for number in found if number is not None), None)
