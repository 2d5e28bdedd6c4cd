"""A bar for long work that was asked for in Python: in a terminal or a notebook, and only where it takes a while."""

from __future__ import annotations

import html
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager

from scenarios.errors import InputError, shown

Show = Callable[[int, int, str, float | None], None]
"""Shows progress: done, total, message, expected seconds left."""
LEAST = 2.0
"""Seconds of work, done and to be expected, from which a bar is shown."""
PAUSE = 0.1
"""Seconds between two pictures of the bar in a notebook."""


@contextmanager
def bar(asked: object, least: float = LEAST) -> Iterator[Show | None]:
    """What shows progress, of work of at least so many seconds, where it is asked for and can be seen; else None.

    Raises InputError for neither yes nor no.
    """
    if asked is not None and not isinstance(asked, bool):
        raise InputError(place="progress", expected="True, False, or a function", got=shown(asked))
    place = _place() if asked else None
    if place is None:
        yield None
        return
    with late(place, least) as show:
        yield show


def _place() -> Callable[[], AbstractContextManager[Show]] | None:
    if "IPython" in sys.modules:
        from rich.console import Console

        if Console().is_jupyter:
            return notebook_bar
    return terminal_bar if sys.stderr.isatty() else None


@contextmanager
def late(place: Callable[[], AbstractContextManager[Show]], least: float) -> Iterator[Show]:
    """The bar of a place, from the moment at which the work has taken, or is expected to take, that many seconds."""
    start, opened = time.perf_counter(), list[Show]()
    with ExitStack() as stack:

        def show(done: int, total: int, message: str, expected: float | None) -> None:
            if not opened:
                if time.perf_counter() - start + (expected or 0.0) < least:
                    return
                opened.append(stack.enter_context(place()))
            opened[0](done, total, message, expected)

        yield show


@contextmanager
def terminal_bar() -> Iterator[Show]:
    """A bar on standard error, with the time left; it is gone at the end."""
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    from scenarios.text_console import TextConsole

    said, left_column = (TextColumn(words, markup=False) for words in ("{task.description}", "{task.fields[left]}"))
    columns = (said, BarColumn(), MofNCompleteColumn(), left_column)
    console = TextConsole(file=sys.stderr)
    with Progress(*columns, console=console, transient=True) as shown_bar:
        task = shown_bar.add_task("working", total=None, left="")

        def show(done: int, total: int, message: str, expected: float | None) -> None:
            left = time_left(expected)
            shown_bar.update(task, completed=done, total=total, description=message or "working", left=left)

        yield show


@contextmanager
def notebook_bar() -> Iterator[Show]:
    """A bar below the cell, which needs no widgets; it is gone at the end."""
    from IPython.display import HTML, display

    handle = display(HTML(""), display_id=True)
    last = 0.0

    def show(done: int, total: int, message: str, expected: float | None) -> None:
        nonlocal last
        if time.perf_counter() - last < PAUSE:
            return
        last = time.perf_counter()
        share = f' value="{done}" max="{total}"' if total else ""
        words = ", ".join(filter(None, (message, f"{done} of {total}" if total else "", time_left(expected))))
        handle.update(HTML(f"<progress{share}></progress> {html.escape(words)}"))

    try:
        yield show
    finally:
        handle.update(HTML(""))


def time_left(expected: float | None) -> str:
    """Expected seconds in words; empty where they are not known."""
    return "" if expected is None else f"about {expected:.0f} s left"
