"""[check]: the smallest change of each measure that matters, and how reliably a regression test finds it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from scenarios.errors import shown
from scenarios.reading.expectation_parts import ExpectationContext
from scenarios.toml.entries import Entry
from scenarios.toml.toml_document import Node
from scenarios.values.criteria import Smallest, Tolerances
from scenarios.values.expectations import KPI_UNITS
from scenarios.values.own_kpis import known_kpis
from scenarios.values.quantities import OUT_OF_RANGE, parse
from sim import units as u
from sim.scenario import Scenario

if TYPE_CHECKING:
    from sim.output.kpi_window import Measure

KEYS = ("smallest", "power", "runs")
POWER = u.Share.within(0.5, 0.999)
RUNS = u.Count.within(32, 4096)


def read_tolerances(tree: Node | None, arms: Mapping[str, Scenario], measures: Mapping[str, Measure]) -> Tolerances:
    """The values of [check], or the defaults without it. Raises InputError with the place in the file."""
    if tree is None:
        return Tolerances()
    entry, context, plain = Entry(tree, ("check",)).table(KEYS), ExpectationContext(arms, measures), Tolerances()
    smallest = _smallest(entry.at("smallest"), context) if entry.has("smallest") else {}
    power = float(_parsed(entry.at("power"), POWER, context)) if entry.has("power") else plain.power
    runs = int(_parsed(entry.at("runs"), RUNS, context)) if entry.has("runs") else plain.runs
    return Tolerances(smallest, power, runs)


def _parsed(entry: Entry, unit: u.Unit, context: ExpectationContext) -> float | int:
    return entry.read(lambda value: parse(value, unit, context.currency, whole=unit.kind == "count"))


def _smallest(entry: Entry, context: ExpectationContext) -> dict[str, Smallest]:
    if not isinstance(entry.node.value, dict) or not entry.node.value:
        raise entry.error(expected='a table of measures such as { contribution_profit = "1 %" }')
    found = {}
    for name in entry.node.value:
        if name not in context.measures:
            expected = known_kpis(name, context.measures)
            raise entry.at(name).error("unknown measure", expected=expected, got=shown(name))
        found[name] = _change(entry.at(name), context.measures[name].unit, context)
    return found


def _change(entry: Entry, unit: str, context: ExpectationContext) -> Smallest:
    """A share is of the baseline; money and times are in the measure's own unit."""
    text = entry.node.plain()
    share = isinstance(text, str) and text.strip().endswith("%")
    if not share and unit not in ("money", "time"):
        raise entry.error(expected='a share of the baseline such as "1 %"')
    value = float(_parsed(entry, u.Share if share else KPI_UNITS[unit], context))
    if value <= 0.0:
        raise entry.error(OUT_OF_RANGE, expected="a change above 0")
    return Smallest(value, share)
