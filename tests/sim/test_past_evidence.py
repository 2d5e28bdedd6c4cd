"""What histories say under a market: published figures, brute force, a slow likelihood, and the engine itself."""

from __future__ import annotations

import csv
import math
from dataclasses import replace
from datetime import date, timedelta
from functools import cache
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings, strategies as st
from scipy.special import betainc, gammaincc, gammaln, roots_genlaguerre

from sim import scenario as s
from sim.law.day_one import History, p_alive
from sim.past import evidence
from sim.past.evidence import expected_orders, log_likelihoods
from sim.past.past_state import past_state
from sim.threads import Threads
from tests.dice import HypothesisDice
from tests.past_worlds import RecordedRun, as_sent, recorded, still_buying
from tests.random_histories import random_history
from tests.random_markets import random_market
from tests.reference.scored_history import log_likelihood
from tests.worlds import PHASES, RESPONSES_OFF, START, changed, scenario

Floats = npt.NDArray[np.float64]


# --- published figures ------------------------------------------------------------------------------


def bare_history(days: int, orders: list[list[int]]) -> s.ShopHistory:
    """People who came with their first order, of whom nothing else is known."""
    n = len(orders)
    return s.ShopHistory(
        start=START,
        days=days,
        entered=np.array([one[0] + 1 for one in orders], dtype=np.int32),
        lead=np.zeros(n, dtype=bool),
        deleted=np.full(n, days, dtype=np.int32),
        deletions_known=False,
        begin=np.cumsum([0, *map(len, orders)]),
        order_day=np.array([day for one in orders for day in one], dtype=np.int32),
        saving=np.zeros(sum(map(len, orders))),
    )


def bare_market(alpha: float = 10.578, k: float = 1.0) -> s.Market:
    """Nothing but ordering and drifting, at the published rates (weeks to days)."""
    rates = {
        "market.need.order_rate": s.GammaRate(0.5533 / alpha / 7, 0.5533),
        "market.need.dropout_rate": s.GammaRate(0.6062 / 11.669 / 7, 0.6062),
    }
    return scenario({**RESPONSES_OFF, **rates, "market.need.regularity": k}).market


def of_instants(market: s.Market, history: s.ShopHistory) -> Floats:
    """Which share of the likelihood of each in a bare history is left where orders came at their days' very ends.

    Published figures know the instants of orders: nobody has left on the day of the last order, after it.
    """
    nobody = s.Customers(*(np.zeros(history.size) for _ in range(6)))  # type: ignore[arg-type]
    found, k = past_state(market, history, nobody), market.need.regularity
    order, drift = market.need.order_rate, market.need.dropout_rate
    first, last = (history.order_day[places] + 0.0 for places in (history.begin[:-1], history.begin[1:] - 1))
    shape = order.shape + k * (np.diff(history.begin) - 1)
    at_last, at_end = order.shape / order.mean + k * (last - first), history.days - 1.0 - first
    beta = drift.shape / drift.mean
    stays = betainc(shape, k, at_last / (at_last + k * (at_end - last + first)))
    stays *= ((beta + last - first) / (beta + at_end)) ** drift.shape
    after = np.where(last > first, 0.5 * drift.shape / (beta + last - first), 0.0)
    return np.asarray(1.0 - after * found.stays[0] / stays)


def test_published_likelihood_of_cdnow(cdnow_file: Path) -> None:
    """Weeks 1 to 39; the published value is per week."""
    days: dict[str, set[int]] = {}
    with cdnow_file.open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            day = (date.fromisoformat(row["order_date"]) - date(1997, 1, 1)).days
            if day < 273:
                days.setdefault(row["customer_id"], set()).add(day)
    history = bare_history(273, [sorted(one) for one in days.values()])
    repeats = history.order_day.size - history.size

    def per_week(market: s.Market) -> float:
        likelihoods = log_likelihoods(market, history) + np.log(of_instants(market, history))
        return float(likelihoods.sum() + repeats * math.log(7.0))

    assert per_week(bare_market()) == pytest.approx(-9594.976, abs=1e-3)
    assert abs(per_week(bare_market(alpha=1.05 * 10.578)) + 9594.976) > 0.05


