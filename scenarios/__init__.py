"""The scenario format: files in, resolved questions out; the only place where a file is judged."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from scenarios.axes import Axis as Axis
    from scenarios.beliefs import belief_table as belief_table
    from scenarios.claims import (
        Best as Best,
        Between as Between,
        Claim as Claim,
        Curve as Curve,
        Expectation as Expectation,
        Lever as Lever,
        Order as Order,
        Ratio as Ratio,
        Reading as Reading,
    )
    from scenarios.errors import InputError as InputError
    from scenarios.explaining import explain as explain
    from scenarios.json_schema import schema as schema
    from scenarios.loading import (
        load as load,
        load_expecting as load_expecting,
        load_many as load_many,
        load_market as load_market,
        load_questions as load_questions,
    )
    from scenarios.paths import get as get, list_paths as list_paths, with_values as with_values
    from scenarios.placing import drawn as drawn, placed as placed
    from scenarios.plans import Plan as Plan, load_plan as load_plan
    from scenarios.question import (
        Belief as Belief,
        Compare as Compare,
        Limit as Limit,
        MarketFile as MarketFile,
        Origin as Origin,
        Question as Question,
        Smallest as Smallest,
        Tolerances as Tolerances,
    )
    from scenarios.start import new as new
    from scenarios.validating import validate as validate
    from scenarios.write import (
        people_key as people_key,
        resolved_toml as resolved_toml,
        run_key as run_key,
        write_market as write_market,
    )

_HOMES = {
    "claims": ("Best", "Between", "Claim", "Curve", "Expectation", "Lever", "Order", "Ratio", "Reading"),
    "errors": ("InputError",),
    "loading": ("load", "load_expecting", "load_many", "load_market", "load_questions"),
    "axes": ("Axis",),
    "plans": ("Plan", "load_plan"),
    "placing": ("drawn", "placed"),
    "validating": ("validate",),
    "beliefs": ("belief_table",),
    "paths": ("get", "list_paths", "with_values"),
    "question": ("Belief", "Compare", "Limit", "MarketFile", "Origin", "Question", "Smallest", "Tolerances"),
    "explaining": ("explain",),
    "json_schema": ("schema",),
    "start": ("new",),
    "write": ("people_key", "resolved_toml", "run_key", "write_market"),
}
_HOME = {name: home for home, names in _HOMES.items() for name in names}
__all__ = list(_HOME)


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module 'scenarios' has no attribute {name!r}")
    return getattr(import_module(f"scenarios.{_HOME[name]}"), name)
