"""Cross-field validation of strategies: names that the market lacks, decisions that contradict each other."""

from __future__ import annotations

import math
from datetime import timedelta

from scenarios.toml.entries import Entry
from scenarios.validation.campaign_days import announcement_rooms
from scenarios.validation.market_validation import SUM_ERROR, validate_days, validate_known, validate_mix, validate_who
from scenarios.validation.offer_validation import validate_campaign_offer, validate_coupon, validate_own_formats
from scenarios.validation.service_validation import validate_service
from scenarios.values.quantities import format_number, format_window
from sim.scenario import Campaign, Limits, Market, Outreach, RunSettings, Strategy
from sim.scenario.dates import occurrences
from sim.units import TimeOfDay


def validate_strategy(strategy: Strategy, market: Market, run: RunSettings, entry: Entry) -> None:
    """Raise InputError where a strategy names what its market lacks, contradicts itself, or has no day in the run."""
    currency = market.money.currency
    for name, acquisition in strategy.acquisition.items():
        validate_known(name, market.sources, entry.at("acquisition", name))
        if acquisition.hook is not None:
            validate_coupon(acquisition.hook, currency, entry.at("acquisition", name, "hook"))
    if strategy.welcome is not None and strategy.welcome.offer is not None:
        validate_coupon(strategy.welcome.offer, currency, entry.at("welcome", "offer"))
    for name, outreach in strategy.outreach.items():
        own = entry.at("outreach", name)
        _validate_outreach(outreach, currency, own)
        _validate_programme(outreach, strategy.limits, market, own)
        _validate_days_in_run(outreach, run, own)
    for name, campaign in strategy.campaigns.items():
        own = entry.at("campaigns", name)
        _validate_campaign(campaign, market, run, own)
        _validate_programme(campaign, strategy.limits, market, own)
        _validate_days_in_run(campaign, run, own)
    if strategy.delivery.carrier is not None:
        validate_known(strategy.delivery.carrier, market.carriers, entry.at("delivery", "carrier"))
    elif strategy.delivery.promise is not None:
        problem, expected = "without a carrier parcels arrive at once", "a carrier, or no promise"
        raise entry.at("delivery", "promise").error(problem, expected=expected, got=f"{strategy.delivery.promise:g} d")
    validate_service(strategy.service, market, run, entry.at("service"))
    validate_own_formats(strategy, market, entry)


def _validate_programme(programme: Outreach | Campaign, limits: Limits, market: Market, entry: Entry) -> None:
    validate_days(programme.on, entry.at("on"))
    validate_known(programme.channel, market.media, entry.at("channel"))
    if programme.topic is not None:
        validate_known(programme.topic, market.people.interests, entry.at("topic"))
    validate_who(programme.who, market, entry.at("who"))
    if limits.quiet is not None and limits.silenced(programme.at):
        expected = f"a time outside the quiet hours {format_window(limits.quiet)} (strategy.limits.quiet)"
        raise entry.at("at").error(expected=expected, got=str(format_number(programme.at, TimeOfDay, "")))


def _validate_one_of(answers: dict[str, object], entry: Entry) -> None:
    """Raise InputError where not exactly one of these keys is stated."""
    stated = [key for key, value in answers.items() if value]
    if len(stated) != 1:
        raise entry.error(expected=f"exactly one of {', '.join(answers)}", got=" and ".join(stated) or "none")


def _validate_days_in_run(programme: Outreach | Campaign, run: RunSettings, entry: Entry) -> None:
    """Raise InputError where a programme has no day in the run; `until` is the first day without it."""
    start, end = run.start, run.start + timedelta(days=run.days)
    from_, until = (programme.from_, programme.until) if isinstance(programme, Outreach) else (None, None)
    if until is not None and until <= start:
        raise entry.at("until").error(expected=f"a date after {start}, the start of the run", got=str(until))
    if from_ is not None and from_ >= end:
        raise entry.at("from").error(expected=f"a date before {end}, the end of the run", got=str(from_))
    first, last = max(start, from_ or start), min(end, until or end) - timedelta(days=1)
    if programme.on and not occurrences(programme.on, first, last):
        got = ", ".join(map(str, programme.on))
        raise entry.at("on").error(expected=f"a day from {first} to {last}", got=got)


