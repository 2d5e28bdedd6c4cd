"""A market fitted on the files of a planted world, by what of them is given to calibration."""

from __future__ import annotations

import hashlib
import inspect
import shutil
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from benchmarks.stored_calls import code_of
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


def kept_fit(files: Path, data: str, seed: int, store: Path) -> Path:
    """A folder with `files` and the market that is fitted on them; kept below `store`, so that neither the comparison
    nor what comes after it has to fit again. A change of calibration does."""
    name = hashlib.blake2b(f"{code_of('benchmarks.world_fits')} {data} {seed}".encode(), digest_size=16)
    for path in sorted(path for path in files.iterdir() if path.is_file()):
        name.update(path.name.encode() + path.read_bytes())
    kept = store / "fits" / name.hexdigest()
    if kept.exists():
        return kept
    kept.parent.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(dir=kept.parent) as draft:
        folder = Path(draft) / "world"
        shutil.copytree(files, folder)
        fit_world(folder, data, seed)
        folder.rename(kept)
    return kept
