"""The number on which the choice between two arms turns most."""

from __future__ import annotations

import numpy as np

from experiments.assumptions.deciding_number import deciding_number
from scenarios import belief_table, load

DRAWS = 40
ARMS = ("seven", "ten")
FATIGUE = "market.fatigue.half_life"


def test_the_number_behind_the_lead_is_found_among_all_with_its_sign_and_test() -> None:
    table = belief_table(load("library:campaign_rhythm"), DRAWS)
    noise = np.random.default_rng(1).standard_normal(DRAWS)
    values = np.log(table[FATIGUE].to_numpy(float))
    lead = 50.0 - 20.0 * (values - values.mean()) / values.std() + 8.0 * noise
    kept = np.delete(np.arange(DRAWS), 7)
    found = deciding_number(table.iloc[kept], ARMS, lead[kept])
    assert found is not None
    assert (found.path, found.markets) == (FATIGUE, DRAWS - 1)
    assert found.correlation < -0.8
    assert found.text.startswith(
        f"Between seven and ten most turns on {FATIGUE}: the lower it is, the better for seven"
    )
    assert "two cadences of messages" in found.text
    # rows of other markets beside the lead say nothing
    assert deciding_number(table.iloc[kept], ARMS, np.roll(lead, 11)[kept]) is None
    assert deciding_number(table.iloc[kept[:9]], ARMS, lead[kept[:9]]) is None


def test_chance_names_a_number_as_seldom_as_it_says() -> None:
    table = belief_table(load("library:campaign_rhythm"), 20)
    rng = np.random.default_rng(2)
    leads = rng.standard_normal((60, 20))
    named = sum(deciding_number(table, ARMS, lead) is not None for lead in leads)
    assert named <= 7  # 5 % of 60 is 3; more than 7 come by chance once in a hundred times