@pytest.mark.parametrize("k", [1.0, 2.0])
def test_chances_of_being_there_are_those_of_the_closed_form(k: float) -> None:
    orders = [[0], [3, 90], [10, 20, 30, 40], [5, 250], [100, 180, 190]]
    history, market, n = bare_history(300, orders), bare_market(k=k), len(orders)
    first, last = (np.array([one[place] for one in orders], dtype=float) for place in (0, -1))
    known = History(np.array([len(one) - 1.0 for one in orders]), last - first, 299.0 - first, 299.0 - last)
    nobody = s.Customers(*(np.zeros(n) for _ in range(6)))  # type: ignore[arg-type]
    found = past_state(market, history, nobody)
    alive = p_alive(known, market.need.order_rate, market.need.dropout_rate, k)
    assert found.classes == ("interested",)
    np.testing.assert_allclose(found.stays[0] / of_instants(market, history), alive, rtol=2e-6)
    np.testing.assert_allclose(found.stays[0] + found.drifted[0], 1.0, rtol=1e-12)
    np.testing.assert_allclose(found.order_end[0], 299.0 - first, rtol=1e-12)


@pytest.mark.parametrize("k", [1.0, 1.7, 3.0])
def test_any_regularity_equals_brute_force_over_both_rates(k: float) -> None:
    """Rates that change by weekday; lambda and mu by Gauss-Laguerre points, the time of drifting by the day's."""
    weekday = (0.7, 0.8, 0.9, 1.0, 1.1, 1.2, 1.3)
    market = changed(bare_market(k=k), {"need.season": s.Season(weekday)})
    orders, days = [2, 14, 35, 61], 120
    g = np.array([weekday[(START + timedelta(days=day)).weekday()] for day in range(days)])
    area = np.concatenate([[0.0], np.cumsum(g[3:])])
    at = np.array([day - 2 for day in orders])
    r, alpha, mu_shape, beta = 0.5533, 10.578 * 7, 0.6062, 11.669 * 7
    x, gaps = 3, np.diff(area[at])
    lam, lam_weight = roots_genlaguerre(60, r + k * x - 1.0)
    lam = lam / (alpha + k * area[at[-1]])
    mu, mu_weight = roots_genlaguerre(60, mu_shape - 1.0)
    mu, mu_weight = mu / beta, mu_weight / np.exp(gammaln(mu_shape))
    node, weight = np.polynomial.legendre.leggauss(12)
    total = mu_weight @ np.exp(-mu * (days - 3.0)) * gammaincc(k, k * lam * (area[-1] - area[at[-1]]))
    # on the day of the last order after it, which may have come at any time of the day
    total = total + 0.5 * (mu_weight @ (mu * np.exp(-mu * at[-1])))
    for day in range(int(at[-1]), days - 3):
        for u, w in zip(0.5 * (node + 1.0), 0.5 * weight, strict=True):
            run = area[day] + u * (area[day + 1] - area[day]) - area[at[-1]]
            total = total + w * (mu_weight @ (mu * np.exp(-mu * (day + u)))) * gammaincc(k, k * lam * run)
    brute = math.log(lam_weight @ total) + r * math.log(alpha) - gammaln(r)
    brute -= (r + k * x) * math.log(alpha + k * area[at[-1]])
    brute += x * (k * math.log(k) - gammaln(k)) + float(np.log(gaps) @ np.full(x, k - 1.0))
    brute += float(np.log(g[orders[1:]]).sum())
    found = float(log_likelihoods(market, bare_history(days, [orders]))[0])
    assert found == pytest.approx(brute, abs=1e-9 if k == 1.0 else 2e-7)


# --- a slow likelihood ------------------------------------------------------------------------------


@given(st.data())
@settings(max_examples=15, deadline=None)
def test_random_histories_equal_the_slow_likelihood(data: st.DataObject) -> None:
    dice = HypothesisDice(data.draw)
    market = random_market(dice, 0, 1.0, ("search",))
    history = random_history(dice, 4, 25, tuple(sorted(market.media)))
    slow = [log_likelihood(market, history, row) for row in range(history.size)]
    np.testing.assert_allclose(log_likelihoods(market, history), slow, rtol=1e-8, atol=1e-8)


