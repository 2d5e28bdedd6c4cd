"""A market, resolved from its chain of files and from the [market] tables of the scenario itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from scenarios.building.building import BuildContext, build
from scenarios.errors import nearest, shown
from scenarios.questions.question import HistorySaid, MarketFile
from scenarios.reading.history_table import read_history
from scenarios.reading.parquet_tables import read_customers, read_posterior
from scenarios.reading.references import library_file, market_file, next_parent, project_folder, resolve
from scenarios.reading.stated_parts import LINKS, REPLAY, check_layer
from scenarios.toml.entries import Entry
from scenarios.toml.merging import has_path, stack, without
from scenarios.toml.toml_document import Node, read
from scenarios.validation.market_validation import validate_market
from scenarios.values.replayed_weeks import ReplayedWeeks
from scenarios.values.shapes import Shape, shape_of
from sim.scenario import Customers, Market
from sim.units import Currency

if TYPE_CHECKING:
    import pandas as pd

TABLE = ".parquet"
NOWHERE = "none"
"""`from = "none"`: the file itself holds the whole market."""
TOP = ("format", "extends", "name", "question", "market")
CURRENCY = Shape("text", unit=Currency)


def resolve_market(own: Sequence[Node | None], project: Path, market: str | Path | None) -> MarketFile:
    """The market that a scenario's own `[market]` tables, furthest parent first, and their `from` make.

    `market`, where given, takes the place of `from`.
    """
    tables = [node for node in own if node is not None]
    link = stack(tables).child("from")
    if market is not None:
        start: Path | None = market_file(market)
        project = project_folder(start) if start is not None else project
    elif link is not None and link.value == NOWHERE:
        start = None
    else:
        start = library_file("base") if link is None else resolve(Entry(link, ("market", "from")), project)
    documents = _chain(start, project) if start is not None else []
    layers = [table for document in documents if (table := document.child("market")) is not None] + tables
    files = tuple(document.file for document in reversed(documents))
    return _built(layers, project, files)


def _chain(path: Path | None, project: Path) -> list[Node]:
    """A market file and its parents, the furthest first; the base is below every chain that does not end by itself."""
    documents: list[Node] = []
    seen: list[Path] = []
    base = library_file("base")
    while path is not None:
        document = read(path)
        _validate_file(Entry(document))
        check_layer(Entry(document))
        seen.append(path)
        documents.append(document)
        own, parent = (Entry(document).at(*keys) for keys in (("market", "from"), ("extends",)))
        if own.node.value == NOWHERE:
            break
        named = parent if parent.node.value is not None else own
        path = next_parent(named, seen, project) or (base if base not in seen else None)
    return documents[::-1]


def _validate_file(entry: Entry) -> None:
    for key in entry.node.value:
        if key not in TOP:
            problem = "not a key of a market file"
            raise entry.at(key).error(problem, expected=nearest(key, TOP), got=shown(key))
    if not entry.has("market") or not isinstance(entry.at("market").node.value, dict):
        raise entry.at("market").error("the table is missing", expected="a market file with [market]", got="")
    if entry.has("extends") and entry.at("market").has("from"):
        raise entry.at("market", "from").error("a second parent", expected="either extends or from", got="both")


def _built(layers: Sequence[Node], project: Path, files: tuple[Path, ...]) -> MarketFile:
    tree = stack(layers)
    context = BuildContext(_currency(tree), uncertain=True)
    market: Market = build(shape_of(Market), Entry(without(tree, *LINKS), ("market",)), context)
    validate_market(market, Entry(tree, ("market",)))
    customers, customers_path = _customers(tree, market, project)
    said, history_path = _history(tree, project)
    if history_path is not None:
        customers = _with_history(customers, history_path, Entry(tree, ("market",)).at("history"), market)
        said = "stated" if customers.history is not None and customers.history.stated else "none"
    posterior, posterior_path = _posterior(tree, layers, market, project)
    return MarketFile(
        market=market,
        beliefs=context.beliefs,
        posterior=posterior,
        customers=customers,
        customers_path=customers_path,
        posterior_path=posterior_path,
        history=said,
        history_path=history_path,
        replayed=_replayed(tree),
        origins=context.origins,
        files=files,
    )


def _currency(tree: Node) -> str:
    money = tree.child("money")
    node = money.child("currency") if money is not None else None
    if node is not None and isinstance(node.value, dict):
        node = node.child("value")
    if node is None:
        return ""
    return str(build(CURRENCY, Entry(node, ("market", "money", "currency")), BuildContext("")))


def _customers(tree: Node, market: Market, project: Path) -> tuple[Customers | None, Path | None]:
    entry = Entry(tree, ("market",)).at("customers")
    if entry.node.value is None:
        return None, None
    if market.start_with:
        raise entry.error("beside start_with", expected="either customers or start_with (start_with = 0)", got="both")
    path = resolve(entry, project, (TABLE,))
    return read_customers(path, entry), path


def _history(tree: Node, project: Path) -> tuple[HistorySaid, Path | None]:
    """What a market says of the past of its customers, and the file where that is stated."""
    entry = Entry(tree, ("market",)).at("history")
    if entry.node.value is None or entry.node.value == "none":
        return ("not said" if entry.node.value is None else "none"), None
    return "stated", resolve(entry, project, (TABLE,))


def _replayed(tree: Node) -> ReplayedWeeks | None:
    entry = Entry(tree, ("market",)).at(REPLAY)
    if entry.node.value is None:
        return None
    found: ReplayedWeeks = build(shape_of(ReplayedWeeks), entry, BuildContext(""))
    weeks = len(found.actual)
    if not weeks or any(len(part) != weeks for part in (found.predicted, found.p5, found.p95)):
        raise entry.error("the weeks do not agree", expected="actual, predicted, p5 and p95 of the same weeks", got="")
    return found


def _with_history(customers: Customers | None, path: Path, entry: Entry, market: Market) -> Customers:
    if customers is None:
        raise entry.error("without customers", expected='customers beside it, or "none"')
    return replace(customers, history=read_history(path, entry, customers.identity, market))


def _posterior(
    tree: Node, layers: Sequence[Node], market: Market, project: Path
) -> tuple[pd.DataFrame | None, Path | None]:
    entry = Entry(tree, ("market",)).at("posterior")
    if entry.node.value is None:
        return None, None
    path = resolve(entry, project, (TABLE,))
    table = read_posterior(path, entry, market)
    later = layers[max(i for i, layer in enumerate(layers) if layer.child("posterior")) + 1 :]
    names = [str(name) for name in table.columns]
    stated = [name for name in names if any(has_path(layer, name.split(".")[1:]) for layer in later)]
    return table.drop(columns=stated), path
