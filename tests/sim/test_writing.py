"""Personal messages are work for the staff: what they write, postpone and drop, and what it costs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pytest

from sim import run, scenario as s
from sim.output.ledger import Ledger
from tests.worlds import scenario

EACH = 0.002
"""Days that one message takes."""


def year(
    desk: s.Service, people: int = 500, days: int = 60, campaigns: Mapping[str, s.Campaign] | None = None
) -> Ledger:
    """People who are written to by hand every tenth day, or of campaigns, and who do not leave or ask."""
    note = s.Outreach("direct", "care", every=s.Rhythm(10.0), style="personal")
    return run(
        scenario(
            {
                "market.start_with": people,
                "market.service.handling.personal": EACH,
                "market.optout.per_message": 0.0,
                "market.optout.background": 0.0,
                "market.media.direct.limit_per_30d": None,
                "strategy.acquisition": {},
                "strategy.campaigns": campaigns or {},
                "strategy.limits": s.Limits(),
                "strategy.outreach": {} if campaigns else {"note": note},
                "strategy.service": desk,
            },
            days=days,
        )
    )


def total(ledger: Ledger, name: str) -> int:
    return int(ledger.series[name].sum())


def test_what_does_not_fit_into_the_hours_waits_and_is_dropped() -> None:
    """In the first week half of the hours is for writing: .25 / .002 = 125 messages a day, of 500 on day 0."""
    ledger = year(s.Service(1, (0.25, 0.75), personal_backlog=2), days=7)
    assert ledger.series["written"][:4].tolist() == [125, 125, 125, 0]
    assert ledger.series["postponed"][:4].tolist() == [375, 250, 0, 0]
    assert ledger.series["dropped"][:4].tolist() == [0, 0, 125, 0]
    assert ledger.series["touches"][:4].tolist() == [125, 125, 125, 0]


def test_later_it_is_what_answering_leaves() -> None:
    """250 messages fill the staff's day; the more people there are to answer, the fewer are written."""
    busy = {people: year(s.Service(1, (0.25, 0.75), personal_backlog=0), people) for people in (300, 800, 3000)}
    written = [int(ledger.series["written"][20]) for ledger in busy.values()]
    assert 250 > written[0] > written[1] > 20 > written[2]
    for ledger in busy.values():
        assert total(ledger, "busy_seconds") <= total(ledger, "open_seconds")
        assert total(ledger, "dropped") > 0


def test_more_staff_writes_more_until_all_is_written() -> None:
    """The whole curve, from one hour a day to a hundred people: messages and wages."""
    desks = [s.Service(1, (0.5, 0.55)), s.Service(1, (0.3, 0.8)), s.Service(3, (0.3, 0.8)), s.Service(100, (0.3, 0.8))]
    written = [total(year(desk), "written") for desk in desks]
    assert written[:3] == sorted(written[:3])
    assert written[3] == pytest.approx(written[2], rel=0.01)  # all is written, to who is then still there
    assert written[0] < 0.2 * written[-1]
    assert written[-1] == pytest.approx(6 * 500, rel=0.05)


def test_a_desk_has_paid_for_its_writing() -> None:
    """Wages for hours present and no more; without a staff each message costs its time."""
    staffed, alone = year(s.Service(2, (0.3, 0.8))), year(s.Service(unlimited=True))
    assert total(staffed, "message_cost") == 5 * total(staffed, "touches")
    assert total(alone, "message_cost") == (5 + round(EACH * 60_000)) * total(alone, "touches")
    assert total(alone, "wages") == 0
    assert total(alone, "written") == total(alone, "dropped") == 0


# --- adding by hand ---------------------------------------------------------------------------------


def shop(desk: s.Service, handling: float | None, days: int = 7, notes: int = 0) -> Ledger:
    """100 prospects a day of whom half add; `notes` people who are written to every day; nobody asks."""
    changes = {
        "market.start_with": notes,
        "market.service.handling.personal": EACH,
        "market.service.questions_per_touch": 0.0,
        "market.service.questions_per_order": 0.0,
        "market.service.questions_per_purchase": 0.0,
        "market.service.problems_per_order": 0.0,
        "market.service.problems_per_late_day": 0.0,
        "market.sources.search": s.Source(100.0, 0.5, 40, 200, 1.0, handling),
        "strategy.acquisition": {"search": s.Acquisition()},
        "strategy.campaigns": {},
        "strategy.limits": s.Limits(),
        "strategy.welcome": None,
        "strategy.outreach": {},
        "strategy.service": desk,
    }
    if notes:
        care = s.Outreach("direct", "care", every=s.Rhythm(1.0), style="personal", who=s.Who(stage=("first_buyer",)))
        changes["strategy.outreach"] = {"note": care}
    return run(scenario(changes, days=days))


def test_requests_by_hand_are_those_for_which_there_is_time() -> None:
    """Half a day's hours in the first week: .25 / .005 = 50 requests of 100 a day; later all the hours."""
    ledger = shop(s.Service(1, (0.25, 0.75)), 0.005, days=9)
    assert ledger.series["exposures"].tolist() == [50] * 7 + [100] * 2
    assert ledger.series["unmade_requests"].tolist() == [50] * 7 + [0] * 2
    assert ledger.series["busy_seconds"].tolist() == [21_600] * 7 + [43_200] * 2
    assert ledger.series["acquisition_cost"][0] == 50 * 40 + 200 * ledger.series["added"][0]


def test_the_whole_curve_of_requests_by_time_each() -> None:
    """From no time at all to a day each; nothing is taken where a source needs nobody."""
    desk = s.Service(1, (0.25, 0.75))
    times = (None, 1e-5, 0.0025, 0.005, 0.05, 1.0)
    asked = [total(shop(desk, each), "exposures") for each in times]
    assert asked == [700, 700, 700, 350, 35, 0]
    assert total(shop(desk, None), "busy_seconds") == 0
    assert total(shop(s.Service(agents=0), 0.005), "exposures") == 0


def test_personal_messages_come_before_requests() -> None:
    """125 fit in the first week; the messages to first buyers leave the rest."""
    alone, both = shop(s.Service(1, (0.25, 0.75)), EACH), shop(s.Service(1, (0.25, 0.75)), EACH, notes=80)
    assert alone.series["exposures"][0] == 100
    for day in range(7):
        written, asked = int(both.series["written"][day]), int(both.series["exposures"][day])
        assert written > 0
        assert abs(asked - min(125 - written, 100)) <= 1


def test_without_a_desk_requests_cost_their_time() -> None:
    free, staffed = shop(s.Service(unlimited=True), 0.005), shop(s.Service(4), 0.005)
    assert total(free, "exposures") == total(staffed, "exposures") == 700
    assert total(free, "acquisition_cost") - total(staffed, "acquisition_cost") == 700 * 300


def test_nobody_is_told_late_of_a_campaign_that_is_over() -> None:
    """125 messages a day of a campaign of two days: what is left for the third day is dropped."""
    sale = s.Campaign(s.Offer.percent(depth=0.1), "direct", every=s.Rhythm(60.0), lasts=2.0, style="personal")
    start = scenario().run.start
    ledger = year(s.Service(1, (0.25, 0.75), personal_backlog=10), campaigns={"sale": replace(sale, first=start)})
    assert ledger.series["written"][:4].tolist() == [125, 125, 0, 0]
    assert ledger.series["dropped"][:4].tolist() == [0, 0, 250, 0]
