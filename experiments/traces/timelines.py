"""Timelines of one person under each arm of a question, and where they diverge."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from experiments.traces.divergence import Divergence
from experiments.traces.timeline_entries import TimelineEntry, TimelineFormat, entries_of
from sim.output.shown import Drawn

if TYPE_CHECKING:
    import pandas as pd

    from scenarios import Question
    from sim.output.person_trace import PersonTrace
    from sim.scenario import Scenario

SCHEMA = 1


@dataclass(frozen=True, repr=False)
class Timelines(Drawn):
    """One person's trace under each arm, in one draw and one replication of a question."""

    question: Question
    """The question, at the size that `compare` has."""
    person: int
    """The identity of the person."""
    draw: int
    """Number of the plausible market, from 0."""
    replication: int
    """Number of the random numbers, from 0."""
    traces: Mapping[str, PersonTrace]
    """By arm, what happened to the person as the run noted it."""
    divergences: tuple[Divergence, ...]
    """Of every pair of arms, in their order, the first event that differs, and its cause."""
    scenarios: Mapping[str, Scenario]
    """By arm, the scenario that was run."""

    def __repr__(self) -> str:
        arms = ", ".join(f"{arm!r} paid {self.formats.money(self.paid(arm))}" for arm in self.arms)
        place = f"draw {self.draw}, replication {self.replication}"
        return f"Timelines of person {self.person} in {self.question.name!r}, {place}: under {arms}"

    @property
    def arms(self) -> tuple[str, ...]:
        """Names of the arms, in the order in which they were asked for."""
        return tuple(self.traces)

    @property
    def formats(self) -> TimelineFormat:
        """First date and currency."""
        first = next(iter(self.scenarios.values()))
        return TimelineFormat(first.run.start, first.market.money.currency)

    def entries(self, arm: str) -> list[TimelineEntry]:
        """Everything that happens under one arm, in order of instants."""
        return entries_of(self.traces[arm], self.formats)

    def paid(self, arm: str) -> int:
        """Cents paid less what came back under one arm."""
        return sum(entry.cents for entry in self.entries(arm))

    def to_frame(self) -> pd.DataFrame:
        """Columns arm, day, date, instant, kind, words, cents; one row per entry, an offer on its first day."""
        import pandas as pd

        rows = [
            (arm, one.day, self.formats.date(one.day), one.instant, one.kind, one.words, one.cents)
            for arm in self.arms
            for one in self.entries(arm)
        ]
        return pd.DataFrame(rows, columns=["arm", "day", "date", "instant", "kind", "words", "cents"])

    def state_frame(self) -> pd.DataFrame:
        """Columns arm, day and `sim.output.person_trace.STATE`; one row per evening on which the person was present."""
        import pandas as pd

        parts = [
            pd.DataFrame({"arm": arm, "day": range(len(trace.state["stage"])), **trace.state}).dropna()
            for arm, trace in self.traces.items()
        ]
        return pd.concat(parts, ignore_index=True)

    def to_json(self) -> dict[str, Any]:
        """The machine-readable answer, schema 1; instants are days, money is cents, the identity is text."""
        names = ("day", "instant", "kind", "words", "cents")
        return {
            "schema": SCHEMA,
            "scenario": self.question.name,
            "person": str(self.person),
            "draw": self.draw,
            "replication": self.replication,
            "start": str(self.formats.start),
            "currency": self.formats.currency,
            "lives": {
                arm: [{name: getattr(one, name) for name in names} for one in self.entries(arm)] for arm in self.arms
            },
            "partings": [divergence.to_json() for divergence in self.divergences],
        }
