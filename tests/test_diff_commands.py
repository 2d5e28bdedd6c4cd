"""`rehearse diff` as people and machines meet it."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from .command_line import RunCommand
from .json_page import assert_documented

PLAN = """
scenario = "small.toml"
[sweep]
design       = "grid"
draws        = 1
replications = 1
kpis         = ["orders"]
[sweep.vary]
"strategy.service.agents" = { values = [2] }
"""


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the first test leaves its results for the others."""
    return tmp_path_factory.mktemp("kept") / "out"


@pytest.fixture
def results(command: RunCommand, kept: Path) -> RunCommand:
    """The shop with the results `a`, of the small question, and `b`, with more refunds."""
    text = Path("small.toml").read_text(encoding="utf-8")
    more = text.replace("[market]\n", '[market]\nservice.refund_resolved = "95 %"\n')
    Path("more.toml").write_text(more, encoding="utf-8")
    if kept.exists():
        shutil.copytree(kept, "out")
        return command
    for name, file in (("a", "small.toml"), ("b", "more.toml")):
        done = command("compare", file, "--draws", 1, "--jobs", 1, "--out", f"out/{name}")
        assert done.code == 0, done.err
    shutil.copytree("out", kept)
    return command


def test_what_differs_is_said_on_paper_and_in_json(results: RunCommand) -> None:
    done = results("diff", "out/a", "out/b", "--json", "answer.json")
    assert done.code == 0, done.err
    lines = done.out.splitlines()
    assert any("market.service.refund_resolved" in line and "95 %" in line and "all" in line for line in lines)
    answer = json.loads(Path("answer.json").read_text())
    assert_documented(answer, "rehearse diff")
    assert [one["path"] for one in answer["inputs"]] == ["market.service.refund_resolved"]
    flat = " ".join(done.out.split())
    for one in answer["events"]:
        first = one["first"]
        assert (one["known"], one["same"]) == (["lived again"], False)
        start = f"{one['arm']}, draw 0, replication 0: first differs for person {first['person']} on day {first['day']}"
        assert f"{start} ({first['date']})" in flat
        assert f"in A {first['a']}; in B {first['b']}" in flat
        assert f"{one['differing']} of {one['people']:,} people with events have other events" in flat
    assert "simulating 'mild' of out/a again" in done.err
    assert any(line.startswith("│ refunds ") for line in lines)
    (share,) = [line for line in lines if line.startswith("│ refund share ") and "mild" in line]
    assert share.count(" points ") == (1 if "–" in share else 2)
    kpis = answer["kpis"]
    assert f"{kpis['equal']} of {kpis['compared']} KPIs are equal to the bit, {len(kpis['moved'])} moved" in flat
    assert results("diff", "out/a", "out/b", "--json", "-").json == answer


def test_the_same_is_said_to_be_the_same(results: RunCommand) -> None:
    done = results("diff", "out/a", "out/a")
    assert (done.code, done.err) == (0, "")
    assert done.out.splitlines() == [
        "same inputs",
        "mild, draw 0, replication 0: the same events for the same people (fingerprints)",
        "deep, draw 0, replication 0: the same events for the same people (fingerprints)",
        "in 4 of 4 runs that both have, all events are equal",
        "all 164 KPIs are equal to the bit",
    ]


def test_another_seed_is_said_to_be_one(results: RunCommand) -> None:
    assert results("compare", "small.toml", "--draws", 1, "--seed", 3, "--jobs", 1, "--out", "out/c").code == 0
    done = results("diff", "out/a", "out/c")
    assert done.code == 0
    assert (
        "mild, draw 0, replication 0: events unknown: seed 1 in A, 3 in B: other people and random numbers" in done.out
    )
    assert "not paired (another seed, or other markets), Welch" in " ".join(done.out.split())
    assert "all events are equal" not in done.out


def test_arms_of_one_are_named(results: RunCommand) -> None:
    assert results("run", "small.toml", "--variant", "deep", "--draws", 1, "--out", "out/one").code == 0
    lines = results("diff", "out/a", "out/one").out.splitlines()
    assert lines[:2] == ["only in A (out/a): mild", "same inputs"]


def test_a_wrong_call_is_one_line(results: RunCommand) -> None:
    Path("plan.toml").write_text(PLAN, encoding="utf-8")
    assert results("sweep", "plan.toml", "--jobs", 1, "--out", "out/swept").code == 0
    for folder, got in (
        ("out/none", "no such folder"),
        ("small.toml", "a file"),
        (".", "a folder without manifest.json"),
        ("out/swept", "one of `rehearse sweep`"),
    ):
        for words in (("out/a", folder), (folder, "out/a")):
            done = results("diff", *words)
            assert (done.code, done.out, done.err.count("\n")) == (2, "", 1)
            assert done.err.startswith(f"rehearse: {folder}: ")
            assert f"got {got}" in done.err
    assert results("diff", "out/a").err == "rehearse: Missing argument 'B'.\n"
    assert results("diff", "out/a", "out/a", "--json", "no/where.json").code == 2
