"""Programmes, campaigns and shifts that did nothing, what a staff has no time for, what limits kept back, parcels that
cost nothing, and notes on the plan: perhaps mistakes in it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from experiments.output.format_values import format_share
from scenarios import limits_text, plan_notes
from scenarios.validation.folded_notes import folded, listed
from scenarios.validation.plan_notes import never_held
from sim.scenario.presence import presence

if TYPE_CHECKING:
    import pandas as pd

    from experiments.runs.results import Results
    from sim.scenario import Scenario

WORTH_SAYING = 0.005
"""Share of personal messages or requests left undone from which on it is said."""
LEFT_UNDONE = {
    "unwritten_share": "personal messages of {arm} were never written",
    "unmade_share": "requests to add the contact of {arm} were never sent",
}
"""Work that can be left undone, by the KPI that is its share."""
MOST_GIVEN_UP = 0.5
"""Share of tickets given up from which on it is said."""


def idle_programmes_text(arms: Mapping[str, Scenario], results: Results) -> list[str]:
    """One line for each programme that did nothing in any run of some arm; it names the arm where others differ.

    One for each shift that never comes, at the medians; for each arm without a carrier beside one that has one; for
    each arm of whose messages limits kept some back; and for each arm whose staff could not write all its personal
    messages, or send all its requests, or answered fewer people than it let wait in vain. What is known of the plan
    beforehand comes first (`plan_notes`). Many notes of a kind are one line.
    """
    found: dict[tuple[str, str], list[str]] = {}
    for arm, scenario in arms.items():
        for note in _of_arm(arm, scenario, results):
            found.setdefault(note, []).append(arm)
    carried = {arm: scenario.strategy.delivery.carrier is not None for arm, scenario in arms.items()}
    free = [f"{arm} has no carrier: its parcels come at once, without freight" for arm in arms if not carried[arm]]
    idle = [
        (kind, line if len(where) == len(arms) else f"{line} in {listed(where)}")
        for (kind, line), where in found.items()
    ]
    idle += [("no carrier", line) for line in free] if any(carried.values()) else []
    unsent = [("unsent", line) for arm, scenario in arms.items() for line in _unsent(arm, scenario, results)]
    undone = [note for arm in arms for note in _no_time(arm, results)]
    return plan_notes(arms) + folded(idle + unsent + undone)


def _unsent(arm: str, scenario: Scenario, results: Results) -> list[str]:
    """How many messages of a run limits kept back, and which limits there are."""
    own = _of_runs("unsent_share", arm, results)
    if _share("unsent_share", arm, results) <= WORTH_SAYING:
        return []
    kept, planned = float(own["numerator"].mean()), float(own["denominator"].mean())
    limits = limits_text(scenario)
    return [f"{kept:,.0f} of {planned:,.0f} messages of {arm} were not sent in a run: limit of {limits}"]


def _no_time(arm: str, results: Results) -> list[tuple[str, str]]:
    """Notes on the work that an arm's staff left undone, each with its kind."""
    lines = []
    for kpi, words in LEFT_UNDONE.items():
        share = _share(kpi, arm, results)
        if share > WORTH_SAYING:
            line = f"{format_share(share)} of the {words.format(arm=arm)}: its staff has no time for them"
            lines.append((kpi, line))
    given_up = _share("abandoned_share", arm, results)
    if given_up > MOST_GIVEN_UP:
        words = f"questions and complaints of {arm} were given up: its desk hardly answers"
        lines.append(("abandoned_share", f"{format_share(given_up)} of the {words}"))
    return lines


def _share(kpi: str, arm: str, results: Results) -> float:
    """A KPI that is a share, over all runs of an arm; 0 where there was nothing."""
    own = _of_runs(kpi, arm, results)
    part, whole = float(own["numerator"].sum()), float(own["denominator"].sum())
    return part / whole if whole > 0.0 else 0.0


def _of_runs(kpi: str, arm: str, results: Results) -> pd.DataFrame:
    """A KPI of all runs of an arm, over the horizon alone: other windows have days in common with it."""
    runs = results.runs
    return runs[(runs["variant"] == arm) & (runs["kpi"] == kpi) & (runs["window"] == "horizon")]


def _absent_shifts(scenario: Scenario) -> list[str]:
    """Shifts that come on no day of a run."""
    plan, hiring_days = scenario.strategy.service, scenario.market.service.hiring_days
    return [
        f"shift {number} of the desk never comes" + (f": hired {shift.hired}" if shift.hired else "")
        for number, shift in enumerate(plan.staff, start=1)
        if not any(presence(shift, plan, scenario.run, hiring_days))
    ]


def _of_arm(arm: str, scenario: Scenario, results: Results) -> list[tuple[str, str]]:
    """Notes on what did nothing in the runs of an arm, each with its kind."""
    if not (results.runs["variant"] == arm).any():
        return []
    held = set(results.campaigns.loc[results.campaigns["variant"] == arm, "campaign"])
    campaigns = scenario.strategy.campaigns
    known = {*held, *never_held(scenario)}
    idle = [name for name in campaigns if name not in known]
    never = [("never began", f"campaigns.{name} never began") for name in idle]
    never += [("absent shift", line) for line in _absent_shifts(scenario)]
    sent = results.sent.get(arm)
    if sent is None:
        return never
    writing = [f"outreach.{name}" for name in scenario.strategy.outreach]
    writing += [f"campaigns.{name}" for name in campaigns if name in held]
    if not held - set(campaigns):  # a campaign beside the plan's is the work of a strategy in Python
        writing += [f"programmes.{name}" for name in scenario.programmes]
    return never + [("no message", f"{name} sent no message") for name in writing if not sent.get(name)]
