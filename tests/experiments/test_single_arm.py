"""One arm: what its KPIs are made of."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pandas as pd
import pytest
from rich.console import Console

import sim
from experiments import print_answer, run_arm
from scenarios import InputError

from .conftest import Ask


def test_promised_fields_and_their_sums(ask: Ask) -> None:
    answer = run_arm(ask(), "mild", draws=2, replications=2, jobs=1)
    answered = answer.to_json()
    assert json.loads(json.dumps(answered, allow_nan=False)) == answered
    assert answered["schema"] == 1
    assert (answered["scenario"], answered["variant"]) == ("Small <b>question</b>", "mild")
    kpi = answered["kpis"]["orders"]
    assert (kpi["n"], kpi["window"], kpi["unit"], kpi["denominator"]) == (4, [0, 60], "count", 1.0)
    totals = answer.results.series.query("day < 60").groupby(["draw", "replication"])["orders"].sum()
    assert kpi["mean"] == pytest.approx(totals.mean())
    assert kpi["sd"] == pytest.approx(totals.std())
    assert answered["kpis"]["aov"]["numerator"] == pytest.approx(answered["kpis"]["gmv"]["mean"])


def test_one_run_has_the_ledgers_own_fingerprint(ask: Ask) -> None:
    question = ask()
    answer = run_arm(question, draws=1, replications=1)
    assert answer.fingerprint == sim.run(question.arms["mild"], 0, 0).fingerprint
    assert answer.kpis["orders"].n == 1
    assert answer.to_json()["kpis"]["orders"]["sd"] is None
    assert run_arm(question, draws=1, replications=2).fingerprint != answer.fingerprint


def test_tables_and_events_are_written_whole(ask: Ask, tmp_path: Path) -> None:
    out = tmp_path / "out"
    answer = run_arm(ask(), "mild", draws=1, replications=2, jobs=1, events=True, out=out)
    assert json.loads((out / "run.json").read_text()) == answer.to_json()
    assert len(pd.read_parquet(out / "runs.parquet")) == len(answer.results.runs)
    events = pd.read_parquet(out / "events.parquet")
    assert {"person", "kind", "day", "cents", "instant"} <= set(events.columns)
    assert len(events) > 100
    assert not [path for path in out.iterdir() if path.name.startswith(".")]


def test_an_unknown_arm_is_one_line(ask: Ask) -> None:
    with pytest.raises(InputError) as caught:
        run_arm(ask(), "wild")
    assert caught.value.place.endswith("small.toml: variants")
    assert caught.value.got == "'wild'"


def test_the_terminal_shows_every_measure(ask: Ask) -> None:
    answer = run_arm(ask(), draws=1, replications=2, jobs=1)
    console = Console(file=io.StringIO(), width=120)
    print_answer(answer, console)
    text = console.file.getvalue()  # type: ignore[attr-defined]
    assert "Small <b>question</b>, mild: 1 draw x 2 replications" in text
    assert "contribution profit" in text
