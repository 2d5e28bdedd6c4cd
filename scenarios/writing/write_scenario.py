"""Scenario files that are written: fitted markets and resolved scenarios."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from scenarios.errors import InputError, nearest
from scenarios.questions.question import Question
from scenarios.reading.loading import load_market
from scenarios.reading.market_chain import NOWHERE
from scenarios.reading.stated_parts import REPLAY
from scenarios.toml.atomic_write import write_whole
from scenarios.toml.toml_text import Inline, toml_text
from scenarios.values.added_functions import format_additions
from scenarios.values.criteria import Compare
from scenarios.values.notation import format_value
from scenarios.values.paths import leaves, market_shapes
from scenarios.values.replayed_weeks import ReplayedWeeks
from scenarios.values.shapes import Shape, shape_of
from sim.scenario import BigDate, Scenario

DIGITS = 9


def write_market(
    path: str | Path,
    *,
    extends: str,
    values: Mapping[str, float | str | list[float] | BigDate],
    sources: Mapping[str, str],
    tables: Mapping[str, str | ReplayedWeeks],
) -> None:
    """Write the text of `market_text`. Raises InputError as it does, and OSError where it cannot be written."""
    target = Path(path)
    text = market_text(target, extends=extends, values=values, sources=sources, tables=tables)
    target.parent.mkdir(parents=True, exist_ok=True)
    write_whole(target, text)


def market_text(
    target: Path,
    *,
    extends: str,
    values: Mapping[str, float | str | list[float] | BigDate],
    sources: Mapping[str, str],
    tables: Mapping[str, str | ReplayedWeeks],
) -> str:
    """The text of a market file at `target`: the fitted values in the format's notation, each with its source.

    `extends` is the prior as the new file should name it. Keys of `values` and `sources` are paths such as
    `market.need.order_rate.mean`; numbers are in stored units, texts are in the format's notation, lists are
    multipliers; big days have paths such as `market.need.season.dates.NAME`. `tables` may have the file names of
    `posterior`, `customers` and `history`, beside the market file, where `history` may be "none", and what was replayed
    under `replay`. Numbers are rounded to nine digits. Raises InputError for an unknown path.
    """
    prior = load_market(extends if extends.startswith("library:") else target.parent / extends).market
    shapes, currency = market_shapes(prior), str(values.get("market.money.currency", prior.money.currency))
    tree: dict[str, Any] = {"market": {name: _table(one) for name, one in tables.items()}}
    if "customers" in tables:
        tree["market"]["start_with"] = 0
    for name in sorted(values):
        value = values[name]
        if isinstance(value, BigDate):
            _put(tree, name, _part(value, currency))
            continue
        if name not in shapes:
            place, expected = f"{target}: {name}", nearest(name, shapes)
            raise InputError("unknown path", place=place, expected=expected, got=repr(name))
        plain = _stated(value, shapes[name], currency)
        _put(tree, name, Inline({"value": plain, "source": sources[name]}) if name in sources else plain)
    head = f"Written by calibration. What is not here is inherited from {extends}."
    return toml_text({"format": 1, "extends": extends, **tree}, head)


def _table(held: str | ReplayedWeeks) -> Any:
    """The name of a file as it is; what was replayed as a table, its numbers to six places."""
    if isinstance(held, str):
        return held

    def plain(value: Any) -> Any:
        if isinstance(value, list):
            return [plain(one) for one in value]
        return round(value, 6) if isinstance(value, float) else value

    return {name: plain(value) for name, value in held.to_table().items()}


def _stated(value: float | str | list[float], shape: Shape, currency: str) -> Any:
    if isinstance(value, str):
        return value
    if isinstance(value, list | tuple | np.ndarray):
        return [format_value(float(entry), shape.of, currency, DIGITS) for entry in value]
    return format_value(round(value) if shape.whole else value, shape, currency, None if shape.whole else DIGITS)


def _put(tree: dict[str, Any], path: str, value: Any) -> None:
    *parents, last = path.split(".")
    for part in parents:
        tree = tree.setdefault(part, {})
    tree[last] = value


def resolved_toml(scenario: Scenario, question: Question) -> str:
    """A scenario as one self-contained text, which loads again to the same values, beliefs and criteria.

    It is one arm of the question. The expectations of a question of several arms are left out, since they name the
    other arms too. Customers and posterior are tables, so they stay references, to absolute paths. Columns of the
    posterior that the question overruled are in force again when the text is loaded.
    """
    currency = scenario.market.money.currency
    tree: dict[str, Any] = {"format": 1, "name": question.name, "question": question.question}
    tree["market"] = {"from": NOWHERE} | _links(question)
    tree |= {root: _part(getattr(scenario, root), currency) for root in ("strategy", "run")}
    tree["market"] |= _part(scenario.market, currency)
    for path, value, shape in leaves(scenario):
        belief = question.beliefs.get(path)
        if belief is not None and belief.median == value and shape.unit is not None:
            points = {"median": belief.median, "p5": belief.p5, "p95": belief.p95}
            exact = Shape("number", unit=shape.unit)
            plain = {key: format_value(point, exact, currency) for key, point in points.items()}
            _put(tree, path, Inline(plain | ({"source": belief.source} if belief.source else {})))
    tree["compare"] = _part(question.compare, currency)
    if len(question.arms) == 1:
        tree |= {key: dict(kept) for key, kept in (("expect", question.expect), ("check", question.check)) if kept}
    more = format_additions(scenario)
    beside = f" Not in it, being Python: {'; '.join(more)}." if more else ""
    return toml_text(tree, "Resolved: every value that the runs used, with nothing left to inherit." + beside)


def _links(question: Question) -> dict[str, Any]:
    links: dict[str, Any] = {}
    if question.customers_path is not None:
        links["customers"] = str(question.customers_path)
    if question.posterior_path is not None:
        links["posterior"] = str(question.posterior_path)
    if question.replayed is not None:
        links[REPLAY] = _table(question.replayed)
    if question.history != "not said":
        links["history"] = str(question.history_path or question.history)
    return links


def _part(value: Any, currency: str) -> Any:
    plain = format_value(value, shape_of(type(value)), currency)
    if isinstance(value, Compare) and isinstance(plain, dict):
        plain.pop("against", None)
    return plain
