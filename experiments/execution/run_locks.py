"""Runs that are under way, so that two processes on one store do none twice.

A claim is a lock on one byte of one file, at the place that the run's key names. The system lets go of it when the
process that holds it ends, however it ends, so nothing is left to clean up.
"""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

try:
    import fcntl
except ImportError:  # without such locks two processes may do a run twice; its piece is whole all the same
    fcntl = None  # type: ignore[assignment]


class RunLocks:
    """The claims of this process on the runs of one store."""

    def __init__(self, file: int | None) -> None:
        self._file = file

    def take(self, key: str) -> bool:
        """Claim the run with this key (hexadecimal); False where another process has it under way."""
        if self._file is None:
            return True
        try:
            fcntl.lockf(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB, 1, _place(key))
        except OSError as error:  # a file system without locks lets everybody through
            return error.errno not in (errno.EACCES, errno.EAGAIN)
        return True

    def leave(self, key: str) -> None:
        """Let go of a claim."""
        if self._file is not None:
            with suppress(OSError):
                fcntl.lockf(self._file, fcntl.LOCK_UN, 1, _place(key))


def _place(key: str) -> int:
    return int(key[:15], 16)


@contextmanager
def claims_in(folder: Path | None) -> Iterator[RunLocks]:
    """This process's claims on a store, for as long as it works on it. Raises OSError where it cannot be written."""
    if folder is None or fcntl is None:
        yield RunLocks(None)
        return
    folder.mkdir(parents=True, exist_ok=True)
    file = os.open(folder / "claims", os.O_RDWR | os.O_CREAT, 0o666)
    try:
        yield RunLocks(file)
    finally:
        os.close(file)
