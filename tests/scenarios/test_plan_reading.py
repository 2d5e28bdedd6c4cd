"""Plan files: what may vary, over which values, and the parts of the error for each mistake."""
# ruff: noqa: E501

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings, strategies as st

from scenarios import load, load_plan, place_point, validate, with_draw
from scenarios.plans.plan_reading import Plan
from scenarios.values.paths import find
from sim.scenario import Offer, Rhythm
from tests.scenarios.error_parts import Parts

Write = Callable[..., Path]

PLAN = """\
scenario = "q.toml"

[sweep]
design = "latin"
points = 20
kpis   = ["contribution_profit", "ltv"]

[sweep.vary]
"strategy.campaigns.rhythm.every" = { low = "7 d", high = "60 d", scale = "log" }
strategy.service.agents           = { values = [4, 5, 6, 8] }
"market.fatigue.half_life"        = "belief"
"""
OFFERS = (
    '{ format = "percent", depth = "10 %" }, { format = "threshold", steps = [{ spend = "200 CNY", off = "30 CNY" }] }'
)
ARMS = """
[variants.deep]
strategy.campaigns.rhythm.offer = { format = "percent", depth = "30 %" }
[variants.often]
strategy.campaigns.rhythm.every = "10 d"
strategy.outreach.news = { channel = "direct", content = "value", every = "20 d" }
"""


@pytest.fixture
def plan(write: Write) -> Callable[..., Path]:
    """A plan beside the small scenario, its text changed by (old, new) pairs."""

    def plan(*changes: tuple[str, str], arms: str = "") -> Path:
        write(add=arms)
        text = PLAN
        for old, new in changes:
            assert old in text
            text = text.replace(old, new)
        return write("plan.toml", text)

    return plan


def vary(line: str) -> tuple[str, str]:
    """A further line of [sweep.vary]."""
    return '"market.fatigue.half_life"        = "belief"', f'"market.fatigue.half_life" = "belief"\n{line}'


def test_a_plan_is_read(plan: Callable[..., Path]) -> None:
    read = load_plan(plan())
    assert (read.name, read.design, read.points, read.seed, read.sensitivity) == ("plan", "latin", 20, 1, True)
    assert (read.draws, read.replications, read.arms) == (40, 2, ["base"])
    assert read.kpis == ("contribution_profit", "ltv")
    assert [axis.path for axis in read.axes] == [
        "strategy.campaigns.rhythm.every",
        "strategy.service.agents",
        "market.fatigue.half_life",
    ]
    assert read.source_text == PLAN


def test_the_axes_run_over_their_ranges(plan: Callable[..., Path]) -> None:
    every, agents, half_life = load_plan(plan()).axes
    assert every.at(0.0) == Rhythm(7.0)
    assert every.at(0.5).value == pytest.approx((7 * 60) ** 0.5)
    assert every.at(1.0) == Rhythm(60.0)
    assert [agents.at(u) for u in (0.0, 0.24, 0.26, 0.74, 0.76, 1.0)] == [4, 4, 5, 6, 8, 8]
    belief = load(plan().with_name("q.toml")).beliefs["market.fatigue.half_life"]
    assert [half_life.at(u) for u in (0.05, 0.5, 0.95)] == pytest.approx([belief.p5, belief.median, belief.p95])
    assert [half_life.level(share) for share in (0.0, 1.0)] == pytest.approx([belief.p5, belief.p95])
    assert every.text(every.cell(every.at(0.5))) == "20.5 d"
    assert agents.text(agents.cell(8)) == "8"


def test_whole_numbers_are_equally_likely(write: Write) -> None:
    axis = stated(write, {"strategy.service.agents": {"low": 3, "high": 7}}).axes[0]
    drawn = [axis.at((i + 0.5) / 1000) for i in range(1000)]
    assert {value: drawn.count(value) for value in set(drawn)} == dict.fromkeys(range(3, 8), 200)
    assert all(isinstance(value, int) for value in drawn)


