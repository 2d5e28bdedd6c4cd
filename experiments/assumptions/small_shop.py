"""A small copy of a shop, which earns the same per person and whose desk is as busy, so that many runs of it cost
little."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from scenarios import place_point
from scenarios.values.shapes import slots
from sim.scenario import (
    Customers,
    Handling,
    Market,
    MoneyMarket,
    Offer,
    Scenario,
    Service,
    ServiceResponse,
    Source,
    Strategy,
)

PER_AGENT = ("wage", "seat", "training")
"""Costs of market.money that come with each agent; other costs per time are those of the whole firm."""


@dataclass(frozen=True)
class SmallShop:
    """A shop, the share of its people that a copy has, what staff times are multiplied by in it, and the most days of
    its horizon.

    Agents are whole, so a copy may have more of them than its share. All that they do then takes as much longer, and an
    hour of theirs costs as much less: desk and wages are those of the share. One for all markets that are tried, so
    that all runs are of the same people.
    """

    shop: Scenario
    share: float
    work: float
    days: int

    def in_market(self, values: Mapping[str, Any]) -> Scenario:
        """The copy with these values at paths of the market. Raises InputError where they contradict each other."""
        scenario = place_point(self.shop, values)
        days = {"warm_up": min(scenario.run.warm_up, self.days), "horizon": min(scenario.run.horizon, self.days)}
        run = replace(scenario.run, **days, cool_down=0, draws=1, replications=1)  # type: ignore[arg-type]
        return replace(
            scenario,
            market=self._market(scenario.market),
            strategy=_small_strategy(scenario.strategy, self.share),
            run=run,
            customers=_sample(scenario.customers, self.share),
        )

    def _market(self, market: Market) -> Market:
        sources = {name: self._source(one) for name, one in market.sources.items()}
        costs = {
            slot.name: getattr(market.money, slot.name) * (1.0 / self.work if slot.name in PER_AGENT else self.share)
            for slot in slots(MoneyMarket)
            if slot.name in PER_AGENT or (slot.shape.unit is not None and slot.shape.unit.kind == "money rate")
        }
        whole = {slot.name for slot in slots(MoneyMarket) if slot.shape.whole}
        media = {
            name: replace(one, production=round(one.production * self.share)) for name, one in market.media.items()
        }
        exact = {name: round(cost) if name in whole else cost for name, cost in costs.items()}
        return replace(
            market,
            start_with=round(market.start_with * self.share),
            sources=sources,
            media=media,
            money=replace(market.money, **exact),
            service=_slower(market.service, self.work),
        )

    def _source(self, source: Source) -> Source:
        handling = None if source.handling is None else source.handling * self.work
        return replace(source, exposures=source.exposures * self.share, handling=handling)


def small_shop(shop: Scenario, days: int, most: int) -> SmallShop:
    """The copy of a shop with `most` people over so many days; the shop itself where it has no more."""
    share = min(most / max(_people(shop, days), 1.0), 1.0)
    hours = _hours(shop.strategy.service)
    left = _hours(_small_service(shop.strategy.service, share))
    return SmallShop(shop, share, left / (share * hours) if hours else 1.0, days)


def _people(shop: Scenario, days: int) -> float:
    """People of day one, or those who come within these days, where they are more."""
    first = shop.market.start_with + (len(shop.customers.identity) if shop.customers is not None else 0)
    return max(first, sum(source.exposures * source.add_rate * days for source in shop.market.sources.values()))


def _hours(service: Service) -> float:
    """Agent-days of presence on a day on which all come."""
    return sum(shift.agents * (shift.hours[1] - shift.hours[0]) for shift in service.staff)


def _slower(service: ServiceResponse, work: float) -> ServiceResponse:
    """All that the staff does takes `work` times as long."""
    times = {slot.name: getattr(service.handling, slot.name) * work for slot in slots(Handling)}
    compensation = replace(service.compensation, matching_time=service.compensation.matching_time * work)
    return replace(
        service,
        handling=Handling(**times),
        compensation=compensation,
        apology_time=service.apology_time * work,
        status_time=service.status_time * work,
    )


def _small_strategy(strategy: Strategy, share: float) -> Strategy:
    """The strategy with staff, budgets and stocks of a share; what is stated per person stays."""
    limits, welcome = strategy.limits, strategy.welcome
    return replace(
        strategy,
        acquisition={
            name: replace(
                one,
                budget=_part(one.budget, share),
                daily_cap=_whole(one.daily_cap, share),
                hook=_small_coupon(one.hook, share),
            )
            for name, one in strategy.acquisition.items()
        },
        outreach={name: replace(one, offer=_small_coupon(one.offer, share)) for name, one in strategy.outreach.items()},
        campaigns={
            name: replace(one, budget=_cents(one.budget, share), offer=_small_offer(one.offer, share))
            for name, one in strategy.campaigns.items()
        },
        welcome=None if welcome is None else replace(welcome, offer=_small_coupon(welcome.offer, share)),
        limits=replace(limits, discount_budget=_part(limits.discount_budget, share)),
        service=_small_service(strategy.service, share),
    )


def _small_coupon(offer: Offer | None, share: float) -> Offer | None:
    return None if offer is None else _small_offer(offer, share)


def _small_offer(offer: Offer, share: float) -> Offer:
    """An offer with the stock and the budget of a share."""
    return replace(offer, stock=_whole(offer.stock, share), budget=_cents(offer.budget, share))


def _small_service(service: Service, share: float) -> Service:
    shifts = tuple(replace(shift, agents=_whole(shift.agents, share) or 0) for shift in service.shifts)
    return replace(service, agents=_whole(service.agents, share), shifts=shifts)


def _cents(amount: int | None, share: float) -> int | None:
    return None if amount is None else round(amount * share)


def _part(amount: float | None, share: float) -> float | None:
    return None if amount is None else amount * share


def _whole(count: int | None, share: float) -> int | None:
    """A share of a count, one at least of what is there."""
    return count if not count else max(1, round(count * share))


def _sample(customers: Customers | None, share: float) -> Customers | None:
    """Every so many-th of a shop's own customers."""
    if customers is None or share == 1.0:
        return customers
    count = len(customers.identity)
    chosen = np.zeros(count, dtype=bool)
    chosen[np.linspace(0, count, max(1, round(count * share)), endpoint=False).astype(np.int64)] = True
    return customers.of(chosen)
