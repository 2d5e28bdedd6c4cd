"""The day on which each customer came, from a column, and that on which the shop opened."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from calibration.model.likelihood import histories
from calibration.orders.order_history import read_orders
from calibration.orders.order_rows import ReadingOptions
from calibration.orders.reading_files import over_reading, reading_text, until_day
from scenarios.errors import InputError

Export = Callable[..., Path]
MAPPING = {"entered": "customer since"}


def since(table: pd.DataFrame) -> pd.DataFrame:
    """Every other customer came 100 days before the first order in the file, the others with it."""
    first = table.groupby("customer_id")["order_date"].transform("min")
    older = table["customer_id"].str[-1].astype(int) % 2 == 0
    return table.assign(**{"customer since": first.where(~older, first - pd.to_timedelta(100, unit="D"))})


def test_days_before_the_file_are_read_if_mapped(export: Export, tmp_path: Path) -> None:
    path = export(since)
    orders = read_orders(path, MAPPING)
    assert orders.columns["entered"] == "customer since"
    assert "customer since: 20 customers came before the file, 20 within it; of 0 it is not known" in orders.notes
    h = histories(orders)
    assert h.entries is not None
    before = h.entries.known[h.row] * 7.0
    older = np.array([int(name[-1]) % 2 == 0 for name in orders.customers.index])
    assert before[older] == pytest.approx(100.0 - orders.customers["first_day"].to_numpy()[older])
    assert (before[~older] == 0.0).all()
    reading = tmp_path / "reading.toml"
    options = ReadingOptions(opened=date(2023, 1, 1))
    reading.write_text(reading_text(orders, options), encoding="utf-8")
    mapping, again = over_reading(reading, None, ReadingOptions())
    assert mapping["entered"] == "customer since"
    assert again.opened == date(2023, 1, 1)


def test_a_column_is_named_and_not_taken_by_its_name(export: Export) -> None:
    orders = read_orders(export(since))
    assert orders.entered is None
    assert histories(orders).entries is None
    assert any("customer since (--map entered=COLUMN" in note for note in orders.notes)


def test_blank_days_are_not_known(export: Export) -> None:
    path = export(lambda t: since(t).assign(**{"customer since": lambda d: d["customer since"].where(t.index > 39)}))
    orders = read_orders(path, MAPPING, options=ReadingOptions(opened=date(2023, 6, 1)))
    assert any("of 10 it is not known" in note for note in orders.notes)
    h = histories(orders)
    assert h.entries is not None
    assert np.isnan(h.entries.known[h.row]).sum() == 10
    assert h.mixed


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (lambda t: since(t).assign(**{"customer since": t["order_date"]}), "one day for each customer"),
        (lambda t: since(t).assign(**{"customer since": "2024-08-01"}), "days up to a customer's first order"),
        (lambda t: since(t).assign(**{"customer since": "soon"}), "cells like 2026-01-31"),
    ],
)
def test_days_that_cannot_be_are_refused(
    export: Export, change: Callable[[pd.DataFrame], pd.DataFrame], expected: str
) -> None:
    with pytest.raises(InputError, match=expected):
        read_orders(export(change), MAPPING)


def test_a_registration_is_told_from_a_first_order(export: Export) -> None:
    def registered(table: pd.DataFrame) -> pd.DataFrame:
        found = since(table)
        late = found["customer_id"].str[-1].astype(int) > 4
        moved = found["order_date"].where(~late, found["order_date"] + pd.to_timedelta(9, unit="D"))
        days = found["customer since"].where(~late, pd.Timestamp("2024-03-01").date())
        return found.assign(**{"order_date": moved, "customer since": days})

    orders = read_orders(export(registered), MAPPING)
    assert any("it may be a registration" in note for note in orders.notes)


@pytest.mark.parametrize("opened", [date(2024, 3, 2), date(2060, 1, 1), date(1950, 1, 1)])
def test_impossible_openings_are_refused(export: Export, opened: date) -> None:
    with pytest.raises(InputError, match="up to the first order in the file"):
        read_orders(export(), options=ReadingOptions(opened=opened))


def test_an_opening_is_a_day() -> None:
    with pytest.raises(InputError, match="--opened"):
        until_day("soon", "--opened")


def test_a_shop_that_opened_with_its_file_has_nobody_from_before(export: Export) -> None:
    orders = read_orders(export(), options=ReadingOptions(opened=date(2024, 3, 1)))
    assert histories(orders).entries is None
