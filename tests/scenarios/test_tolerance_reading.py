"""[check]: its values, its defaults, and the line of each mistake."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from scenarios import Question, Smallest, Tolerances, load
from tests.scenarios.error_parts import Parts

TEXT = """extends = "library:shop"

[run]
start = 2026-01-01

[check]
"""


@pytest.fixture
def read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], Question]:
    monkeypatch.chdir(tmp_path)

    def read(lines: str) -> Question:
        Path("small.toml").write_text(TEXT + lines, encoding="utf-8")
        return load("small.toml")

    return read


def test_without_it_one_percent_matters(read: Callable[[str], Question]) -> None:
    plain = read("").tolerances
    assert plain == Tolerances({}, 0.9, 64)
    assert plain.smallest_of("ltv").of(-250.0) == 2.5


def test_shares_are_of_the_baseline_and_amounts_are_amounts(read: Callable[[str], Question]) -> None:
    tolerances = read(
        'smallest = { ltv = "2 %", gmv = "500 CNY", reply_time = "6 min", optout_rate = "5 %" }\n'
        'power = "80 %"\nruns = 128\n'
    ).tolerances
    assert (tolerances.power, tolerances.runs) == (0.8, 128)
    assert tolerances.smallest == {
        "ltv": Smallest(0.02, relative=True),
        "gmv": Smallest(50_000.0, relative=False),
        "reply_time": Smallest(6 / 1440, relative=False),
        "optout_rate": Smallest(0.05, relative=True),
    }
    assert tolerances.smallest_of("gmv").of(1e9) == 50_000.0
    assert tolerances.smallest_of("profit") == Smallest(0.01, relative=True)


@pytest.mark.parametrize(
    ("lines", "parts"),
    [
        ('smalest = { ltv = "1 %" }', Parts("small.toml:7: check.smalest", "'smalest'", "'smallest'")),
        ('smallest = "1 %"', Parts("small.toml:7: check.smallest", "'1 %'", "1")),
        ('smallest = { lvt = "1 %" }', Parts("small.toml:7: check.smallest.lvt", "'lvt'", "'ltv'")),
        ("smallest = { ltv = 0.01 }", Parts("small.toml:7: check.smallest.ltv", "0.01")),
        ('smallest = { ltv = "5 USD" }', Parts("small.toml:7: check.smallest.ltv", "'5 USD'")),
        ('smallest = { ltv = "0 %" }', Parts("small.toml:7: check.smallest.ltv", "'0 %'", "0")),
        ('smallest = { orders = "5" }', Parts("small.toml:7: check.smallest.orders", "'5'", '"1 %"')),
        ('smallest = { reply_time = "5 CNY" }', Parts("small.toml:7: check.smallest.reply_time", "'5 CNY'")),
        ('power = "101 %"', Parts("small.toml:7: check.power", "'101 %'", "50 % to 99.9 %")),
        ("power = 0.9", Parts("small.toml:7: check.power", "0.9")),
        ("runs = 8", Parts("small.toml:7: check.runs", "8", "32 to 4096")),
        ("runs = 64.5", Parts("small.toml:7: check.runs", "64.5")),
        ('runs = "64"', Parts("small.toml:7: check.runs", "'64'")),
    ],
)  # fmt: skip
def test_every_mistake_has_its_place(read: Callable[[str], Question], lines: str, parts: Parts) -> None:
    parts.raised_by(read, lines)
