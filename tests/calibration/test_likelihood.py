"""The likelihood against the published figures, brute force, and itself in its other forms."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.special import betainc, betaln, gamma, gammaincc, gammaln, hyp2f1

from calibration.model import kernels
from calibration.model.likelihood import Form, Parameters, each, histories, log_likelihood, no_order
from calibration.orders.order_history import Orders

PUBLISHED = Parameters(0.5533, 10.578, 0.6062, 11.669)
ANCHOR = -9594.976


def test_closed_form_gives_the_published_value(early: Orders) -> None:
    assert log_likelihood(histories(early), PUBLISHED, "closed") == pytest.approx(ANCHOR, abs=0.01)


def test_day_wise_form_gives_the_published_value(early: Orders) -> None:
    assert log_likelihood(histories(early), PUBLISHED, "day") == pytest.approx(ANCHOR, abs=0.01)


@pytest.mark.parametrize("name", ["r", "alpha", "s", "beta"])
def test_a_wrong_constant_misses_the_published_value(early: Orders, name: str) -> None:
    wrong = replace(PUBLISHED, **{name: 1.05 * getattr(PUBLISHED, name)})
    h = histories(early)
    for form in ("closed", "day"):
        assert abs(log_likelihood(h, wrong, form) - ANCHOR) > 0.05


@pytest.mark.parametrize("p", [PUBLISHED, Parameters(2.0, 3.0, 0.1, 0.08), Parameters(0.3, 40.0, 3.0, 5.0)])
def test_forms_agree_history_by_history_on_either_side_of_alpha_and_beta(early: Orders, p: Parameters) -> None:
    h = histories(early)
    closed, alive = each(h, p, "closed")
    for form, close in (("day", 1e-5), ("wide", 2e-4)):
        other, other_alive = each(h, p, form)  # type: ignore[arg-type]
        assert np.abs(other - closed).max() < close
        assert np.abs(other_alive - alive).max() < close


@pytest.mark.parametrize("form", ["closed", "day", "wide"])
def test_threads_change_no_bit(early: Orders, form: Form, monkeypatch: pytest.MonkeyPatch) -> None:
    h = histories(early)
    monkeypatch.setattr("calibration.model.likelihood.LEAST_ROWS", h.x.size + 1)
    alone = np.array(each(h, PUBLISHED, form))
    monkeypatch.setattr("calibration.model.likelihood.LEAST_ROWS", h.x.size // 3)
    monkeypatch.setattr("os.cpu_count", lambda: 3)
    assert np.array(each(h, PUBLISHED, form)).tobytes() == alone.tobytes()


def test_multipliers_of_two_equal_a_doubled_rate(early: Orders) -> None:
    """Twice the multiplier everywhere is the same law with alpha halved, but for one factor of 2 an order."""
    days = early.days + 1
    doubled = histories(early, daily_order=np.full(days, 2.0), daily_drift=np.full(days, 3.0))
    p = PUBLISHED
    same = replace(p, alpha=p.alpha / 2.0, beta=p.beta / 3.0)
    assert not doubled.even
    expected = log_likelihood(histories(early), same, "day")
    assert log_likelihood(doubled, p, "day") == pytest.approx(expected, abs=1e-6)
    assert log_likelihood(doubled, p, "day") != pytest.approx(log_likelihood(histories(early), p, "day"), abs=1.0)


@pytest.mark.parametrize(("b", "c", "z"), [(3.2, 5.1, 0.3), (1.6, 10.2, 0.95), (0.5, 1.7, 0.9999), (7.0, 9.5, 0.0)])
def test_hypergeometric(b: float, c: float, z: float) -> None:
    assert kernels.hypergeometric_1(b, c, z) == pytest.approx(float(hyp2f1(1.0, b, c, z)), rel=1e-11)


def test_hypergeometric_of_heavy_buyers_by_its_integral() -> None:
    """2F1(1, b; c; z) = (c - 1) int (1 - t)^(c - 2) (1 - z t)^-b dt, where the library's series overflows."""
    b, c, z = 300.5, 302.1, 0.999
    area = sum(
        quad(
            lambda t: np.exp((c - 2.0) * np.log1p(-t) - b * np.log1p(-z * t)),
            low,
            high,
            epsabs=0,
            epsrel=1e-12,
        )[0]
        for low, high in ((0.0, 0.9), (0.9, 0.99), (0.99, 0.999), (0.999, 0.9999), (0.9999, 1.0))
    )
    assert kernels.hypergeometric_1(b, c, z) == pytest.approx((c - 1.0) * area, rel=1e-8)


@pytest.mark.parametrize(("a", "b", "z"), [(3.2, 2.1, 0.3), (40.0, 1.5, 0.95), (2.2, 3.3, 0.99), (0.5, 1.0, 1e-9)])
def test_incomplete_beta(a: float, b: float, z: float) -> None:
    value = kernels.incomplete_beta(a, b, z, 1.0 - z, float(betaln(a, b)))
    assert value == pytest.approx(float(betainc(a, b, z)), rel=1e-11)


# --- brute force over both hidden rates ------------------------------------------------------------

ORDERS, END = np.array([0, 9, 14, 30]), 52
DRIFT_POINTS = 20


def _calendar() -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    rng = np.random.default_rng(11)
    g, m = rng.uniform(0.4, 1.8, END + 2), rng.uniform(0.5, 1.5, END + 2)
    area, drift = ((np.cumsum(v) - v[0]) / 7.0 for v in (g, m))
    return g, m, area, drift


