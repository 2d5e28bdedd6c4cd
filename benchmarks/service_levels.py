"""What service is worth: orders and profit by desk, carrier and promise, at the medians and in plausible markets.

    python -m benchmarks.service_levels [--markets 20] [TABLE ...]

prints Markdown tables, which docs/how-to/what-service-is-worth.md quotes. All of them take some eight processor
minutes. Each line is compared with the line above or with the first one, on the same people and random numbers and in
the same plausible markets. *Before wages* is contribution profit without wages and seats of the desk, *after* is
contribution profit.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from benchmarks.service_tables import MORE, NUMBERS, SHOP_SIZE, SIZES, TABLES, ServiceTable, shop_of_size
from benchmarks.worlds import read_question
from scenarios import belief_table, place_point, with_draw
from sim import measure
from sim.engine import advance, close_run, open_run
from sim.scenario import Scenario
from sim.stages import OUT, Stage

SHOP = """
extends = "library:shop"
[strategy.service]
agents = 1
hours = "09:00-24:00"
parallel_chats = 1
auto_reply = true
[run]
horizon = "360 d"
cool_down = "0 d"
"""
REPLICATIONS = 2
"""Runs whose mean says what one more hour brings."""
Numbers = Mapping[str, float]
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Shop:
    """The scenario that all lines change, and the plausible markets; the first one, without numbers, is the medians."""

    scenario: Scenario
    markets: Sequence[Numbers]


@dataclass(frozen=True)
class Outcome:
    """What one run gives; money in CNY."""

    orders: float
    load: float
    """Utilisation, as if nobody gave up."""
    reply_hours: float
    abandoned: float
    lost: float
    trust: float
    """Mean felt trust, in (-1, 1), of the buyers at the end."""
    before_wages: float
    profit: float
    tickets: float
    """Questions and complaints that were opened, a day."""


def main() -> None:
    """Print the tables that are asked for; all of them without a name."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    known = (*TABLES, "break_even", "numbers")
    parser.add_argument("tables", nargs="*", metavar="TABLE", help=f"of {', '.join(known)}")
    parser.add_argument("--markets", type=int, help="plausible markets; by default as many as the table says")
    asked = parser.parse_args()
    if unknown := sorted(set(asked.tables) - set(known)):
        sys.exit(f"no table {', '.join(unknown)}; there are {', '.join(known)}")
    for name in asked.tables or known:
        started, table = time.process_time(), TABLES.get(name)
        shop = read_shop(asked.markets or (table.markets if table else 1))
        if table is not None:
            print("\n".join(table_lines(shop, table)))
        else:
            print("\n".join(break_even(shop) if name == "break_even" else number_lines(shop)))
        print(f"\n({time.process_time() - started:.0f} s of processor time)\n", flush=True)


def read_shop(markets: int) -> Shop:
    """The shop with so many plausible markets beside the medians."""
    question = read_question(SHOP)
    (scenario,) = question.arms.values()
    draws = belief_table(question, markets).to_dict("records") if markets > 1 else []
    return Shop(scenario, [{}, *({str(path): float(value) for path, value in row.items()} for row in draws)])


def outcomes(shop: Shop, changes: Mapping[str, Any], markets: Sequence[Numbers], replication: int = 0) -> list[Outcome]:
    """One run in each of these markets."""
    point = place_point(shop.scenario, {**shop_of_size(SHOP_SIZE), **changes})
    return [outcome(with_draw(point, changes, market), replication) for market in markets]


def outcome(scenario: Scenario, replication: int) -> Outcome:
    """One run."""
    opened = open_run(scenario, 0, replication)
    try:
        advance(opened, scenario.run.days)
        population = opened.state.population
        stage, trust = (population.column(name)[: population.size] for name in ("stage", "trust"))
        buyers = (stage > Stage.LEAD) & (stage < OUT)
        felt = float((trust / (1.0 + np.abs(trust)))[buyers].mean())
    finally:
        opened.state.threads.close()
    ledger = close_run(opened)
    names = ("desk_utilisation", "reply_time", "abandoned_share", "lost_purchase_share", "wages", "contribution_profit")
    use, reply, abandoned, lost, wages, profit = (measure(ledger, name).value for name in names)
    tickets = float((ledger.series["questions"] + ledger.series["complaints"]).mean())
    orders = float(ledger.series["orders"].sum())
    load = use / max(1.0 - abandoned, 1e-9)
    return Outcome(orders, load, 24.0 * reply, abandoned, lost, felt, (profit + wages) / 100.0, profit / 100.0, tickets)


def table_lines(shop: Shop, table: ServiceTable) -> list[str]:
    """A table in Markdown."""
    head = ("orders", "load", "reply", "given up", "lost", "trust", "before wages", "after")
    against = ("orders", "before wages", "after", "standard error", "more before in", "after in")
    rows, others = [[table.of, *head, *against]], len(shop.markets) - 1
    rows.append(["---"] + ["---:"] * (len(head) + len(against)))
    known: dict[str, list[Outcome]] = {}
    for line in table.lines:
        found = known[line.name] = outcomes(shop, line.changes, shop.markets)
        cells = [line.name, *outcome_cells(found[0])]
        if line.against:
            cells += difference_cells(found[1:], known[line.against][1:], others) if others else []
        rows.append(cells + [""] * (len(rows[0]) - len(cells)))
    reference = "" if not others else f" Differences: {table.reference}, median of {others} plausible markets."
    return [f"**{table.title}.**{reference}", "", *(f"| {' | '.join(row)} |" for row in rows)]


