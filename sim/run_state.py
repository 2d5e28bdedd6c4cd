"""The shop: the state of one run that the firm's processes share."""

from __future__ import annotations

import math
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from sim.day.day_arrays import Messages
from sim.draws import Decision, gamma_quantile_table, keyed, luck_key, uniforms
from sim.firm.messages import WINDOW, MessageCounts, Touch
from sim.firm.offers_today import Coupon, OfferBudget, OffersToday, StandingOffer
from sim.firm.view import GAP_BINS, View, median_gap
from sim.law.numbers import law_numbers
from sim.law.offer_response import Appeal, appeal_of, pull_of, tempts
from sim.output.ledger import EventLog, Ledger
from sim.people.population import Population, empty_population, join_customers, join_synthetic
from sim.scenario import Offer, Scenario
from sim.scenario.dates import occurrences

if TYPE_CHECKING:
    from sim.output.retrospective import CampaignRecord

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

MIDNIGHT, DAY, COURIER, DESK, BOOKS = 0.0, 0.5, 0.6, 0.7, 0.9
"""When in simulated time a day's parts run: actions, then the day, then what it set off."""


@dataclass(frozen=True)
class DayOrders:
    """Today's orders in order of instants; every array of shape (n,). `paid` and `value` in cents."""

    person: Ints
    instant: Floats
    ordinal: Ints
    value: Ints
    paid: Ints
    delay: Floats
    """Days until the parcel is sent."""


@dataclass(frozen=True)
class Tickets:
    """Tickets in no order: row of the person, kind (index of TICKET_KINDS), arrival, handling time (days).

    `ordinal` counts touches, orders or problems; `order` and `paid` are the complaint's order and its cents.
    """

    person: Ints
    kind: Ints
    arrival: Floats
    handling: Floats
    ordinal: Ints
    order: Ints
    paid: Ints

    def take(self, which: npt.NDArray[np.generic]) -> Tickets:
        """The tickets at a mask or at positions."""
        return Tickets(*(getattr(self, name)[which] for name in self.__dataclass_fields__))


def join_tickets(parts: list[Tickets]) -> Tickets:
    """All tickets of the parts, in their order."""
    if not parts:
        none = np.empty(0, dtype=np.int64)
        return Tickets(none, none, np.empty(0), np.empty(0), none, none, none)
    return Tickets(*(np.concatenate([getattr(p, name) for p in parts]) for name in Tickets.__dataclass_fields__))


