"""Markets are counted with their error: exact bounds, who may be named, open bounds, leaders, more draws, many arms."""

from __future__ import annotations

import io
from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import binom

from benchmarks.verdict_error import CASES, answer as wrong_verdicts
from experiments import compare, print_comparison
from experiments.comparison import plausible_markets as pm, statistics as st
from experiments.comparison.comparison_result import ArmResult, PairDifference
from experiments.comparison.comparison_text import format_folded, most_read
from experiments.comparison.constraints import state_of_count
from experiments.output.console import console_on
from experiments.report.figures import forest_figure
from experiments.report.page import headline
from scenarios import InputError

from .conftest import Ask, Plant
from .test_verdict import judge, worlds


@pytest.mark.parametrize("share", [0.5, 0.9, 0.95, 0.99])
@pytest.mark.parametrize("draws", [2, 20, 60])
def test_the_bound_of_a_count_is_above_the_truth_seldom_enough(share: float, draws: int) -> None:
    above = [k for k in range(draws + 1) if st.share_low(k, draws, 0.95) > share]
    assert sum(binom.pmf(above, draws, share)) <= 0.05
    assert st.share_high(draws - 3 if draws > 3 else 0, draws, 0.95) == pytest.approx(
        1.0 - st.share_low(3 if draws > 3 else draws, draws, 0.95)
    )


def test_how_many_markets_it_takes() -> None:
    assert [st.least_markets(c, c) for c in (0.95, 0.9, 0.8)] == [59, 22, 8]
    assert st.share_low(59, 59, 0.95) >= 0.95 > st.share_low(58, 58, 0.95)
    assert [round(st.share_error(1.0, n, 0.95), 2) for n in (2, 40, 60)] == [0.84, 0.09, 0.06]


def test_a_bound_is_kept_broken_or_open() -> None:
    found = [state_of_count(kept, 60, 0.95, 0.95) for kept in (60, 57, 40)]
    assert [state for state, _ in found] == ["kept", "open", "broken"]
    assert state_of_count(2, 2, 0.95, 0.95)[0] == "open", "two markets show nothing"
    chances = [chance for _, chance in found]
    assert chances == sorted(chances, reverse=True)  # type: ignore[type-var]


def test_the_worst_tenth() -> None:
    assert pm.worst_tenth(np.arange(20.0)[None]) == pytest.approx([18.5])
    assert pm.worst_tenth(np.arange(25.0)[None]) == pytest.approx([(24.0 + 23.0 + 0.5 * 22.0) / 2.5])
    assert pm.worst_tenth(np.array([[3.0, 1.0]])) == pytest.approx([3.0]), "of few markets the worst one"


def test_two_markets_name_nothing_and_sixty_do() -> None:
    few = judge(worlds(1, [0, 1000], draws=2, market=0.1, chance=0.1))
    assert (few.arm, few.enough, few.leaders) == (None, False, ("B",))
    assert "in each of the 2 plausible markets drawn, but these are too few" in few.reason
    assert few.reason.endswith("to say so of 95 % of all: it takes 59.")
    many = judge(worlds(1, [0, 1000], draws=60, market=0.1, chance=0.1))
    assert (many.arm, many.enough, many.leaders) == ("B", True, ("B",))


def test_two_alike_ahead_of_a_third_are_leaders_and_it_is_said_what_each_costs() -> None:
    values = worlds(4, [10, 10.1, 0], draws=60, market=0.3, chance=0.1)
    found = judge(values, indifference=2.0)
    assert (found.arm, found.kind, found.leaders, found.either) == (None, "undecided", ("A", "B"), True)
    assert "A or B, either, at an expected regret of 0." in found.reason
    assert found.reason.endswith("Clearly behind: C.")
    apart = judge(values + np.array([0.0, 2.0, 0.0])[:, None, None], indifference=2.0)
    assert not apart.either


def test_an_arm_whose_bound_is_open_is_not_named_nor_is_the_one_behind_it() -> None:
    values = worlds(8, [0, 9], draws=60, market=0.5, chance=0.5)
    assert judge(values).arm == "B"
    found = judge(values, open_bounds={"B": "B keeps its bound in 96 % of plausible markets"})
    assert (found.arm, found.enough) == (None, False)
    assert "it is open whether it may win: B keeps its bound in 96 %" in found.reason
    alone = judge(values, broken={"B": "B breaks"}, open_bounds={"A": "A may"})
    assert (alone.arm, alone.leaders) == (None, ("A",))
    assert judge(values, broken={"B": "B breaks"}).arm == "A"


def test_choosing_is_wrong_as_seldom_as_is_stated_and_simpler_rules_are_not() -> None:
    cases = tuple(one for one in CASES if one.draws in (2, 20) or "72 %" in one.name)
    repeats = 60
    allowed = 0.05 + 3 * (0.05 * 0.95 / repeats) ** 0.5
    rows = wrong_verdicts(repeats, 3, cases)["cases"]
    assert len(rows) == 3
    for row in rows:
        assert row["wrong_choose"] <= allowed, row
        assert min(row["wrong_without_counts"], row["wrong_by_mean_alone"]) > allowed, row


def test_more_draws_run_by_themselves_up_to_the_ceiling(ask: Ask, plant: Plant) -> None:
    done = plant(lambda arm, draw, replication: 1e6 + 1e4 * draw + (5e5 + draw if arm == "deep" else 0.0))
    question = ask(("LIMITS", 'confidence = "80 %"'))
    few, more = (compare(question, replications=1, jobs=1, most_draws=most) for most in (7, 8))
    assert [(one.draws, one.draws_enough, one.kind) for one in (few, more)] == [
        (3, False, "undecided"),
        (8, True, "winner"),
    ]
    assert more.warnings[0] == "8 draws instead of 3: in 3 no arm can be named, and --most-draws allows more"
    assert len(set(done[6:])) == 16, "the first draws are run again without a store, the others once"
    for wrong in ({"most_draws": 2}, {"most_draws": 9, "replications": "auto", "precision": 5.0}):
        with pytest.raises(InputError, match="--most-draws"):
            compare(question, jobs=1, **wrong)  # type: ignore[arg-type]


def test_of_sixty_arms_eight_are_shown(ask: Ask, plant: Plant) -> None:
    plant(lambda arm, draw, replication: 1e6 + 1e4 * draw)
    two = compare(ask(), draws=2, replications=1, jobs=1)
    names = ("mild", *(f"arm {i}" for i in range(1, 60)))
    arms = tuple(ArmResult(name, 100.0 * i, 0.0, 1.0, 0.0, 1.0, 0.5, 1.0, 2.0) for i, name in enumerate(names))
    pairs = tuple(PairDifference(names[a], names[b], 1.0, 0.0, 2.0, 0.0, 2.0, None) for a, b in st.pair_list(60))
    plan = replace(two.plan, arms=names)
    many = replace(
        two, plan=plan, strategies=arms, pairs=pairs, market_means=np.zeros((60, 2)), leaders=names[3:5], either=True
    )
    shown = most_read(many)
    assert shown.plan.arms == ("mild", "arm 3", "arm 4", *(f"arm {i}" for i in range(55, 60)))
    assert (len(many.pairs), len(shown.pairs), shown.market_means.shape) == (1770, 28, (8, 2))
    assert len(forest_figure(shown).axes[0].get_yticks()) == 28
    stream = io.StringIO()
    print_comparison(many, console_on(stream))
    assert stream.getvalue().count("\n") < 80
    assert "52 more arms not shown, the best of them arm 54 with 54 CNY" in format_folded(many)
    assert headline(many) == "arm 3 or arm 4, either"
    assert most_read(two) is two
