"""What complaints of past days did: one after the other.

Written from docs/law.md, Complaints in Scoring a history.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field

from sim.scenario import Market, ShopHistory
from sim.scenario.shop_history import PastPolicy


@dataclass
class Complaint:
    """One complaint; `still_open` is the chance that it is, given that the relation has not ended."""

    opened: float
    resolved: float
    """Infinite where nobody is known to have solved it."""
    before: int
    """Order-days before the one that it is about."""
    still_open: float = 1.0


@dataclass
class ReferenceComplaints:
    """The complaints of one person."""

    market: Market
    policy: PastPolicy
    every: list[Complaint] = field(default_factory=list)

    def end(self, one: Complaint) -> float:
        within = self.policy.refund_within
        return min(one.resolved, math.inf if within is None else one.opened + within)

    def usual_end(self, one: Complaint) -> float:
        if math.isinf(one.resolved):
            return min(one.opened + self.market.service.patience.complaint, self.end(one))
        return self.end(one)

    def recovery(self, took: float) -> float:
        service = self.market.service
        return float(1.0 / (1.0 + (max(took - service.tolerance, 0.0) / service.resolve_half) ** service.resolve_slope))

    def lift(self, one: Complaint) -> float:
        """What the policy adds to what a solution or a refund makes good."""
        service, plan = self.market.service, self.policy
        response = service.compensation

        def given(share: float) -> float:
            return float(response.effect * (1.0 - math.exp(-share / response.scale)))

        if plan.refund_within is not None and one.resolved >= one.opened + plan.refund_within:
            return given(1.0) * response.unmatched
        said = [service.apology] * plan.apology + [service.status_updates] * plan.status_updates
        found = max(said, default=0.0) * (service.both if len(said) == 2 else 1.0)
        if plan.compensation is not None and plan.compensation.kind != "none":
            fits = {"money": response.unmatched, "credit": response.credit}[plan.compensation.kind]
            found += given(plan.compensation.share or 0.0) * (1.0 if plan.compensation.matched else fits)
        return float(found)

    def stops(self, one: Complaint, good: float) -> float:
        service, mine = self.market.service, self.usual_end(one)
        place = self.every.index(one)
        ends = [(self.usual_end(other), at) for at, other in enumerate(self.every)]
        last = max((end for end, at in ends if (end, at) < (mine, place)), default=-math.inf)
        x = service.stop.base - service.stop.orders * math.log(1 + one.before) - service.stop.recovery * good
        x += service.stop.repeated * 0.5 ** ((mine - last) / service.stop.repeated_half_life)
        return service.dispute_share * service.dispute_stop + (1.0 - service.dispute_share) / (1.0 + math.exp(-x))

    def outcome(self, one: Complaint, ended: bool) -> tuple[float, float]:
        """Chance that the relation ends, and the change of trust."""
        trust, goal = self.market.trust, self.policy.goal
        if not ended:
            return self.stops(one, 0.0), -trust.resolution * trust.loss_factor * (1.0 if goal is None else 2.0)
        took = self.end(one) - one.opened
        good = self.recovery(took) + self.lift(one)
        share = min(good, 1.0)
        change = trust.resolution * (share - trust.loss_factor * (1.0 - share))
        if goal is not None:
            change += trust.resolution * (self.recovery(goal) if took <= goal else -trust.loss_factor)
        return self.stops(one, good), change

    def open(self, day: int) -> float:
        """Chance that any is open on a morning."""
        return 1.0 - math.prod(1.0 - one.still_open for one in self.every if math.floor(one.opened) < day)

    def evening(self, day: int) -> tuple[float, float]:
        """Chance that the relation ends this evening, and the change of trust if it does not."""
        stays, news = 1.0, 0.0
        for one in self.every:
            if math.floor(one.opened) > day or one.still_open == 0.0:
                continue
            ended, part = math.floor(self.end(one)) == day if self.end(one) < math.inf else False, 0.0
            if ended:
                part = one.still_open
            elif math.isinf(one.resolved):
                waits = day + 1.0 - max(one.opened, day)
                part = one.still_open * (1.0 - math.exp(-waits / self.market.service.patience.complaint))
            stop, change = self.outcome(one, ended)
            news += part * (1.0 - stop) / (1.0 - part * stop) * change
            one.still_open = (one.still_open - part) / (1.0 - part * stop)
            stays *= 1.0 - part * stop
        return 1.0 - stays, news

    def last_end(self, day: int) -> float:
        """When the last one had ended by a morning; minus infinity where none had."""
        return max((end for end in map(self.usual_end, self.every) if end < day), default=-math.inf)


def complaints_of(market: Market, history: ShopHistory, row: int) -> ReferenceComplaints:
    """Those of one customer after an order."""
    tickets, desk = history.tickets, history.desk
    found = ReferenceComplaints(market, PastPolicy() if desk is None else desk.complaints)
    if tickets is None:
        return found
    days = history.order_day[history.begin[row] : history.begin[row + 1]].tolist()
    for place in range(len(tickets.kind)):
        opened, resolved = float(tickets.opened[place]), float(tickets.resolved[place])
        orders = sum(day <= math.floor(opened) for day in days)
        if tickets.person[place] == row and tickets.kind[place] == "complaint" and orders and opened < history.days:
            found.every.append(Complaint(opened, math.inf if math.isnan(resolved) else resolved, orders - 1))
    found.every.sort(key=lambda one: one.opened)
    return found
