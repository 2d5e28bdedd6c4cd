"""One day for everyone: clocks run down, events come out. The hot loop; `docs/law.md` numbers its steps."""

from __future__ import annotations

from typing import NamedTuple

import numba
import numpy as np
import numpy.typing as npt

from sim.compiled import jit, jit_parallel
from sim.draws import Decision, keyed, threshold
from sim.happenings import (
    ACTIVE,
    BORROWED,
    BUYERS,
    EXTRA,
    LIVE,
    LOST,
    REPAID,
    Happenings,
    Messages,
    emit,
    micro,
)  # fmt: skip
from sim.law import hazards, stocks
from sim.law.exponential import exponential, exponentials, logarithms
from sim.law.numbers import Law
from sim.population import People
from sim.stages import OUT, Event, Stage

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

HEARD_WITHIN = 30
"""A contact is active who ordered or asked within this many days: part of the measure's definition."""

_NO_ATTENTION = 1e-300
"""Stands for zero where a logarithm is taken."""

_ORDER = int(Decision.ORDER)
_LEAD, _FIRST_BUYER, _REPEATER = int(Stage.LEAD), int(Stage.FIRST_BUYER), int(Stage.REPEATER)
_DRIFTED, _DELETED = int(Stage.DRIFTED), int(Stage.DELETED)
_EV_FIRST, _EV_ORDER, _EV_DRIFT, _EV_DELETE = (
    int(Event.FIRST_ORDER),
    int(Event.ORDER),
    int(Event.DRIFT),
    int(Event.DELETE),
)


@jit
def first_order(
    i: int, b: int, day: int, at: float, people: People, key: np.uint64, table: Floats, out: Happenings
) -> None:
    """A lead becomes a first buyer, whose clocks start tomorrow."""
    people.stage[i] = _FIRST_BUYER
    people.orders[i] = 1
    people.first_order[i] = day
    people.last_order[i] = day
    people.last_heard[i] = day
    people.order_left[i] = threshold(keyed(key, people.identity[i], _ORDER, 2), table)
    emit(out, b, i, _EV_FIRST, day + at, 1)


@jit
def orders_of_day(
    i: int,
    b: int,
    day: int,
    rate: float,
    lived: float,
    people: People,
    key: np.uint64,
    table: Floats,
    out: Happenings,
) -> float:
    """Run the order clock of a buyer who orders today; returns the area that it ran."""
    left, at, area = people.order_left[i], 0.0, 0.0
    while left <= rate * (lived - at):
        at += left / rate
        area += left
        n = people.orders[i] + 1
        people.orders[i] = n
        if n == 2:
            people.stage[i] = _REPEATER
            people.second_order[i] = day
        people.last_order[i] = day
        people.last_heard[i] = day
        emit(out, b, i, _EV_ORDER, day + at, n)
        if out.counts[b] > out.person.shape[1]:
            break
        left = threshold(keyed(key, people.identity[i], _ORDER, n + 1), table)
    rest = rate * (lived - at)
    people.order_left[i] = left - rest
    return area + rest


class Scratch(NamedTuple):
    """What one pass over a block leaves for the next; shape (block,)."""

    order: Floats
    """Log lift of a buyer's need, then the lift; likewise for drifting and deleting."""
    drift: Floats
    delete: Floats
    sigma_g: Floats
    """Service sensitivity times felt trust."""
    psi: Floats
    e_pull: Floats
    """e to today's pull on the typical person, ripeness included."""
    deleted: Floats
    """Time of deletion at a message or before the last one; 2 for none."""
    room: Floats


@jit
def fade_block(first: int, last: int, people: People, law: Law, scratch: Scratch) -> None:
    """Steps 1 and 2 for everybody, the same operations for each so that the machine takes several at once.

    Here and below, columns are cut and named before a loop that counts from 0: reading them from `people` inside it
    would count references at every step, and an index that might be negative keeps a loop from being vectorised.
    """
    attentions, fatigues = people.attention[first:last], people.fatigue[first:last]
    trusts, newses, sigmas = people.trust[first:last], people.news[first:last], people.sigma[first:last]
    keep_attention, keep_fatigue, keep_trust = law.keep_attention, law.keep_fatigue, law.keep_trust
    sigma_g, to_delete = scratch.sigma_g, scratch.delete
    scratch.deleted[:] = 2.0
    for i in range(attentions.size):
        attentions[i] *= keep_attention
    for i in range(fatigues.size):
        fatigues[i] *= keep_fatigue
    if not law.trusting:
        sigma_g[:] = 0.0
        to_delete[:] = 1.0
        return
    for i in range(trusts.size):
        trusts[i] = trusts[i] * keep_trust + newses[i]
    newses[:] = 0.0
    for i in range(trusts.size):
        sigma_g[i] = sigmas[i] * hazards.felt(trusts[i])
    for i in range(trusts.size):
        to_delete[i] = hazards.deletion_exponent(law, sigma_g[i])
    exponentials(to_delete, scratch.room)


