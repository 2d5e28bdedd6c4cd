"""The fitted law of all customers, and the law before the motive that goes with a share of benefit-seekers."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from calibration.model.priors import ORDER_MEAN, ORDER_SHAPE
from calibration.responses.motives import SEEKER_ORDERS, SEEKERS, before_motive, law_at_medians, law_before
from scenarios import load_market
from scenarios.questions.question import MarketFile


@pytest.fixture(scope="module")
def base() -> MarketFile:
    return load_market("library:base")


def draws(shape: float) -> pd.DataFrame:
    rng = np.random.default_rng(2)
    near = np.exp(0.05 * rng.standard_normal((2, 300)))
    return pd.DataFrame({ORDER_MEAN: 0.0137 * near[0], ORDER_SHAPE: shape * near[1], "other": near[0]})


def moments(table: pd.DataFrame) -> tuple[pd.Series, pd.Series]:
    """Mean and squared coefficient of variation of the rates of all, by the moments of a mixture."""
    mean, shape = table[ORDER_MEAN], table[ORDER_SHAPE]
    share, factor = table.get(SEEKERS, 0.0), table.get(SEEKER_ORDERS, 1.0)
    first, second = 1.0 - share + share * factor, 1.0 - share + share * factor**2
    return mean * first, (1.0 + 1.0 / shape) * second / first**2 - 1.0


@pytest.mark.parametrize("shape", [0.6, 1.1, 8.0])
def test_the_rates_of_all_keep_mean_and_variance(base: MarketFile, shape: float) -> None:
    before, after = draws(shape), before_motive(draws(shape), base.beliefs, base.market.people, 1)
    for was, now in zip(moments(before), moments(after), strict=True):
        np.testing.assert_allclose(now, was, rtol=1e-9)
    assert after["other"].equals(before["other"])
    assert np.corrcoef(after[ORDER_MEAN], after[SEEKERS])[0, 1] > 0.3, "each order rate goes with its share"


def test_rates_that_vary_little_leave_few_benefit_seekers(base: MarketFile) -> None:
    """Two motives make rates vary: what customers do not show between them, no draw claims."""
    varied, alike = (before_motive(draws(shape), base.beliefs, base.market.people, 1) for shape in (1.1, 50.0))
    assert alike[SEEKERS].median() < 0.9 * varied[SEEKERS].median()
    assert alike[SEEKER_ORDERS].median() > 1.2 * varied[SEEKER_ORDERS].median()


def test_a_share_that_is_known_becomes_no_column(base: MarketFile) -> None:
    nobody = replace(base.market.people, benefit_seekers=0.0)
    assert before_motive(draws(1.1), {}, nobody, 1).equals(draws(1.1))
    some = before_motive(draws(1.1), {}, base.market.people, 1)
    assert list(some) == list(draws(1.1))
    assert (some[ORDER_MEAN] > 1.1 * draws(1.1)[ORDER_MEAN]).all()


def test_medians_go_together(base: MarketFile) -> None:
    """At the medians the rate of all is the fitted one to 1e-9; medians of columns alone miss it by 2 % and more."""
    before, after = draws(1.1), before_motive(draws(1.1), base.beliefs, base.market.people, 1)
    middle = after.median()
    alone = moments(middle.to_frame().T)[0].iloc[0]
    together = moments(pd.Series(middle.to_dict() | law_at_medians(after, before)).to_frame().T)[0].iloc[0]
    assert together == pytest.approx(before[ORDER_MEAN].median(), rel=1e-9)
    assert abs(alone / together - 1.0) > 0.02


def test_motives_that_vary_more_than_all_have_no_law() -> None:
    one = np.ones(1)
    assert np.isinf(law_before(one, 50.0 * one, 0.5 * one, 0.2 * one)[1])
