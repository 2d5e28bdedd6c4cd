"""Small shops drawn from the law itself: no posterior collapses, and intervals cover what they say.

Each shop has parameters drawn from what the fit believes: the prior of the library, and every other shop of a
size without regularity (the fit averages both models, with even odds). So 90 % intervals of a correct posterior contain
90 % of the truths, whatever the size of the shop (Talts, Betancourt, Simpson, Vehtari & Gelman 2018).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date

import numpy as np
import pytest

from benchmarks.left_censored import compared, drawn, known_ways, print_compared, shop as left_censored_shop, without
from calibration.fit_warnings import left_censored
from calibration.model.likelihood import Parameters
from calibration.model.posterior import FittedMarket, fit_orders
from calibration.model.priors import DROP_MEAN, NEED, ORDER_MEAN, REGULARITY, SPEND
from calibration.orders.order_history import FEWEST_REPEATS, Orders
from calibration.recovery import PlantedTruth, plant
from scenarios import load_market
from scenarios.values.beliefs import Belief

DRAWS = 300


@pytest.fixture(scope="module")
def beliefs() -> Mapping[str, Belief]:
    return load_market("library:base").beliefs


def shop(
    beliefs: Mapping[str, Belief], customers: int, seed: int, *, plain: bool = False, censored: bool = False
) -> tuple[dict, Orders]:
    """The planted numbers by path, and the orders of one year, or of its second half where the first is cut off."""
    rng = np.random.default_rng([customers, seed])
    truth = {path: drawn(beliefs, path, rng) for path in (*NEED, *SPEND)}
    if plain:
        truth[REGULARITY] = 1.0
    order, r, drop, s, k, mean, p, q = truth.values()
    law = Parameters(r, r / order / 7.0, s, s / drop / 7.0, k)
    spend = (p, q, mean / 100.0 * (q - 1.0) / p)
    first_days = np.sort(rng.integers(0, 182, customers))
    orders = plant(PlantedTruth(law, None, spend, date(2025, 1, 1), 364, first_days), seed)
    return truth, without(orders, 182) if censored else orders


def shops(
    beliefs: Mapping[str, Belief], sizes: tuple[int, ...], count: int, *, censored: bool = False
) -> Iterator[tuple[dict, FittedMarket]]:
    """Fitted shops of alternating sizes; those that reading would refuse for want of repeat orders are left out."""
    found = seed = 0
    while found < count:
        turn, size = divmod(seed, len(sizes))
        truth, orders = shop(beliefs, sizes[size], seed, plain=bool(turn % 2), censored=censored)
        seed += 1
        if len(orders.orderdays) - len(orders.customers) >= FEWEST_REPEATS:
            found += 1
            yield truth, fit_orders(orders, beliefs, DRAWS, 1)


def spread_out(fitted: FittedMarket) -> bool:
    """Whether the draws are a posterior: many different rows, every number with a spread."""
    table = fitted.draws[[ORDER_MEAN, DROP_MEAN]]
    return len(table.drop_duplicates()) > 0.7 * DRAWS and bool((np.log(table).std() > 0.02).all())


def inside(truth: dict, fitted: FittedMarket, path: str) -> bool:
    return bool(compared(truth, fitted.draws, [path])[0, 0])


def test_small_shops_have_a_posterior(beliefs: Mapping[str, Belief]) -> None:
    """16 shops of 40 and 80 customers; 32 intervals of rates, of which 29 should hold: binomial limits."""
    hits = []
    for truth, fitted in shops(beliefs, (40, 80), 16):
        assert spread_out(fitted)
        assert fitted.effective_sample_size >= DRAWS
        assert all(not part.pareto_k >= 0.7 for part in fitted.parts.values())
        hits += [inside(truth, fitted, path) for path in (ORDER_MEAN, DROP_MEAN)]
    assert sum(hits) >= 24


@pytest.mark.slow
def test_left_censored_shops_have_a_posterior(beliefs: Mapping[str, Belief]) -> None:
    assert all(spread_out(fitted) for _, fitted in shops(beliefs, (40, 80), 6, censored=True))


def test_customers_from_before_the_file_are_named(beliefs: Mapping[str, Belief]) -> None:
    """Arrivals that thin out over a file are named, with what they do to the rates; even arrivals are not."""
    truth, orders = left_censored_shop(beliefs, 2_000, 0, 728)
    as_it_is, opened, entered = known_ways(orders)
    (line,) = left_censored(as_it_is)
    assert "order rate comes out too high" in line
    assert "if the shop is older than the file" in line
    assert "--opened DATE" in line
    assert not left_censored(opened)
    assert not left_censored(entered)
    order, r, drop, s = truth.values()
    law, first_days = Parameters(r, r / order / 7.0, s, s / drop / 7.0), np.arange(1_000) * 364 // 1_000
    assert not left_censored(plant(PlantedTruth(law, None, (6.0, 3.5, 15.0), date(2025, 1, 1), 364, first_days), 1))


@pytest.mark.slow
@pytest.mark.parametrize("sizes", [(40, 80), (20, 300)])
def test_intervals_of_rates_cover(beliefs: Mapping[str, Belief], sizes: tuple[int, ...]) -> None:
    """200 shops: 90 % intervals of the order rate and of the dropout rate contain 84 to 96 % of the truths."""
    values, regular = [], []
    for truth, fitted in shops(beliefs, sizes, 200):
        assert spread_out(fitted)
        values.append(compared(truth, fitted.draws, NEED[:4]))
        regular.append(truth[REGULARITY] > 1.0)
    table, split = np.array(values), np.array(regular)
    for name, rows in (("all", table), ("regular", table[split]), ("not regular", table[~split])):
        print(f"\nshops of {sizes}, {name}: {len(rows)}")
        print_compared(rows, NEED[:4])
    covered = dict(zip(NEED[:4], table[:, :, 0].mean(axis=0), strict=True))
    assert all(0.84 <= covered[path] <= 0.96 for path in (ORDER_MEAN, DROP_MEAN)), covered
