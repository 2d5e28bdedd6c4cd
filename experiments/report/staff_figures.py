"""The picture of a staff: tickets and capacity, utilisation, and the share answered in time, by hour of the day."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import matplotlib as mpl
import numpy as np
import numpy.typing as npt

from experiments.output.format_values import format_chance, format_share
from experiments.output.result_files import picture_kind, replaced
from experiments.report.drawing import COLOURS, INK, STYLE, canvas, short

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from experiments.staffing.staff_answer import StaffAnswer

BLUE, RED, GREEN, *_ = COLOURS


def draw_staff(answer: StaffAnswer, path: str | Path) -> Path:
    """Draw a staff into a picture, PNG or SVG by the name's suffix.

    Raises scenarios.InputError for another suffix, and where it cannot be written.
    """
    path = Path(path)
    kind = picture_kind(path)
    with mpl.rc_context({**STYLE, "savefig.facecolor": "white"}):
        figure, (load, busy, service) = canvas(7.6, rows=3)
        _draw_load(load, answer)
        _draw_utilisation(busy, answer)
        _draw_service(service, answer)
        for axes in (load, busy, service):
            axes.set_xlim(0, 24)
            axes.set_xticks(range(0, 25, 3), [f"{hour}:00" for hour in range(0, 25, 3)])
        service.set_xlabel("hour of the day")
        replaced(path, lambda draft: figure.savefig(draft, format=kind, dpi=140))
    return path


def _values(answer: StaffAnswer, field: str) -> npt.NDArray[np.float64]:
    return np.array([getattr(hour, field) for hour in answer.hours])


def _draw_load(axes: Axes, answer: StaffAnswer) -> None:
    """Tickets that come, and how many the agents could answer."""
    hours, tickets, capacity = np.arange(24), _values(answer, "tickets"), _values(answer, "capacity")
    axes.bar(hours + 0.5, tickets, width=0.9, color=BLUE, alpha=0.6, label="tickets")
    axes.stairs(capacity, np.arange(25), color=RED, lw=2, label="capacity")
    axes.set_ylim(bottom=0.0)
    axes.set_ylabel("in an hour")
    agents = sum(shift.agents for shift in answer.shifts)
    axes.set_title(f"{short(answer.arm)}: {agents} {'agent' if agents == 1 else 'agents'} for {answer.goal.text}")
    axes.legend(frameon=False, loc="upper left")


def _draw_utilisation(axes: Axes, answer: StaffAnswer) -> None:
    used = _values(answer, "utilisation")
    axes.bar(np.arange(24) + 0.5, np.nan_to_num(used) * 100.0, width=0.9, color=GREEN, alpha=0.6)
    axes.axhline(100.0, color=INK, lw=1, alpha=0.6)
    axes.set_ylabel("% of their time")
    axes.set_title(f"Utilisation {format_share(answer.utilisation)}")


def _draw_service(axes: Axes, answer: StaffAnswer) -> None:
    """Shares answered in time, with the goal."""
    hours, within = np.arange(24) + 0.5, answer.goal.text.split(" in ", 1)[1]
    axes.plot(hours, _values(answer, "answered") * 100.0, "o-", color=BLUE, lw=2, ms=5, label="simulated")
    axes.plot(hours, _values(answer, "erlang") * 100.0, color=RED, lw=1.5, ls=(0, (4, 3)), label="Erlang A")
    axes.axhline(answer.goal.share * 100.0, color=INK, lw=1, alpha=0.6)
    axes.set_ylim(0.0, 104.0)
    axes.set_ylabel("% of questions")
    axes.set_title(f"Answered in {within}: the goal is kept in {format_chance(answer.kept)} of the markets")
    axes.legend(frameon=False, loc="lower left")
