"""The reference of the Python interface: every name is described, and every example runs."""

from __future__ import annotations

import inspect
import io
import shutil
from contextlib import chdir, redirect_stdout
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

import rehearse as rh
from experiments.reference.docstring_parts import docstring_parts
from experiments.reference.python_page import PublicName, examples, face, field_meanings, methods, python_page

from .calibration.test_terminal import export
from .command_line import ROOT
from .test_documents import blocks, run_code

NAMES = [one for group in face(rh).values() for one in group]
CLAIMS = """
extends = "shop.toml"
[expect.few]
kpi     = "orders"
variant = "30 days"
between = [0, 100000]
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the page says that its examples take."""
    made = tmp_path_factory.mktemp("page")
    shop = blocks(ROOT / "docs" / "how-to" / "use-from-python.md")[0]
    assert shop.saved_as == "shop.toml"
    (made / "shop.toml").write_text(shop.text, encoding="utf-8")
    (made / "claims.toml").write_text(CLAIMS, encoding="utf-8")
    export(made).rename(made / "orders.csv")
    return made


def test_every_name_of_the_package_is_on_the_page() -> None:
    page = (ROOT / "docs" / "reference" / "python.md").read_text(encoding="utf-8")
    public = {name for name in dir(rh) if not name.startswith("_") and not inspect.ismodule(getattr(rh, name))}
    assert {one.name for one in NAMES} == public
    assert [one.name for one in NAMES if f"\n### {one.heading}\n" not in page] == []


def test_every_function_has_an_example_and_a_meaning_of_each_argument() -> None:
    functions = [one for one in NAMES if not one.is_class]
    assert len(functions) >= 10
    for one in functions:
        parts = docstring_parts(inspect.getdoc(one.of), one.names)
        assert parts.examples, one.name
        assert [name for name in one.names if name not in parts.meanings] == [], one.name
        assert "Raises InputError" in " ".join(parts.text), one.name


def test_every_field_of_a_value_has_a_meaning_and_every_method_says_what_it_gives() -> None:
    """Fields may also be in the text about their class; `Actions` are made by methods, a mechanism has a name."""
    for one in NAMES:
        if one.is_class:
            said = field_meanings(one)
            text = inspect.getdoc(one.of) or ""
            silent = {name for name in one.names if name not in said and name not in text}
            assert silent <= {"Actions": {"touches"}, "Mechanism": {"name"}}.get(one.name, set()), one.name
            assert [name for name, function in methods(one.of) if not inspect.getdoc(function)] == [], one.name


def test_a_new_name_comes_to_the_page_by_itself(tmp_path: Path) -> None:
    (tmp_path / "__init__.pyi").write_text("from .verbs import double as double\n", encoding="utf-8")

    def double(number: float = 1.0) -> float:
        """Twice as much.

        number: of which
            twice is given
        """
        return 2 * number

    package = ModuleType("rehearse", str(tmp_path))
    package.__file__ = str(tmp_path / "__init__.py")
    package.double = double  # type: ignore[attr-defined]
    page = python_page(package)
    assert "### rh.double\n\n```python\nrh.double(number=1.0)\n```\n\nTwice as much.\n" in page
    assert "| `number` | `float` | `1.0` | Of which twice is given. |" in page


def test_a_docstring_in_parts() -> None:
    text = "One.\n\nx, y: numbers\n    of a\nz: more\nnot: a name\n\n    a = 1\n\n    b = 2\n\nRaises nothing."
    parts = docstring_parts(text, ["x", "y", "z"])
    assert parts.meanings == {"x": "numbers of a", "y": "numbers of a", "z": "more"}
    assert parts.text == ("One.", "not: a name", "Raises nothing.")
    assert parts.examples == ("a = 1\n\nb = 2",)
    assert PublicName("Sweep", rh.Sweep).link != PublicName("sweep", rh.sweep).link.lower()


def test_every_example_runs_and_the_posterior_is_read_back_from_the_folder(folder: Path) -> None:
    found = list(examples(rh))
    assert len(found) >= 10
    printed = io.StringIO()
    with chdir(folder), redirect_stdout(printed):
        for place, code in found:
            if place == "rh.diff":
                shutil.copytree("out/shop", "out/later")
            space: dict[str, Any] = {"rh": rh}
            exec(compile(code, f"<{place}>", "exec"), space)
    (page,) = blocks(ROOT / "docs" / "how-to" / "read-the-posterior.md")
    run_code(page.text, folder)
    kept = rh.load_market(folder / "fitted" / "shop")
    assert kept.posterior is not None
    assert len(kept.posterior) == 50
    table = kept.to_frame().set_index("path")
    rate = table.loc["market.need.order_rate.mean"]
    assert (rate["unit"], rate["learned"]) == ("events per day", True)
    assert rate["median"] == kept.posterior["market.need.order_rate.mean"].median()
    believed = kept.beliefs["market.fatigue.half_life"]
    assert tuple(table.loc["market.fatigue.half_life", ["median", "p5", "p95"]]) == (
        believed.median,
        believed.p5,
        believed.p95,
    )
    assert repr(kept).endswith("147 customers")
    assert rh.load_market("library:base").posterior is None
