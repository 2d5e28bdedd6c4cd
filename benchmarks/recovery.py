"""Decision recovery: how often a comparison on a calibrated market names the strategy that is best in truth.

    python -m benchmarks.recovery --worlds 30 --seed 1 --data history --json recovery.json

Each world has two years of orders under a campaign every 15 days. The arms are six rhythms for 360 days after them.
What each of them brings is known from the world itself, which goes on under it. `--data` says what calibration gets:
the orders; the history's strategy too; touches, campaigns, discounts and leads as well, which come before it; or the
same of a history whose campaigns left out a tenth of the people by lot. Regret is what an arm brings less than the
best, as a share of the spread between best and worst. Beside the comparison's leader stand the arm that the prior
alone puts first, and the arm that, named in every world, would have cost least. Every stage of a world is stored as it
ends: truth (which no change of calibration moves), the fit (which no change of comparisons moves), each run of the
comparison, and the answer; the same command goes on where it stopped. About seven CPU minutes a world.
"""

from __future__ import annotations

import argparse
import json
import re
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from benchmarks.planted_worlds import (
    PILOT,
    RHYTHMS,
    PlantedWorld,
    WorldPlan,
    continuation,
    past_of,
    planted_world,
    write_files,
)
from benchmarks.stored_calls import STORE, Numbers, call_all, code_of
from benchmarks.world_fits import DATA, HELD_OUT, kept_fit
from experiments import Comparison, compare
from scenarios import load

ARMS = tuple(RHYTHMS)
DAYS, CUSTOMERS = 730, 500
TRUTHS = 5
"""Replications of what a world goes on to do under each arm."""
DRAWS = 16
"""Plausible markets of a comparison, one run of each arm in each."""
KINDS = ("winner", "no difference", "undecided")
PRIOR_SHOP = """
[market]
start_with = 2000
start = {{ history = "{days} d", leads = "100 %" }}

[market.sources.store_orders]
exposures = "{exposures:.3f} per d"
"""
"""The shop of which nothing but the prior is known: contacts since as long, and about as many new ones."""

Floats = npt.NDArray[np.float64]


def plan_of(seed: int, data: str) -> WorldPlan:
    """The worlds of a seed; those with a holdout have another history."""
    return WorldPlan(seed, DAYS, customers=CUSTOMERS, holdout=HELD_OUT if data == "holdout" else 0.0)


def truth(seed: int, number: int, holdout: bool) -> Numbers:
    """What each arm brings in a world, cents: mean over replications, and the standard error of its distance from the
    best arm."""
    world = planted_world(plan_of(seed, "holdout" if holdout else "orders"), number)
    profits = np.array([[continuation(world, RHYTHMS[arm], r).profit for r in range(TRUTHS)] for arm in ARMS])
    away = profits - profits[profits.mean(axis=1).argmax()]
    error = away.std(axis=1, ddof=1) / np.sqrt(TRUTHS)
    means = dict(zip(ARMS, profits.mean(axis=1), strict=True))
    return means | {f"error of {arm}": float(one) for arm, one in zip(ARMS, error, strict=True)}


def advice(seed: int, number: int, data: str, store: str) -> Numbers:
    """What the comparison says in a world whose market is calibrated on `data`: means of arms and the verdict."""
    world = planted_world(plan_of(seed, data), number)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_files(world, past_of(world), folder, true_responses=False)
        kept = kept_fit(folder, data, seed, Path(store))
    return _answer(_compared(world, kept, "fitted/market.toml", store))


def prior_advice(seed: int, store: str) -> Numbers:
    """What the comparison says of a shop of which nothing but the prior is known."""
    world = PlantedWorld(plan_of(seed, "orders"), 0, 1.0)
    add_rate = next(iter(world.prior.arms.values())).market.sources["store_orders"].add_rate
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        shop = PRIOR_SHOP.format(days=DAYS, exposures=PILOT / add_rate)
        (folder / "shop.toml").write_text(f'extends = "library:base"\n{shop}', encoding="utf-8")
        return _answer(_compared(world, folder, "shop.toml", store))


def _compared(world: PlantedWorld, folder: Path, market: str, store: str) -> Comparison:
    run = world.run_text(world.plan.cut, world.plan.ahead, draws=DRAWS)
    path = folder / "rhythms.toml"
    path.write_text(world.question_text(market, run), encoding="utf-8")
    return compare(load(path), jobs=1, store=store)


def _answer(found: Comparison) -> Numbers:
    """Means by arm, the kind of verdict and its arm (-1 for none) by number, and who is said to be clearly behind: all
    others where an arm is named, else those whom the reason names."""
    means = {one.name: one.mean for one in found.strategies}
    listed = re.search(r"Clearly behind: ([^.]*)\.", found.reason)
    behind = set(listed[1].split(", ")) if listed else set()
    if found.verdict is not None:
        behind = set(ARMS) - {found.verdict}
    named = -1.0 if found.verdict is None else float(ARMS.index(found.verdict))
    known = {f"{name} is behind": float(name in behind) for name in ARMS}
    return {**means, "kind": float(KINDS.index(found.kind)), "named": named, **known}


