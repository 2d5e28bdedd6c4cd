"""Bounds of a comparison: a market keeps one by its mean over replications, an arm by its share of the markets."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from experiments.comparison.comparison_plan import ComparisonPlan, comparison_plan
from experiments.comparison.constraints import (
    ConstraintCheck,
    broken,
    check_limits,
    open_bounds,
    probability_admissible,
    state_of_count,
)
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


# --- whether it is shown -----------------------------------------------------------------------------


def test_a_count_of_markets_shows_a_bound_kept_or_broken() -> None:
    """Exact bounds at 95 % from a printed table: 0.92 for 35 of 35, and 0.42 for 1 of 10 from above."""
    assert [state_of_count(*case, 0.95)[0] for case in ((59, 59, 0.95), (58, 58, 0.95))] == ["kept", "open"]
    assert [state_of_count(1, 10, chance, 0.95)[0] for chance in (0.395, 0.393)] == ["broken", "open"]
    probability = stats.beta.sf(0.8, 7.5, 3.5)
    assert [state_of_count(7, 10, 0.8, level)[1] for level in (0.9, 0.5)] == [pytest.approx(probability)] * 2
    assert state_of_count(10, 10, 0.5, 0.95) == ("kept", pytest.approx(stats.beta.sf(0.5, 10.5, 0.5)))
    assert state_of_count(0, 10, 0.5, 0.95) == ("broken", pytest.approx(stats.beta.sf(0.5, 0.5, 10.5)))


def test_a_bound_of_several_markets_is_counted(plan: ComparisonPlan) -> None:
    found = checks(plan, [[2000.0]] * 13 + [[0.0]])[0]
    assert (found.state, found.probability_kept) == state_of_count(13, 14, 0.8, plan.confidence)
    assert checks(plan, [[2000.0]] * 2)[0].probability_kept == state_of_count(2, 2, 0.8, plan.confidence)[1]
    none = checks(plan, [[NAN]] * 3)[0]
    assert (none.kept, none.state, none.probability_kept, none.shown) == (True, "kept", 1.0, "–")


def test_a_bound_of_one_market_is_judged_by_students_t(plan: ComparisonPlan) -> None:
    """Of 999 and 1003 the mean is 1001 with an error of 2, and a bound at 1000 is 1 away: half an error."""
    found = checks(plan, [[999.0, 1003.0, NAN]])[0]
    probability = stats.t.cdf(0.5, 1)
    assert (found.state, found.probability_kept) == ("open", pytest.approx(probability))
    below = checks(plan, [[999.0, 1003.0]], {"gmv": Limit("< 10 CNY", above=False, strict=True, value=1000.0)})[0]
    assert (below.state, below.probability_kept) == ("open", pytest.approx(1.0 - probability))
    three = checks(plan, [[996.0, 1002.0, 1005.0]])[0]
    assert three.probability_kept == pytest.approx(stats.t.cdf(1.0 / math.sqrt(21.0 / 3.0), 2))
    point = stats.t.ppf(plan.confidence, 1)
    for away, state in (
        (point * 1.001, "kept"),
        (point * 0.999, "open"),
        (-point * 0.999, "open"),
        (-point * 1.001, "broken"),
    ):
        middle = 1000.0 + 2.0 * away
        assert checks(plan, [[middle - 2.0, middle + 2.0]])[0].state == state
    assert [(one.state, one.probability_kept) for one in checks(plan, [[1001.0]])[:1]] == [("open", None)]


def test_a_probability_that_is_exactly_the_level_is_enough(plan: ComparisonPlan) -> None:
    low, high = [900.0, 1000.0, 1020.0], [980.0, 1000.0, 1100.0]
    at_low, at_high = (checks(plan, [values])[0].probability_kept for values in (low, high))
    assert at_low is not None
    assert at_high is not None
    assert 1.0 - (1.0 - at_low) == at_low < 0.5 < at_high
    assert checks(replace(plan, confidence=1.0 - at_low), [low])[0].state == "broken"
    assert checks(replace(plan, confidence=at_high), [high])[0].state == "kept"


@pytest.mark.parametrize(
    ("value", "state"), [(1001.0, ("kept", 1.0)), (1000.0, ("broken", 0.0)), (-5.0, ("broken", 0.0))]
)
def test_a_bound_of_one_market_that_does_not_vary(plan: ComparisonPlan, value: float, state: tuple[str, float]) -> None:
    """A spread of one part in 1e12 is rounding, one of ten parts is not."""
    found = [
        checks(plan, [[value, value * (1.0 + spread)]])[0] for spread in ((0.0, 1e-12) if value != 1000.0 else (0.0,))
    ]
    assert {(one.state, one.probability_kept) for one in found} == {state}
    apart = checks(plan, [[value, value * (1.0 + 1e-11)]])[0].probability_kept
    assert apart is not None
    assert 0.0 < apart < 1.0
    nothing = checks(plan, [[0.0, 0.0]])[0]
    assert (nothing.state, nothing.probability_kept) == ("broken", 0.0)


def test_bounds_that_are_open_are_named_unless_another_is_broken(plan: ComparisonPlan) -> None:
    bounds = {"gmv": AT_LEAST, "orders": Limit("> 3", above=True, strict=True, value=100.0)}
    found = checks(plan, [[1500.0]] * 12 + [[0.0]] * 2, bounds)
    assert [one.state for one in found] == ["open", "kept", "open", "kept"]
    text = "mild keeps sales (GMV) > 10 CNY in 86 % of plausible markets"
    few = "mild keeps orders > 3 in 86 % of plausible markets"
    assert open_bounds(found, MarketWords(14, one=False)) == {MILD: f"{text}, and {few}"}
    less = checks(plan, [[1500.0]] * 11 + [[0.0]] * 3)
    assert open_bounds(less, MarketWords(14, one=False)) == {MILD: text.replace("in 86", "in only 79")}
    assert broken(less, MarketWords(14, one=False)) == {}
    one = {MILD: "mild may or may not keep sales (GMV) > 10 CNY in the one market that was simulated"}
    assert open_bounds(found[:1], MarketWords(1, one=True)) == one
    mixed = checks(plan, [[1500.0]] * 12 + [[0.0]] * 8, {**bounds, "gmv": Limit("> 1 CNY", True, True, -1.0)})
    assert [one.state for one in mixed] == ["kept", "kept", "broken", "kept"]
    both = (replace(mixed[0], state="open"), *mixed[1:])
    assert open_bounds(both, MarketWords(20, one=False)) == {}
    other = (replace(mixed[0], state="open", arm=DEEP), *mixed[1:])
    assert list(open_bounds(other, MarketWords(20, one=False))) == [DEEP]


def test_the_probability_of_keeping_all_bounds(plan: ComparisonPlan) -> None:
    """At least 1 less what each of them may be broken with."""
    one = checks(plan, [[2000.0]] * 3)[0]
    kept = [replace(one, probability_kept=chance) for chance in (0.9, 0.75)]
    other = replace(one, arm=DEEP, probability_kept=None)
    assert probability_admissible([*kept, other], MILD) == pytest.approx(0.65)
    assert probability_admissible([*kept, kept[0], replace(one, probability_kept=0.1)], MILD) == 0.0
    assert probability_admissible([*kept, other], DEEP) is None
    assert probability_admissible([], MILD) == 1.0
