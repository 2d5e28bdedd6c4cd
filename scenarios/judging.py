"""What single fields cannot show: names that must exist, and values that must agree with one another."""

from __future__ import annotations

from collections.abc import Iterable

from scenarios.documents import Node, complaint
from scenarios.errors import InputError
from scenarios.quantities import shown
from scenarios.question import Compare
from scenarios.wording import dotted, nearest
from sim.scenario import Campaign, Market, Offer, Outreach, Strategy, Who

OFFER_KEYS = {"percent": "depth", "threshold": "steps", "lottery": "prizes"}
WEEKDAY_MEAN = 1e-3


class Places:
    """The tree that a part was built from, to give each complaint its line."""

    def __init__(self, tree: Node, *root: str) -> None:
        self.tree, self.root = tree, root

    def error(self, path: Iterable[str], problem: str) -> InputError:
        """The complaint about a path, placed at the nearest node that was written."""
        node = self.tree
        for part in path:
            node = node.child(part) or node
        return complaint(node, dotted((*self.root, *path)), problem)


def judge_market(market: Market, places: Places) -> None:
    """Raise InputError where a market's values do not agree."""
    days = market.need.season.weekday
    if len(days) != 7 or abs(sum(days) / 7 - 1.0) > WEEKDAY_MEAN:
        got = f"{len(days)} with mean {sum(days) / max(len(days), 1):.4g}"
        problem = f"is no week; allowed seven multipliers, Monday first, with mean 1; got {got}"
        raise places.error(("need", "season", "weekday"), problem)
    for name, carrier in market.carriers.items():
        spread = carrier.days
        if not spread.p5 <= spread.median <= spread.p95:
            got = f"{spread.p5:g}, {spread.median:g}, {spread.p95:g} d"
            problem = f"is out of order; allowed p5 <= median <= p95; got {got}"
            raise places.error(("carriers", name, "days"), problem)


def judge_strategy(strategy: Strategy, market: Market, places: Places) -> None:
    """Raise InputError where a strategy names what its market lacks, or contradicts itself."""
    for name in strategy.acquisition:
        _known(name, market.sources, ("acquisition", name), places)
    for name, outreach in strategy.outreach.items():
        _judge_outreach(outreach, market, ("outreach", name), places)
    for name, campaign in strategy.campaigns.items():
        _judge_campaign(campaign, market, ("campaigns", name), places)
    if strategy.delivery.carrier is not None:
        _known(strategy.delivery.carrier, market.carriers, ("delivery", "carrier"), places)
    kinds = strategy.service.priority
    if len(set(kinds)) < len(kinds):
        problem = f"names a kind twice; allowed each once; got {', '.join(kinds)}"
        raise places.error(("service", "priority"), problem)


def _known(name: str, names: Iterable[str], path: tuple[str, ...], places: Places) -> None:
    if name not in names:
        raise places.error(path, f"is not defined in the market; {nearest(name, names)}; got {shown(name)}")


def _judge_programme(programme: Outreach | Campaign, market: Market, path: tuple[str, ...], places: Places) -> None:
    if (programme.every is None) == (not programme.on):
        got = "both" if programme.every else "neither"
        raise places.error(path, f"must say when; allowed exactly one of every, on; got {got}")
    if list(programme.on) != sorted(set(programme.on)):
        problem = "is out of order; allowed dates that rise, each once; got " + ", ".join(map(str, programme.on))
        raise places.error((*path, "on"), problem)
    _known(programme.channel, market.media, (*path, "channel"), places)
    _judge_who(programme.who, market, (*path, "who"), places)


def _judge_who(who: Who, market: Market, path: tuple[str, ...], places: Places) -> None:
    for source in who.source:
        _known(source, market.sources, (*path, "source"), places)


def _judge_outreach(outreach: Outreach, market: Market, path: tuple[str, ...], places: Places) -> None:
    _judge_programme(outreach, market, path, places)
    if outreach.from_ and outreach.until and outreach.until < outreach.from_:
        problem = f"ends before it begins; allowed from {outreach.from_} on; got {outreach.until}"
        raise places.error((*path, "until"), problem)


def _judge_campaign(campaign: Campaign, market: Market, path: tuple[str, ...], places: Places) -> None:
    _judge_programme(campaign, market, path, places)
    every = campaign.every
    if every is not None and every.of == "own_cycle":
        problem = "cannot follow own cycles, since a campaign is for all at once"
        raise places.error((*path, "every"), f'{problem}; allowed "30 d", "1.5 shop cycles"; got own cycles')
    if every is not None and every.of == "day" and every.value < campaign.lasts:
        problem = f"is shorter than the campaign; allowed {campaign.lasts:g} d or more; got {every.value:g} d"
        raise places.error((*path, "every"), problem)
    for phase in campaign.phases:
        _known(phase, market.offers.salience, (*path, "phases"), places)
    if len(campaign.phases) > campaign.lasts:
        problem = f"has more phases than days; allowed up to {campaign.lasts:g}; got {len(campaign.phases)}"
        raise places.error((*path, "phases"), problem)
    judge_offer(campaign.offer, (*path, "offer"), places)


def judge_offer(offer: Offer, path: tuple[str, ...], places: Places) -> None:
    """Raise InputError where an offer lacks its format's key, has another's, or promises the impossible."""
    own = OFFER_KEYS[offer.format]
    for key in OFFER_KEYS.values():
        stated = getattr(offer, key) not in (None, ())
        if stated != (key == own):
            verb, got = ("does not belong to", "it") if stated else ("is missing from", "nothing")
            problem = f"{verb} the format {offer.format}; allowed format, {own}, generosity; got {got}"
            raise places.error((*path, key), problem)
    spends = [step.spend for step in offer.steps]
    if spends != sorted(set(spends)):
        got = ", ".join(f"{spend / 100:g}" for spend in spends)
        raise places.error((*path, "steps"), f"is out of order; allowed spends that rise; got {got}")
    if any(step.off > step.spend for step in offer.steps):
        raise places.error((*path, "steps"), "gives away more than is spent; allowed off up to spend; got more")
    chances = sum(prize.chance for prize in offer.prizes)
    if chances > 1.0 + 1e-12:
        problem = f"has chances above one; allowed a sum of up to 100 %; got {100 * chances:g} %"
        raise places.error((*path, "prizes"), problem)


def judge_compare(compare: Compare, arms: Iterable[str], places: Places) -> None:
    """Raise InputError where the judgement names a measure or an arm that does not exist."""
    from sim.measures import MEASURES

    named: list[tuple[tuple[str, ...], str]] = [
        (("kpi",), compare.kpi),
        *((("also",), name) for name in compare.also),
    ]
    named += [(("subject_to", name), name) for name in compare.subject_to]
    for path, name in named:
        if name not in MEASURES:
            raise places.error(path, f"is not a measure; {nearest(name, MEASURES)}; got {shown(name)}")
    if compare.against is not None and compare.against not in arms:
        problem = f"is not an arm; {nearest(compare.against, arms)}; got {shown(compare.against)}"
        raise places.error(("against",), problem)
