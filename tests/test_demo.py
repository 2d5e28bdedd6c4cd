"""The demo recovers its known parameters and ends with one clear winner and one undecided question."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


@pytest.mark.slow
def test_the_demo(tmp_path: Path) -> None:
    run = f"import sys; sys.path.insert(0, {str(ROOT)!r}); from benchmarks.demo import main; main()"
    done = subprocess.run([sys.executable, "-c", run], cwd=tmp_path, capture_output=True, text=True, check=True)
    answers = {}
    for name in ("desk", "cadence"):
        folder = tmp_path / "demo" / "out" / name
        answers[name] = json.loads((folder / "comparison.json").read_text(encoding="utf-8"))
        assert f"demo/out/{name}/report.html\n" in done.stdout
        assert (folder / "report.html").is_file()
    assert (answers["desk"]["kind"], answers["desk"]["verdict"]) == ("winner", "five")
    assert answers["cadence"]["kind"] in ("undecided", "no difference")
    line = next(one for one in done.stdout.splitlines() if "intervals of 90 % contain the truth" in one)
    inside, of = (int(word) for word in line.split() if word.isdigit() and word != "90")
    assert of >= 8
    assert inside >= of - 3
    assert "Choose five: five is ahead of eight" in done.stdout
