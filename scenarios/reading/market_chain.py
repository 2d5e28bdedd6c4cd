"""A market is resolved from its chain of files and from what the scenario itself says about it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from scenarios.reading.building import BuildContext, build
from scenarios.reading.parquet_tables import read_customers, read_posterior
from scenarios.reading.references import entry, library_file, next_parent, project_folder, resolve
from scenarios.toml.merging import stack, states, without
from scenarios.toml.toml_document import Node, complaint, read
from scenarios.validation.market_validation import SourceTree, judge_market
from scenarios.values.question import MarketFile
from scenarios.values.shapes import Shape, shape_of
from scenarios.values.suggestions import nearest
from sim.scenario import Customers, Market
from sim.units import Currency

if TYPE_CHECKING:
    import pandas as pd

NOWHERE = "none"
"""`from = "none"`: the file itself holds the whole market."""
TOP = ("format", "extends", "name", "question", "market")
CURRENCY = Shape("text", unit=Currency)
LINKS = ("from", "posterior", "customers")


def resolve_market(own: Sequence[Node | None], project: Path, market: str | None) -> MarketFile:
    """The market that a scenario's own `[market]` tables, furthest parent first, and their `from` make.

    `market`, where given, takes the place of `from`.
    """
    tables = [node for node in own if node is not None]
    link = stack(tables).child("from")
    if market is not None:
        start: Path | None = entry(market)
        project = project_folder(start) if start is not None else project
    elif link is not None and link.value == NOWHERE:
        start = None
    else:
        start = library_file("base") if link is None else resolve(link, "market.from", project)
    documents = _chain(start, project) if start is not None else []
    layers = [table for document in documents if (table := document.child("market")) is not None] + tables
    files = tuple(document.file for document in reversed(documents))
    return _built(layers, project, files)


def _chain(path: Path | None, project: Path) -> list[Node]:
    documents: list[Node] = []
    seen: list[Path] = []
    base = library_file("base")
    while path is not None:
        document = read(path)
        _judge_file(document)
        seen.append(path)
        documents.append(document)
        table = document.child("market") or document
        whole = table.child("from")
        if whole is not None and whole.value == NOWHERE:
            break
        key, holder = ("extends", document) if document.child("extends") else ("from", table)
        path = next_parent(holder, key, seen, project) or (base if base not in seen else None)
    return documents[::-1]


def _judge_file(document: Node) -> None:
    for key, node in document.value.items():
        if key not in TOP:
            raise complaint(node, key, f"does not belong in a market file; {nearest(key, TOP)}; got {key[:40]!r}")
    table = document.child("market")
    if table is None or not isinstance(table.value, dict):
        raise complaint(document, "market", "is missing; allowed a market file with [market]; got another file")
    if document.child("extends") and table.child("from"):
        raise complaint(table, "market.from", "names a second parent; allowed one of extends, from; got both")


def _built(layers: Sequence[Node], project: Path, files: tuple[Path, ...]) -> MarketFile:
    tree = stack(layers)
    job = BuildContext(_currency(tree), uncertain=True)
    market: Market = build(shape_of(Market), without(tree, *LINKS), ("market",), job)
    judge_market(market, SourceTree(tree, "market"))
    customers, customers_path = _customers(tree, market, project)
    posterior, posterior_path = _posterior(tree, layers, market, project)
    return MarketFile(
        market=market,
        beliefs=job.beliefs,
        posterior=posterior,
        customers=customers,
        customers_path=customers_path,
        posterior_path=posterior_path,
        origins=job.origins,
        files=files,
    )


def _currency(tree: Node) -> str:
    money = tree.child("money")
    node = money.child("currency") if money is not None else None
    if node is not None and isinstance(node.value, dict):
        node = node.child("value")
    return str(build(CURRENCY, node, ("market", "money", "currency"), BuildContext(""))) if node is not None else ""


def _customers(tree: Node, market: Market, project: Path) -> tuple[Customers | None, Path | None]:
    node = tree.child("customers")
    if node is None:
        return None, None
    if market.start_with:
        problem = "is stated beside start_with; allowed one of the two (start_with = 0); got both"
        raise complaint(node, "market.customers", problem)
    path = resolve(node, "market.customers", project)
    return read_customers(path, node), path


def _posterior(
    tree: Node, layers: Sequence[Node], market: Market, project: Path
) -> tuple[pd.DataFrame | None, Path | None]:
    node = tree.child("posterior")
    if node is None:
        return None, None
    path = resolve(node, "market.posterior", project)
    table = read_posterior(path, node, market)
    later = layers[max(i for i, layer in enumerate(layers) if layer.child("posterior")) + 1 :]
    names = [str(name) for name in table.columns]
    stated = [name for name in names if any(states(layer, name.split(".")[1:]) for layer in later)]
    return table.drop(columns=stated), path
