"""Mechanisms under the decorator: handed over, stored, checked for chance of their own, and from files of --python."""

from __future__ import annotations

import pickle
import random
import re
import sys
from collections.abc import Callable, Generator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import rehearse as rh
from experiments import run_arm
from experiments.runs.profit_statement import own_lines
from experiments.runs.statement_table import statement_cell
from scenarios import InputError, Question, additions_of_files, load, run_key
from scenarios.values.added_functions import by_name
from sim import Mechanism

SMALL = """
extends = "library:shop"

[market]
start_with = 60

[run]
start        = 2026-01-01
horizon      = "12 d"
cool_down    = "0 d"
draws        = 1
replications = 1

[compare]
references = []
"""
FILE = """
import rehearse as rh

@rh.mechanism(version="1", accounts={"rent": "cost"})
def rent(shop, market):
    shop.book("rent", 700)
    return {}
"""


def sell(shop: Any, orders: Any) -> Any:
    shop.book("tips", 3 * orders.due.size)
    return 0


@rh.mechanism(
    name="tips", version="1", checkout=sell,
    accounts={"tips": "income", "rent": "cost", "owed": "liability"}, series={"level": "sum"},
)  # fmt: skip
def tipping(shop: Any, market: Any) -> dict[str, Any]:
    shop.book("rent", 50)
    shop.book("owed", 11)
    shop.column("level")[:] = shop.uniforms_today("level") < 0.5
    return {}


@pytest.fixture
def shop(tmp_path: Path) -> Question:
    (tmp_path / "shop.toml").write_text(SMALL, encoding="utf-8")
    return load(tmp_path / "shop.toml")


def test_it_is_a_mechanism_that_other_processes_can_import() -> None:
    assert isinstance(tipping, Mechanism)
    assert (tipping.name, tipping.version) == ("tips", "1")
    assert pickle.loads(pickle.dumps(tipping)) is tipping
    assert all(by_name(function) for function in tipping.functions)
    assert not by_name(rh.mechanism(name="x", version="1")(lambda shop, market: {}).response)


def test_key_and_world_hold_what_it_declares(shop: Question) -> None:
    def nothing(shop: Any, market: Any) -> dict[str, Any]:
        return {}

    def key(**parts: Any) -> str:
        return run_key(shop.with_mechanism(rh.mechanism(name="x", **parts)(nothing)).arms["base"])

    keys = [key(version="1"), key(version="2"), key(version="1", events=("seen",)), key(version="1", surcharge=True)]
    assert len(set(keys)) == 4
    assert key(version="1") == run_key(shop.with_mechanism(Mechanism("x", None, nothing, version="1")).arms["base"])


def test_accounts_are_in_statement_series_and_stored_ledgers(shop: Question, tmp_path: Path) -> None:
    @rh.kpi(unit="money", better="higher", numerator="tips", version="1")
    def tips_of_run(ledger: Any) -> float:
        assert ledger.ledger.own["extra.tips.owed"] == "liability"
        return float(ledger.total("extra.tips.tips"))

    asked = load(shop.path, kpis=[tips_of_run], mechanisms=[tipping])
    first, again = (run_arm(asked, out=tmp_path / "out", jobs=1) for _ in range(2))
    assert (first.results.reused, again.results.reused) == (0, 1)
    series = again.results.series
    assert series["extra.tips.rent"].tolist() == [50] * 12
    assert 0 < series["extra.tips.level"].min() < series["extra.tips.level"].max()
    tips = series["extra.tips.tips"].sum()
    assert tips == 3 * series["orders"].sum() > 0
    for answer in (first, again):
        kpis = answer.results.runs.set_index(["kpi", "window"])["value"]
        assert kpis["tips_of_run", "horizon"] == tips
        assert kpis["contribution_profit", "horizon"] == series["contribution"].sum()
    statement = again.statement()
    names = [line.name for line in statement.lines]
    assert names[-4:] == ["extra.tips.tips", "extra.tips.rent", "contribution", "extra.tips.owed"]
    before = sum(statement.cents[line.name] for line in statement.lines[:-2] if not line.is_sum)
    assert before == pytest.approx(statement.cents["contribution"])
    assert statement.cents["extra.tips.owed"] == 11 * 12
    assert statement_cell(statement, own_lines(again.results)[1], "CNY").startswith("−6 CNY")


def test_a_file_of_the_command_line_is_in_the_world(
    shop: Question, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "path", list(sys.path))
    (tmp_path / "own_rent.py").write_text(FILE, encoding="utf-8")
    added = additions_of_files([tmp_path / "own_rent.py"])
    (rent,) = added.mechanisms
    monkeypatch.delitem(sys.modules, "own_rent")
    assert (added.kpis, added.offers) == ((), ())
    assert rent.declared
    with_rent = load(shop.path, mechanisms=[rent])
    assert list(with_rent.arms["base"].mechanisms) == ["rent"]
    with pytest.raises(InputError, match="two mechanisms of one name"):
        with_rent.with_mechanism(Mechanism("rent", None, rent.response))