@dataclass
class RunState:
    """One run: its scenario, its people, its books, and what was put down for today."""

    scenario: Scenario
    key: np.uint64
    population: Population
    ledger: Ledger
    log: EventLog
    block: int
    today: int = 0
    touches: list[Touch] = field(default_factory=list)
    offers: list[StandingOffer] = field(default_factory=list)
    arrivals: list[tuple[npt.NDArray[np.uint64], Floats, int]] = field(default_factory=list)
    """Contacts added today: identities, instants, number of the source."""
    orders: DayOrders | None = None
    messages: tuple[list[Touch], Messages] | None = None
    """What was put down for today and, in `Messages.sent`, to whom it was delivered; once the day has been lived."""
    replies: tuple[Tickets, Floats] | None = None
    """Questions answered today, and the instants of their answers."""
    parcels: dict[int, list[tuple[Ints, Floats, Floats, Ints, Ints]]] = field(default_factory=lambda: defaultdict(list))
    """By day of arrival: row, instant, days late, number of the order, cents paid."""
    tickets: list[Tickets] = field(default_factory=list)
    gaps: Ints = field(default_factory=lambda: np.zeros(GAP_BINS, dtype=np.int64))
    sources: list[str] = field(default_factory=list)
    coupons: list[Coupon] = field(default_factory=list)
    """Programmes' coupons by number, from 1."""
    deals: OffersToday = field(default_factory=lambda: OffersToday([], []))
    till: OfferBudget = field(default_factory=OfferBudget)
    """What all offers together may still give away in this window."""
    followed: list[CampaignRecord] = field(default_factory=list)
    """Every campaign so far, in order of start, for its retrospective."""
    last_sent: dict[str, Ints] = field(default_factory=dict)
    """Day of each person's last message of a programme, for those that follow own cycles."""
    ticket_times: list[tuple[Ints, Ints, Ints]] = field(default_factory=list)
    """Day, kind and seconds: to the reply of questions, to the end of complaints."""
    stage_before: npt.NDArray[np.int8] = field(default_factory=lambda: np.empty(0, dtype=np.int8))
    accounts: list[Floats] | None = None
    """Need of every person and day (`happenings.ACCOUNTS`), kept when asked for."""

    def __post_init__(self) -> None:
        self.market, self.strategy = self.scenario.market, self.scenario.strategy
        welcome = self.strategy.welcome
        self.law = law_numbers(self.market, welcome.push if welcome else 0.0)
        if self.scenario.mechanisms:  # they may read stocks that nothing else asks for
            self.law = self.law._replace(trusting=True, habitual=True)
        self.sendings = MessageCounts(self.strategy.limits, dict(self.market.media))
        self.months = self.market.need.season.yearly or (1.0,) * 12
        self.multipliers = big_dates(self.scenario)
        self.open_till()
        self.thresholds = gamma_quantile_table(self.market.need.regularity)
        self.sources = sorted(self.market.sources)

    def view(self) -> View:
        """What is known this morning."""
        return View(self, self.today)

    def source_numbers(self, names: tuple[str, ...]) -> list[int]:
        """Numbers under which the people of these sources are kept."""
        return [self.sources.index(name) for name in names if name in self.sources]

    def shop_cycle(self) -> float:
        """Median whole-day gap between orders seen so far; the market's cycle before any is seen."""
        seen = median_gap(self.gaps)
        return self.market.need.cycle if seen is None else max(seen, 1.0)

    def season(self) -> float:
        """Today's multiplier of everybody's need: weekday, month and big dates times the week's shock."""
        date = self.scenario.run.start + timedelta(days=self.today)
        known = self.market.need.season.weekday[date.weekday()] * self.months[date.month - 1]
        known *= float(self.multipliers[self.today])
        shock = self.market.need.week_shock
        if shock == 0.0:
            return known
        from scipy.special import ndtri

        u = keyed(self.key, np.uint64(0), int(Decision.WEEK_SHOCK), self.today // 7)
        return known * float(np.exp(shock * ndtri(u) - 0.5 * shock**2))

    def open_till(self) -> None:
        """A new window of the shop's discount budget."""
        rate = self.strategy.limits.discount_budget
        self.till = OfferBudget(None if rate is None else round(WINDOW * rate))

    def appeal(self, offer: Offer) -> Appeal:
        """Depth and pull of an offer to the typical person."""
        return appeal_of(offer, self.market.offers, self.market.spend.mean)

    def pull(self, offer: Offer, strength: float = 1.0) -> float:
        """Pull of an offer after effort, at `strength` times its plain appeal."""
        return pull_of(offer, self.market.offers, self.market.spend.mean, strength)

    def tempts(self, offer: Offer, strength: float = 1.0) -> bool:
        """Whether an offer is worth its effort at `strength` times its plain appeal."""
        return tempts(offer, self.market.offers, self.market.spend.mean, strength)

    def coupon_number(self, name: str, offer: Offer) -> int:
        """The number of a programme's coupon, from 1; a new one where the programme or its offer is new."""
        for number, coupon in enumerate(self.coupons, start=1):
            if coupon.name == name and coupon.offer == offer:
                return number
        days = math.ceil(offer.valid or 1.0)
        self.coupons.append(Coupon(name, offer, days, self.pull(offer), OfferBudget(offer.budget, offer.stock)))
        return len(self.coupons)

    def draw(self, decision: Decision, rows: Ints, ordinal: npt.NDArray[np.integer]) -> Floats:
        """Uniforms of people by row; shape (n,)."""
        who = self.population.people.identity[rows]
        return uniforms(self.key, who, int(decision), ordinal.astype(np.int64))

    def note_ticket_times(self, tickets: Tickets, took: Floats) -> None:
        """Keep whole seconds per ticket, for quantiles."""
        seconds = np.floor(took * 86400.0 + 0.5).astype(np.int64)
        self.ticket_times.append((np.full(seconds.size, self.today), tickets.kind, seconds))

    def note(self, kind: int | npt.NDArray[np.int8], rows: Ints, instant: Floats, cents: int | Ints = 0) -> None:
        """Log events of people by row."""
        self.log.note(self.population.people.identity[rows], kind, instant, cents)


def big_dates(scenario: Scenario) -> Floats:
    """Product of the big dates' multipliers by day of the run, shape (days,)."""
    run, factors = scenario.run, np.ones(scenario.run.days)
    for big in scenario.market.need.season.dates.values():
        covered = np.zeros(run.days, dtype=bool)
        for date in occurrences(big.on, run.start - timedelta(days=big.days), run.start + timedelta(days=run.days)):
            first = (date - run.start).days
            covered[max(first, 0) : max(first + big.days, 0)] = True
        factors[covered] *= big.multiplier
    return factors


def luck(draw: int, replication: int) -> int:
    """The replication number that belongs to one draw's replication."""
    return draw * 65536 + replication


def open_shop(
    scenario: Scenario,
    draw: int,
    replication: int,
    *,
    keep_events: bool,
    block: int,
    lives: int | None = None,
) -> RunState:
    """A shop on the morning of day one, its first people in it."""
    run, market = scenario.run, scenario.market
    trait_key = luck_key(run.seed, luck(draw, replication))
    key = trait_key if lives is None else luck_key(run.seed, luck(draw, lives))
    ledger = Ledger(run.start, run.days, (run.warm_up, run.warm_up + run.horizon), market.money.discount_rate)
    known = 0 if scenario.customers is None else scenario.customers.identity.size
    expected = sum(s.exposures * s.add_rate for s in market.sources.values()) if scenario.strategy.acquisition else 0
    capacity = int(market.start_with + known + 1.1 * expected * run.days) + 1
    population = empty_population(key, trait_key, capacity, closing_channels(scenario))
    shop = RunState(scenario, key, population, ledger, EventLog(keep_events), block)
    if market.start_with:
        join_synthetic(shop.population, market.start_with, market, shop.thresholds)
    if scenario.customers is not None:
        join_customers(shop.population, scenario.customers, market, shop.thresholds)
    ledger.start_contacts = shop.population.size
    shop.stage_before = shop.population.people.stage[: shop.population.size].copy()
    return shop


def closing_channels(scenario: Scenario) -> tuple[str, ...]:
    """The channels in use that people can leave apart from the contact, by name."""
    strategy = scenario.strategy
    used = {plan.channel for plan in strategy.outreach.values()}
    used |= {plan.channel for plan in strategy.campaigns.values()}
    if scenario.programmes:
        used |= set(scenario.market.media)
    return tuple(sorted(name for name in used if scenario.market.media[name].leaves == "channel"))
