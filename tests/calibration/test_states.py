"""States of orders: each word is a sale, no sale, or unknown; cells of rows that are no sales never stop a file."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from calibration.order_files.profiles import TREATMENTS
from calibration.orders.order_rows import ReadingOptions
from calibration.orders.reading_files import load_reading, reading_text
from calibration.orders.states import StateCount, split_mapping, vocabulary
from scenarios.errors import InputError
from tests.calibration.order_shop import aside, facts, lines_of, read, shop, truth, written

REASONS = {
    "cancelled": "the order was closed or cancelled",
    "not paid": "the order was not paid",
    "refunded": "the order was refunded in full",
}
WORDS = {
    "woocommerce": ("wc-completed", "wc-on-hold", "wc-cancelled", "wc-refunded"),
    "magento": ("complete", "pending_payment", "canceled", "Refunded"),
    "shopify": ("paid", "authorized", "voided", "refunded"),
    "amazon": ("Shipped - Delivered to Buyer", "Pending", "Cancelled", "Shipped - Returned to Seller"),
    "stripe": ("succeeded", "requires_payment_method", "canceled", "charged_back"),
    "square": ("COMPLETED", "FAILED", "CANCELED", "REFUNDED"),
    "taobao": ("卖家已发货，等待买家确认", "等待买家付款", "交易关闭", "退款成功"),
    "jd": ("等待出库", "等待付款", "(删除)已取消", "已退款"),
    "pinduoduo": ("已发货，待签收", "待付款", "已取消", "未发货，退款成功"),
    "douyin": ("已完成", "待支付", "已关闭", "已全额退款"),
    "youzan": ("交易完成", "未付款", "超时关闭", "退款中"),
    "wechat": ("待收货", "待付款", "订单取消", "退款完成"),
}


def stated(words: Sequence[str]) -> pd.DataFrame:
    table = written(shop())
    return table.assign(status=[words[n % len(words)] for n in range(len(table))])


@pytest.mark.parametrize("platform", WORDS)
def test_words_of_platforms(tmp_path: Path, platform: str) -> None:
    words = WORDS[platform]
    found = read(stated(words), tmp_path)
    assert facts(found) == truth(shop().iloc[::4])
    assert {(s.state, s.rows, s.treated_as) for s in found.states} == {
        (word.strip(), 30, treatment)
        for word, treatment in zip(words, ("sale", "not paid", "cancelled", "refunded"), strict=True)
    }
    assert aside(found) == dict.fromkeys(REASONS.values(), 30)


def test_no_word_has_two_treatments() -> None:
    for section in ("states", "neutral", "types"):
        assert set(vocabulary(section).values()) <= set(TREATMENTS)
    text = (Path(__file__).parents[2] / "calibration" / "orders" / "states.toml").read_text(encoding="utf-8")
    written_words = [word for line in text.splitlines() if line.startswith("    ") for word in line.split('"')[1::2]]
    assert len(vocabulary("states")) + len(vocabulary("neutral")) <= len(written_words)
    both = set(vocabulary("neutral")) & {word for word, t in vocabulary("states").items() if t != "sale"}
    assert both == set()


@pytest.mark.parametrize("words", [("bezahlt", "storniert"), ("Livré", "Remboursé"), ("発送済み", "キャンセル")])
def test_columns_of_states_in_other_languages(tmp_path: Path, words: tuple[str, str]) -> None:
    found = read(written(shop()).assign(phase=[words[n % 2] for n in range(120)]), tmp_path)
    assert facts(found) == truth(shop().iloc[::2])
    assert "phase was read as the state of an order, by its words" in found.notes


# --- unknown states --------------------------------------------------------------------------------


def test_unknown_states_are_refused_with_the_map_that_settles_them(tmp_path: Path) -> None:
    table = stated(["completed", "completed", "half way", "部分发货中"])
    with pytest.raises(InputError) as caught:
        read(table, tmp_path)
    assert caught.value.problem == "50.0% of the rows have a state that is not known"
    assert caught.value.got == "'half way' (30 rows), '部分发货中' (30 rows)"
    assert "--map state:half way=sale" in caught.value.expected
    assert "\n" not in str(caught.value)
    found = read(table, tmp_path, {"state:half way": "sale", "state:部分发货中": "not-paid"})
    assert facts(found)[1] == 90
    assert StateCount("部分发货中", 30, "not paid") in found.states


def test_few_unknown_states_are_set_aside_and_said(tmp_path: Path) -> None:
    found = read(stated(["completed"] * 119 + ["half way"]), tmp_path)
    assert aside(found) == {"the state of the order is not known": 1}
    assert StateCount("half way", 1, "unknown") in found.states


def test_a_wrong_treatment() -> None:
    with pytest.raises(InputError) as caught:
        split_mapping({"state:half way": "perhaps"})
    assert (caught.value.place, caught.value.got) == ("--map state:half way", "'perhaps'")
    assert split_mapping({"amount": "total", "state:A b": "Not_paid"}) == ({"amount": "total"}, {"ab": "not paid"})


def test_blank_states(tmp_path: Path) -> None:
    none = read(stated([""]), tmp_path)
    assert (facts(none), none.notes) == (truth(shop()), ("the column status is blank throughout and was not used",))
    some = stated(["completed", ""])
    with pytest.raises(InputError) as caught:
        read(some, tmp_path)
    assert caught.value.got == "'(blank)' (60 rows)"
    assert facts(read(some, tmp_path, {"state:(blank)": "sale"})) == truth(shop())


# --- columns ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("platform", ["woocommerce", "taobao", "youzan"])
def test_a_column_of_another_name_is_known_by_its_words(tmp_path: Path, platform: str) -> None:
    table = stated(WORDS[platform])
    other = table.rename(columns={"status": "wp_state"}).assign(segment=["new", "returning"] * 60)
    found = read(other, tmp_path)
    assert facts(found) == facts(read(table, tmp_path)) == truth(shop().iloc[::4])
    assert found.notes[0] == "wp_state was read as the state of an order, by its words"
    assert found.columns["status"] == "wp_state"
    plain = read(other.assign(wp_state=["new", "returning", "open", "lost"] * 30), tmp_path)
    assert (facts(plain), plain.states) == (truth(shop()), ())


# --- several columns -------------------------------------------------------------------------------


def test_a_column_of_after_sale_cases(tmp_path: Path) -> None:
    cases = ["无售后或售后取消", "退款成功", "", "退款关闭"]
    table = stated(["已完成"]).rename(columns={"status": "订单状态"})
    found = read(table.assign(售后状态=[cases[n % 4] for n in range(len(table))]), tmp_path)
    assert facts(found)[1] == 90
    assert StateCount("已完成; 退款成功", 30, "refunded") in found.states


@pytest.mark.parametrize(("no", "yes"), [("", "2024-05-01 10:00"), ("false", "true"), ("0", "1")])
def test_a_column_of_cancellations(tmp_path: Path, no: str, yes: str) -> None:
    table = written(shop())
    found = read(table.assign(cancelled_at=[yes if n % 4 == 3 else no for n in range(len(table))]), tmp_path)
    assert (facts(found)[1], aside(found)) == (90, {REASONS["cancelled"]: 30})


def test_orders_without_a_time_of_payment(tmp_path: Path) -> None:
    """Without a state they were never paid; a sale by its state, as on delivery, is dated by the order."""
    table = written(shop()).rename(columns={"order_date": "付款时间"})
    made = table["付款时间"]
    table["付款时间"] = ["" if n % 4 == 3 else stamp for n, stamp in enumerate(made)]
    found = read(table, tmp_path)
    assert (facts(found)[1], aside(found)) == (90, {"no 付款时间: never paid": 30})
    found = read(table.assign(下单时间=made, 订单状态="交易成功"), tmp_path)
    assert facts(found) == truth(shop())
    assert found.notes == ("30 rows without 付款时间 were dated by 下单时间",)


def test_cells_of_rows_that_are_no_sales_never_stop_a_file(tmp_path: Path) -> None:
    table = stated(["completed", "cancelled"])
    closed = table["status"] == "cancelled"
    table.loc[closed, ["amount", "order_date", "customer_id"]] = ["€ none", "soon", "t**3"]
    found = read(table, tmp_path)
    assert (facts(found)[1], aside(found)) == (60, {REASONS["cancelled"]: 60})


def test_words_of_one_column_settle_a_file_with_several(tmp_path: Path) -> None:
    """The refusal names words as `--map` takes them, and the written reading has them."""
    table = stated(["boxed", "completed"]).assign(payment_status=["paid", "paid", "unpaid"] * 40)
    with pytest.raises(InputError) as caught:
        read(table, tmp_path)
    assert (caught.value.got, "--map state:boxed=sale" in str(caught.value)) == ("'boxed' (60 rows)", True)
    found = read(table, tmp_path, {"state:boxed": "sale"})
    assert facts(found)[1] == 80
    (tmp_path / "reading.toml").write_text(reading_text(found, ReadingOptions()), encoding="utf-8")
    mapping, options = load_reading(tmp_path / "reading.toml")
    assert facts(read(table, tmp_path, mapping, options)) == facts(found)


@pytest.mark.parametrize(("header", "no", "yes"), [("is_paid", "0", "1"), ("payment_status", "no", "paid")])
def test_a_column_that_says_whether_an_order_was_paid(tmp_path: Path, header: str, no: str, yes: str) -> None:
    table = written(shop())
    found = read(table.assign(**{header: [no if n % 4 == 3 else yes for n in range(len(table))]}), tmp_path)
    assert (facts(found)[1], aside(found)) == (90, {REASONS["not paid"]: 30})


@pytest.mark.parametrize(("header", "words"), [("is_test", ("", "true")), ("取消原因", ("订单未关闭", "不想要了"))])
def test_flags_and_reasons_of_orders_that_are_none(tmp_path: Path, header: str, words: tuple[str, str]) -> None:
    table = written(shop())
    found = read(table.assign(**{header: [words[n % 4 == 3] for n in range(len(table))]}), tmp_path)
    assert (facts(found)[1], aside(found)) == (90, {REASONS["cancelled"]: 30})


def test_a_column_of_states_under_another_header_with_a_strange_word(tmp_path: Path) -> None:
    table = stated(["completed", "cancelled", "in the clouds"]).rename(columns={"status": "OrderStatusName"})
    with pytest.raises(InputError) as caught:
        read(table, tmp_path)
    assert caught.value.got == "'in the clouds' (40 rows)"


def test_a_column_that_may_speak_of_states_is_named(tmp_path: Path) -> None:
    table = written(shop()).assign(refund_kind=["a", "b"] * 60, latest="a", chargeback_note=["", "x"] * 60)
    (note,) = read(table, tmp_path).notes
    assert note.startswith("not read, though it may say which rows are no sales: refund_kind, chargeback_note (--map ")


# --- columns of yes and no -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("header", "yes", "no", "treatment"),
    [
        ("Paid", "Yes", "No", "not paid"),
        ("captured", "true", "false", "not paid"),
        ("是否支付", "是", "否", "not paid"),
        ("paid", "1.0", "0.0", "not paid"),
        ("livemode", "TRUE", "FALSE", "cancelled"),
        ("Mode", "Live", "Test", "cancelled"),
        ("is_test", "", "true", "cancelled"),
        ("Order cancelled", "n", "y", "cancelled"),
        ("refunded", "False", "True", "refunded"),
        ("是否退款", "否", "是", "refunded"),
    ],
)
def test_flags_are_states(tmp_path: Path, header: str, yes: str, no: str, treatment: str) -> None:
    """The word of rows that are sales comes first; the amount is in another column."""
    table = written(shop()).rename(columns={"amount": "total"})
    table[header] = [no if n % 4 == 3 else yes for n in range(len(table))]
    found = read(table, tmp_path)
    assert (facts(found)[1], aside(found)) == (90, {REASONS[treatment]: 30})
    assert StateCount(f"{header}: {no}", 30, treatment) in found.states
    assert sum(state.rows for state in found.states if state.treated_as == "sale") == 90


def test_several_flags_and_the_money_that_was_refunded(tmp_path: Path) -> None:
    table = written(shop()).assign(status="succeeded", livemode="true", captured="true", refunded="false")
    table.loc[:9, "livemode"], table.loc[10:19, "captured"], table.loc[20:29, "refunded"] = "false", "false", "true"
    table["amount_refunded"] = "0.00"
    table.loc[20:29, "amount_refunded"] = table["amount"]
    table.loc[30:39, "amount_refunded"] = "2.50"
    found = read(table, tmp_path)
    _, orders, sales = truth(shop().iloc[30:])
    assert facts(found)[1:] == (orders, round(sales - 25.0, 2))
    assert StateCount("succeeded; livemode: true; captured: true; refunded: true", 10, "refunded") in found.states


def test_a_flag_of_a_line_takes_the_line_off(tmp_path: Path) -> None:
    lines = lines_of(shop())
    first = lines["order_id"].duplicated(keep=False) & ~lines["order_id"].duplicated()
    found = read(lines.assign(returned=np.where(first, "yes", "no")), tmp_path)
    assert (facts(found)[1], found.sales) == (120, pytest.approx(lines.loc[~first, "amount"].sum()))


def test_unknown_words_of_flags_are_refused(tmp_path: Path) -> None:
    table = written(shop()).assign(paid=["yes", "yes", "no", "perhaps"] * 30)
    with pytest.raises(InputError) as caught:
        read(table, tmp_path)
    assert (caught.value.place, caught.value.got) == ("orders.csv: column paid", "'paid: perhaps' (30 rows)")
    assert "--map state:paid: perhaps=sale" in caught.value.expected
    found = read(table, tmp_path, {"state:paid: perhaps": "sale", "state:paid: no": "sale"})
    assert facts(found) == truth(shop())
    (tmp_path / "reading.toml").write_text(reading_text(found, ReadingOptions()), encoding="utf-8")
    assert facts(read(table, tmp_path, load_reading(tmp_path / "reading.toml")[0])) == truth(shop())
    blank = table.assign(paid=["yes", "yes", "yes", ""] * 30)
    with pytest.raises(InputError) as caught:
        read(blank, tmp_path)
    assert caught.value.got == "'paid: (blank)' (30 rows)"
    assert facts(read(blank, tmp_path, {"state:paid: (blank)": "not paid"}))[1] == 90


@pytest.mark.parametrize(
    "cells", [["12.50", "0", "1", "7.25"], ["2024-05-01", "", "", "2024-06-01"], ["a", "b", "yes", "c"]]
)
def test_amounts_dates_and_other_words_are_no_flags(tmp_path: Path, cells: list[str]) -> None:
    assert facts(read(written(shop()).assign(paid=cells * 30), tmp_path)) == truth(shop())
    assert facts(read(written(shop()).assign(mode=["0", "1"] * 60, is_live=["no", "yes"] * 60), tmp_path)) == truth(
        shop()
    )


@pytest.mark.parametrize("later", ["refunded", "cancelled"])
def test_rows_that_come_again_with_a_later_state(tmp_path: Path, later: str) -> None:
    table = written(shop()).assign(status="completed")
    again = table.iloc[::4].assign(status=later)
    found = read(pd.concat([table, again]), tmp_path)
    assert (facts(found)[1], aside(found)) == (90, {REASONS[later]: 60})
    assert found.notes == ("30 rows stand in the file again as refunded or cancelled, and count as that",)


@pytest.mark.parametrize(
    ("sale", "cancelled"),
    [("Bezahlt", "Storniert"), ("Terminée", "Annulée"), ("発送済み", "キャンセル"), ("已出貨", "取消訂單")],
)
def test_words_of_other_languages(tmp_path: Path, sale: str, cancelled: str) -> None:
    found = read(stated([sale, cancelled]), tmp_path)
    assert (facts(found)[1], aside(found)) == (60, {REASONS["cancelled"]: 60})
