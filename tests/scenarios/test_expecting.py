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
    InputError,
    OrderClaim,
    RatioClaim,
    Reading,
    load,
    load_expecting,
    resolved_toml,
)
from sim.scenario import Range, Who

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
    ("", "expect.x.kpi: is missing; allowed kpi, variant, "),
    ('kpi = "order"\nbetween = [1, 2]\nvariant = "a"', "expect.x.kpi: is not a measure; did you mean 'orders'? allowed "),
    (ORDER + "between = [1, 2]", "expect.x: must make one claim; allowed exactly one of between, order, ratio, best, curve; got between and order"),
    ('kpi = "orders"', "must make one claim; allowed exactly one of between, order, ratio, best, curve; got none"),
    (ORDER + "bewteen = [1, 2]", "expect.x.bewteen: unknown key; did you mean 'between'?"),
    ('kpi = "orders"\nbetween = [1, 2]', "expect.x.variant: is missing, since there are several arms; allowed a, b, c; got nothing"),
    ('kpi = "orders"\nbetween = [1, 2]\nvariant = "d"', "expect.x.variant: is not an arm; allowed a, b, c; got 'd'"),
    (BAND + "between = 3", "expect.x.between: is not a pair; allowed [low, high]; got 3"),
    (BAND + "between = [2, 1]", "expect.x.between: is out of order; allowed [low, high]; got [2, 1]"),
    (BAND + 'between = ["1 %", "2 %"]', "expect.x.between: must be a plain number; allowed a bare number such as 1.5; got '1 %'"),
    ('kpi = "profit"\nvariant = "a"\nbetween = ["1 USD", "2 USD"]', "is in another currency; allowed CNY"),
    (ORDER + 'variant = "a"', "expect.x.variant: does not go with order, which names its arms; allowed none; got 'a'"),
    ('kpi = "orders"\norder = ["a"]', "expect.x.order: names too few arms; allowed 2 or more; got a"),
    ('kpi = "orders"\norder = ["a", "d"]', "expect.x.order: is not an arm; allowed a, b, c; got 'd'"),
    ('kpi = "orders"\norder = ["a", "a"]', "expect.x.order: names one twice; allowed names, each once; got a, a"),
    ('kpi = "orders"\norder = 3', "expect.x.order: is not a list of names; allowed names, each once; got 3"),
    (ORDER + 'window = "30 d"', 'expect.x.window: is not a range of days; allowed a range of measured days within "0 d .. 365 d"; got \'30 d\''),
    (ORDER + 'window = "30 d .. 400 d"', 'expect.x.window: is outside its range; allowed a range of measured days within "0 d .. 365 d"; got \'30 d .. 400 d\''),
    (ORDER + 'window = "30 d .. 30 d"', "expect.x.window: ends before it begins"),
    (ORDER + 'window = "0 d .. 1.5 d"', "expect.x.window: is not whole; allowed a range of measured days"),
    (ORDER + 'where = { stage = "lead" }', "expect.x.kpi: cannot be told for some people alone; allowed with where aov, "),
    ('kpi = "optout_share"\norder = ["a", "b"]', "expect.x.kpi: is told of people; allowed with where = { ... }"),
    ('kpi = "aov"\norder = ["a", "b"]\nwhere = { stage = "drifted" }', "expect.x.where.stage: cannot be named, because the shop cannot see"),
    ('kpi = "aov"\norder = ["a", "b"]\nwhere = { stages = "lead" }', "expect.x.where.stages: unknown key; did you mean 'stage'?"),
    ('kpi = "aov"\norder = ["a", "b"]\nwhere = { source = "tiktok" }', "is not defined in the market; allowed store_orders"),
    (ORDER + "source = 3", "expect.x.source: is not a text on one line; allowed a citation; got 3"),
    ('kpi = "orders"\nratio = { of = "a", to = "b" }', "expect.x.ratio.between: is missing; allowed of, to, between; got nothing"),
    ('kpi = "orders"\nratio = { of = "a", to = "a", between = [1, 2] }', "expect.x.ratio.to: is the same number; allowed another arm, or a table of what differs; got 'a'"),
    ('kpi = "orders"\nratio = { of = "a", to = { kpis = "gmv" }, between = [1, 2] }', "expect.x.ratio.to.kpis: unknown key; did you mean 'kpi'?"),
    ('kpi = "orders"\nratio = { to = "b", between = [1, 2] }', "expect.x.variant: is missing, since there are several arms"),
    ('kpi = "orders"\nratio = 2', "expect.x.ratio: is not a table; allowed a table; got 2"),
    ('kpi = "orders"\nbest = { has = "a" }', "expect.x.best.within: is missing"),
    ('kpi = "orders"\nbest = { within = "1 %" }', "expect.x.best: claims nothing; allowed among, has, lacks, or by with between; got within"),
    ('kpi = "orders"\nbest = { within = 1, has = "a" }', 'expect.x.best.within: has no unit; allowed "20 %"; got 1'),
    ('kpi = "orders"\nbest = { within = "1 %", by = "strategy.campaigns.rhythm.every" }', "expect.x.best: states half of a middle; allowed by and between, or neither"),
    ('kpi = "orders"\nbest = { within = "1 %", among = ["a", "b", "c"] }', "expect.x.best.among: names every arm, so it claims nothing; allowed fewer than all; got all"),
    ('kpi = "orders"\nbest = { within = "1 %", of = ["a", "b"], has = ["c"] }', "expect.x.best.has: is not one of the arms that are compared; allowed a, b; got 'c'"),
    ('kpi = "touches"\nbest = { within = "1 %", has = ["c"] }', "expect.x.kpi: has no better direction; allowed a measure of which more or less is better; got 'touches'"),
    ('kpi = "orders"\nbest = { within = "1 %", by = "strategy.campaigns.rhythm.every", between = ["1 shop cycle", "2 shop cycles"] }', "expect.x.best.between: is of another kind than the arms' own; allowed days; got '1 shop cycle'"),
    ('kpi = "orders"\ncurve = { by = "strategy.campaigns.rythm.every", between = [1, 2] }', "expect.x.curve.by: has no value in the arm 'a'; did you mean 'strategy.campaigns.rhythm.every'?"),
    ('kpi = "orders"\ncurve = { by = "strategy.campaigns.rhythm.channel", between = [1, 2] }', "expect.x.curve.by: holds no number; allowed a path of a number or a rhythm"),
    ('kpi = "orders"\ncurve = { by = "strategy.campaigns.rhythm.holdout", between = [1, 2] }', "expect.x.curve.by: cannot be put on one scale; allowed numbers of one kind above 0"),
    ('kpi = "orders"\ncurve = { by = "strategy.campaigns.rhythm.lasts", between = [1, 2] }', "expect.x.curve.by: cannot bend; allowed three values or more; got 1"),
    ('kpi = "orders"\ncurve = { of = ["a", "b"], by = "strategy.campaigns.rhythm.every", between = [1, 2] }', "expect.x.curve.of: names too few arms; allowed 3 or more; got a, b"),
    (ORDER + 'off = "market.fatigue.cycle"', "expect.x.off: unknown path; did you mean 'market.fatigue.cycle_exponent'?"),
    (ORDER + 'off = "run.seed"', "expect.x.off: unknown path; "),
    (ORDER + 'off = "market.timezone"', "expect.x.off: holds no number; allowed a path of a number; got 'market.timezone'"),
    (ORDER + 'off = "market.attention.half_life"', 'expect.x.off: has no value at which it does nothing; allowed { "market.attention.half_life" = VALUE } with 864 s to 3650 d'),
    (ORDER + 'off = { "market.attention.half_life" = "0 d" }', "expect.x.off.'market.attention.half_life': is outside its range; allowed"),
    (ORDER + "off = {}", "expect.x.off: switches nothing off; allowed a path, paths, or { path = value }; got nothing"),
    (ORDER + "off = 3", "expect.x.off: is not a list of names; allowed names, each once; got 3"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "told"), WRONG)
