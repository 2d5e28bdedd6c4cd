"""How often intervals of learned numbers hold the truth: `python -m benchmarks.coverage --worlds N --json FILE`.

Each world is a market drawn from the prior, in which the engine simulates a shop from nobody on: leads come in, with a
campaign every 15 days and a message of care. Need and responses are learned from its orders under the stated history,
and the truth is put among their draws: 90 % intervals should hold it in 90 % of the worlds. A world that is done is
stored below `out/benchmarks/coverage`, under the hash of the code, and is not done again. About a minute each.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.worlds import read_question
from calibration.model.optimisation import one_thread
from calibration.responses.response_fit import ResponsePrior, fit_responses
from calibration.responses.simulated_history import simulated_history
from calibration.responses.unknowns import Unknowns, unknowns_of
from calibration.responses.walked_history import WalkedHistory
from scenarios import load_market
from scenarios.toml.atomic_write import write_whole
from sim.exposures import exposures
from sim.scenario import ShopHistory
from sim.source_code import closure_digest, read_modules

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = frozenset({"sim", "scenarios", "calibration", "benchmarks"})
START, DRAWS = date(2024, 1, 1), 400
PEOPLE, DAYS = 200, 200
SHOP = """
[market]
from = "library:base"
start_with = 0
[market.sources.store_orders]
exposures = "{exposures} per d"
[strategy.acquisition.store_orders]
[strategy.outreach.care]
who = {{ stage = ["first_buyer", "repeater"] }}
every = "15 d"
at = "20:00"
channel = "direct"
content = "care"
[strategy.campaigns.rhythm]
every = "15 d"
first = 2024-01-10
lasts = "3 d"
phases = ["launch"]
at = "12:00"
channel = "direct"
offer = {{ format = "percent", depth = "20 %" }}
[strategy.service]
unlimited = true
[run]
start = {start}
warm_up = "0 d"
horizon = "{days} d"
cool_down = "0 d"
draws = 2
replications = 1
seed = {seed}
"""
ADDED = 0.2
"""Share of prospects who are added, at the prior's median."""


def world(number: int) -> tuple[Unknowns, dict[str, float], ShopHistory]:
    """The prior's numbers, where the truth lies on their scale, and what the shop of world `number` knows."""
    prior = load_market("library:base")
    reached = PEOPLE / DAYS / ADDED
    shop = next(iter(read_question(SHOP.format(exposures=reached, start=START, days=DAYS, seed=number)).arms.values()))
    unknowns = unknowns_of(shop.market, prior.beliefs, regular=True)
    truth = np.random.default_rng([number, 9]).standard_normal(len(unknowns))
    past = simulated_history(replace(shop, market=unknowns.market(truth)))
    return unknowns, dict(zip(unknowns.paths, truth.tolist(), strict=True)), exposures(shop, past)


@one_thread()
def measured(number: int) -> dict[str, Any]:
    """Of each number learned in a world: the share of draws below the truth, and its spread over the prior's."""
    unknowns, truth, history = world(number)
    prior = ResponsePrior(unknowns.base, load_market("library:base").beliefs, True, {})

    def say(line: str) -> None:
        print(f"world {number}: {line}", file=sys.stderr, flush=True)

    found = fit_responses(history, prior, WalkedHistory, (DRAWS, number, say))
    numbers = {
        path: {"rank": float(np.mean(column < truth[path])), "sd": float(column.std())}
        for path, column in zip(found.unknowns.paths, found.sample.points.T, strict=True)
    }
    summary = {key: value for key, value in found.to_json().items() if key != "numbers"}
    return {"world": number, "orders": int(history.order_day.size), **summary, "numbers": numbers}


def covered(worlds: list[Mapping[str, Any]]) -> dict[str, Any]:
    """Shares of truths in their 90 % intervals: of all numbers, and of those that were narrowed below 0.8."""
    rows = [row for one in worlds for row in one["numbers"].values()]
    inside = np.array([0.05 <= row["rank"] <= 0.95 for row in rows])
    narrowed = np.array([row["sd"] < 0.8 for row in rows])
    share = float(inside[narrowed].mean()) if narrowed.any() else None
    return {
        "numbers": len(rows),
        "inside": float(inside.mean()),
        "narrowed": int(narrowed.sum()),
        "inside_narrowed": share,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--worlds", type=int, default=20)
    parser.add_argument("--seed", type=int, default=1, help="number of the first world")
    parser.add_argument("--json", type=Path)
    asked = parser.parse_args()
    code = closure_digest(read_modules(ROOT, PACKAGES), ["benchmarks.coverage"])
    store = Path("out") / "benchmarks" / "coverage" / code[:16]
    store.mkdir(parents=True, exist_ok=True)
    worlds = []
    for number in range(asked.seed, asked.seed + asked.worlds):
        path = store / f"{number}.json"
        if not path.exists():
            write_whole(path, json.dumps(measured(number)))
        worlds.append(json.loads(path.read_text(encoding="utf-8")))
    answer = {"worlds": worlds, **covered(worlds)}
    if asked.json:
        write_whole(asked.json, json.dumps(answer, indent=1) + "\n")
    print({key: value for key, value in answer.items() if key != "worlds"})


if __name__ == "__main__":
    main()
