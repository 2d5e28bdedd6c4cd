"""How an answer shows itself in a notebook: as a table, and as a picture.

What prints and draws imports the classes of answers, so these cannot import it. They call two functions instead, for
which the package `rehearse` registers how each class is shown.
"""

from __future__ import annotations

from functools import singledispatch
from typing import Any


@singledispatch
def html_of(answer: object) -> str | None:
    """The answer as HTML; None where nothing is registered for its class, and a notebook takes its `repr`."""
    return None


@singledispatch
def figure_of(answer: object) -> Any:
    """The answer as a matplotlib Figure. Raises NotImplementedError where nothing is registered for its class."""
    raise NotImplementedError(f"pictures of {type(answer).__name__} are drawn after `import rehearse.showing`")


class Shown:
    """An answer that a notebook shows as the tables that its command prints."""

    def _repr_html_(self) -> str | None:
        return html_of(self)


class Drawn(Shown):
    """An answer of which there is a picture, too."""

    def plot(self) -> Any:
        """The picture as a matplotlib Figure, which no pyplot knows of; `figure.savefig("FILE.png")` keeps it."""
        return figure_of(self)
