"""The rule that turns a comparison into a verdict; `docs/verdict.md` explains it."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Literal

import numpy as np

from experiments.comparison.plausible_markets import (
    PlausibleMarkets,
    Standing,
    good_counts,
    market_shows,
    share_within,
    standing,
    uncertainty,
)
from experiments.comparison.statistics import DifferenceInterval, Floats, least_markets, share_high, share_low
from experiments.output.format_values import format_chance, format_list
from experiments.output.market_words import MarketWords

Kind = Literal["winner", "no difference", "undecided", "not calibrated"]

_FAR = 1000
"""No more runs are advised than this many times the present ones."""


@dataclass(frozen=True)
class Evidence:
    """What the rule decides by. `values` (arms, draws, replications): more is better; amounts in its unit.

    `broken` holds, for each arm that breaks a constraint, how; `open_bounds` the same for arms that may or may not keep
    one. `amount` formats a number of the KPI. `one_market` says that all draws are of one market, as where nothing in
    it is uncertain.
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
    open_bounds: Mapping[str, str] = field(default_factory=dict)

    @property
    def words(self) -> MarketWords:
        """Of which markets the runs are."""
        draws = self.values.shape[1]
        return MarketWords(draws, one=self.one_market or draws == 1)

    @property
    def may_win(self) -> tuple[int, ...]:
        """Places of the arms that break no constraint."""
        return tuple(i for i, name in enumerate(self.names) if name not in self.broken)

    @cached_property
    def standing(self) -> Standing:
        """How the arms stand in plausible markets: the one place from which probabilities and regret come."""
        return standing(self.markets, self.indifference, self.may_win or None)

    @cached_property
    def counts(self) -> list[int]:
        """Of each arm, in how many of the markets drawn it is good enough among those that may win."""
        return [int(count) for count in good_counts(self.markets, self.indifference, self.may_win or None)]

    @property
    def least(self) -> int:
        """The fewest draws in which an arm can be named; 1 where there is one market, of which nothing is counted."""
        return 1 if self.words.one else least_markets(self.confidence, self.confidence)

    def shown(self, place: int) -> bool:
        """Whether the count of markets shows that this arm is good enough in as large a share of them as is asked."""
        return self.words.one or share_low(self.counts[place], self.words.draws, self.confidence) >= self.confidence


@dataclass(frozen=True)
class Verdict:
    """`arm` is the arm to choose, or None; `reason` is one or two plain sentences.

    leaders: the arm to choose, or those among which the choice lies. either: whether these are shown to be alike while
    others are behind. enough: whether draws and replications are enough, so that more of them would not help.
    """

    arm: str | None
    kind: Kind
    reason: str
    leaders: tuple[str, ...] = ()
    either: bool = False
    enough: bool = True


def decide(evidence: Evidence) -> Verdict:
    """Name an arm, say that there is no difference, or say what is not known. See docs/verdict.md."""
    allowed = evidence.may_win
    if not allowed:
        otherwise = decide(replace(evidence, broken={}, open_bounds={})).reason
        return _undecided(
            f"no arm keeps the constraints ({format_list(list(evidence.broken.values()), '; ')})",
            f" Leaving them aside: {otherwise}",
        )
    names = tuple(evidence.names[i] for i in allowed)
    if len(allowed) == 1:
        return _by_constraint(evidence, names[0])
    if evidence.intervals[0].low is None:
        text = "a single run has no error bar; give at least two draws or two replications"
        return _undecided(text, leaders=names, enough=False)
    if _all_equal(evidence.values[list(allowed)]):
        return _no_difference("the arms give the same result in every run", evidence)
    return _by_evidence(evidence, allowed)


def _by_evidence(evidence: Evidence, allowed: tuple[int, ...]) -> Verdict:
    rows = [i for i in evidence.intervals if i.a in allowed and i.b in allowed]
    if _alike(evidence, allowed):  # equal arms have been found before
        widest = max(max(-_low(i), _high(i)) for i in rows)
        return _no_difference(
            f"every difference lies within {evidence.amount(widest)} of zero, less than the "
            f"{evidence.amount(evidence.indifference)} that matter to you",
            evidence,
        )
    best = max(allowed, key=lambda i: float(evidence.values[i].mean()))
    leader = _Leader(
        name=evidence.names[best],
        place=best,
        good_enough=float(evidence.standing.good_enough[best]),
        regret=float(evidence.standing.regret[best]),
        against=tuple(_from(best, i) for i in rows if best in (i.a, i.b)),
    )
    clear = all(_low(i) > evidence.indifference for i in leader.against)
    named = clear and leader.good_enough >= evidence.confidence and evidence.shown(best)
    return (_winner if named and leader.name not in evidence.open_bounds else _unsettled)(evidence, leader)


