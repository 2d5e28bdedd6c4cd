"""A question's runs held against its baseline: which KPIs moved, by how much, and whether the conclusion did."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Literal

import numpy as np

from experiments.baselines import Baseline, Conclusion, Lives, made_here, size_of
from experiments.concluding import conclusion_of
from experiments.intended import Intended
from experiments.moving import ALARM, Rules, judge_move, looks, runs_needed, sign_bound
from experiments.statistics import Floats
from scenarios import InputError, Question
from scenarios.documents import label

Answer = Literal["pass", "fail", "inconclusive"]
Renewed = Literal["written", "kept", "not written"]
"""What became of a baseline that was to be written again; one that is the same to the integer is kept."""


@dataclass(frozen=True)
class Moved:
    """One KPI of one arm, now against its baseline, as means over the same `runs` runs, in stored units.

    low and high are the ends of `change` at the power's confidence, `sds` is the change in standard deviations of the
    baseline's runs, None where they do not vary. `p_value` holds for all tests of the build together. `left_out` counts
    runs with a value on one side only, `needed` about how many runs would settle what is open.
    """

    arm: str
    kpi: str
    unit: str
    baseline: float
    now: float
    change: float
    low: float
    high: float
    sds: float | None
    smallest: float
    p_value: float
    verdict: Answer
    reason: str
    runs: int
    left_out: int = 0
    needed: int | None = None


@dataclass(frozen=True)
class Concluded:
    """What followed from the runs then, and what follows now; None on both sides for a question of one arm."""

    then: Conclusion | None
    now: Conclusion | None
    verdict: Answer
    reason: str


@dataclass(frozen=True)
class Against:
    """A question against its baseline.

    `lived` of `runs` runs of each arm were needed; `equal` says whether they are the same to the integer. `versions`
    are what made the baseline and is another now: name, then, now. `notes` are for people. `comparable` is False where
    a new baseline took the place of one that it cannot be held against, or of none. `renewed` is None in a check.
    """

    baseline: Baseline
    equal: bool
    lived: int
    runs: int
    versions: tuple[tuple[str, str, str], ...]
    moved: tuple[Moved, ...]
    concluded: Concluded
    verdict: Answer
    reason: str
    notes: tuple[str, ...] = ()
    comparable: bool = True
    renewed: Renewed | None = None


def kpis_of(question: Question) -> tuple[str, ...]:
    """The measures that a baseline holds: the money, what decides, and what the file names beside it."""
    how = question.compare
    named = ("contribution_profit", how.kpi, *how.also, *how.subject_to, *question.tolerances.smallest)
    return tuple(dict.fromkeys(named))


def tests_of(question: Question) -> int:
    """How many numbers of a question are tested: every KPI of every arm, and each pair of arms."""
    arms = len(question.arms)
    return arms * len(kpis_of(question)) + arms * (arms - 1) // 2


def judge_comparable(question: Question, baseline: Baseline, *, other_luck: bool = False) -> None:
    """Raise InputError where a baseline is not of the runs, arms and KPIs that a question has."""
    place, again = label(question.path), 'or write the baseline again with --update --why "..."'
    for name, was, got in unlike(question, baseline):
        if not (other_luck and name == "run.seed"):
            raise InputError(f"{place}: {name}: the baseline was made with another; allowed {was}, {again}; got {got}")
    if set(question.arms) != set(baseline.arms):
        was, got = ", ".join(baseline.arms), ", ".join(question.arms)
        raise InputError(f"{place}: variants: the baseline has other arms; allowed {was}, {again}; got {got}")
    missing = [kpi for kpi in kpis_of(question) if kpi not in next(iter(baseline.arms.values())).values]
    if missing:
        raise InputError(f"{place}: {missing[0]}: is not in the baseline; allowed what it holds, {again}; got one more")


def unlike(question: Question, baseline: Baseline) -> list[tuple[str, str, str]]:
    """What keeps the runs of a question from being pairs of the baseline's: key, there, here, as a file says it."""
    here, then = size_of(question), baseline.size
    differ = [(name, then.get(name), value) for name, value in here.items() if then.get(name) != value]
    keys = dict.fromkeys(("draws", "replications"), "check.runs")
    unit = dict.fromkeys(("warm_up", "horizon", "cool_down"), " d")
    return [
        (keys.get(name, f"run.{name}"), f"{was}{unit.get(name, '')}", f"{value}{unit.get(name, '')}")
        for name, was, value in differ
    ]


