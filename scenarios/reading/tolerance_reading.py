"""[check]: from which size on a change of the model matters, and how sure a check has to be that there is none."""

from __future__ import annotations

from collections.abc import Mapping

from scenarios.reading.entries import UNITS, Entry, ExpectationContext
from scenarios.toml.toml_document import Node
from scenarios.values.quantities import parse, shown
from scenarios.values.question import Smallest, Tolerances
from scenarios.values.suggestions import nearest
from sim import units as u
from sim.scenario import Scenario

KEYS = ("smallest", "power", "runs")
POWER = u.Share.within(0.5, 0.999)
RUNS = u.Count.within(32, 4096)


def read_tolerances(tree: Node | None, arms: Mapping[str, Scenario]) -> Tolerances:
    """What [check] says, or what holds without it. Raises InputError with file, line, path, allowed and got."""
    if tree is None:
        return Tolerances()
    entry, frame, plain = Entry(tree, ("check",)).table(KEYS), ExpectationContext(arms), Tolerances()
    smallest = _smallest(entry.at("smallest"), frame) if entry.has("smallest") else {}
    power = float(_parsed(entry.at("power"), POWER, frame)) if entry.has("power") else plain.power
    runs = int(_parsed(entry.at("runs"), RUNS, frame)) if entry.has("runs") else plain.runs
    return Tolerances(smallest, power, runs)


def _parsed(entry: Entry, unit: u.Unit, frame: ExpectationContext) -> float | int:
    try:
        return parse(entry.node.plain(), unit, frame.currency, whole=unit.kind == "count")
    except ValueError as error:
        raise entry.error(str(error)) from None


def _smallest(entry: Entry, frame: ExpectationContext) -> dict[str, Smallest]:
    from sim.output.measures import MEASURES

    if not isinstance(entry.node.value, dict) or not entry.node.value:
        allowed = 'allowed a table of measures, as { contribution_profit = "1 %" }'
        raise entry.error(f"is no table of measures; {allowed}; got {shown(entry.node.plain())}")
    found = {}
    for name in entry.node.value:
        if name not in MEASURES:
            raise entry.at(name).error(f"is not a measure; {nearest(name, MEASURES)}; got {shown(name)}")
        found[name] = _change(entry.at(name), MEASURES[name].unit, frame)
    return found


def _change(entry: Entry, unit: str, frame: ExpectationContext) -> Smallest:
    """A share is of the baseline; money and times are in the measure's own unit."""
    text = entry.node.plain()
    share = isinstance(text, str) and text.strip().endswith("%")
    if not share and unit not in ("money", "time"):
        raise entry.error(f'is no change; allowed a share of the baseline such as "1 %"; got {shown(text)}')
    value = float(_parsed(entry, u.Share if share else UNITS[unit], frame))
    if value <= 0.0:
        raise entry.error(f"is no change; allowed above 0; got {shown(text)}")
    return Smallest(value, share)
