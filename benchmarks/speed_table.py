"""The figures of `rehearse bench` as a table."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from benchmarks.same_law.law import Law
from benchmarks.same_law.peers import PEERS

if TYPE_CHECKING:
    from rich.console import Console

Row = tuple[str, str]


def print_bench(answer: dict[str, Any], console: Console) -> None:
    """A section for each part of the answer."""
    from rich.table import Table
    from rich.text import Text

    title = f"Processor time on this machine ({answer['machine']}); ns are per live customer-day"
    table = Table("what", "figure", title=title, title_justify="left")
    for rows in (small_rows, engine_rows, bare_rows, people_rows, peer_rows):
        for row in rows(answer):
            table.add_row(*map(Text, row))
        table.add_section()
    console.print(table)


def small_rows(answer: dict[str, Any]) -> Iterator[Row]:
    """What a user waits for in most questions."""
    small = answer["small_run"]
    what = f"a small run: the shipped shop, {small['people']:,} people and growing, {small['days']} days, 1 thread"
    yield what, f"{small['cpu_seconds']:.2f} s, {small['ns_per_live_customer_day']:.0f} ns"
    yield "a day of that shop on which nothing happens", f"{answer['idle_day_ms']:.2f} ms"
    yield "first compilation, once per model and machine", f"{answer['compile_cpu_seconds']:.0f} s"


def engine_rows(answer: dict[str, Any]) -> Iterator[Row]:
    """Everything on, beside the whole law in SimPy."""
    many, simpy = answer["all_threads"], answer["simpy"]
    yield (
        f"everything on, 1 thread ({answer['live_customer_days']:,} live customer-days)",
        f"{answer['ns_per_live_customer_day']:.0f} ns, {answer['seconds']:.1f} s",
    )
    yield (
        f"the same, {many['threads']} threads",
        f"{many['ns_per_live_customer_day']:.0f} ns, x {many['cpu_ratio']:.2f} the processor time of 1 thread",
    )
    yield (
        f"{many['threads']} threads against 1, wall time (holds on a quiet machine only)",
        f"x {many['speed_up']:.2f} as fast",
    )
    yield (
        f"everything on, one SimPy process per customer ({simpy['people']} people x {simpy['days']} days)",
        f"{simpy['ns_per_live_customer_day']:,.0f} ns",
    )
    yield "faster than SimPy, everything on", f"x {answer['versus']['simpy']:,.0f}"


def bare_rows(answer: dict[str, Any]) -> Iterator[Row]:
    """The bare law, beside NumPy."""
    bare = answer["bare"]
    yield "bare law, whole run, 1 thread", f"{bare['ns_per_live_customer_day']:.0f} ns"
    yield "bare law, compiled day alone, 1 thread", f"{bare['compiled_day_ns']:.0f} ns"
    yield "bare law in NumPy, day by day", f"{bare['numpy_ns']:.0f} ns"
    yield "whole run against NumPy on the bare law, 1 thread", f"x {answer['versus']['numpy']:.2f}"


def people_rows(answer: dict[str, Any]) -> Iterator[Row]:
    """Time and memory of many people, all on one thread."""
    year = answer["year"]
    yield (
        f"{year['people']:,} people x {year['days']} days, everything on, 1 thread",
        f"{year['seconds']:.1f} s, {year['mebibytes_above_imports']:.0f} MiB above imports",
    )
    for size in answer["scaling"]:
        yield (
            f"{size['people']:,} people, days 2 to {answer['scaling_days']}",
            f"{size['ns']:,.0f} ns; first day {size['first_day_ns']:,.0f} ns a person;"
            f" {size['mebibytes_above_imports']:,.0f} MiB",
        )
    for people in answer["scaling_left_out"]:
        yield f"{people:,} people", "left out: not enough free memory"
    if answer["scaling_slope"] is not None:
        large = answer["scaling_slope_large"]
        more = "" if large is None else f"; from 100,000 people on {large:.2f}"
        yield "log-log slope of a day's time over people (1: linear)", f"{answer['scaling_slope']:.2f}{more}"


def peer_rows(answer: dict[str, Any]) -> Iterator[Row]:
    """One simple law, whole runs."""
    for name, peer in PEERS.items():
        what = f"one simple law, {Law().days} days: {name}, {peer.form}"
        if name in answer["same_law_missing"]:
            yield what, "not installed (the extra `peers`)"
            continue
        ns, ratio, people = (answer[key][name] for key in ("same_law", "same_law_ratios", "same_law_people"))
        yield f"{what} ({people:,} people)", f"{ns:,.1f} ns, x {ratio:.2f} of rehearse"
