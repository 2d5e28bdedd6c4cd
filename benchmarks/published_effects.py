"""Published effects beside what the tables of `benchmarks.response_tables` show."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

PUBLISHED_DEPTHS = (
    ("20%", "x 1.73 (Bijmolt 2005)", 1.73, 1.4, 2.1),
    ("30%", "x 2, depth not stated (Zhang 2020)", 2.0, 1.5, 2.7),
)
"""Orders under a discount over those without: what is published, and the range that counts as inside."""
PUBLISHED_MAILS = ((4, 0.68), (7, 1.0), (10, 0.84))
"""Mails per period and share of the best profit (Zhang, Kumar & Cosguner 2017)."""
PUBLISHED_DELETIONS = (0.001, 0.03)
"""Contacts who leave by one message: e-mail of shops to text messages."""
PUBLISHED_DIP = (0.04, 0.25)
"""Orders lost in the weeks after a promotion, of those it brought (van Heerde, Leeflang & Wittink 2000)."""
PUBLISHED_THRESHOLDS = (
    ("1.0", ".9 to 1.05", 0.9, 1.05),
    ("1.2", ".6 to 1.05 (.85)", 0.6, 1.05),
    ("1.5", ".3 to .8", 0.3, 0.8),
)
"""Orders under a threshold at so many usual baskets over those under a percent discount of the same cost (Amornpetchkul
2018; others)."""
THRESHOLD_COST = 0.20
"""The size of saving for which these are compared, as none is stated: of small ones any format sells about the same."""
PUBLISHED_LOTTERIES = (
    (0.02, "1.15, of 2 % (Mazar 2016; Lee 2019)", 0.9, 1.6),
    (0.05, "1 at 3 to 8 % (the same)", 0.7, 1.3),
    (0.20, ".7, of 20 % (JCR 2021)", 0.4, 0.95),
)
"""Orders under a lottery over those under a percent discount that costs the same, by its cost."""
PUBLISHED_FORMATS = (
    "percent",
    *(f"threshold at {at} baskets" for at, *_ in PUBLISHED_THRESHOLDS),
    "lottery, 10 % chance",
)
"""The formats of which something is published."""


@dataclass(frozen=True)
class Point:
    """A published effect, what the shop shows, and the range that counts as inside."""

    name: str
    published: str
    value: float
    low: float
    high: float

    @property
    def inside(self) -> bool:
        """Whether the shop's value lies in the range."""
        return self.low <= self.value <= self.high

    @property
    def text(self) -> str:
        """The line of the table."""
        where = "inside" if self.inside else "outside"
        return f"{self.name:<55}{self.published:<38}{self.value:>7.3f}   {where:<8}{self.low:g} to {self.high:g}"


def depth_points(first: pd.Series) -> list[Point]:
    """Orders of the first campaign; `first` has those added by each depth, over those without."""
    return [
        Point(f"orders of the first campaign at {depth} off", text, 1.0 + float(first[depth]), low, high)
        for depth, text, _, low, high in PUBLISHED_DEPTHS
    ]


def mail_points(cadence: pd.DataFrame) -> list[Point]:
    """Profit at each published number of mails, and contacts who delete."""
    best, profit = profit_at(cadence.contribution.drop("none"))
    found = [
        Point(
            f"profit at {mails} mails where 7 are best (best: every {best:g} d)",
            f"{share:g} (Zhang, Kumar & Cosguner 2017)",
            profit(mails),
            share - 0.15,
            min(share + 0.15, 1.0),
        )
        for mails, share in PUBLISHED_MAILS
    ]
    deleted = cadence.deleted_per_message.to_dict()
    return found + [
        Point(f"deleted per message, one every {name}", "0.1 to 3 %", float(deleted[name]), *PUBLISHED_DELETIONS)
        for name in ("7 d", "1 d")
    ]


def format_points(table: pd.DataFrame) -> list[Point]:
    """Thresholds and lotteries; `table` has orders over those under percent, by format and cost."""
    ratios = {float(cost): table[cost].astype(float).to_dict() for cost in table.columns}
    thresholds = [
        Point(
            f"threshold at {at} baskets, cost {THRESHOLD_COST:.0%}",
            text,
            ratios[THRESHOLD_COST][f"threshold at {at} baskets"],
            low,
            high,
        )
        for at, text, low, high in PUBLISHED_THRESHOLDS
    ]
    return thresholds + [
        Point(f"lottery, cost {cost:.0%}", text, ratios[cost]["lottery, 10 % chance"], low, high)
        for cost, text, low, high in PUBLISHED_LOTTERIES
    ]


def profit_at(profit: pd.Series) -> tuple[float, Callable[[float], float]]:
    """The interval of the best profit, days, and the share of it at so many mails where 7 are best."""
    days = np.array([float(str(name).split()[0]) for name in profit.index])
    best = float(days[int(np.nanargmax(profit.to_numpy()))])
    gain = profit.to_numpy() / np.nanmax(profit.to_numpy())
    return best, lambda mails: float(np.interp(math.log(best * 7 / mails), np.log(days), gain))


def show_points(title: str, found: Sequence[Point]) -> None:
    """Print published effects beside those of the shop."""
    print(f"\n{title}\n" + "\n".join(one.text for one in found), flush=True)
