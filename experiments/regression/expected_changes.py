"""Changes that an update names beforehand: `ltv:down`, `optout_rate` in either direction, `verdict`, or `all`."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace

from experiments.regression.regression_result import ConclusionChange, KpiChange
from scenarios import InputError
from scenarios.errors import nearest
from scenarios.values.own_kpis import OwnKpi, measures_with

_DIRECTIONS = ("up", "down")
_SPECIAL = ("verdict", "all")


@dataclass(frozen=True)
class ExpectedChanges:
    """The changes that may come, as they were written after --may."""

    entries: tuple[str, ...] = ()

    def allow(self, kpi: str, change: float) -> bool:
        """Whether a KPI may change in this direction; nan, where values appeared or disappeared, has no direction."""
        direction = "up" if change > 0 else "down" if change < 0 else "neither"
        return bool({"all", kpi, f"{kpi}:{direction}"} & set(self.entries))

    def applied_to_kpi(self, change: KpiChange) -> KpiChange:
        """The change, with the verdict pass if it is or may be one that was expected."""
        if change.verdict == "pass" or not self.allow(change.kpi, change.change):
            return change
        seen = "changed" if change.verdict == "fail" else "may have changed"
        return replace(change, verdict="pass", reason=f"{seen}, as expected", expected=True)

    def applied_to_conclusion(self, change: ConclusionChange) -> ConclusionChange:
        """The same for a conclusion."""
        if change.verdict == "pass" or not {"all", "verdict"} & set(self.entries):
            return change
        return replace(change, verdict="pass", reason=f"{change.reason}, as expected", expected=True)

    def about(self, kpis: Collection[str]) -> tuple[str, ...]:
        """The entries that can apply to a question in which these KPIs are tested."""
        return tuple(entry for entry in self.entries if entry in _SPECIAL or entry.partition(":")[0] in kpis)

    def check_kpis(self, kpis: Collection[str]) -> None:
        """Raise InputError for a KPI that no question tests; these are all that are tested."""
        for entry in self.entries:
            if entry not in self.about(kpis):
                wanted = f"one of {', '.join([*sorted(kpis), *_SPECIAL])}"
                raise InputError("not tested in these questions", place="--may", expected=wanted, got=repr(entry))

    def unseen(self, changes: Sequence[KpiChange]) -> list[str]:
        """The entries about these KPIs of which no change is shown."""
        changed = {one.kpi for one in changes if one.significant}
        return [entry for entry in self.about({one.kpi for one in changes} - changed) if entry not in _SPECIAL]


def read_expected_changes(entries: Sequence[str], kpis: Iterable[OwnKpi] = ()) -> ExpectedChanges:
    """Read the values of --may, which may name these KPIs of one's own. Raises InputError for an unknown KPI or
    direction."""
    measures = measures_with(kpis)
    for entry in entries:
        kpi, colon, direction = entry.partition(":")
        if entry in _SPECIAL:
            continue
        if kpi not in measures:
            wanted = nearest(kpi, [*measures, *_SPECIAL])
            raise InputError("not a measure", place="--may", expected=wanted, got=repr(entry))
        if colon and direction not in _DIRECTIONS:
            wanted = f"{kpi}:up, {kpi}:down, or {kpi} for either direction"
            raise InputError("not a direction", place="--may", expected=wanted, got=repr(entry))
    return ExpectedChanges(tuple(dict.fromkeys(entries)))
