"""One person's life under each arm as timelines: rows that are named, marks that are labelled, one axis of days."""

from __future__ import annotations

import textwrap
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import matplotlib as mpl
import numpy as np
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure

from experiments.output.result_files import replaced
from experiments.report import timeline_rows as rows
from experiments.report.drawing import COLOURS, INK, STYLE, short, svg
from experiments.report.timeline_rows import Label
from experiments.traces.timeline import TimelineEntry
from scenarios import InputError

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from experiments.traces.divergence import Divergence
    from experiments.traces.person_timeline import Timelines

WIDTH, LEFT, RIGHT = 13.0, 2.05, 0.35
"""Inches of the page, of the names of rows, and right of the days."""
ROW, LEVELS, LEVEL, STRIP = 0.27, 3, 0.155, 0.55
"""Inches of a row; lines of words above the first row and their height; the strip of feelings."""
HEAD, LINE, GAP, FOOT, LINES = 0.45, 0.19, 0.42, 0.4, 1.35
"""Inches of the title, of a line of words under it, above a band, of the dates; rows for words on the parting."""
SMALL, LETTER = 7.5, 4.6
"""Points: size of labels, and width of a letter in it."""
NEAR = 10
"""Letters within which the end of a complaint is told with it."""
BLUE, RED, GREEN, PINK, ORANGE, _ = COLOURS
GREY = "#888888"


@dataclass(frozen=True)
class Page:
    """What every band needs: the person, what happens under each arm, the rows, and the parting that is shown."""

    life: Timelines
    told: dict[str, list[TimelineEntry]]
    names: list[str]
    parting: Divergence | None

    @property
    def days(self) -> int:
        """Days of the run."""
        return next(iter(self.life.scenarios.values())).run.days

    @property
    def letter(self) -> float:
        """Days as wide as a letter of a label."""
        return self.days * LETTER / 72 / (WIDTH - LEFT - RIGHT)

    def y(self, row: str) -> float:
        """Where a row is; rows are 1 high, from 0 down."""
        return -self.names.index(row)


def draw_lifeline(life: Timelines, path: str | Path) -> Path:
    """Draw the timelines into a picture, PNG or SVG by the name's suffix.

    Raises scenarios.InputError for another suffix, and where it cannot be written.
    """
    path = Path(path)
    kind = path.suffix.lower().removeprefix(".")
    if kind not in ("png", "svg"):
        raise InputError(f"{path}: allowed a name that ends in .png or .svg; got {path.suffix!r}")
    with mpl.rc_context({**STYLE, "savefig.facecolor": "white"}):
        figure = timelines(life)
        replaced(path, lambda draft: figure.savefig(draft, format=kind, dpi=140))
    return path


def life_svg(life: Timelines) -> str:
    """The timelines as an <svg> element in the page's own text colour."""
    with mpl.rc_context(STYLE):
        return svg(timelines(life), "lifeline")


def timelines(life: Timelines) -> Figure:
    """One band for each arm over one axis of days, and under each band what the person feels."""
    told = {arm: life.moments(arm) for arm in life.arms}
    names = rows.rows_of(life.lives.values(), (moment for one in told.values() for moment in one))
    parting = min(life.partings, key=_earliest, default=None)
    page = Page(life, told, names, parting)
    words = _words(page)
    band, top = ROW * len(names) + LEVEL * LEVELS, HEAD + LINE * (words.count("\n") + 1) + LINES * ROW
    height = top + len(told) * (band + STRIP + GAP) + FOOT
    figure = Figure(figsize=(WIDTH, height))
    FigureCanvasSVG(figure)
    figure.patch.set_alpha(0.0)
    figure.text(0.15 / WIDTH, 1 - 0.3 / height, _title(life), size=13, weight="bold")
    figure.text(0.15 / WIDTH, 1 - HEAD / height, words, size=9, va="top", linespacing=1.35)

    def axes_at(bottom: float, high: float) -> Axes:
        return figure.add_axes((LEFT / WIDTH, bottom / height, 1 - (LEFT + RIGHT) / WIDTH, high / height))

    place = height - top
    for number, arm in enumerate(told):
        place -= GAP + band
        main, strip = axes_at(place, band), axes_at(place - STRIP, STRIP)
        place -= STRIP
        _band(main, page, arm, first=number == 0)
        _strip(strip, page, arm)
        for one in (main, strip):
            _days(one, page, last=one is strip and number == len(told) - 1)
            _outside(one, page, named=one is strip and number == len(told) - 1)
            _lines(one, page, named=one is main and number == 0)
    return figure


