"""Order exports of real shops, and a fixture that runs commands."""

from __future__ import annotations

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # as commands do, before NumPy is loaded

import sys
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from rehearse.commands.entry import main
from sim.people.first_people import forget_people

from .command_line import SMALL, CommandResult, RunCommand

TESTS = Path(__file__).resolve().parent
LONGEST_FIRST = (
    "sim/test_reference.py", "test_documents.py", "test_commands.py", "experiments/test_regression_tests.py",
    "experiments/test_killed.py", "experiments/test_cluster.py", "sim/test_laws.py", "test_real_data.py",
    "experiments/test_replication_loop.py", "sim/test_shards.py", "calibration/test_responses.py",
    "calibration/test_calibrate.py", "experiments/test_python_functions.py", "test_sweep_commands.py",
    "test_one_law.py", "experiments/test_interruption.py", "test_pytest_plugin.py", "test_bench.py",
    "experiments/test_sweep_report.py", "calibration/test_coverage.py", "experiments/test_sensitivity.py",
    "calibration/test_posterior.py",
)  # fmt: skip
"""Files of tests that take longest: two processes that are given file after file then end at about the same time."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    place = {TESTS / name: index for index, name in enumerate(LONGEST_FIRST)}
    items.sort(key=lambda item: place.get(item.path, len(place)))


@pytest.fixture(autouse=True)
def _no_people_of_other_tests() -> None:
    """A test that changes the law must not be given people who were made before."""
    forget_people()


@pytest.fixture
def real() -> Callable[[str], Path]:
    """Returns the path of a file of real data; skips the test where there is none."""

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
    """The CDNOW sample as an order export: 1/10 of the cohort, customers 1 to 2357."""
    import lifetimes

    source = Path(lifetimes.__file__).parent / "datasets" / "CDNOW_sample.txt"
    table = pd.read_csv(source, sep=r"\s+", header=None, names=["master", "customer", "day", "units", "amount"])
    table["order_date"] = pd.to_datetime(table["day"].astype(str), format="%Y%m%d").dt.date
    table = table.rename(columns={"customer": "customer_id"})[["customer_id", "order_date", "amount"]]
    path = tmp_path_factory.mktemp("cdnow") / "cdnow.csv"
    table.to_csv(path, index=False)
    return path


@pytest.fixture
def command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> RunCommand:
    """Runs a command in a project folder that holds the starter and the small question."""
    folder = tmp_path / "project"
    folder.mkdir()
    monkeypatch.chdir(folder)
    monkeypatch.setenv("REHEARSE_ASSUMPTIONS", "no")

    def run(*words: object) -> CommandResult:
        monkeypatch.setattr(sys, "argv", ["rehearse", *map(str, words)])
        capfd.readouterr()
        with pytest.raises(SystemExit) as ended:
            main()
        out, err = capfd.readouterr()
        return CommandResult(int(ended.value.code or 0), out, err)

    assert run("new", ".").code == 0
    Path("small.toml").write_text(SMALL, encoding="utf-8")
    return run
