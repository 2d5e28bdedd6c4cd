"""The law as one Mesa agent per customer, which takes a step each day and is removed when it leaves."""

from __future__ import annotations

import mesa

from benchmarks.same_law.law import Law, LawResult


class Shop(mesa.Model):
    """The customers' model: its counts, and the law."""

    def __init__(self, law: Law, people: int, seed: int) -> None:
        super().__init__(seed=seed)
        self.law = law
        self.orders = self.leavers = self.live_days = 0
        Customer.create_agents(self, people)

    def step(self) -> None:
        """One day."""
        self.live_days += len(self.agents)
        self.agents.do("step")


class Customer(mesa.Agent):
    """A customer: the order rate, and what is left on the clocks of ordering and leaving."""

    model: Shop

    def __init__(self, model: Shop) -> None:
        super().__init__(model)
        law, dice = model.law, model.random
        self.rate = dice.gammavariate(law.order_shape, law.order_mean / law.order_shape)
        self.order_left = dice.expovariate(1.0)
        self.leave_left = dice.expovariate(law.leaving)

    def step(self) -> None:
        """One day of this customer."""
        area = self.rate * min(1.0, self.leave_left)
        while self.order_left <= area:
            area -= self.order_left
            self.order_left = self.model.random.expovariate(1.0)
            self.model.orders += 1
        self.order_left -= area
        self.leave_left -= 1.0
        if self.leave_left <= 0.0:
            self.model.leavers += 1
            self.remove()


def simulate(law: Law, people: int, seed: int) -> LawResult:
    """Orders and leavers of so many customers."""
    shop = Shop(law, people, seed)
    for _ in range(law.days):
        shop.step()
    return LawResult(shop.orders, shop.leavers, shop.live_days)
