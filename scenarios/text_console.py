"""The console of all commands: what is printed is text, in which nothing is an instruction."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from rich.console import Console, ConsoleOptions, RenderableType
from rich.segment import Segment
from rich.text import Text

from scenarios.plain_text import plain_text


class TextConsole(Console):
    """A console for names from anywhere: `[red]` and `:smile:` are printed as they stand, and no character steers the
    terminal. Tables, styles and bars are as in rich."""

    def __init__(self, **options: Any) -> None:
        super().__init__(markup=False, emoji=False, highlight=False, **options)

    def render_str(self, text: str, **options: Any) -> Text:
        """A text that is not styled: characters that steer are shown by a sign."""
        return super().render_str(plain_text(text), **options)

    def render(self, renderable: RenderableType, options: ConsoleOptions | None = None) -> Iterable[Segment]:
        """The pieces of what is printed. In styled texts, whose width is known already, such characters are left out,
        for they have none; what rich itself makes to steer the terminal stays."""
        for one in super().render(renderable, options):
            yield one if one.control else Segment(plain_text(one.text, ""), one.style)