@jit
def write_block(
    b: int, first: int, last: int, day: int, m: int, people: People, messages: Messages, law: Law, scratch: Scratch,
    out: Happenings,
) -> None:  # fmt: skip
    """Step 3 for one message of today: stocks, and deletion at it or between the one before and it."""
    sent, hour = messages.sent[m, first:last], messages.hour[m]
    if not np.any(sent):
        return
    attentions, fatigues, newses = (
        people.attention[first:last],
        people.fatigue[first:last],
        people.news[first:last],
    )
    stages, addeds, delete_lefts = (
        people.stage[first:last],
        people.added[first:last],
        people.delete_left[first:last],
    )
    touches, last_touches, deleted = (
        people.touches[first:last],
        people.last_touch[first:last],
        scratch.deleted,
    )
    area, sigma_g = scratch.e_pull, scratch.sigma_g
    for i in range(sent.size):
        area[i] = hazards.message_exponent(law, fatigues[i], sigma_g[i])
    exponentials(area, scratch.room)
    weight, adds_attention, adds_fatigue, adds_trust = (
        law.message * messages.weight[m], messages.attention[m], messages.fatigue[m], messages.trust[m],
    )  # fmt: skip
    delivered = 0
    for i in range(sent.size):
        if not sent[i]:
            continue
        rate = hazards.deletion_rate(law, stages[i] == _LEAD and addeds[i] == day - 1) * scratch.delete[i]
        left = delete_lefts[i]
        if deleted[i] == 2.0 and left <= rate * hour:
            deleted[i] = left / rate
        if deleted[i] < 2.0:
            sent[i] = False
            continue
        left -= weight * area[i]
        if left <= rate * hour:
            deleted[i] = hour
        delete_lefts[i] = left
        attentions[i] += adds_attention
        fatigues[i] += adds_fatigue
        newses[i] += adds_trust
        touches[i] += 1
        last_touches[i] = day
        delivered += 1
    out.delivered[b, m] += delivered


@jit
def lift_block(first: int, last: int, day: int, people: People, pulls: Floats, law: Law, scratch: Scratch) -> None:
    """Steps 4 and 6 to 8 for everybody, as if a buyer: multipliers of ordering and drifting, and e to the pull."""
    attentions, fatigues, kappas = (
        people.attention[first:last],
        people.fatigue[first:last],
        people.kappa[first:last],
    )
    log_orders, log_leaves = people.log_order[first:last], people.log_leave[first:last]
    last_orders, offers, stages = (
        people.last_order[first:last],
        people.offer[first:last],
        people.stage[first:last],
    )
    to_order, to_drift, sigma_g, psi, power = (
        scratch.order,
        scratch.drift,
        scratch.sigma_g,
        scratch.psi,
        scratch.e_pull,
    )
    saturation, ripeness = law.saturation, law.ripeness
    if ripeness.size == 1:
        psi[:] = ripeness[0]
    else:
        for i in range(psi.size):
            psi[i] = 1.0 if stages[i] == _LEAD else ripeness[min(day - last_orders[i], ripeness.size - 1)]
    for i in range(power.size):
        power[i] = max(attentions[i], _NO_ATTENTION)
    logarithms(power, scratch.room)
    for i in range(power.size):
        power[i] *= saturation
    exponentials(power, scratch.room)
    for i in range(power.size):
        s = hazards.strength(power[i])
        to_drift[i] = hazards.drift_exponent(law, s, sigma_g[i], log_leaves[i])
        power[i] = hazards.attention_exponent(law, s, psi[i])
        to_order[i] = hazards.order_exponent(law, law.trust_order, fatigues[i], sigma_g[i], log_orders[i])
    exponentials(to_drift, scratch.room)
    exponentials(power, scratch.room)
    exponentials(to_order, scratch.room)
    for i in range(power.size):
        to_order[i] *= hazards.response(kappas[i], power[i])
    if pulls.size == 1:
        scratch.e_pull[:] = 1.0
        return
    for i in range(power.size):
        scratch.e_pull[i] = psi[i] * pulls[offers[i]]
    exponentials(scratch.e_pull, scratch.room)


