"""What may be said of a campaign that a strategy in Python starts, and the checks of a file's campaign."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Literal, TypedDict

from sim.scenario.market import CONTENTS, Content
from sim.scenario.offer import Offer, valid_offer
from sim.scenario.strategy import LISTED, Campaign, Range, Who
from sim.units import WrongValue, checked


class CampaignTerms(TypedDict, total=False):
    """Terms of a campaign beside name, offer and channel; see `Campaign`. `days` is how long it lasts."""

    days: float
    who: Who
    phases: Sequence[str]
    content: Content | Sequence[Content]
    at: float
    items: int
    style: Literal["mass", "personal"]
    topic: str | None
    testimony: bool
    holdout: float
    budget: int | None
    prepare: float | None
    joint_design: bool
    announce: int | None
    commission: float


def checked_campaign(name: str, offer: Offer, channel: str, how: Mapping[str, Any]) -> Campaign:
    """The campaign, if it could stand in a file. Raises WrongValue, which names campaign and term."""
    if not (isinstance(name, str) and re.fullmatch(r"[\w-]{1,60}", name)):
        raise WrongValue("campaign: name", "up to 60 letters, digits, - and _", repr(name))
    try:
        return _campaign(offer, channel, dict(how))
    except WrongValue as error:
        raise WrongValue(f"campaign {name}: {error.place}", error.expected, error.got) from None


def _campaign(offer: Offer, channel: str, how: dict[str, Any]) -> Campaign:
    for key in how:
        if key not in CampaignTerms.__annotations__:
            raise WrongValue(key, f"one of {', '.join(CampaignTerms.__annotations__)}", key)
    content, phases = how.pop("content", ()), how.pop("phases", ())
    how |= {"content": (content,) if isinstance(content, str) else content, "phases": phases}
    for key in ("content", "phases"):
        if not (isinstance(how[key], list | tuple) and all(isinstance(one, str) for one in how[key])):
            raise WrongValue(key, f"a list of {'contents' if key == 'content' else 'names of phases'}", repr(how[key]))
        how[key] = tuple(how[key])
    plan = Campaign(_campaign_offer(offer), channel, lasts=how.pop("days", 1.0), **how)
    for key, kind, expected in (
        ("channel", str, "the name of a channel"),
        ("who", Who, 'people, as Who(stage=("repeater",))'),
        ("testimony", bool, "True or False"),
        ("joint_design", bool, "True or False"),
    ):
        if not isinstance(getattr(plan, key), kind):
            raise WrongValue(key, expected, repr(getattr(plan, key)))
    for key, part in vars(plan.who).items():
        if key not in LISTED and not isinstance(part, Range | None):
            raise WrongValue(f"who.{key}", "a range, as Range(high=30.0)", repr(part))
    try:
        checked(replace(plan, who=Who()))
    except WrongValue as error:
        raise WrongValue("days" if error.place == "lasts" else error.place, error.expected, error.got) from None
    _check_days(plan)
    return plan


def _check_days(plan: Campaign) -> None:
    """Raise WrongValue where there are more phases than days, more contents than messages, or an unknown content."""
    days, messages = math.ceil(plan.lasts), max(len(plan.phases), 1)
    if len(plan.phases) > days:
        raise WrongValue("phases", f"up to {days}, one for each day", str(len(plan.phases)))
    if len(plan.content) > messages:
        raise WrongValue("content", f"up to {messages}, one for each phase", str(len(plan.content)))
    for content in plan.content:
        if content not in CONTENTS:
            raise WrongValue("content", " or ".join(CONTENTS), repr(content))


def _campaign_offer(offer: Offer) -> Offer:
    if not isinstance(offer, Offer):
        raise WrongValue("offer", "an Offer, such as Offer.percent(0.1)", repr(offer))
    try:
        valid_offer(offer)
    except WrongValue as error:
        raise WrongValue(f"offer.{error.place}", error.expected, error.got) from None
    for key, own in (("valid", "days"), ("budget", "budget")):
        if getattr(offer, key) is not None:
            raise WrongValue(f"offer.{key}", f"none, as the campaign states its own: {own}", repr(getattr(offer, key)))
    return offer
