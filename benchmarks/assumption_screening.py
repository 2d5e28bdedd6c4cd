"""How well the short runs find the numbers that profit rests on: every number at both ends over the whole time beside.

python -m benchmarks.assumption_screening [FILE]     a few minutes; FILE is library:shop by default
"""

from __future__ import annotations

import sys
import time

from experiments.assumptions.profit_assumptions import (
    DAYS,
    MEDIANS,
    MOST_PEOPLE,
    SCREENED_DAYS,
    SCREENED_PEOPLE,
    TRIED,
    contributions,
    find_assumptions,
    name_of,
)  # fmt: skip
from experiments.assumptions.small_shop import small_shop
from experiments.assumptions.uncertain_numbers import uncertain_numbers
from scenarios import load
from sim.engine import warm_up

SHOWN = 12


def main(file: str = "library:shop") -> None:
    """Print the numbers that move most, with their place among the short runs, and processor seconds."""
    question = load(file)
    shop = question.own_strategy
    warm_up(shop)
    start = time.process_time()
    found = find_assumptions(question, jobs=1)
    spent = time.process_time() - start
    numbers = uncertain_numbers(question, shop)
    short = contributions(question, small_shop(shop, SCREENED_DAYS, SCREENED_PEOPLE), [(one, 1.0) for one in numbers])
    start = time.process_time()
    copy = small_shop(shop, DAYS, MOST_PEOPLE)
    whole = contributions(question, copy, [(one, end) for one in numbers for end in (0.0, 1.0)])
    every = time.process_time() - start
    screened, moves = {}, {}
    for one in numbers:
        ends = [whole[name_of(one, end)][0] for end in (0.0, 1.0)] + [whole[MEDIANS][0]]
        moves[one.path] = (max(ends) - min(ends)) / whole[MEDIANS][1]
        screened[one.path] = abs(short[name_of(one, 1.0)][0] - short[MEDIANS][0])
    order = sorted(screened, key=lambda path: -screened[path])
    leading = [one.path for one in found.leading] if found else []
    print(f"{'share of sales':>14}  {'place in short runs':>19}  number ({len(numbers)} in all, {TRIED} are tried)")
    for path in sorted(moves, key=lambda path: -moves[path])[:SHOWN]:
        named = ", named" if path in leading else ""
        print(f"{moves[path]:14.1%}  {order.index(path) + 1:19}  {path}{named}")
    print(f"processor seconds: {spent:.0f}; of all numbers at both ends: {every:.0f}; ratio {every / spent:.1f}")


if __name__ == "__main__":
    main(*sys.argv[1:])
