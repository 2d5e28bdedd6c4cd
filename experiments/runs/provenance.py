"""The provenance of an answer: versions, hashes, seeds, times and the machine."""

from __future__ import annotations

import hashlib
import os
import platform
from collections.abc import Mapping
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from scenarios import run_key
from scenarios.values.own_mechanisms import to_json
from sim.fingerprint import model_fingerprint

if TYPE_CHECKING:
    from scenarios import Question

PACKAGES = ("rehearse", "numpy", "numba", "scipy", "pandas", "pyarrow")


def provenance(
    question: Question | None, runs: Mapping[str, int], total: float, run_seconds: list[float]
) -> dict[str, Any]:
    """The manifest of an answer; everything in it is plain JSON.

    `question` is None for a sweep of a plain function; `runs` counts planned, reused and failed ones; `total` and
    `run_seconds` are seconds, of all work and of each run.
    """
    return {
        "schema": 1,
        **_asked(question),
        "made": datetime.now(UTC).isoformat(timespec="seconds"),
        "versions": {"python": platform.python_version(), **{name: _version(name) for name in PACKAGES}},
        "model_fingerprint": model_fingerprint(),
        "runs": dict(runs),
        "seconds": {"total": round(total, 3), "simulated": round(sum(run_seconds), 3), "runs": len(run_seconds)},
        "machine": {"system": platform.platform(), "processor": processor(), "cores": os.cpu_count()},
    }


def _asked(question: Question | None) -> dict[str, Any]:
    if question is None:
        return {}
    run = next(iter(question.arms.values())).run
    tables = question.customers_path, question.posterior_path, question.history_path
    kpis = {"kpis": {one.name: one.to_json() for one in question.kpis}} if question.kpis else {}
    added = next(iter(question.arms.values())).mechanisms
    mechanisms = {"mechanisms": {name: to_json(one) for name, one in added.items()}} if added else {}
    return (
        kpis
        | mechanisms
        | {
            "question": question.name,
            "arms": list(question.arms),
            "scenario_hashes": {name: run_key(arm) for name, arm in question.arms.items()},
            "files": {str(path): file_hash(path) for path in (*question.files, *tables) if path is not None},
            "seed": run.seed,
            "draws": run.draws,
            "replications": run.replications,
        }
    )


def file_hash(path: Path) -> str | None:
    """SHA-256 of a file's bytes, None where it cannot be read any more."""
    try:
        return hashlib.sha256(Path(path).read_bytes()).hexdigest()
    except OSError:
        return None


def _version(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None


def processor() -> str:
    """The name of this machine's processor."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor()
    names = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(names, platform.processor())
