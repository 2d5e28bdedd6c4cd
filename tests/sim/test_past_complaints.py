"""Complaints of past days in the likelihood of a history: closed forms, laws, and the engine with a busy desk."""

from __future__ import annotations

import math
from dataclasses import replace
from functools import cache

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

from sim import scenario as s
from sim.past.evidence import both, expected_orders, log_likelihoods
from sim.past.past_state import past_state
from tests.past_worlds import as_sent, recorded
from tests.sim.test_past_evidence import ALIKE, bare_history, bare_market
from tests.sim.test_past_service import scores
from tests.worlds import changed, scenario

DAYS = 40
RATE = s.GammaRate(0.05, 1.7)
STOP = s.StopResponse(-0.4, 0.3, 0.8, 40.0, 2.0)
PLAIN = {
    "need.order_rate": RATE,
    "need.dropout_rate": s.GammaRate(1e-12, 0.6),
    "service.stop": STOP,
    "service.open_complaint": 0.7,
    "service.dispute_share": 0.1,
    "service.dispute_stop": 0.6,
    "trust.resolution": 0.0,
}


def with_complaints(history: s.ShopHistory, complaints: list[tuple[int, float, float]]) -> s.ShopHistory:
    """The history with complaints: person, opened, resolved."""
    person, opened, resolved = np.array(sorted(complaints, key=lambda one: one[1])).T
    kinds, unknown = ("complaint",) * person.size, np.full(person.size, np.nan)
    return replace(history, tickets=s.PastTickets(person.astype(np.int64), kinds, opened, unknown, resolved))


def chance(market: s.Market, took: float) -> float:
    """Of stopping after a first complaint about a first order."""
    service = market.service
    late = max(took - service.tolerance, 0.0) / service.resolve_half
    x = STOP.base - STOP.recovery / (1.0 + late**service.resolve_slope)
    return 0.9 / (1.0 + math.exp(-x)) + 0.1 * 0.6


@pytest.mark.parametrize("background", [0.0, 0.01])
def test_one_complaint_in_closed_form(background: float) -> None:
    """A first order on day 0, a complaint from 3.3 to 5.5, and no order after it, or one on day 9.

    With a background of deletions these are known: nobody has deleted the contact. Forms without
    stopping, without the burden and with another chance differ.
    """
    market = changed(bare_market(), PLAIN | {"optout.background": background, "optout.shape": 1.3})
    history = with_complaints(bare_history(DAYS, [[0], [0, 9]]), [(0, 3.3, 5.5), (1, 3.3, 5.5)])
    history = replace(history, deletions_known=background > 0.0)
    r, alpha = RATE.shape, RATE.shape / RATE.mean

    def contact(days: int) -> float:
        return float((1.0 + background * days / 1.3) ** -1.3)

    def closed(p: float, burden: float) -> tuple[float, float, list[float]]:
        at_end = 3.0 + 2.0 * math.exp(-burden)  # days 1 to 5, two of them under the burden
        at_last = at_end + DAYS - 6.0
        stopped = p * (alpha / (alpha + at_end)) ** r * contact(5)
        stays = (1.0 - p) * (alpha / (alpha + at_last)) ** r * contact(DAYS - 1)
        density = (1.0 - p) * r * alpha**r / (alpha + at_last) ** (r + 1.0) * contact(DAYS - 1)
        before = (stopped * r / (alpha + at_end) + stays * r / (alpha + at_last)) / (stopped + stays)
        after = stays * r / (alpha + at_last) / (stopped + stays)
        due = [before] * 3 + [before * math.exp(-burden)] * 2 + [after] * (DAYS - 6)
        return math.log(stopped + stays), math.log(density), due

    p = chance(market, 2.2)
    found = log_likelihoods(market, history)
    silent, ordered, due = closed(p, 0.7)
    np.testing.assert_allclose(found, [silent, ordered], rtol=1e-9)
    alone = history.of(np.array([True, False]))
    np.testing.assert_allclose(expected_orders(market, alone)[1:], due, rtol=1e-9)
    for wrong in (closed(0.0, 0.7), closed(p, 0.0), closed(1.2 * p, 0.7)):
        assert np.abs(np.array(wrong[:2]) - found).max() > 1e-3
    nobody = s.Customers(*(np.zeros(2) for _ in range(6)))  # type: ignore[arg-type]
    state = past_state(market, history, nobody)
    assert state.columns["last_complaint"][0].tolist() == [5.5 - DAYS] * 2
    rate = r / (alpha + DAYS - 3.0 + 2.0 * math.exp(-0.7))
    assert state.stays[0, 0] == pytest.approx(due[-1] / rate, rel=1e-8)


