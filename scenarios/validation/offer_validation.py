"""Cross-field validation of offers: which keys a format has, and terms that contradict each other."""

from __future__ import annotations

from dataclasses import fields

from scenarios.toml.entries import Entry
from sim.scenario.offer import OFFER_KEYS, Offer, fault

CLAIMED = "claimed"

_BY_FORMAT = {CLAIMED, *(key for keys in OFFER_KEYS.values() for key in keys)} - {"stock"}
_COMMON = tuple(field.name for field in fields(Offer) if field.name not in _BY_FORMAT | {"format"})


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
    """Raise InputError where an offer lacks its format's key, has another format's, or contradicts itself."""
    _validate_keys(offer, entry)
    wrong = fault(offer, currency)
    if wrong is not None:
        raise entry.at(wrong.place).error(expected=wrong.expected, got=wrong.got)


def _validate_keys(offer: Offer, entry: Entry) -> None:
    must = OFFER_KEYS[offer.format]
    may = (*must, *([CLAIMED] if "depth" in must else []))
    expected = ", ".join(dict.fromkeys(("format", *may, *_COMMON)))
    for key in sorted(_BY_FORMAT | {"stock"}):
        stated = getattr(offer, key) not in (None, ())
        if stated and key not in may and key in _BY_FORMAT:
            raise entry.at(key).error(f"not a key of the format {offer.format}", expected=f"one of {expected}", got=key)
        if not stated and key in must:
            problem = f"the key is missing from the format {offer.format}"
            raise entry.at(key).error(problem, expected=expected, got="")
