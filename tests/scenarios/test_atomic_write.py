"""Files and folders change as a whole or not at all, and only plain files are replaced."""

from __future__ import annotations

import errno
import json
import os
import re
import stat
import sys
import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from experiments.output import console as ui
from experiments.output.result_files import ANSWERS, result_folder, write_text
from scenarios import InputError
from scenarios.toml.atomic_write import changed_whole, write_file, write_whole
from tests.command_line import ROOT

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="devices, links and modes of POSIX")


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def entries(folder: Path) -> dict[str, str]:
    return {str(path.relative_to(folder)): path.read_text() for path in folder.rglob("*") if path.is_file()}


class Killed(BaseException):
    """Nothing in the code catches it."""


def die(*_: Any) -> None:
    raise Killed


def test_a_device_stays_a_device(tmp_path: Path) -> None:
    write_whole(Path("/dev/null"), "text")
    if Path("/dev/full").exists():
        with pytest.raises(OSError, match="No space"):
            write_whole(Path("/dev/full"), "text")
        with pytest.raises(InputError) as mistake:
            ui.write_answer("/dev/full", {})
        assert mistake.value.place == "--json /dev/full"
        (tmp_path / "link").symlink_to("/dev/full")
        with pytest.raises(OSError, match="No space"):
            write_whole(tmp_path / "link", "text")
        assert stat.S_ISCHR(Path("/dev/full").stat().st_mode)
    assert stat.S_ISCHR(Path("/dev/null").stat().st_mode)


def test_a_pipe_and_an_open_file_are_written_to(tmp_path: Path) -> None:
    pipe, got = tmp_path / "pipe", list[str]()
    os.mkfifo(pipe)
    reader = threading.Thread(target=lambda: got.append(pipe.read_text()))
    reader.start()
    write_whole(pipe, "text")
    reader.join(10)
    assert got == ["text"]
    assert stat.S_ISFIFO(pipe.stat().st_mode)
    with (tmp_path / "open").open("w") as file:
        file.write("before, ")
        file.flush()
        write_whole(Path(f"/dev/fd/{file.fileno()}"), "text")
    assert (tmp_path / "open").read_text() == "before, text"


@pytest.mark.parametrize("there", [True, False], ids=["target", "no target"])
def test_links_are_followed_and_stay(tmp_path: Path, there: bool) -> None:
    (tmp_path / "elsewhere").mkdir()
    target, near, far = tmp_path / "elsewhere" / "file", tmp_path / "near", tmp_path / "far"
    near.symlink_to(target)
    far.symlink_to(near)
    if there:
        target.write_text("old")
    write_whole(far, "new")
    assert all(link.is_symlink() for link in (near, far))
    assert target.read_text() == "new"
    with changed_whole(tmp_path, ["far"]) as draft:
        (draft / "far").write_text("newer")
    assert all(link.is_symlink() for link in (near, far))
    assert target.read_text() == "newer"
    assert [path.name for path in target.parent.iterdir()] == ["file"]


def test_folders_and_links_in_a_circle_are_refused(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "link").symlink_to("folder")
    (tmp_path / "circle").symlink_to("circle")
    before = sorted(tmp_path.rglob("*"))
    for name in ("folder", "link", "circle"):
        with pytest.raises(OSError, match=r"directory|symbolic links"):
            write_whole(tmp_path / name, "text")
        with pytest.raises(InputError):
            change(tmp_path, {"a": "text", name: "text"})
    assert sorted(tmp_path.rglob("*")) == before


def test_no_file_becomes_more_open(tmp_path: Path) -> None:
    path = tmp_path / "file"
    write_whole(path, "text")
    usual = mode(path)
    write_file(tmp_path / "private", lambda draft: draft.write_text("text"), private=True)
    assert mode(tmp_path / "private") == 0o600
    for bits in (0o600, 0o640, 0o444):
        path.chmod(bits)
        write_whole(path, "text")
        assert mode(path) == bits & usual
    path.chmod(0o644)
    write_file(path, lambda draft: draft.write_text("text"), private=True)
    assert mode(path) == 0o600


WRITES = re.compile(
    r"os\.(?:replace|rename|open)\(|\.(?:write_bytes|write_text)\(|mkstemp|shutil\.(?:move|copy)"
    r"|open\([^)\n]*[\"'][wax]b?\+?[\"']"
)
WRITERS = {
    "scenarios/toml/atomic_write.py",
    "experiments/execution/store.py",  # fill a draft of it
    "experiments/sweeps/sweep_files.py",
    "experiments/execution/run_locks.py",  # an empty file, for locks
    "sim/source_code.py",  # in the private cache folder
}


def test_one_module_writes_files() -> None:
    """All others hand it a function that fills a draft."""
    found = {
        path.relative_to(ROOT).as_posix()
        for package in ("sim", "scenarios", "calibration", "experiments", "rehearse")
        for path in (ROOT / package).rglob("*.py")
        if WRITES.search(path.read_text(encoding="utf-8"))
    }
    assert found == WRITERS


