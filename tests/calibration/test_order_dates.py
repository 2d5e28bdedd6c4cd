"""Dates and amounts as shops write them, what stands for no date, time zones, and the end of observation."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from calibration.orders.amounts import negative_in, read_amounts
from calibration.orders.order_dates import read_dates
from calibration.orders.order_rows import ReadingOptions
from scenarios.errors import InputError
from tests.calibration.order_shop import aside, facts, read, shop, truth, written

TODAY = np.datetime64("2026-06-30")
FORMS: dict[str, Callable[[pd.Timestamp], str]] = {
    form: lambda stamp, form=form: stamp.strftime(form)  # type: ignore[misc]
    for form in (
        *(
            "%Y-%m-%d",
            "%Y/%m/%d %H:%M",
            "%Y.%m.%d",
            "%Y年%m月%d日 %H:%M:%S",
            "%Y年%m月%d日%H时%M分",
            "%Y%m%d",
            "%Y%m%d%H%M",
        ),
        *("%Y%m%d%H%M%S", "%Y%m%dT%H%M%SZ", "%Y-%m-%dT%H:%M:%S.123+02:00", "%Y-%m-%d_%H:%M", "%Y-%m-%d %H.%M.%S"),
        *(
            "%d/%m/%Y",
            "%m/%d/%Y %I:%M:%S %p",
            "%d.%m.%Y %H:%M",
            "%d-%m-%Y %H.%M",
            "%d-%m-%Y",
            "%d %b %Y",
            "%d-%b-%Y",
            "%b %d, %Y",
        ),
        *(
            "%B %d, %Y %I:%M %p",
            "%b %d, %Y at %I:%M %p",
            "%A, %d %B %Y",
            "%a, %d %b %Y %H:%M:%S +0000",
            "%a %b %d %H:%M:%S UTC %Y",
            "%d%b%Y",
        ),
        *("%d/%m/%y", "%m/%d/%y %H:%M", "%y-%m-%d", "%d-%b-%y", "%d/%b/%Y:%H:%M:%S +0000", '="%Y-%m-%d"', "'%Y-%m-%d"),
    )
}
EPOCH = pd.Timestamp("1970-01-01")
FORMS |= {
    f"seconds x {scale}": lambda stamp, scale=scale: str(int((stamp - EPOCH).total_seconds() * scale))  # type: ignore[misc]
    for scale in (1, 1000, 1000000)
}
FORMS["serials"] = lambda stamp: f"{(stamp - pd.Timestamp('1899-12-30')) / pd.Timedelta(days=1):.5f}"
FORMS["serials with a comma"] = lambda stamp: FORMS["serials"](stamp).replace(".", ",")
FORMS["serial days"] = lambda stamp: str((stamp - pd.Timestamp("1899-12-30")).days)
FORMS["float of a compact date"] = lambda stamp: f"{stamp:%Y%m%d}.0"
FORMS["wide digits"] = lambda stamp: "".join(chr(ord(c) + 0xFEE0) for c in f"{stamp:%Y-%m-%d}")
FORMS["afternoon"] = lambda stamp: (
    f"{stamp:%Y/%m/%d} {'下午' if stamp.hour >= 12 else '上午'}{stamp.hour % 12 or 12}:15"
)

for before, form in (("%H:%M", "%Y-%m-%d"), ("%H:%M:%S,", "%d %b %Y"), ("%I:%M %p", "%m/%d/%Y")):
    FORMS[f"{before} before {form}"] = lambda stamp, form=f"{before} {form}": stamp.strftime(form)  # type: ignore[misc]
for form in ("{0:%Y年%m月%d日} {1}{0:%I:%M}", "{0:%Y年%m月%d日}{1}{0:%I:%M}", "{0:%Y. %m. %d.} {2} {0:%I:%M}"):
    FORMS[form] = lambda stamp, form=form: form.format(  # type: ignore[misc]
        stamp, "上午" if stamp.hour < 12 else "下午", "오전" if stamp.hour < 12 else "오후"
    )
for form in ("{0}/{1:%m/%d}", "{0}.{1:%m.%d %H:%M}", "民國{0}年{1:%m}月{1:%d}日", "{0}{1:%m%d}"):
    FORMS[f"Minguo {form}"] = lambda stamp, form=form: form.format(stamp.year - 1911, stamp)  # type: ignore[misc]
FORMS["Reiwa"] = lambda stamp: f"令和{stamp.year - 2018}年{stamp.month}月{stamp.day}日"


def dated(change: Callable[[int, pd.Timestamp], str]) -> pd.DataFrame:
    table = written(shop())
    return table.assign(order_date=[change(n, stamp) for n, stamp in enumerate(shop()["order_date"])])


@pytest.mark.parametrize("form", FORMS)
def test_forms_of_dates(tmp_path: Path, form: str) -> None:
    plain = read(written(shop()), tmp_path)
    found = read(dated(lambda n, stamp: FORMS[form](stamp)), tmp_path)
    assert found.set_aside == ()
    pd.testing.assert_frame_equal(found.orderdays, plain.orderdays)
    assert (found.first, found.last) == (plain.first, plain.last)


def test_names_of_months_in_several_languages() -> None:
    cells = ["4. Januar 2025", "4 de enero de 2025", "4 janv. 2025", "4 gennaio 2025", "January 4th, 2025"]
    found = read_dates(pd.Series([*cells, "1 März 2025", "2 août 2025", "3 dic 2025"]), "here", TODAY)
    days = found.day.astype("datetime64[D]").astype(str).tolist()
    assert days == [*["2025-01-04"] * 5, "2025-03-01", "2025-08-02", "2025-12-03"]


@pytest.mark.parametrize("form", ["%d/%m/%y", "%y-%m-%d", "%d/%m/%Y", "%m-%d-%Y"])
def test_dates_whose_order_cannot_be_told_are_refused(tmp_path: Path, form: str) -> None:
    with pytest.raises(InputError) as caught:
        read(dated(lambda n, stamp: stamp.replace(day=n % 12 + 1).strftime(form)), tmp_path)
    assert caught.value.place == "orders.csv: column order_date"
    assert "2026-01-31" in caught.value.expected


def test_dates_that_a_spreadsheet_has_swapped_are_refused(tmp_path: Path) -> None:
    """It reads 03/04 in its own order and leaves 13/04 as text."""
    with pytest.raises(InputError) as caught:
        read(dated(lambda n, s: s.strftime("%Y-%d-%m" if s.day <= 12 else "%d/%m/%Y")), tmp_path)
    assert "swapped day and month" in caught.value.problem


def test_years_of_another_calendar_are_said(tmp_path: Path) -> None:
    found = read(dated(lambda n, stamp: f"{stamp.year - 1911}/{stamp:%m/%d}"), tmp_path)
    assert found.notes == ("dates were read with years of the Minguo calendar (113/02/03 is in 2024)",)
    early = read_dates(pd.Series(["99/12/31", "100/01/02"]), "here", TODAY)
    assert early.day.astype("datetime64[D]").astype(str).tolist() == ["2010-12-31", "2011-01-02"]


@pytest.mark.parametrize(
    ("form", "problem"),
    [
        (lambda n, s: f"{s.year - 1911}/{s:%m/%d}" if n % 2 else f"{s:%Y/%m/%d}", "years have three digits"),
        (lambda n, s: f"{s.year - 1900}/{s:%m/%d}", "years have three digits"),
        (lambda n, s: f"{s.year - 621}/{s:%m/%d}", "another century or calendar"),
        (lambda n, s: f"{s:%G-W%V-%u}", "the column has weeks, not days"),
        (lambda n, s: f"{s.year}-Q{s.quarter}", "the column has quarters, not days"),
        (lambda n, s: f"{s.year}年第{s.quarter}季度", "the column has quarters, not days"),
        (lambda n, s: f"{s:%b %Y}", "the column has months, not days"),
        (lambda n, s: f"{s:%Y-%m}", "the column has months, not days"),
        (lambda n, s: f"{s:%H:%M}", "the column has times of the day, not days"),
    ],
)
def test_columns_without_days_are_refused_with_the_reason(
    tmp_path: Path, form: Callable[[int, pd.Timestamp], str], problem: str
) -> None:
    with pytest.raises(InputError) as caught:
        read(dated(form), tmp_path)
    assert (problem in caught.value.problem, caught.value.place) == (True, "orders.csv: column order_date")


# --- dates that stand for none ---------------------------------------------------------------------


@pytest.mark.parametrize("cell", ["1970-01-01", "1970-01-01 08:00:00", "1900-01-01", "1899-12-30", "2099-12-31"])
@pytest.mark.parametrize("every", [10, 60])
def test_sentinels_are_set_aside(tmp_path: Path, cell: str, every: int) -> None:
    found = read(dated(lambda n, stamp: cell if n % every == 3 else str(stamp)), tmp_path)
    assert list(aside(found).values()) == [120 // every]
    assert (found.first.year, found.last.year) == (2024, 2024)


@pytest.mark.parametrize("cell", ["0000-00-00 00:00:00", "0001-01-01", "00/00/0000"])
def test_cells_that_stand_for_no_date(tmp_path: Path, cell: str) -> None:
    found = read(dated(lambda n, stamp: cell if n % 10 == 3 else str(stamp)), tmp_path)
    assert aside(found) == {"a date that stands for none": 12}


def test_few_orders_far_from_all_others(tmp_path: Path) -> None:
    found = read(dated(lambda n, stamp: "2016-02-03" if n == 3 else str(stamp)), tmp_path)
    assert aside(found) == {"dated more than a year before all other orders, such as 2016-02-03": 1}
    early = read(dated(lambda n, stamp: "2023-03-03" if n == 3 else str(stamp)), tmp_path)
    assert (aside(early), early.first) == ({}, date(2023, 3, 3))


# --- time zones and the end of observation ---------------------------------------------------------


@pytest.mark.parametrize(
    ("cells", "days"),
    [
        (["2025-01-04T20:05:00+00:00", "2025-02-28T10:05:00Z"], ["2025-01-05", "2025-02-28"]),
        (["2025-01-04 20:05:00 +0100", "2025-02-28 20:05"], ["2025-01-05", "2025-02-28"]),
        (["Jan 4, 2025 8:05:00 AM PST", "Jan 4, 2025 7:05:00 AM PST"], ["2025-01-05", "2025-01-04"]),
        (["Sat Jan 04 20:05:00 GMT 2025", "1 Feb 2025"], ["2025-01-05", "2025-02-01"]),
        (["20250104T200500Z", "20250104T100500+0000"], ["2025-01-05", "2025-01-04"]),
        (["1736021100", "1736006000"], ["2025-01-05", "2025-01-04"]),
    ],
)
def test_stamps_that_name_a_zone_are_put_into_the_shops(cells: list[str], days: list[str]) -> None:
    from zoneinfo import ZoneInfo

    found = read_dates(pd.Series(cells), "here", TODAY, ZoneInfo("Asia/Shanghai"))
    assert found.day.astype("datetime64[D]").astype(str).tolist() == days


def test_stamps_of_a_zone_that_is_not_known(tmp_path: Path) -> None:
    table = dated(lambda n, stamp: f"{stamp} CST")
    assert "own time zones" in read(table, tmp_path).notes[0]
    with pytest.raises(InputError) as caught:
        read(table, tmp_path, options=ReadingOptions(time_zone="Asia/Shanghai"))
    assert caught.value.problem == "an unknown time zone"
    with pytest.raises(InputError) as caught:
        read(table, tmp_path, options=ReadingOptions(time_zone="Mars/Base"))
    assert caught.value.place == "--timezone"


def test_a_column_in_utc(tmp_path: Path) -> None:
    table = dated(lambda n, stamp: f"2024-05-{n % 20 + 10} 20:05").rename(columns={"order_date": "Created (UTC)"})
    assert read(table, tmp_path, {"date": "Created (UTC)"}).first == date(2024, 5, 10)
    zone = ReadingOptions(time_zone="Asia/Shanghai")
    assert read(table, tmp_path, {"date": "Created (UTC)"}, zone).first == date(2024, 5, 11)
    half = table.assign(**{"Created (UTC)": table["Created (UTC)"].str.replace("20:05", "8:05 PM")})
    assert read(half, tmp_path, {"date": "Created (UTC)"}, zone).first == date(2024, 5, 11)


def test_the_end_of_observation(tmp_path: Path) -> None:
    table = written(shop())
    later = read(table, tmp_path, options=ReadingOptions(until=date(2025, 3, 1)))
    assert (facts(later), later.last, later.to_json()["until"]) == (truth(shop()), date(2025, 3, 1), "2025-03-01")
    assert later.customers["T"].max() == pytest.approx((date(2025, 3, 1) - later.first).days / 7)
    cut = read(table, tmp_path, options=ReadingOptions(until=date(2024, 6, 1)))
    kept = shop()[shop()["order_date"] < "2024-06-02"]
    assert facts(cut) == truth(kept)
    assert aside(cut) == {"dated after the end of observation (2024-06-01)": 120 - len(kept)}
    with pytest.raises(InputError) as caught:
        read(table, tmp_path, options=ReadingOptions(until=date(2027, 1, 1), today=date(2026, 1, 1)))
    assert caught.value.place == "--until"


@pytest.mark.parametrize("word", ["cancelled", "pending", "refunded"])
def test_rows_that_do_not_count_show_how_long_a_file_goes_on(tmp_path: Path, word: str) -> None:
    table = written(shop()).assign(status=["completed"] * 110 + [word] * 10)
    found = read(table, tmp_path)
    end, last = shop()["order_date"].iloc[-1].date(), shop()["order_date"].iloc[109].date()
    assert (facts(found), found.last) == (truth(shop().iloc[:110]), end)
    assert found.notes[0].startswith(f"observed until {end}: the last order is of {last}, but rows that do not count")
    said = read(table, tmp_path, options=ReadingOptions(until=last))
    assert (said.last, said.notes) == (last, ())


@pytest.mark.parametrize("cell", ["soon", "2199-01-01", "2026-05-01", "13/13/2024"])
def test_odd_dates_of_rows_that_do_not_count_say_nothing(tmp_path: Path, cell: str) -> None:
    table = written(shop()).assign(status=["completed"] * 119 + ["cancelled"])
    table.loc[119, "order_date"] = cell
    found = read(table, tmp_path)
    assert (found.last, found.notes) == (shop()["order_date"].iloc[118].date(), ())


def test_unpaid_orders_are_dated_by_the_order(tmp_path: Path) -> None:
    table = written(shop()).rename(columns={"order_date": "付款时间"})
    table = table.assign(下单时间=table["付款时间"], 订单状态=["交易成功"] * 110 + ["等待买家付款"] * 10)
    table.loc[110:, "付款时间"] = ""
    assert read(table, tmp_path).last == shop()["order_date"].iloc[-1].date()


# --- amounts ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cells", "values"),
    [
        (["3'348.80", "1’234’567.5", "12.50"], [3348.8, 1234567.5, 12.5]),
        (['="5.00"', "'7.25", '="-3.00"'], [5.0, 7.25, -3.0]),
        (["(5.00)", "¥(5.00)", "(¥5.00)", "-¥5.00", "¥-5.00", "5.00-", "¥5.00-", "- 5.00"], [-5.0] * 8),
        (["−5.00", "5.00−", "–5.00", "－5.00"], [-5.0] * 4),
        (["１２．５０", "￥１，２３４．５０"], [12.5, 1234.5]),
        (["1 234,56", "1\u202f234,56 €", "1\u00a0234,56", "(3,10)"], [1234.56, 1234.56, 1234.56, -3.1]),
        (["CHF 1'234.50", "Fr. 12.50"], [1234.5, 12.5]),
        (["Rs. 1,23,456.50", "₹5"], [123456.5, 5.0]),
        (["R$ 5,25", "10,00"], [5.25, 10.0]),
        (["5.00 kr", "1'23", "5.00--", "(5.00", "1.2万"], [5.0, np.nan, np.nan, np.nan, np.nan]),
    ],
)
def test_amounts_in_many_forms(cells: list[str], values: list[float]) -> None:
    amounts, _ = read_amounts(pd.Series(cells, dtype=object), "here")
    np.testing.assert_array_equal(amounts, values)


def test_negative_cells_are_told_before_they_are_read() -> None:
    cells = ["5", "-5", "(5)", "5-", "−5", "¥-5", "-¥5", "5.0 -", "2025-01-01"]
    assert negative_in(pd.Series(cells)).tolist() == [False, *[True] * 7, False]
