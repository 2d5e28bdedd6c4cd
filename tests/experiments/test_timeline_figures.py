"""The picture of timelines: labels do not overlap, every row has a name, and drifted customers are grey."""

from __future__ import annotations

from functools import cache
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, strategies as st

from experiments import timeline, who_gained
from experiments.report.timeline_figures import draw_timelines, timelines_svg
from experiments.report.timeline_rows import COMPLAINTS, Label, above, below, offer_spans, place_labels
from experiments.traces.timelines import Timelines
from scenarios import InputError
from sim.output.person_trace import TracedOffer
from sim.scenario.offer import Offer
from tests.experiments.test_timeline import starter
from tests.worlds import scenario

labels = st.lists(
    st.tuples(st.floats(0.0, 365.0), st.text("0123456789,", min_size=1, max_size=6)), max_size=60
).map(lambda pairs: [Label(at, text) for at, text in sorted(pairs)])  # fmt: skip


@given(wanted=labels, levels=st.integers(1, 3))
def test_labels_on_one_line_never_run_into_each_other_or_over_the_last_day(wanted: list[Label], levels: int) -> None:
    done = place_labels(wanted, 1.5, levels, 365.0)
    assert [(one.instant, one.text) for one in done] == [(one.instant, one.text) for one in wanted]
    for level in range(levels):
        line = [(one.start, one.start + 1.5 * (len(one.text) + 1.0)) for one in done if one.level == level]
        assert all(before[1] <= after[0] for before, after in pairwise(line))
        assert all(end <= 365.0 + 1e-9 for _, end in line)


def test_a_label_with_room_is_never_dropped() -> None:
    done = place_labels([Label(10.0 * n, "1,234") for n in range(30)], 1.5, 1, 400.0)
    assert all(one.level == 0 for one in done)
    assert [
        one.level for one in place_labels([Label(5.0, "ab"), Label(6.0, "cd"), Label(7.0, "ef")], 1.0, 2, 99.0)
    ] == [
        0,
        1,
        None,
    ]
    three = place_labels([Label(5.0, "ab"), Label(6.0, "cd"), Label(7.0, "ef")], 1.0, 2, 99.0)
    assert [one.level for one in three] == [0, 1, None]
    two = place_labels([Label(5.0, "ab"), Label(7.0, "cd")], 1.0, 1, 99.0, beside=True)
    assert [one.level for one in two] == [None, 0]
    (late,) = place_labels([Label(98.0, "abc")], 1.0, 1, 99.0, beside=True)
    assert late.start + 3.0 < 98.0


def test_an_offer_of_days_in_a_row_is_one_bar() -> None:
    offer = Offer.percent(0.15)
    held = [
        TracedOffer(day, "rhythm", offer, 0.15, 0.4, 12 if day < 13 else 42, False, True, day == 12)
        for day in (10, 11, 12, 40)
    ]
    assert [(one.first, one.end, one.text) for one in offer_spans(held)] == [
        (10, 13, "15 %, ran out"),
        (40, 41, "15 %"),
    ]


@cache
def busy_customer(number: int) -> Timelines:
    """A customer under a strategy with every programme, and under one without any messages."""
    quiet: dict[str, object] = {"strategy.outreach": {}, "strategy.campaigns": {}}
    return timeline({"busy": scenario(days=90), "quiet": scenario(quiet, days=90)}, starter(number))


def test_every_kind_of_thing_has_a_named_row() -> None:
    answer = busy_customer(5)  # one who orders, asks and complains
    picture = timelines_svg(answer)
    kinds = {entry.kind for arm in answer.arms for entry in answer.entries(arm)}
    rows = {"order": "pays for an order (CNY)", "offer": "holds an offer", "parcel": "gets a parcel",
            "question": "asks, is answered after", "complaint": "complains", "message": "is written to: "}  # fmt: skip
    assert kinds >= rows.keys()
    for kind, row in rows.items():
        assert (row in picture) == (kind in kinds), kind
    for words in (
        "attention",
        "fatigue from messages",
        "what is done to them first differs",
        "Jan 2026",
        str(answer.person),
    ):
        assert words in picture


def test_drifting_is_said_to_be_unseen_and_an_end_is_an_end() -> None:
    shown = set()
    for number in range(25):
        answer = busy_customer(number)
        kinds = {entry.kind for entry in answer.entries("busy")}
        words = {label.text for label in above(answer.entries("busy"))}
        assert ("drifts away: the shop cannot see it" in words) == ("drifts" in kinds)
        assert ("deletes the contact" in words) == ("deletes the contact" in kinds)
        shown |= kinds & {"drifts", "deletes the contact"}
    assert shown == {"drifts", "deletes the contact"}


def test_a_complaint_and_what_became_of_it_are_one_mark() -> None:
    for number in range(25):
        entries = busy_customer(number).entries("quiet")
        complaints = [one for one in entries if one.kind == "complaint"]
        if len(complaints) == 1 and any(one.kind == "refund" for one in entries):
            (refund,) = (one for one in entries if one.kind == "refund")
            (label,) = below(entries, COMPLAINTS, 90.0)
            assert label == Label(complaints[0].instant, f"complains, closed, {-refund.cents / 100:,.0f} back")
            assert len(below(entries, COMPLAINTS, 0.0)) == 3
            return
    raise AssertionError("no complaint in any timeline")


def test_the_suffix_says_the_format(tmp_path: Path) -> None:
    answer = busy_customer(5)
    assert draw_timelines(answer, tmp_path / "a.png").read_bytes().startswith(b"\x89PNG")
    text = draw_timelines(answer, tmp_path / "a.svg").read_text(encoding="utf-8")
    assert "<svg" in text
    assert "holds an offer" in text
    with pytest.raises(InputError) as caught:
        draw_timelines(answer, tmp_path / "a.gif")
    assert (caught.value.place, caught.value.got) == (str(tmp_path / "a.gif"), "'.gif'")
    (tmp_path / "file").write_text("")
    with pytest.raises(InputError, match="file"):
        draw_timelines(answer, tmp_path / "file" / "a.png")


def test_people_who_never_come_in_an_arm_have_an_empty_band() -> None:
    arms = {"with": scenario(days=40), "without": scenario({"strategy.acquisition": {}}, days=40)}
    table = who_gained(arms, count=None)
    starters = [starter(number) for number in range(60)]
    added = table[(table["orders_a"] > 0) & ~table["person"].isin(starters)]
    answer = timeline(arms, int(added["person"].iloc[0]))
    picture = timelines_svg(answer)
    assert "without: never becomes a contact" in picture
    assert "A contact from search." in picture