def stated(write: Write, varied: dict[str, Any], **sweep: Any) -> Plan:
    """A plan that is stated in Python."""
    write()
    return load_plan({"scenario": "q.toml", "sweep": {"design": "latin", "points": 4, "vary": varied, **sweep}})


def test_tables_and_other_values_vary_as_well(write: Write) -> None:
    offers = [{"format": "percent", "depth": "10 %"}, {"format": "amount", "off": "20 CNY"}]
    values: dict[str, list[Any]] = {
        "strategy.campaigns.rhythm.offer": offers,
        "strategy.campaigns.rhythm.phases": [["launch"], ["launch", "proof"]],
        "strategy.campaigns.rhythm.every": ["30 d", "1.5 shop cycles"],
        "strategy.outreach.care.content": ["care", "value"],
        "strategy.campaigns.rhythm.joint_design": [False, True],
        "strategy.service.hours": ["09:00-21:00", "00:00-24:00"],
        "strategy.limits.touches_per_day": [1, 2],
    }
    plan = stated(write, {path: {"values": listed} for path, listed in values.items()})
    first = {axis.path: axis.values[0] for axis in plan.axes}
    last = {axis.path: axis.values[-1] for axis in plan.axes}
    assert last["strategy.campaigns.rhythm.offer"] == Offer.amount(2000)
    assert last["strategy.campaigns.rhythm.every"] == Rhythm(1.5, "shop_cycle")
    scenario = plan.arm_scenarios["base"]
    for point in (first, last):
        assert {path: find(place_point(scenario, point), path)[0] for path in point} == point
    assert [axis.cell(axis.values[1]) for axis in plan.axes] == [
        "amount, off 20 CNY",
        "[launch; proof]",
        "1.5 shop cycles",
        "value",
        "true",
        "00:00-24:00",
        2,
    ]
    assert [axis.numeric for axis in plan.axes] == [False] * 6 + [True]


def test_a_key_that_the_file_leaves_out_may_vary(write: Write) -> None:
    plan = stated(write, {"strategy.campaigns.rhythm.budget": {"low": "100 CNY", "high": "900 CNY"}})
    assert plan.arm_scenarios["base"].strategy.campaigns["rhythm"].budget is None
    point = {"strategy.campaigns.rhythm.budget": plan.axes[0].at(0.5)}
    assert place_point(plan.arm_scenarios["base"], point).strategy.campaigns["rhythm"].budget == 50_000


def test_shifts_take_the_place_of_agents_and_back(write: Write) -> None:
    lists = {"values": [[{"agents": 1}], [{"agents": 2, "hours": "09:00-12:00"}]]}
    plan = stated(write, {"strategy.service.shifts": lists})
    put = place_point(plan.arm_scenarios["base"], {"strategy.service.shifts": plan.axes[0].values[1]})
    assert [shift.agents for shift in put.strategy.service.staff] == [2]
    back = place_point(put, {"strategy.service.agents": 3})
    assert [shift.agents for shift in back.strategy.service.staff] == [3]
    free = place_point(put, {"strategy.service.unlimited": True})
    assert free.strategy.service.staff == ()


@settings(max_examples=60, deadline=None)
@given(shares=st.lists(st.floats(0.0, 1.0), min_size=4, max_size=4))
def test_a_placed_point_gives_back_its_values(shares: list[float]) -> None:
    """The scenario has the values of the point, and nothing else has changed."""
    point = {axis.path: axis.at(u) for axis, u in zip(PROPERTY_PLAN.axes, shares, strict=True)}
    scenario = PROPERTY_PLAN.arm_scenarios["15 days"]
    put = with_draw(place_point(scenario, point), point, {"market.fatigue.half_life": 4.0, "market.spend.mean": 9000.0})
    assert {path: find(put, path)[0] for path in point} == point
    assert put.market.spend.mean == 9000
    old = {path: find(scenario, path)[0] for path in point} | {"market.spend.mean": scenario.market.spend.mean}
    back = place_point(put, {path: value for path, value in old.items() if value is not None})
    assert replace(back, market=scenario.market).strategy == scenario.strategy
    assert back.market == scenario.market


