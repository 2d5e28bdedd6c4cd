"""The files of an answer's folder: tables, resolved scenarios, manifest and the answer itself."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from experiments.output.event_files import write_event_log
from experiments.output.result_files import replaced, write_text
from scenarios import InputError, checked_additions, load_question, resolved_toml
from scenarios.values.own_kpis import from_json
from scenarios.values.own_mechanisms import mechanism_from_json

if TYPE_CHECKING:
    from experiments.runs.planned_runs import PlannedRun
    from experiments.runs.results import Results
    from scenarios import Question
    from sim.offers.own_format import OwnFormat


def write_tables(out: Path, question: Question, results: Results) -> None:
    """runs, series, cohorts and campaigns as .parquet, and scenarios/*.toml."""
    runs = results.runs.assign(scenario=question.name)
    replaced(out / "runs.parquet", lambda draft: runs.to_parquet(draft, index=False))
    replaced(out / "series.parquet", lambda draft: results.series.to_parquet(draft, index=False))
    replaced(out / "cohorts.parquet", lambda draft: results.cohorts.to_parquet(draft, index=False))
    replaced(out / "campaigns.parquet", lambda draft: results.campaigns.to_parquet(draft, index=False))
    write_scenarios(out, question)


def write_scenarios(out: Path, question: Question) -> None:
    """scenarios/*.toml: every arm resolved, numbered in the question's order."""
    for place, (arm, scenario) in enumerate(question.arms.items(), 1):
        write_text(out / "scenarios" / f"{place}-{slug(arm)}.toml", resolved_toml(scenario, question))


def write_events(out: Path, run: PlannedRun) -> None:
    """events.parquet and the tables of event-log/, of one run that is done again with its events kept."""
    import pandas as pd

    import sim

    ledger = sim.run(run.scenario, run.draw, run.replication, events=True, tables=True)
    table = pd.DataFrame(ledger.events)
    replaced(out / "events.parquet", lambda draft: table.to_parquet(draft, index=False))
    assert ledger.tables is not None
    write_event_log(out, ledger.tables)


def slug(name: str) -> str:
    """A name as part of a file name: letters, digits, dots and hyphens of any script."""
    return re.sub(r"[^\w.-]+", "-", name).strip("-.") or "arm"


def question_in(
    folder: Path, made: Mapping[str, Any], against: str | None, offers: Iterable[type[OwnFormat]] = ()
) -> Question:
    """The question of a result folder, from the resolved scenarios that it holds. KPIs and mechanisms of one's own are
    without their functions; `offers` are the discount formats of one's own in which its offers are."""
    kpis = [from_json(one) for one in made.get("kpis", {}).values()]
    mechanisms = [mechanism_from_json(one) for one in made.get("mechanisms", {}).values()]
    additions = checked_additions(kpis, offers, mechanisms)
    files = scenario_files(folder, made)
    loaded = {name: load_question(path, additions=additions) for name, path in files.items()}
    arms = {name: next(iter(one.arms.values())) for name, one in loaded.items()}
    first = next(iter(loaded.values()))
    return replace(first, arms=arms, compare=replace(first.compare, against=against))


def scenario_files(folder: Path, made: Mapping[str, Any]) -> dict[str, Path]:
    """The resolved scenario of every arm that the manifest names. Raises InputError where one is missing."""
    names = made.get("arms", ())
    files = [path for place in range(1, len(names) + 1) for path in (folder / "scenarios").glob(f"{place}-*.toml")]
    if not files or len(files) != len(names):
        expected = f"one file for each of {len(names)} arms"
        raise InputError(place=f"{folder}: scenarios", expected=expected, got=str(len(files)))
    return dict(zip(names, files, strict=True))
