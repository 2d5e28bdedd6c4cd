"""The engine on a fitted market against what the planted world went on to do: existing customers and newcomers.

    python -m benchmarks.replay --worlds 20 --seed 1 --json replay.json                 with the history stated
    python -m benchmarks.replay --worlds 20 --seed 1 --data orders --json before.json   on orders alone

Each world has 540 days under campaigns every 15 days. Calibration gets its orders and the true response numbers, so
that need alone is fitted; the engine then simulates 360 days from the cut under the same strategy. Printed is its
number of order-days over that of the world itself, which goes on under the same strategy.
Worlds are stored as they end, and a command that is given again goes on where it stopped. About 70 CPU seconds a world.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.planted_worlds import (
    EVERY,
    PlantedWorld,
    WorldPlan,
    continuation,
    past_of,
    planted_world,
    what_followed,
    write_files,
)
from benchmarks.stored_calls import STORE, Numbers, call_all, code_of
from benchmarks.world_fits import DATA, fit_world
from scenarios import Question, belief_table, load, with_values
from sim import run

TRUTHS = 6
"""Replications of what the world itself goes on to do."""
DRAWS = 24
"""Draws of the fitted market, one run each."""
Z90 = 1.6448536269514722
"""Nine tenths of a standard normal lie within this."""


@dataclass(frozen=True)
class Totals:
    """Mean order-days in the days after the cut, with their standard errors and spreads."""

    existing: float
    newcomers: float
    existing_error: float
    newcomers_error: float
    existing_sd: float
    """Between draws or replications, likewise below; as a share of the mean."""
    newcomers_sd: float


def replayed_world(seed: int, number: int, data: str) -> Numbers:
    """Truth and engine of one world."""
    world = planted_world(WorldPlan(seed), number)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_files(world, past_of(world), folder, true_responses=True)
        fit_world(folder, data, seed)
        question = today(world, folder)
        engine = _totals([_engine(question, draw) for draw in range(DRAWS)])
    true = _totals([_pair(continuation(world, EVERY, r)) for r in range(TRUTHS)])
    return {
        "existing_ratio": engine.existing / true.existing,
        "newcomer_ratio": engine.newcomers / true.newcomers,
        "existing_true": true.existing,
        "newcomers_true": true.newcomers,
        "existing_error": np.hypot(engine.existing_error / engine.existing, true.existing_error / true.existing),
        "newcomer_error": np.hypot(engine.newcomers_error / engine.newcomers, true.newcomers_error / true.newcomers),
        "existing_sd": engine.existing_sd,
        "newcomer_sd": engine.newcomers_sd,
    }


def today(world: PlantedWorld, folder: Path) -> Question:
    """The history's strategy from the cut on, in the market that was fitted in the folder."""
    run_text = world.run_text(world.plan.cut, world.plan.ahead, draws=DRAWS)
    path = folder / "today.toml"
    path.write_text(world.history_text("fitted/market.toml", run_text, holdout=0.0), encoding="utf-8")
    return load(path)


def _engine(question: Question, draw: int) -> tuple[float, float]:
    row = belief_table(question, DRAWS).iloc[draw]
    values = {str(path): float(value) for path, value in row.items()}
    scenario = with_values(next(iter(question.arms.values())), values)
    return _pair(what_followed(run(scenario, draw, tables=True, threads=1), 0))


def _pair(found: Any) -> tuple[float, float]:
    return found.existing, found.newcomers


def _totals(rows: list[tuple[float, float]]) -> Totals:
    table = np.array(rows)
    mean, sd = table.mean(axis=0), table.std(axis=0, ddof=1)
    return Totals(*mean, *(sd / np.sqrt(len(rows))), *(sd / mean))


def summary(worlds: list[dict[str, Any]]) -> dict[str, Any]:
    """The promised answer."""
    existing, newcomers = (np.array([one[name] for one in worlds]) for name in ("existing_ratio", "newcomer_ratio"))
    return {"worlds": worlds, "mean_existing": float(existing.mean()), "mean_newcomer": float(newcomers.mean())}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--worlds", type=int, default=20)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--data", choices=DATA, default="history")
    parser.add_argument("--json", type=Path)
    parser.add_argument("--store", type=Path, default=STORE)
    parser.add_argument("--jobs", type=int, default=1)
    asked = parser.parse_args()
    rows = [{"seed": asked.seed, "number": number, "data": asked.data} for number in range(asked.worlds)]
    found = call_all(replayed_world, code_of("benchmarks.replay"), rows, asked.store, asked.jobs)
    worlds = [{"seed": number, **one} for number, one in enumerate(found) if one is not None]
    answer = summary(worlds)
    print("world  existing  newcomers   (standard errors of the ratios, from chance alone)")
    for one in worlds:
        print(
            f"{one['seed']:5}  {one['existing_ratio']:8.2f}  {one['newcomer_ratio']:9.2f}   "
            f"({one['existing_error']:.3f}, {one['newcomer_error']:.3f})"
        )
    for name, mean in (("existing", answer["mean_existing"]), ("newcomer", answer["mean_newcomer"])):
        spread = np.std([one[f"{name}_ratio"] for one in worlds], ddof=1)
        error = spread / len(worlds) ** 0.5
        print(f"{name}: mean {mean:.3f} (standard error {error:.3f}), sd over worlds {spread:.3f}")
        within = sum(abs(np.log(one[f"{name}_ratio"])) < Z90 * one[f"{name}_sd"] for one in worlds)
        said = np.mean([one[f"{name}_sd"] for one in worlds])
        print(f"  the draws, one run each, say sd {said:.3f}; the truth is in their 90 % in {within} of {len(worlds)}")
    if asked.json:
        asked.json.write_text(json.dumps(answer, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