PROPERTY_PLAN = load_plan(
    {
        "scenario": "library:campaign_rhythm",
        "sweep": {
            "design": "latin",
            "points": 2,
            "variants": ["15 days"],
            "vary": {
                "strategy.campaigns.rhythm.every": {"low": "7 d", "high": "60 d", "scale": "log"},
                "strategy.campaigns.rhythm.offer.depth": {"low": "5 %", "high": "35 %"},
                "strategy.service.agents": {"low": 2, "high": 9},
                "market.fatigue.half_life": "belief",
            },
        },
    }
)


def test_variants_choose_arms(plan: Callable[..., Path]) -> None:
    changes = (("points = 20", 'points = 20\nvariants = ["deep"]'),)
    assert load_plan(plan(*changes, arms=ARMS)).arms == ["deep"]


def test_a_plan_from_python_is_the_plan_of_its_text(write: Write, project: Path) -> None:
    varied = {"strategy.service.agents": {"values": [4, 5]}, "market.fatigue.half_life": "belief"}
    plan = stated(write, varied, draws=3)
    (project / "again.toml").write_text(plan.source_text, encoding="utf-8")
    again = load_plan(project / "again.toml")
    assert (again.axes, again.draws, again.kpis) == (plan.axes, plan.draws, plan.kpis)
    asked = load(project / "q.toml")
    assert load_plan({"scenario": asked, "sweep": {"design": "grid", "vary": varied}}).points == 10


def test_a_plain_function_has_parameters(project: Path) -> None:
    vary = {"x": {"low": 1, "high": 100, "scale": "log"}, "kind": {"values": ["a", True, 2.5]}}
    plan = load_plan({"name": "Plain", "sweep": {"design": "grid", "levels": 3, "vary": vary}})
    assert (plan.question, plan.arms, plan.draws, plan.replications, plan.kpis) == (None, ["base"], 1, 1, ())
    assert plan.axis("x").at(0.5) == pytest.approx(10.0)
    assert (plan.points, plan.name, plan.axis("kind").texts) == (9, "Plain", ("a", "true", "2.5"))


def test_a_posterior_column_is_its_own_distribution(write: Write, project: Path) -> None:
    table = pd.DataFrame({"market.spend.mean": [8000.0, 9000.0, 10000.0]})
    table.to_parquet(project / "draws.parquet")
    write("m.toml", 'extends = "library:strong_brand"\n[market]\nposterior = "draws.parquet"\n')
    write("f.toml", 'extends = "q.toml"\n[market]\nfrom = "m.toml"\n')
    write()
    body = {"design": "latin", "points": 4, "vary": {"market.spend.mean": "belief"}}
    axis = load_plan({"scenario": "f.toml", "sweep": body}).axes[0]
    assert [axis.at(u) for u in (0.0, 0.25, 0.5, 1.0)] == [8000, 8500, 9000, 10000]
    assert load_plan({"scenario": "q.toml", "sweep": body}, market="m.toml").axes == (axis,)


# --- points of a file ------------------------------------------------------------------------------

CSV = """\
strategy.campaigns.rhythm.every,strategy.service.agents,strategy.campaigns.rhythm.offer
10 d,5,"{ format = ""percent"", depth = ""10 %"" }"
1.5 shop cycles,8,"{ format = ""amount"", off = ""20 CNY"" }"

30 d,5,"{ format = ""percent"", depth = ""10 %"" }"
"""
FILE = 'scenario = "q.toml"\n[sweep]\ndesign = "file"\nfile = "NAME"\n'


def in_file(write: Write, text: str, name: str = "points.csv") -> Path:
    write()
    write(name, text)
    return write("plan.toml", FILE.replace("NAME", name))


