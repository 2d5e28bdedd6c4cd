"""A market and a history as the arrays that the walk through past days takes.

What does not depend on the market is made once for a history: an evaluation under another market is then little work.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from sim.day.day_arrays import Messages, Prices
from sim.day.message_weights import message_weights
from sim.law.numbers import law_numbers, welcome_trust
from sim.law.offer_response import Appeal, appeals_today, readiness, salience_of
from sim.law.season import known_season
from sim.past.heard_of import past_reach
from sim.past.past_arrays import HiddenRates, Motive, PastLaw, PastPeople, RecordedComplaints
from sim.past.past_service import past_complaints, past_service, recorded_complaints
from sim.scenario import Market, Offer, OfferResponse, PastMessage, PastOffer, Season, ShopHistory

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]

LEAST_FACTOR = 1e-9
"""Of a benefit-seeker's order rate, where a market says that they never order again."""
KEPT = 8
"""So many histories and seasons are kept, the last ones used."""


@dataclass(frozen=True, eq=False)
class PreparedHistory:
    """What follows from a history alone: people in order of entering, and what they were sent."""

    history: ShopHistory
    people: PastPeople
    sent: Mask
    """Shape (messages, n)."""
    order: Ints
    """Rows of the history in the order of `people`."""
    complaints: RecordedComplaints

    @cached_property
    def without_orders(self) -> Mask:
        """Leads who have not ordered, of whom alone it is not known whether the goods suit them, shape (n,) by rows of
        the history."""
        return np.asarray(self.history.lead & (np.diff(self.history.begin) == 0))

    @cached_property
    def never_bought(self) -> PreparedHistory:
        """The history of those alone."""
        return _prepared(self.history.of(self.without_orders))


def prepared(history: ShopHistory) -> PreparedHistory:
    """The arrays of a history; those of the last histories are kept."""
    for kept in _histories:
        if kept.history is history:
            return kept
    new = _prepared(history)
    _histories[:] = [new, *_histories[: KEPT - 1]]
    return new


_histories: list[PreparedHistory] = []
_seasons: list[tuple[Season, ShopHistory, Floats]] = []


def _prepared(history: ShopHistory) -> PreparedHistory:
    order = np.argsort(history.entered, kind="stable")
    counts = np.diff(history.begin)[order]
    begin = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
    rows = np.repeat(history.begin[:-1][order] - begin[:-1], counts) + np.arange(begin[-1])
    none = np.zeros((0, history.size), dtype=np.int16)
    offer = none if history.offer is None or not history.offers else np.ascontiguousarray(history.offer[:, order])
    days = np.array([1, *(max(one.days, 1) for one in history.offers)], dtype=np.int32)
    starts, sees = _starts(history, offer, order)
    message_days = np.array([message.day for message in history.messages], dtype=np.int64)
    people = PastPeople(
        entered=history.entered[order].astype(np.int32),
        lead=history.lead[order],
        deleted=history.deleted[order].astype(np.int32),
        disputed=np.zeros(history.size, dtype=bool) if history.disputed is None else history.disputed[order],
        before=np.zeros(history.size),
        begin=begin,
        order_day=history.order_day[rows].astype(np.int32),
        saving=history.saving[rows],
        offer=offer,
        first_message=np.searchsorted(message_days, np.arange(history.days + 1)),
        announces=np.array([message.announces for message in history.messages], dtype=np.int32),
        announced=np.array([_announced(message, history) for message in history.messages], dtype=np.int64),
        offered=np.array([bool(row.any()) for row in offer] or [False] * history.days),
        first_offer_day=np.array([0, *(one.first for one in history.offers)], dtype=np.int32),
        offer_days=days,
        first_price=np.concatenate([[0], np.cumsum(days)[:-1]]).astype(np.int64),
        campaign=np.array([False, *(not one.coupon for one in history.offers)]),
        first_start=np.searchsorted([history.offers[o - 1].first for o in starts], np.arange(history.days + 1)),
        starts=np.array(starts, dtype=np.int64),
        sees=sees,
        deletions_known=bool(history.deletions_known),
        days=int(history.days),
    )
    sent = np.zeros((0, history.size), dtype=bool) if history.sent is None else history.sent[:, order]
    return PreparedHistory(history, people, np.ascontiguousarray(sent), order, recorded_complaints(history, order))


def _starts(history: ShopHistory, offer: npt.NDArray[np.int16], order: Ints) -> tuple[list[int], Mask]:
    """Campaigns by their first day, as numbers in `offer`, and who sees them begin, shape (campaigns, n).

    Whoever holds another offer on that day, since it is the better one, is seen to have this one, too, by holding it
    on a later day or by its message on the first day.
    """
    numbers = [n for n, one in enumerate(history.offers, start=1) if not one.coupon and 0 <= one.first < history.days]
    numbers.sort(key=lambda n: history.offers[n - 1].first)
    sees = np.zeros((len(numbers), history.size), dtype=bool)
    if not offer.size:
        return numbers, sees
    for place, number in enumerate(numbers):
        one = history.offers[number - 1]
        held = offer[one.first]
        too = (offer[one.first : one.first + max(one.days, 1)] == number).any(axis=0)
        for message, to in zip(history.messages, () if history.sent is None else history.sent, strict=False):
            if (message.programme, message.day, message.announces) == (one.name, one.first, 0):
                too |= to[order]
        sees[place] = (held == number) | ((held > 0) & too)
    return numbers, sees


def _announced(message: PastMessage, history: ShopHistory) -> int:
    """Number of the offer that a message announces; who has ordered has nothing to wait for in one for first orders."""
    for number, one in enumerate(history.offers, start=1):
        same = (one.name, one.first) == (message.programme, message.announces)
        if same and message.announces and not (one.coupon or one.offer.first_order_only):
            return number
    return 0


