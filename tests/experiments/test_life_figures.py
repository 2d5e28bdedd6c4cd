"""Timelines: labels have room, every row has a name, and what is hidden is drawn as hidden."""

from __future__ import annotations

from functools import cache
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, strategies as st

from experiments import lifeline, who_gained
from experiments.report.timeline_figures import draw_lifeline, life_svg
from experiments.report.timeline_rows import COMPLAINTS, Label, above, below, placed, spans
from experiments.traces.person_timeline import Timelines
from scenarios import InputError
from sim.output.person_trace import TracedOffer
from sim.scenario.offer import Offer
from tests.experiments.test_lifeline import starter
from tests.worlds import scenario

labels = st.lists(
    st.tuples(st.floats(0.0, 365.0), st.text("0123456789,", min_size=1, max_size=6)), max_size=60
).map(lambda pairs: [Label(at, text) for at, text in sorted(pairs)])  # fmt: skip


@given(wanted=labels, levels=st.integers(1, 3))
def test_labels_on_one_line_never_run_into_each_other_or_over_the_last_day(wanted: list[Label], levels: int) -> None:
    done = placed(wanted, 1.5, levels, 365.0)
    assert [(one.instant, one.text) for one in done] == [(one.instant, one.text) for one in wanted]
    for level in range(levels):
        line = [(one.start, one.start + 1.5 * (len(one.text) + 1.0)) for one in done if one.level == level]
        assert all(before[1] <= after[0] for before, after in pairwise(line))
        assert all(end <= 365.0 + 1e-9 for _, end in line)


def test_a_label_with_room_is_never_dropped() -> None:
    done = placed([Label(10.0 * n, "1,234") for n in range(30)], 1.5, 1, 400.0)
    assert all(one.level == 0 for one in done)
    assert [one.level for one in placed([Label(5.0, "ab"), Label(6.0, "cd"), Label(7.0, "ef")], 1.0, 2, 99.0)] == [
        0,
        1,
        None,
    ]
    assert [one.level for one in placed([Label(5.0, "ab"), Label(7.0, "cd")], 1.0, 1, 99.0, clear=True)] == [None, 0]
    (late,) = placed([Label(98.0, "abc")], 1.0, 1, 99.0, clear=True)
    assert late.start + 3.0 < 98.0


def test_an_offer_of_days_in_a_row_is_one_bar() -> None:
    offer = Offer.percent(0.15)
    held = [
        TracedOffer(day, "rhythm", offer, 0.15, 0.4, 12 if day < 13 else 42, False, True, day == 12)
        for day in (10, 11, 12, 40)
    ]
    assert [(one.first, one.end, one.text) for one in spans(held)] == [(10, 13, "15 %, ran out"), (40, 41, "15 %")]


@cache
def busy_life(number: int) -> Timelines:
    """A customer with one of everything, against nothing being said to anybody."""
    quiet: dict[str, object] = {"strategy.outreach": {}, "strategy.campaigns": {}}
    return lifeline({"busy": scenario(days=90), "quiet": scenario(quiet, days=90)}, starter(number))


def test_every_kind_of_thing_has_a_named_row() -> None:
    life = busy_life(3)
    picture = life_svg(life)
    kinds = {moment.kind for arm in life.arms for moment in life.moments(arm)}
    rows = {"order": "pays for an order (CNY)", "offer": "holds an offer", "parcel": "gets a parcel",
            "question": "asks, is answered after", "complaint": "complains", "message": "is written to: "}  # fmt: skip
    assert kinds & rows.keys() > {"offer", "message"}
    for kind, row in rows.items():
        assert (row in picture) == (kind in kinds), kind
    for words in (
        "attention",
        "fatigue from messages",
        "what is done to them first differs",
        "Jan 2026",
        str(life.person),
    ):
        assert words in picture


def test_drifting_is_said_to_be_unseen_and_an_end_is_an_end() -> None:
    shown = set()
    for number in range(25):
        life = busy_life(number)
        kinds = {moment.kind for moment in life.moments("busy")}
        words = {label.text for label in above(life.moments("busy"))}
        assert ("drifts away: the shop cannot see it" in words) == ("drifts" in kinds)
        assert ("deletes the contact" in words) == ("deletes the contact" in kinds)
        shown |= kinds & {"drifts", "deletes the contact"}
    assert shown == {"drifts", "deletes the contact"}


def test_a_complaint_and_what_became_of_it_are_one_mark() -> None:
    for number in range(25):
        told = busy_life(number).moments("quiet")
        complaints = [one for one in told if one.kind == "complaint"]
        if len(complaints) == 1 and any(one.kind == "refund" for one in told):
            (refund,) = (one for one in told if one.kind == "refund")
            (label,) = below(told, COMPLAINTS, 90.0)
            assert label == Label(complaints[0].instant, f"complains, closed, {-refund.cents / 100:,.0f} back")
            assert len(below(told, COMPLAINTS, 0.0)) == 3
            return
    raise AssertionError("nobody complained")


def test_the_suffix_says_the_format(tmp_path: Path) -> None:
    life = busy_life(3)
    assert draw_lifeline(life, tmp_path / "life.png").read_bytes().startswith(b"\x89PNG")
    text = draw_lifeline(life, tmp_path / "life.svg").read_text(encoding="utf-8")
    assert "<svg" in text
    assert "holds an offer" in text
    with pytest.raises(InputError, match=r"life\.gif: allowed a name that ends in \.png or \.svg; got '\.gif'"):
        draw_lifeline(life, tmp_path / "life.gif")
    (tmp_path / "file").write_text("")
    with pytest.raises(InputError, match="cannot be written"):
        draw_lifeline(life, tmp_path / "file" / "life.png")


def test_people_who_never_come_in_an_arm_have_an_empty_band() -> None:
    arms = {"with": scenario(days=40), "without": scenario({"strategy.acquisition": {}}, days=40)}
    table = who_gained(arms, count=None)
    starters = [starter(number) for number in range(60)]
    added = table[(table["orders_a"] > 0) & ~table["person"].isin(starters)]
    life = lifeline(arms, int(added["person"].iloc[0]))
    picture = life_svg(life)
    assert "without: never becomes a contact" in picture
    assert "A contact from search." in picture
