"""Targets from a planted world's truth, matched: are the planted numbers covered, and do the KPIs come out?

    python -m benchmarks.planted_targets --worlds 6 --seed 1

Each world has 360 days under campaigns every 15 days and about 500 customers. Its orders are fitted by the closed
forms. The targets are campaign share, silent share and opt-outs in 30 days of its last 90 days under the true numbers,
with a chance error of the stated tolerance. Printed are, for each number that the targets narrowed below 0.9 of its
standard deviation, its truth, the 5 % and 95 % points before and after, and whether the latter hold the truth. About
75 CPU seconds a world.
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.planted_worlds import WorldPlan, past_of, planted_world, write_files
from calibration import read_orders
from calibration.model.posterior import fit_orders
from calibration.past_orders import PastFiles, known_past
from calibration.replay.replayed_run import PastPlan, ReplayFacts
from calibration.responses.motives import before_motive
from calibration.targets.past_runs import past_runs, population_of
from calibration.targets.target_calibration import asked_targets, with_targets
from scenarios import load_market

TOLERANCES = {"campaign_share": 0.03, "silent_share": 0.02, "optout_rate": 0.002}
TRUTHS = 8
"""Runs at the true numbers whose mean is the target."""
DRAWS = 200
NARROWED = 0.9


def matched_world(seed: int, number: int, error: float = 1.0) -> dict[str, Any]:
    """Targets, and the numbers that were narrowed with their truth. error: of the targets, in tolerances."""
    world = planted_world(WorldPlan(seed, days=360, customers=500), number)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_files(world, past_of(world), folder, true_responses=False)
        prior = load_market(str(folder / "prior.toml"))
        history = folder / "history.toml"
        past = known_past(PastFiles(history), read_orders(folder / "orders.csv"), prior)
        orders = past.orders
        fitted = fit_orders(orders, prior.beliefs, DRAWS, seed)
        draws = before_motive(fitted.draws, prior.beliefs, prior.market.people, seed)
        fitted = type(fitted)(**{**vars(fitted), "draws": draws})
        assert past.history is not None
        plan = PastPlan(past.history, past.identity, history, ReplayFacts(prior, seed))
        path = folder / "targets.toml"
        _write(path, dict.fromkeys(TOLERANCES, 0.5))
        asked = asked_targets(path, past.history, orders, prior.market)
        runs = past_runs(fitted, plan, asked.targets)
        paths = {str(path) for path in population_of(runs, fitted, plan).table(2)}
        truth = {path: value for path, value in world.true_values.items() if path in paths}
        seen = np.mean([runs(truth, 1_000_000 + run) for run in range(TRUTHS)], axis=0)
        rng = np.random.default_rng([seed, number])
        wrong = error * rng.standard_normal(len(TOLERANCES)) * np.array(list(TOLERANCES.values()))
        _write(path, dict(zip(TOLERANCES, np.maximum(seen + wrong, 1e-4).tolist(), strict=True)))
        asked = asked_targets(path, past.history, orders, prior.market)
        _, found = with_targets(asked, fitted, plan, lambda _: None)
    said = found.to_json()
    rows = [row for row in said["targets_fit"]["numbers"] if row["sd_ratio"] < NARROWED and row["parameter"] in truth]
    for row in rows:
        row["truth"] = truth[row["parameter"]]
        row["inside"] = row["after"]["p5"] <= row["truth"] <= row["after"]["p95"]
    return {"world": number, "targets": said["targets"], "fit": said["targets_fit"], "numbers": rows}


def _write(path: Path, values: dict[str, float]) -> None:
    lines = [
        f'[targets.{kpi}]\nvalue = "{100 * value:.6f} %"\ntolerance = "{100 * TOLERANCES[kpi]:g} %"\n'
        for kpi, value in values.items()
    ]
    path.write_text("".join(lines), encoding="utf-8")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--worlds", type=int, default=6)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    inside: list[bool] = []
    for number in range(asked.worlds):
        found = matched_world(asked.seed, number)
        for one in found["targets"]:
            ends = ["{p5:.3f} {median:.3f} {p95:.3f}".format(**one[when]) for when in ("before", "after")]
            print(
                f"{number}  {one['kpi']:15} asked {one['value']:.3f}   before {ends[0]}   after {ends[1]}", flush=True
            )
        for row in found["numbers"]:
            inside.append(row["inside"])
            ends = ["{p5:.4g} to {p95:.4g}".format(**row[when]) for when in ("before", "after")]
            print(f"{number}  {row['parameter']:34} truth {row['truth']:.4g}   {ends[0]} -> {ends[1]}  {row['inside']}")
    print(f"{sum(inside)} of {len(inside)} narrowed numbers have the truth within their 90 % interval")


if __name__ == "__main__":
    main()
