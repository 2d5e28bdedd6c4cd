"""Builds on other luck than their baseline: the check does not cry wolf, and simpler rules would."""

from __future__ import annotations

import pytest

from benchmarks.no_change import FIRST_SEED, QUESTIONS, builds, small


@pytest.mark.slow
def test_luck_alone_fails_no_build() -> None:
    """Ten builds at a rate of one alarm in ten thousand; a mean that is off by the smallest change fails most."""
    done = list(builds([small(name) for name in QUESTIONS], range(FIRST_SEED, FIRST_SEED + 10)))
    assert len(done) == 10
    assert [build.answer for build in done].count("fail") == 0
    assert sum(build.tolerance for build in done) >= 9
