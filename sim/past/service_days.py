"""What service does to people on one day of a history: purchases that wait for an answer, trust, open complaints."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from sim.compiled import jit
from sim.day.day_arrays import Block, places_of
from sim.law import complaints as complaint_law, waiting
from sim.law.waiting import ServiceNumbers
from sim.past.past_arrays import DailyOrders, HiddenRates, Mask, PastComplaints, PastLaw
from sim.past.past_events import LEAST
from sim.past.silent_days import PastProgress, hazard_since, stays_since
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


@jit
def weigh_complaints(block: Block, day: int, people: CustomerColumns, complaints: PastComplaints, left: Floats) -> None:
    """What open complaints do to today's wish to order, however many a person has; `left`: chances of being open."""
    known, log_orders = complaints.known, people.reals[c.LOG_ORDER]
    j, end = known.first[block.first], known.first[block.last]
    while j < end:
        person, none = known.person[j], 1.0
        while j < end and known.person[j] == person:
            none *= 1.0 - left[j] if known.opened[j] < day else 1.0
            j += 1
        fall = complaints.burden
        log_orders[person] = -fall if none == 0.0 else math.log(none + (1.0 - none) * math.exp(-fall))


@jit
def end_complaint(j: int, day: int, people: CustomerColumns, complaints: PastComplaints, left: Floats) -> float:
    """The `j`-th complaint may end this evening: trust, given that the relation does not; the chance that it does."""
    known, person, reals = complaints.known, complaints.known.person[j], people.reals
    over, stop, news = left[j], complaints.stop[j], complaints.news[j]
    if complaints.ends[j] >= day + 1.0:
        over *= -math.expm1(-complaints.lapses[j] * (day + 1.0 - max(known.opened[j], float(day))))
        stop, news = complaints.stop_unsolved[j], complaints.news_unsolved
    chance: float = over * stop
    stays = max(1.0 - chance, LEAST)
    reals[c.NEWS, person] += over * (1.0 - stop) / stays * news
    left[j] = (left[j] - over) / stays
    if complaints.last[j] < day + 1.0:
        reals[c.LAST_COMPLAINT, person] = max(reals[c.LAST_COMPLAINT, person], complaints.last[j])
    return chance


@jit
def add_stop(
    i: int, day: int, chance: float, so_far: PastProgress, rates: HiddenRates, alpha: float, daily: DailyOrders
) -> None:
    """A complaint has ended the relation this evening with this chance, of a buyer who is silent from now on.

    Before `so_far.ended` has it. Of those who have drifted, too: nobody deletes the contact after it.
    """
    stays, mean = stays_since(i, False, so_far, rates, alpha)
    contact = 1.0 if so_far.hidden[i] else math.exp(-rates.o * math.log1p(so_far.delete[i] / rates.o))
    so_far.stopped[i] += chance * contact * (stays + so_far.silence[i])
    so_far.silence[i] *= 1.0 - chance
    so_far.drifted[i] *= 1.0 - chance
    so_far.log_quiet[i] -= math.log(max(1.0 - chance, LEAST))
    if daily.stops.shape[0] > 0:
        daily.stops[day, 0, i] += chance * contact * stays * mean
        daily.stops[day, 1, i] += chance * contact * stays * hazard_since(i, so_far, rates, alpha)
        daily.gone[day, i] = (1.0 - chance) * daily.gone[day, i] + chance * contact
        daily.chance[day, i] += chance * (1.0 - daily.chance[day, i])


@jit
def fill_complaints(complaints: PastComplaints, goal: float, numbers: ServiceNumbers) -> float:
    """Fill what complaints do, with a goal for their end (negative: none); the change of trust by one given up."""
    known, course, gain, factor = complaints.known, numbers.course, numbers.resolution, numbers.loss_factor
    for j in range(known.person.size):
        solved = known.resolved[j] if known.resolved[j] >= 0.0 else math.inf
        refund = known.opened[j] + course.refund_within
        complaints.ends[j] = min(solved, refund)
        complaints.lapses[j] = 0.0 if solved < math.inf else 1.0 / max(numbers.patience_complaint, SLOWEST)
        on_average = known.opened[j] + numbers.patience_complaint if solved == math.inf else solved
        complaints.last[j] = min(on_average, refund)
    for j in range(known.person.size):
        took = complaints.ends[j] - known.opened[j]
        since = complaints.last[j] - end_before(j, complaints)
        complaints.stop_unsolved[j] = mean_stop(0.0, known.orders[j], since, numbers)
        if took == math.inf:
            continue
        good = complaint_law.recovery(took, course)
        by_policy = complaints.ends[j] >= known.opened[j] + course.refund_within
        made_good = good + (course.refund_lift if by_policy else course.lift + course.compensation_lift)
        complaints.stop[j] = mean_stop(made_good, known.orders[j], since, numbers)
        complaints.news[j] = waiting.news_of(gain, min(made_good, 1.0), factor)
        if goal >= 0.0:
            worth = complaint_law.recovery(goal, course)
            complaints.news[j] += waiting.news_of_promise(gain, took, goal, worth, factor)
    return waiting.news_of_silence(gain, goal, factor)


@jit
def end_before(j: int, complaints: PastComplaints) -> float:
    """When the same person's last complaint before the `j`-th one ended; minus infinity where there was none."""
    last, before = complaints.last, -math.inf
    person = complaints.known.person[j]
    for q in range(complaints.known.first[person], complaints.known.first[person + 1]):
        if last[q] < last[j] or (last[q] == last[j] and q < j):
            before = max(before, last[q])
    return before


@jit
def mean_stop(made_good: float, orders: int, since: float, numbers: ServiceNumbers) -> float:
    """Chance that the end of a complaint ends the relation, where nobody knows which ones are disputes."""
    course = numbers.course
    usual = complaint_law.stop_chance(made_good, orders, since, False, course)
    return usual + course.dispute_share * (course.dispute_stop - usual)


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
