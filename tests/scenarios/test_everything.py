"""One file with every key, read, changed by its paths, explained and written back."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from scenarios import (
    belief_table,
    explain,
    get,
    list_paths,
    load,
    resolved_toml,
    run_key,
    schema,
    with_values,
)
from sim.scenario import (
    After,
    BigDate,
    Campaign,
    Day,
    Limits,
    Offer,
    Outreach,
    Range,
    Rhythm,
    Scenario,
    Welcome,
    Who,
)
from sim.scenario.strategy_function import Actions
from tests.scenarios.error_parts import Parts

Write = Callable[..., Path]

EVERYTHING = Path(__file__).with_name("everything.toml").read_text(encoding="utf-8")


@pytest.fixture
def scenario(write: Write) -> Scenario:
    return load(write(text=EVERYTHING)).arms["base"]


def test_the_market_is_read(scenario: Scenario) -> None:
    market = scenario.market
    assert market.need.season.yearly[:2] == (1.1, 0.9)
    assert market.need.season.dates == {
        "shopping": BigDate(("618", date(2026, 9, 1), "double_11"), 3, 2.0),
        "home": BigDate(("chinese_new_year",), 7, 0.4),
    }
    assert market.people.interests == {"tea": 0.3, "books": 0.2}
    assert market.extra == {"rain_lift": 0.2, "rain_days": 3.0}
    assert market.attention.golden_hours == ((6.5 / 24, 9 / 24), (20 / 24, 1.0))
    assert (market.media["group"].leaves, market.media["group"].limit_per_30d) == ("contact", 4)
    assert (market.media["direct"].limit_per_day, market.media["direct"].limit_per_30d) == (1, 4)


def test_the_programmes_are_read(scenario: Scenario) -> None:
    strategy = scenario.strategy
    assert strategy.acquisition["store_orders"].hook == Offer(
        "trial", price=990, value=2900, valid=14.0, first_order_only=True
    )
    assert strategy.welcome == Welcome(0.25, Offer("amount", off=500, valid=7.0, stock=100, budget=40000))
    assert strategy.limits == Limits(1, 8, 2, (22 / 24, 8 / 24), 10000.0)
    assert strategy.outreach["wake_up"] == Outreach(
        channel="direct",
        content="offer",
        after=After("interaction", 3),
        who=Who(engaged=("silent",), tier=("potential", "active"), rfm=("general",), tag=("tea",)),
        at=19.5 / 24,
        items=2,
        style="personal",
        topic="tea",
        testimony=True,
        offer=Offer("percent", depth=0.1, valid=5.0, stacks=True),
        holdout=0.1,
    )
    mix = {"value": 0.7, "interaction": 0.2, "offer": 0.1}
    on: tuple[Day, ...] = ("womens_day", date(2026, 4, 1), date(2026, 5, 20))
    assert strategy.outreach["mixed"] == Outreach(channel="moments", on=on, mix=mix)
    assert strategy.campaigns["big"] == Campaign(
        Offer("flash", depth=0.3, stock=50, claimed=0.4),
        "group",
        on=("618", "double_11"),
        lasts=3.0,
        phases=("launch", "proof", "deadline"),
        content=("offer", "interaction"),
        at=8 / 24,
        budget=500000,
        prepare=7.0,
        joint_design=True,
        commission=0.2,
    )


def test_it_is_the_same_once_written_and_read(write: Write, project: Path) -> None:
    question = load(write(text=EVERYTHING))
    scenario = question.arms["base"]
    (project / "r.toml").write_text(resolved_toml(scenario, question), encoding="utf-8")
    again = load("r.toml")
    assert again.arms["base"] == scenario
    assert again.beliefs == question.beliefs
    assert run_key(again.arms["base"]) == run_key(scenario)


def test_every_number_of_the_market_may_have_a_belief(write: Write) -> None:
    question = load(write(text=EVERYTHING))
    table = belief_table(question, 3)
    paths = ["market.extra.rain_lift", "market.people.interests.tea", "market.need.season.dates.shopping.multiplier"]
    assert set(paths) <= set(table.columns)
    assert "market.extra.rain_days" not in table
    assert (table[paths].nunique() == 3).all()
    drawn = with_values(question.arms["base"], {str(path): float(table[path][2]) for path in table.columns})
    assert drawn.market.extra["rain_lift"] == table["market.extra.rain_lift"][2]


def test_numbers_are_changed_by_their_paths(scenario: Scenario) -> None:
    changes = {
        "market.media.group.suits.interaction": 2.0,
        "market.media.group.limit_per_30d": 9,
        "market.engagement.silent_after": 5,
        "market.extra.rain_days": 4.0,
        "market.need.season.dates.home.days": 9,
        "market.offers.effort.gift": 0.5,
        "strategy.welcome.push": 1.0,
        "strategy.welcome.offer.off": 900,
        "strategy.limits.contact_gap": 4,
        "strategy.limits.discount_budget": 5.0,
        "strategy.outreach.wake_up.after.wait": 9,
        "strategy.outreach.wake_up.offer.depth": 0.2,
        "strategy.outreach.mixed.mix.offer": 0.2,
        "strategy.acquisition.store_orders.hook.price": 100,
        "strategy.campaigns.big.offer.claimed": 0.5,
    }
    changed = with_values(scenario, changes)
    differ = {path for path in list_paths(scenario) if get(scenario, path) != get(changed, path)}
    assert differ == set(changes)
    assert all(get(changed, path) == value for path, value in changes.items())
    assert isinstance(changed.market.engagement.silent_after, int)
    no_path = "mixed.offer.depth", "mixed.after.wait", "mixed.offer"
    no_number = "wake_up.testimony", "wake_up.after.event"
    for path in (*no_path, *no_number):
        Parts(path).raised_by(with_values, scenario, {f"strategy.outreach.{path}": 1.0})
    for path in ("strategy.limits.quiet", "market.attention.golden_hours"):
        Parts(path, "1.0").raised_by(with_values, scenario, {path: 1.0})


def test_absent_values_have_no_paths(write: Write) -> None:
    paths = list_paths(load(write()).arms["base"])
    assert not [path for path in paths if path.startswith(("strategy.welcome", "strategy.outreach.care.after"))]
    assert "strategy.campaigns.rhythm.offer.depth" in paths


def test_explain_shows_each_in_the_file_s_notation(write: Write) -> None:
    rows = {path: text for path, text, _ in explain(load(write(text=EVERYTHING)))}
    assert rows["market.need.season.dates.shopping.on"] == "[618, 2026-09-01, double_11]"
    assert rows["market.need.season.dates.shopping.multiplier"] == "x 2 (x 1.2 to x 4)"
    assert rows["market.attention.golden_hours"] == "[06:30-09:00, 20:00-24:00]"
    assert rows["market.engagement.silent_after"] == "3 d"
    assert rows["strategy.limits.quiet"] == "22:00-08:00"
    assert rows["strategy.outreach.wake_up.after.wait"] == "3 d"
    assert rows["strategy.outreach.wake_up.testimony"] == "true"
    assert "strategy.outreach.mixed.offer.depth" not in rows


def test_days_and_content_of_a_child_replace_those_of_its_parent(write: Write) -> None:
    write("parent.toml", text=EVERYTHING)
    child = 'extends = "parent.toml"\n[strategy.outreach.wake_up]\n'
    changes: dict[str, dict[str, Any]] = {
        'every = "9 d"': {"every": Rhythm(9.0), "after": None},
        'on = "618"': {"on": ("618",), "after": None},
        'after = { event = "order", wait = "5 d" }': {"after": After("order", 5), "every": None},
        'mix = { value = "80 %", offer = "20 %" }': {"mix": {"value": 0.8, "offer": 0.2}, "content": None},
        'content = "offer"': {"content": "offer", "mix": {}},
        'who = { recency = "> 9 d" }': {"content": "offer", "after": After("interaction", 3)},
    }
    for text, stated in changes.items():
        programme = load(write("child.toml", text=child + text)).arms["base"].strategy.outreach["wake_up"]
        assert {key: getattr(programme, key) for key in stated} == stated, text
    assert programme.who.recency == Range(low=9.0, low_open=True)
    text = child.replace("wake_up", "mixed") + 'mix.value = "80 %"\nmix.interaction = "20 %"\n'
    mixed = load(write("child.toml", text=text)).arms["base"].strategy.outreach["mixed"]
    assert mixed.mix == {"value": 0.8, "interaction": 0.2}


def test_programmes_may_be_named_like_keys(write: Write) -> None:
    write("parent.toml", text=EVERYTHING.replace("outreach.mixed", "outreach.mix"))
    child = '[strategy.outreach.content]\nevery = "9 d"\nchannel = "sms"\ncontent = "offer"\n'
    question = load(write("child.toml", text='extends = "parent.toml"\n' + child))
    assert sorted(question.arms["base"].strategy.outreach) == ["content", "mix", "wake_up"]


def test_python_functions_are_part_of_a_run_s_key(scenario: Scenario) -> None:
    def idle(view: Any, memory: dict[str, Any]) -> tuple[Actions, dict[str, Any]]:
        return Actions(), memory

    ways = [("a", "1"), ("a", "2"), ("b", "1")]
    keys = {run_key(scenario.with_programme(name, idle, version=version)) for name, version in ways}
    assert len(keys | {run_key(scenario)}) == 4


def test_changes_of_market_and_programmes_change_the_key(scenario: Scenario) -> None:
    season = dataclasses.replace(scenario.market.need.season, dates={})
    need = dataclasses.replace(scenario.market.need, season=season)
    others = [
        dataclasses.replace(scenario, market=dataclasses.replace(scenario.market, need=need)),
        dataclasses.replace(scenario, strategy=dataclasses.replace(scenario.strategy, welcome=None)),
        with_values(scenario, {"market.extra.rain_days": 4.0}),
    ]
    assert len({run_key(one) for one in [scenario, *others]}) == 4


def matches(rule: dict[str, Any], value: object) -> bool:
    """Whether a plain value fits a schema, as far as this schema uses JSON Schema."""
    if "$ref" in rule:
        rule = schema()["$defs"]["strategy"]
    if "anyOf" in rule:
        return any(matches(one, value) for one in rule["anyOf"])
    if "enum" in rule or "const" in rule:
        return value in rule.get("enum", [rule.get("const")])
    if isinstance(value, dict):
        names, rest = rule.get("properties", {}), rule.get("additionalProperties", {})
        stated = [(names.get(key, rest), inner) for key, inner in value.items()]
        return rule["type"] == "object" and all(one is not False and matches(one, inner) for one, inner in stated)
    if isinstance(value, list):
        return rule.get("type") == "array" and all(matches(rule["items"], inner) for inner in value)
    if isinstance(value, str | date):
        value = str(value)
        return "string" in rule.get("type", "") and re.search(rule.get("pattern", ""), value) is not None
    kinds = {bool: ("boolean",), int: ("integer", "number"), float: ("number",)}[type(value)]
    return any(kind in kinds for kind in ([rule["type"]] if isinstance(rule["type"], str) else rule["type"]))


def test_the_schema_accepts_the_file_and_refuses_another() -> None:
    import tomllib

    tree, whole = tomllib.loads(EVERYTHING), schema()
    assert matches(whole, tree)
    for path, value in {
        "strategy.outreach.wake_up.after": "3 d",
        "strategy.outreach.wake_up.after.event": "birth",
        "strategy.limits.quiet": "always",
        "strategy.campaigns.big.on": ["easter"],
        "strategy.campaigns.big.joint_design": "yes",
        "market.people.interests.tea": 0.3,
        "market.extra.rain_days": "3 d",
        "market.attention.golden_hours": ["dawn"],
    }.items():
        wrong = tomllib.loads(EVERYTHING)
        *parents, last = path.split(".")
        branch = wrong
        for part in parents:
            branch = branch[part]
        branch[last] = value
        assert not matches(whole, wrong), path
