"""Keys of runs: hashes of all that can change what a run's ledger holds."""

from __future__ import annotations

import hashlib
import json

import numpy as np

from scenarios.values.added_functions import added_key
from scenarios.values.paths import leaves
from sim.scenario import Customers, Scenario

_NOT_IN_LEDGER = ("run.draws", "run.replications")


def run_key(scenario: Scenario, people: str | None = None) -> str:
    """A hash of everything in a scenario that can change its ledger: 32 hex digits.

    Names, questions, criteria and the numbers of draws and replications are not in it. Python functions count with
    their names and versions. `people` is the `people_key` of its customers, where it is known already.
    """
    values = {path: value for path, value, _ in leaves(scenario) if path not in _NOT_IN_LEDGER}
    digest = hashlib.sha256(json.dumps(values, sort_keys=True, default=repr).encode())
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
