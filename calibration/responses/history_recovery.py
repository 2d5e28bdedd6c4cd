"""Parameter recovery under a history: the engine simulates the shop on draws of its posterior, and each is fitted."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
from scipy.optimize import linear_sum_assignment

from calibration.responses.fitted_under_history import ResponseSettings
from calibration.responses.response_fit import ResponseFit, ResponsePrior, fit_responses
from calibration.responses.simulated_history import known_from_orders, of_people, simulated_history
from sim.desk_waits import stated_desk
from sim.exposures import PastOrders, exposures
from sim.scenario import Acquisition, Market, RunSettings, Scenario, ShopHistory, Strategy

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

MOST_PEOPLE = 200
"""People who are known, at most, in each simulated history."""
CONTACTS = 10
"""Contacts who are added for each person who is to be known by a first order: one on each of so many days before it."""
INSIDE = (0.05, 0.95)
ENTRIES = 151
"""Part of the seed of whose days people come in on, so that these draws are not those of anything else."""


@dataclass(frozen=True)
class RecoveredRanks:
    """One number that is learned under a history. ranks: in each simulated history the share of draws below the truth.

    Truths are draws of a posterior, not of the prior: those in a tail of the prior are drawn towards it, as in any fit
    with this prior, and ranks are even only where truths lie where the prior has them. coverage: the share of 90 %
    intervals that hold the truth. spread: mean posterior standard deviation, where that of the prior is one.
    """

    parameter: str
    ranks: tuple[float, ...]
    coverage: float
    spread: float


@dataclass(frozen=True)
class RecoveryPlan:
    """What is simulated: the strategy of the shop's past on the days of `history`, for people like those of it, whose
    need and responses are draws of `fit`. settings: how each is fitted; those of the shop's own fit."""

    history: ShopHistory
    strategy: Strategy
    fit: ResponseFit
    settings: ResponseSettings


def recover_under_history(plan: RecoveryPlan, worlds: int, progress: Callable[[str], None]) -> list[RecoveredRanks]:
    """Simulate `worlds` histories and fit each; of each number of the shop's fit the ranks of its truths.

    World w has row w of the posterior, evenly spread over it; what is not learned has the prior's median. People come
    in as leads at an even rate, not on the days on which the shop's own came; about as many are known as the shop has
    (at most 200), of a shop without leads those who ordered. Numbers that are learned are those of the shop's fit, and
    its best fit is where the search begins. Worlds without any repeat order are left out.
    """
    paths = plan.fit.unknowns.paths
    ranks, spreads = [], []
    for world in range(worlds):
        progress(f"parameter recovery under the history, {world + 1} of {worlds}")
        truth = plan.fit.sample.points[world * len(plan.fit.sample.points) // worlds]
        found = _fitted(plan, truth, world)
        if found is not None:
            ranks.append(np.mean(found.sample.points < truth, axis=0))
            spreads.append(found.sample.points.std(axis=0))
    if not ranks:
        return []
    rank, spread = np.array(ranks), np.mean(spreads, axis=0)
    inside = np.mean((rank >= INSIDE[0]) & (rank <= INSIDE[1]), axis=0)
    return [
        RecoveredRanks(path, tuple(rank[:, i].tolist()), float(inside[i]), float(spread[i]))
        for i, path in enumerate(paths)
    ]


def planted_past(plan: RecoveryPlan, truth: Floats, world: int) -> PastOrders:
    """What the shop would know of its people where the numbers are at `truth` (d,) on the prior's scale.

    As many are known as the shop has, at most 200, and each comes in on the day of one of its own. Of a shop without
    leads these are days of first orders: of contacts who are added on the ten days before, the ones whose first orders
    lie nearest to these days. A first order is given and not scored, so that choosing by its day favours nobody.
    """
    shop, people = planted_shop(plan, truth, world), min(plan.history.size, MOST_PEOPLE)
    own = own_days(plan.history, people, plan.settings.seed + world)
    if plan.history.lead.any():
        return simulated_history(shop, own)
    earlier = own - np.arange(1, CONTACTS + 1)[:, None]
    some = known_from_orders(simulated_history(shop, np.maximum(earlier, 0).ravel()))
    first = some.history.entered - 1
    _, chosen = linear_sum_assignment(np.abs(own[:, None] - first))
    return of_people(some, np.isin(np.arange(first.size), chosen))


def own_days(history: ShopHistory, people: int, seed: int) -> Ints:
    """Days on which so many of the shop's own people came, at most all: of adding, or of the first order.

    Whoever was there before the history came on its first day.
    """
    own = np.maximum(history.entered.astype(np.int64) - 1, 0)
    return np.sort(np.random.default_rng([seed, ENTRIES]).permutation(own)[:people])


def planted_shop(plan: RecoveryPlan, truth: Floats, world: int) -> Scenario:
    """The shop on the days of its history, without people, with the numbers at `truth` (d,) on the prior's scale.

    It has one source, from which nobody comes by themselves.
    """
    market, run = plan.fit.unknowns.market(truth), _days_of(plan.history, plan.settings.seed + world)
    name = min(market.sources)
    sources = {name: replace(market.sources[name], exposures=0.0, handling=None)}
    strategy = replace(plan.strategy, acquisition={name: Acquisition()})
    return Scenario(replace(market, start_with=0, sources=sources), strategy, run)


def _days_of(history: ShopHistory, seed: int) -> RunSettings:
    return RunSettings(
        history.start, warm_up=0, horizon=history.days, cool_down=0, draws=1, replications=1, seed=seed
    )  # fmt: skip


def _fitted(plan: RecoveryPlan, truth: Floats, world: int) -> ResponseFit | None:
    """Need and responses of one simulated history; None where nobody orders again."""
    settings, past = plan.settings, planted_past(plan, truth, world)
    if past.history.order_day.size <= np.count_nonzero(np.diff(past.history.begin)):
        return None
    # What was sent is decided once more by the prior's medians, as it is in calibration.
    medians: Market = settings.market
    stated = Scenario(medians, plan.strategy, _days_of(plan.history, settings.seed + world))
    history = exposures(stated, past)
    history = replace(history, desk=stated_desk(stated, history))
    regular = "market.need.regularity" in plan.fit.unknowns.paths
    prior = ResponsePrior(medians, settings.beliefs, regular, {})
    what = (settings.draws, settings.seed + world, settings.say)
    return fit_responses(history, prior, settings.evidence_of, what, plan.fit)
