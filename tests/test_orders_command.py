"""`rehearse orders`, and the options of reading that `calibrate` shares with it; no id leaves the files of orders."""

from __future__ import annotations

import csv
import gzip
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from .command_line import CommandResult, RunCommand
from .json_page import assert_documented

FIELDS = ["order_no", "buyer", "paid_at", "state", "total"]
PROMISED = {
    *("schema", "rows", "customers", "orders", "order_days", "amount", "currency", "first", "until", "states"),
    *("set_aside", "warnings", "profile", "row_is"),
}


def rows(states: Sequence[str] = ("completed",)) -> list[list[Any]]:
    """Orders of 30 customers, whose ids are phone numbers, in five months."""
    return [
        [
            5000 + n,
            f"1380077{n % 30:04d}",
            f"2025-{1 + n // 30:02d}-{1 + n % 27:02d}",
            states[n % len(states)],
            f"¥{20 + n}.50",
        ]
        for n in range(150)
    ]


def write(table: Sequence[Sequence[Any]], name: str = "shop.csv", fields: Sequence[str] = FIELDS) -> Path:
    with Path(name).open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([fields, *table])
    return Path(name)


MAP = "order=order_no,customer=buyer,date=paid_at,status=state,amount=total"


def mistake(done: CommandResult) -> str:
    assert (done.code, done.out) == (2, "")
    *steps, line = done.err.splitlines()
    assert all(step.startswith("reading ") for step in steps)
    assert line.startswith("rehearse: ")
    return line.removeprefix("rehearse: ")


def test_orders_shows_the_whole_reading(command: RunCommand) -> None:
    table = rows(["completed", "completed", "completed", "cancelled", "pending"])
    done = command("orders", write(table), "--map", MAP, "--json", "answer.json")
    assert done.code == 0
    answer = json.loads(Path("answer.json").read_text(encoding="utf-8"))
    assert_documented(answer, "rehearse orders")
    assert answer.keys() >= PROMISED
    assert (answer["schema"], answer["rows"], answer["orders"], answer["customers"]) == (1, 150, 90, 18)
    assert answer["amount"] == sum(20.5 + n for n in range(150) if n % 5 < 3)
    assert (answer["currency"], answer["row_is"], answer["profile"]) == ("CNY", "order", None)
    assert (answer["first"], answer["until"]) == ("2025-01-01", "2025-05-27")  # that of the last row
    assert answer["states"] == [
        {"state": "completed", "rows": 90, "treated_as": "sale"},
        {"state": "cancelled", "rows": 30, "treated_as": "cancelled"},
        {"state": "pending", "rows": 30, "treated_as": "not paid"},
    ]
    assert {(one["reason"], one["rows"]) for one in answer["set_aside"]} == {
        ("the order was closed or cancelled", 30),
        ("the order was not paid", 30),
    }
    for words in ("150 rows, each one order", "90 orders", "order-days by month: 2025-01", "cancelled", "set aside"):
        assert words in done.out, words


def test_json_alone_goes_to_standard_output(command: RunCommand) -> None:
    assert command("orders", write(rows()), "--map", MAP, "--json", "-").json["orders"] == 150


def test_few_orders_are_shown_though_they_are_too_few_to_fit(command: RunCommand) -> None:
    path = write(rows()[:5])
    assert command("orders", path, "--map", MAP, "--json", "-").json["customers"] == 5
    assert "at least 20 customers" in mistake(command("calibrate", path, "--map", MAP))


def test_unknown_states_are_refused_until_they_are_mapped(command: RunCommand) -> None:
    path = write(rows(["boxed", "lost, found"]))
    line = mistake(command("orders", path, "--map", MAP))
    assert "'boxed' (75 rows)" in line
    words = ("--map", MAP, "--map", "state:boxed=sale,state:lost, found=cancelled")
    answer = command("orders", path, *words, "--json", "-").json
    assert (answer["orders"], [one["treated_as"] for one in answer["states"]]) == (75, ["sale", "cancelled"])


def test_until_timezone_and_several_files(command: RunCommand) -> None:
    table = [[*row[:2], f"{row[2]}T23:30:00Z", *row[3:]] for row in rows()]
    write(table[:90], "a.csv")
    Path("b.csv.gz").write_bytes(gzip.compress(write(table[80:], "b.csv").read_bytes()))
    words = ("orders", "a.csv", "b.csv.gz", "--map", MAP, "--json", "-")
    plain = command(*words).json
    assert (plain["orders"], plain["rows"], plain["first"]) == (150, 160, "2025-01-01")
    east = command(*words, "--timezone", "Asia/Shanghai", "--until", "2025-06-30").json
    assert (east["first"], east["until"]) == ("2025-01-02", "2025-06-30")


def test_an_encoding_is_named(command: RunCommand) -> None:
    path = write(rows())
    text = path.read_text(encoding="utf-8").replace("completed", "zapłacono").replace("¥", "")
    path.write_bytes(text.encode("cp1250"))
    words = ("orders", path, "--map", MAP, "--map", "state:zapłacono=sale", "--json", "-")
    answer = command(*words, "--encoding", "cp1250").json
    assert [one["state"] for one in answer["states"]] == ["zapłacono"]


@pytest.mark.parametrize(
    ("words", "part"),
    [
        (("--until", "soon"), "--until"),
        (("--encoding", "cp99"), "--encoding"),
        (("--timezone", "Mars/Base"), "Mars/Base"),
        (("--profile", "amazn"), "did you mean 'amazon'"),
        (("--profile", "taobao"), "--profile taobao"),
        (("--map", "price"), "--map"),
        (("--map", "worth=total"), "worth"),
        (("--map", "state:completed=perhaps"), "perhaps"),
        (("--reading", "gone.toml"), "gone.toml"),
    ],
)
def test_a_wrong_option_is_one_line(command: RunCommand, words: tuple[str, ...], part: str) -> None:
    assert part in mistake(command("orders", write(rows()), *words))


def test_files_that_are_refused(command: RunCommand) -> None:
    assert "no such file" in mistake(command("orders", "gone.csv"))
    Path("cut.csv.gz").write_bytes(gzip.compress(b"order_no,buyer\n" * 1000)[:-9])
    assert "damaged" in mistake(command("orders", "cut.csv.gz"))
    write(rows(), "a.csv")
    write(rows(), "b.csv", [*FIELDS[:4], "sum"])
    assert "without 'total'; with 'sum'" in mistake(command("orders", "a.csv", "b.csv", "--map", MAP))


def test_the_reading_is_written_beside_the_market_and_no_id_is(command: RunCommand) -> None:
    table = rows(["completed"] * 9 + ["cancelled"])
    table[7][2] = "1380077 0001"
    path = write(table)
    done = command("calibrate", path, "--map", MAP, "--draws", 30, "--out", "f", "--json", "answer.json")
    assert done.code == 0
    command("orders", path, "--map", MAP, "--json", "f/orders.json")
    for file in (*Path("f").iterdir(), Path("answer.json")):
        assert b"1380077" not in file.read_bytes(), file
    if sys.platform != "win32":
        assert Path("f/customers.parquet").stat().st_mode & 0o077 == 0
    again = command("orders", path, "--reading", "f/reading.toml", "--json", "-").json
    assert again == json.loads(Path("f/orders.json").read_text(encoding="utf-8"))
