"""What the commands share: checks of options, consoles, answers for machines, and progress."""

from __future__ import annotations

import io
import json
import os
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from scenarios.errors import InputError
from scenarios.plain_text import plain_text
from scenarios.progress_bar import Show, terminal_bar

if TYPE_CHECKING:
    from rich.console import Console

    from experiments.execution.progress import Progress
    from scenarios import Question
    from sim.scenario import Scenario

HTML_WIDTH = 130
"""Characters of a line in a notebook."""


def check_workers(jobs: int | None, cluster: str | None) -> None:
    """Raise InputError where both ways of sharing work are given."""
    if jobs is not None and cluster is not None:
        raise InputError(place="--jobs, --cluster", expected="one of the two", got=f"{jobs} and {cluster}")


def check_targets(out: Path | None, json_: str | None, store: Path | None = None) -> None:
    """Check before any work where answers go. Raises InputError for what cannot be written."""
    from experiments.execution.store import check_result_folders

    check_result_folders(out, store)
    if json_ in (None, "-"):
        return
    folder = _folder_of(Path(json_))
    missing = folder != (out and Path(os.path.realpath(out))) and not folder.is_dir()
    if missing or Path(json_).is_dir():
        got = "no such folder" if missing else "a folder"
        raise InputError(place=f"--json {json_}", expected="- or a file in an existing folder", got=got)


def _folder_of(path: Path) -> Path:
    """The folder in which the file lies, behind links."""
    return Path(os.path.realpath(path)).parent


def check_files(targets: Mapping[str, Path | None]) -> None:
    """The same for single files, by their options."""
    from scenarios.toml.atomic_write import is_stream

    taken: dict[Path, str] = {}
    for option, path in targets.items():
        if path is None:
            continue
        place, expected = f"{option} {path}", "a file in an existing folder that can be written"
        if path.is_dir():
            raise InputError(place=place, expected=expected, got="a folder")
        folder = _folder_of(path)
        if is_stream(path):
            if not os.access(path, os.W_OK):
                raise InputError(place=place, expected=expected, got="a device that cannot be written")
        elif not folder.is_dir() or not os.access(folder, os.W_OK):
            got = "a folder that cannot be written" if folder.is_dir() else "no such folder"
            raise InputError(place=place, expected=expected, got=got)
        other = taken.setdefault(path.absolute(), option)
        if other != option:
            raise InputError(place=place, expected="a file of its own", got=f"the file of {other}")


def check_picture(option: str, picture: Path | None, json_: str | None) -> None:
    """The same for a picture, which is not the file of the answer."""
    if picture is not None:
        from experiments.output.result_files import picture_kind

        picture_kind(picture)
        check_files({option: picture, "--json": None if json_ in (None, "-") else Path(json_ or "")})


def console_on(stream: Any, *, wide: bool = False) -> Console:
    """A console for text and tables; files and pipes get wide lines and no colours."""
    from scenarios.text_console import TextConsole

    plain = not stream.isatty()
    return TextConsole(file=stream, width=160 if plain or wide else None)


def as_html(show: Callable[[Console], None]) -> str:
    """What is printed to a console, as one element of a page with its colours inline; text is escaped."""
    from scenarios.text_console import TextConsole

    console = TextConsole(file=io.StringIO(), record=True, force_jupyter=False, width=HTML_WIDTH)
    show(console)
    frame = '<pre style="white-space:pre;overflow-x:auto;line-height:normal;font-family:monospace">{code}</pre>'
    return console.export_html(inline_styles=True, code_format=frame)


def results(json_: str | None) -> Console:
    """Results go to standard output, unless that carries the JSON."""
    return console_on(sys.stderr if json_ == "-" else sys.stdout)


def write_answer(target: str | None, answer: dict[str, Any]) -> None:
    """The machine-readable answer to a file, or to standard output for `-`."""
    if target is None:
        return
    text = json.dumps(answer, indent=1, ensure_ascii=False, allow_nan=False)
    if target == "-":
        print(text.encode("utf-8", "backslashreplace").decode())
        return
    from scenarios.toml.atomic_write import write_whole

    try:
        write_whole(Path(target), text + "\n")
    except OSError as fault:
        raise InputError(f"cannot be written: {fault.strerror}", place=f"--json {target}") from None


def warm_up_for(question: Question, cluster: str | None) -> None:
    """Compile first, so that the expected time is that of the runs and worker processes find compiled code.

    The workers of a cluster compile for themselves.
    """
    if cluster is not None:
        return
    from sim.fingerprint import is_compiled

    arm = next(iter(question.arms.values()))
    _compile_past(arm)
    if is_compiled():
        from sim.engine import warm_up

        warm_up(arm)
        return
    from experiments.output.compilation import FUNCTIONS, compile_model

    with progress() as show:

        def tell(functions: int) -> None:
            """A message that changes at each quarter, for where no bar can be shown."""
            done = min(functions, FUNCTIONS)
            share = f"{25 * (4 * done // FUNCTIONS)} % of {FUNCTIONS} functions"
            show(done, FUNCTIONS, f"compiling the model for this machine, once: {share}", None)

        compile_model(arm, tell)


def _compile_past(arm: Scenario) -> None:
    """Compile the walk through the past of the shop's own customers where it is stated, and say so."""
    from sim.fingerprint import COMPILING_PAST, is_past_compiled

    history = None if arm.customers is None else arm.customers.history
    if history is None or is_past_compiled():
        return
    from sim.past.evidence import compile_past

    with progress() as show:
        show(0, 1, COMPILING_PAST, None)
        compile_past(arm.market, history)


def shown(show: Show) -> Callable[[Progress], None]:
    """A callback that shows the progress of runs."""
    from experiments.execution.progress import reported

    return reported(show)


@contextmanager
def progress() -> Iterator[Show]:
    """A bar with the time left on a terminal; elsewhere each new message once, as a line."""
    if sys.stderr.isatty():
        with terminal_bar() as show:
            yield show
        return
    said: set[str] = set()

    def say(done: int, total: int, message: str, expected: float | None) -> None:
        if message and message not in said:
            said.add(message)
            print(plain_text(message), file=sys.stderr)

    yield say
