"""What strategies that are plain functions are shown: what the shop knows of its people, its desk and its books."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from types import MappingProxyType
from typing import Any

import numpy as np
import numpy.typing as npt

from sim.draws import Decision, daily
from sim.evening.tickets import KINDS
from sim.extend.person_columns import shared_columns
from sim.output.accounts import ACCOUNTS, AGES, COHORTS, COSTS, INCOME, OF_ORDERS
from sim.output.ledger import Ledger
from sim.people.traits import draw, topics
from sim.scenario import ENGAGEMENTS, RFMS, TICKET_KINDS, TIERS, Costs, Market, OpenTickets, PublicView
from sim.scenario.public_view import ViewSources
from sim.state.campaign_record import CampaignRecord
from sim.state.daily_values import Tickets
from sim.state.run_state import RunState
from sim.state.view import view_of
from sim.units import WrongValue

Ints = npt.NDArray[np.int64]

HIDDEN_ACCOUNTS = (
    "first_buyer", "repeater", "drifted", "drifts", "churned", "at_risk", "lost_purchases", "lost_baskets",
    "extra_need", "borrowed_need", "repaid_need", "held_need", "released_need", "lost_need",
)  # fmt: skip
"""Accounts of what no shop sees: who has drifted away, what was wished for and not ordered."""
SEEN_ACCOUNTS = tuple(name for name in ACCOUNTS if name not in {*HIDDEN_ACCOUNTS, *COHORTS, *OF_ORDERS, *AGES})
"""Accounts that are complete at the end of their day and that a shop knows."""
_BOOKED = ((INCOME, "income"), (COSTS, "cost"))


def public_view(state: RunState, strategy: str) -> PublicView:
    """What the strategy of this name is shown this midnight.

    It is filled by closures and holds no reference to the state, so that no attribute leads to what is hidden.
    """
    view, population, day, shared = view_of(state), state.population, state.day, shared_columns(state)
    notes = shared.notes_of(strategy)
    market, sources = state.inputs.market, state.inputs.sources
    rows, size = np.flatnonzero(view.contacts), population.size
    rows.flags.writeable = False
    labels: dict[str, Callable[[], npt.NDArray[Any]]] = {
        "engaged": lambda: np.array(ENGAGEMENTS)[view.engaged],
        "tier": lambda: np.array(TIERS)[view.tier],
        "rfm": lambda: np.array((*RFMS, ""))[view.rfm],
        "source": lambda: np.array([*sources, ""])[population.column("source")],
        "tag": lambda: np.array(["", *topics(market)])[population.column("tag")],
    }

    def column(name: str) -> npt.NDArray[Any]:
        return np.asarray((labels[name]() if name in labels else getattr(view, name))[rows])

    return PublicView(
        day,
        state.inputs.scenario.run.start + timedelta(days=day),
        rows,
        ViewSources(
            column,
            lambda who: view.matches(who)[rows],
            lambda name: draw(
                population.key, population.column("identity")[rows], Decision.PROGRAMME, daily(name, day)
            ),
            lambda name: notes.get(name, size)[rows],
            lambda mechanism, name: shared.column(mechanism, name, size)[rows],
            lambda name: account_until(state.books.ledger, day, name),
            lambda: open_tickets(state.pending.tickets.rows, day),
            lambda: running_until(state.books.campaigns, day),
            costs_of(market),
        ),
    )


def account_until(ledger: Ledger, day: int, name: str) -> Ints:
    """One account, or the contribution, on each day before `day`, shape (day,). Raises WrongValue for others.

    Accounts of mechanisms that were added in Python are money of the shop, too; series of their columns are not.
    """
    if name == "contribution":
        income, costs = ([*shipped, *own_accounts(ledger, kind)] for shipped, kind in _BOOKED)
        values = sum_of(ledger, income, day) - sum_of(ledger, costs, day)
    elif name in SEEN_ACCOUNTS or ledger.own.get(name, "column") != "column":
        values = ledger.series[name][:day].copy()
    else:
        booked = (own for own, kind in ledger.own.items() if kind != "column")
        raise WrongValue("account", f"contribution or one of {', '.join([*SEEN_ACCOUNTS, *booked])}", repr(name))
    values.flags.writeable = False
    return values


def own_accounts(ledger: Ledger, kind: str) -> list[str]:
    """The accounts of one kind of mechanisms that were added in Python."""
    return [name for name, own in ledger.own.items() if own == kind]


def sum_of(ledger: Ledger, accounts: Sequence[str], day: int) -> Ints:
    """The sum of some accounts on each day before `day`, shape (day,)."""
    return np.asarray(np.sum([ledger.series[account][:day] for account in accounts], axis=0), dtype=np.int64)


def open_tickets(rows: Tickets, day: int) -> OpenTickets:
    """The tickets that are open on the morning of `day`, among those of the evening before."""
    waits = np.isinf(rows["start"]) & np.isinf(rows["finish"])
    in_hand = (rows["kind"] == TICKET_KINDS.index("complaint")) & (rows["start"] < day) & (rows["finish"] > day)
    chosen = (waits | in_hand) & (rows["kind"] < KINDS) & (rows["arrival"] < day)
    here = rows[chosen]
    return OpenTickets(np.array(TICKET_KINDS)[here["kind"]], day - here["arrival"], in_hand[chosen], here["row"].copy())


def running_until(records: Sequence[CampaignRecord], day: int) -> Mapping[str, int]:
    """Days left, `day` included, of the campaigns that began before it and are not over."""
    return MappingProxyType({one.campaign: one.end - day for one in records if one.first < day < one.end})


def costs_of(market: Market) -> Costs:
    """What a shop in this market pays for what it does."""
    money, media, sources = market.money, market.media, market.sources
    return Costs(
        money.wage,
        money.seat,
        money.training,
        money.goods_cost,
        MappingProxyType({name: one.cost for name, one in media.items()}),
        MappingProxyType({name: one.production for name, one in media.items()}),
        MappingProxyType({name: one.cost_per_exposure for name, one in sources.items()}),
        MappingProxyType({name: one.cost_per_add for name, one in sources.items()}),
    )
