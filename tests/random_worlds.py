"""Random worlds for tests: every value drawn over its plausible range, every mechanism on.

`seeded_world(7)` is the world of seed 7; `worlds()` is the same for Hypothesis, and shrinks.
"""

from __future__ import annotations

from datetime import timedelta

import numpy as np
from hypothesis import strategies as st

from sim import scenario as s
from tests.dice import Dice, GeneratorDice, HypothesisDice
from tests.random_complaints import with_complaints
from tests.random_markets import random_market, with_content, with_redeemed, with_time
from tests.random_money import with_returns_and_fees
from tests.random_strategies import random_strategy
from tests.worlds import START

__all__ = ["Dice", "GeneratorDice", "random_market", "random_scenario", "random_strategy", "seeded_world", "worlds"]


@st.composite
def worlds(draw: st.DrawFn, people: int = 30, days: int = 40) -> s.Scenario:
    """Hypothesis strategy: random scenarios of at most about `people` people, with everything on."""
    return random_scenario(HypothesisDice(draw), people, days)


def seeded_world(seed: int, people: int = 200, days: int = 120) -> s.Scenario:
    """The random scenario that belongs to a seed."""
    return random_scenario(GeneratorDice(np.random.default_rng(seed)), people, days)


def random_scenario(dice: Dice, people: int, days: int) -> s.Scenario:
    """A random scenario; about half of `people` are there on day one, the others are added later."""
    start = START + timedelta(days=dice.whole(0, 365))
    sources = ["search", "shop card"][: dice.whole(1, 2)]
    world = random_market(dice, people // 2, people / 2 / days, sources)
    plan = random_strategy(dice, world, start, days)
    seed = dice.whole(0, 2**40)
    world, plan = with_complaints(dice, world, plan)
    world, plan = with_returns_and_fees(dice, world, plan)
    world = with_redeemed(dice, with_content(dice, with_time(dice, world)))
    return s.Scenario(world, plan, s.RunSettings(start, horizon=days, draws=1, replications=1, seed=seed))
