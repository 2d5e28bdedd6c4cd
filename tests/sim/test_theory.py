"""Closed forms: with the responses off the simulator is Pareto/NBD and renewal theory.

Each comparison is a z-score or a chi-square over `PEOPLE` customers with a fixed seed. A mean may lie `K` = 4
standard errors off (a correct simulator would break one such bound in 16,000), a p-value may not fall below
1e-4. Each has a twin, in which the theory is given a constant that is slightly wrong and must be refused.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cache

import numpy as np
import numpy.typing as npt
import pytest
from lifetimes import ParetoNBDFitter
from scipy.stats import chisquare, nbinom

from sim import run
from sim.law.numbers import law_numbers
from sim.stages import Event
from tests.worlds import RESPONSES_OFF, scenario

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

PEOPLE = 60_000
DAYS = 280
K = 4.0
P_MIN = 1e-4

ORDERS = {"mean": 0.02, "shape": 1.2}
DRIFT = {"mean": 0.005, "shape": 1.5}
SPEND = {"mean": 8500, "p": 3.0, "q": 9.0}


@dataclass(frozen=True)
class RunSummary:
    """What a run gives: per person repeats, their last day, whether still alive; all instants of repeats."""

    repeats: Ints
    last: Floats
    alive: npt.NDArray[np.bool_]
    instants: Floats
    first_repeat_cents: Ints


@cache
def summary(regularity: float = 1.0, drift_mean: float = DRIFT["mean"]) -> RunSummary:
    """A run of `PEOPLE` fresh customers with every response and programme off."""
    world = scenario(
        {
            **RESPONSES_OFF,
            "market.start_with": PEOPLE,
            "market.need.regularity": regularity,
            "market.need.order_rate.mean": ORDERS["mean"],
            "market.need.order_rate.shape": ORDERS["shape"],
            "market.need.dropout_rate.mean": drift_mean,
            "market.need.dropout_rate.shape": DRIFT["shape"],
            "market.spend.mean": SPEND["mean"],
            "market.spend.p": SPEND["p"],
            "market.spend.q": SPEND["q"],
        },
        days=DAYS,
        seed=11,
    )
    events = run(world, events=True).events
    assert events is not None
    kind, instant, cents = (np.asarray(events[name]) for name in ("kind", "instant", "cents"))
    everyone, person = np.unique(np.asarray(events["person"]), return_inverse=True)
    ordered, silent = kind == Event.ORDER, PEOPLE - everyone.size
    repeats = np.bincount(person[ordered], minlength=everyone.size)
    last = np.zeros(everyone.size)
    np.maximum.at(last, person[ordered], instant[ordered])
    alive = np.ones(everyone.size, bool)
    alive[person[kind == Event.DRIFT]] = False
    by_time = np.flatnonzero(ordered)[np.argsort(instant[ordered], kind="stable")]
    firsts = by_time[np.unique(person[by_time], return_index=True)[1]]
    return RunSummary(
        np.concatenate([repeats, np.zeros(silent, np.int64)]),
        np.concatenate([last, np.zeros(silent)]),
        np.concatenate([alive, np.ones(silent, bool)]),
        instant[ordered],
        cents[firsts],
    )


def z_of(sample: npt.NDArray[np.generic], mean: float) -> float:
    """How many standard errors the mean of a sample lies off."""
    x = np.asarray(sample, dtype=float)
    return float((x.mean() - mean) / (x.std() / math.sqrt(x.size)))


# --- Pareto/NBD ------------------------------------------------------------------------------------


def r_alpha(error: float = 1.0) -> tuple[float, float]:
    return ORDERS["shape"], ORDERS["shape"] / (ORDERS["mean"] * error)


def s_beta(error: float = 1.0) -> tuple[float, float]:
    return DRIFT["shape"], DRIFT["shape"] / (DRIFT["mean"] * error)


def expected_repeats(t: float, orders: float = 1.0, drift: float = 1.0) -> float:
    """E[X(t)] of Pareto/NBD (Schmittlein, Morrison and Colombo 1987)."""
    (r, alpha), (s, beta) = r_alpha(orders), s_beta(drift)
    left = math.pow(beta / (beta + t), s - 1.0)
    return r * beta / (alpha * (s - 1.0)) * (1.0 - left)


def repeat_probabilities(top: int, t: float, drift: float = 1.0) -> Floats:
    """P(X(t) = 0 .. top - 1) and the rest: negative binomial mixed over the Lomax time of drifting."""
    (r, alpha), (s, beta) = r_alpha(), s_beta(drift)
    x = np.arange(top)

    def given(tau: float) -> Floats:
        return np.asarray(nbinom.pmf(x, r, alpha / (alpha + tau)))

    nodes, weights = np.polynomial.legendre.leggauss(200)
    times = (nodes + 1.0) * t / 2.0
    density = s / beta * (beta / (beta + times)) ** (s + 1.0) * weights * t / 2.0
    mixed = sum((given(tau) * d for tau, d in zip(times, density, strict=True)), np.zeros(top))
    chances = mixed + given(t) * (beta / (beta + t)) ** s
    return np.append(chances, 1.0 - chances.sum())


@pytest.mark.parametrize("t", [30.0, 120.0, 280.0])
def test_mean_repeats_are_those_of_pareto_nbd(t: float) -> None:
    found = summary()
    se = found.repeats.std() / math.sqrt(PEOPLE)
    mean = np.count_nonzero(found.instants < t) / PEOPLE
    assert abs(mean - expected_repeats(t)) < K * se
    assert abs(expected_repeats(280.0, orders=1.04) - found.repeats.mean()) > K * se
    assert abs(expected_repeats(280.0, drift=1.12) - found.repeats.mean()) > K * se


def test_the_weekly_repeat_curve_is_that_of_pareto_nbd() -> None:
    """Every one of 40 weeks, each within 4.5 standard errors (overdispersion taken from the whole)."""
    found = summary()
    weekly = np.bincount((found.instants / 7.0).astype(int), minlength=40)[:40]
    edges = np.array([expected_repeats(7.0 * week) for week in range(41)])
    expected = np.diff(edges) * PEOPLE
    spread = math.sqrt(found.repeats.var() / found.repeats.mean())
    assert np.abs((weekly - expected) / (np.sqrt(expected) * spread)).max() < 4.5
    flat = np.full(40, expected.mean())
    assert np.abs((weekly - flat) / (np.sqrt(flat) * spread)).max() > 4.5


def test_counts_are_distributed_as_in_pareto_nbd() -> None:
    top = 20
    seen = np.bincount(np.minimum(summary().repeats, top), minlength=top + 1)
    chances = repeat_probabilities(top, float(DAYS))
    assert chisquare(seen, chances * PEOPLE).pvalue > P_MIN
    assert chisquare(seen, repeat_probabilities(top, float(DAYS), drift=1.15) * PEOPLE).pvalue < P_MIN


def test_the_share_alive_is_lomax() -> None:
    def share(error: float = 1.0) -> float:
        s, beta = s_beta(error)
        return float((beta / (beta + DAYS)) ** s)

    alive = summary().alive
    assert abs(z_of(alive, share())) < K
    assert abs(z_of(alive, share(1.05))) > K


def test_the_chance_to_be_alive_given_a_history_is_that_of_pareto_nbd() -> None:
    """In ten classes of the closed-form P(alive | x, t_x, T), as many live as it says."""
    found = summary()
    chance = p_alive(found, s_beta())
    anyhow = np.random.default_rng(5).permutation(PEOPLE)  # so that ties fall into classes by chance
    deciles = np.array_split(anyhow[np.argsort(chance[anyhow], kind="stable")], 10)
    assert max(abs(decile_z(found.alive[rows], chance[rows])) for rows in deciles) < K
    wrong = p_alive(found, s_beta(1.3))
    assert max(abs(decile_z(found.alive[rows], wrong[rows])) for rows in deciles) > K


def p_alive(found: RunSummary, drift: tuple[float, float]) -> Floats:
    fitter = ParetoNBDFitter()
    (r, alpha), (s, beta) = r_alpha(), drift
    fitter.params_ = {"r": r, "alpha": alpha, "s": s, "beta": beta}
    return np.asarray(fitter.conditional_probability_alive(found.repeats, found.last, float(DAYS)), float)


def decile_z(alive: npt.NDArray[np.bool_], chance: Floats) -> float:
    return float((alive.sum() - chance.sum()) / math.sqrt((chance * (1.0 - chance)).sum()))


# --- gamma-gamma spend -----------------------------------------------------------------------------


def test_order_values_have_the_moments_of_gamma_gamma() -> None:
    """One order a person: mean and variance over people, q = 9 so that four moments exist."""
    cents = summary().first_repeat_cents.astype(float)
    mean, p, q = float(SPEND["mean"]), SPEND["p"], SPEND["q"]
    v = mean * (q - 1.0) / p
    second = p * (p + 1.0) * v**2 / ((q - 1.0) * (q - 2.0))
    assert abs(z_of(cents, mean)) < K
    assert abs(z_of((cents - mean) ** 2, second - mean**2)) < K
    assert abs(z_of(cents, mean * 1.03)) > K
    assert abs(z_of((cents - mean) ** 2, (second - mean**2) * 1.1)) > K


# --- renewal ---------------------------------------------------------------------------------------


def renewal_probabilities(top: int, t: float) -> Floats:
    """P(N(t) = 0 .. top - 1) and the rest, Erlang-2 gaps: every second event of a mixed Poisson process."""
    r, alpha = r_alpha()
    half = nbinom.pmf(np.arange(2 * top), r, alpha / (alpha + 2.0 * t))
    chances = half[::2] + half[1::2]
    return np.append(chances, 1.0 - chances.sum())


def test_with_k_of_two_counts_are_those_of_renewal_theory() -> None:
    """E[N(t)] = a - 1/4 + e^(-4a)/4 for a = lambda t, mixed over Gamma rates, and the whole law of N(t)."""
    found = summary(2.0, 1e-7)
    r, alpha = r_alpha()
    mean = ORDERS["mean"] * DAYS - 0.25 + 0.25 * (1.0 + 4.0 * DAYS / alpha) ** -r
    top = 25
    seen = np.bincount(np.minimum(found.repeats, top), minlength=top + 1)
    assert abs(z_of(found.repeats, mean)) < K
    assert chisquare(seen, renewal_probabilities(top, float(DAYS)) * PEOPLE).pvalue > P_MIN


def test_renewal_theory_refuses_poisson_ordering() -> None:
    found = summary(1.0, 1e-7)
    top = 25
    seen = np.bincount(np.minimum(found.repeats, top), minlength=top + 1)
    assert chisquare(seen, renewal_probabilities(top, float(DAYS)) * PEOPLE).pvalue < P_MIN


# --- leads -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(("share", "fit"), [(0.25, 0.6), (0.1, 1.0)])
def test_the_planned_share_of_leads_orders_within_seven_days(share: float, fit: float) -> None:
    world = scenario(
        {
            **RESPONSES_OFF,
            "market.start_with": 0,
            "market.lead.first_order_7d": share,
            "market.people.fit": fit,
            "market.sources.search.exposures": 2000.5,
            "market.sources.search.add_rate": 1.0,
            "strategy.acquisition": {"search": scenario().strategy.acquisition["search"]},
            "strategy.acquisition.search.budget": None,
            "strategy.acquisition.search.daily_cap": None,
        },
        days=17,
    )
    events = run(world, events=True).events
    assert events is not None
    person, kind, day = (np.asarray(events[name]) for name in ("person", "kind", "day"))
    added = {int(p): int(d) for p, d in zip(person[kind == Event.ADDED], day[kind == Event.ADDED], strict=True)}
    bought = {int(p): int(d) for p, d in zip(person[kind == 1], day[kind == 1], strict=True)}
    cohort = [p for p, d in added.items() if d + 7 < 17]
    in_time = np.array([bought.get(p, 99) <= added[p] + 7 for p in cohort])
    assert in_time.size > 18_000
    assert abs(z_of(in_time, share)) < K
    assert abs(z_of(in_time, share * 1.1)) > K


def test_selling_on_the_first_day_lifts_the_hot_phase_alone() -> None:
    market = scenario({"market.lead.push_lift": 0.8}).market
    plain, pushed = (law_numbers(market, push).lead_heat for push in (0.0, 0.5))
    hot = 2.0 ** (-np.arange(plain.size) / market.lead.hot_half_life)
    lift = (1.4 * hot + market.lead.late_constant) / (hot + market.lead.late_constant)
    np.testing.assert_allclose(pushed / plain, lift, rtol=1e-12)
    assert pushed[-1] == pytest.approx(plain[-1], rel=1e-12)
