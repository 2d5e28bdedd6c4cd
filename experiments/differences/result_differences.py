"""What differs between two result folders: which inputs, for whom the first event, which KPIs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from experiments.differences.event_differences import EventDifferences, Events, compare_events, read_events
from experiments.differences.kpi_differences import CONFIDENCE, KpiDifferences, moved_kpis, wide
from experiments.differences.result_folders import (
    InputChange,
    ResultFolder,
    changes,
    paired_name,
    pairs_of,
    read_folder,
)
from experiments.execution.progress import Progress
from experiments.output.json_answers import clean
from experiments.output.result_files import question_in
from experiments.runs.planned_runs import PlannedRun, plan
from experiments.traces.timeline import TimelineFormat
from scenarios import InputError, belief_table, run_key
from sim.fingerprint import is_compiled, model_fingerprint

if TYPE_CHECKING:
    import pandas as pd

    from scenarios import Question

SCHEMA = 1
Show = Callable[[Progress], None] | None


@dataclass(frozen=True)
class FirstRunDifference:
    """The first run of an arm (draw 0, replication 0) on both sides.

    `known` says from what: "fingerprints" that are equal, "events.parquet", or events "lived again"; empty where
    events could not be had, for the reason `why`. `apart` is None for equal fingerprints and for the unknown.
    """

    arm: str
    known: tuple[str, ...]
    apart: EventDifferences | None
    why: str
    setting: TimelineFormat

    @property
    def same(self) -> bool | None:
        """Whether the same happened to the same people; None where it is not known."""
        return (self.apart is None or self.apart.first is None) if self.known else None

    def to_json(self) -> dict[str, Any]:
        """Plain data; `instants` is the widest distance in time of two events that are the same, in days."""
        apart, first = self.apart, self.apart.first if self.apart else None
        date = str(self.setting.date(first.day)) if first else None
        return {
            "arm": self.arm,
            "same": self.same,
            "known": list(self.known),
            "why": self.why,
            "first": first and {**first.to_json(), "date": date},
            "people": apart and apart.people,
            "differing": apart.differing if apart else 0 if self.same else None,
            "events": apart and list(apart.events),
            "instants": apart and apart.instants,
        }


@dataclass(frozen=True)
class Diff:
    """The answer. `arms` are those that both have, `only` those that one has; `same_runs` counts runs with the same
    events among all of the same arm, draw and replication."""

    a: Path
    b: Path
    arms: tuple[str, ...]
    only: tuple[tuple[str, ...], tuple[str, ...]]
    inputs: tuple[InputChange, ...]
    lives: tuple[FirstRunDifference, ...]
    kpis: KpiDifferences
    same_runs: tuple[int, int]
    currency: str

    def to_json(self) -> dict[str, Any]:
        """The machine-readable answer, schema 1; docs/how-to/find-what-differs.md lists its fields."""
        return clean(
            {
                "schema": SCHEMA,
                "a": str(self.a),
                "b": str(self.b),
                "arms": {"both": self.arms, "only_a": self.only[0], "only_b": self.only[1]},
                "inputs": [asdict(change) for change in self.inputs],
                "events": [lives.to_json() for lives in self.lives],
                "runs": {"same": self.same_runs[0], "both": self.same_runs[1]},
                "currency": self.currency,
                "kpis": {**asdict(self.kpis), "confidence": CONFIDENCE},
            }
        )

    def to_frame(self) -> pd.DataFrame:
        """One row per arm and KPI that moved."""
        import pandas as pd

        names = ("arm", "kpi", "unit", "mean_a", "mean_b", "difference", "sds", "t", "low", "high")
        return pd.DataFrame([vars(one) for one in self.kpis.moved], columns=list(names))


def diff(a: str | Path, b: str | Path, *, progress: Show = None) -> Diff:
    """Compare the folders of two runs or comparisons.

    Events are those that the folders hold; where there are none, the first run of the arm is lived again, if its model
    is the present one. Raises InputError for folders of something else, and damaged ones.
    """
    one, other = read_folder(Path(a)), read_folder(Path(b))
    pairs = pairs_of(one, other)
    alone = [arm for arm in one.arms if arm not in {mine for mine, _ in pairs}]
    others = [arm for arm in other.arms if arm not in {theirs for _, theirs in pairs}]
    return Diff(
        a=one.path,
        b=other.path,
        arms=tuple(map(paired_name, pairs)),
        only=(tuple(alone), tuple(others)),
        inputs=changes(one, other, pairs),
        lives=tuple(_lives(one, other, pair, progress) for pair in pairs),
        kpis=_kpis(one, other, pairs),
        same_runs=_same_runs(one, other, pairs),
        currency=str(next(iter(one.arms.values()))["market"]["money"]["currency"]),
    )


def _same_luck(a: ResultFolder, b: ResultFolder) -> bool:
    """Whether runs of one draw and replication are the same market and luck; one draw is the median market."""
    return a.size[0] == b.size[0] and (a.size[1] == 1) == (b.size[1] == 1)


def _kpis(a: ResultFolder, b: ResultFolder, pairs: tuple[tuple[str, str], ...]) -> KpiDifferences:
    mine = {paired_name(pair): wide(a.runs, pair[0]) for pair in pairs}
    other = {paired_name(pair): wide(b.runs, pair[1]) for pair in pairs}
    return moved_kpis(mine, other, _same_luck(a, b))


def _same_runs(a: ResultFolder, b: ResultFolder, pairs: tuple[tuple[str, str], ...]) -> tuple[int, int]:
    theirs = dict(pairs)
    both = [
        (mine, b.fingerprints[theirs[arm], draw, replication])
        for (arm, draw, replication), mine in a.fingerprints.items()
        if (theirs.get(arm, ""), draw, replication) in b.fingerprints
    ]
    return sum(mine == other for mine, other in both), len(both)


# --- the first run's events ------------------------------------------------------------------------


def _lives(a: ResultFolder, b: ResultFolder, pair: tuple[str, str], progress: Show) -> FirstRunDifference:
    arm, setting = paired_name(pair), _setting(a, pair[0])
    prints = [folder.fingerprints.get((own, 0, 0)) for folder, own in zip((a, b), pair, strict=True)]
    if None in prints:
        failed = (a, b)[prints.index(None)]
        return FirstRunDifference(arm, (), None, f"{failed.path}: its run of draw 0, replication 0 failed", setting)
    if prints[0] == prints[1]:
        return FirstRunDifference(arm, ("fingerprints",), None, "", setting)
    if a.size[0] != b.size[0]:
        return FirstRunDifference(
            arm, (), None, f"seed {a.size[0]} in A, {b.size[0]} in B: other people with another luck", setting
        )
    try:
        sides = [_events(folder, own, progress) for folder, own in zip((a, b), pair, strict=True)]
    except _EventsUnavailable as why:
        return FirstRunDifference(arm, (), None, str(why), setting)
    apart = compare_events(sides[0][1], sides[1][1], setting)
    return FirstRunDifference(arm, tuple(dict.fromkeys(known for known, _ in sides)), apart, "", setting)


def _setting(folder: ResultFolder, arm: str) -> TimelineFormat:
    tree = folder.arms[arm]
    return TimelineFormat(tree["run"]["start"], str(tree["market"]["money"]["currency"]))


class _EventsUnavailable(Exception):
    """Why a run's events are neither there nor can be lived again."""