def _earliest(parting: Divergence) -> float:
    return np.inf if parting.instant is None else parting.instant


def _title(life: Timelines) -> str:
    *others, last = (repr(arm) for arm in life.arms)
    if not others:
        return f"One customer of {life.question.name!r}, under {last}"
    return f"The same customer with the same luck, under {', '.join(others)} and {last}"


def _words(page: Page) -> str:
    """Who this is, and where the lives part."""
    life = page.life
    known = next((one for one in life.lives.values() if one.first is not None), None)
    words = f"Person {life.person}, draw {life.draw}, replication {life.replication}. "
    if known and known.source is not None:
        words += f"A contact from {known.source}. "
    elif known:
        words += f"A customer with {known.before} order{'' if known.before == 1 else 's'} before the start. "
    if page.parting:
        words += f"{page.parting.cause} {page.parting.deeds}"
    return "\n".join(textwrap.wrap(words.replace(" %", "\u00a0%"), 185))


def _band(axes: Axes, page: Page, arm: str, *, first: bool) -> None:
    """One arm's timeline: a row for each kind of thing, amounts above the first."""
    life, told, names = page.life.lives[arm], page.told[arm], page.names
    setting = page.life.setting
    top = 0.4 + LEVEL * LEVELS / ROW
    axes.set_ylim(0.5 - len(names), top)
    shown = [f"{name} ({setting.currency})" if name == rows.ORDERS else name for name in names]
    axes.set_yticks([page.y(name) for name in names], shown, size=8)
    axes.tick_params(axis="y", length=0)
    line = rows.summary(life, told, setting.money(page.life.paid(arm)))
    axes.text(
        0, top + (LINES if first else 0.0), f"{short(arm)}: {line}", size=10, weight="bold", va="bottom",
        transform=axes.get_yaxis_transform(),
    )  # fmt: skip
    start = rows.start_of(life, told)
    if start is None:
        return
    _life(axes, page, told, start)
    if rows.OFFERS in names:
        _offers(axes, page, arm)
    for letter in life.letters:
        y, at, sent = page.y(rows.letter_row(letter.programme)), letter.day + letter.hour, letter.fate == "delivered"
        axes.plot([at, at], [y - 0.27, y + 0.27], color=BLUE if sent else GREY, lw=1.5 if sent else 0.7)
    for row in (rows.PARCELS, rows.QUESTIONS, rows.COMPLAINTS, rows.CHANNELS):
        if row in names:
            _marks(axes, page, told, row)


def _life(axes: Axes, page: Page, told: list[TimelineEntry], start: float) -> None:
    """The line of being a contact, grey once the person has drifted away, with its orders, amounts and end."""
    drift, out = rows.first_of(told, "drifts"), rows.first_of(told, *rows.ENDS)
    stop = out.instant if out else page.days
    seen = drift.instant if drift else stop
    axes.plot([start, seen], [0, 0], color=INK, lw=2.2, solid_capstyle="butt")
    axes.plot([seen, stop], [0, 0], color=GREY, lw=2.2, ls=(0, (1, 1.2)))
    for moment in (rows.first_of(told, "added"), out):
        if moment:
            axes.plot(moment.instant, 0, marker="|", color=RED if moment is out else INK, ms=14, mew=2.4)
    orders = [moment.instant for moment in told if moment.kind == "order"]
    axes.plot(orders, [0] * len(orders), ls="", marker="o", color=GREEN, ms=6, mec="white", mew=0.6, zorder=4)
    for label in rows.placed(rows.above(told), page.letter, LEVELS, page.days):
        colour = GREEN if label.text[0].isdigit() else RED if label.text in rows.ENDS else GREY
        if label.level is not None:
            y = 0.36 + label.level * LEVEL / ROW
            axes.plot([label.instant] * 2, [0.25, y + 0.15], color=colour, lw=0.6 if label.level else 0.0, alpha=0.7)
            axes.text(label.start, y, f" {label.text}", size=SMALL, color=colour, va="bottom")


def _offers(axes: Axes, page: Page, arm: str) -> None:
    """A bar for each offer held, with what it gives; coupons in another colour, and hollow where a better one holds."""
    held = rows.spans(page.life.lives[arm].held)
    texts = [Label(span.first, f"{span.text} coupon" if span.coupon else span.text) for span in held]
    y = page.y(rows.OFFERS)
    for span, label in zip(held, rows.placed(texts, page.letter, 1, page.days), strict=True):
        colour = PINK if span.coupon else ORANGE
        low = y - 0.4 if span.coupon else y - 0.22
        axes.barh(
            low, span.end - span.first, 0.17, span.first, align="edge", fc=colour if span.acts else "none", ec=colour
        )
        if label.level is not None:
            axes.text(label.start, y - 0.02, label.text, size=SMALL, color=INK, va="bottom")


