"""The reference page of the commands, from the functions behind them and what typer is given about their parameters."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, get_args, get_origin, get_type_hints

from scenarios.writing.key_pages import table

if TYPE_CHECKING:
    from typer import Typer
    from typer.models import ArgumentInfo, OptionInfo

HEAD = "<!-- Written by `rehearse reference`; the words are those of `--help`. -->"
INTRODUCTION = """\
`rehearse COMMAND --help` prints the same. Exit codes: 0 where all went well, 2 for a mistake in a file or on the
command line, which is one line that names the place, 130 after an interruption. Some commands have more, which their
text names."""
_WORDS: dict[type, str] = {int: "N", float: "X"}
"""What an option takes, where it says nothing itself: a whole number, a number; TEXT or PATH for all others."""


@dataclass(frozen=True)
class CommandParameter:
    """One parameter of a command: its name in Python, its type, its default (`inspect.Parameter.empty`: none), and what
    typer is given about it."""

    name: str
    kind: Any
    default: Any
    info: ArgumentInfo | OptionInfo

    @property
    def argument(self) -> bool:
        """Whether it is given by its place, and not by a name."""
        return type(self.info).__name__ == "ArgumentInfo"

    @property
    def plain(self) -> type:
        """The type of one value, without None and without a list around it."""
        kind = self.kind
        while get_args(kind):
            kind = next(one for one in get_args(kind) if one is not type(None))
        found: type = kind
        return found

    @property
    def several(self) -> bool:
        """Whether it may have several values."""
        return any(get_origin(one) is list for one in (self.kind, *get_args(self.kind)))


def command_page(app: Typer) -> str:
    """The page, with a section for each command in the order of the command line."""
    parts = [HEAD, "# Commands", INTRODUCTION]
    for command in app.registered_commands:
        if command.callback is not None and not command.hidden:
            name = command.name or command.callback.__name__
            parts += _section(name, command.callback, command.epilog or "")
    return "\n\n".join(parts) + "\n"


def parameters(function: Callable[..., Any]) -> Iterator[CommandParameter]:
    """The parameters of a command, from the annotations of its function."""
    hints = get_type_hints(function, include_extras=True)
    for name, parameter in inspect.signature(function).parameters.items():
        if get_origin(hints[name]) is Annotated:
            kind, info = get_args(hints[name])[:2]
            yield CommandParameter(name, kind, parameter.default, info)


def _section(name: str, function: Callable[..., Any], epilog: str) -> list[str]:
    found = list(parameters(function))
    arguments, options = ([one for one in found if one.argument is wanted] for wanted in (True, False))
    usage = " ".join(["rehearse", name, *map(_argument, arguments), *(["[OPTIONS]"] if options else [])])
    parts = [f"## rehearse {name}", " ".join((function.__doc__ or "").split()), f"```\n{usage}\n```"]
    if arguments:
        parts.append(table(("Argument", "Meaning"), [(f"`{_argument(one)}`", _help(one)) for one in arguments]))
    if options:
        parts.append(table(("Option", "Meaning", "Default"), map(_option, options)))
    example = epilog.removeprefix("Example: ")
    return [*parts, f"Example: `{example}`"] if example else parts


def _argument(one: CommandParameter) -> str:
    name = one.info.metavar or one.name.upper()
    shown = name if one.default is inspect.Parameter.empty else f"[{name}]"
    return f"{shown}..." if one.several else shown


def _option(one: CommandParameter) -> tuple[str, str, str]:
    written = (
        one.info.default,
        *(one.info.param_decls or ()),
    )  # in an annotation the first name stands for the default
    name = ", ".join(part for text in map(str, written) if text.startswith("-") for part in text.split("/"))
    if one.plain is bool:
        return f"`{name}`", _help(one), {True: "yes", False: "no"}.get(one.default, "")
    takes = one.info.metavar or _WORDS.get(one.plain, "TEXT" if one.plain is str else "PATH")
    least = "" if one.info.min is None else f"; from {one.info.min:g}"
    default = "" if one.default is None else f"`{one.default}`"
    return f"`{name} {takes}`", f"{_help(one).rstrip('.')}{least}.", default


def _help(one: CommandParameter) -> str:
    return " ".join((one.info.help or "").split())