def test_one_line_for_a_mistake(write: Write, text: str, told: str) -> None:
    path = write(add=f"{ARMS}\n[expect.x]\n{text}\n")
    with pytest.raises(InputError) as error:
        load(path)
    line = str(error.value)
    assert told in line
    assert "\n" not in line
    number = int(line.split(":")[1])
    wanted = path.read_text().splitlines()[number - 1]
    assert line.startswith("q.toml:")
    assert wanted == "[expect.x]" or wanted in text, wanted


def test_an_expectation_is_a_table(write: Write) -> None:
    path = write(add="[expect]\nx = 3\n")
    with pytest.raises(InputError, match=r"expect.x: is not a table; allowed a table; got 3"):
        load(path)


def test_a_folder_stands_for_all_that_expect(write: Write, project: Path) -> None:
    expects = '[expect.x]\nkpi = "orders"\nbetween = [1, 2]\n'
    write("in/one.toml", add=expects)
    write("in/deep/two.toml", add=expects)
    write("in/none.toml")
    write("in/market.toml", text='extends = "library:strong_brand"\n')
    write("in/child.toml", text='extends = "one.toml"\nname = "a child"\n')
    found = [question.path.name for question in load_expecting([project / "in"])]
    assert found == ["child.toml", "two.toml", "one.toml"]


@pytest.mark.parametrize(
    ("path", "told"),
    [
        ("q.toml", "q.toml: expect: is missing; allowed a file with [expect.NAME]; got none"),
        ("in", "in: expect: is missing; allowed a folder with files that have [expect.NAME]; got none"),
        ("gone.toml", "gone.toml: no such file"),
    ],
)
def test_nothing_to_check_is_a_mistake(write: Write, project: Path, path: str, told: str) -> None:
    write("q.toml")
    write("in/q.toml")
    with pytest.raises(InputError) as error:
        load_expecting([path])
    assert str(error.value).startswith(told)
