"""What a file means together with its parents, its market and its variants."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from scenarios import explain, load, load_many, load_market, load_questions
from scenarios.values.beliefs import Belief
from scenarios.values.criteria import Limit
from sim.scenario import After, Range, Rhythm, Who
from tests.scenarios.error_parts import Parts

Write = Callable[..., Path]


def test_a_file_without_variants_has_one_arm(write: Write) -> None:
    question = load(write())
    assert list(question.arms) == ["base"]
    arm = question.arms["base"]
    care = arm.strategy.outreach["care"]
    assert care.who == Who(stage=("first_buyer", "repeater"), tenure=Range(high=90.0))
    assert (care.every, care.at) == (Rhythm(10.0), 20 / 24)
    campaign = arm.strategy.campaigns["rhythm"]
    assert campaign.offer.depth == 0.15
    assert campaign.first == date(2026, 1, 10)
    assert (arm.run.horizon, arm.run.draws, arm.run.replications, arm.run.seed) == (365, 40, 2, 1)
    assert arm.market.spend.mean == 8500
    assert question.compare.kpi == "contribution_profit"


def test_a_child_states_only_what_differs(write: Write) -> None:
    write("shop.toml")
    child = write(
        "child.toml",
        text="""
extends = "shop.toml"
[strategy.outreach.care]
on = [2026-02-01, 2026-03-01]
[strategy.campaigns.rhythm]
offer = { format = "lottery", prizes = [{ chance = "1 %", off = "85 CNY" }] }
[strategy.campaigns.extra]
every = "60 d"
channel = "sms"
offer = { format = "percent", depth = "5 %" }
""",
    )
    question = load(child)
    strategy = question.arms["base"].strategy
    assert strategy.outreach["care"].every is None
    assert strategy.outreach["care"].on == (date(2026, 2, 1), date(2026, 3, 1))
    assert strategy.outreach["care"].channel == "direct"
    assert strategy.campaigns["rhythm"].offer.depth is None
    assert sorted(strategy.campaigns) == ["extra", "rhythm"]
    assert question.name == "Small"
    assert [path.name for path in question.files] == [
        "child.toml",
        "shop.toml",
        "strong_brand.toml",
        "base.toml",
    ]


def test_only_single_values_and_offers_are_replaced_whole(write: Write) -> None:
    """`format` is also the file's version, and `value` also a kind of content."""
    write("shop.toml", text="format = 1\n" + write().read_text())
    text = """
format = 1
extends = "shop.toml"
[market.attention.weight]
value = "x 0.9"
[market.carriers.fast.days]
median = "2 d"
p5 = "1 d"
p95 = "3 d"
[market.fatigue]
half_life = { value = "6 d" }
"""
    question = load(write("child.toml", text=text))
    market = question.arms["base"].market
    assert question.arms["base"].strategy.service.agents == 5
    assert (market.attention.weight.value, market.attention.weight.care) == (0.9, 0.5)
    assert (market.carriers["fast"].days.p5, market.carriers["fast"].cost) == (1.0, 1200)
    assert market.fatigue.half_life == 6.0
    assert question.origins["market.fatigue.half_life"].source is None
    write("child.toml", text=text.replace('{ value = "6 d" }', '{ median = "6 d" }'))
    Parts("child.toml:11: market.fatigue.half_life.p5").raised_by(load, "child.toml")


