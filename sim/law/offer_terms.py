"""The terms of offers as numbers."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from sim.law.redemption import NO_STEP, TERM, OfferTerms, Reach
from sim.offers.offer_market import OfferResponse
from sim.offers.redemption_kinds import Redemption
from sim.scenario.offer import Offer

Cents = npt.NDArray[np.int64]


def terms_of(offers: Sequence[Offer]) -> OfferTerms:
    """The terms of offers, in their order."""
    found = [offer.redemption for offer in offers]
    steps = max((len(one.steps) for one in found), default=0)
    prizes = max((len(one.prizes) for one in found), default=0)
    spend = np.full((len(offers), steps), NO_STEP, dtype=np.int64)
    off, prize = (np.zeros((len(offers), most + 1), dtype=np.int64) for most in (steps, prizes))
    edge = np.full((len(offers), prizes), np.inf)
    for place, one in enumerate(found):
        spend[place, : len(one.steps)] = [step for step, _ in one.steps]
        off[place, 1 : len(one.steps) + 1] = round_cents([cents for _, cents in one.steps])
        edge[place, : len(one.prizes)] = np.cumsum([chance for chance, _ in one.prizes])
        prize[place, : len(one.prizes)] = round_cents([cents for _, cents in one.prizes])
    rows = [_row(one, offer.first_order_only) for one, offer in zip(found, offers, strict=True)]
    return OfferTerms(rows=np.array(rows, dtype=TERM), spend=spend, off=off, edge=edge, prize=prize)


def _row(one: Redemption, first_order_only: bool) -> tuple[int, float, int, int, float, bool, float, float]:
    """A row of `TERM`."""
    cents = int(round_cents(one.cents))
    return one.kind, one.depth, cents, one.value, one.ships_after, first_order_only, one.false, one.gap


def round_cents(amount: npt.ArrayLike) -> Cents:
    """Whole cents, halves away from zero; for amounts of at least 0."""
    return np.asarray(np.floor(np.asarray(amount, dtype=float) + 0.5), dtype=np.int64)


def reach_of(response: OfferResponse) -> Reach:
    """The numbers of `fill_up` in a market."""
    return Reach(response.threshold.at, response.threshold.width, response.threshold.stretch)
