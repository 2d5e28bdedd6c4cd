"""Recorded messages and offers sent again: a history cut at a day, and a strategy that does what was done after it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt

from sim.scenario import (
    Actions,
    Market,
    PastMessage,
    PastOffer,
    PublicView,
    Scenario,
    Service,
    ShopHistory,
    Strategy,
)

Mask = npt.NDArray[np.bool_]
Sent = tuple[PastMessage, Mask, PastOffer | None]
"""A message, who gets it, and the offer that it brings them."""


def history_until(history: ShopHistory, day: int) -> ShopHistory:
    """What a history holds of the days before `day`; of everybody in it, who must have entered by then."""
    person = np.repeat(np.arange(history.size), np.diff(history.begin))
    kept = history.order_day < day
    known = [place for place, message in enumerate(history.messages) if message.day < day]
    tickets = history.tickets
    if tickets is not None:
        early = tickets.opened < day
        kinds = tuple(kind for kind, mine in zip(tickets.kind, early, strict=True) if mine)
        replied, resolved = (
            np.where(values < day, values, np.nan) for values in (tickets.replied[early], tickets.resolved[early])
        )
        tickets = replace(
            tickets, person=tickets.person[early], kind=kinds, opened=tickets.opened[early], replied=replied,
            resolved=resolved,
        )  # fmt: skip
    return replace(
        history,
        days=day,
        deleted=np.minimum(history.deleted, day).astype(history.deleted.dtype),
        begin=np.append(0, np.cumsum(np.bincount(person[kept], minlength=history.size))),
        order_day=history.order_day[kept],
        saving=history.saving[kept],
        messages=tuple(history.messages[place] for place in known),
        sent=None if history.sent is None else history.sent[known],
        offer=None if history.offer is None else history.offer[:day],
        used=None if history.used is None else history.used[kept],
        tickets=tickets,
        desk=None if history.desk is None else history.desk.until(day),
    )


def sent_again(scenario: Scenario, history: ShopHistory, day: int) -> Scenario:
    """The scenario, which begins on `day` of the history with the people of it, with all that was sent after that.

    What was sent has passed the limits of its channels, and was written by whoever wrote it: neither acts again. An
    offer goes as a coupon, valid for as long as it held, with a message of its first day; to those who were sent none
    on that day it does not go.
    """
    market = replace(scenario.market, media=_without_limits(scenario.market))
    plan = Strategy(service=Service(unlimited=True))
    bare = replace(scenario, market=market, strategy=plan)
    return bare.with_programme("as_recorded", _strategist(_by_day(history, day)))


def _without_limits(market: Market) -> dict[str, Any]:
    return {name: replace(one, limit_per_day=None, limit_per_30d=None) for name, one in market.media.items()}


def _by_day(history: ShopHistory, day: int) -> dict[int, list[Sent]]:
    """Messages by day after `day`; one that an offer came with is there once with it and once without."""
    found: dict[int, list[Sent]] = {}
    if history.sent is None:
        return found
    for message, sent in zip(history.messages, history.sent, strict=True):
        if message.day < day:
            continue
        left, today = sent.copy(), found.setdefault(message.day - day, [])
        for place, one in enumerate(history.offers):
            if one.first == message.day and history.offer is not None:
                holders = left & (history.offer[message.day] == place + 1)
                left &= ~holders
                if holders.any():
                    today.append((message, holders, one))
        if left.any():
            today.append((message, left, None))
    return found


def _strategist(days: dict[int, list[Sent]]) -> Callable[[PublicView, dict[str, Any]], tuple[Actions, dict[str, Any]]]:
    def strategist(view: PublicView, memory: dict[str, Any]) -> tuple[Actions, dict[str, Any]]:
        """Send what was sent on this day to those of its people who are contacts."""
        actions = Actions.nothing()
        for message, mask, offer in days.get(view.day, ()):
            reached = view.person[mask[np.minimum(view.person, mask.size - 1)] & (view.person < mask.size)]
            if reached.size:
                actions += _touch(reached, message, offer)
        return actions, memory

    return strategist


def _touch(person: npt.NDArray[np.int64], message: PastMessage, brought: PastOffer | None) -> Actions:
    offer = None if brought is None else replace(brought.offer, valid=float(brought.days))
    return Actions.touch(
        person, channel=message.channel, content=message.content if offer is None else "offer", offer=offer,
        at=message.hour, items=message.items, style=message.style, topic=message.topic, testimony=message.testimony,
    )  # fmt: skip
