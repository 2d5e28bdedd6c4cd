"""Plan files: what may vary, over what, and every mistake in one line."""
# ruff: noqa: E501

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings, strategies as st

from scenarios import InputError, drawn, load, load_plan, placed, validate
from scenarios.plans.plan_reading import Plan
from scenarios.values.paths import find
from sim.scenario import Offer, Rhythm

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


def told(path: Path) -> str:
    with pytest.raises(InputError) as error:
        load_plan(path)
    text = str(error.value)
    assert "\n" not in text
    assert "allowed " in text
    assert "got " in text
    return text


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


def test_the_axes_run_over_what_is_said(plan: Callable[..., Path]) -> None:
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
        assert {path: find(placed(scenario, point), path)[0] for path in point} == point
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


def test_a_key_that_nothing_is_said_of_may_vary(write: Write) -> None:
    plan = stated(write, {"strategy.campaigns.rhythm.budget": {"low": "100 CNY", "high": "900 CNY"}})
    assert plan.arm_scenarios["base"].strategy.campaigns["rhythm"].budget is None
    point = {"strategy.campaigns.rhythm.budget": plan.axes[0].at(0.5)}
    assert placed(plan.arm_scenarios["base"], point).strategy.campaigns["rhythm"].budget == 50_000


@settings(max_examples=60, deadline=None)
@given(shares=st.lists(st.floats(0.0, 1.0), min_size=4, max_size=4))
def test_a_placed_point_gives_back_its_values(shares: list[float]) -> None:
    """The plan's own law: what a point says is what the scenario then holds, and nothing else has changed."""
    point = {axis.path: axis.at(u) for axis, u in zip(LAW.axes, shares, strict=True)}
    scenario = LAW.arm_scenarios["15 days"]
    put = drawn(placed(scenario, point), point, {"market.fatigue.half_life": 4.0, "market.spend.mean": 9000.0})
    assert {path: find(put, path)[0] for path in point} == point
    assert put.market.spend.mean == 9000
    old = {path: find(scenario, path)[0] for path in point} | {"market.spend.mean": scenario.market.spend.mean}
    back = placed(put, {path: value for path, value in old.items() if value is not None})
    assert replace(back, market=scenario.market).strategy == scenario.strategy
    assert back.market == scenario.market


LAW = load_plan(
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
    ("old", "new", "words"),
    [
        ("30 d,5", "30 d,5.5", "points.csv:5: strategy.service.agents: is not whole; allowed a whole number; got 5.5"),
        ("30 d,5", "30 d,", "points.csv:5: strategy.service.agents: must be a plain number; allowed a bare count such as 5; got ''"),
        ("30 d,5", "30,5", "points.csv:5: strategy.campaigns.rhythm.every: is not a rhythm"),
        ("30 d,5", "30 d", "points.csv:5: row: has another number of cells; allowed 3; got 2"),
        ("30 d,5", '"30 d,5', "points.csv:5: row: is not CSV; allowed cells with commas between them; got"),
        ("agents", "agnets", "points.csv:1: strategy.service.agnets: unknown path; did you mean 'strategy.service.agents'?"),
        ("strategy.service.agents", "strategy.campaigns.rhythm.every", "points.csv:1: columns: names a path twice or none; allowed paths, each once; got 'strategy.campaigns.rhythm.every'"),
        ("strategy.service.agents", "run.seed", "points.csv:1: run.seed: is the same in every run of a sweep; allowed paths of market and strategy; got 'run.seed'"),
        ("20 CNY", "20 EUR", "points.csv:3: strategy.campaigns.rhythm.offer.off: is in another currency"),
        (CSV[CSV.index("10 d") :], "", "points.csv:1: has no points; allowed a line of paths and at least one point; got none"),
        (CSV, "", "points.csv:1: is empty; allowed at least a line of paths and one point; got nothing"),
    ],
)  # fmt: skip
def test_wrong_points(write: Write, old: str, new: str, words: str) -> None:
    assert old in CSV
    assert words in told(in_file(write, CSV.replace(old, new)))


def test_wrong_numbers_in_parquet(write: Write, project: Path) -> None:
    pd.DataFrame({"strategy.campaigns.rhythm.offer.depth": [0.1, 3.0]}).to_parquet(project / "p.parquet")
    write()
    words = told(write("plan.toml", FILE.replace("NAME", "p.parquet")))
    assert (
        "p.parquet:2: strategy.campaigns.rhythm.offer.depth: is outside its range; allowed 0 % to 95 %; got 3.0 fraction"
        in words
    )


# --- every mistake ---------------------------------------------------------------------------------

