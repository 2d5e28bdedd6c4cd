"""A small shop in a folder of its own, and what its commands tell."""

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

[run]
start        = 2026-01-01
horizon      = "40 d"
cool_down    = "0 d"
draws        = 3
replications = 2
"""


@dataclass(frozen=True)
class Told:
    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """The one JSON document on standard output; anything before or after it is an error."""
        return json.loads(self.out)


Rehearse = Callable[..., Told]
