"""Runs that are cut into shards: the same records, and one line where that cannot be."""

from __future__ import annotations

import pandas as pd
import pytest

from experiments import run_arm
from experiments.questions.single_arm import in_shards
from experiments.runs.planned_runs import plan_from
from scenarios import InputError

from .conftest import Ask


def test_an_arm_in_shards_is_that_of_one_process(ask: Ask) -> None:
    sizes = {"draws": 1, "replications": 2}
    cut, whole = run_arm(ask(), shards=2, **sizes), run_arm(ask(), jobs=1, **sizes)
    pd.testing.assert_frame_equal(cut.results.runs, whole.results.runs)
    pd.testing.assert_frame_equal(cut.results.series, whole.results.series)
    pd.testing.assert_frame_equal(cut.results.campaigns, whole.results.campaigns)


def test_shards_are_not_in_the_name_of_a_run(ask: Ask) -> None:
    planned = plan_from(ask())
    cut = in_shards(planned, 2, None)
    assert [(one.key, one.ledger_key) for one in cut] == [(one.key, one.ledger_key) for one in planned]


def test_too_many_shards_are_one_line(ask: Ask) -> None:
    with pytest.raises(InputError) as caught:
        run_arm(ask(), shards=100_000)
    assert caught.value.place == "--shards"
    assert "\n" not in str(caught.value)
