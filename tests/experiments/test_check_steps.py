"""From expectations to verdicts: which runs are simulated, what a twin changes, and the verdict from both."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

import sim
from experiments import CheckResult, check, compare, print_check
from scenarios import InputError, load
from sim.output.ledger import Ledger
from sim.scenario import Scenario
from tests.experiments.conftest import QUESTION, planted_ledger

EXPECT = '[expect.x]\nkpi = "contribution_profit"\norder = ["deep & <i>wide</i>", "mild"]\n'
OFF = 'off = "market.offers.elasticity"\n'

Profit = Callable[[float, bool, int, int], float]
Plant = Callable[[Profit], list[Scenario]]


@pytest.fixture
def write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Path]:
    """The small question with expectations, in a project of its own."""
    folder = tmp_path / "project"
    folder.mkdir()
    monkeypatch.chdir(folder)

    def write(expect: str, name: str = "small.toml") -> Path:
        path = folder / name
        path.write_text(QUESTION.replace("LIMITS", "") + expect, encoding="utf-8")
        return path

    return write


@pytest.fixture
def plant(monkeypatch: pytest.MonkeyPatch) -> Plant:
    """Replace the simulator: the profit of a run is a function of depth, whether it is a twin's, draw and replication.

    Returns the list to which the scenario of every run is appended.
    """

    def planting(profit: Profit) -> list[Scenario]:
        done: list[Scenario] = []

        def run(scenario: Scenario, draw: int = 0, replication: int = 0, **_: object) -> Ledger:
            done.append(scenario)
            depth, elasticity = scenario.strategy.campaigns["rhythm"].offer.depth, scenario.market.offers.elasticity
            assert depth is not None
            return planted_ledger(scenario, profit(depth, elasticity == 0.0, draw, replication))

        monkeypatch.setattr(sim, "run", run, raising=False)
        return done

    return planting


def verdict(answer: CheckResult, name: str = "x") -> tuple[str, str]:
    outcome = next(o for one in answer.scenarios for o in one.outcomes if o.expectation.name == name)
    return outcome.verdict, outcome.reason


WORKS: Profit = lambda depth, off, draw, replication: 1e6 * draw + (0 if off else 1e6 * depth) + 100 * replication  # noqa: E731
REVERSED: Profit = lambda depth, off, draw, replication: -WORKS(depth, off, draw, replication)  # noqa: E731
ANYWAY: Profit = lambda depth, off, draw, replication: 1e6 * draw + 1e6 * depth  # noqa: E731
NOISE: Profit = lambda depth, off, draw, replication: 1e6 * (draw - 0.9) * (depth > 0.1)  # noqa: E731
OPEN_TWIN: Profit = lambda depth, off, draw, run: (NOISE if off else WORKS)(depth, off, draw, run)  # noqa: E731
OPEN_BUT_TWIN: Profit = lambda depth, off, draw, run: (WORKS if off else NOISE)(depth, not off, draw, run)  # noqa: E731


@pytest.mark.parametrize(
    ("profit", "off", "expected", "reason"),
    [
        (WORKS, "", "pass", "met"),
        (WORKS, OFF, "pass", "met, and not met without market.offers.elasticity"),
        (REVERSED, OFF, "fail", "not met"),
        (ANYWAY, "", "pass", "met"),
        (ANYWAY, OFF, "fail", "the twin meets it too, so it does not depend on market.offers.elasticity"),
        (NOISE, "", "inconclusive", "the interval crosses a limit of the claim"),
        (OPEN_TWIN, OFF, "inconclusive",
         "met, but whether it depends on market.offers.elasticity is open: the interval crosses a limit of the claim"),
        (OPEN_BUT_TWIN, OFF, "fail", "the twin meets it too, so it does not depend on market.offers.elasticity"),
    ],
)  # fmt: skip
def test_the_verdict_from_the_arms_and_their_twins(
    write: Callable[..., Path], plant: Plant, profit: Profit, off: str, expected: str, reason: str
) -> None:
    plant(profit)
    answer = check(write(EXPECT + off))
    assert verdict(answer) == (expected, reason)
    assert answer.verdict == expected


def test_a_twin_is_off_in_every_draw_and_else_the_same(write: Callable[..., Path], plant: Plant) -> None:
    done = plant(WORKS)
    check(write(EXPECT + OFF))
    main = [one for one in done if one.market.offers.elasticity > 0]
    twin = [one for one in done if one.market.offers.elasticity == 0]
    assert len(main) == len(twin) == 2 * 3 * 2
    assert len({one.market.offers.elasticity for one in main}) == 3, "the belief is drawn in the arms themselves"
    others = [[(one.market.offers.displacement, one.strategy, one.run) for one in side] for side in (main, twin)]
    assert others[0] == others[1]


def test_files_that_read_other_days_of_the_same_runs_are_kept_apart(
    write: Callable[..., Path], plant: Plant, tmp_path: Path
) -> None:
    """And a check takes nothing from a store that a comparison wrote."""
    plant(WORKS)
    files = [write(EXPECT, "whole.toml"), write(EXPECT + 'window = "0 d .. 20 d"\n', "part.toml")]
    answer = check(files, store=tmp_path / "runs")
    assert [one.verdict for one in answer.scenarios] == ["pass", "pass"]
    asked = load(files[0])
    compare(asked, jobs=1, store=tmp_path / "runs")
    check(files, store=tmp_path / "runs")
    assert compare(asked, jobs=1, store=tmp_path / "runs").results.reused == 12


def test_only_arms_that_are_read_are_simulated_and_only_once(
    write: Callable[..., Path], plant: Plant, tmp_path: Path
) -> None:
    done = plant(WORKS)
    band = '[expect.y]\nkpi = "orders"\nvariant = "mild"\nbetween = [0, 100]\n'
    answer = check(write(band), store=tmp_path / "kept")
    assert (len(done), answer.reused) == (6, 0)
    assert check(write(band), store=tmp_path / "kept").reused == len(done) == 6
    path = write(band + EXPECT + OFF + EXPECT.replace("x]", "z]") + OFF)
    answer = check([path, path.parent], store=tmp_path / "kept")
    assert len(answer.scenarios) == 1
    assert len(done) == 6 + 6 + 12, "one more arm, and one twin of both arms for two expectations"


def test_intervals_hold_together(write: Callable[..., Path], plant: Plant) -> None:
    plant(lambda depth, off, draw, replication: 1e5 * depth * (draw + 5 * replication))

    def width(expect: str) -> float:
        main = check(write(expect)).scenarios[0].outcomes[0].main
        assert main.low is not None
        assert main.high is not None
        return main.high - main.low

    alone = width(EXPECT)
    assert width(EXPECT + OFF) == pytest.approx(width(EXPECT + EXPECT.replace("x]", "y]")))
    assert width(EXPECT + OFF) == pytest.approx(alone * 6.2053 / 4.3027, rel=1e-3), (
        "t of 2 degrees at 2.5 % / 2 and 2.5 %"
    )


def test_a_failed_run_excludes_its_draw_and_is_reported(write: Callable[..., Path], plant: Plant) -> None:
    def profit(depth: float, off: bool, draw: int, replication: int) -> float:
        if draw == 1 and depth > 0.1:
            raise ZeroDivisionError("planted")
        return WORKS(depth, off, draw, replication)

    plant(profit)
    answer = check(write(EXPECT))
    scenario = answer.scenarios[0]
    assert (verdict(answer)[0], scenario.outcomes[0].left_out, len(scenario.failures)) == ("pass", 1, 2)
    plant(lambda depth, off, draw, replication: 1 / 0)
    assert verdict(check(write(EXPECT))) == ("inconclusive", "there is no value to judge")


def test_one_run_is_inconclusive_and_sizes_can_be_changed(write: Callable[..., Path], plant: Plant) -> None:
    done = plant(WORKS)
    answer = check(write(EXPECT), draws=1, replications=1)
    assert verdict(answer) == ("inconclusive", "a single run has no interval")
    assert len(done) == 2
    with pytest.raises(InputError, match=r"^draws: "):
        check(write(EXPECT), draws=0)


def test_the_worst_file_decides(write: Callable[..., Path], plant: Plant) -> None:
    plant(WORKS)
    good = write(EXPECT, "good.toml")
    bad = write('[expect.x]\nkpi = "orders"\nvariant = "mild"\nbetween = [0, 1]\n', "bad.toml")
    answer = check([good, bad])
    assert [one.verdict for one in answer.scenarios] == ["pass", "fail"]
    assert answer.verdict == "fail"
    assert check([good]).verdict == "pass"


def test_answers_for_machines_and_tables(write: Callable[..., Path], plant: Plant) -> None:
    plant(WORKS)
    curve = '[expect.y]\nkpi = "orders"\nbest = { within = "1 %", has = "mild" }\n'
    answer = check(write(EXPECT + OFF + curve))
    answered = json.loads(json.dumps(answer.to_json(), allow_nan=False))
    assert (answered["schema"], answered["verdict"]) == (1, "pass")
    scenario = answered["scenarios"][0]
    assert {"name", "fingerprint_equal", "kpis", "expect"} <= scenario.keys()
    first = scenario["expect"][0]
    assert {"name", "verdict", "value", "low", "high"} <= first.keys()
    assert first["value"] == pytest.approx(70_000, abs=100)
    assert first["low"] <= first["value"] <= first["high"]
    assert first["twin"]["value"] == pytest.approx(0, abs=1)
    frame = answer.to_frame()
    assert list(frame["name"]) == ["x", "y"]
    assert frame["twin_met"][0] == "not met"


def test_the_table_says_what_was_expected_and_found(
    write: Callable[..., Path], plant: Plant, capsys: pytest.CaptureFixture[str]
) -> None:
    from rich.console import Console

    plant(ANYWAY)
    ratio = 'kpi = "aov"\nwindow = "0 d .. 9 d"\nratio = { of = "mild", to = { kpi = "orders" }, between = [-1e9, 9e9]}'
    print_check(check(write(EXPECT + OFF + "[expect.y]\n" + ratio)), Console(width=300))
    out = " ".join(capsys.readouterr().out.split())
    assert "contribution profit: deep & <i>wide</i> > mild" in out
    assert "deep & <i>wide</i> − mild: 700 CNY" in out
    assert "average order value of mild, days 0 to 9 / orders of mild" in out
    assert "x: the twin meets it too" in out
    assert "fail: 1 as expected, 1 not as expected" in out


PEOPLE = """
[expect.leads]
kpi     = "orders_per_customer"
variant = "mild"
where   = { stage = "lead" }
window  = "0 d .. 20 d"
between = [0, 5]
[expect.all]
kpi     = "orders_per_customer"
variant = "mild"
where   = {}
between = [0, 5]
[expect.plain]
kpi     = "orders_per_customer"
variant = "mild"
between = [0, 5]
"""


def test_people_are_followed_through_the_store_and_processes(write: Callable[..., Path], tmp_path: Path) -> None:
    """The real simulator: the people who are followed from the first day on are all people, and leads are fewer."""
    path = write(PEOPLE)
    first = check(path, store=tmp_path / "kept", jobs=2, draws=2)
    again = check(path, store=tmp_path / "kept", draws=2)
    assert (first.reused, again.reused) == (0, 4)
    values = [[outcome.main for outcome in answer.scenarios[0].outcomes] for answer in (first, again)]
    assert values[0] == values[1]
    leads, followed, plain = values[0]
    assert 0 < leads.value < plain.value
    assert followed.value == pytest.approx(plain.value, rel=0.02), "people who join on the last day are not followed"
