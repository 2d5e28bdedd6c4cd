"""The picture of timelines: a band for each arm with named rows and labelled marks, over one axis of days."""

from __future__ import annotations

import textwrap
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import matplotlib as mpl
import numpy as np

from experiments.output.format_values import format_count
from experiments.output.result_files import picture_kind, replaced
from experiments.report import timeline_rows as rows
from experiments.report.drawing import COLOURS, INK, STYLE, Picture, see_through, short, svg
from experiments.report.timeline_rows import Label
from experiments.traces.timeline_entries import TimelineEntry

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from experiments.traces.divergence import Divergence
    from experiments.traces.timelines import Timelines

WIDTH, LEFT, RIGHT = 13.0, 2.05, 0.35
"""Inches of the page, of the names of rows, and right of the days."""
ROW, LEVELS, LEVEL, STRIP = 0.27, 3, 0.155, 0.55
"""Inches of a row; lines of labels above the first row and their height; height of the strip of state variables."""
HEAD, LINE, GAP, FOOT, LINES = 0.45, 0.19, 0.42, 0.4, 1.35
"""Inches of the title, of a line of text under it, above a band, of the dates; rows for labels of the divergence."""
SMALL, LETTER = 7.5, 4.6
"""Points: size of labels, and width of a letter in it."""
NEAR = 10
"""Letters within which the end of a complaint is in the label of the complaint."""
BLUE, RED, GREEN, PINK, ORANGE, _ = COLOURS
GREY = "#888888"


@dataclass(frozen=True)
class Page:
    """What every band needs: the timelines, the entries by arm, the rows, and the divergence that is drawn."""

    timelines: Timelines
    entries: dict[str, list[TimelineEntry]]
    rows: list[str]
    divergence: Divergence | None

    @property
    def days(self) -> int:
        """Days of the run."""
        return next(iter(self.timelines.scenarios.values())).run.days

    @property
    def letter(self) -> float:
        """Days as wide as a letter of a label."""
        return self.days * LETTER / 72 / (WIDTH - LEFT - RIGHT)

    def y(self, row: str) -> float:
        """Where a row is; rows are 1 high, from 0 down."""
        return -self.rows.index(row)


def draw_timelines(answer: Timelines, path: str | Path) -> Path:
    """Draw the timelines into a picture, PNG or SVG by the name's suffix.

    Raises scenarios.InputError for another suffix, and where it cannot be written.
    """
    path = Path(path)
    kind = picture_kind(path)
    with mpl.rc_context({**STYLE, "savefig.facecolor": "white"}):
        figure = timelines_figure(answer)
        replaced(path, lambda draft: figure.savefig(draft, format=kind, dpi=140))
    return path


def timelines_svg(answer: Timelines) -> str:
    """The timelines as an <svg> element in the page's own text colour."""
    with mpl.rc_context(STYLE):
        return svg(timelines_figure(answer), "timelines")


def timelines_figure(answer: Timelines) -> Picture:
    """One band for each arm over one axis of days, and under each band a strip of state variables."""
    entries = {arm: answer.entries(arm) for arm in answer.arms}
    names = rows.rows_of(answer.traces.values(), (one for arm in entries.values() for one in arm))
    page = Page(answer, entries, names, min(answer.divergences, key=_earliest, default=None))
    text = _introduction(page)
    band, top = ROW * len(names) + LEVEL * LEVELS, HEAD + LINE * (text.count("\n") + 1) + LINES * ROW
    height = top + len(entries) * (band + STRIP + GAP) + FOOT
    figure = see_through(Picture(figsize=(WIDTH, height)))
    figure.text(0.15 / WIDTH, 1 - 0.3 / height, _title(answer), size=13, weight="bold")
    figure.text(0.15 / WIDTH, 1 - HEAD / height, text, size=9, va="top", linespacing=1.35)
    bottom = height - top
    for number, arm in enumerate(entries):
        bottom -= GAP + band + STRIP
        first, last = number == 0, number == len(entries) - 1
        areas = [(LEFT, at, WIDTH - LEFT - RIGHT, high) for at, high in ((bottom + STRIP, band), (bottom, STRIP))]
        main, strip = (figure.add_axes((x / WIDTH, y / height, w / WIDTH, h / height)) for x, y, w, h in areas)
        _band(main, page, arm, first=first)
        _strip(strip, page, arm)
        for one in (main, strip):
            _days(one, page, last=one is strip and last)
            _outside(one, page, named=one is strip and last)
            _lines(one, page, named=one is main and first)
    return figure


def _earliest(divergence: Divergence) -> float:
    return np.inf if divergence.instant is None else divergence.instant


