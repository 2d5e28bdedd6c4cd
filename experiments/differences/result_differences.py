"""What differs between two result folders: which inputs, the first event, which KPIs."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from experiments.differences.event_differences import EventDifferences, Events, compare_events, read_events
from experiments.differences.kpi_differences import CONFIDENCE, KpiDifferences, compare_kpis, wide
from experiments.differences.result_folders import (
    InputChange,
    ResultFolder,
    format_pair,
    input_changes,
    pair_arms,
    read_folder,
)
from experiments.execution.progress import Progress, Report, verb_of_runs
from experiments.output.format_values import format_count
from experiments.output.json_answers import clean
from experiments.runs.answer_files import question_in
from experiments.runs.planned_runs import PlannedRun, plan
from experiments.traces.timeline_entries import TimelineFormat
from scenarios import InputError, belief_table, run_key
from sim.fingerprint import is_compiled, model_fingerprint
from sim.output.shown import Drawn

if TYPE_CHECKING:
    import pandas as pd

    from scenarios import Question

SCHEMA = 1
AGAIN = "simulated again"
_JSON_SOURCE = {AGAIN: "lived again"}


@dataclass(frozen=True)
class FirstRunDifference:
    """The first run of an arm (draw 0, replication 0) on both sides.

    `known` is the source: "fingerprints" that are equal, "events.parquet", or events of a run "simulated again"; empty
    where there are no events, for the reason `why`. `events` is None for equal fingerprints and where nothing is known.
    """

    arm: str
    known: tuple[str, ...]
    events: EventDifferences | None
    why: str
    formats: TimelineFormat

    @property
    def same(self) -> bool | None:
        """Whether both sides have the same events; None where it is not known."""
        return (self.events is None or self.events.first is None) if self.known else None

    def to_json(self) -> dict[str, Any]:
        """Plain data; `instants` is the largest time between two equal events, in days."""
        events, first = self.events, self.events.first if self.events else None
        date = str(self.formats.date(first.day)) if first else None
        return {
            "arm": self.arm,
            "same": self.same,
            "known": [_JSON_SOURCE.get(source, source) for source in self.known],
            "why": self.why,
            "first": first and {**first.to_json(), "date": date},
            "people": events and events.people,
            "differing": events.differing if events else 0 if self.same else None,
            "events": events and list(events.events),
            "instants": events and events.instants,
        }


@dataclass(frozen=True, repr=False)
class Diff(Drawn):
    """What differs between two result folders."""

    a: Path
    """The first folder."""
    b: Path
    """The second folder."""
    arms: tuple[str, ...]
    """The arms of both folders."""
    only: tuple[tuple[str, ...], tuple[str, ...]]
    """The arms of the first folder alone, and those of the second."""
    inputs: tuple[InputChange, ...]
    """The inputs that differ, each with its path and both values."""
    first_runs: tuple[FirstRunDifference, ...]
    """Of each arm, the first event in which its first run differs."""
    kpis: KpiDifferences
    """The KPIs that `moved`, largest first, among those `compared`."""
    same_runs: tuple[int, int]
    """How many runs have equal events, and how many there are of the same arm, draw and replication."""
    currency: str
    """The currency of the first folder."""

    def __repr__(self) -> str:
        inputs = format_count(len(self.inputs), "input")
        moved = f"{len(self.kpis.moved)} of {self.kpis.compared} KPIs moved"
        same, both = self.same_runs
        runs = f"{same} of {format_count(both, 'run')} with the same events"
        return f"Diff of {self.a} and {self.b}: {inputs} other, {moved}, {runs}"

    def to_json(self) -> dict[str, Any]:
        """The machine-readable answer, schema 1; docs/reference/json.md lists its fields."""
        return clean(
            {
                "schema": SCHEMA,
                "a": str(self.a),
                "b": str(self.b),
                "arms": {"both": self.arms, "only_a": self.only[0], "only_b": self.only[1]},
                "inputs": [asdict(change) for change in self.inputs],
                "events": [one.to_json() for one in self.first_runs],
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


@verb_of_runs
def diff(a: str | Path, b: str | Path, *, progress: Report | bool | None = True) -> Diff:
    """Compare the folders of two runs or comparisons: inputs, first event, KPIs.

    Events are read from the folders. Where there are none, the first run of the arm is simulated again, if the present
    model is the one of the folder.

    a, b: folders that `compare` or `rehearse run --out` wrote
    progress: True shows a bar in a terminal or a notebook where work takes two seconds or more, False nothing; a
        function is called with each `Progress`

        found = rh.diff("out/shop", "out/later")
        print(found.same_runs, len(found.to_frame()))

    Raises InputError for any other folder, and for a damaged one.
    """
    one, other = read_folder(Path(a)), read_folder(Path(b))
    report = progress if callable(progress) else None
    pairs = pair_arms(one, other)
    only_a = tuple(arm for arm in one.arms if arm not in {mine for mine, _ in pairs})
    only_b = tuple(arm for arm in other.arms if arm not in {theirs for _, theirs in pairs})
    return Diff(
        a=one.path,
        b=other.path,
        arms=tuple(map(format_pair, pairs)),
        only=(only_a, only_b),
        inputs=input_changes(one, other, pairs),
        first_runs=tuple(_compare_first_run(one, other, pair, report) for pair in pairs),
        kpis=_kpis(one, other, pairs),
        same_runs=_same_runs(one, other, pairs),
        currency=str(next(iter(one.arms.values()))["market"]["money"]["currency"]),
    )


def _common_random_numbers(a: ResultFolder, b: ResultFolder) -> bool:
    """Whether equal draw and replication mean equal market and random numbers; a single draw is the median market."""
    return a.size[0] == b.size[0] and (a.size[1] == 1) == (b.size[1] == 1)


def _kpis(a: ResultFolder, b: ResultFolder, pairs: tuple[tuple[str, str], ...]) -> KpiDifferences:
    mine = {format_pair(pair): wide(a.runs, pair[0]) for pair in pairs}
    other = {format_pair(pair): wide(b.runs, pair[1]) for pair in pairs}
    found = compare_kpis(mine, other, _common_random_numbers(a, b))
    units = {name: kpi["unit"] for folder in (a, b) for name, kpi in folder.own_kpis.items()}
    return replace(found, moved=tuple(replace(one, unit=units.get(one.kpi, one.unit)) for one in found.moved))


def _same_runs(a: ResultFolder, b: ResultFolder, pairs: tuple[tuple[str, str], ...]) -> tuple[int, int]:
    theirs = dict(pairs)
    both = [
        (mine, b.fingerprints[theirs[arm], draw, replication])
        for (arm, draw, replication), mine in a.fingerprints.items()
        if (theirs.get(arm, ""), draw, replication) in b.fingerprints
    ]
    return sum(mine == other for mine, other in both), len(both)


# --- the first run's events ------------------------------------------------------------------------


def _compare_first_run(
    a: ResultFolder, b: ResultFolder, pair: tuple[str, str], report: Report | None
) -> FirstRunDifference:
    arm, formats = format_pair(pair), _formats(a, pair[0])
    prints = [folder.fingerprints.get((own, 0, 0)) for folder, own in zip((a, b), pair, strict=True)]
    if None not in prints and prints[0] == prints[1]:
        return FirstRunDifference(arm, ("fingerprints",), None, "", formats)
    try:
        if None in prints:
            failed = (a, b)[prints.index(None)]
            raise _EventsUnavailable(f"{failed.path}: its run of draw 0, replication 0 failed")
        if a.size[0] != b.size[0]:
            raise _EventsUnavailable(f"seed {a.size[0]} in A, {b.size[0]} in B: other people and random numbers")
        sides = [_events(folder, own, report) for folder, own in zip((a, b), pair, strict=True)]
    except _EventsUnavailable as why:
        return FirstRunDifference(arm, (), None, str(why), formats)
    sources = tuple(dict.fromkeys(source for source, _ in sides))
    return FirstRunDifference(arm, sources, compare_events(sides[0][1], sides[1][1], formats), "", formats)


def _formats(folder: ResultFolder, arm: str) -> TimelineFormat:
    tree = folder.arms[arm]
    return TimelineFormat(tree["run"]["start"], str(tree["market"]["money"]["currency"]))


class _EventsUnavailable(Exception):
    """Why the events of a run are not available: neither in the folder nor by simulating again."""


def _events(folder: ResultFolder, arm: str, report: Report | None) -> tuple[str, Events]:
    """The source and the events of an arm's first run."""
    kept = folder.path / "events.parquet"
    if kept.exists():
        return kept.name, read_events(kept)
    return AGAIN, _simulate_again(folder, arm, report)