def test_a_mix_or_an_event_replaces_the_parent_s(write: Write) -> None:
    """A mix, an event to wait for and days by date are whole: nothing of the parent's is left beside them."""
    mixed = {
        'content = "care"': 'mix = { care = "50 %", value = "50 %" }',
        'every   = "10 d"': 'after = { event = "order", wait = "3 d" }',
    }
    write("shop.toml", **mixed)
    add = """
[variants.other]
strategy.outreach.care.mix = { interaction = "100 %" }
strategy.outreach.care.after = { event = "added", wait = "5 d" }
strategy.campaigns.rhythm.on = ["618"]
"""
    strategy = load(write("child.toml", text='extends = "shop.toml"\n' + add)).arms["other"].strategy
    assert strategy.outreach["care"].mix == {"interaction": 1.0}
    assert strategy.outreach["care"].after == After("added", 5)
    rhythm = strategy.campaigns["rhythm"]
    assert (rhythm.on, rhythm.every, rhythm.first) == (("618",), None, None)
    for part, place in (('after = { wait = "5 d" }', "care.after.event"), ("mix = {}", "strategy.outreach.care")):
        path = write("half.toml", text=f'extends = "shop.toml"\n[strategy.outreach.care]\n{part}\n')
        Parts(place).raised_by(load, path)


def test_off_removes_a_programme_and_a_grandchild_brings_it_back(write: Write) -> None:
    write("shop.toml")
    off = write("off.toml", text='extends = "shop.toml"\n[strategy.outreach.care]\noff = true')
    back = write("back.toml", text='extends = "off.toml"\n[strategy.outreach.care]\noff = false')
    assert load(off).arms["base"].strategy.outreach == {}
    assert "care" in load(back).arms["base"].strategy.outreach


def test_a_staff_of_one_kind_takes_the_place_of_another(write: Write) -> None:
    """Agents, shifts and an unlimited desk are alternatives; that it is not unlimited changes nothing."""
    write("shop.toml")
    of = {
        part: load(write("child.toml", text=f'extends = "shop.toml"\n[strategy.service]\n{part}\n')).arms
        for part in ("unlimited = false", "unlimited = true", "shifts = [{ agents = 2 }]")
    }
    staff = {part: next(iter(arms.values())).strategy.service.staff for part, arms in of.items()}
    assert [[shift.agents for shift in shifts] for shifts in staff.values()] == [[5], [], [2]]


def test_what_an_arm_does_not_state_does_not_come_from_another(write: Write) -> None:
    question = load(write(add="\n[variants.a]\n[variants.b]\nstrategy.service.shifts = [{ agents = 1 }]\n"))
    of = {arm: {path: origin for path, _, origin in explain(question, arm)} for arm in ("a", "b")}
    assert of["a"]["strategy.service.hours"].startswith("q.toml")
    assert of["b"]["strategy.service.hours"] == "default"
    assert "strategy.service.shifts" in of["b"]


def test_variants_are_the_arms_and_share_market_and_run(write: Write) -> None:
    add = """
[variants."15 days"]
strategy.campaigns.rhythm.every = "15 d"
[variants.none]
strategy.campaigns.rhythm.off = true
[variants.base]
[variants.gone]
off = true
[compare]
against = "none"
indifference = "5000 CNY"
subject_to = { optout_rate = "< 2 % per 30 d" }
"""
    question = load(write(add=add))
    assert list(question.arms) == ["15 days", "none", "base"]
    assert question.arms["15 days"].strategy.campaigns["rhythm"].every == Rhythm(15.0)
    assert question.arms["none"].strategy.campaigns == {}
    assert question.arms["15 days"].market is question.arms["none"].market
    assert question.compare.indifference == 500000
    assert question.compare.subject_to == {"optout_rate": Limit("< 2 % per 30 d", False, True, 0.02, 30.0)}


def test_uncertain_and_certain_market_values(write: Write) -> None:
    add = """
[market.fatigue]
half_life = "7 d"
cycle_exponent = { value = "60 %", source = "our own test" }
tolerance = { median = 2.0, p5 = 1.0, p95 = 3.0, source = "a guess" }
"""
    question = load(write(add=add))
    market = question.arms["base"].market
    assert (market.fatigue.half_life, market.fatigue.cycle_exponent, market.fatigue.tolerance) == (
        7.0,
        0.6,
        2.0,
    )
    assert "market.fatigue.half_life" not in question.beliefs
    assert "market.fatigue.cycle_exponent" not in question.beliefs
    assert question.beliefs["market.fatigue.tolerance"] == Belief(2.0, 1.0, 3.0, "log", "a guess")
    assert question.beliefs["market.spend.mean"].scale == "log"
    assert question.beliefs["market.lead.first_order_7d"].scale == "logit"


