"""Figures of a sweep: indices, means along axes, and maps of the arms' differences."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import matplotlib as mpl
import numpy as np
from matplotlib.ticker import FixedLocator, FuncFormatter, MaxNLocator, NullFormatter, NullLocator

from experiments.output.format_values import format_chance, format_kpi
from experiments.report.drawing import COLOURS, INK, STYLE, Picture, canvas, short, svg, tick
from experiments.sweeps.designs import NOISE, Floats
from experiments.sweeps.effects import Surface, is_log
from experiments.sweeps.sweep_result import LEADING, Sweep

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

    from scenarios.plans.axes import Axis

PANELS = 12
LITTLE = 0.1
"""A fit that predicts a smaller share of the variance is not worth reading."""
ARMS = len(COLOURS)
_PATH = 44
SMALL_PANELS: Any = {**STYLE, "font.size": 9.5, "axes.titlesize": 9.5}
"""The style of figures with many panels."""


def scale_of(sweep: Sweep, kpi: str) -> float:
    """The factor from a stored value to the drawn one: money in the currency, shares in per cent."""
    return {"money": 0.01, "share": 100.0}.get(sweep.units[kpi], 1.0)


def unit_of(sweep: Sweep, kpi: str) -> str:
    """The unit in which a KPI is drawn."""
    return {"money": sweep.currency or "money", "share": "%", "time": "d"}.get(sweep.units[kpi], "")


def _named(sweep: Sweep) -> str:
    unit = unit_of(sweep, sweep.kpi)
    return f"{format_kpi(sweep.kpi)} ({unit})" if unit else format_kpi(sweep.kpi)


# --- indices ---------------------------------------------------------------------------------------


def indices(sweep: Sweep, variant: str) -> str:
    """The figure of the leading indices as an element of the page."""
    with mpl.rc_context(STYLE):
        figure = indices_figure(sweep, variant)
        return svg(figure, f"indices-{sweep.plan.arms.index(variant)}" if variant in sweep.plan.arms else "indices-d")


def indices_figure(sweep: Sweep, variant: str) -> Picture:
    """The leading index of each path with its interval, and the noise floor as a grey band."""
    table, index = sweep.sensitivity, LEADING[sweep.plan.design]
    rows = table[(table["kpi"] == sweep.kpi) & (table["variant"] == variant) & (table["index"] == index)]
    rows = rows[rows["path"] != NOISE].sort_values("value", kind="stable")
    scale = scale_of(sweep, sweep.kpi) if index == "mu_star" else 100.0
    with mpl.rc_context(STYLE):
        figure, (axes,) = canvas(1.4 + 0.38 * len(rows))
        for place, row in enumerate(rows.to_dict("records")):
            _index_row(axes, place, row, scale)
        axes.set_yticks(range(len(rows)), [short(path, _PATH) for path in rows["path"]])
        axes.set_ylim(-0.7, len(rows) - 0.3)
        axes.set_xlim(left=min(0.0, float((rows["low"].min() if rows["low"].notna().any() else 0.0) * scale)))
        axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: tick(value)))
        axes.set_xlabel(_index_words(sweep, index))
        clear = int(rows["clear"].sum())
        axes.set_title(f"{clear} of {len(rows)} paths {'is' if clear == 1 else 'are'} above the noise floor")
    return figure


def _index_row(axes: Axes, place: int, row: dict[Any, Any], scale: float) -> None:
    if row["floor"] > 0:
        axes.barh(place, row["floor"] * scale, height=0.8, color="#888888", alpha=0.25, lw=0)
    colour = COLOURS[0] if row["clear"] else "#888888"
    if np.isfinite(row["low"]):
        axes.plot([row["low"] * scale, row["high"] * scale], [place, place], color=colour, lw=2)
    axes.plot(row["value"] * scale, place, "o", color=colour, ms=7)


def _index_words(sweep: Sweep, index: str) -> str:
    if index == "mu_star":
        return f"mean size of a step's effect, {_named(sweep)}"
    kind = "by itself" if index == "S1" else "by itself and with others"
    return f"share of the variance that the path explains {kind} (%)"


# --- means along axes ------------------------------------------------------------------------------


def means_along(sweep: Sweep, effects: pd.DataFrame, paths: Sequence[str]) -> str:
    """The figure of the means as an element of the page."""
    with mpl.rc_context(SMALL_PANELS):
        return svg(means_figure(sweep, effects, paths), "effects")


def means_figure(sweep: Sweep, effects: pd.DataFrame, paths: Sequence[str]) -> Picture:
    """Small multiples: the deciding KPI along each axis, a line for each arm."""
    shown = list(paths)[:PANELS]
    columns = min(3, len(shown))
    rows = -(-len(shown) // columns)
    with mpl.rc_context(SMALL_PANELS):
        figure, panels = canvas(0.5 + 2.3 * rows, rows=rows, columns=columns)
        arms = sweep.plan.arms[:ARMS]
        scale = scale_of(sweep, sweep.kpi)
        effects = effects.assign(**{name: scale * effects[name] for name in ("mean", "low", "high")})
        for place, panel in enumerate(panels):
            if place >= len(shown):
                panel.set_visible(False)
                continue
            axis = sweep.plan.axis(shown[place])
            for colour, arm in zip(COLOURS, arms, strict=False):
                mine = effects[(effects["variant"] == arm) & (effects["path"] == axis.path)]
                _line(panel, axis, mine, colour, short(arm))
            _along(panel, axis, effects[effects["path"] == axis.path])
        _same_height(panels[: len(shown)])
        figure.supylabel(_named(sweep), fontsize=9.5)
        if len(arms) > 1:
            figure.legend(*panels[0].get_legend_handles_labels(), loc="outside upper left", ncols=3, frameon=False)
    return figure


def _line(panel: Axes, axis: Axis, rows: pd.DataFrame, colour: str, name: str) -> None:
    x = rows["at"] if axis.numeric else rows["place"]
    y, low, high = (rows[column] for column in ("mean", "low", "high"))
    if axis.numeric:
        panel.fill_between(x, low, high, color=colour, alpha=0.18, lw=0)
    else:
        panel.errorbar(x, y, yerr=[y - low, high - y], fmt="none", ecolor=colour, lw=1.5)
    panel.plot(x, y, "o-" if axis.numeric else "o", color=colour, ms=4, lw=1.8, label=name)


def _along(panel: Axes, axis: Axis, rows: pd.DataFrame) -> None:
    panel.set_title(_path_title(axis.path))
    panel.yaxis.set_major_locator(MaxNLocator(4))
    panel.yaxis.set_major_formatter(FuncFormatter(lambda value, _: tick(value)))
    if axis.numeric:
        ticks(panel.xaxis, axis, np.sort(rows["at"].unique()), 3)
        return
    places = rows.drop_duplicates("place")
    panel.set_xticks(places["place"], [short(text, 18) for text in places["shown"]], rotation=20, ha="right")
    panel.set_xlim(-0.5, len(places) - 0.5)


def _path_title(path: str) -> str:
    """A path on at most two lines; its end, by which axes differ, is the second."""
    parts = path.split(".")
    lines = [".".join(parts[:-2]), ".".join(parts[-2:])] if len(parts) > 2 else [path]
    return "\n".join(short(line, 34) for line in lines if line)


def _same_height(panels: Sequence[Axes]) -> None:
    """One scale for all panels, so that effects can be compared by eye."""
    low, high = (
        f(limit) for f, limit in zip((min, max), zip(*(p.get_ylim() for p in panels), strict=True), strict=True)
    )
    for panel in panels:
        panel.set_ylim(low, high)


def ticks(side: Any, axis: Axis, values: Floats, most: int) -> None:
    """Ticks in the file's notation, at round places of a linear or a logarithmic side."""
    if is_log(axis) and values[0] > 0.0:
        side.axes.set_xscale("log") if side.axis_name == "x" else side.axes.set_yscale("log")
        places = np.array([float(f"{place:.2g}") for place in np.geomspace(values[0], values[-1], most)])
    elif len(values) <= most + 1:
        places = values
    else:
        places = np.array(MaxNLocator(most, steps=[1, 2, 5, 10]).tick_values(values[0], values[-1]))
        places = places[(places >= values[0]) & (places <= values[-1])]
    side.set_major_locator(FixedLocator(_apart(places, most, log=is_log(axis) and values[0] > 0.0)))
    side.set_minor_locator(NullLocator())
    side.set_minor_formatter(NullFormatter())
    side.set_major_formatter(FuncFormatter(lambda value, _: axis.text(value)))


