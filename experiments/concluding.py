"""What follows from the runs that a baseline holds: the verdict of the comparison, and the order of the arms."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from experiments.baselines import Conclusion, Lives
from experiments.prepare import resized
from scenarios import InputError, Question


def conclusion_of(question: Question, lives: Mapping[str, Lives]) -> Conclusion | None:
    """The conclusion from these runs of every arm; None where there is one arm, or no value to judge."""
    import pandas as pd

    from experiments.comparing import judge
    from sim.measures import MEASURES

    how, count = question.compare, len(next(iter(lives.values())).events)
    if len(lives) < 2 or MEASURES[how.kpi].better == 0:
        return None
    several = next(iter(question.arms.values())).run.draws > 1
    sized = resized(question, count if several else 1, 1 if several else count)
    unit, other = ("draw", "replication") if several else ("replication", "draw")
    rows = [
        pd.DataFrame({"variant": arm, unit: range(count), other: 0, "kpi": kpi, "window": "horizon", "value": column})
        for arm, own in lives.items()
        for kpi, column in own.values.items()
    ]
    try:
        found = judge(sized, pd.concat(rows, ignore_index=True))
    except InputError:
        return None
    means = found.table.values.mean(axis=(1, 2)) * MEASURES[how.kpi].better
    order = tuple(found.table.arms[place] for place in np.argsort(-means, kind="stable"))
    return Conclusion(how.kpi, found.verdict.arm, found.verdict.kind, order)