def test_orders_on_a_day_without_area_count_as_the_page_says() -> None:
    """As under a tiny multiplier m of that weekday, with 1e-300 in the place of m; two in a row have no gap, either."""
    order = (START + timedelta(days=2)).weekday()
    history = bare_history(40, [[0, 2, 9, 20]])

    def scored(m: float, k: float) -> float:
        weekday = tuple(m if day == order else 1.0 for day in range(7))
        market = changed(bare_market(k=k), {"need.season": s.Season(weekday)})
        slow = log_likelihood(market, history, 0)
        found = float(log_likelihoods(market, history)[0])
        assert found == pytest.approx(slow, rel=1e-8)
        return found

    for k in (1.0, 2.0):
        tiny, none = scored(1e-9, k), scored(0.0, k)
        assert none == pytest.approx(tiny + 2 * math.log(1e-300 / 1e-9), abs=1e-5)
    gapless = bare_history(40, [[0, 2, 3]])
    weekend = s.Season(tuple(0.0 if day in (order, (order + 1) % 7) else 1.0 for day in range(7)))
    for k in (0.7, 1.0, 3.0):
        market = changed(bare_market(k=k), {"need.season": weekend})
        found = float(log_likelihoods(market, gapless)[0])
        assert found == pytest.approx(log_likelihood(market, gapless, 0), rel=1e-8)
        assert -1e4 < found < -600.0 * k


def test_who_fell_out_with_the_shop_has_not_deleted_the_contact() -> None:
    """Beside somebody who did on the same day: survival through that day in place of the chance of deleting on it."""
    market = changed(bare_market(k=2.0), {"optout.background": 0.01, "optout.shape": 2.0})
    known = replace(
        bare_history(60, [[0, 9, 20]] * 3), deleted=np.array([30, 30, 60], dtype=np.int32), deletions_known=True
    )
    found = log_likelihoods(market, replace(known, disputed=np.array([False, True, False])))
    deleted, disputed = found[:2]
    stays = [(1.0 + 0.01 * days / 2.0) ** -2.0 for days in (29, 30)]
    assert disputed - deleted == pytest.approx(math.log(stays[1]) - math.log(stays[0] - stays[1]), rel=1e-9)
    ended = replace(bare_history(31, [[0, 9, 20]]), deletions_known=True)
    assert disputed == pytest.approx(float(log_likelihoods(market, ended)[0]), abs=0.02), "but for half of its last day"
    assert disputed - found[2] > 0.1, "who has been silent for longer is less likely"


# --- the engine -------------------------------------------------------------------------------------

ALIKE = {
    **{path: 0.0 for path in RESPONSES_OFF if path.startswith(("market.service", "market.delivery"))},
    "market.engagement.rate": 0.0,
    "market.people.contact_response": 0.0,
    "market.people.price_sensitivity": 0.0,
    "market.people.service_sensitivity": 0.0,
    "market.need.week_shock": 0.0,
    "market.need.level_shift": 0.0,
    "market.offers.campaign_spread": 0.0,
    "market.trust.delivery": 0.0,
    "market.trust.reply": 0.0,
    "market.trust.resolution": 0.0,
    "market.trust.honesty": 0.0,
    "market.returns.share": 0.0,
}
"""What a history does not hold is switched off: differences between people, service, chance that all share."""
PROGRAMMES = {
    "care": s.Outreach("direct", "care", every=s.Rhythm(9.0), at=0.8, holdout=0.3),
    "value": s.Outreach("moments", "value", every=s.Rhythm(5.0), at=0.3, holdout=0.3),
    "offer": s.Outreach("direct", "offer", every=s.Rhythm(5.0), at=0.35, holdout=0.5),
}
CAMPAIGNS = {
    "month": s.Campaign(
        s.Offer("percent", depth=0.2), "direct", every=s.Rhythm(30.0), lasts=5.0, phases=PHASES, holdout=0.3
    ),
    "more": s.Campaign(
        s.Offer("percent", depth=0.1),
        "direct",
        every=s.Rhythm(47.0),
        first=START + timedelta(days=11),
        lasts=4.0,
        holdout=0.5,
    ),
}
STRATEGY = s.Strategy(outreach=PROGRAMMES, campaigns=CAMPAIGNS, service=s.Service(unlimited=True))


