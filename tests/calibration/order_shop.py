"""A small shop whose orders are known, and how tests write it in many shapes and read it again."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np
import pandas as pd

from calibration.orders.order_history import Orders, read_history
from calibration.orders.order_rows import ReadingOptions


def shop(seed: int = 5, customers: int = 30, orders: int = 120) -> pd.DataFrame:
    """Orders with order_id, customer_id, order_date (a stamp) and amount (with cents), by date."""
    rng = np.random.default_rng(seed)
    minutes = np.sort(rng.choice(300 * 24 * 60, orders, replace=False))
    who = np.concatenate([np.arange(customers), rng.integers(0, customers, orders - customers)])
    return pd.DataFrame(
        {
            "order_id": [f"{70000 + n}" for n in range(orders)],
            "customer_id": [f"k{c + 11}x" for c in rng.permutation(who)],
            "order_date": pd.Timestamp("2024-02-03 00:07:00") + pd.to_timedelta(minutes, unit="min"),
            "amount": np.round(rng.gamma(3.0, 40.0, orders) + 3.0, 2),
        }
    )


def written(table: pd.DataFrame) -> pd.DataFrame:
    """The shop as text, with amounts to two places."""
    return table.assign(
        order_date=table["order_date"].dt.strftime("%Y-%m-%d %H:%M:%S"), amount=[f"{a:.2f}" for a in table["amount"]]
    )


def lines_of(table: pd.DataFrame, seed: int = 6) -> pd.DataFrame:
    """Each order as one to three lines with sku, quantity, price and amount; amounts add up to the order's cents."""
    rng = np.random.default_rng(seed)
    rows = []
    for order in table.itertuples(index=False):
        cents, count = round(order.amount * 100), int(rng.integers(1, 4))
        cuts = np.sort(rng.integers(1, cents, count - 1)) if count > 1 else np.array([], dtype=int)
        for line, part in enumerate(np.diff([0, *cuts, cents])):
            rows.append((*order[:3], f"S{line}", 1, part / 100.0))
    return pd.DataFrame(rows, columns=["order_id", "customer_id", "order_date", "sku", "quantity", "amount"])


def read(
    table: pd.DataFrame,
    folder: Path,
    mapping: Mapping[str, str] | None = None,
    options: ReadingOptions | None = None,
) -> Orders:
    path = folder / "orders.csv"
    table.to_csv(path, index=False)
    return read_history(path, mapping, options)


def facts(orders: Orders) -> tuple[int, int, float]:
    """Customers, orders and sales."""
    return len(orders.customers), orders.orders, round(orders.sales, 2)


def truth(table: pd.DataFrame) -> tuple[int, int, float]:
    return table["customer_id"].nunique(), len(table), round(float(table["amount"].sum()), 2)


def aside(orders: Orders) -> dict[str, int]:
    return {row.reason: row.rows for row in orders.set_aside}


Change = Callable[[pd.DataFrame], pd.DataFrame]
