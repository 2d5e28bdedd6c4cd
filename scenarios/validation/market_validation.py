"""Cross-field validation of markets and of [compare]: names that must exist, values that must agree."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from zoneinfo import ZoneInfo

from scenarios.errors import nearest, shown
from scenarios.toml.entries import Entry
from scenarios.values.criteria import Compare
from scenarios.values.own_kpis import known_kpis
from sim.scenario import CONTENTS, OFFER_KEYS, Day, Market, Season, Who

MEAN_ERROR = 1e-3
SUM_ERROR = 1e-9


def validate_market(market: Market, entry: Entry) -> None:
    """Raise InputError where a market's values do not agree. `entry` is what it was built from, here and below."""
    _validate_time_zone(market.timezone, entry.at("timezone"))
    _validate_season(market.need.season, entry.at("need", "season"))
    validate_sum(market.people.interests, entry.at("people", "interests"))
    engagement = market.engagement
    if engagement.silent_after >= engagement.dormant_after:
        expected = f"less than dormant_after, {engagement.dormant_after:g} d"
        got = f"{engagement.silent_after:g} d"
        raise entry.at("engagement", "silent_after").error(expected=expected, got=got)
    if market.lead.first_order_7d >= market.people.fit:
        expected = f"less than market.people.fit, {100 * market.people.fit:g} %"
        got = f"{100 * market.lead.first_order_7d:g} %"
        raise entry.at("lead", "first_order_7d").error(expected=expected, got=got)
    if market.start.leads > 0.0 and market.start.history == 0:
        expected = "0 %, or a history of at least 1 d"
        raise entry.at("start", "leads").error(expected=expected, got=f"{100 * market.start.leads:g} %")
    money = market.money
    if money.payment_fee + money.platform_fee > 1.0 + SUM_ERROR:
        expected = f"at most {100 * (1.0 - money.payment_fee):g} %, what payment_fee leaves"
        got = f"{100 * money.platform_fee:g} %"
        raise entry.at("money", "platform_fee").error("fees keep more than is paid", expected=expected, got=got)
    for name, medium in market.media.items():
        _validate_names(medium.suits, CONTENTS, "content", entry.at("media", name, "suits"))
    _validate_names(market.offers.effort, OFFER_KEYS, "format", entry.at("offers", "effort"))
    if "start" in market.sources:
        problem = "the name start is reserved for the customers of day one"
        raise entry.at("sources", "start").error(problem, expected="another name", got="")
    for name, carrier in market.carriers.items():
        spread = carrier.days
        if not spread.p5 <= spread.median <= spread.p95:
            got = f"{spread.p5:g}, {spread.median:g}, {spread.p95:g} d"
            expected = "p5 <= median <= p95"
            raise entry.at("carriers", name, "days").error("the numbers are out of order", expected=expected, got=got)


def _validate_time_zone(name: str, entry: Entry) -> None:
    try:
        ZoneInfo(name)
    except (OSError, ValueError, KeyError):  # a folder of zones; a path; no such zone
        raise entry.error(expected='a time zone of the IANA database such as "Asia/Shanghai"') from None


def _validate_season(season: Season, entry: Entry) -> None:
    _validate_multipliers(season.weekday, "seven multipliers, Monday first,", 7, entry.at("weekday"))
    if season.yearly:
        _validate_multipliers(season.yearly, "twelve multipliers, January first,", 12, entry.at("yearly"))
    if season.hours:
        _validate_multipliers(season.hours, "24 multipliers, from midnight on,", 24, entry.at("hours"))
    for name, dates in season.dates.items():
        on = entry.at("dates", name, "on")
        if not dates.on:
            raise on.error(expected="dates or named days", got="none")
        validate_days(dates.on, on)


def _validate_multipliers(values: tuple[float, ...], words: str, count: int, entry: Entry) -> None:
    mean = sum(values) / max(len(values), 1)
    if len(values) != count or abs(mean - 1.0) > MEAN_ERROR:
        raise entry.error(expected=f"{words} with mean 1", got=f"{len(values)} with mean {mean:.4g}")


def _validate_names(names: Iterable[str], known: Iterable[str], word: str, entry: Entry) -> None:
    for name in names:
        if name not in known:
            raise entry.at(name).error(f"unknown {word}", expected=nearest(name, known), got=shown(name))


def validate_mix(mix: Mapping[str, float], entry: Entry) -> None:
    """Raise InputError where shares of contents name something else, or do not add up."""
    _validate_names(mix, CONTENTS, "content", entry)
    whole = sum(mix.values())
    if mix and abs(whole - 1.0) > SUM_ERROR:
        raise entry.error(expected="shares with a sum of 100 %", got=f"{100 * whole:g} %")


def validate_sum(shares: Mapping[str, float], entry: Entry) -> None:
    """Raise InputError where shares of one whole have a sum above it."""
    whole = sum(shares.values())
    if whole > 1.0 + SUM_ERROR:
        raise entry.error(expected="shares with a sum of up to 100 %", got=f"{100 * whole:g} %")


def validate_days(on: tuple[Day, ...], entry: Entry) -> None:
    """Raise InputError where dates do not rise, or a day is named twice."""
    dates = [day for day in on if not isinstance(day, str)]
    if dates != sorted(dates) or len(set(on)) < len(on):
        raise entry.error(expected="dates that rise and names, each once", got=", ".join(map(str, on)))


def validate_known(name: str, names: Iterable[str], entry: Entry) -> None:
    """Raise InputError where a name is not among those that the market defines."""
    if name not in names:
        raise entry.error("the market does not define this name", expected=nearest(name, names), got=shown(name))


def validate_who(who: Who, market: Market, entry: Entry) -> None:
    """Raise InputError where a condition names a source or a tag that the market does not define."""
    for source in who.source:
        validate_known(source, market.sources, entry.at("source"))
    for tag in who.tag:
        validate_known(tag, market.people.interests, entry.at("tag"))


def validate_compare(compare: Compare, arms: Iterable[str], measures: Iterable[str], entry: Entry) -> None:
    """Raise InputError where [compare] names a measure or an arm that does not exist."""
    bounds = [(name, entry.at("subject_to", name)) for name in compare.subject_to]
    others = [(name, entry.at("also")) for name in compare.also]
    for name, place in [(compare.kpi, entry.at("kpi")), *others, *bounds]:
        if name not in measures:
            raise place.error("unknown measure", expected=known_kpis(name, measures), got=shown(name))
    for key, names in (("also", compare.also), ("references", compare.references)):
        twice = [name for place, name in enumerate(names) if name in names[:place]]
        if twice:
            raise entry.at(key).error(expected="each name once", got=f"{twice[0]} twice")
    if compare.against is not None and compare.against not in arms:
        expected = nearest(compare.against, arms)
        raise entry.at("against").error("unknown arm", expected=expected, got=shown(compare.against))
