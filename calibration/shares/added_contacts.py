"""How many contacts each source adds: the likelihood of its `add_rate`, by the shop's own leads."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from calibration.records.record_reader import NO_DAY
from calibration.records.recorded_people import Leads, RecordedPeople, places_of
from calibration.shares.share_draws import share_draws
from scenarios.questions.question import MarketFile
from scenarios.values.beliefs import Belief
from sim.scenario import Acquisition

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Names = npt.NDArray[np.object_]

RECENT, WEEK = 91, 7
"""Last days whose contacts count, as the level of need is that of the last weeks; and days over which their number is
seen to vary."""
SILENT = 28
"""Days without a contact at the end after which the last contact's day is said."""
MUCH = 1.5
"""A stated number of contacts that differs from the leads' by more than this factor is said."""
DRAWN = 146
"""Part of the seed of these draws, so that they are not those of other numbers."""


@dataclass(frozen=True)
class AddedContacts:
    """What leads say of one source: contacts added in the last `days` of them, how much more their weekly number varies
    than a Poisson one, and how many prospects a day the market says are asked."""

    source: str
    added: int
    days: int
    dispersion: float
    exposures: float

    @property
    def path(self) -> str:
        """Of the number that is learned."""
        return f"market.sources.{self.source}.add_rate"

    @property
    def per_day(self) -> float:
        """Contacts added a day."""
        return self.added / self.days if self.days else 0.0

    def origin(self, file: str) -> str:
        """Where the number comes from, as text of a market file."""
        return f"data {file}: {self.added:,} contacts added in {self.days} d, of {self.exposures:.6g} prospects a day"

    def draws(self, belief: Belief, draws: int, seed: int) -> Floats:
        """Draws of the add rate, shape (draws,); contacts by week vary as they do, not as independent ones would."""
        counted = self.exposures * self.days / self.dispersion, self.added / self.dispersion
        return share_draws(belief, counted, draws, np.random.default_rng([seed, DRAWN]))


class LeadsSay(NamedTuple):
    """What leads say of the add rates of sources; notes, and warnings where the market stays far from them or came far
    from what was believed, one line each."""

    added: tuple[AddedContacts, ...]
    notes: tuple[str, ...]
    warnings: tuple[str, ...]


def added_contacts(
    leads: Leads, people: RecordedPeople, prior: MarketFile, plans: Mapping[str, Acquisition]
) -> LeadsSay:
    """By source what is learned of its add rate.

    People who ordered before they were added are no leads and do not count. plans: what the history says was done at
    the sources. Nothing is learned where something other than the add rate decided how many were added.
    """
    (days, names, note), end = _days_by_source(leads, people, prior), people.orders.days
    found, warnings, notes = [], [], [note] if note else []
    for name in sorted(set(names.tolist())):
        day = days[names == name]
        one, quiet = _recent(name, day, end, prior.market.sources[name].exposures), end - int(day.max())
        if quiet > SILENT:
            notes.append(
                f"{name}: the last contact was added {quiet:,} days before the orders end, and contacts are taken to "
                f"go on coming as in the {one.days} days before it"
            )
        reason = _not_learned(one, prior, plans.get(name, Acquisition()))
        warnings += _odd(one, prior, reason)
        found += [] if reason else [one]
    return LeadsSay(tuple(found), tuple(notes), tuple(warnings))


def _days_by_source(leads: Leads, people: RecordedPeople, prior: MarketFile) -> tuple[Ints, Names, str]:
    """Of each lead the day of adding, from the orders' first, and the market's source; and a note on other names."""
    import pandas as pd

    place = places_of(people.ids, pd.Series(leads.ids, dtype=object))
    day, names, sources = people.added[place], leads.source, sorted(prior.market.sources)
    kept = (place >= 0) & (day != NO_DAY) & (day >= 0)
    day, names = day[kept], names[kept]
    strange = ~np.isin(names, sources)
    if not strange.any():
        return day, names, ""
    what = f"{np.count_nonzero(strange):,} contacts name no source that the market has"
    if len(sources) == 1:
        return day, np.where(strange, sources[0], names), f"{what}: they are taken to be of {sources[0]}, its only one"
    listed = ", ".join(sorted({str(name) or "(none)" for name in names[strange]})[:3])
    what += f" (such as {listed}; it has {', '.join(sources)}): no add rate is learned of them"
    return day[~strange], names[~strange], what


def _recent(name: str, day: Ints, end: int, exposures: float) -> AddedContacts:
    """The contacts of the last days, up to the last one where that is long ago. end: the last day of the orders.

    Days before the first contact do not count, nor does its own: that one came on it is why they begin there.
    """
    last = end if int(day.max()) >= end - SILENT else int(day.max())
    before = max(last - RECENT, int(day.min()))
    near, days = day[day > before], last - before
    weeks = np.bincount((last - near) // WEEK, minlength=days // WEEK)[: days // WEEK]
    spread = float(weeks.var(ddof=1) / weeks.mean()) if weeks.size > 1 and weeks.any() else 1.0
    return AddedContacts(name, near.size, days, max(spread, 1.0), float(exposures))


def _not_learned(one: AddedContacts, prior: MarketFile, plan: Acquisition) -> str:
    """Why the number of contacts does not tell the add rate; empty where it does."""
    source = f"market.sources.{one.source}"
    if not one.days:
        return "all of them were added on one day"
    if one.path not in prior.beliefs:
        return f"{one.path} is stated without a range"
    if f"{source}.exposures" in prior.beliefs:
        return f"{source}.exposures is uncertain itself"
    if plan.hook is not None:
        return "they came with a hook"
    if plan.budget is not None or plan.daily_cap is not None:
        return "they came under a budget or a daily cap"
    if prior.market.sources[one.source].handling is not None:
        return "the time of the staff decides how many are asked"
    return f"that is more than {source}.exposures: state how many are asked" if one.per_day >= one.exposures else ""


def _odd(one: AddedContacts, prior: MarketFile, reason: str) -> list[str]:
    """A line where the leads are far from what the market says, or from what was believed. reason: as `_not_learned`
    gives it."""
    source = f"market.sources.{one.source}"
    if reason:
        stated = prior.market.sources[one.source].add_rate * one.exposures
        seen = f"{one.source}: {one.per_day:.3g} contacts were added a day, where the market adds {stated:.3g}"
        near = stated > 0.0 and 1.0 / MUCH < one.per_day / stated < MUCH
        return [] if near else [f"{seen}; the leads do not change that, as {reason}"]
    share, belief = one.per_day / one.exposures, prior.beliefs[one.path]
    if belief.p5 <= share <= belief.p95:
        return []
    return [
        f"{one.source}: {share:.2%} of {one.exposures:.6g} prospects a day added the contact, and {belief.p5:.2%} to "
        f"{belief.p95:.0%} was expected: is {source}.exposures what the shop asks?"
    ]