def _validate_outreach(outreach: Outreach, currency: str, entry: Entry) -> None:
    _validate_one_of({"every": outreach.every, "on": outreach.on, "after": outreach.after}, entry)
    if outreach.from_ and outreach.until and outreach.until <= outreach.from_:
        raise entry.at("until").error(expected=f"a date after from, {outreach.from_}", got=str(outreach.until))
    _validate_one_of({"content": outreach.content, "mix": outreach.mix}, entry)
    validate_mix(outreach.mix, entry.at("mix"))
    if outreach.offer is not None:
        offer = entry.at("offer")
        validate_coupon(outreach.offer, currency, offer)
        if outreach.content != "offer" and not outreach.mix.get("offer"):
            problem = "no message of the programme has the content offer"
            expected = 'content "offer", or a mix with offer in it'
            raise offer.error(problem, expected=expected, got=outreach.content or ", ".join(outreach.mix))


def _validate_announcement(campaign: Campaign, run: RunSettings, entry: Entry) -> None:
    """Raise InputError where campaigns would be announced while the one before still runs, or none of them ever is."""
    every, announce = campaign.every, campaign.announce or 0
    if every is not None and every.of == "day":
        room = math.floor(every.value) - math.ceil(campaign.lasts)
        if announce > room:
            between = (
                f"at most {room} d, the days between two campaigns"
                if room > 0
                else "no announcement: they follow at once"
            )
            raise entry.error(expected=between, got=f"{announce} d")
    rooms = announcement_rooms(campaign, run)
    if rooms and announce > max(rooms):
        expected = f"at most {max(rooms)} d" if max(rooms) > 0 else "no announcement"
        problem = "earlier than that lies before the run, or in the campaign before"
        raise entry.error(problem, expected=expected, got=f"{announce} d")


def _validate_commission(campaign: Campaign, market: Market, entry: Entry) -> None:
    """Raise InputError where fees and commission keep more than is paid."""
    fees = market.money.payment_fee + market.money.platform_fee
    if campaign.commission > 1.0 - fees + SUM_ERROR:
        problem, expected = "fees and commission keep more than is paid", f"at most {100 * (1.0 - fees):g} %"
        raise entry.error(problem, expected=expected, got=f"{100 * campaign.commission:g} %")


def _validate_campaign(campaign: Campaign, market: Market, run: RunSettings, entry: Entry) -> None:
    _validate_one_of({"every": campaign.every, "on": campaign.on}, entry)
    if campaign.on and campaign.first is not None:
        raise entry.at("first").error(
            "`on` names all days itself", expected="no first, or every", got=str(campaign.first)
        )
    every, days = campaign.every, math.ceil(campaign.lasts)
    if every is not None and every.of == "own_cycle":
        expected = 'an interval for all people, such as "30 d" or "1.5 shop cycles"'
        raise entry.at("every").error(expected=expected, got="own cycles")
    if every is not None and every.of == "day" and every.value < campaign.lasts:
        expected = f"{campaign.lasts:g} d or more, the length of the campaign"
        raise entry.at("every").error(expected=expected, got=f"{every.value:g} d")
    if campaign.announce is not None:
        _validate_announcement(campaign, run, entry.at("announce"))
    _validate_commission(campaign, market, entry.at("commission"))
    for phase in campaign.phases:
        validate_known(phase, market.offers.salience, entry.at("phases"))
    if len(campaign.phases) > days:
        expected = f"up to {days} phases, one for each day"
        raise entry.at("phases").error(expected=expected, got=str(len(campaign.phases)))
    messages = max(len(campaign.phases), 1)
    if len(campaign.content) > messages:
        expected = f"up to {messages} contents, one for each phase"
        raise entry.at("content").error(expected=expected, got=str(len(campaign.content)))
    validate_campaign_offer(campaign.offer, market.money.currency, entry.at("offer"))