def test_points_from_csv_are_in_the_files_notation(write: Write) -> None:
    plan = load_plan(in_file(write, CSV))
    assert plan.points == 3
    assert plan.rows[1] == {
        "strategy.campaigns.rhythm.every": Rhythm(1.5, "shop_cycle"),
        "strategy.service.agents": 8,
        "strategy.campaigns.rhythm.offer": Offer.amount(2000),
    }
    assert [axis.numeric for axis in plan.axes] == [False, True, False]
    assert plan.axes[2].texts == ("percent, depth 10 %", "amount, off 20 CNY")


def test_points_from_parquet_are_in_stored_units(write: Write, project: Path) -> None:
    columns = {"strategy.campaigns.rhythm.every": [10.0, 20.0], "strategy.campaigns.rhythm.offer.depth": [0.1, 0.3]}
    pd.DataFrame({**columns, "strategy.outreach.care.content": ["care", "value"]}).to_parquet(project / "p.parquet")
    write()
    plan = load_plan(write("plan.toml", FILE.replace("NAME", "p.parquet")))
    assert plan.rows[1] == {
        "strategy.campaigns.rhythm.every": Rhythm(20.0),
        "strategy.campaigns.rhythm.offer.depth": 0.3,
        "strategy.outreach.care.content": "value",
    }
    assert [axis.numeric for axis in plan.axes] == [True, True, False]


@pytest.mark.parametrize(
    ("old", "new", "parts"),
    [
        ("30 d,5", "30 d,5.5", Parts("points.csv:5: strategy.service.agents", "5.5")),
        ("30 d,5", "30 d,", Parts("points.csv:5: strategy.service.agents", "''", "5")),
        ("30 d,5", "30,5", Parts("points.csv:5: strategy.campaigns.rhythm.every", "30")),
        ("30 d,5", "30 d", Parts("points.csv:5: row", "2", "3")),
        ("30 d,5", '"30 d,5', Parts("points.csv:5: row")),
        ("agents", "agnets", Parts("points.csv:1: strategy.service.agnets", "'strategy.service.agnets'", "'strategy.service.agents'")),
        ("strategy.service.agents", "strategy.campaigns.rhythm.every", Parts("points.csv:1: columns", "'strategy.campaigns.rhythm.every'")),
        ("strategy.service.agents", "run.seed", Parts("points.csv:1: run.seed", "'run.seed'")),
        ("20 CNY", "20 EUR", Parts("points.csv:3: strategy.campaigns.rhythm.offer.off", "'20 EUR'")),
        (CSV[CSV.index("10 d") :], "", Parts("points.csv:1")),
        (CSV, "", Parts("points.csv:1")),
    ],
)  # fmt: skip
def test_wrong_points(write: Write, old: str, new: str, parts: Parts) -> None:
    assert old in CSV
    parts.raised_by(load_plan, in_file(write, CSV.replace(old, new)))


def test_wrong_numbers_in_parquet(write: Write, project: Path) -> None:
    pd.DataFrame({"strategy.campaigns.rhythm.offer.depth": [0.1, 3.0]}).to_parquet(project / "p.parquet")
    write()
    path = write("plan.toml", FILE.replace("NAME", "p.parquet"))
    Parts("p.parquet:2: strategy.campaigns.rhythm.offer.depth", "3.0 fraction", "0 % to 95 %").raised_by(
        load_plan, path
    )


# --- every mistake ---------------------------------------------------------------------------------

