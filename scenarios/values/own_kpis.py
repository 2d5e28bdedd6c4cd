"""KPIs of one's own: plain functions that read a ledger as the shipped KPIs do.

    @kpi(unit="money", better="higher", numerator="paid less goods", denominator="contacts", version="1")
    def margin_per_contact(ledger):
        return (ledger.total("paid") - ledger.total("goods")) / ledger.people if ledger.people else None

The function gets the measured days of a ledger (`sim.output.kpi_window.Window`) and returns a number in the stored
unit: cents, a share as a fraction, days, or a count; None where there is nothing to divide by. With a second parameter
`events` it gets the event log, too (`sim.output.event_tables.EventTables`). It must be pure: the same ledger always
gives the same number.

There is no list of all KPIs that importing a module would add to: a KPI is measured where it is handed over.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Any, Literal, get_args

from scenarios.errors import InputError, nearest, shown

if TYPE_CHECKING:
    from sim.output.kpi_window import Measure, Window
    from sim.output.ledger import Ledger

Better = Literal["higher", "lower", "neither"]
_SIGNS: dict[str, int] = {"higher": 1, "lower": -1, "neither": 0}
_EVENTS = "events"
"""The second parameter of a function that reads the event log."""
_LONGEST = 60


class KpiMistake(InputError):
    """A mistake in a KPI of one's own, found when it is measured: the question stops, since every run may have it."""


@dataclass(frozen=True)
class OwnKpi:
    """A KPI of one's own, in words and as a function; `kpi` makes it.

    `version` stands for what the function does in the key of what is measured; without one, runs are neither kept nor
    reused. It can be called with a ledger, or with days of one, and then returns what the function does.
    """

    function: Callable[..., Any]
    unit: str
    better: int
    numerator: str
    denominator: str
    version: str | None
    name: str
    reads_events: bool

    def __call__(self, ledger: Ledger | Window) -> Any:
        from sim.output.kpi_window import Window

        days = ledger if isinstance(ledger, Window) else Window(ledger, *ledger.window)
        return self.function(days, days.ledger.tables) if self.reads_events else self.function(days)

    def __reduce__(self) -> tuple[Any, ...]:
        """Another process imports it by the function's name (`added_functions.by_name` says whether it can)."""
        return _imported, (self.function.__module__, self.function.__qualname__)

    @property
    def __wrapped__(self) -> Callable[..., Any]:
        return self.function

    @property
    def key(self) -> str:
        """Its part of the key of what is measured. Without a version it is valid in this process only."""
        return f"kpi {self.name} {id(self.function) if self.version is None else repr(self.version)}"

    @property
    def measure(self) -> Measure:
        """The same in the terms of the shipped KPIs."""
        from sim.output.kpi_window import RUN, Measure, Unit

        unit = next(one for one in get_args(Unit) if one == self.unit)
        return Measure(self.name, unit, self.numerator, self.denominator, RUN, self.better, self._fraction)

    def _fraction(self, days: Window) -> tuple[float, float]:
        value = self(days)
        return (0.0, 0.0) if value is None else (float(value), 1.0)

    def to_json(self) -> dict[str, Any]:
        """What it is in words, for manifests; `from_json` reads it again."""
        return {name: getattr(self, name) for name in _IN_WORDS}


_IN_WORDS = ("name", "unit", "better", "numerator", "denominator", "version", "reads_events")


def _imported(module: str, name: str) -> Any:
    found: Any = import_module(module)
    for part in name.split("."):
        found = getattr(found, part)
    return found


def kpi(
    *, unit: str, better: Better, numerator: str, denominator: str = "one shop", version: str | None = None
) -> Callable[[Callable[..., Any]], OwnKpi]:
    """Make a KPI of the function that it decorates, under the function's name.

    unit: money (cents), share (a fraction), time (days) or count. better: higher, lower, or neither where it has no
    better direction and can decide nothing. numerator, denominator: what is counted, and per what, in words. version:
    a text that changes whenever the function does. Raises InputError.
    """
    from sim.output.kpi_window import Unit

    def made(function: Callable[..., Any]) -> OwnKpi:
        name, place = _name_of(function), f"kpi {_name_of(function)}"
        for key, text, allowed in (("unit", unit, get_args(Unit)), ("better", better, tuple(_SIGNS))):
            if text not in allowed:
                raise InputError(place=f"{place}: {key}", expected=f"one of {', '.join(allowed)}", got=shown(text))
        texts = {"numerator": numerator, "denominator": denominator}
        for key, text in (texts if version is None else {**texts, "version": version}).items():
            if not _is_line(text):
                raise InputError(place=f"{place}: {key}", expected="a text on one line", got=shown(text))
        events = _reads_events(function, place)
        return OwnKpi(function, unit, _SIGNS[better], numerator, denominator, version, name, events)

    return made


def _is_line(text: object) -> bool:
    return isinstance(text, str) and bool(text.strip()) and text.isprintable()


def _name_of(function: Any) -> str:
    """Files write its name, so it must be a plain one."""
    name = getattr(function, "__name__", "")
    if not callable(function) or not name.isidentifier() or len(name) > _LONGEST:
        expected = f"a function with a name of at most {_LONGEST} characters"
        raise InputError(place="kpi", expected=expected, got=name or shown(repr(function)))
    return str(name)


def _reads_events(function: Callable[..., Any], place: str) -> bool:
    names = tuple(inspect.signature(function).parameters)
    if len(names) not in (1, 2) or names[1:] not in ((), (_EVENTS,)):
        expected = f"a function of the ledger, or of the ledger and `{_EVENTS}`"
        raise InputError(place=place, expected=expected, got=f"({', '.join(names)})")
    return len(names) == 2


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


def measures_with(kpis: Iterable[OwnKpi]) -> Mapping[str, Measure]:
    """What every KPI is, by name: the shipped ones and these."""
    from sim.output.measures import MEASURES

    return {**MEASURES, **{one.name: one.measure for one in kpis}}


def known_kpis(name: str, known: Iterable[str]) -> str:
    """What is expected in the place of an unknown KPI: the nearest name, and where others come from."""
    return f"{nearest(name, known)}, or a KPI of one's own (--python FILE)"


def from_json(written: Mapping[str, Any]) -> OwnKpi:
    """A KPI as a manifest has it, without its function: its stored values can be read, and no run can be measured."""
    name = str(written["name"])

    def absent(*_: object) -> None:
        problem = "its values are not stored as this version measures them, and its function is not here"
        raise KpiMistake(problem, place=f"kpi {name}", expected="the question's file to its command again")

    return OwnKpi(absent, **{key: written[key] for key in _IN_WORDS})
