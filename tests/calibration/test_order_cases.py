"""The shared folder of order files against its right answers; skipped where the folder is not there."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from calibration.orders.order_history import Orders, read_history

ALL = (80, 205, 33573.88)
ANSWERS: dict[str, tuple[int | None, int | None, float | None]] = {
    "truth.csv": ALL,
    "shopify.csv": (None, 162, 25365.64),
    "woo.csv": (None, 155, None),
    "youzan.csv": (None, 176, 28684.49),
    "amazon.txt": (None, 188, 31184.39),
    "stripe.csv": (None, 180, 28597.66),
    "taobao.csv": (None, 167, 27718.74),
    "lines_equal_price.csv": (80, 205, 33573.80),
    "unit_price_quantity.csv": (80, 205, 33573.85),
    "returns_own_number.csv": (None, 185, 30149.21),
    "placeholder_0.csv": (None, 136, None),
    "m_placeholder.csv": (None, 914, None),
    "case_ids.csv": ALL,
    "st_en.csv": (None, 136, None),
    "st_cn.csv": (None, 136, None),
    "d_compact_time.csv": ALL,
    "d_month_name.csv": ALL,
    "d_excel.csv": ALL,
    "d_epoch.csv": ALL,
    "a_guard.csv": ALL,
    "a_ch.csv": (80, 205, 20 * 33573.88),
    "n_paren.csv": (None, 196, 32094.35),
    "n_trail.csv": (None, 196, 32094.35),
    "x_preamble.csv": ALL,
    "x_sep_line.csv": ALL,
    "x_header_again.csv": ALL,
    "x_cp1252.csv": ALL,
    "x_total_row_us.csv": ALL,
    "m_1970.csv": (300, 1369, None),
    "m_small_40.csv": (40, 95, None),
}
"""Customers, orders and sales net of refunds; the cells of lines_equal_price.csv, halves of amounts, lack 8 cents."""
SAID = {
    "placeholder_0.csv": ("a placeholder for a customer", 69),
    "m_placeholder.csv": ("a placeholder for a customer", 458),
    "m_1970.csv": ("dated 1970-01-01", 3),
    "x_total_row_us.csv": ("a row of totals", 1),
    "x_header_again.csv": ("the header again", 1),
}
PROFILES = {
    "shopify.csv": "shopify",
    "woo.csv": "woocommerce",
    "youzan.csv": "youzan",
    "amazon.txt": "amazon",
    "stripe.csv": "stripe",
    "taobao.csv": "taobao",
}


def folder() -> Path:
    data = os.environ.get("REHEARSE_DATA")
    if not data:
        pytest.skip("REHEARSE_DATA does not name the folder of real data, beside which the order files lie")
    found = Path(data).absolute().parent / "cases" / "orders"
    if not found.is_dir():
        pytest.skip(f"{found} is not there")
    return found


def read(name: str) -> Orders:
    path = folder() / name
    if not path.is_file():
        pytest.skip(f"{path} is not there")
    return read_history(path)


@pytest.mark.parametrize("name", ANSWERS)
def test_the_right_answers(name: str) -> None:
    orders = read(name)
    found = (len(orders.customers), orders.orders, orders.sales)
    for got, wanted in zip(found, ANSWERS[name], strict=True):
        assert wanted is None or got == pytest.approx(wanted, abs=0.005)
    assert orders.profile == PROFILES.get(name, orders.profile)
    reason, rows = SAID.get(name, ("", 0))
    assert [one.rows for one in orders.set_aside if reason and one.reason.startswith(reason)] == (
        [rows] if rows else []
    )


def test_every_file_of_the_folder_has_an_answer() -> None:
    assert {path.name for path in folder().iterdir()} <= set(ANSWERS)
