"""Histories for tests of the past: recorded from a run of the engine, whose people and numbers are known."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from sim.engine import OpenRun, advance, open_run
from sim.evening.tickets import COMPLAINT
from sim.scenario import PastMessage, PastOffer, PastTickets, Scenario, ShopHistory
from sim.stages import Stage
from sim.state.offers_held import StandingOffer

NOT_YET = 10**6


@dataclass
class RecordedRun:
    """A run under way, and what has happened in it so far, day by day."""

    opened: OpenRun
    history: ShopHistory
    first_clock: npt.NDArray[np.float64]
    """Deletion and drift clock of each on the first morning, shape (2, n)."""


def recorded(scenario: Scenario, days: int) -> RecordedRun:
    """Simulate so many days and write down what each was sent and offered, and when each ordered and left."""
    opened = open_run(scenario)
    state = opened.state
    messages: list[PastMessage] = []
    sent: list[npt.NDArray[np.bool_]] = []
    offers: list[PastOffer] = []
    held: list[npt.NDArray[np.int64]] = []
    orders: list[npt.NDArray[np.int64]] = []
    clocks = np.empty((2, 0))
    deleted = np.empty(0, dtype=np.int64)
    complaints: dict[tuple[int, int], tuple[float, int, float]] = {}

    def place(one: StandingOffer, day: int) -> int:
        if one.coupon:
            raise ValueError(f"coupon {one.name}: these worlds have campaigns alone")
        plan = state.inputs.strategy.campaigns[one.name]
        lasts = int(np.ceil(plan.lasts))
        made = PastOffer(one.name, one.offer, day + one.days_left - lasts, lasts, plan.phases)
        if made not in offers:
            offers.append(made)
        return 1 + offers.index(made)

    for day in range(days):
        before = clocks.shape[1]
        size = state.population.size
        if size > before:
            new = np.stack([state.population.column(name)[before:] for name in ("delete_left", "drift_left")])
            clocks = np.concatenate([clocks, new], axis=1)
            deleted = np.concatenate([deleted, np.full(size - before, NOT_YET)])
        advance(opened, day + 1)
        results, people = state.results, state.population
        assert results.messages is not None
        for touch, goes in zip(results.touches, results.messages.sent, strict=True):
            messages.append(
                PastMessage(day, touch.hour, touch.programme, touch.channel, touch.content, touch.items, touch.style)
            )
            sent.append(goes)
        numbers = people.column("offer")[:size]
        held.append(np.array([place(results.offers.parts(n)[0], day) if n else 0 for n in numbers]))
        assert results.orders is not None
        row_of = {int(who): row for row, who in enumerate(people.column("identity"))}
        for order in results.orders:
            saving = 1.0 - order["paid"] / order["value"] if order["value"] else 0.0
            orders.append(np.array([row_of[int(order["identity"])], day, saving]))
        for one in state.pending.tickets.rows:
            if one["kind"] == COMPLAINT:
                solved = float(one["finish"]) if np.isfinite(one["start"]) and one["finish"] < days else np.nan
                complaints[int(one["identity"]), int(one["ordinal"])] = float(one["arrival"]), int(one["row"]), solved
        gone = people.column("stage")[:size] == Stage.DELETED
        deleted[gone & (deleted == NOT_YET)] = day
    state.threads.close()
    n = clocks.shape[1]
    added = state.population.column("added")[:n]
    lead = state.population.column("source")[:n] >= 0
    entered = np.where(lead, added + 1, 0)
    table = np.array([row for row in orders if row[0] < n]).reshape(-1, 3)
    first = np.stack([np.flatnonzero(~lead), np.full((~lead).sum(), -1.0), np.zeros((~lead).sum())], axis=1)
    table = np.concatenate([first, table])
    table = table[np.lexsort((table[:, 1], table[:, 0]))]
    mask = np.zeros((len(sent), n), dtype=bool)
    for m, goes in enumerate(sent):
        mask[m, : min(goes.size, n)] = goes[:n]
    offer = np.zeros((days, n), dtype=np.int16)
    for day, numbers in enumerate(held):
        offer[day, : min(numbers.size, n)] = numbers[:n]
    welcome = scenario.strategy.welcome
    history = ShopHistory(
        start=scenario.run.start,
        days=days,
        entered=entered.astype(np.int32),
        lead=lead,
        deleted=np.minimum(deleted, days).astype(np.int32),
        deletions_known=True,
        begin=np.searchsorted(table[:, 0], np.arange(n + 1)),
        order_day=table[:, 1].astype(np.int32),
        saving=table[:, 2],
        messages=tuple(messages),
        sent=mask,
        offers=tuple(offers),
        offer=offer,
        welcome_push=None if welcome is None else welcome.push,
        tickets=_as_tickets(sorted(one for one in complaints.values() if one[1] < n)),
    )
    return RecordedRun(opened, history, clocks)


def _as_tickets(complaints: list[tuple[float, int, float]]) -> PastTickets | None:
    """Complaints by opening, person and solution; None without any."""
    if not complaints:
        return None
    opened, person, solved = np.array(complaints).T
    unknown = np.full(opened.size, np.nan)
    return PastTickets(person.astype(np.int64), ("complaint",) * opened.size, opened, unknown, solved)


def as_sent(history: ShopHistory) -> ShopHistory:
    """The history of programmes that address everybody but a holdout, as the shop sends it to whom it has not lost yet.

    A run notes what was delivered. Who is in a programme's holdout is who was never sent anything by it.
    """
    assert history.sent is not None
    assert history.offer is not None
    sent, offer = history.sent.copy(), history.offer.copy()
    names = np.array([one.programme for one in history.messages])
    for name in set(names.tolist()):
        sent[names == name] = sent[names == name].any(axis=0) & sent[names == name].any(axis=1)[:, None]
    campaigns = np.array(["", *(one.name for one in history.offers)])
    for name in set(campaigns[1:].tolist()):
        places = np.flatnonzero(campaigns == name)
        addressed = np.isin(offer, places).any(axis=0)
        for numbers in offer:
            number = numbers[np.isin(numbers, places)]
            numbers[addressed & (numbers == 0)] = number[0] if number.size else 0
    return replace(history, sent=sent, offer=offer)


def still_buying(run: RecordedRun) -> npt.NDArray[np.bool_]:
    """Who has neither drifted nor left, shape (n,)."""
    return np.asarray(run.opened.state.population.column("stage")[: run.history.size] < Stage.DRIFTED)
