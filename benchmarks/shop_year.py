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


def acquisition_cost(ledger: Ledger) -> float:
    """Cost of adding per contact that becomes a buyer, CNY."""
    return total(ledger, "acquisition_cost") / 100.0 / max(total(ledger, "first_orders"), 1.0)


def payback(ledger: Ledger) -> float:
    """Days in which a contact's mean contribution before the cost of adding pays for one added contact."""
    cost = total(ledger, "acquisition_cost") / max(total(ledger, "added"), 1.0)
    earned = measure(ledger, "contribution_profit").value + total(ledger, "acquisition_cost")
    return cost * total(ledger, "live") / earned if earned > 0.0 else float("inf")


def contribution_share(ledger: Ledger) -> float:
    """Contribution as a share of what is paid."""
    return measure(ledger, "contribution_profit").value / total(ledger, "paid")


def contribution_of_order(ledger: Ledger) -> float:
    """Contribution per order, CNY."""
    return measure(ledger, "contribution_profit").value / 100.0 / max(total(ledger, "orders"), 1.0)


def messages(ledger: Ledger) -> float:
    """Messages delivered to a contact in 30 days."""
    return 30.0 * total(ledger, "touches") / total(ledger, "live")


def drift_of_rate(ledger: Ledger) -> float:
    """Orders a contact-day in the last quarter of the year, relative to those of the first."""
    orders, live = (np.add.reduceat(ledger.series[name][:360], (0, 90, 180, 270)) for name in ("orders", "live"))
    return float(orders[3] / live[3] / (orders[0] / live[0]))


def stage_share(stage: str) -> Callable[[Ledger], float]:
    """Share of contacts in a stage at the end of the first day."""
    return lambda ledger: float(ledger.series[stage][0] / max(ledger.series["live"][0], 1))


FIGURES = (
    Figure("contacts on the last day", lambda ledger: float(ledger.series["live"][-1]), "{:,.0f}", ""),
    Figure("leads on day one", stage_share("lead"), "{:.0%}", ""),
    Figure("drifted on day one", stage_share("drifted"), "{:.0%}", ""),
    Figure("dormant", kpi("dormant_share"), "{:.0%}", ""),
    Figure("orders a contact-year", kpi("orders_per_contact_year"), "{:.2f}", "0.4 to 2 (004:102, 002:181)"),
    Figure("last quarter's to the first's", drift_of_rate, "{:.2f}", "about 1, season apart"),
    Figure("AOV, CNY", kpi("aov", 0.01), "{:.0f}", "80 to 90 in underwear (002:143)"),
    Figure("share of sales in campaigns", kpi("campaign_share"), "{:.0%}", "70 % (000:137)"),
    Figure(
        "first order in seven days", kpi("first_order_rate_7d"), "{:.1%}", "20 to 30 % (002:61); 7 % ever (000:183)"
    ),
    Figure("bought again in 90 days", kpi("repurchase_rate_90d"), "{:.0%}", "70 to 80 % (002:71)"),
    Figure("opting out, 30 days", kpi("optout_rate"), "{:.2%}", "rises with selling (001:164, 004:104)"),
    Figure("messages a contact, 30 days", messages, "{:.1f}", "4 in a group (WeCom)"),
    Figure("reply time, h", kpi("reply_time", 24.0), "{:.2f}", "most watched (002:139)"),
    Figure("given up waiting", kpi("abandoned_share"), "{:.0%}", ""),
    Figure("utilisation of the desk", kpi("desk_utilisation"), "{:.0%}", "50 to 75 % aimed at; 5 people (004:102)"),
    Figure("contribution, share of sales", contribution_share, "{:.0%}", "15 to 35 % aimed at"),
    Figure("contribution an order, CNY", contribution_of_order, "{:.0f}", "50 in the pool (004:102)"),
    Figure("CAC: cost of a new buyer, CNY", acquisition_cost, "{:.0f}", "4 to 6 an added contact (004:86)"),
    Figure("payback of an added contact, days", payback, "{:.0f}", "two to three months (004:88, [C])"),
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
