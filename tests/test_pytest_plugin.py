"""Scenario files as tests of pytest: which are collected, what each test says, and that runs are simulated once."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

import sim
from experiments import check
from sim.fingerprint import cache_folder
from sim.output.ledger import Ledger
from sim.scenario import Scenario
from tests.experiments.conftest import QUESTION, planted_ledger

pytest_plugins = ["pytester"]

ORDER = '[expect.deep_pays]\nkpi = "contribution_profit"\norder = {}\noff = "market.offers.elasticity"\n'
DEEP_PAYS = ORDER.format('["deep & <i>wide</i>", "mild"]')
MILD_PAYS = ORDER.format('["mild", "deep & <i>wide</i>"]').replace("deep_pays", "mild_pays")
ORDERS = '[expect.orders]\nkpi = "orders"\nvariant = "mild"\nbetween = [0, 100]\n'
OTHERS = {
    "pyproject.toml": '[project]\nname = "x"\n[tool.pytest.ini_options]\n',
    "market.toml": 'extends = "library:strong_brand"\n[market.need]\nregularity = 1.2\n',
    "sweep.toml": 'scenario = "small.toml"\n[sweep]\ndesign = "grid"\n',
    "damaged.toml": "a = [1,\n",
    "latin.toml": "name = '\xe9'",
}

MACHINE_CODE = str(cache_folder().parents[1])
"""Read here, because inner sessions have another home folder."""

Test = Callable[..., pytest.RunResult]


def plant(monkeypatch: pytest.MonkeyPatch) -> list[Scenario]:
    """A simulator in which a discount earns its depth, and nothing in the twin. Returns the list of all its runs."""
    done: list[Scenario] = []

    def run(scenario: Scenario, draw: int = 0, replication: int = 0, **_: object) -> Ledger:
        done.append(scenario)
        depth = scenario.strategy.campaigns["rhythm"].offer.depth
        assert depth is not None
        earned = 1e6 * depth if scenario.market.offers.elasticity else 0.0
        return planted_ledger(scenario, 1e6 * draw + earned + 100 * replication)

    monkeypatch.setattr(sim, "run", run, raising=False)
    return done


@pytest.fixture(scope="module", autouse=True)
def imported(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Import all that a check needs beforehand: an inner session removes its own imports, and numpy can be imported
    only once."""
    file = tmp_path_factory.mktemp("first") / "small.toml"
    file.write_text(small(DEEP_PAYS), encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        plant(patch)
        check(file, store=file.parent / "runs", jobs=1)
        check(file, jobs=1, baseline=file.parent, update=True, why="first")


@pytest.fixture
def runs(monkeypatch: pytest.MonkeyPatch) -> list[Scenario]:
    """The planted simulator's runs."""
    return plant(monkeypatch)


@pytest.fixture
def tested(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> Test:
    """Writes scenario files into an empty folder and runs pytest on it with the plugin."""
    monkeypatch.delenv("PYTEST_XDIST_WORKER", raising=False)

    def tested(files: dict[str, str], *options: str) -> pytest.RunResult:
        for name, text in files.items():
            path = pytester.path / name
            path.parent.mkdir(exist_ok=True)
            path.write_text(text, encoding="latin-1" if name == "latin.toml" else "utf-8")
        return pytester.runpytest_inprocess("-p", "experiments.pytest_plugin", *options)

    return tested


def small(expect: str = "", **changes: str) -> str:
    text = QUESTION.replace("LIMITS", "") + expect
    for old, new in changes.items():
        assert old in text
        text = text.replace(old, new)
    return text


def test_an_expectation_is_a_test_and_runs_are_simulated_once(tested: Test, runs: list[Scenario]) -> None:
    result = tested({"shop/small.toml": small(DEEP_PAYS + ORDERS)}, "-v")
    result.assert_outcomes(passed=2)
    result.stdout.fnmatch_lines(["*small.toml::deep_pays PASSED*", "*small.toml::orders PASSED*"])
    assert len(runs) == 2 * 3 * 2 * 2, "arms, draws, replications, and once more for the twin"
    tested({}).assert_outcomes(passed=2)
    assert len(runs) == 24, "kept in pytest's cache"
    tested({}, "--cache-clear", "-k", "orders").assert_outcomes(passed=1, deselected=1)
    assert len(runs) == 48
    assert tested({}, "-p", "no:cacheprovider").ret == 0


def test_other_toml_is_not_collected(tested: Test, runs: list[Scenario]) -> None:
    result = tested({**OTHERS, "small.toml": small(), "child.toml": 'extends = "small.toml"\n' + ORDERS})
    result.assert_outcomes(passed=1)
    tested({}, "-p", "no:experiments.pytest_plugin").assert_outcomes()


def test_an_inherited_expectation_is_tested_too(tested: Test, runs: list[Scenario]) -> None:
    tested({"small.toml": small(ORDERS), "child.toml": 'extends = "small.toml"\n'}).assert_outcomes(passed=2)


def test_an_unmet_expectation_is_explained(tested: Test, runs: list[Scenario]) -> None:
    result = tested({"small.toml": small(MILD_PAYS)})
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines([
        "not met",
        "expected  contribution profit: mild > deep & <i>wide</i>",
        "found     mild − deep & <i>wide</i>: −700 CNY (*",
        "off       mild − deep & <i>wide</i>: 0 CNY (*without market.offers.elasticity",
        "[[]expect.mild_pays[]] in small.toml",
    ])  # fmt: skip
    assert "Traceback" not in result.stdout.str()
    assert "pytest_plugin.py" not in result.stdout.str()


def test_inconclusive_fails_and_says_so_first(tested: Test, runs: list[Scenario]) -> None:
    text = small(DEEP_PAYS).replace("draws        = 3", "draws = 1").replace("replications = 2", "replications = 1")
    result = tested({"small.toml": text})
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["inconclusive: a single run has no interval", "expected *"])


@pytest.mark.parametrize(
    ("text", "line"),
    [
        (small(DEEP_PAYS.replace("order", "ordre")), "small.toml:*: expect.deep_pays.ordre: *"),
        (small(DEEP_PAYS) + "[expect.x\n", "small.toml:*[[]expect.x*"),
    ],
)
def test_a_wrong_file_is_one_line(tested: Test, runs: list[Scenario], text: str, line: str) -> None:
    result = tested({"small.toml": text, "good.toml": small(ORDERS)}, "--continue-on-collection-errors")
    result.assert_outcomes(errors=1, passed=1)
    result.stdout.fnmatch_lines(["*ERROR collecting small.toml*", line])
    assert "Traceback" not in result.stdout.str()
    assert "loading.py" not in result.stdout.str()


# --- baselines -------------------------------------------------------------------------------------


@pytest.fixture
def baseline(pytester: pytest.Pytester, runs: list[Scenario]) -> Path:
    """A baseline of the small question."""
    (pytester.path / "small.toml").write_text(small(DEEP_PAYS), encoding="utf-8")
    check("small.toml", baseline="baselines", update=True, why="first", jobs=1)
    return pytester.path / "baselines"


OPTION = ("--rehearse-baseline", "baselines", "-v")


def test_a_question_is_compared_with_its_baseline(tested: Test, baseline: Path, runs: list[Scenario]) -> None:
    runs.clear()
    result = tested(OTHERS, *OPTION)
    result.assert_outcomes(passed=2)
    result.stdout.fnmatch_lines(["small.toml::baseline PASSED*", "small.toml::deep_pays PASSED*"])
    assert len(runs) == 4 * 2 + 24 - 6, "four runs of each arm, and the other ones of the expectation"


def test_a_change_is_shown_with_its_numbers(
    tested: Test, baseline: Path, runs: list[Scenario], monkeypatch: pytest.MonkeyPatch
) -> None:
    before = sim.run
    monkeypatch.setattr(sim, "run", lambda scenario, draw=0, replication=0, **_: before(scenario, draw + 0.5, 0))
    result = tested({}, *OPTION, "-k", "baseline")
    result.assert_outcomes(failed=1, deselected=1)
    result.stdout.fnmatch_lines([
        "contribution_profit changed*",
        "Small <b>question</b>: not equal to its baseline; judged by 32 of 64 pairs *",
        "contribution profit of mild: * CNY before, * CNY now, +* (+*; matters from *; p-value < 1e-*; changed",
        "in money: contribution profit of mild *",
        'to accept: --update --why "..." --may contribution_profit:up',
    ])  # fmt: skip
    assert "Traceback" not in result.stdout.str()


def test_a_missing_baseline_is_an_error_of_one_line(tested: Test, baseline: Path, runs: list[Scenario]) -> None:
    (baseline / "small.baseline").write_text("damaged", encoding="utf-8")
    result = tested({"second.toml": small()}, *OPTION)
    result.assert_outcomes(passed=1, errors=2)
    result.stdout.fnmatch_lines(["baselines/second.baseline: no such file; *"])
    result.stdout.fnmatch_lines(["baselines/small.baseline: not a baseline; *"])
    assert "Traceback" not in result.stdout.str()
    assert "experiments/" not in result.stdout.str()


# --- several processes -----------------------------------------------------------------------------


def test_two_processes_of_pytest_share_their_runs(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    """The real simulator: under xdist each process judges by itself, and the runs are in one store."""
    monkeypatch.setenv("REHEARSE_CACHE", MACHINE_CODE)
    text = small(ORDERS + ORDERS.replace("expect.orders", "expect.more").replace("[0, 100]", "[0, 10000]"))
    for old, new in (("= 300", "= 100"), ("draws        = 3", "draws = 1"), ("replications = 2", "replications = 6")):
        assert old in text
        text = text.replace(old, new)
    (pytester.path / "small.toml").write_text(text, encoding="utf-8")
    result = pytester.runpytest_subprocess("-p", "experiments.pytest_plugin", "-n", "2", "-v")
    result.assert_outcomes(failed=1, passed=1)
    result.stdout.fnmatch_lines(["*PASSED small.toml::more*"])
    result.stdout.fnmatch_lines(["not met"])
    kept = [path for path in (pytester.path / ".pytest_cache" / "d" / "rehearse").rglob("*") if path.is_file()]
    assert len([path for path in kept if path.name != "claims"]) == 6
