"""A year of the shipped shop, and of the low-price pool, beside the figures that practitioners state.

Run by `python -m benchmarks.shop_year`; `shop` or `pool` for one of them, `--markets 10` for the median and the range
of so many plausible markets in the place of the medians of all numbers.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from scenarios import belief_table, load, with_values
from sim import Ledger, measure, run


@dataclass(frozen=True)
class Figure:
    """One line: how a ledger gives it, how it is shown, and what is stated about it, with file and line."""

    name: str
    of: Callable[[Ledger], float]
    shown: str
    stated: str


def kpi(name: str, factor: float = 1.0) -> Callable[[Ledger], float]:
    """A KPI of the ledger."""
    return lambda ledger: factor * measure(ledger, name).value


def total(ledger: Ledger, *accounts: str) -> float:
    """Sum of accounts over the measured days."""
    first, last = ledger.window
    return float(sum(ledger.series[account][first:last].sum() for account in accounts))


def contribution_of_order(ledger: Ledger) -> float:
    """Contribution per order, CNY."""
    return measure(ledger, "contribution_profit").value / 100.0 / max(total(ledger, "orders"), 1.0)


def left_of_order(ledger: Ledger) -> float:
    """What an order leaves before staff, software and adding, CNY."""
    before = total(ledger, "wages", "seats", "software", "bot_cost", "acquisition_cost")
    return contribution_of_order(ledger) + before / 100.0 / max(total(ledger, "orders"), 1.0)


def cost_of_adding(ledger: Ledger) -> float:
    """Cost of one added contact, CNY."""
    return total(ledger, "acquisition_cost") / 100.0 / max(total(ledger, "added"), 1.0)


def messages(ledger: Ledger) -> float:
    """Messages delivered to a contact in 30 days."""
    return 30.0 * total(ledger, "touches") / total(ledger, "live")


def drift_of_rate(ledger: Ledger) -> float:
    """Orders a contact-day in the last quarter of the year, relative to those of the first."""
    orders, live = (np.add.reduceat(ledger.series[name][:360], (0, 90, 180, 270)) for name in ("orders", "live"))
    return float(orders[3] / live[3] / (orders[0] / live[0]))


def stage_share(*stages: str) -> Callable[[Ledger], float]:
    """Share of contacts in these stages at the end of the first day."""
    return lambda ledger: float(sum(ledger.series[stage][0] for stage in stages) / max(ledger.series["live"][0], 1))


FIGURES = (
    Figure(
        "contacts on the last day",
        lambda ledger: float(ledger.series["live"][-1]),
        "{:,.0f}",
        "20,000 and 300,000 on day one",
    ),
    Figure("leads on day one", stage_share("lead"), "{:.0%}", ""),
    Figure("first buyers and repeaters on day one", stage_share("first_buyer", "repeater"), "{:.0%}", ""),
    Figure("drifted on day one", stage_share("drifted"), "{:.0%}", ""),
    Figure("dormant on day one", stage_share("dormant"), "{:.0%}", ""),
    Figure("orders a contact-year", kpi("orders_per_contact_year"), "{:.2f}", "0.5 (004:102), 0.5 to 2 (002:181)"),
    Figure(
        "orders, last quarter to the first",
        drift_of_rate,
        "{:.2f}",
        "1.25 by the months of the shop's market file alone",
    ),
    Figure("AOV, CNY", kpi("aov", 0.01), "{:.0f}", "80 to 90, underwear (002:143)"),
    Figure("share of sales in campaigns", kpi("campaign_share"), "{:.0%}", "70 % (000:137)"),
    Figure(
        "first order in seven days", kpi("first_order_rate_7d"), "{:.1%}", "20 to 30 % (002:61); 7 % ever (000:183)"
    ),
    Figure("bought again in 90 days", kpi("repurchase_rate_90d"), "{:.0%}", "70 to 80 %, no window (002:71)"),
    Figure("opting out, 30 days", kpi("optout_rate"), "{:.2%}", "no number; more with selling (001:164, 004:104)"),
    Figure("messages a contact, 30 days", messages, "{:.1f}", ""),
    Figure("reply time, nights included, h", kpi("reply_time", 24.0), "{:.2f}", "no number; most watched (002:139)"),
    Figure("questions given up", kpi("abandoned_share"), "{:.0%}", ""),
    Figure(
        "utilisation of staff hours, one chat at a time",
        kpi("desk_utilisation"),
        "{:.0%}",
        "five people are enough (004:102)",
    ),
    Figure("contribution, share of what is paid", kpi("contribution_share"), "{:.0%}", ""),
    Figure("contribution an order, CNY", contribution_of_order, "{:.0f}", ""),
    Figure("the same before staff, software and adding", left_of_order, "{:.0f}", "50 (004:102)"),
    Figure("cost of an added contact, CNY", cost_of_adding, "{:.1f}", "4 to 6 (004:86)"),
    Figure("CAC: cost of an added contact who buys, CNY", kpi("cac", 0.01), "{:.0f}", ""),
    Figure("LTV of one, up to the year's end, CNY", kpi("acquired_ltv", 0.01), "{:.0f}", ""),
    Figure(
        "payback of an added contact, days",
        kpi("payback_days"),
        "{:.0f}",
        "60 to 90, by 0.5 orders a year of 50 CNY (004:86, 102)",
    ),
)
SHOPS = {"shop": "library:shop", "pool": "library:pool"}


def main() -> None:
    """Print the table."""
    options = argparse.ArgumentParser(prog="python -m benchmarks.shop_year", description="A year beside the seeds.")
    options.add_argument("shops", nargs="*", metavar="SHOP", help="which; all by default")
    options.add_argument("--markets", type=int, default=0, help="plausible markets; 0: the medians of all numbers")
    asked = options.parse_args()
    names = asked.shops or list(SHOPS)
    columns = [column(SHOPS[name], asked.markets) for name in names]
    print("\n".join(table(names, columns)))


def column(name: str, markets: int) -> list[str]:
    """The cells of one shop."""
    question = load(name)
    (scenario,) = question.arms.values()
    if not markets:
        ledger = run(scenario, threads=None)
        return [figure.shown.format(figure.of(ledger)) for figure in FIGURES]
    rows = belief_table(question, markets).to_dict("records")
    worlds = [with_values(scenario, {str(path): float(value) for path, value in row.items()}) for row in rows]
    ledgers = [run(world, draw, threads=None) for draw, world in enumerate(worlds)]
    return [cells([figure.of(ledger) for ledger in ledgers], figure.shown) for figure in FIGURES]


def cells(values: list[float], shown: str) -> str:
    """Median, and the 10th and 90th percentile."""
    low, middle, high = np.nanquantile(np.array(values), (0.1, 0.5, 0.9))
    return f"{shown.format(middle)} ({shown.format(low)} to {shown.format(high)})"


def table(names: list[str], columns: list[list[str]]) -> list[str]:
    """The table in Markdown."""
    head = ["", *names, "stated (seed file:line)"]
    rows = [head, ["---", *["---:"] * len(names), "---"]]
    rows += [[figure.name, *(one[place] for one in columns), figure.stated] for place, figure in enumerate(FIGURES)]
    return [f"| {' | '.join(row)} |" for row in rows]


if __name__ == "__main__":
    main()
