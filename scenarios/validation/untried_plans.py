"""What a plan does that the stated history of the shop's customers never had, so that no order tells of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np

from scenarios.validation.campaign_days import campaign_days
from scenarios.validation.plan_notes import WINDOW, messages_of
from sim.scenario import Campaign, Offer, Outreach, Scenario, ShopHistory, Strategy, Who

BEYOND = 1.25
"""A plan goes beyond a history where a number is more than so many times its largest, or below its smallest over it."""
HOURS_APART = 3
"""Hours of the day from any in the history."""
REACHED = 0.95
"""Share of customers who were sent at most as many messages as the history is said to have."""
TINY = 1e-9


@dataclass(frozen=True)
class HistoryRange:
    """What a history holds of each kind of thing that a plan can do.

    gaps: shortest and longest days from the beginning of one campaign to that of the next; None where fewer than two
    were held. campaigns: how many. pause: the most days from the beginning of one to the next, or to either end.
    offers: smallest and largest size by format, shares or cents. messages: to one person in 30 days, the most that 95 %
    of those who were sent any got. hours: of the day, in order.
    """

    campaigns: int
    pause: int
    gaps: tuple[int, int] | None
    offers: Mapping[str, tuple[float, float]]
    channels: frozenset[str]
    contents: frozenset[str]
    hours: tuple[float, ...]
    messages: int


def untried_notes(arms: Mapping[str, Scenario]) -> list[str]:
    """One line for each arm that goes beyond the stated history of its customers; it names the arms that share it.

    Arms without a stated history have none: that the past is not known is said elsewhere.
    """
    found: dict[str, list[str]] = {}
    ranges: dict[str, HistoryRange] = {}
    for arm, scenario in arms.items():
        history = scenario.customers.history if scenario.customers is not None else None
        if history is None or not history.stated:
            continue
        if history.digest not in ranges:
            ranges[history.digest] = history_range(history)
        if parts := untried(scenario, ranges[history.digest]):
            found.setdefault("; ".join(parts), []).append(arm)
    return [f"{', '.join(names)}: beyond what the history has tried: {parts}" for parts, names in found.items()]


def history_range(history: ShopHistory) -> HistoryRange:
    """What a history holds; messages and offers of nobody do not count."""
    reached = np.zeros(len(history.messages), dtype=np.bool_) if history.sent is None else history.sent.any(axis=1)
    messages = [history.messages[place] for place in np.flatnonzero(reached)]
    held = set(np.unique(history.offer).tolist()) - {0} if history.offer is not None else set()
    offers = [history.offers[place - 1] for place in sorted(held)]
    firsts = sorted({one.first for one in offers if not one.coupon})
    gaps = np.diff(firsts)
    return HistoryRange(
        campaigns=len(firsts),
        pause=int(np.diff([0, *firsts, history.days]).max()),
        gaps=(int(gaps.min()), int(gaps.max())) if gaps.size else None,
        offers=_worths(one.offer for one in offers),
        channels=frozenset(one.channel for one in messages),
        contents=frozenset(one.content for one in messages),
        hours=tuple(sorted({24.0 * one.hour for one in messages})),
        messages=_most_messages(history),
    )


def untried(scenario: Scenario, known: HistoryRange) -> list[str]:
    """What the scenario's plan does that the history never had, in words."""
    plan = scenario.strategy
    programmes = _programmes(plan)
    channels, contents, hours = (
        {one.channel for one in programmes},
        {content for one in programmes for content in _contents(one)},
        {24.0 * one.at for one in programmes},
    )
    return [
        *_cadence(scenario, known),
        *_frequency(scenario, known),
        *_depths(plan, known, scenario.market.money.currency),
        *(f"channel {name} (never used)" for name in sorted(channels - known.channels)),
        *(f"messages of {name} (never sent)" for name in sorted(contents - known.contents)),
        *_hours(hours, known),
    ]


def _programmes(plan: Strategy) -> list[Outreach | Campaign]:
    return [*plan.outreach.values(), *plan.campaigns.values()]


# --- rhythm --------------------------------------------------------------------------------------


def _cadence(scenario: Scenario, known: HistoryRange) -> list[str]:
    """Campaigns by the median days between their beginnings; those whose rhythm follows orders are left out."""
    run, days = scenario.run, set[int]()
    for plan in scenario.strategy.campaigns.values():
        found = campaign_days(plan, run)
        if found is None:
            return []
        days |= set(found)
    if not days:
        words = f"no campaign in {run.days} days (the history was at most {known.pause} days without a new one)"
        return [words] if known.campaigns and run.days > known.pause * BEYOND + TINY else []
    if not known.campaigns:
        return ["campaigns (the history has none)"]
    gaps = np.diff(sorted(days))
    if known.gaps is None:
        return [f"campaigns every {np.median(gaps):.0f} days (the history has one)"] if gaps.size else []
    shortest, longest = known.gaps
    if not gaps.size or shortest / BEYOND - TINY <= np.median(gaps) <= longest * BEYOND + TINY:
        return []
    had = f"{shortest}" if shortest == longest else f"{shortest} to {longest}"
    return [f"campaigns every {np.median(gaps):.0f} days (the history has {had})"]


