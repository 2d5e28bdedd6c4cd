"""Numbers with units are read exactly and written back to the same bits."""

from __future__ import annotations

import math
from fractions import Fraction

import pytest
from hypothesis import given, settings, strategies as st

from scenarios.errors import InvalidValue
from scenarios.values.quantities import format_number, format_window, parse, parse_window
from sim import units as u
from tests.scenarios.error_parts import Parts

UNITS = [u.Days, u.PerDay, u.Share, u.Factor, u.LogEffect, u.Number, u.Spread, u.TimeOfDay, u.MoneyPerDay]


@pytest.mark.parametrize(
    ("text", "unit", "stored"),
    [
        ("90 s", u.Days, 90 / 86400),
        ("20 min", u.Days, 20 / 1440),
        ("12 h", u.Days, 0.5),
        ("10 d", u.Days, 10.0),
        ("6 w", u.Days, 42.0),
        ("2.7 per 365 d", u.PerDay, 2.7 / 365),
        ("1 % per w", u.PerDay, 0.01 / 7),
        ("120 per d", u.PerDay, 120.0),
        ("0.5 per h", u.PerDay, 12.0),
        ("20 %", u.Share, 0.2),
        ("x 1.25", u.Factor, 1.25),
        ("+0.02 log", u.LogEffect, 0.02),
        ("-0.3 log", u.LogEffect, -0.3),
        ("85 CNY", u.Money, 8500),
        ("0.05 CNY", u.Money, 5),
        ("25 CNY per h", u.MoneyPerDay, 60000.0),
        ("3000 CNY per 30 d", u.MoneyPerDay, 10000.0),
        ("20:00", u.TimeOfDay, 20 / 24),
        ("23:59:59", u.TimeOfDay, 86399 / 86400),
        (5, u.Count, 5),
        (1.5, u.Number, 1.5),
    ],
)
def test_numbers_with_units_are_read(text: str | float, unit: u.Unit, stored: float) -> None:
    assert parse(text, unit, "CNY", whole=unit in (u.Money, u.Count)) == pytest.approx(stored, rel=1e-15)


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: f"{unit.kind} {unit.scale}")
@settings(max_examples=150)
@given(data=st.data())
def test_writing_then_reading_gives_the_same_number(unit: u.Unit, data: st.DataObject) -> None:
    low = 1e-6 if unit.kind == "time of day" else unit.low
    value = data.draw(st.floats(low, unit.high, allow_nan=False))
    assert parse(format_number(value, unit, "CNY"), unit, "CNY") == value


@settings(max_examples=150)
@given(cents=st.integers(0, 10**13), count=st.integers(0, 10**9))
def test_whole_numbers_stay_whole(cents: int, count: int) -> None:
    again = parse(format_number(cents, u.Money, "EUR"), u.Money, "EUR", whole=True)
    assert (again, type(again)) == (cents, int)
    assert parse(format_number(count, u.Count, "EUR"), u.Count, "EUR", whole=True) == count


@given(st.tuples(st.integers(0, 1440), st.integers(0, 1440)).filter(lambda ends: ends[0] < ends[1]))
def test_windows_come_back(minutes: tuple[int, int]) -> None:
    window = (minutes[0] / 1440, minutes[1] / 1440)
    assert parse_window(format_window(window), u.Window) == window


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (10.0, u.Days, "10 d"),
        (3.5, u.Days, "3.5 d"),
        (20 / 1440, u.Days, "20 min"),
        (0.5, u.Days, "12 h"),
        (float(Fraction(27, 3650)), u.PerDay, "2.7 per 365 d"),
        (0.155, u.Share, "15.5 %"),
        (8500, u.Money, "85 CNY"),
        (60000.0, u.MoneyPerDay, "600 CNY per d"),
        (0.5, u.TimeOfDay, "12:00"),
        (0.02, u.LogEffect, "+0.02 log"),
        (1e-300, u.Factor, "x 1E-300"),
    ],
)
def test_numbers_are_written_in_the_usual_unit(value: float, unit: u.Unit, text: str) -> None:
    assert format_number(value, unit, "CNY") == text


def test_rounds_for_people() -> None:
    assert format_number(0.0074529384712345, u.PerDay, "CNY", digits=4) == "2.72 per 365 d"
    assert format_number(0.123456789, u.Share, "CNY", digits=4) == "12.35 %"
    assert format_number(1.23456789, u.Number, "CNY", digits=4) == 1.235


@pytest.mark.parametrize(
    ("value", "unit", "parts"),
    [
        (10, u.Days, Parts("", "10", '"10 d"')),
        ("10", u.Days, Parts("", "'10'", '"10 d"')),
        ("10 months", u.Days, Parts("", "'10 months'", '"10 d"')),
        (True, u.Days, Parts("", "True", '"10 d"')),
        ("-1 d", u.Days, Parts("", "'-1 d'", "0 d to 36500 d")),
        ("1e999 d", u.Days, Parts("", "'1e999 d'", "0 d to 36500 d")),
        ("120 %", u.Share, Parts("", "'120 %'", "0 % to 100 %")),
        (0.2, u.Share, Parts("", "0.2", '"20 %"')),
        (
            "5 per 0 d",
            u.PerDay,
            Parts("", "'5 per 0 d'", '"2.7 per 365 d"'),
        ),
        (
            "85 EUR",
            u.Money,
            Parts("", "'85 EUR'"),
        ),
        ("85.005 CNY", u.Money, Parts("", "'85.005 CNY'")),
        (2.5, u.Count, Parts("", "2.5")),
        ("5", u.Count, Parts("", "'5'", "5")),
        (math.nan, u.Number, Parts("", "nan", "1.5")),
        (math.inf, u.Number, Parts("", "inf", "1.5")),
        ("nan", u.Share, Parts("", "'nan'", '"20 %"')),
        ("nan %", u.Share, Parts("", "'nan %'", '"20 %"')),
        ("24:00", u.TimeOfDay, Parts("", "'24:00'", "00:00 to 23:59:59")),
        ("25:00", u.TimeOfDay, Parts("", "'25:00'", "00:00 to 24:00")),
    ],
)
def test_wrong_values(value: object, unit: u.Unit, parts: Parts) -> None:
    parts.raised_by(lambda: parse(value, unit, "CNY", whole=unit in (u.Money, u.Count)))


def test_the_unit_is_named_where_it_is_missing() -> None:
    with pytest.raises(InvalidValue) as missing:
        parse(10, u.Days, "CNY")
    with pytest.raises(InvalidValue) as wrong:
        parse("10 months", u.Days, "CNY")
    assert (bool(missing.value.problem), bool(wrong.value.problem)) == (True, False)


def test_a_window_ends_after_it_begins() -> None:
    Parts("", "'21:00-09:00'").raised_by(parse_window, "21:00-09:00", u.Window)


@settings(max_examples=300)
@given(text=st.text(max_size=30), unit=st.sampled_from(UNITS))
def test_no_text_breaks_the_reader(text: str, unit: u.Unit) -> None:
    try:
        number = parse(text, unit, "CNY")
    except InvalidValue:
        return
    assert unit.low <= number <= unit.high
