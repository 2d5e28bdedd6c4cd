"""A published randomised e-mail test (Hillstrom's) under the law: what was seen, what the posterior says, by recency.

python -m benchmarks.email_trial email_test.csv.gz --picture docs/pictures
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from calibration.trial_calibration import trials_json
from calibration.trials.trial_files import read_trial
from calibration.trials.trial_posterior import learn_from_trials
from scenarios import InputError, load_market

PAGES = Path(__file__).resolve().parents[1] / "docs" / "how-to"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path, help="email_test.csv.gz")
    parser.add_argument("--draws", type=int, default=400)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--json", type=Path)
    parser.add_argument("--picture", type=Path, help="folder for email_trial.png")
    given = parser.parse_args()
    market = load_market(PAGES / "email_shop.toml")
    trial = read_trial(PAGES / "email_trial.toml", market.market, table=given.data)
    posterior = learn_from_trials(market, [replace(trial, name="E-mail test")], given.draws, given.seed, print)
    found = trials_json(posterior)
    for outcome in found["trials"][0]["outcomes"]:
        for arm in outcome["arms"]:
            seen = f"seen {arm['difference']:+.4f} (standard error {arm['standard_error']:.4f})"
            law = f"the law {arm['law']['p5']:+.4f} to {arm['law']['p95']:+.4f}"
            print(f"{outcome['column']}, {arm['arm']}: {seen}, {law}")
    if given.json:
        given.json.write_text(json.dumps(found, indent=1), encoding="utf-8")
    if given.picture:
        draw(found["trials"][0], given.picture)


def draw(trial: Mapping[str, Any], out: Path) -> None:
    """Write the picture: differences by recency, seen and of the law."""
    from matplotlib.figure import Figure

    outcomes = trial["outcomes"]
    figure = Figure(figsize=(9.5, 3.8), layout="constrained")
    for axes, outcome in zip(figure.subplots(1, len(outcomes)), outcomes, strict=True):
        for arm, colour in zip(outcome["arms"], ("tab:blue", "tab:orange"), strict=True):
            rows = arm["by_recency"]
            days = [row["days_since_order"] for row in rows]
            error = [1.645 * row["standard_error"] for row in rows]
            seen = [row["difference"] for row in rows]
            axes.errorbar(days, seen, error, fmt="o", ms=4, lw=1, color=colour, label=f"{arm['arm']}, seen (90 %)")
            bands = [[row["law"][end] for row in rows] for end in ("p5", "p95")]
            axes.fill_between(days, *bands, color=colour, alpha=0.3, label=f"{arm['arm']}, the law (90 %)")
        axes.axhline(0.0, color="grey", lw=0.8)
        axes.set(title=outcome["column"], xlabel="days since the last order", ylabel="more than without e-mail")
    figure.axes[0].legend(fontsize=7)
    out.mkdir(parents=True, exist_ok=True)
    figure.savefig(out / "email_trial.png", dpi=100)


if __name__ == "__main__":
    try:
        main()
    except InputError as mistake:
        print(mistake, file=sys.stderr)
        raise SystemExit(2) from None