def outcome_cells(one: Outcome) -> list[str]:
    """The cells of a run at the medians."""
    reply = "" if np.isnan(one.reply_hours) or one.abandoned > 0.99 else duration(one.reply_hours)
    use = "" if np.isnan(one.load) or one.load > 9.0 else f"{one.load:.0%}"
    shares = [f"{one.abandoned:.0%}", f"{one.lost:.1%}"]
    return [f"{one.orders:,.0f}", use, reply, *shares, f"{one.trust:+.3f}", *map(money, (one.before_wages, one.profit))]


def difference_cells(here: Sequence[Outcome], there: Sequence[Outcome], markets: int) -> list[str]:
    """What a line has more than its reference: medians over markets, and the standard error of the mean profit."""
    orders = np.median([a.orders / b.orders - 1.0 for a, b in zip(here, there, strict=True)])
    before = np.array([a.before_wages - b.before_wages for a, b in zip(here, there, strict=True)])
    profit = np.array([a.profit - b.profit for a, b in zip(here, there, strict=True)])
    error = profit.std(ddof=1) / np.sqrt(markets) if markets > 1 else float("nan")
    cells = [f"{orders:+.1%}", f"{np.median(before):+,.0f}", f"{np.median(profit):+,.0f}", f"{error:,.0f}"]
    return [*cells, f"{int((before > 0.0).sum())}", f"{int((profit > 0.0).sum())} of {markets}"]


def duration(hours: float) -> str:
    """A time in the unit that suits it."""
    if hours < 2.0:
        return f"{60.0 * hours:.1f} min" if hours < 0.2 else f"{60.0 * hours:.0f} min"
    return f"{hours:.1f} h" if hours < 48.0 else f"{hours / 24.0:.1f} d"


def money(value: float) -> str:
    """CNY, to the nearest one."""
    return f"{value:,.0f}"


def break_even(shop: Shop) -> list[str]:
    """What one more hour of an agent brings before wages, by contacts, at the medians; and where it pays."""
    wage = shop.scenario.market.money.wage / 2400.0
    rows = [["one more", *(f"{contacts:,}" for contacts in SIZES), "pays from contacts", "tickets a day"]]
    rows.append(["---"] + ["---:"] * (len(SIZES) + 2))
    for name, (less, more, length) in MORE.items():
        gains, tickets = np.empty(len(SIZES)), np.empty(len(SIZES))
        for k, contacts in enumerate(SIZES):
            gains[k], tickets[k] = gain_an_hour(
                shop, {**shop_of_size(contacts), **less}, {**shop_of_size(contacts), **more}, length
            )
        rows.append([name, *(f"{gain:+.0f}" for gain in gains), *crossing_cells(gains - wage, tickets)])
    title = f"**CNY before wages that an hour of an agent adds, by contacts, at the medians** (wage {wage:.0f})."
    return [title, "", *(f"| {' | '.join(row)} |" for row in rows)]


def gain_an_hour(shop: Shop, less: Mapping[str, Any], more: Mapping[str, Any], length: float) -> tuple[float, float]:
    """Contribution before wages that each of `length` hours a day adds, CNY, and the tickets a day without them."""
    gains, tickets = [], []
    for replication in range(REPLICATIONS):
        (before,), (after,) = (outcomes(shop, changes, [{}], replication) for changes in (less, more))
        gains.append((after.before_wages - before.before_wages) / (length * shop.scenario.run.days))
        tickets.append(before.tickets)
    return float(np.mean(gains)), float(np.mean(tickets))


def number_lines(shop: Shop) -> list[str]:
    """What more service brings at the medians but for one market number, from nothing to absurd."""
    lines = []
    for title, pairs in NUMBERS.items():
        lines += [f"**What more service brings, by a market number: {title}** (4,000 contacts, days and shares).", ""]
        lines += [
            "| number | orders, less | more | change | before wages | after |",
            "| --- | ---: | ---: | ---: | ---: | ---: |",
        ]
        for name, less, more in pairs:
            (a,), (b,) = outcomes(shop, less, [{}]), outcomes(shop, more, [{}])
            cells = [f"{a.orders:,.0f}", f"{b.orders:,.0f}", f"{b.orders / a.orders - 1.0:+.1%}"]
            cells += [f"{b.before_wages - a.before_wages:+,.0f}", f"{b.profit - a.profit:+,.0f}"]
            lines.append(f"| {' | '.join([f'`{name}`', *cells])} |")
        lines.append("")
    return lines


def crossing_cells(surplus: Floats, tickets: Floats) -> list[str]:
    """Contacts and tickets a day from which on an hour brings more than it costs: between sizes, by logarithms."""
    if surplus[-1] < 0.0:
        return [f"more than {SIZES[-1]:,}", ""]
    if np.all(surplus >= 0.0):
        return [f"less than {SIZES[0]:,}", ""]
    k = int(np.flatnonzero(surplus < 0.0)[-1])
    part = surplus[k] / (surplus[k] - surplus[k + 1])
    contacts, a_day = (
        np.exp((1.0 - part) * np.log(v[k]) + part * np.log(v[k + 1])) for v in (np.array(SIZES), tickets)
    )
    return [f"{contacts:,.0f}", f"{a_day:.0f}"]


if __name__ == "__main__":
    main()
