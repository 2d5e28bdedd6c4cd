"""The arms of `benchmarks.response_tables`: a plain shop with an offer or with mails, and what comes of it."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta

import numpy as np

from scenarios import Question, with_values
from sim import run
from sim.output.measures import measure
from sim.scenario import Campaign, Delivery, Offer, Outreach, Rhythm, Scenario, Service, Strategy
from sim.units import WrongValue

EVERY, LASTS = 30, 3
"""Days from one campaign to the next, which are also those to the first one, and days of a campaign."""


@dataclass(frozen=True)
class Size:
    """How large a table is computed."""

    people: int
    replications: int
    days: int = 365


@dataclass(frozen=True)
class Response:
    """What came of one arm, means over replications; money in cents, shares as fractions, nan where it was refused."""

    contribution: float
    orders: float
    optouts: float
    """Contacts who deleted, of all contacts of day one."""
    touches: float
    """Messages delivered, per contact of day one."""
    first_days: float
    """Orders on the days of the first campaign."""
    discounts: float


NOTHING = Response(*(math.nan,) * 6)


def plain_shop(question: Question, size: Size, values: Mapping[str, float]) -> Scenario:
    """The library's shop without programmes, at its medians but for `values`."""
    base = next(iter(question.arms.values()))
    settings = replace(base.run, warm_up=0, horizon=size.days, cool_down=0)
    quiet = Strategy(service=Service(unlimited=True), delivery=Delivery())
    lifted = {"market.start_with": size.people}
    lifted |= {f"market.media.direct.limit_{each}": most for each, most in (("per_day", 10), ("per_30d", 300))}
    return with_values(replace(base, strategy=quiet, run=settings), lifted | dict(values))


def with_offer(shop: Scenario, offer: Offer) -> Scenario:
    """The shop with a campaign of three days every 30 days."""
    sale = Campaign(offer=offer, channel="moments", every=Rhythm(float(EVERY)), lasts=float(LASTS))
    return replace(shop, strategy=replace(shop.strategy, campaigns={"sale": sale}))


def after_one(shop: Scenario, offer: Offer, size: Size) -> tuple[float, float]:
    """Orders lost in the 60 and the 180 days after one campaign of three days, as shares of those that it brought."""
    days = EVERY + LASTS + 180
    held = with_values(replace(shop, run=replace(shop.run, horizon=days)), {"market.start_with": 5 * size.people})
    once = replace(with_offer(held, offer).strategy.campaigns["sale"], every=None, on=(_first_day(held),))
    more = np.zeros(days)
    for replication in range(size.replications):
        for sign, campaigns in ((1, {"sale": once}), (-1, {})):
            arm = replace(held, strategy=replace(held.strategy, campaigns=campaigns))
            more += sign * np.asarray(run(arm, 0, replication, threads=1).series["orders"], dtype=np.float64)
    ends = EVERY + LASTS
    brought = float(more[EVERY:ends].sum())
    return -float(more[ends : ends + 60].sum()) / brought, -float(more[ends:].sum()) / brought


def _first_day(shop: Scenario) -> date:
    """The date of the first campaign."""
    return shop.run.start + timedelta(days=EVERY)


def with_mails(shop: Scenario, interval: int) -> Scenario:
    """The shop with an advertisement every so many days."""
    news = Outreach(channel="direct", content="offer", every=Rhythm(float(interval)))
    return replace(shop, strategy=replace(shop.strategy, outreach={"news": news}))


def formats(basket: int, cost: float) -> dict[str, Offer]:
    """Offers that cost this share of a usual basket, cents, in each format."""
    off = max(1, round(basket * cost))
    return {
        "percent": Offer.percent(cost),
        "amount": Offer.amount(off),
        "flash": Offer.flash(cost, stock=1_000_000_000),
        "threshold at 1.0 baskets": Offer.threshold([(basket, off)]),
        "threshold at 1.2 baskets": Offer.threshold([(round(1.2 * basket), off)]),
        "threshold at 1.5 baskets": Offer.threshold([(round(1.5 * basket), off)]),
        "lottery, 10 % chance": Offer.lottery([(0.1, min(10 * off, 10**12))]),
        "gift": Offer.gift(off, 0.8),
        "prebook, 7 days": Offer.prebook(off, 7.0),
    }


def responses(arms: Mapping[str, Scenario], size: Size) -> dict[str, Response]:
    """What comes of each arm; all see the same random numbers."""
    return {name: _response(scene, size) for name, scene in arms.items()}


def _response(scene: Scenario, size: Size) -> Response:
    found = []
    for replication in range(size.replications):
        try:
            ledger = run(scene, 0, replication, threads=1)
        except (WrongValue, OverflowError):
            return NOTHING
        series, days = ledger.series, slice(EVERY, EVERY + LASTS)
        kpis = [measure(ledger, name).value for name in ("contribution_profit", "orders")]
        counts = [float(series[name].sum()) for name in ("optouts", "touches")]
        people = max(ledger.start_contacts, 1)
        found.append(
            (
                *kpis,
                counts[0] / people,
                counts[1] / people,
                float(series["orders"][days].sum()),
                float(series["discount"].sum()),
            )
        )
    return Response(*np.mean(found, axis=0).tolist())
