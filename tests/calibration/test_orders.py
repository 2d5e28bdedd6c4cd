"""What is read from an export, what is set aside and why, and the errors."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from calibration.orders.amounts import Currency, one_currency, read_amounts
from calibration.orders.order_history import Orders, read_orders
from scenarios.errors import InputError

Export = Callable[..., Path]


def aside(orders: Orders) -> dict[str, tuple[int, str]]:
    return {row.reason: (row.rows, row.kept_for) for row in orders.set_aside}


def add(*rows: dict[str, object]) -> Callable[[pd.DataFrame], pd.DataFrame]:
    return lambda table: pd.concat([table, pd.DataFrame(rows)], ignore_index=True)


def put(row: int, column: str, value: object) -> Callable[[pd.DataFrame], pd.DataFrame]:
    def change(table: pd.DataFrame) -> pd.DataFrame:
        table = table.astype(object)
        table[column] = table[column].where(table.index != row, value)
        return table

    return change


def refused(path: Path, **more: object) -> InputError:
    with pytest.raises(InputError) as caught:
        read_orders(path, **more)  # type: ignore[arg-type]
    assert "\n" not in str(caught.value)
    return caught.value


def place_and_got(path: Path, **more: object) -> tuple[str, str]:
    mistake = refused(path, **more)
    return mistake.place, mistake.got


# --- what is read ----------------------------------------------------------------------------------


def test_same_day_orders_are_merged_for_timing_and_summed_for_spend(export: Export) -> None:
    extra = {"customer_id": "c00", "order_date": date(2024, 3, 1), "amount": 12.34}
    plain, more = read_orders(export(name="a.csv")), read_orders(export(add(extra), name="b.csv"))
    assert len(more.orderdays) == len(plain.orderdays)
    assert more.rows == plain.rows + 1
    assert more.customers["spent"].loc["c00"] - plain.customers["spent"].loc["c00"] == 1234
    first = more.customers.loc["c00"]
    assert (first["x"], first["t_x"], first["T"]) == (3, 60 / 7, more.days / 7)
    assert first["repeat_spend_orders"] == 3


def test_cut_off_at_a_day(export: Export) -> None:
    orders = read_orders(export())
    cut = orders.until(date(2024, 3, 5))
    assert cut.last == date(2024, 3, 5)
    assert set(cut.customers["x"]) == {0}
    assert cut.customers["T"].max() == pytest.approx(4 / 7)
    assert len(cut.customers) == sum(c % 9 <= 4 for c in range(40))


@pytest.mark.parametrize(
    "names",
    [
        ("买家昵称", "付款时间", "实付金额"),
        ("会员ID", "下单时间", "买家实际支付金额"),
        ("User ID", "Paid at", "Total"),
    ],
)
def test_columns_by_common_names(export: Export, names: tuple[str, ...]) -> None:
    orders = read_orders(export(lambda t: t.set_axis(list(names), axis=1)))
    assert tuple(orders.columns.values()) == names


def test_columns_by_mapping(export: Export) -> None:
    path = export(lambda t: t.assign(amount=1.0, grand=t["amount"]))
    assert read_orders(path).customers["spent"].max() == 400
    assert read_orders(path, {"amount": "grand"}).customers["spent"].max() > 400


def test_parquet_gzip_gbk_and_text_amounts_read_the_same(export: Export) -> None:
    plain = read_orders(export())
    parquet = read_orders(export(lambda t: t.assign(order_date=pd.to_datetime(t["order_date"])), "a.parquet"))
    chinese = export(lambda t: t.set_axis(["买家昵称", "付款时间", "实付金额"], axis=1), name="b.csv")
    chinese.write_bytes(chinese.read_text(encoding="utf-8").encode("gbk"))
    gbk = read_orders(chinese)
    zipped = export(lambda t: t.assign(amount=["¥" + f"{a:,.2f}" for a in t["amount"]]), name="c.csv")
    path = zipped.with_suffix(".csv.gz")
    path.write_bytes(gzip.compress(zipped.read_bytes()))
    assert gbk.notes == ("the file is not UTF-8 and was read as GB18030 (GBK) (--encoding NAME for another)",)
    for other in (parquet, gbk, read_orders(path)):
        pd.testing.assert_frame_equal(other.orderdays, plain.orderdays, check_dtype=False, check_index_type=False)


@pytest.mark.parametrize("form", ["%Y/%m/%d %H:%M", "%Y%m%d", "%Y年%m月%d日", "%d/%m/%Y", "%Y-%m-%dT%H:%M:%S+08:00"])
def test_dates_as_written(export: Export, form: str) -> None:
    path = export(lambda t: t.assign(order_date=[d.strftime(form) for d in t["order_date"]]))
    orders = read_orders(path)
    assert (orders.first, orders.last) == (date(2024, 3, 1), date(2024, 5, 8))


def test_decimal_commas_and_grouped_thousands(export: Export) -> None:
    def european(table: pd.DataFrame) -> pd.DataFrame:
        text = [f"{20 * a:,.2f}".translate(str.maketrans(",.", ".,")) for a in table["amount"]]
        return table.assign(amount=["1.113" if i == 5 else f"€ {t}" for i, t in enumerate(text)])

    plain = read_orders(export(lambda t: t.assign(amount=(20 * t["amount"]).where(t.index != 5, 1113.0).round(2))))
    orders = read_orders(export(european, name="eu.csv"))
    assert orders.orderdays["cents"].tolist() == plain.orderdays["cents"].tolist()
    assert (orders.currency, plain.currency) == (Currency("€", frozenset({"EUR"})), None)


@pytest.mark.parametrize(
    ("cells", "values"),
    [
        (["13,12", "7", "1.113,12", "2.000", "-0,5"], [13.12, 7.0, 1113.12, 2000.0, -0.5]),
        (["1.113.000", "25,5", "9.999"], [1113000.0, 25.5, 9999.0]),
        (["1,234", "56", "1,234,567.5", "0.125"], [1234.0, 56.0, 1234567.5, 0.125]),
        (["1,23,456.50", "1e3", "12,34.5", "", "-"], [123456.5, 1000.0, np.nan, np.nan, np.nan]),
        (["￥12.50", "12.50元", "CNY 1,000.00", "7.25RMB"], [12.5, 12.5, 1000.0, 7.25]),
        ([Decimal("12.500"), None, Decimal("1.125")], [12.5, np.nan, 1.125]),
    ],
)
def test_amounts_as_written(cells: list[object], values: list[float]) -> None:
    amounts, _ = read_amounts(pd.Series(cells, dtype=object), "here")
    np.testing.assert_array_equal(amounts, values)


def test_signs_stand_for_the_currencies_that_they_share() -> None:
    assert one_currency(["$", "AUD"], "x") == Currency("$", frozenset({"AUD"}))
    assert one_currency(["RMB", "元", "\u00a5"], "x") == Currency("RMB", frozenset({"CNY"}))
    assert one_currency([], "x") is None


def test_spaces_around_customer_ids_are_no_part_of_them(export: Export) -> None:
    spaced = export(
        lambda t: t.assign(customer_id=[f" {c}" if i % 2 else f"{c} " for i, c in enumerate(t.customer_id)])
    )
    assert read_orders(spaced).customers.index.tolist() == read_orders(export(name="a.csv")).customers.index.tolist()


# --- what is set aside -----------------------------------------------------------------------------


def test_copies_are_set_aside_only_with_order_numbers(export: Export) -> None:
    def doubled(table: pd.DataFrame) -> pd.DataFrame:
        return pd.concat([table, table.iloc[[5]]], ignore_index=True)

    unsure = read_orders(export(doubled))
    reason = "like an earlier row; without order numbers it may be another order"
    assert aside(unsure) == {reason: (1, "timing and spend")}
    sure = read_orders(export(lambda t: doubled(t.assign(order_id=range(len(t))))))
    assert aside(sure) == {"a copy of an earlier row, order number included": (1, "")}
    assert sure.customers["spent"].sum() < unsure.customers["spent"].sum()


def test_zero_amounts_count_for_timing_and_not_for_spend(export: Export) -> None:
    orders = read_orders(export(put(1, "amount", 0)))
    assert aside(orders) == {"an amount of zero": (1, "timing")}
    assert orders.set_aside[0].first_row == 3
    row = orders.customers.loc["c00"]
    assert (row["x"], row["spend_orders"], row["repeat_spend_orders"]) == (3, 3, 2)


def test_refunds(export: Export) -> None:
    flagged = read_orders(export(lambda t: t.assign(refunded=[1] + [0] * (len(t) - 1))))
    assert aside(flagged) == {"the order was refunded in full": (1, "")}
    partly = read_orders(export(lambda t: t.assign(退款金额=[5, 1e6] + [0] * (len(t) - 2))))
    assert aside(partly) == {
        "refunded in part: the rest counts as spend": (1, "timing and spend"),
        "the order was refunded in full": (1, ""),
    }
    negative = read_orders(export(put(1, "amount", -9.0)))
    assert aside(negative) == {"refunded in part: the rest counts as spend": (2, "timing and spend")}
    lost = read_orders(export(put(0, "amount", -9.0)))
    reason = "a negative amount: a refund (the order that it undoes is not in the file)"
    assert aside(lost) == {reason: (1, "")}


def test_refund_rows_that_name_their_order_undo_it(export: Export) -> None:
    def change(table: pd.DataFrame) -> pd.DataFrame:
        table = table.assign(order_id=[f"o{i}" for i in range(len(table))])
        later = {"customer_id": "c00", "order_date": date(2024, 5, 1)}
        part = {**later, "amount": -1.0, "order_id": "o0"}
        whole = {**later, "amount": -table["amount"][1], "order_id": "o1"}
        return add(part, whole)(table)

    plain, orders = read_orders(export(name="plain.csv")), read_orders(export(change))
    assert aside(orders)["the order was refunded in full"] == (2, "")
    assert aside(orders)["refunded in part: the rest counts as spend"] == (2, "timing and spend")
    mine, before = orders.customers.loc["c00"], plain.customers.loc["c00"]
    first_two = plain.orderdays["cents"].to_numpy()[:2]
    assert mine["x"] == before["x"] - 1
    assert mine["spent"] == before["spent"] - 100 - first_two[1]


def test_wholesale_future_closed_unpaid_and_nameless_rows(export: Export) -> None:
    def change(table: pd.DataFrame) -> pd.DataFrame:
        table = table.astype(object).assign(status="done").rename(columns={"order_date": "付款时间"})
        table.loc[0, "amount"], table.loc[1, "付款时间"] = 1e6, date(2399, 1, 1)
        table.loc[2, "status"], table.loc[3, "付款时间"], table.loc[4, "customer_id"] = "交易关闭", "", ""
        return table

    orders = read_orders(export(change), today=date(2026, 1, 1))
    kept = [row.kept_for for row in orders.set_aside]
    reasons = [row.reason.split(":")[0] for row in orders.set_aside]
    assert reasons == [
        "the order was closed or cancelled",
        "no 付款时间",
        "no customer id",
        "dated after today (2026-01-01)",
        "wholesale",
    ]
    assert kept == ["", "", "", "", "timing"]
    soon = read_orders(export(put(1, "order_date", date(2026, 1, 2))), today=date(2026, 1, 1))
    assert aside(soon) == {"dated after today (2026-01-01)": (1, "")}


def test_one_unreadable_date_in_a_hundred_is_set_aside_and_named(export: Export) -> None:
    orders = read_orders(export(put(7, "order_date", "soon")))
    assert aside(orders) == {"unreadable date, first in row 9, of the form 'aaaa'": (1, "")}


# --- errors ----------------------------------------------------------------------------------------


def test_missing_file(tmp_path: Path) -> None:
    path = tmp_path / "none.csv"
    assert place_and_got(path) == (str(path), "")


def test_empty_file_and_header_alone(tmp_path: Path) -> None:
    path = tmp_path / "empty.csv"
    path.write_text("")
    assert place_and_got(path) == ("empty.csv: row 1", "an empty file")
    path.write_text("customer_id,order_date,amount\n")
    assert place_and_got(path) == ("empty.csv: row 2", "")


def test_binary_and_broken_files(tmp_path: Path) -> None:
    path = tmp_path / "b.csv"
    path.write_bytes(b"customer_id\n\x00\x01\x02")
    assert refused(path).place.startswith("b.csv")
    path.write_bytes(b"PAR1 and no more")
    mistake = refused(path)
    assert (mistake.place, mistake.expected) == ("b.csv", "a complete Parquet file")
    path.write_bytes(b"\x1f\x8b cut")
    assert "gzip" in refused(path).problem


def test_missing_column_names_what_is_there(export: Export) -> None:
    mistake = refused(export(lambda t: t.rename(columns={"amount": "worth"})))
    assert (mistake.place, mistake.got) == ("shop.csv: row 1", "the columns 'customer_id', 'order_date', 'worth'")
    assert "--map amount=COLUMN" in mistake.expected
    assert "买家实际支付金额" in mistake.expected


def test_all_missing_columns_are_named_at_once_with_the_nearest(export: Export) -> None:
    names = {"customer_id": "Cust ID no", "order_date": "moment", "amount": "worth total"}
    mistake = refused(export(lambda table: table.rename(columns=names)))
    assert mistake.problem == "no column holds the customer or the date or the amount"
    assert mistake.got == "the columns 'Cust ID no', 'moment', 'worth total'"
    assert mistake.expected.startswith(
        "--map customer=COLUMN,date=COLUMN,amount=COLUMN (perhaps 'customer=Cust ID no' 'amount=worth total') or names"
    )
    assert "order_date, date, paid_at, 付款时间" in mistake.expected


def test_wrong_mapping(export: Export) -> None:
    mistake = refused(export(), mapping={"cost": "amount"})
    kinds = "customer, date, amount, price, quantity, order, "
    assert (mistake.place, mistake.got) == ("--map", "'cost'")
    assert kinds in mistake.expected
    got = "the columns 'customer_id', 'order_date', 'amount'"
    assert place_and_got(export(), mapping={"amount": "worth"}) == ("shop.csv: row 1: --map amount=worth", got)


def test_a_tenth_of_the_dates_unreadable(export: Export) -> None:
    mistake = refused(
        export(lambda t: t.assign(order_date=["??" if i % 10 == 3 else d for i, d in enumerate(t["order_date"])]))
    )
    assert (mistake.place, mistake.got) == ("shop.csv: row 5, column order_date", "'??'")
    assert "10.0%" in mistake.problem
    assert "2026-01-31" in mistake.expected


def test_unreadable_amounts(export: Export) -> None:
    mistake = refused(export(lambda t: t.assign(amount="free")))
    assert (mistake.place, mistake.got) == ("shop.csv: row 2, column amount", "'free'")
    assert "100.0%" in mistake.problem
    assert "1234.50" in mistake.expected


def test_ambiguous_dates_and_mixed_currencies(export: Export) -> None:
    dates = export(lambda t: t.assign(order_date="03/04/2024"))
    assert place_and_got(dates) == ("shop.csv: column order_date", "'03/04/2024'")
    mixed = export(lambda t: t.assign(amount=["$5" if i % 2 else "€5" for i in range(len(t))]))
    assert place_and_got(mixed) == ("shop.csv: column amount", "$ and €")


def test_amounts_without_the_currency_of_the_others_are_counted(export: Export) -> None:
    written = export(lambda t: t.assign(amount=["5 EUR" if i % 2 else "5" for i in range(len(t))]))
    (note,) = [note for note in read_orders(written).notes if "no currency" in note]
    assert note.startswith(f"amount: {(len(pd.read_csv(written)) + 1) // 2:,} amounts name no currency")


def test_contradicting_and_undecided_decimal_marks(export: Export) -> None:
    both = export(lambda t: t.assign(amount=["13,12" if i % 2 else "1,234.50" for i in range(len(t))]))
    assert place_and_got(both) == ("shop.csv: column amount", "'1,234.50' and '13,12'")
    either = export(lambda t: t.assign(amount=["1.500" if i % 2 else "250" for i in range(len(t))]))
    assert place_and_got(either) == ("shop.csv: column amount", "'1.500'")


def test_column_of_currencies(export: Export) -> None:
    two = export(lambda t: t.assign(币种=["CNY" if i % 2 else "USD" for i in range(len(t))]))
    assert place_and_got(two) == ("shop.csv: column 币种", "CNY and USD")
    other = export(lambda t: t.assign(currency="CNY", amount=[f"${a}" for a in t["amount"]]))
    assert place_and_got(other) == ("shop.csv", "CNY and $")
    alike = read_orders(export(lambda t: t.assign(currency="rmb", amount=[f"¥{a}" for a in t["amount"]])))
    assert alike.currency == Currency("RMB", frozenset({"CNY"}))


def test_unreadable_refunds(export: Export) -> None:
    some = export(lambda t: t.assign(refund=["some" if i % 10 == 3 else "0.00" for i in range(len(t))]))
    assert place_and_got(some) == ("shop.csv: row 5, column refund", "'some'")
    cells = ["some", "", "-", "2,50"]
    orders = read_orders(export(lambda t: t.assign(refund=cells + ["0,00"] * (len(t) - 4))))
    assert aside(orders) == {
        "unreadable refunded, first in row 2, of the form 'aaaa'": (1, ""),
        "refunded in part: the rest counts as spend": (1, "timing and spend"),
    }


def test_two_columns_of_one_name(export: Export) -> None:
    twice = export(lambda t: t.assign(total=1.0).set_axis([*t.columns, " amount"], axis=1))
    assert place_and_got(twice) == ("shop.csv: row 1", "2 columns named 'amount'")
    unused = export(lambda t: t.assign(a=1, b=2).set_axis([*t.columns, "note", "note"], axis=1))
    assert len(read_orders(unused).customers) == 40


def test_one_customer_and_no_repeats(export: Export) -> None:
    def expected_and_got(change: Callable[[pd.DataFrame], pd.DataFrame]) -> tuple[str, str]:
        mistake = refused(export(change))
        assert mistake.place == "shop.csv"
        return mistake.expected, mistake.got

    assert expected_and_got(lambda t: t.assign(customer_id="me")) == ("at least 20 customers", "1")
    assert expected_and_got(lambda t: t.drop_duplicates("customer_id")) == ("at least 10 repeat order-days", "0")
    expected = "at least 20 order-days with an amount above zero"
    assert expected_and_got(lambda t: t.assign(amount=0)) == (expected, "0")


def test_spreadsheets_and_ragged_rows(export: Export, tmp_path: Path) -> None:
    path = tmp_path / "shop.xlsx"
    path.write_bytes(b"PK")
    assert refused(path).place.startswith("shop.xlsx")
    ragged = export()
    ragged.write_text(ragged.read_text() + "a,b,c,d,e\n")
    assert place_and_got(ragged) == ("shop.csv: row 162", "5")
    header, *rows = export().read_text().splitlines()
    ragged.write_text("\n".join([header, *(f"{row}," for row in rows)]))
    assert len(read_orders(ragged).customers) == 40
    ragged.write_text("\n".join([header, *(f"{row},x" for row in rows)]))
    assert place_and_got(ragged) == ("shop.csv: row 2", "4")
    ragged.write_text("\r".join([header, f"{rows[0]},x,y", *rows[1:]]))
    assert place_and_got(ragged) == ("shop.csv: row 2", "5")


# --- real data -------------------------------------------------------------------------------------


def test_the_wheels_sample_is_the_tenth(cdnow: Orders, real: Callable[[str], Path]) -> None:
    orders = read_orders(real("cdnow/orders.csv"))
    pd.testing.assert_frame_equal(orders.orderdays, cdnow.orderdays)
    assert (orders.rows, len(orders.customers), len(orders.orderdays)) == (6919, 2357, 6696)


def test_cdnow_counts(cdnow: Orders) -> None:
    assert (cdnow.rows, len(cdnow.customers), len(cdnow.orderdays)) == (6919, 2357, 6696)
    assert aside(cdnow)["an amount of zero"][1] == "timing"
    assert np.all(cdnow.customers["x"] >= 0)


def test_tmall_sets_refunded_orders_aside(real: Callable[[str], Path]) -> None:
    orders = read_orders(real("tmall/orders.csv.gz"))
    assert aside(orders)["the order was refunded in full"] == (1040, "")
    assert orders.columns["flag"] == "refunded"
