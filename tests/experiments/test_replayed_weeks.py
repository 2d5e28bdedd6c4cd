"""What a market says of its replayed weeks: read with its mistakes, repeated by a verdict, and in the way of one."""

from __future__ import annotations

from pathlib import Path

import pytest

from experiments import compare, draw_replay
from experiments.comparison.comparison_text import format_replayed
from experiments.report.page import headline, page
from scenarios import InputError, load, resolved_toml

from .conftest import Ask

TABLE = """start_with = 300

[market.replay]
first = 2025-10-01
ratio = {ratio}
low = 0.9
high = 1.1
calibrated = {calibrated}
actual = [10.0, 20.0]
predicted = [11.0, 18.0]
p5 = [4.0, 9.0]
p95 = [19.0, 30.0]
"""


def stated(ratio: float = 0.97, *, calibrated: bool = True) -> tuple[str, str]:
    return "start_with = 300", TABLE.format(ratio=ratio, calibrated=str(calibrated).lower())


def test_a_verdict_repeats_the_ratio(ask: Ask, tmp_path: Path) -> None:
    plain, said = compare(ask(), draws=2, jobs=1), compare(ask(stated()), draws=2, jobs=1)
    words = "Replayed, the last 2 weeks came out at 0.97 of what happened (90 % of replays: 0.90 to 1.10)."
    assert format_replayed(said) == words
    assert (plain.to_json()["replay_ratio"], said.to_json()["replay_ratio"]) == (None, 0.97)
    assert (said.verdict, said.kind, said.reason) == (plain.verdict, plain.kind, plain.reason)
    shown = page(said)
    assert shown.index(words) < shown.index("</header>") < shown.index("The last weeks, replayed")
    assert "Replayed" not in page(plain)
    assert draw_replay(said.question.replayed, tmp_path / "replay.svg").stat().st_size > 1000  # type: ignore[arg-type]


def test_no_arm_is_named_on_a_market_that_is_not_calibrated(ask: Ask) -> None:
    plain, said = compare(ask(), draws=2, jobs=1), compare(ask(stated(1.9, calibrated=False)), draws=2, jobs=1)
    assert (said.verdict, said.kind) == (None, "not calibrated")
    assert said.reason.startswith("not calibrated: replayed, the last 2 weeks came out at 1.90 of what happened")
    assert said.reason.endswith(f"Leaving that aside: {plain.reason}")
    assert headline(said) in ("Not calibrated", "Every arm loses money")
    assert said.pairs == plain.pairs


def test_a_written_scenario_keeps_the_weeks(ask: Ask, tmp_path: Path) -> None:
    question = ask(stated())
    written = tmp_path / "written.toml"
    written.write_text(resolved_toml(question.arms["mild"], question), encoding="utf-8")
    assert load(written).replayed == question.replayed
    assert ask().replayed is None


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("p5 = [4.0, 9.0]", "p5 = [4.0]", "the weeks do not agree"),
        ("ratio = 0.97", "ratio = -1", "market.replay.ratio"),
        ("low = 0.9\n", "", "market.replay.low: the key is missing"),
        ("calibrated = true", 'calibrated = "yes"', "market.replay.calibrated"),
    ],
)
def test_a_wrong_table_is_one_line(ask: Ask, old: str, new: str, words: str) -> None:
    with pytest.raises(InputError) as mistake:
        ask(stated(), (old, new))
    assert words in str(mistake.value)
