"""Discounts in an export: worked by hand, columns that do not add up, names, and the terminal."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from rich.console import Console

from calibration import calibrate, print_calibration
from calibration.orders.discounts import Discounts
from calibration.orders.order_history import read_orders
from scenarios.errors import InputError
from tests.json_page import assert_documented

Export = Callable[..., Path]


def priced(table: pd.DataFrame) -> pd.DataFrame:
    """160 orders of list value 100: every second with 20 off and every eighth with a coupon of 5 more."""
    n = np.arange(len(table))
    off, coupon = np.where(n % 2 == 0, 20.0, 0.0), np.where(n % 8 == 0, 5.0, 0.0)
    return table.assign(gross=100.0, shop_discount=off, coupon=coupon, amount=100.0 - off - coupon)


def seen_in(path: Path, **more: object) -> Discounts:
    found = read_orders(path, **more).discounts  # type: ignore[arg-type]
    assert found is not None
    return found


def test_by_hand(export: Export) -> None:
    found = seen_in(export(priced))
    assert found.sum == "gross less shop_discount and coupon is the amount"
    assert (found.rows, found.disagree, found.first_row, found.orders) == (160, 0, None, 160)
    assert found.discounted == 0.5
    assert found.given == pytest.approx((80 * 20 + 20 * 5) / 16000)
    assert found.depth is not None
    assert (found.depth.p10, found.depth.median, found.depth.p90) == pytest.approx((0.2, 0.2, 0.25))
    retail, coupon = found.kinds
    assert (retail.kind, retail.column, retail.in_amount, retail.orders) == ("retail", "shop_discount", True, 0.5)
    assert (coupon.kind, coupon.in_amount, coupon.orders, coupon.given) == ("coupon", True, 0.125, 100 / 16000)
    assert coupon.depth is not None
    assert coupon.depth.median == 0.05
    assert sum(month.orders for month in found.months) == 160
    assert [month.month for month in found.months] == ["2024-03", "2024-04", "2024-05"]
    assert sum(month.given * month.orders for month in found.months) == pytest.approx(found.given * 160)
    assert found.to_json()["fitted"] is False
    assert_documented(json.loads(json.dumps(found.to_json())), "Discounts")


def test_a_coupon_of_another_party_is_found_by_the_sum(export: Export) -> None:
    found = seen_in(export(lambda t: priced(t).assign(amount=lambda p: p["gross"] - p["shop_discount"])))
    assert found.sum == "gross less shop_discount is the amount"
    assert [kind.in_amount for kind in found.kinds] == [True, False]
    assert found.given == pytest.approx(1600 / 16000)


def test_rows_that_do_not_add_up_are_counted_and_left_out(export: Export) -> None:
    def wrong(table: pd.DataFrame) -> pd.DataFrame:
        table = priced(table)
        table.loc[[7, 9, 11], "amount"] = 50.0
        return table

    path = export(wrong)
    orders = read_orders(path)
    found = orders.discounts
    assert found is not None
    assert (found.disagree, found.first_row, found.orders) == (3, 9, 157)
    row = next(row for row in orders.set_aside if "does not hold" in row.reason)
    assert row.reason == "it does not hold that gross less shop_discount and coupon is the amount"
    assert (row.rows, row.first_row, row.kept_for) == (3, 9, "timing and spend")
    assert orders.customers["spent"].sum() == 100 * pd.read_csv(path)["amount"].sum()


def test_columns_that_never_add_up_are_not_described(export: Export) -> None:
    orders = read_orders(export(lambda t: priced(t).assign(gross=300.0)))
    assert orders.discounts is None
    assert orders.notes == (
        "gross less shop_discount and coupon is the amount in only 0% of the rows, so discounts are not described: "
        "name their columns by --map gross=COLUMN,discount=COLUMN",
    )


def test_list_value_alone_and_discounts_alone(export: Export) -> None:
    alone = seen_in(export(lambda t: priced(t).drop(columns=["shop_discount", "coupon"])))
    assert alone.sum == "gross is at least the amount"
    assert (alone.kinds, alone.given) == ((), 1700 / 16000)
    without = seen_in(export(lambda t: priced(t).drop(columns="gross")))
    assert without.sum == "no column holds the list value: it is taken as the amount and shop_discount and coupon"
    assert without.given == alone.given
    nothing = read_orders(export())
    assert (nothing.discounts, nothing.notes) == (None, ())


def test_chinese_names_signs_and_blanks(export: Export) -> None:
    def change(table: pd.DataFrame) -> pd.DataFrame:
        table = priced(table)
        total = -(table.pop("shop_discount") + table.pop("coupon"))
        return table.assign(优惠金额=total.map(lambda v: f"¥{v:.2f}" if v else "")).rename(
            columns={"gross": "商品原价"}
        )

    found = seen_in(export(change))
    assert found.sum == "商品原价 less 优惠金额 is the amount"
    assert (found.given, found.discounted, found.disagree) == (1700 / 16000, 0.5, 0)


def test_lines_of_one_order_are_one_order(export: Export) -> None:
    def lines(table: pd.DataFrame) -> pd.DataFrame:
        return priced(table).assign(order_id=lambda t: "o" + (t.index // 2).astype(str))

    found = seen_in(export(lines))
    assert (found.rows, found.orders, found.discounted) == (160, 80, 1.0)
    assert found.depth is not None
    assert found.depth.median == pytest.approx(0.1)
    assert found.given == 1700 / 16000


def test_refunds_do_not_look_like_discounts(export: Export) -> None:
    """Half of each order's money was paid back: the depth is that of the order as it was paid."""
    found = seen_in(export(lambda t: priced(t).assign(refund_amount=lambda p: p["amount"] / 2)))
    assert (found.given, found.disagree) == (1700 / 16000, 0)