# --- the answer --------------------------------------------------------------------------------


def world_row(number: int, true: Numbers, said: Numbers) -> dict[str, Any]:
    """One world of the promised answer. best_behind: whether the true best was called clearly behind."""
    profits = np.array([true[arm] for arm in ARMS])
    best, leader = int(profits.argmax()), int(np.argmax([said[arm] for arm in ARMS]))
    named = int(said["named"])
    return {
        "seed": number,
        "best": ARMS[best],
        "leader": ARMS[leader],
        "verdict": ARMS[named] if named >= 0 else None,
        "kind": KINDS[int(said["kind"])],
        "regret": float(profits[best] - profits[leader]) / 100.0,
        "spread": float(profits.max() - profits.min()) / 100.0,
        "best_behind": bool(said[f"{ARMS[best]} is behind"]),
        "profits": {arm: true[arm] / 100.0 for arm in ARMS},
        "errors": {arm: true[f"error of {arm}"] / 100.0 for arm in ARMS},
    }


def summary(worlds: list[dict[str, Any]], prior: Numbers) -> dict[str, Any]:
    """The promised answer."""
    profits = np.array([[one["profits"][arm] for arm in ARMS] for one in worlds])
    shares = (profits.max(axis=1, keepdims=True) - profits) / np.ptp(profits, axis=1, keepdims=True)
    leaders = np.array([ARMS.index(one["leader"]) for one in worlds])
    by_prior, constant = int(np.argmax([prior[arm] for arm in ARMS])), int(shares.mean(axis=0).argmin())
    return {
        "worlds": worlds,
        "named_best": sum(one["verdict"] == one["best"] for one in worlds),
        "leader_is_best": sum(one["leader"] == one["best"] for one in worlds),
        "undecided": sum(one["kind"] == "undecided" for one in worlds),
        "best_called_behind": sum(one["best_behind"] for one in worlds),
        "mean_regret_share": float(shares[np.arange(len(worlds)), leaders].mean()),
        "constant": ARMS[constant],
        "constant_regret_share": float(shares[:, constant].mean()),
        "prior": ARMS[by_prior],
        "prior_regret_share": float(shares[:, by_prior].mean()),
    }


def _print(answer: dict[str, Any]) -> None:
    print("world  best      leader    verdict          regret   spread  best called behind")
    for one in answer["worlds"]:
        named = one["verdict"] or one["kind"]
        print(
            f"{one['seed']:5}  {one['best']:8}  {one['leader']:8}  {named:13} {one['regret']:9,.0f}"
            f"{one['spread']:9,.0f}  {'yes' if one['best_behind'] else ''}"
        )
    number = len(answer["worlds"])
    print(
        f"{number} worlds: the best is named in {answer['named_best']} and leads in {answer['leader_is_best']}, "
        f"undecided in {answer['undecided']}, called clearly behind in {answer['best_called_behind']}"
    )
    print(
        f"mean regret as a share of the spread: leader {answer['mean_regret_share']:.0%}; always {answer['constant']} "
        f"{answer['constant_regret_share']:.0%}; the prior's {answer['prior']} {answer['prior_regret_share']:.0%}"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--worlds", type=int, default=30)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--data", choices=DATA, default="history")
    parser.add_argument("--json", type=Path)
    parser.add_argument("--store", type=Path, default=STORE)
    parser.add_argument("--jobs", type=int, default=1)
    asked = parser.parse_args()
    where, store, code = (asked.store, asked.jobs), str(asked.store), code_of("benchmarks.recovery")
    numbers, held_out = range(asked.worlds), asked.data == "holdout"
    true_rows = [{"seed": asked.seed, "number": number, "holdout": held_out} for number in numbers]
    rows = [{"seed": asked.seed, "number": number, "data": asked.data, "store": store} for number in numbers]
    prior = call_all(prior_advice, code, [{"seed": asked.seed, "store": store}], *where)[0]
    said = call_all(advice, code, rows, *where)
    true = call_all(truth, f"{code_of('benchmarks.planted_worlds')} {DAYS} {CUSTOMERS} {TRUTHS}", true_rows, *where)
    worlds = [world_row(n, t, s) for n, (t, s) in enumerate(zip(true, said, strict=True)) if t and s]
    if prior is None or not worlds:
        raise SystemExit("no world could be judged")
    answer = summary(worlds, prior)
    _print(answer)
    if asked.json:
        asked.json.write_text(json.dumps(answer, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
