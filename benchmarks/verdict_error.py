"""How often is a verdict wrong? Tables of arms, markets and runs whose truth is known, judged by the rule.

    python -m benchmarks.verdict_error --comparisons 500 --seed 1          each case so often; about a minute
    python -m benchmarks.verdict_error --comparisons 500 --seed 1 --json verdict_error.json

No engine runs. "Choose X" is wrong where X breaks its bound in truth, or where, over all markets, another arm that
keeps it is not behind by more than the indifference. "Either" (leaders that are alike, or no difference) is wrong where
two of the leaders are further apart than that, or an arm that is left out is the best. Each is to be wrong in at most
the stated share, 1 - confidence, of all comparisons. Two simpler rules judge the same tables: the highest mean alone,
and interval and share of markets without the error of their count, bounds by the share of the draws.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from experiments.comparison.constraints import state_of_count
from experiments.comparison.plausible_markets import plausible
from experiments.comparison.statistics import Floats, intervals
from experiments.comparison.verdict import Evidence, Verdict, decide

CONFIDENCE, CHANCE = 0.95, 0.95


@dataclass(frozen=True)
class Case:
    """Arms of which the truth is known, over so many draws with two replications each.

    own: (generator, draws) to what each arm earns in each market beyond what all share, shape (arms, draws). means:
    what it is on average over all markets. keeps: in what share of all markets each arm keeps its bound. chance: in
    what share it must.
    """

    name: str
    draws: int
    own: Callable[[np.random.Generator, int], Floats]
    means: tuple[float, ...]
    indifference: float = 0.0
    keeps: tuple[float, ...] = ()
    chance: float = CHANCE

    @property
    def admissible(self) -> list[bool]:
        """Which arms keep their bound in truth."""
        return [share >= self.chance for share in self.keeps] or [True] * len(self.means)

    def is_best(self, arm: int) -> bool:
        """Whether an arm keeps its bound and is ahead of all others that do, by more than the indifference."""
        others = [mean for i, mean in enumerate(self.means) if i != arm and self.admissible[i]]
        return self.admissible[arm] and all(self.means[arm] - mean > self.indifference for mean in others)

    def are_alike(self, arms: list[int]) -> bool:
        """Whether these are no further apart than the indifference, and none that is left out is better."""
        held = [self.means[arm] for arm in arms]
        others = [mean for i, mean in enumerate(self.means) if i not in arms and self.admissible[i]]
        return max(held) - min(held) <= self.indifference and all(mean <= max(held) for mean in others)


def normal(means: tuple[float, ...], spread: float) -> Callable[[np.random.Generator, int], Floats]:
    """Arms that vary between markets by a normal law, each by itself."""
    return lambda rng, draws: np.array(means)[:, None] + rng.normal(0.0, spread, (len(means), draws))


def seldom(gain: float, loss: float, share: float) -> Callable[[np.random.Generator, int], Floats]:
    """The first of two arms gains a little, and loses in this share of the markets."""
    return lambda rng, draws: np.stack([np.where(rng.random(draws) < share, -loss, gain), np.zeros(draws)])


def skewed(arms: int, sigma: float) -> Callable[[np.random.Generator, int], Floats]:
    """Arms equal in mean, whose lognormal parts are rarely large."""
    return lambda rng, draws: rng.lognormal(0.0, sigma, (arms, draws))


def students(arms: int, freedom: float) -> Callable[[np.random.Generator, int], Floats]:
    """Arms equal in mean, with extremes on both sides."""
    return lambda rng, draws: rng.standard_t(freedom, (arms, draws))


THREE, ALIKE, EQUAL = (0.0, 3.0, 10.0), (10.0, 10.2, 0.0), (0.0, 0.0, 0.0)
CASES = (
    Case("clear winner", 60, normal(THREE, 1.0), THREE),
    Case("two alike ahead of a third", 60, normal(ALIKE, 0.4), ALIKE, indifference=2.0),
    Case("all alike", 60, normal(EQUAL, 1.0), EQUAL),
    *(Case(f"disaster in 5 % of markets, {n}", n, seldom(1.0, 100.0, 0.05), (-4.05, 0.0)) for n in (12, 20, 40, 60)),
    Case("bound kept by 93 % for 95 %", 60, normal((5.0, 0.0), 0.5), (5.0, 0.0), keeps=(0.93, 1.0)),
    Case("bound kept by 97 % for 95 %", 60, normal((5.0, 0.0), 0.5), (5.0, 0.0), keeps=(0.97, 1.0)),
    Case("bound kept by 72 % for 75 %", 60, normal((5.0, 0.0), 0.5), (5.0, 0.0), keeps=(0.72, 1.0), chance=0.75),
    Case("two markets", 2, seldom(1.0, 4.0, 0.3), (-0.5, 0.0)),
    Case("skewed", 60, skewed(3, 1.5), EQUAL),
    Case("heavy tails", 60, students(3, 2.5), EQUAL),
)


@dataclass(frozen=True)
class Outcome:
    """What a rule says of a table: choose, either or undecided; whether that is wrong; whether the arm that is best in
    truth is none of its leaders."""

    said: str
    wrong: bool
    left_out: bool = False


def judged(case: Case, rng: np.random.Generator) -> dict[str, Outcome]:
    """What each rule says of one table of the case."""
    own = case.own(rng, case.draws)
    arms = len(own)
    shared = rng.normal(0.0, 20.0, (1, case.draws, 1)) + rng.normal(0.0, 2.0, (1, case.draws, 2))
    values = own[:, :, None] + shared + rng.normal(0.0, 0.1, (arms, case.draws, 2))
    kept = [int((rng.random(case.draws) < share).sum()) for share in case.keeps]
    states = [state_of_count(count, case.draws, case.chance, CONFIDENCE)[0] for count in kept]
    names = tuple("ABC"[:arms])
    rows, markets = intervals(values, CONFIDENCE, 1000), plausible(values, 200)

    def evidence(broken: list[bool], open_: list[bool]) -> Evidence:
        barred, unsure = ({name: name for name, one in zip(names, of, strict=False) if one} for of in (broken, open_))
        amount = "{:.1f}".format
        return Evidence(
            names, values, tuple(rows), markets, case.indifference, CONFIDENCE, barred, amount, open_bounds=unsure
        )

    found = decide(evidence([one == "broken" for one in states], [one == "open" for one in states]))
    plain = evidence([count / case.draws < case.chance for count in kept], [])
    may_win = list(plain.may_win)
    highest = max(may_win, key=lambda i: float(values[i].mean())) if may_win else None
    return {
        "rule": outcome(case, found, names),
        "without counts": chosen(case, highest if highest is not None and _sure(plain, highest) else None),
        "mean alone": chosen(case, highest),
    }


def _sure(plain: Evidence, leader: int) -> bool:
    """Whether intervals and the share of markets name the leader, as if a share had no error."""
    against = [i for i in plain.intervals if leader in (i.a, i.b) and {i.a, i.b} <= set(plain.may_win)]
    lows = [i.low if i.a == leader else -i.high for i in against if i.low is not None and i.high is not None]
    return all(low > plain.indifference for low in lows) and plain.standing.good_enough[leader] >= CONFIDENCE


def chosen(case: Case, arm: int | None) -> Outcome:
    """An arm that a simple rule names, or none."""
    return Outcome("undecided", wrong=False) if arm is None else Outcome("choose", not case.is_best(arm))


def outcome(case: Case, found: Verdict, names: tuple[str, ...]) -> Outcome:
    """A verdict held against the truth."""
    leaders = [names.index(one) for one in found.leaders]
    best = [i for i in range(len(names)) if case.is_best(i)]
    left_out = bool(leaders) and any(i not in leaders for i in best)
    if found.arm is not None:
        return Outcome("choose", not case.is_best(names.index(found.arm)), left_out)
    if found.either or found.kind == "no difference":
        return Outcome("either", not case.are_alike(leaders), left_out)
    return Outcome("undecided", wrong=False, left_out=left_out)


def measured(case: Case, comparisons: int, seed: int) -> dict[str, Any]:
    """Shares of all comparisons of a case: what is said, and what of it is wrong, by the rule and by simpler ones."""
    rng = np.random.default_rng([seed, CASES.index(case)])
    tables = [judged(case, rng) for _ in range(comparisons)]

    def share(rule: str, holds: Callable[[Outcome], bool]) -> float:
        return float(np.mean([holds(one[rule]) for one in tables]))

    says: dict[str, float] = {}
    for word in ("choose", "either", "undecided"):
        says[word] = share("rule", lambda one, word=word: one.said == word)  # type: ignore[misc]
    return {
        "case": case.name,
        "draws": case.draws,
        **says,
        "wrong_choose": share("rule", lambda one: one.said == "choose" and one.wrong),
        "wrong_either": share("rule", lambda one: one.said == "either" and one.wrong),
        "best_left_out": share("rule", lambda one: one.left_out),
        "wrong_without_counts": share("without counts", lambda one: one.wrong),
        "wrong_by_mean_alone": share("mean alone", lambda one: one.wrong),
    }


def answer(comparisons: int, seed: int, cases: tuple[Case, ...] = CASES) -> dict[str, Any]:
    """All cases, the stated error, and the largest share of wrong choices over the cases."""
    rows = [measured(case, comparisons, seed) for case in cases]
    return {
        "comparisons": comparisons,
        "stated_error": round(1.0 - CONFIDENCE, 12),
        "largest_wrong_choose": max(row["wrong_choose"] for row in rows),
        "largest_wrong_either": max(row["wrong_either"] for row in rows),
        "cases": rows,
    }


def main() -> None:
    """Print the table, and write it as JSON."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--comparisons", type=int, default=500)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--json", type=Path)
    asked = parser.parse_args()
    found = answer(asked.comparisons, asked.seed)
    heads = ("choose", "either", "undecided", "wrong_choose", "wrong_either", "best_left_out")
    rules = ("wrong_without_counts", "wrong_by_mean_alone")
    print(f"{'case':34}" + "".join(f"{head.replace('_', ' '):>15}" for head in heads))
    for row in found["cases"]:
        print(f"{row['case']:34}" + "".join(f"{100 * row[head]:13.1f} %" for head in heads))
    print(f"\n{'wrong by simpler rules':34}{'no counts':>15}{'mean alone':>15}")
    for row in found["cases"]:
        print(f"{row['case']:34}" + "".join(f"{100 * row[head]:13.1f} %" for head in rules))
    print(f"\nstated error: {100 * found['stated_error']:.0f} %, of {asked.comparisons} comparisons in each case")
    if asked.json is not None:
        asked.json.write_text(json.dumps(found, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
