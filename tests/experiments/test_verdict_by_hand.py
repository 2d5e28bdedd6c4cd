"""The rule by hand: evidence that is written down, and the whole answer that follows from it."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
import pytest

from experiments.comparison.judgement import not_calibrated
from experiments.comparison.plausible_markets import PlausibleMarkets, standing
from experiments.comparison.statistics import DifferenceInterval, Floats, pair_list
from experiments.comparison.verdict import Evidence, Verdict, decide

pytestmark = pytest.mark.filterwarnings("error")
Halves = Mapping[tuple[int, int], float]
SURE = "in 100 % of plausible markets, with an expected regret of 0.00 u"


def levels(*means: float, draws: int = 60, replications: int = 2, wiggle: float = 0.1) -> Floats:
    """Arms A, B, ... with these means; the n-th of them goes up and down by n times `wiggle` from draw to draw."""
    turns = np.where(np.arange(draws) % 2 == 0, wiggle, -wiggle)[:, None] + np.zeros((draws, replications))
    return np.stack([mean + place * turns for place, mean in enumerate(means)])


def evidence(
    values: Floats,
    half: float | Halves | None = 1.0,
    indifference: float = 0.0,
    shifts: Sequence[object] = (),
    **more: object,
) -> Evidence:
    """Evidence of which every interval has this half-width, or its own; `shifts` are errors of the arms' level."""
    means, rows = values.mean(axis=(1, 2)), []
    for a, b in pair_list(len(values)):
        own = half[a, b] if isinstance(half, Mapping) else half
        gap = float(means[a] - means[b])
        ends = (None, None) if own is None else (gap - own, gap + own)
        rows.append(DifferenceInterval(a, b, gap, *ends))
    errors = np.asarray(shifts, dtype=float) if len(shifts) else np.zeros((100, len(values)))
    plain = Evidence(
        tuple("ABCDE"[: len(values)]), values, tuple(rows), PlausibleMarkets(values.mean(axis=2), errors),
        indifference, 0.95, {}, lambda value: f"{value:.2f} u",
    )  # fmt: skip
    return replace(plain, **more)  # type: ignore[arg-type]


def undecided(text: str, leaders: str, *, enough: bool, either: bool = False) -> Verdict:
    return Verdict(None, "undecided", f"undecided: {text}", tuple(leaders), either, enough)


def winner(arm: str, text: str) -> Verdict:
    return Verdict(arm, "winner", text, (arm,))


# --- named, or no difference ---------------------------------------------------------------------------


def test_a_winner() -> None:
    lead = "B is ahead of C, the nearest rival, by 7.00 u (95 % interval 6.00 u to 8.00 u), and best"
    assert decide(evidence(levels(0, 10, 3))) == winner("B", f"{lead} {SURE}.")
    two = "B is ahead of A by 10.00 u (95 % interval 9.00 u to 11.00 u), and best, or as good as the best,"
    assert decide(evidence(levels(0, 10), indifference=2.0)) == winner("B", f"{two} {SURE}.")
    costs = f"{SURE.replace('0.00', '40.00')} (D breaks x, and so cannot win)"
    assert decide(evidence(levels(0, 10, 3, 50), broken={"D": "D breaks x"})) == winner("B", f"{lead} {costs}.")
    two_out = decide(evidence(levels(0, 10, 3, 50, 4), broken={"D": "D breaks x", "E": "E too"}))
    assert two_out == winner("B", f"{lead} {costs.replace('x,', 'x; E too,')}.")
    halves = {(0, 1): 8.0, (0, 2): 1.0, (1, 2): 1.0}
    uneven = lead.replace("C", "A").replace(
        "7.00 u (95 % interval 6.00 u to 8.00", "10.00 u (95 % interval 2.00 u to 18.00"
    )
    assert decide(evidence(levels(0, 10, -3), halves)) == winner("B", f"{uneven} {SURE}.")


def test_a_winner_leads_by_more_than_the_indifference() -> None:
    """An interval from 2 on is not above 2."""
    assert [decide(evidence(levels(0, 10), 8.0, d)).arm for d in (1.999, 2.0)] == ["B", None]


