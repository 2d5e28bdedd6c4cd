"""A small scenario to change one thing at a time in, and a project folder to put it in."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

SMALL = """\
name = "Small"

[market]
from = "library:strong_brand"

[strategy.outreach.care]
who     = { stage = ["first_buyer", "repeater"], tenure = "< 90 d" }
every   = "10 d"
at      = "20:00"
channel = "direct"
content = "care"

[strategy.campaigns.rhythm]
every   = "30 d"
first   = 2026-01-10
lasts   = "3 d"
phases  = ["launch", "proof", "deadline"]
channel = "direct"
offer   = { format = "percent", depth = "15 %" }

[strategy.service]
agents = 5
hours  = "09:00-21:00"

[run]
start = 2026-01-01
"""

Write = Callable[..., Path]


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty project folder, which is the working directory."""
    folder = tmp_path / "project"
    folder.mkdir()
    monkeypatch.chdir(folder)
    return folder


@pytest.fixture
def write(project: Path) -> Write:
    """Write a file of the project: the small scenario with replacements, or a text of one's own."""

    def write(name: str = "q.toml", text: str = SMALL, add: str = "", **changes: str) -> Path:
        for old, new in changes.items():
            assert old in text
            text = text.replace(old, new)
        path = project / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text + add, encoding="utf-8")
        return path

    return write
