"""What a row is, copies, and refunds: one shop written in many shapes is read as the same orders."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from calibration.orders.states import StateCount
from scenarios.errors import InputError
from tests.calibration.order_shop import aside, facts, lines_of, read, shop, truth, written

WHOLE, PART = "the order was refunded in full", "refunded in part: the rest counts as spend"
COPY = "a copy of an earlier row, order number included"


def returns_of(table: pd.DataFrame, every: int = 10, share: float = 1.0, days: int = 3) -> pd.DataFrame:
    """Returns of every n-th order, some days later, as rows with a negative amount."""
    some = table.iloc[::every]
    later = some["order_date"] + pd.Timedelta(days=days)
    return some.assign(order_date=later, amount=-np.round(some["amount"] * share, 2))


def kept(table: pd.DataFrame, every: int = 10) -> tuple[int, int, float]:
    return truth(table.drop(table.index[::every]))


# --- orders and lines ------------------------------------------------------------------------------


def test_orders(tmp_path: Path) -> None:
    found = read(written(shop()), tmp_path)
    assert (facts(found), found.row_is, found.set_aside, found.notes) == (truth(shop()), "order", (), ())


def test_lines_whose_amounts_differ_are_summed(tmp_path: Path) -> None:
    found = read(lines_of(shop()), tmp_path)
    assert (facts(found), found.row_is) == (truth(shop()), "line")
    assert found.notes == ("amount differs within an order: it is that of a row, and summed",)


def test_lines_at_one_price_are_summed(tmp_path: Path) -> None:
    """Two lines at one price in one order, which differ in a column that nobody maps."""
    table = shop()
    table["amount"] = np.round(table["amount"]) * 2
    halves = [table.assign(amount=table["amount"] / 2, sku=sku) for sku in ("A", "B")]
    found = read(pd.concat(halves).sort_values("order_id"), tmp_path)
    assert (facts(found), found.row_is) == (truth(table), "line")
    forced = read(lines_of(shop()), tmp_path, {"order_amount": "amount"})
    assert facts(forced)[2] < truth(shop())[2]
    assert "so --map names it" in forced.notes[0]
    (note,) = found.notes
    assert "equal on the rows of an order and summed" in note
    assert "--map order_amount=COLUMN" in note
    once = read(pd.concat(halves), tmp_path, {"order_amount": "amount"})
    assert facts(once)[2] == truth(table)[2] / 2


@pytest.mark.parametrize("name", ["order_total", "Total", "订单金额"])
def test_totals_that_are_repeated_on_lines_count_once(tmp_path: Path, name: str) -> None:
    table = shop()
    lines = lines_of(table).drop(columns=["amount", "quantity"]).merge(table[["order_id", "amount"]], on="order_id")
    found = read(lines.rename(columns={"amount": name}), tmp_path)
    assert (facts(found), found.row_is) == (truth(table), "line")
    assert "counted once: its name is that of an order's total" in found.notes[0]
    summed = read(lines.rename(columns={"amount": name}), tmp_path, {"line_amount": name})
    assert facts(summed)[2] > truth(table)[2]


def test_a_total_is_told_by_price_times_quantity(tmp_path: Path) -> None:
    table = shop()
    lines = lines_of(table).rename(columns={"amount": "price"}).merge(table[["order_id", "amount"]], on="order_id")
    found = read(lines, tmp_path)
    assert facts(found) == truth(table)
    assert found.notes[0].endswith("counted once: price times quantity of its rows add up to it")


@pytest.mark.parametrize("with_numbers", [True, False])
def test_unit_price_times_quantity(tmp_path: Path, with_numbers: bool) -> None:
    lines = lines_of(shop())
    count = np.arange(len(lines)) % 3 + 1
    lines = lines.assign(quantity=count, unit_price=lines.pop("amount"))
    total = round(float((lines["quantity"] * lines["unit_price"]).sum()), 2)
    found = read(lines if with_numbers else lines.drop(columns="order_id"), tmp_path)
    assert (facts(found), found.row_is) == ((*truth(shop())[:2], total), "line")


def test_a_price_that_grows_with_the_quantity_is_that_of_the_row(tmp_path: Path) -> None:
    n = np.arange(120)
    each, count = 5.5 * (n % 12 + 1), n % 5 + 1
    rows = shop().drop(columns="amount").assign(sku=[f"S{k % 12}" for k in n], quantity=count)
    total = round(float((each * count).sum()), 2)
    unit = read(rows.assign(price=each), tmp_path)
    assert (unit.sales, unit.notes) == (total, ("amounts are price times quantity",))
    whole = read(rows.assign(price=each * count), tmp_path)
    assert (whole.sales, whole.row_is) == (total, "line")
    assert whole.notes == ("price grows with the quantity of an item: it is that of the whole row",)


def test_order_level_fields_on_the_first_line_only(tmp_path: Path) -> None:
    table = written(shop()).assign(status="paid", refund_amount="0.00")
    lines = table.loc[table.index.repeat(np.arange(len(table)) % 3 + 1)].reset_index(drop=True)
    first = ~lines["order_id"].duplicated()
    lines = lines.assign(sku=[f"S{n}" for n in range(len(lines))])
    lines.loc[~first, ["customer_id", "order_date", "amount", "status", "refund_amount"]] = ""
    found = read(lines, tmp_path)
    assert (facts(found), found.row_is) == (truth(shop()), "line")
    assert [(state.state, state.rows) for state in found.states] == [("paid", len(lines))]
    lines.loc[~first, "order_id"] = ""  # joined cells: the number stands in the first row as well
    assert facts(read(lines, tmp_path)) == truth(shop())


def test_payments(tmp_path: Path) -> None:
    table = shop().assign(amount=lambda t: np.round(t["amount"]) * 4)
    first = table.assign(amount=table["amount"] / 4, payment_id=[f"a{n}" for n in range(len(table))])
    second = table.assign(amount=table["amount"] * 3 / 4, payment_id=[f"b{n}" for n in range(len(table))])
    found = read(pd.concat([first, second]), tmp_path)
    assert (facts(found), found.row_is) == (truth(table), "payment")


# --- copies and numbers ----------------------------------------------------------------------------


def test_copies_are_compared_by_whole_rows(tmp_path: Path) -> None:
    table = written(shop())
    found = read(pd.concat([table, table.iloc[:30]]), tmp_path)
    assert (facts(found), aside(found)) == (truth(shop()), {COPY: 30})
    lines = lines_of(shop())
    again = lines[lines["order_id"].isin(table["order_id"][:20])]
    found = read(pd.concat([lines, again]), tmp_path)
    assert (facts(found), aside(found)) == (truth(shop()), {COPY: len(again)})


def test_equal_lines_of_files_that_name_no_item_stay(tmp_path: Path) -> None:
    """Nothing tells two lines at one price from a copy; where the order has other lines too, they are lines."""
    lines = lines_of(shop()).drop(columns=["sku", "quantity"])
    twin = lines[lines["order_id"].duplicated()].iloc[[0]]
    found = read(pd.concat([lines, twin]), tmp_path)
    assert found.sales == pytest.approx(lines["amount"].sum() + float(twin["amount"].iloc[0]))
    assert aside(found) == {"like an earlier row of its order; no column tells one line from another": 1}


@pytest.mark.parametrize("period", ["D", "M"])
def test_order_numbers_that_begin_again(tmp_path: Path, period: str) -> None:
    table = shop()
    numbers = table.groupby(table["order_date"].dt.to_period(period)).cumcount() + 1
    found = read(table.assign(order_id=numbers), tmp_path)
    assert facts(found) == truth(table)
    assert found.notes == ("order_id begins again: rows of one number, customer and day are one order",)


def test_one_number_of_two_customers(tmp_path: Path) -> None:
    table = shop()
    other = table.index[table["customer_id"] != table["customer_id"][0]][40]
    table.loc[other, "order_id"] = table["order_id"][0]
    found = read(table, tmp_path)
    assert facts(found) == truth(table)
    assert found.notes == (
        "order_id has numbers of several customers (1): rows of one number and customer are one order",
    )


@pytest.mark.parametrize("word", ["0", "-", "null", "POS"])
def test_numbers_that_stand_for_none(tmp_path: Path, word: str) -> None:
    table = shop().assign(order_id=lambda t: t["order_id"].where(t.index % 3 > 0, word))
    assert facts(read(table, tmp_path)) == truth(shop())


@pytest.mark.parametrize("number", ["2.1E+13", "2.10000000001E+13"])
def test_damaged_order_numbers_are_not_used(tmp_path: Path, number: str) -> None:
    found = read(written(shop()).assign(order_id=number), tmp_path)
    assert facts(found) == truth(shop())
    assert "order_id was not used: a spreadsheet has damaged the order numbers" in found.notes[0]


def test_order_numbers_cut_to_fifteen_digits_are_not_used(tmp_path: Path) -> None:
    numbers = [f"2100000000{n // 9:05d}000" for n in range(len(shop()))]
    found = read(written(shop()).assign(order_id=numbers), tmp_path)
    assert facts(found) == truth(shop())
    assert "was not used" in found.notes[0]


# --- refunds ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("number", ["{}", "R{}", None])
def test_returns_undo_their_orders(tmp_path: Path, number: str | None) -> None:
    """With the number of their order, with one of their own, and without numbers."""
    table = shop()
    back = returns_of(table)
    if number is None:
        both = pd.concat([table, back]).drop(columns="order_id")
    else:
        both = pd.concat([table, back.assign(order_id=[number.format(n) for n in back["order_id"]])])
    found = read(written(both) if number else both, tmp_path)
    assert facts(found) == kept(table)
    assert aside(found) == {WHOLE: 2 * len(back)}


def test_part_returns_with_their_own_number_are_taken_off(tmp_path: Path) -> None:
    table = shop()
    back = returns_of(table, share=0.5).assign(order_id=lambda t: "R" + t["order_id"])
    found = read(pd.concat([table, back]), tmp_path)
    customers, orders, sales = truth(table)
    assert facts(found) == (customers, orders, round(sales + float(back["amount"].sum()), 2))
    assert aside(found) == {PART: 2 * len(back)}


def test_negative_quantities_undo_lines_of_the_same_item(tmp_path: Path) -> None:
    lines = lines_of(shop()).rename(columns={"amount": "unit_price"})
    gone = sorted(lines["order_id"].unique())[::10]
    back = lines[lines["order_id"].isin(gone)]
    back = back.assign(
        order_id="C" + back["order_id"], quantity=-1, order_date=back["order_date"] + pd.Timedelta(days=1)
    )
    found = read(pd.concat([lines, back]), tmp_path)
    assert facts(found) == kept(shop())
    half = lines[lines["order_id"].duplicated()].iloc[[0]]
    undone = half.assign(order_id="C1", quantity=-1, order_date=half["order_date"] + pd.Timedelta(days=1))
    part = read(pd.concat([lines, undone]), tmp_path)
    assert facts(part)[1] == truth(shop())[1]
    assert part.sales == pytest.approx(truth(shop())[2] - float(half["unit_price"].iloc[0]))


def test_a_return_undoes_the_order_with_its_item(tmp_path: Path) -> None:
    """And each of two equal purchases takes one return."""
    rows = shop().assign(sku=[f"S{n % 7}" for n in range(120)], customer_id=lambda t: t["customer_id"])
    mine = rows[rows["customer_id"] == rows["customer_id"][0]].index
    first, last = mine[0], mine[-1]
    rows.loc[mine, "amount"], rows.loc[[first, last], "sku"] = 50.0, "X"
    stamp = rows["order_date"].max() + pd.Timedelta(days=1)
    back = rows.loc[[first]].assign(order_id="R1", order_date=stamp, amount=-50.0)
    one = read(pd.concat([rows, back]), tmp_path)
    assert facts(one) == truth(rows.drop(index=last))
    assert one.last == stamp.date()  # the file goes on until then
    both = read(pd.concat([rows, back, back.assign(order_id="R2")]), tmp_path)
    assert facts(both)[1:] == truth(rows.drop(index=[first, last]))[1:]
    part = read(pd.concat([rows, back.assign(amount=-20.0)]), tmp_path)
    assert facts(part)[1:] == (120, round(float(rows["amount"].sum()) - 20.0, 2))


def test_refunds_that_are_repeated_on_lines_count_once(tmp_path: Path) -> None:
    table = shop()
    lines = table.loc[table.index.repeat(2)].rename(columns={"amount": "order_total"})
    lines["sku"] = ["A", "B"] * len(table)
    some = lines[lines["order_id"].isin(table["order_id"][:10])]
    back = some.assign(order_total=-(some["order_total"] / 4).round(2))
    for own in ("", "R"):
        found = read(pd.concat([lines, back.assign(order_id=own + back["order_id"])]), tmp_path)
        taken = float((table["amount"][:10] / 4).round(2).sum())
        assert facts(found)[1] == 120
        assert found.sales == pytest.approx(truth(table)[2] - taken, abs=0.005)


def test_a_refund_without_its_order_is_set_aside(tmp_path: Path) -> None:
    table = shop()
    stray = table.iloc[[0]].assign(order_id="R1", amount=-9999.0)
    found = read(pd.concat([table, stray]), tmp_path)
    assert facts(found) == truth(table)
    assert aside(found) == {"a negative amount: a refund (the order that it undoes is not in the file)": 1}


def test_refunds_told_by_the_type_of_a_row(tmp_path: Path) -> None:
    table = shop()
    back = returns_of(table)
    rows = pd.concat([table.assign(type="sale"), back.assign(type="refund", amount=-back["amount"])])
    assert facts(read(rows, tmp_path)) == kept(table)
    chinese = rows.rename(columns={"type": "交易类型"}).replace({"sale": "销售", "refund": "退货"})
    assert facts(read(chinese, tmp_path)) == kept(table)
    other = table.assign(type=["online", "shop"] * (len(table) // 2))
    assert (facts(read(other, tmp_path)), read(other, tmp_path).states) == (truth(table), ())


@pytest.mark.parametrize("lines", [False, True])
def test_columns_of_refunds(tmp_path: Path, lines: bool) -> None:
    """Once in an order, and repeated on each of its lines."""
    table = shop()
    back = np.where(np.arange(len(table)) % 10 == 0, table["amount"], 0.0)
    back[5] = round(float(table["amount"][5]) / 2, 2)
    orders = table.assign(refund_amount=back)
    rows = orders
    if lines:
        rows = lines_of(table).merge(orders[["order_id", "refund_amount"]], on="order_id")
    found = read(rows, tmp_path)
    assert facts(found)[1] == kept(table)[1]
    assert found.sales == pytest.approx(float((table["amount"] - back).sum()), abs=0.011)


def test_rows_of_refunded_state_with_negative_amounts_undo_orders(tmp_path: Path) -> None:
    table = shop()
    back = returns_of(table).assign(order_id=lambda t: "R" + t["order_id"], status="refunded")
    found = read(pd.concat([table.assign(status="completed"), back]), tmp_path)
    assert facts(found) == kept(table)


def test_nothing_left(tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        read(shop().assign(status="cancelled"), tmp_path)
    assert caught.value.problem == "no row is left as an order"
    assert caught.value.got == "the order was closed or cancelled (120 rows)"


def test_units_that_came_back(tmp_path: Path) -> None:
    table = written(shop()).rename(columns={"amount": "price"}).assign(quantity=3, returned=[2, 0, 0, 3] * 30)
    found = read(table, tmp_path)
    price = shop()["amount"]
    assert facts(found)[1:] == (90, round(float(price[::4].sum() + 3 * price[1::4].sum() + 3 * price[2::4].sum()), 2))
    assert "returned counts units that came back" in found.notes


def test_a_date_of_a_refund(tmp_path: Path) -> None:
    table = written(shop())
    found = read(table.assign(refunded_at=["2024-12-01 10:00:00", "", "", ""] * 30), tmp_path)
    assert facts(found)[1] == 90


# --- rows in a refunded state ----------------------------------------------------------------------


def refund_rows(count: int) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The shop with states, and records of refunds of its first orders: positive, later, with numbers of their own."""
    table = written(shop()).assign(status="completed")
    back = table.iloc[:count].assign(
        order_id=[f"R{n}" for n in range(count)], status="refunded", order_date="2024-11-28 23:00:00"
    )
    return table, back


