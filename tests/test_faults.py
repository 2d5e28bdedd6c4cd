"""The planted faults still fit the text that they change, and the table shows the results of checks."""

from __future__ import annotations

import pytest

from benchmarks.decided_faults import DECIDED_FAULTS
from benchmarks.faults import ROOT, FaultResult, check_fault, edited, format_fault
from benchmarks.mutants import PIECES, Found, changed_lines, format_score
from benchmarks.past_faults import PAST_FAULTS
from benchmarks.planted_faults import FAULTS, Fault, TestedFault
from benchmarks.tested_faults import FoundBy, failed_tests, format_found


def test_faults_of_different_names() -> None:
    """The list is whole."""
    assert len({fault.name for fault in FAULTS}) == len(FAULTS) == 48


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_every_edit_still_fits_its_file(fault: Fault) -> None:
    """Each edit finds its old text exactly once, and changes it."""
    for edit in fault.edits:
        text = (ROOT / edit.file).read_text(encoding="utf-8")
        assert edited(text, edit.old, edit.new, edit.file) != text


def test_an_edit_that_no_longer_fits_is_named() -> None:
    with pytest.raises(ValueError, match=r"sim/x\.py: the planted fault no longer fits: 'a' occurs 2 times, not once"):
        edited("a a", "a", "b", "sim/x.py")


def row(kpi: str, change: float, verdict: str = "fail", smallest: float = 1.0) -> dict[str, object]:
    one = {"scenario": "desk", "arm": "two", "kpi": kpi, "baseline": 100.0, "change": change, "sds": change / 4}
    return {**one, "smallest": smallest, "p_value": 2e-8, "verdict": verdict, "runs": 32}


@pytest.mark.parametrize(
    ("changed", "rest", "failed", "expected"),
    [
        ([row("wages", -50.0)], [], "", "| wrong | desk | desk / two / wages -50 %, -12 sd, p 2e-08 | 32 | 7 s |"),
        (
            [],
            [row("aov", 0.5, "pass")],
            "",
            "| wrong | desk | below the smallest change that matters; the largest is 0.5 of it: "
            "desk / two / aov +0.5 %, +0.12 sd, p 2e-08 | 32 | 7 s |",
        ),
        (
            [],
            [row("aov", 2.0, "inconclusive")],
            "",
            "| wrong | desk | inconclusive at the smallest change that matters; the largest is 2 of it: "
            "desk / two / aov +2 %, +0.5 sd, p 2e-08 | 32 | 7 s |",
        ),
        ([], [], "desk: day 3: it is broken", "| wrong | desk | run failed: desk: day 3: it is broken |  | 7 s |"),
        ([], [], "", "| wrong | desk | nothing changed |  | 7 s |"),
    ],
)
def test_the_table_shows_what_found_a_fault(changed, rest, failed, expected) -> None:  # type: ignore[no-untyped-def]
    found = FaultResult(Fault("wrong", ()), "desk", "fail", tuple(changed), tuple(rest), failed, 7.2)
    assert format_fault(found) == expected


@pytest.mark.slow
def test_a_planted_number_is_found_by_its_kpi() -> None:
    """One fault that needs no compilation, from the copy to the row of the table."""
    (fault,) = (one for one in FAULTS if one.name == "complaint tolerance 8 to 10 h")
    found = check_fault(fault, ["desk"])
    assert found.verdict == "fail"
    assert {(one["scenario"], one["kpi"]) for one in found.changed} == {("desk", "refund_share")}


# --- faults that tests find ------------------------------------------------------------------------


@pytest.mark.parametrize("planted", [*PAST_FAULTS, *DECIDED_FAULTS], ids=lambda planted: planted.fault.name)
def test_every_fault_that_tests_find_still_fits_and_has_its_tests(planted: TestedFault) -> None:
    test_every_edit_still_fits_its_file(planted.fault)
    assert planted.tests
    for file, _, name in (test.partition("::") for test in planted.tests):
        assert f"def {name}(" in (ROOT / file).read_text(encoding="utf-8") if name else (ROOT / file).is_file()


def test_faults_that_tests_find_have_names_of_their_own() -> None:
    """The list is whole."""
    names = [planted.fault.name for planted in (*PAST_FAULTS, *DECIDED_FAULTS)]
    assert len({*names, *(fault.name for fault in FAULTS)}) == len(names) + len(FAULTS)


def test_the_table_names_the_tests_that_fail() -> None:
    said = (
        "..F.\nFAILED tests/sim/test_x.py::test_a[1-2.0] - assert 1 == 2\nFAILED tests/sim/test_x.py::test_a[2-2.0]\n"
    )
    said += "ERROR tests/sim/test_x.py::test_b\n1 failed, 3 passed\n"
    assert failed_tests(said) == ("test_a", "test_b")
    planted = TestedFault(Fault("wrong", ()), ("tests/sim/test_x.py::test_a", "tests/sim/test_y.py"))
    assert format_found(FoundBy(planted, ("test_a", "test_b"))) == "| wrong | test_x, test_y | test_a, test_b |"
    assert format_found(FoundBy(planted, ())) == "| wrong | test_x, test_y | no test |"


# --- mutants ----------------------------------------------------------------------------------------

SHOWN = """# x: survived
--- sim/x.py
+++ sim/x.py
@@ -1,2 +1,2 @@
 before
-    for a in zip(one, other, strict=True):
+    for a in zip(one, other, strict=False):
"""


def test_pieces_have_modules_of_one_package_and_tests_that_are_there() -> None:
    assert len({piece.name for piece in PIECES}) == len(PIECES)
    for piece in PIECES:
        assert all((ROOT / path).is_file() and path.startswith(f"{piece.package}/") for path in piece.files), piece.name
        assert all((ROOT / path).is_file() for path in piece.tests), piece.name


def test_a_survivor_that_nobody_has_argued_is_open() -> None:
    strict = changed_lines(SHOWN)
    assert strict == "- for a in zip(one, other, strict=True):\n+ for a in zip(one, other, strict=False):"
    other = strict.replace("(one, other, strict=False)", "(other, one, strict=False)")
    found = Found(PIECES[0], 7, 2, (("a", strict), ("b", other), ("c", strict.replace(", strict=False", ", "))))
    assert (found.argued, found.open) == (2, (("b", other),))
    assert format_score(found) == "| constraints | 10 | 7 | 2 | 1 | 2 | 70 % |"
