"""Numbers as text: money in the currency, shares in per cent, times with a unit.

Shares have one of two forms everywhere. What people, orders, hours or money come to has three significant digits
(`format_share`). Chances, and shares of markets, runs or variance, are whole per cent (`format_chance`), as a few
dozen draws say no more.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

MOST_NAMED = 8
"""Arms that a sentence, a table or a picture has; of more, the rest is folded."""
_SMALLEST = 6
"""Decimal places of the smallest number that is not printed as 0."""
LABELS = {
    "aov": "average order value",
    "gmv": "sales (GMV)",
    "ltv": "contribution per head (ltv)",
    "acquired_ltv": "LTV of those acquired",
    "cac": "CAC",
    "ltv_cac_ratio": "LTV / CAC",
    "payback_days": "payback of CAC",
    "roi": "ROI",
    "campaign_roi": "ROI of campaigns",
    "order_days": "order-days",
    "optout_rate": "opt-out rate per 30 d",
    "channel_optout_rate": "channel opt-out rate per 30 d",
    "churn_rate": "churn rate per 30 d",
    "reactivation_rate": "reactivation rate per 30 d",
    "first_order_rate_7d": "first order within 7 d",
    "repurchase_rate_90d": "repurchase within 90 d",
    "reply_time_p90": "reply time, 90th percentile",
    "disputes_per_1000_orders": "disputes per 1000 orders",
}


def format_kpi(kpi: str) -> str:
    """A KPI's name in words."""
    return LABELS.get(kpi, kpi.replace("_", " "))


def format_amount(value: float | None, unit: str, currency: str, *, sign: bool = False) -> str:
    """A number with its unit; an en dash for a value that does not exist (None or nan).

    `unit` is a measure's: money (cents), share (fraction), time (days), anything else a plain number.
    """
    if value is None or math.isnan(value):
        return "–"
    plus = "+" if sign else ""
    if unit == "money":
        return f"{_plain(value / 100, plus, 2)} {currency}"
    if unit == "share":
        return format_share(value, sign=sign)
    if unit == "time":
        return _time(value, plus)
    return _plain(value, plus, 3)


def format_share(value: float, *, sign: bool = False) -> str:
    """A share in per cent, with three significant digits and no zeros behind them; an en dash for nan."""
    if math.isnan(value):
        return "–"
    percent = 100.0 * value
    rounded = percent if abs(percent) >= 100.0 else float(f"{percent:.3g}")
    return f"{_plain(rounded, '+' if sign else '', 3)} %"


def format_chance(value: float) -> str:
    """A chance, or a share of markets, runs or variance, in whole per cent; neither all nor none where it is not."""
    if 0.995 <= value < 1.0:
        return "over 99 %"
    return "under 1 %" if 0.0 < value < 0.005 else f"{100.0 * value:.0f} %"


def format_difference(value: float | None, unit: str, currency: str, *, sign: bool = True) -> str:
    """A difference of two numbers of a unit; shares in points, as per cent of a share would be something else."""
    if value is not None and unit == "count" and 0.0 < abs(value) < 1.0:
        return f"{value:{'+' if sign else ''}.3g}".replace("-", "−")
    text = format_amount(value, unit, currency, sign=sign)
    return text.replace(" %", " points") if unit == "share" else text


def format_count(count: int, name: str) -> str:
    """A count with its noun, in the plural where it is not 1."""
    return f"{count:,} {name}{'' if count == 1 else 's'}"


def format_list(words: Sequence[str], separator: str = ", ") -> str:
    """The first words of a list, and how many more there are."""
    more = len(words) - MOST_NAMED
    return separator.join(words[:MOST_NAMED]) + (f" and {more:,} more" if more > 0 else "")


def format_bytes(count: int) -> str:
    """Bytes in the unit that fits."""
    for unit, scale in (("GB", 1e9), ("MB", 1e6), ("kB", 1e3)):
        if count >= scale:
            return f"{_plain(count / scale, '', 1)} {unit}"
    return f"{count} B"


def _time(days: float, plus: str) -> str:
    size = abs(days)
    for scale, limit, name in ((86400.0, 1 / 720, "s"), (1440.0, 1 / 12, "min"), (24.0, 2.0, "h")):
        if 0 < size < limit:
            return f"{_plain(days * scale, plus, 1)} {name}"
    return f"{_plain(days, plus, 1)} d"


def _plain(value: float, plus: str, decimals: int) -> str:
    """At most `decimals` places, fewer for large numbers, a true minus sign, no negative zero."""
    if value == 0:
        return "0"
    if abs(value) < 10.0**-decimals:
        places = min(1 - math.floor(math.log10(abs(value))), _SMALLEST)
        text = f"{value:{plus}.{places}f}".rstrip("0").rstrip(".")
        return text.replace("-", "−") if text.strip("+-0") else "0"
    places = max(0, decimals - max(0, int(math.log10(abs(value)))))
    text = f"{value:{plus},.{places}f}"
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return text.replace("-", "−")
