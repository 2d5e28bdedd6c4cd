"""A reading as a file, and orders that stand in several files."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path

import pytest

from calibration.orders.order_history import read_history
from calibration.orders.order_rows import ReadingOptions
from calibration.orders.reading_files import load_reading, over_reading, reading_text, until_day
from scenarios.errors import InputError

HEADER = "order_id,customer_id,order_date,status,amount"
Put = Callable[..., Path]


@pytest.fixture
def put(tmp_path: Path) -> Put:
    """Writes rows below the header; returns the path."""

    def write(name: str, rows: Sequence[str], header: str = HEADER) -> Path:
        path = tmp_path / name
        path.write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
        return path

    return write


def row(number: int, state: str = "completed", cents: int = 1000, customer: str = "") -> str:
    who = customer or f"c{number % 12:02d}"
    return f"{number},{who},2025-02-{number % 28 + 1:02d},{state},{cents / 100:.2f}"


ROWS = [row(n, "boxed" if n % 4 else "completed") for n in range(60)]


# --- reading.toml ------------------------------------------------------------------------------------


def test_a_reading_reads_the_same_again(put: Put, tmp_path: Path) -> None:
    files, mapping = put("shop.csv", ROWS), {"state:boxed": "sale"}
    options = ReadingOptions(until=date(2025, 3, 10), time_zone="Asia/Shanghai", encoding="utf-8")
    orders = read_history(files, mapping, options)
    path = tmp_path / "reading.toml"
    path.write_text(reading_text(orders, options), encoding="utf-8")
    again = read_history(files, *over_reading(path, None, ReadingOptions()))
    assert again.to_json() == orders.to_json()
    assert again.last == date(2025, 3, 10)


def test_what_is_given_comes_before_the_file(tmp_path: Path) -> None:
    path = tmp_path / "reading.toml"
    path.write_text('until = 2025-03-10\nprofile = "jd"\n[columns]\namount = "a"\n[states]\n"ok" = "sale"\n')
    mapping, options = over_reading(path, {"amount": "b"}, ReadingOptions(until=date(2025, 4, 1)))
    assert mapping == {"amount": "b", "state:ok": "sale"}
    assert options == ReadingOptions(profile="jd", until=date(2025, 4, 1))
    assert over_reading(None, None, options) == ({}, options)


def test_words_of_several_columns_are_settled_one_by_one(put: Put, tmp_path: Path) -> None:
    rows = [f"{row(n)},{'退款成功' if n % 9 == 0 else '无'}" for n in range(60)]
    files = put("shop.csv", rows, f"{HEADER},售后状态")
    text = reading_text(read_history(files), ReadingOptions())
    path = tmp_path / "reading.toml"
    path.write_text(text, encoding="utf-8")
    columns = {"order", "customer", "date", "amount", "status", "refund_status"}
    mapping, options = load_reading(path)
    assert mapping.keys() - columns == {"state:completed", "state:无", "state:退款成功"}
    assert mapping["state:退款成功"] == "refunded"
    assert read_history(files, mapping, options=options).state_words == read_history(files).state_words


def test_no_cell_of_a_customer_is_in_it(put: Put) -> None:
    rows = [row(n, customer=f"secret{n % 12}@example.com") for n in range(60)]
    assert "secret" not in reading_text(read_history(put("shop.csv", rows)), ReadingOptions())


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("colums = {}", "colums"),
        ('until = "soon"', "until"),
        ("profile = 3", "profile"),
        ("[columns]\namount = 3", "amount"),
        ("until = ", ""),
    ],
)
def test_mistakes_in_a_reading(tmp_path: Path, text: str, place: str) -> None:
    path = tmp_path / "reading.toml"
    path.write_text(text)
    with pytest.raises(InputError) as caught:
        load_reading(path)
    assert caught.value.place.endswith(place)
    assert "\n" not in str(caught.value)


def test_missing_reading_and_other_days(tmp_path: Path) -> None:
    with pytest.raises(InputError):
        load_reading(tmp_path / "none.toml")
    with pytest.raises(InputError) as caught:
        until_day("31.12.2025")
    assert (caught.value.place, caught.value.got) == ("--until", "'31.12.2025'")
    assert until_day("2025-12-31") == date(2025, 12, 31)


# --- several files -----------------------------------------------------------------------------------


def test_an_order_that_has_changed_counts_by_its_last_version(put: Put) -> None:
    one = put("1.csv", [row(n, "pending" if n >= 30 else "completed") for n in range(40)])
    other = put("2.csv", [row(n, "completed", 900) for n in range(25, 60)])
    orders = read_history([one, other])
    assert (orders.orders, orders.sales) == (60, 25 * 10.0 + 35 * 9.0)
    aside = {part.reason: (part.rows, part.first_row, part.file) for part in orders.set_aside}
    assert aside == {"the order is in a later file too, where it may have changed": (15, 27, "1.csv")}


def test_two_shops_that_number_alike_keep_their_orders(put: Put) -> None:
    one = put("a.csv", [row(n) for n in range(40)])
    other = put("b.csv", [row(n, customer=f"d{n % 12}") for n in range(40)])
    orders = read_history([one, other])
    assert (orders.orders, len(orders.customers)) == (80, 24)


def test_an_order_across_two_files_keeps_its_lines(put: Put) -> None:
    header = HEADER + ",sku"
    lines = [f"{row(n, cents=500 + 100 * j)},s{j}" for n in range(60) for j in range(2)]
    whole = read_history(put("all.csv", lines, header))
    parts = read_history([put("1.csv", lines[:61], header), put("2.csv", lines[61:], header)])
    assert (parts.orders, parts.sales) == (whole.orders, whole.sales) == (60, 60 * 11.0)


def test_overlapping_exports_count_once(put: Put) -> None:
    rows = [row(n, "completed") for n in range(60)]
    orders = read_history([put("1.csv", rows[:35]), put("2.csv", rows[25:])])
    assert (orders.rows, orders.orders) == (70, 60)
    assert orders.file == "1.csv and 1 more"
