"""The rule that turns a comparison into a verdict; `docs/verdict.md` is its telling in words."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from experiments.comparison.statistics import (
    DifferenceInterval,
    Floats,
    PlausibleMarkets,
    market_shows,
    standing,
    uncertainty,
)

Kind = Literal["winner", "no difference", "undecided"]

_FAR = 1000
"""Beyond this many times the present runs, more of them is not advice."""


@dataclass(frozen=True)
class Evidence:
    """What the rule looks at. `values` (arms, draws, replications): more is better; amounts in its unit.

    `broken` holds, for each arm that breaks a constraint, how. `amount` words a number of the KPI.
    """

    names: tuple[str, ...]
    values: Floats
    intervals: tuple[DifferenceInterval, ...]
    markets: PlausibleMarkets
    indifference: float
    confidence: float
    broken: Mapping[str, str]
    amount: Callable[[float], str]


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
    good = dict(zip(allowed, standing(markets, evidence.indifference).good_enough, strict=True))
    rows = [i for i in evidence.intervals if i.a in allowed and i.b in allowed]
    if min(good.values()) >= evidence.confidence and all(_inside(i, evidence.indifference) for i in rows):
        widest = max(max(-_low(i), _high(i)) for i in rows)
        return _no_difference(
            f"every difference lies within {evidence.amount(widest)} of zero, less than the "
            f"{evidence.amount(evidence.indifference)} that matter to you",
            evidence,
        )
    leader = max(allowed, key=lambda i: float(evidence.values[i].mean()))
    against = [_from(leader, i) for i in rows if leader in (i.a, i.b)]
    rival = min(against, key=lambda i: i.difference)
    if all(_low(i) > evidence.indifference for i in against) and good[leader] >= evidence.confidence:
        return _winner(evidence, leader, rival, good[leader], _regret(markets, allowed, leader))
    return _unsettled(evidence, leader, against, markets, good[leader], allowed)


def _winner(evidence: Evidence, leader: int, rival: DifferenceInterval, good: float, regret: float) -> Verdict:
    place = "best" if evidence.indifference == 0 else "best, or as good as the best,"
    name = evidence.names[leader]
    return Verdict(
        name,
        "winner",
        f"{name} is ahead of {_next(evidence, rival)} by {evidence.amount(rival.difference)} "
        f"({_interval(evidence, rival)}), and {place} in {_share(good)} of plausible markets, with an "
        f"expected regret of {evidence.amount(regret)}{_barred(evidence)}.",
    )


def _regret(markets: PlausibleMarkets, allowed: list[int], arm: int) -> float:
    return float(standing(markets, 0.0).regret[allowed.index(arm)])


def _unsettled(
    evidence: Evidence,
    leader: int,
    against: list[DifferenceInterval],
    markets: PlausibleMarkets,
    good: float,
    allowed: list[int],
) -> Verdict:
    open_rivals = [i for i in against if _low(i) <= evidence.indifference]
    known = standing(PlausibleMarkets(markets.means, np.zeros((200, len(allowed)))), evidence.indifference)
    settled = float(known.good_enough[allowed.index(leader)])
    rival = min(open_rivals or against, key=lambda i: i.difference)
    parts = [f"{evidence.names[leader]} is ahead of {_next(evidence, rival)} by "
             f"{evidence.amount(rival.difference)} on average ({_interval(evidence, rival)})"]  # fmt: skip
    if settled < evidence.confidence and market_shows(evidence.values, rival.a, rival.b):
        regret = _regret(markets, allowed, leader)
        parts.append(
            f"but it is {'good enough' if evidence.indifference else 'best'} in only {_share(good)} of "
            f"plausible markets. More runs will not settle this, knowing the market better would; choosing "
            f"{evidence.names[leader]} now costs {evidence.amount(regret)} on average against knowing"
            f"{' which of the arms that may win is best' if len(allowed) < len(evidence.names) else ''}"
        )
    elif open_rivals:
        parts.append(_more(evidence, rival))
    else:
        parts.append(
            f"but so few replications (now {evidence.values.shape[2]}) cannot tell whether it is ahead in "
            f"enough markets or only lucky; twice as many would help"
        )
    behind = [evidence.names[i.b] for i in against if _low(i) > evidence.indifference and i is not rival]
    tail = f" Clearly behind: {', '.join(behind)}." if behind else ""
    return _undecided(", ".join(parts) + _barred(evidence), tail)


def _more(evidence: Evidence, rival: DifferenceInterval) -> str:
    """How many draws or replications would take the interval to one side of the indifference."""
    _, draws, replications = evidence.values.shape
    gap = abs(abs(rival.difference) - evidence.indifference)
    half = _high(rival) - rival.difference
    if half == 0:
        return "the same in every run, and no more than matters to you"
    if gap * math.sqrt(_FAR) < half:
        return f"which is too close to call: even {_FAR} times as many runs would not be enough"
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
    return f"which is too close to call: about {count} {unit} (now {now}) would make the interval clear"


def _by_constraint(evidence: Evidence, only: int) -> Verdict:
    return Verdict(
        evidence.names[only],
        "winner",
        f"{evidence.names[only]} is the only arm that keeps the constraints{_barred(evidence)}.",
    )


def _no_difference(text: str, evidence: Evidence) -> Verdict:
    return Verdict(None, "no difference", f"no difference: {text}{_barred(evidence)}.")


def _undecided(text: str, tail: str = "") -> Verdict:
    return Verdict(None, "undecided", f"undecided: {text}.{tail}")


def _barred(evidence: Evidence) -> str:
    return f" ({'; '.join(evidence.broken.values())}, and so cannot win)" if evidence.broken else ""


def _next(evidence: Evidence, rival: DifferenceInterval) -> str:
    name = evidence.names[rival.b]
    return name if len(evidence.names) == 2 else f"{name}, the nearest rival,"


def _interval(evidence: Evidence, i: DifferenceInterval) -> str:
    return f"{_share(evidence.confidence)} interval {evidence.amount(_low(i))} to {evidence.amount(_high(i))}"


def _share(value: float) -> str:
    if 0.995 <= value < 1.0:
        return "over 99 %"
    return f"{100 * value:.0f} %"


def _from(leader: int, i: DifferenceInterval) -> DifferenceInterval:
    """The interval told as leader minus rival."""
    return i if i.a == leader else DifferenceInterval(i.b, i.a, -i.difference, -_high(i), -_low(i))


def _inside(i: DifferenceInterval, indifference: float) -> bool:
    return -indifference <= _low(i) and _high(i) <= indifference


def _low(i: DifferenceInterval) -> float:
    return -math.inf if i.low is None else i.low


def _high(i: DifferenceInterval) -> float:
    return math.inf if i.high is None else i.high


def _all_equal(values: Floats) -> bool:
    return bool((values == values[0]).all())
