"""[check]: what it says, what holds without it, and every complaint with its line."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from scenarios import InputError, Question, Smallest, Tolerances, load

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
    told = read(
        'smallest = { ltv = "2 %", gmv = "500 CNY", reply_time = "6 min", optout_rate = "5 %" }\n'
        'power = "80 %"\nruns = 128\n'
    ).tolerances
    assert (told.power, told.runs) == (0.8, 128)
    assert told.smallest == {
        "ltv": Smallest(0.02, relative=True),
        "gmv": Smallest(50_000.0, relative=False),
        "reply_time": Smallest(6 / 1440, relative=False),
        "optout_rate": Smallest(0.05, relative=True),
    }
    assert told.smallest_of("gmv").of(1e9) == 50_000.0
    assert told.smallest_of("profit") == Smallest(0.01, relative=True)


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        ('smalest = { ltv = "1 %" }', "small.toml:7: check.smalest: unknown key; did you mean 'smallest'?"),
        ('smallest = "1 %"', "small.toml:7: check.smallest: is no table of measures; allowed a table of measures, as "
         "{ contribution_profit = \"1 %\" }; got '1 %'"),
        ('smallest = { lvt = "1 %" }', "small.toml:7: check.smallest.lvt: is not a measure; did you mean 'ltv'?"),
        ("smallest = { ltv = 0.01 }", "small.toml:7: check.smallest.ltv: has no unit; allowed"),
        ('smallest = { ltv = "5 USD" }', "small.toml:7: check.smallest.ltv: is in another currency; allowed CNY"),
        ('smallest = { ltv = "0 %" }', "small.toml:7: check.smallest.ltv: is no change; allowed above 0; got '0 %'"),
        ('smallest = { orders = "5" }', "small.toml:7: check.smallest.orders: is no change; allowed a share of the "
         "baseline such as \"1 %\"; got '5'"),
        ('smallest = { reply_time = "5 CNY" }', "small.toml:7: check.smallest.reply_time: is not a time; allowed"),
        ('power = "101 %"', "small.toml:7: check.power: is outside its range; allowed 50 % to 99.9 %; got '101 %'"),
        ("power = 0.9", "small.toml:7: check.power: has no unit; allowed"),
        ("runs = 8", "small.toml:7: check.runs: is outside its range; allowed 32 to 4096; got 8"),
        ("runs = 64.5", "small.toml:7: check.runs: is not whole; allowed"),
        ('runs = "64"', "small.toml:7: check.runs: must be a plain number; allowed"),
    ],
)  # fmt: skip
def test_every_mistake_is_one_line(read: Callable[[str], Question], lines: str, message: str) -> None:
    with pytest.raises(InputError) as told:
        read(lines)
    assert str(told.value).startswith(message)
