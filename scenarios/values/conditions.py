"""Rhythms ("1.5 shop cycles"), tests of what the shop can see ("30 d .. 90 d"), bounds ("< 2 % per 30 d")."""

from __future__ import annotations

import re
from typing import Any, Literal

from scenarios.errors import InvalidValue, shown
from scenarios.values.criteria import Limit
from scenarios.values.quantities import NUMBER, OUT_OF_RANGE, PATTERNS, format_number, parse, parse_or_none
from sim import units as u
from sim.scenario import Range, Rhythm

_EVERY = u.Days.within(1.0, 3650.0)
_CYCLES = 100.0
_TEST = re.compile(r"(<=|>=|<|>|=)\s*(.+)")
_LIMIT = re.compile(rf"(<=|>=|<|>)\s*(.+?)(?:\s+per\s+({NUMBER}\s*(?:min|h|d|w)))?")
_LIMIT_UNITS = (u.Share.within(-100.0, 1.0), u.Days, u.Money.within(-1e13, 1e13), u.Factor)
"""Of bounds: margins and profits may be below zero."""
_PER = u.Days.within(1.0 / 24.0, u.Days.high)


def parse_rhythm(value: Any) -> Rhythm:
    """An interval in days, shop cycles or own cycles."""
    text = value.strip() if isinstance(value, str) else ""
    match = re.fullmatch(rf"({NUMBER})\s+(shop|own)\s+cycles?", text)
    if not match:
        if parse_or_none(text, u.Days, "") is None:
            raise InvalidValue(expected='"15 d", "1.5 shop cycles" or "1 own cycle"', got=shown(value))
        return Rhythm(parse(text, _EVERY, ""))
    if not 0.0 < float(match[1]) <= _CYCLES:
        raise InvalidValue(OUT_OF_RANGE, expected=f"above 0 and up to {_CYCLES:g} cycles", got=shown(value))
    of: Literal["shop_cycle", "own_cycle"] = "shop_cycle" if match[2] == "shop" else "own_cycle"
    return Rhythm(float(match[1]), of)


def format_rhythm(rhythm: Rhythm) -> str:
    """A rhythm in the file's notation."""
    if rhythm.of == "day":
        return str(format_number(rhythm.value, u.Days, ""))
    count = format_number(rhythm.value, u.Number, "")
    return f"{count} {rhythm.of.removesuffix('_cycle')} cycle{'' if count == 1 else 's'}"


def parse_interval(value: Any, unit: u.Unit, currency: str) -> Range:
    """A test of one View column: one or two comparisons, a range, or a bare count."""
    if unit.kind == "count" and isinstance(value, int) and not isinstance(value, bool):
        value = f"= {value}"
    if not isinstance(value, str):
        raise _not_a_test(unit, currency, value)
    if ".." in value:
        low, high = (_end(part, unit, currency, value) for part in value.split("..", 1))
        interval = Range(low, high, high_closed=unit.kind == "count")
    else:
        interval = Range()
        for part in value.split(","):
            interval = _narrowed(interval, part, unit, currency, value)
    if interval.low is not None and interval.high is not None and interval.low > interval.high:
        raise _not_a_test(unit, currency, value, "the range ends before it begins")
    return interval


def _not_a_test(unit: u.Unit, currency: str, value: Any, problem: str = "") -> InvalidValue:
    """The error with examples of tests; the range runs up to three times its beginning."""
    one = unit.example.replace("CNY", currency or "CNY")
    three = re.sub(NUMBER, lambda match: f"{3 * float(match[0]):g}", one, count=1)
    expected = f'"< {one}", ">= {one}" or a range such as "{one} .. {three}"'
    return InvalidValue(problem, expected=expected, got=shown(value))


def _end(text: str, unit: u.Unit, currency: str, whole: str) -> float:
    """One end of a test. What is like a number of the unit has that number's own error, all else that of the test."""
    text = text.strip()
    if unit.kind in ("count", "number") and re.fullmatch(NUMBER, text):
        return float(parse(float(text), unit, currency))
    if unit.kind in PATTERNS and re.fullmatch(PATTERNS[unit.kind], text):
        return float(parse(text, unit, currency))
    raise _not_a_test(unit, currency, whole)


def _narrowed(interval: Range, part: str, unit: u.Unit, currency: str, value: str) -> Range:
    match = _TEST.fullmatch(part.strip())
    if not match:
        raise _not_a_test(unit, currency, value)
    sign, end = match[1], _end(match[2], unit, currency, value)
    low, high, low_open, high_closed = interval.low, interval.high, interval.low_open, interval.high_closed
    taken = (low is not None and sign[0] in ">=") or (high is not None and sign[0] in "<=")
    if taken:
        raise _not_a_test(unit, currency, value, "one end is stated twice")
    if sign in (">", ">=", "="):
        low, low_open = end, sign == ">"
    if sign in ("<", "<=", "="):
        high, high_closed = end, sign != "<"
    return Range(low, high, low_open, high_closed)


def format_interval(interval: Range, unit: u.Unit, currency: str) -> str:
    """A test of a View column in the file's notation."""
    tests = []
    if interval.low is not None:
        tests.append(f"{'>' if interval.low_open else '>='} {format_number(interval.low, unit, currency)}")
    if interval.high is not None:
        tests.append(f"{'<=' if interval.high_closed else '<'} {format_number(interval.high, unit, currency)}")
    return ", ".join(tests)


def parse_limit(value: Any, currency: str) -> Limit:
    """A bound on a measure, its value in stored units and its window in days."""
    match = _LIMIT.fullmatch(value.strip()) if isinstance(value, str) else None
    bound = _bound(match[2], currency) if match else None
    if match is None or bound is None:
        expected = f'a bound such as "< 2 % per 30 d", "> 90 %", "< 12 h" or "> 5000 {currency or "CNY"}"'
        raise InvalidValue(expected=expected, got=shown(value))
    per = float(parse(match[3], _PER, currency)) if match[3] else None
    return Limit(value.strip(), match[1][0] == ">", len(match[1]) == 1, bound, per)


def _bound(text: str, currency: str) -> float | None:
    if re.fullmatch(NUMBER, text):
        return float(text)
    found = (parse_or_none(text, unit, currency) for unit in _LIMIT_UNITS)
    return next((float(number) for number in found if number is not None), None)
