"""Random strategies in random markets of the prior: does every run that a file may state come to its end?

    python -m benchmarks.random_strategies                          1,000 strategies in 100 markets, then the extremes
    python -m benchmarks.random_strategies --strategies 40 --seed 7

Each strategy is written as a file and read by the ordinary loader, which refuses some. Some numbers are drawn over
the whole range that the format allows. A market has every uncertain number of `library:base` drawn from
its belief, or at its 5th or 95th percentile. Each run must end, give the same bits for one and two threads, keep every
account, budget and stock at zero or above, account for need, and print no share outside 0 to 100 % but for losses.
"""

from __future__ import annotations

import argparse
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from benchmarks.random_files import Case, cases, extremes
from scenarios import load
from sim import threads
from sim.day.day_arrays import ACCOUNTS
from sim.engine import OpenRun, advance, close_run, open_run
from sim.output.ledger import Ledger
from sim.output.measures import MEASURES, measure
from sim.scenario import Scenario
from sim.state.first_morning import RunOptions
from sim.state.run_state import WINDOW

MARKETS, STRATEGIES, BLOCK = 100, 1000, 16
DAYS_SEEN = 60
"""On about so many days of a run, evenly spread, KPIs are computed for the day alone."""
MARGINS = {"margin_share", "contribution_share"}
"""Shares of money that lie below zero where a shop sells at a loss (docs/kpis.md)."""
FALLING = {"payment_fees", "platform_fees", "commission", "campaign_margin", "acquired_margin"}
"""Accounts that may fall below zero on a day: fees of earlier orders come back, campaigns or people bring losses."""


@contextmanager
def many_threads() -> Iterator[None]:
    """Work is shared by threads however few the rows are."""
    held = threads.LEAST_ROWS, threads.LEAST_ROWS_OF_LIGHT_WORK
    threads.LEAST_ROWS = threads.LEAST_ROWS_OF_LIGHT_WORK = 1
    try:
        yield
    finally:
        threads.LEAST_ROWS, threads.LEAST_ROWS_OF_LIGHT_WORK = held


def simulated(scene: Scenario, options: RunOptions) -> tuple[OpenRun, Ledger]:
    """A whole run, and its state at the end."""
    opened = open_run(scene, options=options)
    try:
        advance(opened, scene.run.days)
    finally:
        opened.state.threads.close()
    return opened, close_run(opened)


def faults_of(case: Case, folder: Path) -> list[str]:
    """What is wrong with the runs of a case, one line each; none where all is well."""
    path = folder / "case.toml"
    path.write_text(case.text, encoding="utf-8")
    scene = next(iter(load(path).arms.values()))
    try:
        opened, ledger = simulated(scene, RunOptions(need=scene.run.days < 1000))
        with many_threads():
            _, shared = simulated(scene, RunOptions(threads=2, block=BLOCK))
    except Exception as error:
        return [f"{type(error).__name__}: {' '.join(str(error).split())[:160]}"]
    found = [] if shared.fingerprint == ledger.fingerprint else ["two threads give other bits"]
    return found + wrong_shares(ledger) + wrong_accounts(ledger) + wrong_budgets(opened, ledger) + wrong_need(opened)


