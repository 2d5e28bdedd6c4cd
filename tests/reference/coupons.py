"""Campaigns and coupons as a person holds them today, and the tills that they are paid from."""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from sim.scenario import Campaign, Market, Offer
from tests.reference.offers import acting, saving, worth

if TYPE_CHECKING:
    from tests.reference.person import Person
    from tests.reference.reference_run import Shop


@dataclass
class Till:
    """Money and pieces that may be given away; closed for good by the first order for which they do not do."""

    budget: float | None
    stock: int | None = None
    spent: int = 0
    pieces: int = 0
    closed: bool = False
    closed_at: float = math.inf

    def lacks(self, money: int, instant: float) -> bool:
        """Whether an order cannot be served; if so the till closes."""
        short = self.budget is not None and self.spent + money > self.budget
        if not self.closed and (short or (self.stock is not None and self.pieces >= self.stock)):
            self.closed, self.closed_at = True, instant
        return self.closed

    def take(self, money: int) -> None:
        self.spent += money
        self.pieces += 1


@dataclass
class Sale:
    """One run of a campaign, from its first day to its last."""

    name: str
    plan: Campaign
    begins: int
    length: int
    quality: float
    till: Till
    parts: dict[int, Part] = field(default_factory=dict)
    """What it offers on its days, by day, as far as somebody has asked."""


@dataclass
class Coupon:
    """An offer in a person's hands, from its first day on."""

    offer: Offer
    till: Till
    first_day: int
    used: bool = False
    parts: dict[float, Part] = field(default_factory=dict)
    """What it offers, by its salience, as far as that was asked."""

    def last_day(self) -> int:
        assert self.offer.valid is not None
        return self.first_day + math.ceil(self.offer.valid) - 1

    def holds(self, day: int, more: int = 0) -> bool:
        return not self.used and not self.till.closed and self.first_day <= day <= self.last_day() + more

    def salience(self, day: int, market: Market) -> float:
        phase = "launch" if day == self.first_day else "deadline" if day >= self.last_day() else "proof"
        return market.offers.salience.get(phase, 1.0)


@dataclass(frozen=True)
class Part:
    """A campaign's offer or a coupon as it acts on a person today."""

    offer: Offer
    pull: float
    till: Till
    tempts: bool
    """Whether it takes anything off and is worth its effort."""
    saving: float
    """The share of the price that people can expect to save by it."""
    strength: float
    """By what its pull is multiplied today."""
    sale: Sale | None = None
    coupon: Coupon | None = None


@dataclass(frozen=True)
class Held:
    """What a person holds today: nothing, one offer, or two that stack, the campaign's first."""

    parts: tuple[Part, ...] = ()
    sale: Sale | None = None
    """The campaign that makes an offer, whether or not the coupon is worth more."""

    @property
    def pull(self) -> float:
        return sum(part.pull for part in self.parts)

    def ends(self, purse: Till) -> float:
        """When one of the tills that these offers draw on closes; never for no offer."""
        return min([part.till.closed_at for part in self.parts] + [purse.closed_at]) if self.parts else math.inf

    @property
    def saving(self) -> float:
        return 1.0 - math.prod(1.0 - part.saving for part in self.parts)


def give(person: Person, offer: Offer, till: Till, first_day: int) -> None:
    """Hand out a coupon, which takes the place of one that is worth no more."""
    new, old = Coupon(offer, till, first_day), person.coupon
    if old is None or not old.holds(first_day) or plain_pull(old, person.market) <= plain_pull(new, person.market):
        person.coupon = new


def plain_pull(coupon: Coupon, market: Market) -> float:
    """At salience one, after effort; none once the programme's till is closed."""
    return 0.0 if coupon.till.closed else acting(worth(coupon.offer, market).pull, coupon.offer, market)


def promised(sale: Sale, person: Person) -> float:
    """The saving that a campaign announces to a person; nothing if its first day is not worth the effort."""
    part = campaign_part(sale, sale.begins, person.market)
    return as_seen(part, person).saving if part.tempts else 0.0


