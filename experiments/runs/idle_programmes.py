"""Programmes and campaigns that did nothing: perhaps a mistake in who they are for, or when."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from experiments.runs.results import Results
    from sim.scenario import Scenario


def idle_programmes_text(arms: Mapping[str, Scenario], results: Results) -> list[str]:
    """One line for each programme that did nothing in any run of some arm; it names the arm where others differ."""
    found: dict[str, list[str]] = {}
    for arm, scenario in arms.items():
        for line in _of_arm(arm, scenario, results):
            found.setdefault(line, []).append(arm)
    return [line if len(where) == len(arms) else f"{line} in {', '.join(where)}" for line, where in found.items()]


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
