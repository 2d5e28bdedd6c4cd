"""The tables of a sweep in its folder, written and read."""

from __future__ import annotations

import shutil
import tomllib
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from experiments.output.result_files import read_json, replaced, write_json, write_text
from experiments.runs.answer_files import question_in, write_scenarios
from experiments.sweeps.designs import design
from experiments.sweeps.sweep_analysis import analyse
from experiments.sweeps.sweep_result import Sweep
from scenarios import InputError, Plan, load_plan
from scenarios.toml.toml_text import toml_text

if TYPE_CHECKING:
    import pandas as pd

    from sim.offers.own_format import OwnFormat


def write_sweep_tables(answer: Sweep, folder: Path) -> None:
    """design, runs and sensitivity as .parquet, the plan and the resolved scenarios, manifest.json."""
    tables = {"design": answer.design.table, "runs": answer.runs, "sensitivity": answer.sensitivity}
    for name, table in tables.items():
        _write_table(folder / f"{name}.parquet", table)
    _write_plan(answer.plan, folder)
    if answer.plan.question is not None:
        write_scenarios(folder, answer.plan.question)
    write_json(folder / "manifest.json", answer.provenance)


def _write_table(path: Path, table: pd.DataFrame) -> None:
    replaced(path, lambda draft: table.to_parquet(draft, index=table.index.name is not None))


def _write_plan(plan: Plan, folder: Path) -> None:
    """The plan's text; the table of points of the design `file` is copied beside it."""
    text = plan.source_text
    if plan.design == "file":
        tree = tomllib.loads(text)
        points = plan.path.parent / tree["sweep"]["file"]
        target = folder / f"points{points.suffix}"
        if points.resolve() != target.resolve():
            replaced(target, lambda draft: shutil.copyfile(points, draft))
        tree["sweep"]["file"] = target.name
        text = toml_text(tree, f"{plan.path.name}, with its points beside it.")
    write_text(folder / "plan.toml", text)


def read_sweep(folder: Path, offers: Iterable[type[OwnFormat]] = ()) -> Sweep:
    """The sweep of a folder, analysed again from its tables. Raises InputError where they do not fit together.

    `offers` are discount formats of one's own in which its offers are.
    """
    import pandas as pd

    manifest, path = read_json(folder / "manifest.json"), folder / "runs.parquet"
    question = question_in(folder, manifest, None, offers) if "arms" in manifest else None
    plan = load_plan(folder / "plan.toml", question=question)
    try:
        runs = pd.read_parquet(path)
    except (OSError, ValueError) as error:
        raise InputError(place=str(path), expected="a sweep's table of runs", got=str(error)) from None
    points, found = design(plan), runs["point"].nunique()
    if found != len(points.values):
        raise InputError(place=str(path), expected=f"the {len(points.values)} points of its plan", got=str(found))
    return analyse(plan, points, runs, manifest)