def _apart(places: Floats, most: int, *, log: bool) -> list[float]:
    """Both ends, and between them the places that leave room for labels."""
    at = np.log(places) if log else places
    room = 0.7 * (at[-1] - at[0]) / most
    kept = [0]
    for place in range(1, len(at) - 1):
        if at[place] - at[kept[-1]] >= room and at[-1] - at[place] >= room:
            kept.append(place)
    return [float(places[place]) for place in dict.fromkeys([*kept, len(at) - 1])]


# --- surfaces --------------------------------------------------------------------------------------


class MapText(NamedTuple):
    """The label of a map's colour scale, its title, and the name of its element in the page."""

    scale: str
    title: str
    name: str


def level(sweep: Sweep, found: Surface, arm: str) -> str:
    """The deciding KPI over two axes, with the points of the design."""
    name = f"{format_kpi(sweep.kpi)}, {arm}" if len(sweep.plan.arms) > 1 else format_kpi(sweep.kpi)
    return _map(sweep, found, MapText(_named(sweep), f"{name}\n{_format_fit(found)}", "surface"), difference=False)


def difference(sweep: Sweep, found: Surface, arm: str, place: int) -> str:
    """The difference of an arm to the first over two axes, with the line where it is zero."""
    first = sweep.plan.arms[0]
    ahead = "ahead of" if sweep.better else "above"
    title = f"{short(arm)} {ahead} {short(first)}: {_share_ahead(sweep, found)}\n{_format_fit(found)}"
    scale = f"{short(arm)} − {short(first)}, {_named(sweep)}"
    return _map(sweep, found, MapText(scale, title, f"difference-{place}"), difference=True)


