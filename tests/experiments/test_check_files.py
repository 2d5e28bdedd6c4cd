"""A check as a page for pull requests and as JUnit XML."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree as xml

import pytest

from experiments import write_check
from experiments.checks.check_junit import format_junit
from experiments.checks.check_markdown import LONGEST, escaped, format_markdown
from experiments.output import console as ui
from experiments.regression.regression_result import ConclusionChange
from experiments.runs.results import RunFailure
from scenarios import InputError, Question
from tests.command_line import RunCommand
from tests.experiments.conftest import Ask
from tests.experiments.planted_checks import (
    DEEP,
    END,
    OPEN,
    OTHER,
    PROFIT,
    RATE,
    checked,
    equal,
    outcome,
    regression,
    scenario,
)  # fmt: skip

NASTY = "a | `b` <script>*c*_d_[e](f)\n@team & ~~g~~ #1 \\"


def named(question: Question, name: str) -> Question:
    return replace(question, name=name)


# --- Markdown --------------------------------------------------------------------------------------


def test_the_worst_question_comes_first_and_one_without_a_change_takes_a_line(ask: Ask) -> None:
    changed = scenario(named(ask(), "changed"), outcome("fail", "not met"), regression=regression(PROFIT, RATE))
    page = format_markdown(
        checked(scenario(named(ask(), "well"), outcome("pass", "met"), regression=equal()), changed)
    ).splitlines()
    assert page[0] == "### rehearse check: fail"
    assert page[2] == "1 as expected, 1 not as expected; baselines: 1 equal to the integer, 1 failed."
    well = next(place for place, line in enumerate(page) if line.startswith("**well**"))
    assert well > next(place for place, line in enumerate(page) if line.startswith("**changed**"))
    assert page[well].endswith("equal to its baseline to the integer (4 of 64 runs of each arm simulated); "
                               "1 of 1 expectation met")  # fmt: skip
    assert page[well + 1 :] == [], "and no table"
    assert (
        "| contribution profit, mild | 47,776 CNY, within 478 CNY "
        "| 48,662 CNY: +886 CNY (+1.9 %, +0.16 sds), p-value &lt; 1e-8 | fail: changed |"
    ) in page
    assert any(line.startswith("| deep\\_pays | contribution profit: ") for line in page)
    assert '- to accept: --update --why "..." --may contribution\\_profit:up' in page


def test_names_cannot_break_the_page(ask: Ask) -> None:
    changed = replace(PROFIT, arm=NASTY)
    page = format_markdown(
        checked(scenario(named(ask(), NASTY), outcome("fail", NASTY, NASTY), regression=regression(changed)))
    )
    rows = [line for line in page.splitlines() if line.startswith("| ") and "---" not in line]
    assert len(rows) == 3
    assert {len(row.replace("\\\\", "").replace("\\|", "").split("|")) for row in rows} == {6}, "four cells each"
    assert "<script>" not in page
    assert "@team" not in page
    assert escaped("a\nb") == "a b"
    assert escaped("<b>|`*") == "&lt;b&gt;\\|\\`\\*"
    assert len(escaped("x" * 5000)) < 310


@pytest.mark.parametrize("name", ["plain", "x" * 100_000, "|<&" * 50_000])
def test_a_page_always_fits_and_says_how_much_it_leaves_out(ask: Ask, name: str) -> None:
    rows = [replace(PROFIT, arm=f"{name} {place}") for place in range(900)]
    page = format_markdown(checked(scenario(named(ask(), name), regression=regression(*rows))))
    assert LONGEST - 5_000 < len(page) <= LONGEST
    assert "lines left out: the page would be too long. The output of the command has all of them." in page
    short = format_markdown(checked(scenario(ask(), regression=regression(*rows[:3]))))
    assert "left out" not in short


# --- JUnit -----------------------------------------------------------------------------------------

SCHEMA = {
    "testsuites": ({"name", "tests", "failures", "errors", "skipped", "time"}, {"testsuite"}),
    "testsuite": ({"name", "tests", "failures", "errors", "skipped", "time"}, {"testcase", "system-out"}),
    "testcase": ({"classname", "name", "time"}, {"failure", "error", "system-out"}),
    "failure": ({"type", "message"}, set()),
    "error": ({"type", "message"}, set()),
    "system-out": (set(), set()),
}
"""What consumers read: the attributes of each element, all of which are given, and the elements that it may contain."""


def valid(text: str) -> xml.Element:
    """The document, after a check of the schema, of counts and of times."""
    root = xml.fromstring(text)
    assert root.tag == "testsuites"
    for element in root.iter():
        attributes, children = SCHEMA[element.tag]
        assert set(element.attrib) == attributes, element.tag
        assert {child.tag for child in element} <= children, element.tag
    for element in (root, *root.iter("testsuite")):
        assert int(element.get("tests", "")) == len([*element.iter("testcase")])
        assert int(element.get("failures", "")) == len([*element.iter("failure")])
        assert int(element.get("errors", "")) == len([*element.iter("error")])
        assert element.get("skipped") == "0"
        times = [float(case.get("time", "")) for case in element.iter("testcase")]
        assert float(element.get("time", "")) == pytest.approx(sum(times), abs=0.001 * len(times))
    return root


def ended(root: xml.Element) -> dict[str, str]:
    """The result of each case of the first suite, by its name."""
    return {
        case.get("name", ""): next((child.tag for child in case if child.tag != "system-out"), "passed")
        for case in root[0].iter("testcase")
    }


def test_a_case_has_the_verdict_of_its_number(ask: Ask) -> None:
    end = ConclusionChange(END, OTHER, "inconclusive", "it was close")
    changed = regression(PROFIT, OPEN, RATE, conclusion=end)
    one = scenario(ask(), outcome("fail", "not met"), outcome("pass", "met", "x"), regression=changed)
    root = valid(
        format_junit(checked(one, scenario(named(ask(), "b"), outcome("inconclusive", "the interval crosses"))))
    )
    assert ended(root) == {
        "baseline": "passed",
        "contribution profit, mild": "failure",
        f"contribution profit, {DEEP}": "error",
        "opt-out rate per 30 d, mild": "passed",
        "conclusion": "error",
        "deep_pays": "failure",
        "x": "passed",
    }
    assert [suite.get("name") for suite in root] == ["Small <b>question</b>", "b"]
    assert Counter(error.get("type") for error in root.iter("error")) == {"inconclusive": 3}
    message = next(root.iter("failure")).get("message", "")
    assert message.startswith("contribution profit of mild: 47,776 CNY before, 48,662 CNY now, +886 CNY (+1.9 %")
    assert float(root.get("time", "")) == pytest.approx(12.5, abs=0.01)


def test_an_equal_baseline_is_one_case_and_a_failed_run_fails_it(ask: Ask) -> None:
    assert ended(valid(format_junit(checked(scenario(ask(), regression=equal()))))) == {
        "baseline": "passed", "conclusion": "passed",
    }  # fmt: skip
    broken = regression(simulated=0, reason="3 runs failed", conclusion=ConclusionChange(None, None, "pass", ""))
    assert ended(valid(format_junit(checked(scenario(ask(), regression=broken))))) == {"baseline": "failure"}
    assert ended(valid(format_junit(checked()))) == {} if len(valid(format_junit(checked()))) else True


def test_no_text_can_break_the_document(ask: Ask) -> None:
    wild = "a\x00\x0b\ud800<b>&\"']]>\n\u202e\ufffe"
    failed = (RunFailure(wild, 0, 0, "run", wild),)
    one = scenario(named(ask(), wild), outcome("fail", wild, wild), regression=regression(replace(PROFIT, arm=wild)),
                   failures=failed)  # fmt: skip
    text = format_junit(checked(one))
    text.encode("utf-8")
    root = valid(text)
    assert root[0].get("name") == "a\ufffd\ufffd\ufffd<b>&\"']]>\n\u202e\ufffd"


# --- both ------------------------------------------------------------------------------------------


def test_files_are_whole_and_no_other_file_is_left(ask: Ask, tmp_path: Path) -> None:
    answer = checked(scenario(ask(), regression=equal()))
    folder = tmp_path / "ci"
    folder.mkdir()
    write_check(answer, markdown=folder / "check.md", junit=folder / "check.xml")
    assert sorted(path.name for path in folder.iterdir()) == ["check.md", "check.xml"]
    assert (folder / "check.md").read_text(encoding="utf-8") == format_markdown(answer)
    assert (folder / "check.xml").read_text(encoding="utf-8") == format_junit(answer)
    write_check(answer)
    (tmp_path / "file").touch()
    with pytest.raises(InputError) as refusal:
        write_check(answer, junit=tmp_path / "file" / "check.xml")
    assert "check.xml" in str(refusal.value)


def test_files_are_checked_beforehand(tmp_path: Path) -> None:
    there = tmp_path / "check.md"
    ui.check_files({"--markdown": there, "--junit": None})
    for targets, place, got in (
        (
            {"--markdown": None, "--junit": tmp_path / "none" / "x"},
            f"--junit {tmp_path / 'none' / 'x'}",
            "no such folder",
        ),
        ({"--markdown": tmp_path}, f"--markdown {tmp_path}", "a folder"),
        ({"--markdown": there, "--junit": there}, f"--junit {there}", "the file of --markdown"),
    ):
        with pytest.raises(InputError) as refusal:
            ui.check_files(targets)
        assert (refusal.value.place, refusal.value.got) == (place, got)


# --- the command -----------------------------------------------------------------------------------


def test_the_command_writes_both_and_answers_by_its_exit_code(command: RunCommand) -> None:
    """The real simulator: a baseline, the same again, and goods of a higher cost."""
    text = Path("small.toml").read_text(encoding="utf-8").replace("draws        = 3", "draws = 1")
    text = text.replace("40 d", "20 d") + "\n[check]\nruns = 32\n"
    Path("small.toml").write_text(text, encoding="utf-8")
    files = ("--markdown", "check.md", "--junit", "check.xml")
    done = command("check", "small.toml", "--baseline", "b", "--update", "--why", "first", *files, "--jobs", 1)
    assert (done.code, done.out.splitlines()[-1].strip()) == (0, "pass: baselines: 1 written")
    done = command("check", "small.toml", "--baseline", "b", *files, "--jobs", 1)
    assert (done.code, done.out.splitlines()[0].strip()) == (
        0, "Small: equal to its baseline to the integer (4 of 32 runs of each arm simulated)"
    )  # fmt: skip
    assert ended(valid(Path("check.xml").read_text(encoding="utf-8"))) == {"baseline": "passed", "conclusion": "passed"}
    assert "equal to its baseline to the integer" in Path("check.md").read_text(encoding="utf-8")
    costlier = text.replace("start_with = 200", 'start_with = 200\nmoney.goods_cost = "60 %"')
    Path("small.toml").write_text(costlier, encoding="utf-8")
    done = command("check", "small.toml", "--baseline", "b", *files, "--json", "-", "--jobs", 1)
    assert (done.code, done.json["verdict"]) == (1, "fail")
    profit = done.json["scenarios"][0]["kpis"][0]
    assert (profit["name"], profit["verdict"], profit["runs"]) == ("contribution_profit", "fail", 32)
    assert profit["low"] < profit["change"] < profit["high"] < -profit["smallest"] < 0
    assert profit["now"] - profit["baseline"] == pytest.approx(profit["change"])
    assert '--update --why "..." --may contribution_profit:down' in done.err, (
        "with JSON on the standard output, the text is in the other one"
    )
    assert ended(valid(Path("check.xml").read_text(encoding="utf-8")))["contribution profit, mild"] == "failure"
    assert Path("check.md").read_text(encoding="utf-8").startswith("### rehearse check: fail\n")


def test_a_file_that_cannot_be_written_is_an_error_before_any_run(command: RunCommand) -> None:
    done = command("check", "small.toml", "--baseline", "none", "--junit", "no/where.xml")
    assert (done.code, done.out) == (2, "")
    assert done.err.startswith("rehearse: --junit no/where.xml: ")
    assert done.err.count("\n") == 1
