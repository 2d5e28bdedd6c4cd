"""The arms of `benchmarks.response_tables`: a plain shop with an offer or with mails, and what comes of it."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta

import numpy as np
import numpy.typing as npt

from scenarios import Question, with_values
from sim import run
from sim.output.measures import NEED, measure
from sim.scenario import Campaign, Delivery, Offer, Outreach, Rhythm, Scenario, Service, Strategy

EVERY, LASTS = 30, 3
"""Days from one campaign to the next, which are also those to the first one, and days of a campaign."""
AFTER = (60, 180)
"""Days after one campaign in which the orders lost are counted."""


@dataclass(frozen=True)
class Size:
    """How large a table is computed."""

    people: int
    replications: int
    days: int = 365

    @property
    def first_campaign(self) -> Size:
        """More people in more replications, up to the end of the first campaign."""
        return Size(10 * self.people, 2 * self.replications, EVERY + LASTS)


@dataclass(frozen=True)
class Response:
    """What came of one arm; `profits` by replication, the rest means over them; money in cents, shares as fractions."""

    profits: npt.NDArray[np.float64]
    orders: float
    optouts: float
    """Contacts who deleted, of all contacts of day one."""
    touches: float
    """Messages delivered, per contact of day one."""


def plain_shop(question: Question, size: Size, values: Mapping[str, float]) -> Scenario:
    """The library's shop without programmes, at medians but for `values`; content costs as much per person."""
    base = next(iter(question.arms.values()))
    settings = replace(base.run, warm_up=0, horizon=size.days, cool_down=0)
    quiet = Strategy(service=Service(unlimited=True), delivery=Delivery())
    lifted = {"market.start_with": size.people}
    lifted |= {f"market.media.direct.limit_{each}": most for each, most in (("per_day", 10), ("per_30d", 300))}
    shop = with_values(replace(base, strategy=quiet, run=settings), lifted | dict(values))
    share = size.people / base.market.start_with if size.people else 1.0
    media = {name: replace(one, production=round(one.production * share)) for name, one in shop.market.media.items()}
    return replace(shop, market=replace(shop.market, media=media))


def with_offer(shop: Scenario, offer: Offer) -> Scenario:
    """The shop with a campaign of three days every 30 days."""
    sale = Campaign(offer=offer, channel="moments", every=Rhythm(float(EVERY)), lasts=float(LASTS))
    return replace(shop, strategy=replace(shop.strategy, campaigns={"sale": sale}))


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
    profits, counts = [], []
    for replication in range(size.replications):
        ledger = run(scene, 0, replication, threads=1)
        people = max(ledger.start_contacts, 1)
        profits.append(measure(ledger, "contribution_profit").value)
        each = [float(ledger.series[name].sum()) / people for name in ("optouts", "touches")]
        counts.append([measure(ledger, "orders").value, *each])
    return Response(np.array(profits), *np.mean(counts, axis=0).tolist())


def first_campaign(shop: Scenario, offers: Mapping[str, Offer], size: Size) -> dict[str, float]:
    """Orders that each offer adds on the days of the first campaign, over buyers' orders on those days without it.

    They are the orders that the day expects of the offer (the account of extra need), and not orders counted in an arm
    with the offer less those in one without: a saving of 2 % brings a few of a hundred orders, and chance as many.
    """
    many, days = size.first_campaign, slice(EVERY, EVERY + LASTS)
    shop = cut(shop, many)
    without = sum(
        float((series["orders"] - series["first_orders"])[days].sum())
        for series in (run(shop, 0, replication, threads=1).series for replication in range(many.replications))
    )
    return {
        name: math.nan
        if not without
        else sum(
            float(run(with_offer(shop, offer), 0, replication, threads=1).series["extra_need"][days].sum())
            for replication in range(many.replications)
        )
        / (NEED * without)
        for name, offer in offers.items()
    }


def after_one(shop: Scenario, offer: Offer, size: Size) -> list[float]:
    """Orders lost in the days of `AFTER` after one campaign, of those expected of it, each with its standard error."""
    many = Size(5 * size.people, 2 * size.replications, EVERY + LASTS + AFTER[-1])
    held = cut(shop, many)
    once = replace(
        with_offer(held, offer).strategy.campaigns["sale"], every=None, on=(held.run.start + timedelta(days=EVERY),)
    )
    sale = replace(held, strategy=replace(held.strategy, campaigns={"sale": once}))
    lost, brought = np.zeros((many.replications, len(AFTER))), 0.0
    for replication in range(many.replications):
        without, with_sale = (run(arm, 0, replication, threads=1).series for arm in (held, sale))
        fewer = (without["orders"] - with_sale["orders"])[EVERY + LASTS :]
        lost[replication] = [float(fewer[:days].sum()) for days in AFTER]
        brought += float(with_sale["extra_need"].sum()) / NEED / many.replications
    error = lost.std(axis=0, ddof=1) / math.sqrt(many.replications)
    return [float(value) / brought for pair in zip(lost.mean(axis=0), error, strict=True) for value in pair]


def cut(arm: Scenario, size: Size) -> Scenario:
    """The arm at this size."""
    return with_values(replace(arm, run=replace(arm.run, horizon=size.days)), {"market.start_with": size.people})
