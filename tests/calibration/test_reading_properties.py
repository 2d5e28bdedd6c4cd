"""A shop written in any shape, with any form of dates and amounts, is read as the same orders."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

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


def test_a_wrong_reading_would_be_seen(tmp_path: Path) -> None:
    """The same check fails for a shop that lacks a row, or has an amount in another place."""
    table = shop()
    assert facts(read(table.iloc[1:], tmp_path)) != truth(table)
    assert facts(read(table.assign(amount=table["amount"] / 10), tmp_path)) != truth(table)
