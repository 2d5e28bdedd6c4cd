"""How many of the library's patterns hold together in one market, and the search for such a market.

    python -m benchmarks.patterns                 the shipped market, pattern by pattern
    python -m benchmarks.patterns --prior 30      in how many markets of the prior's 5 to 95 % each pattern holds
    python -m benchmarks.patterns --plausible 24  in how many plausible markets each claim is met, one run of each arm
    python -m benchmarks.patterns --search 200    search from the shipped market for one in which more hold

Patterns are judged by `experiments.check`, with intervals. What a pattern's own file states of its market, such as the
repurchase cycle that it is about, stays as it is there. `--plausible` draws markets as a verdict does, looks at
single runs without intervals, and leaves twins out: how typical a claim is.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from rich.console import Console

from experiments import check, execute
from experiments.expectations.claim_tests import parts_of
from experiments.expectations.outcomes import plan_expectations
from experiments.expectations.twin_runs import AS_IT_IS
from experiments.runs.question_setup import resized
from scenarios import Belief, Question, get, load_expecting, load_market, with_values
from scenarios.toml.toml_document import LIBRARY
from scenarios.values.expectations import measure_of

MARKET = "library:one_market"
STEP, CHANGED = 0.35, 4
"""The search changes `CHANGED` numbers at a time, by a normal of standard deviation `STEP`, where 1 is the distance to
the 5th or 95th percentile."""

Values = Mapping[str, float]
_SCALES: dict[str, tuple[Callable[[float], float], Callable[[float], float]]] = {
    "log": (lambda v: float(np.log(v)), lambda v: float(np.exp(v))),
    "logit": (lambda v: float(np.log(v / (1.0 - v))), lambda v: float(1.0 / (1.0 + np.exp(-v)))),
    "identity": (float, float),
}


@dataclass(frozen=True)
class PatternScore:
    """Which expectations passed in a market, by pattern."""

    passed: Mapping[str, tuple[bool, ...]]

    @property
    def patterns(self) -> int:
        return sum(all(one) for one in self.passed.values())

    @property
    def order(self) -> tuple[int, int]:
        """What the search maximises: patterns first, then single expectations."""
        return self.patterns, sum(sum(one) for one in self.passed.values())


def along(belief: Belief, z: float) -> float:
    """The number at z, from the 5th percentile at -1 over the median at 0 to the 95th at 1."""
    to, back = _SCALES[belief.scale]
    low, middle, high = to(belief.p5), to(belief.median), to(belief.p95)
    value = back(middle + z * (middle - low if z < 0 else high - middle))
    return float(np.clip(value, belief.p5, belief.p95))


def place(belief: Belief, value: float) -> float:
    """The z of a number: the inverse of `along`."""
    to, _ = _SCALES[belief.scale]
    low, middle, high = to(belief.p5), to(belief.median), to(belief.p95)
    offset = to(value) - middle
    return float(np.clip(offset / (middle - low if offset < 0 else high - middle), -1.0, 1.0))


def patterns(names: list[str]) -> dict[str, Question]:
    """The library's questions that expect something, all under the one market, by the names of their files."""
    found = load_expecting([LIBRARY / "patterns"], market=MARKET)
    return {one.path.stem: one for one in found if not names or one.path.stem in names}


def own_paths(question: Question) -> set[str]:
    """The paths that the question's own file states."""
    return {path for path, origin in question.origins.items() if Path(origin.file).name == question.path.name}


def in_market(question: Question, values: Values) -> Question:
    """The question in a market with these numbers, all of them without uncertainty."""
    own = own_paths(question)
    changed = {path: value for path, value in values.items() if path not in own}
    arms = {name: with_values(arm, changed) for name, arm in question.arms.items()}
    return replace(question, arms=arms, beliefs={}, posterior=None)


def judged(questions: Mapping[str, Question], values: Values, replications: int) -> PatternScore:
    """Check all patterns in one market."""
    asked = [in_market(question, values) for question in questions.values()]
    checked = check(asked, draws=1, replications=replications, jobs=1)
    passed = {
        one.question.path.stem: tuple(outcome.verdict == "pass" for outcome in one.outcomes)
        for one in checked.scenarios
    }
    return PatternScore(passed)


