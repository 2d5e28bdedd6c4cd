"""Cross-field validation of offers: which keys a format has, and terms that contradict each other."""

from __future__ import annotations

import numpy as np

from scenarios.errors import InputError
from scenarios.toml.entries import Entry
from sim.offers.discount_format import keys_of, needed_keys
from sim.offers.own_format import FormatMistake, OwnFormat
from sim.scenario import Market, Strategy
from sim.scenario.offer import COMMON_KEYS, Offer, fault, missing_keys

BASKETS, CHANCES = (0.01, 0.2, 0.5, 1.0, 2.0, 10.0), 50
"""Baskets, relative to the mean one, and chances with which a format of one's own is tried before any run."""


def validate_coupon(offer: Offer, currency: str, entry: Entry) -> None:
    """Raise InputError where a coupon, an offer that people keep, does not state how long it is valid, or is wrong."""
    validate_offer(offer, currency, entry)
    if offer.valid is None:
        expected = 'how long the coupon is valid, such as "14 d"'
        raise entry.at("valid").error("the key is missing", expected=expected, got="")


def validate_campaign_offer(offer: Offer, currency: str, entry: Entry) -> None:
    """Raise InputError where a campaign's offer states what the campaign itself states, or is wrong."""
    validate_offer(offer, currency, entry)
    campaign = ".".join(entry.path[:-1])
    for key, own in (("valid", "lasts"), ("budget", "budget")):
        if getattr(offer, key) is not None:
            raise entry.at(key).error("not a key of a campaign's offer", expected=f"{campaign}.{own}", got=key)


def validate_offer(offer: Offer, currency: str, entry: Entry) -> None:
    """Raise InputError where an offer lacks its format's key, or contradicts itself."""
    format_ = type(offer.terms)
    expected = ", ".join(dict.fromkeys(("format", *needed_keys(format_), *keys_of(format_), *COMMON_KEYS)))
    for key in missing_keys(offer):
        raise entry.at(key).error(f"the key is missing from the format {offer.format}", expected=expected, got="")
    wrong = fault(offer, currency)
    if wrong is not None:
        raise entry.at(wrong.place).error(expected=wrong.expected, got=wrong.got)


def validate_own_formats(strategy: Strategy, market: Market, entry: Entry) -> None:
    """Raise InputError where an offer in a format of one's own gives what no offer may, at baskets of many sizes."""
    for path, offer in strategy.offers.items():
        if isinstance(offer.terms, OwnFormat):
            try:
                _try_own(offer.terms, market, offer.generosity)
            except FormatMistake as mistake:
                place = f"{entry.at(*path).place}: {mistake.place}"
                raise InputError(place=place, expected=mistake.expected, got=mistake.got) from None


def _try_own(terms: OwnFormat, market: Market, generosity: float) -> None:
    cents = np.maximum(np.rint(market.spend.mean * np.array(BASKETS)), 1.0).astype(np.int64)
    grid = (np.arange(CHANCES) + 0.5) / CHANCES
    baskets, chances = np.repeat(cents, CHANCES), np.tile(grid, len(BASKETS))
    for scale in dict.fromkeys((generosity, 0.0)):
        saving = terms.appeal(market.spend.mean, market.offers, scale).depth
        redeemed = terms.redeemed(baskets, (chances, chances), scale)
        for part, given in (("saving", saving), ("discount", redeemed[:, 1].max()), ("gift", redeemed[:, 2].max())):
            if scale == 0.0 and given > 0.0:
                place, expected = f"offer {terms.name}: {part}", "0 at a generosity of 0, which scales what is given"
                raise FormatMistake(place, expected, f"{given:g}")