@given(took=st.floats(0.0, 20.0), opened=st.floats(1.0, 8.9), base=st.floats(-3.0, 2.0), known=st.booleans())
@settings(max_examples=8, deadline=None)
def test_whoever_orders_later_has_not_stopped(took: float, opened: float, base: float, known: bool) -> None:
    """Where an open complaint keeps nobody from ordering, an end before an order takes ln(1 - p) off, a later one adds
    to what silence can mean, and one after the last day does nothing."""
    stop = replace(STOP, base=base, recovery=0.0)
    off = {"service.open_complaint": 0.0, "service.stop": stop, "need.dropout_rate": s.GammaRate(0.01, 0.6)}
    market = changed(bare_market(), PLAIN | off)
    bare = bare_history(DAYS, [[0, 14]])
    history = with_complaints(bare, [(0, opened, opened + took)])
    p = 0.9 / (1.0 + math.exp(-base)) + 0.1 * 0.6
    change = float((log_likelihoods(market, history) - log_likelihoods(market, bare))[0])
    if opened + took < 14.0:
        assert change == pytest.approx(math.log1p(-p), abs=1e-9)
    elif opened + took < DAYS:
        assert change > 0.0
    late = with_complaints(bare, [(0, opened, DAYS + took)])
    assert log_likelihoods(market, late)[0] == log_likelihoods(market, bare)[0]


def test_a_complaint_without_effects_or_without_an_order_changes_no_bit() -> None:
    market = changed(bare_market(), PLAIN)
    bare = bare_history(DAYS, [[4], [3, 14]])
    none = changed(
        market,
        {"service.open_complaint": 0.0, "service.dispute_share": 0.0, "service.stop": replace(STOP, base=-600.0)},
    )
    some = with_complaints(bare, [(0, 5.3, 8.0), (1, 6.0, np.nan)])
    for a, b in zip(both(none, some), both(none, bare), strict=True):
        assert a.tobytes() == b.tobytes()
    early = with_complaints(bare, [(0, 2.3, 8.0), (1, 1.0, np.nan)])
    assert log_likelihoods(market, early).tobytes() == log_likelihoods(market, bare).tobytes()
    assert log_likelihoods(market, some).tobytes() != log_likelihoods(market, bare).tobytes()


def test_a_policy_counts_where_it_is_stated() -> None:
    """A refund after a day ends the complaint then; an apology makes stopping less likely."""
    market = changed(bare_market(), PLAIN)
    zeros = np.zeros((2, DAYS, 24))
    plain = with_complaints(bare_history(DAYS, [[0, 20]]), [(0, 3.3, 9.5)])

    def score(policy: s.PastPolicy) -> float:
        desk = s.PastDesk(zeros, zeros, staffed=False, complaints=policy)
        return float(log_likelihoods(market, replace(plain, desk=desk))[0])

    without = score(s.PastPolicy())
    assert without == log_likelihoods(market, plain)[0]
    assert score(s.PastPolicy(refund_within=1.0)) > score(s.PastPolicy(apology=True)) > without


def test_a_refund_is_one_at_any_time_of_day() -> None:
    """Of complaints at twenty times, where an open one keeps nobody from ordering: all as likely, whatever rounds."""
    market = changed(bare_market(), PLAIN | {"service.open_complaint": 0.0})
    bare, zeros = bare_history(DAYS, [[0, 30]] * 20), np.zeros((2, DAYS, 24))
    some = with_complaints(bare, [(n, 3.0 + 0.317 * n, 29.0) for n in range(20)])
    desk = s.PastDesk(zeros, zeros, staffed=False, complaints=s.PastPolicy(refund_within=1.1))
    change = log_likelihoods(market, replace(some, desk=desk)) - log_likelihoods(market, bare)
    assert np.ptp(change) < 1e-9
    assert change[0] < -0.01


TRUTH = {
    "need.order_rate.mean": 0.03,
    "service.open_complaint": 1.0,
    "service.stop.base": -0.6,
    "service.stop.recovery": 1.4,
    "trust.resolution": 0.2,
}


@cache
def shop_of_complaints(seed: int) -> tuple[s.Market, s.ShopHistory]:
    """A simulated shop whose few agents solve some complaints after days; the others are given up."""
    desk = s.Service(shifts=(s.Shift(2, (0.4, 0.55)),), priority=("complaint",))
    changes = {
        **ALIKE,
        "market.start_with": 2000,
        "market.people.benefit_seekers": 0.0,
        "market.need.regularity": 1.0,
        "market.need.order_rate.shape": 1.5,
        "market.trust.order_effect": 0.8,
        "market.service.problems_per_order": 0.25,
        "market.service.dispute_price": 1.0,
        "market.service.handling.complaint": 0.03,
        "market.service.patience.complaint": 3.0,
        "strategy": s.Strategy(service=desk),
        **{f"market.{path}": value for path, value in TRUTH.items()},
    }
    shop = scenario(changes, days=150, seed=seed)
    return shop.market, as_sent(recorded(shop, 150).history)


@pytest.mark.slow
def test_likelihood_is_that_of_a_shop_with_complaints() -> None:
    """At the truth the mean slope is zero; where complaints are forgotten, it is not."""
    shops = [shop_of_complaints(seed) for seed in (1, 2)]
    found = scores(TRUTH, shops)
    assert all(error > 2.0 for _, error in found.values()), found
    assert max(abs(z) for z, _ in found.values()) < 3.5, found
    silent = scores(TRUTH, [(market, replace(history, tickets=None)) for market, history in shops])
    assert abs(silent["need.order_rate.mean"][0]) > 6.0, silent
