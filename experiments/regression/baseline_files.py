"""Baselines: the results of a scenario's runs, in a text file for version control whose differences are easy to
read."""

from __future__ import annotations

import hashlib
import json
import math
import platform
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from experiments.comparison.statistics import Floats
from experiments.output.result_files import write_text
from experiments.runs.provenance import processor
from scenarios import InputError
from scenarios.toml.toml_document import label
from sim.fingerprint import COMPILERS, model_fingerprint

if TYPE_CHECKING:
    from experiments.execution.store import RunRecord
    from scenarios import Question

FORMAT = 1
SUFFIX = ".baseline"
COUNTS = ("added", "first_orders", "orders", "campaign_orders", "touches", "optouts", "complaints")
CENTS = (
    "list_value", "discount", "paid", "refunded", "goods", "gifts", "parcel_cost", "message_cost", "acquisition_cost",
    "wages", "contribution",
)  # fmt: skip
_SHOWN = 16
"""Digits of an event fingerprint that are kept."""
_RESTORE = 'restore it from version control, or delete it and write it again with --update --why "..."'
_AS_WRITTEN = f"the file as it was written ({_RESTORE})"
_NEW_FORMAT = f'{FORMAT} (delete the file and write it again with --update --why "...", on the model before the change)'


@dataclass(frozen=True)
class BaselineRuns:
    """The runs of one arm, in the order of their units: event fingerprints, whole totals of counts and cents over all
    days, and KPIs over the measured days as floats of shape (runs,), nan where a run has no value."""

    events: tuple[str, ...]
    totals: Mapping[str, tuple[int, ...]]
    values: Mapping[str, Floats]

    def first(self, runs: int) -> BaselineRuns:
        """The first `runs` runs."""
        totals = {name: column[:runs] for name, column in self.totals.items()}
        values = {kpi: column[:runs] for kpi, column in self.values.items()}
        return BaselineRuns(self.events[:runs], totals, values)

    def equal(self, other: BaselineRuns) -> bool:
        """Whether events, counts and cents are equal, and the KPIs that both have are equal in the digits written."""
        if (self.events, self.totals) != (other.events, other.totals):
            return False
        pairs = ((own, other.values[kpi]) for kpi, own in self.values.items() if kpi in other.values)
        return all(np.allclose(one, two, rtol=1e-9, atol=0.0, equal_nan=True) for one, two in pairs)


@dataclass(frozen=True)
class Conclusion:
    """What follows from a question's runs: the arm that wins or None, which kind of verdict, and the arms by the
    deciding KPI, the best first."""

    kpi: str
    verdict: str | None
    kind: str
    order: tuple[str, ...]


@dataclass(frozen=True)
class Baseline:
    """The results of one question. `made` names versions and the machine, `size` what must be equal to be comparable.

    `may` are the changes that were expected when it was written, `why` the reason that was given. `conclusion` is None
    for a question of one arm.
    """

    scenario: str
    why: str
    may: tuple[str, ...]
    made: Mapping[str, str]
    size: Mapping[str, Any]
    conclusion: Conclusion | None
    arms: Mapping[str, BaselineRuns]

    @property
    def runs(self) -> int:
        """Runs of each arm."""
        return int(self.size["draws"]) * int(self.size["replications"])


def baseline_path(folder: Path, question: Question) -> Path:
    """The file of a question's baseline: the scenario's name in the folder of all baselines."""
    return folder / f"{question.path.stem}{SUFFIX}"


def made_here() -> dict[str, str]:
    """What the integers depend on: the model, its compilers and the processor."""
    return {
        "model": model_fingerprint(),
        "python": platform.python_version(),
        **{name: version(name) for name in (*COMPILERS, "holidays")},
        "processor": processor(),
    }


def size_of(question: Question) -> dict[str, Any]:
    """What must be equal in two sets of runs so that they are pairs."""
    run = next(iter(question.arms.values())).run
    names = ("seed", "warm_up", "horizon", "cool_down", "draws", "replications")
    return {"start": run.start.isoformat(), **{name: getattr(run, name) for name in names}}


# --- the file --------------------------------------------------------------------------------------


def write_baseline(path: Path, baseline: Baseline) -> None:
    """Write the file, whole or not at all."""
    body = _body(baseline)
    command = 'rehearse check PATH --baseline DIR --update --why "..."'
    head = [
        f"# How {baseline.scenario} came out. Written by `{command}`, not by hand.",
        f"format = {FORMAT}",
        f"why = {_text(baseline.why)}",
        f"may = [{', '.join(map(_text, baseline.may))}]",
        f"sum = {_text(_sum(body))}  # of all lines below",
    ]
    write_text(path, "\n".join(head) + "\n" + body)


