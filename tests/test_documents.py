"""What the documents print is what their commands print, figures apart; their path of a question is the real one."""

from __future__ import annotations

import io
import os
import re
import runpy
import shlex
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import chdir, contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from types import CodeType, FrameType

import pytest

from rehearse.commands.entry import main
from tests.command_line import SMALL

ROOT = Path(__file__).resolve().parent.parent
README, TUTORIAL = ROOT / "README.md", ROOT / "docs" / "tutorial.md"
FENCE = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
SAVED_AS = re.compile(r"Save this as `([^`]+)`:\s*$")
LEFT_OUT = ("make ",)
STEP = re.compile(r"^\|[^|]*\| `([\w/]+\.py)` \| `(\w+)` \|", re.MULTILINE)
"""A row of the path of a question in docs/architecture.md: module and function."""


@dataclass(frozen=True)
class Block:
    """A fenced block: its language, its text, and the file that the words before it name, if any."""

    language: str
    text: str
    saved_as: str | None

    @property
    def session(self) -> list[tuple[str, str]]:
        """Commands and what is printed below each."""
        parts = re.split(r"^\$ ", self.text, flags=re.MULTILINE)[1:]
        return [(line.strip(), printed) for line, _, printed in (part.partition("\n") for part in parts)]


QUICK = {"REHEARSE_ASSUMPTIONS": "no"}
"""Pages that show the numbers that profit rests on ask for them on their command lines."""


def blocks(document: Path) -> list[Block]:
    text = document.read_text(encoding="utf-8")
    found = []
    for match in FENCE.finditer(text):
        named = SAVED_AS.search(text[: match.start()])
        found.append(Block(match[1], match[2], named[1] if named else None))
    return found


def plain(text: str) -> str:
    """Words alone: figures, signs, box lines and spacing differ between machines."""
    return " ".join(re.sub(r"under 1 %|over 99 %|[\d.,+\-−–%\u2500-\u257f]+", " ", text).split())


def missing_lines(
    blocks: list[Block], folder: Path, answers: dict[str, str] | None = None, more: Mapping[str, str] | None = None
) -> list[str]:
    """Run all blocks in a folder, once; returns the lines of the document that no command printed.

    `answers` is what commands print. Those that it has to begin with were run in the folder, and are not run again.
    `more` are options that are added to commands, by what these begin with.
    """
    answers = {} if answers is None else answers
    missing, known = [], set(answers)
    commands = {command for block in blocks if block.language == "console" for command, _ in block.session}
    for block in blocks:
        if block.saved_as:
            (folder / block.saved_as).write_text(block.text, encoding="utf-8")
        if block.language == "python" and f"python {block.saved_as}" not in commands:
            run_code(block.text, folder)
        for command, printed in block.session if block.language == "console" else ():
            if command.startswith(LEFT_OUT):
                continue
            if command not in known:
                added = [options for begins, options in (more or {}).items() if command.startswith(begins)]
                answers[command] = output_of(" ".join([command, *added]), folder)
            printed_now = plain(answers[command])
            missing += [line for line in printed.splitlines() if plain(line) not in printed_now]
    return missing


def output_of(command: str, folder: Path) -> str:
    """What a command prints in a folder; it must succeed.

    Commands of this project and scripts are called in this process, which saves their imports; they are given one core,
    since a process more for each of so few runs takes longer than the runs. Other commands are for the shell.
    """
    words = shlex.split(command)
    if words[0] == "rehearse":
        return printed_by(words, folder)
    if words[0] == "python" and len(words) == 2:
        with modules_of(folder):
            return printed_by(words[1:], folder)
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        command, shell=True, cwd=folder, env={**os.environ, "PATH": path, **QUICK}, capture_output=True, text=True
    )
    assert done.returncode == 0, f"{command}\n{done.stderr}"
    return done.stdout


def printed_by(words: Sequence[str], folder: Path) -> str:
    """What `rehearse` with its options, or a script, prints in a folder when it is called in this process."""
    out, err = io.StringIO(), io.StringIO()
    with pytest.MonkeyPatch.context() as patch, chdir(folder), redirect_stdout(out), redirect_stderr(err):
        patch.setattr(sys, "argv", list(words))
        for name, value in QUICK.items():
            patch.setenv(name, value)
        patch.setattr("experiments.execution.scheduler.cores", lambda: 1)
        if words[0] != "rehearse":
            runpy.run_path(words[0], run_name="__main__")
            return out.getvalue()
        with pytest.raises(SystemExit) as ended:
            main()
    assert not ended.value.code, f"{shlex.join(words)}\n{err.getvalue()}"
    return out.getvalue()


