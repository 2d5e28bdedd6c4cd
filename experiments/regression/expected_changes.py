"""Moves that are intended: `ltv:down`, `optout_rate` either way, `verdict`, or `all`."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from scenarios import InputError
from scenarios.errors import nearest

if TYPE_CHECKING:
    from experiments.regression.regression import ConclusionChange, KpiChange

_WAYS = ("up", "down")
_MORE = ("verdict", "all")
AS_INTENDED = ", as intended"
_SEEN = {"fail": "moved", "inconclusive": "may have moved"}


@dataclass(frozen=True)
class ExpectedChanges:
    """What may move, as it was written."""

    words: tuple[str, ...] = ()

    def allows(self, kpi: str, change: float) -> bool:
        """Whether a KPI may move in this direction; nan, where values came or went, has none."""
        way = "up" if change > 0 else "down" if change < 0 else "neither"
        return bool({"all", kpi, f"{kpi}:{way}"} & set(self.words))

    def judged(self, moved: KpiChange) -> KpiChange:
        """A move with its verdict: one that was intended passes, and so does one that may be there."""
        if moved.verdict == "pass" or not self.allows(moved.kpi, moved.change):
            return moved
        return replace(moved, verdict="pass", reason=f"{_SEEN[moved.verdict]}{AS_INTENDED}")

    def concluded(self, concluded: ConclusionChange) -> ConclusionChange:
        """The same for a conclusion."""
        if concluded.verdict == "pass" or not {"all", "verdict"} & set(self.words):
            return concluded
        return replace(concluded, verdict="pass", reason=f"{concluded.reason}{AS_INTENDED}")

    def of(self, kpis: Collection[str]) -> tuple[str, ...]:
        """The words that can be meant of a question in which these measures are judged."""
        return tuple(word for word in self.words if word in _MORE or word.partition(":")[0] in kpis)

    def judge_measures(self, kpis: Collection[str]) -> None:
        """Raise InputError for a measure that is judged nowhere; these are all that are."""
        for word in self.words:
            if word not in self.of(kpis):
                allowed = ", ".join([*sorted(kpis), *_MORE])
                raise InputError(f"--may: is judged in none of these questions; allowed {allowed}; got {word!r}")

    def idle(self, moved: Sequence[KpiChange]) -> list[str]:
        """What was intended of these KPIs and has not moved."""
        went = {one.kpi for one in moved if one.reason.startswith("moved")}
        words = self.of({one.kpi for one in moved} - went)
        return [word for word in words if word not in _MORE]


def read_intended(words: Sequence[str]) -> ExpectedChanges:
    """Read the words of --may. Raises InputError for one that means nothing."""
    from sim.output.measures import MEASURES

    for word in words:
        kpi, sign, way = word.partition(":")
        if word in _MORE:
            continue
        if kpi not in MEASURES:
            raise InputError(
                "unknown measure", place="--may", expected=nearest(kpi, [*MEASURES, *_MORE]), got=repr(word)
            )
        if sign and way not in _WAYS:
            raise InputError(f"--may: is no direction; allowed {kpi}:up, {kpi}:down, or {kpi} either way; got {word!r}")
    return ExpectedChanges(tuple(dict.fromkeys(words)))
