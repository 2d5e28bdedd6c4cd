"""The tables of what service is worth: lines can be placed, name their references, and find where an hour pays."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks.service_levels import Outcome, Shop, crossing_cells, difference_cells, read_shop, table_lines
from benchmarks.service_tables import MORE, NUMBERS, SIZES, TABLES, Line, ServiceTable, hours, shop_of_size
from benchmarks.worlds import read_question
from scenarios import place_point
from scenarios.values.paths import with_values


@pytest.fixture(scope="module")
def shop() -> Shop:
    return read_shop(2)


@pytest.mark.parametrize("name", TABLES)
def test_lines_are_valid_and_name_earlier_ones(shop: Shop, name: str) -> None:
    known: list[str] = []
    for line in TABLES[name].lines:
        assert line.against is None or line.against in known
        assert line.name not in known
        known.append(line.name)
        place_point(shop.scenario, line.changes)


def test_market_numbers_and_larger_desks_are_valid(shop: Shop) -> None:
    for _, less, more in (pair for pairs in NUMBERS.values() for pair in pairs):
        assert place_point(shop.scenario, less) != place_point(shop.scenario, more)
    for less, more, length in MORE.values():
        there, larger = (place_point(shop.scenario, changes).strategy.service for changes in (less, more))
        a, b = (24.0 * one.agents * (one.hours[1] - one.hours[0]) for one in (there, larger) if one.agents)
        assert b - a == pytest.approx(length)


def test_hours_lie_within_the_day() -> None:
    for length in (0.25, 12.0, 20.0, 24.0):
        opens, closes = hours(length)["strategy.service.hours"]
        assert 0.0 <= opens < closes <= 1.0 + 1e-12
        assert 24.0 * (closes - opens) == pytest.approx(length)


def test_where_an_hour_pays_lies_between_two_sizes() -> None:
    tickets = np.array(SIZES) / 100.0
    surplus = np.array([-2.0, -1.0, -1.0, 1.0, 3.0])
    contacts, a_day = crossing_cells(surplus, tickets)
    assert float(contacts.replace(",", "")) == pytest.approx(np.sqrt(SIZES[2] * SIZES[3]), abs=1.0)
    assert float(a_day) == pytest.approx(np.sqrt(SIZES[2] * SIZES[3]) / 100.0, abs=1.0)
    assert crossing_cells(surplus - 5.0, tickets) == ["more than 32,000", ""]
    assert crossing_cells(surplus + 5.0, tickets) == ["less than 2,000", ""]


def test_differences_are_counted_before_and_after_wages() -> None:
    there = [Outcome(100.0, 0.5, 1.0, 0.1, 0.1, 0.0, 10.0, 5.0, 9.0)] * 2
    here = [Outcome(110.0, 0.5, 1.0, 0.1, 0.1, 0.0, 12.0, profit, 9.0) for profit in (4.0, 8.0)]
    assert difference_cells(here, there, 2) == ["+10.0%", "+2", "+1", "2", "2", "1 of 2"]


def test_a_small_table(shop: Shop) -> None:
    """Of a shop of a few people for a few days, so that each step of the way runs."""
    small = Shop(with_values(shop.scenario, {"run.horizon": 20}), shop.markets)
    size = shop_of_size(500)
    lines = table_lines(
        small, ServiceTable("t", "desk", (Line("one", size), Line("two", size | hours(2.0), "one")), "r")
    )
    assert len(lines) == 6
    assert len({line.count("|") for line in lines[2:]}) == 1


def test_the_shop_of_the_tables_is_the_shipped_one(shop: Shop) -> None:
    """Its desk as the library states it, and at its own size its people, invitations and budget."""
    (shipped,) = read_question('extends = "library:shop"').arms.values()
    assert shop.scenario.strategy == shipped.strategy
    assert place_point(shop.scenario, shop_of_size(20000)) == shop.scenario
