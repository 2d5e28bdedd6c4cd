"""A shop under campaigns that is cut in two: the run that went on, and what is known of its customers at the cut."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import numpy as np
import numpy.typing as npt

from sim import scenario as s
from sim.draws import Identities
from sim.engine import advance, close_run, open_run
from sim.exposures import PastOrders, exposures
from sim.scenario import Customers, ShopHistory
from sim.stages import OUT, Event
from sim.state.first_morning import RunOptions
from tests.worlds import START, scenario

Floats = npt.NDArray[np.float64]

STOCKS = ("attention", "fatigue", "trust", "debt", "waiting", "habit", "expected", "hoped", "announced")
STRATEGY = s.Strategy(
    acquisition={"search": s.Acquisition()},
    outreach={"care": s.Outreach("direct", "care", every=s.Rhythm(10.0), at=0.8)},
    campaigns={
        "rhythm": s.Campaign(
            s.Offer("percent", depth=0.2),
            "direct",
            every=s.Rhythm(15.0),
            first=START + timedelta(days=15),
            lasts=3.0,
            phases=("launch", "proof", "deadline"),
            announce=3,
        )
    },
    service=s.Service(unlimited=True),
)
WORLD: dict[str, Any] = {
    "market.start_with": 0,
    "market.sources.search.exposures": 40.0,
    "market.need.week_shock": 0.0,
    "market.need.regularity": 1.0,
    "market.people.contact_response": 0.0,
    "market.people.price_sensitivity": 0.0,
    "market.people.service_sensitivity": 0.0,
    "market.engagement.rate": 0.0,
    "market.trust.delivery": 0.0,
    "market.trust.reply": 0.0,
    "market.offers.campaign_spread": 0.0,
    "market.offers.unready": 0.0,
    "market.delivery.days_effect": 0.0,
    "market.service.questions_per_touch": 0.0,
    "market.service.questions_per_purchase": 0.0,
    "market.service.questions_per_order": 0.0,
    "market.service.problems_per_order": 0.0,
    "market.returns.share": 0.0,
    "strategy": STRATEGY,
}


@dataclass(frozen=True)
class CutWorld:
    """people: identities at the cut, rising. went_on: orders of theirs on each day after it, shape (days,).

    stages, stocks: what they were at the cut, (n,) and by name; customers: what the shop knows of them.
    """

    shop: s.Scenario
    cut: int
    people: Identities
    went_on: Floats
    left: int
    stages: npt.NDArray[np.int8]
    stocks: dict[str, Floats]
    customers: Customers

    def begun(self, customers: Customers | None = None) -> s.Scenario:
        """The run that begins at the cut with the shop's own customers and nobody else."""
        run = replace(self.shop.run, start=self.shop.run.start + timedelta(days=self.cut))
        run = replace(run, horizon=self.shop.run.horizon - self.cut)
        strategy = replace(self.shop.strategy, acquisition={})
        return replace(self.shop, run=run, strategy=strategy, customers=customers or self.customers)


def cut_world(changes: dict[str, Any], known_deletions: bool, cut: int, days: int, seed: int) -> CutWorld:
    """Simulate a shop for `days`, and take down its customers as they are known on the morning of day `cut`.

    Where deletions are not known, the shop has gone on writing to who had gone.
    """
    shop = scenario(WORLD | changes, days=days, seed=seed)
    opened = open_run(shop, options=RunOptions(events=True))
    column, booked = opened.state.population.column, []
    gone: dict[int, int] = {}
    for day in range(cut):
        advance(opened, day + 1)
        for row in np.flatnonzero(column("stage") >= OUT):
            gone.setdefault(int(column("identity")[row]), day)
        booked.append([(day, *order) for order in opened.state.results.orders[["identity", "value", "paid"]].tolist()])
    order = np.argsort(column("identity"))
    known = {name: column(name)[order].copy() for name in ("identity", "stage", "added", "spent", *STOCKS)}
    for day in range(cut, days):
        advance(opened, day + 1)
    opened.state.threads.close()
    events, people = close_run(opened).events, known["identity"]
    assert events is not None
    ours = np.isin(events["person"], people) & (events["day"] >= cut)
    bought = ours & np.isin(events["kind"], [Event.FIRST_ORDER, Event.ORDER])
    history, paid = known_orders(known["added"], people, [one for day in booked for one in day], cut)
    if known_deletions:
        deleted = np.array([gone.get(int(who), cut) for who in people], dtype=np.int32)
        history = replace(history, deleted=deleted, deletions_known=True)
    history = exposures(shop, PastOrders(history, people, paid, savings_known=True))
    return CutWorld(
        shop, cut, people,
        went_on=np.bincount(events["day"][bought] - cut, minlength=days - cut).astype(float),
        left=int((ours & (events["kind"] == Event.DELETE)).sum()),
        stages=known["stage"],
        stocks={name: known[name] for name in STOCKS},
        customers=customers_of(history, people, known["spent"]),
    )  # fmt: skip


def known_orders(
    added: npt.NDArray[np.int32], people: Identities, booked: list[tuple[int, int, int, int]], days: int
) -> tuple[ShopHistory, npt.NDArray[np.int64]]:
    """The history of leads who ordered so, by day, identity, list value and paid cents; paid cents by order-day."""
    sums: dict[tuple[int, int], list[int]] = {}
    for day, who, value, paid in booked:
        one = sums.setdefault((int(np.searchsorted(people, np.uint64(who))), day), [0, 0])
        one[0] += value
        one[1] += paid
    keys = sorted(sums)
    counts = np.bincount([row for row, _ in keys], minlength=people.size)
    history = ShopHistory(
        start=START, days=days, entered=added.astype(np.int32) + 1, lead=np.ones(people.size, dtype=bool),
        deleted=np.full(people.size, days, dtype=np.int32), deletions_known=False,
        begin=np.append(0, np.cumsum(counts)), order_day=np.array([day for _, day in keys], dtype=np.int32),
        saving=np.array([1.0 - sums[key][1] / sums[key][0] for key in keys]),
    )  # fmt: skip
    return history, np.array([sums[key][1] for key in keys])


def customers_of(history: ShopHistory, people: Identities, spent: npt.NDArray[np.int64]) -> Customers:
    """The customers of a history; `spent` is all that each has spent, cents."""
    orders = np.diff(history.begin)
    some = orders > 0
    age, recency = ((history.days - history.entered + 1).astype(float) for _ in range(2))
    age[some] = history.days - history.order_day[history.begin[:-1][some]]
    recency[some] = history.days - history.order_day[history.begin[1:][some] - 1]
    return Customers(people, orders, age, recency, spent, orders, history=history)
