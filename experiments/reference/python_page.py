"""The reference page of the Python interface, from the signatures and docstrings of what the package offers."""

from __future__ import annotations

import ast
import inspect
import re
from collections.abc import Callable, Iterator
from dataclasses import fields, is_dataclass
from functools import cached_property
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

from experiments.reference.docstring_parts import docstring_parts
from scenarios.writing.key_pages import table
from scenarios.writing.meanings import meanings
from sim import units

HEAD = "<!-- Written by `rehearse reference`; the words are the docstrings in the code. -->"
INTRODUCTION = """\
`import rehearse as rh` gives what is on this page, and `help(rh.compare)` prints the same.
[Use it from Python](../how-to/use-from-python.md) shows it at work.

Numbers are in stored units unless a text says otherwise: money in integer cents, shares as fractions, times in days.
Where a value of a scenario is stated, it may be a text as in a file (`"20 d"`, `"5 %"`, `"30 CNY"`), too. A mistake is
an [`InputError`](#inputerror) of one line. The examples take `shop.toml` from the same page, `claims.toml` with
[expectations](../how-to/write-expectations.md), and orders of your own as `orders.csv`."""
FIRST = ("verbs", "values")
"""Groups that come before all others."""
TYPES = {
    "Ints": "array of int64",
    "Floats": "array of float64",
    "Mask": "array of bool",
    "Labels": "array of text",
    "pd.DataFrame": "DataFrame",
    "Files": "str | Path | Sequence[str | Path]",
    "Report": "Callable[[Progress], None]",
    "Progress": "Callable[[str], None]",
    "Model": "Callable",
    "Strategist": "Callable",
}
"""What types stand for that have a name in the module of the function alone."""
_TYPE_NAME = re.compile(rf"(?<![\w.\[])({'|'.join(map(re.escape, TYPES))})\b")


class PublicName:
    """Something that the package offers, by its name."""

    def __init__(self, name: str, of: Any) -> None:
        self.name, self.of = name, of

    @property
    def is_class(self) -> bool:
        """Whether it is a class, and not a function."""
        return inspect.isclass(self.of)

    @property
    def heading(self) -> str:
        """Its heading; `rh.` keeps the verb `sweep` apart from the class `Sweep` where a link has small letters."""
        return self.name if self.is_class else f"rh.{self.name}"

    @property
    def link(self) -> str:
        """A link to it on this page."""
        return f"[`{self.heading}`](#{self.heading.lower().replace('.', '')})"

    @cached_property
    def names(self) -> list[str]:
        """Its parameters; of a class its fields."""
        if self.is_class and is_dataclass(self.of):
            return [one.name for one in fields(self.of) if not one.name.startswith("_")]
        return [name for name in inspect.signature(self.of).parameters if name != "self"]


def python_page(package: ModuleType) -> str:
    """The page of a package whose face is a stub: a section for each name in it, in groups by submodule."""
    groups = face(package)
    offered = {one.name: one for group in groups.values() for one in group}
    parts = [HEAD, "# Python", INTRODUCTION]
    for module, group in groups.items():
        words = inspect.getdoc(import_module(f"{package.__name__}.{module}")) or ""
        rows = [(one.link, first_sentence(one.of)) for one in group]
        parts += [f"## {module.capitalize()}", *words.split("\n\n"), table(("Name", "What it is"), rows)]
        for one in group:
            parts += [f"### {one.heading}", *(_class(one) if one.is_class else _function(one, offered))]
    return "\n\n".join(parts) + "\n"


def face(package: ModuleType) -> dict[str, list[PublicName]]:
    """What a package offers, by the submodules that its stub names; in each, by name. Modules are left out."""
    stub = ast.parse(Path(str(package.__file__)).with_suffix(".pyi").read_bytes())
    found = {str(one.module): sorted(alias.name for alias in one.names) for one in _imports(stub)}
    order = sorted(found, key=lambda module: FIRST.index(module) if module in FIRST else len(FIRST))
    offered = {name: getattr(package, name) for names in found.values() for name in names}
    return {
        module: [PublicName(name, offered[name]) for name in found[module] if not isinstance(offered[name], ModuleType)]
        for module in order
    }


def examples(package: ModuleType) -> Iterator[tuple[str, str]]:
    """Every example of the page: of what it is, and its code."""
    for group in face(package).values():
        for one in group:
            owners = [(one.heading, one.of, one.names)]
            owners += [(f"{one.heading}.{name}", of, []) for name, of in methods(one.of)] if one.is_class else []
            for heading, of, names in owners:
                yield from ((heading, code) for code in docstring_parts(inspect.getdoc(of), names).examples)


def first_sentence(of: Any) -> str:
    """The first sentence of a docstring."""
    text = " ".join((inspect.getdoc(of) or "").split("\n\n")[0].split())
    return re.split(r"(?<=[.;]) ", text)[0].rstrip(";")


