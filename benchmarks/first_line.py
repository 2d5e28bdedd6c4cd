"""What a bot that takes questions first is worth: orders and profit by what it solves, how it annoys, and who is there.

Run by `python -m benchmarks.first_line` (some minutes). The first tables have the medians, for a small shop and a
larger one, and count plausible markets in which a plan has more profit than the first; the others have the medians.
"""

from __future__ import annotations

from typing import Any

from rich.console import Console
from rich.table import Table

from benchmarks.worlds import one_agent_shop, plausible_markets
from scenarios import place_point, with_draw
from sim import measure, run
from sim.scenario import Scenario

MARKETS = 6
SERVICE = 'hours = "09:00-24:00"\nparallel_chats = 1\nauto_reply = true'
AGENTS, HOURS, BOT = (f"strategy.service.{name}" for name in ("agents", "hours", "bot"))
PEOPLE = "market.start_with"
SOLVES, ANNOYS, WORTH = (f"market.service.bot.{name}" for name in ("solves", "annoyance", "worth"))
PLANS: dict[str, dict[str, Any]] = {
    "one agent, 9 to 24": {},
    "the same and a bot": {BOT: True},
    "9 to 18 and a bot": {HOURS: (9 / 24, 18 / 24), BOT: True},
    "a bot alone": {AGENTS: 0, BOT: True},
    "nobody": {AGENTS: 0},
}
SHARES, TIMES = (0.0, 0.15, 0.4, 0.7, 1.0), (0.0, 0.3, 1.0, 3.0, 10.0)


def main() -> None:
    """Print the tables."""
    question = one_agent_shop(SERVICE)
    (shop,) = question.arms.values()
    markets = [{}, *plausible_markets(question, MARKETS)]
    for customers in (4_000, 20_000):
        print_plans(place_point(shop, {PEOPLE: customers}), customers, markets)
    curve = Table("orders / profit, by annoyance", *(f"solves {share:.0%}" for share in SHARES))
    for size in TIMES:
        cells = [kpis(place_point(shop, {BOT: True, SOLVES: share, ANNOYS: size})) for share in SHARES]
        curve.add_row(f"x {size:g}", *(f"{one['orders']:.0f} / {money(one)}" for one in cells))
    Console().print(curve)
    worths = [kpis(place_point(shop, {BOT: True, WORTH: worth})) for worth in SHARES]
    worth_table = Table("orders / profit", *(f"worth {worth:.0%}" for worth in SHARES))
    worth_table.add_row("medians else", *(f"{one['orders']:.0f} / {money(one)}" for one in worths))
    Console().print(worth_table)


def print_plans(shop: Scenario, customers: int, markets: list[dict[str, Any]]) -> None:
    """Each plan at the medians, the first of `markets`, and in the others."""
    title, first = f"{customers:,} customers", list[float]()
    table = Table(
        "", "orders", "profit, CNY", "answered by it", "lost purchases", "given up", "more profit", title=title
    )
    for name, changes in PLANS.items():
        found = [kpis(with_draw(place_point(shop, changes), changes, market)) for market in markets]
        profits = [one["contribution_profit"] for one in found]
        first = first or profits
        better = sum(a > b for a, b in zip(profits[1:], first[1:], strict=True))
        shares = (f"{found[0][kpi]:.1%}" for kpi in ("bot_share", "lost_purchase_share", "abandoned_share"))
        table.add_row(name, f"{found[0]['orders']:.0f}", money(found[0]), *shares, f"{better} of {MARKETS}")
    Console().print(table)


def money(found: dict[str, float]) -> str:
    """Profit in whole CNY."""
    return f"{found['contribution_profit'] / 100.0:.0f}"


def kpis(scenario: Scenario) -> dict[str, float]:
    """The KPIs of one run."""
    ledger = run(scenario)
    names = ("contribution_profit", "bot_share", "lost_purchase_share", "abandoned_share")
    return {"orders": float(ledger.series["orders"].sum())} | {name: measure(ledger, name).value for name in names}


if __name__ == "__main__":
    main()
