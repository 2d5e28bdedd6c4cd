"""Cache folders whose files can be loaded without reading them first, because only this user can have written them."""

from __future__ import annotations

import atexit
import os
import shutil
import stat
import sys
import tempfile
from contextlib import suppress
from pathlib import Path

VARIABLE = "REHEARSE_CACHE"
"""The environment variable that names the cache folder."""
OTHERS_WRITE = stat.S_IWGRP | stat.S_IWOTH


def private_folder(*parts: str) -> Path:
    """The folder `parts` below the cache folder, made if need be; no one else can write into it.

    The cache folder is the one that `REHEARSE_CACHE` names, or `rehearse` in the user's cache folder. Where it or one
    of the parts is another user's, can be written by others, is a symbolic link or cannot be written at all, where
    others could put another folder in its place or can enter the last part, stderr says so once, and a temporary folder
    is used until this process ends; processes that it starts use it, too.
    """
    folder = _cache()
    try:
        _check_above(folder)
        for place, part in enumerate(("", *parts)):
            folder = folder / part
            _make(folder)
            _check(folder, closed=place == len(parts))
        with tempfile.TemporaryFile(dir=folder):
            return folder
    except OSError as fault:
        reason = fault.strerror or str(fault)
    _use_temporary(f"{folder}: {reason}")
    return private_folder(*parts)


def _cache() -> Path:
    home = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return Path(os.environ.get(VARIABLE) or home / "rehearse").absolute()


def _make(folder: Path) -> None:
    if not folder.parent.exists():
        _make(folder.parent)
    with suppress(FileExistsError):
        folder.mkdir(mode=0o700)


def _check_above(folder: Path) -> None:
    """Raise OSError where a user who is not root could put another folder in place of this one.

    In a folder with a sticky bit, such as /tmp, only the owner of a file can rename it.
    """
    if sys.platform == "win32":
        return
    for above in filter(os.path.lexists, reversed(folder.parents)):
        found = above.lstat()
        if found.st_uid not in (0, os.geteuid()):
            raise OSError(f"{above} is another user's")
        if stat.S_ISLNK(found.st_mode):  # its own mode says nothing
            _check_above(above.resolve() / folder.name)
        elif found.st_mode & OTHERS_WRITE and not found.st_mode & stat.S_ISVTX:
            raise OSError(f"{above} can be written by others")


def _check(folder: Path, closed: bool) -> None:
    """Raise OSError where what is in the folder can be another's. A closed one can be entered by its owner alone, so
    that the modes of the folders in it do not matter."""
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode):
        raise OSError("a symbolic link" if stat.S_ISLNK(found.st_mode) else "not a folder")
    if sys.platform == "win32":  # who may write is not in the mode there, and the user's folders are the user's
        return
    if found.st_uid != os.geteuid():
        raise OSError("another user's")
    if found.st_mode & OTHERS_WRITE:
        raise OSError("can be written by others")
    if closed and found.st_mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise OSError("can be entered by others")


def _use_temporary(reason: str) -> None:
    temporary = tempfile.mkdtemp(prefix="rehearse-")
    atexit.register(_remove, temporary, os.getpid())
    print(f"rehearse: {reason}; the cache is {temporary} until this command ends", file=sys.stderr)
    os.environ[VARIABLE] = temporary


def _remove(folder: str, maker: int) -> None:
    """A process that was forked off does not remove what its parent uses."""
    if os.getpid() == maker:
        shutil.rmtree(folder, ignore_errors=True)
