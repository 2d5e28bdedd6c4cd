"""Result folders on the disk, and the inputs in which two of them differ."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from experiments.output.result_files import read_json
from experiments.runs.answer_files import scenario_files
from scenarios import InputError
from scenarios.toml.toml_text import on_one_line

if TYPE_CHECKING:
    import pandas as pd

Tree = Mapping[str, Any]
Place = tuple[str, int, int]
_PLACE = ("variant", "draw", "replication")
RESULT_FOLDER = "a folder of `rehearse run` or `rehearse compare`"
COLUMNS = ("variant", "draw", "replication", "kpi", "window", "value", "fingerprint")
_MANIFEST: dict[str, type] = {
    "arms": list, "scenario_hashes": dict, "files": dict, "versions": dict, "model_fingerprint": str, "seed": int,
    "draws": int, "replications": int,
}  # fmt: skip
_INPUTS = ("market", "strategy", "run", "compare")
_LINKS = ("customers", "posterior")
_NOT_INPUTS = frozenset({"market.from", *(f"market.{link}" for link in _LINKS)})


@dataclass(frozen=True)
class ResultFolder:
    """A result folder: its manifest, its arms' resolved scenarios as plain TOML, its table of runs, and the
    fingerprints of their events by arm, draw and replication."""

    path: Path
    manifest: Mapping[str, Any]
    arms: Mapping[str, Tree]
    runs: pd.DataFrame
    fingerprints: Mapping[Place, str]

    @property
    def size(self) -> tuple[int, int, int]:
        """Seed, draws and replications."""
        return self.manifest["seed"], self.manifest["draws"], self.manifest["replications"]

    @property
    def own_kpis(self) -> Mapping[str, Mapping[str, Any]]:
        """KPIs of the user's own by name, in words."""
        kpis: Mapping[str, Mapping[str, Any]] = self.manifest.get("kpis", {})
        return kpis


@dataclass(frozen=True)
class InputChange:
    """An input that differs in the arms named, or in no arm's scenario; `a` or `b` is None where that side has none."""

    path: str
    a: str | None
    b: str | None
    arms: tuple[str, ...] = ()


def read_folder(path: Path) -> ResultFolder:
    """A folder of one or several arms. Raises InputError for any other folder, and for a damaged one."""
    wrong = (
        ("a file" if path.exists() else "no such folder", not path.is_dir()),
        ("one of `rehearse sweep`, which has points instead of arms", (path / "sweep.json").exists()),
        ("a folder without manifest.json", not (path / "manifest.json").exists()),
    )
    for got, found in wrong:
        if found:
            raise InputError(place=str(path), expected=RESULT_FOLDER, got=got)
    manifest = _manifest(path / "manifest.json")
    arms = {arm: _tree(file) for arm, file in scenario_files(path, manifest).items()}
    table = _runs(path / "runs.parquet")
    runs = table.drop_duplicates(list(_PLACE))
    places = zip(*(runs[name].tolist() for name in _PLACE), strict=True)
    return ResultFolder(path, manifest, arms, table, dict(zip(places, runs["fingerprint"].tolist(), strict=True)))


def _manifest(path: Path) -> dict[str, Any]:
    manifest = read_json(path)
    if manifest.get("schema") != 1:
        got = repr(manifest.get("schema", "none"))
        raise InputError(place=f"{path}: schema", expected="1, the schema of this version", got=got)
    for key, kind in _MANIFEST.items():
        if not isinstance(manifest.get(key), kind):
            got = type(manifest[key]).__name__ if key in manifest else "none"
            expected = "what this version of `rehearse run` or `rehearse compare` writes"
            raise InputError(place=f"{path}: {key}", expected=expected, got=got)
    return manifest


def _tree(path: Path) -> Tree:
    try:
        tree = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise _damaged(path, "a resolved scenario", f"one that cannot be read: {error}") from None
    missing = {"run.start", "market.money.currency"} - dict(_leaves(tree)).keys()
    if missing or not isinstance(tree["run"]["start"], date):
        lacks = " and ".join(sorted(missing)) or "a date as run.start"
        raise _damaged(path, "a resolved scenario", f"one without {lacks}")
    return tree


def _runs(path: Path) -> pd.DataFrame:
    import pandas as pd

    try:
        table = pd.read_parquet(path)
    except (OSError, ValueError) as error:
        got = str(error).partition("\n")[0] if path.exists() else "no such file"
        raise _damaged(path, "a table of runs", got) from None
    missing = [name for name in COLUMNS if name not in table.columns]
    if missing:
        older = " (an older version wrote it: run it again)" if missing == ["fingerprint"] else ""
        columns = f"a table with columns {', '.join(COLUMNS)}"
        raise _damaged(path, columns, f"one without {', '.join(missing)}{older}")
    if table.duplicated([*_PLACE, "kpi", "window"]).any() or not pd.api.types.is_numeric_dtype(table["value"]):
        raise _damaged(path, "one number for each run, KPI and window", "several, or a value that is not a number")
    return table


