"""Where a value was written."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Origin:
    """Where a value was written, and the source that its writer names."""

    file: str
    line: int
    source: str | None = None

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}"
        return f"{self.source} ({place})" if self.source else place
