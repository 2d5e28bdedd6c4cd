"""What a desk of past days did to purchases and to trust, in the mean: one question after the other.

Written from docs/law.md, Scoring a history.
"""

from __future__ import annotations

import math
from collections import defaultdict
from dataclasses import dataclass, field
from typing import NamedTuple

from sim.scenario import Market, PastMessage, ShopHistory

FOLLOWED = 8


class Outcome(NamedTuple):
    """One way in which a question may end."""

    chance: float
    days_later: int
    bought: float
    news: float


@dataclass(frozen=True)
class ReferenceDesk:
    """The desk of a history under a market."""

    market: Market
    history: ShopHistory

    def outcomes(self, kind: int, day: int, hour: int) -> list[Outcome]:
        desk, service, trust = self.history.desk, self.market.service, self.market.trust
        if desk is None:
            return []
        wait, at = float(desk.wait[kind, day, hour]), (hour + 0.5) / 24.0
        weight = 1.0 - float(desk.closed[kind, day, hour]) * (1.0 - service.auto_reply_weight)
        patience = (service.patience.pre_sale, service.patience.after_sale)[kind]
        found, rest, annoyed = [], 1.0, 0.0
        if desk.bot and desk.staffed:
            rest, annoyed = 1.0 - service.bot.solves, service.bot.annoyance * trust.reply
            found.append(Outcome(service.bot.solves, 0, self.buys(0.0, service.bot.worth), self.news(0.0, 0.0, True)))
        gives_up = max(weight / patience, 1e-9)
        if desk.recorded and not math.isinf(wait):
            gives_up = 0.0
        answered = 0.0 if math.isinf(wait) else math.exp(-gives_up * wait)
        later = 0 if math.isinf(wait) else min(math.floor(at + wait), FOLLOWED - 1)
        if answered:
            good = self.news(wait, weight * wait, False)
            found.append(Outcome(rest * answered, later, self.buys(weight * wait, 1.0), good - annoyed))
        goal = 1.0 if desk.reply_goal is None else 2.0
        silence = -goal * trust.loss_factor * trust.reply
        for days in range(FOLLOWED):
            begin = min(max(days - at, 0.0), wait)
            end = wait if days == FOLLOWED - 1 else min(days + 1.0 - at, wait)
            chance = math.exp(-gives_up * begin) - math.exp(-gives_up * end)
            found.append(Outcome(rest * chance, days, service.purchase.unaided, silence - annoyed))
        return found

    def buys(self, felt: float, worth: float) -> float:
        one = self.market.service.purchase
        return one.unaided + worth * (1.0 - one.unaided) / (1.0 + (felt / one.half) ** one.slope)

    def news(self, wait: float, felt: float, by_bot: bool) -> float:
        trust, service, goal = self.market.trust, self.market.service, self.history.desk.reply_goal  # type: ignore[union-attr]
        good = (service.bot.worth if by_bot else 1.0) / (1.0 + felt / service.reply_half)
        change = trust.reply * (good - trust.loss_factor * (1.0 - good))
        if goal is not None:
            kept = wait <= goal
            change += trust.reply / (1.0 + goal / service.reply_half) if kept else -trust.loss_factor * trust.reply
        return change

    def of_day(self, kind: int, day: int) -> list[Outcome]:
        """Questions at any hour, by how much happens in it."""
        hours = self.market.need.season.hours or (1.0,) * 24
        return [
            one._replace(chance=one.chance * hours[hour] / sum(hours))
            for hour in range(24)
            for one in self.outcomes(kind, day, hour)
        ]

    def at_message(self, message: PastMessage) -> float:
        read = min(message.hour + self.market.media[message.channel].read_after, 1.0 - 1e-9)
        outcomes = self.outcomes(0, message.day, int(24.0 * read))
        return self.market.service.questions_per_touch * sum(one.chance * one.news for one in outcomes)

    def at_order(self, day: int) -> float:
        after = sum(one.chance * one.news for one in self.of_day(1, day))
        before, asks = self.of_day(0, day), self.asks()
        bought = sum(one.chance * one.bought for one in before)
        asked = asks / (1.0 - asks * (1.0 - bought)) if asks else 0.0
        of_bought = sum(one.chance * one.bought * one.news for one in before)
        return self.market.service.questions_per_order * after + asked * of_bought

    def asks(self) -> float:
        desk = self.history.desk
        return self.market.service.questions_per_purchase if desk is not None and desk.staffed else 0.0


@dataclass
class Waiting:
    """Purchases of one person about which was asked."""

    desk: ReferenceDesk
    lost: float = 0.0
    coming: dict[int, float] = field(default_factory=lambda: defaultdict(float))
    open: dict[int, float] = field(default_factory=lambda: defaultdict(float))

    def orders(self, day: int, area: float, rate: float, part: float) -> tuple[float, float]:
        """The area of orders of a day with this area of purchases; and the change of trust by those that are lost.

        `rate` is that of somebody who is about to order.
        """
        asks = self.desk.asks()
        if not asks:
            return area, 0.0
        outcomes = self.desk.of_day(0, day)
        new = asks / (1.0 + rate * self.lost)
        free = area / (1.0 + rate * (0.5 * new * area + self.open[day]))
        asked = new * free
        lost = sum(one.chance * (1.0 - one.bought) for one in outcomes)
        self.lost += asks * lost * free
        for one in outcomes:
            self.coming[day + one.days_later + 1] += asked * one.chance * one.bought
            for later in range(one.days_later):
                self.open[day + later + 1] += asked * one.chance
        news = sum(one.chance * (1.0 - one.bought) * one.news for one in outcomes)
        return free - asked + part * self.coming[day], rate * asked * news

    def ordered(self) -> None:
        self.lost = 0.0
        self.coming.clear()
        self.open.clear()