def survey(questions: Mapping[str, Question], markets: int, replications: int, console: Console) -> None:
    """Print in how many markets, each number anywhere between its 5th and 95th percentile, each pattern holds."""
    rng, beliefs = np.random.default_rng(2), load_market("library:base").beliefs
    scores = []
    for number in range(markets):
        values = {path: along(belief, rng.uniform(-1.0, 1.0)) for path, belief in beliefs.items()}
        scores.append(judged(questions, values, replications))
        console.print(f"market {number}: {scores[-1].patterns} patterns hold together")
    for name in questions:
        console.print(f"{name}: in {sum(all(score.passed[name]) for score in scores)} of {markets} markets")


def plausible(questions: Mapping[str, Question], markets: int, console: Console) -> None:
    """Print in how many plausible markets of the prior each claim is met, in one run of each arm."""
    prior = load_market("library:base").beliefs
    for name, question in questions.items():
        own = own_paths(question)
        beliefs = {path: belief for path, belief in prior.items() if path not in own}
        asked = replace(question, beliefs=beliefs, posterior=None)
        runs = plan_expectations(resized(asked, markets, 1)).twins[AS_IT_IS]
        results = execute(runs.runs(), jobs=1).runs
        for one in question.expectations.values():
            values, left_out = runs.values(one.claim.readings, results)
            means, met = values[:, :, 0].T, np.ones(values.shape[1], dtype=bool)
            for part in parts_of(one.claim, measure_of(one.claim.readings[0], question.measures).better):
                found = part.of(means)
                met &= (found > part.low if part.above else found >= part.low) & (found <= part.high)
            without = f" ({left_out} without a value)" if left_out else ""
            console.print(f"{name}, {one.name}: met in {met.sum()} of {met.size} markets{without}")


def search(questions: Mapping[str, Question], steps: int, replications: int, console: Console) -> None:
    """Search from the shipped market, keep every step that is no worse, and print the last market."""
    rng, beliefs = np.random.default_rng(1), load_market("library:base").beliefs
    arm = next(iter(next(iter(questions.values())).arms.values()))
    start = replace(arm, market=load_market(MARKET).market)
    at = {path: place(belief, get(start, path)) for path, belief in beliefs.items()}
    best = judged(questions, {}, replications)
    console.print(f"start: {best.order}")
    for step in range(steps):
        changed = rng.choice(list(at), CHANGED, replace=False)
        new = at | {path: float(np.clip(at[path] + STEP * rng.standard_normal(), -1.0, 1.0)) for path in changed}
        found = judged(questions, {path: along(beliefs[path], z) for path, z in new.items()}, replications)
        if found.order >= best.order:
            console.print(f"step {step}: {found.order}" + (" better" if found.order > best.order else ""))
            at, best = new, found
    for path, z in at.items():
        console.print(f"{path} = {along(beliefs[path], z):.6g}")


def main() -> None:
    """Read the command line, and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", help="patterns; all where none is named")
    parser.add_argument("--replications", type=int, default=4, help="replications of each arm")
    parser.add_argument("--search", type=int, metavar="STEPS")
    parser.add_argument("--prior", type=int, metavar="MARKETS")
    parser.add_argument("--plausible", type=int, metavar="MARKETS")
    options = parser.parse_args()
    questions, console = patterns(options.names), Console()
    if options.plausible:
        plausible(questions, options.plausible, console)
    elif options.search:
        search(questions, options.search, options.replications, console)
    elif options.prior:
        survey(questions, options.prior, options.replications, console)
    else:
        show(judged(questions, {}, options.replications), console)


def show(score: PatternScore, console: Console) -> None:
    """Print which patterns hold."""
    for name, passed in score.passed.items():
        console.print(f"{name}: {'holds' if all(passed) else f'{sum(passed)} of {len(passed)} expectations hold'}")
    console.print(f"{score.patterns} of {len(score.passed)} patterns hold together under {MARKET}.")


if __name__ == "__main__":
    main()
