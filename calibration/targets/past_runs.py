"""The shop's past as runs of the engine: its customers before the targets' days, under what it did in them."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import numpy.typing as npt

from calibration.model.posterior import FittedMarket
from calibration.orders.order_history import Orders
from calibration.replay.replayed_run import PastPlan, replayed_scenario
from calibration.targets.plausible_draws import PlausibleDraws
from calibration.targets.target_file import Target
from scenarios import Compare, Question, with_values
from scenarios.errors import InputError
from sim.engine import run
from sim.output.measures import measure
from sim.output.service_measures import SERVICE
from sim.scenario import Customers, Scenario

Floats = npt.NDArray[np.float64]

MOST_CUSTOMERS = 500
"""Of more customers so many are simulated, by identity: their chance counts as chance of the KPI. Targets of a desk
take all, since its line depends on how many there are."""


@dataclass(frozen=True)
class PastRuns:
    """Runs of a shop's past, and of which days of them each target is."""

    scenario: Scenario
    targets: tuple[Target, ...]

    def __call__(self, values: Mapping[str, float], number: int) -> Floats:
        """KPIs of the targets at these numbers by path, in run `number`; nan where there is none."""
        ledger = run(with_values(self.scenario, values), number, threads=1)
        start = self.scenario.run.start
        spans = [((target.first - start).days, (target.after - start).days) for target in self.targets]
        found = zip(self.targets, spans, strict=True)
        return np.array([measure(ledger, target.kpi, span).value for target, span in found])


def past_runs(fitted: FittedMarket, plan: PastPlan, targets: Sequence[Target]) -> PastRuns:
    """The shop some weeks before the first target's days, until the last one's.

    It begins earlier by as long as people take to become dormant, where the orders reach so far back, since what they
    did beside ordering is not known. Raises InputError where nobody had ordered by then.
    """
    market, orders = plan.facts.prior.market, fitted.orders
    before = timedelta(days=math.ceil(market.engagement.dormant_after))
    first = min(target.first for target in targets)
    start = max(first - before, min(first, orders.first + before))
    _check_people(orders, start, targets)
    scored = replace(fitted, orders=orders.until(start - timedelta(days=1)))
    scenario = replayed_scenario(orders, scored, plan)
    assert scenario.customers is not None
    horizon = (max(target.after for target in targets) - start).days
    customers = scenario.customers
    desk = {one.name for one in SERVICE}
    if not any(target.kpi in desk for target in targets):
        customers = customers.of(_lowest(customers, MOST_CUSTOMERS))
    return PastRuns(replace(scenario, customers=customers, run=replace(scenario.run, horizon=horizon)), tuple(targets))


def population_of(runs: PastRuns, fitted: FittedMarket, plan: PastPlan) -> PlausibleDraws:
    """Draws of the fitted market's numbers, and of the prior's where nothing was learned."""
    prior, arms = plan.facts.prior, {"as it was": runs.scenario}
    path = Path(plan.path or "records")
    return PlausibleDraws(
        Question("targets", "", path, arms, Compare(), prior.beliefs, fitted.draws, prior.origins, prior.files)
    )


def _check_people(orders: Orders, start: date, targets: Sequence[Target]) -> None:
    known = int((orders.customers["first_day"] < (start - orders.first).days).sum())
    if known == 0:
        expected = "days before which customers had ordered"
        raise InputError(place=targets[0].place, expected=expected, got=f"none before {start}")


def _lowest(customers: Customers, most: int) -> npt.NDArray[np.bool_]:
    """Those with the lowest identities, which are hashes."""
    rank = np.argsort(np.argsort(customers.identity, kind="stable"), kind="stable")
    return np.asarray(rank < most)
