"""Finished runs by key: one small file each, written to a temporary name and renamed."""

from __future__ import annotations

import hashlib
import json
import os
import re
import stat
import sys
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from experiments.execution.packed_arrays import Ints, pack, pack_text, unpack, unpack_text
from scenarios.errors import InputError
from scenarios.toml.atomic_write import check_name, write_file

_FORMAT = 6
_SUFFIX = ".npz"
_DAMAGED = ".damaged"
_NAME = re.compile("[0-9a-f]{32}")
_DRAFT = re.compile(r"\.[0-9a-f]{32}(?:\.npz)?\.\d+\.[0-9a-f]{8}")
FOLDER = ".runs"
"""The store's name: result folders that lie beside each other share the one beside them."""

Bytes = npt.NDArray[np.uint8]
Spans = dict[str, tuple[int, int]]
"""Days by name: the first, and the one after the last."""


@dataclass(frozen=True)
class RunRecord:
    """What is stored of one run: its KPIs, daily accounts, what it cost, and the ledger from which KPIs are computed.

    `key` names its ledger. `measures` are (kpi, span, value, numerator, denominator), computed over `spans` by the code
    that `kpis` names. Series are int64, one number per simulated day. `campaigns` are the fields of every
    retrospective, `curves` the orders around the starts of each campaign (`sim.output.retrospective`), both plain.
    `sent` are the messages delivered by programme over all days, None where the ledger did not count them. `name`,
    `arm` and `model` say to people what the run was of, and to the store which model's it is. `ledger` is packed, and
    empty once it is not needed any more.
    """

    key: str
    fingerprint: str
    seconds: float
    spans: Spans
    measures: list[tuple[str, str, float, float, float]]
    series: dict[str, Ints]
    campaigns: list[dict[str, Any]] = field(default_factory=list)
    curves: list[dict[str, Any]] = field(default_factory=list)
    sent: dict[str, int] | None = None
    name: str = ""
    arm: str = ""
    model: str = ""
    kpis: str = ""
    ledger: bytes = field(default=b"", repr=False)


def check_result_folders(out: str | Path | None, store: str | Path | None) -> None:
    """Raise InputError where a file is in the place of a folder, before any work."""
    for option, name in (("--out", out), ("--store", store)):
        if name is not None:
            folder = Path(name)
            try:
                check_name(folder)
            except OSError as problem:
                raise InputError(place=f"{option} {name}", expected="a folder", got=str(problem.strerror)) from None
            there = next(path for path in (folder, *folder.absolute().parents) if path.exists())
            if not there.is_dir():
                raise InputError(place=f"{option} {name}", expected="a folder", got=f"the file {there}")


def make_store(folder: Path) -> None:
    """Make the folder of a store where it is missing, for its user alone. Raises OSError where it cannot be made."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)


@cache
def warn_of_others(folder: Path) -> None:
    """Say once on stderr where other users can put runs into a store, which are then believed as one's own."""
    if sys.platform == "win32" or not folder.is_dir():  # who may write is not in the mode there
        return
    found = folder.stat()
    if found.st_uid != os.geteuid():
        reason = "is another user's"
    elif found.st_mode & stat.S_IWOTH:
        reason = "can be written by every user"
    else:
        return
    print(f"rehearse: {folder} {reason}; its runs are used as if they were yours", file=sys.stderr)


