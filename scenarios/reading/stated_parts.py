"""What each file states, judged where it stands: a value that a child or every arm overrides is not taken silently."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

from scenarios.building.building import BuildContext, build
from scenarios.errors import nearest, shown
from scenarios.reading.expectation_reading import KEYS as EXPECTATION
from scenarios.toml.entries import Entry, check_format, check_not_alike, line_of_text, name_of
from scenarios.toml.merging import without
from scenarios.toml.toml_document import LIBRARY, Node
from scenarios.values.criteria import Compare
from scenarios.values.shapes import shape_of
from sim.offers.discount_format import DiscountFormat
from sim.scenario import Market, RunSettings, Strategy

VARIANT = {
    "strategy": "What this arm changes in the strategy.",
    "off": "Whether an arm of the file that this one extends is left out.",
}
"""The keys of an arm."""
SHARED = "all arms share one market and run"
REPLAY = "replay"
"""What came out when the shop's last weeks were simulated again, which calibration writes."""
LINKS = {
    "from": "Market of which this table states what differs: library:NAME, a path from this file, or none.",
    "posterior": "Parquet file of plausible values of this market's numbers, which calibration writes.",
    "customers": "Parquet file of the shop's own customers on day one, which calibration writes.",
    "history": "Parquet file of what the shop did to its customers, which calibration writes; none: not stated.",
    REPLAY: "What came out when the shop's last weeks were simulated again.",
}
"""Keys of [market] that are no part of the market itself, and what each means."""
ANY_CURRENCY = ""
"""A file whose amounts are all overridden may be in another currency."""
NONE: Mapping[str, type[DiscountFormat]] = MappingProxyType({})


def check_layers(layers: Sequence[Node], formats: Mapping[str, type[DiscountFormat]]) -> None:
    """Judge what each of these files states by itself, the furthest parent first: version, names, keys and values.

    What a file leaves out is no mistake, since others complete it, nor what its values are together: that is judged of
    the whole. `formats` are discount formats of one's own. Raises InputError with the place in the file.
    """
    known = set[str]()
    for layer in layers:
        top = Entry(layer)
        check_layer(top, formats)
        _check_switches(top, known)
        known |= (_table_of(top, "variants") or {}).keys()


def check_layer(top: Entry, formats: Mapping[str, type[DiscountFormat]] = NONE) -> None:
    """Judge what one file states by itself; of the library, that is done by its tests. Raises InputError."""
    if top.node.file.is_relative_to(LIBRARY):
        return
    check_format(top)
    name_of(top.at("name"))
    line_of_text(top.at("question"))
    for key, cls in (("market", Market), ("strategy", Strategy), ("run", RunSettings), ("compare", Compare)):
        if top.has(key):
            entry = top.at(key).table()
            own = Entry(without(entry.node, *LINKS), entry.path) if key == "market" else entry
            _judge(cls, own, BuildContext(ANY_CURRENCY, key == "market", formats=formats, partial=True))
    for name in _table_of(top, "variants") or ():
        variant = top.at("variants", name)
        check_variant_keys(variant)
        if variant.has("strategy"):
            own = Entry(variant.at("strategy").node, ("strategy",))
            _judge(Strategy, own, BuildContext(ANY_CURRENCY, formats=formats, partial=True))


def check_variant_keys(entry: Entry) -> None:
    """Raise InputError for a key that no arm has, and for an `off` that is neither true nor false."""
    for key in entry.table().node.value:
        if key in ("market", "run"):
            raise entry.at(key).error(SHARED, expected="strategy", got=key)
        if key not in VARIANT:
            raise entry.unknown_key(key, ["strategy"])
    _check_switch(entry)


def _judge(cls: type, entry: Entry, context: BuildContext) -> None:
    build(shape_of(cls), entry, context)


def _table_of(top: Entry, key: str) -> dict[str, Any] | None:
    return top.at(key).table().node.value if top.has(key) else None


def _check_switch(entry: Entry) -> None:
    if entry.has("off") and not isinstance(entry.at("off").node.value, bool):
        raise entry.at("off").error(expected="true or false")


def _check_switches(top: Entry, known: set[str]) -> None:
    """Raise InputError where a file leaves out an arm that no parent has, and for unknown keys of claims left out."""
    stated = _table_of(top, "variants") or {}
    check_not_alike([*sorted(known), *stated], top.at("variants"))
    for name in stated:
        variant = top.at("variants", name)
        if known and variant.at("off").node.value is True and not variant.has("strategy") and name not in known:
            expected = nearest(name, known)
            raise variant.error("no arm of this name can be left out", expected=expected, got=shown(name))
    for name in _table_of(top, "expect") or ():
        top.at("expect", name).table(EXPECTATION)
