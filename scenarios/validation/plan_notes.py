"""What is worth knowing of a plan before it runs: messages not sent, campaigns not held, big dates not known, and
claims that are not true."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import fields
from datetime import timedelta
from typing import get_args

from scenarios.validation.campaign_days import announcement_rooms, campaign_days, stated_days
from scenarios.validation.folded_notes import folded, listed
from sim.scenario import Campaign, Medium, Offer, Outreach, Range, RunSettings, Scenario, Who
from sim.scenario.dates import dates_of, occurrences
from sim.scenario.market import BigDay

WINDOW = 30
"""Days in which a medium counts."""
LONGEST = 15.0
"""Days of a campaign that may be for a big date; longer ones are held on some such date anyhow."""


def plan_notes(arms: Mapping[str, Scenario]) -> list[str]:
    """One line for each note on the plans of these arms, and one for many of a kind; it names the arm where others
    differ."""
    found: dict[tuple[str, str], list[str]] = {}
    for arm, scenario in arms.items():
        for kind, lines in (
            ("too many messages", _too_many_messages(scenario)),
            ("big dates", _big_dates(scenario)),
            ("never held", [_never_held_text(name, scenario.run) for name in never_held(scenario)]),
            ("not held", _not_held(scenario)),
            ("not announced", _not_announced(scenario)),
            ("false claims", _false_claims(scenario)),
            ("nobody", _addressed_to_nobody(scenario)),
        ):
            for line in lines:
                found.setdefault((kind, line), []).append(arm)
    return folded(
        (kind, line if len(where) == len(arms) else f"{line} (arms: {listed(where)})")
        for (kind, line), where in found.items()
    )


def never_held(scenario: Scenario) -> list[str]:
    """The campaigns that have no day in the run, by name."""
    plans = scenario.strategy.campaigns
    return [name for name, plan in plans.items() if campaign_days(plan, scenario.run) == []]


def _never_held_text(name: str, run: RunSettings) -> str:
    return f"campaigns.{name} has no day in the run of {run.days} days: it is never held"


def limits_text(scenario: Scenario) -> str:
    """The limits that a plan's messages can meet, in words; empty where there are none."""
    media, firm = scenario.market.media, scenario.strategy.limits
    used = sorted({plan.channel for plan in _mass_programmes(scenario).values()})
    words = [f"{name}, {_medium_text(media[name])}" for name in used if _medium_text(media[name])]
    caps = [(firm.touches_per_day, "{} a day"), (firm.touches_per_30d, "{} in 30 days")]
    own = [text.format(cap) for cap, text in caps if cap is not None]
    own += [f"{firm.contact_gap} days between messages"] if firm.contact_gap else []
    return "; ".join([*words, *([f"strategy.limits, {', '.join(own)}"] if own else [])])


def _medium_text(medium: Medium) -> str:
    caps = [(medium.limit_per_day, "{} a day"), (medium.limit_per_30d, "{} in 30 days")]
    return ", ".join(text.format(cap) for cap, text in caps if cap is not None)


def _mass_programmes(scenario: Scenario) -> dict[str, Outreach | Campaign]:
    """Programmes whose messages a medium's limits bind, by their name in the ledger."""
    plans = scenario.strategy
    named: dict[str, Outreach | Campaign] = {f"outreach.{name}": plan for name, plan in plans.outreach.items()}
    named |= {f"campaigns.{name}": plan for name, plan in plans.campaigns.items()}
    return {name: plan for name, plan in named.items() if plan.style == "mass"}


def _too_many_messages(scenario: Scenario) -> list[str]:
    """Channels in which programmes of fixed intervals have more for one contact than the medium lets through."""
    programmes, lines = _mass_programmes(scenario), []
    for channel in sorted({plan.channel for plan in programmes.values()}):
        limit = scenario.market.media[channel].limit_per_30d
        counts = {name: messages_of(plan) for name, plan in programmes.items() if plan.channel == channel}
        groups = {plan.who for plan in programmes.values() if plan.channel == channel}
        most: dict[str, int] = {}
        for who in sorted(groups, key=repr):
            same = {name: n for name, n in counts.items() if n and programmes[name].who in (who, Who())}
            if sum(same.values()) > sum(most.values()):
                most = same
        if limit is not None and sum(most.values()) > limit:
            lines.append(
                f"{listed(list(most))}: up to {sum(most.values())} mass messages to a contact in 30 days over "
                f"{channel}, which lets {limit} through (market.media.{channel}.limit_per_30d): the others will not be "
                "sent"
            )
    return lines