EVERY = '{ low = "7 d", high = "60 d", scale = "log" }'
AT = "sweep.vary.'strategy.campaigns.rhythm.every'"
WRONG = [
    ("[sweep]", "[sweeep]", "plan.toml:3: sweeep: unknown key; did you mean 'sweep'? allowed format, name, scenario, sweep; got 'sweeep'"),
    ('scenario = "q.toml"', 'scenario = "none.toml"', "plan.toml:1: scenario: no such file; allowed an existing file; got 'none.toml'"),
    ('scenario = "q.toml"', 'scenario = "../../q.toml"', "plan.toml:1: scenario: points outside the project folder"),
    ('scenario = "q.toml"', 'scenario = "library:shpo"', "plan.toml:1: scenario: no such library file; did you mean 'shop'?"),
    ('scenario = "q.toml"', 'scenario = "q.toml"\nformat = 2', "plan.toml:2: format: is not a version that is known; allowed 1; got 2"),
    ('scenario = "q.toml"', 'scenario = "q.toml"\nname = 2', "plan.toml:2: name: is not a text on one line; allowed a text; got 2"),
    ("points = 20", "points = 20\npoint = 3", "plan.toml:6: sweep.point: unknown key; did you mean 'points'?"),
    ('design = "latin"', "", "plan.toml:3: sweep.design: is missing; allowed design, points, levels"),
    ('design = "latin"', 'design = "latn"', "plan.toml:4: sweep.design: is not a design; did you mean 'latin'? allowed file, grid, latin, morris, sobol; got 'latn'"),
    ('design = "latin"', 'design = "grid"', "plan.toml:5: sweep.points: does not go with the design grid; allowed with latin, sobol, morris; got it"),
    ('design = "latin"', 'design = "file"', "plan.toml:5: sweep.points: does not go with the design file; allowed with latin, sobol, morris; got it"),
    ("points = 20", "", "plan.toml:3: sweep.points: is missing from the design latin; allowed a whole number such as 128; got nothing"),
    ("points = 20", "points = 20\nlevels = 3", "plan.toml:6: sweep.levels: does not go with the design latin; allowed with grid, morris; got it"),
    ("points = 20", 'points = 20\nfile = "a.csv"', "plan.toml:6: sweep.file: does not go with the design latin; allowed with file; got it"),
    ("points = 20", "points = 1", "plan.toml:5: sweep.points: is outside its range; allowed 2 to 1000000; got 1"),
    ("points = 20", 'points = "20"', "plan.toml:5: sweep.points: must be a plain number; allowed a bare count such as 5; got '20'"),
    ('"latin"\npoints = 20', '"sobol"\npoints = 200', "plan.toml:5: sweep.points: is no power of two; allowed 128 or 256; got 200"),
    ('"latin"\npoints = 20', '"sobol"\npoints = 262144', "plan.toml:5: sweep.points: makes too many points; allowed up to 1,000,000; got 1,572,864"),
    ('"latin"\npoints = 20', '"morris"\npoints = 20\nlevels = 5', "plan.toml:6: sweep.levels: is odd; allowed an even number of levels; got 5"),
    ('"latin"\npoints = 20', '"grid"\nlevels = 1', "plan.toml:5: sweep.levels: is outside its range; allowed 2 to 100; got 1"),
    ("points = 20", "points = 20\ndraws = 0", "plan.toml:6: sweep.draws: is outside its range; allowed 1 to 100000; got 0"),
    ("points = 20", "points = 20\nreplications = 0.5", "plan.toml:6: sweep.replications: is outside its range; allowed 1 to 65535; got 0.5"),
    ("points = 20", "points = 20\nseed = -1", "plan.toml:6: sweep.seed: is outside its range"),
    ('"ltv"', '"lvt"', "plan.toml:6: sweep.kpis: is not a measure; did you mean 'ltv'?"),
    ('["contribution_profit", "ltv"]', "3", "plan.toml:6: sweep.kpis: is not a list of names; allowed names, each once; got 3"),
    ("points = 20", 'points = 20\nvariants = ["deep"]', "plan.toml:6: sweep.variants: is not an arm; allowed base; got 'deep'"),
    ("points = 20", "points = 20\nanalyse = { sensitivity = 'sobol' }", "plan.toml:6: sweep.analyse.sensitivity: is no switch; allowed true, false; got 'sobol'"),
    ("points = 20", "points = 20\nanalyse = { failure = true }", "plan.toml:6: sweep.analyse.failure: unknown key; allowed sensitivity; got 'failure'"),
    (PLAN[PLAN.index("[sweep.vary]") :], "[sweep.vary]\n", "plan.toml:8: sweep.vary: varies nothing; allowed a table of paths; got nothing"),
    (PLAN[PLAN.index("[sweep.vary]") :], "", "plan.toml:3: sweep.vary: is missing from the design latin; allowed paths to vary; got nothing"),
    (EVERY, "3", f"plan.toml:9: {AT}: does not say how it varies; allowed {{ low, high, scale }}, {{ values }} or \"belief\"; got 3"),
    (EVERY, "{}", f"plan.toml:9: {AT}: does not say how it varies; "),
    (EVERY, '"belief"', f"plan.toml:9: {AT}: is a lever, and nobody's belief; allowed {{ low = ..., high = ... }} or"),
    (EVERY, '{ low = "7 d" }', f"plan.toml:9: {AT}.high: is missing; allowed low, high, scale; got nothing"),
    (EVERY, '{ low = "7 d", hihg = "9 d" }', f"plan.toml:9: {AT}.hihg: unknown key; did you mean 'high'? allowed high, low, scale; got 'hihg'"),
    (EVERY, '{ low = "7 d", values = ["9 d"] }', f"plan.toml:9: {AT}.low: unknown key; allowed values; got 'low'"),
    (EVERY, '{ low = "9 d", high = "9 d" }', f"plan.toml:9: {AT}: is out of order; allowed low below high; got '9 d', '9 d'"),
    (EVERY, '{ low = "7 d", high = "60 d", scale = "ln" }', f"plan.toml:9: {AT}.scale: is not one of the choices; allowed linear, log; got 'ln'"),
    (EVERY, '{ low = "7", high = "60 d" }', f"plan.toml:9: {AT}.low: is not a rhythm; allowed"),
    (EVERY, '{ low = "1 own cycle", high = "3 own cycles" }', f"plan.toml:9: {AT}: counts something else; allowed days, as in the arm 'base', or values = [...]; got '1 own cycle', '3 own cycles'"),
    (EVERY, '{ low = "7 d", high = "3 shop cycles" }', f"plan.toml:9: {AT}: counts something else; allowed days, as in the arm 'base', or values"),
    (EVERY, "{ values = [] }", f"plan.toml:9: {AT}.values: is no list of values; allowed at least one; got []"),
    (EVERY, '{ values = ["9 d", "10 d", "9 d"] }', f"plan.toml:9: {AT}.values: names one value twice; allowed each once; got '9 d'"),
    (EVERY, '{ values = ["9"] }', f"plan.toml:9: {AT}.values: is not a rhythm; allowed"),
    ("[4, 5, 6, 8]", "[4, 0]", "plan.toml:10: sweep.vary.'strategy.service.agents'.values: is outside its range; allowed 1 to 10000; got 0"),
    ("campaigns.rhythm.every", "campaigns.rythm.every", "plan.toml:9: sweep.vary.'strategy.campaigns.rythm.every': unknown path; did you mean 'strategy.campaigns.rhythm.every'?"),
    ("market.fatigue.half_life", "run.horizon", "plan.toml:11: sweep.vary.'run.horizon': is the same in every run of a sweep; allowed paths of market and strategy; got 'run.horizon'"),
    ("market.fatigue.half_life", "market.money.currency", "is what all amounts are written in; allowed any other path of the market; got 'market.money.currency'"),
    (*vary('"strategy.service.hours" = { low = 1, high = 2 }'), "plan.toml:12: sweep.vary.'strategy.service.hours': holds no number; allowed values = [...] with values of this path; got low = 1"),
    (*vary('"market.fatigue.tolerance" = { low = 0, high = 5, scale = "log" }'), "plan.toml:12: sweep.vary.'market.fatigue.tolerance'.scale: needs a low above 0; allowed linear; got log"),
    (*vary('"strategy.service.agents" = { values = [2, 3] }'), "plan.toml:12: sweep.vary.'strategy.service.agents': is named twice; allowed each path once; got 'strategy.service.agents' again"),
    (*vary('"strategy.service" = { values = [{ agents = 3 }] }'), "two paths would set one value; allowed either of them; got strategy.service.agents, which lies inside strategy.service"),
    (*vary(f'"strategy.campaigns.rhythm.offer" = {{ values = [{OFFERS[:-2]}, chance = "2 %" }}] }}'), "unknown key; "),
    (*vary('"strategy.campaigns.rhythm.offer" = { values = [{ format = "amount", depth = "9 %" }] }'), "plan.toml:12: sweep.vary.'strategy.campaigns.rhythm.offer'.values.depth: does not belong to the format amount"),
    (EVERY, '{ low = "1 d", high = "2 d" }', "plan.toml:9: strategy.campaigns.rhythm.every: is shorter than the campaign; allowed 3 d or more; got 1.5 d (and so do all of 32 points that were tried)"),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "words"), WRONG, ids=range(len(WRONG)))
