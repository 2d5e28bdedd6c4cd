"""A small question for tests of commands, and what a command answers."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent

SMALL = """
extends = "shop.toml"
name    = "Small"

[market]
start_with = 200

[variants.mild]
strategy.campaigns.rhythm.offer = { format = "percent", depth = "5 %" }
[variants.deep]
strategy.campaigns.rhythm.offer = { format = "percent", depth = "25 %" }

[compare]
references = []

[run]
start        = 2026-01-01
horizon      = "40 d"
cool_down    = "0 d"
draws        = 3
replications = 2
"""


@dataclass(frozen=True)
class CommandResult:
    """Exit code, standard output and standard error of one command."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """The one JSON document on standard output. JSONDecodeError where there is other text beside it."""
        return json.loads(self.out)


RunCommand = Callable[..., CommandResult]
