"""The scenario format: files in, resolved questions out; the only place where a file is judged."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from scenarios.beliefs import belief_table as belief_table
    from scenarios.errors import InputError as InputError
    from scenarios.explaining import explain as explain
    from scenarios.json_schema import schema as schema
    from scenarios.loading import load as load
    from scenarios.loading import load_many as load_many
    from scenarios.loading import load_market as load_market
    from scenarios.loading import validate as validate
    from scenarios.paths import get as get
    from scenarios.paths import list_paths as list_paths
    from scenarios.paths import with_values as with_values
    from scenarios.question import Belief as Belief
    from scenarios.question import Compare as Compare
    from scenarios.question import Limit as Limit
    from scenarios.question import MarketFile as MarketFile
    from scenarios.question import Origin as Origin
    from scenarios.question import Question as Question
    from scenarios.start import new as new
    from scenarios.write import resolved_toml as resolved_toml
    from scenarios.write import run_key as run_key
    from scenarios.write import write_market as write_market

_HOMES = {
    "errors": ("InputError",),
    "loading": ("load", "load_many", "load_market", "validate"),
    "beliefs": ("belief_table",),
    "paths": ("get", "list_paths", "with_values"),
    "question": ("Belief", "Compare", "Limit", "MarketFile", "Origin", "Question"),
    "explaining": ("explain",),
    "json_schema": ("schema",),
    "start": ("new",),
    "write": ("resolved_toml", "run_key", "write_market"),
}
_HOME = {name: home for home, names in _HOMES.items() for name in names}
__all__ = list(_HOME)


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module 'scenarios' has no attribute {name!r}")
    return getattr(import_module(f"scenarios.{_HOME[name]}"), name)