def test_a_positive_row_in_a_refunded_state_is_no_sale_and_is_counted(tmp_path: Path) -> None:
    """Which order it undoes cannot be seen; where it looks like a record of a refund, a note says so."""
    table, back = refund_rows(10)
    found = read(pd.concat([table, back]), tmp_path)
    assert (facts(found), aside(found)) == (truth(shop()), {"the order was refunded in full": 10})
    assert StateCount("refunded", 10, "refunded") in found.states
    assert found.notes[0].startswith("100% of the 10 rows in a refunded state have the customer and amount of a sale")
    mapped = read(pd.concat([table, back]), tmp_path, {"type": "status"})
    assert (facts(mapped), mapped.notes) == (truth(shop().iloc[10:]), ())
    plain = table.assign(status=["refunded" if n % 5 == 0 else "completed" for n in range(120)])
    assert read(plain, tmp_path).notes == ()


@pytest.mark.parametrize("header", ["original_order_id", "原订单号", "mine"])
@pytest.mark.parametrize("sign", ["", "-"])
def test_a_refund_undoes_the_order_that_it_names(tmp_path: Path, header: str, sign: str) -> None:
    table, back = refund_rows(10)
    table[header], back[header], back["amount"] = "", back.index.map(table["order_id"]), sign + back["amount"]
    mapping = {"original": "mine"} if header == "mine" else None
    found = read(pd.concat([table, back]), tmp_path, mapping)
    assert facts(found) == truth(shop().iloc[10:])
    assert aside(found) == {"the order was refunded in full": 20}
    back["amount"] = sign + "1.00"
    found = read(pd.concat([table, back]), tmp_path, mapping)
    customers, orders, sales = truth(shop())
    assert facts(found) == (customers, orders, round(sales - 10.0, 2))


def test_a_refund_of_an_order_that_the_file_lacks_undoes_no_other(tmp_path: Path) -> None:
    table, back = refund_rows(10)
    table["refund_of"], back["refund_of"] = "", [f"before {n}" for n in range(10)]
    found = read(pd.concat([table, back]), tmp_path)
    assert (facts(found), aside(found)) == (truth(shop()), {"a refund of an order that is not in the file": 10})
