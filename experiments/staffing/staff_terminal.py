"""The least staff on the terminal."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from experiments.output.format_values import format_share
from scenarios.values.quantities import format_window

if TYPE_CHECKING:
    from rich.console import Console

    from experiments.staffing.staff_answer import StaffAnswer


def print_staff(answer: StaffAnswer, console: Console) -> None:
    """The shifts with their agents, what they reach, and a table by hour."""
    from rich.table import Table

    console.print(f"least staff of {answer.arm} for {answer.goal.text}, {_kept(answer, answer.chance)}")
    for shift in answer.shifts:
        days = f" on {', '.join(shift.days)}" if shift.days else ""
        skills = f", {', '.join(shift.skills)} only" if shift.skills else ""
        hired = f", hired {shift.hired}" if shift.hired else ""
        people = "1 agent" if shift.agents == 1 else f"{shift.agents} agents"
        console.print(f"  {people} {format_window(shift.hours)}{days}{skills}{hired}")
    if answer.kept < answer.chance:
        console.print(
            "the runs with it do not keep the goal that often: whoever is answered sooner buys and writes more; "
            "a higher --chance finds a larger staff",
            soft_wrap=True,
        )
    shares = sorted(share for share in answer.answered if not math.isnan(share))
    console.print(
        f"run with it: goal {_kept(answer, answer.kept)}; answered in time {_share(shares[:1])} "
        f"to {_share(shares[-1:])} (questions for the staff while somebody is there); "
        f"given up {format_share(answer.abandoned)}; waiting at closing {answer.backlog:.1f}; "
        f"utilisation {format_share(answer.utilisation)}; "
        f"cost a ticket {answer.ticket_cost / 100.0:.2f} {answer.currency}"
        + (f"; answered by the bot {format_share(answer.by_bot)} of all questions" if answer.by_bot > 0.0 else ""),
        soft_wrap=True,
    )
    table = Table("hour", "tickets", "capacity", "agents", "utilisation", "in time", "Erlang A")
    for hour in answer.hours:
        if hour.tickets > 0.0 or hour.agents > 0.0:
            table.add_row(
                f"{hour.hour:02d}:00", f"{hour.tickets:.2f}", f"{hour.capacity:.1f}", f"{hour.agents:.1f}",
                _share([hour.utilisation]), _share([hour.answered]), _share([hour.erlang]),
            )  # fmt: skip
    console.print(table)
    console.print(
        "Means of one day. Erlang A has one ticket an agent at a time, equal agents, and the mean of each hour: it "
        "knows neither who has waited since last night, nor that a message brings its questions within the hour.",
        soft_wrap=True,
    )


def _kept(answer: StaffAnswer, share: float) -> str:
    """In what share of the markets a goal is kept; of a single draw, whether it is."""
    if len(answer.answered) == 1:
        return f"{'kept' if share else 'not kept'} in the one market that was simulated"
    return f"kept {answer.markets.share(share)}"


def _share(values: list[float]) -> str:
    """A share in per cent; a dash for nan, or where there is none."""
    return format_share(values[0]) if values else "–"
