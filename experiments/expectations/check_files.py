"""A check as files for pull requests and CI."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from experiments.output.result_files import write_text

if TYPE_CHECKING:
    from experiments.expectations.checks import CheckResult


def write(answer: CheckResult, *, markdown: str | Path | None = None, junit: str | Path | None = None) -> None:
    """Write the page for a pull request, and JUnit XML, where they are asked for; each whole or not at all.

    Raises InputError for what cannot be written.
    """
    from experiments.expectations import check_junit, check_markdown

    if markdown is not None:
        write_text(Path(markdown), check_markdown.markdown(answer))
    if junit is not None:
        write_text(Path(junit), check_junit.junit(answer))
