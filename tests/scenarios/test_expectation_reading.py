"""Expectations as they are read, and one line for each way in which they can be wrong."""
# ruff: noqa: E501

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from scenarios import (
    BestClaim,
    BetweenClaim,
    CurveClaim,
    Expectation,
    OrderClaim,
    RatioClaim,
    Reading,
    load,
    load_expecting,
    resolved_toml,
)
from sim.scenario import Range, Who
from tests.scenarios.error_parts import Parts

Write = Callable[..., Path]

ARMS = """
[variants.a]
strategy.campaigns.rhythm.every = "10 d"
[variants.b]
strategy.campaigns.rhythm.every = "20 d"
[variants.c]
strategy.campaigns.rhythm.every = "40 d"
"""
MEASURED = (0, 365)


def read(write: Write, text: str, arms: str = ARMS, **changes: str) -> Expectation:
    return load(write(add=f"{arms}\n[expect.x]\n{text}\n", **changes)).expectations["x"]


def test_a_band_in_the_measure_s_own_unit(write: Write) -> None:
    text = 'variant = "b"\nsource = "a book"\n'
    share = read(write, text + 'kpi = "campaign_share"\nbetween = ["50 %", "80 %"]')
    reading = Reading("campaign_share", "b", MEASURED)
    assert share == Expectation("x", "campaign_share", BetweenClaim((reading,), 0.5, 0.8), "a book")
    money = read(write, text + 'kpi = "profit"\nbetween = ["-10 CNY", "0.5 CNY"]').claim
    assert isinstance(money, BetweenClaim)
    assert (money.low, money.high) == (-1000.0, 50.0)
    time = read(write, text + 'kpi = "reply_time"\nbetween = ["12 h", "2 d"]').claim
    assert isinstance(time, BetweenClaim)
    assert (time.low, time.high) == (0.5, 2.0)


def test_the_only_arm_need_not_be_named(write: Write) -> None:
    assert read(write, 'kpi = "orders"\nbetween = [1, 2]', arms="").arms == ("base",)


def test_an_order_over_days_and_people(write: Write) -> None:
    text = 'kpi = "optout_share"\norder = ["c", "a"]\nwindow = "30 d .. 60 d"\nwhere = { stage = "lead", tenure = "< 9 d" }'
    changes = {"start = 2026-01-01": 'start = 2026-01-01\nwarm_up = "5 d"'}
    claim = read(write, text, **changes).claim
    who = Who(stage=("lead",), tenure=Range(high=9.0))
    assert claim == OrderClaim(
        (Reading("optout_share", "c", (35, 65), who), Reading("optout_share", "a", (35, 65), who))
    )


def test_a_ratio_of_arms_measures_days_or_people(write: Write) -> None:
    def of(ratio: str, more: str = "") -> tuple[Reading, ...]:
        claim = read(write, f'kpi = "orders_per_customer"\nratio = {{ {ratio}, between = [0.5, 2] }}\n{more}').claim
        assert isinstance(claim, RatioClaim)
        assert (claim.low, claim.high) == (0.5, 2.0)
        return claim.readings

    plain = Reading("orders_per_customer", "a", MEASURED)
    assert of('of = "a", to = "b"') == (plain, Reading("orders_per_customer", "b", MEASURED))
    assert of('of = "a", to = { kpi = "orders" }')[1] == Reading("orders", "a", MEASURED)
    assert of('to = { window = "0 d .. 9 d" }', 'variant = "a"')[1] == Reading("orders_per_customer", "a", (0, 9))
    some = of('of = "a", to = { variant = "b", where = {} }', "where = { orders = 3 }")
    assert some[0].where == Who(orders=Range(3.0, 3.0, high_closed=True))
    assert some[1] == Reading("orders_per_customer", "b", MEASURED, Who())


def test_the_set_of_the_best(write: Write) -> None:
    claim = read(
        write,
        'kpi = "profit"\nbest = { within = "1 %", of = ["c", "b", "a"], has = "a", lacks = ["c"], by = "strategy.campaigns.rhythm.every", between = ["10 d", "15 d"] }',
    ).claim
    assert isinstance(claim, BestClaim)
    assert [reading.arm for reading in claim.readings] == ["c", "b", "a"]
    assert (claim.has, claim.lacks, claim.among, claim.within) == ((2,), (0,), (), 0.01)
    assert claim.lever is not None
    assert (claim.lever.values, claim.low, claim.high) == ((40.0, 20.0, 10.0), 10.0, 15.0)


def test_a_curve_over_a_lever(write: Write) -> None:
    claim = read(
        write, 'kpi = "profit"\ncurve = { by = "strategy.campaigns.rhythm.every", between = [0.5, 2.5] }'
    ).claim
    assert isinstance(claim, CurveClaim)
    assert claim.lever.values == (10.0, 20.0, 40.0)


