"""Closed forms of one line before equal agents, Poisson arrivals, exponential handling: Erlang C and Erlang A."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

TAIL = 1e-12
"""The distribution of people present is cut off where what is left is less than this share."""


@dataclass(frozen=True)
class ErlangLine:
    """A line before `agents` people: `arrivals` a day, mean `handling` in days, mean `patience` in days.

    Infinite patience is Erlang C, which needs arrivals x handling < agents; else nobody's wait has an end.
    """

    agents: int
    arrivals: float
    handling: float
    patience: float = math.inf

    @property
    def load(self) -> float:
        """Mean number of agents that the work would occupy."""
        return self.arrivals * self.handling

    @property
    def stable(self) -> bool:
        """Whether the line has a steady state."""
        return self.patience < math.inf or self.load < self.agents

    def present(self) -> Floats:
        """Shares of time by number of people present, waiting or in hand, shape (n,). Raises ValueError."""
        if not self.stable:
            raise ValueError("more work than agents, and nobody leaves")
        if self.arrivals == 0.0:
            return np.ones(1)
        logs, ratio = [0.0], self._ratio(1)
        while len(logs) <= self.agents or ratio >= 1.0 or logs[-1] > max(logs) + math.log(TAIL * (1.0 - ratio)):
            logs.append(logs[-1] + math.log(ratio))
            ratio = self._ratio(len(logs))
        shares = np.exp(np.array(logs) - max(logs))
        return np.asarray(shares / shares.sum())

    def _ratio(self, n: int) -> float:
        """Share of time with n present, relative to that with one less."""
        leave = max(n - self.agents, 0) / self.patience
        return self.arrivals / (min(n, self.agents) / self.handling + leave)

    def mean_wait(self) -> float:
        """Mean time that people wait, whether they are answered or leave, in days."""
        present = self.present()
        waiting = np.maximum(np.arange(present.size) - self.agents, 0)
        return float(present @ waiting) / self.arrivals

    def abandoned(self) -> float:
        """Share of people who leave before they are answered."""
        return self.mean_wait() / self.patience

    def answered_within(self, time: float) -> float:
        """Share of people who are answered within a time, in days; those who leave are not."""
        present = self.present()
        at_once, waits = float(present[: self.agents].sum()), present[self.agents :]
        if not self.stable or waits.size == 0:
            return at_once
        # the number of people ahead falls by service and by their leaving, until it is the person's own turn
        ahead = np.arange(waits.size)
        fall = self.agents / self.handling + ahead / self.patience
        return at_once + float(waits @ _turn_comes(fall, 1.0 / self.patience, time))


def _turn_comes(fall: Floats, leaves: float, time: float) -> Floats:
    """Chance by the number of people ahead that one's turn comes within a time, before one leaves at rate `leaves`.

    By uniformisation: the jumps within the time of a Poisson process at the largest rate, some of which change nothing.
    """
    rate = float(fall.max()) + leaves
    most = int(rate * time + 10.0 * math.sqrt(rate * time + 1.0) + 20.0)
    # by the number of people ahead: chance that the turn has come after the jumps so far
    value, chance = np.zeros(fall.size), np.zeros(fall.size)
    log_weight = -rate * time
    for jumps in range(most + 1):
        chance += math.exp(log_weight) * value
        below = np.concatenate([[1.0], value[:-1]])
        value = (fall * below + (rate - fall - leaves) * value) / rate
        log_weight += math.log(rate * time) - math.log(jumps + 1) if time > 0.0 else -math.inf
    return chance