def test_each_value_knows_where_it_was_written(write: Write) -> None:
    write("shop.toml")
    text = 'extends = "shop.toml"\n[variants.a]\n[variants.b]\nstrategy.service.agents = 9\n'
    question = load(write("child.toml", text=text))
    origins = question.origins
    assert str(origins["strategy.service.agents"]) == "shop.toml:22"
    assert str(origins["variants.b.strategy.service.agents"]) == "child.toml:4"
    assert str(origins["market.spend.mean"]).startswith("002_d328a8296ba8a1c4.txt:143 (library/markets/strong_brand")
    assert str(origins["run.start"]) == "shop.toml:26"


def test_the_command_line_may_name_another_market(write: Write, tmp_path: Path) -> None:
    elsewhere = tmp_path / "fitted" / "market.toml"
    elsewhere.parent.mkdir()
    elsewhere.write_text("[market.spend]\nmean = '12 CNY'\n")
    path = write(add="[market.lead]\nhot_half_life = '2 d'")
    market = load(path, market=str(elsewhere)).arms["base"].market
    assert (market.spend.mean, market.lead.hot_half_life, market.start_with) == (1200, 2.0, 0)
    assert load(path, market="library:base").arms["base"].market.spend.mean == 8500


def test_a_market_extends_the_base_unless_from_is_none(write: Write) -> None:
    write("m.toml", text="[market.spend]\nmean = '12 CNY'\n")
    assert load_market("m.toml").market.spend.mean == 1200
    write("m.toml", text="[market]\nfrom = 'none'\n[market.spend]\nmean = '12 CNY'\n")
    Parts("m.toml:1: market.timezone").raised_by(load_market, "m.toml")


def test_files_as_arms(write: Write) -> None:
    one = write("one.toml")
    two = write("two.toml", **{'"Small"': '"More agents"', "agents = 5": "agents = 8"})
    question = load_many([one, two])
    assert list(question.arms) == ["Small", "More agents"]
    assert [arm.strategy.service.agents for arm in question.arms.values()] == [5, 8]
    assert str(question.origins["variants.More agents.strategy.service.agents"]) == "two.toml:22"
    assert load_many([one]).name == "Small"


CUSTOMERS = {
    "identity": np.array([1, 2], dtype=np.uint64),
    "orders": [1, 3],
    "age": [10.0, 90.5],
    "recency": [10.0, 5.0],
    "spent": [8500, 20000],
    "spend_orders": [1, 3],
}


def test_the_shop_s_own_customers(write: Write, project: Path) -> None:
    pd.DataFrame(CUSTOMERS).to_parquet("customers.parquet")
    path = write(**{'from = "library:strong_brand"': 'customers = "customers.parquet"'})
    question = load(path)
    customers = question.arms["base"].customers
    assert customers is not None
    assert customers.identity.dtype == np.uint64
    assert customers.spent.tolist() == [8500, 20000]
    assert question.customers_path == (project / "customers.parquet").resolve()


@pytest.mark.parametrize(
    ("change", "parts"),
    [
        ({"orders": [0, 1]}, Parts(got="{'orders': 0", expected="orders")),
        ({"recency": [10.0, 91.0]}, Parts(got="{'orders': 3", expected="age")),
        ({"spend_orders": [2, 0]}, Parts(got="{'orders': 1", expected="orders")),
        ({"age": [np.nan, 1.0]}, Parts(expected="float64")),
        ({"orders": ["a", "b"]}, Parts(expected="int64")),
        ({"identity": np.array([7, 7], dtype=np.uint64)}, Parts()),
        ({"spent": None}, Parts(got="identity, orders, age, recency, spend_orders", expected="recency, spent")),
    ],
)
def test_impossible_customers(write: Write, change: dict[str, object], parts: Parts) -> None:
    table = pd.DataFrame({**CUSTOMERS, **change})
    table = table.drop(columns=[name for name, value in change.items() if value is None])
    table.to_parquet("customers.parquet")
    path = write(**{'from = "library:strong_brand"': 'customers = "customers.parquet"'})
    error = parts.raised_by(load, path)
    assert error.place == "q.toml:4: market.customers"


