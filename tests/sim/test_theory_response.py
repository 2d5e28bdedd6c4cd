"""Closed forms of the response law: silence as a geometric wait, the share of sales in campaigns under waiting, the
fixed point of a remembered discount, adding under a hook. Each has a twin with a constant that is slightly wrong."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import timedelta
from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from scipy.special import ndtri

from sim import run
from sim.engine import advance, open_run
from sim.law.numbers import repurchase_cycle
from sim.law.stocks import unmet
from sim.output.ledger import Ledger
from sim.scenario import Acquisition, Campaign, GammaRate, Offer, Outreach, Rhythm, Scenario, Source, Strategy
from tests.worlds import RESPONSES_OFF, START, scenario

K = 4.0
PEOPLE = 40_000
EVER = 1e-7
"""A dropout rate at which nobody drifts."""
NEVER_GONE = {
    **RESPONSES_OFF,
    "market.start_with": PEOPLE,
    "market.need.dropout_rate": GammaRate(EVER, 1.0),
    "market.people.price_sensitivity": 0.0,
}


def ledger_of(changes: dict[str, Any], days: int) -> Ledger:
    return run(scenario({**NEVER_GONE, **changes}, days=days, seed=5))


# --- silence ----------------------------------------------------------------------------------------


@cache
def talkative() -> Ledger:
    """Interactions at a rate that does not fade; at most one a day."""
    never_fades = {"market.engagement.rate": 0.2, "market.engagement.fading": 1e3, "market.engagement.silent_after": 5}
    return ledger_of({**never_fades, "market.need.order_rate.mean": EVER}, days=60)


def silence_z(rate: float) -> tuple[float, float]:
    """z of interactions a day, and of the share that has been silent for more than five days."""
    series, days = talkative().series, np.arange(20, 60)
    heard = 1.0 - math.exp(-rate)
    n = PEOPLE * days.size
    talks = (series["interactions"][days].sum() - n * heard) / math.sqrt(n * heard * (1 - heard))
    quiet = (1.0 - heard) ** 5
    # the same people are silent on neighbouring days: independent ones lie about as far apart as a silence lasts
    spread = math.sqrt(n * quiet * (1 - quiet) * 2.0 / heard)
    return talks, (series["silent"][days].sum() - n * quiet) / spread


def test_interactions_come_after_geometric_waits() -> None:
    assert max(map(abs, silence_z(0.2))) < K


def test_the_twin_with_another_rate_is_refused() -> None:
    assert min(map(abs, silence_z(0.205))) > K


# --- waiting ----------------------------------------------------------------------------------------

INTERVAL, LENGTH, HOLD = 20, 4, 0.4


@cache
def held_back() -> Ledger:
    """Campaigns that save much and pull next to nothing: what they sell is what people kept for them."""
    sale = Campaign(Offer("percent", depth=0.5), "direct", every=Rhythm(float(INTERVAL)), lasts=float(LENGTH))
    return ledger_of(
        {
            "market.need.order_rate": GammaRate(0.05, 5.0),
            "market.offers.elasticity": 1e-6,
            "market.offers.framing": 0.0,
            "market.offers.waiting": HOLD,
            "market.offers.waiting_depth": 0.001,
            "market.offers.horizon": 100.0,
            "strategy": Strategy(campaigns={"sale": sale}),
        },
        days=10 * INTERVAL,
    )


def campaign_share_z(hold: float) -> float:
    """z of the share of orders on campaign days, once everybody has seen two campaigns."""
    series, first = held_back().series, 3 * INTERVAL
    sold, of = series["campaign_orders"][first:].sum(), series["orders"][first:].sum()
    share = (LENGTH + hold * (INTERVAL - LENGTH)) / INTERVAL
    return float((sold - of * share) / math.sqrt(of * share * (1 - share)))


def test_what_is_held_back_is_sold_in_the_campaign() -> None:
    assert abs(campaign_share_z(HOLD)) < K


def test_the_twin_with_another_share_held_back_is_refused() -> None:
    assert abs(campaign_share_z(HOLD * 1.03)) > K


def test_waiting_moves_need_and_neither_makes_nor_destroys_it() -> None:
    series, until = held_back().series, 9 * INTERVAL + LENGTH  # the last day of a campaign: all has come out
    mean = 0.05 * until
    sold = series["orders"][:until].sum()
    error = math.sqrt(PEOPLE * (mean + mean**2 / 5.0))
    assert abs(sold - PEOPLE * mean) < K * error
    assert abs(sold - 1.02 * PEOPLE * mean) > K * error
    assert series["held_need"][:until].sum() == pytest.approx(series["released_need"][:until].sum(), rel=1e-4)


# --- remembered discounts ---------------------------------------------------------------------------


def habits_after(days: int, memory: float, half_life: float) -> npt.NDArray[np.float64]:
    """Remembered discounts of people who hold a 20 % offer every day and order nothing."""
    sale = Campaign(Offer("percent", depth=0.2), "direct", on=(START,), lasts=float(days))
    world = scenario(
        {
            **NEVER_GONE,
            "market.start_with": 10,
            "market.need.order_rate.mean": EVER,
            "market.offers.elasticity": 2.0,
            "market.offers.reference": 0.1,
            "market.offers.reference_memory": memory,
            "market.offers.reference_half_life": half_life,
            "strategy": Strategy(campaigns={"sale": sale}),
        },
        days=days,
    )
    opened = open_run(world)
    advance(opened, days)
    return np.asarray(opened.state.population.column("habit"))


@pytest.mark.parametrize(("memory", "half_life"), [(0.8, 60.0), (0.5, 5.0)])
def test_a_daily_discount_is_remembered_up_to_its_fixed_point(memory: float, half_life: float) -> None:
    """c = a keep c + (1 - a) z, from 0: geometric."""
    kept = memory * 2.0 ** (-1.0 / half_life)
    for days in (1, 7, 300):
        expected = 0.2 * (1.0 - memory) * (1.0 - kept**days) / (1.0 - kept)
        assert habits_after(days, memory, half_life) == pytest.approx(expected, rel=1e-12)


# --- hooks and motives ------------------------------------------------------------------------------

MOST = 1.5


def added_under_a_hook(spread: float, seekers: float) -> tuple[int, int]:
    """Prospects who added, and how many there were, over one day of very many."""
    world = scenario(
        {
            **NEVER_GONE,
            "market.start_with": 0,
            "market.people.price_sensitivity": spread,
            "market.people.benefit_seekers": seekers,
            "market.people.seeker_price": 3.0,
            "market.offers.elasticity": 2.0,
            "market.offers.most": MOST,
            "market.sources": {"search": Source(200_000.0, 0.1, 0, 0, 0.5)},
            "strategy": Strategy(acquisition={"search": Acquisition(hook=Offer("percent", depth=0.3, valid=5.0))}),
        },
        days=1,
    )
    series = run(world).series
    return int(series["added"].sum()), int(series["exposures"].sum())


def lure_of_the_hook() -> float:
    lift = math.exp(0.5 * 2.0 * -math.log(0.7)) - 1.0
    return MOST * lift / (MOST + lift)


def test_a_hook_adds_what_its_pull_says_and_more_of_those_who_seek_benefits() -> None:
    lure = lure_of_the_hook()
    plain = 1.0 - 0.9 ** (1.0 + lure)
    seeking = 1.0 - 0.9 ** (1.0 + 3.0 * lure)
    for seekers in (0.0, 0.4):
        added, of = added_under_a_hook(0.0, seekers)
        share = plain + seekers * (seeking - plain)
        error = math.sqrt(of * share * (1 - share))
        assert abs(added - of * share) < K * error
        assert abs(added - of * share * 1.05) > K * error


def test_a_hook_works_on_the_whole_law_of_price_sensitivity() -> None:
    """The mean of 1 - 0.9^(1 + delta lure) over log-normal delta, by quadrature."""
    lure, spread = lure_of_the_hook(), 0.8
    delta = np.exp(spread * ndtri((np.arange(20_000) + 0.5) / 20_000) - spread**2 / 2)
    share = float(np.mean(1.0 - 0.9 ** (1.0 + delta * lure)))
    added, of = added_under_a_hook(spread, 0.0)
    assert abs(added - of * share) < K * math.sqrt(of * share * (1 - share))


# --- the interval that fatigue allows --------------------------------------------------------------


def with_letters(interval: float, **changes: Any) -> Scenario:
    letter = Outreach("direct", "value", every=Rhythm(interval), at=0.0)
    return scenario({**NEVER_GONE, **changes, "strategy": Strategy(outreach={"letter": letter})}, days=60)


@pytest.mark.parametrize("exponent", [0.0, 0.5, 1.0])
def test_fatigue_wears_off_in_the_segments_own_time(exponent: float) -> None:
    """Just before the next letter fatigue is w q / (1 - q), q = 2^(-interval / half-life), the half-life scaled."""
    half_life, cycle = 6.0, 60.0
    world = with_letters(
        5.0,
        **{
            "market.start_with": 3,
            "market.need.order_rate.mean": EVER,
            "market.need.cycle": cycle,
            "market.fatigue.half_life": half_life,
            "market.fatigue.cycle_exponent": exponent,
            "market.fatigue.reference_cycle": 30.0,
        },
    )
    opened = open_run(world)
    advance(opened, 60)
    q = 2.0 ** (-5.0 / (half_life * (cycle / 30.0) ** exponent))
    weight = world.market.fatigue.weight.value * world.market.media["direct"].intrusion
    # letters came on days 0, 5 ... 55
    on_day_59 = weight * sum(q ** ((59 - day) / 5.0) for day in range(0, 60, 5))
    assert opened.state.population.column("fatigue") == pytest.approx(on_day_59, rel=1e-9)


# --- waiting by depth, disappointment, leaving ------------------------------------------------------


def sums_of_need(first: float, later: float, **changes: Any) -> dict[str, float]:
    """Need held back, released and lost over 180 days with one campaign each 30 days: two of one depth, then four."""
    days = [START + timedelta(days=30 * n) for n in range(1, 6)]
    sales = {
        "a": Campaign(Offer("percent", depth=first), "direct", on=tuple(days[:2]), lasts=3.0),
        "b": Campaign(Offer("percent", depth=later), "direct", on=tuple(days[2:]), lasts=3.0),
    }
    world = {
        "market.need.order_rate": GammaRate(0.05, 5.0),
        "market.offers.elasticity": 1e-6,
        "market.offers.waiting": 0.5,
        "market.offers.waiting_depth": 0.1,
        "market.offers.horizon": 100.0,
        "market.offers.expected_memory": 0.5,
        "market.offers.disappointed": 0.4,
        "strategy": Strategy(campaigns=sales),
        **changes,
    }
    series = ledger_of(world, days=93).series
    return {name: float(series[f"{name}_need"].sum()) / 1e6 for name in ("held", "released", "lost")}


def test_what_is_held_back_grows_with_the_saving_as_the_curve_says() -> None:
    held = {depth: sums_of_need(depth, depth)["held"] for depth in (0.01, 0.1, 0.3)}
    assert held[0.01] / held[0.1] == pytest.approx(0.01**2 / (0.01**2 + 0.1**2) / 0.5, rel=0.05)
    assert held[0.3] / held[0.1] == pytest.approx(0.9 / 0.5, rel=0.05)


def test_a_token_after_deep_campaigns_loses_a_share_of_what_waited() -> None:
    """Of what 27 days held back for 30 % the share 1 - w(0.02) / w(0.3) is not served, and 40 % of that is lost."""
    needs = sums_of_need(0.3, 0.02)
    unserved = 1.0 - (0.02**2 / (0.02**2 + 0.1**2)) / 0.9
    assert needs["lost"] / needs["held"] == pytest.approx(0.4 * unserved, rel=0.02)
    assert needs["released"] + needs["lost"] == pytest.approx(needs["held"], rel=0.02)
    assert sums_of_need(0.3, 0.3)["lost"] < 0.02 * needs["lost"]


@pytest.mark.parametrize("shape", [0.5, 1.0, 4.0])
def test_those_who_mind_leave_first(shape: float) -> None:
    """The share left after an area a of deletion is (1 + a / shape)^-shape, from a Gamma of mean one."""
    world = scenario({"market.start_with": 20_000, "market.optout.shape": shape}, days=1)
    left = np.asarray(open_run(world).state.population.column("delete_left"))
    for area in (0.1, 1.0, 5.0):
        share = (1.0 + area / shape) ** -shape
        assert abs(np.mean(left > area) - share) < K * math.sqrt(share * (1 - share) / left.size)


def test_a_cycle_that_is_not_stated_is_the_median_gap_of_all_orders() -> None:
    """k = 1: alpha (2^(1 / (shape + 1)) - 1); and drawn gaps for other k."""
    need = replace(scenario().market.need, cycle=None, regularity=1.0, order_rate=GammaRate(0.04, 0.8))
    assert repurchase_cycle(need) == pytest.approx(20.0 * (2.0 ** (1.0 / 1.8) - 1.0), rel=1e-12)
    random = np.random.default_rng(1)
    rates = random.gamma(1.8, 1.0 / 20.0, 400_000)
    gaps = random.gamma(2.5, 1.0 / 2.5, rates.size) / rates
    assert repurchase_cycle(replace(need, regularity=2.5)) == pytest.approx(float(np.median(gaps)), rel=0.01)


def test_a_saving_too_small_to_be_waited_for_disappoints_nobody() -> None:
    """Its square underflows, so that its share of needs is 0 and no share of it can be unmet."""
    assert unmet(0.0, 1e-200, 0.1) == 0.0
    assert unmet(0.0, 0.1, 0.1) == 1.0
    assert unmet(0.1, 0.1, 0.1) == 0.0
