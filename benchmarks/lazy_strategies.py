"""Strategies that cost no thought, beside doing nothing and going on as today: does one win for a bad reason?

    python -m benchmarks.lazy_strategies                 the library's shop at its medians
    python -m benchmarks.lazy_strategies --corners       and with one number of the market at its 5th or 95th percentile
    python -m benchmarks.lazy_strategies --people 2000 --replications 1
    python -m benchmarks.lazy_strategies --shop FILE     the first arm of a question, as of a calibrated market

A strategy here is that shop with one thing changed: tokens instead of offers, offers that nobody can use,
promises and claims that are not kept, no answers, no messages. Money is in CNY for each contact of day one, over all
measured days.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta

import numpy as np
import pandas as pd

from benchmarks.response_tables import NUMBERS
from scenarios import Question, load
from sim import run
from sim.output.measures import measure
from sim.scenario import Campaign, Offer, Outreach, Rhythm, Scenario, Service, Strategy, Welcome

COLUMNS = ("contribution_profit", "orders", "optouts")
CORNERS = (
    *NUMBERS,
    "market.offers.reference",
    "market.offers.waiting_depth",
    "market.offers.disappointed",
    "market.trust.honesty",
    "market.trust.promotion",
    "market.delivery.days_effect",
    "market.service.purchase.unaided",
)
"""Numbers that the corners move, one at a time."""


def lazy_strategies(shop: Scenario) -> dict[str, Strategy]:
    """Strategies by name; all but the first two differ from the second in one thing."""
    today = shop.strategy
    sale = next(iter(today.campaigns.values()))
    basket = shop.market.spend.mean

    def selling(offer: Offer, **changes: object) -> Strategy:
        return replace(today, campaigns={"rhythm": replace(sale, offer=offer, **changes)})  # type: ignore[arg-type]

    daily = {
        "every": Rhythm(1.0),
        "lasts": 1.0,
        "first": shop.run.start + timedelta(days=1),
        "phases": (),
        "content": (),
    }
    silent = Campaign(Offer.percent(0.01), "channels_video", every=Rhythm(1.0))
    posts = {"posts": Outreach("moments", content="value", every=Rhythm(1.0))}
    quiet = replace(today, outreach={}, campaigns={}, welcome=None)
    return {
        "do nothing": replace(quiet, acquisition={}),
        "as today": today,
        "never send anything": quiet,
        "no campaigns": replace(today, campaigns={}),
        "no care": replace(today, outreach={}),
        "no acquisition": replace(today, acquisition={}),
        "answer nobody": replace(today, service=Service(agents=0)),
        "answer nobody, and say so": replace(today, service=Service(agents=0, auto_reply=True)),
        "answer nobody but by a bot": replace(today, service=Service(agents=0, bot=True)),
        "refund every complaint at once": replace(today, service=replace(today.service, refund_within=0.01)),
        "refund no complaint, apologise": replace(today, service=replace(today.service, apology=True)),
        "promise a day": replace(today, delivery=replace(today.delivery, promise=1.0)),
        "promise a month": replace(today, delivery=replace(today.delivery, promise=30.0)),
        "promise nothing": replace(today, delivery=replace(today.delivery, promise=None)),
        "1 % off": selling(Offer.percent(0.01)),
        "1 % off every day": selling(Offer.percent(0.01), **daily),
        "1 % off every day, in the videos": replace(today, campaigns={"token": silent}),
        "15 % off every day": selling(sale.offer, **daily),
        "90 % off": selling(Offer.percent(0.9)),
        "announce always, discount never": selling(Offer.percent(0.0), announce=7),
        "announce 15 %": selling(sale.offer, announce=7),
        "announce a threshold at 10 baskets": selling(Offer.threshold([(10 * basket, 5 * basket)]), announce=7),
        "claim 50 %, give 1 %": selling(Offer.percent(0.01, claimed=0.5)),
        "claim 50 %, give nothing": selling(Offer.percent(0.0, claimed=0.5)),
        "lottery of 1 fen": selling(Offer.lottery([(1.0, 1)])),
        "lottery of 20 baskets, chance .75 %": selling(Offer.lottery([(0.0075, 20 * basket)])),
        "15 %, a budget of 1 CNY": selling(sale.offer, budget=100),
        "90 %, a budget of 1 CNY": selling(Offer.percent(0.9), budget=100),
        "flash of 90 %, one piece": selling(Offer.flash(0.9, stock=1)),
        "threshold at 10 baskets": selling(Offer.threshold([(10 * basket, 5 * basket)])),
        "gift worth nothing": selling(Offer.gift(1, 0.0)),
        "gift of 15 % that suits": selling(Offer.gift(round(0.15 * basket), 1.0)),
        "booking of 1 fen, sent in a year": selling(Offer.prebook(1, 365.0)),
        "booking of 15 %, sent in 300 days": selling(Offer.prebook(round(0.15 * basket), 300.0)),
        "trial for nothing": selling(Offer.trial(0, round(0.15 * basket))),
        "welcome by pure selling": replace(today, welcome=Welcome(push=1.0)),
        "daily posts in the friends' feed": replace(today, outreach=posts | dict(today.outreach)),
        "left out: 99 %": selling(sale.offer, holdout=0.99),
    }


def lazy_table(shop: Scenario, replications: int) -> pd.DataFrame:
    """Rows by strategy: contribution a contact, over that of today, orders and opting out of contacts of day one."""
    rows = {}
    for name, strategy in lazy_strategies(shop).items():
        found = []
        for replication in range(replications):
            ledger = run(replace(shop, strategy=strategy), 0, replication, threads=1)
            people = max(ledger.start_contacts, 1)
            kpis = [measure(ledger, one).value / people for one in COLUMNS[:2]]
            found.append((kpis[0] / 100.0, kpis[1], float(np.sum(ledger.series["optouts"])) / people))
        rows[name] = dict(zip(("contribution", "orders", "deleted"), np.mean(found, axis=0).tolist(), strict=True))
    table = pd.DataFrame.from_dict(rows, orient="index")
    table.insert(1, "less_today", table.contribution - table.contribution["as today"])
    return table


def at_size(question: Question, people: int, values: Mapping[str, float]) -> Scenario:
    """The first arm, with so many people, and agents and sources that cost as much per person as in the shop."""
    from experiments.assumptions.small_shop import small_shop

    shop = next(iter(question.arms.values()))
    return small_shop(shop, 360, people).in_market(dict(values))


def main() -> None:
    """Read the command line and print the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--shop", default="library:shop")
    parser.add_argument("--corners", action="store_true")
    parser.add_argument("--people", type=int, default=4000)
    parser.add_argument("--replications", type=int, default=2)
    options = parser.parse_args()
    began, question = time.process_time(), load(options.shop)
    if not options.corners:
        table = lazy_table(at_size(question, options.people, {}), options.replications)
        print(f"\nCNY and counts for each contact of day one\n{table.round(3).to_string()}")
    else:
        rows = {}
        for path in CORNERS:
            for end in ("p5", "p95"):
                values = {path: float(getattr(question.beliefs[path], end))}
                table = lazy_table(at_size(question, options.people, values), options.replications)
                best = table.contribution.drop(["do nothing", "as today"]).nlargest(3)
                rows[f"{path.removeprefix('market.')} {end}"] = {
                    "as today": f"{table.contribution['as today']:.2f}",
                    "do nothing": f"{table.contribution['do nothing']:.2f}",
                    "best three": ", ".join(f"{name} {value:.2f}" for name, value in best.items()),
                }
                print(f"{path} {end}", *rows[f"{path.removeprefix('market.')} {end}"].values(), sep=" | ", flush=True)
    print(f"\n{time.process_time() - began:.0f} CPU s")


if __name__ == "__main__":
    main()
