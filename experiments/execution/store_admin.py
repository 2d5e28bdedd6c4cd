"""What is in a store, and how to make room in it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from experiments.execution.run_locks import LOCK_FILE
from experiments.execution.store import Store, read_header
from scenarios import InputError
from sim.fingerprint import model_fingerprint

if TYPE_CHECKING:
    import pandas as pd

Origin = Literal["this model", "another model", "a function", "damaged"]
USELESS = ("another model", "damaged")
HOUR = 3600.0


@dataclass(frozen=True)
class StoreEntry:
    """One file of a store: the question that first asked for it, what it was computed by, bytes, the seconds that the
    run took, and when it was stored (seconds since 1970)."""

    path: Path
    question: str
    origin: Origin
    size: int
    seconds: float
    when: float


def stored_runs(store: Store, progress: Callable[[int, int], None] | None = None) -> list[StoreEntry]:
    """Every finished run of a store. Raises InputError where the folder is no store."""
    expected = "a folder of finished runs"
    if not store.folder.is_dir():
        raise InputError(place=str(store.folder), expected=expected, got="no folder")
    paths = sorted((*store.paths(), *store.set_aside()))
    if not paths and any(path.name != LOCK_FILE and len(path.name) != 2 for path in store.folder.iterdir()):
        raise InputError(place=str(store.folder), expected=expected, got="a folder with other files")
    found = []
    for place, path in enumerate(paths, start=1):
        with suppress(FileNotFoundError):
            found.append(_entry(path))
        if progress:
            progress(place, len(paths))
    return found


def _entry(path: Path) -> StoreEntry:
    stat, header = path.stat(), read_header(path)
    if header is None:
        return StoreEntry(path, "", "damaged", stat.st_size, 0.0, stat.st_mtime)
    model = header["model"]
    origin: Origin = "a function" if not model else "this model" if model == model_fingerprint() else "another model"
    return StoreEntry(path, header["name"], origin, stat.st_size, header["seconds"], stat.st_mtime)


def by_question(found: list[StoreEntry]) -> pd.DataFrame:
    """One row per question and model: question, of, runs, bytes, seconds, last (a time)."""
    import pandas as pd

    columns = ["question", "of", "runs", "bytes", "seconds", "last"]
    rows = [(one.question, one.origin, 1, one.size, one.seconds, one.when) for one in found]
    table = pd.DataFrame(rows, columns=columns).groupby(["question", "of"], as_index=False)
    sums = table.agg({"runs": "sum", "bytes": "sum", "seconds": "sum", "last": "max"})
    sums["last"] = pd.to_datetime(sums["last"], unit="s")
    return sums.sort_values("last", ascending=False, ignore_index=True)


def prune(store: Store, found: list[StoreEntry], *, older: float | None = None) -> list[StoreEntry]:
    """Remove what no run can use again: runs of another model, damaged files, and drafts whose writer died.

    With `older`, also remove runs that were stored more than so many days ago; where they are needed again, they are
    simulated again. Returns the runs that were removed. Raises InputError where the folder cannot be written.
    """
    gone = [one for one in found if _removable(one, older)]
    try:
        for path in [*(one.path for one in gone), *_drafts(store)]:
            path.unlink(missing_ok=True)
    except OSError as error:
        raise InputError(f"cannot be pruned: {error.strerror or error}", place=str(store.folder)) from None
    return gone


def _removable(one: StoreEntry, older: float | None) -> bool:
    age = (time.time() - one.when) / (24 * HOUR)
    return one.origin in USELESS or (older is not None and age > older)


def _drafts(store: Store) -> Iterator[Path]:
    """Drafts that are older than an hour: writing takes a moment, so their process has ended."""
    for path in store.drafts():
        with suppress(FileNotFoundError):
            if time.time() - path.stat().st_mtime > HOUR:
                yield path


def store_json(store: Store, left: list[StoreEntry], gone: list[StoreEntry]) -> dict[str, Any]:
    """What is in a store and what was removed, schema 1; bytes and seconds."""
    table = by_question(left)
    table["last"] = table["last"].dt.strftime("%Y-%m-%dT%H:%M:%SZ")
    return {
        "schema": 1,
        "store": str(store.folder),
        "runs": len(left),
        "bytes": sum(one.size for one in left),
        "questions": table.to_dict("records"),
        "removed": {"runs": len(gone), "bytes": sum(one.size for one in gone)},
    }