def test_tables_that_cannot_be_read(write: Write) -> None:
    Path("bad.parquet").write_bytes(b"not parquet")
    line = 'from = "library:strong_brand"'
    customers, posterior = Parts("q.toml:4: market.customers"), Parts("q.toml:4: market.posterior")
    customers.raised_by(load, write(**{line: 'customers = "bad.parquet"'}))
    pd.DataFrame(CUSTOMERS).iloc[:0].to_parquet("empty.parquet")
    customers.raised_by(load, write(**{line: 'customers = "empty.parquet"'}))
    pd.DataFrame(CUSTOMERS).to_parquet("customers.parquet")
    both = Parts("q.toml:5: market.customers", "both", "start_with")
    both.raised_by(load, write(**{line: line + '\ncustomers = "customers.parquet"'}))
    pd.DataFrame({"market.spend.men": [1.0]}).to_parquet("p.parquet")
    nearest = posterior._replace(got="'market.spend.men'", expected="'market.spend.mean'")
    nearest.raised_by(load, write(**{line: 'posterior = "p.parquet"'}))
    pd.DataFrame({"market.spend.mean": [np.inf]}).to_parquet("p.parquet")
    assert "market.spend.mean" in posterior.raised_by(load, write(**{line: 'posterior = "p.parquet"'})).problem


QUESTION = 'extends = "library:shop"\n[run]\nstart = 2026-01-01\n'


def test_a_folders_questions_are_neither_its_markets_nor_plans_nor_copies(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for name, text in {
        "asks.toml": QUESTION,
        "below/asks_too.toml": QUESTION + '[expect.x]\nkpi = "ltv"\nbetween = ["0 CNY", "9 CNY"]\n',
        "market.toml": 'extends = "library:base"\n[market]\nstart_with = 10\n',
        "plan.toml": 'scenario = "asks.toml"\n[sweep]\ndesign = "nothing"\n',
        "out/asks/scenarios/1-base.toml": QUESTION,
        "out/asks/manifest.json": "{}",
    }.items():
        Path(name).parent.mkdir(parents=True, exist_ok=True)
        Path(name).write_text(text, encoding="utf-8")
    assert [question.path.name for question in load_questions(["."])] == ["asks.toml", "asks_too.toml"]
    assert [question.path.name for question in load_questions(["asks.toml"])] == ["asks.toml"]
    Parts("out", "", "[run]").raised_by(load_questions, ["out"])
    Parts("market.toml:1: run.start").raised_by(load_questions, ["market.toml"])


def test_the_strategy_of_today_is_the_file_without_its_variants(write: Callable[..., Path]) -> None:
    shop = write("shop.toml")
    child = 'extends = "shop.toml"\nname = "Child"\n[strategy.service]\nagents = 7\n'
    one = load(write(text=child + "[variants.more]\nstrategy.service.agents = 9\n"))
    assert one.today is not None
    assert one.today.service.agents == 7
    assert one.own_strategy.strategy.service.agents == 9, "of one arm alone, that of the arm"
    both = load(write(text=child + "[variants.more]\nstrategy.service.agents = 9\n[variants.same]\n"))
    assert both.own_strategy.strategy == both.today == both.arms["same"].strategy
    halves = '[strategy.campaigns.half]\nchannel = "direct"\nevery = "30 d"\n'
    offers = (
        f'[variants.{arm}.strategy.campaigns.half]\noffer = {{ format = "percent", depth = "{arm}0 %" }}\n'
        for arm in "12"
    )
    parts = load(write(text=child + halves + "".join(offers)))
    assert parts.today == load(shop).today, "what only variants complete is left to the file that is extended"
