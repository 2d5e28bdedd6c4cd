"""A docstring of the Python interface in parts: its text, the meaning of each name, and examples.

A line `name: meaning` is about a parameter or a field of that name; lines below it that are indented go on with it, and
several names may share one. An indented block after an empty line is an example. All else is text.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from inspect import cleandoc
from itertools import groupby
from textwrap import dedent

_NAMED = re.compile(r"(\w+(?:, \w+)*): (.+)")


@dataclass(frozen=True)
class DocstringParts:
    """text: paragraphs. meanings: by name, on one line. examples: code, one text for each block."""

    text: tuple[str, ...]
    meanings: dict[str, str]
    examples: tuple[str, ...]


def docstring_parts(docstring: str | None, names: Collection[str]) -> DocstringParts:
    """The parts of a docstring about something with parameters or fields of these names."""
    text, found, examples = list[str](), dict[str, str](), list[str]()
    for block in _blocks(cleandoc(docstring or "")):
        if block.startswith("    "):
            examples.append(dedent(block))
            continue
        paragraph, last = list[str](), tuple[str, ...]()
        for line in block.splitlines():
            named = _NAMED.fullmatch(line)
            about = tuple(named[1].split(", ")) if named else ()
            if named and set(about) <= set(names):
                found |= dict.fromkeys(about, named[2])
                last = about
            elif last and line.startswith("    "):
                found |= {name: f"{found[name]} {line.strip()}" for name in last}
            else:
                paragraph.append(line)
                last = ()
        if paragraph:
            text.append(" ".join(paragraph))
    return DocstringParts(tuple(text), found, tuple(examples))


def _blocks(text: str) -> Iterator[str]:
    """What stands between empty lines; code with empty lines in it is one block."""
    blocks = [block for block in re.split(r"\n\s*\n", text) if block.strip()]
    for code, found in groupby(blocks, lambda block: block.startswith("    ")):
        group = list(found)
        yield from ["\n\n".join(group)] if code else group
