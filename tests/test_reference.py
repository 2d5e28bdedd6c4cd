"""The reference pages say what the code does: every key, every command, every field of an answer."""

from __future__ import annotations

import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import fields
from typing import Any

import rehearse
from experiments.reference.command_page import command_page
from experiments.reference.reference_files import reference_pages
from rehearse.commands import entry
from scenarios import schema
from scenarios.values.criteria import Compare, Tolerances
from scenarios.values.replayed_weeks import ReplayedWeeks
from scenarios.values.shapes import Shape, shape_of, slots
from scenarios.writing.meanings import meanings
from sim.scenario import Market, Offer, RunSettings, Strategy

from .command_line import ROOT
from .json_page import differences, parts

REFERENCE = ROOT / "docs" / "reference"


def properties(tree: Any, path: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    """Every property of a schema, however deep, with its path."""
    for key, inner in tree.items() if isinstance(tree, dict) else enumerate(tree) if isinstance(tree, list) else ():
        if key == "properties" and "type" in tree:
            yield from ((f"{path}.{name}", one) for name, one in inner.items())
        yield from properties(inner, f"{path}.{key}")


def tables(shape: Shape) -> Iterator[type]:
    """The dataclasses that a file's table is read into, the table's own first."""
    if shape.kind == "table":
        yield shape.of
        for slot in slots(shape.of):
            yield from tables(slot.shape)
    elif shape.kind in ("list", "names"):
        yield from tables(shape.of)


def test_every_property_of_the_schema_is_described() -> None:
    found = list(properties(schema()))
    assert len(found) > 1800
    assert [path for path, one in found if not re.match(r"\S.{10,}[.)]$", one.get("description", ""))] == []
    assert [path for path, _ in properties({"type": "object", "properties": {"a": {}}})] == [".a"]


def test_every_key_has_a_meaning_of_its_own() -> None:
    roots = (Market, Strategy, RunSettings, Compare, ReplayedWeeks)
    classes = {cls for root in roots for cls in tables(shape_of(root))} | {Tolerances}
    names = {cls: [one.name for one in (slots(cls) if cls is Offer else fields(cls))] for cls in classes}
    said = {(cls.__name__, name): meanings(cls).get(name) for cls in classes for name in names[cls]}
    assert len(said) > 400
    assert [key for key, words in said.items() if not words] == []
    assert [words for words, count in Counter(said.values()).items() if count > 1] == []


def test_a_meaning_is_the_text_below_the_field_and_no_other() -> None:
    assert meanings(Market)["start_with"] == "Synthetic people on day one, who are still contacts."
    assert "silenced" not in meanings(Market)
    assert meanings(Tolerances).keys() == {"smallest", "power", "runs"}, "the text of the class is no field's"


def test_reading_a_file_does_not_read_the_meanings() -> None:
    code = (
        "import sys, scenarios; scenarios.load('library:shop'); assert 'scenarios.writing.meanings' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True)


def test_the_pages_are_those_that_the_code_writes() -> None:
    pages = reference_pages(entry.app, rehearse)
    assert {name: (REFERENCE / name).read_text(encoding="utf-8") for name in pages} == pages, (
        "rehearse reference docs/reference writes them again"
    )
    there = {path.relative_to(REFERENCE).as_posix() for path in REFERENCE.rglob("*.md")}
    assert there == pages.keys() | {"index.md", "json.md"}


def test_the_page_of_keys_answers_a_newcomer() -> None:
    market = (REFERENCE / "keys" / "market.md").read_text(encoding="utf-8")
    (row,) = [line for line in market.splitlines() if line.startswith("| `market.fatigue.half_life` |")]
    for words in ("falls by half", "time, stored as days", "10 d (3 d to 30 d)", "seed 003:13"):
        assert words in row, words


def test_every_command_and_option_is_on_its_page() -> None:
    page = command_page(entry.app)
    names = [one.name or one.callback.__name__ for one in entry.app.registered_commands if not one.hidden]  # type: ignore[union-attr]
    assert re.findall(r"^## rehearse (\S+)$", page, re.MULTILINE) == names
    check = page.partition("## rehearse check\n")[2].partition("\n## ")[0]
    for words in ("`--baseline PATH`", "`PATHS...`", "`--may KPI[:up\\|down]`", "Example: `rehearse check my-shop"):
        assert words in check, words


def test_a_field_too_many_or_too_few_in_an_answer_would_be_seen() -> None:
    whole = {"arm": "a", "draw": 1, "replication": 0, "stage": "run", "message": "x"}
    assert list(differences(whole, "RunFailure", "f")) == []
    assert list(differences(whole | {"new": 1}, "RunFailure", "f")) == ["f.new: not on the page"]
    assert list(differences({**whole, "draw": "1"}, "RunFailure", "f")) == ["f.draw: integer expected, '1' found"]
    del whole["stage"]
    assert list(differences(whole, "RunFailure", "f")) == ["f.stage: on the page, not in the answer"]


def test_every_part_of_the_page_of_answers_is_used_and_what_is_there_at_times_is_in_the_code() -> None:
    used = {word for part in parts().values() for one in part.values() for word in re.findall(r"[A-Z]\w+", one.kind)}
    assert used == {name for name in parts() if not name.startswith("rehearse ")} - {"JSON answers"}
    code = "\n".join(path.read_text(encoding="utf-8") for path in (ROOT / "calibration").rglob("*.py"))
    at_times = {name for part in parts().values() for name, one in part.items() if one.at_times}
    assert len(at_times) > 8
    assert [name for name in at_times if f'"{name}"' not in code] == []