def _kernel(p: Parameters, points: kernels.Points) -> float:
    g, _, area, drift = _calendar()
    ends = np.zeros(1, np.int64), np.array([float(ORDERS[-1])]), np.array([float(END)]), np.zeros(1)
    value, _ = kernels.day_wise(np.array([ORDERS.size - 1.0]), ends, kernels.DailyAreas(area, drift), p.rates, points)
    log_gap = np.log(np.diff(area[ORDERS])).sum()
    return float(value[0] + np.log(g[ORDERS[1:]]).sum() + (p.k - 1.0) * log_gap)


def _brute_force(p: Parameters) -> float:
    """Both rates integrated out numerically, the time of drifting over 20 points a day."""
    g, m, area, drift = _calendar()
    gaps, k = np.diff(area[ORDERS]), p.k
    last = int(ORDERS[-1])

    def over_rate(silent: float) -> float:
        def density(rate: float) -> float:
            prior = np.exp(p.r * np.log(p.alpha) - gammaln(p.r) + (p.r - 1.0) * np.log(rate) - p.alpha * rate)
            gap = np.prod((k * rate) ** k * gaps ** (k - 1.0) * np.exp(-k * rate * gaps) / gamma(k))
            return float(prior * gap * np.prod(g[ORDERS[1:]]) * gammaincc(k, k * rate * silent))

        cuts = (0.0, 0.05, 0.2, 0.6, 1.5, 4.0, 12.0)
        return sum(quad(density, *ends, epsabs=0, epsrel=1e-12)[0] for ends in pairwise(cuts))

    def over_drift(area_run: float, dies: bool) -> float:
        def density(mu: float) -> float:
            prior = np.exp(p.s * np.log(p.beta) - gammaln(p.s) + (p.s - 1.0) * np.log(mu) - p.beta * mu)
            return float(prior * np.exp(-mu * area_run) * (mu if dies else 1.0))

        cuts = (0.0, 0.02, 0.1, 0.4, 1.5, 6.0)
        return sum(quad(density, *ends, epsabs=0, epsrel=1e-12)[0] for ends in pairwise(cuts))

    points, weights = np.polynomial.legendre.leggauss(DRIFT_POINTS)
    total = over_rate(area[END] - area[last]) * over_drift(drift[END], False)
    for day in range(last, END):
        for point, weight in zip(0.5 * (points + 1.0), 0.5 * weights, strict=True):
            silent = area[day] + point * g[day + 1] / 7.0 - area[last]
            run = drift[day] + point * m[day + 1] / 7.0
            total += weight * m[day + 1] / 7.0 * over_rate(silent) * over_drift(run, True)
    return float(np.log(total))


@pytest.mark.parametrize("k", [1.0, 2.0, 1.37])
def test_any_regularity_equals_brute_force_over_both_rates(k: float) -> None:
    p = Parameters(1.4, 3.1, 1.2, 9.0, k)
    truth = _brute_force(p)
    assert _kernel(p, kernels.gauss_legendre(DRIFT_POINTS, False)) == pytest.approx(truth, abs=1e-9)
    assert _kernel(p, kernels.DAY) == pytest.approx(truth, abs=1e-5)
    assert abs(_kernel(replace(p, k=k + 0.2), kernels.DAY) - truth) > 1e-3


def test_chance_of_no_order_equals_simulated_customers(early: Orders) -> None:
    from calibration.model.simulated_customers import draw_customers, history_posterior, simulate_orders

    p = Parameters(0.8, 6.0, 0.7, 12.0, 2.0)
    h = histories(early, ahead=91)
    rng = np.random.default_rng(2)
    known = history_posterior(h, p)
    bought = [simulate_orders(draw_customers(known, p, rng), _ahead(), p.k, rng)[0] for _ in range(40)]
    silent = [early.customers.shape[0] - np.unique(who).size for who in bought]
    chance = no_order(h, p, 91)[h.row]
    error = np.sqrt((chance * (1.0 - chance)).sum() / 40)
    assert np.mean(silent) == pytest.approx(chance.sum(), abs=4.0 * error)
    wrong = no_order(h, replace(p, s=1.3 * p.s), 91)[h.row]
    assert abs(np.mean(silent) - wrong.sum()) > 4.0 * error


def _ahead() -> np.ndarray:
    return np.arange(92) / 7.0


@pytest.mark.parametrize("k", [1.0, 2.0])
def test_simulator_and_calibration_agree_on_who_is_alive(early: Orders, k: float) -> None:
    """The law's own P(alive), which seeds a simulation's first day, against the likelihood's."""
    from sim.law.day_one import History, p_alive as law_p_alive
    from sim.scenario import GammaRate

    p = replace(PUBLISHED, k=k)
    h = histories(early)
    rates = GammaRate(p.r / p.alpha / 7.0, p.r), GammaRate(p.s / p.beta / 7.0, p.s)
    assert np.abs(law_p_alive(History(h.x, h.t_x, h.end, h.end - h.t_x), *rates, k) - each(h, p)[1]).max() < 1e-5
    faster = GammaRate(1.1 * p.r / p.alpha / 7.0, p.r)
    assert (
        np.abs(law_p_alive(History(h.x, h.t_x, h.end, h.end - h.t_x), faster, rates[1], k) - each(h, p)[1]).max() > 1e-3
    )
