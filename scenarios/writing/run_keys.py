"""Keys of runs: hashes of all that can change what a run's ledger holds."""

from __future__ import annotations

import hashlib
import json
from typing import Any

import numpy as np

from scenarios.values.added_functions import added_key
from scenarios.values.paths import ROOTS, walk
from scenarios.values.shapes import shape_of
from sim.scenario import Customers, Scenario

_NOT_IN_LEDGER = ("run.draws", "run.replications")
_KEPT = 64


class PartTexts:
    """The values of markets, strategies and runs as texts. The scenarios of one question share most of these parts."""

    def __init__(self) -> None:
        self._kept: dict[int, tuple[Any, str]] = {}

    def of(self, scenario: Scenario) -> str:
        """The values of a scenario that can change its ledger, by path: a text in JSON."""
        texts = (self._text(getattr(scenario, root), root) for root in sorted(ROOTS))
        return "{" + ", ".join(text for text in texts if text) + "}"

    def _text(self, part: Any, root: str) -> str:
        kept = self._kept.get(id(part))
        if kept is None:
            if len(self._kept) == _KEPT:
                self._kept.clear()
            found = walk(part, shape_of(type(part)), root)
            values = {path: value for path, value, _ in found if path not in _NOT_IN_LEDGER}
            kept = part, json.dumps(values, sort_keys=True, default=repr)[1:-1]
            self._kept[id(part)] = kept  # with the part itself, or another one could get its number
        return kept[1]


def run_key(scenario: Scenario, people: str | None = None, texts: PartTexts | None = None) -> str:
    """A hash of everything in a scenario that can change its ledger: 32 hex digits.

    Names, questions, criteria and the numbers of draws and replications are not in it. Python functions count with
    their names and versions. `people` is the `people_key` of its customers, where it is known already;
    `texts` keeps what several scenarios share.
    """
    digest = hashlib.sha256((texts or PartTexts()).of(scenario).encode())
    digest.update((people_key(scenario.customers) if people is None else people).encode())
    digest.update(added_key(scenario).encode())
    return digest.hexdigest()[:32]


def people_key(customers: Customers | None) -> str:
    """A hash of a table of customers with their history, empty for none."""
    if customers is None:
        return ""
    digest = hashlib.sha256()
    columns = {name: array for name, array in vars(customers).items() if isinstance(array, np.ndarray)}
    for name, array in sorted(columns.items()):
        digest.update(f"{name} {array.dtype} {len(array)}".encode())
        digest.update(np.ascontiguousarray(array).tobytes())
    if customers.history is not None:
        digest.update(f"history {customers.history.digest}".encode())
    return digest.hexdigest()
