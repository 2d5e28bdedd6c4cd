"""Campaigns of the Complete Journey panel: orders of those written to, as they are and adjusted for who they were.

python -m benchmarks.targeting $REHEARSE_DATA/complete_journey
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
import pandas as pd

from calibration.trials.targeting import observed_lift
from sim.scenario.shop_history import PastMessage, ShopHistory


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, help="with orders.csv.gz and touches.csv.gz")
    history = panel(parser.parse_args().folder)
    print(f"{'window':>8} {'naive':>16} {'adjusted':>16} {'moved':>8}   observational: log of orders, standard error")
    for days in (7, 14, 28):
        found = observed_lift(history, days)
        naive, adjusted = (f"{a:+.3f} ± {b:.3f}" for a, b in
                           ((found.naive, found.naive_error), (found.adjusted, found.adjusted_error)))  # fmt: skip
        print(f"{days:>6} d {naive:>16} {adjusted:>16} {found.moved:>+8.3f}")


def panel(folder: Path) -> ShopHistory:
    """Order-days of the panel's households, and a message on the first day of each campaign that each was sent."""
    orders, touches = (pd.read_csv(folder / f"{name}.csv.gz") for name in ("orders", "touches"))
    start = pd.Timestamp(orders["order_date"].min()).normalize()
    orders["day"] = (pd.to_datetime(orders["order_date"]).dt.normalize() - start).dt.days
    touches["day"] = (pd.to_datetime(touches["start_date"]) - start).dt.days
    rows = orders[["customer_id", "day"]].drop_duplicates().sort_values(["customer_id", "day"])
    people = rows["customer_id"].unique()
    touches = touches[touches["customer_id"].isin(people) & (touches["day"] >= 0)]
    campaigns = touches[["campaign", "day"]].drop_duplicates().sort_values("day")
    size = people.size
    sent = np.zeros((len(campaigns), size), dtype=bool)
    place = {campaign: row for row, campaign in enumerate(campaigns["campaign"])}
    sent[touches["campaign"].map(place), np.searchsorted(people, touches["customer_id"])] = True
    begin = np.searchsorted(rows["customer_id"], np.append(people, people[-1] + 1))
    first = rows["day"].to_numpy()[begin[:-1]]
    days = int(rows["day"].max()) + 1
    return ShopHistory(
        start=start.date(), days=days, entered=(first + 1).astype(np.int32), lead=np.zeros(size, dtype=bool),
        deleted=np.full(size, days, dtype=np.int32), deletions_known=False, begin=begin.astype(np.int64),
        order_day=rows["day"].to_numpy().astype(np.int32), saving=np.zeros(len(rows)),
        messages=tuple(PastMessage(int(day), 0.5, str(campaign), "direct", "offer")
                       for campaign, day in zip(campaigns["campaign"], campaigns["day"], strict=True)), sent=sent,
    )  # fmt: skip


if __name__ == "__main__":
    main()
