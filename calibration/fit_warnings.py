"""What a reader has to know of a fit: left censoring, limits, contradictions of the prior, weeks replayed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from calibration.back_check import BackCheck
from calibration.model import priors
from calibration.model.health import at_limit
from calibration.model.likelihood import days_before
from calibration.model.posterior import FittedMarket
from calibration.orders.order_history import Orders
from scenarios.values.beliefs import Belief
from sim.scenario import Market

if TYPE_CHECKING:
    import pandas as pd

FAR = 3.0
"""A fitted value this many prior standard deviations from the prior's median contradicts the prior."""
LAST_DAYS, MOST_CONTACTS = 91, 20.0
"""Days at the end whose first orders are set beside the contacts that the market adds, and how many of these are still
believed for one such order."""
TOGETHER = 0.3
"""Correlation of frequency and spend from which a warning says that the law assumes independence."""
WAY_OUT = (
    ". Where that is so, say when the shop began to win customers (--opened DATE) or when each customer ordered first "
    "(--map entered=COLUMN)"
)
EARLIER_PLAIN = (
    "customers who came before the file are allowed for under order rates without regularity only: no regular model "
    "was tried"
)
LEFT_CENSORED = (
    "Those who were there before are seen because they order often and stayed, so the order rate comes out too high "
    "and the dropout rate too low: in generated shops without their first year by 18 % and 23 % where new customers "
    "kept coming, by 65 % and 43 % where none did; the order rate's 90 % interval held in 77 % and 32 % of these shops"
)
"""Measured by `python -m benchmarks.left_censored`."""


def fit_warnings(fitted: FittedMarket, beliefs: Mapping[str, Belief]) -> list[str]:
    """One line for each thing that a reader of the fitted market has to know."""
    spend = fitted.spend
    older = [EARLIER_PLAIN] if days_before(fitted.orders) is not None else []
    lines = left_censored(fitted.orders) + older + _against_prior(fitted.draws, beliefs)
    lines += [f"{m.name}: the search for the best fit did not settle" for m in fitted.models if not m.converged]
    lines += _at_limits(fitted)
    if abs(spend.correlation) > TOGETHER:
        lines.append(
            f"frequency and spend are correlated ({spend.correlation:.2f}); the law assumes that they are independent"
        )
    return lines


def newcomer_warnings(orders: Orders, market: Market) -> list[str]:
    """A line where the contacts that the market adds do not go with the first orders of the last days.

    Whoever is added may order much later or never, so that between as many and `MOST_CONTACTS` times as many contacts
    are believed.
    """
    days = min(LAST_DAYS, orders.days + 1)
    ordered = np.count_nonzero(orders.customers["first_day"].to_numpy() > orders.days - days) / days
    added = sum(source.exposures * source.add_rate for source in market.sources.values())
    if not market.sources or ordered <= added <= MOST_CONTACTS * ordered:
        return []
    return [
        f"the market adds {added:.3g} contacts a day, and in the last {days} days {ordered:.3g} people a day ordered "
        "for the first time: orders do not tell how many are added, so state exposures and add_rate of "
        "market.sources, or give the contacts that were added (--leads FILE)"
    ]


def replay_warnings(replayed: BackCheck | None) -> list[str]:
    """A line where the weeks replayed came out far from what happened."""
    return [replayed.weeks.doubt] if replayed is not None and not replayed.weeks.calibrated else []


def _at_limits(fitted: FittedMarket) -> list[str]:
    """What lies at a limit: draws, which are then not learned, and the best fit, which no posterior follows."""
    drawn = [str(path) for path in fitted.draws if at_limit(fitted.draws, str(path)) and path != priors.REGULARITY]
    lines = [f"{path}: its draws lie at a limit of what a market can hold; it is not learned" for path in drawn]
    p = fitted.chosen.parameters
    best = dict(zip(priors.NEED, (p.r / p.alpha / 7.0, p.r, p.s / p.beta / 7.0, p.s, p.k), strict=True))
    beyond = [path for path, v in best.items() if not priors.LIMITS[path][0] <= v <= 0.98 * priors.LIMITS[path][1]]
    if beyond:
        lines.append(
            f"the best fit lies at a limit ({', '.join(beyond)}): these orders do not say how large that is, and the "
            "market takes it from the prior and what the orders leave of it"
        )
    return lines


def left_censored(orders: Orders) -> list[str]:
    """A warning where customers seem to have ordered before the file began (left censoring); none or one line.

    Either many appear within the first weeks and few after that, or fewer and fewer appear while new ones still come.
    None where it is known when the shop opened or when its customers came.
    """
    if orders.opened is not None or orders.entered is not None:
        return []
    first, piece = orders.customers["first_day"].to_numpy(), orders.days / 12.0
    early, late = np.mean(first <= piece / 2.0), np.mean((first > piece / 2.0) & (first <= piece))
    if early + late >= 0.3 and early >= 1.5 * late:
        seen = (
            f"{early + late:.0%} of the customers appear in the first {piece:.0f} days, and few new ones after that: "
            "for most of them the first order in the file is not their first (left censoring)"
        )
        return [f"{seen}. {LEFT_CENSORED}{WAY_OUT}"]
    begin, _, third, _ = np.bincount(np.minimum(first * 4 // (orders.days + 1), 3), minlength=4)
    if begin - third <= 2.0 * np.sqrt(begin + third) or begin < 1.3 * third or third < 0.05 * first.size:
        return []
    seen = (
        f"{begin / first.size:.0%} of the customers are first seen in the first quarter of the file and "
        f"{third / first.size:.0%} in the third: if the shop is older than the file, the first order in the file is "
        "not the first of many (left censoring)"
    )
    return [f"{seen}. {LEFT_CENSORED}{WAY_OUT}"]


def _against_prior(draws: pd.DataFrame, beliefs: Mapping[str, Belief]) -> list[str]:
    lines = []
    for path in draws:
        belief, middle = beliefs.get(str(path)), float(draws[path].median())
        if belief is not None and priors.log_prior(belief, middle) < -0.5 * FAR**2:
            lines.append(
                f"{path}: the fit gives {middle:.4g}, far outside the 90 % interval of the prior "
                f"({belief.p5:.4g} to {belief.p95:.4g})"
            )
    return lines