def test_arms_that_cannot_win() -> None:
    both = {"A": "A breaks", "B": "B breaks"}
    none = decide(evidence(levels(0, 10), broken=both, open_bounds={"B": "may"}))
    lead = "Leaving them aside: B is ahead of A by 10.00 u (95 % interval 9.00 u to 11.00 u), and best"
    assert none == undecided(f"no arm keeps the constraints (A breaks; B breaks). {lead} {SURE}.", "", enough=True)
    b = {"B": "B breaks"}
    only = "A is the only arm that keeps the constraints (B breaks, and so cannot win)."
    assert decide(evidence(levels(0, 10), broken=b)) == winner("A", only)
    may = "A is the only arm that may keep the constraints, and it is open whether it does (A may; B breaks)."
    assert decide(evidence(levels(0, 10), broken=b, open_bounds={"A": "A may"})) == undecided(may, "A", enough=False)


def test_a_single_run() -> None:
    found = decide(evidence(levels(0, 10, 5, draws=1, replications=1), None, broken={"C": "x"}))
    text = "a single run has no error bar; give at least two draws or two replications."
    assert found == undecided(text, "AB", enough=False)


def test_no_difference() -> None:
    """The widest end of an interval among arms that may win is -1.75, of B and C; those of D are wider."""
    out = " (D breaks, and so cannot win)"
    barred = {"D": "D breaks"}
    equal = decide(evidence(levels(5, 5, 5, 9, wiggle=0.0), broken=barred))
    text = f"no difference: the arms give the same result in every run{out}."
    assert equal == Verdict(None, "no difference", text, ("A", "B", "C"))
    halves = {(0, 1): 0.5, (0, 2): 0.25, (1, 2): 1.0, (0, 3): 1.0, (1, 3): 1.0, (2, 3): 1.0}
    near = levels(5, 4.75, 5.5, 99)
    text = f"no difference: every difference lies within 1.75 u of zero, less than the 2.00 u that matter to you{out}."
    found = [decide(evidence(near, halves, d, broken=barred)) for d in (2.0, 1.75, 1.7499)]
    assert found[0] == Verdict(None, "no difference", text, ("A", "B", "C"))
    assert [one.kind for one in found] == ["no difference", "no difference", "undecided"]
    turned = decide(evidence(near[[2, 1, 0, 3]], {**halves, (0, 1): 1.0, (1, 2): 0.5}, 2.0, broken=barred))
    assert turned.reason == text
    assert decide(evidence(near[[2, 1, 0, 3]], {**halves, (0, 1): 1.0, (1, 2): 0.5}, 1.75, broken=barred)).arm is None
    other = decide(evidence(levels(1, 0), 0.75, 1.75))
    assert other.reason.startswith("no difference: every difference lies within 1.75 u of zero")


def test_no_difference_in_nearly_all_markets_of_every_arm() -> None:
    """In 8 of 60 markets B is 5 behind: the mean difference is small, and B is not good enough in 95 % of markets."""
    values = levels(5, 5)
    values[1] += 0.2
    values[1, :8] -= 5.0
    found = decide(evidence(values, indifference=2.0))
    assert (found.kind, found.leaders) == ("undecided", ("A", "B"))
    lead = "A is ahead of B by 0.47 u on average (95 % interval -0.53 u to 1.47 u)"
    assert found == undecided(f"{lead}, less than the 2.00 u that matter to you.", "AB", enough=True)
    steady = decide(evidence(values, 0.0, 2.0))
    assert steady.reason.endswith(
        "(95 % interval 0.47 u to 0.47 u), the same in every run, and no more than matters to you."
    )
    assert steady.enough
    assert not decide(evidence(levels(0, 0.25, draws=12, wiggle=0.0), 0.0, 2.0)).enough, "59 draws show no difference"


def test_a_leader_is_good_enough_in_as_many_cases_as_are_asked_for() -> None:
    """In 95 of 100 equally likely cases, or in 94."""
    one = levels(0, 10, draws=1, wiggle=0.0)
    for wrong, arm in ((5, "B"), (6, None)):
        shifts = [[20.0, 0.0]] * wrong + [[0.0, 0.0]] * (100 - wrong)
        assert decide(evidence(one, shifts=shifts)).arm == arm
        bounded = decide(evidence(one, shifts=shifts, open_bounds={"B": "B keeps y"}))
        assert ("it is open whether it may win: B keeps y" in bounded.reason) == (arm == "B")


