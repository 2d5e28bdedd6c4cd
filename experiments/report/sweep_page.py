"""The page of a sweep: findings in words, indices with noise floors, means, maps, and where the ranking changes."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from experiments.output.format_values import format_amount, format_kpi
from experiments.report import sweep_figures as figures
from experiments.report.page import filled
from experiments.report.report_tables import TableRow
from experiments.sweeps.designs import NOISE
from experiments.sweeps.effects import leading_paths, main_effects, surface
from experiments.sweeps.sweep_findings import findings, headline, too_few
from experiments.sweeps.sweep_result import LEADING, MINUS, Sweep, responses

if TYPE_CHECKING:
    import pandas as pd

    from experiments.sweeps.sensitivity import Responses

MAPS = 3
FAILURES = 20
NAMES = {
    "S1": "share by itself (S1)",
    "ST": "share with interactions (ST)",
    "mu_star": "mean size of effect (mu*)",
    "mu": "mean effect (mu)",
    "sigma": "spread of effect (sigma)",
}
_REGRESSION = (
    "Regression on each axis by itself. Noise floor: the 95 % point over 200 permutations of the response; "
    "where values repeat, also from points that are simulated again with fresh random numbers."
)
ABOUT = {
    "sobol": "Saltelli's design. Noise floor: the base points are simulated again with fresh random numbers, as one "
    "more axis.",
    "morris": "Trajectories of one step at a time; the effect of a step is scaled to the whole range. Noise floor: the "
    "first point of each is simulated again with fresh random numbers.",
    "latin": _REGRESSION,
    "file": _REGRESSION,
    "grid": "Exact shares over the grid, on common random numbers. Noise floor: from points that are simulated again "
    "with fresh random numbers.",
}


def sweep_page(sweep: Sweep) -> str:
    """The report as one self-contained HTML text."""
    return filled("sweep.html.j2", context(sweep))


def context(sweep: Sweep) -> dict[str, Any]:
    """The values that the template shows."""
    values = responses(sweep.plan, sweep.design, sweep.means)
    effects = main_effects(sweep.plan, sweep.design, of_arms(sweep, values))
    first = effects[effects["variant"] == sweep.plan.arms[0]]
    maps, reasons = _maps(sweep, values)
    has_indices = len(sweep.sensitivity) > 0 and not too_few(sweep)
    return {
        "sweep": sweep,
        "plan": sweep.plan,
        "headline": headline(sweep),
        "findings": findings(sweep),
        "kpi": format_kpi(sweep.kpi),
        "about": ABOUT[sweep.plan.design],
        "indices": Markup(figures.indices(sweep, sweep.plan.arms[0])) if has_indices else None,
        "tables": list(_tables(sweep)),
        "effects": Markup(figures.means_along(sweep, effects, leading_paths(first))),
        "hidden": max(0, len(sweep.plan.axes) - figures.PANELS),
        "maps": [Markup(one) for one in maps],
        "reasons": reasons,
        "failures": _failures(sweep),
        "dropped": _dropped(sweep),
    }


def of_arms(sweep: Sweep, values: Responses) -> Responses:
    """The responses of the deciding KPI that are of arms, rather than of their differences."""
    return {key: response for key, response in values.items() if key[0] == sweep.kpi and key[1] in sweep.plan.arms}


# --- tables ----------------------------------------------------------------------------------------


def _tables(sweep: Sweep) -> Iterator[tuple[str, list[str], list[TableRow]]]:
    """For each KPI and variant a title, heads and rows; the deciding KPI's first."""
    for (kpi, variant), rows in sweep.sensitivity.groupby(["kpi", "variant"], sort=False):
        names = list(dict.fromkeys(rows["index"]))
        title = format_kpi(str(kpi)) if len(sweep.plan.arms) == 1 else f"{format_kpi(str(kpi))}, {variant}"
        yield title, ["path", *(NAMES[name] for name in names)], list(_index_rows(sweep, str(kpi), rows, names))


def _index_rows(sweep: Sweep, kpi: str, rows: pd.DataFrame, names: list[str]) -> Iterator[TableRow]:
    ranked = rows[rows["index"] == LEADING[sweep.plan.design]].sort_values("value", ascending=False, kind="stable")
    for path in sorted(ranked["path"], key=lambda name: name == NOISE):
        mine = rows[rows["path"] == path].set_index("index")
        cells = tuple(_index_cell(sweep, kpi, name, mine.loc[name], path) for name in names)
        yield TableRow(str(path), cells, strong=bool(mine.loc[LEADING[sweep.plan.design], "clear"]))


def _index_cell(sweep: Sweep, kpi: str, index: str, row: pd.Series[Any], path: object) -> str:
    if not math.isfinite(row["value"]):
        return "–"
    unit, currency = ("share", "") if index in ("S1", "ST") else (sweep.units[kpi], sweep.currency or "")
    value, low, high, floor = (format_amount(row[name], unit, currency) for name in ("value", "low", "high", "floor"))
    interval = f"\n{low} to {high}" if math.isfinite(row["low"]) else ""
    return f"{value}{interval}" + ("" if path == NOISE else f"\nnoise floor {floor}")


def _failures(sweep: Sweep) -> list[str]:
    """The first failed runs, each in one line."""
    if not sweep.failures:
        return []
    failed = sweep.runs[sweep.runs["stage"].fillna("").astype(str) != ""].head(FAILURES)
    return [
        f"point {row['point']}, {row['variant']}, draw {row['draw']}, replication {row['replication']}, "
        f"{row['stage']}: {row['message']}"
        for row in failed.to_dict("records")
    ]


def _dropped(sweep: Sweep) -> str:
    """How many points the indices leave out because they have no finite value."""
    most = int(sweep.sensitivity["dropped"].max()) if len(sweep.sensitivity) else 0
    what = {"sobol": "base rows", "morris": "trajectories"}.get(sweep.plan.design, "points")
    return f"Up to {most} {what} without a finite value are left out of an index." if most else ""


# --- maps ------------------------------------------------------------------------------------------


def _maps(sweep: Sweep, values: Responses) -> tuple[list[str], list[str]]:
    """The level of the first arm, and the difference of others to it; or the reasons why there is no map."""
    arms = sweep.plan.arms
    wanted = [arms[0], *(f"{arm}{MINUS}{arms[0]}" for arm in arms[1 : 1 + MAPS])]
    drawn: list[str] = []
    reasons: list[str] = []
    for place, name in enumerate(wanted):
        response = values[sweep.kpi, name]
        effects = main_effects(sweep.plan, sweep.design, {(sweep.kpi, name): response})
        paths = [path for path in leading_paths(effects) if sweep.plan.axis(path).numeric]
        found = surface(sweep.plan, sweep.design, response, *paths[:2]) if len(paths) > 1 else ONE_AXIS
        if isinstance(found, str):
            reasons.append(f"{name}: {found}" if len(arms) > 1 else found)
        elif place == 0:
            drawn.append(figures.level(sweep, found, arms[0]))
        else:
            drawn.append(figures.difference(sweep, found, arms[place], place))
    return drawn, reasons


ONE_AXIS = "a surface needs two paths that vary in numbers"
