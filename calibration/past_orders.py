"""Orders as the past of a shop: who was known when, and what a strategy or records say was done on these days."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt

from calibration.orders.order_history import Orders
from calibration.orders.order_rows import ReadingOptions
from calibration.records.list_values import at_list_value
from calibration.records.record_columns import RecordMapping
from calibration.records.recorded_people import RecordedPeople, recorded_people
from calibration.records.shop_records import (
    RecordFiles,
    ShopRecords,
    history_from,
    orders_history,
    over_stated,
    read_shop_records,
)
from calibration.shares.added_contacts import AddedContacts, LeadsSay, added_contacts
from calibration.shares.redemption_evidence import uses_by_savings
from scenarios.questions.question import MarketFile
from scenarios.reading.stated_past import read_past
from sim.desk_waits import stated_desk
from sim.exposures import PastOrders, exposures
from sim.scenario import Acquisition, RunSettings, Scenario, ShopHistory, Strategy

NO_DESK = (
    "the history does not say who answered questions (--history FILE with [strategy.service]): "
    "purchases that this desk lost lower the fitted rates, and comparing desks counts them again"
)

NO_WELCOME = (
    "no record says whether the welcome of a new contact sold: {leads:,} leads are taken to have had none, which the "
    "number lead.first_order_7d makes up for (--history FILE with [strategy.welcome] says it)"
)

TENURE = (
    "{names}: tenure counts from the day on which a contact was added, and of who is known from orders alone it is "
    "counted from the first order, so that they are taken to have got more of it than they did (--leads says when "
    "each was added)"
)


@dataclass(frozen=True)
class PastFiles:
    """What a user gives of the past. statement: a scenario file whose strategy is what was done. said: of columns and
    words of records, by kind of records."""

    statement: str | Path | None = None
    records: RecordFiles = field(default_factory=RecordFiles)
    said: Mapping[str, RecordMapping] = field(default_factory=dict)


@dataclass(frozen=True)
class StatedHistory:
    """A shop's history in the order of its customers' identities, and what is to be known of it, one line each."""

    history: ShopHistory
    notes: tuple[str, ...]
    acquisition: Mapping[str, Acquisition]
    """What the strategy did at each source."""


@dataclass(frozen=True)
class KnownPast:
    """Orders, at list value where that is known; the history of all people, and what records were read, None where
    nothing was given; notes and warnings, one line each."""

    orders: Orders
    history: ShopHistory | None = None
    records: ShopRecords | None = None
    notes: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    identity: npt.NDArray[np.uint64] = field(default_factory=lambda: np.zeros(0, dtype=np.uint64))
    """Of the people of the history."""
    added: tuple[AddedContacts, ...] = ()
    """What the leads say of the add rate of each source."""


def known_past(files: PastFiles, orders: Orders, prior: MarketFile, options: ReadingOptions | None = None) -> KnownPast:
    """What a statement and records say of the past of these customers. Records come before the statement.

    Raises InputError, in one line, for a file that does not say it.
    """
    if files.statement is None and not files.records.any and not files.said:
        return KnownPast(orders)
    records = read_shop_records(files.records, files.said, orders, prior.market, options)
    history, notes = history_from(records, orders, prior.market)
    acquisition: Mapping[str, Acquisition] = {}
    if files.statement is not None:
        stated = stated_history(files.statement, past_orders(records.people), prior)
        history, notes = over_stated(history, stated.history, records), (*stated.notes, *notes)
        acquisition = stated.acquisition
    contacts = LeadsSay((), (), ())
    if records.leads is not None:
        contacts = added_contacts(records.leads, records.people, prior, acquisition)
    if history.used is None and "listed" in orders.orderdays:
        history = replace(history, used=uses_by_savings(history))
    listed, history, note = at_list_value(records.people, history)
    people = replace(records.people, orders=listed)
    kept = replace(records, people=people, history_notes=(*notes, *contacts.notes)) if files.records.any else None
    said = (*([note] if note and history.stated else ()), *contacts.warnings)
    if history.stated and history.desk is None:
        said += (NO_DESK,)
    if history.stated and history.lead.any() and files.statement is None:
        said += (NO_WELCOME.format(leads=np.count_nonzero(history.lead)),)
    return KnownPast(listed, history, kept, () if kept else notes, said, people.identity, contacts.added)


def past_orders(people: RecordedPeople | Orders) -> PastOrders:
    """The order-days of all customers, in order of their identities; what else was done is not in it.

    The days are those from the first order to the end of observation.
    """
    who = people if isinstance(people, RecordedPeople) else recorded_people(people)
    table = who.orders.orderdays
    paid = table["cents"].to_numpy(np.int64)[np.argsort(who.place[table["customer"].to_numpy()], kind="stable")]
    return PastOrders(orders_history(who), who.identity, paid, "listed" in table)


def stated_history(path: str | Path, past: PastOrders, prior: MarketFile) -> StatedHistory:
    """What the strategy of a scenario file brought the people of these orders, under the medians of the prior.

    Raises InputError for a file that does not say it.
    """
    days = RunSettings(past.history.start, horizon=past.history.days)
    said = read_past(path, prior.market, days)
    scenario = Scenario(prior.market, said.strategy, days)
    history = exposures(scenario, past)
    if said.answers:
        history = replace(history, desk=stated_desk(scenario, history))
    notes = (*said.notes, *_by_tenure(said.strategy, history))
    return StatedHistory(history, notes, said.acquisition)


def _by_tenure(strategy: Strategy, history: ShopHistory) -> list[str]:
    """A note where somebody's adding decided what was sent, and is not known."""
    sent = {message.programme for message in history.messages}
    plans = {f"outreach.{name}": plan.who for name, plan in strategy.outreach.items()}
    plans |= {f"campaigns.{name}": plan.who for name, plan in strategy.campaigns.items()}
    names = sorted(name for name, who in plans.items() if who.tenure is not None and name in sent)
    return [TENURE.format(names=", ".join(names))] if names and not history.lead.all() else []
