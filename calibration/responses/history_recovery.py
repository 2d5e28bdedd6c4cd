"""Parameter recovery under a history: the engine simulates the shop on draws of its posterior, and each is fitted."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from calibration.responses.fitted_under_history import ResponseSettings
from calibration.responses.response_fit import ResponseFit, ResponsePrior, fit_responses
from calibration.responses.simulated_history import known_from_orders, simulated_history
from sim.desk_waits import stated_desk
from sim.exposures import exposures
from sim.scenario import Acquisition, Market, RunSettings, Scenario, ShopHistory, Strategy

Floats = npt.NDArray[np.float64]

MOST_PEOPLE = 200
"""People who are known, at most, in each simulated history."""
MOST_LEADS = 10
"""Contacts that come in at most for each person who is to be known."""
INSIDE = (0.05, 0.95)


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


def planted_shop(plan: RecoveryPlan, truth: Floats, world: int, people: float) -> Scenario:
    """The shop from nobody on, on the days of its history, with the numbers at `truth` (d,) on the prior's scale.

    people: contacts that come in, in the mean.
    """
    market, run = plan.fit.unknowns.market(truth), _days_of(plan.history, plan.settings.seed + world)
    name = min(market.sources)
    source = market.sources[name]
    reached = people / plan.history.days / source.add_rate
    sources = {name: replace(source, exposures=reached, handling=None)}
    strategy = replace(plan.strategy, acquisition={name: Acquisition()})
    return Scenario(replace(market, start_with=0, sources=sources), strategy, run)


def _days_of(history: ShopHistory, seed: int) -> RunSettings:
    return RunSettings(
        history.start, warm_up=0, horizon=history.days, cool_down=0, draws=1, replications=1, seed=seed
    )  # fmt: skip


def _fitted(plan: RecoveryPlan, truth: Floats, world: int) -> ResponseFit | None:
    """Need and responses of one simulated history; None where nobody orders again."""
    settings, people = plan.settings, min(plan.history.size, MOST_PEOPLE)
    shop = planted_shop(plan, truth, world, people)
    past = simulated_history(shop)
    if not plan.history.lead.any():
        # So many more come in that as many order.
        seen = max(known_from_orders(past).history.size, people / MOST_LEADS)
        shop = planted_shop(plan, truth, world, people * max(people / seen, 1.0))
        past = known_from_orders(simulated_history(shop))
    if past.history.order_day.size <= np.count_nonzero(np.diff(past.history.begin)):
        return None
    # What was sent is decided once more by the prior's medians, as it is in calibration.
    medians: Market = settings.market
    stated = Scenario(medians, plan.strategy, shop.run)
    history = exposures(stated, past)
    history = replace(history, desk=stated_desk(stated, history))
    regular = "market.need.regularity" in plan.fit.unknowns.paths
    prior = ResponsePrior(medians, settings.beliefs, regular, {})
    what = (settings.draws, settings.seed + world, settings.say)
    return fit_responses(history, prior, settings.evidence_of, what, plan.fit)