@cache
def shop_of_leads() -> RecordedRun:
    """Leads and those of them who have ordered; regular orders, ripeness, waiting in the last days."""
    changes = {
        **ALIKE,
        "market.start_with": 0,
        "market.sources.search.exposures": 8.0,
        "market.lead.first_order_7d": 0.5,
        "strategy": replace(STRATEGY, acquisition={"search": s.Acquisition()}),
    }
    return recorded(scenario(changes, days=120), 116)


def test_stocks_and_areas_equal_the_engines() -> None:
    run = shop_of_leads()
    state, history = run.opened.state, run.history
    nobody = s.Customers(*(np.zeros(history.size) for _ in range(6)))  # type: ignore[arg-type]
    found = past_state(state.inputs.market, history, nobody)
    there = still_buying(run)
    buyers = there & (state.population.column("orders")[: history.size] > 0)
    assert buyers.sum() > 30
    assert (there & ~buyers).sum() > 30
    suits, price = state.population.people.fit[: history.size], state.population.column("delta")[: history.size]
    own_class = np.where(suits, np.where(price > 1.0, 1, 0), 2)
    assert found.classes == ("interested", "seeker", "unfit")
    days = {"added", "first_order", "second_order", "last_order", "last_heard", "last_touch", "campaign_day"}

    def of_own_class(values: Floats) -> Floats:
        return np.asarray(values[own_class, np.arange(history.size)])

    for name, column in found.columns.items():
        engine, own = state.population.column(name)[: history.size].astype(float), of_own_class(column)
        if name in days:
            own = np.where(own > -1e8, own + history.days, own)
        np.testing.assert_allclose(own[there], engine[there], rtol=1e-12, atol=1e-12, err_msg=name)
        if name in ("attention", "fatigue", "trust", "debt", "waiting", "habit", "expected"):
            assert np.ptp(own[buyers]) > 0.0, name
    clocks = [state.population.column(name)[: history.size] for name in ("delete_left", "drift_left")]
    mu = state.population.column("mu")[: history.size]
    np.testing.assert_allclose(
        of_own_class(found.delete_end)[there], (run.first_clock[0] - clocks[0])[there], atol=1e-12
    )
    np.testing.assert_allclose(
        of_own_class(found.drift_end)[buyers], ((run.first_clock[1] - clocks[1]) / mu)[buyers], atol=1e-9, rtol=1e-10
    )


TRUTH = {
    "need.order_rate.mean": 0.03,
    "attention.max_lift": 1.0,
    "optout.per_message": 0.004,
    "offers.elasticity": 2.5,
    "offers.displacement": 0.5,
    "offers.waiting": 0.8,
    "fatigue.order_effect": 0.15,
    "fatigue.half_life": 12.0,
}


@cache
def shop_of_buyers() -> RecordedRun:
    changes = {
        **ALIKE,
        "market.start_with": 2000,
        "market.people.benefit_seekers": 0.0,
        "market.need.regularity": 1.0,
        "market.need.order_rate.shape": 1.5,
        "market.trust.early_days": 0,
        "market.attention.remembered": 1.0,
        "market.fatigue.most": 2.0,
        "strategy": STRATEGY,
        **{f"market.{path}": value for path, value in TRUTH.items()},
    }
    return recorded(scenario(changes, days=180), 180)


def scores(market: s.Market, history: s.ShopHistory) -> dict[str, tuple[float, float]]:
    """Sum of the slopes of all log-likelihoods by the log of each number, over its standard error; and that error."""
    found = {}
    for path, value in TRUTH.items():
        up, down = (log_likelihoods(changed(market, {path: value * (1.0 + d)}), history) for d in (1e-4, -1e-4))
        slope = (up - down) / 2e-4
        error = float(np.sqrt((slope**2).sum()))
        found[path] = (float(slope.sum()) / error if error > 0.0 else 0.0, error)
    return found


