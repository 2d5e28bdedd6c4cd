"""The project's words are the field's: those of docs/glossary.md, and no private ones in their place."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
GLOSSARY = ROOT / "docs" / "glossary.md"
PRIVATE = re.compile(
    r"\b(luck|lucky|unlucky|told|foretold|foretells?|lived|moods?|happenings|same[ _-]luck|lifelines?|fates?)\b",
    re.IGNORECASE,
)
"""Words that stood for random numbers, runs, formats, forecasts, state variables and timelines."""
ALLOWED = {
    "JSON field": re.compile(r"""["'`]lived["'`]|lived again["'`]"""),
    "column or path of a sweep's tables": re.compile(
        r"""["'`]\(?luck( alone)?\)?["'`]|\(luck alone\)|\bLUCK\b|`luck`|\bluck: str\b"""
    ),
    "old name of `rehearse timeline`": re.compile(r"\blifelines?\b"),
}
"""Promised names that stay, and where they may stand."""
OWN = {"tests/test_vocabulary.py", "docs/glossary.md", "CHANGELOG.md"}


def texts() -> list[Path]:
    patterns = ("*.md", "*.py", "Makefile", "docs/**/*.md", "*/**/*.py", "*/**/*.toml", "*/**/*.j2")
    found = {path for pattern in patterns for path in ROOT.glob(pattern)}
    return sorted(p for p in found if not any(part.startswith(".") for part in p.relative_to(ROOT).parts))


def private_lines(text: str) -> list[str]:
    found = []
    for line in text.splitlines():
        rest = line
        for allowed in ALLOWED.values():
            rest = allowed.sub("", rest)
        if PRIVATE.search(rest):
            found.append(line.strip())
    return found


def test_no_private_words() -> None:
    found = {path.relative_to(ROOT).as_posix(): private_lines(path.read_text(encoding="utf-8")) for path in texts()}
    assert len(found) > 900
    assert {name: lines for name, lines in found.items() if lines and name not in OWN} == {}


def test_a_private_word_would_be_seen() -> None:
    assert private_lines('x = told["lived"]\ny = 1\nsame luck') == ['x = told["lived"]', "same luck"]
    assert private_lines('row["lived"], "(luck alone)"') == []


def glossary_rows() -> list[list[str]]:
    lines = GLOSSARY.read_text(encoding="utf-8").splitlines()
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines if line.startswith("| ")]
    return rows[1:]


def test_each_term_stands_once_with_its_four_cells() -> None:
    rows = glossary_rows()
    assert len(rows) > 40
    assert all(len(row) == 4 and all(row) for row in rows)
    assert len({row[0] for row in rows}) == len(rows)


def test_what_the_glossary_names_exists() -> None:
    """Every class, function, file, option and key in its third column stands somewhere in code or in the library."""
    code = "\n".join(
        path.read_text(encoding="utf-8")
        for path in texts()
        if path.suffix in (".py", ".toml") and "tests" not in path.parts
    )
    words = set(re.findall(r"\w+", code))
    for term, _, names, _ in glossary_rows():
        for name in re.findall(r"`([^`]+)`", names):
            if "/" in name:
                assert list(ROOT.glob(name)), f"{term}: {name}"
            else:
                for word in re.findall(r"[A-Za-z_]\w+", name):
                    assert word in words, f"{term}: {name}"
