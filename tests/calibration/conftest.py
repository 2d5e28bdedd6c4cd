"""CDNOW's 1/10 sample, read, and small generated shops."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from calibration.orders.order_history import Orders, read_orders

CUT = date(1997, 9, 30)


@pytest.fixture(scope="session")
def cdnow(cdnow_file: Path) -> Orders:
    return read_orders(cdnow_file)


@pytest.fixture(scope="session")
def early(cdnow: Orders) -> Orders:
    """Weeks 1 to 39."""
    return cdnow.until(CUT)


Export = Callable[..., Path]


@pytest.fixture
def export(tmp_path: Path) -> Export:
    """Writes an order export of 40 customers who each order on four days; rows can be changed first."""

    def write(change: Callable[[pd.DataFrame], pd.DataFrame] = lambda t: t, name: str = "shop.csv") -> Path:
        rng = np.random.default_rng(4)
        rows = [
            (
                f"c{c:02d}",
                date(2024, 3, 1) + timedelta(days=c % 9 + 20 * n),
                round(float(rng.gamma(4.0, 20.0)), 2),
            )
            for c in range(40)
            for n in range(4)
        ]
        table = change(pd.DataFrame(rows, columns=["customer_id", "order_date", "amount"]))
        path = tmp_path / name
        if path.suffix == ".parquet":
            table.to_parquet(path)
        else:
            table.to_csv(path, index=False)
        return path

    return write
