"""The rule: which arm may win, when there is no difference, and what is said when it is not known."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pytest

from experiments.comparison import plausible_markets as pm, statistics as st
from experiments.comparison.verdict import Evidence, Verdict, decide


def judge(
    values: st.Floats,
    *,
    indifference: float = 0.0,
    broken: Mapping[str, str] | None = None,
    open_bounds: Mapping[str, str] | None = None,
    confidence: float = 0.95,
) -> Verdict:
    names = tuple("ABCDEFG"[: len(values)])
    return decide(
        Evidence(
            names=names,
            values=values,
            intervals=tuple(st.intervals(values, confidence, 1000)),
            markets=pm.plausible(values, 200),
            indifference=indifference,
            confidence=confidence,
            broken=broken or {},
            open_bounds=open_bounds or {},
            amount=lambda value: f"{value:.1f} u",
        )
    )


def worlds(
    seed: int, means: list[float], *, draws: int = 40, replications: int = 2, market: float, chance: float
) -> st.Floats:
    rng = np.random.default_rng(seed)
    shape = (len(means), draws)
    own = rng.normal(0, market, (*shape, 1)) + rng.normal(0, chance, (*shape, replications))
    return np.asarray(means)[:, None, None] + rng.normal(0, 20, (1, draws, 1)) + own


def test_a_clear_leader_is_named_with_its_lead_and_its_risk() -> None:
    verdict = judge(worlds(1, [0, 10, 3], draws=60, market=1, chance=1))
    assert (verdict.arm, verdict.kind) == ("B", "winner")
    assert verdict.reason.startswith("B is ahead of C, the nearest rival, by ")
    assert "95 % interval" in verdict.reason
    assert verdict.reason.endswith("best in 100 % of plausible markets, with an expected regret of 0.0 u.")


def test_a_ranking_that_flips_in_plausible_markets_is_undecided_however_clear_the_mean() -> None:
    values = worlds(2, [0, 4], draws=2000, market=5, chance=0.5)
    row = st.intervals(values, 0.95)[0]
    assert row.high is not None
    assert row.high < 0, "the mean difference must be clear, or this tests something else"
    verdict = judge(values)
    assert verdict.arm is None
    assert "plausible markets. More runs will not settle this, knowing the market better would" in verdict.reason
    assert "choosing B now costs" in verdict.reason


def test_chance_alone_does_not_make_a_ranking_flip() -> None:
    verdict = judge(worlds(3, [0, 4], draws=400, market=0, chance=5))
    assert verdict.arm == "B", verdict.reason


def test_too_few_draws_says_how_many_would_do() -> None:
    """Differences 1.2, 2.2, 3.2: half-width 4.303 / sqrt(3) = 2.48 against 2.2, so 3 (2.48 / 2.2)^2 = 3.8."""
    gap = np.array([[1.2], [2.2], [3.2]]) + np.array([[-0.001, 0.001]])
    verdict = judge(np.stack([np.zeros((3, 2)), gap]))
    assert verdict.arm is None
    assert "about 4 draws (now 3)" in verdict.reason


def test_the_advice_is_about_right_when_chance_dominates() -> None:
    verdict = judge(worlds(12, [0, 2], draws=20, market=0, chance=4))
    assert verdict.arm is None, verdict.reason
    assert "replications (now 2)" in verdict.reason
    needed = int(verdict.reason.split("about ")[1].split(" ")[0])
    assert needed < 40
    more = [worlds(s, [0, 2], draws=20, replications=2 * needed, market=0, chance=4) for s in range(100)]
    clear = np.mean([st.intervals(values, 0.95)[0].high < 0 for values in more])  # type: ignore[operator]
    same = [worlds(s, [0, 2], draws=20, replications=2, market=0, chance=4) for s in range(100)]
    before = np.mean([st.intervals(values, 0.95)[0].high < 0 for values in same])  # type: ignore[operator]
    assert clear > 0.8
    assert before < 0.6


def test_equal_runs_are_no_difference() -> None:
    values = np.repeat(worlds(5, [0], market=1, chance=1), 2, axis=0)
    verdict = judge(values)
    assert (verdict.arm, verdict.kind) == (None, "no difference")
    assert verdict.reason == "no difference: the arms give the same result in every run."


def test_two_equal_leaders_and_one_behind_are_reported_as_they_are() -> None:
    values = np.repeat(worlds(5, [0], market=1, chance=1), 3, axis=0)
    values[2] -= 10.0
    verdict = judge(values)
    assert (verdict.arm, verdict.kind) == (None, "undecided")
    assert "B, the nearest rival, by 0.0 u on average" in verdict.reason
    assert "the same in every run, and no more than matters to you" in verdict.reason
    assert verdict.reason.endswith("Clearly behind: C.")


def test_behind_on_average_is_not_clearly_behind_where_some_markets_say_otherwise() -> None:
    """C trails by 5 with a spread of 10 between markets: 400 draws make that clear of the mean, and 31 % deny it."""
    values = worlds(8, [0, 0.2, -5], draws=400, market=0.5, chance=0.1)
    values[2] += np.random.default_rng(1).normal(0.0, 10.0, (400, 1))
    verdict = judge(values)
    assert verdict.kind == "undecided"
    assert st.intervals(values, 0.95)[1].low > 0.0  # type: ignore[operator]
    assert "Clearly behind" not in verdict.reason
    values[2] -= 25.0
    assert judge(values).reason.endswith("Clearly behind: C.")


def test_small_differences_are_no_difference_where_they_do_not_matter() -> None:
    values = worlds(6, [0, 0.5], draws=60, market=0.1, chance=0.1)
    assert judge(values).arm == "B"
    verdict = judge(values, indifference=2)
    assert (verdict.arm, verdict.kind) == (None, "no difference")
    assert "less than the 2.0 u that matter to you" in verdict.reason


def test_a_small_mean_over_large_differences_either_way_is_not_no_difference() -> None:
    verdict = judge(worlds(7, [0, 0], draws=4000, market=5, chance=0.1), indifference=2)
    assert verdict.kind == "undecided"
    assert "good enough in only" in verdict.reason


def test_an_arm_that_breaks_a_constraint_cannot_win() -> None:
    values = worlds(8, [0, 3, 9], draws=60, market=0.5, chance=0.5)
    assert judge(values).arm == "C"
    verdict = judge(values, broken={"C": "C breaks its bound"})
    assert verdict.arm == "B"
    assert "(C breaks its bound, and so cannot win)" in verdict.reason


def test_the_only_arm_that_keeps_the_constraints_wins_and_it_is_said() -> None:
    verdict = judge(worlds(8, [0, 3], market=0.5, chance=0.5), broken={"B": "B breaks its bound"})
    assert verdict.arm == "A"
    assert verdict.reason == ("A is the only arm that keeps the constraints (B breaks its bound, and so cannot win).")


def test_no_arm_keeps_the_constraints() -> None:
    verdict = judge(worlds(8, [0, 3], draws=60, market=0.5, chance=0.5), broken={"A": "A breaks", "B": "B breaks"})
    assert verdict.arm is None
    assert verdict.reason.startswith(
        "undecided: no arm keeps the constraints (A breaks; B breaks). Leaving them aside: B is ahead of A by "
    )


def test_one_run_each_is_undecided() -> None:
    verdict = judge(np.array([[[1.0]], [[100.0]]]))
    assert verdict.reason == ("undecided: a single run has no error bar; give at least two draws or two replications.")


def test_replications_alone_can_settle_a_known_market() -> None:
    values = worlds(9, [0, 3], draws=1, replications=30, market=0, chance=1)
    assert judge(values).arm == "B"


@pytest.mark.parametrize("market", [0.0, 2.0])
def test_arms_equal_in_mean_are_seldom_given_a_winner(market: float) -> None:
    """False alarms stay at or below the level; with a market between them, they nearly vanish."""
    repeats = 400
    named = sum(
        judge(worlds(1000 + s, [0, 0, 0], draws=20, market=market, chance=2)).arm is not None for s in range(repeats)
    )
    assert named / repeats <= 0.05 + 3 * (0.05 * 0.95 / repeats) ** 0.5
