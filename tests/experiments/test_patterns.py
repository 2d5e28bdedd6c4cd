"""The library's patterns hold, and do not hold without the mechanism that each of them names."""

from __future__ import annotations

from pathlib import Path

import pytest

from experiments import check
from scenarios.toml.toml_document import LIBRARY

PATTERNS = [path for path in sorted(LIBRARY.glob("patterns/**/*.toml")) if "[expect." in path.read_text("utf-8")]
"""Not loaded as questions, which takes seconds in each process that collects these tests."""


@pytest.mark.slow
@pytest.mark.parametrize("path", PATTERNS, ids=lambda path: path.stem)
def test_a_pattern_holds_and_its_twin_does_not(path: Path) -> None:
    checked = check(path)
    assert checked.verdict == "pass", checked.to_frame().to_string()


def test_a_cheap_pattern_holds_in_few_replications() -> None:
    checked = check("library:preparation", replications=3, jobs=1)
    (outcome,) = checked.scenarios[0].outcomes
    assert checked.verdict == "pass"
    assert outcome.twin is not None
    assert outcome.twin.value == 0.0
