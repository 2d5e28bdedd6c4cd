"""The commands: their output and JSON, exit codes, help, and one line for a mistake."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from sim.draws import identities

from .command_line import ROOT, SMALL, CommandResult, RunCommand
from .json_page import assert_documented

COMMANDS = (
    "new",
    "validate",
    "explain",
    "schema",
    "reference",
    "orders",
    "calibrate",
    "run",
    "compare",
    "timeline",
    "sweep",
    "staff",
    "report",
    "store",
    "check",
    "diff",
    "bench",
)
START_UP = 2.0
"""Seconds that `--help` may take here; a quiet machine needs a quarter of that."""


def orders(change: Callable[[pd.DataFrame], pd.DataFrame] = lambda table: table) -> Path:
    """An export of 60 customers on four days each, in the working directory."""
    rng = np.random.default_rng(4)
    rows = [
        (f"c{c}", date(2025, 1, 1) + timedelta(days=c % 9 + (20 + c % 7) * n), round(rng.gamma(4.0, 20.0), 2))
        for c in range(60)
        for n in range(4)
    ]
    table = change(pd.DataFrame(rows, columns=["customer_id", "order_date", "amount"]))
    table.to_csv("orders.csv", index=False)
    return Path("orders.csv")


# --- what works ------------------------------------------------------------------------------------


def test_a_starter_is_written_and_is_valid(command: RunCommand) -> None:
    done = command("new", "mine")
    assert (done.code, done.err) == (0, "")
    assert done.out.splitlines()[0] == "mine/shop.toml"
    done = command("validate", "mine/shop.toml", "mine/cadence.toml", "mine/discount.toml", "mine/desk.toml")
    assert (done.code, done.err) == (0, "")
    assert [line for line in done.out.splitlines() if not line.startswith("note: ")] == ["all good"]


def test_validate_names_every_wrong_file(command: RunCommand) -> None:
    Path("a.toml").write_text("name = 1\n")
    done = command("validate", "a.toml", "small.toml", "b.toml")
    assert done.code == 2
    assert [line.split(":")[1].strip() for line in done.err.splitlines()] == ["a.toml", "b.toml"]


@pytest.mark.parametrize(
    ("compare", "part"),
    [
        ('subject_to = { reply_time = "< 12" }', "the unit time"),
        ('subject_to = { optout_rate = "< 2 % per 0 d" }', "out of range"),
        ('kpi = "campaign_share"', "no better direction"),
        ('kpi = "orders"\nindifference = "5 CNY"', "compare.indifference"),
    ],
)
def test_validate_refuses_what_compare_would(command: RunCommand, compare: str, part: str) -> None:
    Path("q.toml").write_text(f'extends = "small.toml"\n[compare]\n{compare}\n')
    done = command("validate", "q.toml")
    assert (done.code, len(done.err.splitlines())) == (2, 1)
    assert part in done.err
    Path("q.toml").write_text('extends = "small.toml"\n[compare]\nsubject_to = { contribution_share = "> -10 %" }\n')
    assert command("validate", "q.toml", "--no-assumptions").code == 0, "margins may be below zero"


def test_explain_says_where_values_come_from(command: RunCommand) -> None:
    lines = command("explain", "small.toml", "--variant", "deep").out.splitlines()

    def line(path: str) -> str:
        return next(text for text in lines if text.startswith(path + " "))

    assert "25 %" in line("strategy.campaigns.rhythm.offer.depth")
    assert "small.toml" in line("strategy.campaigns.rhythm.offer.depth")
    assert "seed 003:13" in line("market.fatigue.half_life")
    assert "(3 d to 30 d)" in line("market.fatigue.half_life")


def test_the_schema_is_json(command: RunCommand) -> None:
    assert {"market", "strategy", "run"} <= command("schema").json["properties"].keys()


def test_run_answers_in_the_terminal_and_in_json(command: RunCommand) -> None:
    done = command("run", "small.toml", "--variant", "deep", "--draws", 2, "--events", "--out", "r", "--json", "-")
    assert done.code == 0
    answer = done.json
    assert_documented(answer, "rehearse run")
    assert {"schema", "scenario", "variant", "draws", "replications", "fingerprint", "kpis"} <= answer.keys()
    assert (answer["schema"], answer["variant"], answer["draws"]) == (1, "deep", 2)
    profit = answer["kpis"]["contribution_profit"]
    assert {"mean", "sd", "n", "numerator", "denominator", "window", "unit"} <= profit.keys()
    assert "contribution profit" in done.err
    assert len(pd.read_parquet("r/events.parquet")) > 0
    assert len(pd.read_parquet("r/event-log/orders.parquet")) > 0


def test_compare_answers_in_the_terminal_and_in_json(command: RunCommand) -> None:
    done = command("compare", "small.toml", "--jobs", 1, "--json", "answer.json")
    assert done.code == 0
    assert "report: out/small/report.html" in done.out
    answer = json.loads(Path("answer.json").read_text())
    assert_documented(answer, "rehearse compare")
    promised = {"schema", "kpi", "draws", "replications", "strategies", "pairs", "verdict", "reason", "uncertainty"}
    assert promised <= answer.keys()
    assert [one["name"] for one in answer["strategies"]] == ["mild", "deep"]
    assert {"mean", "low", "high", "probability_best", "expected_regret"} <= answer["strategies"][0].keys()
    assert {"a", "b", "difference", "low", "high", "variance_reduction"} <= answer["pairs"][0].keys()
    assert {"market_share", "chance_share"} <= answer["uncertainty"].keys()
    assert Path("out/small/report.html").stat().st_size > 10_000
    again = command("compare", "small.toml", "--jobs", 1, "--json", "-").json
    assert again["runs"]["reused"] == again["runs"]["finished"] == 12
    assert again["pairs"] == answer["pairs"]


def test_compare_runs_as_many_replications_as_the_precision_needs(command: RunCommand) -> None:
    words = ("compare", "small.toml", "--jobs", 1, "--draws", 1, "--replications", "auto", "--precision", "700 CNY")
    done = command(*words)
    assert done.code == 0
    (line,) = [line for line in done.out.splitlines() if line.startswith("auto: ")]
    assert re.fullmatch(r"auto: 1 draw x \d+ replications, half-width [\d.]+ CNY of 700 CNY asked", line.strip())
    short = command(*words[:-1], "1 CNY", "--most", 12, "--json", "-").json
    assert_documented(short, "rehearse compare")
    assert (short["replications"], short["auto"]["units"], short["auto"]["stopped"]) == (12, 12, "ceiling")
    assert short["auto"]["asked"] == 100 < short["auto"]["reached"]
    assert short["runs"]["reused"] >= 20, "the first ones are there already"


def test_several_files_are_arms(command: RunCommand) -> None:
    for name, depth in (("one", 5), ("two", 10)):
        text = SMALL[: SMALL.index("[variants.mild]")].replace("Small", name) + SMALL[SMALL.index("[run]") :]
        offer = f'[strategy.campaigns.rhythm]\noffer = {{ format = "percent", depth = "{depth} %" }}\n'
        Path(f"{name}.toml").write_text(text + offer)
    done = command("compare", "one.toml", "two.toml", "--jobs", 1, "--draws", 2, "--json", "-")
    assert [one["name"] for one in done.json["strategies"]] == ["one", "two"]


def test_calibrate_answers_in_the_terminal_and_in_json(command: RunCommand) -> None:
    done = command("calibrate", orders(), "--holdout", "4w", "--draws", 30, "--recover", 1, "--out", "f", "--json", "-")
    assert done.code == 0
    answer = done.json
    assert_documented(answer, "rehearse calibrate")
    assert {"schema", "orders", "fit", "models", "holdout", "health", "market"} <= answer.keys()
    assert answer["orders"]["customers"] == 60
    assert answer["market"] == "f/market.toml"
    for words in ("orders.csv: 240 rows", "Pareto/NBD", "truth", "90 % band", "learned from these orders"):
        assert words in done.err, words
    assert "parameter recovery, 1 times" in done.err
    assert command("validate", "f/market.toml").code == 0
    fitted = command("run", "shop.toml", "--market", "f/market.toml", "--draws", 1, "--replications", 1, "--json", "-")
    assert fitted.json["kpis"]["orders_per_customer"]["mean"] > 0
    assert "start_with" in mistake(command("run", "small.toml", "--market", "f/market.toml"))


def test_calibrate_puts_warnings_first(command: RunCommand) -> None:
    def late(table: pd.DataFrame) -> pd.DataFrame:
        return pd.concat([table, pd.DataFrame([["late", date(2025, 8, 1), 30.0]], columns=table.columns)])

    lines = command("calibrate", orders(late), "--draws", 30).out.splitlines()
    assert lines[0].startswith("warning: ")
    assert lines[-1] == "no market was written: name a folder with --out"


def test_help_has_an_example_and_comes_at_once(command: RunCommand) -> None:
    for name in COMMANDS:
        assert f"Example: rehearse {name}" in command(name, "--help").out
    started = time.perf_counter()
    done = subprocess.run([sys.executable, "-m", "rehearse", "--help"], capture_output=True, text=True, check=True)
    assert time.perf_counter() - started < START_UP
    assert all(name in done.stdout for name in COMMANDS)


def test_help_imports_nothing_heavy() -> None:
    code = "import sys, rehearse; print([m for m in ('numba', 'pandas', 'scipy', 'matplotlib') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


# --- mistakes --------------------------------------------------------------------------------------


def mistake(done: CommandResult) -> str:
    """The one line that a mistake gives."""
    assert done.code == 2, done
    assert done.out == ""
    lines = [line for line in done.err.splitlines() if not line.startswith(("reading", "compiling"))]
    assert len(lines) == 1, done.err
    assert "Traceback" not in done.err
    assert lines[0].startswith("rehearse: ")
    return lines[0].removeprefix("rehearse: ")


FILES = {
    "unknown key": ("[strategy.service]\nagent = 3", "'agents'"),
    "missing unit": ("[market.fatigue]\nhalf_life = 10", '"10 d"'),
    "wrong unit": ('[market.fatigue]\nhalf_life = "10 CNY"', "'10 CNY'"),
    "outside": ('[market]\nfrom = "../secret.toml"', "../secret.toml"),
    "another market": ("[variants.a]\nmarket.lead.trust_gate = '0 log'", "got market"),
    "hidden stage": ("[strategy.outreach.care]\nwho = { stage = ['drifted'] }", "drifted"),
    "after the calendar": ("[run]\nstart = 9999-12-20", "run"),
    "nothing to switch off": ("[strategy.campaigns.rythm]\noff = true", "'rhythm'"),
    "deep nest": ("a = " + "[" * 100_000, "hundreds"),
    "not TOML": ("a = = 1", "TOML"),
}
"""A wrong file by what is wrong with it, and a part of the line that no other wording would change."""


@pytest.mark.parametrize("name", FILES)
def test_a_wrong_scenario_is_one_line(command: RunCommand, name: str) -> None:
    text, part = FILES[name]
    Path("bad.toml").write_text('extends = "shop.toml"\n' + text, encoding="utf-8")
    for name in ("validate", "run", "compare", "explain"):
        line = mistake(command(name, "bad.toml"))
        assert line.startswith("bad.toml:"), line
        assert part in line


def test_wrong_files_are_one_line(command: RunCommand) -> None:
    Path("a.toml").write_text('extends = "b.toml"')
    Path("b.toml").write_text('extends = "a.toml"')
    Path("bin.toml").write_bytes(b"\x00\x01\x02")
    Path("empty.toml").write_text("")
    for name, file in (("a.toml", "b.toml"), ("bin.toml",) * 2, ("empty.toml",) * 2, ("gone.toml",) * 2):
        assert mistake(command("compare", name)).startswith(f"{file}:")
    for name in ("run", "explain"):
        assert "'dep'" in mistake(command(name, "small.toml", "--variant", "dep"))
    assert "library:strong" in mistake(command("run", "small.toml", "--market", "library:strong"))
    assert mistake(command("run", "small.toml", "--events")).startswith("--events")
    assert mistake(command("run", "small.toml", "--shards", 2, "--jobs", 2)).startswith("--shards")


def test_an_answer_that_cannot_be_written_is_one_line(command: RunCommand) -> None:
    orders()
    for words in (("run", "small.toml"), ("compare", "small.toml"), ("calibrate", "orders.csv")):
        line = mistake(command(*words, "--json", "no/such/folder/a.json"))
        assert line.startswith("--json no/such/folder/a.json: expected ")
        assert line.endswith(", got no such folder")
        assert mistake(command(*words, "--json", ".")).endswith(", got a folder")
        line = mistake(command(*words, "--out", "orders.csv"))
        assert line.startswith("--out orders.csv: expected ")
        assert ", got the file " in line


@pytest.mark.parametrize(
    ("words", "part"),
    [
        (("run", "small.toml", "--draws", 0), "'--draws'"),
        (("run", "small.toml", "--seed", 10**20), "from 0 to 9223372036854775807"),
        (("compare", "small.toml", "--replications", 200_000), "from 1 to 65535"),
        (("compare", "small.toml", "--replications", "some"), "got 'some'"),
        (("compare", "small.toml", "--replications", "auto"), "--replications auto"),
        (("compare", "small.toml", "--precision", "5 CNY"), "--precision"),
        (("run", "small.toml", "--replications", "auto"), "'--replications'"),
        (("check", "small.toml", "--replications", "auto"), "'--replications'"),
        (("compare",), "Missing argument"),
        (("dance",), "No such command 'dance'"),
        (("calibrate",), "order files"),
        (("calibrate", "--experiment", "trial.toml", "--touches", "sent.csv"), "order files"),
    ],
)
def test_a_wrong_call_is_one_line(command: RunCommand, words: tuple[object, ...], part: str) -> None:
    assert part in mistake(command(*words))


def broken(share: float) -> Callable[[pd.DataFrame], pd.DataFrame]:
    def change(table: pd.DataFrame) -> pd.DataFrame:
        table = table.astype({"order_date": str})
        table.loc[: int(share * len(table)), "order_date"] = "soon"
        return table

    return change


EXPORTS: dict[str, tuple[Callable[[pd.DataFrame], pd.DataFrame], tuple[str, ...], str]] = {
    "no amount": (lambda t: t.rename(columns={"amount": "xyz"}), (), "amount"),
    "bad dates": (broken(0.1), (), "order_date"),
    "one customer": (lambda t: t[t["customer_id"] == "c3"], (), "customers"),
    "no rows": (lambda t: t.iloc[:0], (), "at least one row"),
    "map to nothing": (lambda t: t, ("--map", "amount=total"), "total"),
    "map of words": (lambda t: t, ("--map", "amount"), "'amount'"),
    "map of one kind twice": (
        lambda t: t,
        ("--map", "amount=amount", "--map", "amount=customer"),
        "one column for amount",
    ),
    "map of a kind": (lambda t: t, ("--map", "worth=amount"), "worth"),
    "holdout": (lambda t: t, ("--holdout", "soon"), "'soon'"),
    "long holdout": (lambda t: t, ("--holdout", "500w"), "--holdout"),
    "no prior": (lambda t: t, ("--market", "gone.toml"), "gone.toml"),
    "no history": (lambda t: t, ("--history", "gone.toml"), "gone.toml"),
    "a market as history": (lambda t: t, ("--history", "library:base"), "[strategy]"),
    "no trial": (lambda t: t, ("--experiment", "gone.toml"), "gone.toml"),
    "targets without a history": (lambda t: t, ("--targets", "gone.toml"), "--touches"),
}


@pytest.mark.parametrize("name", EXPORTS)
def test_a_wrong_export_is_one_line(command: RunCommand, name: str) -> None:
    change, options, part = EXPORTS[name]
    assert part in mistake(command("calibrate", orders(change), *options))


def test_exports_that_are_not_tables(command: RunCommand) -> None:
    Path("orders.csv").write_bytes(b"")
    assert "an empty file" in mistake(command("calibrate", "orders.csv"))
    Path("orders.csv").write_bytes(os.urandom(3000) + b"\x00\xff")
    assert mistake(command("calibrate", "orders.csv")).startswith("orders.csv")
    assert "no such file" in mistake(command("calibrate", "gone.csv"))


def test_another_package_of_the_same_name_is_an_error(tmp_path: Path) -> None:
    """Another package named `sim` that comes first on the path is an error."""
    (tmp_path / "sim").mkdir()
    (tmp_path / "sim" / "__init__.py").write_text("")
    start = "from rehearse.commands.entry import main; main()"
    code = f"import sys; sys.path[:0] = [{str(tmp_path)!r}, {str(ROOT)!r}]; {start}"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, cwd=tmp_path)
    assert done.returncode == 2
    assert done.stderr.startswith("rehearse: package 'sim': ")


# --- check ------------------------------------------------------------------------------------------

EXPECTS = """
[expect.deeper_costs_more]
kpi   = "discount_share"
order = {order}
off   = {{ "strategy.campaigns.rhythm.offer.generosity" = "x 0" }}
"""


def test_check_answers_in_the_terminal_in_json_and_by_its_exit_code(command: RunCommand) -> None:
    """Of eight markets, since differences spread by a third, and of three an interval is 4.3 errors to each side."""
    text = Path("small.toml").read_text(encoding="utf-8")
    Path("expects").mkdir()
    for name, order in (("right", '["deep", "mild"]'), ("wrong", '["mild", "deep"]')):
        whole = text.replace("shop.toml", "../shop.toml") + EXPECTS.format(order=order)
        Path("expects", f"{name}.toml").write_text(whole, encoding="utf-8")
    done = command("check", "expects/right.toml", "--draws", 8, "--jobs", 1, "--json", "-")
    assert done.code == 0
    assert_documented(done.json, "rehearse check")
    assert (done.json["schema"], done.json["verdict"]) == (1, "pass")
    expect = done.json["scenarios"][0]["expect"][0]
    assert 0 < expect["low"] < expect["value"] < expect["high"] < 0.25
    assert (expect["twin"]["low"], expect["twin"]["high"]) == (0.0, 0.0)
    done = command("check", "expects", "--draws", 8, "--jobs", 1, "--json", "answer.json")
    assert done.code == 1
    assert "deeper_costs_more: not met" in done.out
    assert done.out.splitlines()[-1].startswith("fail: 1 as expected, 1 not as expected")
    assert json.loads(Path("answer.json").read_text())["verdict"] == "fail"
    done = command("check", "expects/right.toml", "--draws", 1, "--replications", 1, "--market", "library:strong_brand")
    assert (done.code, done.out.splitlines()[-1].strip()) == (3, "inconclusive: 1 inconclusive")


def test_check_needs_something_to_check(command: RunCommand) -> None:
    line = mistake(command("check", "small.toml"))
    assert line.startswith("small.toml: expect: ")
    assert "[expect.NAME]" in line


# --- timeline ---------------------------------------------------------------------------------------


def test_timeline_says_who_gained_and_lost_and_how_to_see_one(command: RunCommand) -> None:
    done = command("timeline", "small.toml", "--json", "answer.json")
    assert done.code == 0
    answer = json.loads(Path("answer.json").read_text())
    assert_documented(answer, "rehearse timeline")
    assert (answer["schema"], answer["a"], answer["b"]) == (1, "mild", "deep")
    differences = [one["difference"] for one in answer["people"]]
    assert differences == sorted(differences, reverse=True)
    assert differences[0] > 0 > differences[-1]
    assert all(one["person"] in done.out for one in answer["people"])
    assert done.out.splitlines()[-1].startswith("see one: rehearse timeline small.toml PERSON")


def test_timeline_shows_one_person_under_each_arm(command: RunCommand) -> None:
    people = command("timeline", "small.toml", "--json", "-").json["people"]
    done = command("timeline", "small.toml", "gained", "--json", "answer.json")
    assert done.code == 0
    answer = json.loads(Path("answer.json").read_text())
    assert_documented(answer, "rehearse timeline PERSON")
    assert answer["person"] == people[0]["person"]
    assert list(answer["lives"]) == ["mild", "deep"]
    lines = " ".join(done.out.split())
    assert answer["partings"][0]["cause"] in lines
    assert answer["partings"][0]["cause"].startswith(
        "What is done to them first differs on day 24 (2026-01-25): under 'mild'"
    )
    paid = {arm: sum(one["cents"] for one in entries) for arm, entries in answer["lives"].items()}
    assert (paid["mild"], paid["deep"]) == (people[0]["paid_a"], people[0]["paid_b"])
    assert done.out.splitlines()[-1] == (
        "picture: out/small-timeline/lifeline.png, page: out/small-timeline/lifeline.html"
    )
    assert Path("out/small-timeline/lifeline.html").stat().st_size > 10_000
    Path("few.toml").write_text('extends = "library:private_shop"\n[market]\nstart_with = 20\n', encoding="utf-8")
    nobody = command("timeline", "library:desk_size", 12, "--market", "few.toml")
    assert "`rehearse timeline library:desk_size`" in mistake(nobody)
    lost = command("timeline", "small.toml", "lost", "--out", "elsewhere", "--json", "-").json
    assert lost["person"] == people[-1]["person"]
    assert Path("elsewhere/lifeline.png").exists()
    always = int(identities("start", 0, np.zeros(1, np.int64))[0])  # somebody of day one is there in every draw
    one = command("timeline", "small.toml", always, "--variant", "deep", "--draw", 2, "--json", "-").json
    assert (list(one["lives"]), one["partings"], one["draw"]) == (["deep"], [], 2)


def test_the_former_name_lifeline_goes_on_working(command: RunCommand) -> None:
    done = command("lifeline", "small.toml", "gained", "--json", "-")
    assert done.code == 0
    assert done.json == command("timeline", "small.toml", "gained", "--json", "-").json
    assert Path("out/small-lifeline/lifeline.png").exists()
    assert "lifeline" not in command("--help").out
    assert command("lifeline", "small.toml", "bob").code == 2


@pytest.mark.parametrize(
    ("words", "parts"),
    [
        (("bob",), ("PERSON: ", "got 'bob'")),
        ((12,), ("small.toml: ", "draw 0, replication 0", "got 12")),
        ((12, "--draw", 3), ("draw: ", "from 0 to 2", "got 3")),
        ((12, "--variant", "dep"), ("variants: ", "'deep'", "got 'dep'")),
        (("lost", "--variant", "dep"), ("variants: ", "'deep'", "got 'dep'")),
        (("lost", "--variant", "deep"), ("small.toml: ", "got 'deep'")),
        (("--variant", "deep", "--variant", "deep"), ("small.toml: ", "got 'deep'")),
        ((), ("shop.toml: ", "got 'base' twice")),
    ],
)
def test_a_timeline_that_cannot_be_shown_is_one_line(
    command: RunCommand, words: tuple[object, ...], parts: tuple[str, ...]
) -> None:
    said = mistake(command("timeline", "small.toml" if words else "shop.toml", *words))
    assert [part for part in parts if part not in said] == []
    assert not Path("out").exists()