@pytest.mark.parametrize(
    ("off", "values"),
    [
        ('"market.fatigue.cycle_exponent"', {"market.fatigue.cycle_exponent": 0.0}),
        ('"market.attention.max_lift"', {"market.attention.max_lift": 0.0}),
        ('"market.trust.loss_factor"', {"market.trust.loss_factor": 1.0}),
        ('"market.optout.background"', {"market.optout.background": 0.0}),
        (
            '["market.offers.waiting", "market.need.week_shock"]',
            {"market.offers.waiting": 0.0, "market.need.week_shock": 0.0},
        ),
        ('{ "market.attention.half_life" = "6 h" }', {"market.attention.half_life": 0.25}),
        ("{ strategy.campaigns.rhythm.holdout = '50 %' }", {"strategy.campaigns.rhythm.holdout": 0.5}),
    ],
)
def test_what_is_off_in_the_twin(write: Write, off: str, values: dict[str, float]) -> None:
    assert read(write, f'kpi = "profit"\norder = ["a", "b"]\noff = {off}').off == values


def test_a_child_may_drop_an_expectation(write: Write) -> None:
    write(
        "p.toml",
        add=ARMS + '[expect.x]\nkpi = "orders"\norder = ["a", "b"]\n[expect.y]\nkpi = "orders"\norder = ["b", "a"]\n',
    )
    child = write("c.toml", text='extends = "p.toml"\nexpect.x.off = true\n')
    assert list(load(child).expectations) == ["y"]


def test_a_resolved_file_expects_the_same(write: Write) -> None:
    question = load(write(add='[expect.x]\nkpi = "orders"\nbetween = [1, 2]\noff = "market.offers.waiting"\n'))
    again = write("again.toml", text=resolved_toml(question.arms["base"], question))
    assert load(again).expectations == question.expectations


ORDER = 'kpi = "orders"\norder = ["a", "b"]\n'
BAND = 'kpi = "orders"\nvariant = "a"\n'
WRONG = [
    ("", Parts("expect.x.kpi")),
    ('kpi = "order"\nbetween = [1, 2]\nvariant = "a"', Parts("expect.x.kpi", "'order'", "'orders'")),
    (ORDER + "between = [1, 2]", Parts("expect.x", "between and order")),
    ('kpi = "orders"', Parts("expect.x", "none")),
    (ORDER + "bewteen = [1, 2]", Parts("expect.x.bewteen", "'bewteen'", "'between'")),
    ('kpi = "orders"\nbetween = [1, 2]', Parts("expect.x.variant", "nothing", "a, b, c")),
    ('kpi = "orders"\nbetween = [1, 2]\nvariant = "d"', Parts("expect.x.variant", "'d'", "a, b, c")),
    (BAND + "between = 3", Parts("expect.x.between", "3", "[low, high]")),
    (BAND + "between = [2, 1]", Parts("expect.x.between", "[2, 1]", "[low, high]")),
    (BAND + 'between = ["1 %", "2 %"]', Parts("expect.x.between", "'1 %'", "1.5")),
    ('kpi = "profit"\nvariant = "a"\nbetween = ["1 USD", "2 USD"]', Parts("expect.x.between", "'1 USD'")),
    (ORDER + 'variant = "a"', Parts("expect.x.variant", "'a'")),
    ('kpi = "orders"\norder = ["a"]', Parts("expect.x.order", "a", "2")),
    ('kpi = "orders"\norder = ["a", "d"]', Parts("expect.x.order", "'d'", "a, b, c")),
    ('kpi = "orders"\norder = ["a", "a"]', Parts("expect.x.order", "a, a")),
    ('kpi = "orders"\norder = 3', Parts("expect.x.order", "3")),
    (ORDER + 'window = "30 d"', Parts("expect.x.window", "'30 d'", '"0 d .. 365 d"')),
    (ORDER + 'window = "30 d .. 400 d"', Parts("expect.x.window", "'30 d .. 400 d'", '"0 d .. 365 d"')),
    (ORDER + 'window = "30 d .. 30 d"', Parts("expect.x.window", "'30 d .. 30 d'")),
    (ORDER + 'window = "0 d .. 1.5 d"', Parts("expect.x.window", "'0 d .. 1.5 d'")),
    (ORDER + 'where = { stage = "lead" }', Parts("expect.x.kpi", "orders")),
    ('kpi = "optout_share"\norder = ["a", "b"]', Parts("expect.x.kpi", "optout_share without where")),
    ('kpi = "aov"\norder = ["a", "b"]\nwhere = { stage = "drifted" }', Parts("expect.x.where.stage", "'drifted'")),
    ('kpi = "aov"\norder = ["a", "b"]\nwhere = { stages = "lead" }', Parts("expect.x.where.stages", "'stages'", "'stage'")),
    ('kpi = "aov"\norder = ["a", "b"]\nwhere = { source = "tiktok" }', Parts("expect.x.where.source", "'tiktok'")),
    (ORDER + "source = 3", Parts("expect.x.source", "3")),
    ('kpi = "orders"\nratio = { of = "a", to = "b" }', Parts("expect.x.ratio.between")),
    ('kpi = "orders"\nratio = { of = "a", to = "a", between = [1, 2] }', Parts("expect.x.ratio.to", "'a'")),
    ('kpi = "orders"\nratio = { of = "a", to = { kpis = "gmv" }, between = [1, 2] }', Parts("expect.x.ratio.to.kpis", "'kpis'", "'kpi'")),
    ('kpi = "orders"\nratio = { to = "b", between = [1, 2] }', Parts("expect.x.variant", "nothing")),
    ('kpi = "orders"\nratio = 2', Parts("expect.x.ratio", "2")),
    ('kpi = "orders"\nbest = { has = "a" }', Parts("expect.x.best.within")),
    ('kpi = "orders"\nbest = { within = "1 %" }', Parts("expect.x.best", "within", "among, has, lacks")),
    ('kpi = "orders"\nbest = { within = 1, has = "a" }', Parts("expect.x.best.within", "1", '"20 %"')),
    ('kpi = "orders"\nbest = { within = "1 %", by = "strategy.campaigns.rhythm.every" }', Parts("expect.x.best", "within, by")),
    ('kpi = "orders"\nbest = { within = "1 %", among = ["a", "b", "c"] }', Parts("expect.x.best.among", "all")),
    ('kpi = "orders"\nbest = { within = "1 %", of = ["a", "b"], has = ["c"] }', Parts("expect.x.best.has", "'c'", "a, b")),
    ('kpi = "touches"\nbest = { within = "1 %", has = ["c"] }', Parts("expect.x.kpi", "'touches'")),
    ('kpi = "orders"\nbest = { within = "1 %", by = "strategy.campaigns.rhythm.every", between = ["1 shop cycle", "2 shop cycles"] }', Parts("expect.x.best.between", "'1 shop cycle'")),
    ('kpi = "orders"\ncurve = { by = "strategy.campaigns.rythm.every", between = [1, 2] }', Parts("expect.x.curve.by", "'strategy.campaigns.rythm.every'", "'strategy.campaigns.rhythm.every'")),
    ('kpi = "orders"\ncurve = { by = "strategy.campaigns.rhythm.channel", between = [1, 2] }', Parts("expect.x.curve.by", "'strategy.campaigns.rhythm.channel'")),
    ('kpi = "orders"\ncurve = { by = "strategy.campaigns.rhythm.holdout", between = [1, 2] }', Parts("expect.x.curve.by", "'strategy.campaigns.rhythm.holdout'")),
    ('kpi = "orders"\ncurve = { by = "strategy.campaigns.rhythm.lasts", between = [1, 2] }', Parts("expect.x.curve.by", "1")),
    ('kpi = "orders"\ncurve = { of = ["a", "b"], by = "strategy.campaigns.rhythm.every", between = [1, 2] }', Parts("expect.x.curve.of", "a, b", "3")),
    (ORDER + 'off = "market.fatigue.cycle"', Parts("expect.x.off", "'market.fatigue.cycle'", "'market.fatigue.cycle_exponent'")),
    (ORDER + 'off = "run.seed"', Parts("expect.x.off", "'run.seed'")),
    (ORDER + 'off = "market.timezone"', Parts("expect.x.off", "'market.timezone'")),
    (ORDER + 'off = "market.attention.half_life"', Parts("expect.x.off", "'market.attention.half_life'", "864 s to 3650 d")),
    (ORDER + 'off = { "market.attention.half_life" = "0 d" }', Parts("expect.x.off.'market.attention.half_life'", "'0 d'")),
    (ORDER + "off = {}", Parts("expect.x.off", "nothing", "{ path = value }")),
    (ORDER + "off = 3", Parts("expect.x.off", "3")),
]  # fmt: skip


