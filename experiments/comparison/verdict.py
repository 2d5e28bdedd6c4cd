"""The rule that turns a comparison into a verdict; `docs/verdict.md` explains it."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from experiments.comparison.plausible_markets import PlausibleMarkets, market_shows, standing, uncertainty
from experiments.comparison.statistics import DifferenceInterval, Floats
from experiments.output.format_values import format_chance
from experiments.output.market_words import MarketWords

Kind = Literal["winner", "no difference", "undecided", "not calibrated"]

_FAR = 1000
"""No more runs are advised than this many times the present ones."""


@dataclass(frozen=True)
class Evidence:
    """What the rule decides by. `values` (arms, draws, replications): more is better; amounts in its unit.

    `broken` holds, for each arm that breaks a constraint, how. `amount` formats a number of the KPI. `one_market` says
    that all draws are of one market, as where nothing in it is uncertain.
    """

    names: tuple[str, ...]
    values: Floats
    intervals: tuple[DifferenceInterval, ...]
    markets: PlausibleMarkets
    indifference: float
    confidence: float
    broken: Mapping[str, str]
    amount: Callable[[float], str]
    one_market: bool = False

    @property
    def words(self) -> MarketWords:
        """Of which markets the runs are."""
        draws = self.values.shape[1]
        return MarketWords(draws, one=self.one_market or draws == 1)


@dataclass(frozen=True)
class Verdict:
    """`arm` is the arm to choose, or None; `reason` is one or two plain sentences."""

    arm: str | None
    kind: Kind
    reason: str


def decide(evidence: Evidence) -> Verdict:
    """Name an arm, say that there is no difference, or say what is not known. See docs/verdict.md."""
    allowed = [i for i, name in enumerate(evidence.names) if name not in evidence.broken]
    if not allowed:
        otherwise = decide(replace(evidence, broken={})).reason
        return _undecided(
            f"no arm keeps the constraints ({'; '.join(evidence.broken.values())})",
            f" Leaving them aside: {otherwise}",
        )
    if len(allowed) == 1:
        return _by_constraint(evidence, allowed[0])
    if evidence.intervals[0].low is None:
        return _undecided("a single run has no error bar; give at least two draws or two replications")
    if _all_equal(evidence.values[allowed]):
        return _no_difference("the arms give the same result in every run", evidence)
    return _by_evidence(evidence, allowed)


def _by_evidence(evidence: Evidence, allowed: list[int]) -> Verdict:
    markets = PlausibleMarkets(evidence.markets.means[allowed], evidence.markets.shifts[:, allowed])
    good = standing(markets, evidence.indifference).good_enough
    rows = [i for i in evidence.intervals if i.a in allowed and i.b in allowed]
    if min(good) >= evidence.confidence and all(_inside(i, evidence.indifference) for i in rows):
        widest = max(max(-_low(i), _high(i)) for i in rows)
        return _no_difference(
            f"every difference lies within {evidence.amount(widest)} of zero, less than the "
            f"{evidence.amount(evidence.indifference)} that matter to you",
            evidence,
        )
    best = max(allowed, key=lambda i: float(evidence.values[i].mean()))
    place = allowed.index(best)
    leader = _Leader(
        name=evidence.names[best],
        place=place,
        markets=markets,
        good_enough=float(good[place]),
        against=tuple(_from(best, i) for i in rows if best in (i.a, i.b)),
    )
    clear = all(_low(i) > evidence.indifference for i in leader.against)
    return (_winner if clear and leader.good_enough >= evidence.confidence else _unsettled)(evidence, leader)


@dataclass(frozen=True)
class _Leader:
    """The arm with the highest mean of those that keep the constraints, at this `place` in their `markets`; in what
    share of them it is good enough, and its intervals against the others, as leader minus rival."""

    name: str
    place: int
    markets: PlausibleMarkets
    good_enough: float
    against: tuple[DifferenceInterval, ...]

    @property
    def regret(self) -> float:
        """What choosing it costs on average against the best in each market."""
        return float(standing(self.markets, 0.0).regret[self.place])


def _winner(evidence: Evidence, leader: _Leader) -> Verdict:
    rival = min(leader.against, key=lambda i: i.difference)
    place = "best" if evidence.indifference == 0 else "best, or as good as the best,"
    return Verdict(
        leader.name,
        "winner",
        f"{leader.name} is ahead of {_next(evidence, rival)} by {evidence.amount(rival.difference)} "
        f"({_interval(evidence, rival)}), and {place} {evidence.words.share(leader.good_enough)}, "
        f"with an expected regret of {evidence.amount(leader.regret)}{_barred(evidence)}.",
    )


def _unsettled(evidence: Evidence, leader: _Leader) -> Verdict:
    open_rivals = [i for i in leader.against if _low(i) <= evidence.indifference]
    rival = min(open_rivals or leader.against, key=lambda i: i.difference)
    ahead = (
        f"{leader.name} is ahead of {_next(evidence, rival)} by {evidence.amount(rival.difference)} on average "
        f"({_interval(evidence, rival)})"
    )
    if _market_decides(evidence, leader, rival):
        why = _market_unknown(evidence, leader)
    elif open_rivals:
        why = _more(evidence, rival)
    else:
        why = _too_few(evidence)
    behind = [evidence.names[i.b] for i in leader.against if i is not rival and _clearly_behind(evidence, i)]
    tail = f" Clearly behind: {', '.join(behind)}." if behind else ""
    return _undecided(f"{ahead}, {why}{_barred(evidence)}", tail)


def _clearly_behind(evidence: Evidence, ahead: DifferenceInterval) -> bool:
    """Whether an arm trails by more than the indifference on average, and in as many markets as a winner must lead."""
    two = [ahead.a, ahead.b]
    pair = PlausibleMarkets(evidence.markets.means[two], evidence.markets.shifts[:, two])
    close = float(standing(pair, evidence.indifference).good_enough[1])
    return _low(ahead) > evidence.indifference and close <= 1.0 - evidence.confidence


def _too_few(evidence: Evidence) -> str:
    _, draws, replications = evidence.values.shape
    if draws == 1:
        return f"but {replications} replications are too few to tell how likely it is to be ahead; more would help"
    return (
        f"but {replications} replications a draw are too few to tell in how many {evidence.words.short} it is ahead; "
        f"twice as many would help"
    )


def _market_decides(evidence: Evidence, leader: _Leader, rival: DifferenceInterval) -> bool:
    """Whether the leader would not be good enough in enough markets even if their mean level were known exactly."""
    if evidence.words.one:
        return False
    exact = PlausibleMarkets(leader.markets.means, np.zeros((200, len(leader.markets.means))))
    settled = float(standing(exact, evidence.indifference).good_enough[leader.place])
    return settled < evidence.confidence and market_shows(evidence.values, rival.a, rival.b)


def _market_unknown(evidence: Evidence, leader: _Leader) -> str:
    some_barred = len(leader.markets.means) < len(evidence.names)
    return (
        f"but it is {'good enough' if evidence.indifference else 'best'} in only {format_chance(leader.good_enough)} "
        f"of plausible markets. More runs will not settle this, knowing the market better would; choosing "
        f"{leader.name} now costs {evidence.amount(leader.regret)} on average against knowing"
        f"{' which of the arms that may win is best' if some_barred else ''}"
    )


def _more(evidence: Evidence, rival: DifferenceInterval) -> str:
    """How many draws or replications would take the interval to one side of the indifference."""
    _, draws, replications = evidence.values.shape
    gap = abs(abs(rival.difference) - evidence.indifference)
    half = _high(rival) - rival.difference
    if half == 0:
        return "the same in every run, and no more than matters to you"
    if gap * math.sqrt(_FAR) < half:
        return f"which is not enough to decide: even {_FAR} times as many runs would not be enough"
    shrink = (gap / half) ** 2
    shares = uncertainty(evidence.values, rival.a, rival.b)
    if shares and shares.chance > 0.5:
        left = shrink * (shares.market + shares.chance / replications) - shares.market
        if left * replications * _FAR > shares.chance:
            return _advice(shares.chance / left, replications, "replications")
    return _advice((draws if draws > 1 else replications) / shrink, *_unit(draws, replications))


def _unit(draws: int, replications: int) -> tuple[int, str]:
    return (draws, "draws") if draws > 1 else (replications, "replications")


def _advice(needed: float, now: int, unit: str) -> str:
    count = max(now + 1, math.ceil(needed))
    return f"which is not enough to decide: about {count} {unit} (now {now}) would make the interval clear"


def _by_constraint(evidence: Evidence, only: int) -> Verdict:
    return Verdict(
        evidence.names[only],
        "winner",
        f"{evidence.names[only]} is the only arm that keeps the constraints{_barred(evidence)}.",
    )


def _no_difference(text: str, evidence: Evidence) -> Verdict:
    return Verdict(None, "no difference", f"no difference: {text}{_barred(evidence)}.")


def not_calibrated(doubt: str, verdict: Verdict) -> Verdict:
    """The verdict on a market of which there is this doubt: no arm, and what the rule would give without it."""
    return Verdict(None, "not calibrated", f"{doubt}. Leaving that aside: {verdict.reason}")


def _undecided(text: str, tail: str = "") -> Verdict:
    return Verdict(None, "undecided", f"undecided: {text}.{tail}")


def _barred(evidence: Evidence) -> str:
    return f" ({'; '.join(evidence.broken.values())}, and so cannot win)" if evidence.broken else ""


def _next(evidence: Evidence, rival: DifferenceInterval) -> str:
    name = evidence.names[rival.b]
    return name if len(evidence.names) == 2 else f"{name}, the nearest rival,"


def _interval(evidence: Evidence, i: DifferenceInterval) -> str:
    return f"{format_chance(evidence.confidence)} interval {evidence.amount(_low(i))} to {evidence.amount(_high(i))}"


def _from(leader: int, i: DifferenceInterval) -> DifferenceInterval:
    """The interval as leader minus rival."""
    return i if i.a == leader else DifferenceInterval(i.b, i.a, -i.difference, -_high(i), -_low(i))


def _inside(i: DifferenceInterval, indifference: float) -> bool:
    return -indifference <= _low(i) and _high(i) <= indifference


def _low(i: DifferenceInterval) -> float:
    return -math.inf if i.low is None else i.low


def _high(i: DifferenceInterval) -> float:
    return math.inf if i.high is None else i.high


def _all_equal(values: Floats) -> bool:
    return bool((values == values[0]).all())
