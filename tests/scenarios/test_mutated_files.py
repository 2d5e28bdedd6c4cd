"""Mutated files give one line or a question, never a traceback."""

from __future__ import annotations

import random
from pathlib import Path

from scenarios import InputError, load
from scenarios.toml.toml_document import LIBRARY
from tests.scenarios.error_parts import Parts

BITS = ["{", "}", "[", "]", "=", '"', "\n", ".", "#", "nan", "inf", "-1", "1e9", '"10 d"', "true"]
BITS += ["2026-01-01", "\x00", "é", "'''", "off = true\n", "0x", "%"]


def mutated(text: str, dice: random.Random) -> str:
    for _ in range(dice.randint(1, 4)):
        at = dice.randrange(len(text) + 1)
        kind = dice.random()
        if kind < 0.4:
            text = text[:at] + dice.choice(BITS) + text[at:]
        elif kind < 0.7:
            text = text[:at] + text[at + dice.randint(1, 20) :]
        else:
            lines = text.split("\n")
            lines.insert(dice.randrange(len(lines)), dice.choice(lines))
            text = "\n".join(lines)
    return text


def error_in(text: str) -> InputError | None:
    Path("f.toml").write_text(text, encoding="utf-8")
    try:
        load("f.toml")
    except InputError as error:
        return error
    return None


def test_no_mutation_gives_a_traceback(project: Path) -> None:
    dice = random.Random(20260101)
    sources = [LIBRARY / name for name in ("shop.toml", "discount_format.toml", "markets/strong_brand.toml")]
    sources.append(Path(__file__).with_name("everything.toml"))
    texts = [path.read_text(encoding="utf-8") for path in sources]
    errors = [error for _ in range(400) if (error := error_in(mutated(dice.choice(texts), dice)))]
    assert len(errors) > 200
    for error in errors:
        assert error.place
        Parts().check(error)