# --- undecided, and why ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "why"),
    [
        # the half-width of 3 falls to the 2 between mean and zero after 2.25 times as many
        (evidence(levels(0, 2, draws=4), 3.0), "about 9 draws (now 4) would make the interval clear"),
        (evidence(levels(0, 2, draws=1, replications=8, wiggle=0.0), 3.0), "about 18 replications (now 8) would make "
         "the interval clear"),
        (evidence(levels(0, 2, draws=2), 3.0), "about 5 draws (now 2) would make the interval clear"),
        (evidence(levels(0, 0), math.sqrt(1000.0), 1.0), "about 60001 draws (now 60) would make the "
         "interval clear of the 1.00 u that matter to you"),
        (evidence(levels(0, 2), 2.0), "about 61 draws (now 60) would make the interval clear"),
        # 0.125 and 0.09 are above and below 3 / sqrt(1000) = 0.0949
        (evidence(levels(0, 2.125), 3.0, 2.0), "about 34560 draws (now 60) would make the "
         "interval clear of the 2.00 u that matter to you"),
        (evidence(levels(0, 1.875), 3.0, 2.0), "about 34560 draws (now 60) would make the "
         "interval clear of the 2.00 u that matter to you"),
        (evidence(levels(0, 1.91), 3.0, 2.0), "even 1000 times as many runs would not be enough"),
    ],
)  # fmt: skip
def test_how_many_runs_make_an_interval_clear(given: Evidence, why: str) -> None:
    found = decide(given)
    assert found.reason.split(", which is not enough to decide: ")[1] == f"{why}."
    assert (found.arm, found.kind, found.enough) == (None, "undecided", why.startswith("even"))


def test_replications_where_most_is_chance() -> None:
    """Replications 12 apart and draws alike: half-width 3 falls to 2 with 2.25 times as many. With
    draws 14 apart, too, the half-width falls as market + chance / R does, and so needs more."""
    values = levels(0, 2, draws=4, wiggle=0.0)
    values[1] += [-6.0, 6.0]
    found = decide(evidence(values, 3.0))
    assert found.reason.endswith("about 5 replications (now 2) would make the interval clear.")
    assert not found.enough
    assert "about 968 replications (now 2)" in decide(evidence(values, 43.999)).reason
    even = levels(0, 2, draws=4, wiggle=0.0)
    even[1] += np.array([-1.5, -1.5, 1.5, 1.5])[:, None] + [-1.0, 1.0]
    assert "about 5 draws (now 4)" in decide(evidence(even, 2.2)).reason, "half and half is not most"
    values[1] += np.array([-7.0, -7.0, 7.0, 7.0])[:, None]
    chance = 72.0
    market = 4.0 / 3.0 * 49.0 - chance / 2.0
    assert 0.0 < market < chance
    left = (2.0 / 2.2) ** 2 * (market + chance / 2.0) - market
    assert f"about {math.ceil(chance / left)} replications (now 2)" in decide(evidence(values, 2.2)).reason
    assert (2.0 / 3.0) ** 2 * (market + chance / 2.0) < market, "no number of replications does it here"
    assert "about 9 draws (now 4)" in decide(evidence(values, 3.0)).reason


def test_the_same_in_every_run_and_no_more_than_matters() -> None:
    values = levels(5, 5, 0, wiggle=0.0)
    lead = "A is ahead of B, the nearest rival, by 0.00 u on average (95 % interval 0.00 u to 0.00 u)"
    text = (
        f"{lead}, the same in every run, and no more than matters to you; A or B, either, at an expected regret of "
        "0.00 u and 0.00 u. Clearly behind: C."
    )
    assert decide(evidence(values, 0.0)) == undecided(text, "AB", enough=True, either=True)


def test_too_few_markets_to_say_so() -> None:
    ahead = "B is ahead of C, the nearest rival, by 7.00 u on average (95 % interval 6.00 u to 8.00 u)"
    text = (
        f"{ahead}, and best in each of the 12 plausible markets drawn, but these are too few to say so of 95 % of all: "
        "it takes 59. Clearly behind: A."
    )
    assert decide(evidence(levels(0, 10, 3, draws=12))) == undecided(text, "B", enough=False)
    found = decide(evidence(levels(0, 0.25, draws=12), indifference=2.0))
    ahead = "B is ahead of A by 0.25 u on average (95 % interval -0.75 u to 1.25 u)"
    text = text.replace("best in", "good enough in").replace(" Clearly behind: A.", "")
    assert found == undecided(ahead + text[text.index(", and good") :], "AB", enough=False)