@pytest.mark.parametrize(("text", "parts"), WRONG)
def test_the_place_of_a_mistake(write: Write, text: str, parts: Parts) -> None:
    path = write(add=f"{ARMS}\n[expect.x]\n{text}\n")
    file, line, *_ = parts.raised_by(load, path).place.split(":")
    assert file == "q.toml"
    written = path.read_text().splitlines()[int(line) - 1]
    assert written == "[expect.x]" or written in text, written


def test_an_expectation_is_a_table(write: Write) -> None:
    Parts("expect.x", "3").raised_by(load, write(add="[expect]\nx = 3\n"))


def test_a_folder_stands_for_its_files_with_expectations(write: Write, project: Path) -> None:
    expects = '[expect.x]\nkpi = "orders"\nbetween = [1, 2]\n'
    write("in/one.toml", add=expects)
    write("in/deep/two.toml", add=expects)
    write("in/none.toml")
    write("in/market.toml", text='extends = "library:strong_brand"\n')
    write("in/child.toml", text='extends = "one.toml"\nname = "a child"\n')
    found = [question.path.name for question in load_expecting([project / "in"])]
    assert found == ["child.toml", "two.toml", "one.toml"]


@pytest.mark.parametrize("path", ["q.toml", "in"])
def test_a_path_without_expectations_is_a_mistake(write: Write, project: Path, path: str) -> None:
    write("q.toml")
    write("in/q.toml")
    Parts(f"{path}: expect").raised_by(load_expecting, [path])
    Parts("gone.toml").raised_by(load_expecting, ["gone.toml"])
