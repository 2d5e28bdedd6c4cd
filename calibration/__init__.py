"""Score a shop's order history: best values, beliefs after it, and how well it foretells."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from calibration.calibrating import Calibration as Calibration, calibrate as calibrate
    from calibration.likelihood import (
        Parameters as Parameters,
        histories as histories,
        log_likelihood as log_likelihood,
    )
    from calibration.orders import Orders as Orders, read_orders as read_orders
    from calibration.recovery import World as World, plant as plant, recover as recover
    from calibration.terminal import print_calibration as print_calibration

_HOMES = {
    "calibrating": ("Calibration", "calibrate"),
    "likelihood": ("Parameters", "histories", "log_likelihood"),
    "orders": ("Orders", "read_orders"),
    "recovery": ("World", "plant", "recover"),
    "terminal": ("print_calibration",),
}
_HOME = {name: home for home, names in _HOMES.items() for name in names}
__all__ = list(_HOME)


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module 'calibration' has no attribute {name!r}")
    return getattr(import_module(f"calibration.{_HOME[name]}"), name)
