"""The least staff on the terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scenarios.values.quantities import format_window

if TYPE_CHECKING:
    from rich.console import Console

    from experiments.staffing.staff_search import StaffAnswer


def print_staff(answer: StaffAnswer, console: Console) -> None:
    """The shifts with their agents, what they reach, and a table by hour."""
    from rich.table import Table

    console.print(f"least staff of {answer.arm} for {answer.goal.text}, kept in {answer.chance:.0%} of the markets")
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
    shares = sorted(answer.answered)
    console.print(
        f"run with it: goal kept in {answer.kept:.0%} of the markets; answered in time {shares[0]:.0%} to "
        f"{shares[-1]:.0%} (questions while the desk is open); given up {answer.abandoned:.1%}; waiting at the end "
        f"{answer.waiting:.0f}; cost a ticket {answer.ticket_cost / 100.0:.2f}",
        soft_wrap=True,
    )
    table = Table("hour", "tickets", "agents", "utilisation", "in time", "Erlang A")
    for hour in answer.hours:
        table.add_row(
            f"{hour.hour:02d}:00", f"{hour.tickets:.2f}", f"{hour.agents:.1f}", f"{hour.utilisation:.0%}",
            f"{hour.answered:.0%}", f"{hour.erlang:.0%}",
        )  # fmt: skip
    console.print(table)
    console.print(
        "Erlang A has one ticket an agent at a time, equal agents, and the mean of each hour; shifts of one day."
    )
