"""How well the fitted law of order rates is turned into the law before the motive, on planted worlds.

    python -m benchmarks.motives

Each world has 4,000 customers of two motives who order without marketing. The law of all is fitted, turned into that
before the motive with the true share and factor, and compared with the best fit of the mixture itself: log-likelihoods
above that of the single law, and what each law expects of a newcomer's orders in 365 days as a share of the truth. The
last column is the fitted law with benefit-seekers on top, as up to version 0.9.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from calibration.model.likelihood import Histories, Parameters, each, log_likelihood
from calibration.model.simulated_customers import SimulatedCustomers, new_customers, simulate_orders
from calibration.responses.motives import law_before

Floats = npt.NDArray[np.float64]

CUSTOMERS, YEAR = 4_000, 365.0 / 7.0
WORLDS = (
    (0.3, 0.35, 1.1, 5.0, 549),
    (0.3, 0.35, 3.0, 10.0, 365),
    (0.5, 0.2, 1.1, 12.0, 549),
    (0.6, 0.15, 3.0, 5.0, 549),
)
"""Share, factor, shape and mean (a year) of order rates, and days."""
DRIFT, DRIFT_SHAPE = 0.8, 0.9
SEEDS = (1, 2, 3)


def planted(world: tuple[float, float, float, float, int], seed: int) -> Histories:
    """The histories of a world's customers, who come evenly over its days."""
    share, factor, _, _, days = world
    rng = np.random.default_rng(seed)
    people = new_customers(CUSTOMERS, truth_of(world), rng)
    slow = np.where(rng.random(CUSTOMERS) < share, factor, 1.0)
    first = rng.integers(0, days, CUSTOMERS)
    area = np.arange(days + 1) / 7.0
    who, day = simulate_orders(
        SimulatedCustomers(slow * people.rate, people.lifetime, people.left), area, 1.0, rng, first
    )
    repeats, last = np.bincount(who, minlength=CUSTOMERS).astype(float), first.copy()
    np.maximum.at(last, who, day)
    ones, row = np.ones(CUSTOMERS), np.arange(CUSTOMERS)
    t_x, end = (last - first).astype(float), (days - first).astype(float)
    return Histories(repeats, t_x, end, first, ones, 0.0, 0.0, area, area, True, row)


def truth_of(world: tuple[float, float, float, float, int]) -> Parameters:
    _, _, shape, mean, _ = world
    return Parameters(shape, shape / (mean / YEAR), DRIFT_SHAPE, DRIFT_SHAPE / (DRIFT / YEAR))


def of_mixture(h: Histories, p: Parameters, share: float, factor: float) -> float:
    """Log-likelihood where a share of all has `factor` times the order rate."""
    interested, seeking = (each(h, law, "closed")[0] for law in (p, replace(p, alpha=p.alpha / factor)))
    return float(np.logaddexp(interested + np.log1p(-share), seeking + np.log(share)).sum())


def best(score: Callable[[Parameters], float], start: Parameters) -> Parameters:
    """The parameters of the highest score, by a simplex."""
    from scipy.optimize import minimize

    logs = [math.log(number) for number in (start.r, start.alpha, start.s, start.beta)]

    def worse(at: npt.NDArray[np.float64]) -> float:
        return -score(Parameters(*np.exp(at)))

    found = minimize(worse, logs, method="Nelder-Mead", options={"maxiter": 800, "xatol": 1e-4, "fatol": 1e-3})
    return Parameters(*np.exp(found.x))


def converted(p: Parameters, share: float, factor: float) -> Parameters:
    mean, shape = law_before(*(np.array([value]) for value in (p.r / p.alpha, p.r, share, factor)))
    return replace(p, r=float(shape[0]), alpha=float(shape[0] / mean[0]))


def year_of(p: Parameters, share: float = 0.0, factor: float = 1.0) -> float:
    """Expected orders of a newcomer in a year after the first."""
    life = p.beta / (p.s - 1.0) * (1.0 - (p.beta / (p.beta + YEAR)) ** (p.s - 1.0))
    return float(p.r / p.alpha * (1.0 - share + share * factor) * life)


def main() -> None:
    """Print a row for each world and seed."""
    print(
        f"{'share':>6}{'factor':>7}{'shape':>6}{'mean':>6}{'days':>5}{'seed':>5} | log-likelihood: turned, best", end=""
    )
    print(" | newcomer's year over truth: turned, best, on top")
    for world in WORLDS:
        share, factor, shape, mean, days = world
        truth = year_of(truth_of(world), share, factor)
        for seed in SEEDS:
            h = planted(world, seed)
            single = best(lambda p, h=h: log_likelihood(h, p, "closed"), truth_of(world))  # type: ignore[misc]
            turned = converted(single, share, factor)
            fitted = best(lambda p, h=h, b=share, f=factor: of_mixture(h, p, b, f), turned)  # type: ignore[misc]
            base = log_likelihood(h, single, "closed")
            logs = [of_mixture(h, p, share, factor) - base for p in (turned, fitted)]
            years = [year_of(p, share, factor) / truth for p in (turned, fitted, single)]
            print(f"{share:6.2f}{factor:7.2f}{shape:6.1f}{mean:6.1f}{days:5}{seed:5} |", end="")
            print("".join(f"{v:8.2f}" for v in logs), "|", "".join(f"{v:7.3f}" for v in years), flush=True)


if __name__ == "__main__":
    main()