def test_some_markets_say_otherwise() -> None:
    """58 of 60: the exact bounds of the share are 89.9 % and 99.4 %."""
    values = levels(0, 10, wiggle=0.0)
    values[1, :2] = -1.0
    found = decide(evidence(values))
    text = (
        "B is ahead of A by 9.63 u on average (95 % interval 8.63 u to 10.63 u), but it is best in 58 of the 60 "
        "plausible markets drawn, so in 90 % to 99 % of all, and it takes 95 %: more draws would tell."
    )
    assert found == undecided(text, "B", enough=False)
    few = levels(0, 10, draws=12, wiggle=0.0)
    few[1, 0] = -1.0
    assert (
        "but it is best in 11 of the 12 plausible markets drawn, so in 66 % to over 99 %"
        in decide(evidence(few)).reason
    )
    values[1, 2:58] = 20.0
    assert "but it is good enough in 58 of the 60" in decide(evidence(values, indifference=0.5)).reason


def test_a_difference_that_does_not_matter_asks_for_no_draws() -> None:
    """A and B are alike and C is not clearly behind: open is the difference from C, which is not the nearest."""
    halves = {(0, 1): 0.25, (0, 2): 1.0, (1, 2): 1.0}
    found = decide(evidence(levels(1.5, 1.25, 0, wiggle=0.0), halves, 2.0))
    ahead = "A is ahead of C by 1.50 u on average (95 % interval 0.50 u to 2.50 u)"
    more = "which is not enough to decide: about 240 draws (now 60) would make the interval clear of the 2.00 u"
    assert found == undecided(f"{ahead}, {more} that matter to you.", "ABC", enough=False)
    edge = decide(evidence(levels(1.5, 1.25, 0, wiggle=0.0), {**halves, (0, 1): 1.75}, 2.0))
    assert edge == found
    one = decide(evidence(levels(0, 0.25, draws=12, wiggle=0.0), 1.75, 2.0))
    assert one.reason.endswith("these are too few to say so of 95 % of all: it takes 59.")


def test_replications_that_are_too_few() -> None:
    wrong = [[3.0, 0.0], [0.0, 0.0]] * 50
    ahead = "B is ahead of A by 2.00 u on average (95 % interval 1.00 u to 3.00 u), but"
    single = decide(evidence(levels(0, 2, draws=1, replications=8, wiggle=0.0), shifts=wrong))
    text = f"{ahead} 8 replications are too few to tell how likely it is to be ahead; more would help."
    assert single == undecided(text, "AB", enough=False)
    several = decide(evidence(levels(0, 2, draws=20), shifts=wrong, one_market=True))
    text = f"{ahead} 2 replications a draw are too few to tell in how many draws it is ahead; twice as many would help."
    assert several == undecided(text, "AB", enough=False)
    many = decide(evidence(levels(0, 2), shifts=wrong))
    assert many == undecided(text.replace("many draws", "many markets"), "AB", enough=False)


def test_a_bound_that_is_open() -> None:
    found = decide(evidence(levels(0, 10), open_bounds={"B": "B keeps y in 96 %"}))
    ahead = "B is ahead of A by 10.00 u on average (95 % interval 9.00 u to 11.00 u)"
    assert found == undecided(f"{ahead}, but it is open whether it may win: B keeps y in 96 %.", "B", enough=False)


def test_the_market_decides() -> None:
    """B, by 15 ahead of A in 36 markets, is 5 behind in 24."""
    values = levels(0, 10, 5, -20)
    values[1, :24] = -5.0
    barred = {"D": "D breaks"}
    found = decide(evidence(values[[0, 1, 3]], broken={"C": "C breaks"}))
    risk = standing(PlausibleMarkets(values[[0, 1]].mean(axis=2), np.zeros((100, 2))), 0.0)
    text = (
        "B is ahead of A, the nearest rival, by 4.00 u on average (95 % interval 3.00 u to 5.00 u), but it is best in "
        f"only {100 * risk.good_enough[1]:.0f} % of plausible markets. More runs will not settle this, knowing the "
        "market better would; choosing B now costs "
    )
    assert found.reason.startswith(f"undecided: {text}")
    tail = (
        "on average against knowing which arm is best, those that cannot win among them (C breaks, and so cannot win)."
    )
    assert found.reason.endswith(f" u {tail}")
    assert (found.leaders, found.either, found.enough) == (("A", "B"), False, True)
    two = decide(evidence(values[:2], indifference=1.0))
    costs = f"choosing B now costs {risk.regret[1]:.2f} u on average against knowing."
    assert two.reason.endswith(costs)
    assert "good enough in only" in two.reason
    four = decide(evidence(values, broken=barred))
    assert "C is ahead of B, the nearest rival, by 1.00 u on average" in four.reason
    assert four.reason.endswith("(D breaks, and so cannot win). Clearly behind: A.")
    barely = levels(0, 10, 50)
    barely[1] = 11.3
    barely[1, :7] = -0.01
    open_count = decide(evidence(barely, broken={"C": "C breaks"}))
    assert "but it is best in 53 of the 60 plausible markets drawn" in open_count.reason, "C cannot win, so is no rival"
    one = decide(evidence(values[:2], one_market=True))
    assert one.reason.endswith("in how many draws it is ahead; twice as many would help.")


