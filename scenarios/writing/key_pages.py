"""The reference pages of scenario keys: one for each table at the top of a file, and one that lists these."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from scenarios.reading.expectation_reading import BEST, CURVE, KEYS, RATIO
from scenarios.reading.loading import TOP
from scenarios.reading.stated_parts import LINKS, REPLAY, VARIANT
from scenarios.values.criteria import Compare
from scenarios.values.quantities import expected_text
from scenarios.values.replayed_weeks import ReplayedWeeks
from scenarios.writing.scenario_keys import (
    NAME,
    KeyTable,
    ScenarioKey,
    base_values,
    check_keys,
    key_tables,
    unit_text,
    values_by_name,
)
from sim import units as u
from sim.scenario import Market, RunSettings, Strategy

HEAD = "<!-- Written by `rehearse reference`; the words are those at the fields in the code. -->"
UNITS = (
    *(u.Days, u.PerDay, u.Share, u.Factor, u.LogEffect, u.Money, u.MoneyPerDay),
    *(u.Number, u.Count, u.TimeOfDay, u.Window, u.Night),
)
OF_VALUES = ("Key", "Meaning", "Unit or form", "Allowed", "Default")
BELIEFS = """\
Numbers in brackets are the 5th and 95th percentile of what is believed before any data. A file may state a number alone
(`"10 d"`), with its source (`{ value = "10 d", source = "..." }`), or as a belief
(`{ median = "10 d", p5 = "3 d", p95 = "30 d", source = "..." }`). Defaults are the values of `library:base`, on which
every market stands. In a source *assumption* means that nobody has measured it, *trial* a value with which a trial of
the law showed a pattern of the field, and *seed FILE:LINE* a practitioner's claim (the head of `base.toml` names these
files)."""
INTRODUCTION = """\
Every key of a scenario file or a market file, by its path. NAME stands for a name of the file's own, such as that of a
channel. `rehearse explain FILE` shows the value that each key has in a file, and where it comes from; `rehearse schema`
prints what is on these pages for editors."""


def key_pages() -> dict[str, str]:
    """The text of each page by its file name."""
    pages = {
        "market": [BELIEFS, *_market()],
        "strategy": _tables(key_tables(Strategy, "strategy")),
        "run": _tables(key_tables(RunSettings, "run")),
        "compare": _tables(key_tables(Compare, "compare")),
        "expect": _expectations(),
        "check": [_values(check_keys())],
    }
    texts = {f"{name}.md": _page(f"Keys of [{name}]", TOP[name], parts) for name, parts in pages.items()}
    return {"index.md": _page("Scenario keys", INTRODUCTION, _index(pages)), **texts}


def _page(title: str, introduction: str, parts: Iterable[str]) -> str:
    return "\n\n".join([HEAD, f"# {title}", introduction, *parts]) + "\n"


def _index(pages: Iterable[str]) -> list[str]:
    rows = [(f"[`{key}`]({key}.md)" if key in pages else f"`{key}`", words) for key, words in TOP.items()]
    arms = [(f"`variants.NAME.{key}`", words) for key, words in VARIANT.items()]
    units = [(unit.kind, expected_text(unit, ""), unit_text(unit, False).rpartition("stored as ")[2]) for unit in UNITS]
    return [
        table(("Key", "Meaning"), rows + arms),
        "## How numbers are written",
        "Money is in the one currency that `market.money.currency` names.",
        table(("Unit", "Written as", "Stored as"), units),
    ]


def _market() -> list[str]:
    links = [(f"`market.{key}`", words) for key, words in LINKS.items()]
    parts = ["## Files that a market names", table(("Key", "Meaning"), links)]
    for one in key_tables(Market, "market"):
        parts += _section(one, (*OF_VALUES, "Source"))
    return parts + _tables(key_tables(ReplayedWeeks, f"market.{REPLAY}"))


def _tables(tables: Iterable[KeyTable]) -> list[str]:
    return [part for one in tables for part in _section(one, OF_VALUES)]


def _section(one: KeyTable, columns: Sequence[str]) -> list[str]:
    """A table of files: its paths as a heading, what it means at each, its keys, and the library's values by name."""
    if not one.keys:
        return []
    path = one.places[0][0]
    named = [each for key in one.keys for each in values_by_name(key.path).values() if path.startswith("market.")]
    parts = [f"## {path}", _meaning(one), _values(one.keys, columns)]
    if named:
        rows = [(f"`{each.path}`", each.text, each.source) for each in named]
        parts += ["In the library's base:", table(("Key", "Value", "Source"), rows)]
    return [part for part in parts if part]


def _meaning(one: KeyTable) -> str:
    """What the table means; where it may stand in several places, at each."""
    words = {said for _, said in one.places}
    if len(one.places) == 1:
        return words.pop()
    if len(words) == 1:
        return f"{words.pop()} The same keys stand at {', '.join(f'`{place}`' for place, _ in one.places[1:])}."
    return "\n".join(f"- `{place}`: {said}" for place, said in one.places)


def _values(keys: Iterable[ScenarioKey], columns: Sequence[str] = OF_VALUES) -> str:
    rows = []
    for key in keys:
        path = f"{key.path}.{NAME}" if f"{key.path}.{NAME}" in base_values() else key.path
        form = key.unit or key.notation
        rows.append((f"`{path}`", key.meaning, _listed(form, key), key.allowed, key.default, key.source))
    return table(columns, [row[: len(columns)] for row in rows])


def _listed(form: str, key: ScenarioKey) -> str:
    """The unit of a number; of those in a list or by name, that there are several."""
    many = key.notation.partition(", of each: ")
    return f"{many[0]}, of each: {form}" if key.unit and many[1] else form


def _expectations() -> list[str]:
    parts = [table(("Key", "Meaning"), [(f"`expect.NAME.{key}`", words) for key, words in KEYS.items()])]
    for form, keys in {"ratio": RATIO, "best": BEST, "curve": CURVE}.items():
        rows = [(f"`expect.NAME.{form}.{key}`", words) for key, words in keys.items()]
        parts += [f"## expect.NAME.{form}", KEYS[form], table(("Key", "Meaning"), rows)]
    return parts


def table(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A Markdown table."""
    lines = [columns, ["---"] * len(columns), *rows]
    return "\n".join(f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in line)} |" for line in lines)
