"""The page of claims is complete, its paths exist, and its patterns name their sources and stay inside the prior."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from pathlib import Path

import pytest

from scenarios import get, load, load_market
from scenarios.toml.toml_document import LIBRARY
from scenarios.values.paths import market_shapes
from scenarios.values.shapes import Shape, shape_of, slots
from sim.scenario import Market, RunSettings, Strategy

PAGE = Path(__file__).resolve().parents[2] / "docs" / "evidence.md"
PATTERNS = sorted(path for path in (LIBRARY / "patterns").glob("*.toml") if "[expect." in path.read_text("utf-8"))
SOURCES = (
    "000_aa9502d1657b1365.txt",
    "001_43443302eeed8771.txt",
    "002_d328a8296ba8a1c4.txt",
    "003_07bc29b0acee8633.txt",
    "004_09b578cf39baf7cd.txt",
)
CLAIMS = (
    {f"A{n}" for n in (*range(8, 13), 17, *range(23, 30))}
    | {f"B{n}" for n in range(1, 32)}
    | {f"C{n}" for n in (*range(1, 18), *range(19, 24))}
    | {f"D{n}" for n in (*range(1, 11), *range(17, 27))}
    | {f"E{n}" for n in range(1, 17)}
    | {f"G{n}" for n in range(1, 21)}
)
ROOTS = {"market": Market, "strategy": Strategy, "run": RunSettings}


@dataclass(frozen=True)
class Row:
    """One claim of the page."""

    row: str
    claim: str
    source: str
    said_by: str
    pattern: str
    how: str

    @property
    def paths(self) -> list[str]:
        return re.findall(r"`([^`]+)`", self.said_by)

    @property
    def patterns(self) -> list[str]:
        return [] if self.pattern == "not tested" else self.pattern.split(", ")


def rows() -> list[Row]:
    lines = [line for line in PAGE.read_text(encoding="utf-8").splitlines() if re.match(r"\| [A-EG]\d+ \|", line)]
    return [Row(*(cell.strip() for cell in line.strip("|").split("|"))) for line in lines]


def exists(path: str) -> bool:
    """Whether a path leads somewhere; any name fits where the format has names."""
    root, *parts = path.split(".")
    shape: Shape | None = shape_of(ROOTS[root]) if root in ROOTS else None
    for part in parts:
        if shape is None:
            return False
        if shape.kind == "names":
            shape = shape.of
        else:
            known = {slot.key: slot.shape for slot in slots(shape.of)} if shape.kind == "table" else {}
            shape = known.get(part)
    return shape is not None


def test_every_claim_is_there_once() -> None:
    names = [row.row for row in rows()]
    assert sorted(names) == sorted(CLAIMS)


@pytest.mark.parametrize("row", rows(), ids=lambda row: row.row)
def test_a_claim_names_paths_that_exist(row: Row) -> None:
    assert re.fullmatch(r"00[0-4]:\d+(-\d+)?(, 00[0-4]:\d+(-\d+)?)*", row.source)
    assert row.how in ("assumed", "emergent", "definition", "out of scope")
    assert (row.how == "out of scope") == (not row.paths)
    assert [path for path in row.paths if not exists(path)] == []


def test_paths_that_lead_nowhere_are_noticed() -> None:
    assert not exists("market.fatigue.halflife")
    assert not exists("market.need.cycle.mean")
    assert not exists("people.fit")


def test_few_claims_are_out_of_scope() -> None:
    assert sum(row.how == "out of scope" for row in rows()) <= 15


def test_the_page_and_the_patterns_name_each_other() -> None:
    named = {name for row in rows() for name in row.patterns}
    assert named == {path.stem for path in PATTERNS}
    page = PAGE.read_text(encoding="utf-8")
    described = re.findall(
        r"^\| ([a-z][a-z_0-9, ]+) \|.*\| (?:assumed|emergent|assumed, emergent) \|", page, re.MULTILINE
    )
    assert {name for cell in described for name in cell.split(", ")} == named


@pytest.mark.parametrize("path", PATTERNS, ids=lambda path: path.stem)
def test_a_pattern_names_its_source(path: Path) -> None:
    expectations = load(path).expectations
    cited = "".join(one.source for one in expectations.values())
    for one in expectations.values():
        assert re.search("|".join(map(re.escape, SOURCES)) + r":\d+", one.source), f"{one.name}: {one.source}"
    for row in rows():
        starts = set(re.findall(r"\b(00\d):", row.source)) if path.stem in row.patterns else set()
        assert not starts or any(f"{start}_" in cited for start in starts), f"{row.row} is not cited in {path.name}"
    assert any(one.off for one in expectations.values())


@pytest.mark.parametrize("path", PATTERNS, ids=lambda path: path.stem)
def test_a_patterns_market_lies_in_the_prior(path: Path) -> None:
    prior = load_market("library:base").beliefs
    scenario = next(iter(load(path).arms.values()))
    known = market_shapes(scenario.market)
    for name, belief in prior.items():
        if name in known:
            value = get(scenario, name)
            slack = 1e-9 * max(abs(belief.p5), abs(belief.p95))
            assert belief.p5 - slack <= value <= belief.p95 + slack, f"{name}: {value}"
            assert math.isfinite(value)
