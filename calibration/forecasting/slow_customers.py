"""A share of customers who order rarely and never drop out, beside those of the plain law (k = 1).

Under one gamma of rates and one of dropout too few of those who have not come back ever do. Here a share of all customers
has rates a factor lower and never drops out; whoever was silent for long may be one of them. Both kinds have the
Pareto/NBD likelihood, the slow ones with a dropout shape of next to nothing, so no other formulas are needed.
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
CELLS = 4_000
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
    columns = few.x, few.t_x / WEEK, few.end / WEEK

    def joint(at: Floats) -> tuple[float, Floats]:
        law = _from_logs(at)
        usual, its_score = closed_form_scores(*columns, law.usual.rates)
        slow, slow_score = closed_form_scores(*columns, law.slow.rates)
        log_share, log_rest = -np.logaddexp(0.0, -at[4]), -np.logaddexp(0.0, at[4])
        value = np.logaddexp(usual + log_rest, slow + log_share)
        part = np.exp(slow + log_share - value)
        score = np.zeros((value.size, 6))
        score[:, :4] = (1.0 - part)[:, None] * its_score[:, :4] * law.usual.rates[:4]
        score[:, :2] += part[:, None] * slow_score[:, :2] * law.slow.rates[:2]
        score[:, 4] = part - law.share
        score[:, 5] = -part * slow_score[:, 1] * law.slow.alpha
        away = at[4:] - USUAL
        slope = weighted(few.count, score) - np.concatenate([np.zeros(4), away])
        return float(weighted(few.count, value) - 0.5 * away @ away), slope

    first = np.concatenate([np.log(start.rates[:4]), USUAL])
    return _from_logs(climb(joint, first, [(-EDGE, EDGE)] * 4 + [(-WIDEST, WIDEST)] * 2, 1e-10).at)


def _from_logs(at: Floats) -> SlowShare:
    """From the logs of r, alpha, s and beta, the log odds of being slow and the log of the factor of rates."""
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
