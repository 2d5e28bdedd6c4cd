"""Numbers with units, read and written: "10 d", "2.7 per 365 d", "20 %", "85 CNY", "09:00-21:00".

Reading is exact decimal arithmetic, rounded once; writing looks for the shortest text that reads back to the
very same number. `parse` raises InvalidValue, an InputError without its place.
"""

from __future__ import annotations

import math
import re
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from typing import Any

from scenarios.errors import InvalidValue, shown
from sim.units import Night, Unit

NUMBER = r"[+-]?\d{1,30}(?:\.\d{1,40})?(?:[eE][+-]?\d{1,3})?"
TIMES = {
    "s": Fraction(1, 86400),
    "min": Fraction(1, 1440),
    "h": Fraction(1, 24),
    "d": Fraction(1),
    "w": Fraction(7),
}
_TIME = "(" + "|".join(TIMES) + ")"
_PER = rf"per\s*(?:({NUMBER})\s*)?{_TIME}"
_WINDOW = r"(\d{1,2}:\d{2}(?::[\d.]+)?)\s*-\s*(\d{1,2}:\d{2}(?::[\d.]+)?)"
PATTERNS = {
    "time": rf"({NUMBER})\s*{_TIME}",
    "rate": rf"({NUMBER})\s*(%)?\s*{_PER}",
    "share": rf"({NUMBER})\s*%",
    "multiplier": rf"x\s*({NUMBER})",
    "log effect": rf"({NUMBER})\s*log",
    "money": rf"({NUMBER})\s*([A-Z]{{3}})",
    "money rate": rf"({NUMBER})\s*([A-Z]{{3}})\s*{_PER}",
    "time of day": r"(\d{1,2}):(\d{2})(?::(\d{2}(?:\.\d{1,25})?))?",
    "window of the day": _WINDOW,
    "window over midnight": _WINDOW,
}
_SPANS = {"d": 1.0, "365 d": 365.0, "30 d": 30.0, "w": 7.0, "h": 1 / 24}
_SIZES = {"d": 1.0, "h": 24.0, "min": 1440.0, "s": 86400.0}
BARE = ("number", "count")
HUGE = 10**300
OUT_OF_RANGE = "out of range"
_WHOLE = {"time": "whole days", "money": "whole cents"}
_NOUNS = {
    "money": "an amount",
    "money rate": "an amount per time",
    "number": "a bare number",
    "count": "a bare whole number",
}
_HINTS = {"time": " (s, min, h, d, w)", "rate": " (per s, min, h, d, w)", "money rate": " (per h, d, w ...)"}


def parse(value: Any, unit: Unit, currency: str, *, whole: bool = False) -> float | int:
    """The stored number that a file's value means, inside the unit's range; with no currency, an amount in any."""
    if not currency and unit.kind.startswith("money"):
        currency = _currency_in(value)
    return (_text_parsed if isinstance(value, str) else _parsed)(value, unit, currency, whole)


def _parsed(value: Any, unit: Unit, currency: str, whole: bool) -> float | int:
    exact = _bare(value, unit) if unit.kind in BARE else _with_unit(value, unit, currency)
    number = _float(exact)
    if not unit.low <= number <= unit.high:
        raise InvalidValue(OUT_OF_RANGE, expected=range_text(unit, currency), got=shown(value))
    if whole and exact.denominator != 1:
        raise InvalidValue(expected=_WHOLE.get(unit.kind, "a whole number"), got=shown(value))
    return int(exact) if whole else number


_text_parsed = lru_cache(maxsize=4096)(_parsed)
"""The hundreds of texts in the library's market are read with every question. Plain numbers are not kept: 1 is True."""


def _currency_in(value: Any) -> str:
    """The three capital letters of an amount, or none."""
    found = re.search(r"[A-Z]{3}", value) if isinstance(value, str) else None
    return found[0] if found else ""


def _float(exact: Fraction) -> float:
    return float(exact) if abs(exact) < HUGE else math.copysign(math.inf, 1 if exact > 0 else -1)


