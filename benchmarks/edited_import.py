"""A pytest plugin: modules are imported with the edits of a planted fault, and no file is changed or copied.

`EDITS` in the environment holds a JSON list of file (below the project), old and new text.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Sequence
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, SourceFileLoader
from importlib.util import spec_from_file_location
from pathlib import Path
from types import ModuleType

from benchmarks.faults import ROOT, edited

EDITS = "REHEARSE_PLANTED_EDITS"


class EditedLoader(SourceFileLoader):
    """Loads a module from its file, with edits, and without bytecode."""

    def __init__(self, name: str, path: str, edits: list[tuple[str, str]]) -> None:
        super().__init__(name, path)
        self._edits = edits

    def get_data(self, path: str) -> bytes:
        """The edited text."""
        text = Path(path).read_text(encoding="utf-8")
        for old, new in self._edits:
            text = edited(text, old, new, path)
        return text.encode()

    def path_stats(self, path: str) -> dict[str, float]:
        """Without a time of change no bytecode is read or written."""
        raise OSError(path)


class EditedFinder(MetaPathFinder):
    """Finds the modules that have edits; all others are found as usual."""

    def __init__(self, edits: Sequence[tuple[str, str, str]]) -> None:
        self._edits: dict[str, list[tuple[str, str]]] = {}
        for file, old, new in edits:
            self._edits.setdefault(file.removesuffix(".py").replace("/", "."), []).append((old, new))

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """The edited module of this name, if it is one."""
        if fullname not in self._edits:
            return None
        file = str(ROOT / f"{fullname.replace('.', '/')}.py")
        return spec_from_file_location(fullname, file, loader=EditedLoader(fullname, file, self._edits[fullname]))


sys.meta_path.insert(0, EditedFinder(json.loads(os.environ.get(EDITS, "[]"))))
