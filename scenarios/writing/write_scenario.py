"""What is written: fitted markets, resolved scenarios, and the key that names a run."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from scenarios.errors import InputError, nearest
from scenarios.reading.loading import load_market
from scenarios.reading.market_chain import NOWHERE
from scenarios.toml.atomic_write import write_whole
from scenarios.toml.toml_text import Inline, toml_text
from scenarios.values.added_functions import added_key, added_words
from scenarios.values.criteria import Compare
from scenarios.values.notation import format_value
from scenarios.values.paths import leaves, market_shapes
from scenarios.values.question import Question
from scenarios.values.shapes import Shape, shape_of
from sim.scenario import Customers, Scenario

DIGITS = 9
_NOT_IN_LEDGER = ("run.draws", "run.replications")


def write_market(
    path: str | Path,
    *,
    extends: str,
    values: Mapping[str, float | str | list[float]],
    sources: Mapping[str, str],
    posterior: str | None,
    customers: str | None,
) -> None:
    """Write a market file: what was fitted, each value in the format's notation beside its source.

    `extends` is the prior as the new file should name it. Keys of `values` and `sources` are paths such as
    `market.need.order_rate.mean`; numbers are in stored units, texts are in the format's notation, lists are
    multipliers. `posterior` and `customers` are file names beside the market file. Numbers are rounded to
    nine digits. Raises InputError for an unknown path.
    """
    target = Path(path)
    shapes = market_shapes(load_market("library:base").market)
    currency = str(values.get("market.money.currency", "CNY"))
    tree: dict[str, Any] = {"market": {}}
    links = {"posterior": posterior, "customers": customers}
    tree["market"] |= {key: name for key, name in links.items() if name is not None}
    if customers is not None:
        tree["market"]["start_with"] = 0
    for name in sorted(values):
        if name not in shapes:
            place, expected = f"{target}: {name}", nearest(name, shapes)
            raise InputError("unknown path", place=place, expected=expected, got=repr(name))
        plain = _stated(values[name], shapes[name], currency)
        _put(tree, name, Inline({"value": plain, "source": sources[name]}) if name in sources else plain)
    head = f"Written by calibration. What is not here is inherited from {extends}."
    target.parent.mkdir(parents=True, exist_ok=True)
    write_whole(target, toml_text({"format": 1, "extends": extends, **tree}, head))


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
    """A scenario as one self-contained text, which loads again to the same values, beliefs and judgement.

    Of a question of several arms one is written, so its expectations, which name the others too, are not in it.
    Customers and posterior are tables, so they stay references: to absolute paths. Columns
    of the posterior that the question overruled are columns again for who loads the text.
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
    more = added_words(scenario)
    beside = f" Not in it, being Python: {'; '.join(more)}." if more else ""
    return toml_text(tree, "Resolved: every value that the runs used, with nothing left to inherit." + beside)


def _links(question: Question) -> dict[str, str]:
    links = {}
    if question.customers_path is not None:
        links["customers"] = str(question.customers_path)
    if question.posterior_path is not None:
        links["posterior"] = str(question.posterior_path)
    return links


def _part(value: Any, currency: str) -> Any:
    plain = format_value(value, shape_of(type(value)), currency)
    if isinstance(value, Compare) and isinstance(plain, dict):
        plain.pop("against", None)
    return plain


def run_key(scenario: Scenario, people: str | None = None) -> str:
    """A hash of everything in a scenario that can change its ledger: 32 hex digits.

    Names, questions and judgement are not in it, nor how many draws and replications are wanted. Of what was added in
    Python it takes the names and versions. `people` is the `people_key` of its customers, where it is known already.
    """
    values = {path: value for path, value, _ in leaves(scenario) if path not in _NOT_IN_LEDGER}
    digest = hashlib.sha256(json.dumps(values, sort_keys=True, default=repr).encode())
    digest.update((people_key(scenario.customers) if people is None else people).encode())
    digest.update(added_key(scenario).encode())
    return digest.hexdigest()[:32]


def people_key(customers: Customers | None) -> str:
    """A hash of a table of customers, empty for none."""
    if customers is None:
        return ""
    digest = hashlib.sha256()
    for name, array in sorted(vars(customers).items()):
        digest.update(f"{name} {array.dtype} {len(array)}".encode())
        digest.update(np.ascontiguousarray(array).tobytes())
    return digest.hexdigest()