def _bare(value: Any, unit: Unit) -> Fraction:
    finite = math.isfinite(value) if isinstance(value, float) else True  # an integer may be too large for a float
    if isinstance(value, bool) or not isinstance(value, int | float) or not finite:
        raise InvalidValue(expected=expected_text(unit, ""), got=shown(value))
    return Fraction(repr(value)) if isinstance(value, float) else Fraction(value)


def _with_unit(value: Any, unit: Unit, currency: str) -> Fraction:
    expected = expected_text(unit, currency)
    if not isinstance(value, str) or re.fullmatch(rf"\s*(?:{NUMBER}|nan|[+-]?inf)\s*", value):
        problem = "the unit is missing" if not isinstance(value, bool | dict | list) else ""
        raise InvalidValue(problem, expected=expected, got=shown(value))
    match = re.fullmatch(PATTERNS[unit.kind], value.strip())
    if not match:
        raise InvalidValue(expected=expected, got=shown(value))
    if unit.kind.startswith("money") and match[2] != currency:
        expected = f"an amount in {currency}, the one currency (market.money.currency)"
        raise InvalidValue(expected=expected, got=shown(value))
    return _READ[unit.kind](match, expected, value)


def _decimal(text: str) -> Fraction:
    return Fraction(Decimal(text))


def _per(count: str | None, time: str, expected: str, value: str) -> Fraction:
    span = (_decimal(count) if count else Fraction(1)) * TIMES[time]
    if span <= 0:
        raise InvalidValue("the time after `per` is not above 0", expected=expected, got=shown(value))
    return span


def _clock(match: re.Match[str], expected: str, value: str) -> Fraction:
    hours, minutes, seconds = int(match[1]), int(match[2]), _decimal(match[3] or "0")
    day = Fraction(hours, 24) + Fraction(minutes, 1440) + seconds / 86400
    if minutes > 59 or seconds >= 60 or day > 1:
        raise InvalidValue(expected="a time of day from 00:00 to 24:00", got=shown(value))
    return day


_READ = {
    "time": lambda m, expected, value: _decimal(m[1]) * TIMES[m[2]],
    "rate": lambda m, expected, value: _decimal(m[1]) / (100 if m[2] else 1) / _per(m[3], m[4], expected, value),
    "share": lambda m, expected, value: _decimal(m[1]) / 100,
    "multiplier": lambda m, expected, value: _decimal(m[1]),
    "log effect": lambda m, expected, value: _decimal(m[1]),
    "money": lambda m, expected, value: _decimal(m[1]) * 100,
    "money rate": lambda m, expected, value: _decimal(m[1]) * 100 / _per(m[3], m[4], expected, value),
    "time of day": _clock,
}


def parse_window(value: Any, unit: Unit) -> tuple[float, float]:
    """A window of the day as two fractions of a day, the first before the second unless it runs over midnight."""
    match = re.fullmatch(PATTERNS[unit.kind], value.strip()) if isinstance(value, str) else None
    ends = [re.fullmatch(PATTERNS["time of day"], text) for text in match.groups()] if match else []
    expected = expected_text(unit, "")
    if len(ends) != 2 or not all(ends):
        raise InvalidValue(expected=expected, got=shown(value))
    low, high = (float(_clock(end, "", value)) for end in ends if end)
    if low == high:
        raise InvalidValue("the window is empty", expected=expected, got=shown(value))
    if low > high and unit != Night:
        begins, ends_ = match.groups() if match else ("", "")
        parts = [f'"{one}"' for one, span in ((f"{begins}-24:00", 1.0 - low), (f"00:00-{ends_}", high)) if span > 0.0]
        expected = (
            f"two windows, of two shifts: {parts[0]} and {parts[1]}" if len(parts) > 1 else f"the window {parts[0]}"
        )
        raise InvalidValue("the window runs over midnight", expected=expected, got=shown(value))
    return low, high


def expected_text(unit: Unit, currency: str) -> str:
    """What a value of this unit looks like."""
    example = unit.example.replace("CNY", currency) if currency else unit.example
    noun = _NOUNS.get(unit.kind, f"a {unit.kind}")
    return (
        f"{noun} such as {example}" if unit.kind in BARE else f'{noun} such as "{example}"{_HINTS.get(unit.kind, "")}'
    )