def _alike(evidence: Evidence, places: tuple[int, ...]) -> bool:
    """Whether these arms are equal in every run; or every difference of them is within the indifference, and each is
    good enough among them in enough markets."""
    these = list(places)
    if _all_equal(evidence.values[these]):
        return True
    rows = [i for i in evidence.intervals if i.a in places and i.b in places]
    if not all(_inside(i, evidence.indifference) for i in rows):
        return False
    barred = {name: "" for i, name in enumerate(evidence.names) if i not in places}
    among = evidence if places == evidence.may_win else replace(evidence, broken=barred)
    good = among.standing.good_enough[these]
    return bool(good.min() >= evidence.confidence) and all(map(among.shown, these))


@dataclass(frozen=True)
class _Leader:
    """The arm with the highest mean of those that may win; the share of markets in which it is good enough among these;
    its expected regret; its intervals, as leader minus rival."""

    name: str
    place: int
    good_enough: float
    regret: float
    against: tuple[DifferenceInterval, ...]


def _winner(evidence: Evidence, leader: _Leader) -> Verdict:
    rival = min(leader.against, key=lambda i: i.difference)
    place = "best" if evidence.indifference == 0 else "best, or as good as the best,"
    return Verdict(
        leader.name,
        "winner",
        f"{leader.name} is ahead of {_next(evidence, rival)} by {evidence.amount(rival.difference)} "
        f"({_interval(evidence, rival)}), and {place} {evidence.words.share(leader.good_enough)}, "
        f"with an expected regret of {evidence.amount(leader.regret)}{_barred(evidence)}.",
        leaders=(leader.name,),
    )


def _unsettled(evidence: Evidence, leader: _Leader) -> Verdict:
    open_rivals = [i for i in leader.against if _low(i) <= evidence.indifference]
    # an interval that lies within the indifference is clear already: what is open is the difference from the others
    rival = min(open_rivals or leader.against, key=lambda i: (_high(i) <= evidence.indifference, i.difference))
    nearest = rival.difference == min(i.difference for i in leader.against)
    ahead = (
        f"{leader.name} is ahead of {_next(evidence, rival, nearest)} by "
        f"{evidence.amount(rival.difference)} on average ({_interval(evidence, rival)})"
    )
    within = share_within(evidence.markets, leader.place, evidence.indifference)
    far = [i.b for i in leader.against if _clearly_behind(evidence, i, within)]
    first = tuple(i for i in evidence.may_win if i not in far)
    sure = not any(evidence.names[i] in evidence.open_bounds for i in first)
    either = sure and len(first) > 1 and bool(far) and _alike(evidence, first)
    why, enough = _why(evidence, leader, rival, bool(open_rivals))
    if either:
        why, enough = f"{why}; {_either(evidence, first)}", True
    tail = format_list([evidence.names[i] for i in far if i != rival.b])
    said = f"{ahead}, {why}{_barred(evidence)}"
    verdict = _undecided(said, f" Clearly behind: {tail}." if tail else "", enough=enough)
    return replace(verdict, leaders=tuple(evidence.names[i] for i in first), either=either)


def _why(evidence: Evidence, leader: _Leader, rival: DifferenceInterval, open_rivals: bool) -> tuple[str, bool]:
    """Why the leader is not named, and whether draws and replications are enough to say so."""
    if _market_decides(evidence, leader, rival):
        return _market_unknown(evidence, leader), True
    if open_rivals and not _low(rival) < _high(rival) <= evidence.indifference:
        return _more(evidence, rival)
    if not evidence.shown(leader.place):
        return _few_markets(evidence, leader), False
    if leader.good_enough < evidence.confidence:
        return _too_few(evidence), False
    if leader.name in evidence.open_bounds:
        return f"but it is open whether it may win: {evidence.open_bounds[leader.name]}", False
    return f"less than the {evidence.amount(evidence.indifference)} that matter to you", not evidence.open_bounds


def _either(evidence: Evidence, places: tuple[int, ...]) -> str:
    """That the choice among these arms does not matter, and what each costs."""
    costs = [evidence.amount(float(evidence.standing.regret[i])) for i in places]
    either = format_list([evidence.names[i] for i in places], " or ")
    return f"{either}, either, at an expected regret of {format_list(costs, ' and ')}"


def _clearly_behind(evidence: Evidence, ahead: DifferenceInterval, within: Floats) -> bool:
    """Whether an arm trails by more than the indifference on average, and in as many markets as a winner must lead;
    `within` is the share of markets in which each arm does not."""
    return _low(ahead) > evidence.indifference and float(within[ahead.b]) <= 1.0 - evidence.confidence


