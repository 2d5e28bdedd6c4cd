"""What calibration costs: `python -m benchmarks.fit_speed`, each size in a process of its own.

A shop with known parameters (order rate, dropout, a weekday season; about 5.5 orders a customer in two years) is
written as a CSV export and calibrated. Given are processor seconds of each part, of all threads, and the most memory
that the process has held; a small shop is calibrated before, so that nothing is compiled or imported on the clock.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from collections.abc import Callable, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from benchmarks.cpu_time import child_lines, peak_mebibytes
from calibration.backtest import backtest
from calibration.calibration_files import customers_table
from calibration.model.fitting import FittedModels, choose, fit_models, fit_order_models
from calibration.model.likelihood import Parameters
from calibration.model.optimisation import one_thread
from calibration.model.posterior import averaged_draws, fitted_market, spend_draws
from calibration.model.spend import fit_spend
from calibration.orders.order_history import Orders, read_orders
from calibration.recovery import PlantedTruth, plant
from scenarios import load_market

SIZES = (10_000, 100_000, 1_000_000)
DRAWS = 400
HELD_OUT = 91


def shop(customers: int) -> Orders:
    """Two years of orders of customers who came in the first twenty months."""
    weekday = (0.8, 0.9, 1.0, 1.0, 1.1, 1.3, 0.9)
    first_days = np.sort(np.random.default_rng(1).integers(0, 600, customers))
    law, spend = Parameters(0.9, 8.0, 0.6, 30.0), (6.0, 3.5, 15.0)
    return plant(PlantedTruth(law, weekday, spend, date(2023, 1, 1), 729, first_days), 1)


def export(orders: Orders, path: Path) -> None:
    """The orders as a CSV with one row for each."""
    table = orders.orderdays
    first = np.datetime64(orders.first)
    rows = {
        "customer_id": table["customer"],
        "order_date": first + table["day"].to_numpy(),
        "amount": table["cents"] / 100,
    }
    pd.DataFrame(rows).to_csv(path, index=False)


@one_thread()  # as `calibrate` does
def measure(customers: int, holdout: bool) -> dict[str, float]:
    """Processor seconds of each part, wall seconds of all but the holdout, and the peak of memory in GiB."""
    seconds: dict[str, float] = {}

    def timed(name: str, call: Callable[[], Any]) -> Any:
        begun = time.process_time()
        value = call()
        seconds[name] = time.process_time() - begun
        return value

    beliefs = load_market("library:base").beliefs
    small = fitted_market(fit_order_models(shop(500)), beliefs, DRAWS, 1)
    if holdout:
        early = fit_order_models(small.orders.until(small.orders.last - timedelta(days=HELD_OUT)))
        backtest(small.orders, fitted_market(early, beliefs, DRAWS, 1), 1)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "orders.csv"
        export(shop(customers), path)
        wall = time.perf_counter()
        orders = timed("reading", lambda: read_orders(path))
    models = timed("models", lambda: fit_models(orders))
    spend = timed("spend", lambda: fit_spend(orders))
    fitted = FittedModels(orders, models, choose(models), spend)
    rng = np.random.default_rng(1)
    timed("draws of the need", lambda: averaged_draws(fitted, beliefs, DRAWS, rng))
    timed("draws of spend", lambda: spend_draws(orders, spend, beliefs, DRAWS, rng))
    timed("customers' table", lambda: customers_table(orders))
    seconds["in all"] = sum(seconds.values())
    seconds["wall"], seconds["GiB"] = time.perf_counter() - wall, peak_mebibytes() / 1024
    if holdout:
        early = orders.until(orders.last - timedelta(days=HELD_OUT))
        market = timed("holdout: fit", lambda: fitted_market(fit_order_models(early), beliefs, DRAWS, 1))
        timed("holdout: forecasts", lambda: backtest(orders, market, 1))
    return {"customers": customers, "orders": len(orders.orderdays), **seconds}


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="+", default=SIZES, metavar="CUSTOMERS")
    parser.add_argument("--holdout", action="store_true", help="score a holdout of 13 weeks, too")
    parser.add_argument("--child", type=int, help=argparse.SUPPRESS)
    given = parser.parse_args(arguments)
    if given.child:
        print(json.dumps(measure(given.child, given.holdout)), flush=True)
        return
    rows = []
    for size in given.sizes:
        print(f"calibrating {size:,} customers", flush=True)
        command = ["-m", "benchmarks.fit_speed", "--child", str(size), *(["--holdout"] if given.holdout else [])]
        rows += [json.loads(line) for line in child_lines(command)]
    table = pd.DataFrame(rows).set_index("customers").T
    print("processor seconds; wall seconds and memory (GiB) of the parts above them")
    print(table.to_string(float_format=lambda v: f"{v:,.2f}"))


if __name__ == "__main__":
    main()
