"""Which runs a question needs: names, markets and keys; nothing is simulated here."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from scenarios import belief_table, run_key, with_values
from sim.fingerprint import model_fingerprint

if TYPE_CHECKING:
    import pandas as pd

    from scenarios import Question
    from sim.scenario import Scenario
    from sim.watch import Watch


@dataclass(frozen=True)
class Run:
    """One life of one arm in one plausible market.

    `key` names everything that can change its ledger; `windows` are the first day measured and the day after
    the last. A run that is not `kept` is neither stored nor reused: it has functions without a version. `watches` are
    people who are measured apart, each under a name.
    """

    arm: str
    draw: int
    replication: int
    scenario: Scenario
    key: str
    windows: dict[str, tuple[int, int]]
    kept: bool = True
    watches: dict[str, Watch] = field(default_factory=dict)

    @property
    def spans(self) -> dict[str, tuple[int, int]]:
        """Days of all windows and watches by name: what a kept run must have been measured over."""
        return self.windows | {name: (watch.first, watch.last) for name, watch in self.watches.items()}


def plan(question: Question, table: pd.DataFrame, draws: int, replications: int) -> list[Run]:
    """Runs of every arm in the first `draws` rows of `table` (columns are market paths), in a fixed order.

    Arms come next to each other within (draw, replication), so that an interruption keeps whole pairs.
    """
    markets = [_row(table, draw) for draw in range(draws)]
    placed = {
        (arm, draw): with_values(scenario, values)
        for draw, values in enumerate(markets)
        for arm, scenario in question.arms.items()
    }
    model = model_fingerprint()
    short = question.compare.short_run
    names = {place: run_key(scenario) for place, scenario in placed.items()}
    return [
        Run(
            arm,
            draw,
            replication,
            placed[arm, draw],
            _key(names[arm, draw], draw, replication, model),
            windows(placed[arm, draw], short),
            placed[arm, draw].versioned,
        )
        for draw in range(draws)
        for replication in range(replications)
        for arm in question.arms
    ]


def plan_from(question: Question, first: int) -> list[Run]:
    """Runs of all the question's draws from number `first` on; of its replications, where there is one draw."""
    run = next(iter(question.arms.values())).run
    runs = plan(question, belief_table(question, run.draws), run.draws, run.replications)
    return [one for one in runs if (one.draw if run.draws > 1 else one.replication) >= first]


def windows(scenario: Scenario, short_run: int) -> dict[str, tuple[int, int]]:
    """Days measured: the horizon after the warm-up; its first `short_run` days where it is longer; and, where
    there is one, the cool-down with it."""
    run = scenario.run
    spans = {"horizon": (run.warm_up, run.warm_up + run.horizon)}
    if short_run < run.horizon:
        spans["short_run"] = (run.warm_up, run.warm_up + short_run)
    if run.cool_down:
        spans["with_cool_down"] = (run.warm_up, run.days)
    return spans


def _row(table: pd.DataFrame, draw: int) -> Mapping[str, float]:
    if not len(table.columns):
        return {}
    return {str(path): float(value) for path, value in table.iloc[draw].items()}


def _key(scenario: str, draw: int, replication: int, model: str) -> str:
    text = f"{scenario} {draw} {replication} {model}"
    return hashlib.blake2b(text.encode(), digest_size=16).hexdigest()
