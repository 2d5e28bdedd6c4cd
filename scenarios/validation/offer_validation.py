"""What single fields of an offer cannot show: which keys its format has, and that it promises nothing impossible."""

from __future__ import annotations

from dataclasses import fields

from scenarios.validation.market_validation import SourceTree
from sim.scenario.offer import OFFER_KEYS, Offer, fault

CLAIMED = "claimed"
Path = tuple[str, ...]

_BY_FORMAT = {CLAIMED, *(key for keys in OFFER_KEYS.values() for key in keys)} - {"stock"}
_COMMON = tuple(field.name for field in fields(Offer) if field.name not in _BY_FORMAT | {"format"})


def judge_coupon(offer: Offer, currency: str, path: Path, places: SourceTree) -> None:
    """Raise InputError where an offer that people are given to keep does not say how long it holds, or is wrong."""
    judge_offer(offer, currency, path, places)
    if offer.valid is None:
        problem = 'is missing from a coupon; allowed how long it holds, such as "14 d"; got nothing'
        raise places.error((*path, "valid"), problem)


def judge_campaign_offer(offer: Offer, currency: str, path: Path, places: SourceTree) -> None:
    """Raise InputError where a campaign's offer says what the campaign itself says, or is wrong."""
    judge_offer(offer, currency, path, places)
    campaign = ".".join((*places.root, *path[:-1]))
    for key, own in (("valid", "lasts"), ("budget", "budget")):
        if getattr(offer, key) is not None:
            problem = f"does not belong to a campaign's offer; allowed {campaign}.{own}; got it"
            raise places.error((*path, key), problem)


def judge_offer(offer: Offer, currency: str, path: Path, places: SourceTree) -> None:
    """Raise InputError where an offer lacks its format's key, has another's, or promises the impossible."""
    _judge_keys(offer, path, places)
    wrong = fault(offer, currency)
    if wrong is not None:
        raise places.error((*path, wrong[0]), wrong[1])


def _judge_keys(offer: Offer, path: Path, places: SourceTree) -> None:
    must = OFFER_KEYS[offer.format]
    may = (*must, *([CLAIMED] if "depth" in must else []))
    allowed = ", ".join(dict.fromkeys(("format", *may, *_COMMON)))
    for key in sorted(_BY_FORMAT | {"stock"}):
        stated = getattr(offer, key) not in (None, ())
        if stated and key not in may and key in _BY_FORMAT:
            problem = f"does not belong to the format {offer.format}; allowed {allowed}; got it"
            raise places.error((*path, key), problem)
        if not stated and key in must:
            problem = f"is missing from the format {offer.format}; allowed {allowed}; got nothing"
            raise places.error((*path, key), problem)