def _title(answer: Timelines) -> str:
    *others, last = (repr(arm) for arm in answer.arms)
    if not others:
        return f"One customer of {answer.question.name!r}, under {last}"
    return f"The same customer on common random numbers, under {', '.join(others)} and {last}"


def _introduction(page: Page) -> str:
    """Who this is, and where the timelines diverge."""
    answer = page.timelines
    known = next((one for one in answer.traces.values() if one.first is not None), None)
    words = f"Person {answer.person}, draw {answer.draw}, replication {answer.replication}. "
    if known and known.source is not None:
        words += f"A contact from {known.source}. "
    elif known:
        words += f"A customer with {format_count(known.before, 'order')} before the start. "
    if page.divergence:
        words += f"{page.divergence.cause} {page.divergence.actions}"
    return "\n".join(textwrap.wrap(words.replace(" %", "\u00a0%"), 185))


def _band(axes: Axes, page: Page, arm: str, *, first: bool) -> None:
    """One arm's timeline: a row for each kind of entry, amounts above the first row."""
    answer, trace, entries = page.timelines, page.timelines.traces[arm], page.entries[arm]
    top = 0.4 + LEVEL * LEVELS / ROW
    axes.set_ylim(0.5 - len(page.rows), top)
    shown = [f"{name} ({answer.formats.currency})" if name == rows.ORDERS else name for name in page.rows]
    axes.set_yticks([page.y(name) for name in page.rows], shown, size=8)
    axes.tick_params(axis="y", length=0)
    line = rows.summary(trace, entries, answer.formats.money(answer.paid(arm)))
    axes.text(
        0, top + (LINES if first else 0.0), f"{short(arm)}: {line}", size=10, weight="bold", va="bottom",
        transform=axes.get_yaxis_transform(),
    )  # fmt: skip
    start = rows.start_of(trace, entries)
    if start is None:
        return
    _contact(axes, page, entries, start)
    if rows.OFFERS in page.rows:
        _offers(axes, page, arm)
    for message in trace.messages:
        y, at, sent = (
            page.y(rows.message_row(message.programme)),
            message.day + message.hour,
            message.delivery == "delivered",
        )
        axes.plot([at, at], [y - 0.27, y + 0.27], color=BLUE if sent else GREY, lw=1.5 if sent else 0.7)
    for row in (rows.PARCELS, rows.QUESTIONS, rows.COMPLAINTS, rows.CHANNELS):
        if row in page.rows:
            _marks(axes, page, entries, row)


def _contact(axes: Axes, page: Page, entries: list[TimelineEntry], start: float) -> None:
    """The first row: a line while the person is a contact, grey after drifting away; orders, amounts and the end."""
    drift, out = rows.first_of(entries, "drifts"), rows.first_of(entries, *rows.ENDS)
    stop = out.instant if out else page.days
    seen = drift.instant if drift else stop
    axes.plot([start, seen], [0, 0], color=INK, lw=2.2, solid_capstyle="butt")
    axes.plot([seen, stop], [0, 0], color=GREY, lw=2.2, ls=(0, (1, 1.2)))
    for entry in (rows.first_of(entries, "added"), out):
        if entry:
            axes.plot(entry.instant, 0, marker="|", color=RED if entry is out else INK, ms=14, mew=2.4)
    orders = [entry.instant for entry in entries if entry.kind == "order"]
    axes.plot(orders, [0] * len(orders), ls="", marker="o", color=GREEN, ms=6, mec="white", mew=0.6, zorder=4)
    for label in rows.place_labels(rows.above(entries), page.letter, LEVELS, page.days):
        colour = GREEN if label.text[0].isdigit() else RED if label.text in rows.ENDS else GREY
        if label.level is not None:
            y = 0.36 + label.level * LEVEL / ROW
            axes.plot([label.instant] * 2, [0.25, y + 0.15], color=colour, lw=0.6 if label.level else 0.0, alpha=0.7)
            axes.text(label.start, y, f" {label.text}", size=SMALL, color=colour, va="bottom")


def _offers(axes: Axes, page: Page, arm: str) -> None:
    """A bar for each offer held, with what it gives; coupons in another colour, hollow where a better offer applies."""
    held = rows.offer_spans(page.timelines.traces[arm].offers)
    texts = [Label(span.first, f"{span.text} coupon" if span.coupon else span.text) for span in held]
    y = page.y(rows.OFFERS)
    for span, label in zip(held, rows.place_labels(texts, page.letter, 1, page.days), strict=True):
        colour = PINK if span.coupon else ORANGE
        low = y - 0.4 if span.coupon else y - 0.22
        axes.barh(
            low, span.end - span.first, 0.17, span.first, align="edge", fc=colour if span.acts else "none", ec=colour
        )
        if label.level is not None:
            axes.text(label.start, y - 0.02, label.text, size=SMALL, color=INK, va="bottom")


