"""How people answer an offer: its pull beyond its effort, its salience, and how ready its campaign is.

What an offer is worth is said by its format (`sim.offers`); `pull_of` is its value to the typical person, and a
person's own value is that times delta and ripeness.
"""

from __future__ import annotations

from sim.offers.discount_format import Appeal as Appeal
from sim.offers.offer_market import OfferResponse
from sim.scenario.offer import Offer


def appeal_of(offer: Offer, response: OfferResponse, basket: float) -> Appeal:
    """Depth and pull at salience 1, effort apart; `basket` is the mean one, cents."""
    return offer.terms.appeal(basket, response, offer.generosity)


def pull_of(offer: Offer, response: OfferResponse, basket: float, strength: float = 1.0) -> float:
    """Log lift of the order hazard of a person with delta = 1; `strength` is salience and all that scales with it."""
    return max(appeal_of(offer, response, basket).pull * strength - offer.terms.effort_of(response), 0.0)


def tempts(offer: Offer, response: OfferResponse, basket: float, strength: float = 1.0) -> bool:
    """Whether an offer is worth its effort; one that is not is as good as none."""
    appeal = appeal_of(offer, response, basket)
    return appeal.depth > 0.0 and appeal.pull * strength >= offer.terms.effort_of(response)


def appeals_today(
    offer: Offer, response: OfferResponse, basket: float, strength: float = 1.0
) -> tuple[Appeal, Appeal] | None:
    """Depth, pull after effort at `strength` times the plain pull, and saving; None where an offer is not worth its
    effort.

    First to those who believe what is claimed, then to those who have found out a false claim: the offer without it.
    """
    if not tempts(offer, response, basket, strength):
        return None
    believed, known = (
        appeal_of(one, response, basket)._replace(pull=pull_of(one, response, basket, strength))
        for one in (offer, offer.as_known())
    )
    return believed, known


def readiness(prepare: float | None, response: OfferResponse) -> float:
    """Share of its pull that a campaign keeps after so many days of preparation; all of it where none are stated."""
    if prepare is None:
        return 1.0
    return 1.0 - response.unready * (1.0 - min(1.0, prepare / response.preparation))


def salience_of(phase: str | None, response: OfferResponse) -> float:
    """How strongly an offer is seen in a phase of its campaign; without phases as it is."""
    return response.salience[phase] if phase else 1.0
