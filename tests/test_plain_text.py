"""Names from files and data are text wherever they are shown: no markup, no control characters, no tags."""

from __future__ import annotations

import io
import re
from pathlib import Path
from xml.etree.ElementTree import fromstring

import matplotlib as mpl
import pytest
from hypothesis import given, settings, strategies as st
from jinja2 import DictLoader
from rich.table import Table
from rich.text import Text

from experiments.output import console as ui
from experiments.report import page
from experiments.report.drawing import STYLE, canvas, svg
from scenarios import InputError
from scenarios.plain_text import plain_text
from scenarios.text_console import TextConsole

from .command_line import ROOT, RunCommand

NASTY = (
    "[red]", "[/red]", "[/]", "[link=http://x]y[/link]", "[", ":smile:", "\\[bold]", "<script>x</script>", "a & b",
    "\x1b[31mred", "\x1b]0;title\x07", "\x9b2J", "a\rb", "a\x08b", "\u202egnp", "\u2066x", "\ud800", "\ufffe", "=1+1",
    "\u200ex", "a\u200bb", "\ufeffx", "a\U000e0061", "$x^$", "{{ x }}", "%s", "{0}",
)  # fmt: skip
STEERING = re.compile(
    "[\0-\x08\x0b-\x1f\x7f-\x9f\u200b\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufeff\ufffe\uffff"
    "\U000e0000-\U000e007f]"
)
PACKAGES = ("sim", "scenarios", "calibration", "experiments", "rehearse")


def shown(console: TextConsole, name: str) -> None:
    table = Table(name, title=name, box=None, show_edge=False)
    table.add_row(name)
    table.add_row(Text(name))
    console.print(table)
    console.print(name)
    console.print(Text(name, style="bold"))


@pytest.mark.parametrize("name", NASTY, ids=ascii)
def test_a_terminal_shows_a_name_as_it_stands(name: str) -> None:
    stream = io.StringIO()
    shown(ui.console_on(stream), name)
    text = stream.getvalue()
    assert not STEERING.search(text)
    assert text.count(plain_text(name).replace("\ufffd", "")) >= 1
    if STEERING.search(name):
        assert text.count(plain_text(name)) == 4, "what is styled comes without the sign"
    else:
        assert text.count(name) == 6
    page = ui.as_html(lambda console: shown(console, name))
    assert not STEERING.search(page)
    assert "<script" not in page


@settings(max_examples=60, deadline=None)
@given(st.text(st.characters(max_codepoint=0x2070), min_size=1, max_size=20))
def test_any_name_can_be_shown(name: str) -> None:
    for show in (
        lambda name: shown(ui.console_on(io.StringIO()), name),
        lambda name: ui.as_html(lambda c: shown(c, name)),
    ):
        show(name)
    assert not STEERING.search(plain_text(name))
    assert len(plain_text(name)) == len(name)
    assert not STEERING.search(str(InputError(name, place=name, expected=name, got=name)))


def test_styles_still_reach_a_terminal() -> None:
    console = TextConsole(file=io.StringIO(), force_terminal=True, color_system="standard", width=80)
    console.print(Text("x", style="bold red"))
    assert console.file.getvalue() == "\x1b[1;31mx\x1b[0m\n"  # type: ignore[attr-defined]


def test_a_page_shows_names_as_they_stand(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(page, "PackageLoader", lambda *_: DictLoader({"x": "<p title='{{ name }}'>{{ name }}</p>"}))
    monkeypatch.setattr(page, "_templates", page._templates.__wrapped__)  # not the one that is kept
    for name in NASTY:
        element = fromstring(page.filled("x", {"name": name}))
        assert element.text == element.get("title") == plain_text(name)


def test_a_picture_shows_names_as_they_stand() -> None:
    names = [name for name in NASTY if name != "\ud800"]  # which no file gives
    with mpl.rc_context(STYLE):
        figure, (axes,) = canvas(2.0)
        for name in names:
            axes.text(0.5, 0.5, name)
        drawn = fromstring(svg(figure, "x"))
    assert {plain_text(name) for name in names} <= {"".join(element.itertext()) for element in drawn.iter()}


def test_only_one_module_makes_consoles() -> None:
    """Any other would take markup, and characters that steer the terminal."""
    makers = {
        str(path.relative_to(ROOT))
        for package in PACKAGES
        for path in (ROOT / package).rglob("*.py")
        if re.search(
            r"(?<!def )\bConsole\((?!\)\.is_jupyter)|^\s*from rich import print|rich\.print",
            path.read_text("utf-8"),
            re.M,
        )
    }
    assert makers - {"scenarios/text_console.py"} == set()


def test_names_in_a_scenario_are_text(command: RunCommand, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    names = [name for name in NASTY if name.isprintable()]
    arms = "".join(
        f"[variants.{toml(name)}]\nstrategy.service.agents = {place + 1}\n" for place, name in enumerate(names)
    )
    Path("x.toml").write_text(f'extends = "library:shop"\nname = {toml(NASTY[0])}\n{arms}', encoding="utf-8")
    done = command("explain", "x.toml", "--variant", names[1])
    assert (done.code, done.err) == (0, "")
    assert names[1] in command("explain", "x.toml", "--variant", "none").err
    for name in NASTY:
        if name in names or name == "\ud800":
            continue
        Path("y.toml").write_text(f'extends = "library:shop"\n[variants.{toml(name)}]\n', encoding="utf-8")
        done = command("explain", "y.toml")
        assert (done.code, len(done.err.splitlines())) == (2, 1)
        assert not STEERING.search(done.err)


def toml(name: str) -> str:
    return '"' + "".join(f"\\U{ord(letter):08x}" for letter in name) + '"'
