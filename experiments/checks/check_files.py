"""A check as files for pull requests and CI."""

from __future__ import annotations

from pathlib import Path

from experiments.checks.check_junit import format_junit
from experiments.checks.check_markdown import format_markdown
from experiments.checks.check_result import CheckResult
from experiments.output.result_files import write_text


def write_check(answer: CheckResult, *, markdown: str | Path | None = None, junit: str | Path | None = None) -> None:
    """Write the page for a pull request, and JUnit XML, where a path is given; each file whole or not at all.

    Raises InputError for a file that cannot be written.
    """
    if markdown is not None:
        write_text(Path(markdown), format_markdown(answer))
    if junit is not None:
        write_text(Path(junit), format_junit(answer))
