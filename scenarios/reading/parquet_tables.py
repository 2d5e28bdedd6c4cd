"""The Parquet tables that a market names: the shop's customers, and the posterior's draws."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from scenarios.toml.toml_document import Node, complaint
from scenarios.values.paths import market_shapes
from scenarios.values.quantities import shown
from scenarios.values.suggestions import nearest
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


def read_frame(path: Path, node: Node, name: str) -> pd.DataFrame:
    """A Parquet table with at least one row; InputError at `node` where there is none."""
    import pandas as pd

    try:
        table = pd.read_parquet(path)
    except Exception as error:
        reason = shown(str(error).split("\n")[0])
        raise complaint(node, name, f"cannot be read; allowed a Parquet table; got {reason}") from None
    if table.empty:
        raise complaint(node, name, "is empty; allowed at least one row; got none")
    return table


def read_customers(path: Path, node: Node) -> Customers:
    """The shop's own customers on day one; InputError names the column and the row that cannot be."""
    table = read_frame(path, node, "market.customers")
    for column, kind in CUSTOMER_COLUMNS.items():
        if column not in table:
            allowed = ", ".join(CUSTOMER_COLUMNS)
            raise complaint(
                node, "market.customers", f"lacks the column {column}; allowed {allowed}; got {list(table)}"
            )
        numeric = table[column].dtype.kind in "uif"
        if not numeric or not np.isfinite(table[column].to_numpy(dtype=np.float64)).all():
            raise complaint(
                node, "market.customers", f"{column}: is not all numbers; allowed {kind.__name__}; got others"
            )
    arrays = {name: table[name].to_numpy().astype(kind) for name, kind in CUSTOMER_COLUMNS.items()}
    wrong = {
        "orders (1 or more)": arrays["orders"] < 1,
        "recency (0 up to age)": (arrays["recency"] < 0) | (arrays["recency"] > arrays["age"]),
        "spent (0 or more)": arrays["spent"] < 0,
        "spend_orders (0 up to orders)": (arrays["spend_orders"] < 0) | (arrays["spend_orders"] > arrays["orders"]),
    }
    for name, rows in wrong.items():
        if rows.any():
            row = int(np.argmax(rows))
            got = {column: arrays[column][row].item() for column in CUSTOMER_COLUMNS if column != "identity"}
            raise complaint(node, "market.customers", f"row {row + 1} is impossible; allowed {name}; got {got}")
    if len(np.unique(arrays["identity"])) < len(table):
        raise complaint(node, "market.customers", "has an identity twice; allowed each once; got doubles")
    return Customers(**arrays)  # type: ignore[arg-type]


def read_posterior(path: Path, node: Node, market: Market) -> pd.DataFrame:
    """The table of draws: columns are paths of the market's numbers, rows are draws."""
    table = read_frame(path, node, "market.posterior")
    shapes = {name: shape for name, shape in market_shapes(market).items() if shape.kind == "number"}
    for column in table.columns:
        if column not in shapes:
            problem = f"has a column that is no path of a number; {nearest(str(column), shapes)}; got {column!r}"
            raise complaint(node, "market.posterior", problem)
        numeric = table[column].dtype.kind in "uif"
        if not numeric or not np.isfinite(table[column].to_numpy(dtype=np.float64)).all():
            raise complaint(
                node, "market.posterior", f"{column}: is not all numbers; allowed finite numbers; got others"
            )
    return table.astype(np.float64).reset_index(drop=True)