def test_a_column_of_codes_is_left_out_unless_it_was_named(export: Export) -> None:
    codes = export(lambda t: priced(t).assign(coupon="SAVE5", amount=100.0 - priced(t)["shop_discount"]))
    orders = read_orders(codes)
    assert orders.discounts is not None
    assert [kind.kind for kind in orders.discounts.kinds] == ["retail"]
    (note,) = orders.notes
    assert note.startswith("shop.csv: column coupon: ")
    assert note.endswith("; the column is left out of the discounts")
    with pytest.raises(InputError) as caught:
        read_orders(codes, mapping={"coupon": "coupon"})
    assert (caught.value.place, caught.value.got) == ("shop.csv: column coupon: row 2", "'SAVE5'")


def test_columns_as_mapped(export: Export) -> None:
    def renamed(table: pd.DataFrame) -> pd.DataFrame:
        return priced(table).rename(columns={"gross": "before", "shop_discount": "less"}).drop(columns="coupon")

    found = seen_in(
        export(lambda t: renamed(t).assign(amount=lambda r: r["before"] - r["less"])),
        mapping={"gross": "before", "discount": "less"},
    )
    assert (found.sum, found.given) == ("before less less is the amount", 0.1)


def test_discounts_in_the_terminal_and_in_json(export: Export) -> None:
    answer = calibrate(export(priced), draws=20)
    stream = io.StringIO()
    print_calibration(answer, Console(file=stream, width=160))
    text = stream.getvalue()
    assert "discounts of 160 orders: gross less shop_discount and coupon is the amount" in text
    assert "does not hold in 0 of 160 rows" in text
    row = next(line for line in text.splitlines() if line.startswith("│ shop_discount"))
    assert [cell.strip() for cell in row.strip("│").split("│")][1:] == [
        "yes",
        "50.0 %",
        "20.0 %",
        "20.0 %",
        "20.0 %",
        "10.0 %",
    ]
    assert "spend is fitted on list value; the response to discounts is not fitted to these columns alone" in text
    assert answer.to_json()["orders"]["discounts"]["given"] == pytest.approx(1700 / 16000)
