"""The demo begins with a clear winner, recovers known parameters, and ends with questions that ten draws leave open."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.demo import FIRST, PRIOR, TRUTH
from experiments.comparison.comparison_planning import ComparisonSettings, plan_comparison
from experiments.runs.planned_runs import plan_from
from scenarios import load, new, validate

ROOT = Path(__file__).resolve().parent.parent


def test_its_files_are_valid_and_the_first_question_is_small(tmp_path: Path) -> None:
    new(tmp_path / "shop")
    for name, text in (("first", FIRST), ("prior", PRIOR), ("truth", TRUTH)):
        (tmp_path / f"{name}.toml").write_text(text, encoding="utf-8")
    assert validate([tmp_path / "prior.toml", tmp_path / "truth.toml"]) == []
    question = load(tmp_path / "first.toml")
    plan = plan_comparison(question, ComparisonSettings(replications="auto", precision="50000 CNY"))
    assert (plan.units, len(plan_from(plan.question))) == (10, 60)


@pytest.mark.slow
def test_the_demo(tmp_path: Path) -> None:
    run = f"import sys; sys.path.insert(0, {str(ROOT)!r}); from benchmarks.demo import main; main()"
    done = subprocess.run([sys.executable, "-c", run], cwd=tmp_path, capture_output=True, text=True, check=True)
    answers = {}
    for name in ("first", "desk", "cadence"):
        folder = tmp_path / "demo" / "out" / name
        answers[name] = json.loads((folder / "comparison.json").read_text(encoding="utf-8"))
        assert f"demo/out/{name}/report.html\n" in done.stdout
        assert (folder / "report.html").is_file()
    assert (answers["first"]["kind"], answers["first"]["verdict"]) == ("winner", "day")
    assert (answers["desk"]["kind"], answers["desk"]["draws_enough"]) == ("undecided", False)
    assert answers["desk"]["leaders"] == ["late", "express"]
    assert answers["first"]["auto"]["stopped"] == "precision"
    assert done.stdout.index("Choose day") < done.stdout.index("demo/orders.csv"), "a verdict before any orders"
    assert answers["cadence"]["kind"] in ("undecided", "no difference")
    line = next(one for one in done.stdout.splitlines() if "intervals of 90 % contain the truth" in one)
    inside, of = (int(word) for word in line.split() if word.isdigit() and word != "90")
    assert of >= 8
    assert inside >= of - 2
