"""Plan files: what a sweep varies, over which points, and which KPIs it measures."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any, Literal, get_args

from scenarios.building.placement import STATED
from scenarios.building.stated_values import plain_value
from scenarios.errors import InputError, InvalidValue, nearest, shown
from scenarios.plans.axes import Axis
from scenarios.plans.axis_reading import (
    in_file_notation,
    is_axis,
    lines_of_paths,
    read_axis,
    validate_separate,
    varied_paths,
)
from scenarios.plans.point_placement import validate_points
from scenarios.plans.point_reading import read_points
from scenarios.questions.question import Question
from scenarios.questions.question_additions import NOTHING_ADDED, Additions, with_additions
from scenarios.reading.levers import flat_paths
from scenarios.reading.loading import TOP as SCENARIO, load_question
from scenarios.reading.references import named_file, project_folder, resolve
from scenarios.toml.entries import Entry, check_format, name_of
from scenarios.toml.toml_document import Node, read, text_of, tree_of
from scenarios.toml.toml_text import Inline, toml_text
from scenarios.values.own_kpis import known_kpis
from scenarios.values.quantities import parse
from sim import units as u
from sim.scenario import Scenario

Design = Literal["grid", "latin", "sobol", "morris", "file"]
TOP = ("format", "name", "scenario", "sweep")
SWEEP = (
    *("design", "points", "levels", "file", "draws", "replications"),
    *("seed", "kpis", "variants", "vary", "analyse"),
)
MOST = 1_000_000
"""Points of a design at most."""
LEVELS = {"grid": 5, "morris": 4}
LEAST = "[sweep] design and [sweep.vary]"


@dataclass(frozen=True)
class Plan:
    """A sweep that is to be run: which paths vary over which values, and how their points are chosen."""

    name: str
    """Name of the plan."""
    path: Path
    """The file; of a plan stated in Python `Python`."""
    question: Question | None
    """The scenario with the chosen arms; None where the plan is for a plain function."""
    axes: tuple[Axis, ...]
    """What varies: each with its path and its values."""
    design: Design
    """How points are chosen: grid, latin, sobol, morris or file."""
    points: int
    """What the design counts: points (latin, file), base points (sobol), trajectories (morris); of a grid, all."""
    levels: int
    """Values of each axis in a grid or in trajectories."""
    rows: tuple[Mapping[str, Any], ...]
    """The points of a file, values by path."""
    draws: int
    """Plausible markets at each point."""
    replications: int
    """Runs of each arm in each market."""
    seed: int
    """The random seed."""
    kpis: tuple[str, ...]
    """The KPIs that are looked at; all where empty."""
    sensitivity: bool
    """Whether indices of sensitivity are computed."""
    source_text: str
    """The plan as TOML."""
    lines: Node
    """Where the plan states each value."""

    @property
    def arms(self) -> list[str]:
        """The arms by name; `base` alone for a plain function."""
        return list(self.arm_scenarios) or ["base"]

    @property
    def arm_scenarios(self) -> Mapping[str, Scenario]:
        """The arms' scenarios by name, at the market's medians; none for a plain function."""
        return self.question.arms if self.question is not None else {}

    def axis(self, path: str) -> Axis:
        """The axis of a path."""
        return next(axis for axis in self.axes if axis.path == path)


def load_plan(
    source: str | Path | Mapping[str, Any],
    *,
    market: str | None = None,
    question: Question | None = None,
    additions: Additions = NOTHING_ADDED,
) -> Plan:
    """Read a plan: a TOML file, or a mapping of the same structure stated in Python.

    In a mapping `scenario` may be a loaded question, and file names start at the working directory; values may be
    numbers in stored units, arrays of them, or what a scenario holds, as in `Question.with_values`. `market` takes
    the place of the scenario's own, `question` that of the whole scenario. `additions` are what a user adds: KPIs that
    the plan and its scenario may name, discount formats, mechanisms. Raises InputError with the place in the file.
    """
    loads = partial(load_question, market=market, additions=additions)
    if isinstance(source, Mapping):
        given = source.get("scenario")
        if isinstance(given, Question):
            question = given
        elif question is None and isinstance(given, str | Path):
            question = loads(given)
        tree = _tree_of(source, question)
        text = _as_toml(tree)
    elif isinstance(source, str | Path):
        path = named_file(source)
        tree, text = read(path, LEAST), text_of(path, LEAST)
    else:
        raise InputError(place="plan", expected="a file, or a mapping of the same structure", got=shown(source))
    if question is not None:
        question = with_additions(question, additions)
    elif additions.kinds and "scenario" not in tree.value:
        kind, count = next(iter(additions.kinds.items()))
        raise InputError(place=kind, expected="a plan with a scenario", got=f"{count} without one")
    return _read(tree, question, loads, text)


def _tree_of(source: Mapping[str, Any], question: Question | None) -> Node:
    given = source.get("scenario")
    name = str(given.path) if isinstance(given, Question) else given
    stated = plain_value({**source, "scenario": name} if "scenario" in source else source)
    sweep = stated.get("sweep")
    if question is not None and isinstance(sweep, dict) and "vary" in sweep:
        stated["sweep"] = {**sweep, "vary": in_file_notation(sweep["vary"], question)}
    try:
        return tree_of(stated, STATED)
    except InvalidValue as error:
        raise error.at(str(STATED)) from None


def _as_toml(tree: Node) -> str:
    """The tree as TOML; paths keep their order, which is the order of the design's columns."""
    plain = tree.plain()
    sweep = tree.child("sweep")
    vary = sweep.child("vary") if sweep is not None else None
    if vary is not None and isinstance(vary.value, dict):
        paths = flat_paths(Entry(vary, ()), is_axis)
        plain["sweep"]["vary"] = {path: _on_one_line(entry.node.plain()) for path, entry in paths}
    return toml_text(plain, "A plan that was stated in Python.")


