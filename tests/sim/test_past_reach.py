"""What a history does not say of each: when people interacted, and campaigns that began behind a better offer."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import numpy as np
import numpy.typing as npt

from sim import scenario as s
from sim.law.numbers import law_numbers
from sim.past.heard_of import STEPS, days_silent, days_that_count, engaged
from sim.past.past_state import PastState, past_state
from tests.past_worlds import RecordedRun, as_sent, recorded, still_buying
from tests.sim.test_past_evidence import ALIKE, STRATEGY, TRUTH
from tests.worlds import START, changed, scenario

Floats = npt.NDArray[np.float64]

PEOPLE = 2000
DAYS = 60
BETWEEN = 52
"""Days after which one of the two campaigns has begun three times, the other twice."""
FAR = 4.0


def shop(more: dict[str, object], days: int = DAYS) -> RecordedRun:
    truth = {f"market.{path}": value for path, value in TRUTH.items()}
    alike = {**ALIKE, **truth, "market.start_with": PEOPLE, "market.people.benefit_seekers": 0.0}
    return recorded(scenario({**alike, "strategy": STRATEGY, **more}, days=days), days)


def state_of(market: s.Market, history: s.ShopHistory) -> PastState:
    return past_state(market, history, s.Customers(*(np.zeros(history.size) for _ in range(6))))  # type: ignore[arg-type]


def counts(silence: npt.NDArray[np.int64], market: s.Market) -> Floats:
    """How many are active, silent and dormant."""
    at = market.engagement
    kinds = (silence > at.silent_after).astype(int) + (silence > at.dormant_after)
    return np.bincount(kinds, minlength=3).astype(float)


def test_people_are_as_silent_as_expected_and_as_drawn() -> None:
    """Counts within 4 standard errors; by orders alone, or for people who interact half as often, they are not.

    In a world where fatigue does nothing to orders: where lifts fall by half in two months, the chances, which take a
    person's lift as it is at last, are 5 standard errors away (decision 46).
    """
    run = shop({"market.engagement.rate": 0.3, "market.engagement.fading": 3.0, "market.fatigue.order_effect": 0.0})
    market, there = run.opened.state.inputs.market, still_buying(run)
    found = state_of(market, as_sent(run.history))
    heard = run.opened.state.population.column("last_heard")[: run.history.size]
    came = counts(DAYS - heard[there].astype(np.int64), market)
    since, lift = -found.columns["last_heard"][0][there].astype(np.int64), found.lift[0][there]
    assert np.ptp(lift) > 0.2

    def away(of: s.Market) -> tuple[float, float]:
        """The largest distance of the chances' counts, and of the counts drawn, in standard errors."""
        law = law_numbers(of)
        days = days_that_count(law, DAYS)
        after = law.silent_after, law.dormant_after
        step = np.rint(STEPS * lift / (1.0 + lift)).astype(int)
        chances = engaged(law.interaction, law.fading, after, days)[step, np.minimum(since, days - 1)]
        error = np.sqrt((chances * (1.0 - chances)).sum(axis=0))
        drawn = counts(days_silent(np.random.default_rng(1).random(since.size), since, lift, law), of)
        return np.max(np.abs(came - chances.sum(axis=0)) / error), np.max(np.abs(came - drawn) / error / np.sqrt(2.0))

    assert max(away(market)) < FAR
    assert min(away(changed(market, {"engagement.rate": 0.15}))) > 2.0 * FAR
    by_orders = counts(since, market)
    assert abs(by_orders - came).max() > 0.2 * came.sum()


def test_a_campaign_that_begins_behind_a_better_offer_is_seen() -> None:
    """By those who hold its offer when the better one is over; for who is in its holdout it has not begun."""
    month, more = STRATEGY.campaigns["month"], STRATEGY.campaigns["more"]
    first = START + timedelta(days=20)
    campaigns = {
        "month": replace(month, first=first, every=s.Rhythm(15.0)),
        "more": replace(more, first=first + timedelta(days=3), every=s.Rhythm(15.0)),
    }
    gaps: set[int] = set()
    for days in (DAYS, BETWEEN):
        run = shop({"strategy": replace(STRATEGY, campaigns=campaigns)}, days)
        history, there = run.history, still_buying(run)
        found = state_of(run.opened.state.inputs.market, history)
        gaps |= {*run.opened.state.population.column("campaign_gap")[: history.size][there].tolist()}
        for name in ("campaign_gap", "expected"):
            engine = run.opened.state.population.column(name)[: history.size][there]
            np.testing.assert_allclose(found.columns[name][0][there], engine, rtol=1e-12, err_msg=name)
    assert {3, 12, 15} <= gaps
