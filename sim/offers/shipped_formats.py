"""The formats that come with the engine, by their names."""

from __future__ import annotations

from collections.abc import Mapping

from sim.offers.amounts import Amount, Prebook
from sim.offers.discount_format import DiscountFormat
from sim.offers.gifts import Gift
from sim.offers.lotteries import Lottery
from sim.offers.price_cuts import Flash, Percent
from sim.offers.thresholds import Threshold
from sim.offers.trials import Trial

SHIPPED: Mapping[str, type[DiscountFormat]] = {
    format_.name: format_ for format_ in (Percent, Amount, Threshold, Lottery, Gift, Flash, Trial, Prebook)
}
"""In the order in which messages list them."""