@jit
def run_block(
    b: int, first: int, last: int, season: float, people: People, law: Law, scratch: Scratch,
    eventful: npt.NDArray[np.bool_], promoted: bool, out: Happenings,
) -> None:  # fmt: skip
    """Steps 8 to 10 for those whose clocks do not ring today; marks the others and leads, whom it leaves alone."""
    stages, debts, deltas = people.stage[first:last], people.debt[first:last], people.delta[first:last]
    lams, mus, deleted, e_pull = (
        people.lam[first:last],
        people.mu[first:last],
        scratch.deleted,
        scratch.e_pull,
    )
    order_lefts, drift_lefts = people.order_left[first:last], people.drift_left[first:last]
    delete_lefts, background, repay, area = (
        people.delete_left[first:last],
        law.background,
        law.repay,
        scratch.room,
    )
    orders, drifts, deletes = scratch.order, scratch.drift, scratch.delete
    if promoted:
        for i in range(area.size):
            offer, repaid = (
                hazards.response(deltas[i], e_pull[i]),
                stocks.repayment(debts[i], repay, season),
            )
            area[i] = hazards.order_area(season, orders[i], offer, repaid)
    else:
        for i in range(area.size):
            area[i] = hazards.order_area(season, orders[i], 1.0, 0.0)
    for i in range(stages.size):
        buys = 1.0 if (stages[i] == _FIRST_BUYER) | (stages[i] == _REPEATER) else 0.0
        order = lams[i] * area[i] * buys
        drift = mus[i] * drifts[i] * buys
        delete = background * deletes[i]
        meets = (
            (order_lefts[i] <= order) | (drift_lefts[i] <= drift) | (delete_lefts[i] <= delete) | (deleted[i] < 2.0)
            | (stages[i] == _LEAD)
        )  # fmt: skip
        eventful[i] = meets & (stages[i] < OUT)
        quiet = 0.0 if meets else 1.0
        order_lefts[i] -= quiet * order
        drift_lefts[i] -= quiet * drift
        delete_lefts[i] -= quiet * delete
    if promoted:
        owe_block(b, first, last, season, people, law, scratch, eventful, out)


@jit
def owe_block(
    b: int, first: int, last: int, season: float, people: People, law: Law, scratch: Scratch,
    eventful: npt.NDArray[np.bool_], out: Happenings,
) -> None:  # fmt: skip
    """Step 11 for those whose clocks do not ring: what an offer borrowed, and what is repaid."""
    stages, debts, deltas, e_pull = (
        people.stage[first:last], people.debt[first:last], people.delta[first:last], scratch.e_pull,
    )  # fmt: skip
    repay, displacement = law.repay, law.displacement
    extras = borroweds = repaids = 0
    for i in range(stages.size):
        lives = ((stages[i] == _FIRST_BUYER) | (stages[i] == _REPEATER)) & (not eventful[i])
        share = season if lives else 0.0
        borrowed = displacement * share * (e_pull[i] - 1.0)
        repaid = stocks.repayment(debts[i], repay, share)
        debts[i] += borrowed - repaid
        extras += micro(share * (hazards.response(deltas[i], e_pull[i]) - 1.0))
        borroweds += micro(borrowed)
        repaids += micro(repaid)
    tally = out.tally[b]
    tally[EXTRA] += extras
    tally[BORROWED] += borroweds
    tally[REPAID] += repaids


@jit
def lead_lift(i: int, j: int, people: People, law: Law, scratch: Scratch) -> float:
    """Multiplier of a lead's hazard of the first order: no ripeness, and trust as a gate."""
    power = exponential(law.saturation * np.log(max(people.attention[i], _NO_ATTENTION)))
    attention = exponential(hazards.attention_exponent(law, hazards.strength(power), 1.0))
    others = hazards.order_exponent(law, law.trust_gate, people.fatigue[i], scratch.sigma_g[j], people.log_order[i])
    return hazards.response(people.kappa[i], attention) * exponential(others)