def _body(baseline: Baseline) -> str:
    lines = [f"scenario = {_text(baseline.scenario)}"]
    tables: list[tuple[str, Mapping[str, Any]]] = [("made", baseline.made), ("size", baseline.size)]
    if baseline.conclusion is not None:
        end = baseline.conclusion
        order = "[" + ", ".join(map(_text, end.order)) + "]"
        lines += ["", "[conclusion]", f"kpi = {_text(end.kpi)}", f"kind = {_text(end.kind)}"]
        lines += [f"verdict = {_text(end.verdict)}"] if end.verdict is not None else []
        lines += [f"order = {order}"]
    for name, table in tables:
        lines += ["", f"[{name}]", *(f"{key} = {_plain(value)}" for key, value in table.items())]
    for arm, runs in baseline.arms.items():
        lines += ["", f"[means.{_text(arm)}]  # for the reader; money in cents, times in days"]
        lines += [f"{kpi} = {_number(_mean(column))}" for kpi, column in sorted(runs.values.items())]
        lines += ["", f"[totals.{_text(arm)}]"]
        lines += [f"{name} = {sum(column)}" for name, column in runs.totals.items()]
    for arm, runs in baseline.arms.items():
        lines += ["", f"[runs.{_text(arm)}]", f"counts = {json.dumps(list(runs.totals))}"]
        lines += [f"kpis = {json.dumps(list(runs.values))}", "rows = [", *_rows(runs), "]"]
    return "\n".join(lines) + "\n"


def _rows(runs: BaselineRuns) -> list[str]:
    columns = [[str(n) for n in column] for column in runs.totals.values()]
    columns += [[_number(v) for v in column] for column in runs.values.values()]
    return [f'  ["{event}", {", ".join(row)}],' for event, *row in zip(runs.events, *columns, strict=True)]


def _mean(column: Floats) -> float:
    finite = column[np.isfinite(column)]
    return float(finite.mean()) if finite.size else math.nan


def _number(value: float) -> str:
    return f"{value:.10g}"


def _text(text: str) -> str:
    """A TOML basic string: JSON escapes what TOML escapes."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def _plain(value: Any) -> str:
    return _text(value) if isinstance(value, str) else str(value)


def _sum(body: str) -> str:
    return hashlib.blake2b(body.encode(), digest_size=8).hexdigest()


def read_baseline(path: Path) -> Baseline:
    """Read a baseline. Raises InputError where the file is missing, of another format, or not as it was written."""
    try:
        text = path.read_text(encoding="utf-8")
        tree = tomllib.loads(text)
    except FileNotFoundError:
        wanted = 'a baseline (--update --why "..." writes it)'
        raise InputError("no such file", place=label(path), expected=wanted) from None
    except OSError as error:
        raise InputError("cannot be read", place=label(path), expected="a baseline", got=str(error.strerror)) from None
    except (ValueError, RecursionError) as error:
        got = str(error)[:60]
        raise InputError("not a baseline", place=label(path), expected=_AS_WRITTEN, got=got) from None
    if type(tree.get("format")) is not int or tree["format"] != FORMAT:
        place, got = f"{label(path)}: format", str(tree.get("format", "none"))
        raise InputError("unknown format", place=place, expected=_NEW_FORMAT, got=got)
    _, _, body = text.partition("# of all lines below\n")
    if _sum(body) != tree.get("sum"):
        raise InputError("not the sum of the lines below it", place=f"{label(path)}: sum", expected=_AS_WRITTEN)
    return _baseline(tree)


def _baseline(tree: Mapping[str, Any]) -> Baseline:
    """The baseline of a tree whose sum was found right, so that its fields are as they were written."""
    end, may = tree.get("conclusion"), tree.get("may", [])
    return Baseline(
        scenario=tree["scenario"],
        why=str(tree.get("why", "")),
        may=tuple(map(str, may)) if isinstance(may, list) else (str(may),),
        made=tree["made"],
        size=tree["size"],
        conclusion=end and Conclusion(end["kpi"], end.get("verdict"), end["kind"], tuple(end["order"])),
        arms={arm: _runs(table) for arm, table in tree["runs"].items()},
    )


def _runs(table: Mapping[str, Any]) -> BaselineRuns:
    rows: Sequence[Sequence[Any]] = table["rows"]
    counts, kpis = table["counts"], table["kpis"]
    columns = list(zip(*rows, strict=True))
    totals = dict(zip(counts, columns[1 : 1 + len(counts)], strict=True))
    values = {
        kpi: np.array(column, dtype=np.float64) for kpi, column in zip(kpis, columns[1 + len(counts) :], strict=True)
    }
    return BaselineRuns(columns[0], totals, values)


def recorded_runs(records: Sequence[RunRecord], kpis: Sequence[str]) -> BaselineRuns:
    """What a baseline keeps of one arm's finished runs, rounded to the digits that it keeps."""
    measured = [{kpi: value for kpi, window, value, *_ in record.measures if window == "horizon"} for record in records]
    totals = {name: tuple(int(record.series[name].sum()) for record in records) for name in (*COUNTS, *CENTS)}
    values = {kpi: np.array([float(_number(one[kpi])) for one in measured], dtype=np.float64) for kpi in kpis}
    return BaselineRuns(tuple(record.fingerprint[:_SHOWN] for record in records), totals, values)
