"""The formats that come with the engine, by their names."""

from __future__ import annotations

from collections.abc import Mapping

from sim.offers.discount_format import DiscountFormat
from sim.offers.gifts import Gift
from sim.offers.lotteries import Lottery
from sim.offers.money_off import Amount, Prebook
from sim.offers.price_cuts import Flash, Percent
from sim.offers.thresholds import Threshold
from sim.offers.trials import TrialOffer

SHIPPED: Mapping[str, type[DiscountFormat]] = {
    format_.name: format_ for format_ in (Percent, Amount, Threshold, Lottery, Gift, Flash, TrialOffer, Prebook)
}
"""In the order in which messages list them."""
