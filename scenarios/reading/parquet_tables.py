"""The Parquet tables that a market names: the shop's customers, and the posterior's draws."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from scenarios.errors import nearest, shown
from scenarios.toml.entries import Entry
from scenarios.values.paths import market_shapes
from sim.scenario import Customers, Market

if TYPE_CHECKING:
    import pandas as pd

CUSTOMER_COLUMNS = {
    "identity": np.uint64,
    "orders": np.int64,
    "age": np.float64,
    "recency": np.float64,
    "spent": np.int64,
    "spend_orders": np.int64,
}
BEFORE, LISTED = "before", "listed"
"""Columns that only shops have that are older than their orders, and those whose discounts are known."""


def read_frame(path: Path, entry: Entry) -> pd.DataFrame:
    """A Parquet table with at least one row; InputError at `entry`, which names it, where there is none."""
    import pandas as pd

    try:
        table = pd.read_parquet(path)
    except Exception as error:
        reason = shown(str(error).split("\n")[0])
        raise entry.error(f"the file cannot be read ({reason})", expected="a Parquet table") from None
    if table.empty:
        raise entry.error("the table is empty", expected="at least one row", got="")
    return table


def _check_numbers(column: pd.Series[Any], expected: str, entry: Entry) -> None:
    """Raise InputError where a column is not all finite numbers."""
    numeric = column.dtype.kind in "uif"
    if not numeric or not np.isfinite(column.to_numpy(dtype=np.float64)).all():
        raise entry.error(f"not all of the column {column.name} are numbers", expected=expected, got="")


def read_customers(path: Path, entry: Entry) -> Customers:
    """The shop's own customers on day one; InputError names a column or row with impossible values."""
    table = read_frame(path, entry)
    for column, kind in CUSTOMER_COLUMNS.items():
        if column not in table:
            expected = ", ".join(CUSTOMER_COLUMNS)
            raise entry.error(f"no column {column}", expected=f"the columns {expected}", got=", ".join(map(str, table)))
        _check_numbers(table[column], kind.__name__, entry)
    arrays = {name: table[name].to_numpy().astype(kind) for name, kind in CUSTOMER_COLUMNS.items()}
    if BEFORE in table:
        _check_numbers(table[BEFORE], "days", entry)
        arrays[BEFORE] = table[BEFORE].to_numpy().astype(np.float64)
    if LISTED in table:
        _check_numbers(table[LISTED], "cents", entry)
        arrays[LISTED] = table[LISTED].to_numpy().astype(np.int64)
    wrong = {
        "before of 0 or more": arrays.get(BEFORE, np.zeros(1)) < 0,
        "orders of 0 or more": arrays["orders"] < 0,
        "recency from 0 to age": (arrays["recency"] < 0) | (arrays["recency"] > arrays["age"]),
        "spent of 0 or more": arrays["spent"] < 0,
        "listed of spent or more": arrays.get(LISTED, arrays["spent"]) < arrays["spent"],
        "spend_orders from 0 to orders": (arrays["spend_orders"] < 0) | (arrays["spend_orders"] > arrays["orders"]),
    }
    for expected, rows in wrong.items():
        if rows.any():
            row = int(np.argmax(rows))
            got = {column: arrays[column][row].item() for column in CUSTOMER_COLUMNS if column != "identity"}
            raise entry.error(f"row {row + 1} is impossible", expected=expected, got=str(got))
    if len(np.unique(arrays["identity"])) < len(table):
        raise entry.error("an identity stands twice", expected="each identity once", got="")
    return Customers(**arrays)  # type: ignore[arg-type]


def read_posterior(path: Path, entry: Entry, market: Market) -> pd.DataFrame:
    """The table of draws: columns are paths of the market's numbers, rows are draws."""
    table = read_frame(path, entry)
    shapes = {name: shape for name, shape in market_shapes(market).items() if shape.kind == "number"}
    for column in table.columns:
        if column not in shapes:
            expected = nearest(str(column), shapes)
            raise entry.error("a column is no path of a number", expected=expected, got=repr(column))
        _check_numbers(table[column], "finite numbers", entry)
    return table.astype(np.float64).reset_index(drop=True)
