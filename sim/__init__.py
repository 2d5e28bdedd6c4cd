"""The simulator: people and days, what the firm does, and what came of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sim.engine import run as run
    from sim.ledger import Ledger as Ledger
    from sim.measures import MEASURES as MEASURES, measure as measure
    from sim.mechanism import Mechanism as Mechanism
    from sim.programme import Actions as Actions
    from sim.scenario import Offer as Offer, Who as Who

_HOMES = {
    "engine": ("run",),
    "ledger": ("Ledger",),
    "measures": ("MEASURES", "measure"),
    "mechanism": ("Mechanism",),
    "programme": ("Actions",),
    "scenario": ("Offer", "Who"),
}
_HOME = {name: f"sim.{home}" for home, names in _HOMES.items() for name in names}
__all__ = list(_HOME)


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module 'sim' has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(_HOME[name]), name)
