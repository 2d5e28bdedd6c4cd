"""What parcels, fees and returns cost, and what comes back."""

from __future__ import annotations

from collections.abc import Generator
from typing import TYPE_CHECKING, Any, NamedTuple

import simpy

from sim.draws import Decision
from sim.stages import Event
from tests.reference.chance import cents

if TYPE_CHECKING:
    from tests.reference.person import Person
    from tests.reference.reference_run import Shop

Process = Generator[simpy.Event, Any, None]


class Sold(NamedTuple):
    """An order that was made: its number, and cents paid, of goods, and of commission."""

    number: int
    paid: int
    goods: int
    commission: int


def charge(shop: Shop, sold: Sold, instant: float) -> None:
    """The fees of an order."""
    money = shop.market.money
    shop.book("payment_fees", instant, cents(sold.paid * money.payment_fee))
    shop.book("platform_fees", instant, cents(sold.paid * money.platform_fee))
    shop.book("commission", instant, sold.commission)


def refund(shop: Shop, sold: Sold, part: int, instant: float) -> None:
    """The fees that come back with a part of what was paid."""
    money = shop.market.money
    shop.book("payment_fees", instant, -cents(part * money.payment_fee * money.fees_back))
    shop.book("platform_fees", instant, -cents(part * money.platform_fee * money.fees_back))
    if sold.paid:
        shop.book("commission", instant, -cents(sold.commission * money.fees_back * part / sold.paid))


def fees_of(shop: Shop, sold: Sold, part: int) -> int:
    """All fees and commission that come back with a part of what was paid."""
    money = shop.market.money
    fees = cents(part * money.payment_fee * money.fees_back) + cents(part * money.platform_fee * money.fees_back)
    return fees + (cents(sold.commission * money.fees_back * part / sold.paid) if sold.paid else 0)


def dispatch(shop: Shop, sold: Sold, leaves: float) -> None:
    carrier = shop.strategy.delivery.carrier
    shop.book("goods", leaves, sold.goods)
    shop.book("packaging", leaves, shop.market.money.packaging)
    shop.book("parcel_cost", leaves, 0 if carrier is None else shop.market.carriers[carrier].cost)


def think_again(shop: Shop, person: Person, sold: Sold, arrival: float) -> Process:
    """Somebody who is content with the parcel may still send it back."""
    if shop.random.u(person.identity, Decision.RETURN, sold.number) >= shop.market.returns.share:
        return
    days = shop.market.returns.days * shop.random.exponential(person.identity, Decision.RETURN_TIME, sold.number)
    back = arrival + days
    yield shop.until(back)
    shop.record(person, Event.RETURN, back, sold.paid)
    shop.book("returned", back, sold.paid)
    again = cents(sold.goods * shop.market.returns.resold)
    shop.book("goods_back", back, min(again, max(sold.paid - fees_of(shop, sold, sold.paid), 0)))
    shop.book("freight_back", back, shop.market.money.freight_back)
    refund(shop, sold, sold.paid, back)
