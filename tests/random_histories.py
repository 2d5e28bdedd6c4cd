"""Random histories of some people: orders, messages, offers and leaving on random days."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from sim import scenario as s
from tests.dice import Dice
from tests.random_markets import INTERESTS
from tests.worlds import PHASES, START


def random_history(dice: Dice, size: int, days: int, channels: tuple[str, ...]) -> s.ShopHistory:
    """A history in which everything that a history may hold can happen."""
    lead = np.array([dice.whole(0, 2) == 0 for _ in range(size)])
    entered = np.array([dice.whole(0, days - 2) for _ in range(size)])
    deleted = np.array([dice.whole(int(e), days) if dice.whole(0, 3) == 0 else days for e in entered])
    orders: list[list[int]] = []
    for row in range(size):
        first = [] if lead[row] else [int(entered[row]) - 1]
        last = min(int(deleted[row]), days - 1)
        more = {dice.whole(int(entered[row]), last) for _ in range(dice.whole(0, 4))}
        orders.append([*first, *sorted(more)])
    begin = np.cumsum([0, *(len(one) for one in orders)])
    offers = tuple(_offer(dice, f"campaigns.{n}", days) for n in range(dice.whole(0, 3)))
    messages = tuple(
        sorted(
            (_message(dice, days, channels, offers) for _ in range(dice.whole(0, 25))),
            key=lambda one: (one.day, one.hour, one.programme),
        )
    )
    holds = np.zeros((days, size), dtype=np.int16)
    for number, one in enumerate(offers, start=1):
        who = np.array([dice.whole(0, 3) > 0 for _ in range(size)])
        holds[one.first : one.first + one.days, who] = number
    sent = np.array([[dice.whole(0, 2) > 0 for _ in range(size)] for _ in messages]).reshape(len(messages), size)
    there = (np.arange(days)[:, None] >= entered) & (np.arange(days)[:, None] <= deleted)
    return s.ShopHistory(
        start=START,
        days=days,
        entered=entered.astype(np.int32),
        lead=lead,
        deleted=deleted.astype(np.int32),
        deletions_known=dice.whole(0, 1) == 1,
        begin=begin,
        order_day=np.array([day for one in orders for day in one], dtype=np.int32),
        saving=np.array([dice.number(0.0, 0.4) for one in orders for _ in one]),
        messages=messages,
        sent=sent & there[[one.day for one in messages]] if messages else None,
        offers=offers,
        offer=np.where(there, holds, 0).astype(np.int16) if offers else None,
        desk=_desk(dice, days) if dice.whole(0, 2) else None,
        welcome_push=dice.number(0.0, 1.0) if dice.whole(0, 2) else None,
        tickets=_tickets(dice, entered, days) if dice.whole(0, 3) else None,
        disputed=(deleted < days) & np.array([dice.whole(0, 1) == 1 for _ in entered]) if dice.whole(0, 1) else None,
    )


def _tickets(dice: Dice, entered: npt.NDArray[np.int64], days: int) -> s.PastTickets:
    """Complaints, of which some are not solved or after the history's end, and some come before any order."""
    rows = []
    for row, first in enumerate(entered.tolist()):
        for _ in range(dice.whole(0, 2)):
            opened = dice.number(max(first - 1.0, 0.0), days - 0.01)
            solved = opened + dice.one_of((0.0, 0.4, 2.5, 8.0)) if dice.whole(0, 2) else np.nan
            rows.append((opened, row, solved))
    opened, person, solved = np.array(sorted(rows)).reshape(-1, 3).T
    kinds = tuple("complaint" if dice.whole(0, 4) else "after_sale" for _ in rows)
    return s.PastTickets(person.astype(np.int64), kinds, opened, np.full(len(rows), np.nan), solved)


def _desk(dice: Dice, days: int) -> s.PastDesk:
    waits = [dice.one_of((0.0, 1e-3, 0.05, 0.4, 1.6, 5.2, 30.0, np.inf)) for _ in range(7)]
    return s.PastDesk(
        np.resize(waits, (2, days, 24)),
        np.resize([dice.number(0.0, 1.0) for _ in range(5)], (2, days, 24)),
        reply_goal=dice.number(0.01, 1.0) if dice.whole(0, 1) else None,
        bot=dice.whole(0, 1) == 1,
        staffed=dice.whole(0, 3) > 0,
        recorded=dice.whole(0, 2) == 0,
        complaints=_policy(dice) if dice.whole(0, 1) else s.PastPolicy(),
    )


def _policy(dice: Dice) -> s.PastPolicy:
    return s.PastPolicy(
        goal=dice.one_of((None, 0.3, 3.0)),
        refund_within=dice.one_of((None, 1.5)),
        compensation=dice.one_of((None, s.Compensation("credit", 0.2), s.Compensation("money", 0.3, matched=True))),
        apology=dice.whole(0, 1) == 1,
        status_updates=dice.whole(0, 1) == 1,
    )


def _message(dice: Dice, days: int, channels: tuple[str, ...], offers: tuple[s.PastOffer, ...]) -> s.PastMessage:
    day, programme, announces = dice.whole(0, days - 1), "outreach.a", 0
    later = [one for one in offers if one.first > day]
    if later and dice.whole(0, 1):
        programme, announces = later[0].name, later[0].first
    return s.PastMessage(
        day,
        dice.number(0.0, 0.99),
        programme,
        dice.one_of(channels),
        dice.one_of(s.CONTENTS),
        dice.whole(1, 3),
        dice.one_of(("mass", "personal")),
        topic=dice.one_of([None, *INTERESTS]),
        testimony=dice.whole(0, 1) == 1,
        announces=announces,
    )


def _offer(dice: Dice, name: str, days: int) -> s.PastOffer:
    lasts, coupon = dice.whole(1, 6), dice.whole(0, 2) == 0
    valid = float(lasts) if coupon else None
    offer = s.Offer("percent", depth=dice.number(0.02, 0.4), generosity=dice.number(0.5, 1.5), valid=valid)
    return s.PastOffer(
        name,
        offer,
        dice.whole(0, days - 1),
        lasts,
        PHASES if dice.whole(0, 1) else (),
        coupon=coupon,
        prepare=dice.number(0.0, 5.0) if dice.whole(0, 1) else None,
    )
