"""Finished runs by content key: one small Parquet file each, written to a temporary name and renamed."""

from __future__ import annotations

import json
import os
import uuid
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

_MARK = b"rehearse"
_FORMAT = 3


@dataclass(frozen=True)
class Piece:
    """What is kept of one run: measures, daily accounts and what it cost.

    `measures` are (kpi, window, value, numerator, denominator). `days` are the windows' first day and day
    after the last. Series are int64, one number per simulated day. `campaigns` are the fields of every retrospective,
    `curves` the orders around the starts of each campaign (`sim.retrospective`), both plain. `sent` are the messages
    delivered by programme over all days, None where the ledger did not count them.
    """

    key: str
    fingerprint: str
    seconds: float
    days: dict[str, tuple[int, int]]
    measures: list[tuple[str, str, float, float, float]]
    series: dict[str, npt.NDArray[np.int64]]
    campaigns: list[dict[str, Any]] = field(default_factory=list)
    curves: list[dict[str, Any]] = field(default_factory=list)
    sent: dict[str, int] | None = None


@dataclass(frozen=True)
class Store:
    """A folder of pieces. Several processes may read and write it at once: a piece is whole or absent."""

    folder: Path

    def path(self, key: str) -> Path:
        return self.folder / key[:2] / f"{key}.parquet"

    def get(self, key: str, days: dict[str, tuple[int, int]]) -> Piece | None:
        """The piece with this key measured over these windows, or None; a damaged file counts as absent."""
        path = self.path(key)
        if not path.exists():
            return None
        piece = _read(path)
        return piece if piece and piece.key == key and piece.days == days else None

    def put(self, piece: Piece) -> None:
        """Keep a piece. Raises OSError where the folder cannot be written, leaving nothing half done."""
        import pyarrow as pa
        import pyarrow.parquet as pq

        path = self.path(piece.key)
        path.parent.mkdir(parents=True, exist_ok=True)
        table = pa.table({name: pa.array(values) for name, values in piece.series.items()})
        table = table.replace_schema_metadata({_MARK: json.dumps(_header(piece)).encode()})
        draft = path.with_name(f".{path.stem}.{os.getpid()}.{uuid.uuid4().hex[:8]}")
        try:
            pq.write_table(table, draft, compression="zstd", use_dictionary=False, write_statistics=False)
            draft.replace(path)
        finally:
            with suppress(OSError):
                draft.unlink(missing_ok=True)

    def keys(self) -> set[str]:
        """Keys of all pieces."""
        return {path.stem for path in self.folder.glob("??/*.parquet")}


def _header(piece: Piece) -> dict[str, Any]:
    return {
        "format": _FORMAT,
        "key": piece.key,
        "fingerprint": piece.fingerprint,
        "seconds": piece.seconds,
        "days": piece.days,
        "measures": piece.measures,
        "campaigns": _columns(piece.campaigns),
        "curves": piece.curves,
        "sent": piece.sent,
    }


def _columns(rows: list[dict[str, Any]]) -> dict[str, list[Any]]:
    return {name: [row[name] for row in rows] for name in (rows[0] if rows else ())}


def _rows(columns: dict[str, list[Any]]) -> list[dict[str, Any]]:
    return [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]


def _read(path: Path) -> Piece | None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        table = pq.read_table(path)
        header = json.loads((table.schema.metadata or {})[_MARK])
        if header["format"] != _FORMAT:
            return None
        return Piece(
            key=header["key"],
            fingerprint=header["fingerprint"],
            seconds=header["seconds"],
            days={name: (int(first), int(last)) for name, (first, last) in header["days"].items()},
            measures=[(str(k), str(w), float(v), float(n), float(d)) for k, w, v, n, d in header["measures"]],
            series={name: table[name].to_numpy() for name in table.column_names},
            campaigns=_rows(header["campaigns"]),
            curves=header["curves"],
            sent=header["sent"],
        )
    except (OSError, pa.ArrowInvalid, KeyError, ValueError, TypeError):
        return None
