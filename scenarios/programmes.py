"""What single fields of a strategy cannot show: names that its market lacks, decisions that contradict each other."""

from __future__ import annotations

import math

from scenarios.judging import Places, judge_days, judge_known, judge_mix, judge_who
from scenarios.offers import judge_campaign_offer, judge_coupon
from scenarios.quantities import written, written_window
from sim.scenario import Campaign, Limits, Market, Outreach, Strategy
from sim.units import TimeOfDay

Path = tuple[str, ...]


def judge_strategy(strategy: Strategy, market: Market, places: Places) -> None:
    """Raise InputError where a strategy names what its market lacks, or contradicts itself."""
    for name, acquisition in strategy.acquisition.items():
        judge_known(name, market.sources, ("acquisition", name), places)
        if acquisition.hook is not None:
            judge_coupon(acquisition.hook, ("acquisition", name, "hook"), places)
    if strategy.welcome is not None and strategy.welcome.offer is not None:
        judge_coupon(strategy.welcome.offer, ("welcome", "offer"), places)
    for name, outreach in strategy.outreach.items():
        _judge_outreach(outreach, ("outreach", name), places)
        _judge_programme(outreach, strategy.limits, market, ("outreach", name), places)
    for name, campaign in strategy.campaigns.items():
        _judge_campaign(campaign, market, ("campaigns", name), places)
        _judge_programme(campaign, strategy.limits, market, ("campaigns", name), places)
    if strategy.delivery.carrier is not None:
        judge_known(strategy.delivery.carrier, market.carriers, ("delivery", "carrier"), places)
    kinds = strategy.service.priority
    if len(set(kinds)) < len(kinds):
        problem = f"names a kind twice; allowed each once; got {', '.join(kinds)}"
        raise places.error(("service", "priority"), problem)


def _judge_programme(
    programme: Outreach | Campaign, limits: Limits, market: Market, path: Path, places: Places
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


def _judge_when(answers: dict[str, object], path: Path, places: Places) -> None:
    stated = [key for key, value in answers.items() if value not in (None, ())]
    if len(stated) != 1:
        got = " and ".join(stated) or "none"
        raise places.error(path, f"must say when; allowed exactly one of {', '.join(answers)}; got {got}")


def _judge_outreach(outreach: Outreach, path: Path, places: Places) -> None:
    _judge_when({"every": outreach.every, "on": outreach.on, "after": outreach.after}, path, places)
    if outreach.from_ and outreach.until and outreach.until < outreach.from_:
        problem = f"ends before it begins; allowed from {outreach.from_} on; got {outreach.until}"
        raise places.error((*path, "until"), problem)
    if (outreach.content is None) == (not outreach.mix):
        got = "content and mix" if outreach.mix else "none"
        raise places.error(path, f"must say what; allowed exactly one of content, mix; got {got}")
    judge_mix(outreach.mix, (*path, "mix"), places)
    if outreach.offer is not None:
        judge_coupon(outreach.offer, (*path, "offer"), places)


def _judge_campaign(campaign: Campaign, market: Market, path: Path, places: Places) -> None:
    _judge_when({"every": campaign.every, "on": campaign.on}, path, places)
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
    judge_campaign_offer(campaign.offer, (*path, "offer"), places)
