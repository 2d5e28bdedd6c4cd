"""From a fitted market to a verdict on the shop's own customers: a tiny question, and what every answer to it has."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from experiments import compare
from scenarios import load, new

TINY = """
extends = "shop.toml"
name    = "Tiny"

[market]
from = "MARKET"

[variants.mild]
strategy.campaigns.rhythm.offer = { format = "percent", depth = "5 %" }
[variants.deep]
strategy.campaigns.rhythm.offer = { format = "percent", depth = "20 %" }

[run]
start        = 2026-01-01
horizon      = "60 d"
cool_down    = "0 d"
draws        = 3
replications = 2
"""


def answer_in(market: str, customers: int) -> dict[str, Any]:
    """Compare the arms of the tiny question in a fitted market with so many customers; the answer as plain data.

    All files are in the working directory.
    """
    new(".")
    Path("tiny.toml").write_text(TINY.replace("MARKET", market), encoding="utf-8")
    question = load("tiny.toml")
    own = question.arms["mild"].customers
    assert own is not None
    assert own.identity.size == customers
    answer = compare(question, jobs=1, out="out").to_json()
    assert Path("out/report.html").stat().st_size > 10_000
    return json.loads(json.dumps(answer))  # type: ignore[no-any-return]


def check_answer(answer: dict[str, Any]) -> None:
    """Every run finished, and common random numbers at least halve the variance of the difference."""
    assert answer["failed"] == []
    assert answer["runs"]["finished"] == 24  # do nothing and as today, too
    assert [one["name"] for one in answer["strategies"]] == ["mild", "deep"]
    assert answer["pairs"][0]["variance_reduction"] > 2.0
    assert answer["kind"] in ("winner", "no difference", "undecided")
