"""Programmes and campaigns that did nothing, and messages that nobody had time to write: perhaps mistakes in a plan."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from experiments.runs.results import Results
    from sim.scenario import Scenario

WORTH_SAYING = 0.005
"""Share of personal messages dropped from which on it is said."""


def idle_programmes_text(arms: Mapping[str, Scenario], results: Results) -> list[str]:
    """One line for each programme that did nothing in any run of some arm; it names the arm where others differ.

    And one for each arm whose staff could not write all its personal messages.
    """
    found: dict[str, list[str]] = {}
    for arm, scenario in arms.items():
        for line in _of_arm(arm, scenario, results):
            found.setdefault(line, []).append(arm)
    idle = [line if len(where) == len(arms) else f"{line} in {', '.join(where)}" for line, where in found.items()]
    return idle + [line for arm in arms for line in _unwritten(arm, results)]


def _unwritten(arm: str, results: Results) -> list[str]:
    runs = results.runs
    own = runs[(runs["variant"] == arm) & (runs["kpi"] == "unwritten_share")]
    dropped, due = own["numerator"].sum(), own["denominator"].sum()
    if not dropped > WORTH_SAYING * due:
        return []
    return [f"{dropped / due:.0%} of the personal messages of {arm} were never written: its staff has no time for them"]


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