def versions_of(baseline: Baseline) -> tuple[tuple[str, str, str], ...]:
    """What made the baseline and is another here; the model's own code apart, which is what a check is about."""
    here = made_here()
    pairs = [(name, str(baseline.made.get(name, "unknown")), here[name]) for name in here if name != "model"]
    return tuple(pair for pair in pairs if pair[1] != pair[2])


# --- KPIs ------------------------------------------------------------------------------------------


def moves(
    question: Question, baseline: Baseline, lives: Mapping[str, Lives], rules: Rules, intended: Intended,
    before: Sequence[Moved] = (),
) -> tuple[Moved, ...]:  # fmt: skip
    """Every KPI of every arm that both have, over the runs that were lived, which are the first of the baseline's.

    `before` are the same at the look before.
    """
    earlier = {(one.arm, one.kpi): one.p_value for one in before}
    found = []
    for arm, own in lives.items():
        for kpi in kpis_of(question) if arm in baseline.arms else ():
            if kpi not in baseline.arms[arm].values:
                continue
            then = baseline.arms[arm].values[kpi][: len(own.events)]
            smallest = question.tolerances.smallest_of(kpi)
            sides = _Sides(arm, kpi, then, own.values[kpi], smallest.of(_mean(then)))
            found.append(intended.judged(_moved(sides, rules, earlier.get((arm, kpi), 1.0))))
    return tuple(found)


@dataclass(frozen=True)
class _Sides:
    arm: str
    kpi: str
    then: Floats
    now: Floats
    smallest: float


def _moved(sides: _Sides, rules: Rules, before: float) -> Moved:
    from sim.measures import MEASURES

    unit = MEASURES[sides.kpi].unit
    both = np.isfinite(sides.then) & np.isfinite(sides.now)
    left_out = int((np.isfinite(sides.then) != np.isfinite(sides.now)).sum())
    then, now = sides.then[both], sides.now[both]
    if both.sum() < 2:
        verdict: Answer = "fail" if left_out else "pass"
        reason = f"has a value on one side only in {left_out} runs" if left_out else "has no value in any run"
        nothing = (math.nan,) * 3
        means = _mean(sides.then), _mean(sides.now)
        return Moved(sides.arm, sides.kpi, unit, *means, *nothing, None, sides.smallest, 1.0, verdict, reason,
                     int(both.sum()), left_out)  # fmt: skip
    difference, spread = _without_rounding(now - then, then), float(then.std(ddof=1))
    move = judge_move(difference, sides.smallest, rules, before)
    needed = runs_needed(difference, sides.smallest, rules) if move.standing == "open" else None
    verdict, reason = _SAID[move.standing]
    if not difference.any():
        reason = "the same in every run"
    elif needed is not None:
        reason = f"open; about {needed} runs would tell"
    sds = move.mean / spread if spread > 1e-12 * abs(_mean(then)) else None
    return Moved(sides.arm, sides.kpi, unit, _mean(then), _mean(now), move.mean, move.low, move.high, sds,
                 sides.smallest, move.p_value, verdict, reason, int(both.sum()), left_out, needed)  # fmt: skip


_SAID: dict[str, tuple[Answer, str]] = {
    "same": ("pass", "no change that matters"),
    "small": ("pass", "moved, by less than matters"),
    "moved": ("fail", "moved"),
    "open": ("inconclusive", "open"),
}


def _mean(values: Floats) -> float:
    there = values[np.isfinite(values)]
    return float(there.mean()) if there.size else math.nan


def _without_rounding(differences: Floats, then: Floats) -> Floats:
    """A baseline holds ten digits of a number, so what differs in the last one does not differ."""
    return np.where(np.abs(differences) <= 1e-9 * np.abs(then), 0.0, differences)


# --- conclusions -----------------------------------------------------------------------------------


