"""Every KPI can be computed again, to the cent, by somebody who has the written event log alone."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from experiments.output.event_files import FOLDER, event_frames, write_event_log
from experiments.output.result_files import result_folder
from sim import MEASURES, Ledger, measure, run
from sim.scenario import Scenario
from sim.stages import Event
from tests.kpis_from_events import EventLog, kpis
from tests.random_worlds import seeded_world

SEEDS = (16, 25, 79)
"""Worlds in which, all together, everything happens that any KPI counts."""
FROM_DAYS = {
    "displaced_share": "needs are expectations: the law knows them, nobody could see them",
    "waited_share": "likewise",
    "add_rate": "prospects who do not add are nobody in the log",
    "unmade_share": "likewise, those whom nobody had time to ask",
    "acquisition_cost": "exposures are paid for, too; adds have their cost in `people`",
    "cac": "likewise",
    "ltv_cac_ratio": "likewise",
    "payback_days": "likewise",
    "unsent_share": "a message that a limit keeps back reaches nobody",
    "software_cost": "software is paid for every day",
    "wages": "shifts are paid for whether or not anybody writes",
    "bot_cost": "a bot costs something every day",
    "desk_utilisation": "hours at the desk are the plan's; tickets have their work in all, which may last for days",
    "unwritten_share": "a message that nobody writes reaches nobody",
    "postponed_days": "likewise",
    **dict.fromkeys(
        ("contribution_profit", "contribution_share", "profit", "roi", "ltv"),
        "wages, exposures and fixed costs are in it",
    ),
}
"""KPIs for which a table of persons is not enough: what the columns of `days` add, and why."""
MARGINS = ("contribution_share", "margin_share")
"""Shares of money that are below zero where a shop sells at a loss."""


@cache
def world(seed: int) -> Scenario:
    one = seeded_world(seed, people=150, days=130)
    money = replace(one.market.money, discount_rate=0.001)
    settings = replace(one.run, warm_up=10, horizon=110, cool_down=10)
    return replace(one, run=settings, market=replace(one.market, money=money))


@cache
def ledger(seed: int) -> Ledger:
    return run(world(seed), tables=True)


@pytest.fixture(scope="module", params=SEEDS)
def recorded(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[Ledger, EventLog]:
    out = tmp_path_factory.mktemp("log")
    one = ledger(request.param)
    assert one.tables is not None
    write_event_log(out, one.tables)
    return one, EventLog.read(out / FOLDER)


def test_every_kpi_follows_from_the_log(recorded: tuple[Ledger, EventLog]) -> None:
    one, log = recorded
    found = kpis(log)
    expected = {name: measure(one, name).value for name in MEASURES}
    assert found.keys() == expected.keys()
    for name, measured in MEASURES.items():
        whole = measured.unit in ("money", "count") and measured.denominator == "one shop"
        assert found[name] == pytest.approx(expected[name], rel=0 if whole else 1e-9, abs=1e-9, nan_ok=True), name


def test_no_share_exceeds_all() -> None:
    """On any day, and over the run; only a loss lies below zero."""
    shares = [name for name, one in MEASURES.items() if one.unit == "share"]
    for one in map(ledger, SEEDS):
        for window in ((0, one.days), one.window, *((day, day + 1) for day in range(one.days))):
            values = {name: measure(one, name, window).value for name in shares}
            assert {name: value for name, value in values.items() if value > 1.0} == {}
            assert {name for name, value in values.items() if value < 0.0} <= set(MARGINS)


def test_everything_happens_in_these_worlds() -> None:
    """So that no KPI is compared at nothing alone."""
    ledgers = [ledger(seed) for seed in SEEDS]
    assert [name for name in MEASURES if all(measure(one, name).numerator == 0.0 for one in ledgers)] == []
    markets = [world(seed).market for seed in SEEDS]
    assert all(one.need.season.hours and one.start.history and one.start.leads for one in markets)
    assert sum(one.series["returns"].any() and one.series["commission"].any() for one in ledgers) > 1


def test_time_in_hand_is_the_work_of_tickets_and_writing(recorded: tuple[Ledger, EventLog]) -> None:
    """Over the whole run; by day it is booked when it is done, which the tickets do not say."""
    _, log = recorded
    tickets, days = log.tables["tickets"], log.tables["days"]
    by_staff = tickets[tickets["outcome"] != "answered by bot"]
    worked = 86_400.0 * by_staff["work"].sum() + days["writing_seconds"].sum()
    has_staff = bool(days["open_seconds"].any())
    assert days["busy_seconds"].sum() == pytest.approx(worked if has_staff else 0.0, abs=len(days))
    assert (days["busy_seconds"] <= days["open_seconds"]).all()


def test_only_these_kpis_need_accounts_of_days(recorded: tuple[Ledger, EventLog]) -> None:
    """Without them all others stay as they are."""
    _, log = recorded
    days = log.tables["days"]
    bare = EventLog({**log.tables, "days": days.assign(**{name: 0 for name in days.columns if name != "day"})})
    whole, part = kpis(log), kpis(bare)
    moved = {name for name in whole if not np.isclose(whole[name], part[name], rtol=1e-12, equal_nan=True)}
    assert moved <= FROM_DAYS.keys()


def test_recording_changes_nothing_and_agrees_with_the_events() -> None:
    plain, one = run(world(79), events=True), ledger(79)
    assert one.tables is not None
    assert plain.fingerprint == one.fingerprint
    assert all(np.array_equal(plain.series[name], one.series[name]) for name in plain.series)
    assert plain.events is not None
    frames, kind = event_frames(one.tables), np.asarray(plain.events["kind"])
    counts = {
        "orders": (Event.FIRST_ORDER, Event.ORDER),
        "relations": (Event.DRIFT, Event.DELETE, Event.DISPUTE, Event.MUTE),
        "money_back": (Event.REFUND, Event.COMPENSATION, Event.CHARGEBACK, Event.RETURN),
        "tickets": (Event.QUESTION, Event.COMPLAINT),
    }
    for table, kinds in counts.items():
        assert len(frames[table]) == np.isin(kind, kinds).sum() > 0, table


def test_rows_name_one_another(recorded: tuple[Ledger, EventLog]) -> None:
    """An order's message is the last before it, its ticket the question about it; what comes back has an order, and a
    complaint where it is no return."""
    _, log = recorded
    orders, messages, tickets = (log.tables[name] for name in ("orders", "messages", "tickets"))
    reached = orders[orders["message"] > 0].merge(messages, on=["person", "message"], suffixes=("", "_sent"))
    assert len(reached) == (orders["message"] > 0).sum()
    assert (reached["instant_sent"] <= reached["instant"]).all()
    assert (reached["programme_sent"] == reached["programme"]).all()
    later = orders.merge(messages, on="person", suffixes=("", "_sent"))
    assert not ((later["instant_sent"] <= later["instant"]) & (later["message_sent"] > later["message"])).any()
    asked = orders[orders["ticket"] > 0].merge(tickets, on="ticket", suffixes=("", "_asked"))
    assert ((asked["person"] == asked["person_asked"]) & (asked["order"] == asked["number"])).all()
    back = log.tables["money_back"]
    assert ((back["ticket"] == 0) == (back["kind"] == "return")).all()
    of_complaint = back.merge(tickets, on="ticket", suffixes=("", "_of"))
    assert len(of_complaint) == (back["ticket"] > 0).sum()
    assert (of_complaint["kind_of"] == "complaint").all()
    assert (of_complaint["order"] == of_complaint["order_of"]).all()
    paid = back.merge(orders, left_on=["person", "order"], right_on=["person", "number"])
    assert len(paid) == len(back)
    of_order = paid.groupby(["person", "order"])
    assert (of_order["cents"].sum() <= of_order["paid"].first()).all()


def test_the_log_of_an_earlier_run_goes(tmp_path: Path) -> None:
    tables = ledger(79).tables
    assert tables is not None
    with result_folder(tmp_path) as draft:
        write_event_log(draft, tables)
    assert pd.read_parquet(tmp_path / FOLDER / "orders.parquet")["paid"].dtype == "int64"
    with result_folder(tmp_path):
        pass
    assert list((tmp_path / FOLDER).iterdir()) == []
