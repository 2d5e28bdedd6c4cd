"""Finished runs by content key: one small file each, written to a temporary name and renamed."""

from __future__ import annotations

import json
import os
import re
import uuid
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

_FORMAT = 4
_SUFFIX = ".npz"
_NAME = re.compile("[0-9a-f]{32}")
_DRAFT = re.compile(r"\.[0-9a-f]{32}\.\d+\.[0-9a-f]{8}")
FOLDER = ".runs"
"""The store's name: result folders that lie beside each other share the one beside them."""

Spans = dict[str, tuple[int, int]]


@dataclass(frozen=True)
class RunRecord:
    """What is kept of one run: measures, daily accounts and what it cost.

    `measures` are (kpi, window, value, numerator, denominator). `days` are the windows' first day and day
    after the last. Series are int64, one number per simulated day. `campaigns` are the fields of every retrospective,
    `curves` the orders around the starts of each campaign (`sim.output.retrospective`), both plain. `sent` are the messages
    delivered by programme over all days, None where the ledger did not count them. `name`, `arm` and `model` say to
    people what the run was of, and to the store which model's it is.
    """

    key: str
    fingerprint: str
    seconds: float
    days: Spans
    measures: list[tuple[str, str, float, float, float]]
    series: dict[str, npt.NDArray[np.int64]]
    campaigns: list[dict[str, Any]] = field(default_factory=list)
    curves: list[dict[str, Any]] = field(default_factory=list)
    sent: dict[str, int] | None = None
    name: str = ""
    arm: str = ""
    model: str = ""


@dataclass(frozen=True)
class Store:
    """A folder of pieces. Several processes may read and write it at once: a piece is whole or absent."""

    folder: Path

    @staticmethod
    def beside(out: str | Path | None, store: str | Path | None = None) -> Store | None:
        """The store of a result folder: the one that is named, else the one beside the folder; None without both."""
        if store is not None:
            return Store(Path(store))
        return None if out is None else Store(Path(out).absolute().parent / FOLDER)

    def path(self, key: str) -> Path:
        """Where the piece with this key lies."""
        return self.folder / key[:2] / f"{key}{_SUFFIX}"

    def get(self, key: str, days: Spans) -> RunRecord | None:
        """The piece with this key measured over these windows, or None; a damaged file counts as absent."""
        path = self.path(key)
        if not path.exists():
            return None
        piece = _read(path)
        return piece if piece and piece.key == key and piece.days == days else None

    def put(self, piece: RunRecord) -> None:
        """Keep a piece. Raises OSError where the folder cannot be written, leaving nothing half done."""
        path = self.path(piece.key)
        path.parent.mkdir(parents=True, exist_ok=True)
        draft = path.with_name(f".{path.stem}.{os.getpid()}.{uuid.uuid4().hex[:8]}")
        try:
            with draft.open("wb") as file:
                np.savez_compressed(file, header=_header(piece), series=np.array(list(piece.series.values()), np.int64))
            draft.replace(path)
        finally:
            with suppress(OSError):
                draft.unlink(missing_ok=True)

    def paths(self) -> Iterator[Path]:
        """The files of all pieces; what else lies in the folder is somebody else's."""
        return (path for path in self.folder.glob(f"??/*{_SUFFIX}") if _NAME.fullmatch(path.stem))

    def drafts(self) -> Iterator[Path]:
        """Files on their way to being pieces."""
        return (path for path in self.folder.glob("??/.*") if _DRAFT.fullmatch(path.name))

    def keys(self) -> set[str]:
        """Keys of all pieces."""
        return {path.stem for path in self.paths()}


_NAMED = ("key", "fingerprint", "seconds", "days", "measures", "curves", "sent", "name", "arm", "model")


def _header(piece: RunRecord) -> npt.NDArray[np.uint8]:
    told = {name: getattr(piece, name) for name in _NAMED}
    told |= {"format": _FORMAT, "campaigns": _columns(piece.campaigns), "series": list(piece.series)}
    return np.frombuffer(json.dumps(told).encode(), dtype=np.uint8)


def read_header(path: Path) -> dict[str, Any] | None:
    """What a piece's file says of itself, None where it is damaged or of another format."""
    try:
        with np.load(path, allow_pickle=False) as parts:
            header = json.loads(parts["header"].tobytes())
        return header if header["format"] == _FORMAT else None
    except Exception:  # what a damaged file makes its readers raise is no list that ends
        return None


def _columns(rows: list[dict[str, Any]]) -> dict[str, list[Any]]:
    return {name: [row[name] for row in rows] for name in (rows[0] if rows else ())}


def _rows(columns: dict[str, list[Any]]) -> list[dict[str, Any]]:
    return [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]


def _read(path: Path) -> RunRecord | None:
    try:
        with np.load(path, allow_pickle=False) as parts:
            header, series = json.loads(parts["header"].tobytes()), parts["series"]
        if header["format"] != _FORMAT:
            return None
        return RunRecord(
            **{name: header[name] for name in _NAMED if name not in ("days", "measures")},
            days={name: (int(first), int(last)) for name, (first, last) in header["days"].items()},
            measures=[(str(k), str(w), float(v), float(n), float(d)) for k, w, v, n, d in header["measures"]],
            series=dict(zip(header["series"], series, strict=True)),
            campaigns=_rows(header["campaigns"]),
        )
    except Exception:  # as above
        return None
