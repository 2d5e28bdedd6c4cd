"""Pins, their audit, and the tools that make it."""

from __future__ import annotations

import json
import subprocess
import tomllib
from typing import Any

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

from benchmarks import audit

from .command_line import ROOT

PINS = dict(line.split("==") for line in (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines())
PINNED = {canonicalize_name(name): Version(version) for name, version in PINS.items()}


def package(*faults: str, name: str = "numpy") -> dict[str, Any]:
    return {"name": name, "version": "1.0", "vulns": [{"id": one, "fix_versions": ["1.1"]} for one in faults]}


SKIPPED = {"name": "scipy", "skip_reason": "Dependency not found"}


@pytest.mark.parametrize(
    ("packages", "code", "says"),
    [
        ([package()], 0, "1 of 1 pinned packages looked up, 0 with"),
        ([package("PYSEC-1", "PYSEC-2"), package(name="scipy")], 1, "numpy 1.0: PYSEC-1, mended in 1.1"),
        ([package("PYSEC-1"), SKIPPED], 1, "not looked up: scipy"),
        ([package(), SKIPPED], 3, "not looked up: scipy"),
        ([SKIPPED], 3, "nothing was looked up"),
        ([], 3, "nothing was looked up"),
    ],
)
def test_an_audit_that_looked_nothing_up_is_not_well(packages: list[Any], code: int, says: str) -> None:
    found, lines = audit.judged({"dependencies": packages})
    assert found == code
    assert says in "\n".join(lines)


@pytest.mark.parametrize(("text", "code"), [("", 3), (json.dumps({"dependencies": [package()]}), 0)])
def test_a_database_out_of_reach_is_one_line(
    text: str, code: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    ended = subprocess.CompletedProcess((), 1, text, "Traceback\nConnectionError: no such host\n")
    monkeypatch.setattr(audit.subprocess, "run", lambda *_, **__: ended)
    with pytest.raises(SystemExit) as end:
        audit.main()
    assert end.value.code == code
    out, err = capsys.readouterr()
    assert len((out + err).splitlines()) == 1
    assert ("no such host" in err) == (code == 3)


def test_every_dependency_and_tool_is_pinned() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = project["optional-dependencies"]
    wanted = [
        Requirement(one) for one in [*project["dependencies"], *(one for extra in extras.values() for one in extra)]
    ]
    wanted = [one for one in wanted if one.name != "rehearse"]
    assert len(wanted) > 35
    assert {one.name for one in wanted if canonicalize_name(one.name) not in PINNED} == set()
    assert {one.name for one in wanted if PINNED[canonicalize_name(one.name)] not in one.specifier} == set()
    assert {canonicalize_name(Requirement(one).name) for one in extras["audit"]} == {"cyclonedx-bom", "pip-audit"}