@contextmanager
def modules_of(folder: Path) -> Iterator[None]:
    """Modules of a folder can be imported, and are forgotten afterwards."""
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(folder)
        try:
            yield
        finally:
            for name, module in list(sys.modules.items()):
                if Path(getattr(module, "__file__", None) or "/").is_relative_to(folder):
                    del sys.modules[name]


def run_code(code: str, folder: Path) -> None:
    """Run a block of Python in a folder, in this process; it finds the modules that lie there."""
    with pytest.MonkeyPatch.context() as patch, chdir(folder), redirect_stdout(io.StringIO()):
        patch.syspath_prepend(folder)
        exec(compile(code, "<document>", "exec", dont_inherit=True), {"__name__": "__main__"})


@dataclass(frozen=True)
class DocumentRun:
    """A document whose blocks were run: the folder, what its commands printed, and lines that none of them did."""

    folder: Path
    answers: dict[str, str]
    missing: list[str]


SMALLER = {
    "range(700)": "range(60)",
    "draws        = 12 ": "draws        = 2 ",
    "replications = 2 ": "replications = 1 ",
    '"180 d"': '"60 d"',
}
SHORTER = {"rehearse calibrate": "--draws 20", "rehearse compare shop/desk.toml": "--draws 2 --replications 1"}


