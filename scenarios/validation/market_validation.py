"""What single fields of a market cannot show: names that must exist, and values that must agree with one another."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import get_args

from scenarios.errors import InputError
from scenarios.toml.toml_document import Node, complaint
from scenarios.values.quantities import shown
from scenarios.values.question import Compare
from scenarios.values.suggestions import dotted, nearest
from sim.scenario import CONTENTS, Day, Format, Market, Season, Who

MEAN_ERROR = 1e-3
SUM_ERROR = 1e-9


class SourceTree:
    """The tree that a part was built from, to give each complaint its line."""

    def __init__(self, tree: Node, *root: str) -> None:
        self.tree, self.root = tree, root

    def error(self, path: Iterable[str], problem: str) -> InputError:
        """The complaint about a path, placed at the nearest node that was written."""
        node = self.tree
        for part in path:
            node = node.child(part) or node
        return complaint(node, dotted((*self.root, *path)), problem)


def judge_market(market: Market, places: SourceTree) -> None:
    """Raise InputError where a market's values do not agree."""
    _judge_season(market.need.season, places)
    judge_sum(market.people.interests, ("people", "interests"), places)
    engagement = market.engagement
    if engagement.silent_after >= engagement.dormant_after:
        problem = f"comes after dormant_after; allowed below {engagement.dormant_after} d"
        raise places.error(("engagement", "silent_after"), f"{problem}; got {engagement.silent_after} d")
    if market.lead.first_order_7d >= market.people.fit:
        problem = f"is more than fit; allowed below {100 * market.people.fit:g} % (market.people.fit)"
        raise places.error(("lead", "first_order_7d"), f"{problem}; got {100 * market.lead.first_order_7d:g} %")
    for name, medium in market.media.items():
        _judge_names(medium.suits, CONTENTS, ("media", name, "suits"), "content", places)
    _judge_names(market.offers.effort, get_args(Format), ("offers", "effort"), "format", places)
    if "start" in market.sources:
        problem = "is the name of the customers who are there on day one; allowed any other; got a source of that name"
        raise places.error(("sources", "start"), problem)
    for name, carrier in market.carriers.items():
        spread = carrier.days
        if not spread.p5 <= spread.median <= spread.p95:
            got = f"{spread.p5:g}, {spread.median:g}, {spread.p95:g} d"
            problem = f"is out of order; allowed p5 <= median <= p95; got {got}"
            raise places.error(("carriers", name, "days"), problem)


def _judge_season(season: Season, places: SourceTree) -> None:
    _judge_round(season.weekday, 7, "week; allowed seven multipliers, Monday first,", ("weekday",), places)
    if season.yearly:
        _judge_round(season.yearly, 12, "year; allowed twelve multipliers, January first,", ("yearly",), places)
    for name, dates in season.dates.items():
        path = ("need", "season", "dates", name, "on")
        if not dates.on:
            raise places.error(path, "is empty; allowed dates or named days; got none")
        judge_days(dates.on, path, places)


def _judge_round(values: tuple[float, ...], count: int, words: str, key: tuple[str, ...], places: SourceTree) -> None:
    mean = sum(values) / max(len(values), 1)
    if len(values) != count or abs(mean - 1.0) > MEAN_ERROR:
        problem = f"is no {words} with mean 1; got {len(values)} with mean {mean:.4g}"
        raise places.error(("need", "season", *key), problem)


def _judge_names(
    names: Iterable[str], known: Iterable[str], path: tuple[str, ...], word: str, places: SourceTree
) -> None:
    for name in names:
        if name not in known:
            raise places.error((*path, name), f"is not a {word}; {nearest(name, known)}; got {shown(name)}")


def judge_mix(mix: Mapping[str, float], path: tuple[str, ...], places: SourceTree) -> None:
    """Raise InputError where shares of contents name something else, or are not all there is."""
    _judge_names(mix, CONTENTS, path, "content", places)
    whole = sum(mix.values())
    if mix and abs(whole - 1.0) > SUM_ERROR:
        raise places.error(path, f"is no whole; allowed shares that sum to 100 %; got {100 * whole:g} %")


def judge_sum(shares: Mapping[str, float], path: tuple[str, ...], places: SourceTree) -> None:
    """Raise InputError where shares of one whole sum to more than that."""
    if sum(shares.values()) > 1.0 + SUM_ERROR:
        problem = f"is more than everybody; allowed a sum of up to 100 %; got {100 * sum(shares.values()):g} %"
        raise places.error(path, problem)


def judge_days(on: tuple[Day, ...], path: tuple[str, ...], places: SourceTree) -> None:
    """Raise InputError where dates do not rise, or a day is named twice."""
    dates = [day for day in on if not isinstance(day, str)]
    if dates != sorted(dates) or len(set(on)) < len(on):
        problem = "is out of order; allowed dates that rise and names, each once; got " + ", ".join(map(str, on))
        raise places.error(path, problem)


def judge_known(name: str, names: Iterable[str], path: tuple[str, ...], places: SourceTree) -> None:
    """Raise InputError where a name is not among those that the market defines."""
    if name not in names:
        raise places.error(path, f"is not defined in the market; {nearest(name, names)}; got {shown(name)}")


def judge_who(who: Who, market: Market, path: tuple[str, ...], places: SourceTree) -> None:
    """Raise InputError where a condition names a source or a tag that the market does not define."""
    for source in who.source:
        judge_known(source, market.sources, (*path, "source"), places)
    for tag in who.tag:
        judge_known(tag, market.people.interests, (*path, "tag"), places)


def judge_compare(compare: Compare, arms: Iterable[str], places: SourceTree) -> None:
    """Raise InputError where the judgement names a measure or an arm that does not exist."""
    from sim.output.measures import MEASURES

    named: list[tuple[tuple[str, ...], str]] = [
        (("kpi",), compare.kpi),
        *((("also",), name) for name in compare.also),
    ]
    named += [(("subject_to", name), name) for name in compare.subject_to]
    for path, name in named:
        if name not in MEASURES:
            raise places.error(path, f"is not a measure; {nearest(name, MEASURES)}; got {shown(name)}")
    if compare.against is not None and compare.against not in arms:
        problem = f"is not an arm; {nearest(compare.against, arms)}; got {shown(compare.against)}"
        raise places.error(("against",), problem)