def _frequency(scenario: Scenario, known: HistoryRange) -> list[str]:
    """Messages to one person in 30 days, of programmes that have an interval in days."""
    most = planned_messages(scenario)
    if not known.messages or most <= known.messages * BEYOND + TINY:
        return []
    return [f"up to {most} messages to a person in {WINDOW} days (up to {known.messages} were sent)"]


def planned_messages(scenario: Scenario) -> int:
    """Messages that one contact is sent at most in 30 days, within the limits of media and of the firm.

    Programmes for other people are not added up: those of one condition are, with those for everybody.
    """
    plan, media = scenario.strategy, scenario.market.media
    programmes = _programmes(plan)
    most = 0
    for who in {one.who for one in programmes}:
        personal, mass = 0, Counter[str]()
        for one in programmes:
            if one.who in (who, Who()) and one.style == "personal":
                personal += messages_of(one)
            elif one.who in (who, Who()):
                mass[one.channel] += messages_of(one)
        caps = {channel: media[channel].limit_per_30d for channel in mass}
        most = max(most, personal + sum(n if (cap := caps[name]) is None else min(n, cap) for name, n in mass.items()))
    return most if plan.limits.touches_per_30d is None else min(most, plan.limits.touches_per_30d)


def _most_messages(history: ShopHistory) -> int:
    """Of those who were sent any, the messages in their fullest 30 days that 95 % do not exceed."""
    if history.sent is None or not history.sent.any():
        return 0
    people = np.flatnonzero(history.sent.any(axis=0))
    daily = np.zeros((history.days + 1, people.size), dtype=np.int32)
    for one, sent in zip(history.messages, history.sent, strict=True):
        daily[one.day + 1] += sent[people]
    total = daily.cumsum(axis=0, dtype=np.int32)
    window = min(WINDOW, history.days)
    most = (total[window:] - total[: total.shape[0] - window]).max(axis=0)
    return int(np.quantile(most, REACHED, method="higher"))


# --- offers, channels, hours ---------------------------------------------------------------------


def _depths(plan: Strategy, known: HistoryRange, currency: str) -> list[str]:
    offers = [one.offer for one in _programmes(plan) if one.offer is not None]
    named = {offer.format: type(offer.terms) for offer in offers}
    words = []
    for kind, (least, most) in sorted(_worths(offers).items()):
        if kind not in known.offers:
            words.append(f"offers of format {kind} (never made)")
            continue
        sizes = (*known.offers[kind], least, most)
        low, high, smallest, largest = (named[kind].size_words(size, currency) for size in sizes)
        if most > known.offers[kind][1] * BEYOND + TINY:
            words.append(f"{largest} (up to {high} was tried)")
        if least < known.offers[kind][0] / BEYOND - TINY:
            words.append(f"{smallest} (from {low} on was tried)")
    return words


def _worths(offers: Iterable[Offer]) -> dict[str, tuple[float, float]]:
    found: dict[str, tuple[float, float]] = {}
    for offer in offers:
        worth = offer.generosity * offer.terms.size()
        low, high = found.get(offer.format, (worth, worth))
        found[offer.format] = (min(low, worth), max(high, worth))
    return found


def _contents(plan: Outreach | Campaign) -> tuple[str, ...]:
    if isinstance(plan, Campaign):
        return tuple(plan.content) or ("offer",)
    return (plan.content,) if plan.content is not None else tuple(plan.mix)


def _hours(planned: set[float], known: HistoryRange) -> list[str]:
    """Hours of the day that lie far from all in the history, round midnight."""
    if not known.hours:
        return []
    far = [hour for hour in sorted(planned) if min(_apart(hour, one) for one in known.hours) > HOURS_APART]
    if not far:
        return []
    first, last = _clock(known.hours[0]), _clock(known.hours[-1])
    had = f"at {first}" if first == last else f"between {first} and {last}"
    return [f"messages at {', '.join(map(_clock, far))} (sent {had})"]


def _apart(hour: float, other: float) -> float:
    return min(abs(hour - other), 24.0 - abs(hour - other))


def _clock(hour: float) -> str:
    minutes = round(60.0 * hour)
    return f"{minutes // 60:02d}:{minutes % 60:02d}"
