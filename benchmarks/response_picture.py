"""The picture of `benchmarks.response_tables`: the curves as they are and as they were, and what is published."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from benchmarks.published_effects import (
    PUBLISHED_DELETIONS,
    PUBLISHED_DEPTHS,
    PUBLISHED_LOTTERIES,
    PUBLISHED_MAILS,
    PUBLISHED_THRESHOLDS,
    profit_at,
)

PAGE = Path(__file__).resolve().parents[1] / "docs" / "response.md"
BEFORE = "## Before the law was bounded"
COLOURS = {"contribution": "tab:blue", "orders": "tab:green", "deleted": "tab:red"}


@dataclass(frozen=True)
class Curves:
    """The tables that are drawn: by depth, by days between messages, and by format and cost."""

    depth: pd.DataFrame
    cadence: pd.DataFrame
    ratios: pd.DataFrame


def before(title: str) -> pd.DataFrame:
    """A table of the law as it was, read from the page that keeps it."""
    section = PAGE.read_text(encoding="utf-8").split(BEFORE)[1].split(f"### {title}")[1].split("\n### ")[0]
    rows = [line for line in section.splitlines() if line.startswith("    ")]
    lines = [re.sub(r"\s{2,}", ";", line.strip()) for line in rows]
    return pd.read_csv(StringIO("\n".join([";" + lines[0], *lines[1:]])), sep=";", index_col=0)


def draw(out: Path, curves: Curves) -> None:
    """Write the picture as response.png and response.svg."""
    import matplotlib as mpl
    from matplotlib.figure import Figure

    figure = Figure(figsize=(12.5, 7.2), layout="constrained")
    panels = figure.subplots(2, 3)
    _depth(panels[0, 0], curves.depth)
    _first(panels[0, 1], curves.depth)
    _formats(panels[0, 2], curves.ratios)
    _cadence(panels[1, 0], curves.cadence)
    _mails(panels[1, 1], curves.cadence)
    _deletions(panels[1, 2], curves.cadence)
    out.mkdir(parents=True, exist_ok=True)
    figure.savefig(out / "response.png", dpi=100)
    with mpl.rc_context({"svg.fonttype": "none", "svg.hashsalt": "response"}):
        text = StringIO()
        figure.savefig(text, format="svg", metadata={"Date": None})
    # two decimals of a point are more than a screen shows, and half the bytes
    rounded = re.sub(r"\d+\.\d{3,}", lambda number: f"{float(number[0]):.2f}", text.getvalue())
    short = "\n".join(line.strip() for line in rounded.splitlines())
    (out / "response.svg").write_text(short + "\n", encoding="utf-8")


def _at(table: pd.DataFrame) -> list[float]:
    """Depths in percent, or days."""
    return [float(str(name).strip("% d")) for name in table.index]


def _both(axes: Any, tables: Sequence[pd.DataFrame], columns: Sequence[str]) -> None:
    """Columns of the table as it is, and dashed as it was."""
    for table, style, when in zip(tables, ("-", "--"), ("", ", before"), strict=True):
        for column in columns:
            axes.plot(
                _at(table),
                table[column],
                style,
                marker="o" if not when else None,
                ms=3,
                lw=1.3 if not when else 1.0,
                color=COLOURS[column],
                label=column + when,
            )


def _text(axes: Any, title: str, across: str, up: str) -> None:
    """Title, axes and legend."""
    axes.set_title(title, fontsize=9)
    axes.set_xlabel(across, fontsize=8)
    axes.set_ylabel(up, fontsize=8)
    axes.tick_params(labelsize=8)
    axes.legend(fontsize=7)


def _depth(axes: Any, depth: pd.DataFrame) -> None:
    was = before("Depth: three days every 30 days").drop("none")
    _both(axes, (depth.drop("none"), was), ("contribution", "orders"))
    axes.axhline(1.0, color="grey", lw=0.7)
    axes.set_ylim(-0.2, 1.6)
    axes.annotate("before: x 54 orders\nat 90 %", (58, 1.47), fontsize=7, ha="left", va="center")
    _text(axes, "A campaign of three days every 30 days", "depth, %", "of the year, without = 1")


def _first(axes: Any, depth: pd.DataFrame) -> None:
    was = before("Depth: three days every 30 days").drop("none")
    now = depth.drop("none")
    axes.plot(_at(now), now.first_campaign, "-o", ms=3, color="tab:green", label="orders")
    axes.plot(_at(was), was.first_campaign, "--", lw=1.0, color="tab:green", label="orders, before")
    at = [float(depth.strip("%")) for depth, *_ in PUBLISHED_DEPTHS]
    values = np.array([(value, value - low, high - value) for *_, value, low, high in PUBLISHED_DEPTHS]).T
    axes.errorbar(at, values[0], values[1:], fmt="kD", ms=4, capsize=3, label="published")
    axes.set_yscale("log")
    axes.set_ylim(0.9, 12.0)
    axes.set_yticks([1, 2, 3, 5, 10], ["1", "2", "3", "5", "10"])
    axes.minorticks_off()
    _text(axes, "The first campaign", "depth, %", "orders of its three days, without = 1")


def _formats(axes: Any, ratios: pd.DataFrame) -> None:
    held = ratios.drop("percent")[::-1]
    for number, cost in enumerate(held.columns):
        rows = np.arange(len(held)) + 0.12 * (1.5 - number)
        axes.plot(held[cost], rows, "o", ms=4, label=f"cost {cost:.0%}")
    names = list(held.index)
    for at, _, low, high in PUBLISHED_THRESHOLDS:
        row = names.index(f"threshold at {at} baskets")
        axes.plot([low, high], [row - 0.32] * 2, "k-|", lw=1.5)
    row = names.index("lottery, 10 % chance")
    for number, (share, _, low, high) in enumerate(PUBLISHED_LOTTERIES):
        colour = axes.lines[[float(cost) for cost in held.columns].index(share)].get_color()
        axes.plot([low, high], [row - 0.32 - 0.1 * number] * 2, "-|", lw=1.5, color=colour)
    axes.plot([], [], "k-|", lw=1.5, label="published")
    axes.axvline(1.0, color="grey", lw=0.7)
    axes.set_yticks(range(len(held)), names)
    axes.set_xlim(0.25, 1.65)
    _text(axes, "Formats at equal cost, % of a usual basket", "orders in the first campaign, percent = 1", "")


def _cadence(axes: Any, cadence: pd.DataFrame) -> None:
    was = before("Cadence: one advertisement every n days").drop("none")
    _both(axes, (cadence.drop("none"), was), ("contribution", "orders", "deleted"))
    axes.axhline(1.0, color="grey", lw=0.7)
    _days(axes)
    _text(
        axes,
        "An advertisement every n days",
        "days between messages",
        "of the year, without = 1;\ndeleted: share of contacts",
    )


def _mails(axes: Any, cadence: pd.DataFrame) -> None:
    was = before("Cadence: one advertisement every n days")
    mails = np.linspace(2.5, 16.0, 55)
    for table, style, label in ((cadence, "-", "profit"), (was, "--", "profit, before")):
        _, profit = profit_at(table.contribution.drop("none"))
        axes.plot(mails, [profit(n) for n in mails], style, color="tab:blue", lw=1.3, label=label)
    at, shares = zip(*PUBLISHED_MAILS, strict=True)
    below, above = [0.15] * len(at), [min(0.15, 1.0 - share) for share in shares]
    axes.errorbar(at, shares, [below, above], fmt="kD", ms=4, capsize=3, label="published, of one retailer")
    axes.set_ylim(0.0, 1.05)
    _text(axes, "Too few and too many mails", "mails in the time of seven at best", "profit, best = 1")


def _deletions(axes: Any, cadence: pd.DataFrame) -> None:
    was = before("Cadence: one advertisement every n days").drop("none")
    now = cadence.drop("none")
    axes.plot(_at(now), 100.0 * now.deleted_per_message, "-o", ms=3, color="tab:red", label="deleted")
    axes.plot(_at(was), 100.0 * was.deleted_per_message, "--", lw=1.0, color="tab:red", label="deleted, before")
    low, high = (100.0 * end for end in PUBLISHED_DELETIONS)
    axes.axhspan(low, high, color="grey", alpha=0.2, label="published, e-mail to text messages")
    _days(axes)
    axes.set_yscale("log")
    axes.set_yticks([0.1, 0.3, 1, 3], ["0.1", "0.3", "1", "3"])
    axes.minorticks_off()
    _text(axes, "Contacts who delete", "days between messages", "% of contacts, per message")


def _days(axes: Any) -> None:
    axes.set_xscale("log")
    ticks = [1, 2, 3, 5, 7, 10, 15, 30, 60]
    axes.set_xticks(ticks, [str(day) for day in ticks])
    axes.minorticks_off()
