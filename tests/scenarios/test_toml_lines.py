"""Every key is found on the line where it stands."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from scenarios.toml.toml_document import LIBRARY, Node, label, read
from scenarios.toml.toml_lines import lines_of

TEXT = '''\
top = 1
[a]            # [not.a.table]
x = "= [ { ]"  # y = 2
long = """
z = 3
"""
list = [
  1, # one
  2,
]
in.dotted = { p = 1, "q r" = { s = 2 } }
[a.'b c']
last = 1979-05-27 07:32:00
[[many]]
k = 1
[[many]]
k = 2
'''


def test_keys_of_every_kind() -> None:
    lines = lines_of(TEXT)
    expected = {
        ("top",): 1,
        ("a",): 2,
        ("a", "x"): 3,
        ("a", "long"): 4,
        ("a", "list"): 7,
        ("a", "list", 0): 8,
        ("a", "list", 1): 9,
        ("a", "in"): 11,
        ("a", "in", "dotted", "p"): 11,
        ("a", "in", "dotted", "q r", "s"): 11,
        ("a", "b c"): 12,
        ("a", "b c", "last"): 13,
        ("many", 0, "k"): 15,
        ("many", 1, "k"): 17,
    }
    assert {key: lines.get(key) for key in expected} == expected


@pytest.mark.parametrize("path", sorted(LIBRARY.rglob("*.toml")), ids=lambda path: path.stem)
def test_each_library_value_stands_on_its_line(path: Path) -> None:
    """The line found for a key holds the key and, for plain texts, the value."""
    lines = path.read_text(encoding="utf-8").split("\n")
    found = list(_leaves(read(path), ""))
    assert len(found) > 5
    for key, node in found:
        line = lines[node.line - 1]
        assert key in line
        if isinstance(node.value, str):
            assert node.value in line


def _leaves(node: Node, key: str) -> Any:
    if isinstance(node.value, dict):
        for name, inner in node.value.items():
            yield from _leaves(inner, name)
    elif not isinstance(node.value, list):
        yield key, node


def test_a_file_is_read_anew_and_named_from_where_one_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "one.toml"
    for number in (1, 2):
        path.write_text(f"x = {number}", encoding="utf-8")
        assert read(path).plain() == {"x": number}
    for folder, name in ((tmp_path, "one.toml"), (tmp_path.parent, f"{tmp_path.name}/one.toml"), (LIBRARY, str(path))):
        monkeypatch.chdir(folder)
        assert label(path) == name
