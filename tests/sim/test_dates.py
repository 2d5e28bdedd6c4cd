"""Shopping days fall on their dates."""

from __future__ import annotations

import subprocess
import sys
from datetime import date

import pytest
from hypothesis import given, strategies as st

from sim.scenario import BigDay, Day
from sim.scenario.dates import dates_of, occurrences

FIRST, LAST = date(2024, 1, 1), date(2028, 12, 31)
KNOWN: dict[BigDay, list[str]] = {
    "618": [f"{year}-06-18" for year in range(2024, 2029)],
    "double_11": [f"{year}-11-11" for year in range(2024, 2029)],
    "double_12": [f"{year}-12-12" for year in range(2024, 2029)],
    "womens_day": [f"{year}-03-08" for year in range(2024, 2029)],
    "labour_day": [f"{year}-05-01" for year in range(2024, 2029)],
    "chinese_new_year": ["2024-02-10", "2025-01-29", "2026-02-17", "2027-02-06", "2028-01-26"],
    "national_day": [f"{year}-10-01" for year in range(2024, 2029)],
    "mid_autumn": ["2024-09-17", "2025-10-06", "2026-09-25", "2027-09-15", "2028-10-03"],
}


@pytest.mark.parametrize("day", KNOWN)
def test_named_days_of_five_years(day: BigDay) -> None:
    assert [str(one) for one in dates_of(day, FIRST, LAST)] == KNOWN[day]


def test_a_feast_on_another_holiday_and_years_with_moved_days_off() -> None:
    assert dates_of("mid_autumn", date(2020, 1, 1), date(2020, 12, 31)) == [date(2020, 10, 1)]
    assert dates_of("mid_autumn", date(2022, 1, 1), date(2022, 12, 31)) == [date(2022, 9, 10)]
    assert dates_of("chinese_new_year", date(2023, 1, 1), date(2023, 12, 31)) == [date(2023, 1, 22)]
    assert dates_of("chinese_new_year", date(2010, 1, 1), date(2011, 12, 31)) == [date(2010, 2, 14), date(2011, 2, 3)]


def test_both_ends_belong_to_the_span() -> None:
    day = date(2026, 6, 18)
    assert dates_of("618", day, day) == [day]
    assert dates_of(day, day, day) == [day]
    assert dates_of("618", date(2026, 6, 19), date(2027, 6, 17)) == []
    assert dates_of(day, date(2026, 6, 19), LAST) == []


def test_a_date_that_is_also_a_named_day_counts_once() -> None:
    on: tuple[Day, ...] = (date(2026, 11, 11), "double_11", "618", date(2025, 1, 1))
    assert occurrences(on, date(2026, 1, 1), date(2027, 6, 30)) == [
        date(2026, 6, 18),
        date(2026, 11, 11),
        date(2027, 6, 18),
    ]


_days = st.one_of(st.dates(FIRST, LAST), st.sampled_from(list(KNOWN)))


@given(on=st.lists(_days, max_size=6).map(tuple), ends=st.tuples(st.dates(FIRST, LAST), st.dates(FIRST, LAST)))
def test_a_span_is_the_sum_of_its_parts(on: tuple[date | BigDay, ...], ends: tuple[date, date]) -> None:
    first, last = sorted(ends)
    found = occurrences(on, FIRST, LAST)
    assert found == sorted(set(found))
    assert occurrences(on, first, last) == [day for day in found if first <= day <= last]


def test_the_calendar_library_is_loaded_for_lunar_days_only() -> None:
    code = (
        "import sys; from datetime import date; from sim.scenario.dates import dates_of;"
        "dates_of('618', date(2026, 1, 1), date(2027, 1, 1)); assert 'holidays' not in sys.modules;"
        "dates_of('mid_autumn', date(2026, 1, 1), date(2027, 1, 1)); assert 'holidays' in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
