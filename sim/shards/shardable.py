"""What cannot be cut into shards says so, in one line."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.units import WrongValue

if TYPE_CHECKING:
    from sim.scenario import Scenario

MOST_SHARDS = 1024


def check_shards(scenario: Scenario, count: int) -> None:
    """Raise WrongValue where a run cannot be cut into so many shards."""
    if not 1 <= count <= MOST_SHARDS:
        raise WrongValue("shards", f"a whole number from 1 to {MOST_SHARDS}", str(count))
    if count == 1:
        return
    for what, names in (("strategy", scenario.programmes), ("mechanism", scenario.mechanisms)):
        if names:
            raise WrongValue(
                "shards", f"1 where a {what} is a function in Python, which sees everybody at once",
                f"{count} and {', '.join(sorted(names))}",
            )  # fmt: skip