def test_tutorial_and_readme_run_in_a_smaller_shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every command, and every row of every table; sentences on what was found may differ in so small a shop."""
    monkeypatch.setattr("calibration.replay.replayed_run.DRAWS", 4)
    answers, said = dict[str, str](), []
    assert all(old in TUTORIAL.read_text(encoding="utf-8") for old in SMALLER)
    for page in (blocks(TUTORIAL), readme_session()):
        small = [replace(block, text=replaced(block.text, SMALLER)) for block in page]
        said += missing_lines(small, tmp_path, answers, SHORTER)
    assert len(answers) == 7
    assert all(any(command.startswith(begins) for command in answers) for begins in SHORTER)
    assert [line for line in said if set(line) & set("│┃")] == []
    assert len(said) <= 12, said


def replaced(text: str, changes: Mapping[str, str]) -> str:
    for old, new in changes.items():
        text = text.replace(old, new)
    return text


def readme_session() -> list[Block]:
    session = [block for block in blocks(README) if block.language == "console"]
    assert len(session) == 2
    return session


@pytest.fixture(scope="module")
def tutorial(tmp_path_factory: pytest.TempPathFactory) -> DocumentRun:
    folder, answers = tmp_path_factory.mktemp("tutorial"), dict[str, str]()
    return DocumentRun(folder, answers, missing_lines(blocks(TUTORIAL), folder, answers))


@pytest.mark.slow
def test_the_tutorial_runs_as_printed(tutorial: DocumentRun) -> None:
    assert [block.language for block in blocks(TUTORIAL)].count("console") >= 4
    assert tutorial.missing == []


@pytest.mark.slow
def test_the_readme_runs_as_printed(tutorial: DocumentRun) -> None:
    """Its orders are those of the tutorial, and so are some of its commands."""
    assert missing_lines(readme_session(), tutorial.folder, tutorial.answers) == []


def smaller(block: Block, changes: Mapping[str, str]) -> Block:
    """A block with other text in it; each of the texts to be changed must be there."""
    assert all(old in block.text for old in changes)
    return replace(block, text=replaced(block.text, changes))


@pytest.mark.parametrize(
    "page",
    ["add-a-mechanism", pytest.param("money-in-a-mechanism", marks=pytest.mark.slow)],
)
def test_a_page_with_code_runs_as_printed(page: str, tmp_path: Path) -> None:
    found = blocks(ROOT / "docs" / "how-to" / f"{page}.md")
    assert found[0].saved_as == "shop.toml"
    assert [block.language for block in found].count("python") >= 2
    assert missing_lines(found, tmp_path) == []


def test_the_page_on_strategies_as_functions_runs_in_a_smaller_shop(tmp_path: Path) -> None:
    """Its tables have figures alone, so a tenth of the people over a third of the days print the same lines."""
    shop, *others = blocks(ROOT / "docs" / "how-to" / "strategy-as-a-function.md")
    assert shop.saved_as == "shop.toml"
    assert [block.language for block in others].count("python") >= 2
    small = smaller(shop, {"start_with = 2000": "start_with = 200", '"180 d"': '"60 d"'})
    assert missing_lines([small, *others], tmp_path) == []


def test_the_page_on_policies_runs_as_printed(tmp_path: Path) -> None:
    found = blocks(ROOT / "docs" / "how-to" / "learn-a-policy.md")
    assert [block.language for block in found] == ["toml", "python", "console", "sh"]
    assert missing_lines(found, tmp_path) == []


def test_the_page_on_python_runs_as_printed(tmp_path: Path) -> None:
    found = blocks(ROOT / "docs" / "how-to" / "use-from-python.md")
    assert [block.language for block in found] == ["toml", "python", "console", "python", "python"]
    assert missing_lines(found, tmp_path) == []
    assert (tmp_path / "rhythm.png").exists()


def test_the_page_on_desks_is_valid(tmp_path: Path) -> None:
    found = blocks(ROOT / "docs" / "how-to" / "plan-a-desk.md")
    assert found[0].saved_as == "evenings.toml"
    assert missing_lines(found, tmp_path) == []


def test_the_page_on_expectations_runs_as_printed(tmp_path: Path) -> None:
    found = blocks(ROOT / "docs" / "how-to" / "write-expectations.md")
    assert [block.language for block in found].count("console") == 1
    assert missing_lines(found, tmp_path) == []


def test_the_page_on_differences_runs_as_printed(tmp_path: Path) -> None:
    found = blocks(ROOT / "docs" / "how-to" / "find-what-differs.md")
    assert [block.language for block in found] == ["toml", "toml", "console", "console", "python"]
    assert missing_lines(found, tmp_path) == []


def test_the_page_on_sweeps_runs_as_printed(tmp_path: Path) -> None:
    found = blocks(ROOT / "docs" / "how-to" / "sweep.md")
    assert [block.language for block in found].count("console") == 4
    assert missing_lines(found, tmp_path) == []


def test_the_page_on_kpis_runs_as_printed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "path", list(sys.path))
    found = blocks(ROOT / "docs" / "how-to" / "add-a-kpi.md")
    assert [block.language for block in found] == ["toml", "python", "console", "python"]
    try:
        assert missing_lines(found, tmp_path) == []
    finally:
        sys.modules.pop("my_kpis", None)
    assert "regulars_spend: paid by repeaters, per repeaters" in (tmp_path / "out" / "own" / "report.html").read_text()


def test_the_page_on_discount_formats_runs_as_printed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "path", list(sys.path))
    found = blocks(ROOT / "docs" / "how-to" / "add-a-discount-format.md")
    assert [block.language for block in found] == ["toml", "python", "console", "python", "python"]
    own, shown = found[1], found[4]
    found[4] = Block("python", f"from my_offers import HalfSecond\n{shown.text}", None)
    try:
        assert missing_lines(found, tmp_path) == []
    finally:
        sys.modules.pop("my_offers", None)
    assert "class HalfSecond" in own.text


def test_the_page_on_checks_in_ci_runs_as_printed(tmp_path: Path) -> None:
    page = ROOT / "docs" / "how-to" / "check-in-ci.md"
    found = blocks(page)
    assert [block.language for block in found].count("console") == 3
    assert missing_lines(found, tmp_path) == []
    assert (tmp_path / "check.xml").exists()
    assert (tmp_path / "check.md").exists()


def test_the_workflow_on_the_page_is_the_file_and_calls_what_there_is() -> None:
    import yaml

    file = ROOT / "docs" / "how-to" / "rehearse-check.yml"
    shown = [block.text for block in blocks(file.with_name("check-in-ci.md")) if block.language == "yaml"]
    assert shown == [file.read_text(encoding="utf-8")]
    steps = yaml.safe_load(shown[0])["jobs"]["check"]["steps"]
    assert all(re.fullmatch(r"actions/[\w-]+@v\d+", step["uses"]) for step in steps if "uses" in step)
    command = next(step["run"] for step in steps if step.get("name") == "Check").split()
    assert command[:3] == ["rehearse", "check", "my-shop"]
    shown_help = subprocess.run(
        [sys.executable, "-m", "rehearse", "check", "--help"], capture_output=True, text=True, check=True
    )
    options = [word for word in command if word.startswith("--")]
    assert len(options) == 4
    assert all(option in shown_help.stdout for option in options)
    installed = next(step["run"] for step in steps if step.get("name", "").startswith("Install"))
    assert (ROOT / installed.split("--constraint ")[1]).exists()


def test_the_page_on_timelines_runs_as_printed(tmp_path: Path) -> None:
    found = blocks(ROOT / "docs" / "how-to" / "follow-one-person.md")
    assert [block.language for block in found] == ["toml", "console", "python"]
    assert missing_lines(found, tmp_path) == []
    assert (tmp_path / "out" / "most_gained" / "lifeline.png").exists()


def test_a_line_that_is_not_printed_is_found(tmp_path: Path) -> None:
    block = Block("console", "$ echo 12 apples\n13 apples\n$ echo 12 apples\n12 pears\n", None)
    assert missing_lines([block], tmp_path) == ["12 pears"]
    assert missing_lines([block], tmp_path, {"echo 12 apples": "12 pears\n"}) == ["13 apples"]
    with pytest.raises(AssertionError, match="false"):
        missing_lines([Block("console", "$ false\n", None)], tmp_path)


DOCUMENTS = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])


@pytest.mark.parametrize("document", DOCUMENTS, ids=str)
def test_links_lead_somewhere(document: Path) -> None:
    assert broken_links(document) == []


def broken_links(document: Path) -> list[str]:
    """Links of a page to files that are not there, and to headings that are not in them; others are not followed."""
    found = []
    for target in re.findall(r"\]\(([^)\s]+)\)", outside_fences(document.read_text(encoding="utf-8"))):
        name, _, anchor = target.partition("#")
        file = document.parent / name if name else document
        if "://" not in target and not (file.exists() and (not anchor or anchor in anchors(file))):
            found.append(target)
    return found


def outside_fences(text: str) -> str:
    return re.sub(r"^```.*?^```$", "", text, flags=re.MULTILINE | re.DOTALL)


@cache
def anchors(document: Path) -> set[str]:
    """The anchors of a page's headings, as GitHub and the site make them."""
    headings = re.findall(r"^#+ +(.+?) *$", outside_fences(document.read_text(encoding="utf-8")), re.MULTILINE)
    plain = [re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings]
    return {f"{one}-{plain[:i].count(one)}" if one in plain[:i] else one for i, one in enumerate(plain)}