def wrong_shares(ledger: Ledger) -> list[str]:
    """KPIs of the unit share that lie outside 0 to 100 % over the run or on a day of it, and KPIs that are infinite.

    Losses are below zero.
    """
    found = []
    days = range(0, ledger.days, max(ledger.days // DAYS_SEEN, 1))
    for name, kpi in MEASURES.items():
        values = np.array([measure(ledger, name, at).value for at in (None, *((day, day + 1) for day in days))])
        if np.isinf(values).any():
            found.append(f"{name} is infinite")
        if kpi.unit == "share" and (values > 1.0 + 1e-12).any():
            found.append(f"{name} above 100 %")
        if kpi.unit == "share" and name not in MARGINS and (values < -1e-12).any():
            found.append(f"{name} below 0 %")
    return found


def wrong_accounts(ledger: Ledger) -> list[str]:
    """Accounts that fall below zero on some day; whole numbers of need may miss by their rounding."""
    least = {name: int(values.min(initial=0)) for name, values in ledger.series.items()}
    return [
        f"account {name} below zero"
        for name, low in least.items()
        if name not in FALLING and low < (-5 if name.endswith("_need") else 0)
    ]


def wrong_budgets(opened: OpenRun, ledger: Ledger) -> list[str]:
    """Budgets and stocks that gave away more than they had."""
    strategy, offers = opened.state.inputs.strategy, opened.state.offers
    found = []
    for name, budget in [("discount_budget", offers.budget), *((one.name, one.budget) for one in offers.coupons)]:
        if min(budget.money or 0, budget.pieces or 0) < 0:
            found.append(f"{name.split('.')[0]} gave away more than it had")
    for one in ledger.retrospectives:
        plan = strategy.campaigns[one.campaign]
        if plan.budget is not None and one.discount + one.gifts > plan.budget:
            found.append("campaign above its budget")
        if plan.offer.stock is not None and one.orders > plan.offer.stock:
            found.append("campaign above its stock")
    rate = strategy.limits.discount_budget
    if rate is not None:
        given = ledger.series["discount"] + ledger.series["gifts"]
        windows = [given[first : first + WINDOW].sum() for first in range(0, ledger.days, WINDOW)]
        found += ["shop above its discount budget"] if max(windows) > round(WINDOW * rate) else []
    return found


def wrong_need(opened: OpenRun) -> list[str]:
    """Need that is not accounted for, by person and day (as `tests/sim/test_laws.py`)."""
    found = set[str]()
    for day in opened.state.books.need or []:
        a = {name: day[:, place] for place, name in enumerate(ACCOUNTS)}
        run_down = a["lambda"] * (a["base"] + a["extra"] + a["released"] - a["held"] - a["repaid"])
        owed = a["debt_before"] + a["borrowed"] - a["repaid"]
        kept = a["waiting_before"] + a["held"] - a["released"]
        for what, one, other in (
            ("order clocks", a["area"], run_down),
            ("borrowed need", owed, a["debt_after"] + a["debt_lost"]),
            ("waiting need", kept, a["waiting_after"] + a["waiting_lost"]),
        ):
            if not np.allclose(one, other, rtol=1e-8, atol=1e-9):
                found.add(f"{what} do not balance")
        if day.size and day.min() < -1e-9:
            found.add("need below zero")
    return sorted(found)


def survey(found: Iterable[tuple[Case, int]], folder: Path) -> tuple[Counter[str], dict[str, str], int]:
    """How often each fault was found, a case of each, and how many attempts the loader refused."""
    counts, first, refused = Counter[str](), dict[str, str](), 0
    for case, before in found:
        refused += before
        for fault_found in set(faults_of(case, folder)):
            counts[fault_found] += 1
            first.setdefault(fault_found, case.name)
    return counts, first, refused


def main() -> None:
    """Read the command line, and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--strategies", type=int, default=STRATEGIES)
    parser.add_argument("--markets", type=int, default=MARKETS)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    began = time.process_time()
    with TemporaryDirectory() as name:
        folder = Path(name)
        found_cases = cases(options.seed, options.strategies, options.markets, folder)
        for title, found in (
            (f"{options.strategies} strategies", found_cases),
            ("extremes", ((one, 0) for one in extremes())),
        ):
            counts, first, refused = survey(found, folder)
            print(f"{title}: {sum(counts.values())} faults; the loader refused {refused} attempts", flush=True)
            for fault_found, count in counts.most_common():
                print(f"  {count:5d}  {fault_found}   (first: {first[fault_found]})", flush=True)
    print(f"{time.process_time() - began:.0f} CPU s")


if __name__ == "__main__":
    main()