def test_sweeps_and_checks_have_them_in_files_and_in_loaded_questions(shop: Question) -> None:
    @rh.mechanism(version="1")
    def closed(shop: Any, market: Any) -> dict[str, Any]:
        return {"order": -40.0}

    claims = shop.path.parent / "claims.toml"
    claims.write_text('extends = "shop.toml"\n[expect.none]\nkpi = "orders"\nbetween = [0, 0]\n', encoding="utf-8")
    asked: list[tuple[Any, list[Mechanism]]] = [(claims, []), (claims, [closed]), (load(claims), [closed])]
    verdicts = [rh.check(one, mechanisms=own, draws=2, replications=1).verdict for one, own in asked]
    assert verdicts == ["inconclusive", "pass", "pass"], "two draws are too few to fail"
    sweep = {"design": "grid", "draws": 1, "kpis": ["orders"], "vary": {"market.fatigue.half_life": {"values": [20]}}}
    for scenario in (str(shop.path), shop):
        swept = rh.sweep({"scenario": scenario, "sweep": sweep}, mechanisms=[closed])
        assert swept.to_frame()["orders"].tolist() == [0]
    with pytest.raises(InputError, match=r"mechanisms: expected a plan with a scenario, got 1 without one"):
        rh.sweep({"sweep": {"design": "grid", "vary": {"x": {"values": [1]}}}}, lambda x: {"y": x}, mechanisms=[closed])
    with pytest.raises(InputError, match=r"mechanisms: expected a list of functions under @mechanism"):
        load(shop.path, mechanisms=closed)  # type: ignore[arg-type]


# --- mistakes --------------------------------------------------------------------------------------


def _numpy(shop: Any, market: Any) -> dict[str, Any]:
    return {"order": 0.0 * np.random.random()}  # noqa: NPY002


def _python(shop: Any, market: Any) -> dict[str, Any]:
    shop.column("x")[:] = random.random()
    return {}


def _later(shop: Any, market: Any) -> dict[str, Any]:
    return {"order": 0.1 + (0.0 if shop.day < 5 else random.random())}


def _own_generator(shop: Any, market: Any) -> dict[str, Any]:
    shop.book("rent", int(np.random.default_rng().integers(10**6)))
    return {}


def _process(env: Any, shop: Any) -> Generator[Any, Any, None]:
    while True:
        np.random.random()  # noqa: NPY002
        yield env.timeout(1)


def _checkout(shop: Any, orders: Any) -> Any:
    return (np.random.default_rng().random(orders.due.size) * orders.due).astype(int)


def _plain(shop: Any, market: Any) -> dict[str, Any]:
    return {}


def own(response: Callable[..., Any] = _plain, **parts: Any) -> Mechanism:
    return Mechanism("own", parts.pop("process", None), response, accounts={"rent": "cost"}, **parts)


@pytest.mark.parametrize(
    ("mechanism", "part", "day", "got"),
    [
        (own(_numpy), "response", 0, "numbers from random or numpy.random"),
        (own(_python), "response", 0, "numbers from random or numpy.random"),
        (own(_later), "response", 5, "numbers from random or numpy.random"),
        (own(_own_generator), "response", 0, "another"),
        (own(process=_process), "process", 1, "numbers from random or numpy.random"),
        (own(checkout=_checkout), "checkout", None, "another"),
        (own(lambda shop, market: {"price": 2}), "response", 0, "2.0"),
    ],
)
def test_chance_of_its_own_and_other_mistakes_stop_the_question_in_one_line(
    mechanism: Mechanism, part: str, day: int | None, got: str, shop: Question
) -> None:
    with pytest.raises(InputError) as caught:
        rh.run(shop.with_mechanism(mechanism))
    text = str(caught.value)
    when = "[0-9]+" if day is None else day
    assert re.match(rf"mechanism 'own': {part}, day {when} \(2026-01-[0-9][0-9]\): ", text)
    assert text.endswith(f"got {got}")
    assert "\n" not in text


def test_a_checked_mechanism_gives_the_same_bits(shop: Question) -> None:
    from sim import run

    asked = shop.with_mechanism(tipping)
    checked, plain = rh.run(asked), run(asked.arms["base"])
    assert checked.fingerprint == plain.fingerprint
    for account, days in plain.series.items():
        assert np.array_equal(days, checked.series[account]), account


@pytest.mark.parametrize(
    ("parts", "place", "got"),
    [
        ({"accounts": {"rent": "price"}}, "mechanism 'x': accounts: rent", "'price'"),
        ({"version": 3}, "mechanism 'x': version", "3"),
        ({"name": "a b"}, "mechanism 'a b': name", "'a b'"),
        ({"shown": ["x"]}, "mechanism 'x': shown", "['x']"),
    ],
)
def test_what_it_says_of_itself_is_checked(parts: dict[str, Any], place: str, got: str) -> None:
    def x(shop: Any, market: Any) -> dict[str, Any]:
        return {}

    with pytest.raises(InputError) as caught:
        rh.mechanism(**parts)(x)
    assert (caught.value.place, caught.value.got) == (place, got)
