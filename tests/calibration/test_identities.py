"""Who is a customer: placeholders, crowds, masked and damaged ids, and one id in several writings."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from calibration.orders.identities import read_customers
from scenarios.errors import InputError
from tests.calibration.order_shop import aside, facts, read, shop, truth, written

PLACEHOLDERS = (
    *("0", "000", "-1", "null", "NULL", "None", "guest", "Guest Checkout", "anonymous", "Walk-in Customer", "-", "--"),
    *("匿名", "匿名用户", "散客", "游客", "未知", "unknown", "no-reply@shop.example", "guest@shop.example", "０"),
)


def changed(change: Callable[[int, str], str]) -> pd.DataFrame:
    table = written(shop())
    return table.assign(customer_id=[change(n, one) for n, one in enumerate(table["customer_id"])])


def others() -> tuple[int, int, float]:
    return truth(shop()[[n % 3 != 0 for n in range(120)]])


@pytest.mark.parametrize("word", PLACEHOLDERS)
def test_placeholders_are_nobody(tmp_path: Path, word: str) -> None:
    found = read(changed(lambda n, one: one if n % 3 else word), tmp_path)
    assert facts(found) == others()
    ((reason, rows),) = aside(found).items()
    assert reason.startswith("a placeholder for a customer, such as ")
    assert rows == 40


@pytest.mark.parametrize("word", ["", "  ", "nan", "N/A"])
def test_no_id(tmp_path: Path, word: str) -> None:
    found = read(changed(lambda n, one: one if n % 3 else word), tmp_path)
    assert (facts(found), aside(found)) == (others(), {"no customer id": 40})


def test_one_customer_with_most_rows_of_few_is_remarked_on(tmp_path: Path) -> None:
    table = written(shop(customers=5)).assign(customer_id=["k1" if n % 3 else f"k{n % 4 + 2}" for n in range(120)])
    found = read(table, tmp_path)
    assert len(found.customers) == 5
    assert found.notes == ("one customer has 67% of the rows: is customer_id the column of customers?",)


def test_one_id_with_a_share_that_no_person_has(tmp_path: Path) -> None:
    found = read(changed(lambda n, one: one if n % 3 else "Shop 7"), tmp_path)
    reason = "one customer id with 33% of the rows, more than one person can have"
    assert (facts(found), aside(found)) == (others(), {reason: 40})
    busy = read(changed(lambda n, one: one if n % 12 else "k1x"), tmp_path)
    assert aside(busy) == {}


@pytest.mark.parametrize("word", ["t**3", "张*", "138****0026", "1.38E+10", "●●●3"])
def test_masked_and_rounded_ids(tmp_path: Path, word: str) -> None:
    """Some are set aside; a column of them is refused."""
    found = read(changed(lambda n, one: one if n % 3 else word), tmp_path)
    assert facts(found) == others()
    assert list(aside(found).values()) == [40]
    with pytest.raises(InputError) as caught:
        read(changed(lambda n, one: word if n % 3 else one), tmp_path)
    assert caught.value.place == "orders.csv: column customer_id"
    assert "--map customer=COLUMN" in caught.value.expected


def test_ids_cut_to_fifteen_digits(tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        read(changed(lambda n, one: f"21000000{int(one[1:-1]):07d}000"), tmp_path)
    assert "cut to 15 digits" in caught.value.problem
    whole = read(changed(lambda n, one: f"21000000{int(one[1:-1]):07d}{int(one[1:-1]):03d}"), tmp_path)
    assert facts(whole) == truth(shop())


WRITINGS: dict[str, Callable[[str], str]] = {
    "case": str.upper,
    "width": lambda one: "".join(chr(ord(c) + 0xFEE0) for c in one),
    "spaces": lambda one: f" {one} ",
    "guard": lambda one: f'="{one}"',
    "apostrophe": lambda one: f"'{one}",
}


@pytest.mark.parametrize("name", WRITINGS)
def test_one_id_in_two_writings(tmp_path: Path, name: str) -> None:
    found = read(changed(lambda n, one: one if n % 2 else WRITINGS[name](one)), tmp_path)
    assert facts(found) == truth(shop())
    assert "differ from another only in their writing and were folded" in found.notes[0]


@pytest.mark.parametrize(
    ("one", "other"),
    [("{}", "{}.0"), ("{}", "000{}"), ("07{}", "007{}"), ("138000000{}", "+86 138-0000-00{}")],
)
def test_numbers_in_two_writings(tmp_path: Path, one: str, other: str) -> None:
    found = read(changed(lambda n, c: (one if n % 2 else other).format(c[1:-1])), tmp_path)
    assert facts(found) == truth(shop())


def test_leading_zeros_stay_where_they_are_in_one_writing() -> None:
    ids = read_customers(pd.Series(["007", "008", "0", "12", "12"]))
    assert ids.names[ids.codes[[0, 1, 3]]].tolist() == ["007", "008", "12"]
    assert ids.codes[2] == -1


def test_numbers_as_numbers() -> None:
    """An id of a column with blanks is a number with a point."""
    ids = read_customers(pd.Series([5.0, float("nan"), 7.0, 5.0]))
    assert ids.names[ids.codes[[0, 2, 3]]].tolist() == ["5", "7", "5"]
    assert ids.codes[1] == -1


def test_another_column_that_names_more_customers_is_taken(tmp_path: Path) -> None:
    """Guests have no id of the shop, and are known by their address."""
    table = changed(lambda n, one: one if n % 3 else "0").assign(billing_email=shop()["customer_id"] + "@mail.example")
    found = read(table, tmp_path)
    assert facts(found) == truth(shop())
    assert found.notes == ("customers are known by billing_email, which names them in 100% of the rows",)
    assert facts(read(table, tmp_path, {"customer": "customer_id"})) == others()


@pytest.mark.parametrize(
    "writings",
    [
        ("13800{0}0026", "+86 138 00{0} 0026", "(+86)13800{0}0026", "0086 13800{0}0026"),
        ("4155{0}0001", "(415) 5{0}-0001", "+1 415.5{0}.0001", "+14155{0}0001"),
        ("0171 55{0}00", "+49 (171) 55{0}-00"),
        ("Ann B{0}", "ann  b{0} "),
        ("b{0}@mail.example", "Ann B. <b{0}@mail.example>", "mailto:B{0}@mail.example"),
    ],
)
def test_phone_numbers_names_and_addresses_in_several_writings(writings: tuple[str, ...]) -> None:
    cells = [writing.format(number) for number in range(10, 40) for writing in writings]
    ids = read_customers(pd.Series(cells))
    assert ids.codes.tolist() == [number for number in range(30) for _ in writings]


def test_what_looks_like_a_phone_number_and_is_none() -> None:
    ids = read_customers(pd.Series(["192.168.101.11", "192.168.10.111", "1234567.89", "123456.789", "+14155550001"]))
    assert len(set(ids.codes)) == 5


def test_some_damaged_ids_are_warned_of(tmp_path: Path) -> None:
    found = read(changed(lambda n, one: one if n % 3 else "1.38E+10"), tmp_path)
    assert found.notes[0].startswith("33% of the rows have a masked or damaged id in customer_id")
