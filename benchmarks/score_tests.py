"""Score tests (Rao 1948) of the likelihood of a history against the engine: at the truth, slopes are zero on average.

    python -m benchmarks.score_tests --worlds 6 --seed 1 --data touches
    python -m benchmarks.score_tests --worlds 6 --seed 1 --data history --json scores.json

Where the engine has what the likelihood leaves out, or files say something else than the likelihood takes them to say,
the log-likelihood has a slope at the true numbers. Nothing is fitted: a world takes about a minute of processor time.
Worlds are those of `benchmarks.recovery`. Printed are slopes over their standard deviations, summed over worlds and in
each of them, for the numbers of which histories tell most; worlds are stored as they end. Slopes are not quite normal,
and people's hidden traits are at their means in the likelihood: a few values of 2 to 3 are no news, 5 is. A slope
blames one number alone. The last column has what the posterior makes of all slopes together: how far its normal
approximation at the truth would move the number, in standard deviations of the posterior, mean over worlds.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from pathlib import Path
from typing import Any
from unittest.mock import patch

import numpy as np

from benchmarks.planted_worlds import past_of, planted_world, write_files
from benchmarks.recovery import plan_of
from benchmarks.stored_calls import STORE, Numbers, call_all, code_of
from benchmarks.world_fits import DATA, fit_world
from calibration.responses import fitted_under_history
from calibration.responses.people_part import some_of
from calibration.responses.response_density import ResponseDensity
from calibration.responses.response_fit import FITTED, with_season
from calibration.responses.season_of_history import season_net_of
from calibration.responses.unknowns import unknowns_of

LEAST_PRECISION = 3.0
"""Precision, in units of the prior's, that all worlds together must have of a number for it to be printed."""


class _ReachedError(Exception):
    """The fit would begin now; its arguments."""


def scores(seed: int, number: int, data: str) -> Numbers:
    """Of each uncertain number, where its prior is standard normal: `slope PATH` of the log-likelihood at the truth,
    its `precision PATH`, and `moved PATH`, the joint step in standard deviations of the posterior."""
    world = planted_world(plan_of(seed, data), number)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_files(world, past_of(world), folder, true_responses=False)
        history, prior, evidence_of = _what_is_fitted(folder, data, seed)
    evidence = evidence_of(some_of(history, FITTED, seed))
    wide = unknowns_of(prior.market, prior.beliefs, prior.regular)
    season = season_net_of(evidence, wide.market(wide.positions(prior.start)), history.start)
    wide = wide.at(with_season(prior.market, season))
    true = wide.positions({path: world.true_values[path] for path in wide.paths if path in world.true_values})
    density = ResponseDensity(evidence, wide)
    bend = density.bend(true, density.differences(true, density.tell(true)))
    slopes, covariance = bend.slope + true, np.linalg.inv(bend.precision)
    found = {
        "slope": slopes,
        "precision": np.diag(bend.precision) - 1.0,
        "moved": covariance @ slopes / np.sqrt(np.diag(covariance)),
    }
    return {f"{word} {path}": float(x) for word, row in found.items() for path, x in zip(wide.paths, row, strict=True)}


def _what_is_fitted(folder: Path, data: str, seed: int) -> tuple[Any, Any, Any]:
    """History, prior and evidence, as calibration hands them to the fit."""

    def stop(history: Any, prior: Any, evidence_of: Any, *_: Any) -> None:
        raise _ReachedError(history, prior, evidence_of)

    try:
        with patch.object(fitted_under_history, "fit_responses", stop):
            fit_world(folder, data, seed)
    except _ReachedError as reached:
        history, prior, evidence_of = reached.args
        return history, prior, evidence_of
    raise SystemExit(f"--data {data}: orders alone are not fitted under a history")


def summary(worlds: list[Numbers]) -> list[dict[str, Any]]:
    """For each number of which histories say something: slope over standard deviation, in all worlds and in each."""
    rows = []
    for path in sorted({name.removeprefix("slope ") for one in worlds for name in one if name.startswith("slope ")}):
        pairs = [(one[f"slope {path}"], max(one[f"precision {path}"], 0.0)) for one in worlds if f"slope {path}" in one]
        slope, precision = np.sum(pairs, axis=0)
        if precision >= LEAST_PRECISION:
            each = [a / np.sqrt(b) if b > 0.0 else 0.0 for a, b in pairs]
            moved = float(np.mean([one[f"moved {path}"] for one in worlds if f"slope {path}" in one]))
            z = slope / np.sqrt(precision)
            rows.append({"path": path, "z": z, "precision": precision, "worlds": each, "moved": moved})
    return sorted(rows, key=lambda row: -abs(row["z"]))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--worlds", type=int, default=6)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--data", choices=[one for one in DATA if one != "orders"], default="touches")
    parser.add_argument("--json", type=Path)
    parser.add_argument("--store", type=Path, default=STORE)
    parser.add_argument("--jobs", type=int, default=1)
    asked = parser.parse_args()
    rows = [{"seed": asked.seed, "number": number, "data": asked.data} for number in range(asked.worlds)]
    found = [one for one in call_all(scores, code_of("benchmarks.score_tests"), rows, asked.store, asked.jobs) if one]
    table = summary(found)
    print("slope over its standard deviation: all worlds, then each; joint step, standard deviations of the posterior")
    for row in table:
        each = " ".join(f"{one:5.1f}" for one in row["worlds"])
        print(f"{row['z']:6.1f}   {each}   {row['moved']:5.1f}   {row['path']} (precision {row['precision']:.0f})")
    if asked.json:
        asked.json.write_text(json.dumps({"numbers": table}, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