def _share_ahead(sweep: Sweep, found: Surface) -> str:
    share = float(((sweep.better or 1) * found.value > 0).mean())
    if share in (0.0, 1.0):
        return "nowhere on this map" if share == 0.0 else "everywhere on this map"
    return f"on {format_chance(share)} of this map"


def _format_fit(found: Surface) -> str:
    if found.q2 < LITTLE:
        return "the fit predicts next to nothing at points left out: its shape means nothing"
    return f"the fit predicts {format_chance(found.q2)} of the variance at points left out"


def _map(sweep: Sweep, found: Surface, text: MapText, *, difference: bool) -> str:
    values = found.value * scale_of(sweep, sweep.kpi)
    with mpl.rc_context({**STYLE, "axes.titlesize": 11}):
        figure, (axes,) = canvas(4.6)
        reach = float(np.abs(values).max()) or 1.0
        steps = np.array(MaxNLocator(12).tick_values(values.min(), values.max()))
        levels = np.linspace(-reach, reach, 16) if difference else steps
        colours = "PuOr" if difference else "viridis"
        filled = axes.contourf(found.x, found.y, values, levels=levels, cmap=colours, alpha=0.9)
        if difference and values.min() < 0.0 < values.max():
            axes.contour(found.x, found.y, values, levels=[0.0], colors=[INK], linewidths=2)
        _points(sweep, axes, found)
        for side, axis, at in ((axes.xaxis, found.across, found.x), (axes.yaxis, found.upwards, found.y)):
            ticks(side, axis, at, 5)
        axes.set_xlabel(found.across.path)
        axes.set_ylabel(found.upwards.path)
        bar = figure.colorbar(filled, ax=axes, label=text.scale, format=FuncFormatter(lambda value, _: tick(value)))
        bar.locator = MaxNLocator(7)
        bar.update_ticks()
        bar.outline.set_visible(False)
        axes.set_title(text.title)
        return svg(figure, text.name)


def _points(sweep: Sweep, axes: Axes, found: Surface) -> None:
    shared = sweep.design.table[: sweep.design.shared]
    x, y = (shared[axis.path].to_numpy(dtype=np.float64) for axis in (found.across, found.upwards))
    axes.scatter(x, y, s=7, facecolor="white", edgecolor="black", linewidth=0.4, alpha=0.7)
