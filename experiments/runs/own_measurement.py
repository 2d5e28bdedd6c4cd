"""KPIs of one's own, measured from a ledger that they cannot change."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from numbers import Real
from typing import TYPE_CHECKING, Any

import numpy as np

from experiments.execution.packed_ledger import unpack_ledger
from experiments.execution.store import RunRecord, Spans
from scenarios.errors import shown
from scenarios.values.own_kpis import KpiMistake, OwnKpi
from sim.output.kpi_window import Window

if TYPE_CHECKING:
    from sim.output.event_tables import EventTables
    from sim.output.ledger import Ledger
    from sim.output.watch import Watch, Watched

_NUMBER = "a finite number, or None where there is nothing to divide by"


def with_own_kpis(
    record: RunRecord,
    kpis: Sequence[OwnKpi],
    windows: Spans,
    watches: Mapping[str, Watch],
    events: EventTables | None = None,
) -> RunRecord:
    """A measured run with the values of these KPIs, too.

    They read the ledger as it is stored, so a run gives the same values at first and from the store. Those that read
    the event log keep the values that the record has, where there are no `events`. Raises KpiMistake.
    """
    if not kpis:
        return record
    own_people = people_of(kpis, windows)
    ledger = unpack_ledger(record, (*watches.values(), *own_people.values()))
    ledger.seconds, ledger.tables = 0.0, events
    _fix(ledger)
    people = dict(zip(own_people, ledger.watched[len(watches) :], strict=True))
    kept = {(name, window): row for row in record.measures for name, window in [row[:2]]}
    own = [
        kept[one.name, window]
        if one.reads_events and events is None
        else _row(one, window, Window(ledger, *span), people.get((one.name, window)))
        for window, span in windows.items()
        for one in kpis
    ]
    names = {one.name for one in kpis}
    shipped = [row for row in record.measures if row[0] not in names]
    return replace(record, measures=[*shipped, *own], kpis=record.kpis + own_key(kpis))


def people_of(kpis: Sequence[OwnKpi], windows: Spans) -> dict[tuple[str, str], Watch]:
    """The people whom KPIs of chosen people need to be watched, by KPI and window."""
    from sim.output.watch import Watch

    return {
        (one.name, window): Watch(one.where, *span)
        for window, span in windows.items()
        for one in kpis
        if one.where is not None
    }


def own_key(kpis: Sequence[OwnKpi]) -> str:
    """What these KPIs add to the name of all that is measured; nothing where there are none."""
    return "".join(f"; {one.key}" for one in kpis)


def _row(one: OwnKpi, window: str, days: Window, people: Watched | None) -> tuple[str, str, float, float, float]:
    value = _value(one, days, people)
    if value is None:
        return one.name, window, math.nan, 0.0, 0.0
    return one.name, window, value, value, 1.0


def _value(one: OwnKpi, days: Window, people: Watched | None) -> float | None:
    place, before = f"kpi {one.name}", list(_parts(days.ledger))
    try:
        with np.errstate(all="ignore"):  # what is not finite is refused below, in one line
            value = one(days) if people is None else one(days, people=people)
    except KpiMistake:
        raise
    except (Exception, SystemExit) as error:
        got = " ".join(f"{type(error).__name__}: {error}".split())
        if isinstance(error, ValueError) and "read-only" in got:
            raise _changes(place, got) from None
        raise KpiMistake("it failed", place=place, expected=_NUMBER, got=got) from None
    after = list(_parts(days.ledger))
    if len(after) != len(before) or any(a is not b for a, b in zip(after, before, strict=True)):
        raise _changes(place, "other parts of it than before")
    if value is None:
        return None
    if not isinstance(value, Real) or isinstance(value, bool | np.bool_) or not math.isfinite(value):
        raise KpiMistake(place=place, expected=_NUMBER, got=shown(value))
    return float(value)


def _changes(place: str, got: str) -> KpiMistake:
    return KpiMistake("it changes the ledger", place=place, expected="a function that only reads it", got=got)


def _parts(ledger: Ledger) -> Iterator[Any]:
    """All that a ledger is made of, down to its arrays, which are fixed."""
    for whole in (ledger, *ledger.watched):
        for part in vars(whole).values():
            yield part
            if isinstance(part, Mapping):
                yield from part.values()
            elif isinstance(part, list):
                yield from part
    for table in vars(ledger.tables).values() if ledger.tables else ():
        yield from table.values()


def _fix(ledger: Ledger) -> None:
    for part in _parts(ledger):
        array = getattr(part, "places", part)
        if isinstance(array, np.ndarray):
            array.setflags(write=False)
