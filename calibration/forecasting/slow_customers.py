"""A share of customers who order rarely and never drop out, beside those of the plain law (k = 1).

Under one gamma of rates and one of dropout, too few of those who have not come back ever do. Here a share of all
customers has rates a factor lower and never drops out; whoever was silent for long may be one of them. Forecasts of
the slow ones are those of the plain law with a dropout shape of next to nothing.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from calibration.forecasting.expected_orders import ExpectedOrders, expectation
from calibration.model.likelihood import WEEK, Form, Histories, Parameters, each, histories, weighted
from calibration.model.merged_histories import coarser
from calibration.model.optimisation import climb
from calibration.model.score_kernels import closed_form_scores
from calibration.orders.order_history import Orders

Floats = npt.NDArray[np.float64]

NEVER = 1e-9
"""Dropout shape of customers who never drop out."""
CELLS = 1_000
"""Histories at most on which the search runs."""
USUAL = np.array([-2.0, -2.0])
"""Medians of what is believed of the log odds of being slow and of the log of the factor of rates; both have sd 1."""
EDGE, WIDEST = 14.0, 6.0


@dataclass(frozen=True)
class SlowShare:
    """The law of most customers, that of the slow ones, and their share."""

    usual: Parameters
    slow: Parameters
    share: float


def fit_slow_share(h: Histories, start: Parameters) -> SlowShare:
    """The most probable law on an even calendar, searched from the plain law `start`."""
    few = coarser(h, CELLS)
    first = np.concatenate([np.log(start.rates[:4]), USUAL])
    bounds = [(-EDGE, EDGE)] * 4 + [(-WIDEST, WIDEST)] * 2
    return _from_logs(climb(lambda at: log_posterior(few, at), first, bounds, 1e-9).at)


def log_posterior(h: Histories, at: Floats) -> tuple[float, Floats]:
    """Log posterior on an even calendar, and its slope, shape (6,).

    at: logs of r, alpha, s and beta, the log odds of being slow and the log of the factor of rates.
    """
    law = _from_logs(at)
    usual, its_score = closed_form_scores(h.x, h.t_x / WEEK, h.end / WEEK, np.zeros(h.x.size), law.usual.rates)
    slow, by_r, by_alpha = _never_dropping(h.x, h.end / WEEK, law.slow)
    log_share, log_rest = -np.logaddexp(0.0, -at[4]), -np.logaddexp(0.0, at[4])
    value = np.logaddexp(usual + log_rest, slow + log_share)
    part = np.exp(slow + log_share - value)
    score = np.zeros((value.size, at.size))
    score[:, :4] = (1.0 - part)[:, None] * its_score[:, :4] * law.usual.rates[:4]
    by_alpha *= part * law.slow.alpha
    score[:, 0] += part * by_r * law.slow.r
    score[:, 1] += by_alpha
    score[:, 4], score[:, 5] = part - law.share, -by_alpha
    away = at[4:] - USUAL
    slope = weighted(h.count, score) - np.concatenate([np.zeros(4), away])
    return float(weighted(h.count, value) - 0.5 * away @ away), slope


def _never_dropping(x: Floats, end: Floats, law: Parameters) -> tuple[Floats, Floats, Floats]:
    """Log-likelihood of each history without dropout, and its derivatives by r and alpha, each (n,); end: weeks."""
    from scipy.special import gammaln, psi

    a, c = law.r + x, law.alpha + end
    value = gammaln(a) - gammaln(law.r) + law.r * np.log(law.alpha) - a * np.log(c)
    return value, psi(a) - psi(law.r) + np.log(law.alpha / c), law.r / law.alpha - a / c


def _from_logs(at: Floats) -> SlowShare:
    r, alpha, s, beta, factor = (float(v) for v in np.exp(np.delete(at, 4)))
    return SlowShare(
        Parameters(r, alpha, s, beta), Parameters(r, alpha / factor, NEVER, beta), float(1.0 / (1.0 + np.exp(-at[4])))
    )


def chance_of_slow(h: Histories, law: SlowShare) -> Floats:
    """Chance of each customer (n,) to be a slow one, given the history."""
    form: Form = "closed" if h.even else "wide"
    usual, slow = (each(h, p, form)[0] for p in (law.usual, law.slow))
    odds = np.log(law.share) - np.log1p(-law.share) + slow - usual
    return np.asarray(1.0 / (1.0 + np.exp(-odds)))[h.row]


def slow_expectation(known: Orders, law: SlowShare, daily: Floats) -> ExpectedOrders:
    """What the customers of `known` are expected to do; daily: as `expectation` takes it."""
    ahead = daily.size - known.days - 1
    part = chance_of_slow(histories(known, ahead=ahead, daily_order=daily), law)
    usual, slow = (expectation(known, p, daily) for p in (law.usual, law.slow))
    by_day = np.zeros(ahead)
    for of, share in ((usual, 1.0 - part), (slow, part)):
        by_day += of.by_day * float(share @ of.people) / max(float(of.people.sum()), 1e-300)
    people = (1.0 - part) * usual.people + part * slow.people
    return ExpectedOrders(people, (1.0 - part) * usual.some + part * slow.some, by_day)
