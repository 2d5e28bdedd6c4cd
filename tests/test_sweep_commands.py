"""Sweeps, stores and reports as people and machines meet them."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

import pandas as pd
import pytest

import sim
from scenarios import load

from .command_line import RunCommand
from .json_page import assert_documented

PLAN = """
name     = "Depths"
scenario = "small.toml"

[sweep]
design       = "grid"
levels       = 3
draws        = 1
replications = 1
kpis         = ["orders", "contribution_profit"]

[sweep.vary]
"strategy.campaigns.rhythm.lasts" = { low = "3 d", high = "7 d" }
"strategy.service.agents"         = { values = [2, 3] }
"""


@pytest.fixture
def swept(command: RunCommand) -> RunCommand:
    """The shop with a plan of 6 points, and the same 6 with fresh random numbers, in 2 arms."""
    Path("depths.toml").write_text(PLAN, encoding="utf-8")
    return command


def test_a_sweep_answers_on_paper_and_in_json_and_goes_on(swept: RunCommand) -> None:
    done = swept("sweep", "depths.toml", "--jobs", 1, "--json", "-")
    assert done.code == 0, done.err
    answer = done.json
    assert_documented(answer, "rehearse sweep")
    assert {"schema", "runs", "reused", "failed", "table"} <= answer.keys()
    assert (answer["schema"], answer["reused"], answer["failed"]) == (1, 0, 0)
    runs = pd.read_parquet(answer["table"])
    assert answer["table"] == "out/depths/runs.parquet"
    own = int((runs["luck"] == "own").sum())
    assert own > 0
    assert len(runs) == answer["runs"] == 2 * answer["points"] + own
    assert list(runs.columns) == [
        *("point", "variant", "draw", "replication", "luck", "orders", "contribution_profit", "stage", "message"),
    ]
    assert runs["stage"].isna().all()
    design = pd.read_parquet("out/depths/design.parquet")
    assert list(design.columns) == ["strategy.campaigns.rhythm.lasts", "strategy.service.agents"]
    assert len(runs[runs["luck"] == "shared"]) == 12
    assert "what moves orders" in done.err
    made = json.loads(Path("out/depths/manifest.json").read_text())
    assert (made["draws"], made["replications"]) == (1, 1)
    again = swept("sweep", "depths.toml", "--jobs", 1)
    assert f"({answer['runs']} reused, 0 failed)" in again.out
    assert "report: out/depths/report.html" in again.out


def test_an_invalid_point_is_a_row_and_the_others_are_simulated(swept: RunCommand) -> None:
    text = PLAN.replace('{ low = "3 d", high = "7 d" }', '{ values = ["3 d", "45 d"] }').replace("levels  ", "# levels")
    Path("depths.toml").write_text(text, encoding="utf-8")
    done = swept("sweep", "depths.toml", "--jobs", 1, "--json", "-")
    assert done.code == 0, done.err
    runs = pd.read_parquet("out/depths/runs.parquet")
    failed = runs[runs["stage"].notna()]
    assert set(failed["stage"]) == {"plan"}
    assert failed["message"].str.contains("depths.toml:13: strategy.campaigns.rhythm.every: ").all()
    assert done.json["failed"] == len(failed) == runs["orders"].isna().sum() > 0
    assert "at stage plan" in done.err


def test_a_question_reuses_the_runs_of_a_sweep(swept: RunCommand) -> None:
    """A point with the scenario's own values, on the same random numbers, is a run of the comparison."""
    text = PLAN.replace('{ low = "3 d", high = "7 d" }', '{ values = ["3 d"] }').replace("levels  ", "# levels")
    text = text.replace("[2, 3]", "[1]")
    Path("depths.toml").write_text(text, encoding="utf-8")
    assert swept("sweep", "depths.toml", "--jobs", 1).code == 0
    done = swept("compare", "small.toml", "--draws", 1, "--replications", 1, "--jobs", 1, "--json", "-")
    assert done.json["runs"] == {"reused": 2, "finished": 2}


def test_a_report_is_written_again_from_what_is_kept(swept: RunCommand) -> None:
    sizes = ("--draws", 2, "--replications", 2, "--jobs", 1)
    assert swept("compare", "small.toml", *sizes).code == 0
    answer, page = Path("out/small/comparison.json").read_text(), Path("out/small/report.html").read_text()
    for name in ("comparison.json", "report.html", "runs.parquet"):
        Path(f"out/small/{name}").rename(f"{name}.old") if name != "comparison.json" else None
    done = swept("report", "out/small")
    assert (done.code, done.out) == (0, "report: out/small/report.html\n")
    new = json.loads(Path("out/small/comparison.json").read_text())
    old = json.loads(answer)
    assert {**new, "runs": None} == {**old, "runs": None}
    assert Path("out/small/report.html").read_text().count("<svg") == page.count("<svg")
    pd.testing.assert_frame_equal(pd.read_parquet("out/small/runs.parquet"), pd.read_parquet("runs.parquet.old"))


def test_a_report_of_a_question_with_expectations_is_written_again(swept: RunCommand) -> None:
    with Path("small.toml").open("a") as file:
        arms = list(load("small.toml").arms)
        file.write(f'\n[expect.more]\nkpi = "orders"\norder = {json.dumps(arms)}\n')
    assert swept("compare", "small.toml", "--draws", 1, "--replications", 1, "--jobs", 1).code == 0
    done = swept("report", "out/small")
    assert (done.code, done.err) == (0, "")