EVERY = '{ low = "7 d", high = "60 d", scale = "log" }'
AT = "sweep.vary.'strategy.campaigns.rhythm.every'"
WRONG = [
    ("[sweep]", "[sweeep]", Parts("plan.toml:3: sweeep", "'sweeep'", "'sweep'")),
    ('scenario = "q.toml"', 'scenario = "none.toml"', Parts("plan.toml:1: scenario", "'none.toml'")),
    ('scenario = "q.toml"', 'scenario = "../../q.toml"', Parts("plan.toml:1: scenario", "'../../q.toml'")),
    ('scenario = "q.toml"', 'scenario = "library:shpo"', Parts("plan.toml:1: scenario", "'shpo'", "'shop'")),
    ('scenario = "q.toml"', 'scenario = "q.toml"\nformat = 2', Parts("plan.toml:2: format", "2", "1")),
    ('scenario = "q.toml"', 'scenario = "q.toml"\nname = 2', Parts("plan.toml:2: name", "2")),
    ("points = 20", "points = 20\npoint = 3", Parts("plan.toml:6: sweep.point", "'point'", "'points'")),
    ('design = "latin"', "", Parts("plan.toml:3: sweep.design")),
    ('design = "latin"', 'design = "latn"', Parts("plan.toml:4: sweep.design", "'latn'", "'latin'")),
    ('design = "latin"', 'design = "grid"', Parts("plan.toml:5: sweep.points", "grid")),
    ('design = "latin"', 'design = "file"', Parts("plan.toml:5: sweep.points", "file")),
    ("points = 20", "", Parts("plan.toml:3: sweep.points", "", "128")),
    ("points = 20", "points = 20\nlevels = 3", Parts("plan.toml:6: sweep.levels", "latin")),
    ("points = 20", 'points = 20\nfile = "a.csv"', Parts("plan.toml:6: sweep.file", "latin")),
    ("points = 20", "points = 1", Parts("plan.toml:5: sweep.points", "1", "2 to 1000000")),
    ("points = 20", 'points = "20"', Parts("plan.toml:5: sweep.points", "'20'", "5")),
    ('"latin"\npoints = 20', '"sobol"\npoints = 200', Parts("plan.toml:5: sweep.points", "200", "128 or 256")),
    ('"latin"\npoints = 20', '"sobol"\npoints = 262144', Parts("plan.toml:5: sweep.points", "1,572,864", "1,000,000")),
    ('"latin"\npoints = 20', '"morris"\npoints = 20\nlevels = 5', Parts("plan.toml:6: sweep.levels", "5")),
    ('"latin"\npoints = 20', '"grid"\nlevels = 1', Parts("plan.toml:5: sweep.levels", "1", "2 to 100")),
    ("points = 20", "points = 20\ndraws = 0", Parts("plan.toml:6: sweep.draws", "0", "1 to 100000")),
    ("points = 20", "points = 20\nreplications = 0.5", Parts("plan.toml:6: sweep.replications", "0.5", "1 to 65535")),
    ("points = 20", "points = 20\nseed = -1", Parts("plan.toml:6: sweep.seed", "-1")),
    ('"ltv"', '"lvt"', Parts("plan.toml:6: sweep.kpis", "'lvt'", "'ltv'")),
    ('["contribution_profit", "ltv"]', "3", Parts("plan.toml:6: sweep.kpis", "3")),
    ("points = 20", 'points = 20\nvariants = ["deep"]', Parts("plan.toml:6: sweep.variants", "'deep'")),
    ("points = 20", "points = 20\nanalyse = { sensitivity = 'sobol' }", Parts("plan.toml:6: sweep.analyse.sensitivity", "'sobol'")),
    ("points = 20", "points = 20\nanalyse = { failure = true }", Parts("plan.toml:6: sweep.analyse.failure", "'failure'")),
    (PLAN[PLAN.index("[sweep.vary]") :], "[sweep.vary]\n", Parts("plan.toml:8: sweep.vary", "nothing")),
    (PLAN[PLAN.index("[sweep.vary]") :], "", Parts("plan.toml:3: sweep.vary")),
    (EVERY, "3", Parts(f"plan.toml:9: {AT}", "3")),
    (EVERY, "{}", Parts(f"plan.toml:9: {AT}", "{}")),
    (EVERY, '"belief"', Parts(f"plan.toml:9: {AT}", "'belief'")),
    (EVERY, '{ low = "7 d" }', Parts(f"plan.toml:9: {AT}.high")),
    (EVERY, '{ low = "7 d", hihg = "9 d" }', Parts(f"plan.toml:9: {AT}.hihg", "'hihg'", "'high'")),
    (EVERY, '{ low = "7 d", values = ["9 d"] }', Parts(f"plan.toml:9: {AT}.low", "'low'")),
    (EVERY, '{ low = "9 d", high = "9 d" }', Parts(f"plan.toml:9: {AT}", "'9 d', '9 d'")),
    (EVERY, '{ low = "7 d", high = "60 d", scale = "ln" }', Parts(f"plan.toml:9: {AT}.scale", "'ln'")),
    (EVERY, '{ low = "7", high = "60 d" }', Parts(f"plan.toml:9: {AT}.low", "'7'")),
    (EVERY, '{ low = "1 own cycle", high = "3 own cycles" }', Parts(f"plan.toml:9: {AT}", "'1 own cycle', '3 own cycles'", "'base'")),
    (EVERY, '{ low = "7 d", high = "3 shop cycles" }', Parts(f"plan.toml:9: {AT}", "'7 d', '3 shop cycles'", "'base'")),
    (EVERY, "{ values = [] }", Parts(f"plan.toml:9: {AT}.values", "[]")),
    (EVERY, '{ values = ["9 d", "10 d", "9 d"] }', Parts(f"plan.toml:9: {AT}.values", "'9 d'")),
    (EVERY, '{ values = ["9"] }', Parts(f"plan.toml:9: {AT}.values", "'9'")),
    ("[4, 5, 6, 8]", "[4, -1]", Parts("plan.toml:10: sweep.vary.'strategy.service.agents'.values", "-1", "0 to 10000")),
    ("campaigns.rhythm.every", "campaigns.rythm.every", Parts("plan.toml:9: sweep.vary.'strategy.campaigns.rythm.every'", "'strategy.campaigns.rythm.every'", "'strategy.campaigns.rhythm.every'")),
    ("market.fatigue.half_life", "run.horizon", Parts("plan.toml:11: sweep.vary.'run.horizon'", "'run.horizon'")),
    ("market.fatigue.half_life", "market.money.currency", Parts("sweep.vary.'market.money.currency'", "'market.money.currency'")),
    (*vary('"strategy.service.hours" = { low = 1, high = 2 }'), Parts("plan.toml:12: sweep.vary.'strategy.service.hours'", "low = 1")),
    (*vary('"market.fatigue.tolerance" = { low = 0, high = 5, scale = "log" }'), Parts("plan.toml:12: sweep.vary.'market.fatigue.tolerance'.scale", "'log'")),
    (*vary('"strategy.service.agents" = { values = [2, 3] }'), Parts("plan.toml:12: sweep.vary.'strategy.service.agents'", "'strategy.service.agents' again")),
    (*vary('"strategy.service" = { values = [{ agents = 3 }] }'), Parts("sweep.vary.'strategy.service'", "strategy.service.agents, which lies inside strategy.service")),
    (*vary(f'"strategy.campaigns.rhythm.offer" = {{ values = [{OFFERS[:-2]}, chance = "2 %" }}] }}'), Parts("sweep.vary.'strategy.campaigns.rhythm.offer'.values.chance", "'chance'")),
    (*vary('"strategy.campaigns.rhythm.offer" = { values = [{ format = "amount", depth = "9 %" }] }'), Parts("plan.toml:12: sweep.vary.'strategy.campaigns.rhythm.offer'.values.depth", "depth")),
    (EVERY, '{ low = "1 d", high = "2 d" }', Parts("plan.toml:9: strategy.campaigns.rhythm.every", "1.5 d", "3 d")),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "parts"), WRONG, ids=range(len(WRONG)))
