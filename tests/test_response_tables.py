"""The tables of docs/response.md: what noise cannot decide, and what the picture reads."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks.published_effects import Point, profit_at
from benchmarks.response_arms import Size, first_campaign, plain_shop
from benchmarks.response_picture import before
from benchmarks.response_tables import INTERVALS, depth_table
from scenarios import load
from sim.scenario import Offer


def test_orders_of_the_first_campaign_do_not_depend_on_a_few_orders() -> None:
    size = Size(100, 1)
    shop = plain_shop(load("library:shop"), size, {})
    offers = {f"{depth:g}": Offer.percent(depth) for depth in (0.0, 0.01, 0.02, 0.2)}
    added = first_campaign(shop, offers, size)
    assert added["0"] == 0.0
    assert added["0.02"] == pytest.approx(2.0 * added["0.01"], rel=0.1)
    assert added["0.2"] > 10.0 * added["0.01"]


def test_all_that_may_be_best_is_marked() -> None:
    size = Size(1000, 3, 120)
    table = depth_table(plain_shop(load("library:shop"), size, {}), size, (0.0, 0.9), ())
    assert table.best[table.contribution.idxmax()] == "*"
    assert table.best["90%"] == ""
    assert table.error["none"] == 0.0 < table.error["90%"]


def test_the_page_keeps_the_tables_of_before() -> None:
    cadence = before("Cadence: one advertisement every n days")
    assert list(cadence.index) == ["none", *(f"{days} d" for days in INTERVALS)]
    best, profit = profit_at(cadence.contribution.drop("none"))
    assert (best, profit(7)) == (8.0, 1.0)
    assert before("Depth: three days every 30 days").orders["90%"] > 50.0


def test_a_point_says_where_it_lies() -> None:
    assert Point("a", "b", 0.5, 0.4, 0.6).inside
    assert not Point("a", "b", np.nan, 0.4, 0.6).inside
