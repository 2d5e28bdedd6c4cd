"""The strategy of a scenario file as what a shop did on past days: read without the file's market, run and variants."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path

from scenarios.building.building import BuildContext, build
from scenarios.reading.loading import TOP
from scenarios.reading.references import chain, named_file, project_folder
from scenarios.reading.stated_parts import check_layer
from scenarios.toml.entries import Entry
from scenarios.toml.merging import stack, without
from scenarios.toml.toml_document import label
from scenarios.validation.strategy_validation import validate_strategy
from scenarios.values.shapes import shape_of
from sim.scenario import Acquisition, Campaign, Market, Outreach, RunSettings, Service, Strategy
from sim.scenario.dates import occurrences

OF_NO_MATTER = "delivery"
"""The part of a strategy that decides nothing about those whose orders are known."""
NOT_KNOWN = {
    "tag": "what the shop took a customer to be interested in",
    "source": "where a customer came from",
}
"""Conditions that orders do not answer."""
TOUCHES = "--touches FILE with who was sent what"
Programme = Outreach | Campaign


@dataclass(frozen=True)
class StatedPast:
    """What a shop says that it did: the programmes that acted in its days, and what is to be known of that."""

    strategy: Strategy
    """Without acquisition, which decides neither what is sent nor what is offered to those whose orders are known."""
    acquisition: Mapping[str, Acquisition]
    """What was done to add contacts, by source."""
    notes: tuple[str, ...]
    file: str
    answers: bool
    """Whether it says who answered questions."""


def read_past(path: str | Path, market: Market, days: RunSettings) -> StatedPast:
    """The `[strategy]` of a scenario file, with the files that it extends, on the days of the orders.

    Channels, limits and currency are those of `market`. Raises InputError for a file without a strategy, for a strategy
    that is wrong, and for what it leaves unknown: who was left out by lot, tags and sources.
    """
    first = named_file(path)
    layers = chain(first, project_folder(first))
    for layer in layers:
        for key in layer.value:
            if key not in TOP:
                raise Entry(layer).unknown_key(key, TOP)
        check_layer(Entry(layer))
    top = Entry(stack(layers))
    if not top.has("strategy"):
        problem = "the file does not say what the shop did"
        raise top.at("strategy").error(problem, expected="a scenario file with [strategy]", got="")
    entry = top.at("strategy").table()
    entry = Entry(without(entry.node, OF_NO_MATTER), entry.path)
    strategy: Strategy = build(shape_of(Strategy), entry, BuildContext(market.money.currency))
    if not entry.has("service"):  # a history need not say who answered
        strategy = replace(strategy, service=Service(unlimited=True))
    acted, notes = _within(replace(strategy, acquisition={}), days)
    for kind, name, plan in _programmes(acted):
        _check_known(plan, entry.at(kind, name))
    validate_strategy(acted, market, days, entry)
    return StatedPast(acted, strategy.acquisition, (*notes, *_dates(acted, days)), label(first), entry.has("service"))


def _programmes(strategy: Strategy) -> list[tuple[str, str, Programme]]:
    outreach = [("outreach", name, plan) for name, plan in sorted(strategy.outreach.items())]
    return [*outreach, *(("campaigns", name, plan) for name, plan in sorted(strategy.campaigns.items()))]


def _check_known(plan: Programme, entry: Entry) -> None:
    if plan.holdout > 0.0:
        problem = "who was left out by lot is not known from a strategy"
        raise entry.at("holdout").error(problem, expected=f'"0 %", or {TOUCHES}')
    for key, what in NOT_KNOWN.items():
        if getattr(plan.who, key):
            raise entry.at("who", key).error(f"orders do not say {what}", expected=f"other conditions, or {TOUCHES}")


def _bounds(plan: Programme, days: RunSettings) -> tuple[date | None, date | None]:
    """The first day of a programme and the one after its last, where it states them."""
    last = days.start + timedelta(days=days.days - 1)
    if plan.on:
        found = occurrences(plan.on, days.start, last)
        lasts = timedelta(days=plan.lasts) if isinstance(plan, Campaign) else timedelta(days=1)
        return (found[0], found[-1] + lasts) if found else (date.max, date.max)
    return (plan.first, None) if isinstance(plan, Campaign) else (plan.from_, plan.until)


def _within(strategy: Strategy, days: RunSettings) -> tuple[Strategy, list[str]]:
    """The programmes that have a day in these, and a line on the others."""
    end = days.start + timedelta(days=days.days)
    outreach, campaigns = dict(strategy.outreach), dict(strategy.campaigns)
    outside = []
    for kind, name, plan in _programmes(strategy):
        first, after = _bounds(plan, days)
        if (first is not None and first >= end) or (after is not None and after <= days.start):
            outside.append(f"{kind}.{name}")
            (outreach if kind == "outreach" else campaigns).pop(name)
    lines = []
    if outside:
        span = f"{days.start} to {end - timedelta(days=1)}"
        lines.append(f"{_listed(outside)}: no day within the orders ({span}), so nothing of it was done in them")
    return replace(strategy, outreach=outreach, campaigns=campaigns), lines


def _dates(strategy: Strategy, days: RunSettings) -> list[str]:
    """What the dates of the programmes leave open, one line each."""
    undated, before, ends = [], [], []
    last = days.start + timedelta(days=days.days - 1)
    for kind, name, plan in _programmes(strategy):
        first, after = _bounds(plan, days)
        ends.append(after)
        if first is None and not (isinstance(plan, Outreach) and plan.after is not None):
            undated.append(f"{kind}.{name}")
        elif first is not None and first < days.start:
            before.append(f"{kind}.{name}")
    lines = []
    if undated:
        lines.append(
            f"{_listed(undated)}: no date (first, from or on), so taken to begin with the orders, on {days.start}"
        )
    if before:
        lines.append(f"{_listed(before)}: what was done before the first order, {days.start}, is left out")
    latest = max((after for after in ends if after is not None), default=None)
    if latest is not None and None not in ends and latest <= last:
        end = latest - timedelta(days=1)
        lines.append(f"the history ends on {end} and the orders on {last}: nothing was done after {end}")
    if strategy.service.staff or strategy.service.bot:
        lines.append("parcels and complaints are in no history: what they did to trust and orders is not counted")
    return lines


def _listed(names: Sequence[str]) -> str:
    return ", ".join(names)