def _marks(axes: Axes, page: Page, entries: list[TimelineEntry], row: str) -> None:
    """The marks of a lower row, with labels to their right."""
    y, colour = page.y(row), RED if row == rows.COMPLAINTS else INK
    labels = rows.below(entries, row, NEAR * page.letter)
    for label in rows.place_labels(labels, page.letter, 1, page.days - page.letter, beside=True):
        axes.plot(label.instant, y, marker="s" if row == rows.PARCELS else "D", color=colour, ms=3.2)
        if label.level is not None:
            axes.text(label.start + page.letter, y, label.text, size=SMALL, color=colour, va="center")


def _strip(axes: Axes, page: Page, arm: str) -> None:
    """Attention and fatigue of every evening until the contact ends; each has one scale for all arms."""
    out = rows.first_of(page.entries[arm], *rows.ENDS)
    stop = out.day + 1 if out else page.days
    for name, words, colour, low in (
        ("attention", "attention", BLUE, 0.55),
        ("fatigue", "fatigue from messages", RED, 0.05),
    ):
        most = max(float(np.nanmax(one.state[name], initial=1e-9)) for one in page.timelines.traces.values())
        level = low + 0.4 * page.timelines.traces[arm].state[name][:stop] / most
        axes.fill_between(np.arange(1, stop + 1), low, level, color=colour, alpha=0.25, lw=0)
        axes.plot(np.arange(1, stop + 1), level, color=colour, lw=0.9)
        axes.text(-0.006, low + 0.18, words, size=8, color=colour, ha="right", va="center", transform=axes.transAxes)
    axes.set_ylim(0, 1)
    axes.set_yticks([])


def _days(axes: Axes, page: Page, *, last: bool) -> None:
    """The axis of days, with dates under the last band."""
    run, formats = next(iter(page.timelines.scenarios.values())).run, page.timelines.formats
    axes.set_xlim(0, run.days)
    dates = {day: formats.date(day) for day in range(run.days)}
    shown = [day for day, date in dates.items() if date.day == 1 or (run.days <= 100 and date.weekday() == 0)]
    labels = [f"{dates[day]:%b %Y}" if dates[day].day == 1 else f"{dates[day].day}" for day in shown]
    axes.set_xticks(shown, labels if last else [""] * len(shown), size=8)
    axes.tick_params(axis="x", length=3 if last else 0)
    axes.grid(axis="x", color=GREY, alpha=0.18, lw=0.7)
    axes.patch.set_alpha(0.0)
    axes.spines["left"].set_visible(False)
    axes.spines["bottom"].set_visible(last)


def _outside(axes: Axes, page: Page, *, named: bool) -> None:
    """A grey background for days before and after the horizon, labelled below the dates."""
    run = next(iter(page.timelines.scenarios.values())).run
    for low, high, words in ((0, run.warm_up, "warm-up"), (run.warm_up + run.horizon, run.days, "cool-down")):
        if high > low:
            axes.axvspan(low, high, color=GREY, alpha=0.08, lw=0)
        if high > low and named:
            axes.annotate(
                words, ((low + high) / 2, 0), (0, -20), textcoords="offset points", size=SMALL, color=GREY, ha="center"
            )


def _lines(axes: Axes, page: Page, *, named: bool) -> None:
    """Vertical lines where treatment first differs and where orders (or else actions) first differ."""
    divergence = page.divergence
    if divergence is None:
        return
    pair = f" ({short(divergence.a)}, {short(divergence.b)})" if len(page.timelines.arms) > 2 else ""
    found = ((divergence.treated, "what is done to them first differs"),
             (divergence.bought or divergence.did, "what they do first differs"))  # fmt: skip
    texts = sorted((Label(one.instant, words + pair) for one, words in found if one), key=lambda label: label.instant)
    for label in rows.place_labels(texts, page.letter, 2, page.days):
        axes.axvline(label.instant, color=RED, lw=1.1, ls=(0, (4, 2)), alpha=0.8, zorder=1)
        if named:
            y = axes.get_ylim()[1] + LINES / 2 * (1 - (label.level or 0))
            axes.plot(
                [label.instant] * 2, [axes.get_ylim()[1], y + 0.4], color=RED, lw=1.1, ls=(0, (4, 2)), clip_on=False
            )
            axes.text(label.start, y, f" {label.text}", size=SMALL + 0.5, color=RED, va="bottom")
