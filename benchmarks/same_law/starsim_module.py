"""The law as a Starsim module: states in arrays, one step a day, and a death where a customer leaves."""

from __future__ import annotations

import os

import numpy as np

from benchmarks.same_law.law import Law, LawResult

os.environ.setdefault("STARSIM_INSTALL_FONTS", "0")  # its first import would print to standard output

import starsim as ss


class Orders(ss.Module):
    """Order rates, and what is left on the clocks of ordering and leaving; counts of what has happened."""

    def __init__(self, law: Law) -> None:
        super().__init__()
        self.define_states(
            ss.FloatArr("rate", default=ss.gamma(a=law.order_shape, scale=law.order_mean / law.order_shape)),
            ss.FloatArr("order_left", default=ss.expon()),
            ss.FloatArr("leave_left", default=ss.expon(scale=1.0 / law.leaving)),
        )
        self.threshold = ss.expon()
        self.orders = self.leavers = self.live_days = 0

    def step(self) -> None:
        """One day."""
        self.live_days += len(self.sim.people)
        self.order_left[:] = self.order_left - self.rate * np.minimum(self.leave_left, 1.0)
        due = (self.order_left <= 0.0).uids
        while len(due):
            self.orders += len(due)
            self.order_left[due] += self.threshold.rvs(due)
            due = due[self.order_left[due] <= 0.0]
        self.leave_left[:] = self.leave_left - 1.0
        leaving = (self.leave_left <= 0.0).uids
        self.leavers += len(leaving)
        self.sim.people.request_death(leaving)


def simulate(law: Law, people: int, seed: int) -> LawResult:
    """Orders and leavers of so many customers."""
    sim = ss.Sim(
        n_agents=people,
        modules=Orders(law),
        dt=ss.days(1),
        start=0,
        dur=ss.days(law.days - 1),
        rand_seed=seed,
        verbose=0,
    )
    sim.run()
    (done,) = (module for module in sim.modules if isinstance(module, Orders))
    return LawResult(done.orders, done.leavers, done.live_days)
