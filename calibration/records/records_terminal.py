"""Records for a terminal: how their files were read, and their figures."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from calibration.records.shop_records import ShopRecords


def records_text(result: Mapping[str, Any], records: ShopRecords) -> list[str]:
    """One line for each file, each note and each figure. result: the `records` of the machine-readable answer."""
    lines = []
    for report in records.reports:
        columns = ", ".join(f"{kind} = {name}" for kind, name in report.columns.items())
        lines.append(f"{report.what}: {report.file}, {report.rows:,} rows ({columns})")
    lines += [f"note: {note}" for note in records.notes]
    if result["leads_without_an_order"]:
        lines.append(f"leads without an order: {result['leads_without_an_order']:,} of {result['people']:,} people")
    if "touches" in result:
        one = result["touches"]
        channels = ", ".join(f"{name} {count:,}" for name, count in one["by_channel"].items())
        reached = f"{one['people']:,} of {result['people']:,} people ({one['people'] / result['people']:.0%})"
        lines.append(f"messages: {one['sent']:,} to {reached} on {one['days']} days; {channels}")
    for one in result.get("campaigns", ()):
        depth = "" if one["median_depth"] is None else f", median depth {one['median_depth']:.1%}"
        kind = f" of {one['type']}" if one["type"] else ""
        held = f"{one['campaigns']}, held by {one['people']:,} people on {one['days']} days"
        lines.append(f"campaigns{kind} ({one['use']}): {held}{depth}")
    if result.get("redemption", {}).get("share") is not None:
        one = result["redemption"]
        lines.append(
            f"coupons: {one['used_it']:,} of {one['orders_under_a_coupon']:,} orders under a coupon used one "
            f"({one['share']:.1%})"
        )
    if "tickets" in result:
        one = result["tickets"]
        kinds = ", ".join(f"{name} {count:,}" for name, count in one["by_kind"].items())
        lines.append(f"tickets: {kinds}, of {one['people']:,} people; {one['unresolved']:,} without an end")
    return lines