def test_wrong_plans(plan: Callable[..., Path], old: str, new: str, parts: Parts) -> None:
    parts.raised_by(load_plan, plan((old, new)))


def test_too_large_grids(plan: Callable[..., Path]) -> None:
    more = '"market.fatigue.half_life" = "belief"\n"market.trust.half_life" = "belief"'
    changes = ('"latin"\npoints = 20', '"grid"\nlevels = 100'), vary(more.split("\n")[1])
    Parts("plan.toml:8: sweep.vary", "4,000,000", "1,000,000").raised_by(load_plan, plan(*changes))


def test_a_path_must_be_in_every_arm(plan: Callable[..., Path]) -> None:
    path = plan(vary('"strategy.outreach.news.items" = { values = [1, 2] }'), arms=ARMS)
    parts = Parts("plan.toml:12: sweep.vary.'strategy.outreach.news.items'", "", "'strategy.outreach.care.items'")
    assert "'deep'" in parts.raised_by(load_plan, path).problem


def test_arms_must_differ_beside_the_varied_paths(plan: Callable[..., Path]) -> None:
    arms = '[variants.two]\nstrategy.campaigns.rhythm.every = "10 d"\n[variants.one]\n'
    problem = Parts("plan.toml:8: sweep.vary").raised_by(load_plan, plan(arms=arms)).problem
    assert "'two'" in problem
    assert "'one'" in problem
    assert load_plan(plan(("points = 20", 'points = 20\nvariants = ["one"]'), arms=arms)).arms == ["one"]


