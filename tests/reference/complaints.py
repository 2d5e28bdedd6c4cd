"""How a complaint ends: what it makes good, what it costs, and whether the person stays."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sim.draws import Decision
from sim.scenario import Compensation, Service
from sim.stages import Event
from tests.reference.chance import cents
from tests.reference.money import Sold, refund as refund_fees
from tests.reference.person import Person

if TYPE_CHECKING:
    from tests.reference.reference_run import Shop


@dataclass(frozen=True)
class Case:
    """A complaint about an order that has come to its end: solved by the desk, given up, or refunded by policy."""

    sold: Sold
    opened: float
    ended: float
    solved: bool = False
    given_up: bool = False

    @property
    def order(self) -> int:
        return self.sold.number

    @property
    def paid(self) -> int:
        return self.sold.paid

    @property
    def took(self) -> float:
        return self.ended - self.opened


def close(shop: Shop, person: Person, case: Case) -> None:
    """All that follows from the end of a complaint."""
    person.open_complaints -= 1
    if person.out_by_end_of(math.floor(case.ended)) or person.stopped:
        return
    service, random = shop.market.service, shop.random
    made_good = 0.0 if case.given_up else recovery(shop, case.took)
    left = case.paid
    if case.solved:
        money = cents(cost_share(shop) * case.paid)
        left -= money
        if money > 0:
            shop.record(person, Event.COMPENSATION, case.ended, money)
    felt = made_good + lift(shop, case)
    person.news += news(shop, case, min(felt, 1.0))
    refund = service.refund_unresolved + (service.refund_resolved - service.refund_unresolved) * made_good
    refunded = not (case.solved or case.given_up)
    if refunded:
        person.opportunity *= 1.0 - service.opportunism
    elif random.u(person.identity, Decision.REFUND, case.order) < refund:
        refunded = True
    if refunded and left > 0:
        shop.record(person, Event.REFUND, case.ended, left)
        refund_fees(shop, case.sold, left, case.ended)
    disputed = random.u(person.identity, Decision.DISPUTE, case.order) < service.dispute_share
    goes_to_bank = random.u(person.identity, Decision.CHARGEBACK, case.order) < service.chargeback
    if disputed and goes_to_bank and not refunded and left > 0:
        shop.record(person, Event.CHARGEBACK, case.ended, left)
    chance = service.dispute_stop if disputed else stop_chance(shop, person, case, felt)
    person.last_complaint_at = case.ended
    if random.u(person.identity, Decision.STOP, case.order) < chance:
        person.stopped, person.out_at = True, math.floor(case.ended) + 1
        shop.record(person, Event.DISPUTE, case.ended)
    elif disputed:
        person.delta *= service.dispute_price


def recovery(shop: Shop, took: float) -> float:
    service = shop.market.service
    over = max(took - service.tolerance, 0.0)
    return float(1.0 / (1.0 + (over / service.resolve_half) ** service.resolve_slope))


def stop_chance(shop: Shop, person: Person, case: Case, felt: float) -> float:
    numbers = shop.market.service.stop
    log_odds = numbers.base - numbers.orders * math.log(case.order) - numbers.recovery * felt
    if person.last_complaint_at is not None:
        days = case.ended - person.last_complaint_at
        log_odds += numbers.repeated * 0.5 ** (days / numbers.repeated_half_life)
    return math.exp(log_odds) / (1.0 + math.exp(log_odds))


def news(shop: Shop, case: Case, good: float) -> float:
    trust, goal = shop.market.trust, shop.strategy.service.goals.complaint
    felt = trust.resolution * (good - trust.loss_factor * (1.0 - good))
    if goal is None:
        return felt
    in_time = not case.given_up and case.took <= goal
    return felt + trust.resolution * (recovery(shop, goal) if in_time else -trust.loss_factor)


# --- what the firm's policy does -------------------------------------------------------------------


def lift(shop: Shop, case: Case) -> float:
    """What the policy adds to what the end of a complaint makes good."""
    response, plan = shop.market.service.compensation, shop.strategy.service
    if case.given_up:
        return 0.0
    if not case.solved:
        return gift(shop, 1.0) * response.unmatched
    extra = 0.0
    if (paid := offered(plan)) is not None and case.paid > 0:
        kinds = {"money": response.unmatched, "credit": response.credit}
        fits = 1.0 if paid.matched else kinds[paid.kind]
        extra = gift(shop, paid.share or 0.0) * fits
    return extra + talk(shop)


def offered(plan: Service) -> Compensation | None:
    """The compensation that a plan has, unless it says that there is none."""
    return None if plan.compensation is None or plan.compensation.kind == "none" else plan.compensation


def gift(shop: Shop, share: float) -> float:
    response = shop.market.service.compensation
    return response.effect * (1.0 - math.exp(-share / response.scale))


def talk(shop: Shop) -> float:
    """Apology and status updates."""
    plan, service = shop.strategy.service, shop.market.service
    if plan.apology and plan.status_updates:
        return service.both * max(service.apology, service.status_updates)
    if plan.apology:
        return service.apology
    return service.status_updates if plan.status_updates else 0.0


def cost_share(shop: Shop) -> float:
    paid = offered(shop.strategy.service)
    if paid is None:
        return 0.0
    return (paid.share or 0.0) * (shop.market.service.compensation.credit_used if paid.kind == "credit" else 1.0)


def policy_time(shop: Shop) -> float:
    """What apology, status updates and matching add to the work on a complaint."""
    plan, service = shop.strategy.service, shop.market.service
    matched = (paid := offered(plan)) is not None and paid.matched
    times = [
        (service.apology_time, plan.apology),
        (service.status_time, plan.status_updates),
        (service.compensation.matching_time, matched),
    ]
    return sum(time for time, done in times if done)
