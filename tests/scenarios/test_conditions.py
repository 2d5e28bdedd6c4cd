"""Rhythms, tests of View columns, and bounds on measures."""

from __future__ import annotations

import pytest
from hypothesis import given, strategies as st

from scenarios.errors import shown
from scenarios.values.conditions import format_interval, format_rhythm, parse_interval, parse_limit, parse_rhythm
from scenarios.values.criteria import Limit
from sim import units as u
from sim.scenario import Range, Rhythm
from tests.scenarios.error_parts import Parts


@pytest.mark.parametrize(
    ("text", "rhythm"),
    [
        ("15 d", Rhythm(15.0)),
        ("2 w", Rhythm(14.0)),
        ("1.5 shop cycles", Rhythm(1.5, "shop_cycle")),
        ("1 own cycle", Rhythm(1.0, "own_cycle")),
    ],
)
def test_rhythms(text: str, rhythm: Rhythm) -> None:
    assert parse_rhythm(text) == rhythm


_rhythms = st.one_of(
    st.builds(Rhythm, st.floats(1, 3650)),
    st.builds(Rhythm, st.floats(0.01, 100), st.sampled_from(["shop_cycle", "own_cycle"])),
)


@given(_rhythms)
def test_rhythms_come_back(rhythm: Rhythm) -> None:
    assert parse_rhythm(format_rhythm(rhythm)) == rhythm


@pytest.mark.parametrize(
    ("value", "unit", "interval"),
    [
        ("< 90 d", u.Days, Range(high=90.0)),
        ("<= 90 d", u.Days, Range(high=90.0, high_closed=True)),
        ("> 200 CNY", u.Money, Range(low=20000.0, low_open=True)),
        (">= 2", u.Count, Range(low=2.0)),
        (2, u.Count, Range(2.0, 2.0, high_closed=True)),
        ("1 .. 3", u.Count, Range(1.0, 3.0, high_closed=True)),
        ("30 d .. 90 d", u.Days, Range(30.0, 90.0)),
        ("> 1.5", u.Number, Range(low=1.5, low_open=True)),
        ("> 30 d, <= 90 d", u.Days, Range(30.0, 90.0, low_open=True, high_closed=True)),
    ],
)
def test_tests_of_view_columns(value: object, unit: u.Unit, interval: Range) -> None:
    assert parse_interval(value, unit, "CNY") == interval


_ends = st.one_of(st.none(), st.floats(0, 36500))


@given(_ends, _ends, st.booleans(), st.booleans())
def test_tests_come_back(low: float | None, high: float | None, low_open: bool, high_closed: bool) -> None:
    if low is None and high is None:
        return
    if low is not None and high is not None and low > high:
        low, high = high, low
    interval = Range(low, high, low_open and low is not None, high_closed and high is not None)
    assert parse_interval(format_interval(interval, u.Days, "CNY"), u.Days, "CNY") == interval


@pytest.mark.parametrize(
    ("value", "parts"),
    [
        ("90 d", Parts("", "'90 d'")),
        (
            "< 90",
            Parts("", "'< 90'", '"10 d .. 30 d"'),
        ),
        ("90 d .. 30 d", Parts("", "'90 d .. 30 d'")),
        ("< 90 d, < 80 d", Parts("", "'< 90 d, < 80 d'")),
        ("< 90000 d", Parts("", "'90000 d'", "0 d to 36500 d")),
        ("< five d", Parts("", "'< five d'")),
        (90, Parts("", "90")),
    ],
)
def test_wrong_tests(value: object, parts: Parts) -> None:
    parts.raised_by(parse_interval, value, u.Days, "CNY")


@pytest.mark.parametrize("value", ["0 shop cycles", "0 d", "often", 15, "-1 own cycle", "15 cycles"])
def test_wrong_rhythms(value: object) -> None:
    Parts("", shown(value)).raised_by(parse_rhythm, value)


@pytest.mark.parametrize(
    ("text", "limit"),
    [
        ("< 2 % per 30 d", Limit("< 2 % per 30 d", False, True, 0.02, 30.0)),
        (">= 90 %", Limit(">= 90 %", True, False, 0.9)),
        ("< 12 h", Limit("< 12 h", False, True, 0.5)),
        ("> 5000 CNY", Limit("> 5000 CNY", True, True, 500000.0)),
        ("<= 3", Limit("<= 3", False, False, 3.0)),
    ],
)
def test_bounds(text: str, limit: Limit) -> None:
    assert parse_limit(text, "CNY") == limit


@pytest.mark.parametrize("text", ["2 %", "< much", "< 5 EUR", 3, "< 2 % per month"])
def test_wrong_bounds(text: object) -> None:
    Parts("", shown(text), "2 % per 30 d").raised_by(parse_limit, text, "CNY")
