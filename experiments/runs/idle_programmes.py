"""Programmes and campaigns that did nothing, and work that nobody had time for: perhaps mistakes in a plan."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from experiments.runs.results import Results
    from sim.scenario import Scenario

WORTH_SAYING = 0.005
"""Share of personal messages or requests left undone from which on it is said."""

LEFT_UNDONE = {
    "unwritten_share": "personal messages of {arm} were never written",
    "unmade_share": "requests to add the contact of {arm} were never sent",
}
"""Work that can be left undone, by the KPI that is its share."""


def idle_programmes_text(arms: Mapping[str, Scenario], results: Results) -> list[str]:
    """One line for each programme that did nothing in any run of some arm; it names the arm where others differ.

    And one for each arm whose staff could not write all its personal messages, or send all its requests.
    """
    found: dict[str, list[str]] = {}
    for arm, scenario in arms.items():
        for line in _of_arm(arm, scenario, results):
            found.setdefault(line, []).append(arm)
    idle = [line if len(where) == len(arms) else f"{line} in {', '.join(where)}" for line, where in found.items()]
    return idle + [line for arm in arms for kpi in LEFT_UNDONE for line in _left_undone(arm, results, kpi)]


def _left_undone(arm: str, results: Results, kpi: str) -> list[str]:
    runs = results.runs
    own = runs[(runs["variant"] == arm) & (runs["kpi"] == kpi)]
    dropped, due = own["numerator"].sum(), own["denominator"].sum()
    if not dropped > WORTH_SAYING * due:
        return []
    return [f"{dropped / due:.0%} of the {LEFT_UNDONE[kpi].format(arm=arm)}: its staff has no time for them"]


def _of_arm(arm: str, scenario: Scenario, results: Results) -> list[str]:
    if not (results.runs["variant"] == arm).any():
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
    return never + [f"{name} sent no message" for name in writing if not sent.get(name)]
