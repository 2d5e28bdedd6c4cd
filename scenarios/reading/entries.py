"""The parts of which expectations are made, read from their nodes: numbers to read, arms, levers, switches."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from scenarios.errors import InputError
from scenarios.reading.building import BuildContext, build
from scenarios.toml.toml_document import Node, complaint
from scenarios.validation.market_validation import SourceTree, judge_who
from scenarios.values.expectations import Reading
from scenarios.values.quantities import parse, shown
from scenarios.values.shapes import shape_of
from scenarios.values.suggestions import dotted, nearest
from sim import units as u
from sim.scenario import Scenario, Who

if TYPE_CHECKING:
    from sim.output.measures import Measure
    from sim.output.watched_kpis import WatchedMeasure

_HUGE = 1e15
UNITS = {
    "money": u.Money.within(-_HUGE, _HUGE),
    "share": u.Share.within(-1e3, 1e3),
    "time": u.Days.within(-1e5, 1e5),
    "count": u.Number.within(-_HUGE, _HUGE),
}
"""How a KPI's numbers are written, by the unit of the measure."""


@dataclass(frozen=True)
class Entry:
    """A node of an expectation with its path, so that every complaint finds its line."""

    node: Node
    path: tuple[str, ...]

    def error(self, problem: str) -> InputError:
        """The complaint about this place."""
        return complaint(self.node, dotted(self.path), problem)

    def at(self, key: str) -> Entry:
        """A key of it; one that is not written takes its parent's line."""
        node = self.node.child(key)
        return Entry(node or Node(None, self.node.file, self.node.line), (*self.path, key))

    def has(self, key: str) -> bool:
        """Whether a key is written."""
        return self.node.child(key) is not None

    def table(self, keys: Iterable[str], required: Iterable[str] = ()) -> Entry:
        """Itself, if it is a table with no key but these and all that are required."""
        if not isinstance(self.node.value, dict):
            raise self.error(f"is not a table; allowed a table; got {shown(self.node.plain())}")
        for key in self.node.value:
            if key not in keys:
                raise self.at(key).error(f"unknown key; {nearest(key, keys)}; got {shown(key)}")
        for key in required:
            if not self.has(key):
                raise self.at(key).error(f"is missing; allowed {', '.join(keys)}; got nothing")
        return self

    def texts(self) -> list[str]:
        """A list of texts, each once; one text is a list of one."""
        plain = self.node.plain()
        names = [plain] if isinstance(plain, str) else plain
        if not isinstance(names, list) or not names or not all(isinstance(name, str) for name in names):
            raise self.error(f"is not a list of names; allowed names, each once; got {shown(plain)}")
        if len(set(names)) < len(names):
            raise self.error(f"names one twice; allowed names, each once; got {', '.join(names)}")
        return names


@dataclass(frozen=True)
class ExpectationContext:
    """What expectations are judged against."""

    arms: Mapping[str, Scenario]

    @property
    def scenario(self) -> Scenario:
        """The first arm's scenario; market and run are the same in all."""
        return next(iter(self.arms.values()))

    @property
    def currency(self) -> str:
        """The one currency."""
        return self.scenario.market.money.currency


# --- what is read ----------------------------------------------------------------------------------


def read_reading(entry: Entry, frame: ExpectationContext, arm: str) -> Reading:
    """What an expectation reads of one arm, over the measured days unless it states a window."""
    run = frame.scenario.run
    first = Reading(_kpi(entry.at("kpi")), arm, (run.warm_up, run.warm_up + run.horizon))
    return changed_reading(first, entry, frame)


def changed_reading(reading: Reading, entry: Entry, frame: ExpectationContext) -> Reading:
    """The reading with the KPI, window and people that the entry states."""
    if entry.has("kpi"):
        reading = replace(reading, kpi=_kpi(entry.at("kpi")))
    if entry.has("window"):
        reading = replace(reading, window=_window(entry.at("window"), frame))
    if entry.has("where"):
        reading = replace(reading, where=_who(entry.at("where"), frame))
    _judge_people(reading, entry)
    return reading


def measure_of(reading: Reading) -> Measure | WatchedMeasure:
    """What is known of a reading's KPI: its unit, and which way is better."""
    from sim.output.measures import MEASURES
    from sim.output.watched_kpis import WATCHED

    return MEASURES[reading.kpi] if reading.where is None else WATCHED[reading.kpi]


def _kpi(entry: Entry) -> str:
    from sim.output.measures import MEASURES
    from sim.output.watched_kpis import WATCHED

    name, known = entry.node.value, {*MEASURES, *WATCHED}
    if not isinstance(name, str) or name not in known:
        raise entry.error(f"is not a measure; {nearest(str(name), known)}; got {shown(entry.node.plain())}")
    return name