def _marks(axes: Axes, page: Page, told: list[TimelineEntry], row: str) -> None:
    """The marks of a lower row, with words to their right."""
    y, colour = page.y(row), RED if row == rows.COMPLAINTS else INK
    labels = rows.below(told, row, NEAR * page.letter)
    for label in rows.placed(labels, page.letter, 1, page.days - page.letter, clear=True):
        axes.plot(label.instant, y, marker="s" if row == rows.PARCELS else "D", color=colour, ms=3.2)
        if label.level is not None:
            axes.text(label.start + page.letter, y, label.text, size=SMALL, color=colour, va="center")


def _strip(axes: Axes, page: Page, arm: str) -> None:
    """Attention and fatigue of every evening until the person is out, each to its own scale in all arms."""
    out = rows.first_of(page.told[arm], *rows.ENDS)
    stop = out.day + 1 if out else page.days
    for name, words, colour, low in (
        ("attention", "attention", BLUE, 0.55),
        ("fatigue", "fatigue from messages", RED, 0.05),
    ):
        most = max(float(np.nanmax(one.state[name], initial=1e-9)) for one in page.life.lives.values())
        level = low + 0.4 * page.life.lives[arm].state[name][:stop] / most
        axes.fill_between(np.arange(1, stop + 1), low, level, color=colour, alpha=0.25, lw=0)
        axes.plot(np.arange(1, stop + 1), level, color=colour, lw=0.9)
        axes.text(-0.006, low + 0.18, words, size=8, color=colour, ha="right", va="center", transform=axes.transAxes)
    axes.set_ylim(0, 1)
    axes.set_yticks([])


def _days(axes: Axes, page: Page, *, last: bool) -> None:
    """The days of the run, with dates under the last band; days outside the horizon are grey."""
    run, setting = next(iter(page.life.scenarios.values())).run, page.life.setting
    axes.set_xlim(0, run.days)
    dates = {day: setting.date(day) for day in range(run.days)}
    shown = [day for day, date in dates.items() if date.day == 1 or (run.days <= 100 and date.weekday() == 0)]
    labels = [f"{dates[day]:%b %Y}" if dates[day].day == 1 else f"{dates[day].day}" for day in shown]
    axes.set_xticks(shown, labels if last else [""] * len(shown), size=8)
    axes.tick_params(axis="x", length=3 if last else 0)
    axes.grid(axis="x", color=GREY, alpha=0.18, lw=0.7)
    axes.patch.set_alpha(0.0)
    axes.spines["left"].set_visible(False)
    axes.spines["bottom"].set_visible(last)


def _outside(axes: Axes, page: Page, *, named: bool) -> None:
    """Days before and after the horizon in grey, named below the dates."""
    run = next(iter(page.life.scenarios.values())).run
    for low, high, words in ((0, run.warm_up, "warm-up"), (run.warm_up + run.horizon, run.days, "cool-down")):
        if high > low:
            axes.axvspan(low, high, color=GREY, alpha=0.08, lw=0)
        if high > low and named:
            axes.annotate(
                words, ((low + high) / 2, 0), (0, -20), textcoords="offset points", size=SMALL, color=GREY, ha="center"
            )


def _lines(axes: Axes, page: Page, *, named: bool) -> None:
    """A line where what is done to the person first differs, and one where their orders do."""
    parting = page.parting
    if parting is None:
        return
    pair = f" ({short(parting.a)}, {short(parting.b)})" if len(page.life.arms) > 2 else ""
    found = ((parting.treated, "what is done to them first differs"),
             (parting.bought or parting.did, "what they do first differs"))  # fmt: skip
    texts = sorted((Label(one.instant, words + pair) for one, words in found if one), key=lambda label: label.instant)
    for label in rows.placed(texts, page.letter, 2, page.days):
        axes.axvline(label.instant, color=RED, lw=1.1, ls=(0, (4, 2)), alpha=0.8, zorder=1)
        if named:
            y = axes.get_ylim()[1] + LINES / 2 * (1 - (label.level or 0))
            axes.plot(
                [label.instant] * 2, [axes.get_ylim()[1], y + 0.4], color=RED, lw=1.1, ls=(0, (4, 2)), clip_on=False
            )
            axes.text(label.start, y, f" {label.text}", size=SMALL + 0.5, color=RED, va="bottom")