def field_meanings(one: PublicName) -> dict[str, str]:
    """What each field of a class means: the text below it, or a line of the docstring of the class."""
    cls: type = one.of
    below = meanings(cls) if is_dataclass(cls) else {}
    said = docstring_parts(inspect.getdoc(cls), one.names).meanings
    return {name: words for name in one.names if (words := below.get(name) or said.get(name))}


def methods(cls: type) -> list[tuple[str, Callable[..., Any]]]:
    """The methods that a user calls, by name, in the order of the source; of a base class at the end.

    Those that give nothing are left out: they fill a value while it is being made.
    """
    found = dict[str, Callable[..., Any]]()
    for name, member in _members(cls):
        function = getattr(member, "__func__", member)
        if inspect.isfunction(function) and function.__annotations__.get("return") != "None":
            found.setdefault(name, getattr(cls, name))
    return list(found.items())


def _imports(stub: ast.Module) -> list[ast.ImportFrom]:
    return [one for one in stub.body if isinstance(one, ast.ImportFrom) and one.level]


def _members(cls: type) -> Iterator[tuple[str, Any]]:
    """Public members of a class and of those of its bases that are ours."""
    for base in cls.__mro__:
        if base.__module__.split(".")[0] in ("sim", "scenarios", "calibration", "experiments", "rehearse"):
            yield from ((name, member) for name, member in vars(base).items() if not name.startswith("_"))


def _function(one: PublicName, offered: dict[str, PublicName]) -> Iterator[str]:
    parts = docstring_parts(inspect.getdoc(one.of), one.names)
    yield f"```python\nrh.{one.name}{_call(one.of)}\n```"
    yield from parts.text
    rows = [
        (f"`{name}`", _type(found.annotation), _default(found), _sentence(parts.meanings.get(name, "")))
        for name, found in inspect.signature(one.of).parameters.items()
    ]
    yield table(("Argument", "Type", "Default", "Meaning"), rows)
    gives = offered.get(str(inspect.signature(one.of).return_annotation))
    if gives:
        yield f"Gives: {gives.link}."
    yield from (f"```python\n{code}\n```" for code in parts.examples)


def _class(one: PublicName) -> Iterator[str]:
    parts = docstring_parts(inspect.getdoc(one.of), one.names)
    yield from parts.text
    yield from (f"```python\n{code}\n```" for code in parts.examples)
    rows = [
        (f"`{name}`", _type(_annotation(one, name)), _sentence(words)) for name, words in field_meanings(one).items()
    ]
    for name, member in _members(one.of):
        if isinstance(member, property):
            kind = _type(member.fget.__annotations__.get("return", ""))
            rows.append((f"`{name}`", kind, " ".join((inspect.getdoc(member) or "").split())))
    if rows:
        yield table(("Field", "Type", "Meaning"), rows)
    for name, function in methods(one.of):
        said = docstring_parts(inspect.getdoc(function), [])
        yield f"**`.{name}{_call(function)}`**"
        yield from said.text
        yield from (f"```python\n{code}\n```" for code in said.examples)


def _annotation(one: PublicName, name: str) -> Any:
    if is_dataclass(one.of):
        return {found.name: found.type for found in fields(one.of)}[name]
    return inspect.signature(one.of).parameters[name].annotation


def _call(function: Callable[..., Any]) -> str:
    """A signature without types."""
    found = inspect.signature(function)
    bare = [each.replace(annotation=inspect.Parameter.empty) for each in found.parameters.values()]
    return str(found.replace(parameters=[one for one in bare if one.name != "self"], return_annotation=found.empty))


def _sentence(words: str) -> str:
    """With a capital letter and a full stop."""
    return f"{words[:1].upper()}{words[1:].rstrip('.')}." if words else ""


def _default(parameter: inspect.Parameter) -> str:
    return "" if parameter.default is parameter.empty else f"`{parameter.default!r}`"


def _type(annotation: Any) -> str:
    """A type as the source has it, with the stored unit of a number that has one, and without names for other types."""
    if annotation is inspect.Parameter.empty:
        return ""
    text, unit = str(annotation), ""
    if text.startswith("Annotated["):
        of = ast.parse(text, mode="eval").body
        assert isinstance(of, ast.Subscript)
        assert isinstance(of.slice, ast.Tuple)
        kind, *said = of.slice.elts
        named = next(each.attr for each in ast.walk(said[0]) if isinstance(each, ast.Attribute) and _of_units(each))
        text, unit = ast.unparse(kind), f", {getattr(units, named).stored}"
    return f"`{_TYPE_NAME.sub(lambda found: TYPES[found[1]], text)}`{unit}"


def _of_units(each: ast.Attribute) -> bool:
    return isinstance(each.value, ast.Name) and each.value.id == "u"
