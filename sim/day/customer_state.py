"""The state of customers, block by block: stocks fade, messages are read, lifts are formed, prices are remembered.

Steps 1 to 8, 13 and 14 of a day in `docs/law.md`. Columns are cut and named before a loop that counts from 0: reading
them from `people` inside it would count references at every step, and an index that might be negative keeps a loop
from being vectorised.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from sim.compiled import jit
from sim.day.day_arrays import (
    INTERACTIONS,
    REACTIVATED,
    Block,
    DayInputs,
    DayOutputs,
    Prices,
    Scratch,
    Today,
    emit,
    places_of,
)
from sim.draws import Decision, keyed_each
from sim.law import hazards
from sim.law.exponential import exponential, exponential_clocks, exponentials, logarithm, logarithms
from sim.law.parameters import Law
from sim.people import customer_columns as c
from sim.people.customer_columns import CustomerColumns
from sim.stages import OUT, Event, Stage

Floats = npt.NDArray[np.float64]

_NO_ATTENTION = 1e-300
"""Stands for zero where a logarithm is taken."""

NEUTRAL, RELEVANT, IRRELEVANT = range(3)
_LEAD, _DRIFTED = int(Stage.LEAD), int(Stage.DRIFTED)
_INTERACTION = int(Decision.INTERACTION)
_EV_MUTE = int(Event.MUTE)


@jit
def fade_block(block: Block, people: CustomerColumns, law: Law, scratch: Scratch) -> None:
    """Steps 1 and 2, the same operations for each person, so that they are vectorised."""
    first, last = block.first, block.last
    attentions = people.reals[c.ATTENTION, first:last]
    fatigues = people.reals[c.FATIGUE, first:last]
    habits = people.reals[c.HABIT, first:last]
    trusts = people.reals[c.TRUST, first:last]
    newses = people.reals[c.NEWS, first:last]
    sigmas = people.reals[c.SIGMA, first:last]
    keep_attention, keep_fatigue, keep_trust = law.keep_attention, law.keep_fatigue, law.keep_trust
    sigma_g, to_delete, keep_habit = scratch.sigma_g, scratch.delete, law.keep_habit
    scratch.deleted[:] = 2.0
    for i in range(attentions.size):
        attentions[i] *= keep_attention
    for i in range(fatigues.size):
        fatigues[i] *= keep_fatigue
    if law.habitual:
        for i in range(habits.size):
            habits[i] *= keep_habit
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
        to_delete[i] = exponential(hazards.deletion_exponent(law, sigma_g[i]))


@jit
def relevance(topic: int, interest: int, fit: bool) -> int:
    """Whether a message is neutral, relevant or irrelevant to a person."""
    if not fit:
        return IRRELEVANT
    if topic == 0:
        return NEUTRAL
    return RELEVANT if topic == interest else IRRELEVANT


@jit
def write_block(
    block: Block, today: Today, m: int, people: CustomerColumns, inputs: DayInputs, scratch: Scratch, out: DayOutputs
) -> None:  # fmt: skip
    """Step 3 for one message of today: stocks, and deletion at it or between the one before and it."""
    (b, first, last), day, messages, law = block, today.day, inputs.messages, inputs.law
    sent, hour = messages.sent[m, first:last], messages.hour[m]
    rows = np.empty(sent.size, dtype=np.int64)
    n = places_of(sent, rows)
    if n == 0:
        return
    attentions = people.reals[c.ATTENTION, first:last]
    fatigues = people.reals[c.FATIGUE, first:last]
    newses = people.reals[c.NEWS, first:last]
    stages = people.stage[first:last]
    addeds = people.ints[c.ADDED, first:last]
    delete_lefts = people.reals[c.DELETE_LEFT, first:last]
    touches = people.ints[c.TOUCHES, first:last]
    last_touches = people.ints[c.LAST_TOUCH, first:last]
    last_heards = people.ints[c.LAST_HEARD, first:last]
    interests, fits = people.ints[c.INTEREST, first:last], people.fit[first:last]
    losses, sigma_g, deleted, lifts = scratch.e_value, scratch.sigma_g, scratch.deleted, scratch.delete
    for k in range(n):
        losses[k] = hazards.message_exponent(law, fatigues[rows[k]], sigma_g[rows[k]])
    exponentials(losses[:n])
    weight, adds_attention, adds_fatigue, adds_trust, topic, closes = (
        law.message * messages.weight[m], messages.attention[m], messages.fatigue[m], messages.trust[m],
        messages.topic[m], messages.closes[m],
    )  # fmt: skip
    channel_lefts = people.closing_left[closes, first:last] if closes >= 0 else delete_lefts
    usual, of_new_leads = hazards.deletion_rate(law, False), hazards.deletion_rate(law, True)
    attention_fit, reach, tolerance = law.attention_fit, law.reach, law.tolerance
    area_irrelevant, fatigue_irrelevant = law.area_irrelevant, law.fatigue_irrelevant
    silent_after, dormant_after, early_days, early = law.silent_after, law.dormant_after, law.early_days, law.early
    delivered = 0
    for k in range(n):
        i = rows[k]
        rate = (of_new_leads if stages[i] == _LEAD and addeds[i] == day - 1 else usual) * lifts[i]
        left = delete_lefts[i]
        if deleted[i] == 2.0 and left <= rate * hour:
            deleted[i] = left / rate
        if deleted[i] < 2.0 or (closes >= 0 and channel_lefts[i] <= 0.0):
            sent[i] = False
            continue
        kind = relevance(topic, interests[i], fits[i])
        loss = weight * losses[k] * (area_irrelevant if kind == IRRELEVANT else 1.0)
        if closes >= 0:
            channel_lefts[i] -= loss
            if channel_lefts[i] <= 0.0:
                emit(out, b, first + i, _EV_MUTE, day + hour, 0)
        else:
            left -= loss
            if left <= rate * hour:
                deleted[i] = hour
            delete_lefts[i] = left
        silence = day - last_heards[i]
        engaged = (silence > silent_after) + (silence > dormant_after)
        if adds_trust < 0.0:
            newses[i] += adds_trust * max(fatigues[i] - tolerance, 0.0)
        else:
            newses[i] += adds_trust * (early if day - addeds[i] <= early_days else 1.0)
        attentions[i] += adds_attention * attention_fit[kind] * reach[engaged]
        fatigues[i] += adds_fatigue * (fatigue_irrelevant if kind == IRRELEVANT else 1.0)
        touches[i] += 1
        last_touches[i] = day
        delivered += 1
    out.delivered[b, m] += delivered


@jit
def value_block(block: Block, people: CustomerColumns, prices: Prices, law: Law, scratch: Scratch) -> None:
    """Step 7: what today's prices are worth to the typical person, and the need that they destroy; needs psi."""
    first, last = block.first, block.last
    offers = people.ints[c.OFFER, first:last]
    habits = people.reals[c.HABIT, first:last]
    deltas = people.reals[c.DELTA, first:last]
    known = people.ints[c.FOUND_OUT, first:last]
    psi, values, spoilt, pulls = scratch.psi, scratch.e_value, scratch.spoilt, prices.pull
    if pulls.shape[1] == 1 and not law.habitual:
        values[:] = 1.0
        spoilt[:] = 0.0
        return
    if law.habitual:
        for i in range(spoilt.size):
            spoilt[i] = 1.0 - habits[i]
        logarithms(spoilt)
    else:
        spoilt[:] = 0.0
    for i in range(values.size):
        values[i] = pulls[known[i], offers[i]]
    for i in range(values.size):
        values[i] = hazards.judged(law, psi[i], values[i], habits[i], spoilt[i])
    for i in range(values.size):
        spoilt[i] = deltas[i] * min(values[i], 0.0)
        values[i] = max(values[i], 0.0)
    exponentials(values)
    most = law.offer_most
    for i in range(values.size):
        values[i] = 1.0 + hazards.saturated(values[i] - 1.0, most)


