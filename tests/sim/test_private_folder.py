"""Machine code is read only from folders that nobody else can have written into."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest

from sim.fingerprint import cache_folder
from sim.private_folder import private_folder

ROOT = Path(__file__).parents[2]
ASK = """
import subprocess, sys
from sim.private_folder import private_folder
print(private_folder("machine-code", "f00d"))
print(private_folder("machine-code", "f00d"), flush=True)
if len(sys.argv) == 1:
    subprocess.run([sys.executable, __file__, "child"], check=True)
"""

ANOTHERS = "another user's"

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="the mode says nothing of other users there")


def mode(folder: Path) -> int:
    return stat.S_IMODE(folder.stat().st_mode)


def answers(tmp_path: Path, cache: Path) -> tuple[set[str], list[str]]:
    """The folders that a process and its child are given, and the lines on stderr of both."""
    script = tmp_path / "ask.py"
    script.write_text(ASK)
    env = {**os.environ, "REHEARSE_CACHE": str(cache), "PYTHONPATH": str(ROOT)}
    done = subprocess.run([sys.executable, script], env=env, capture_output=True, text=True, check=True)
    assert len(done.stdout.splitlines()) == 4
    return set(done.stdout.splitlines()), done.stderr.splitlines()


def test_folders_are_made_for_their_user_alone(tmp_path: Path) -> None:
    cache = tmp_path / "new" / "cache"
    assert answers(tmp_path, cache) == ({str(cache / "machine-code" / "f00d")}, [])
    for folder in (cache.parent, cache, cache / "machine-code", cache / "machine-code" / "f00d"):
        assert mode(folder) == 0o700


def test_a_folder_that_others_can_only_read_is_used(tmp_path: Path) -> None:
    (tmp_path / "cache").mkdir(mode=0o755)
    assert answers(tmp_path, tmp_path / "cache") == ({str(tmp_path / "cache" / "machine-code" / "f00d")}, [])


def open_to(bits: int, *parts: str) -> Callable[[Path], None]:
    def plant(cache: Path) -> None:
        folder = cache.joinpath(*parts)
        folder.mkdir(parents=True, mode=0o755)
        folder.chmod(bits)

    return plant


def linked(*parts: str) -> Callable[[Path], None]:
    def plant(cache: Path) -> None:
        elsewhere = cache.parent / "elsewhere"
        elsewhere.mkdir(mode=0o700)
        link = cache.joinpath(*parts)
        link.parent.mkdir(parents=True, exist_ok=True)
        link.symlink_to(elsewhere)

    return plant


def anothers(cache: Path) -> None:
    if os.geteuid() != 0:
        pytest.skip("only root can give a folder away")
    cache.mkdir(mode=0o700)
    os.chown(cache, 65_534, 65_534)


@pytest.mark.parametrize(
    ("plant", "reason"),
    [
        (open_to(0o777), "can be written by others"),
        (open_to(0o775), "can be written by others"),
        (open_to(0o1777), "can be written by others"),
        (open_to(0o777, "machine-code"), "can be written by others"),
        (open_to(0o770, "machine-code", "f00d"), "can be written by others"),
        (open_to(0o755, "machine-code", "f00d"), "can be entered by others"),
        (linked(), "a symbolic link"),
        (linked("machine-code"), "a symbolic link"),
        (linked("machine-code", "f00d"), "a symbolic link"),
        (anothers, "another user's"),
        (lambda cache: cache.write_text("a file"), "not a folder"),
    ],
    ids=[
        "all",
        "group",
        "sticky",
        "part",
        "last part",
        "entered",
        "link",
        "linked part",
        "linked last part",
        "owner",
        "file",
    ],
)
def test_a_folder_that_is_not_the_users_alone_is_not_used(
    plant: Callable[[Path], None], reason: str, tmp_path: Path
) -> None:
    cache = tmp_path / "cache"
    plant(cache)
    before = sorted(tmp_path.rglob("*"))
    found, said = answers(tmp_path, cache)
    (folder,) = map(Path, found)
    assert tmp_path not in folder.parents
    assert not folder.exists(), "it is removed at the end"
    (line,) = said
    assert line.startswith(f"rehearse: {cache}")
    assert f": {reason}; " in line
    assert sorted(tmp_path.rglob("*")) == sorted([*before, tmp_path / "ask.py"]), "nothing is written there"


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"st_uid": 4_321}, ANOTHERS),
        ({"st_mode": stat.S_IFDIR | 0o777}, "can be written by others"),
        ({"st_mode": stat.S_IFDIR | 0o775}, "can be written by others"),
        ({"st_mode": stat.S_IFDIR | stat.S_ISVTX | 0o777}, None),
        ({"st_uid": 0}, None),
    ],
    ids=["owner", "all", "group", "sticky", "root"],
)
def test_nobody_else_can_put_another_folder_in_its_place(
    changed: dict[str, int],
    reason: str | None,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    cache, lstat = tmp_path / "a" / "b" / "cache", Path.lstat
    cache.parent.mkdir(parents=True, mode=0o700)
    for watched in (cache.parent, cache.parent.parent, tmp_path):

        def seen(path: Path, watched: Path = watched) -> object:
            """As the system says, but for one folder."""
            found = lstat(path)
            mine = {name: getattr(found, name) for name in ("st_mode", "st_uid")}
            return SimpleNamespace(**mine | changed) if path == watched else found

        monkeypatch.setattr(Path, "lstat", seen)
        monkeypatch.setenv("REHEARSE_CACHE", str(cache))
        found = private_folder("machine-code", "f00d")
        assert (cache in found.parents) == (reason is None)
        said = capsys.readouterr().err
        assert f": {watched} {'is ' * (reason == ANOTHERS)}{reason}; " in said if reason else not said


@pytest.mark.parametrize("place", [0, 1, 2], ids=["cache", "part", "last part"])
def test_a_folder_of_another_owner_is_not_used(
    place: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "cache" / "machine-code" / "f00d"
    folder.mkdir(parents=True, mode=0o700)
    others, lstat = [folder.parents[1], folder.parent, folder][place], Path.lstat
    monkeypatch.setenv("REHEARSE_CACHE", str(tmp_path / "cache"))

    def seen(path: Path) -> object:
        found = lstat(path)
        return SimpleNamespace(st_mode=found.st_mode, st_uid=found.st_uid + 1) if path == others else found

    monkeypatch.setattr(Path, "lstat", seen)
    first, second = private_folder("machine-code", "f00d"), private_folder("machine-code", "f00d")
    assert first == second, "it is made once"
    assert tmp_path not in first.parents
    assert mode(first) == 0o700
    assert capsys.readouterr().err.count("another user's") == 1


def test_a_link_on_the_way_is_looked_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "open").mkdir()
    (tmp_path / "open" / "own").mkdir(mode=0o700)
    (tmp_path / "link").symlink_to(tmp_path / "open" / "own")
    monkeypatch.setenv("REHEARSE_CACHE", str(tmp_path / "link" / "cache"))
    assert private_folder("f00d") == tmp_path / "link" / "cache" / "f00d"
    (tmp_path / "open").chmod(0o777)
    assert tmp_path not in private_folder("f00d").parents


def test_a_folder_of_machine_code_is_private() -> None:
    folder = cache_folder()
    assert folder == private_folder("machine-code", folder.name)
    assert mode(folder) & 0o022 == 0