@pytest.mark.parametrize(
    ("body", "parts"),
    [
        ({"design": "latin", "points": 4, "vary": {"a b": {"values": [1]}}}, Parts("plan: sweep.vary.'a b'", "'a b'")),
        ({"design": "latin", "points": 4, "vary": {"a": "belief"}}, Parts("plan: sweep.vary.a", "'belief'", "{ low, high, scale } or { values }")),
        ({"design": "latin", "points": 4, "vary": {"a": {"low": "1 d", "high": 2}}}, Parts("plan: sweep.vary.a.low", "'1 d'", "0.5")),
        ({"design": "latin", "points": 4, "vary": {"a": {"values": [{}]}}}, Parts("plan: sweep.vary.a.values", "{}")),
        ({"design": "latin", "points": 4, "vary": {"a": {"values": [float("nan")]}}}, Parts("sweep.vary.a.values", "nan")),
        ({"design": "latin", "points": 4, "variants": ["a"], "vary": {"a": {"values": [1]}}}, Parts("plan: sweep.variants")),
        ({"design": "latin", "points": None, "vary": {"a": {"values": [1]}}}, Parts("plan", "None")),
    ],
)  # fmt: skip
def test_wrong_plans_from_python(project: Path, body: dict[str, Any], parts: Parts) -> None:
    parts.raised_by(load_plan, {"sweep": body})


def test_an_impossible_point_has_the_line_of_its_path(plan: Callable[..., Path]) -> None:
    read = load_plan(plan((EVERY, '{ low = "2 d", high = "60 d" }')))
    point = {"strategy.campaigns.rhythm.every": Rhythm(2.0)}
    parts = Parts("plan.toml:9: strategy.campaigns.rhythm.every", "2 d", "3 d")
    parts.raised_by(place_point, read.arm_scenarios["base"], point, read.lines)


def test_a_market_that_contradicts_itself(write: Write) -> None:
    path = "market.engagement.silent_after"
    plan = stated(write, {path: {"low": "1 d", "high": "300 d"}})
    Parts(path, "300 d").raised_by(place_point, plan.arm_scenarios["base"], {path: 300})


def test_plans_are_validated_too(plan: Callable[..., Path], project: Path) -> None:
    plan()
    assert validate([project]) == []
    plan(("points = 20", "points = 1"))
    (problem,) = validate([project])
    assert problem.startswith("plan.toml:5: sweep.points: ")