def past_law(market: Market, made: PreparedHistory, fit: bool = True) -> PastLaw:
    """The numbers of a market for the days of a history, of people whom the goods suit or do not."""
    push, need = made.history.welcome_push, market.need
    law = law_numbers(market, push or 0.0)
    reach = past_reach(law, made.history.days)
    order, drift = need.order_rate, need.dropout_rate
    return PastLaw(
        law=law._replace(reach=np.zeros(3)) if reach.mean.size else law,
        messages=_messages(market, made, fit),
        prices=_prices(market, made.history.offers, law.repay),
        season=_season(need.season, made.history),
        expected_memory=float(market.offers.expected_memory),
        learning=float(market.lead.learning),
        welcome=0.0 if push is None else welcome_trust(market.lead, push),
        rates=HiddenRates(
            r=float(order.shape),
            alpha=float(order.shape / order.mean),
            s=float(drift.shape),
            beta=float(drift.shape / drift.mean),
            o=float(market.optout.shape),
            k=float(need.regularity),
        ),
        service=past_service(market, made.history),
        complaints=past_complaints(market, made.history, made.complaints),
        reach=reach,
    )


def motives(market: Market, people: PastPeople) -> tuple[Motive, ...]:
    """The classes of people that a market has; the last one, whom the goods do not suit, only where leads have not
    ordered."""
    who, share = market.people, float(market.people.benefit_seekers)
    suits = float(who.fit)
    classes = [Motive(0, 1.0 - share, suits * (1.0 - share), 1.0, 1.0, True)]
    if share > 0.0:
        orders = max(float(who.seeker_orders), LEAST_FACTOR)
        classes.append(Motive(1, share, suits * share, orders, float(who.seeker_price), True))
    if bool(np.any(people.lead & (np.diff(people.begin) == 0))):
        classes.append(Motive(2, 0.0, 1.0 - suits, 1.0, 1.0, False))
    return tuple(classes)


def closing_channels(market: Market, messages: tuple[PastMessage, ...]) -> list[str]:
    """Channels of a history that people can leave apart from the contact."""
    return sorted({one.channel for one in messages if market.media[one.channel].leaves == "channel"})


def _messages(market: Market, made: PreparedHistory, fit: bool) -> Messages:
    """All messages of a history; the numbers of each kind are made once."""
    past, closing = made.history.messages, closing_channels(market, made.history.messages)
    known: dict[tuple[object, ...], Floats] = {}
    weights = np.zeros((len(past), 4))
    for m, one in enumerate(past):
        kind = one.hour, one.channel, one.content, one.items, one.style, one.topic, one.testimony
        if kind not in known:
            # to whom the goods do not suit, any message is irrelevant, as a day finds by itself
            topic = one.topic if fit else None
            known[kind] = np.array(message_weights(one, market)) * _topic_factors(topic, market)
        weights[m] = known[kind]
    weight, attention, fatigue, trust = weights.T.copy()
    return Messages(
        sent=made.sent,
        hour=np.array([one.hour for one in past], dtype=float),
        weight=weight,
        attention=attention,
        fatigue=fatigue,
        trust=trust,
        topic=np.zeros(len(past), dtype=np.int64),
        closes=np.array([closing.index(one.channel) if one.channel in closing else -1 for one in past], dtype=np.int64),
        read=np.zeros(len(past)),
    )


def _topic_factors(topic: str | None, market: Market) -> Floats:
    """Factors of area, attention, fatigue and trust: what interests a person is not known, so the mean over people."""
    if topic is None:
        return np.ones(4)
    share = float(market.people.interests.get(topic, 0.0))
    matched = np.array([1.0, market.attention.relevant, 1.0, 1.0])
    others = np.array([market.optout.irrelevant, market.attention.irrelevant, market.fatigue.irrelevant, 1.0])
    return np.asarray(share * matched + (1.0 - share) * others)


def _prices(market: Market, offers: tuple[PastOffer, ...], repay: float) -> Prices:
    """Pull, saving and release of each offer on each of its days, after those of no offer."""
    size = 1 + sum(max(one.days, 1) for one in offers)
    pull, saving, release = np.zeros((2, size)), np.zeros((2, size)), np.zeros(size)
    place = 1
    known: dict[tuple[Offer, float], tuple[Appeal, Appeal] | None] = {}  # most campaigns of a shop are alike
    for one in offers:
        days = max(one.days, 1)
        strength = readiness(one.prepare, market.offers)
        for day in range(days):
            seen = one.offer, strength * _phase(one, day, market.offers)
            if seen not in known:
                known[seen] = appeals_today(one.offer, market.offers, market.spend.mean, seen[1])
            appeals = known[seen]
            if appeals is None:
                pull[:, place] = -1.0
            else:
                pull[:, place] = [appeal.pull for appeal in appeals]
                saving[:, place] = [appeal.saving for appeal in appeals]
            release[place] = repay if one.coupon else 1.0 / (days - day)
            place += 1
    return Prices(pull, release, saving)


def _phase(one: PastOffer, day: int, response: OfferResponse) -> float:
    """Salience on the `day`-th day of an offer, from 0."""
    if one.coupon:
        phase = "launch" if day == 0 else "deadline" if day == one.days - 1 else "proof"
        return response.salience.get(phase, 1.0)
    return salience_of(one.phases[min(day, len(one.phases) - 1)] if one.phases else None, response)


def _season(season: Season, history: ShopHistory) -> Floats:
    for kept, of, days in _seasons:
        if of is history and kept == season:
            return days
    made = known_season(season, history.start, history.days)
    _seasons[:] = [(season, history, made), *_seasons[: KEPT - 1]]
    return made