def test_wrong_plans(plan: Callable[..., Path], old: str, new: str, words: str) -> None:
    assert words in told(plan((old, new)))


def test_too_large_grids(plan: Callable[..., Path]) -> None:
    more = '"market.fatigue.half_life" = "belief"\n"market.trust.half_life" = "belief"'
    changes = ('"latin"\npoints = 20', '"grid"\nlevels = 100'), vary(more.split("\n")[1])
    words = told(plan(*changes))
    assert "plan.toml:8: sweep.vary: makes too many points; allowed up to 1,000,000; got 4,000,000" in words


def test_a_path_must_be_in_every_arm(plan: Callable[..., Path]) -> None:
    words = told(plan(vary('"strategy.outreach.news.items" = { values = [1, 2] }'), arms=ARMS))
    at = "plan.toml:12: sweep.vary.'strategy.outreach.news.items'"
    assert f"{at}: has no place in the arm 'deep'; did you mean 'strategy.outreach.care.items'?" in words


def test_arms_must_stay_apart(plan: Callable[..., Path]) -> None:
    arms = '[variants.two]\nstrategy.campaigns.rhythm.every = "10 d"\n[variants.one]\n'
    words = told(plan(arms=arms))
    assert "plan.toml:8: sweep.vary: leaves the arms 'two' and 'one' alike, having set them apart; " in words
    assert load_plan(plan(("points = 20", 'points = 20\nvariants = ["one"]'), arms=arms)).arms == ["one"]


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({"design": "latin", "points": 4, "vary": {"a b": {"values": [1]}}}, "plan: sweep.vary.'a b': is not a parameter's name; allowed letters, digits and _; got 'a b'"),
        ({"design": "latin", "points": 4, "vary": {"a": "belief"}}, "plan: sweep.vary.a: does not say how it varies; allowed { low, high, scale } or { values }; got 'belief'"),
        ({"design": "latin", "points": 4, "vary": {"a": {"low": "1 d", "high": 2}}}, "plan: sweep.vary.a.low: is no number; allowed a bare number such as 0.5; got '1 d'"),
        ({"design": "latin", "points": 4, "vary": {"a": {"values": [{}]}}}, "plan: sweep.vary.a.values: is no value of a parameter; allowed numbers, texts, switches; got {}"),
        ({"design": "latin", "points": 4, "vary": {"a": {"values": [float("nan")]}}}, "is no value of a parameter"),
        ({"design": "latin", "points": 4, "variants": ["a"], "vary": {"a": {"values": [1]}}}, "plan: sweep.variants: belongs to a scenario; allowed with scenario = FILE; got it without"),
        ({"design": "latin", "points": None, "vary": {"a": {"values": [1]}}}, "plan: cannot be a plan; allowed texts, numbers, switches, dates, lists and tables; got None"),
    ],
)  # fmt: skip
def test_wrong_plans_from_python(project: Path, body: dict[str, Any], words: str) -> None:
    with pytest.raises(InputError) as error:
        load_plan({"sweep": body})
    assert words in str(error.value)


def test_an_impossible_point_is_told_with_its_line(plan: Callable[..., Path]) -> None:
    read = load_plan(plan((EVERY, '{ low = "2 d", high = "60 d" }')))
    with pytest.raises(InputError) as error:
        placed(read.arm_scenarios["base"], {"strategy.campaigns.rhythm.every": Rhythm(2.0)}, lines=read.lines)
    assert str(error.value) == (
        "plan.toml:9: strategy.campaigns.rhythm.every: is shorter than the campaign; allowed 3 d or more; got 2 d"
    )


def test_a_market_that_contradicts_itself_is_told(write: Write) -> None:
    path = "market.engagement.silent_after"
    plan = stated(write, {path: {"low": "1 d", "high": "300 d"}})
    with pytest.raises(InputError, match=r"market\.engagement\.silent_after: comes after dormant_after"):
        placed(plan.arm_scenarios["base"], {path: 300})


def test_validate_judges_plans(plan: Callable[..., Path], project: Path) -> None:
    plan()
    assert validate([project]) == []
    plan(("points = 20", "points = 1"))
    assert validate([project]) == ["plan.toml:5: sweep.points: is outside its range; allowed 2 to 1000000; got 1"]
