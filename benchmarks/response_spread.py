"""Does a history's likelihood lean at the truth, where people are alike, where they differ, where they interact?

    python -m benchmarks.response_spread                     2 shops of 20,000 people each, some minutes
    python -m benchmarks.response_spread --people 5000 --shops 1

Each shop is simulated for 180 days with people alike, then with the same people and random numbers and one thing more:
a spread of a response trait, or interactions, which a history does not hold and the likelihood takes as expected.
Printed are the slopes of the log-likelihood at the true market by the log of each number, over their standard error in
people alike: of people alike, and what the spread adds. A shift is what the spread does to the top of the likelihood
(all numbers together, one step), with the standard error of a fit of 1,200 people beside it.
"""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import numpy as np
import numpy.typing as npt

from sim.past.evidence import log_likelihoods
from sim.scenario import Market
from tests.past_worlds import as_sent, recorded
from tests.sim.test_past_evidence import ALIKE, STRATEGY, TRUTH
from tests.worlds import changed, scenario

Floats = npt.NDArray[np.float64]

DAYS = 180
FITTED = 1_200
"""People of a fit (`calibration/responses`)."""
STEP = 1e-4
PATHS = (
    "need.order_rate.mean",
    "need.order_rate.shape",
    "need.dropout_rate.mean",
    "attention.max_lift",
    "attention.weight.offer",
    "attention.half_life",
    "attention.saturation",
    "attention.remembered",
    "offers.elasticity",
    "offers.displacement",
    "offers.waiting",
    "fatigue.order_effect",
    "fatigue.half_life",
    "optout.per_message",
)
CONTACT, PRICE, SERVICE = (
    f"market.people.{name}" for name in ("contact_response", "price_sensitivity", "service_sensitivity")
)
SPREADS: dict[str, dict[str, float]] = {
    "contact response 0.3": {CONTACT: 0.3},
    "contact response 0.6": {CONTACT: 0.6},
    "price sensitivity 0.5": {PRICE: 0.5},
    "service sensitivity 0.6": {SERVICE: 0.6},
    "all three": {CONTACT: 0.6, PRICE: 0.5, SERVICE: 0.6},
    "interactions": {"market.engagement.rate": 0.3, "market.engagement.fading": 3.0},
}


def slopes_at_truth(
    more: Mapping[str, Any],
    people: int,
    seed: int,
    paths: tuple[str, ...] = PATHS,
    believed: Mapping[str, float] = MappingProxyType({}),
) -> Floats:
    """Slopes of each person's log-likelihood by the log of each number, shape (paths, people), at the true market.

    more: what is changed of the shop of people alike, by path; believed: numbers of the market, by path below it, that
    the likelihood takes for others than they are.
    """
    changes = {
        **ALIKE,
        "market.start_with": people,
        "market.people.benefit_seekers": 0.0,
        "market.need.regularity": 1.0,
        "market.need.order_rate.shape": 1.5,
        "market.trust.early_days": 0,
        "market.attention.remembered": 1.0,
        "market.fatigue.most": 2.0,
        "strategy": STRATEGY,
        "run.seed": seed,
        **{f"market.{path}": value for path, value in TRUTH.items()},
        **more,
    }
    run = recorded(scenario(changes, days=DAYS), DAYS)
    market, history = changed(run.opened.state.inputs.market, believed), as_sent(run.history)

    def at(path: str, factor: float) -> Floats:
        return log_likelihoods(changed(market, {path: factor * value_of(market, path)}), history)

    return np.array([(at(path, 1.0 + STEP) - at(path, 1.0 - STEP)) / (2.0 * STEP) for path in paths])


def value_of(market: Market, path: str) -> float:
    """A number of a market by its path below `market.`."""
    found: Any = market
    for name in path.split("."):
        found = getattr(found, name)
    return float(found)


def in_errors(slopes: Floats, alike: Floats) -> Floats:
    """Sums of slopes over the standard errors of those of people alike, shape (paths,)."""
    return np.asarray(slopes.sum(axis=1) / np.sqrt((alike**2).sum(axis=1)))


def shifts(added: Floats, alike: Floats) -> tuple[Floats, Floats, Floats]:
    """What added slopes do to the top, the standard error of that, and the one of a fit of `FITTED` people."""
    covariance = np.linalg.inv(alike @ alike.T)
    error = np.sqrt(np.diag(covariance @ (added @ added.T) @ covariance))
    return covariance @ added.sum(axis=1), error, np.sqrt(np.diag(covariance) * alike.shape[1] / FITTED)


def main() -> None:
    """Print a table for each spread."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--people", type=int, default=20_000)
    parser.add_argument("--shops", type=int, default=2)
    options = parser.parse_args()
    seeds = range(1, options.shops + 1)

    def all_shops(more: Mapping[str, Any]) -> Floats:
        return np.concatenate([slopes_at_truth(more, options.people, seed) for seed in seeds], axis=1)

    alike = all_shops({})
    for name, more in SPREADS.items():
        added = all_shops(more) - alike
        print(f"{name}: {alike.shape[1]:,} people")
        print(f"  {'':24}  slope alike   added        shift        of a fit")
        rows = zip(PATHS, in_errors(alike, alike), in_errors(added, alike), *shifts(added, alike), strict=True)
        for path, before, more_slope, shift, error, of_fit in rows:
            print(f"  {path:24}  {before:11.1f}  {more_slope:6.1f}  {shift:+.3f} +- {error:.3f}  {of_fit:8.3f}")


if __name__ == "__main__":
    main()
