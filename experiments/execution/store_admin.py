"""What a store holds, and how to make room in it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from experiments.execution.store import Store, read_header
from scenarios import InputError
from sim.fingerprint import model_fingerprint

if TYPE_CHECKING:
    import pandas as pd

Of = Literal["this model", "another model", "a function", "damaged"]
HOUR = 3600.0


@dataclass(frozen=True)
class StoreEntry:
    """One file of a store: the question that first asked for it, whose model it is, bytes, seconds it took to live,
    and when it was kept (seconds since 1970)."""

    path: Path
    question: str
    of: Of
    size: int
    seconds: float
    when: float


def held(store: Store, progress: Callable[[int, int], None] | None = None) -> list[StoreEntry]:
    """Every finished run of a store. Raises InputError where the folder is none."""
    if not store.folder.is_dir():
        raise InputError(f"{store.folder}: allowed a folder in which finished runs are kept; got none there")
    paths = sorted(store.paths())
    if not paths and any(path.name != "claims" and len(path.name) != 2 for path in store.folder.iterdir()):
        raise InputError(f"{store.folder}: allowed a folder in which finished runs are kept; got one with other things")
    found = []
    for place, path in enumerate(paths, start=1):
        with suppress(FileNotFoundError):
            found.append(_held(path))
        if progress:
            progress(place, len(paths))
    return found


def _held(path: Path) -> StoreEntry:
    stat, header = path.stat(), read_header(path)
    if header is None:
        return StoreEntry(path, "", "damaged", stat.st_size, 0.0, stat.st_mtime)
    model = header["model"]
    of: Of = "a function" if not model else "this model" if model == model_fingerprint() else "another model"
    return StoreEntry(path, header["name"], of, stat.st_size, header["seconds"], stat.st_mtime)


def by_question(found: list[StoreEntry]) -> pd.DataFrame:
    """One row per question and model: question, of, runs, bytes, seconds, last (a time)."""
    import pandas as pd

    columns = ["question", "of", "runs", "bytes", "seconds", "last"]
    rows = [(one.question, one.of, 1, one.size, one.seconds, one.when) for one in found]
    table = pd.DataFrame(rows, columns=columns).groupby(["question", "of"], as_index=False)
    told = table.agg({"runs": "sum", "bytes": "sum", "seconds": "sum", "last": "max"})
    told["last"] = pd.to_datetime(told["last"], unit="s")
    return told.sort_values("last", ascending=False, ignore_index=True)


def prune(store: Store, found: list[StoreEntry], *, older: float | None = None) -> list[StoreEntry]:
    """Remove what can never be used again: runs of another model, damaged files, drafts that nobody finished.

    With `older`, remove whatever has been kept for more than so many days too. Returns what went. What is asked for
    again is lived again. Raises InputError where the folder cannot be written.
    """
    gone = [one for one in found if _useless(one, older)]
    try:
        for path in [*(one.path for one in gone), *_drafts(store)]:
            path.unlink(missing_ok=True)
    except OSError as error:
        raise InputError(f"{store.folder}: cannot be pruned: {error.strerror or error}") from None
    return gone


def _useless(one: StoreEntry, older: float | None) -> bool:
    age = (time.time() - one.when) / (24 * HOUR)
    return one.of in ("another model", "damaged") or (older is not None and age > older)


def _drafts(store: Store) -> Iterator[Path]:
    """A draft lives for a moment; one that is an hour old belongs to a process that is gone."""
    for path in store.drafts():
        with suppress(FileNotFoundError):
            if time.time() - path.stat().st_mtime > HOUR:
                yield path


def held_json(store: Store, left: list[StoreEntry], gone: list[StoreEntry]) -> dict[str, Any]:
    """What a store holds and what was removed, schema 1; bytes and seconds."""
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
