"""A calibration on a terminal: which lines, and in which order."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from rich.console import Console

from calibration import Calibration, calibrate, print_calibration
from calibration.orders.order_history import SetAside


def export(folder: Path, *, late: bool = False) -> Path:
    """150 customers who order at random; with `late`, one more whose only order comes 40 days after."""
    rng = np.random.default_rng(2)
    rows = [
        (f"c{c}", date(2024, 3, 1) + timedelta(days=int(day)), round(float(rng.gamma(4.0, 20.0)), 2))
        for c in range(150)
        for day in np.cumsum(rng.exponential(rng.gamma(2.0, 15.0), rng.integers(1, 6)))
        if day < 150
    ]
    if late:
        rows.append(("late", max(row[1] for row in rows) + timedelta(days=40), 9.0))
    path = folder / "shop.csv"
    pd.DataFrame(rows, columns=["customer_id", "order_date", "amount"]).to_csv(path, index=False)
    return path


@pytest.fixture(scope="module")
def fitted(tmp_path_factory: pytest.TempPathFactory) -> Calibration:
    return calibrate(export(tmp_path_factory.mktemp("shop")), draws=30, holdout="3w")


def printed(answer: Calibration) -> list[str]:
    stream = io.StringIO()
    print_calibration(answer, Console(file=stream, width=200))
    return [line.rstrip() for line in stream.getvalue().splitlines()]


def test_warnings_come_first_and_the_market_last(fitted: Calibration) -> None:
    lines = printed(replace(fitted, warnings=("beware [bold]of this[/bold]",), path=Path("a/market.toml")))
    assert lines[0] == "warning: beware [bold]of this[/bold]"
    assert lines[1].startswith(
        f"shop.csv: {fitted.market.orders.rows} rows (customer = customer_id, date = order_date, amount = amount)"
    )
    assert lines[-1] == "market: a/market.toml"


def test_the_holdout_beside_the_reference_forecasts(fitted: Calibration) -> None:
    text = "\n".join(printed(fitted))
    for words in ("holdout from", "truth", "BG/NBD", "own past rate", "its band includes parameters"):
        assert words in text, words
    assert "holdout from" not in "\n".join(printed(replace(fitted, holdout=None)))


def test_what_was_learned_is_written_as_in_files(fitted: Calibration) -> None:
    rows = {row.split("│")[1].strip(): row for row in printed(fitted) if row.startswith("│ market.")}
    assert rows.keys() == set(fitted.market.draws.columns)
    assert rows["market.need.order_rate.mean"].count(" per ") == 3
    assert rows["market.spend.mean"].count("CNY") == 3
    marked = {path for path, row in rows.items() if "not learned" in row or "at a limit" in row}
    assert marked == {row.parameter for row in fitted.health if not row.identified} & rows.keys()
    kept = sum(not row.identified for row in fitted.health)
    assert any(line.startswith(f"{kept} of {len(fitted.health)} uncertain numbers") for line in printed(fitted))


def test_reasons_beyond_the_first_six_are_counted(fitted: Calibration) -> None:
    aside = tuple(SetAside(f"reason {n}", 10 + n, n) for n in range(9))
    orders = replace(fitted.market.orders, set_aside=aside)
    rows = [line for line in printed(replace(fitted, market=replace(fitted.market, orders=orders))) if "reason" in line]
    assert [f"reason {n} " in "".join(rows) for n in range(9)] == [True] * 6 + [False] * 3
    assert any("and 3 more reasons" in line and f" {16 + 17 + 18} " in line for line in rows)


def test_an_empty_holdout_has_no_share(tmp_path: Path) -> None:
    """No known customer bought in the weeks held out: a miss in per cent does not exist."""
    lines = printed(calibrate(export(tmp_path, late=True), draws=30, holdout="3w"))
    assert "–" in next(line for line in lines if line.startswith("│ own past"))
