"""Parts of expectation claims, read from their entries: the KPIs to read, ends of ranges, and arms."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from scenarios.building.building import BuildContext, build
from scenarios.errors import InvalidValue, nearest
from scenarios.toml.entries import Entry
from scenarios.validation.market_validation import validate_who
from scenarios.values.expectations import KPI_UNITS, Reading, measure_of
from scenarios.values.own_kpis import known_kpis
from scenarios.values.quantities import parse
from scenarios.values.shapes import shape_of
from sim import units as u
from sim.scenario import Scenario, Who

if TYPE_CHECKING:
    from sim.output.kpi_window import Measure
    from sim.output.watched_kpis import WatchedMeasure


@dataclass(frozen=True)
class ExpectationContext:
    """What an expectation may name: the arms and what belongs to them, and the KPIs of the shop."""

    arms: Mapping[str, Scenario]
    measures: Mapping[str, Measure]

    @property
    def scenario(self) -> Scenario:
        """The first arm's scenario; market and run are the same in all."""
        return next(iter(self.arms.values()))

    @property
    def currency(self) -> str:
        """The one currency."""
        return self.scenario.market.money.currency

    def measure_of(self, reading: Reading) -> Measure | WatchedMeasure:
        """What is known of a reading's KPI: its unit, and which direction is better."""
        return measure_of(reading, self.measures)


# --- readings --------------------------------------------------------------------------------------


def read_reading(entry: Entry, context: ExpectationContext, arm: str) -> Reading:
    """What an expectation reads of one arm, over the measured days unless it states a window."""
    run = context.scenario.run
    first = Reading(_kpi(entry.at("kpi"), context), arm, (run.warm_up, run.warm_up + run.horizon))
    return changed_reading(first, entry, context)


def changed_reading(reading: Reading, entry: Entry, context: ExpectationContext) -> Reading:
    """The reading with the KPI, window and people that the entry states."""
    if entry.has("kpi"):
        reading = replace(reading, kpi=_kpi(entry.at("kpi"), context))
    if entry.has("window"):
        reading = replace(reading, window=_window(entry.at("window"), context))
    if entry.has("where"):
        reading = replace(reading, where=_who(entry.at("where"), context))
    _check_people(reading, entry, context)
    return reading


def _kpi(entry: Entry, context: ExpectationContext) -> str:
    from sim.output.watched_kpis import WATCHED

    name, known = entry.node.value, {*context.measures, *WATCHED}
    if not isinstance(name, str) or name not in known:
        raise entry.error("unknown measure", expected=known_kpis(str(name), known))
    return name


def _check_people(reading: Reading, entry: Entry, context: ExpectationContext) -> None:
    """Some measures are of the shop only, some of chosen people only."""
    from sim.output.watched_kpis import WATCHED

    kpi = entry.at("kpi")
    if reading.where is not None and reading.kpi not in WATCHED:
        expected = f"with `where` one of {', '.join(sorted(WATCHED))}"
        raise kpi.error("this measure is of the whole shop, not of chosen people", expected=expected, got=reading.kpi)
    if reading.where is None and reading.kpi not in context.measures:
        expected = "where = { ... } beside it, which may be empty for all people"
        raise kpi.error("this measure is of chosen people", expected=expected, got=f"{reading.kpi} without where")


def _window(entry: Entry, context: ExpectationContext) -> tuple[int, int]:
    run, text = context.scenario.run, entry.node.value
    most = run.horizon + run.cool_down
    expected = f'a range of measured days within "0 d .. {most} d"'
    ends = text.split("..") if isinstance(text, str) else []
    if len(ends) != 2:
        raise entry.error(expected=expected)
    try:
        first, last = (int(parse(end.strip(), u.Days.within(0, most), "", whole=True)) for end in ends)
    except InvalidValue as error:
        raise entry.error(error.problem, expected=expected) from None
    if first >= last:
        raise entry.error("the window ends before it begins", expected=expected)
    return run.warm_up + first, run.warm_up + last


def _who(entry: Entry, context: ExpectationContext) -> Who:
    who: Who = build(shape_of(Who), entry, BuildContext(context.currency))
    validate_who(who, context.scenario.market, entry)
    return who


def read_ends(entry: Entry, reader: Callable[[Any], float]) -> tuple[float, float]:
    """The two ends of [low, high], each read by `reader`."""
    pair = entry.node.value
    if not isinstance(pair, list) or len(pair) != 2:
        raise entry.error(expected="a pair [low, high]")
    low, high = (replace(entry, node=end).read(reader) for end in pair)
    if low > high:
        raise entry.error("low is above high", expected="a pair [low, high]")
    return low, high


def plain_number(value: Any) -> float:
    """A bare number of any sign."""
    return float(parse(value, KPI_UNITS["count"], ""))


# --- arms ------------------------------------------------------------------------------------------


def named_arm(entry: Entry, context: ExpectationContext) -> str:
    """The arm that is named, or the only one."""
    name = entry.node.value
    if name is None and len(context.arms) == 1:
        return next(iter(context.arms))
    if not isinstance(name, str) or name not in context.arms:
        raise entry.error("unknown arm" if name is not None else "", expected=nearest(str(name or ""), context.arms))
    return name


def named_arms(entry: Entry, context: ExpectationContext, least: int) -> list[str]:
    """The arms of a list, at least so many."""
    names = entry.texts()
    for name in names:
        named_arm(entry.with_value(name), context)
    if len(names) < least:
        raise entry.error(expected=f"{least} arms or more", got=", ".join(names))
    return names


def competing_arms(entry: Entry, context: ExpectationContext, least: int) -> list[str]:
    """The arms that `of` names, or all of them."""
    if entry.has("of"):
        return named_arms(entry.at("of"), context, least)
    if len(context.arms) < least:
        raise entry.error(expected=f"a question of {least} arms or more", got=str(len(context.arms)))
    return list(context.arms)


def check_no_variant(entry: Entry, form: str) -> None:
    """Raise InputError where `variant` is stated beside a claim that names its arms itself."""
    if entry.has("variant"):
        raise entry.at("variant").error(f"{form} names its arms itself", expected="no variant beside it")
