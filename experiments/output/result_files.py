"""Result files, written under a temporary name beside their place and renamed; and read again."""

from __future__ import annotations

import json
import os
import re
import uuid
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from scenarios import InputError, load, resolved_toml

if TYPE_CHECKING:
    from experiments.runs.executed_runs import Results
    from experiments.runs.planned_runs import PlannedRun
    from scenarios import Question

ANSWERS = ("run.json", "comparison.json", "sweep.json")
"""What a result folder is of, by the name of its answer."""


def replaced(path: Path, write: Callable[[Path], object]) -> None:
    """Let `write` fill a temporary file, then put it in place of `path`. Raises InputError if it cannot."""
    draft = path.with_name(f".{path.name}.{os.getpid()}.{uuid.uuid4().hex[:8]}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write(draft)
        draft.replace(path)
    except OSError as error:
        raise InputError(f"{path}: cannot be written: {error.strerror or error}") from None
    finally:
        with suppress(OSError):
            draft.unlink(missing_ok=True)


def write_text(path: Path, text: str) -> None:
    """A UTF-8 text file, whole or not at all."""
    replaced(path, lambda draft: draft.write_text(text, encoding="utf-8"))


def write_json(path: Path, value: Any) -> None:
    """A JSON file, whole or not at all; refuses nan."""
    write_text(path, json.dumps(value, indent=2, ensure_ascii=False, allow_nan=False) + "\n")


def write_answer(out: Path, name: str, value: Any) -> None:
    """The answer of a folder; it holds one, so another's, whose tables were written over, goes."""
    for other in ANSWERS:
        if other != name:
            (out / other).unlink(missing_ok=True)
    write_json(out / name, value)


def write_tables(
    out: Path, question: Question, results: Results, made: Mapping[str, Any], name: str, answer: Any
) -> None:
    """runs, series and campaigns as .parquet, scenarios/*.toml, manifest.json and the answer as `name`; events that lay
    there were those of other runs."""
    runs = results.runs.assign(scenario=question.name)
    replaced(out / "runs.parquet", lambda draft: runs.to_parquet(draft, index=False))
    (out / "events.parquet").unlink(missing_ok=True)
    replaced(out / "series.parquet", lambda draft: results.series.to_parquet(draft, index=False))
    replaced(out / "campaigns.parquet", lambda draft: results.campaigns.to_parquet(draft, index=False))
    write_scenarios(out, question)
    write_json(out / "manifest.json", made)
    write_answer(out, name, answer)


def write_scenarios(out: Path, question: Question) -> None:
    """scenarios/*.toml: every arm resolved, numbered in the question's order; nothing else stays in that folder."""
    wanted = {f"{place}-{slug(arm)}.toml": scenario for place, (arm, scenario) in enumerate(question.arms.items(), 1)}
    for old in (out / "scenarios").glob("*.toml"):
        if old.name not in wanted:
            old.unlink(missing_ok=True)
    for name, scenario in wanted.items():
        write_text(out / "scenarios" / name, resolved_toml(scenario, question))


def write_events(out: Path, run: PlannedRun) -> None:
    """events.parquet: person, kind, day, cents, instant of one run, lived again with its events kept."""
    import pandas as pd

    import sim

    ledger = sim.run(run.scenario, run.draw, run.replication, events=True)
    table = pd.DataFrame(ledger.events)
    replaced(out / "events.parquet", lambda draft: table.to_parquet(draft, index=False))


def slug(name: str) -> str:
    """A name as part of a file name: letters, digits, dots and hyphens of any script."""
    return re.sub(r"[^\w.-]+", "-", name).strip("-.") or "arm"


def read_json(path: Path) -> dict[str, Any]:
    """A result file. Raises InputError where there is none, or none that can be read."""
    try:
        value = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else "a file that is no JSON"
        allowed = "allowed the folder of a comparison or a sweep that has ended"
        raise InputError(f"{path.parent}: {path.name} cannot be read; {allowed}; got {reason}") from None
    if not isinstance(value, dict):
        raise InputError(f"{path}: allowed what a comparison or a sweep has written; got {type(value).__name__}")
    return value


def question_in(folder: Path, made: Mapping[str, Any], against: str | None) -> Question:
    """The question of a result folder, from the resolved scenarios that it holds."""
    loaded = {name: load(path) for name, path in scenario_files(folder, made).items()}
    arms = {name: next(iter(one.arms.values())) for name, one in loaded.items()}
    first = next(iter(loaded.values()))
    return replace(first, arms=arms, compare=replace(first.compare, against=against))


def scenario_files(folder: Path, made: Mapping[str, Any]) -> dict[str, Path]:
    """The resolved scenario of every arm that the manifest names. Raises InputError where one is missing."""
    names = made.get("arms", ())
    files = [path for place in range(1, len(names) + 1) for path in (folder / "scenarios").glob(f"{place}-*.toml")]
    if not files or len(files) != len(names):
        raise InputError(f"{folder}: scenarios: allowed one file for each of {len(names)} arms; got {len(files)}")
    return dict(zip(names, files, strict=True))
