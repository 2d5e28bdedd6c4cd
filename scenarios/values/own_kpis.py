"""KPIs of one's own: plain functions that read a ledger as the shipped KPIs do.

    @kpi(unit="money", better="higher", numerator="paid less goods", denominator="contacts", version="1")
    def margin_per_contact(ledger):
        return (ledger.total("paid") - ledger.total("goods")) / ledger.people if ledger.people else None

The function gets the measured days of a ledger (`sim.output.kpi_window.Window`) and returns a number in the stored
unit: cents, a share as a fraction, days, or a count; None where there is nothing to divide by. With a parameter
`events` it gets the event log, too (`sim.output.event_tables.EventTables`), and with `people` what the people of
`where` did on those days (`sim.output.watch.Watched`). It must be pure: the same ledger always gives the same number.

There is no list of all KPIs that importing a module would add to: a KPI is measured where it is handed over.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Any, Literal, get_args

from scenarios.errors import InputError, nearest, shown

if TYPE_CHECKING:
    from sim.output.event_tables import EventTables
    from sim.output.kpi_window import Measure, Window
    from sim.output.ledger import Ledger
    from sim.output.watch import Watched
    from sim.scenario import Market, Who

Better = Literal["higher", "lower", "neither"]
_SIGNS: dict[str, int] = {"higher": 1, "lower": -1, "neither": 0}
_EVENTS, _PEOPLE = "events", "people"
"""The parameters, beside the ledger, of a function that reads the event log, or what chosen people did."""
_LONGEST = 60


class KpiMistake(InputError):
    """A mistake in a KPI of one's own, found when it is measured: the question stops, since every run may have it."""


@dataclass(frozen=True)
class OwnKpi:
    """A KPI of one's own, in words and as a function; `kpi` makes it.

    It can be called as its function, also with a whole ledger, of which the function gets the measured days.
    """

    function: Callable[..., Any]
    """The function as it was written."""
    unit: str
    """What it is in: money, share, time or count."""
    better: int
    """1 where more is better, -1 where less is, 0 where neither is."""
    numerator: str
    """What is counted, in words."""
    denominator: str
    """Per what, in words."""
    version: str | None
    """What stands for the function in the key of what is measured; None: runs are neither kept nor reused."""
    name: str
    """The name of the function."""
    reads_events: bool
    """Whether it reads the event log."""
    where: Who | None = None
    """The people whom it is about; None for all."""
    rate: bool = False
    """Whether its numbers are rates per 30 days."""

    def __call__(self, ledger: Ledger | Window, **parts: EventTables | Watched | None) -> Any:
        from sim.output.kpi_window import Window

        days = ledger if isinstance(ledger, Window) else Window(ledger, *ledger.window)
        if self.reads_events:
            parts.setdefault(_EVENTS, days.ledger.tables)
        return self.function(days, **parts)

    def __reduce__(self) -> tuple[Any, ...]:
        """Another process imports it by the function's name (`added_functions.by_name` says whether it can)."""
        return imported, (self.function.__module__, self.function.__qualname__)

    @property
    def __wrapped__(self) -> Callable[..., Any]:
        return self.function

    @property
    def key(self) -> str:
        """Its part of the key of what is measured. Without a version it is valid in this process only."""
        return f"kpi {self.name} {id(self.function) if self.version is None else repr(self.version)}"

    @property
    def measure(self) -> Measure:
        """What it is, in the terms of the shipped KPIs."""
        from sim.output.kpi_window import IN_30_DAYS, RUN, Measure, Unit

        unit = next(one for one in get_args(Unit) if one == self.unit)
        days, met = IN_30_DAYS if self.rate else RUN, self.rate and unit == "share"
        return Measure(self.name, unit, self.numerator, self.denominator, days, self.better, _not_so, met)

    def to_json(self) -> dict[str, Any]:
        """What it is without its function, for manifests; `from_json` reads it again."""
        where = None if self.where is None else asdict(self.where)
        return {name: getattr(self, name) for name in _IN_WORDS} | {"where": where}


_IN_WORDS = ("name", "unit", "better", "numerator", "denominator", "version", "reads_events", "rate")


def _not_so(days: Window) -> tuple[float, float]:
    """A KPI of one's own gives a value, and no fraction (`experiments.runs.own_measurement`)."""
    raise NotImplementedError


def imported(module: str, name: str) -> Any:
    """What stands under a name in a module, as another process finds it."""
    found: Any = import_module(module)
    for part in name.split("."):
        found = getattr(found, part)
    return found