OLD = {"runs": "old", "scenarios/1-a.toml": "old", "events.parquet": "old", "sweep.json": "old", "notes": "mine"}
NEW = {"runs": "new", "scenarios/1-b.toml": "new", "manifest.json": "new", "run.json": "new"}


def change(folder: Path, files: Mapping[str, str] = NEW) -> None:
    with result_folder(folder) as draft:
        for name, text in files.items():
            write_text(draft / name, text)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, text in OLD.items():
        path = tmp_path / "out" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return tmp_path / "out"


def test_a_folder_has_the_new_result_and_what_is_the_users(folder: Path) -> None:
    change(folder)
    assert entries(folder) == {**NEW, "notes": "mine"}


@pytest.mark.parametrize("primitive", ["replace", "unlink", "chmod"])
@pytest.mark.parametrize("stop", [die, lambda *_: (_ for _ in ()).throw(OSError(28, "No space left on device"))])
def test_no_answer_lies_beside_tables_of_another(
    folder: Path, monkeypatch: pytest.MonkeyPatch, primitive: str, stop: Callable[..., None]
) -> None:
    """The change is stopped at each of its steps, and then made to its end."""
    real, stopped = getattr(Path, primitive), 0
    for last in range(100):
        steps = 0

        def step(path: Path, *rest: Any, last: int = last, **named: Any) -> Any:
            nonlocal steps
            steps += 1
            if steps == last + 1:
                stop()
            return real(path, *rest, **named)

        monkeypatch.setattr(Path, primitive, step)
        try:
            change(folder)
        except (Killed, InputError):
            stopped += 1
        monkeypatch.setattr(Path, primitive, real)
        left = entries(folder)
        for answer in set(left) & set(ANSWERS):
            assert left["runs"] == left[answer]
        assert ("run.json" in left) <= (left == {**NEW, "notes": "mine"})
        if steps <= last:
            break
        for name, text in OLD.items():
            (folder / name).parent.mkdir(exist_ok=True)
            (folder / name).write_text(text)
        for name in NEW:
            if name not in OLD:
                (folder / name).unlink(missing_ok=True)
    assert stopped >= 1


def test_names_that_are_no_text(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The system gives any bytes as a name; writers of tables cannot take each."""
    name = os.fsdecode(b"x\xff")
    with pytest.raises(OSError, match="no text"):
        write_whole(tmp_path / name, "text")
    for wrong in (lambda: change(tmp_path / name), lambda: ui.check_targets(tmp_path / name, None)):
        with pytest.raises(InputError) as mistake:
            wrong()
        assert "no text" in str(mistake.value)
        str(mistake.value).encode()
    ui.write_answer(str(tmp_path / "a.json"), {"file": name})
    ui.write_answer("-", {"file": name})
    for text in ((tmp_path / "a.json").read_text(encoding="utf-8"), capsys.readouterr().out):
        assert json.loads(text) == {"file": name}
    assert [path.name for path in tmp_path.iterdir()] == ["a.json"]


@pytest.mark.parametrize("disks", [1, 2])
def test_a_private_file_stays_private_behind_a_link(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, disks: int
) -> None:
    """Also where the target is on another disk, to which no file can be renamed."""
    (tmp_path / "elsewhere").mkdir()
    (folder / "customers").symlink_to(tmp_path / "elsewhere" / "customers")
    real = Path.replace

    def replace(path: Path, target: Path) -> Path:
        if disks > 1 and path.parent != target.parent:
            raise OSError(errno.EXDEV, os.strerror(errno.EXDEV))
        return real(path, target)

    monkeypatch.setattr(Path, "replace", replace)
    for _ in range(2):
        with changed_whole(folder, []) as draft:
            write_file(draft / "customers", lambda file: file.write_text("new"), private=True)
        assert (folder / "customers").is_symlink()
        assert (folder / "customers").read_text() == "new"
        assert mode(tmp_path / "elsewhere" / "customers") == 0o600


def test_a_full_disk_leaves_a_folder_as_it_was(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = Path.write_bytes

    def full(path: Path, content: bytes) -> int:
        if "run.json" in path.name:
            real(path, content[:1])
            raise OSError(28, "No space left on device")
        return real(path, content)

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(InputError) as mistake:
        change(folder)
    assert mistake.value.place == str(folder / "run.json")
    assert entries(folder) == OLD


def test_drafts_of_killed_commands_are_removed_in_time(folder: Path) -> None:
    for name, age in (("old", 7200), ("young", 60)):
        draft = folder / f".draft-{name}"
        draft.mkdir()
        then = draft.stat().st_mtime - age
        os.utime(draft, (then, then))
    change(folder)
    assert [path.name for path in folder.glob(".draft-*")] == [".draft-young"]