@dataclass(frozen=True)
class Store:
    """A folder of records. Several processes may read and write it at once: a record is whole or absent."""

    folder: Path

    @staticmethod
    def beside(out: str | Path | None, store: str | Path | None = None) -> Store | None:
        """The store of a result folder: the one that is named, else the one beside the folder; None without both.

        Raises InputError where a file is in the place of a folder.
        """
        check_result_folders(out, store)
        if store is not None:
            return Store(Path(store))
        return None if out is None else Store(Path(out).absolute().parent / FOLDER)

    def path(self, key: str) -> Path:
        """Where the record with this key lies."""
        return self.folder / key[:2] / f"{key}{_SUFFIX}"

    def get(self, key: str) -> RunRecord | None:
        """The record with this key, or None. A file that is not as it was written is set aside, and stderr says so."""
        path = self.path(key)
        if not path.exists():
            return None
        try:
            record = _read(path)
            if record is None or record.key == key:
                return record
        except Exception:  # a damaged file can raise any exception of the readers of zip, zlib, arrays and JSON
            pass
        aside = path.with_name(path.name + _DAMAGED)
        with suppress(OSError):  # in a store that can only be read it stays where it is
            path.replace(aside)
        words = f"it is set aside as {aside.name}" if aside.exists() else "it is not used"
        print(f"rehearse: {path}: a stored run that is not as it was written; {words}", file=sys.stderr)
        return None

    def put(self, record: RunRecord) -> None:
        """Store a record. Raises OSError where the folder cannot be written, leaving nothing half done."""
        path = self.path(record.key)
        make_store(self.folder)
        path.parent.mkdir(exist_ok=True)
        series = pack(np.array(list(record.series.values()), np.int64))
        body = np.concatenate([series, np.frombuffer(record.ledger, dtype=np.uint8)])

        def fill(draft: Path) -> None:
            with draft.open("wb") as file:
                np.savez(file, header=header, body=body, sum=_sum(header, body))

        header = pack_text(_header(record, series.size))
        write_file(path, fill)

    def paths(self) -> Iterator[Path]:
        """The files of all records; what else lies in the folder is not the store's."""
        return (path for path in self.folder.glob(f"??/*{_SUFFIX}") if _NAME.fullmatch(path.stem))

    def set_aside(self) -> Iterator[Path]:
        """Files of records that were found not to be as they were written."""
        found = self.folder.glob(f"??/*{_SUFFIX}{_DAMAGED}")
        return (path for path in found if _NAME.fullmatch(path.name.removesuffix(_SUFFIX + _DAMAGED)))

    def drafts(self) -> Iterator[Path]:
        """Files that are being written, or whose writer died."""
        return (path for path in self.folder.glob("??/.*") if _DRAFT.fullmatch(path.name))

    def keys(self) -> set[str]:
        """Keys of all records."""
        return {path.stem for path in self.paths()}


_NAMED = ("key", "fingerprint", "seconds", "spans", "measures", "curves", "sent", "name", "arm", "model", "kpis")


def _header(record: RunRecord, series_bytes: int) -> str:
    header = {name: getattr(record, name) for name in _NAMED}
    header |= {"format": _FORMAT, "campaigns": _columns(record.campaigns)}
    return json.dumps(header | {"series": list(record.series), "series_bytes": series_bytes})


def read_header(path: Path) -> dict[str, Any] | None:
    """What a record's file says of itself, None where it is not as it was written or of another format."""
    try:
        return (_parts(path) or (None,))[0]
    except Exception:  # as above
        return None


def _parts(path: Path) -> tuple[dict[str, Any], Bytes] | None:
    """Header and body, None where they are of another format. Raises any exception where the file is not as it was
    written."""
    with np.load(path, allow_pickle=False) as parts:
        packed = parts["header"]
        header: dict[str, Any] = json.loads(unpack_text(packed))
        if header["format"] != _FORMAT:
            return None
        body, written = parts["body"], parts["sum"]
    if not np.array_equal(_sum(packed, body), written):
        raise ValueError("not the sum of header and body")
    return header, body


def _sum(header: Bytes, body: Bytes) -> Bytes:
    """The checksum of a record: of all that it holds, and of the key, which says what it was made of."""
    digest = hashlib.blake2b(f"{header.size} {body.size} ".encode(), digest_size=16)
    digest.update(header.tobytes() + body.tobytes())
    return np.frombuffer(digest.digest(), dtype=np.uint8)


def _columns(rows: list[dict[str, Any]]) -> dict[str, list[Any]]:
    return {name: [row[name] for row in rows] for name in (rows[0] if rows else ())}


def _rows(columns: dict[str, list[Any]]) -> list[dict[str, Any]]:
    return [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]


def _read(path: Path) -> RunRecord | None:
    """The record of a file; None and exceptions as `_parts`."""
    parts = _parts(path)
    if parts is None:
        return None
    header, body = parts
    series, ledger = np.split(body, [header["series_bytes"]])
    return RunRecord(
        **{name: header[name] for name in _NAMED if name not in ("spans", "measures")},
        spans={name: (int(first), int(last)) for name, (first, last) in header["spans"].items()},
        measures=[(str(k), str(w), float(v), float(n), float(d)) for k, w, v, n, d in header["measures"]],
        series=dict(zip(header["series"], unpack(series, len(header["series"])), strict=True)),
        campaigns=_rows(header["campaigns"]),
        ledger=ledger.tobytes(),
    )
