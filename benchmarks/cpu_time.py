"""Processor time of calls and of child processes, measured so that a shared machine changes the figures little.

Processor time is that of all threads of a process; waiting for a processor does not count. What is compared is run in
turns (A B A B), and a comparison is the median over the rounds of the ratio within each round, since busy neighbours
slow down both through the memory that is shared.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import NamedTuple

ROOT = Path(__file__).resolve().parent.parent
Calls = Mapping[str, Callable[[], int]]
"""What is compared, by name: each call does its work and returns the live customer-days of it."""


class Timing(NamedTuple):
    """Nanoseconds per live customer-day of one call: processor time of all threads, and wall time."""

    cpu_ns: float
    wall_ns: float


@dataclass
class Steps:
    """Counts the steps of a benchmark, and shows each before it begins."""

    total: int
    show: Callable[[int, int, str, float | None], None] | None = None
    done: int = 0

    def begin(self, what: str) -> None:
        """The next step begins."""
        if self.show is not None:
            self.show(self.done, self.total, f"measuring: {what}", None)
        self.done += 1


def timed(call: Callable[[], int]) -> Timing:
    """Time a call that returns its live customer-days."""
    wall, cpu = time.perf_counter(), time.process_time()
    live = call()
    cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
    return Timing(cpu / live * 1e9, wall / live * 1e9)


def alternate(calls: Calls, rounds: int, steps: Steps, what: str) -> dict[str, list[Timing]]:
    """Time all calls in turns; a list of one timing a round by name. Each round is a step."""
    times: dict[str, list[Timing]] = {name: [] for name in calls}
    for _ in range(rounds):
        steps.begin(what)
        for name, call in calls.items():
            times[name].append(timed(call))
    return times


def median_cpu(times: Sequence[Timing]) -> float:
    """Median nanoseconds of processor time per live customer-day."""
    return median(one.cpu_ns for one in times)


def median_ratio(over: Sequence[Timing], under: Sequence[Timing], *, wall: bool = False) -> float:
    """Median over the rounds of one timing over another; of processor time, or of wall time."""
    pairs = [(a.wall_ns, b.wall_ns) if wall else (a.cpu_ns, b.cpu_ns) for a, b in zip(over, under, strict=True)]
    return median(a / b for a, b in pairs)


def child_lines(arguments: Sequence[str], environment: Mapping[str, str] | None = None) -> Iterator[str]:
    """Lines that a Python process prints, as they come.

    Raises CalledProcessError where the process fails before it has printed a line; one that fails later just ends, as
    where the system ends a process for want of memory.
    """
    command = [sys.executable, *arguments]
    with subprocess.Popen(
        command, cwd=ROOT, env={**os.environ, **(environment or {})}, stdout=subprocess.PIPE, text=True
    ) as child:
        assert child.stdout is not None
        any_line = False
        for line in child.stdout:
            any_line = True
            yield line
    if child.returncode and not any_line:
        raise subprocess.CalledProcessError(child.returncode, command)


def peak_mebibytes() -> float:
    """The most memory that this process has held so far (Linux)."""
    status = Path("/proc/self/status").read_text(encoding="utf-8").splitlines()
    return int(next(line for line in status if line.startswith("VmHWM")).split()[1]) / 1024


def free_mebibytes() -> float:
    """Memory that new work may take, by the system and by this process's control group (Linux)."""
    lines = Path("/proc/meminfo").read_text(encoding="utf-8").splitlines()
    free = int(next(line for line in lines if line.startswith("MemAvailable")).split()[1]) / 1024
    group = Path("/sys/fs/cgroup")
    try:
        most, used = (int((group / f"memory.{name}").read_text(encoding="utf-8")) for name in ("max", "current"))
    except (OSError, ValueError):  # no such group, or no limit
        return free
    return min(free, (most - used) / 2**20)