def conclude(
    question: Question, baseline: Baseline, lives: Mapping[str, Lives], rules: Rules, intended: Intended
) -> Concluded:
    """Whether the verdict or the order of the arms is another than from the same runs of the baseline.

    Fail where a difference of arms has moved, so that the change is the model's; inconclusive where a change of verdict
    may be luck. An order that changes between arms that are alike is none of these.
    """
    count = len(next(iter(lives.values())).events)
    if set(lives) != set(baseline.arms):
        return Concluded(baseline.conclusion, None, "pass", "there are other arms")
    then = conclusion_of(question, {arm: own.first(count) for arm, own in baseline.arms.items()})
    now = conclusion_of(question, lives)
    if then == now or then is None or now is None:
        return Concluded(then, now, "pass" if then == now else "inconclusive", _same(then, now))
    pairs = _changed_pairs(then, now)
    words = _change(then, now)
    if any(_parted(pair, baseline, lives, question.compare.kpi, rules) for pair in pairs):
        return intended.concluded(Concluded(then, now, "fail", f"{words}, and a difference between arms has moved"))
    if (then.verdict, then.kind) != (now.verdict, now.kind):
        reason = f"{words}, though no difference between arms is shown to have moved: it was close"
        return Concluded(then, now, "inconclusive", reason)
    return Concluded(then, now, "pass", f"{words}; luck is enough for that")


def rule_moved(question: Question, baseline: Baseline) -> Concluded | None:
    """What the baseline's own runs come to now, where that is not what it says: the rule was changed, not the model."""
    if baseline.conclusion is None or set(question.arms) != set(baseline.arms):
        return None
    now = conclusion_of(question, baseline.arms)
    if now is not None and (now.verdict, now.kind) == (baseline.conclusion.verdict, baseline.conclusion.kind):
        return None
    words = _change(baseline.conclusion, now) if now is not None else "there is nothing to compare now"
    return Concluded(baseline.conclusion, now, "fail", f"{words} from the very runs of the baseline")


def _same(then: Conclusion | None, now: Conclusion | None) -> str:
    if then == now:
        return "" if then is None else "the same"
    return "there is a value to judge by on one side only"


def _change(then: Conclusion, now: Conclusion) -> str:
    if (then.verdict, then.kind) != (now.verdict, now.kind):
        return f"the verdict was {_told(then)} and is {_told(now)}"
    return f"the order of the arms was {', '.join(then.order)} and is {', '.join(now.order)}"


def _told(end: Conclusion) -> str:
    return end.verdict if end.verdict is not None else end.kind


def _changed_pairs(then: Conclusion, now: Conclusion) -> list[tuple[str, str]]:
    """Pairs that changed places; all of them where the verdict is another."""
    pairs = list(combinations(then.order, 2))
    if (then.verdict, then.kind) != (now.verdict, now.kind):
        return pairs
    return [(a, b) for a, b in pairs if now.order.index(a) > now.order.index(b)]


def _parted(
    pair: tuple[str, str], baseline: Baseline, lives: Mapping[str, Lives], kpi: str, rules: Rules
) -> bool:  # fmt: skip
    """Whether the difference between two arms has moved."""
    a, b = pair
    count = len(lives[a].events)
    now = lives[a].values[kpi] - lives[b].values[kpi]
    then = baseline.arms[a].values[kpi][:count] - baseline.arms[b].values[kpi][:count]
    difference = (now - then)[np.isfinite(now - then)]
    return rules.tests * rules.looks * sign_bound(difference) < ALARM


# --- all of it -------------------------------------------------------------------------------------


def rules_of(question: Question, tests: int) -> Rules:
    """The rules for one question of a build with so many tests in all."""
    size = next(iter(question.arms.values())).run
    return Rules(tests, question.tolerances.power, len(looks(size.draws * size.replications)))


def follows(moved: Sequence[Moved], concluded: Concluded) -> tuple[Answer, str]:
    """What a question comes to, and why in one line."""
    verdicts = [one.verdict for one in moved] + [concluded.verdict]
    if "fail" in verdicts:
        names = dict.fromkeys(one.kpi for one in moved if one.verdict == "fail")
        parts = [f"{', '.join(names)} moved"] if names else []
        parts += [concluded.reason] if concluded.verdict == "fail" else []
        return "fail", "; ".join(parts)
    if "inconclusive" in verdicts:
        names = dict.fromkeys(one.kpi for one in moved if one.verdict == "inconclusive")
        parts = [f"{', '.join(names)} may have moved"] if names else []
        parts += [concluded.reason] if concluded.verdict == "inconclusive" else []
        return "inconclusive", "; ".join(parts)
    return "pass", "nothing moved that matters" if moved else "the same to the integer"