def messages_of(plan: Outreach | Campaign) -> int:
    """Messages to one person in 30 days, of a programme with an interval in days; 0 where it has another rhythm."""
    if plan.every is None or plan.every.of != "day":
        return 0
    each = max(len(plan.phases), 1) + (plan.announce is not None) if isinstance(plan, Campaign) else 1
    return each * math.ceil(WINDOW / max(plan.every.value, 1.0))


def _big_dates(scenario: Scenario) -> list[str]:
    """Campaigns that are held on a big date of which the season knows nothing."""
    run, season = scenario.run, scenario.market.need.season
    end, lines = run.start + timedelta(days=run.days - 1), []
    known = set()
    for big in season.dates.values():
        for first in occurrences(big.on, run.start - timedelta(days=big.days), end):
            known |= {first + timedelta(days=day) for day in range(big.days)}
    for name, plan in scenario.strategy.campaigns.items():
        if plan.lasts > LONGEST:
            continue
        stated = (*plan.on, *((plan.first,) if plan.first else ()))
        days = range(math.ceil(plan.lasts))
        held = {first + timedelta(days=day) for first in occurrences(stated, run.start, end) for day in days} - known
        on = [
            f"{big_day} ({one})"
            for big_day in get_args(BigDay)
            for one in dates_of(big_day, run.start, end)
            if one in held
        ]
        if on:
            lines.append(
                f"campaigns.{name} is held on {listed(on)}, not in market.need.season.dates: what a big date "
                "brings by itself is not in the run"
            )
    return lines


def _false_claims(scenario: Scenario) -> list[str]:
    """One note on all offers that claim more than they give."""
    plans = scenario.strategy
    offers: dict[str, Offer | None] = {f"campaigns.{name}": plan.offer for name, plan in plans.campaigns.items()}
    offers |= {f"outreach.{name}": plan.offer for name, plan in plans.outreach.items()}
    offers |= {f"acquisition.{name}": plan.hook for name, plan in plans.acquisition.items()}
    offers["welcome"] = plans.welcome.offer if plans.welcome else None
    false = [
        f"{name} claims {100.0 * offer.claimed:.3g} % and gives {100.0 * (offer.depth or 0.0):.3g} %"
        for name, offer in offers.items()
        if offer is not None and offer.claimed is not None and offer.claimed > (offer.depth or 0.0)
    ]
    if not false:
        return []
    return [
        f"{listed(false)}: a claim above what is given is forbidden as false pricing (Price Law of the People's "
        "Republic of China, article 14), and no fine for it stands in the money"
    ]


def _addressed_to_nobody(scenario: Scenario) -> list[str]:
    """Programmes with a condition that no person can meet; all that a condition is about is 0 or more."""
    plans, lines = scenario.strategy, []
    named: dict[str, Outreach | Campaign] = {f"outreach.{name}": plan for name, plan in plans.outreach.items()}
    named |= {f"campaigns.{name}": plan for name, plan in plans.campaigns.items()}
    for name, plan in named.items():
        for part in fields(plan.who):
            span = getattr(plan.who, part.name)
            if isinstance(span, Range) and span.high == (span.low or 0.0) and (span.low_open or not span.high_closed):
                lines.append(f"{name} is for nobody: no value lies in the range of who.{part.name}")
    return lines


def _not_held(scenario: Scenario) -> list[str]:
    """Campaigns of which some days are not held."""
    run, lines = scenario.run, []
    for name, plan in scenario.strategy.campaigns.items():
        days = campaign_days(plan, run)
        kept = [day for day in stated_days(plan, run) if days is not None and day not in days]
        if kept:
            lines.append(f"campaigns.{name} of {_dates(kept, run)} is not held: the one before still lasts")
    return lines


def _not_announced(scenario: Scenario) -> list[str]:
    """Campaigns of which some days are not announced."""
    run, lines = scenario.run, []
    for name, plan in scenario.strategy.campaigns.items():
        days, rooms = campaign_days(plan, run), announcement_rooms(plan, run)
        late = [day for day, room in zip(days or (), rooms or (), strict=True) if room < (plan.announce or 0)]
        if late:
            lines.append(
                f"campaigns.{name} of {_dates(late, run)} is not announced: {plan.announce} days before lie before the "
                "run or in the campaign before"
            )
    return lines


def _dates(days: Sequence[int], run: RunSettings) -> str:
    return listed([str(run.start + timedelta(days=day)) for day in days])