def _judge_people(reading: Reading, entry: Entry) -> None:
    """Some measures are of the shop alone, some of chosen people alone."""
    from sim.output.measures import MEASURES
    from sim.output.watched_kpis import WATCHED

    if reading.where is not None and reading.kpi not in WATCHED:
        problem = f"cannot be told for some people alone; allowed with where {', '.join(sorted(WATCHED))}"
        raise entry.at("kpi").error(f"{problem}; got {shown(reading.kpi)}")
    if reading.where is None and reading.kpi not in MEASURES:
        problem = "is told of people; allowed with where = { ... }, which may be empty for everybody"
        raise entry.at("kpi").error(f"{problem}; got {shown(reading.kpi)} without where")


def _window(entry: Entry, frame: ExpectationContext) -> tuple[int, int]:
    run, text = frame.scenario.run, entry.node.value
    most = run.horizon + run.cool_down
    allowed = f'allowed a range of measured days within "0 d .. {most} d"'
    ends = text.split("..") if isinstance(text, str) else []
    if len(ends) != 2:
        raise entry.error(f"is not a range of days; {allowed}; got {shown(entry.node.plain())}")
    try:
        first, last = (int(parse(end.strip(), u.Days.within(0, most), "", whole=True)) for end in ends)
    except ValueError as error:
        problem = str(error).split(";")[0]
        raise entry.error(f"{problem}; {allowed}; got {shown(text)}") from None
    if first >= last:
        raise entry.error(f"ends before it begins; {allowed}; got {shown(text)}")
    return run.warm_up + first, run.warm_up + last


def _echo(entry: Entry, value: Any) -> Entry:
    """The same place with another value."""
    return replace(entry, node=replace(entry.node, value=value))


def _who(entry: Entry, frame: ExpectationContext) -> Who:
    who: Who = build(shape_of(Who), entry.node, entry.path, BuildContext(frame.currency))
    judge_who(who, frame.scenario.market, (), SourceTree(entry.node, *entry.path))
    return who


def read_number(entry: Entry, reader: Callable[[Any], float]) -> float:
    """What the reader reads, with the place of the entry where it cannot."""
    try:
        return reader(entry.node.plain())
    except ValueError as error:
        raise entry.error(str(error)) from None


def read_ends(entry: Entry, reader: Callable[[Any], float]) -> tuple[float, float]:
    """The two ends of [low, high], each read by `reader`."""
    pair = entry.node.value
    if not isinstance(pair, list) or len(pair) != 2:
        raise entry.error(f"is not a pair; allowed [low, high]; got {shown(entry.node.plain())}")
    low, high = (read_number(replace(entry, node=end), reader) for end in pair)
    if low > high:
        raise entry.error(f"is out of order; allowed [low, high]; got {shown(entry.node.plain())}")
    return low, high


def plain_number(value: Any) -> float:
    """A bare number of any sign."""
    return float(parse(value, UNITS["count"], ""))


# --- arms ------------------------------------------------------------------------------------------


def named_arm(entry: Entry, frame: ExpectationContext) -> str:
    """The arm that is named, or the only one."""
    name = entry.node.value
    if name is None and len(frame.arms) == 1:
        return next(iter(frame.arms))
    if name is None:
        raise entry.error(f"is missing, since there are several arms; {nearest('', frame.arms)}; got nothing")
    if not isinstance(name, str) or name not in frame.arms:
        raise entry.error(f"is not an arm; {nearest(str(name), frame.arms)}; got {shown(entry.node.plain())}")
    return name


def named_arms(entry: Entry, frame: ExpectationContext, least: int) -> list[str]:
    """The arms of a list, at least so many."""
    names = entry.texts()
    for name in names:
        named_arm(_echo(entry, name), frame)
    if len(names) < least:
        raise entry.error(f"names too few arms; allowed {least} or more; got {', '.join(names)}")
    return names


def competing_arms(entry: Entry, frame: ExpectationContext, least: int) -> list[str]:
    """The arms that `of` names, or all of them."""
    if entry.has("of"):
        return named_arms(entry.at("of"), frame, least)
    if len(frame.arms) < least:
        raise entry.error(f"needs arms to choose from; allowed {least} or more; got {len(frame.arms)}")
    return list(frame.arms)


def judge_no_variant(entry: Entry, form: str) -> None:
    """Raise InputError where `variant` is stated beside a claim that names its arms itself."""
    if entry.has("variant"):
        got = shown(entry.at("variant").node.plain())
        raise entry.at("variant").error(f"does not go with {form}, which names its arms; allowed none; got {got}")
