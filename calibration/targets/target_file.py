"""A file of targets: figures that a shop knows of its own past, with how exact each is and of which days."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from calibration.model.priors import Z95
from scenarios.errors import nearest
from scenarios.toml.entries import Entry
from scenarios.toml.toml_document import read
from scenarios.values.expectations import KPI_UNITS
from scenarios.values.notation import format_value
from scenarios.values.quantities import parse
from scenarios.values.shapes import Shape
from sim import units as u

if TYPE_CHECKING:
    from sim.output.kpi_window import Measure

KEYS = ("value", "tolerance", "between", "window")
WINDOW = "90 d"
"""The days of a target that states none: the last ones of the orders."""
WINDOW_EXAMPLE = '"90 d", the last days of the orders, or [2025-01-01, 2025-04-01], the day after the last'
SCORED = ("orders_per_customer", "orders_per_contact_year", "spend_per_customer", "aov", "conversion_rate")
"""KPIs that the fit knows from the orders themselves."""
OF_SHOP = "one shop"


@dataclass(frozen=True)
class Target:
    """A KPI of the shop's own past: stored units, sd its standard deviation; from day `first` to before `after`."""

    kpi: str
    value: float
    sd: float
    first: date
    after: date
    place: str

    @property
    def unit(self) -> str:
        """Of the KPI: share, time, money or count."""
        from sim.output.measures import MEASURES

        return MEASURES[self.kpi].unit


@dataclass(frozen=True)
class AskedTargets:
    """The targets of a file, its name, and the currency of money in them."""

    targets: tuple[Target, ...]
    file: str
    currency: str


@dataclass(frozen=True)
class TargetDays:
    """First and last day of the orders, and the currency of the market."""

    first: date
    last: date
    currency: str


def read_targets(path: str | Path, days: TargetDays) -> AskedTargets:
    """The targets of a file, `[targets.KPI]` each. Raises InputError, in one line, for one that is none."""
    least = "[targets.KPI] with value and tolerance, or between"
    top = Entry(read(Path(path), least)).table(("targets",), required=("targets",))
    entry = top.at("targets").table()
    if not entry.node.value:
        raise entry.error(expected=least, got="none")
    found = tuple(_target(name, entry.at(name), days) for name in entry.node.value)
    return AskedTargets(found, Path(path).name, days.currency)


def kpi_text(kpi: str, value: float, currency: str) -> str:
    """A value of a KPI as a file would have it."""
    from sim.output.measures import MEASURES

    return str(format_value(value, Shape("number", unit=KPI_UNITS[MEASURES[kpi].unit]), currency, 3))


def _target(kpi: str, entry: Entry, days: TargetDays) -> Target:
    from sim.output.measures import MEASURES

    entry.table(KEYS)
    if kpi not in MEASURES:
        problem = "no such KPI among the shipped ones, and targets take no others"
        raise entry.error(problem, expected=nearest(kpi, MEASURES), got=repr(kpi))
    _check_kpi(MEASURES[kpi], entry)
    value, sd = _figures(MEASURES[kpi], entry, days.currency)
    first, after = _window(entry.at("window"), days)
    return Target(kpi, value, sd, first, after, entry.place)


def _check_kpi(measure: Measure, entry: Entry) -> None:
    if measure.name in SCORED:
        raise entry.error("the fit has this from the orders already", expected="what orders do not say", got="")
    if measure.denominator == OF_SHOP:
        raise entry.error("a sum grows with the shop", expected="a share, a rate or a mean", got=measure.name)


def _figures(measure: Measure, entry: Entry, currency: str) -> tuple[float, float]:
    unit = KPI_UNITS[measure.unit]

    def number(one: Entry) -> float:
        found = one.read(lambda value: float(parse(value, unit, currency)))
        if (measure.unit == "share" and not 0.0 <= found <= 1.0) or (measure.unit == "time" and found < 0.0):
            raise one.error(expected="0 to 100 %" if measure.unit == "share" else "a time from 0")
        return found

    if entry.has("between") == (entry.has("value") or entry.has("tolerance")):
        raise entry.error(expected="either value and tolerance, or between = [low, high]", got="")
    if entry.has("between"):
        ends = entry.at("between")
        if not isinstance(ends.node.value, list) or len(ends.node.value) != 2:
            raise ends.error(expected="the two ends of a 90 % interval")
        low, high = (number(Entry(node, ends.path)) for node in ends.node.value)
        if not low < high:
            raise ends.error(expected="a low end below the high one")
        return 0.5 * (low + high), 0.5 * (high - low) / Z95
    for key in ("value", "tolerance"):
        if not entry.has(key):
            expected = "value and tolerance, one standard deviation"
            raise entry.at(key).error("the key is missing", expected=expected, got="")
    sd = number(entry.at("tolerance"))
    if not sd > 0.0:
        raise entry.at("tolerance").error(expected="one standard deviation, above 0")
    return number(entry.at("value")), sd


def _window(entry: Entry, days: TargetDays) -> tuple[date, date]:
    said, end = entry.node.plain() if entry.node.value is not None else WINDOW, days.last + timedelta(days=1)
    if isinstance(said, str):
        length = entry.with_value(said).read(lambda value: parse(value, u.Days.within(1, 3650), "", whole=True))
        first, after = end - timedelta(days=length), end
    elif isinstance(said, list) and len(said) == 2 and all(_is_date(one) for one in said):
        first, after = said
    else:
        raise entry.error(expected=WINDOW_EXAMPLE)
    if not days.first < first < after <= end:
        expected = f"days after the first order and until the last, {days.first} to {days.last}"
        raise entry.error(expected=expected, got=f"{first} to {after - timedelta(days=1)}")
    return first, after


def _is_date(value: object) -> bool:
    return isinstance(value, date) and not isinstance(value, datetime)
