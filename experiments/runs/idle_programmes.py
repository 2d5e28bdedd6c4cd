"""Programmes and campaigns that did nothing: perhaps a mistake in who they are for, or when."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from experiments.execution.store import RunRecord
    from experiments.runs.executed_runs import Results
    from experiments.runs.planned_runs import PlannedRun
    from sim.scenario import Scenario


def idle(arms: Mapping[str, Scenario], results: Results) -> list[str]:
    """One line for each programme that did nothing in any run of some arm, which is named where others differ."""
    found: dict[str, list[str]] = {}
    for arm, scenario in arms.items():
        for line in _of_arm(arm, scenario, results):
            found.setdefault(line, []).append(arm)
    return [line if len(where) == len(arms) else f"{line} in {', '.join(where)}" for line, where in found.items()]


def _of_arm(arm: str, scenario: Scenario, results: Results) -> list[str]:
    table = results.runs
    if not (table["variant"] == arm).any():
        return []
    held = set(results.campaigns.loc[results.campaigns["variant"] == arm, "campaign"])
    campaigns = scenario.strategy.campaigns
    never = [f"campaigns.{name} never began" for name in campaigns if name not in held]
    sent = results.sent.get(arm)
    if sent is None:
        return never
    writing = [f"outreach.{name}" for name in scenario.strategy.outreach]
    writing += [f"campaigns.{name}" for name in campaigns if name in held]
    writing += [f"programmes.{name}" for name in scenario.programmes]
    return never + [f"{name} wrote to nobody" for name in writing if not sent.get(name)]


def sent_by_arm(runs: Sequence[PlannedRun], pieces: Mapping[str, RunRecord]) -> dict[str, dict[str, int] | None]:
    """Messages delivered by programme over all finished runs of each arm; None where a run did not count them."""
    summed: dict[str, dict[str, int] | None] = {}
    for run in runs:
        if run.key in pieces:
            summed[run.arm] = together(summed.get(run.arm, {}), pieces[run.key].sent)
    return summed


def together(one: Mapping[str, int] | None, other: Mapping[str, int] | None) -> dict[str, int] | None:
    """Counts by name added up; None where one of them is unknown."""
    if one is None or other is None:
        return None
    return {name: one.get(name, 0) + other.get(name, 0) for name in {*one, *other}}
