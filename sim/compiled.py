"""The only use of the compiler: `jit` compiles a function once and keeps its machine code by fingerprint."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Literal, TypeVar, cast

import numba
from numba.core.event import Event, Listener, install_listener

from sim.fingerprint import COMPILED, cache_folder

F = TypeVar("F", bound=Callable[..., Any])

_folder = cache_folder()
_types: Any = numba.types


class MachineCodeLocator:
    """Tells numba where it keeps a function: in the fingerprint's folder, whatever its source file's name and time.

    The folder already names all that is compiled. numba's own names hold the line and the bytes of the source file, so
    that an edit of a docstring would compile again, and do not hold the other modules that a function uses.
    """

    def __init__(self, function: Callable[..., Any], file: str) -> None:
        self._py_file = file  # numba's warnings name it
        self._folder = _folder / function.__module__

    @classmethod
    def from_function(cls, function: Callable[..., Any], file: str) -> MachineCodeLocator:
        """numba asks here for a function's locator."""
        return cls(function, file)

    def ensure_cache_path(self) -> None:
        """Make the folder."""
        self._folder.mkdir(parents=True, exist_ok=True)

    def get_cache_path(self) -> str:
        """The folder."""
        return str(self._folder)

    def get_source_stamp(self) -> str:
        """Every source file is up to date."""
        return ""

    def get_disambiguator(self) -> str:
        """A part of the file's name; a module has one function of a name."""
        return "0"


def jit(function: F) -> F:
    """Compile on first use, without the interpreter's lock; floating point as written."""
    return _compiled(function)


def jit_inlined(function: F) -> F:
    """The same, written into each compiled function that calls it: loops around the call can then take several numbers
    an instruction."""
    return _compiled(function, inline="always")


def _compiled(function: F, inline: Literal["never", "always"] = "never") -> F:
    """A function of ours, with two habits of numba changed.

    It reads the setting of its locators when a function is made; other packages' functions keep theirs. And it would
    compile a function once more for each whole number that is written in a call of it.
    """
    config: Any = numba.config
    before = config.CACHE_LOCATOR_CLASSES
    config.CACHE_LOCATOR_CLASSES = f"{__name__}.{MachineCodeLocator.__name__}"
    try:
        compiled: Any = numba.njit(cache=True, nogil=True, error_model="numpy", inline=inline)(function)
    finally:
        config.CACHE_LOCATOR_CLASSES = before
    choose, unliteral = compiled.get_call_template, _types.unliteral
    compiled.get_call_template = lambda types, named: choose(
        tuple(map(unliteral, types)), {name: unliteral(one) for name, one in named.items()}
    )
    return cast(F, compiled)


class _FunctionCounter(Listener):
    """Counts functions of ours as the compiler ends them; it compiles many of its own on the way."""

    def __init__(self, tell: Callable[[int], None]) -> None:
        self._tell, self._count = tell, 0

    def on_start(self, event: Event) -> None:
        """Nothing is counted before its end."""

    def on_end(self, event: Event) -> None:
        """A function has been compiled for some types of its arguments."""
        if event.data["dispatcher"].py_func.__module__.partition(".")[0] in COMPILED:
            self._count += 1
            self._tell(self._count)


@contextmanager
def counted(tell: Callable[[int], None]) -> Iterator[None]:
    """Tell how many functions have been compiled since the beginning of this context, each time that there is one more.

    What is loaded from the cache folder does not count, nor what other processes compile.
    """
    with install_listener("numba:compile", _FunctionCounter(tell)):
        yield
