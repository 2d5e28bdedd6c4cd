"""Need that offers move between days, block by block: borrowed, repaid, held back and released.

Steps 8, 11 and 12 of a day in `docs/law.md`.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from sim.compiled import jit
from sim.day.day_arrays import (
    BORROWED,
    EXTRA,
    HELD,
    LOST,
    RELEASED,
    REPAID,
    Block,
    DayOutputs,
    Prices,
    Scratch,
    Today,
    micro,
)
from sim.law import hazards, stocks
from sim.law.parameters import Law
from sim.people import customer_columns as c
from sim.people.customer_columns import CustomerColumns
from sim.stages import Stage

Floats = npt.NDArray[np.float64]

_FIRST_BUYER, _REPEATER = int(Stage.FIRST_BUYER), int(Stage.REPEATER)


@jit
def need_moves(block: Block, people: CustomerColumns, waiting: float) -> bool:
    """Whether any need of these people can move between days on a day without offers."""
    debts = people.reals[c.DEBT, block.first : block.last]
    waitings = people.reals[c.WAITING, block.first : block.last]
    gaps = people.ints[c.CAMPAIGN_GAP, block.first : block.last]
    announced = people.reals[c.ANNOUNCED, block.first : block.last]
    if bool(np.any(debts)) or bool(np.any(waitings)):
        return True
    return waiting > 0.0 and (bool(np.any(gaps)) or bool(np.any(announced)))


@jit
def move_block(block: Block, today: Today, people: CustomerColumns, prices: Prices, law: Law, scratch: Scratch) -> None:
    """Steps 8 and 12: need repaid, held back and released, each person taken for a buyer all day; needs the lift."""
    first, last, day, season = block.first, block.last, today.day, today.season
    offers, known = people.ints[c.OFFER, first:last], people.ints[c.FOUND_OUT, first:last]
    lasts = people.ints[c.CAMPAIGN_DAY, first:last]
    gaps = people.ints[c.CAMPAIGN_GAP, first:last]
    debts, waitings = people.reals[c.DEBT, first:last], people.reals[c.WAITING, first:last]
    expecteds, hopeds = people.reals[c.EXPECTED, first:last], people.reals[c.HOPED, first:last]
    announceds, announced_days = people.reals[c.ANNOUNCED, first:last], people.ints[c.ANNOUNCED_DAY, first:last]
    repaid, held, released, missed = scratch.repaid, scratch.held, scratch.released, scratch.missed
    release, saving, repay, horizon, share = prices.release, prices.saving, law.repay, law.horizon, law.waiting
    half, disappointed, lifts = law.waiting_depth, law.disappointed, scratch.order
    for i in range(debts.size):
        released[i], missed[i] = release[offers[i]], saving[known[i], offers[i]]
    for i in range(debts.size):
        need = season * lifts[i]
        repaid[i] = stocks.repayment(debts[i], repay, need)
        usual = expecteds[i] if stocks.expects(day, lasts[i], gaps[i], horizon) else 0.0
        saved = max(usual, announceds[i] if day < announced_days[i] else 0.0)
        holds, waits = offers[i] > 0, (saved > 0.0) & (offers[i] == 0)
        hopeds[i] = saved if waits else hopeds[i]
        held[i] = share * stocks.worth_waiting(saved, half) * (need - repaid[i]) if waits else 0.0
        settled = waitings[i] * (released[i] if holds else 0.0 if waits else repay)
        missed[i] = settled * disappointed * stocks.unmet(missed[i], hopeds[i], half)
        released[i] = settled - missed[i]


@jit
def owe_block(block: Block, today: Today, people: CustomerColumns, law: Law, scratch: Scratch, out: DayOutputs) -> None:
    """Steps 11 and 12 for buyers whose clocks do not run out today."""
    (b, first, last), season, displacement = block, today.season, law.displacement
    stages = people.stage[first:last]
    debts = people.reals[c.DEBT, first:last]
    deltas = people.reals[c.DELTA, first:last]
    waitings = people.reals[c.WAITING, first:last]
    lams = people.reals[c.LAM, first:last]
    e_value, lifts, repaid, held, released, missed, single = (
        scratch.e_value, scratch.order, scratch.repaid, scratch.held, scratch.released, scratch.missed, scratch.single,
    )  # fmt: skip
    extras = borroweds = repaids = helds = releaseds = losts = 0
    for i in range(stages.size):
        buys = ((stages[i] == _FIRST_BUYER) | (stages[i] == _REPEATER)) & (not single[i])
        share = 1.0 if buys else 0.0
        rate, need = lams[i] * share, season * lifts[i]
        borrowed = displacement * need * (e_value[i] - 1.0)
        debts[i] += share * (borrowed - repaid[i])
        waitings[i] += share * (held[i] - released[i] - missed[i])
        extras += micro(rate * need * (hazards.response(deltas[i], e_value[i]) - 1.0))
        borroweds += micro(rate * borrowed)
        repaids += micro(rate * repaid[i])
        helds += micro(rate * held[i])
        releaseds += micro(rate * released[i])
        losts += micro(rate * missed[i])
    tally = out.tally[b]
    tally[EXTRA] += extras
    tally[BORROWED] += borroweds
    tally[REPAID] += repaids
    tally[HELD] += helds
    tally[RELEASED] += releaseds
    tally[LOST] += losts


@jit
def hold_block(
    block: Block, today: Today, people: CustomerColumns, law: Law, scratch: Scratch, out: DayOutputs
) -> None:
    """Note what the end of an offer would change for the buyers who hold one (`DayOutputs.holding`)."""
    first, last, season, displacement = block.first, block.last, today.season, law.displacement
    offers = people.ints[c.OFFER, first:last]
    stages = people.stage[first:last]
    deltas = people.reals[c.DELTA, first:last]
    lams = people.reals[c.LAM, first:last]
    holding = out.holding[first:last]
    e_value, lifts, present, single = scratch.e_value, scratch.order, scratch.psi, scratch.single
    repaid, held, released = scratch.repaid, scratch.held, scratch.released
    for j in range(offers.size):
        if offers[j] == 0:
            continue
        buys = 1.0 if (stages[j] == _FIRST_BUYER) | (stages[j] == _REPEATER) else 0.0
        moved, offer = released[j] - held[j] - repaid[j], hazards.response(deltas[j], e_value[j])
        rate, need = lams[j] * buys, season * lifts[j]
        holding[j, 0] = rate * hazards.order_area(need, offer, moved)
        holding[j, 1] = rate * hazards.order_area(need, 1.0, moved)
        holding[j, 2] = buys * (present[j] if single[j] else 1.0)
        holding[j, 3] = rate
        holding[j, 4] = buys * displacement * need * (e_value[j] - 1.0)
