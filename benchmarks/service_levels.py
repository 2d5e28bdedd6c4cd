"""What service is worth: profit and orders by desk, carrier and promise, at the medians and in plausible markets.

Run by `python -m benchmarks.service_levels` (some minutes). Each line is compared with the one that
is first in its table, on the same people and random numbers; `better` counts plausible markets with more profit.
"""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from scenarios import belief_table, load, place_point, with_draw
from sim import measure, run
from sim.scenario import Scenario

MARKETS = 6
SHOP = """
extends = "library:shop"
[market]
start_with = 4000
[strategy.acquisition]
store_orders.off = true
[strategy.service]
agents = 1
parallel_chats = 2
[run]
horizon = "360 d"
cool_down = "0 d"
"""
DESK, CARRIER, PROMISE = ("strategy.service.hours", "strategy.delivery.carrier", "strategy.delivery.promise")
TABLES: dict[str, list[tuple[str, dict[str, Any]]]] = {
    "hours of the desk": [
        (f"{length:g} h a day", {DESK: (0.5, 0.5 + length / 24.0)}) for length in (12.0, 4.0, 2.0, 1.0, 0.25)
    ],
    "promise, days, standard carrier": [
        (f"{days:g}", {PROMISE: days}) for days in (4.0, 0.5, 1.0, 2.0, 3.0, 6.0, 10.0, 20.0, 60.0)
    ],
    "carrier and promise": [
        ("standard, 4 d", {}),
        ("standard, 3 d", {PROMISE: 3.0}),
        *((f"fast, {days:g} d", {CARRIER: "fast", PROMISE: days}) for days in (4.0, 2.0, 1.5, 1.0)),
    ],
}


def main() -> None:
    """Print the tables."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "shop.toml"
        path.write_text(SHOP, encoding="utf-8")
        question = load(path)
    (shop,) = question.arms.values()
    numbers = [{}, *(belief_table(question, MARKETS).to_dict("records"))]
    for title, lines in TABLES.items():
        table = Table("", "orders", "profit, CNY", "lost purchases", "given up", "better", title=title)
        first: list[float] = []
        for name, changes in lines:
            values = [kpis(with_draw(place_point(shop, changes), changes, market)) for market in numbers]
            profits = [value["contribution_profit"] for value in values]
            first = first or profits
            median = values[0]
            better = sum(a > b for a, b in zip(profits[1:], first[1:], strict=True))
            table.add_row(
                name,
                f"{median['orders']:.0f}",
                f"{median['contribution_profit'] / 100.0:.0f}",
                f"{median['lost_purchase_share']:.1%}",
                f"{median['abandoned_share']:.1%}",
                f"{better} of {MARKETS}",
            )
        Console().print(table)


def kpis(scenario: Scenario) -> dict[str, float]:
    """The KPIs of one run."""
    ledger = run(scenario)
    names = ("contribution_profit", "lost_purchase_share", "abandoned_share")
    return {"orders": float(ledger.series["orders"].sum())} | {name: measure(ledger, name).value for name in names}


if __name__ == "__main__":
    main()