@jit
def settle_block(
    b: int, first: int, last: int, day: int, season: float, law: Law, people: People, key: np.uint64, table: Floats,
    scratch: Scratch, eventful: npt.NDArray[np.bool_], out: Happenings,
) -> None:  # fmt: skip
    """Steps 8 to 11, one by one, for leads who may order and for those whose clocks ring."""
    stages, addeds, deltas, lams, mus = people.stage, people.added, people.delta, people.lam, people.mu
    order_lefts, drift_lefts, delete_lefts, debts = (
        people.order_left, people.drift_left, people.delete_left, people.debt,
    )  # fmt: skip
    accounts, fits, lead_heat, e_pull = out.accounts, people.fit, law.lead_heat, scratch.e_pull
    extras = borroweds = repaids = losts = 0
    for i in range(first, last):
        j = i - first
        if not eventful[j]:
            continue
        stage = stages[i]
        deleted = scratch.deleted[j]
        area = hazards.deletion_rate(law, stage == _LEAD and addeds[i] == day - 1) * scratch.delete[j]
        left = delete_lefts[i]
        if deleted == 2.0 and left <= area:
            deleted = left / area
        delete_lefts[i] = left - area
        end = min(deleted, 1.0)
        offer = hazards.response(deltas[i], e_pull[j])

        if stage == _LEAD and fits[i]:
            age = min(day - addeds[i] - 1, lead_heat.size - 1)
            rate = season * lead_heat[age] * lead_lift(i, j, people, law, scratch) * offer
            left = order_lefts[i]
            if left <= rate * end:
                first_order(i, b, day, left / rate, people, key, table, out)
            else:
                order_lefts[i] = left - rate * end
        elif stage in (_FIRST_BUYER, _REPEATER):
            drift = mus[i] * scratch.drift[j]
            left, lived = drift_lefts[i], end
            drifts = left <= drift * end
            if drifts:
                lived = left / drift
            else:
                drift_lefts[i] = left - drift * end

            debt = debts[i]
            repaid = stocks.repayment(debt, law.repay, season)
            borrowed = lived * law.displacement * season * (e_pull[j] - 1.0)
            rate = lams[i] * hazards.order_area(season, scratch.order[j], offer, repaid)
            area = rate * lived
            left = order_lefts[i]
            if left <= area:
                area = orders_of_day(i, b, day, rate, lived, people, key, table, out)
            else:
                order_lefts[i] = left - area

            owed, lost = debt - lived * repaid + borrowed, 0.0
            if drifts or deleted < 2.0:
                owed, lost = 0.0, owed
            debts[i] = owed
            extras += micro(lived * season * (offer - 1.0))
            borroweds += micro(borrowed)
            repaids += micro(lived * repaid)
            losts += micro(lost)
            if accounts.shape[0] > 0:
                accounts[i, 0], accounts[i, 1] = area, lams[i] * scratch.order[j]
                accounts[i, 2], accounts[i, 3] = lived * season, lived * season * (offer - 1.0)
                accounts[i, 4], accounts[i, 5] = lived * repaid, borrowed
                accounts[i, 6], accounts[i, 7], accounts[i, 8] = debt, owed, lost
            if drifts:
                stages[i] = _DRIFTED
                emit(out, b, i, _EV_DRIFT, day + lived, 0)

        if deleted < 2.0:
            stages[i] = _DELETED
            emit(out, b, i, _EV_DELETE, day + deleted, 0)
    tally = out.tally[b]
    tally[EXTRA] += extras
    tally[BORROWED] += borroweds
    tally[REPAID] += repaids
    tally[LOST] += losts


@jit
def count_block(b: int, first: int, last: int, day: int, people: People, out: Happenings, morning: bool) -> None:
    """Who lives through the day (in the morning), and who has been heard of lately (in the evening)."""
    stages, last_heards, tally = people.stage[first:last], people.last_heard[first:last], out.tally
    live = buyers = active = 0
    if morning:
        for i in range(stages.size):
            live += stages[i] < OUT
            buyers += (stages[i] == _FIRST_BUYER) | (stages[i] == _REPEATER)
        tally[b, LIVE], tally[b, BUYERS] = live, buyers
        return
    for i in range(stages.size):
        active += (stages[i] < OUT) & (day - last_heards[i] < HEARD_WITHIN)
    tally[b, ACTIVE] = active


@jit
def live_block(
    b: int, first: int, last: int, day: int, season: float, law: Law, people: People, key: np.uint64, table: Floats,
    messages: Messages, pulls: Floats, out: Happenings,
) -> None:  # fmt: skip
    """Live day `day` for the people from `first` to before `last`."""
    size = last - first
    r = np.empty((8, size))
    scratch = Scratch(r[0], r[1], r[2], r[3], r[4], r[5], r[6], r[7])
    eventful = np.empty(size, dtype=np.bool_)
    count_block(b, first, last, day, people, out, True)
    fade_block(first, last, people, law, scratch)
    for m in range(messages.hour.size):
        write_block(b, first, last, day, m, people, messages, law, scratch, out)
    lift_block(first, last, day, people, pulls, law, scratch)
    if out.accounts.shape[0] > 0:
        eventful[:] = people.stage[first:last] < OUT
    else:
        promoted = pulls.size > 1 or bool(np.any(people.debt[first:last]))
        run_block(b, first, last, season, people, law, scratch, eventful, promoted, out)
    settle_block(b, first, last, day, season, law, people, key, table, scratch, eventful, out)
    count_block(b, first, last, day, people, out, False)


@jit_parallel
def live(
    day: int, season: float, law: Law, people: People, size: int, key: np.uint64, table: Floats,
    messages: Messages, pulls: Floats, block: int, out: Happenings,
) -> None:  # fmt: skip
    """Live day `day` for the first `size` people, in parallel blocks of `block`; writes to `people` and `out`.

    The same bits for any number of threads and any block size: people do not meet within a day, and sums are integer.
    """
    for b in numba.prange(out.counts.size):
        live_block(
            b,
            b * block,
            min((b + 1) * block, size),
            day,
            season,
            law,
            people,
            key,
            table,
            messages,
            pulls,
            out,
        )