@pytest.mark.parametrize("known", [True, False])
def test_likelihood_is_that_of_the_simulator(known: bool) -> None:
    """At the truth the mean slope is zero; where messages are forgotten, it is not."""
    run = shop_of_buyers()
    history = as_sent(run.history)
    if not known:
        history = replace(history, deletions_known=False, deleted=np.full_like(history.deleted, history.days))
    market = run.opened.state.inputs.market
    found = scores(market, history)
    assert all(error > 2.0 for _, error in found.values()), found
    assert max(abs(z) for z, _ in found.values()) < 3.5, found
    forgetful = scores(market, replace(history, messages=(), sent=None))
    assert max(abs(z) for z, _ in forgetful.values()) > 6.0, forgetful


def test_expected_orders_are_those_that_came() -> None:
    """On days with a campaign and on others; without the offers they are not."""
    run = shop_of_buyers()
    market, history = run.opened.state.inputs.market, as_sent(run.history)
    assert history.offer is not None
    came = np.bincount(history.order_day[history.order_day >= 0], minlength=history.days)

    def z(of: s.ShopHistory) -> list[float]:
        expected = expected_orders(market, of)
        return [float((came - expected)[days].sum() / np.sqrt(expected[days].sum())) for days in (offered, ~offered)]

    offered = (history.offer > 0).any(axis=1)
    assert max(map(abs, z(history))) < 3.5
    assert z(replace(history, offers=(), offer=None))[0] > 6.0


@pytest.mark.parametrize(("k", "seekers"), [(1.0, 0.3), (1.5, 0.0), (3.0, 0.3)])
def test_expected_orders_are_what_came_less_the_slope(k: float, seekers: float) -> None:
    """By the log of what need is multiplied by on one weekday; means of lambda alone are far off for k != 1."""
    rng = np.random.default_rng(5)
    days = [np.unique(rng.integers(rng.integers(60), 150, rng.geometric(0.4))) for _ in range(60)]
    history = bare_history(150, [[int(day) for day in one] for one in days])
    market = changed(bare_market(k=k), {"people.benefit_seekers": seekers})
    weekday = np.array([(START + timedelta(days=day)).weekday() for day in range(150)])
    first = np.zeros(history.order_day.size, dtype=bool)
    first[history.begin[:-1]] = True
    came = np.bincount(history.order_day[~first], minlength=150)
    expected = expected_orders(market, history)

    def value(chosen: int, log: float) -> float:
        factors = tuple(float(np.exp(log)) if day == chosen else 1.0 for day in range(7))
        return float(log_likelihoods(changed(market, {"need.season.weekday": factors}), history).sum())

    for chosen in (0, 4):
        slope = (value(chosen, 1e-4) - value(chosen, -1e-4)) / 2e-4
        assert (came - expected)[weekday == chosen].sum() == pytest.approx(slope, abs=0.01)
    if k != 1.0:  # as if the mean of lambda were the hazard at all times, which it is for k = 1
        plain = expected_orders(changed(market, {"need.regularity": 1.0}), history)
        assert abs((plain - expected)[weekday == 0].sum()) > 0.5


def test_threads_and_blocks_change_no_bit(monkeypatch: pytest.MonkeyPatch) -> None:
    run = shop_of_buyers()
    market = changed(run.opened.state.inputs.market, {"people.benefit_seekers": 0.3})
    alone = log_likelihoods(market, run.history)
    monkeypatch.setattr("sim.threads.LEAST_ROWS_OF_HEAVY_WORK", 1)
    monkeypatch.setattr(evidence, "BLOCK", 96)
    threads = Threads(3)
    try:
        assert log_likelihoods(market, run.history, threads).tobytes() == alone.tobytes()
    finally:
        threads.close()


def test_messages_before_entering_change_no_bit() -> None:
    run = shop_of_leads()
    market, history = run.opened.state.inputs.market, run.history
    assert history.sent is not None
    before = np.array([one.day for one in history.messages])[:, None] < history.entered
    assert (before & ~history.sent).any(axis=0).sum() > 100
    more = replace(history, sent=history.sent | before)
    assert log_likelihoods(market, more).tobytes() == log_likelihoods(market, history).tobytes()