@jit
def lift_block(block: Block, today: Today, people: CustomerColumns, prices: Prices, law: Law, scratch: Scratch) -> None:
    """Steps 4 and 6 to 8, each person taken for a buyer: multipliers of ordering and drifting, the offer's value."""
    first, last, day = block.first, block.last, today.day
    attentions = people.reals[c.ATTENTION, first:last]
    fatigues = people.reals[c.FATIGUE, first:last]
    kappas = people.reals[c.KAPPA, first:last]
    log_orders, log_leaves = people.reals[c.LOG_ORDER, first:last], people.reals[c.LOG_LEAVE, first:last]
    last_orders, stages = people.ints[c.LAST_ORDER, first:last], people.stage[first:last]
    to_order, to_drift, sigma_g, psi = scratch.order, scratch.drift, scratch.sigma_g, scratch.psi
    saturation, ripeness, spoilt = law.saturation, law.ripeness, scratch.spoilt
    if ripeness.size == 1:
        psi[:] = ripeness[0]
    else:
        for i in range(psi.size):
            psi[i] = 1.0 if stages[i] == _LEAD else ripeness[min(day - last_orders[i], ripeness.size - 1)]
    value_block(block, people, prices, law, scratch)
    power = np.empty(psi.size)
    for i in range(power.size):
        power[i] = exponential(saturation * logarithm(max(attentions[i], _NO_ATTENTION)))
    for i in range(power.size):
        s = hazards.strength(power[i])
        to_drift[i] = hazards.drift_exponent(law, s, sigma_g[i], log_leaves[i])
        power[i] = hazards.attention_exponent(law, s, psi[i])
        to_order[i] = hazards.order_exponent(law, law.trust_order, fatigues[i], sigma_g[i], log_orders[i]) + spoilt[i]
    exponentials(to_drift)
    exponentials(power)
    exponentials(to_order)
    for i in range(power.size):
        to_order[i] *= hazards.response(kappas[i], power[i])