def _on_one_line(plain: Any) -> Any:
    return Inline(plain) if isinstance(plain, dict) else plain


def _read(tree: Node, question: Question | None, loads: Callable[[str | Path], Question], text: str) -> Plan:
    _validate_top(Entry(tree))
    top = Entry(tree).table(TOP, required=("sweep",))
    check_format(top)
    if question is None and top.has("scenario"):
        question = _scenario(top.at("scenario"), loads)
    sweep = top.at("sweep").table(SWEEP, required=("design",))
    question = _chosen(sweep, question)
    design = _design(sweep)
    axes, rows, lines = _axes(sweep, design, question)
    run = next(iter(question.arms.values())).run if question is not None else None
    plan = Plan(
        name=name_of(top.at("name")) or tree.file.stem,
        path=tree.file,
        question=question,
        axes=axes,
        design=design,
        points=_points(sweep, design, axes, rows),
        levels=_levels(sweep, design),
        rows=rows,
        draws=_count(sweep.at("draws"), 1, 100_000, run.draws if run else 1),
        replications=_count(sweep.at("replications"), 1, 65_535, run.replications if run else 1),
        seed=_count(sweep.at("seed"), 0, 2**53 - 1, 1),
        kpis=_kpis(sweep.at("kpis"), question),
        sensitivity=_sensitivity(sweep.at("analyse")),
        source_text=text,
        lines=lines,
    )
    validate_points(plan.arm_scenarios, plan.axes, plan.rows, plan.lines)
    return plan


# --- keys of a plan --------------------------------------------------------------------------------


def _validate_top(entry: Entry) -> None:
    """Raise InputError where a scenario is given in place of a plan."""
    for key in entry.node.value:
        if key in SCENARIO and key not in TOP:
            problem = "a key of scenarios, which `rehearse compare` reads"
            raise entry.at(key).error(problem, expected=f"one of {', '.join(TOP)}", got=repr(key))


def _scenario(entry: Entry, loads: Callable[[str | Path], Question]) -> Question:
    """A file's reference stays inside its project; a plan that is stated in Python may name any file."""
    if entry.node.file == STATED:
        return loads(str(entry.node.value))
    return loads(resolve(entry, project_folder(entry.node.file)))


def _chosen(sweep: Entry, question: Question | None) -> Question | None:
    """The question with the arms that `variants` names."""
    if not sweep.has("variants"):
        return question
    entry = sweep.at("variants")
    if question is None:
        raise entry.error("a plan without a scenario has no variants", expected="scenario = FILE", got="")
    names = entry.texts()
    for name in names:
        if name not in question.arms:
            raise entry.error("unknown arm", expected=nearest(name, question.arms), got=shown(name))
    arms = {name: question.arms[name] for name in names}
    against = question.compare.against if question.compare.against in arms else None
    return replace(question, arms=arms, compare=replace(question.compare, against=against))


