"""Fingerprints: names for the code and the packages that can change machine code, or the ledger of a run.

Comments, docstrings and layout change neither. Nor does code that the one or the other cannot reach by imports, such as
KPIs, reports and commands.
"""

from __future__ import annotations

import hashlib
import platform
import sys
from collections.abc import Iterable, Mapping
from functools import cache
from importlib.metadata import version
from pathlib import Path

from sim.private_folder import private_folder
from sim.source_code import Module, closure_digest, read_modules

COMPILERS = ("numba", "llvmlite", "numpy", "scipy")
"""Packages whose version can change machine code."""
RUN_PACKAGES = (*COMPILERS, "holidays", "simpy")
"""Packages whose version can change a ledger."""
COMPILED = frozenset({"sim", "calibration"})
"""Packages of ours in which functions are compiled."""
ENGINE = "sim.engine"
JIT = "sim.compiled."
COMPILING_PAST = "compiling the days of a history for this machine, once: about a minute"
"""What is said before the walk through them is compiled."""


@cache
def model_fingerprint() -> str:
    """16 hexadecimal digits: the import closure of the engine, and what runs it. It names stored runs."""
    return _fingerprint(closure_digest(_modules(), [ENGINE]), RUN_PACKAGES)


@cache
def machine_code_fingerprint() -> str:
    """16 hexadecimal digits: every module with compiled functions, all that they import, what compiles them and for
    which processor."""
    from llvmlite.binding import get_host_cpu_features, get_host_cpu_name

    processor = f"{get_host_cpu_name()} {get_host_cpu_features().flatten()}"
    return _fingerprint(f"{closure_digest(_modules(), compiled_modules(_modules()))} {processor}", COMPILERS)


def compiled_modules(modules: Mapping[str, Module]) -> list[str]:
    """The modules with compiled functions."""
    return [name for name, one in modules.items() if any(used.startswith(JIT) for used in one.imports)]


def kpi_digest(starts: Iterable[str]) -> str:
    """A digest of the import closure of modules that compute KPIs from a ledger."""
    return closure_digest(_modules(), starts)


def cache_folder() -> Path:
    """The folder of the machine code with this fingerprint; made if need be, and this user's alone."""
    return private_folder("machine-code", machine_code_fingerprint())


def is_compiled() -> bool:
    """Whether the day has been compiled for this fingerprint, so that the next run starts at once."""
    return any(cache_folder().rglob("day.simulate_day*.nbc"))


def is_past_compiled() -> bool:
    """Whether the walk through the days of a history has been."""
    return any(cache_folder().rglob("walk.walk-*.nbc"))


@cache
def _modules() -> dict[str, Module]:
    return read_modules(Path(__file__).parents[1], COMPILED, private_folder("source-code"))


def _fingerprint(code: str, packages: Iterable[str]) -> str:
    versions = " ".join(f"{package}={version(package)}" for package in packages)
    text = f"{code} {versions} python={sys.version_info[:2]} machine={platform.machine()}"
    return hashlib.sha256(text.encode()).hexdigest()[:16]
