"""What docs/security.md promises: no code from files, no reach outside, no connection that is not asked for."""

from __future__ import annotations

import ast
import os
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from calibration.trials.trial_files import read_trial
from scenarios import InputError, load, load_market, load_plan
from sim.shards.local_shards import LocalWorkers

from .command_line import ROOT

PACKAGES = ("sim", "scenarios", "calibration", "experiments", "rehearse")

RUNS_CODE = {
    "eval", "exec", "__import__", "import_module", "exec_module", "spec_from_file_location", "run_path", "run_module",
    "pickle", "cPickle", "marshal", "shelve", "dill", "cloudpickle", "joblib", "read_pickle", "yaml", "subprocess",
    "popen", "Popen", "execv", "spawnv",
}  # fmt: skip
CONNECTS = {"socket", "urllib", "http", "requests", "httpx", "aiohttp", "ftplib", "smtplib", "telnetlib", "webbrowser"}
ALLOWED = {
    "scenarios/reading/python_files.py": {"import_module"},  # the files of --python
    "scenarios/values/added_functions.py": {"import_module"},  # functions that a program was given, in its processes
    "scenarios/values/own_kpis.py": {"import_module"},  # likewise
    "sim/scenario/mechanism.py": {"import_module"},  # likewise
    "experiments/reference/python_page.py": {"import_module"},  # our own modules, for their page
    "experiments/execution/generator_states.py": {"pickle"},  # writes, reads nothing
    "sim/shards/shard_line.py": {"pickle", "socket"},  # behind a key that is made for each run
    "sim/shards/coordination.py": {"socket"},
}
"""Where code is run or a connection is made, all of it described on the page."""


def used(path: Path) -> Iterator[str]:
    """Names of modules imported, and of functions called or referred to, in a source file."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (name for alias in node.names for name in alias.name.split("."))
        elif isinstance(node, ast.ImportFrom):
            yield from (*(node.module or "").split("."), *(alias.name for alias in node.names))
        elif isinstance(node, ast.Name):
            yield node.id
        elif isinstance(node, ast.Attribute):
            yield node.attr


def sources() -> Iterator[Path]:
    return (path for package in PACKAGES for path in sorted((ROOT / package).rglob("*.py")))


def test_only_named_places_run_code_or_connect() -> None:
    found: dict[str, set[str]] = {}
    for path in sources():
        if names := set(used(path)) & (RUNS_CODE | CONNECTS):
            found[path.relative_to(ROOT).as_posix()] = names
    assert found == ALLOWED


def test_no_shell_is_called() -> None:
    calls = [
        path.name
        for path in sources()
        if re.search(r"\bos\.(system|exec\w*|spawn\w*)\b", path.read_text(encoding="utf-8"))
    ]
    assert not calls


def test_arrays_are_read_without_objects() -> None:
    """An object array is a pickle; numpy loads none unless it is asked to."""
    calls = [call for path in sources() for call in re.findall(r"np\.load\(.*", path.read_text(encoding="utf-8"))]
    assert calls
    assert all("allow_pickle=False" in call for call in calls)


def test_shards_of_one_machine_meet_on_it_alone() -> None:
    assert LocalWorkers.host == "127.0.0.1"


def test_pages_load_nothing() -> None:
    """Neither scripts nor anything from elsewhere: what is read in a page stays there."""
    templates = list((ROOT / "experiments" / "report").glob("*.j2"))
    assert len(templates) > 3
    for template in templates:
        text = template.read_text(encoding="utf-8")
        assert not re.search(r"<script|<iframe|<object|<embed|\son\w+\s*=|@import|url\(|\|\s*safe", text), template.name
        assert not re.search(r"(?:src|href)\s*=\s*[\"']?(?!#)", text), template.name


def of_market(key: str) -> tuple[str, Callable[[Path], Any]]:
    return f'extends = "library:shop"\n[market]\nstart_with = 0\n{key} = "{{}}"\n', load


def of_trial(key: str) -> tuple[str, Callable[[Path], Any]]:
    base = load_market("library:base").market
    person = 'person = "id"' if key == "people" else 'n = "n"'
    text = (
        f'{key} = "{{}}"\narm = "group"\ncontrol = "none"\n{person}\nwindow = "14 d"\nrecency = "months"\n'
        'outcomes = [{{ column = "bought", shows = "order" }}]\n'
        'arms = [{{ name = "mail", messages = [{{ channel = "direct", content = "offer" }}] }}]\n'
    )
    return text, lambda path: read_trial(path, base)


REFERENCES = {
    "extends": ('extends = "{}"\n', load),
    "from": of_market("from"),
    "posterior": of_market("posterior"),
    "customers": of_market("customers"),
    "history": of_market("history"),
    "scenario": ('scenario = "{}"\n[sweep]\ndesign = "grid"\n', load_plan),
    "file": ('scenario = "library:campaign_rhythm"\n[sweep]\ndesign = "file"\nfile = "{}"\n', load_plan),
    "people": of_trial("people"),
    "counts": of_trial("counts"),
}
"""Every key that names a file: a text with a place for the name, and what reads it."""


@pytest.mark.parametrize("key", REFERENCES)
def test_no_file_reaches_outside_its_project(key: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text, read = REFERENCES[key]
    project, outside = tmp_path / "project", tmp_path / "secret.toml"
    project.mkdir()
    outside.write_text("secret = 1\n")
    (project / "link.toml").symlink_to(outside)
    (project / "folder").symlink_to(tmp_path)
    monkeypatch.chdir(project)
    for name in (
        "../secret.toml",
        str(outside),
        "link.toml",
        "folder/secret.toml",
        f"./../{tmp_path.name}/../secret.toml",
    ):
        Path("x.toml").write_text(text.format(name), encoding="utf-8")
        with pytest.raises(InputError) as mistake:
            read(project / "x.toml")
        if os.path.exists(name):
            assert "outside the project" in mistake.value.problem, (name, mistake.value)
        assert "secret = 1" not in str(mistake.value)


@pytest.mark.parametrize("key", REFERENCES)
def test_no_file_shows_a_line_of_another_kind_of_file(
    key: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text, read = REFERENCES[key]
    monkeypatch.chdir(tmp_path)
    for name in (".env", "secret.txt", "secret.toml.bak", "id_rsa"):
        Path(name).write_text("hunter2 = hunter2\nhunter2,hunter2\n")
        Path("x.toml").write_text(text.format(name), encoding="utf-8")
        with pytest.raises(InputError) as mistake:
            read(tmp_path / "x.toml")
        assert mistake.value.problem == "a file of another kind"
        assert "hunter2" not in str(mistake.value)