def _kpis(entry: Entry, question: Question | None) -> tuple[str, ...]:
    if entry.node.value is None:
        how = question.compare if question is not None else None
        return (how.kpi, *(kpi for kpi in how.also if kpi != how.kpi)) if how is not None else ()
    names = entry.texts()
    if question is not None:
        measures = question.measures
        for name in names:
            if name not in measures:
                raise entry.error("unknown measure", expected=known_kpis(name, measures), got=shown(name))
    return tuple(names)


def _sensitivity(entry: Entry) -> bool:
    if entry.node.value is None:
        return True
    value = entry.table(("sensitivity",)).at("sensitivity").node.plain()
    if value is not None and not isinstance(value, bool):
        raise entry.at("sensitivity").error(expected="true or false")
    return value is not False


def _count(entry: Entry, low: int, high: int, usual: int) -> int:
    if entry.node.value is None:
        return usual
    unit = u.Count.within(low, high)
    return int(entry.read(lambda value: parse(value, unit, "", whole=True)))


# --- the design ------------------------------------------------------------------------------------


def _design(sweep: Entry) -> Design:
    entry = sweep.at("design")
    name = entry.node.value
    if name not in get_args(Design):
        raise entry.error("unknown design", expected=nearest(str(name), get_args(Design)))
    for key, belongs in (
        ("points", ("latin", "sobol", "morris")),
        ("levels", ("grid", "morris")),
        ("file", ("file",)),
        ("vary", ("grid", "latin", "sobol", "morris")),
    ):
        if sweep.has(key) and name not in belongs:
            problem = f"not a key of the design {name}"
            raise sweep.at(key).error(problem, expected=f"the design {' or '.join(belongs)}", got=name)
        if not sweep.has(key) and name in belongs and key != "levels":
            examples = {"points": "a whole number such as 128", "file": 'a table such as "points.csv"'}
            problem = f"the key is missing from the design {name}"
            raise sweep.at(key).error(problem, expected=examples.get(key, "paths to vary"), got="")
    return name  # type: ignore[no-any-return]


def _axes(
    sweep: Entry, design: Design, question: Question | None
) -> tuple[tuple[Axis, ...], tuple[Mapping[str, Any], ...], Node]:
    """The axes, the points of a file, and the tree with the places of the paths."""
    if design != "file":
        varied = varied_paths(sweep.at("vary"))
        return (
            tuple(read_axis(entry, path, question) for path, entry in varied),
            (),
            lines_of_paths(sweep.at("vary"), varied),
        )
    entry = sweep.at("file")
    path = resolve(entry, project_folder(entry.node.file.resolve()), (".csv", ".parquet"))
    axes, rows = read_points(path, entry, question)
    validate_separate([(axis.path, entry) for axis in axes])
    return axes, tuple(rows), lines_of_paths(sweep, [])


def _points(sweep: Entry, design: Design, axes: tuple[Axis, ...], rows: tuple[Mapping[str, Any], ...]) -> int:
    if design == "file":
        return len(rows)
    count = 1
    if design == "grid":
        levels = _levels(sweep, design)
        if sweep.has("levels") and all(axis.values for axis in axes):
            problem = "every path states its values"
            raise sweep.at("levels").error(problem, expected="no levels, or a path with low and high")
        for axis in axes:
            count *= len(axis.values) or levels
    else:
        count = _count(sweep.at("points"), 2, MOST, 0)
    total = count * {"sobol": len(axes) + 3, "morris": len(axes) + 2}.get(design, 1)
    if total > MOST:
        entry = sweep.at("points" if design != "grid" else "vary")
        raise entry.error("too many points", expected=f"up to {MOST:,}", got=f"{total:,}")
    if design == "sobol" and count & (count - 1):
        below = 1 << (count.bit_length() - 1)
        raise sweep.at("points").error(expected=f"a power of two such as {below} or {2 * below}")
    return count


def _levels(sweep: Entry, design: Design) -> int:
    levels = _count(sweep.at("levels"), 2, 100, LEVELS.get(design, 0))
    if design == "morris" and levels % 2:
        raise sweep.at("levels").error(expected="an even number of levels")
    return levels