@jit
def lead_lift(
    law: Law, attention: float, kappa: float, fatigue: float, sigma_g: float, log_order: float, spoilt: float
) -> float:
    """Step 8: multiplier of a lead's hazard of the first order; without ripeness, and with trust as a gate."""
    power = exponential(law.saturation * logarithm(max(attention, _NO_ATTENTION)))
    lift = exponential(hazards.attention_exponent(law, hazards.strength(power), 1.0))
    others = hazards.order_exponent(law, law.trust_gate, fatigue, sigma_g, log_order)
    return hazards.response(kappa, lift) * exponential(others + spoilt)


@jit
def remember_block(block: Block, people: CustomerColumns, prices: Prices, law: Law) -> None:
    """Step 13: the discounts offered today change the remembered discount."""
    first, last = block.first, block.last
    stages = people.stage[first:last]
    offers = people.ints[c.OFFER, first:last]
    habits = people.reals[c.HABIT, first:last]
    known = people.ints[c.FOUND_OUT, first:last]
    memory, savings, offered = law.habit_memory, prices.saving, np.empty(habits.size)
    for i in range(habits.size):
        offered[i] = savings[known[i], offers[i]]
    for i in range(habits.size):
        seen = (stages[i] < OUT) & (offers[i] > 0)
        moved = memory * habits[i] + (1.0 - memory) * offered[i]
        habits[i] = moved if seen else habits[i]


@jit
def interact_block(
    block: Block, today: Today, people: CustomerColumns, law: Law, scratch: Scratch, out: DayOutputs
) -> None:
    """Step 14: interactions that are no orders."""
    b, first, last = block
    day, key = today.day, today.key
    stages, last_heards = people.stage[first:last], people.ints[c.LAST_HEARD, first:last]
    lefts = people.reals[c.INTERACT_LEFT, first:last]
    lifts, drifted, silent_after = scratch.order, law.drifted, law.silent_after
    for i in range(lefts.size):
        silence = day - last_heards[i]
        runs = (stages[i] < OUT) & (silence > 0)
        weight = drifted if stages[i] == _DRIFTED else 1.0
        area = hazards.interaction_rate(law, float(silence)) * lifts[i] * weight
        lefts[i] -= area if runs else 0.0
    rows = np.empty(lefts.size, dtype=np.int64)
    heard = back = 0
    for i in range(lefts.size):
        rows[heard] = i
        heard += lefts[i] <= 0.0
    who, ordinals = np.empty(heard, dtype=np.uint64), np.empty(heard, dtype=np.int64)
    identities, counts = people.identity[first:last], people.ints[c.INTERACTIONS, first:last]
    for k in range(heard):
        i = rows[k]
        counts[i] += 1
        who[k], ordinals[k] = identities[i], counts[i] + 1
        back += day - last_heards[i] > silent_after
        last_heards[i] = day
    clocks = keyed_each(key, who, _INTERACTION, ordinals)
    exponential_clocks(clocks)
    for k in range(heard):
        lefts[rows[k]] = clocks[k]
    out.tally[b, INTERACTIONS] += heard
    out.tally[b, REACTIVATED] += back
