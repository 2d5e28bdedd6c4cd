"""End to end on real shops: from the export over a fitted market to a verdict on the shop's own customers."""

from __future__ import annotations

import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from calibration import calibrate, read_orders
from scenarios import load_market

from .fitted_shops import answer_in, check_answer

Real = Callable[[str], Path]


def verdict_on(orders: Path, holdout: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Calibrate, compare the arms of the tiny question in the fitted market, and return both answers as plain data."""
    fit = calibrate(orders, holdout=holdout, out="fitted", draws=40).to_json()
    return fit, answer_in("fitted/market.toml", fit["orders"]["customers"])


@pytest.fixture(autouse=True)
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def test_complete_journey_from_orders_to_a_verdict(real: Real) -> None:
    """Every twelfth household of a grocery panel: regular weekly orders, and seldom a customer's first in the file."""
    table = pd.read_csv(real("complete_journey/orders.csv.gz"))
    table[table["customer_id"] % 12 == 0].to_parquet("panel.parquet")
    fit, answer = verdict_on(Path("panel.parquet"), "8w")
    assert fit["fit"]["parameters"]["k"] > 1.3
    assert load_market("fitted/market.toml").market.need.regularity > 1.3
    assert any("the first order in the file is not their first" in line for line in fit["warnings"])
    assert fit["orders"]["set_aside"][0]["reason"] == "an amount of zero"
    check_answer(answer)


def test_tmall_from_orders_to_a_verdict(real: Real) -> None:
    """A quarter of the customers of a brand with few repeat orders, and with refunds."""
    table = pd.read_csv(real("tmall/orders.csv.gz"))
    some = table["customer_id"].map(lambda name: zlib.crc32(str(name).encode()) % 4 == 0)
    table[some].to_csv("brand.csv", index=False)
    fit, answer = verdict_on(Path("brand.csv"), "8w")
    assert any("refund" in row["reason"] for row in fit["orders"]["set_aside"])
    assert fit["holdout"]["new_customers_left_out"] > 300
    check_answer(answer)


def test_complete_journey_shows_its_discounts(real: Real) -> None:
    """A loyalty price on four baskets of five; manufacturers pay for coupons, the shop for what it adds to them."""
    orders = read_orders(real("complete_journey/orders.csv.gz"))
    found = orders.discounts
    assert found is not None
    assert found.sum == "gross less retail_disc and coupon_match_disc is the amount"
    assert (found.rows, found.disagree) == (155_848, 0)
    assert {kind.column: kind.in_amount for kind in found.kinds} == {
        "retail_disc": True,
        "coupon_disc": False,
        "coupon_match_disc": True,
    }
    table = pd.read_csv(real("complete_journey/orders.csv.gz"))
    assert found.given == pytest.approx(1 - table["amount"].sum() / table["gross"].sum(), abs=1e-9)
    assert found.discounted == pytest.approx(0.817, abs=0.001)
    assert found.depth is not None
    assert (found.depth.p10, found.depth.median, found.depth.p90) == pytest.approx((0.040, 0.141, 0.311), abs=0.001)
    assert sum(month.orders for month in found.months) == found.orders
    assert all(0.13 < month.given < 0.16 for month in found.months[:12])
