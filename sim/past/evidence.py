"""How likely each person's history is under a market, and what the market would have expected of it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from sim.day.day_arrays import DaySize, room_for
from sim.past.past_arrays import Findings, Motive, PastPeople
from sim.past.past_numbers import PreparedHistory, closing_channels, motives, past_law, prepared
from sim.past.walk import walk
from sim.people.customer_columns import CustomerColumns, columns_for
from sim.scenario import Market, ShopHistory
from sim.threads import Threads

Floats = npt.NDArray[np.float64]

BLOCK = 512
"""People who go through their days together."""


def log_likelihoods(market: Market, history: ShopHistory, threads: Threads | None = None) -> Floats:
    """Log-likelihood of each person's orders and leaving, given what was done to them; shape (n,).

    Orders count by their density per day. The same bits for any threads. See `docs/law.md`, Scoring a history.
    """
    made = prepared(history)
    found = [motive_walk(Asked(market, made, made.people), motive, threads) for motive in motives(market, made.people)]
    return _in_rows(made, total_evidence(found))


def expected_orders(market: Market, history: ShopHistory, threads: Threads | None = None) -> Floats:
    """Order-days to be expected of all people together on each day, given all that each did; shape (days,).

    First orders are left out. A person's rate and the chance of being there are those given the whole history.
    """
    made = prepared(history)
    asked = Asked(market, made, made.people)
    found = [motive_walk(asked, motive, threads) for motive in motives(market, made.people)]
    evidence, total = total_evidence(found), np.zeros(history.days)
    for one in found:
        again = motive_walk(asked, one.motive, threads, np.exp(one.log_evidence - evidence))
        total += again.findings.expected.sum(axis=0)
    return total


@dataclass(frozen=True)
class Asked:
    """Whose days are asked for, under which market."""

    market: Market
    history: PreparedHistory
    people: PastPeople


@dataclass(frozen=True)
class MotiveWalk:
    """The days of all people, each taken for one of this motive; people in order of entering."""

    motive: Motive
    log_evidence: Floats
    """Log of prior share times likelihood, shape (n,)."""
    findings: Findings
    columns: CustomerColumns
    """As they are on the morning after the last day, before that day's step 1."""


def motive_walk(asked: Asked, motive: Motive, threads: Threads | None, weight: Floats | None = None) -> MotiveWalk:
    """Take everybody through the days as one of this motive.

    With `weight`, the chance of each of being so, shape (n,), expected orders are added up, too.
    """
    people, law = asked.people, past_law(asked.market, asked.history)
    size, channels = people.entered.size, len(closing_channels(asked.market, asked.history.history.messages))
    columns = columns_for(max(size, 1), channels)
    out = room_for(DaySize(size, BLOCK, law.messages.hour.size, channels), (False, False), None)
    numbers, blocks = np.zeros((10, size)), max(1, -(-size // BLOCK))
    if weight is None:
        asked_for = np.empty(0), np.empty((blocks, 0))
    else:
        asked_for = weight, np.zeros((blocks, people.days))
    findings = Findings._make([*numbers, *asked_for])
    own = threads or Threads(1)
    own.share(walk, size, BLOCK, BLOCK, columns, people, law, motive, (out, findings), heavy=True)
    with np.errstate(divide="ignore"):
        prior = np.log(np.where(people.lead, motive.lead_share, motive.share))
    return MotiveWalk(motive, prior + findings.log_likelihood, findings, columns)


def total_evidence(found: list[MotiveWalk]) -> Floats:
    """Log-likelihood over all motives, shape (n,)."""
    return np.asarray(np.logaddexp.reduce([one.log_evidence for one in found]))


def _in_rows(made: PreparedHistory, values: Floats) -> Floats:
    """Values in order of entering, put into the order of the history."""
    rows = np.empty_like(values)
    rows[made.order] = values
    return rows