def _damaged(path: Path, expected: str, got: str) -> InputError:
    return InputError(place=str(path), expected=expected, got=got)


def pair_arms(a: ResultFolder, b: ResultFolder) -> tuple[tuple[str, str], ...]:
    """Arms of the same name in both folders; the two arms of folders with one arm each, whatever their names."""
    if len(a.arms) == len(b.arms) == 1:
        return ((*a.arms, *b.arms),)  # type: ignore[return-value]
    return tuple((arm, arm) for arm in a.arms if arm in b.arms)


def format_pair(pair: tuple[str, str]) -> str:
    """The name of a pair of arms: the common name, or both."""
    return pair[0] if pair[0] == pair[1] else f"{pair[0]} | {pair[1]}"


def input_changes(a: ResultFolder, b: ResultFolder, pairs: tuple[tuple[str, str], ...]) -> tuple[InputChange, ...]:
    """Inputs that differ: values of the arms by path, then tables, model and versions."""
    found: dict[tuple[str, str | None, str | None], list[str]] = {}
    for pair in pairs:
        for path, old, new in _values(a, b, pair):
            found.setdefault((path, old, new), []).append(format_pair(pair))
    values = [InputChange(path, old, new, tuple(arms)) for (path, old, new), arms in found.items()]
    return (*values, *_tables(a, b), *_versions(a, b))


def _values(a: ResultFolder, b: ResultFolder, pair: tuple[str, str]) -> Iterator[tuple[str, str | None, str | None]]:
    """Paths at which an arm's scenario differs; or two hashes, where the scenarios differ in what no file shows."""
    mine, other = dict(_leaves(a.arms[pair[0]])), dict(_leaves(b.arms[pair[1]]))
    differing = [path for path in (mine | other) if mine.get(path) != other.get(path)]
    yield from ((path, mine.get(path), other.get(path)) for path in differing)
    hashes = a.manifest["scenario_hashes"].get(pair[0]), b.manifest["scenario_hashes"].get(pair[1])
    shown = any(not path.startswith("compare.") for path in differing) or any(True for _ in _tables(a, b))
    if hashes[0] != hashes[1] and not shown:
        yield "what no file shows (functions in Python)", _short(hashes[0]), _short(hashes[1])


def _leaves(tree: Tree) -> Iterator[tuple[str, str]]:
    for root in _INPUTS:
        yield from _below(tree.get(root, {}), root)


def _below(value: Any, path: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, dict) and value.keys() >= {"median", "p5", "p95"}:
        yield path, f"{on_one_line(value['median'])} ({on_one_line(value['p5'])} to {on_one_line(value['p95'])})"
    elif isinstance(value, dict) and value:
        for key, inner in value.items():
            yield from _below(inner, f"{path}.{key}")
    elif path not in _NOT_INPUTS:
        yield path, on_one_line(value)


def _tables(a: ResultFolder, b: ResultFolder) -> Iterator[InputChange]:
    """Tables to which scenarios refer: customers and posterior, by their contents."""
    for link in _LINKS:
        mine, other = _named(a, link), _named(b, link)
        if mine != other and (mine is None or other is None or mine[1] != other[1] or mine[1] is None):
            yield InputChange(f"market.{link}", _table_text(mine), _table_text(other))


def _table_text(named: tuple[str, str | None] | None) -> str | None:
    return None if named is None else f"{named[0]} ({_short(named[1]) or 'not read'})"


def _named(folder: ResultFolder, link: str) -> tuple[str, str | None] | None:
    """A table's path and the hash of its bytes."""
    path = next(iter(folder.arms.values())).get("market", {}).get(link)
    return None if path is None else (path, folder.manifest["files"].get(path))


def _versions(one: ResultFolder, other: ResultFolder) -> Iterator[InputChange]:
    a, b = one.manifest, other.manifest
    if a["model_fingerprint"] != b["model_fingerprint"]:
        yield InputChange("model fingerprint", a["model_fingerprint"], b["model_fingerprint"])
    for name in a["versions"] | b["versions"]:
        old, new = a["versions"].get(name), b["versions"].get(name)
        if old != new:
            yield InputChange(f"version of {name}", old, new)
    for name in dict.fromkeys((*one.own_kpis, *other.own_kpis)):
        old, new = (own[name]["version"] if name in own else None for own in (one.own_kpis, other.own_kpis))
        if old != new:
            yield InputChange(f"version of the KPI {name}", old, new)


def _short(digest: str | None) -> str | None:
    return digest and digest[:12]
