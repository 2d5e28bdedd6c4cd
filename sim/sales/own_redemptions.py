"""What discount formats of one's own make of today's baskets: plain Python before the compiled checkout."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from sim.draws import Decision, uniforms
from sim.offers.own_format import OwnFormat
from sim.sales.sale_arrays import SaleOffers
from sim.state.daily_values import Orders
from sim.state.offers_held import StandingOffer

Cents = npt.NDArray[np.int64]

NONE_OF_OWN = np.zeros((0, 3), dtype=np.int64)
"""For days without offers of such a format."""


def own_redemptions(orders: Orders, sale: SaleOffers, standing: Sequence[StandingOffer], key: np.uint64) -> Cents:
    """List value, discount and cost of gifts of each order under an offer of one's own format, cents, shape (n, 3).

    `standing` are today's offers by the places of `sale`. Such an offer stacks with none, so that its basket is the
    whole one. Raises FormatMistake.
    """
    own = {place: one.offer for place, one in enumerate(standing) if isinstance(one.offer.terms, OwnFormat)}
    if not own:
        return NONE_OF_OWN
    found = np.zeros((orders.size, 3), dtype=np.int64)
    parts = sale.parts[orders["offer"]]
    for place, offer in own.items():
        rows = np.flatnonzero((parts == place).any(axis=1))
        if rows.size and isinstance(offer.terms, OwnFormat):
            who, ordinal = orders["identity"][rows], orders["ordinal"][rows]
            fills, gives = (uniforms(key, who, int(one), ordinal) for one in (Decision.STRETCH, Decision.PRIZE))
            found[rows] = offer.terms.redeemed(orders["basket"][rows], (fills, gives), offer.generosity)
    return found
