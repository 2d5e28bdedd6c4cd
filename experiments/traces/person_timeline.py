"""One person under each arm of a question, with the same luck; where their lives part, and why."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING, Any

from experiments.comparison.question_setup import as_question, resized
from experiments.execution.scheduler import Progress
from experiments.runs.planned_runs import PlannedRun, plan
from experiments.traces.divergence import Divergence, TracePair, part
from experiments.traces.timeline import TimelineEntry, TimelineFormat, moments
from scenarios import InputError, belief_table
from scenarios.errors import nearest
from scenarios.reading.references import reference_to

if TYPE_CHECKING:
    import pandas as pd

    from scenarios import Question
    from sim.output.ledger import Ledger
    from sim.output.person_trace import PersonTrace
    from sim.scenario import Scenario

SCHEMA = 1
HIGHEST = 2**64 - 1


@dataclass(frozen=True)
class Timelines:
    """One person's life under each arm, in draw `draw` and replication `replication` of a question.

    `partings` has one entry for every pair of arms, in the order of `arms`.
    """

    question: Question
    person: int
    draw: int
    replication: int
    lives: Mapping[str, PersonTrace]
    partings: tuple[Divergence, ...]
    scenarios: Mapping[str, Scenario]

    @property
    def arms(self) -> tuple[str, ...]:
        """Names of the arms, in the question's order."""
        return tuple(self.lives)

    @property
    def setting(self) -> TimelineFormat:
        """First date and currency."""
        first = next(iter(self.scenarios.values()))
        return TimelineFormat(first.run.start, first.market.money.currency)

    def moments(self, arm: str) -> list[TimelineEntry]:
        """Everything that happens under one arm, in order of instants."""
        return moments(self.lives[arm], self.setting)

    def paid(self, arm: str) -> int:
        """Cents paid less refunds under one arm."""
        return sum(moment.cents for moment in self.moments(arm))

    def to_frame(self) -> pd.DataFrame:
        """Columns arm, day, date, instant, kind, words, cents; one row per moment, an offer on its first day."""
        import pandas as pd

        rows = [
            (arm, one.day, self.setting.date(one.day), one.instant, one.kind, one.words, one.cents)
            for arm in self.arms
            for one in self.moments(arm)
        ]
        return pd.DataFrame(rows, columns=["arm", "day", "date", "instant", "kind", "words", "cents"])

    def state_frame(self) -> pd.DataFrame:
        """Columns arm, day and those of `sim.output.person_trace.STATE`, as of each evening on which the person was there."""
        import pandas as pd

        parts = [
            pd.DataFrame({"arm": arm, "day": range(len(life.state["stage"])), **life.state}).dropna()
            for arm, life in self.lives.items()
        ]
        return pd.concat(parts, ignore_index=True)

    def to_json(self) -> dict[str, Any]:
        """The machine-readable answer, schema 1; instants are days, money is cents, the identity is text."""
        told = ("day", "instant", "kind", "words", "cents")
        return {
            "schema": SCHEMA,
            "scenario": self.question.name,
            "person": str(self.person),
            "draw": self.draw,
            "replication": self.replication,
            "start": str(self.setting.start),
            "currency": self.setting.currency,
            "lives": {
                arm: [{name: getattr(one, name) for name in told} for one in self.moments(arm)] for arm in self.arms
            },
            "partings": [parting.to_json() for parting in self.partings],
        }


def lifeline(
    question: Question | Mapping[str, Scenario] | Mapping[str, Question],
    person: int,
    *,
    arms: Sequence[str] | None = None,
    draw: int = 0,
    replication: int = 0,
    draws: int | None = None,
    seed: int | None = None,
    progress: Callable[[Progress], None] | None = None,
) -> Timelines:
    """Live one person's life under the given arms (all by default), as `compare` lives it.

    `person` is an identity as `who_gained` and event tables have it; `draw` and `replication` say which market and
    luck, counted from 0; `draws` and `seed` replace what the question says, as they do in `compare`. Raises InputError
    for an unknown person, arm, draw or replication.
    """
    asked = resized(as_question(question), draws, None, seed)
    runs = runs_of(asked, arms, draw, replication)
    if not 0 <= person <= HIGHEST:
        raise _nobody(asked, person, draw, replication)
    lives = {run.arm: ledger.lives[0] for run, ledger in lived(runs, progress, follow=(person,))}
    if not any(life.events or life.first is not None for life in lives.values()):
        raise _nobody(asked, person, draw, replication)
    scenarios = {run.arm: run.scenario for run in runs}
    pairs = combinations(lives, 2)
    partings = tuple(part(TracePair((a, b), (lives[a], lives[b]), (scenarios[a], scenarios[b]))) for a, b in pairs)
    return Timelines(asked, person, draw, replication, lives, partings, scenarios)


def _nobody(question: Question, person: int, draw: int, replication: int) -> InputError:
    return InputError(
        f"{question.path}: nobody has this identity in draw {draw}, replication {replication}; allowed one from the "
        f"table that `rehearse lifeline {reference_to(question.path)}` prints, or from events.parquet; got {person}"
    )


def runs_of(question: Question, arms: Sequence[str] | None, draw: int, replication: int) -> list[PlannedRun]:
    """The runs that `compare` plans for one draw and replication, of the given arms. Raises InputError."""
    size = next(iter(question.arms.values())).run
    for name, got, count in (("draw", draw, size.draws), ("replication", replication, size.replications)):
        if not 0 <= got < count:
            raise InputError(f"{question.path}: {name}: 0 to {count - 1} are allowed; got {got}")
    judge_arms(question, arms)
    runs = plan(question, belief_table(question, size.draws), size.draws, size.replications)
    chosen = list(dict.fromkeys(arms or question.arms))
    of_life = {run.arm: run for run in runs if (run.draw, run.replication) == (draw, replication)}
    return [of_life[arm] for arm in chosen]


def judge_arms(question: Question, arms: Sequence[str] | None) -> None:
    """Raises InputError for an arm that the question has not."""
    for arm in arms or ():
        if arm not in question.arms:
            raise InputError(place=f"{question.path}: variants", expected=nearest(arm, question.arms), got=repr(arm))


def lived(
    runs: Sequence[PlannedRun],
    progress: Callable[[Progress], None] | None,
    *,
    events: bool = False,
    follow: Sequence[int] = (),
) -> list[tuple[PlannedRun, Ledger]]:
    """Live the runs, one after the other."""
    import sim

    done: list[tuple[PlannedRun, Ledger]] = []
    for run in runs:
        done.append((run, sim.run(run.scenario, run.draw, run.replication, events=events, follow=follow)))
        if progress:
            left = len(runs) - len(done)
            progress(Progress(len(done), len(runs), 0, 0, done[-1][1].seconds * left))
    return done
