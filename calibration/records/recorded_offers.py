"""Which offer each person held on each day, by the calendar, and which orders used a coupon."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from calibration.records.campaign_calendar import CalendarEntry, CampaignCalendar
from calibration.records.recorded_people import RecordedPeople
from calibration.records.redemption_records import Redemptions
from calibration.records.touch_records import Touches
from scenarios.errors import InputError
from sim.law.offer_response import pull_of
from sim.scenario import Market
from sim.scenario.offer import Offer
from sim.scenario.shop_history import PastMessage, PastOffer, ShopHistory

if TYPE_CHECKING:
    import pandas as pd

Bools = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float64]

FEWEST_USES = 30
"""Orders under a coupon from which its own median depth is taken; below, that of all such coupons."""
NOON = 0.5


@dataclass(frozen=True)
class HeldOffers:
    """Offers of a calendar with who held them, shape (days, n) as in `ShopHistory.offer`; messages that the calendar
    alone speaks of, with who was sent them, (messages, n); and notes."""

    offers: tuple[PastOffer, ...]
    held: npt.NDArray[np.int16]
    messages: tuple[PastMessage, ...]
    sent: Bools
    notes: tuple[str, ...]


@dataclass(frozen=True)
class _Holders:
    """Of one entry, from which day each person holds its offer; beyond the entry's last day for who never does."""

    entry: CalendarEntry
    since: npt.NDArray[np.int64]

    def on(self, day: int) -> Bools:
        return (self.since <= day) & (day <= self.entry.last)


def held_offers(
    past: ShopHistory,
    calendar: CampaignCalendar,
    touches: Touches | None,
    orders: tuple[RecordedPeople, Redemptions | None],
    market: Market,
) -> HeldOffers:
    """The offer that each of the people of `past` held on each day. Where several held, the one that pulls most.

    Raises InputError for a campaign without a depth where no column of coupons says how deep it was.
    """
    holders = [_holders(entry, past, touches) for entry in calendar.entries]
    depths, notes = _redeemed_depths(holders, orders, calendar)
    offers = [one.entry.offer or Offer.percent(depths[one.entry.name]) for one in holders]
    pulls = [pull_of(offer, market.offers, market.spend.mean) for offer in offers]
    held = np.zeros((past.days, past.size), dtype=np.int16)
    best = np.full((past.days, past.size), -1.0)
    several = 0
    for place, (one, pull) in enumerate(zip(holders, pulls, strict=True)):
        for day in range(max(one.entry.first, 0), min(one.entry.last, past.days - 1) + 1):
            mine = one.on(day) & (past.entered <= day) & (day <= past.deleted)
            several += int(np.count_nonzero(mine & (held[day] > 0)))
            better = mine & (pull > best[day])
            held[day, better], best[day, better] = place + 1, pull
    if several:
        notes.append(
            f"on {several:,} days of a person several offers held; the one that pulls most stands for them, as in a run"
        )
    found = tuple(
        PastOffer(e.name, offer, e.first, e.last - e.first + 1, e.phases, coupon=e.use == "coupon")
        for e, offer in zip(calendar.entries, offers, strict=True)
    )
    begun = [one for one in holders if one.entry.channel and 0 <= one.entry.first < past.days]
    alone = begun if touches is None else []
    messages = tuple(
        PastMessage(one.entry.first, NOON, f"campaigns.{one.entry.name}", one.entry.channel, one.entry.content)
        for one in alone
    )
    first = [one.entry.first for one in alone]
    sent = [one.on(day) & (past.entered <= day) & (day <= past.deleted) for one, day in zip(alone, first, strict=True)]
    if alone:
        notes.append(
            f"no file says who was sent what: of {len(alone)} campaigns with a channel one message went to all whom "
            "they addressed, on the first day at noon"
        )
    return HeldOffers(found, held, messages, np.array(sent, dtype=bool).reshape(len(alone), past.size), tuple(notes))


def _holders(entry: CalendarEntry, past: ShopHistory, touches: Touches | None) -> _Holders:
    reached = None if touches is None else touches.reached[touches.reached["campaign"] == entry.name]
    some = reached is not None and bool((reached["day"] <= entry.last).any())
    who = entry.who or ("touched" if some else "all")
    since = np.full(past.size, entry.first, dtype=np.int64)
    if who == "touched":
        since[:] = entry.last + 1
        if reached is not None:
            np.minimum.at(since, reached["person"].to_numpy(), np.maximum(reached["day"].to_numpy(), entry.first))
    if touches is not None:
        out = touches.held_out[touches.held_out["campaign"] == entry.name]
        since[out["person"].to_numpy()] = entry.last + 1
    return _Holders(entry, since)


# --- depths that nobody states ----------------------------------------------------------------------


def _redeemed_depths(
    holders: list[_Holders], orders: tuple[RecordedPeople, Redemptions | None], calendar: CampaignCalendar
) -> tuple[dict[str, float], list[str]]:
    """Depth of each campaign without one: the median share of list value that coupons took off the orders of its
    holders that used one. Where redemptions are known, of the orders on days on which this campaign's was used."""
    lacking = [one for one in holders if one.entry.offer is None]
    if not lacking:
        return {}, []
    people, redemptions = orders
    uses = coupon_uses(people)
    if uses is None:
        names = ", ".join(sorted({one.entry.name for one in lacking})[:6])
        raise InputError(
            f"no depth is stated for {names}",
            place=calendar.report.file,
            expected="a column of depth (or off, spend), or orders with their list value and a column of coupons",
        )
    by_name = {one.entry.name: _depths_of(one, uses, redemptions) for one in lacking}
    pooled = np.concatenate(list(by_name.values()))
    if not pooled.size:
        got = "no order that used one"
        raise InputError(
            place=calendar.report.file, expected="a depth of each campaign, or orders with coupons", got=got
        )
    middle = float(np.median(pooled))
    depths = {n: float(np.median(own)) if own.size >= FEWEST_USES else middle for n, own in by_name.items()}
    own = sum(own.size >= FEWEST_USES for own in by_name.values())
    note = (
        f"{len(by_name)} campaigns state no depth: it is the median of what their coupons took off the orders that "
        f"used one, {min(depths.values()):.1%} to {max(depths.values()):.1%}; of {len(by_name) - own} with fewer than "
        f"{FEWEST_USES} such orders that of all, {middle:.1%}"
    )
    return depths, [note]


def coupon_uses(people: RecordedPeople) -> pd.DataFrame | None:
    """Order-days on which a coupon was used: person, day, depth (share of list value); None where that is not known."""
    table = people.orders.orderdays
    if "coupon" not in table or bool(table["coupon"].isna().all()):
        return None
    some = table[(table["coupon"] > 0) & (table["listed"] > 0)]
    depth = (some["coupon"] / some["listed"]).clip(upper=0.95)
    person = people.place[some["customer"].to_numpy()]
    return some.assign(person=person, depth=depth)[["person", "day", "depth"]].reset_index(drop=True)


def _depths_of(one: _Holders, uses: pd.DataFrame, redemptions: Redemptions | None) -> Floats:
    day, person = uses["day"].to_numpy(), uses["person"].to_numpy()
    mine = (day >= one.since[person]) & (day <= one.entry.last)
    if redemptions is not None:
        size = int(day.max(initial=0)) + 1
        rows = redemptions.rows[redemptions.rows["campaign"] == one.entry.name]
        mine &= np.isin(person * size + day, rows["person"].to_numpy() * size + rows["day"].to_numpy())
    return np.asarray(uses["depth"].to_numpy()[mine], dtype=np.float64)
