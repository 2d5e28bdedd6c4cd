"""The one door to the compiler: `jit` for functions that are compiled once and cached by fingerprint."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, cast

from sim.fingerprint import name_compiler_cache

name_compiler_cache()

import numba  # noqa: E402  (its cache folder is read when it is imported)

F = TypeVar("F", bound=Callable[..., Any])


def jit(function: F) -> F:
    """Compile on first use, without the global lock; floating point as written."""
    return cast(F, numba.njit(cache=True, nogil=True, error_model="numpy")(function))


def jit_parallel(function: F) -> F:
    """Compile with `numba.prange` loops over threads."""
    return cast(F, numba.njit(cache=True, nogil=True, error_model="numpy", parallel=True)(function))
