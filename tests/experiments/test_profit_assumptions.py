"""The numbers that profit rests on: found where they are known, from runs of a small copy, stored once."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

import sim
from experiments import ProfitAssumptions, find_assumptions
from experiments.assumptions.assumption_text import assumption_rows, assumption_text
from experiments.assumptions.profit_assumptions import Assumption, with_tests
from experiments.assumptions.small_shop import small_shop
from experiments.assumptions.uncertain_numbers import uncertain_numbers
from scenarios import Origin, Question, get, load, with_values
from sim.output.ledger import Ledger
from sim.output.measures import measure
from sim.scenario import Customers, Offer, Scenario
from tests.json_page import assert_documented

from ..command_line import RunCommand
from .conftest import Ask, planted_ledger

WEIGHTS = {
    "market.money.goods_cost": -2_000_000.0,
    "market.need.week_shock": -700_000.0,
    "market.people.fit": 500_000.0,
    "market.carriers.standard.cost": -300.0,
    "market.offers.waiting": 100_000.0,
    "market.attention.max_lift": 10.0,
}
"""Cents for one more of each number, in its stored unit."""
LEADING = ["goods_cost", "week_shock", "fit", "cost", "waiting"]


@pytest.fixture
def planted(monkeypatch: pytest.MonkeyPatch) -> list[Scenario]:
    """Replaces the simulator by a shop that earns a sum of a few numbers of its market; the scenarios that were run."""
    done: list[Scenario] = []

    def run(scenario: Scenario, draw: int = 0, replication: int = 0, **_: object) -> Ledger:
        done.append(scenario)
        return planted_ledger(scenario, 5_000_000.0 + sum(one * get(scenario, path) for path, one in WEIGHTS.items()))

    monkeypatch.setattr(sim, "run", run, raising=False)
    return done


FEW = ("start_with = 300", 'start_with = 300\nsources.store_orders.exposures = "1 per d"')
"""So few people that the copy is the shop itself."""


def moved(question: Question, path: str) -> float:
    """How far a number moves profit between the ends of its range."""
    axis = next(one.axis for one in uncertain_numbers(question, question.own_strategy) if one.path == path)
    return abs(WEIGHTS[path]) * float(axis.level(1.0) - axis.level(0.0))


def test_the_five_that_move_most_are_named_in_order(ask: Ask, planted: list[Scenario]) -> None:
    question = ask(FEW)
    found = find_assumptions(question, jobs=1)
    assert found is not None
    assert [one.path.split(".")[-1] for one in found.leading] == LEADING
    for one in found.leading:
        assert one.moves == pytest.approx(moved(question, one.path), abs=500)
        assert one.share_of_sales == pytest.approx(one.moves / found.sales)
        assert one.moves == pytest.approx(abs(one.at_high - one.at_low))
        assert (one.at_high > one.at_low) == (WEIGHTS[one.path] > 0.0)
    assert found.leading[0].range == "30 % to 50 %"
    assert found.leading[0].basis == "assumption"
    assert (found.days, found.people) == (60, 300)
    strategies = {repr(scenario.strategy.campaigns) for scenario in planted}
    assert strategies == {repr(question.own_strategy.strategy.campaigns)}, "that of the shop, not of a variant"


def test_the_second_time_nothing_is_run(ask: Ask, planted: list[Scenario], tmp_path: Path) -> None:
    first = find_assumptions(ask(FEW), jobs=1, store=tmp_path / "runs")
    done = len(planted)
    assert first is not None
    assert done < first.numbers + 20
    assert find_assumptions(ask(FEW), jobs=1, store=tmp_path / "runs") == first
    assert len(planted) == done
    written = json.loads(json.dumps(first.to_json(), allow_nan=False))
    assert ProfitAssumptions.from_json(written) == first
    assert_documented(written, "Assumptions")


def test_in_words(ask: Ask, planted: list[Scenario]) -> None:
    found = find_assumptions(ask(FEW), jobs=1)
    assert found is not None
    rows = assumption_rows(found)
    assert rows[0][:2] == ("market.money.goods_cost", "30 % to 50 %")
    assert rows[0][2] == "4,000 CNY"
    assert rows[0][4].startswith("assumption, as no source is named: library/shop.toml:")
    assert rows[1][4].startswith("assumption")
    assert "300 contacts" in assumption_text(found)
    unnamed = replace(found, leading=(replace(found.leading[0], origin="my/shop.toml:12"),))
    assert assumption_rows(unnamed)[0][4] == "assumption, as no source is named: my/shop.toml:12"


def test_what_has_a_range(ask: Ask) -> None:
    question = ask(FEW)
    paths = {one.path: one for one in uncertain_numbers(question, question.own_strategy)}
    assert set(question.beliefs) <= set(paths)
    fact = paths["market.money.wage"].axis
    wage = get(question.own_strategy, "market.money.wage")
    assert (fact.level(0.0), fact.level(1.0)) == (pytest.approx(0.75 * wage), pytest.approx(1.25 * wage))
    for without in ("market.start_with", "market.media.group.limit_per_30d", "market.money.fixed"):
        assert without not in paths
    assert "market.need.level" not in paths, "a definition"
    assert paths["market.attention.max_lift"].basis == "source"
    shipped = load("library:shop")
    asked = {one.path: one for one in uncertain_numbers(shipped, shipped.own_strategy)}["market.spend.mean"]
    assert asked.basis == "assumption"
    assert asked.origin.startswith("assumption; "), "`yours?` asks the reader, and is no source"
    draws = pd.DataFrame({"market.need.order_rate.mean": [0.01, 0.02, 0.03]})
    fitted = uncertain_numbers(replace(question, posterior=draws), question.own_strategy)
    rate = next(one for one in fitted if one.path == "market.need.order_rate.mean")
    assert (rate.basis, rate.origin) == ("data", "posterior, 3 draws")
    assert rate.axis.level(0.0) == pytest.approx(0.011)


def test_a_small_copy_has_the_shares_of_the_shop() -> None:
    five = {
        "strategy.service.agents": 5,
        "strategy.welcome.offer": Offer.percent(0.1, valid=7, stock=500, budget=9_000),
    }
    shop = with_values(load("library:shop").own_strategy, five)
    copy = small_shop(shop, 360, 4_000)
    small = copy.in_market({})
    assert (copy.share, copy.work) == (0.2, 1.0)
    assert (small.market.start_with, small.strategy.service.agents) == (4_000, 1)
    assert small.market.money.wage == pytest.approx(shop.market.money.wage)
    assert small.market.money.bot == pytest.approx(shop.market.money.bot / 5)
    assert small.market.sources["store_orders"].exposures == pytest.approx(24.0)
    assert small.strategy.acquisition["store_orders"].budget == pytest.approx(30_000.0)
    offer = small.strategy.welcome.offer if small.strategy.welcome else None
    assert offer is not None
    assert (offer.stock, offer.budget) == (100, 1_800)
    assert (small.run.horizon, small.run.cool_down) == (360, 0)
    dearer = {"market.money.wage": 1.25 * shop.market.money.wage, "market.service.handling.pre_sale": 0.01}
    tiny = small_shop(shop, 90, 2_000).in_market(dearer)
    assert tiny.market.start_with == 2_000
    assert tiny.market.money.wage == pytest.approx(1.25 * shop.market.money.wage / 2), "one agent where half would do"
    assert tiny.market.service.handling.pre_sale == pytest.approx(0.02), "who takes twice as long for everything"
    small_already = replace(shop, market=replace(shop.market, start_with=300))
    assert small_shop(small_already, 2, 2_000).in_market({}).market == small_already.market


def test_a_small_copy_earns_and_answers_as_the_shop_does() -> None:
    shop = load("library:shop").own_strategy
    whole = replace(shop, run=replace(shop.run, warm_up=0, horizon=40, cool_down=0))
    part = small_shop(whole, 40, 4_000).in_market({})
    ledgers = [[sim.run(one, 0, number) for number in range(count)] for one, count in ((whole, 2), (part, 4))]

    def of(kpi: str) -> tuple[float, float]:
        first, second = ([measure(one, kpi).value for one in runs] for runs in ledgers)
        return sum(first) / len(first), sum(second) / len(second)

    heads = whole.market.start_with, part.market.start_with
    for kpi in ("contribution_profit", "gmv"):
        a, b = (value / people for value, people in zip(of(kpi), heads, strict=True))
        assert b == pytest.approx(a, rel=0.1), f"{kpi} a head"
    for kpi, within in (("contribution_share", 0.03), ("desk_utilisation", 0.1), ("abandoned_share", 0.1)):
        assert of(kpi)[1] == pytest.approx(of(kpi)[0], abs=within), kpi
    assert 1 / 1.5 < of("reply_time")[1] / of("reply_time")[0] < 1.5


def test_own_customers_are_sampled() -> None:
    import numpy as np

    shop = load("library:shop").own_strategy
    count = 20_000
    numbers = np.arange(count)
    own = Customers(
        identity=numbers.astype(np.uint64), orders=numbers + 1, age=numbers * 1.0, recency=numbers * 0.5,
        spent=numbers, spend_orders=numbers + 1,
    )  # fmt: skip
    market = replace(shop.market, start_with=0)
    small = small_shop(replace(shop, market=market, customers=own), 360, 4_000).in_market({})
    assert small.customers is not None
    assert small.customers.orders.tolist() == list(range(1, count, 5))
    assert small.customers.before is None


def test_the_commands_name_them(command: RunCommand, planted: list[Scenario], monkeypatch: pytest.MonkeyPatch) -> None:
    quiet = command("validate", "small.toml", "--jobs", 1)
    assert (quiet.code, quiet.out.splitlines()[-1]) == (0, "all good"), "the tests' own setting"
    monkeypatch.delenv("REHEARSE_ASSUMPTIONS")
    assert "profit rests on" not in command("validate", ".").out, "many files are only checked"
    shown = command("validate", "small.toml", "--jobs", 1)
    assert shown.code == 0
    assert "What profit rests on" in shown.out
    assert "market.money.goods_cost" in shown.out
    assert "profit rests on" not in command("validate", "sweep.toml").out
    assert "profit rests on" not in command("validate", "small.toml", "--no-assumptions").out


@pytest.mark.slow
def test_answers_and_reports_name_them(
    command: RunCommand, planted: list[Scenario], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("REHEARSE_ASSUMPTIONS")
    assert command("validate", "small.toml", "--jobs", 1).code == 0
    done = len(planted)
    answer = command("compare", "small.toml", "--jobs", 1, "--json", "-", "--draws", 1, "--replications", 1)
    assert answer.code == 0
    assert [one["path"].split(".")[-1] for one in answer.json["assumptions"]["leading"]] == LEADING
    assert len(planted) == done + 2, "the arms alone: what profit rests on was in the store"
    assert "What profit rests on" in Path("out/small/report.html").read_text(encoding="utf-8")
    assert command("report", "out/small").code == 0
    again = json.loads(Path("out/small/comparison.json").read_text(encoding="utf-8"))
    assert again["assumptions"] == answer.json["assumptions"]
    alone = command("run", "small.toml", "--jobs", 1, "--draws", 1, "--replications", 1, "--out", "out/one")
    assert "What profit rests on" in alone.out
    written = json.loads(Path("out/one/run.json").read_text(encoding="utf-8"))
    assert written["assumptions"] == answer.json["assumptions"]
    off = command("run", "small.toml", "--jobs", 1, "--draws", 1, "--no-assumptions", "--json", "-")
    assert off.json["assumptions"] is None


def test_a_fitted_market_says_what_was_learned_and_which_test_would_help(ask: Ask) -> None:
    question, paths = ask(FEW), ["market.people.fit", "market.offers.waiting"]
    draws = pd.DataFrame({path: [get(question.own_strategy, path) * one for one in (0.9, 1.0, 1.1)] for path in paths})
    kept = {paths[1]: Origin("fitted/market.toml", 3, "prior, which the data orders.csv has hardly narrowed")}
    read_off = {"market.need.cycle": Origin("fitted/market.toml", 4, "data orders.csv")}
    fitted = replace(question, posterior=draws, origins={**question.origins, **kept, **read_off})
    numbers = {one.path: one for one in uncertain_numbers(fitted, fitted.own_strategy)}
    assert {path for path, one in numbers.items() if one.learned} == {paths[0], "market.need.cycle"}
    assert "hardly narrower than the prior" in numbers[paths[1]].origin

    def moves(path: str) -> Assumption:
        number = numbers[path]
        return Assumption(path, "", 0.0, 1.0, number.basis, number.origin, 0.0, 1.0, 1.0, 0.1, number.learned)

    leading = tuple(moves(path) for path in ("market.money.goods_cost", *paths))
    found = ProfitAssumptions(with_tests(leading, fitted), 1.0, 10.0, "CNY", 60, 300, 9, "stated")
    assert [bool(one.test) for one in found.leading] == [False, False, True]
    words = assumption_text(found)
    assert "learned from the history, market.people.fit; keeping the prior, market.offers.waiting; " in words
    assert "which no test tells of, market.money.goods_cost. What would narrow market.offers.waiting: holdout" in words
    assert ProfitAssumptions.from_json(found.to_json()) == found
    assert with_tests(leading, question) == leading, "nothing was fitted"
