"""CDNOW's 1/10 sample from the `lifetimes` wheel, real data where it is there, and small generated shops."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from calibration.orders import Orders, read_orders

CUT = date(1997, 9, 30)


@pytest.fixture
def real() -> Callable[[str], Path]:
    """Gives the path of a real data file, or skips and says why."""

    def find(name: str) -> Path:
        folder = os.environ.get("REHEARSE_DATA")
        if not folder:
            pytest.skip("REHEARSE_DATA does not name the folder of real data")
        path = Path(folder) / name
        if not path.exists():
            pytest.skip(f"{path} is not there")
        return path

    return find


@pytest.fixture(scope="session")
def cdnow_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample as an order export; 1/10 of the cohort, numbered 1 to 2357."""
    import lifetimes

    source = Path(lifetimes.__file__).parent / "datasets" / "CDNOW_sample.txt"
    table = pd.read_csv(
        source, sep=r"\s+", header=None, names=["master", "customer", "day", "units", "amount"]
    )
    table["order_date"] = pd.to_datetime(table["day"].astype(str), format="%Y%m%d").dt.date
    table = table.rename(columns={"customer": "customer_id"})[["customer_id", "order_date", "amount"]]
    path = tmp_path_factory.mktemp("cdnow") / "cdnow.csv"
    table.to_csv(path, index=False)
    return path


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
