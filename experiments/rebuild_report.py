"""A report once more, from its folder and the store: nothing is lived again."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from experiments.comparison.comparison import Comparison, conclude
from experiments.comparison.precision_goal import PrecisionGoal
from experiments.comparison.replication_loop import lived
from experiments.execution.store import RunRecord, Store
from experiments.execution.task import stored_outcome
from experiments.output.result_files import question_in, read_json
from experiments.runs.executed_runs import Place, Results, RunFailure, tabled
from experiments.runs.planned_runs import PlannedRun, plan_from
from scenarios import InputError, Question

if TYPE_CHECKING:
    from experiments.sweeps.sweep_result import Sweep


def rebuild(folder: str | Path, *, store: str | Path | None = None) -> Comparison | Sweep:
    """Judge a comparison or a sweep again and write its report anew.

    A comparison's runs come from the store beside the folder, or from `store`; a sweep's from its own table. Raises
    InputError where the folder holds neither, and where runs are missing.
    """
    from experiments.report import write_report, write_sweep
    from experiments.sweeps.sweep_files import read_sweep

    place = Path(folder)
    if (place / "sweep.json").is_file():
        swept = read_sweep(place)
        write_sweep(swept, place)
        return swept
    answer = _compared(place, Store.beside(place, store))
    write_report(answer, place)
    return answer


def _compared(folder: Path, store: Store | None) -> Comparison:
    assert store is not None
    made, told = read_json(folder / "manifest.json"), read_json(folder / "comparison.json")
    question = question_in(folder, made, told.get("against"))
    failed = [RunFailure(**one) for one in told["failed"]]
    failures: dict[Place, RunFailure] = {(one.arm, one.draw, one.replication): one for one in failed}

    def live(sized: Question, first: int, message: str) -> Results:
        return _kept(folder, store, plan_from(sized, first, made["model_fingerprint"]), failures)

    question, results, auto = lived(question, _goal(told.get("auto")), live)
    return conclude(question, results, made, auto)


def _goal(auto: Mapping[str, Any] | None) -> PrecisionGoal | None:
    """What a comparison by precision was to reach; the same stages lead to it again."""
    return None if auto is None else PrecisionGoal(auto["asked"], auto["unit"], auto["began_with"], auto["most"])


def _kept(folder: Path, store: Store, runs: list[PlannedRun], failures: Mapping[Place, RunFailure]) -> Results:
    found = {one.key: stored_outcome(store, one) for one in runs}
    missing = [
        one
        for one in runs
        if not isinstance(found[one.key], RunRecord) and (one.arm, one.draw, one.replication) not in failures
    ]
    if missing:
        raise InputError(
            f"{folder}: {len(missing)} of {len(runs)} runs are not in {store.folder}; allowed a store that has them "
            f"(--store), or the question's file to `rehearse compare` again; got none of {missing[0].arm!r}, "
            f"draw {missing[0].draw}, replication {missing[0].replication}"
        )
    pieces = {key: piece for key, piece in found.items() if isinstance(piece, RunRecord)}
    return tabled(runs, pieces, failures, len(pieces), 0.0)
