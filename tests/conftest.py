"""Real data for every part: CDNOW's 1/10 sample from the `lifetimes` wheel, and a folder of other shops."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

import rehearse

from .shop import SMALL, Rehearse, Told


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
    table = pd.read_csv(source, sep=r"\s+", header=None, names=["master", "customer", "day", "units", "amount"])
    table["order_date"] = pd.to_datetime(table["day"].astype(str), format="%Y%m%d").dt.date
    table = table.rename(columns={"customer": "customer_id"})[["customer_id", "order_date", "amount"]]
    path = tmp_path_factory.mktemp("cdnow") / "cdnow.csv"
    table.to_csv(path, index=False)
    return path


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Rehearse:
    """Does a command in an empty project folder that holds a starter and a small question."""
    folder = tmp_path / "project"
    folder.mkdir()
    monkeypatch.chdir(folder)

    def do(*words: object) -> Told:
        monkeypatch.setattr(sys, "argv", ["rehearse", *map(str, words)])
        capfd.readouterr()
        with pytest.raises(SystemExit) as ended:
            rehearse.main()
        out, err = capfd.readouterr()
        return Told(int(ended.value.code or 0), out, err)

    assert do("new", ".").code == 0
    Path("small.toml").write_text(SMALL, encoding="utf-8")
    return do
