"""The past of the synthetic people of day one, day by day under the law without a strategy; compiled."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from sim.compiled import jit
from sim.draws import Decision, gamma_quantile_table, keyed, threshold
from sim.law.redemption import rounded
from sim.people import customer_columns as c
from sim.people.customer_columns import NEVER, CustomerColumns
from sim.stages import Stage

Floats = npt.NDArray[np.float64]

_EXPONENTIAL = gamma_quantile_table(1.0)
_LEAD, _FIRST_BUYER, _REPEATER, _DRIFTED = (
    int(stage) for stage in (Stage.LEAD, Stage.FIRST_BUYER, Stage.REPEATER, Stage.DRIFTED)
)
_ORDER, _FIRST_ORDER, _FIT = int(Decision.ORDER), int(Decision.FIRST_ORDER), int(Decision.FIT)
_DRIFT, _INTERACTION, _BASKET = int(Decision.DRIFT), int(Decision.INTERACTION), int(Decision.BASKET)
_START_LEAD, _START_AGE = int(Decision.START_LEAD), int(Decision.START_AGE)


class PastNumbers(NamedTuple):
    """The numbers of the days before day one, the earliest first.

    `ages`, shape (2, days): the share of buyers (row 0) and of those who came as leads (row 1) who were added at most
    1, 2, ... days ago. `patience`, of the same shape: how many times a newcomer's threshold of deletion theirs is,
    since those who leave readily have gone.
    `season` has the multiplier of each day, `heat` the hazard of a lead's first order by age.
    """

    leads: float
    fit: float
    ages: Floats
    patience: Floats
    season: Floats
    heat: Floats
    interaction: float
    fading: float
    drifted: float
    thresholds: Floats
    spend_p: float
    spend_table: Floats


@jit
def live_past(first: int, last: int, start: int, people: CustomerColumns, key: np.uint64, past: PastNumbers) -> None:
    """Give people `first` to `last`, counted from row `start`, their past; their columns are those of first buyers.

    `key` is that of traits: a past belongs to who somebody is.
    """
    identity, ints, reals = people.identity, people.ints, people.reals
    for i in range(start + first, start + last):
        who, lead = identity[i], keyed(key, identity[i], _START_LEAD, 0) < past.leads
        shares, patience = past.ages[1 if lead else 0], past.patience[1 if lead else 0]
        age = min(np.searchsorted(shares, keyed(key, who, _START_AGE, 0), side="right") + 1, shares.size)
        lam, mu = reals[c.LAM, i], reals[c.MU, i]
        fit, drifted, orders, interactions, heard = True, False, 1, 0, -age
        first_order, second_order, last_order = -age, NEVER, -age
        left = threshold(keyed(key, who, _ORDER, 2), past.thresholds)
        if lead:
            fit, orders = keyed(key, who, _FIT, 0) < past.fit, 0
            first_order = last_order = NEVER
            left = threshold(keyed(key, who, _FIRST_ORDER, 0), _EXPONENTIAL)
        drift_left = threshold(keyed(key, who, _DRIFT, 0), _EXPONENTIAL)
        interact_left = threshold(keyed(key, who, _INTERACTION, 1), _EXPONENTIAL)
        for day in range(1 - age, 0):
            season = past.season[past.season.size + day]
            if orders == 0 and fit:
                rate = season * past.heat[min(day + age - 1, past.heat.size - 1)]
                if left > rate:
                    left -= rate
                else:
                    orders, first_order, last_order, heard = 1, day, day, day
                    left = threshold(keyed(key, who, _ORDER, 2), past.thresholds)
            elif orders > 0 and not drifted:
                part, rate, at = 1.0, lam * season, 0.0
                if drift_left <= mu:
                    part, drifted = drift_left / mu, True
                drift_left -= mu
                while left <= rate * (part - at):
                    at += left / rate
                    orders += 1
                    second_order = day if orders == 2 else second_order
                    last_order = heard = day
                    left = threshold(keyed(key, who, _ORDER, orders + 1), past.thresholds)
                left -= rate * (part - at)
            if past.interaction > 0.0 and heard < day:
                area = past.interaction * past.fading / (past.fading + (day - heard))
                interact_left -= area * (past.drifted if drifted else 1.0)
                if interact_left <= 0.0:
                    interactions += 1
                    interact_left = threshold(keyed(key, who, _INTERACTION, interactions + 1), _EXPONENTIAL)
                    heard = day
        spent = 0
        for number in range(1, orders + 1):
            size = past.spend_p * threshold(keyed(key, who, _BASKET, number), past.spend_table)
            spent += max(rounded(size / reals[c.NU, i]), 1)
        people.spent[i], people.fit[i] = spent, fit
        people.stage[i] = _DRIFTED if drifted else _REPEATER if orders > 1 else _FIRST_BUYER if orders == 1 else _LEAD
        ints[c.ADDED, i], ints[c.LAST_HEARD, i] = -age, heard
        ints[c.ORDERS, i], ints[c.INTERACTIONS, i] = orders, interactions
        ints[c.FIRST_ORDER, i], ints[c.SECOND_ORDER, i] = first_order, second_order
        ints[c.LAST_ORDER, i] = ints[c.ORDER_DAY, i] = last_order
        reals[c.ORDER_LEFT, i], reals[c.INTERACT_LEFT, i] = left, interact_left
        reals[c.DRIFT_LEFT, i] = drift_left
        reals[c.DELETE_LEFT, i] *= patience[age - 1]
