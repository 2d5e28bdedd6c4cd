"""How well the short runs of a small copy find the numbers that profit rests on.

python -m benchmarks.assumption_screening [FILE]             every number at both ends over the whole time beside them
python -m benchmarks.assumption_screening --whole 4 [FILE]   the copy beside the whole shop, 4 runs of each

FILE is library:shop by default. A few minutes of the processor each, longer for the whole of a large shop.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

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
from experiments.assumptions.small_shop import SmallShop, small_shop
from experiments.assumptions.uncertain_numbers import UncertainNumber, uncertain_numbers
from scenarios import Question, load
from sim import measure, run
from sim.engine import warm_up
from sim.output.ledger import Ledger

SHOWN = 12
EVERYBODY = 10**9
ALIKE = ("contribution_share", "desk_utilisation", "reply_time", "abandoned_share", "lost_purchase_share")
"""KPIs that a copy should have as the shop has them."""

Floats = npt.NDArray[np.float64]


def main(file: str = "library:shop") -> None:
    """Print the numbers that move most, with their place among the short runs, and processor seconds."""
    question = load(file)
    shop = question.own_strategy
    warm_up(shop)
    start = time.process_time()
    found = find_assumptions(question, jobs=1)
    spent = time.process_time() - start
    numbers = uncertain_numbers(question, shop)
    start = time.process_time()
    copy = small_shop(shop, DAYS, MOST_PEOPLE)
    whole = contributions(question, copy, [(one, end) for one in numbers for end in (0.0, 1.0)])
    every = time.process_time() - start
    moves = {}
    for one in numbers:
        ends = [whole[name_of(one, end)][0] for end in (0.0, 1.0)] + [whole[MEDIANS][0]]
        moves[one.path] = (max(ends) - min(ends)) / whole[MEDIANS][1]
    order = screened(question, numbers)
    leading = [one.path for one in found.leading] if found else []
    print(f"{'share of sales':>14}  {'place in short runs':>19}  number ({len(numbers)} in all, {TRIED} are tried)")
    for path in sorted(moves, key=lambda path: -moves[path])[:SHOWN]:
        named = ", named" if path in leading else ""
        print(f"{moves[path]:14.1%}  {order.index(path) + 1:19}  {path}{named}")
    print(f"processor seconds: {spent:.0f}; of all numbers at both ends: {every:.0f}; ratio {every / spent:.1f}")


def screened(question: Question, numbers: Sequence[UncertainNumber]) -> list[str]:
    """Paths in the order of the short runs."""
    copy = small_shop(question.own_strategy, SCREENED_DAYS, SCREENED_PEOPLE)
    short = contributions(question, copy, [(one, 1.0) for one in numbers])
    reach = {one.path: abs(short[name_of(one, 1.0)][0] - short[MEDIANS][0]) for one in numbers}
    return sorted(reach, key=lambda path: -reach[path])


def beside_whole(replications: int, file: str = "library:shop") -> None:
    """Print what the numbers that the short runs put first move, in the copy and in the whole shop."""
    question = load(file)
    shop = question.own_strategy
    warm_up(shop)
    numbers = {one.path: one for one in uncertain_numbers(question, shop)}
    chosen = [numbers[path] for path in screened(question, list(numbers.values()))[:SHOWN]]
    found = []
    for people in (MOST_PEOPLE, EVERYBODY):
        start, copy = time.process_time(), small_shop(shop, DAYS, people)
        middle = [_run(copy, {}, place) for place in range(replications)]
        found.append([_moves(copy, one, middle) for one in chosen])
        shown = ", ".join(f"{name} {np.mean([measure(one, name).value for one in middle]):.3f}" for name in ALIKE)
        spent = time.process_time() - start
        print(f"{copy.share:.1%} of the people, {shown} (times in days); processor seconds: {spent:.0f}")
    print(f"{'copy':>16} {'whole shop':>16}  share of sales, ± its standard error")
    for one, copied, whole in sorted(zip(chosen, *found, strict=True), key=lambda row: -float(row[2].mean())):
        print(f"{_with_error(copied):>16} {_with_error(whole):>16}  {one.path}")


def _run(copy: SmallShop, values: Mapping[str, Any], replication: int) -> Ledger:
    return run(copy.in_market(values), 0, replication)


def _moves(copy: SmallShop, number: UncertainNumber, middle: Sequence[Ledger]) -> Floats:
    """How far a number moves contribution between the ends of its range, as a share of sales, in each replication."""
    found = []
    for place, ledger in enumerate(middle):
        ends = [_run(copy, {number.path: number.axis.level(end)}, place) for end in (0.0, 1.0)]
        amounts = [measure(one, "contribution_profit").value for one in (ledger, *ends)]
        found.append((max(amounts) - min(amounts)) / measure(ledger, "gmv").value)
    return np.array(found)


def _with_error(values: Floats) -> str:
    error = f" ± {values.std(ddof=1) / np.sqrt(values.size):.1%}" if values.size > 1 else ""
    return f"{values.mean():.1%}{error}"


if __name__ == "__main__":
    if sys.argv[1:2] == ["--whole"]:
        beside_whole(int(sys.argv[2]), *sys.argv[3:])
    else:
        main(*sys.argv[1:])
