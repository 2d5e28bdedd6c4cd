"""The terms of offers as numbers."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from sim.law.offer_response import exaggeration, overstated, percent_depth, round_cents, trial_saving
from sim.law.redemption import AMOUNT, GIFT, LOTTERY, NO_STEP, SHARE, TERM, THRESHOLD, TRIAL, OfferTerms, Reach
from sim.scenario.offer import Offer
from sim.scenario.offer_market import OfferResponse

Cents = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

_KINDS = {
    "percent": SHARE, "flash": SHARE, "amount": AMOUNT, "prebook": AMOUNT, "threshold": THRESHOLD,
    "lottery": LOTTERY, "gift": GIFT, "trial": TRIAL,
}  # fmt: skip


def terms_of(offers: Sequence[Offer]) -> OfferTerms:
    """The terms of offers, in their order."""
    steps = max((len(offer.steps) for offer in offers), default=0)
    prizes = max((len(offer.prizes) for offer in offers), default=0)
    spend = np.full((len(offers), steps), NO_STEP, dtype=np.int64)
    off, prize = (np.zeros((len(offers), most + 1), dtype=np.int64) for most in (steps, prizes))
    edge = np.full((len(offers), prizes), np.inf)
    for place, offer in enumerate(offers):
        m = offer.generosity
        spend[place, : len(offer.steps)] = [step.spend for step in offer.steps]
        off[place, 1 : len(offer.steps) + 1] = round_cents([step.off * m for step in offer.steps])
        edge[place, : len(offer.prizes)] = np.cumsum([one.chance for one in offer.prizes])
        prize[place, : len(offer.prizes)] = round_cents([one.off * m for one in offer.prizes])
    return OfferTerms(
        rows=np.array([_row(offer) for offer in offers], dtype=TERM),
        spend=spend,
        off=off,
        edge=edge,
        prize=prize,
    )


def _row(offer: Offer) -> tuple[int, float, int, int, float, bool, float, float]:
    """A row of `TERM`."""
    cents = int(round_cents(_plain_cents(offer) * offer.generosity))
    kind, depth, value = _KINDS[offer.format], percent_depth(offer), offer.value or 0
    false = overstated(offer), exaggeration(offer)
    return kind, depth, cents, value, offer.ships_after or 0.0, offer.first_order_only, *false


def _plain_cents(offer: Offer) -> int:
    match offer.format:
        case "trial":
            return trial_saving(offer)
        case "gift":
            return offer.cost or 0
        case _:
            return offer.off or 0


def reach_of(response: OfferResponse) -> Reach:
    """The numbers of `fill_up` in a market."""
    return Reach(response.threshold.at, response.threshold.width, response.threshold.stretch)