def _simulate_again(folder: ResultFolder, arm: str, report: Report | None) -> Events:
    import sim

    run = _run_again(folder, arm)
    first = "" if is_compiled() else "compiling the model for this machine, once; then "
    message = f"{first}simulating {arm!r} of {folder.path} again"

    def show(day: int, days: int) -> None:
        if report:
            report(Progress(day, days, 0, 0, None, message))

    show(0, run.scenario.run.days)
    ledger = sim.run(run.scenario, run.draw, run.replication, events=True, progress=show)
    if ledger.fingerprint != folder.fingerprints[arm, 0, 0]:
        raise _EventsUnavailable(f"{folder.path}: its scenario now gives other events than it recorded: {_ASK}")
    assert ledger.events is not None
    return ledger.events


_ASK = "keep the events when you run it, with `rehearse run FILE --variant ARM --events --out FOLDER`"


def _run_again(folder: ResultFolder, arm: str) -> PlannedRun:
    manifest, model = folder.manifest, folder.manifest["model_fingerprint"]
    if model != model_fingerprint():
        why = f"model {model} simulated it, and this is {model_fingerprint()}, which cannot repeat its events"
        raise _EventsUnavailable(f"{folder.path}: {why}: {_ASK} under each model")
    try:
        question = question_in(folder.path, manifest, None)
        if run_key(question.arms[arm]) != manifest["scenario_hashes"].get(arm):
            more = "functions in Python, or customers that have changed"
            raise _EventsUnavailable(f"{folder.path}: its scenario file is not the whole input ({more}): {_ASK}")
        return _first_run(question, arm)
    except InputError as mistake:
        raise _EventsUnavailable(f"{mistake}; so it cannot be simulated again: {_ASK}") from None


def _first_run(question: Question, arm: str) -> PlannedRun:
    table = belief_table(question, question.arms[arm].run.draws)
    return next(run for run in plan(question, table, 1, 1) if run.arm == arm)
