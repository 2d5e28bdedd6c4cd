"""What a calibration leaves behind: a market, its draws, the shop's customers, and the answer as JSON."""

from __future__ import annotations

import hashlib
import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from calibration.model import posterior as paths
from calibration.orders.order_history import Orders
from scenarios.errors import InputError

if TYPE_CHECKING:
    import pandas as pd

    from calibration.market_fit import Calibration


def check_folder(out: Path) -> None:
    """Raise InputError where `out` cannot be a folder because a file stands there or above it."""
    try:
        place = next((p for p in (out, *out.parents) if p.exists()), None)
    except OSError as problem:
        raise _unwritable(out, problem) from None
    if place is not None and not place.is_dir():
        raise InputError(f"--out {out}: a folder is needed, a new one or one that exists, got the file {place}")


def write(answer: Calibration, out: Path, seed: int) -> None:
    """Write market.toml, posterior.parquet, customers.parquet and calibration.json, each whole.

    Raises InputError where the folder cannot be written.
    """
    try:
        _write(answer, out)
    except OSError as problem:
        raise _unwritable(out, problem) from None


def _unwritable(out: Path, problem: OSError) -> InputError:
    return InputError(f"--out {out}: a folder that can be written is needed, got: {problem.strerror or problem}")


def _write(answer: Calibration, out: Path) -> None:
    from scenarios import write_market

    out.mkdir(parents=True, exist_ok=True)
    _parquet(answer.market.draws, out / "posterior.parquet")
    _parquet(customers_table(answer.market.orders), out / "customers.parquet")
    values, sources = market_values(answer)
    write_market(
        out / "market.toml",
        extends=_extends(answer.prior, out),
        values=values,
        sources=sources,
        posterior="posterior.parquet",
        customers="customers.parquet",
    )
    _whole(out / "calibration.json", json.dumps(answer.to_json(), indent=1, ensure_ascii=False))


def market_values(answer: Calibration) -> tuple[dict[str, float | str | list[float]], dict[str, str]]:
    """Medians of the draws and what was read off the data, by path in stored units, with origins."""
    fitted = answer.market
    origin = f"data {fitted.orders.file}"
    values: dict[str, float | str | list[float]] = {
        str(path): float(column.median()) for path, column in fitted.draws.items()
    }
    values.setdefault(paths.REGULARITY, 1.0)
    values[paths.CYCLE] = answer.cycle
    values[paths.WEEKDAY] = list(fitted.chosen.weekday or (1.0,) * 7)
    return values, dict.fromkeys(values, origin)


def customers_table(orders: Orders) -> pd.DataFrame:
    """One row per customer: identity, orders, age and recency (days to the end), spent (cents), spend_orders.

    Identities are hashes salted with the digest of the order file: the same file gives the same ones, and
    without the file nobody can go back from an identity to an id.
    """
    import pandas as pd

    people = orders.customers
    table = {
        "identity": identities(people.index, orders.digest),
        "orders": people["x"].to_numpy(np.int64) + 1,
        "age": (orders.days - people["first_day"]).to_numpy(float),
        "recency": (orders.days - people["last_day"]).to_numpy(float),
        "spent": people["spent"].to_numpy(np.int64),
        "spend_orders": people["spend_orders"].to_numpy(np.int64),
    }
    return pd.DataFrame(table).sort_values("identity", ignore_index=True)


def identities(ids: pd.Index[Any], salt: str) -> npt.NDArray[np.uint64]:
    """64-bit salted hashes of customer ids; a clash of two (about n^2 / 4e19) moves one of them on by one."""
    key = salt.encode()[:64]
    digests = b"".join(hashlib.blake2b(str(i).encode(), key=key, digest_size=8).digest() for i in ids)
    found = np.frombuffer(digests, np.uint64).copy()
    while np.unique(found).size < found.size:
        order = np.argsort(found, kind="stable")
        found[order[1:][np.diff(found[order]) == 0]] += np.uint64(1)
    return found


def _extends(prior: str, out: Path) -> str:
    return prior if prior.startswith("library:") else os.path.relpath(Path(prior).resolve(), out.resolve())


def _parquet(table: pd.DataFrame, path: Path) -> None:
    temporary = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        table.to_parquet(temporary, index=False)
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


def _whole(path: Path, text: str) -> None:
    temporary = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        temporary.write_text(text + "\n", encoding="utf-8", newline="\n")
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)
