"""What shared weeks add to the log density of a history, beside the exact integral over every person's rate.

    python -m benchmarks.shared_weeks --worlds 6 --seed 1

1,200 people of independent orders, two fifths of them there from the first day, the others entering on any day of the
year and staying 250 days in the mean; all are written to in the same weeks. The exact log density keeps each person's
gamma rate under the levels of weeks, which are integrated by Laplace in all three. Printed is the standard deviation,
over places about the truth, of what weeks add exactly, and of what is wrong with it where rates are taken to be known
beforehand, and where their sum is learned with the levels (`calibration/responses/common_shocks.py`). About one CPU
second a world.
"""

from __future__ import annotations

import argparse

import numpy as np
import numpy.typing as npt
from rich.console import Console
from rich.table import Table

from calibration.model.priors import LEVEL_SHIFT, ORDER_MEAN, ORDER_SHAPE, WEEK_SHOCK
from calibration.responses.common_shocks import level_covariance, shared_weeks
from calibration.responses.unknowns import Unknowns, unknowns_of
from scenarios import load_market
from sim.scenario import Market
from tests.calibration.history_stand_in import planted

Floats = npt.NDArray[np.float64]

PATHS = ("market.attention.max_lift", "market.attention.half_life", ORDER_MEAN, ORDER_SHAPE, WEEK_SHOCK, LEVEL_SHIFT)
PEOPLE, WEEKS, PLACES = 1_200, 52, 14
FIRST_DAY, STAYS = 0.4, 250.0
"""Share of people who are there from the first day, and days that people stay in the mean."""
KNOWN = 1e12
SPREAD = 0.2
"""Standard deviation of the places, in those of the prior."""
ORDERS = (0.0, 1.0, 2.0)
"""Standard deviations of the prior above the median at which the order rate is."""


def by_week(daily: Floats) -> Floats:
    """Sums over the days of each week, (people, weeks)."""
    return np.asarray(daily.reshape(len(daily), WEEKS, 7).sum(axis=2))


def exact(seen: Floats, shapes: Floats, shares: Floats, covariance: Floats) -> float:
    """Laplace's integral where each person has a gamma rate of its own.

    shapes: (people,) r + x; shares (people, weeks): of each one's rate and orders, what a week at level 0 takes.
    """
    root, v = np.linalg.cholesky(covariance), np.zeros(WEEKS)

    def value(v: Floats) -> float:
        u = root @ v
        return float(seen @ u - shapes @ np.log1p(shares @ np.expm1(u)) - 0.5 * v @ v)

    for _ in range(100):
        u = root @ v
        parts = shares * np.exp(u) / (1.0 + shares @ np.expm1(u))[:, None]
        slope = root.T @ (seen - shapes @ parts) - v
        precision = np.eye(WEEKS) + root.T @ (np.diag(shapes @ parts) - (parts.T * shapes) @ parts) @ root
        step, size = np.linalg.solve(precision, slope), 1.0
        while value(v + size * step) < value(v) and size > 1e-6:
            size *= 0.5
        v = v + size * step
        if np.abs(step).max() < 1e-9:
            break
    return value(v) - 0.5 * float(np.linalg.slogdet(precision)[1])


def weeks_by_three(market: Market, orders: Floats, lifts: Floats) -> Floats:
    """What weeks add: exactly, with rates known beforehand, and as calibration has it.

    orders and lifts: (people, days).
    """
    rate = market.need.order_rate
    shapes = rate.shape + orders.sum(axis=1)
    shares = by_week(lifts) / (rate.shape / rate.mean + lifts.sum(axis=1))[:, None]
    seen, due = by_week(orders).sum(axis=0), shapes @ shares
    covariance = level_covariance(WEEKS, market.need.week_shock, market.need.level_shift)
    both = [shared_weeks(seen, due, covariance, shape).value for shape in (KNOWN, float(shapes.sum()))]
    return np.array([exact(seen, shapes, shares, covariance), *both])


def errors(unknowns: Unknowns, z: Floats, rng: np.random.Generator) -> tuple[int, Floats]:
    """Orders, and the standard deviations: of what weeks add exactly, and of the two errors, over places about z."""
    evidence = planted(unknowns.market(z), PEOPLE, 7 * WEEKS, int(rng.integers(1 << 30)))
    entered = np.where(rng.random(PEOPLE) < FIRST_DAY, 0, rng.integers(0, 7 * WEEKS, PEOPLE))
    day = np.arange(7 * WEEKS)
    there = (day >= entered[:, None]) & (day < (entered + rng.exponential(STAYS, PEOPLE))[:, None])
    bought = evidence.orders * there
    found = []
    for place in [z, *(z + SPREAD * rng.standard_normal((PLACES, z.size)))]:
        market = unknowns.market(place)
        found.append(weeks_by_three(market, bought, np.exp(evidence.log_multipliers(market)) * there))
    whole = np.array(found)
    return int(bought.sum()), np.array([whole[:, 0].std(), *(whole[:, 1:] - whole[:, :1]).std(axis=0)])


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--worlds", type=int, default=6, help="worlds at each order rate")
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    prior = load_market("library:base")
    unknowns = unknowns_of(prior.market, prior.beliefs, regular=False).only(list(PATHS))
    table = Table("orders", "week shock", "level shift", "exact", "error, rates known", "error, rates learned")
    for orders in ORDERS:
        for number in range(asked.worlds):
            rng = np.random.default_rng([asked.seed, int(orders), number])
            z = rng.standard_normal(len(PATHS))
            z[PATHS.index(ORDER_MEAN)] = orders
            count, spread = errors(unknowns, z, rng)
            need = unknowns.market(z).need
            table.add_row(
                f"{count:,}", f"{need.week_shock:.2f}", f"{need.level_shift:.2f}", *(f"{x:.2f}" for x in spread)
            )
    Console().print(table)


if __name__ == "__main__":
    main()
