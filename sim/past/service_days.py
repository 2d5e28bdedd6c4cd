"""What service does to people on one day of a history, in the mean: purchases that wait for an answer, and trust."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from sim.compiled import jit
from sim.day.day_arrays import Block, places_of
from sim.law import waiting
from sim.law.waiting import ServiceNumbers
from sim.past.past_arrays import Mask, PastLaw
from sim.past.silent_days import PastProgress
from sim.people import customer_columns as c
from sim.people.customer_columns import CustomerColumns
from sim.stages import OUT, Stage

Floats = npt.NDArray[np.float64]

_LEAD = int(Stage.LEAD)

HOURS = 24
LONGEST = 8
"""Days from a question to the purchase, at most: what is decided later counts as decided then."""
SLOWEST = 1e-9
"""Of giving up, per day: where closed hours do not count at all, people wait until the last day that is followed."""
PRE_SALE, AFTER_SALE = range(2)


class AskedPurchases(NamedTuple):
    """Purchases of one motive that people have asked about since their last order."""

    lost: Floats
    """Area of ordering times the share of its purchases that is lost; shape (people of the block,)."""
    coming: Floats
    """Area of the purchases that are to be made on the next days, shape (m, people), in turn; likewise below."""
    open: Floats
    """Area of those that are still to be decided."""
    lost_today: Floats
    """How many of today's purchases are lost, shape (people of the block,)."""


@jit
def asked_purchases(days: int, size: int) -> AskedPurchases:
    """Nobody has asked; purchases are followed for so many days."""
    return AskedPurchases(np.zeros(size), np.zeros((days, size)), np.zeros((days, size)), np.zeros(size))


@jit
def hold_purchases(
    block: Block, day: int, people: CustomerColumns, law: PastLaw, alpha: float, orders: Floats, so_far: PastProgress,
    asked: AskedPurchases,
) -> None:  # fmt: skip
    """Turn today's area of ordering into that of orders: without purchases asked about, with those made by now.

    Notes today's questions in `asked`, whose people beyond `block` have not entered and keep what is noted there.
    """
    service, lost_today, there = law.service, asked.lost_today, orders.size
    asks, made, still, lost_share = service.asks, service.made[day], service.open[day], service.lost[day]
    follow, slot, k, r = made.size, day % made.size, law.rates.k, law.rates.r
    coming, waits, lost, ran = asked.coming[slot, :there], asked.open[slot, :there], asked.lost, so_far.order
    counts, stages = people.ints[c.ORDERS, block.first : block.last], people.stage[block.first : block.last]
    ask = np.empty(there)
    for i in range(there):
        lead, shape = stages[i] == _LEAD, r + k * (counts[i] - 1)
        # the mean rate of those who are about to order: of shape one more
        rate = 1.0 if lead else (shape + 1.0) / (alpha + k * (ran[i] + lost[i]))
        new = asks / (1.0 + rate * lost[i])
        free = orders[i] / (1.0 + rate * (0.5 * new * orders[i] + waits[i]))
        ask[i] = new * free
        orders[i] = free - ask[i] + (coming[i] if stages[i] < OUT else 0.0)
        lost[i] += asks * lost_share * free
        lost_today[i] = (1.0 if lead else shape / (alpha + k * ran[i])) * ask[i] * lost_share
    coming[:] = 0.0  # from here on the place of a later day
    waits[:] = 0.0
    for j in range(follow):
        ahead, later = asked.coming[(slot + 1 + j) % follow], asked.open[(slot + 1 + j) % follow]
        for i in range(ask.size):
            ahead[i] += made[j] * ask[i]
        for i in range(ask.size):
            later[i] += still[j] * ask[i]


@jit
def forget_purchases(i: int, asked: AskedPurchases) -> None:
    """The `i`-th person of a block has ordered: nothing has been asked about the next purchase."""
    asked.lost[i] = 0.0
    asked.coming[:, i] = 0.0
    asked.open[:, i] = 0.0


@jit
def hear_of_messages(
    block: Block, messages: tuple[int, int], people: CustomerColumns, sent: Mask, of_message: Floats
) -> None:
    """What replies to questions at today's messages, from one number until before another, do to trust."""
    newses = people.reals[c.NEWS, block.first : block.last]
    rows = np.empty(newses.size, dtype=np.int64)
    for m in range(messages[0], messages[1]):
        for i in rows[: places_of(sent[m, block.first : block.last], rows)]:
            newses[i] += of_message[m]


@jit
def hear_of_purchases(block: Block, people: CustomerColumns, each: float, asked: AskedPurchases) -> None:
    """What replies, or none, do to the trust of who did not buy after all."""
    newses = people.reals[c.NEWS, block.first : block.last]
    for i in range(newses.size):
        newses[i] += each * asked.lost_today[i]