def _events(folder: ResultFolder, arm: str, progress: Show) -> tuple[str, Events]:
    """The events of an arm's first run, and where they come from."""
    kept = folder.path / "events.parquet"
    if kept.exists():
        return kept.name, read_events(kept)
    return "lived again", _lived_again(folder, arm, progress)


def _lived_again(folder: ResultFolder, arm: str, progress: Show) -> Events:
    import sim

    run = _run_again(folder, arm)
    first = "" if is_compiled() else "compiling the model for this machine, once: about 30 s; then "
    message = f"{first}living {arm!r} of {folder.path} again"

    def show(day: int, days: int) -> None:
        if progress:
            progress(Progress(day, days, 0, 0, None, message))

    show(0, run.scenario.run.days)
    ledger = sim.run(run.scenario, run.draw, run.replication, events=True, progress=show)
    if ledger.fingerprint != folder.fingerprints[arm, 0, 0]:
        raise _EventsUnavailable(f"{folder.path}: what its scenario gives now is not what was lived: {_ASK}")
    assert ledger.events is not None
    return ledger.events


_ASK = "keep events when they are lived, by `rehearse run FILE --variant ARM --events --out FOLDER`"


def _run_again(folder: ResultFolder, arm: str) -> PlannedRun:
    made = folder.made
    if made["model_fingerprint"] != model_fingerprint():
        was = f"lived by model {made['model_fingerprint']}, and this is {model_fingerprint()}"
        raise _EventsUnavailable(
            f"{folder.path}: was {was}, so its events cannot be had again: {_ASK} under each model"
        )
    try:
        question = question_in(folder.path, made, None)
        if run_key(question.arms[arm]) != made["scenario_hashes"].get(arm):
            more = "functions in Python, or customers that changed"
            raise _EventsUnavailable(f"{folder.path}: its scenario is not all that was lived ({more}): {_ASK}")
        return _first_run(question, arm)
    except InputError as mistake:
        raise _EventsUnavailable(f"{mistake}; so it cannot be lived again: {_ASK}") from None


def _first_run(question: Question, arm: str) -> PlannedRun:
    table = belief_table(question, question.arms[arm].run.draws)
    return next(run for run in plan(question, table, 1, 1) if run.arm == arm)