def test_a_broken_link_would_be_seen(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text("# One, two\n## `x.y`\n## `x.y`\n", encoding="utf-8")
    page = tmp_path / "b.md"
    good = (
        "[1](a.md) [2](a.md#one-two) [3](a.md#xy) [4](a.md#xy-1) [5](#b) [6](https://x.org/#y)\n```\n[7](no.md)\n```\n"
    )
    page.write_text(f"# B\n{good}[8](c.md) [9](a.md#three) [10](#c)\n", encoding="utf-8")
    assert broken_links(page) == ["c.md", "a.md#three", "#c"]


def test_every_page_is_in_the_site() -> None:
    """Sphinx refuses others, too; this is faster."""
    pages = {path.relative_to(ROOT / "docs").with_suffix("").as_posix() for path in ROOT.glob("docs/**/*.md")}
    listed = {"index"}
    for index in ("index", "how-to/index", "reference/index", "decisions/index"):
        file = ROOT / "docs" / f"{index}.md"
        for tree in re.findall(
            r"^```\{toctree\}\n(.*?)^```$", file.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL
        ):
            entries = [line for line in tree.splitlines() if line and not line.startswith(":")]
            found = [path for entry in entries for path in file.parent.glob(f"{entry}.md")]
            assert len(found) >= len(entries), index
            listed |= {path.relative_to(ROOT / "docs").with_suffix("").as_posix() for path in found}
    assert pages == listed


# --- the path of a question ------------------------------------------------------------------------


def calls_in_order(function: Callable[[], object]) -> list[tuple[str, str]]:
    """Module and name of every function of the project that is called, in order of first calls."""
    first: dict[int, CodeType] = {}

    def note(frame: FrameType, event: str, _: object) -> None:
        if event == "call":
            first.setdefault(id(frame.f_code), frame.f_code)

    sys.setprofile(note)
    try:
        function()
    finally:
        sys.setprofile(None)
    files = [(Path(code.co_filename), code.co_name) for code in first.values()]
    return list(
        dict.fromkeys((file.relative_to(ROOT).as_posix(), name) for file, name in files if file.is_relative_to(ROOT))
    )


def test_a_comparison_takes_the_path_that_is_described(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from experiments import compare
    from scenarios import load, new

    new(tmp_path)
    (tmp_path / "small.toml").write_text(SMALL.replace('"40 d"', '"5 d"'), encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    steps = STEP.findall((ROOT / "docs" / "architecture.md").read_text(encoding="utf-8"))
    assert len(steps) == 8

    def walk(folder: str) -> None:
        compare(load("small.toml"), draws=2, replications=1, jobs=1, out=f"{folder}/small")

    walk("first")  # compiles and imports, which takes very long where every call is noted
    calls = calls_in_order(lambda: walk("second"))
    assert [call for call in calls if call in steps] == steps
    assert (tmp_path / "second" / "small" / "report.html").exists()
