"""What a desk of past days did to purchases and to trust, in the mean, under a market; the hours of a day are compiled.

Chances and changes of trust are those of `sim.law.waiting`. Forms: `docs/law.md`, Scoring a history.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from sim.compiled import jit
from sim.law import waiting
from sim.law.numbers import service_numbers
from sim.law.waiting import ServiceNumbers
from sim.scenario import Market, PastDesk, PastMessage, RunSettings, Scenario, Service, ShopHistory, Strategy

Floats = npt.NDArray[np.float64]

HOURS = 24
LONGEST = 8
"""Days from a question to the purchase, at most: what is decided later counts as decided then."""
FEW = 1e-10
"""Share of the purchases of any day that may be moved to an earlier day, so that fewer days are followed."""
LATEST = 1.0 - 1e-9
"""The last time of a day."""
SLOWEST = 1e-9
"""Of giving up, per day: where closed hours do not count at all, people wait until the last day that is followed."""
PRE_SALE, AFTER_SALE = range(2)


class PastService(NamedTuple):
    """What service does on the days of a history; shape (days,) where nothing else is said."""

    asks: float
    """Share of purchases before which people ask; 0 where there is no staff to wait for, or nothing is known."""
    made: Floats
    """Share of the purchases asked about on a day that is made 1, 2, ... days later, shape (days, m)."""
    open: Floats
    """Share that is still to be decided on that day, shape (days, m)."""
    lost: Floats
    """Share that is never made."""
    felt: bool
    """Whether replies change trust."""
    of_message: Floats
    """Change of trust to be expected of each message for who gets it, shape (messages,)."""
    of_order: Floats
    """Likewise of each order: of questions after it, and of the one before it."""
    of_lost: Floats
    """Likewise of each purchase that is lost."""


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


def past_service(market: Market, history: ShopHistory) -> PastService:
    """What the desk of a history does, in the mean; nothing where the history does not say how fast it was."""
    days, desk = history.days, history.desk
    if desk is None:
        none = np.zeros(days)
        return PastService(0.0, np.zeros((days, 1)), np.zeros((days, 1)), none, False, np.zeros(0), none, none)
    numbers = _numbers(market, history, desk)
    shape = (days, HOURS)
    terms = HourTerms(
        np.zeros((*shape, LONGEST)),
        np.zeros((*shape, LONGEST)),
        np.zeros(shape),
        np.zeros(shape),
        np.zeros((*shape, 2)),
    )
    goal = -1.0 if desk.reply_goal is None else float(desk.reply_goal)
    weight = float(market.service.auto_reply_weight)
    fill_hours(desk.wait, desk.closed, goal, weight, desk.recorded, numbers, terms)
    by_hour = np.array(market.need.season.hours or (1.0,) * HOURS, dtype=float)
    share = by_hour / by_hour.sum()
    made, still = (np.einsum("h,dhj->dj", share, one) for one in (terms.made, terms.open))
    bought, of_made, of_lost = made.sum(axis=1), terms.of_made @ share, terms.of_lost @ share
    asks = float(numbers.questions_per_purchase)
    asked_first = asks / np.maximum(1.0 - asks * (1.0 - bought), FEW)
    after = numbers.questions_per_order * (terms.replies[:, :, AFTER_SALE] @ share)
    return PastService(
        asks,
        *_fewer_days(made, still),
        1.0 - bought,
        bool(np.any(terms.replies)),
        _of_messages(market, history.messages, numbers.questions_per_touch * terms.replies[:, :, PRE_SALE]),
        after + asked_first * of_made,
        np.divide(of_lost, 1.0 - bought, out=np.zeros(days), where=bought < 1.0),
    )


def _numbers(market: Market, history: ShopHistory, desk: PastDesk) -> ServiceNumbers:
    """The numbers of the market for a desk with a staff, or without one to wait for."""
    plan = Service(agents=1, bot=desk.bot) if desk.staffed else Service(unlimited=True)
    run = RunSettings(history.start, horizon=history.days)
    return service_numbers(Scenario(market, Strategy(service=plan), run), np.empty((0, 2)))


def _fewer_days(made: Floats, still: Floats) -> tuple[Floats, Floats]:
    """The same without the last days, on which next to nothing is decided; both of shape (days, m)."""
    last = max(int(np.max(np.count_nonzero(still > FEW, axis=1), initial=0)) + 1, 1)
    fewer = made[:, :last].copy()
    fewer[:, last - 1 :] += made[:, last:].sum(axis=1, keepdims=True)
    return fewer, np.ascontiguousarray(still[:, :last])


def _of_messages(market: Market, messages: tuple[PastMessage, ...], replies: Floats) -> Floats:
    """Change of trust by questions about each message, asked when it is read, on its day; `replies` by day and hour."""
    found = np.zeros(len(messages))
    for m, one in enumerate(messages):
        read = min(one.hour + float(market.media[one.channel].read_after), LATEST)
        found[m] = replies[one.day, int(read * HOURS)]
    return found
