"""Analytic scores against differences, coarser histories against all, and gaps within a day."""

from __future__ import annotations

from dataclasses import astuple, replace
from datetime import date

import numpy as np
import pytest
from scipy.special import digamma, hyp2f1

from calibration.model import score_kernels
from calibration.model.fitting import fit
from calibration.model.likelihood import Form, Histories, Parameters, histories, log_likelihood, scored
from calibration.model.merged_histories import coarser
from calibration.model.same_day import unseen
from calibration.orders.order_history import Orders
from calibration.recovery import PlantedTruth, plant

SEASON = (0.7, 0.8, 0.9, 1.0, 1.1, 1.5, 1.0)
LAW = Parameters(0.7, 4.4, 0.6, 42.0)


def planted(customers: int, k: float = 1.0) -> Orders:
    truth = PlantedTruth(replace(LAW, k=k), None, (6.0, 3.5, 15.0), date(2024, 1, 1), 365, np.arange(customers) % 182)
    return plant(truth, 2)


@pytest.mark.parametrize("form", ["closed", "wide", "day"])
@pytest.mark.parametrize("p", [LAW, Parameters(2.0, 3.0, 0.1, 0.08), Parameters(0.4, 30.0, 9.0, 800.0)])
def test_scores_are_the_slopes_of_the_log_likelihood(early: Orders, form: Form, p: Parameters) -> None:
    check_slopes(histories(early), p, form, False)


@pytest.mark.parametrize("k", [1.0, 1.3, 5.0])
@pytest.mark.parametrize("weekday", [None, SEASON])
def test_scores_with_regular_orders(early: Orders, k: float, weekday: tuple[float, ...] | None) -> None:
    check_slopes(histories(early, weekday), replace(LAW, k=k), "wide", True)


def check_slopes(h: Histories, p: Parameters, form: Form, regular: bool) -> None:
    value, score = scored(h, p, form, regular)
    assert value == pytest.approx(log_likelihood(h, p, form), abs=1e-7)
    for j in range(5 if regular else 4):
        at = np.array(astuple(p)[:5])
        step = 1e-5 * at[j] * np.eye(5)[j]
        ends = [scored(h, Parameters(*(at + sign * step)), form, regular)[0] for sign in (1.0, -1.0)]
        slope = (ends[0] - ends[1]) / (2.0 * step[j])
        # Derivatives by beta are taken under an integral that the wide and the daily form approximate.
        close = 1e-5 if form == "closed" or j != 3 else 2e-3
        assert score[j] == pytest.approx(slope, rel=close, abs=close * h.customers / at[j] * 1e-2)


def test_hypergeometric_slopes() -> None:
    for b, c, z in ((3.2, 5.1, 0.3), (1.6, 10.2, 0.95), (0.5, 1.7, 0.99), (7.0, 9.5, 1e-7)):
        value, by_b, by_c, by_z = score_kernels.hypergeometric_slopes(b, c, z)
        e = 1e-6
        assert value == pytest.approx(float(hyp2f1(1.0, b, c, z)), rel=1e-11)
        assert by_b == pytest.approx(
            float(hyp2f1(1, b + e, c, z) - hyp2f1(1, b - e, c, z)) / (2 * e), rel=1e-5, abs=1e-9
        )
        assert by_c == pytest.approx(
            float(hyp2f1(1, b, c + e, z) - hyp2f1(1, b, c - e, z)) / (2 * e), rel=1e-5, abs=1e-9
        )
        assert by_z == pytest.approx(b / c * float(hyp2f1(2, b + 1, c + 1, z)), rel=1e-8)


def test_digamma() -> None:
    for x in (1e-3, 0.4, 3.0, 7.99, 250.0):
        assert score_kernels.digamma(x) == pytest.approx(float(digamma(x)), rel=1e-13)


def test_newton_steps_from_few_cells_end_at_the_maximum_of_all(monkeypatch: pytest.MonkeyPatch) -> None:
    h = histories(planted(4_000, 1.5))
    for regular in (False, True):
        monkeypatch.setattr("calibration.model.fitting.CELLS", h.x.size + 1)
        monkeypatch.setattr("calibration.model.fitting.WIDE_CELLS", h.x.size + 1)
        whole = fit(h, "all", regular=regular)
        monkeypatch.setattr("calibration.model.fitting.CELLS", 1_000)
        monkeypatch.setattr("calibration.model.fitting.WIDE_CELLS", 300)
        few = fit(h, "few", regular=regular)
        assert coarser(h, 300).x.size <= 300 < 1_000 < h.x.size
        assert few.converged
        assert few.log_likelihood == pytest.approx(whole.log_likelihood, abs=0.01)
        assert astuple(few.parameters) == pytest.approx(astuple(whole.parameters), rel=0.01)


def test_coarser_histories_keep_customers_and_their_sums() -> None:
    h = histories(planted(4_000))
    few = coarser(h, 500)
    assert few.customers == h.customers
    for name in ("x", "t_x", "end"):
        assert few.count @ getattr(few, name) == pytest.approx(h.count @ getattr(h, name), rel=1e-9)
    assert few.row.size == h.row.size
    assert coarser(h, 10**6) is h


def test_no_regularity_is_found_where_none_was_planted() -> None:
    """Orders of one day are one: without allowing for it, 4,000 of these customers give k = 1.17."""
    model = fit(histories(planted(4_000)), "regular", regular=True)
    assert 1.0 <= model.parameters.k < 1.05
    regular = fit(histories(planted(4_000, 1.5)), "regular", regular=True)
    assert regular.parameters.k == pytest.approx(1.5, abs=0.05)


@pytest.mark.parametrize("k", [1.0, 1.6, 4.0])
def test_chance_of_a_gap_within_a_day(k: float) -> None:
    rng = np.random.default_rng(3)
    gaps, begin = rng.gamma(k, 1.0 / k, 400_000) / 0.4, rng.random(400_000)
    seen = float(np.mean(begin + gaps < 1.0))
    assert float(unseen(np.array([0.4]), k)[0]) == pytest.approx(seen, abs=4.0 * np.sqrt(seen / 400_000))