def test_either_of_two_and_two_behind() -> None:
    values = levels(10, 10.25, 0, -5, wiggle=0.0)
    ahead = "B is ahead of A, the nearest rival, by 0.25 u on average (95 % interval -0.75 u to 1.25 u)"
    no_matter = f"{ahead}, less than the 2.00 u that matter to you"
    either = f"{no_matter}; A or B, either, at an expected regret of 0.25 u and 0.00 u. Clearly behind: C, D."
    assert decide(evidence(values, indifference=2.0)) == undecided(either, "AB", enough=True, either=True)
    bounded = decide(evidence(values, indifference=2.0, open_bounds={"A": "may"}))
    assert bounded == undecided(f"{no_matter}. Clearly behind: C, D.", "AB", enough=False)
    behind = decide(evidence(values, indifference=2.0, open_bounds={"C": "may"}))
    assert (behind.leaders, behind.either, behind.enough) == (("A", "B"), True, True)
    rare = levels(10, 10.25, 0, draws=100, wiggle=0.0)
    rare[2, :2] = 20.0
    assert decide(evidence(rare, indifference=2.0)).either, "C is ahead in 2 of 100 markets, but is clearly behind"
    wide = decide(evidence(values, {p: 2.0 if p == (0, 1) else 1.0 for p in pair_list(4)}, 2.0))
    assert (wide.leaders, wide.either, wide.enough) == (("A", "B"), False, False)


def test_who_is_clearly_behind() -> None:
    """C is behind by more than matters in 95 of 100 equally likely cases, which is as many as a winner must lead in; in
    94 it is not."""
    values = levels(10, 10.25, 0, draws=1, wiggle=0.0)
    for near, leaders in ((5, ("A", "B")), (6, ("A", "B", "C"))):
        found = decide(evidence(values, 0.5, shifts=[[0.0, 0.0, 11.0]] * near + [[0.0] * 3] * (100 - near)))
        assert found.leaders == leaders
    halfway = evidence(values, 0.5, shifts=[[0.0, 0.0, 11.0]] * 25 + [[0.0] * 3] * 75, confidence=0.75)
    assert decide(halfway).leaders == ("A", "B")
    assert [decide(evidence(values, half, 8.0)).leaders for half in (2.0, 2.25)] == [("A", "B"), ("A", "B", "C")]


# --- what evidence says of itself ---------------------------------------------------------------------


def test_counts_and_the_fewest_draws() -> None:
    values = levels(0, 10, 20)
    values[1, :7] = -5.0
    given = evidence(values, broken={"C": "x"})
    assert (given.may_win, given.counts, given.least) == ((0, 1), [7, 53, 60], 59)
    assert [given.shown(place) for place in (0, 1, 2)] == [False, False, True]
    assert evidence(values, one_market=True).least == 1
    assert evidence(values, one_market=True).shown(0)
    assert evidence(levels(0, 1, draws=1)).words.one
    assert not evidence(levels(0, 1, draws=2)).words.one
    assert replace(given, confidence=0.8).least == 8
    assert replace(given, confidence=0.8).shown(1)
    assert [find.good_enough[2] for find in (given.standing, evidence(values).standing)] == [0.0, 1.0]


def test_without_a_market_to_trust() -> None:
    plain = Verdict("A", "winner", "A wins.", ("A",), enough=False)
    assert not_calibrated("Far off", plain) == Verdict(
        None, "not calibrated", "Far off. Leaving that aside: A wins.", enough=False
    )
