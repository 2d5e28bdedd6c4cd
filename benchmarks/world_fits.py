"""A market fitted on the files of a planted world, by what of them is given to calibration."""

from __future__ import annotations

import inspect
from pathlib import Path
from typing import Any

from calibration import Calibration, calibrate
from scenarios import InputError

DATA = ("orders", "history", "touches", "holdout")
"""What is given beside orders: nothing; the strategy; touches, campaigns, discounts and leads too, which come before
the strategy; the same of a history whose campaigns left a tenth of the people out by lot."""
HELD_OUT = 0.1
DRAWS = 200


def fit_world(folder: Path, data: str, seed: int) -> Calibration:
    """Fit a market on the files in `folder`, and write it to `folder/fitted`. Raises InputError for data that this
    `calibrate` does not take."""
    given: dict[str, Any] = {}
    if data != "orders":
        given = {"history": folder / "history.toml"}
    if data not in ("orders", "history"):
        given |= {name: folder / f"{name}.csv" for name in ("touches", "campaigns", "leads")}
    unknown = [name for name in given if name not in inspect.signature(calibrate).parameters]
    if unknown:
        raise InputError(place=f"--data {data}", expected="what calibrate takes", got=", ".join(unknown))
    return calibrate(
        folder / "orders.csv", market=str(folder / "prior.toml"), out=folder / "fitted", seed=seed, draws=DRAWS, **given
    )