def campaign_strength(sale: Sale, day: int, market: Market) -> float:
    """By what a campaign's pull is multiplied on one of its days."""
    phases = sale.plan.phases
    salience = market.offers.salience[phases[min(day - sale.begins, len(phases) - 1)]] if phases else 1.0
    ready = 1.0
    if sale.plan.prepare is not None:
        ready -= market.offers.unready * (1.0 - min(1.0, sale.plan.prepare / market.offers.preparation))
    return salience * sale.quality * ready


def campaign_part(sale: Sale, day: int, market: Market) -> Part:
    """A campaign's offer on one of its days, the same for everybody who believes it."""
    if day not in sale.parts:
        strength = campaign_strength(sale, day, market)
        sale.parts[day] = replace(part_of(sale.plan.offer, strength, sale.till, market), sale=sale)
    return sale.parts[day]


def coupon_part(coupon: Coupon, day: int, market: Market) -> Part:
    strength = coupon.salience(day, market)
    if strength not in coupon.parts:
        coupon.parts[strength] = replace(part_of(coupon.offer, strength, coupon.till, market), coupon=coupon)
    return coupon.parts[strength]


def part_of(offer: Offer, strength: float, till: Till, market: Market) -> Part:
    seen = worth(offer, market)
    plain = seen.pull * strength
    tempts = tempting(seen.depth, plain, offer, market)
    return Part(offer, acting(plain, offer, market), till, tempts, saving(offer, market), strength)


def as_seen(part: Part, person: Person) -> Part:
    """Who has found out a false claim sees every offer without its claim."""
    if not person.sees_through:
        return part
    honest = part_of(Offer(**{**part.offer.stated(), "claimed": None}), part.strength, part.till, person.market)
    return replace(part, pull=honest.pull, saving=honest.saving)


def tempting(depth: float, plain: float, offer: Offer, market: Market) -> bool:
    return depth > 0.0 and plain >= market.offers.effort.get(offer.format, 0.0)


def held_today(shop: Shop, person: Person, day: int) -> Held:
    """The best campaign and the coupon, together if both stack, else the one that pulls more."""
    if person.about_to_buy and person.held_sale is not None:
        person.invited += [person.held_sale] if over(person.held_sale, day) else []
    best, mine = best_campaign(person, day), coupon_of(person, day)
    person.held_sale = best.sale if best and not shop.purse(day).closed else None
    if shop.purse(day).closed:
        return Held()
    sale = best.sale if best else None
    if best is not None and mine is not None and best.offer.stacks and mine.offer.stacks:
        return Held((as_seen(best, person), as_seen(mine, person)), sale)
    parts = [part for part in (best, mine) if part is not None]
    return Held((as_seen(max(parts, key=lambda part: part.pull), person),), sale) if parts else Held()


def over(sale: Sale, day: int) -> bool:
    """Whether a sale ended yesterday; whoever has decided to buy then is still served."""
    return day == sale.begins + sale.length and not sale.till.closed


def best_campaign(person: Person, day: int) -> Part | None:
    """What today's campaigns offer; their first days are remembered."""
    invited, person.invited = person.invited, []
    sales = [sale for sale in invited if person.orders == 0 or not sale.plan.offer.first_order_only]
    sales.sort(key=lambda sale: sale.name)
    made = [campaign_part(sale, day - over(sale, day), person.market) for sale in sales]
    parts = [part for part in made if part.tempts]
    new = [as_seen(part, person).saving for part in parts if part.sale and part.sale.begins == day]
    if new:
        memory = person.market.offers.expected_memory if person.campaign_days else 0.0
        person.expected = memory * person.expected + (1.0 - memory) * max(new)
        person.campaign_days.append(day)
    return max(parts, key=lambda part: part.pull, default=None)


def coupon_of(person: Person, day: int) -> Part | None:
    """What the person's coupon offers today."""
    coupon = person.coupon
    if coupon is None or not coupon.holds(day, person.about_to_buy):
        return None
    if coupon.offer.first_order_only and person.orders:
        return None
    part = coupon_part(coupon, day, person.market)
    return part if part.tempts else None
