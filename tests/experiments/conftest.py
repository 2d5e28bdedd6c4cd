"""Small real questions, and planted ledgers where a test needs to know the answer."""

from __future__ import annotations

import datetime
import hashlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

import sim
from scenarios import Question, load
from sim.output.ledger import Ledger
from sim.scenario import Scenario

QUESTION = """
extends  = "library:shop"
name     = "Small <b>question</b>"
question = "Does a deeper discount pay?"

[market]
start_with = 300

[variants.mild]
strategy.campaigns.rhythm.offer = { format = "percent", depth = "5 %" }
[variants."deep & <i>wide</i>"]
strategy.campaigns.rhythm.offer = { format = "percent", depth = "12 %" }

[compare]
also       = ["campaign_share", "optout_rate"]
short_run  = "20 d"
references = []
LIMITS

[run]
start        = 2026-01-01
horizon      = "60 d"
cool_down    = "5 d"
draws        = 3
replications = 2
"""

Ask = Callable[..., Question]
Plant = Callable[[Callable[[str, int, int], float]], list[tuple[str, int, int]]]


def question_in(folder: Path, *changes: tuple[str, str]) -> Question:
    """The small question written into a folder, its text changed by (old, new) pairs, and loaded."""
    text = QUESTION
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    (folder / "small.toml").write_text(text.replace("LIMITS", ""), encoding="utf-8")
    return load(folder / "small.toml")


@pytest.fixture
def ask(tmp_path: Path) -> Ask:
    """A small question in a folder of its own."""
    folder = tmp_path / "project"
    folder.mkdir()
    return lambda *changes: question_in(folder, *changes)


def planted_ledger(scenario: Scenario, cents: float, seconds: float = 0.01) -> Ledger:
    """A ledger that earns `cents` in equal parts on every day and has nothing else in it."""
    run = scenario.run
    ledger = Ledger(
        start=datetime.date(2026, 1, 1),
        days=run.days,
        window=(run.warm_up, run.warm_up + run.horizon),
        daily_discount_rate=0.0,
        start_contacts=100,
        fingerprint=hashlib.sha256(repr(cents).encode()).hexdigest(),
        seconds=seconds,
    )
    daily = np.full(run.days, cents / run.horizon)
    for account in ("list_value", "paid"):
        ledger.series[account] = np.rint(daily).astype(np.int64)
    ledger.series["live"] += 100
    ledger.series["orders"] += 1
    ledger.tickets = {name: np.empty(0, dtype=np.int64) for name in ("day", "kind", "seconds")}
    return ledger


@pytest.fixture
def plant(monkeypatch: pytest.MonkeyPatch) -> Plant:
    """Replace the simulator: a run of an arm of depth d earns what `profit(depth, draw, replication)` says.

    Returns the list into which every simulated run is written, so that runs can be counted.
    """

    def planting(profit: Callable[[str, int, int], float]) -> list[tuple[str, int, int]]:
        done: list[tuple[str, int, int]] = []

        def run(scenario: Scenario, draw: int = 0, replication: int = 0, **_: object) -> Ledger:
            arm = "mild" if scenario.strategy.campaigns["rhythm"].offer.depth == 0.05 else "deep"
            done.append((arm, draw, replication))
            return planted_ledger(scenario, profit(arm, draw, replication))

        monkeypatch.setattr(sim, "run", run, raising=False)
        return done

    return planting
