"""Numbers with units, rhythms, tests and bounds by hand: what is read, what is written, and the whole of each error."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import pytest

from scenarios.errors import InvalidValue
from scenarios.values import quantities
from scenarios.values.conditions import (
    format_interval,
    format_rhythm,
    parse_interval,
    parse_limit,
    parse_rhythm,
)
from scenarios.values.criteria import Limit
from scenarios.values.quantities import (
    expected_text,
    format_number,
    format_window,
    parse,
    parse_or_none,
    parse_window,
    range_text,
)
from sim import units as u
from sim.scenario import Range, Rhythm

TIME = 'a time such as "10 d" (s, min, h, d, w)'
RATE = 'a rate such as "2.7 per 365 d" (per s, min, h, d, w)'
CLOCK = "a time of day from 00:00 to 24:00"
WINDOW = 'a window of the day such as "09:00-21:00"'
OVER = "the window runs over midnight"
MISSING, RANGE = "the unit is missing", "out of range"


@pytest.fixture(autouse=True)
def _nothing_is_kept() -> None:
    """Texts that were read before are kept, which would hide a change of how they are read."""
    quantities._text_parsed.cache_clear()


def refused(call: Callable[..., object], *arguments: Any, **more: Any) -> tuple[str, str, str]:
    """The parts of the error that a call raises: what is wrong, what is expected, what was got."""
    with pytest.raises(InvalidValue) as raised:
        call(*arguments, **more)
    return raised.value.problem, raised.value.expected, raised.value.got


def test_texts_are_kept_and_numbers_are_not() -> None:
    for value, unit in (("5 d", u.Days), ("5 d", u.Days), (5, u.Count), (5, u.Count)):
        parse(value, unit, "")
    assert quantities._text_parsed.cache_info()[:2] == (1, 1)


# --- numbers -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "unit", "number"),
    [
        ("90 s", u.Days, 90 / 86400), (" 20min ", u.Days, 20 / 1440), ("12 h", u.Days, 0.5), ("+1e1 d", u.Days, 10.0),
        ("6 w", u.Days, 42.0), ("36500 d", u.Days, 36500.0), ("0 d", u.Days, 0.0),
        ("2.7 per 365 d", u.PerDay, 27 / 3650),
        ("7 % per w", u.PerDay, 0.01), ("120 per d", u.PerDay, 120.0), ("0.5 per h", u.PerDay, 12.0),
        ("20 %", u.Share, 0.2), ("100 %", u.Share, 1.0), ("x 1.25", u.Factor, 1.25), ("-0.3 log", u.LogEffect, -0.3),
        ("85.05 CNY", u.Money, 8505.0), ("25 CNY per h", u.MoneyPerDay, 60000.0),
        ("30 CNY per 30 d", u.MoneyPerDay, 100.0),
        ("20:00", u.TimeOfDay, 20 / 24), ("23:59:59", u.TimeOfDay, 86399 / 86400),
        ("0:59:59.5", u.TimeOfDay, 3599.5 / 86400),
        (5, u.Count, 5.0), (0.1, u.Number, 0.1), (7, u.Number, 7.0),
    ],
)  # fmt: skip
def test_what_is_read(value: object, unit: u.Unit, number: float) -> None:
    found = parse(value, unit, "CNY")
    assert (found, type(found)) == (number, float)


def test_whole_numbers_are_integers_and_amounts_may_be_in_any_currency_where_none_is_stated() -> None:
    whole = [
        parse(value, unit, "CNY", whole=True) for value, unit in (("85.05 CNY", u.Money), (5, u.Count), (5.0, u.Count))
    ]
    assert [(one, type(one)) for one in whole] == [(8505, int), (5, int), (5, int)]
    assert [parse(value, u.Money, "") for value in ("85 USD", "1 CNY")] == [8500.0, 100.0]
    assert parse("2 USD per d", u.MoneyPerDay, "") == 200.0
    assert refused(parse, "85 usd", u.Money, "") == ("", 'an amount such as "85 CNY"', "'85 usd'")
    assert refused(parse, 85, u.Money, "") == (MISSING, 'an amount such as "85 CNY"', "85")
    assert refused(parse, 85, u.Money, "EUR") == (MISSING, 'an amount such as "85 EUR"', "85")
    assert refused(parse, "-1 EUR", u.Money, "EUR") == (RANGE, "0 EUR to 100000000000 EUR", "'-1 EUR'")
    assert parse(1, u.Count, "") == 1.0
    assert refused(parse, True, u.Count, "") == ("", "a bare whole number such as 5", "True"), (
        "1 and True are kept apart"
    )


@pytest.mark.parametrize(
    ("value", "unit", "parts"),
    [
        (10, u.Days, (MISSING, TIME, "10")), ("10", u.Days, (MISSING, TIME, "'10'")),
        (1.5, u.Days, (MISSING, TIME, "1.5")),
        (" +inf ", u.Days, (MISSING, TIME, "' +inf '")), ("nan", u.Share, (MISSING, 'a share such as "20 %"', "'nan'")),
        (True, u.Days, ("", TIME, "True")), ([1], u.Days, ("", TIME, "[1]")),
        ({"a": 1}, u.Days, ("", TIME, "{'a': 1}")),
        ("10 months", u.Days, ("", TIME, "'10 months'")), ("-1 d", u.Days, (RANGE, "0 d to 36500 d", "'-1 d'")),
        ("36500.5 d", u.Days, (RANGE, "0 d to 36500 d", "'36500.5 d'")),
        ("1e999 d", u.Days, (RANGE, "0 d to 36500 d", "'1e999 d'")),
        ("-1e999 d", u.Days, (RANGE, "0 d to 36500 d", "'-1e999 d'")),
        ("120 %", u.Share, (RANGE, "0 % to 100 %", "'120 %'")),
        ("5 per 0 d", u.PerDay, ("the time after `per` is not above 0", RATE, "'5 per 0 d'")),
        ("-5 per -1 d", u.PerDay, ("the time after `per` is not above 0", RATE, "'-5 per -1 d'")),
        ("5 CNY per 0 h", u.MoneyPerDay, ("the time after `per` is not above 0",
         'an amount per time such as "25 CNY per h" (per h, d, w ...)', "'5 CNY per 0 h'")),
        ("85 EUR", u.Money, ("", "an amount in CNY, the one currency (market.money.currency)", "'85 EUR'")),
        ("2 EUR per h", u.MoneyPerDay, ("", "an amount in CNY, the one currency (market.money.currency)",
        "'2 EUR per h'")),
        ("85", u.Money, (MISSING, 'an amount such as "85 CNY"', "'85'")),
        ("x", u.Factor, ("", 'a multiplier such as "x 1.25"', "'x'")),
        ("3", u.LogEffect, (MISSING, 'a log effect such as "+0.02 log"', "'3'")),
        ("5", u.Count, ("", "a bare whole number such as 5", "'5'")),
        (math.nan, u.Number, ("", "a bare number such as 1.5", "nan")),
        (math.inf, u.Number, ("", "a bare number such as 1.5", "inf")),
        (True, u.Number, ("", "a bare number such as 1.5", "True")),
        (-1, u.Count, (RANGE, "0 to 1000000000", "-1")),
        (10**400, u.Count, (RANGE, "0 to 1000000000", f"1{56 * '0'}...")),
        ("25:00", u.TimeOfDay, ("", CLOCK, "'25:00'")), ("10:60", u.TimeOfDay, ("", CLOCK, "'10:60'")),
        ("10:00:60", u.TimeOfDay, ("", CLOCK, "'10:00:60'")), ("24:00:01", u.TimeOfDay, ("", CLOCK, "'24:00:01'")),
        ("24:00", u.TimeOfDay, (RANGE, "00:00 to 23:59:59", "'24:00'")),
        ("noon", u.TimeOfDay, ("", 'a time of day such as "20:00"', "'noon'")),
    ],
)  # fmt: skip
def test_what_is_refused(value: object, unit: u.Unit, parts: tuple[str, str, str]) -> None:
    assert refused(parse, value, unit, "CNY") == parts


def test_numbers_beyond_all_floats_have_no_bound_of_their_own() -> None:
    """At 1e300 and beyond a number counts as infinite, on either side of zero."""
    free = u.Unit("log effect", "log hazard", "+0.02 log", "identity")
    found = [parse(f"{text} log", free, "") for text in ("1e999", "-1e999", "1e300", "-1e300", "9e299", "-9e299")]
    assert found == [math.inf, -math.inf, math.inf, -math.inf, 9e299, -9e299]


def test_what_is_not_whole() -> None:
    for value, unit, expected in (
        ("85.005 CNY", u.Money, "whole cents"),
        (2.5, u.Count, "a whole number"),
        ("1.5 d", u.Days, "whole days"),
        ("x 1.5", u.Factor, "a whole number"),
    ):
        assert refused(parse, value, unit, "CNY", whole=True) == ("", expected, repr(value))
    assert [parse_or_none(text, u.Days, "") for text in ("5 d", "5 x", "1e9 d")] == [5.0, None, None]
    assert parse_or_none("5 USD", u.Money, "USD") == 500.0
    assert parse_or_none("5 USD", u.Money, "EUR") is None


def test_what_a_unit_looks_like() -> None:
    assert [expected_text(unit, "USD") for unit in (u.Money, u.MoneyPerDay, u.Share, u.Window)] == [
        'an amount such as "85 USD"',
        'an amount per time such as "25 USD per h" (per h, d, w ...)',
        'a share such as "20 %"',
        WINDOW,
    ]
    assert range_text(u.Money, "USD") == "0 USD to 100000000000 USD"
    assert range_text(u.Count.within(2.0, 5.0), "") == "2 to 5"


# --- windows -------------------------------------------------------------------------------------------------


def test_windows() -> None:
    assert parse_window(" 09:00-21:00 ", u.Window) == (0.375, 0.875)
    assert parse_window("9:00 - 21:30:30", u.Window) == (0.375, pytest.approx((21.5 + 30 / 3600) / 24, rel=1e-15))
    assert parse_window("21:00-09:00", u.Night) == (0.875, 0.375)
    assert [format_window(window) for window in ((0.25, 1.0), (0.0, 61 / 86400))] == ["06:00-24:00", "00:00-00:01:01"]


@pytest.mark.parametrize(
    ("value", "parts"),
    [
        ("21:00-09:00", (OVER, 'two windows, of two shifts: "21:00-24:00" and "00:00-09:00"', "'21:00-09:00'")),
        ("21:00-00:00", (OVER, 'the window "21:00-24:00"', "'21:00-00:00'")),
        ("24:00-03:00", (OVER, 'the window "00:00-03:00"', "'24:00-03:00'")),
        ("09:00-09:00", ("the window is empty", WINDOW, "'09:00-09:00'")),
        ("09:00", ("", WINDOW, "'09:00'")), (9, ("", WINDOW, "9")), ("09:00-25:00", ("", CLOCK, "'09:00-25:00'")),
        ("25:00-26:00", ("", CLOCK, "'25:00-26:00'")), ("09:00-10:61", ("", CLOCK, "'09:00-10:61'")),
        ("09:00-10:00:1.2.3", ("", WINDOW, "'09:00-10:00:1.2.3'")),
    ],
)  # fmt: skip
def test_wrong_windows(value: object, parts: tuple[str, str, str]) -> None:
    assert refused(parse_window, value, u.Window) == parts


# --- what is written ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (1.125, u.Days, "27 h"), (1.25, u.Days, "1.25 d"), (1439 / 1440, u.TimeOfDay, "23:59"),
        (1e24, u.Factor, f"x 1{24 * '0'}"), (1e25, u.Factor, "x 1E+25"),
        (1.234567890123 / 365, u.PerDay, f"{1.234567890123 / 365!r} per d"), (0, u.Days, "0 d"),
        (0.5, u.Days, "12 h"), (1 / 3, u.Days, "8 h"), (1.0, u.Days, "1 d"), (3.5, u.Days, "3.5 d"),
        (20 / 1440, u.Days, "20 min"), (10 / 86400, u.Days, "10 s"), (1e-6, u.Days, "0.000001 d"),
        (7, u.PerDay, "7 per d"),
        (1 / 7, u.PerDay, "1 per w"), (1 / 365, u.PerDay, "1 per 365 d"), (1 / 30, u.PerDay, "1 per 30 d"),
        (1 / 3, u.PerDay, "10 per 30 d"), (24.0, u.PerDay, "24 per d"), (40 / 7, u.PerDay, "40 per w"),
        (2 / 365 / 3, u.PerDay, "0.0018264840182648401 per d"), (1e-9, u.PerDay, "0.000000365 per 365 d"),
        (0.155, u.Share, "15.5 %"), (1.25, u.Factor, "x 1.25"), (-0.3, u.LogEffect, "-0.3 log"),
        (0.0, u.LogEffect, "0 log"),
        (0.02, u.LogEffect, "+0.02 log"), (8500, u.Money, "85 CNY"), (1, u.Money, "0.01 CNY"),
        (12345, u.Money, "123.45 CNY"),
        (60000.0, u.MoneyPerDay, "600 CNY per d"), (100 / 7, u.MoneyPerDay, "1 CNY per w"),
        (math.pi, u.MoneyPerDay, "0.03141592653589793 CNY per d"), (0.5, u.TimeOfDay, "12:00"),
        (86399 / 86400, u.TimeOfDay, "23:59:59"), (61 / 86400, u.TimeOfDay, "00:01:01"),
        (1 / 86400, u.TimeOfDay, "00:00:01"), (43230 / 86400, u.TimeOfDay, "12:00:30"),
        (0.123456789, u.TimeOfDay, "02:57:46.66656960000000000000"), (1e-300, u.Factor, "x 1E-300"),
        (1e30, u.Factor, "x 1E+30"),
        (1234567890123456789012.5, u.Factor, "x 1234567890123456800000"), (100.0, u.Factor, "x 100"),
    ],
)  # fmt: skip
def test_what_is_written(value: float, unit: u.Unit, text: str) -> None:
    assert format_number(value, unit, "CNY") == text


def test_a_number_with_more_than_twelve_digits_is_written_as_it_is_stored() -> None:
    for text, same in (("1.23456789012 per 365 d", True), ("1.234567890123 per 365 d", False)):
        value = parse(text, u.PerDay, "")
        assert format_number(value, u.PerDay, "") == (text if same else f"{value!r} per d")


def test_a_time_of_day_is_written_to_the_last_digit() -> None:
    value = (23 * 3600 + 5 * 60 + 46.123456) / 86400
    text = format_number(value, u.TimeOfDay, "")
    assert str(text).startswith("23:05:46.123456")
    assert parse(text, u.TimeOfDay, "") == value


def test_bare_numbers_stay_numbers() -> None:
    found = [
        format_number(value, unit, "")
        for value, unit in ((5.0, u.Count), (5.0, u.Number), (5.5, u.Number), (5.5, u.Count))
    ]
    assert [(one, type(one)) for one in found] == [(5, int), (5, int), (5.5, float), (5, int)]


@pytest.mark.parametrize(
    ("value", "unit", "digits", "text"),
    [
        (1 / 3, u.Days, 3, "8 h"), (10 / 3, u.Days, 3, "3.33 d"), (0.0074529384712345, u.PerDay, 4, "2.72 per 365 d"),
        (0.123456789, u.Share, 4, "12.35 %"), (1.23456789, u.Number, 4, 1.235), (123456.0, u.Money, 2, "1200 CNY"),
        (0.51234, u.TimeOfDay, 3, "12:18"), (1234.5678, u.MoneyPerDay, 3, "12.3 CNY per d"),
        (1e-7, u.Days, 2, "0.0000001 d"),
    ],
)  # fmt: skip
def test_what_is_rounded_for_people(value: float, unit: u.Unit, digits: int, text: str | float) -> None:
    assert format_number(value, unit, "CNY", digits) == text


# --- rhythms, tests and bounds ---------------------------------------------------------------------------------


def test_rhythms() -> None:
    for text, rhythm in (
        ("15 d", Rhythm(15.0)), ("2 w", Rhythm(14.0)), ("1.5 shop cycle", Rhythm(1.5, "shop_cycle")),
        (" 2 own cycles ", Rhythm(2.0, "own_cycle")), ("100 own cycles", Rhythm(100.0, "own_cycle")),
        ("1 d", Rhythm(1.0)), ("3650 d", Rhythm(3650.0)), ("0.01 shop  cycles", Rhythm(0.01, "shop_cycle")),
    ):  # fmt: skip
        assert parse_rhythm(text) == rhythm
    forms = '"15 d", "1.5 shop cycles" or "1 own cycle"'
    for value, parts in (
        ("often", ("", forms, "'often'")), (15, ("", forms, "15")), ("2 cycles", ("", forms, "'2 cycles'")),
        ("0 d", (RANGE, "1 d to 3650 d", "'0 d'")), ("3651 d", (RANGE, "1 d to 3650 d", "'3651 d'")),
        ("0 shop cycles", (RANGE, "above 0 and up to 100 cycles", "'0 shop cycles'")),
        ("100.5 own cycles", (RANGE, "above 0 and up to 100 cycles", "'100.5 own cycles'")),
    ):  # fmt: skip
        assert refused(parse_rhythm, value) == parts
    written = (Rhythm(1.0, "own_cycle"), Rhythm(2.0, "shop_cycle"), Rhythm(0.5, "own_cycle"), Rhythm(15.0), Rhythm(0.5))
    assert [format_rhythm(one) for one in written] == ["1 own cycle", "2 shop cycles", "0.5 own cycles", "15 d", "12 h"]


DAYS = '"< 10 d", ">= 10 d" or a range such as "10 d .. 30 d"'
EUROS = '"< 85 EUR", ">= 85 EUR" or a range such as "85 EUR .. 255 EUR"'
RATES = '"< 2.7 per 365 d", ">= 2.7 per 365 d" or a range such as "2.7 per 365 d .. 8.1 per 365 d"'
ONE_CURRENCY = "an amount in CNY, the one currency (market.money.currency)"
COUNTS = '"< 5", ">= 5" or a range such as "5 .. 15"'


@pytest.mark.parametrize(
    ("value", "unit", "interval"),
    [
        ("< 90 d", u.Days, Range(high=90.0)), ("<= 90 d", u.Days, Range(high=90.0, high_closed=True)),
        ("> 2 CNY", u.Money, Range(low=200.0, low_open=True)), (" >=2 ", u.Count, Range(low=2.0)),
        (2, u.Count, Range(2.0, 2.0, high_closed=True)), ("1 .. 3", u.Count, Range(1.0, 3.0, high_closed=True)),
        ("30 d .. 90 d", u.Days, Range(30.0, 90.0)), ("> 1.5", u.Number, Range(low=1.5, low_open=True)),
        ("> 30 d, <= 90 d", u.Days, Range(30.0, 90.0, True, True)), ("< 5 d , > 1 d", u.Days, Range(1.0, 5.0, True)),
        ("= 3 d", u.Days, Range(3.0, 3.0, high_closed=True)), ("0.5 .. 1.5", u.Number, Range(0.5, 1.5)),
        (">= 3 d, <= 3 d", u.Days, Range(3.0, 3.0, high_closed=True)),
    ],
)  # fmt: skip
def test_tests(value: object, unit: u.Unit, interval: Range) -> None:
    assert parse_interval(value, unit, "CNY") == interval


@pytest.mark.parametrize(
    ("value", "unit", "currency", "parts"),
    [
        ("90 d", u.Days, "", ("", DAYS, "'90 d'")), (90, u.Days, "", ("", DAYS, "90")),
        (True, u.Count, "", ("", COUNTS, "True")),
        ("90 d .. 30 d", u.Days, "", ("the range ends before it begins", DAYS, "'90 d .. 30 d'")),
        ("> 9 d, < 3 d", u.Days, "", ("the range ends before it begins", DAYS, "'> 9 d, < 3 d'")),
        ("< 90 d, < 80 d", u.Days, "", ("one end is stated twice", DAYS, "'< 90 d, < 80 d'")),
        ("> 1 d, >= 2 d", u.Days, "", ("one end is stated twice", DAYS, "'> 1 d, >= 2 d'")),
        ("= 1 d, < 2 d", u.Days, "", ("one end is stated twice", DAYS, "'= 1 d, < 2 d'")),
        ("< 5, = 2", u.Count, "", ("one end is stated twice", COUNTS, "'< 5, = 2'")),
        ("> 1, = 2", u.Count, "", ("one end is stated twice", COUNTS, "'> 1, = 2'")),
        ("< 90000 d", u.Days, "", (RANGE, "0 d to 36500 d", "'90000 d'")),
        ("< five d", u.Days, "", ("", DAYS, "'< five d'")),
        ("> 5 x", u.Money, "", ("", '"< 85 CNY", ">= 85 CNY" or a range such as "85 CNY .. 255 CNY"', "'> 5 x'")),
        ("> x", u.Money, "EUR", ("", '"< 85 EUR", ">= 85 EUR" or a range such as "85 EUR .. 255 EUR"', "'> x'")),
        ("1 .. 2 .. 3", u.Count, "", ("", COUNTS, "'1 .. 2 .. 3'")), ("..", u.Count, "", ("", COUNTS, "'..'")),
        ("< 1e7", u.Number, "", (RANGE, "0 to 1000000", "10000000.0")),
        ("< 5 EUR", u.Money, "CNY", ("", "an amount in CNY, the one currency (market.money.currency)", "'5 EUR'")),
        ("> 5", u.Days, "", ("", DAYS, "'> 5'")),
        (5, u.Money, "EUR", ("", EUROS, "5")), ("5 EUR", u.Money, "EUR", ("", EUROS, "'5 EUR'")),
        ("2 EUR .. 1 EUR", u.Money, "EUR", ("the range ends before it begins", EUROS, "'2 EUR .. 1 EUR'")),
        ("> 2 EUR, > 1 EUR", u.Money, "EUR", ("one end is stated twice", EUROS, "'> 2 EUR, > 1 EUR'")),
        ("1 CNY .. 2 CNY", u.Money, "EUR", ("", ONE_CURRENCY.replace("CNY", "EUR"), "'1 CNY'")),
        ("2", u.PerDay, "", ("", RATES, "'2'")),
    ],
)  # fmt: skip
def test_wrong_tests(value: object, unit: u.Unit, currency: str, parts: tuple[str, str, str]) -> None:
    assert refused(parse_interval, value, unit, currency) == parts


def test_tests_are_written() -> None:
    assert format_interval(Range(1.0, 3.0, True, True), u.Count, "") == "> 1, <= 3"
    assert format_interval(Range(1.0, 3.0), u.Days, "") == ">= 1 d, < 3 d"
    assert format_interval(Range(low=20000.0), u.Money, "USD") == ">= 200 USD"
    assert format_interval(Range(high=20000.0), u.Money, "USD") == "< 200 USD"


def test_bounds() -> None:
    for text, above, strict, value, per in (
        ("< 2 % per 30 d", False, True, 0.02, 30.0), (">= 90 %", True, False, 0.9, None),
        ("< 12 h", False, True, 0.5, None),
        ("> 5000 CNY", True, True, 500000.0, None), ("<= 3", False, False, 3.0, None),
        (">=-5 CNY", True, False, -500.0, None),
        ("> -1000 %", True, True, -10.0, None), ("<= x 1.5", False, False, 1.5, None), ("> 2.5", True, True, 2.5, None),
        ("< 2 % per 1 h", False, True, 0.02, 1 / 24), ("> -1e11 CNY", True, True, -1e13, None),
        ("> 1e11 CNY", True, True, 1e13, None),
        ("< 100 %", False, True, 1.0, None), ("> -10000 %", True, True, -100.0, None),
    ):  # fmt: skip
        assert parse_limit(f" {text} ", "CNY") == Limit(text, above, strict, value, per)
    assert parse_limit("< 5 USD", "") == Limit("< 5 USD", False, True, 500.0)
    for value, currency in (
        ("2 %", "EUR"),
        ("< much", "EUR"),
        ("< 5 CNY", "EUR"),
        (3, "EUR"),
        ("< 2 % per month", "EUR"),
        ("< 101 %", "EUR"),
    ):
        forms = 'a bound such as "< 2 % per 30 d", "> 90 %", "< 12 h" or "> 5000 EUR"'
        assert refused(parse_limit, value, currency)[:2] == ("", forms)
    assert refused(parse_limit, 3, "") == (
        "",
        'a bound such as "< 2 % per 30 d", "> 90 %", "< 12 h" or "> 5000 CNY"',
        "3",
    )
    assert refused(parse_limit, "< 2 % per 30 min", "CNY") == (RANGE, "1 h to 36500 d", "'30 min'")
    assert refused(parse_limit, "< 2 % per 40000 d", "CNY") == (RANGE, "1 h to 36500 d", "'40000 d'")
