"""The one place that writes files and folders: a reader never sees half of one, and only plain files are replaced."""

from __future__ import annotations

import errno
import os
import shutil
import stat
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

DRAFT = ".draft-"
"""How the names of folders begin in which a change of a folder is prepared."""
OPEN_FILES = ("/dev/fd/", "/dev/std", "/proc/")
"""Names that stand for a file that a process has open, which must be written to, not replaced."""
HOUR = 3600.0

Fill = Callable[[Path], object]
"""Writes what a file is to hold to a path, at which an empty file lies."""


def write_whole(path: Path, text: str) -> None:
    """Write a text in UTF-8, as `write_file` does.

    Halves of characters, which names of files may have, become escapes that JSON reads again.
    """
    content = text.encode("utf-8", "backslashreplace")
    write_file(path, lambda draft: draft.write_bytes(content))


def write_file(path: Path, fill: Fill, *, private: bool = False) -> None:
    """Fill a file under a temporary name in the same folder, then give it its name.

    A device, a pipe or an open file is written to; a symbolic link stays, and its target is replaced. A private file
    can be read by its owner alone; any other does not become more open than the one that it replaces. Raises OSError
    for a folder and where the file cannot be written; then nothing has changed.
    """
    check_name(path)
    if is_stream(path):
        with tempfile.TemporaryDirectory(prefix="rehearse-") as folder:
            draft = _new(Path(folder) / path.name, 0o600)
            fill(draft)
            _pour(draft, path)
        return
    target = _target(path)
    draft = target.with_name(f".{target.name[:100]}.{os.getpid()}.{uuid.uuid4().hex[:8]}")
    try:
        fill(_new(draft, 0o600 if private else 0o666))
        _rename(draft, target)
    finally:
        with suppress(OSError):
            draft.unlink(missing_ok=True)


@contextmanager
def changed_whole(folder: Path, answers: Sequence[str], stale: Sequence[str] = ()) -> Iterator[Path]:
    """Change the files of a folder together: those in the folder that is given are put in their places at the end.

    answers: names of files without which readers refuse the folder. They are taken away before any other file changes
    and put back last, in this order, so that no answer ever lies beside tables of another. stale: patterns of files
    that are removed where there is no new one of that name. Where something fails before the end, nothing has changed.
    Raises OSError where the folder cannot be written.
    """
    check_name(folder)
    folder.mkdir(parents=True, exist_ok=True)
    _remove_old_drafts(folder)
    draft = Path(tempfile.mkdtemp(prefix=DRAFT, dir=folder))
    try:
        yield draft
        _put(draft, folder, answers, stale)
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def check_name(path: Path) -> None:
    """Raise OSError for a name that is no text, which not every writer can write to."""
    try:
        str(path).encode()
    except UnicodeEncodeError:
        raise OSError(errno.EILSEQ, "a name that is no text in UTF-8") from None


def is_stream(path: Path) -> bool:
    """Whether a path is written to as it stands: a device, a pipe, or a file that a process has open."""
    if os.path.abspath(path).startswith(OPEN_FILES):
        return True
    try:
        mode = path.stat().st_mode
    except FileNotFoundError:
        return False
    return not stat.S_ISREG(mode) and not stat.S_ISDIR(mode)


def _new(path: Path, mode: int) -> Path:
    os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode))
    return path


def _pour(draft: Path, stream: Path) -> None:
    """Append, so that a file that is open already keeps what was written to it."""
    with draft.open("rb") as source, open(os.open(stream, os.O_WRONLY | os.O_APPEND), "wb") as target:
        shutil.copyfileobj(source, target)


def _target(path: Path) -> Path:
    """The plain file that a path is or will be, behind symbolic links. Raises OSError for anything else."""
    target = Path(os.path.realpath(path))
    if target.is_symlink():
        raise OSError(errno.ELOOP, os.strerror(errno.ELOOP))
    if target.is_dir():
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
    return target


def _rename(draft: Path, target: Path) -> None:
    with suppress(FileNotFoundError):
        draft.chmod(stat.S_IMODE(draft.stat().st_mode) & stat.S_IMODE(target.stat().st_mode))
    draft.replace(target)


def _put(draft: Path, folder: Path, answers: Sequence[str], stale: Sequence[str]) -> None:
    """Check every place, take the answers away, remove, rename, and put the answers last."""
    names = [path.relative_to(draft) for path in sorted(draft.rglob("*")) if not path.is_dir()]
    last = [Path(name) for name in answers]
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        if not is_stream(folder / name):
            _target(folder / name)
    for name in last:
        _remove(folder / name)
    for pattern in stale:
        for old in folder.glob(pattern):
            if old.relative_to(folder) not in names:
                _remove(old)
    for name in sorted(names, key=lambda name: last.index(name) if name in last else -1):
        _move(draft / name, folder / name)


def _remove(path: Path) -> None:
    """Remove a plain file, behind links, too; what is none stays."""
    target = Path(os.path.realpath(path))
    if target.is_file() and not is_stream(path):
        target.unlink()


def _move(draft: Path, path: Path) -> None:
    try:
        if not is_stream(path):
            _rename(draft, _target(path))
            return
    except OSError as error:
        if error.errno != errno.EXDEV:  # behind a link there may be another disk
            raise
    write_file(path, lambda new: shutil.copy(draft, new))  # with its mode, for it may be private


def _remove_old_drafts(folder: Path) -> None:
    """Drafts that are older than an hour: the command that prepared them was killed."""
    for old in folder.glob(f"{DRAFT}*"):
        with suppress(OSError):
            if time.time() - old.stat().st_mtime > HOUR:
                shutil.rmtree(old)
