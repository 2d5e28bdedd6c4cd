"""What a command makes of a damaged file, and whether that is what a user may be shown."""

from __future__ import annotations

import contextlib
import io
import os
import shutil
import sys
import time
import traceback
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any
from unittest.mock import patch

from typer.main import get_command

from benchmarks.damaged_files import HEADER, PEOPLE, PLANS, POINTS, ROWS, TRIAL, DamagedFile
from calibration.targets.target_file import TargetDays, read_targets
from calibration.trials.trial_files import read_trial
from rehearse.commands.command_app import app
from rehearse.commands.entry import main
from scenarios import InputError, load_market
from sim.people.first_people import forget_people
from sim.scenario import Market

SLOW = 30.0
LONGEST = 1500
"""Characters of a message at most."""
NOT_SEEN = {"Cc", "Cf", "Cs", "Zl", "Zp"}
"""Categories of Unicode: control characters, formats, halves of characters, and separators of lines."""
JOINERS = "\u00ad\u200c\u200d\t"
BROKEN = -1
"""In the place of an exit code: the command ended with an exception."""
DAYS = TargetDays(date(2025, 1, 1), date(2025, 12, 31), "CNY")
TINY = """
[market]
start_with = 40
[run]
warm_up = "0 d"
horizon = "15 d"
cool_down = "0 d"
draws = 1
replications = 1
"""


@dataclass(frozen=True)
class FuzzOutcome:
    """Exit code of a command, what it wrote to standard output and standard error, and its seconds of CPU."""

    code: int
    out: str
    err: str
    seconds: float


def outcome_of(file: DamagedFile, folder: Path, *, run: bool = False) -> FuzzOutcome:
    """Give a damaged file to the command that reads its kind, in this process. run: a scenario that is taken is run.

    `folder` becomes the working directory for as long, and is empty afterwards.
    """
    here = Path.cwd()
    os.chdir(folder)
    try:
        Path(file.name).write_bytes(file.content)
        return _ended(_READERS.get(file.shape.split("/")[0], _order_file), file.name, run)
    finally:
        os.chdir(here)
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(exist_ok=True)


def faults_of(outcome: FuzzOutcome) -> list[str]:
    """What is wrong with an outcome, each in a few words; empty where nothing is."""
    lines = [line for line in outcome.err.splitlines() if line.strip()]
    faults = []
    if outcome.code not in (0, 2):
        faults.append(f"exit code {outcome.code}")
    if "Traceback" in outcome.err + outcome.out:
        faults.append("a traceback")
    if outcome.code == 2 and len(lines) != 1:
        faults.append(f"{len(lines)} lines in the place of one")
    if outcome.code == 2 and not all(line.startswith("rehearse: ") for line in lines):
        faults.append("a line that does not say whose it is")
    if outcome.code == 0 and lines:
        faults.append("lines on standard error")
    if any(len(line) > LONGEST for line in lines):
        faults.append(f"a line of {max(map(len, lines)):,} characters")
    if any(unicodedata.category(sign) in NOT_SEEN and sign not in JOINERS for line in lines for sign in line):
        faults.append("signs that are not seen")
    if outcome.seconds > SLOW:
        faults.append(f"{outcome.seconds:.0f} s of CPU")
    return faults


def _ended(reader: Callable[[str, bool], None], name: str, run: bool) -> FuzzOutcome:
    out, err = io.StringIO(), io.StringIO()
    began = time.process_time()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        try:
            reader(name, run)
            code = 0
        except SystemExit as end:
            code = int(end.code or 0)
        except InputError as mistake:
            code = 2
            print(f"rehearse: {mistake}", file=err)
        except BaseException:  # whatever comes is what is looked for
            code = BROKEN
            traceback.print_exc(file=err)
    return FuzzOutcome(code, out.getvalue()[-4000:], err.getvalue()[-8000:], time.process_time() - began)


def _command(*words: str) -> None:
    """Run a command as the console does, with its options read once. Raises SystemExit for every end but a good one."""
    before, sys.argv = sys.argv, ["rehearse", *words]
    try:
        with patch("typer.main.get_command", lambda _: _options()):
            main()
    except SystemExit as end:
        if end.code:
            raise
    finally:
        sys.argv = before


@cache
def _options() -> Any:
    """The commands with their options, which typer would gather again at each call."""
    return get_command(app)


def _order_file(name: str, run: bool) -> None:
    _command("orders", name)


def _scenario(name: str, run: bool) -> None:
    _command("validate", "--no-assumptions", name)
    text = Path(name).read_text(encoding="utf-8-sig")
    if run and "[run]" in text and "[sweep]" not in text:
        Path("tiny.toml").write_text(f'extends = "{name}"\n{TINY}', encoding="utf-8")
        forget_people()
        _command("run", "tiny.toml", "--out", "out", "--store", "runs", "--no-assumptions")


def _points(name: str, run: bool) -> None:
    Path("plan.toml").write_text(PLANS["points"], encoding="utf-8")
    _command("validate", "plan.toml")


def _plan(name: str, run: bool) -> None:
    Path("points.csv").write_text(POINTS, encoding="utf-8")
    _command("validate", name)


def _reading(name: str, run: bool) -> None:
    Path("plain.csv").write_text(HEADER + ROWS, encoding="utf-8")
    _command("orders", "plain.csv", "--reading", name)


def _targets(name: str, run: bool) -> None:
    read_targets(Path(name), DAYS)


def _trial(name: str, run: bool) -> None:
    for other, text in (("trial.toml", TRIAL), ("people.csv", PEOPLE)):
        if other != name:
            Path(other).write_text(text, encoding="utf-8")
    read_trial(Path("trial.toml"), _market())


@cache
def _market() -> Market:
    return load_market("library:base").market


_READERS: dict[str, Callable[[str, bool], None]] = {
    "library": _scenario,
    "everything": _scenario,
    "plans": _plan,
    "points": _points,
    "trials": _trial,
    "people": _trial,
    "targets": _targets,
    "readings": _reading,
}