def test_a_folder_that_was_a_sweep_s_is_reported_as_the_comparison_it_became(swept: RunCommand) -> None:
    assert swept("sweep", "depths.toml", "--jobs", 1, "--out", "out/both").code == 0
    assert swept("compare", "small.toml", "--draws", 1, "--replications", 1, "--jobs", 1, "--out", "out/both").code == 0
    Path("out/both/scenarios/notes.toml").touch()
    done = swept("report", "out/both")
    assert (done.code, done.err) == (0, "")
    assert not Path("out/both/sweep.json").exists()


def test_a_sweep_s_report_is_written_again_from_its_tables(swept: RunCommand) -> None:
    assert swept("sweep", "depths.toml", "--jobs", 1).code == 0
    before = Path("out/depths/sensitivity.parquet").read_bytes()
    page = Path("out/depths/report.html").read_text()
    shutil.rmtree("out/.runs")
    Path("out/depths/report.html").unlink()
    assert swept("report", "out/depths").code == 0
    assert Path("out/depths/sensitivity.parquet").read_bytes() == before
    assert Path("out/depths/report.html").read_text().count("<svg") == page.count("<svg")


def test_the_store_is_listed_and_pruned(swept: RunCommand) -> None:
    assert swept("compare", "small.toml", "--draws", 1, "--replications", 2, "--jobs", 1).code == 0
    done = swept("store")
    assert done.code == 0
    assert "Small" in done.out
    assert "out/.runs: 4 runs, " in done.out
    damaged = next(Path("out/.runs").glob("??/*.npz"))
    damaged.write_bytes(damaged.read_bytes()[:100])
    assert "1 of them cannot be used again" in swept("store").out
    answer = swept("store", "--prune", "--json", "-").json
    assert_documented(answer, "rehearse store")
    assert (answer["runs"], answer["removed"]["runs"]) == (3, 1)
    assert not damaged.exists()
    assert swept("store", "out/.runs", "--prune", "--older", 0, "--json", "-").json["runs"] == 0
    assert swept("compare", "small.toml", "--draws", 1, "--replications", 2, "--jobs", 1).code == 0


def test_only_what_is_a_run_is_ever_removed(swept: RunCommand) -> None:
    others = [Path("data/01/0123.npz"), Path("data/ci/.env"), Path(f"data/ab/.{'ab' * 16}.env")]
    for path in others:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("mine")
        os.utime(path, (0, 0))
    assert swept("store", "data", "--prune", "--older", 0, "--json", "-").json["removed"]["runs"] == 0
    Path("data/notes.txt").write_text("mine")
    assert swept("store", "data", "--prune").err.startswith("rehearse: data: expected ")
    assert all(path.read_text() == "mine" for path in others)


def test_an_interruption_says_what_is_kept(swept: RunCommand, monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[object] = []

    def stop_at_the_third(*given: object, **named: object) -> object:
        if len(calls) == 2:
            raise KeyboardInterrupt
        calls.append(run(*given, **named))  # type: ignore[arg-type]
        return calls[-1]

    run = sim.run
    monkeypatch.setattr(sim, "run", stop_at_the_third)
    done = swept("sweep", "depths.toml", "--jobs", 1)
    assert done.code == 130
    assert done.err.splitlines()[-1] == (
        f"rehearse: interrupted; 2 of 24 runs are kept in {Path('out/.runs').absolute()}; "
        "the same command goes on from there"
    )


def test_runs_of_another_model_are_removed(swept: RunCommand, monkeypatch: pytest.MonkeyPatch) -> None:
    assert swept("compare", "small.toml", "--draws", 1, "--replications", 1, "--jobs", 1).code == 0
    monkeypatch.setattr("experiments.execution.store_admin.model_fingerprint", lambda: "0123456789abcdef")
    assert "another model" in swept("store").out
    assert swept("store", "--prune", "--json", "-").json["removed"]["runs"] == 2


WRONG: dict[str, tuple[tuple[object, ...], str]] = {
    "two ways": (
        ("sweep", "depths.toml", "--jobs", 2, "--cluster", "tcp://a:1"),
        "rehearse: --jobs, --cluster: ",
    ),
    "no plan": (("sweep", "none.toml"), "rehearse: none.toml: "),
    "no design": (
        ("sweep", "small.toml"),
        "rehearse: small.toml:2: extends: ",
    ),
    "a plan compared": (
        ("compare", "depths.toml"),
        "rehearse: depths.toml:3: scenario: ",
    ),
    "no store": (
        ("store", "nowhere"),
        "rehearse: nowhere: expected ",
    ),
    "older alone": (("store", "--older", 3), "rehearse: --older: "),
    "no result": (
        ("report", "."),
        "rehearse: .: manifest.json cannot be read; expected ",
    ),
    "a file for a sweep's store": (
        ("sweep", "depths.toml", "--store", "small.toml"),
        "rehearse: --store small.toml: expected a folder, got the file small.toml\n",
    ),
    "a file for a store": (
        ("check", "small.toml", "--store", "small.toml"),
        "rehearse: --store small.toml: expected a folder, got the file small.toml\n",
    ),
}


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_call_is_one_line(swept: RunCommand, name: str) -> None:
    words, start = WRONG[name]
    answer = swept(*words)
    assert answer.code == 2
    assert answer.err.startswith(start)
    assert answer.err.count("\n") == 1


def test_a_report_without_its_runs_says_so(swept: RunCommand) -> None:
    assert swept("compare", "small.toml", "--draws", 1, "--replications", 1, "--jobs", 1).code == 0
    before = Path("out/small/report.html").read_bytes()
    shutil.rmtree("out/.runs")
    done = swept("report", "out/small")
    assert done.code == 2
    assert done.err.startswith("rehearse: out/small: 2 of 2 runs are not in ")
    assert "(--store)" in done.err
    assert Path("out/small/report.html").read_bytes() == before
