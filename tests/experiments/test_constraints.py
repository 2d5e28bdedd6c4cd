"""Bounds of a comparison: a market keeps one by its mean over replications, an arm by its share of the markets."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from experiments.comparison.comparison_plan import ComparisonPlan, comparison_plan
from experiments.comparison.constraints import ConstraintCheck, broken, check_limits
from experiments.output.market_words import MarketWords
from scenarios import Limit
from tests.experiments.conftest import question_in

MILD, DEEP = "mild", "deep & <i>wide</i>"
AT_LEAST = Limit("> 10 CNY", above=True, strict=True, value=1000.0)
NAN = float("nan")
pytestmark = pytest.mark.filterwarnings("error")


@pytest.fixture(scope="module")
def plan(tmp_path_factory: pytest.TempPathFactory) -> ComparisonPlan:
    """Two arms, and a bound that must hold in four of five markets."""
    asked = question_in(tmp_path_factory.mktemp("project"), ("LIMITS", 'subject_to = { gmv = "> 10 CNY" }'))
    return replace(comparison_plan(asked), chance=0.8)


def checks(
    plan: ComparisonPlan, mild: Sequence[Sequence[float]], bounds: Mapping[str, Limit] | None = None
) -> tuple[ConstraintCheck, ...]:
    """What is found where `mild`, draw by draw, has these values in its replications and `deep` has nothing."""
    values = np.asarray(mild)
    draw, replication = np.indices(values.shape)
    columns = {"draw": draw.ravel(), "replication": replication.ravel(), "value": values.ravel()}
    runs = pd.concat(
        pd.DataFrame({**columns, "variant": MILD, "kpi": kpi, "window": "horizon"}) for kpi in bounds or plan.limits
    )
    run = replace(plan.run, draws=values.shape[0], replications=values.shape[1])
    return check_limits(replace(plan, run=run, limits=bounds or plan.limits), runs)


def test_an_arm_keeps_a_bound_by_the_share_of_markets_and_not_by_its_mean(plan: ComparisonPlan) -> None:
    rich = [[9000.0, 9000.0]] * 7 + [[900.0, 900.0]] * 3
    found = checks(plan, rich)[0]
    assert (found.arm, found.kpi, found.text, found.judged) == (MILD, "gmv", "> 10 CNY", 10)
    assert found.mean == pytest.approx(6570.0)
    assert found.shown == "65.7 CNY"
    assert (found.share_kept, found.kept, found.state) == (pytest.approx(0.7), False, "open")
    poor = [[1001.0, 1001.0]] * 9 + [[-90_000.0, -90_000.0]]
    found = checks(plan, poor)[0]
    assert found.mean < 0.0
    assert (found.share_kept, found.kept, found.state) == (pytest.approx(0.9), True, "open")


def test_the_share_that_is_asked_for_is_enough(plan: ComparisonPlan) -> None:
    assert checks(plan, [[2000.0]] * 4 + [[0.0]])[0].kept
    assert not checks(plan, [[2000.0]] * 7 + [[0.0]] * 2)[0].kept


def test_a_market_is_judged_by_its_mean_over_replications(plan: ComparisonPlan) -> None:
    found = checks(plan, [[900.0, 1200.0], [900.0, 1050.0]])[0]
    assert (found.share_kept, found.judged) == (0.5, 2)


def test_runs_without_a_value_are_left_out_and_markets_without_any_are_not_judged(plan: ComparisonPlan) -> None:
    mild, deep = checks(plan, [[NAN, 1200.0], [NAN, NAN], [500.0, NAN]])
    assert (mild.share_kept, mild.judged, mild.mean) == (0.5, 2, 850.0)
    assert (deep.arm, deep.share_kept, deep.judged, deep.kept) == (DEEP, 1.0, 0, True)
    assert np.isnan(deep.mean)


@pytest.mark.parametrize(
    ("above", "strict", "kept"),
    [(True, True, (0, 0, 1)), (True, False, (0, 1, 1)), (False, True, (1, 0, 0)), (False, False, (1, 1, 0))],
)
def test_the_bound_itself(plan: ComparisonPlan, above: bool, strict: bool, kept: tuple[int, ...]) -> None:
    bound = {"gmv": Limit("10 CNY", above, strict, 1000.0)}
    assert tuple(checks(plan, [[value]], bound)[0].share_kept for value in (999.0, 1000.0, 1001.0)) == kept


def test_all_bounds_that_an_arm_breaks_are_named(plan: ComparisonPlan) -> None:
    bounds = {"gmv": AT_LEAST, "orders": Limit("> 3", above=True, strict=True, value=2000.0)}
    found = checks(plan, [[1500.0]] * 12 + [[0.0]] * 8, bounds)
    many = broken(found, MarketWords(20, one=False))
    assert many == {
        MILD: "mild keeps sales (GMV) > 10 CNY in only 60 % of plausible markets, "
        "and mild keeps orders > 3 in only 0 % of plausible markets"
    }
    one = broken(found[:1], MarketWords(1, one=True))
    assert one == {MILD: "mild does not keep sales (GMV) > 10 CNY in the one market that was simulated"}
