"""Scenario files in, questions out: every complaint about a file is made on the way."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

from scenarios.errors import InputError
from scenarios.reading.building import BuildContext, build
from scenarios.reading.expectation_reading import read_expectations
from scenarios.reading.market_chain import resolve_market
from scenarios.reading.references import chain, entry, project_folder
from scenarios.reading.tolerance_reading import read_tolerances
from scenarios.toml.merging import merged, stack
from scenarios.toml.toml_document import Node, complaint, label
from scenarios.validation.market_validation import SourceTree, judge_compare
from scenarios.validation.strategy_validation import judge_strategy
from scenarios.values.quantities import shown
from scenarios.values.question import Compare, MarketFile, Origin, Question
from scenarios.values.shapes import shape_of
from scenarios.values.suggestions import nearest
from sim.scenario import RunSettings, Scenario, Strategy

TOP = (
    *("format", "extends", "name", "question", "market", "strategy"),
    *("variants", "run", "compare", "expect", "check"),
)


def load(path: str | Path, *, market: str | None = None) -> Question:
    """Read a scenario file with all that it refers to.

    `market` names the market file to use in place of the file's own `[market] from`: `library:NAME` or a path
    from the working directory. Raises InputError with file, line, path, what is allowed and what was got.
    """
    first = entry(path)
    project = project_folder(first)
    layers = chain(first, project)
    for layer in layers:
        _judge_top(layer)
    tree = stack(layers)
    world = resolve_market([layer.child("market") for layer in layers], project, market)
    job = BuildContext(world.market.money.currency)
    run = build(shape_of(RunSettings), tree.child("run") or _at(tree), ("run",), job)
    _judge_days(run, tree)
    compare = build(shape_of(Compare), tree.child("compare") or _at(tree, {}), ("compare",), job)
    arms, origins = _arms(tree, first, world, run)
    judge_compare(compare, arms, SourceTree(tree.child("compare") or _at(tree), "compare"))
    files = dict.fromkeys([*(layer.file for layer in reversed(layers)), *world.files])
    return Question(
        name=_words(tree, "name") or first.stem,
        question=_words(tree, "question"),
        path=first,
        arms=arms,
        compare=compare,
        beliefs=world.beliefs,
        posterior=world.posterior,
        origins={**world.origins, **job.origins, **origins},
        files=tuple(files),
        customers_path=world.customers_path,
        posterior_path=world.posterior_path,
        expectations=read_expectations(tree.child("expect"), arms),
        expect=_kept(tree, "expect"),
        check=_kept(tree, "check"),
        tolerances=read_tolerances(tree.child("check"), arms),
    )


def load_market(reference: str | Path) -> MarketFile:
    """Read a market file alone, with its beliefs: `library:NAME` or a path from the working directory."""
    return resolve_market([], project_folder(entry(reference)), str(reference))


def load_many(paths: Sequence[str | Path], *, market: str | None = None) -> Question:
    """Read several files as the arms of one question, each under its own name; all must share one world."""
    if not paths:
        raise InputError("compare: no file is named; allowed one file with variants, or several; got none")
    questions = [load(path, market=market) for path in paths]
    if len(questions) == 1:
        return questions[0]
    first = questions[0]
    arms: dict[str, Scenario] = {}
    origins: dict[str, Origin] = dict(first.origins)
    for other in questions:
        name = label(other.path)
        if list(other.arms) != ["base"]:
            raise InputError(
                f"{name}: variants: cannot be one arm; allowed a file without variants; got {len(other.arms)}"
            )
        if other.name in arms:
            raise InputError(f"{name}: name: is the name of two arms; allowed a name of its own; got {other.name!r}")
        _same_world(first, other)
        arms[other.name] = other.arms["base"]
        origins |= {f"variants.{other.name}.{path}": origin for path, origin in other.origins.items()}
    judge_compare(first.compare, arms, SourceTree(Node({}, first.path, 1), "compare"))
    files = tuple(dict.fromkeys(file for question in questions for file in question.files))
    return replace(first, name=" or ".join(arms), arms=arms, origins=origins, files=files)


def _same_world(first: Question, other: Question) -> None:
    one, two = first.arms["base"], other.arms["base"]
    posteriors = [None if q.posterior is None else q.posterior.to_csv() for q in (first, other)]
    same = (one.market, one.run) == (two.market, two.run) and first.beliefs == other.beliefs
    if not same or posteriors[0] != posteriors[1] or first.customers_path != other.customers_path:
        part = "run" if one.run != two.run else "market"
        allowed = f"allowed the {part} of {label(first.path)}"
        raise InputError(f"{label(other.path)}: {part}: arms must live in the same world; {allowed}; got another")


def load_expecting(paths: Sequence[str | Path], *, market: str | None = None) -> list[Question]:
    """Read the questions with expectations: files that must have some, and all that do in and below folders.

    Raises InputError for a file that is wrong, a file without expectations, and a folder in which nothing expects.
    """
    questions: list[Question] = []
    for path in paths:
        folder = Path(path).is_dir()
        files = _own_files(Path(path)) if folder else [path]
        found = [load(file, market=market) for file in files if not folder or _expects(entry(file))]
        expecting = [question for question in found if question.expectations]
        if not expecting:
            kind = "a folder with files that have" if folder else "a file with"
            raise InputError(f"{label(Path(path))}: expect: is missing; allowed {kind} [expect.NAME]; got none")
        questions += expecting
    return questions


def load_questions(paths: Sequence[str | Path], *, market: str | None = None) -> list[Question]:
    """Read the questions of files, and all in and below folders; markets, plans and the copies in result folders that
    lie there are left aside.

    Raises InputError for a file that is wrong, and a folder without a question.
    """
    questions: list[Question] = []
    for path in paths:
        folder = Path(path).is_dir()
        files = [one for one in _own_files(Path(path)) if _asks(entry(one))] if folder else [path]
        if not files:
            allowed = "allowed a folder with questions (*.toml with [run])"
            raise InputError(f"{label(Path(path))}: run: is missing; {allowed}; got none in it")
        questions += [load(file, market=market) for file in files]
    return questions


def _own_files(folder: Path) -> list[Path]:
    """All TOML files in and below a folder that no command has written beside its results."""
    return [path for path in sorted(folder.rglob("*.toml")) if not (path.parent.parent / "manifest.json").is_file()]


def _asks(first: Path) -> bool:
    """Whether a file is a question: no plan, and not a market alone."""
    layers = chain(first, project_folder(first))
    return "sweep" not in layers[-1].value and not is_market(layers)


def is_market(layers: Sequence[Node]) -> bool:
    """Whether a file with these parents is a market, which nothing can be asked of."""
    told = {key for layer in layers for key in layer.value}
    return told <= {"format", "extends", "name", "question", "market"} and "market" in told


def _expects(first: Path) -> bool:
    return any("expect" in layer.value for layer in chain(first, project_folder(first)))


def _judge_top(layer: Node) -> None:
    for key, node in layer.value.items():
        if key in ("scenario", "sweep"):
            raise complaint(node, key, f"is a key of plans; allowed with `rehearse sweep`; got {key!r}")
        if key not in TOP:
            raise complaint(node, key, f"unknown key; {nearest(key, TOP)}; got {key[:40]!r}")
    version = layer.child("format")
    if version is not None and version.plain() != 1:
        raise complaint(version, "format", f"is not a version that is known; allowed 1; got {version.plain()}")
    for key in TOP[4:]:
        node = layer.child(key)
        if node is not None and not isinstance(node.value, dict):
            raise complaint(node, key, f"is not a table; allowed a table; got {node.plain()!r}")


def _at(tree: Node, value: Mapping[str, Node] | None = None) -> Node:
    return Node(dict(value or {}), tree.file, tree.line)


def _words(tree: Node, key: str) -> str:
    node = tree.child(key)
    if node is None:
        return ""
    if not isinstance(node.value, str) or not node.value.isprintable():
        raise complaint(node, key, f"is not a text on one line; allowed a text; got {shown(node.plain())}")
    return node.value


def _kept(tree: Node, key: str) -> dict[str, object]:
    node = tree.child(key)
    return dict(node.plain()) if node is not None else {}


def _judge_days(run: RunSettings, tree: Node) -> None:
    earliest, latest = date.min + timedelta(days=366), date.max - timedelta(days=run.days)
    if not earliest <= run.start <= latest:
        node = tree.child("run") or _at(tree)
        allowed = f"allowed {earliest} to {latest} for a run of {run.days} days"
        problem = f"leaves the calendar; {allowed}; got {run.start}"
        raise complaint(node, "run.start", problem)


def _arms(
    tree: Node, first: Path, world: MarketFile, run: RunSettings
) -> tuple[dict[str, Scenario], dict[str, Origin]]:
    base = tree.child("strategy") or _at(tree)
    origins: dict[str, Origin] = {}
    arms: dict[str, Scenario] = {}
    for name, changes in _variants(tree).items():
        node = merged(base, changes)
        job = BuildContext(world.market.money.currency)
        strategy: Strategy = build(shape_of(Strategy), node, ("strategy",), job)
        judge_strategy(strategy, world.market, run, SourceTree(node, "strategy"))
        arms[name] = Scenario(world.market, strategy, run, world.customers)
        for path, origin in job.origins.items():
            if origins.setdefault(path, origin) != origin:
                origins[f"variants.{name}.{path}"] = origin
    return arms, origins


def _variants(tree: Node) -> dict[str, Node | None]:
    variants = tree.child("variants")
    kept: dict[str, Node | None] = {}
    for name, node in variants.value.items() if variants is not None else ():
        off = node.child("off")
        if off is None or off.value is not True:
            _judge_variant(name, node)
            kept[name] = node.child("strategy")
    return kept or {"base": None}


def _judge_variant(name: str, node: Node) -> None:
    path = f"variants.{shown(name)}"
    if not isinstance(node.value, dict) or not name.strip() or not name.isprintable():
        raise complaint(node, path, f"is not a named table; allowed a table; got {shown(node.plain())}")
    for key, inner in node.value.items():
        if key in ("market", "run"):
            problem = f"arms must live in the same world; allowed strategy; got {key}"
            raise complaint(inner, f"{path}.{key}", problem)
        if key not in ("strategy", "off"):
            problem = f"unknown key; {nearest(key, ['strategy'])}; got {shown(key)}"
            raise complaint(inner, f"{path}.{key}", problem)
    if name == "base" and node.child("strategy"):
        raise complaint(node, path, "is the word for the unchanged file; allowed another name; got changes")
