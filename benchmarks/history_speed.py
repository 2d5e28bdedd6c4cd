"""What one evaluation of a history's likelihood costs, on one thread and on two.

    python -m benchmarks.history_speed                     4,000 people x 365 days
    python -m benchmarks.history_speed --people 1000 --days 200

People of two motives, two messages a week, and a campaign of four days each month, as the history of a random half.
Processor time is that of all threads; the figures are medians over rounds, as others use the machine.
"""

from __future__ import annotations

from sim.scenario import ShopHistory

ROUNDS = 9


def history_of(people: int, days: int) -> ShopHistory:
    """Orders about once a month from people who came in the first days; every other message and offer to each."""
