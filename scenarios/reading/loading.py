"""Scenario files are read into questions; every mistake in a file is found here."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

from scenarios.building.building import BuildContext, build
from scenarios.building.stated_values import LONGEST_NAME
from scenarios.errors import InputError, shown
from scenarios.questions.question import MarketFile, Question
from scenarios.questions.question_additions import NOTHING_ADDED, Additions, checked_additions
from scenarios.reading.expectation_reading import read_expectations
from scenarios.reading.market_chain import resolve_market
from scenarios.reading.references import chain, market_file, named_file, project_folder
from scenarios.reading.stated_parts import SHARED, check_layers
from scenarios.reading.tolerance_reading import read_tolerances
from scenarios.toml.entries import Entry, check_format, check_not_alike, line_of_text, name_of
from scenarios.toml.merging import merged, stack
from scenarios.toml.origins import Origin
from scenarios.toml.toml_document import Node, label
from scenarios.validation.market_validation import validate_compare
from scenarios.validation.strategy_validation import validate_strategy
from scenarios.values.criteria import Compare
from scenarios.values.own_formats import by_format
from scenarios.values.own_kpis import OwnKpi, check_people, measures_with
from scenarios.values.shapes import shape_of
from sim.offers.own_format import OwnFormat
from sim.scenario import Mechanism, RunSettings, Scenario, Strategy

TOP = {
    "format": "Version of the file format: 1.",
    "extends": "The scenario of which this file states what differs: library:NAME, or a path from this file.",
    "name": "Name of the question; that of the file where it is not stated.",
    "question": "What is asked, in one line.",
    "market": "What the world does.",
    "strategy": "What the marketer decides.",
    "variants": "What differs in the strategy of each arm, under the arm's name.",
    "run": "Days, plausible markets, replications and random seed.",
    "compare": "How arms are compared.",
    "expect": "Claims about KPIs that the runs must meet, each under a name of the file's own.",
    "check": "How large a change of the model may be.",
}
"""The keys of a scenario file, and what each means."""


def load(
    path: str | Path,
    *,
    market: str | None = None,
    kpis: Iterable[OwnKpi] = (),
    offers: Iterable[type[OwnFormat]] = (),
    mechanisms: Iterable[Mechanism] = (),
) -> Question:
    """Read a scenario file with all that it refers to.

    path: the file, or `library:NAME`
    market: the market in place of the file's own `[market] from`: `library:NAME`, a file, or the folder that
        `calibrate` wrote; a path is from the working directory
    kpis: KPIs of one's own, which the file may name and every run measures
    offers: discount formats of one's own, in which its offers may be
    mechanisms: mechanisms, which are added to the world of every arm

        question = rh.load("shop.toml")
        print(list(question.arms), question.compare.kpi)

    Raises InputError with file, line and path.
    """
    return load_question(path, market=market, additions=checked_additions(kpis, offers, mechanisms))


def load_question(path: str | Path, *, market: str | None = None, additions: Additions = NOTHING_ADDED) -> Question:
    """Read a scenario file as `load` does, with all that a user adds in one value. Raises InputError."""
    measures, first = measures_with(additions.kpis), named_file(path)
    project = project_folder(first)
    layers = chain(first, project)
    for layer in layers:
        _validate_top(Entry(layer))
    check_layers(layers, by_format(additions.offers))
    if is_market(layers):
        expected = "a question: a file whose [market] names this one (from); `load_market` reads a market alone"
        raise InputError("a market alone", place=f"{label(first)}:1: run.start", expected=expected)
    tree = stack(layers)
    top = Entry(tree)
    resolved = resolve_market([layer.child("market") for layer in layers], project, market)
    check_people(additions.kpis, resolved.market)
    context = BuildContext(resolved.market.money.currency)
    run = build(shape_of(RunSettings), _table(top, "run"), context)
    _validate_dates(run, top.at("run"))
    compare = build(shape_of(Compare), _table(top, "compare"), context)
    arms, origins = _arms(tree, resolved, run, additions.offers)
    validate_compare(compare, arms, measures, top.at("compare"))
    files = dict.fromkeys([*(layer.file for layer in reversed(layers)), *resolved.files])
    return Question(
        name=name_of(top.at("name")) or first.stem,
        question=line_of_text(top.at("question")),
        path=first,
        arms=arms,
        compare=compare,
        beliefs=resolved.beliefs,
        posterior=resolved.posterior,
        origins={**resolved.origins, **context.origins, **origins},
        files=tuple(files),
        customers_path=resolved.customers_path,
        posterior_path=resolved.posterior_path,
        history=resolved.history,
        history_path=resolved.history_path,
        replayed=resolved.replayed,
        expectations=read_expectations(tree.child("expect"), arms, measures),
        expect=_plain_table(tree, "expect"),
        check=_plain_table(tree, "check"),
        tolerances=read_tolerances(tree.child("check"), arms, measures),
        today=_strategy_of_today(layers, resolved, run, additions.offers),
        kpis=additions.kpis,
        offers=additions.offers,
    ).with_mechanisms(*additions.mechanisms)


def load_market(market: str | Path) -> MarketFile:
    """Read a market file alone, with its beliefs and, if it was fitted, the draws of its posterior.

    market: `library:NAME`, a file, or the folder that `calibrate` wrote; a path is from the working directory

        market = rh.load_market("library:base")
        print(market.to_frame()[["path", "unit", "median"]].head(3))

    Raises InputError with file, line and path.
    """
    return resolve_market([], project_folder(market_file(market)), market)


def load_many(
    paths: Sequence[str | Path], *, market: str | None = None, additions: Additions = NOTHING_ADDED
) -> Question:
    """Read several files as the arms of one question, each under its own name; all must share market and run."""
    if not paths:
        raise InputError("no file is named", place="compare", expected="one file with variants, or several files")
    questions = [load_question(path, market=market, additions=additions) for path in paths]
    if len(questions) == 1:
        return questions[0]
    first = questions[0]
    arms: dict[str, Scenario] = {}
    origins: dict[str, Origin] = dict(first.origins)
    for other in questions:
        name = label(other.path)
        if list(other.arms) != ["base"]:
            got = str(len(other.arms))
            raise InputError(place=f"{name}: variants", expected="a file without variants beside other files", got=got)
        if other.name in arms:
            raise InputError("two arms of one name", place=f"{name}: name", expected="a new name", got=repr(other.name))
        check_not_alike([*arms, other.name], Entry(Node({}, other.path, 1), ("variants",)))
        _validate_same_market(first, other)
        arms[other.name] = other.arms["base"]
        origins |= {f"variants.{other.name}.{path}": origin for path, origin in other.origins.items()}
    validate_compare(first.compare, arms, first.measures, Entry(Node({}, first.path, 1), ("compare",)))
    files = tuple(dict.fromkeys(file for question in questions for file in question.files))
    today = first.today if all(other.today == first.today for other in questions) else None
    return replace(first, name=" or ".join(arms), arms=arms, origins=origins, files=files, today=today)


def _validate_same_market(first: Question, other: Question) -> None:
    one, two = first.arms["base"], other.arms["base"]
    posteriors = [None if q.posterior is None else q.posterior.to_csv() for q in (first, other)]
    same = (one.market, one.run) == (two.market, two.run) and first.beliefs == other.beliefs
    tables = [(q.customers_path, q.history_path) for q in (first, other)]
    if not same or posteriors[0] != posteriors[1] or tables[0] != tables[1]:
        part = "run" if one.run != two.run else "market"
        place, expected = f"{label(other.path)}: {part}", f"the {part} of {label(first.path)}"
        raise InputError(SHARED, place=place, expected=expected)


def is_market(layers: Sequence[Node]) -> bool:
    """Whether a file with these parents is a market alone, without a question."""
    stated = {key for layer in layers for key in layer.value}
    return stated <= {"format", "extends", "name", "question", "market"} and "market" in stated


def _validate_top(entry: Entry) -> None:
    for key in entry.node.value:
        if key in ("scenario", "sweep"):
            raise entry.at(key).error("a key of plans", expected="a plan with `rehearse sweep`", got=repr(key))
        if key not in TOP:
            raise entry.unknown_key(key, TOP)
    check_format(entry)
    for key in tuple(TOP)[4:]:
        if entry.has(key):
            entry.at(key).table()


def _table(top: Entry, key: str) -> Entry:
    """A table, empty where the file leaves it out."""
    return top.at(key) if top.has(key) else top.at(key).with_value({})


def _plain_table(tree: Node, key: str) -> dict[str, object]:
    node = tree.child(key)
    return dict(node.plain()) if node is not None else {}


def _validate_dates(run: RunSettings, entry: Entry) -> None:
    earliest, latest = date.min + timedelta(days=366), date.max - timedelta(days=run.days)
    if not earliest <= run.start <= latest:
        expected = f"{earliest} to {latest} for a run of {run.days} days"
        raise entry.at("start").error(expected=expected, got=str(run.start))


def _arms(
    tree: Node, market: MarketFile, run: RunSettings, formats: Iterable[type[OwnFormat]]
) -> tuple[dict[str, Scenario], dict[str, Origin]]:
    """The arms, and the origins of their values; what holds in one arm only has the arm in its path."""
    base = _table(Entry(tree), "strategy").node
    own: dict[str, dict[str, Origin]] = {}
    arms: dict[str, Scenario] = {}
    for name, changes in _variants(Entry(tree)).items():
        entry = Entry(merged(base, changes), ("strategy",))
        context = BuildContext(market.market.money.currency, formats=by_format(formats))
        strategy: Strategy = build(shape_of(Strategy), entry, context)
        validate_strategy(strategy, market.market, run, entry)
        arms[name] = Scenario(market.market, strategy, run, market.customers)
        own[name] = context.origins
    first = next(iter(own.values()))
    shared = {path: origin for path, origin in first.items() if all(path in others for others in own.values())}
    origins = dict(shared)
    for name, places in own.items():
        origins |= {f"variants.{name}.{path}": at for path, at in places.items() if shared.get(path) != at}
    return arms, origins


def _strategy_of_today(
    layers: Sequence[Node], market: MarketFile, run: RunSettings, formats: Iterable[type[OwnFormat]]
) -> Strategy | None:
    """The strategy of the file, with what it extends and without its variants, where that is whole; else of the files
    that it extends; None without either. What only variants complete is no mistake here."""
    for files in (layers, layers[:-1]):
        if all(layer.child("strategy") is None for layer in files):
            continue
        entry = _table(Entry(stack(files)), "strategy")
        try:
            context = BuildContext(market.market.money.currency, formats=by_format(formats))
            strategy: Strategy = build(shape_of(Strategy), entry, context)
            validate_strategy(strategy, market.market, run, entry)
        except InputError:
            continue
        return strategy
    return None


def _variants(top: Entry) -> dict[str, Node | None]:
    """What each variant changes in the strategy, by the name of its arm."""
    changes: dict[str, Node | None] = {}
    for name in _table(top, "variants").node.value:
        entry = top.at("variants", name)
        _validate_variant(name, entry)
        if entry.at("off").node.value is not True:
            changes[name] = entry.node.child("strategy")
    return changes or {"base": None}


def _validate_variant(name: str, entry: Entry) -> None:
    if not name or name != name.strip() or not name.isprintable():
        raise entry.error(expected="a table with a name that can be printed, without spaces around it", got=shown(name))
    if len(name) > LONGEST_NAME:
        raise entry.error(expected=f"a name of at most {LONGEST_NAME} characters", got=str(len(name)))
    if name == "base" and entry.has("strategy"):
        raise entry.error("base is the name of the unchanged file", expected="another name", got="")
