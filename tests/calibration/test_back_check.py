"""The back-check: weeks counted, the rule for a ratio, programmes that keep their days, and a whole one."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pytest

from benchmarks.planted_worlds import WorldPlan, past_of, planted_world, write_files
from calibration import calibrate
from calibration.back_check import MATERIAL, by_week, compared, near_one
from calibration.replay.replayed_run import dated
from scenarios import load
from scenarios.values.replayed_weeks import ReplayedWeeks
from sim.scenario import Campaign, Offer, Outreach, Rhythm, RunSettings, Strategy
from tests.json_page import assert_documented

RNG = np.random.default_rng(5)
NARROW, WIDE = np.exp(0.03 * RNG.standard_normal(40)), np.exp(0.6 * RNG.standard_normal(40))


def test_orders_of_a_day_are_merged_and_a_person_counts_once_a_week() -> None:
    who = np.array([1, 1, 1, 2, 2], dtype=np.uint64)
    found = by_week(who, np.array([0, 0, 3, 6, 7]), np.array([5.0, 7.0, 1.0, 2.0, 4.0]), 10)
    assert found["orders"].tolist() == [3.0, 1.0]
    assert found["buyers"].tolist() == [2.0, 1.0]
    assert found["spend"].tolist() == [15.0, 4.0]


@pytest.mark.parametrize(
    ("totals", "near"),
    [
        (100.0 * NARROW, True),
        (100.0 * (1.0 + 0.9 * MATERIAL) * NARROW, True),  # clear, but no more than a tenth
        (130.0 * NARROW, False),
        (75.0 * NARROW, False),
        (190.0 * WIDE, True),  # far away, but so are many of the replays
        (900.0 * WIDE, False),
    ],
)
def test_a_ratio_is_far_where_it_is_clearly_more_than_a_tenth_from_one(
    totals: np.ndarray[tuple[int], np.dtype[np.float64]], near: bool
) -> None:
    assert near_one(totals, 100.0) == near


def test_customers_left_out_are_scaled_up() -> None:
    weeks = {kind: np.array([10.0, 20.0]) for kind in ("orders", "buyers", "spend")}
    half = [{kind: values / 2.0 for kind, values in weeks.items()}] * 3
    found = compared(date(2026, 1, 5), weeks, half, 2.0)
    assert (found.weeks.ratio, found.weeks.calibrated, found.weeks.doubt) == (1.0, True, "")
    assert found.weeks.predicted == (10.0, 20.0)
    assert compared(date(2026, 1, 5), weeks, half, 1.0).weeks.doubt.startswith("not calibrated: replayed, the last 2")


def test_programmes_without_a_date_keep_their_days() -> None:
    """A campaign every 10 days and care every 7, both from the begin of the orders, seen by a run 25 days later."""
    span = RunSettings(date(2026, 1, 1), horizon=100)
    plan = Strategy(
        outreach={"care": Outreach("direct", "care", every=Rhythm(7.0))},
        campaigns={"sale": Campaign(Offer.percent(0.1), "direct", every=Rhythm(10.0))},
    )
    kept = dated(plan, span)
    assert kept.outreach["care"].from_ == span.start
    assert kept.campaigns["sale"].first == span.start + timedelta(days=10)
    stated = Campaign(Offer.percent(0.1), "direct", every=Rhythm(10.0), first=date(2026, 1, 4))
    assert dated(Strategy(campaigns={"sale": stated}), span).campaigns["sale"] == stated


@pytest.mark.slow
def test_a_stated_history_is_replayed_and_its_market_says_so(tmp_path: Path) -> None:
    """The ratio of a planted world stands in the market, and is another one where most people are taken away."""
    world = planted_world(WorldPlan(days=360, customers=400), 0)
    write_files(world, past_of(world), tmp_path, true_responses=True)
    found = calibrate(
        tmp_path / "orders.csv", market=str(tmp_path / "prior.toml"), history=tmp_path / "history.toml",
        holdout="8w", out=tmp_path / "fitted", draws=40,
    )  # fmt: skip
    assert found.replay is not None
    assert_documented(found.to_json(), "rehearse calibrate")
    replay = found.to_json()["replay"]
    assert set(replay) >= {"weeks", "actual", "predicted", "p5", "p95", "ratio"}
    assert [len(replay[name]) for name in ("weeks", "actual", "predicted", "p5", "p95")] == [8] * 5
    assert replay["ratio"] == pytest.approx(sum(replay["predicted"]) / sum(replay["actual"]))
    held = found.to_json()["holdout"]["repeat_orders"]["actual"]
    assert sum(replay["actual"]) == held
    today = tmp_path / "today.toml"
    text = world.history_text("fitted/market.toml", world.run_text(world.plan.cut, 30), holdout=0.0)
    today.write_text(text, encoding="utf-8")
    kept = load(today).replayed
    assert isinstance(kept, ReplayedWeeks)
    assert (kept.first, kept.calibrated) == (found.replay.weeks.first, found.replay.weeks.calibrated)
    assert kept.ratio == pytest.approx(found.replay.weeks.ratio, abs=1e-6)
    assert kept.predicted == pytest.approx(found.replay.weeks.predicted, abs=1e-6)
