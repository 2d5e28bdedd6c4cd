"""Numbers of a report by hand: days, running sums, titles and statements from a few made-up runs."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import pandas as pd
import pytest

from experiments.comparison.comparison_result import Comparison, PairDifference
from experiments.report.figures import forest_figure
from experiments.report.report_tables import cumulative_differences, daily, kpi_rows
from experiments.runs.profit_statement import LINES, profit_statements
from experiments.runs.results import Results
from sim import MEASURES

ARMS = ("mild", "deep")
WARM_UP, HORIZON = 2, 3


def series(**more: float) -> pd.DataFrame:
    """Two runs of each arm over seven days: day d of run r brings 10 r + d, in the deeper arm twice that plus one."""
    rows = []
    for arm in ARMS:
        for replication in (0, 1):
            for day in range(7):
                paid = 10 * replication + day
                value = paid if arm == "mild" else 2 * paid + 1
                rows.append({"variant": arm, "draw": 0, "replication": replication, "day": day, "paid": value, **more})
    return pd.DataFrame(rows)


def answer(**changes: Any) -> Comparison:
    run = SimpleNamespace(warm_up=WARM_UP, horizon=HORIZON)
    plan = {"arms": ARMS, "run": run, "against": "mild", "kpi": "gmv", "unit": "money", "currency": "CNY", "sign": 1.0,
            "indifference": 0}  # fmt: skip
    whole = {"results": SimpleNamespace(series=series()), "kind": "winner", "pairs": (), **changes}
    whole["plan"] = SimpleNamespace(**{**plan, **whole.pop("plan", {})})
    return cast(Comparison, SimpleNamespace(**whole))


def test_a_day_of_a_figure_is_a_day_of_the_horizon_and_a_difference_is_from_the_arm_of_reference() -> None:
    found = daily(answer(), "paid")
    assert found["mild"].tolist() == [[2.0, 3.0, 4.0], [12.0, 13.0, 14.0]]
    assert found["deep"].tolist() == [[5.0, 7.0, 9.0], [25.0, 27.0, 29.0]]
    ahead = cumulative_differences(answer(), "paid")
    assert {arm: runs.tolist() for arm, runs in ahead.items()} == {"deep": [[3.0, 7.0, 12.0], [13.0, 27.0, 42.0]]}


@pytest.mark.parametrize("unfinished", ARMS)
def test_runs_that_an_arm_has_not_finished_are_in_no_figure(unfinished: str) -> None:
    rows = series()
    some = rows[(rows["variant"] != unfinished) | (rows["replication"] == 1)]
    found = daily(answer(results=SimpleNamespace(series=some)), "paid")
    assert {arm: runs.tolist() for arm, runs in found.items()} == {
        "mild": [[12.0, 13.0, 14.0]],
        "deep": [[25.0, 27.0, 29.0]],
    }
    assert {runs.dtype for runs in found.values()} == {np.dtype("float64")}


@pytest.mark.parametrize(("sign", "ahead"), [(1.0, "mild is ahead of deep"), (-1.0, "deep is ahead of mild")])
def test_the_title_names_the_better_arm_where_less_is_better_too(sign: float, ahead: str) -> None:
    pair = PairDifference("mild", "deep", 500.0, 300.0, 700.0, 200.0, 900.0, 4.0)
    figure = forest_figure(answer(pairs=(pair,), plan={"sign": sign}))
    (axes,) = figure.axes
    assert axes.get_title(loc="left") == f"{ahead} on average"
    assert axes.get_xlabel() == "difference in sales (GMV) (CNY)"
    drawn = [np.asarray(line.get_xdata(), dtype=float).tolist() for line in axes.lines[:3]]
    assert drawn == [[2.0, 9.0], [3.0, 7.0], [5.0]]


def test_a_statement_has_the_days_of_its_span_and_costs_below_zero() -> None:
    """Days 2 to 4 of two runs: 9 and 39 of the mild arm, and a cent of each other account on each day."""
    others = {account for line in LINES for account in (*line.takes, *line.adds)} - {"paid"}
    results = SimpleNamespace(series=series(**dict.fromkeys(others, 1.0)), planned=())
    found = profit_statements(cast(Results, results), ARMS, (WARM_UP, WARM_UP + HORIZON))
    cents = found["mild"].cents
    assert (cents["paid"], found["deep"].cents["paid"]) == (24.0, 51.0)
    expected = {line.name: 3.0 * (len(line.adds) - len(line.takes)) for line in LINES if line.name != "paid"}
    assert {name: value for name, value in cents.items() if name != "paid"} == expected
    assert found["mild"].share("paid") == 8.0


def test_a_row_of_kpis_has_the_interval_of_the_difference_and_none_of_the_arm_of_reference() -> None:
    def effect(kpi: str, arm: str, *values: float | None) -> SimpleNamespace:
        mean, difference, low, high = values
        return SimpleNamespace(kpi=kpi, window="horizon", arm=arm, mean=mean, difference=difference, low=low, high=high)

    effects = (
        effect("orders", "mild", 40.0, 0.0, None, None),
        effect("orders", "deep", 50.0, 10.0, 8.0, 12.0),
        effect("gmv", "mild", 9000.0, 0.0, 0.0, 0.0),
        effect("gmv", "deep", 8000.0, -1000.0, -1500.0, -500.0),
        effect("aov", "mild", 9000.0, 0.0, None, None),
        effect("aov", "deep", 8000.0, -1000.0, None, None),
    )
    question = SimpleNamespace(compare=SimpleNamespace(also=("aov",)), measures=MEASURES)
    rows = kpi_rows(answer(effects=effects, question=question), "horizon")
    assert [(row.head, row.cells, row.strong) for row in rows] == [
        ("sales (GMV)", ("90 CNY", "80 CNY\n−10 CNY\n−15 CNY to −5 CNY"), True),
        ("average order value", ("90 CNY", "80 CNY"), False),
        ("orders", ("40", "50\n+10\n+8 to +12"), False),
    ]
    assert kpi_rows(answer(effects=effects, question=question), "short run") == []