def range_text(unit: Unit, currency: str) -> str:
    """The closed range of a unit as a user would write it."""
    low, high = (str(format_number(end, unit, currency)) for end in (unit.low, unit.high))
    return f"{low} to {high}"


def format_number(value: float, unit: Unit, currency: str, digits: int | None = None) -> str | int | float:
    """A stored number in the file's notation; `parse` gives back the same number, to the bit.

    With `digits` the text is rounded to so many significant digits, for people.
    """
    if digits is not None:
        return _rounded(value, unit, currency, digits)
    if unit.kind in BARE:
        return int(value) if unit.kind == "count" or value == int(value) else float(value)
    texts = [text for text in _nice(value, unit.kind, currency) if _means(text, value, unit, currency)]
    return _shortest(texts) if texts else _exact(Decimal(repr(value)), unit.kind, currency)


def _rounded(value: float, unit: Unit, currency: str, digits: int) -> str | int | float:
    short = float(f"{value:.{digits}g}")
    if unit.kind in BARE:
        return format_number(short, unit, currency)
    texts = _nice(value, unit.kind, currency, digits)
    return _shortest(texts) if texts else _exact(Decimal(repr(short)), unit.kind, currency)


def _means(text: str, value: float, unit: Unit, currency: str) -> bool:
    return _float(_with_unit(text, unit, currency)) == value


def _shortest(texts: list[str]) -> str:
    """The shortest text; the first, in the usual unit, may be two characters longer."""
    return min(texts, key=lambda text: len(text) + 2 * (text != texts[0]))


def parse_or_none(text: str, unit: Unit, currency: str) -> float | None:
    """The number, or None where the text is not of this unit or out of its range."""
    try:
        return parse(text, unit, currency)
    except ValueError:
        return None


def _nice(value: float, kind: str, currency: str, digits: int = 12) -> list[str]:
    spans = {name: days for name, days in _SPANS.items() if value * days >= 1 or name == "365 d"}
    if kind == "time":
        return [f"{_short(value * size, digits)} {name}" for name, size in _SIZES.items() if value * size >= 1]
    if kind == "rate":
        return [f"{_short(value * days, digits)} per {name}" for name, days in spans.items()]
    if kind == "money rate":
        return [f"{_short(value * days / 100, digits)} {currency} per {name}" for name, days in spans.items()]
    if kind == "time of day":
        minutes, seconds = divmod(round(value * 86400), 60)
        texts = [f"{round(value * 1440) // 60:02d}:{round(value * 1440) % 60:02d}"]
        return texts + [f"{minutes // 60:02d}:{minutes % 60:02d}:{seconds:02d}"] * (seconds > 0)
    return []


def _short(value: float, digits: int) -> str:
    return _plain(Decimal(f"{value:.{digits}g}"))


def _exact(value: Decimal, kind: str, currency: str) -> str:
    text = _plain(value)
    if kind == "time of day":
        minutes, seconds = divmod(round(value * 86400, 20), 60)
        return f"{int(minutes) // 60:02d}:{int(minutes) % 60:02d}:{seconds:023.20f}"
    return {
        "time": f"{text} d",
        "rate": f"{text} per d",
        "share": f"{_plain(value.scaleb(2))} %",
        "multiplier": f"x {_plain(value)}",
        "log effect": f"{'+' if value > 0 else ''}{_plain(value)} log",
        "money": f"{_plain(value.scaleb(-2))} {currency}",
        "money rate": f"{_plain(value.scaleb(-2))} {currency} per d",
    }[kind]


def _plain(value: Decimal) -> str:
    text = format(value, "f")
    if len(text) > 25:
        return str(value.normalize())
    return text.rstrip("0").rstrip(".") if "." in text else text


def format_window(window: tuple[float, float]) -> str:
    """A window of the day in the file's notation."""
    unit = Unit("time of day", "", "20:00", "identity", 0.0, 1.0)
    return "-".join(str(format_number(end, unit, "")) for end in window)
