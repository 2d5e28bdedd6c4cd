"""A shop written in any shape, with any form of dates and amounts, is read as the same orders."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

from calibration.orders import order_rows
from scenarios.errors import InputError
from tests.calibration.order_shop import facts, lines_of, read, shop, truth
from tests.calibration.test_order_dates import FORMS

SHAPES: dict[str, Callable[[pd.DataFrame], pd.DataFrame]] = {
    "orders": lambda table: table,
    "without numbers": lambda table: table.drop(columns="order_id"),
    "lines": lines_of,
    "copied": lambda table: pd.concat([table, table.iloc[::7]]),
    "shuffled": lambda table: table.sample(frac=1.0, random_state=3),
}
AMOUNTS: dict[str, Callable[[float], str]] = {
    "plain": lambda a: f"{a:.2f}",
    "thousands": lambda a: f"{a:,.2f}",
    "comma": lambda a: f"{a:,.2f}".translate(str.maketrans(",.", ".,")),
    "apostrophe": lambda a: f"{a:,.2f}".replace(",", "'"),
    "sign": lambda a: f"¥{a:,.2f}",
    "code": lambda a: f"{a:.2f} EUR",
    "guard": lambda a: f'="{a:.2f}"',
    "wide": lambda a: "".join(chr(ord(c) + 0xFEE0) for c in f"{a:.2f}"),
}
IDS: dict[str, Callable[[str, int], str]] = {
    "plain": lambda one, n: one,
    "case": lambda one, n: one.upper() if n % 3 else one,
    "spaces": lambda one, n: f"{one} " if n % 3 else one,
    "numbers": lambda one, n: f"{one[1:-1]}.0" if n % 3 else one[1:-1],
}


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    seed=st.integers(0, 10**6),
    shape=st.sampled_from(sorted(SHAPES)),
    form=st.sampled_from(sorted(FORMS)),
    amount=st.sampled_from(sorted(AMOUNTS)),
    ids=st.sampled_from(sorted(IDS)),
)
def test_one_shop_in_any_writing(
    tmp_path_factory: pytest.TempPathFactory, seed: int, shape: str, form: str, amount: str, ids: str
) -> None:
    table = shop(seed)
    rows = SHAPES[shape](table)
    rows = rows.assign(
        order_date=[FORMS[form](stamp) for stamp in rows["order_date"]],
        amount=[AMOUNTS[amount](value) for value in rows["amount"]],
        customer_id=[IDS[ids](one, n) for n, one in enumerate(rows["customer_id"])],
    )
    found = read(rows, tmp_path_factory.mktemp("shop"))
    assert facts(found) == truth(table)
    assert found.first == table["order_date"].min().date()
    assert found.last == table["order_date"].max().date()


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 10**6), every=st.integers(4, 30), own=st.booleans(), share=st.sampled_from([1.0, 0.5, 0.25]))
def test_refunds_are_taken_off(
    tmp_path_factory: pytest.TempPathFactory, seed: int, every: int, own: bool, share: float
) -> None:
    """Sales are net of refunds in any case, and orders that were refunded in full are none."""
    table = shop(seed)
    some = table.iloc[::every]
    back = some.assign(
        order_date=some["order_date"] + pd.Timedelta(hours=30),
        amount=-np.round(some["amount"] * share, 2),
        order_id=("R" if own else "") + some["order_id"],
    )
    found = read(pd.concat([table, back]), tmp_path_factory.mktemp("shop"))
    assert found.sales == pytest.approx(float(table["amount"].sum() + back["amount"].sum()), abs=0.005)
    if share == 1.0:
        assert facts(found) == truth(table.drop(some.index))


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 10**6))
def test_the_order_of_rows_does_not_matter(tmp_path_factory: pytest.TempPathFactory, seed: int) -> None:
    lines = lines_of(shop(seed))
    one = read(lines, tmp_path_factory.mktemp("shop"))
    other = read(lines.sample(frac=1.0, random_state=seed % 1000), tmp_path_factory.mktemp("shop"))
    assert facts(one) == facts(other)
    pd.testing.assert_frame_equal(one.customers.sort_index(), other.customers.sort_index())


CELLS = {
    "customer_id": ["k1", "k2", "k3", "0", "", "t**3", "1.38E+10", "张三", "007", "7", "7.0", "\u200bq", '="5"', "**"],
    "order_date": [
        *("2025-01-04", "2025-02-03", "2025-02-30", "04/01/2025", "1/14/25", "45661.5", "1736021100", "", "soon"),
        *("0000-00-00", "1970-01-01", "9999-12-31", "2025-01-04T20:05:00+08:00", "4 Foo 2025", "25:61", "-1"),
    ],
    "amount": ["1.00", "7.50", "-5.00", "1,5", "(5)", "5-", "", "free", "¥3", "€1.000,5", "--", "nan", "9" * 20, "−3"],
    "order_id": ["1", "2", "3", "A1", "R1", "", "2.1E+13", "-", "0", "001", "21000000001001000"],
    "status": ["paid", "cancelled", "", "refunded", "foo", "wc-completed", "(", "退款成功,交易关闭", "0"],
    "refund_amount": ["0", "1.00", "", "yes", "-"],
    "quantity": ["1", "2", "-1", "", "x"],
    "unit_price": ["2.00", "3.50", "", "?"],
}


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data(), size=st.integers(1, 40), more=st.sets(st.sampled_from(sorted(CELLS))))
def test_no_cell_ends_in_a_traceback(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject, size: int, more: set[str]
) -> None:
    """Whatever a file holds, it is read and counts agree, or it is refused in one line."""
    columns = {}
    for name in sorted({"customer_id", "order_date", "amount"} | more):
        few = data.draw(st.lists(st.sampled_from(CELLS[name]), min_size=1, max_size=4))
        columns[name] = data.draw(st.lists(st.sampled_from(few), min_size=size, max_size=size))
    try:
        found = read(pd.DataFrame(columns), tmp_path_factory.mktemp("shop"))
    except InputError as mistake:
        found, line = None, str(mistake)
    if found is None:
        assert "\n" not in line
        return
    assert found.orders >= len(found.orderdays) >= len(found.customers) > 0
    assert found.sales >= 0.0
    assert all(0 < row.rows <= size for row in found.set_aside)


MISTAKES: dict[str, Callable[[pd.DataFrame], pd.DataFrame]] = {
    "take_copies": lambda table: pd.concat([table, table.iloc[::5]]),
    "take_further_rows": lambda table: pd.concat([table.assign(sku="A"), table.iloc[::3].assign(sku="B")]).rename(
        columns={"amount": "order_total"}
    ),
    "take_refunds": lambda table: table.assign(refund_amount=np.where(table.index == 7, table["amount"], 0.0)),
    "split_orders": lambda table: table.assign(order_id=table.groupby(table["order_date"].dt.date).cumcount()),
}


@pytest.mark.parametrize("step", MISTAKES)
def test_each_step_is_needed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str) -> None:
    """Mistakes on purpose: with a step left out, a shop that needs it is misread."""
    table, rows = shop(), MISTAKES[step](shop())
    right = truth(table.drop(index=7) if step == "take_refunds" else table)
    assert facts(read(rows, tmp_path)) == right
    monkeypatch.setattr(order_rows, step, lambda *_: None)
    assert facts(read(rows, tmp_path)) != right


def test_a_wrong_reading_would_be_seen(tmp_path: Path) -> None:
    """The same check fails for a shop that lacks a row, or has an amount in another place."""
    table = shop()
    assert facts(read(table.iloc[1:], tmp_path)) != truth(table)
    assert facts(read(table.assign(amount=table["amount"] / 10), tmp_path)) != truth(table)
