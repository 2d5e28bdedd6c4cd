"""The planted faults still fit the text that they change, and the check's table tells what it was given."""

from __future__ import annotations

import pytest

from benchmarks.faults import ROOT, edited
from benchmarks.planted_faults import FAULTS, Fault


def test_twenty_faults_of_different_names() -> None:
    """The list is whole."""
    assert len({fault.name for fault in FAULTS}) == len(FAULTS) == 20


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_every_edit_still_fits_its_file(fault: Fault) -> None:
    """Each edit finds its old text exactly once, and changes it."""
    for edit in fault.edits:
        text = (ROOT / edit.file).read_text(encoding="utf-8")
        assert edited(text, edit.old, edit.new, edit.file) != text
