"""The simulator: people and days, what the firm does, and what came of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sim.engine import run as run
    from sim.ledger import Ledger as Ledger
    from sim.measures import MEASURES as MEASURES
    from sim.measures import measure as measure

__all__ = ["MEASURES", "Ledger", "measure", "run"]

_HOME = {"run": "sim.engine", "Ledger": "sim.ledger", "MEASURES": "sim.measures", "measure": "sim.measures"}


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module 'sim' has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(_HOME[name]), name)