def _few_markets(evidence: Evidence, leader: _Leader) -> str:
    """That the count of markets does not show in how many of them the leader is good enough, and how many would."""
    count, draws, asked = evidence.counts[leader.place], evidence.words.draws, format_chance(evidence.confidence)
    word = "good enough" if evidence.indifference else "best"
    if draws < evidence.least and count == draws:
        return (
            f"and {word} in each of the {draws} plausible markets drawn, but these are too few to say so of {asked} of "
            f"all: it takes {evidence.least}"
        )
    low, high = (format_chance(bound(count, draws, evidence.confidence)) for bound in (share_low, share_high))
    return (
        f"but it is {word} in {count} of the {draws} plausible markets drawn, so in {low} to {high} of all, and it "
        f"takes {asked}: more draws would tell"
    )


def _too_few(evidence: Evidence) -> str:
    draws, replications = evidence.values.shape[1:]
    few = f"but {replications} replications{'' if draws == 1 else ' a draw'} are too few to tell"
    if draws == 1:
        return f"{few} how likely it is to be ahead; more would help"
    return f"{few} in how many {evidence.words.short} it is ahead; twice as many would help"


def _market_decides(evidence: Evidence, leader: _Leader, rival: DifferenceInterval) -> bool:
    """Whether the leader would not be good enough in enough markets even if their mean level were known exactly."""
    if evidence.words.one:
        return False
    exact = PlausibleMarkets(evidence.markets.means, np.zeros((200, len(evidence.names))))
    settled = float(standing(exact, evidence.indifference, evidence.may_win).good_enough[leader.place])
    possible = share_high(evidence.counts[leader.place], evidence.words.draws, evidence.confidence)
    shows = market_shows(evidence.values, rival.a, rival.b)
    return settled < evidence.confidence and possible < evidence.confidence and shows


def _market_unknown(evidence: Evidence, leader: _Leader) -> str:
    return (
        f"but it is {'good enough' if evidence.indifference else 'best'} in only {format_chance(leader.good_enough)} "
        f"of plausible markets. More runs will not settle this, knowing the market better would; choosing "
        f"{leader.name} now costs {evidence.amount(leader.regret)} on average against knowing"
        f"{' which arm is best, those that cannot win among them' if evidence.broken else ''}"
    )


def _more(evidence: Evidence, rival: DifferenceInterval) -> tuple[str, bool]:
    """How many draws or replications would take the interval to one side of the indifference; whether none would."""
    _, draws, replications = evidence.values.shape
    gap = abs(abs(rival.difference) - evidence.indifference)
    half = _high(rival) - rival.difference
    if half == 0:
        return "the same in every run, and no more than matters to you", evidence.shown(rival.a)
    if gap * math.sqrt(_FAR) < half:
        return f"which is not enough to decide: even {_FAR} times as many runs would not be enough", True
    shrink = (gap / half) ** 2
    shares = uncertainty(evidence.values, rival.a, rival.b)
    if shares and shares.chance > 0.5:
        left = shrink * (shares.market + shares.chance / replications) - shares.market
        if left * replications * _FAR > shares.chance:
            return _advice(evidence, shares.chance / left, replications, "replications"), False
    now, unit = (draws, "draws") if draws > 1 else (replications, "replications")
    return _advice(evidence, now / shrink, now, unit), False


def _advice(evidence: Evidence, needed: float, now: int, unit: str) -> str:
    count, least = max(now + 1, math.ceil(needed)), evidence.indifference
    of = f" of the {evidence.amount(least)} that matter to you" if least else ""
    return f"which is not enough to decide: about {count} {unit} (now {now}) would make the interval clear{of}"


def _by_constraint(evidence: Evidence, only: str) -> Verdict:
    if only in evidence.open_bounds:
        text = f"{only} is the only arm that may keep the constraints, and it is open whether it does"
        details = format_list([evidence.open_bounds[only], *evidence.broken.values()], "; ")
        return _undecided(f"{text} ({details})", leaders=(only,), enough=False)
    text = f"{only} is the only arm that keeps the constraints{_barred(evidence)}."
    return Verdict(only, "winner", text, leaders=(only,))


def _no_difference(text: str, evidence: Evidence) -> Verdict:
    leaders = tuple(evidence.names[i] for i in evidence.may_win)
    return Verdict(None, "no difference", f"no difference: {text}{_barred(evidence)}.", leaders)


def _undecided(text: str, tail: str = "", *, leaders: tuple[str, ...] = (), enough: bool = True) -> Verdict:
    return Verdict(None, "undecided", f"undecided: {text}.{tail}", leaders, enough=enough)


def _barred(evidence: Evidence) -> str:
    return f" ({format_list(list(evidence.broken.values()), '; ')}, and so cannot win)" if evidence.broken else ""


def _next(evidence: Evidence, rival: DifferenceInterval, nearest: bool = True) -> str:
    name = evidence.names[rival.b]
    return f"{name}, the nearest rival," if nearest and len(evidence.names) > 2 else name


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