class QuestionHour(NamedTuple):
    """A question asked in the middle of one hour: its time of day, and the desk's wait."""

    time: float
    wait: float
    closed: float


class HourTerms(NamedTuple):
    """What becomes of questions, by day and hour, shape (days, 24, ...)."""

    made: Floats
    """Chance that the purchase is made 1, 2, ... days later, shape (days, 24, `LONGEST`); likewise below."""
    open: Floats
    of_made: Floats
    """Change of trust, times the chance that the purchase is made; likewise below that it is lost."""
    of_lost: Floats
    replies: Floats
    """Change of trust by a question of either kind, shape (days, 24, 2)."""


@jit
def decided(hour: QuestionHour, rate: float, day: int) -> tuple[float, float]:
    """Chances that the purchase is decided `day` days after the question: after an answer, and by giving up.

    `rate` is that of giving up, per day of waiting. The last day that is followed has what comes later.
    """
    begin = max(day - hour.time, 0.0)
    end = math.inf if day == LONGEST - 1 else day + 1.0 - hour.time
    answered = math.exp(-rate * hour.wait) if begin <= hour.wait < end else 0.0
    if begin >= hour.wait:
        return answered, 0.0
    return answered, math.exp(-rate * begin) - math.exp(-rate * min(end, hour.wait))


@jit
def of_reply(wait: float, felt: float, worth: float, goal: float, numbers: ServiceNumbers) -> float:
    """Change of trust by an answer (`evening.ticket_outcomes.book_replies`)."""
    good = waiting.reply_good(felt, numbers) * worth
    change = waiting.news_of(numbers.reply, good, numbers.loss_factor)
    if goal >= 0.0:
        promised = waiting.reply_good(goal, numbers)
        change += waiting.news_of_promise(numbers.reply, wait, goal, promised, numbers.loss_factor)
    return change


@jit
def fill_hours(
    wait: Floats, closed: Floats, goal: float, weight: float, recorded: bool, numbers: ServiceNumbers, terms: HourTerms
) -> None:
    """Fill `terms` from the waits of a desk, shape (2, days, 24). `weight`: of an hour in which it is closed."""
    by_bot = max(numbers.bot_solves, 0.0)
    silence = waiting.news_of_silence(numbers.reply, goal, numbers.loss_factor)
    at_once = of_reply(0.0, 0.0, numbers.bot_worth, goal, numbers)
    annoyed = numbers.bot_annoyance if numbers.bot_solves >= 0.0 else 0.0
    unaided = waiting.purchase_chance(math.inf, 1.0, numbers)
    for day in range(wait.shape[1]):
        for h in range(HOURS):
            for kind in range(2):
                patience = numbers.patience_pre_sale if kind == PRE_SALE else numbers.patience_after_sale
                hour = QuestionHour((h + 0.5) / HOURS, wait[kind, day, h], closed[kind, day, h])
                slower = 1.0 - hour.closed * (1.0 - weight)
                rate, felt = max(slower / patience, SLOWEST), hour.wait * slower if hour.wait < math.inf else math.inf
                if recorded and hour.wait < math.inf:
                    rate = 0.0
                answered = math.exp(-rate * hour.wait) if hour.wait < math.inf else 0.0
                reply = of_reply(hour.wait, felt, 1.0, goal, numbers) if answered > 0.0 else 0.0
                mean = answered * reply + (1.0 - answered) * silence - annoyed
                terms.replies[day, h, kind] = by_bot * at_once + (1.0 - by_bot) * mean
                if kind == AFTER_SALE:
                    continue
                aided, left = waiting.purchase_chance(felt, 1.0, numbers), 1.0 - by_bot
                if by_bot > 0.0:
                    bought = waiting.purchase_chance(0.0, numbers.bot_worth, numbers)
                    terms.made[day, h, 0] += by_bot * bought
                    terms.of_made[day, h] += by_bot * bought * at_once
                    terms.of_lost[day, h] += by_bot * (1.0 - bought) * at_once
                for j in range(LONGEST):
                    by_answer, by_silence = decided(hour, rate, j)
                    terms.made[day, h, j] += (1.0 - by_bot) * (by_answer * aided + by_silence * unaided)
                    left -= (1.0 - by_bot) * (by_answer + by_silence)
                    terms.open[day, h, j] = max(left, 0.0)
                by_answer, by_silence = (1.0 - by_bot) * answered, (1.0 - by_bot) * (1.0 - answered)
                terms.of_made[day, h] += by_answer * aided * (reply - annoyed)
                terms.of_made[day, h] += by_silence * unaided * (silence - annoyed)
                terms.of_lost[day, h] += by_answer * (1.0 - aided) * (reply - annoyed)
                terms.of_lost[day, h] += by_silence * (1.0 - unaided) * (silence - annoyed)
