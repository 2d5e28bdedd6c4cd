"""Locks on runs, so that two processes on one store do not simulate the same run.

A lock is on one byte of one file, at the place that the run's key names. The system releases it when the process that
holds it ends, however it ends, so nothing is left to clean up.
"""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from experiments.execution.store import make_store

try:
    import fcntl
except ImportError:  # without such locks two processes may simulate a run twice; its record is whole all the same
    fcntl = None  # type: ignore[assignment]

LOCK_FILE = "claims"


class RunLocks:
    """This process's locks on the runs of one store."""

    def __init__(self, file: int | None) -> None:
        self._file = file

    def take(self, key: str) -> bool:
        """Lock the run with this key (hexadecimal); False where another process has locked it."""
        if self._file is None:
            return True
        try:
            fcntl.lockf(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB, 1, _place(key))
        except OSError as error:  # on a file system without locks, each process may run everything
            return error.errno not in (errno.EACCES, errno.EAGAIN)
        return True

    def release(self, key: str) -> None:
        """Release a lock."""
        if self._file is not None:
            with suppress(OSError):
                fcntl.lockf(self._file, fcntl.LOCK_UN, 1, _place(key))


def _place(key: str) -> int:
    return int(key[:15], 16)


@contextmanager
def run_locks(folder: Path | None) -> Iterator[RunLocks]:
    """This process's locks on a store, for as long as it works on it. Raises OSError where it cannot be written."""
    if folder is None or fcntl is None:
        yield RunLocks(None)
        return
    make_store(folder)
    file = os.open(folder / LOCK_FILE, os.O_RDWR | os.O_CREAT, 0o666)
    try:
        yield RunLocks(file)
    finally:
        os.close(file)
