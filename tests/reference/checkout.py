"""An order at the basket: what it costs, which tills pay for its offer, and what the buyer learns from it."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

from sim.draws import Decision
from sim.scenario import Offer
from tests.reference.chance import cents
from tests.reference.coupons import Held, Part
from tests.reference.offers import Deal, both_at_basket

if TYPE_CHECKING:
    from tests.reference.person import Person
    from tests.reference.reference_run import Shop


class Bill(NamedTuple):
    """List value and discount of an order in cents, and the offers that were granted."""

    listed: int
    discount: int
    offers: tuple[Offer, ...] = ()
    commission_share: float = 0.0

    @property
    def paid(self) -> int:
        return self.listed - self.discount

    def commission(self) -> int:
        """Cents for whoever sells under a campaign's offer."""
        return cents(self.paid * self.commission_share)

    def goods(self, shop: Shop, number: int) -> int:
        money = shop.market.money
        return cents(self.listed * (money.first_goods_cost if number == 1 else money.goods_cost))

    @property
    def ships_after(self) -> float:
        """Days from the booking to its dispatch."""
        return max((offer.ships_after or 0.0 for offer in self.offers if offer.format == "prebook"), default=0.0)


def ring_up(shop: Shop, person: Person, held: Held, number: int, instant: float) -> Bill:
    """The bill of order `number`; a granted offer is taken out of its tills."""
    felt = person.sigma * person.felt_trust()
    value = max(1, cents(person.basket(number) * math.exp(shop.market.trust.spend_effect * felt)))
    parts = used_parts(shop, person, held, number)
    if not parts or held.ends(shop.purse(shop.today)) < instant or not is_open_to(parts, number):
        return Bill(value, 0)
    stretch, prize = (shop.random.u(person.identity, d, number) for d in (Decision.STRETCH, Decision.PRIZE))
    deals = both_at_basket([part.offer for part in parts], shop.market, value, stretch, prize)
    if not pay(shop, parts, deals, instant):
        return Bill(value, 0)
    for part in parts:
        if part.coupon is not None:
            part.coupon.used = True
    discount = sum(deal.discount for deal in deals)
    shop.book("gifts", instant, sum(deal.gift for deal in deals))
    selling = sum(part.sale.plan.commission for part in parts if part.sale is not None)
    return Bill(deals[-1].listed, discount, tuple(part.offer for part in parts), selling)


def used_parts(shop: Shop, person: Person, held: Held, number: int) -> tuple[Part, ...]:
    """What acts at this basket: a coupon only if the buyer remembers to use it."""
    takes_it_out = shop.random.u(person.identity, Decision.REDEEM, number) < shop.market.offers.redeemed
    return tuple(part for part in held.parts if takes_it_out or part.coupon is None)


def is_open_to(parts: tuple[Part, ...], number: int) -> bool:
    """Whether the coupon is still there, and offers for first orders meet one."""
    used = any(part.coupon is not None and part.coupon.used for part in parts)
    return not used and not any(part.offer.first_order_only and number > 1 for part in parts)


def pay(shop: Shop, parts: tuple[Part, ...], deals: list[Deal], instant: float) -> bool:
    """Take a deal out of every till, or out of none; whichever lacks closes."""
    gives = [deal.discount + deal.gift for deal in deals]
    purse = shop.purse(shop.today)
    draws = [*((part.till, give) for part, give in zip(parts, gives, strict=True)), (purse, sum(gives))]
    lacking = [till for till, money in draws if till.lacks(money, instant)]
    if lacking:
        return False
    for till, money in draws:
        till.take(money)
    return True


def learn(shop: Shop, person: Person, bill: Bill, number: int) -> None:
    """What an order teaches the buyer: the price to expect, and whether the claim was true."""
    depth = bill.discount / bill.listed
    person.discounts_today.append(depth)
    if number == 1:
        person.order_rate *= math.exp(shop.market.lead.learning * depth)
    trust = shop.market.trust
    answer = shop.market.offers
    claims = [(o.claimed, o.depth) for o in bill.offers if o.claimed is not None and o.depth is not None]
    false = [(claimed, given) for claimed, given in claims if claimed > given]
    believed = math.prod(
        (1.0 - answer.detection) ** ((claimed - given) / answer.detection_at) for claimed, given in false
    )
    if shop.random.u(person.identity, Decision.DETECT, number) < 1.0 - believed:
        for claimed, given in false:
            person.news -= trust.loss_factor * trust.honesty * (claimed - given) / claimed
            person.sees_through = True