def kpi(
    *,
    unit: str,
    better: Better,
    numerator: str,
    denominator: str = "one shop",
    version: str | None = None,
    where: Who | None = None,
    rate: bool = False,
) -> Callable[[Callable[..., Any]], OwnKpi]:
    """Make a KPI of the function that it decorates, under the function's name.

    The function gets the measured days of a ledger and returns a number in the stored unit, or None where there is
    nothing to divide by. See docs/how-to/add-a-kpi.md.

    unit: what it is in: money (cents), share (a fraction), time (days) or count
    better: which numbers are better: higher, lower, or neither where it has no better direction and can decide nothing
    numerator: what is counted, in words
    denominator: per what, in words
    version: a text that changes whenever the function does; without one, runs are neither kept nor reused
    where: chosen people, for a function with a parameter `people`
    rate: whether its numbers are rates per 30 days, so that a bound may be "< 2 % per 10 d"; of a share it is the share
        of people whom an event of this rate meets in 30 days

        @rh.kpi(unit="money", better="higher", numerator="paid less goods", denominator="one shop", version="1")
        def gross_margin(ledger):
            return ledger.total("paid") - ledger.total("goods")

        print(gross_margin(rh.run(rh.load("shop.toml").with_kpis(gross_margin), "30 days")))

    Raises InputError.
    """
    from sim.output.kpi_window import Unit

    def made(function: Callable[..., Any]) -> OwnKpi:
        name, place = _name_of(function), f"kpi {_name_of(function)}"
        for key, text, allowed in (("unit", unit, get_args(Unit)), ("better", better, tuple(_SIGNS))):
            if text not in allowed:
                raise InputError(place=f"{place}: {key}", expected=f"one of {', '.join(allowed)}", got=shown(text))
        texts = {"numerator": numerator, "denominator": denominator}
        for key, text in (texts if version is None else {**texts, "version": version}).items():
            if not is_line(text):
                raise InputError(place=f"{place}: {key}", expected="a text on one line", got=shown(text))
        events = _reads_events(function, where, place)
        if rate is not True and rate is not False:
            raise InputError(place=f"{place}: rate", expected="True or False", got=shown(rate))
        return OwnKpi(function, unit, _SIGNS[better], numerator, denominator, version, name, events, where, rate)

    return made


def is_line(text: object) -> bool:
    """Whether it is a text on one line that says something."""
    return isinstance(text, str) and bool(text.strip()) and text.isprintable()


def _name_of(function: Any) -> str:
    """Files write its name, so it must be a plain one."""
    name = getattr(function, "__name__", "")
    if not callable(function) or not name.isidentifier() or len(name) > _LONGEST:
        expected = f"a function with a name of at most {_LONGEST} characters"
        raise InputError(place="kpi", expected=expected, got=name or shown(repr(function)))
    return str(name)


def _reads_events(function: Callable[..., Any], where: Who | None, place: str) -> bool:
    """Whether it does. Raises InputError where it does not take what a KPI is given."""
    from sim.scenario import Range, Who
    from sim.scenario.strategy import LISTED

    ranges = [part for name, part in vars(where).items() if name not in LISTED] if isinstance(where, Who) else [where]
    fit = all(isinstance(part, Range | None) for part in ranges)
    if where is not None and not fit:
        expected = 'people, as Who(stage=("repeater",), tenure=Range(high=30.0))'
        raise InputError(place=f"{place}: where", expected=expected, got=shown(repr(where)))
    _, *parts = names = list(inspect.signature(function).parameters) or [""]
    if set(parts) - {_EVENTS} != ({_PEOPLE} if where is not None else set()):
        people = f"`{_PEOPLE}`" if where is not None else f"no `{_PEOPLE}` without where=Who(...)"
        expected = f"a function of the ledger, perhaps `{_EVENTS}`, and {people}"
        raise InputError(place=place, expected=expected, got=f"({', '.join(names)})")
    return _EVENTS in parts


def checked_kpis(kpis: Iterable[OwnKpi]) -> tuple[OwnKpi, ...]:
    """The KPIs, each once. Raises InputError for two of one name, the name of a shipped one, and what is none."""
    from sim.output.measures import MEASURES
    from sim.output.watched_kpis import WATCHED

    found: dict[str, OwnKpi] = {}
    for one in kpis:
        if not isinstance(one, OwnKpi):
            raise InputError(place="kpis", expected="functions under @kpi(...)", got=shown(repr(one)))
        if one.name in MEASURES or one.name in WATCHED:
            raise InputError("a shipped KPI has this name", place=f"kpi {one.name}", expected="another name")
        if found.setdefault(one.name, one) is not one:
            raise InputError("two KPIs of one name", place=f"kpi {one.name}", expected="a name of its own for each")
    return tuple(found.values())


def check_people(kpis: Iterable[OwnKpi], market: Market) -> None:
    """Raise InputError where a KPI is of people of a source or with a tag that the market does not define."""
    for one in kpis:
        for key, known in (("source", market.sources), ("tag", market.people.interests)):
            for name in getattr(one.where, key, ()):
                if name not in known:
                    place = f"kpi {one.name}: where.{key}"
                    raise InputError(place=place, expected=nearest(name, known), got=shown(name))


def measures_with(kpis: Iterable[OwnKpi]) -> Mapping[str, Measure]:
    """What every KPI is, by name: the shipped ones and these."""
    from sim.output.measures import MEASURES

    return {**MEASURES, **{one.name: one.measure for one in kpis}}


def known_kpis(name: str, known: Iterable[str]) -> str:
    """What is expected in the place of an unknown KPI: the nearest name, and where others come from."""
    return f"{nearest(name, known)}, or a KPI of one's own (--python FILE)"


def from_json(written: Mapping[str, Any]) -> OwnKpi:
    """A KPI as a manifest has it, without its function: its stored values can be read, and no run can be measured."""
    from sim.scenario import Who

    name = str(written["name"])

    def absent(*_: object) -> None:
        problem = "its values are not stored as this version measures them, and its function is not here"
        raise KpiMistake(problem, place=f"kpi {name}", expected="the question's file to its command again")

    where = None if written["where"] is None else Who(**{key: _part(part) for key, part in written["where"].items()})
    return OwnKpi(absent, **{key: written[key] for key in _IN_WORDS if key in written}, where=where)


def _part(part: Any) -> Any:
    from sim.scenario import Range

    return Range(**part) if isinstance(part, dict) else tuple(part) if isinstance(part, list) else part
