"""What single fields of a strategy cannot show: names that its market lacks, decisions that contradict each other."""

from __future__ import annotations

import math
from datetime import date, timedelta

from scenarios.validation.market_validation import SourceTree, judge_days, judge_known, judge_mix, judge_who
from scenarios.validation.offer_validation import judge_campaign_offer, judge_coupon
from scenarios.values.quantities import written, written_window
from sim.scenario import Campaign, Day, Limits, Market, Outreach, RunSettings, Strategy
from sim.scenario.dates import occurrences
from sim.units import TimeOfDay

Path = tuple[str, ...]


def judge_strategy(strategy: Strategy, market: Market, run: RunSettings, places: SourceTree) -> None:
    """Raise InputError where a strategy names what its market lacks, contradicts itself, or has no day in the run."""
    currency = market.money.currency
    for name, acquisition in strategy.acquisition.items():
        judge_known(name, market.sources, ("acquisition", name), places)
        if acquisition.hook is not None:
            judge_coupon(acquisition.hook, currency, ("acquisition", name, "hook"), places)
    if strategy.welcome is not None and strategy.welcome.offer is not None:
        judge_coupon(strategy.welcome.offer, currency, ("welcome", "offer"), places)
    for name, outreach in strategy.outreach.items():
        _judge_outreach(outreach, currency, ("outreach", name), places)
        _judge_programme(outreach, strategy.limits, market, ("outreach", name), places)
        _judge_reach(outreach.on, outreach.from_, outreach.until, run, ("outreach", name), places)
    for name, campaign in strategy.campaigns.items():
        _judge_campaign(campaign, market, ("campaigns", name), places)
        _judge_programme(campaign, strategy.limits, market, ("campaigns", name), places)
        _judge_reach(campaign.on, None, None, run, ("campaigns", name), places)
    if strategy.delivery.carrier is not None:
        judge_known(strategy.delivery.carrier, market.carriers, ("delivery", "carrier"), places)
    kinds = strategy.service.priority
    if len(set(kinds)) < len(kinds):
        problem = f"names a kind twice; allowed each once; got {', '.join(kinds)}"
        raise places.error(("service", "priority"), problem)


def _judge_programme(
    programme: Outreach | Campaign, limits: Limits, market: Market, path: Path, places: SourceTree
) -> None:
    judge_days(programme.on, (*path, "on"), places)
    judge_known(programme.channel, market.media, (*path, "channel"), places)
    if programme.topic is not None:
        judge_known(programme.topic, market.people.interests, (*path, "topic"), places)
    judge_who(programme.who, market, (*path, "who"), places)
    if limits.quiet is not None and limits.silenced(programme.at):
        quiet = written_window(limits.quiet)
        problem = f"is in the quiet hours; allowed a time outside {quiet} (strategy.limits.quiet)"
        raise places.error((*path, "at"), f"{problem}; got {written(programme.at, TimeOfDay, '')}")


def _judge_when(answers: dict[str, object], path: Path, places: SourceTree) -> None:
    stated = [key for key, value in answers.items() if value not in (None, ())]
    if len(stated) != 1:
        got = " and ".join(stated) or "none"
        raise places.error(path, f"must say when; allowed exactly one of {', '.join(answers)}; got {got}")


def _judge_reach(
    on: tuple[Day, ...], from_: date | None, until: date | None, run: RunSettings, path: Path, places: SourceTree
) -> None:
    """Raise InputError where a programme cannot wake on any day of the run; `until` is the first day without it."""
    start, end = run.start, run.start + timedelta(days=run.days)
    if until is not None and until <= start:
        raise places.error((*path, "until"), f"is over when the run starts; allowed after {start}; got {until}")
    if from_ is not None and from_ >= end:
        raise places.error((*path, "from"), f"comes when the run is over; allowed before {end}; got {from_}")
    first, last = max(start, from_ or start), min(end, until or end) - timedelta(days=1)
    if on and not occurrences(on, first, last):
        problem = f"names no day that comes; allowed days from {first} to {last}; got {', '.join(map(str, on))}"
        raise places.error((*path, "on"), problem)


def _judge_outreach(outreach: Outreach, currency: str, path: Path, places: SourceTree) -> None:
    _judge_when({"every": outreach.every, "on": outreach.on, "after": outreach.after}, path, places)
    if outreach.from_ and outreach.until and outreach.until <= outreach.from_:
        problem = f"ends before it begins; allowed after {outreach.from_}; got {outreach.until}"
        raise places.error((*path, "until"), problem)
    if (outreach.content is None) == (not outreach.mix):
        got = "content and mix" if outreach.mix else "none"
        raise places.error(path, f"must say what; allowed exactly one of content, mix; got {got}")
    judge_mix(outreach.mix, (*path, "mix"), places)
    if outreach.offer is not None:
        judge_coupon(outreach.offer, currency, (*path, "offer"), places)
        if outreach.content != "offer" and not outreach.mix.get("offer"):
            problem = 'comes with a message that does not offer it; allowed content "offer", or a mix with offer in it'
            raise places.error((*path, "offer"), f"{problem}; got {outreach.content or ', '.join(outreach.mix)}")


def _judge_campaign(campaign: Campaign, market: Market, path: Path, places: SourceTree) -> None:
    _judge_when({"every": campaign.every, "on": campaign.on}, path, places)
    if campaign.on and campaign.first is not None:
        problem = "does not go with on, which says all days itself; allowed with every"
        raise places.error((*path, "first"), f"{problem}; got {campaign.first}")
    every = campaign.every
    if every is not None and every.of == "own_cycle":
        problem = "cannot follow own cycles, since a campaign is for all at once"
        raise places.error((*path, "every"), f'{problem}; allowed "30 d", "1.5 shop cycles"; got own cycles')
    if every is not None and every.of == "day" and every.value < campaign.lasts:
        problem = f"is shorter than the campaign; allowed {campaign.lasts:g} d or more; got {every.value:g} d"
        raise places.error((*path, "every"), problem)
    for phase in campaign.phases:
        judge_known(phase, market.offers.salience, (*path, "phases"), places)
    days = math.ceil(campaign.lasts)
    if len(campaign.phases) > days:
        problem = f"has more phases than days; allowed up to {days}; got {len(campaign.phases)}"
        raise places.error((*path, "phases"), problem)
    messages = max(len(campaign.phases), 1)
    if len(campaign.content) > messages:
        problem = f"has more contents than messages; allowed up to {messages}, one for each phase"
        raise places.error((*path, "content"), f"{problem}; got {len(campaign.content)}")
    judge_campaign_offer(campaign.offer, market.money.currency, (*path, "offer"), places)
