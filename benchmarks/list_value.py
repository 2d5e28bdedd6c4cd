"""What spend comes out at where orders were made under campaigns: from what was paid, and at list value.

    python -m benchmarks.list_value --worlds 5 --seed 1

Each world (`benchmarks.planted_worlds`) has 18 months under a campaign of 20 % off every 15 days. Its spend is fitted
on orders as paid, on orders with a column of discounts, and on orders as paid whose campaigns a strategy states. Then
its true customers go on for a year under the same campaigns, with the fitted `spend.mean`: contribution profit against
that of the true mean.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from dataclasses import replace
from pathlib import Path

from benchmarks.planted_worlds import EVERY, PlantedWorld, WorldPlan, past_of, planted_world, write_files
from calibration.model.spend import fit_spend
from calibration.orders.order_history import read_orders
from calibration.past_orders import PastFiles, known_past
from scenarios import load_market, with_values
from sim.engine import run

MEAN = "market.spend.mean"
WAYS = ("as_paid", "discounts", "stated")


def fitted_means(world: PlantedWorld, folder: Path) -> dict[str, float]:
    """Mean spend, cents, as each way of reading the orders has it."""
    import pandas as pd

    write_files(world, past_of(world), folder, true_responses=True)
    prior = load_market(str(folder / "prior.toml"))
    listed = read_orders(folder / "orders.csv")
    table = pd.read_csv(folder / "orders.csv").drop(columns="discount")
    table.to_csv(folder / "paid.csv", index=False)
    paid = read_orders(folder / "paid.csv")
    stated = known_past(PastFiles(folder / "history.toml"), paid, prior).orders
    read = {"as_paid": paid, "discounts": listed, "stated": stated}
    return {way: 100.0 * fit_spend(read[way]).mean for way in WAYS}


def contribution(world: PlantedWorld, mean: float) -> float:
    """Contribution profit, cents, of the days after the history, with this mean spend from the beginning."""
    scenario = with_values(world.scenario(EVERY), {MEAN: mean})
    return float(run(scenario, world.number).contribution()[world.plan.days :].sum())


def one_world(plan: WorldPlan, number: int) -> dict[str, float]:
    """Ratios to the truth of one world: mean spend and contribution by each way."""
    world = planted_world(plan, number)
    true = world.true_values[MEAN]
    with tempfile.TemporaryDirectory() as folder:
        means = fitted_means(world, Path(folder))
    profit = contribution(world, true)
    ratios = {f"spend_{way}": mean / true for way, mean in means.items()}
    return {"world": number, **ratios, **{f"profit_{w}": contribution(world, m) / profit for w, m in means.items()}}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--worlds", type=int, default=5)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--customers", type=int, default=WorldPlan().customers)
    parser.add_argument("--json", type=Path)
    given = parser.parse_args()
    plan = replace(WorldPlan(), seed=given.seed, customers=given.customers)
    rows = []
    for number in range(given.worlds):
        rows.append(one_world(plan, number))
        print(" ".join(f"{name} {value:.3f}" for name, value in rows[-1].items()), flush=True)
    means = {name: sum(row[name] for row in rows) / len(rows) for name in rows[0] if name != "world"}
    print("mean  " + " ".join(f"{name} {value:.3f}" for name, value in means.items()))
    if given.json:
        given.json.write_text(json.dumps({"worlds": rows, "means": means}, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
