"""Selling on the first day, claiming more than is given, and campaigns more often, each from none to very much.

    python -m benchmarks.lazy_curves --push       first orders, orders, contacts who deleted and contribution by push,
                                                  at the medians and with one number at its 5th and 95th percentile
    python -m benchmarks.lazy_curves --claims     contribution by what is claimed and what is given, by length of run
    python -m benchmarks.lazy_curves --rhythm     orders, contacts who deleted and contribution by days between two
                                                  campaigns, with and without the channel's limit of mass sending
    python -m benchmarks.lazy_curves --push --people 4000 --replications 2

The library's shop with one thing changed; figures are for each contact of day one, contribution in CNY.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from experiments.assumptions.small_shop import SmallShop, small_shop
from scenarios import Question, load
from sim import run
from sim.output.measures import measure
from sim.scenario import Offer, Rhythm, Scenario, Strategy, Welcome

PUSHES = (0.0, 0.25, 0.5, 0.75, 1.0)
LEAD_NUMBERS = ("push_lift", "push_trust", "welcome_trust", "trust_gate", "push_optout", "late_constant")
CLAIMS = (0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9)
GIVEN = (0.0, 0.1, 0.3)
DAYS = (90, 365, 1095)
GAPS = (90, 60, 30, 15, 10, 7, 5, 3, 2, 1)
"""Days from the first day of one campaign to the first of the next."""
DEPTHS = (0.02, 0.15)


def shop_of(question: Question, days: int, people: int) -> SmallShop:
    """The first arm over so many days, with so many people, and agents and sources that cost as much per person."""
    shop = next(iter(question.arms.values()))
    return small_shop(replace(shop, run=replace(shop.run, horizon=days)), days, people)


def outcomes(shop: Scenario, strategies: Sequence[Strategy], replications: int) -> pd.DataFrame:
    """One row for each strategy, over each contact of day one, in the mean over replications."""
    rows = []
    for strategy in strategies:
        found = []
        for replication in range(replications):
            ledger = run(replace(shop, strategy=strategy), 0, replication, threads=1)
            people, series = max(ledger.start_contacts, 1), ledger.series
            week = measure(ledger, "first_order_rate_7d").value
            sums = [float(np.sum(series[name])) / people for name in ("first_orders", "orders", "optouts")]
            found.append([week, *sums, measure(ledger, "contribution_profit").value / people / 100.0])
        rows.append(np.mean(found, axis=0))
    return pd.DataFrame(rows, columns=["first in 7 days", "first orders", "orders", "deleted", "contribution"])


def push_table(shop: Scenario, replications: int) -> pd.DataFrame:
    """Rows by push."""
    strategies = [replace(shop.strategy, welcome=Welcome(push=push)) for push in PUSHES]
    return outcomes(shop, strategies, replications).set_axis([f"push {push:g}" for push in PUSHES])


def push_tables(question: Question, people: int, replications: int) -> None:
    """Print the table at the medians, and contribution by push with one number at either end."""
    shop = shop_of(question, 360, people)
    print(f"\nAt the medians\n{push_table(shop.in_market({}), replications).round(3).to_string()}", flush=True)
    rows = {}
    for name in LEAD_NUMBERS:
        path = f"market.lead.{name}"
        for end in ("p5", "p95"):
            held = shop.in_market({path: float(getattr(question.beliefs[path], end))})
            rows[f"{name} {end}"] = push_table(held, replications).contribution
    table = pd.DataFrame(rows).T
    table["best"] = table.idxmax(axis=1)
    print(f"\nContribution with one number at either end\n{table.round(2).to_string()}", flush=True)


def claims_tables(question: Question, people: int, replications: int) -> None:
    """Print contribution over the honest offer of the same depth, by what is claimed, for each length of the run."""
    for days in DAYS:
        shop = shop_of(question, days, people).in_market({})
        sale = next(iter(shop.strategy.campaigns.values()))
        rows = {}
        for given in GIVEN:
            offers = [Offer.percent(given, claimed=claim if claim > given else None) for claim in CLAIMS]
            plans = [replace(shop.strategy, campaigns={"rhythm": replace(sale, offer=offer)}) for offer in offers]
            earned = outcomes(shop, plans, replications).contribution.to_numpy()
            rows[f"given {given:.0%}"] = [earned[0], *(earned[1:] - earned[0])]
        columns = ["honest", *(f"claimed {claim:.0%}" for claim in CLAIMS[1:])]
        table = pd.DataFrame.from_dict(rows, orient="index", columns=columns)
        title = f"{days} days: contribution of the honest offer, and how much a claim adds"
        print(f"\n{title}\n{table.round(2).to_string()}", flush=True)


def rhythm_tables(question: Question, people: int, replications: int) -> None:
    """Print outcomes by days between two campaigns: each lasts as today, or until the next where that comes first."""
    limited = shop_of(question, 360, people).in_market({})
    sale = next(iter(limited.strategy.campaigns.values()))
    channel = replace(limited.market.media[sale.channel], limit_per_day=None, limit_per_30d=None)
    free = replace(limited, market=replace(limited.market, media={**limited.market.media, sale.channel: channel}))
    for shop, of_channel in ((limited, "the channel's limits"), (free, "no limit of mass sending")):
        for depth in DEPTHS:
            sales = [
                replace(sale, offer=Offer.percent(depth), every=Rhythm(gap), lasts=min(gap, sale.lasts)) for gap in GAPS
            ]
            campaigns = [{}, *({"rhythm": one} for one in sales)]
            plans = [replace(shop.strategy, campaigns=held) for held in campaigns]
            table = outcomes(shop, plans, replications).drop(columns=["first in 7 days", "first orders"])
            table = table.set_axis(["never", *(f"every {gap} d" for gap in GAPS)])
            print(f"\n{depth:.0%} off, {of_channel}\n{table.round(2).to_string()}", flush=True)


def main() -> None:
    """Read the command line and print the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--push", action="store_true")
    parser.add_argument("--claims", action="store_true")
    parser.add_argument("--rhythm", action="store_true")
    parser.add_argument("--people", type=int, default=2000)
    parser.add_argument("--replications", type=int, default=1)
    options = parser.parse_args()
    began, question = time.process_time(), load("library:shop")
    if options.rhythm:
        rhythm_tables(question, options.people, options.replications)
    if options.push or not (options.claims or options.rhythm):
        push_tables(question, options.people, options.replications)
    if options.claims:
        claims_tables(question, options.people, options.replications)
    print(f"\n{time.process_time() - began:.0f} CPU s")


if __name__ == "__main__":
    main()
