"""How likely each person's history is under a market, and what the market would have expected of it."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from sim.day.day_arrays import DaySize, room_for
from sim.past.past_arrays import Findings, Motive, PastPeople
from sim.past.past_numbers import PreparedHistory, closing_channels, motives, past_law, prepared
from sim.past.walk import AskedMotives, walk
from sim.people import customer_columns as c
from sim.people.customer_columns import CustomerColumns, columns_for
from sim.scenario import Market, ShopHistory
from sim.threads import Threads

Floats = npt.NDArray[np.float64]

BLOCK = 512
"""People who go through their days together, each from the day of entering. Small blocks share few people among
threads; each day of a block has its own cost."""


def log_likelihoods(market: Market, history: ShopHistory, threads: Threads | None = None) -> Floats:
    """Log-likelihood of each person's orders and leaving, given what was done to them; shape (n,).

    Orders count by their density per day. The same bits for any threads. See `docs/law.md`, Scoring a history.
    """
    made = prepared(history)
    return _evidence(AskedPast(market, made, made.people), threads)[0]


def expected_orders(market: Market, history: ShopHistory, threads: Threads | None = None) -> Floats:
    """Order-days to be expected of all people together on each day, given all that each did; shape (days,).

    First orders are left out. They are what came less the slope of the log-likelihood by the log of a day's area, and
    may be below none for regular buyers who have just ordered.
    """
    return both(market, history, threads)[1]


def both(market: Market, history: ShopHistory, threads: Threads | None = None) -> tuple[Floats, Floats]:
    """Log-likelihoods (n,) and expected orders (days,), in one walk."""
    made = prepared(history)
    total, found = _evidence(AskedPast(market, made, made.people, expected=True), threads)
    return total, np.asarray(found[0].findings.expected.sum(axis=0))


def compile_past(market: Market, history: ShopHistory) -> None:
    """Compile the walk through a history, or load its machine code, by the days of one person."""
    log_likelihoods(market, history.of(np.arange(history.size) < 1))


@dataclass(frozen=True)
class AskedPast:
    """Whose days are asked for, under which market."""

    market: Market
    history: PreparedHistory
    people: PastPeople
    states: bool = False
    """Whether chances of having drifted are asked for."""
    expected: bool = False
    """Whether expected orders are."""


@dataclass(frozen=True)
class MotiveWalk:
    """The days of all people, each taken for one of this motive; people in order of entering."""

    motive: Motive
    log_evidence: Floats
    """Log of prior share times likelihood, shape (n,)."""
    findings: Findings
    columns: CustomerColumns
    """As they are on the morning after the last day, before that day's step 1."""


def motive_walks(asked: AskedPast, threads: Threads | None) -> list[MotiveWalk]:
    """Take everybody through the days as one of each motive."""
    suited, others = _classes(asked)
    found = _walked(asked, suited, threads)
    for one in others:
        found += _walked(asked, (one,), threads)
    return found


def _evidence(asked: AskedPast, threads: Threads | None) -> tuple[Floats, list[MotiveWalk]]:
    """Log-likelihood over all motives, shape (n,) by rows of the history; and the walks of those whom the goods suit.

    Whoever has ordered is one of them: the days of the others are gone through for leads without orders alone.
    """
    made, (suited, others) = asked.history, _classes(asked)
    found = _walked(asked, suited, threads)
    total = _in_rows(made, np.logaddexp.reduce([one.log_evidence for one in found]))
    for one in others:
        rest, rows = made.never_bought, made.without_orders
        walk = _walked(AskedPast(asked.market, rest, rest.people), (one,), threads)[0]
        total[rows] = np.logaddexp(total[rows], _in_rows(rest, walk.log_evidence))
    return total, found


def _classes(asked: AskedPast) -> tuple[tuple[Motive, ...], tuple[Motive, ...]]:
    """Motives of people whom the goods suit, and of others."""
    classes = motives(asked.market, asked.people)
    return tuple(one for one in classes if one.fit), tuple(one for one in classes if not one.fit)


def _walked(asked: AskedPast, of: tuple[Motive, ...], threads: Threads | None) -> list[MotiveWalk]:
    """The same for one motive, or for two whose messages do the same to people."""
    people, law = asked.people, past_law(asked.market, asked.history, of[0].fit)
    size, channels = people.entered.size, len(closing_channels(asked.market, asked.history.history.messages))
    columns = columns_for(max(size, 1), channels)
    out = room_for(DaySize(size, BLOCK, law.messages.hour.size, channels), (False, False), None)
    blocks, days = max(1, -(-size // BLOCK)), people.days if asked.expected else 0
    found = [Findings._make([*np.zeros((11, size)), asked.states, np.zeros((blocks, days))]) for _ in of]
    need = np.zeros((2, size))
    own = threads or Threads(1)
    task = AskedMotives((of[0], of[-1]), len(of) > 1, (found[0], found[-1]), need, out)
    own.share(walk, size, BLOCK, BLOCK, columns, people, law, task, heavy=True)
    walks = [
        MotiveWalk(motive, _prior(motive, people) + one.log_likelihood, one, columns)
        for motive, one in zip(of, found, strict=True)
    ]
    if len(of) > 1 and asked.states:
        walks[1] = replace(walks[1], columns=_with_need(columns, need))
    return walks


def _prior(motive: Motive, people: PastPeople) -> Floats:
    """Log of the prior share of a motive, shape (n,)."""
    with np.errstate(divide="ignore"):
        return np.asarray(np.log(np.where(people.lead, motive.lead_share, motive.share)))


def _with_need(columns: CustomerColumns, need: Floats) -> CustomerColumns:
    """The same columns with this debt and waiting, shape (2, n)."""
    reals = columns.reals.copy()
    reals[[c.DEBT, c.WAITING], : need.shape[1]] = need
    return columns._replace(reals=reals)


def _in_rows(made: PreparedHistory, values: Floats) -> Floats:
    """Values in order of entering, put into the order of the history."""
    rows = np.empty_like(values)
    rows[made.order] = values
    return rows
