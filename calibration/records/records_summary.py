"""What records say in figures: people reached, campaigns by type, coupons used, tickets."""

from __future__ import annotations

from collections import Counter
from typing import Any

import numpy as np

from calibration.records.shop_records import ShopRecords
from sim.scenario.shop_history import ShopHistory


def records_summary(records: ShopRecords, history: ShopHistory) -> dict[str, Any]:
    """Figures of all records, as plain data: a key for each kind that has a file, and `people`."""
    people = records.people
    found: dict[str, Any] = {"people": int(people.ids.size), "leads_without_an_order": int((people.row < 0).sum())}
    if records.leads is not None:
        disputed = 0 if history.disputed is None else int(history.disputed.sum())
        gone = int((history.deleted < history.days).sum()) - disputed
        found["leads"] = {"sources": records.leads.sources, "deleted": gone, "disputed": disputed}
    if records.touches is not None:
        rows = records.touches.rows
        found["touches"] = {
            "sent": len(rows),
            "people": int(rows["person"].nunique()),
            "days": int(rows["day"].nunique()),
            "by_channel": {str(name): int(count) for name, count in rows["channel"].value_counts().items()},
            "by_content": {str(name): int(count) for name, count in rows["content"].value_counts().items()},
            "held_out": int(records.touches.held_out["person"].nunique()),
            "opened": records.touches.opened,
        }
    if records.calendar is not None:
        found["campaigns"] = _campaigns(records, history)
    held, used = orders_under_coupons(history)
    if history.used is not None:
        share = used / held if held else None
        found["redemption"] = {"orders_under_a_coupon": held, "used_it": used, "share": share}
    if history.tickets is not None:
        tickets = history.tickets
        wait = tickets.replied - tickets.opened
        found["tickets"] = {
            "by_kind": dict(Counter(tickets.kind)),
            "people": int(np.unique(tickets.person).size),
            "median_days_to_first_reply": float(np.nanmedian(wait)) if np.isfinite(wait).any() else None,
            "unresolved": int(np.isnan(tickets.resolved).sum()),
        }
    return found


def _campaigns(records: ShopRecords, history: ShopHistory) -> list[dict[str, Any]]:
    """By type and use: campaigns, people who held one, and days on which somebody did."""
    assert records.calendar is not None
    assert history.offer is not None
    found = []
    entries = records.calendar.entries
    for kind, use in dict.fromkeys((entry.type, entry.use) for entry in entries):
        numbers = [n for n, entry in enumerate(entries, start=1) if (entry.type, entry.use) == (kind, use)]
        mine = np.isin(history.offer, numbers)
        shares = [history.offers[n - 1].offer.terms.exact_share(1.0) for n in numbers]
        depths = [share for share in shares if share is not None]
        found.append(
            {
                "type": kind,
                "use": use,
                "campaigns": len(numbers),
                "people": int(mine.any(axis=0).sum()),
                "days": int(mine.any(axis=1).sum()),
                "median_depth": float(np.median(depths)) if depths else None,
            }
        )
    return found


def orders_under_coupons(history: ShopHistory) -> tuple[int, int]:
    """Orders on days on which the person held a coupon, and how many of them used one."""
    if history.used is None or history.offer is None or not any(one.coupon for one in history.offers):
        return 0, 0
    person = np.repeat(np.arange(history.size), np.diff(history.begin))
    coupon = np.array([False, *(one.coupon for one in history.offers)])
    under = coupon[history.offer[history.order_day, person]] & (history.used >= 0)
    return int(under.sum()), int(history.used[under].sum())
