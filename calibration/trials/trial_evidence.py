"""The likelihood of a trial under the law.

Of the people of an arm and stratum, the share with an outcome is 1 - exp(-lift x area): the control group's area is
not the law's matter and is integrated out, per stratum and outcome, under a chance that is uniform beforehand. The
lift is what the law makes of the arm's messages and offer. Each treated arm is one execution of its messages, better or
worse than the average one, by as much as the market says that executions differ (`offers.campaign_spread`): its quality
multiplies attention.
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
from scipy.special import betaln, gammaln

from calibration.trials.trial import Trial
from calibration.trials.trial_lifts import lifts
from sim.scenario import Market

Floats = npt.NDArray[np.float64]

STEPS, SETTLED = 60, 1e-10
"""Newton steps for the control group's area, and the change of its log at which they end."""
CURVE, LARGEST_STEP, CLIMBS = 1e-3, 1.0, 40
"""Step of the second differences of a quality's normal number, longest move of it at once, and moves at most."""
STARTS = (-1.5, 0.0, 1.5)
LEAST_GAIN = 1e-4
"""Of the log density, for another move."""
LEAST_CURVE = 0.5
"""Of the log density of qualities, at which a move is judged: its prior alone has one."""
SMALLEST = 1e-300


def log_evidence(market: Market, trial: Trial) -> float:
    """Log chance of the counts under a market, chances of the control group and qualities integrated out.

    Both integrals are Laplace's approximations: exact to the share of one in the number of outcomes seen.
    """
    _, value, curve = likely_quality(market, trial)
    _, size = np.linalg.slogdet(curve)
    return float(value + 0.5 * trial.treated * math.log(2.0 * math.pi) - 0.5 * size)


def log_density(market: Market, trial: Trial, z: Floats) -> Floats:
    """Log chance of the counts given normal numbers `z` of the arms' qualities, with their density.

    z: shape (points, treated). Gives shape (points,).
    """
    prior = -0.5 * (z**2).sum(axis=1) - 0.5 * trial.treated * math.log(2.0 * math.pi)
    return np.asarray(log_chance(trial, lifts(market, trial, quality_of(market, trial, z))) + prior)


def quality_of(market: Market, trial: Trial, z: Floats) -> Floats:
    """Factor of the executions' attention, of mean one, from its normal number; shape of `z`."""
    spread = market.offers.campaign_spread / math.sqrt(trial.executions)
    return np.asarray(np.exp(spread * z - 0.5 * spread**2))


def log_chance(trial: Trial, lift: Floats) -> Floats:
    """Log chance of the counts, the control group's areas integrated out.

    lift: shape (points, outcomes, treated, strata). Gives shape (points,).
    """
    whole = np.concatenate([np.ones_like(lift[:, :, :1]), np.maximum(lift, SMALLEST)], axis=2)
    people = np.broadcast_to(trial.people[None, None], whole.shape)
    hits = np.broadcast_to(trial.hits[None], whole.shape)
    if trial.windows is not None:
        return _log_numbers(whole, hits, people)
    at = _best_areas(whole, hits, people)
    value, _, curve = _log_terms(at, whole, hits, people)
    ways = gammaln(people + 1) - gammaln(hits + 1) - gammaln(people - hits + 1)
    each = value + 0.5 * np.log(2.0 * np.pi / -curve) + ways.sum(axis=2)
    there = people.sum(axis=2) > 0
    return np.asarray(np.where(there, each, 0.0).sum(axis=(1, 2)))


def _log_numbers(lift: Floats, hits: Floats, people: Floats) -> Floats:
    """Log chance of numbers of orders, Poisson, the control group's rate integrated out (uniform in its log)."""
    due, total = people * lift, hits.sum(axis=2)
    each = (hits * np.log(due)).sum(axis=2) - total * np.log(due.sum(axis=2)) + gammaln(total)
    return np.asarray((each - gammaln(hits + 1.0).sum(axis=2)).sum(axis=(1, 2)))


def _log_terms(at: Floats, lift: Floats, hits: Floats, people: Floats) -> tuple[Floats, Floats, Floats]:
    """Log density of the log of the control group's area and its first two derivatives, over arms.

    at: shape (points, outcomes, strata); the rest (points, outcomes, arms, strata). The chance is uniform: the log of
    the area has the density exp(at - exp(at)).
    """
    area = np.exp(at)[:, :, None] * lift
    odds = area / np.maximum(np.expm1(area), SMALLEST)
    value = hits * np.log(-np.expm1(-area)) - (people - hits) * area
    slope = hits * odds - (people - hits) * area
    curve = hits * odds * (1.0 - area - odds) - (people - hits) * area
    own = np.exp(at)
    return value.sum(axis=2) + at - own, slope.sum(axis=2) + 1.0 - own, curve.sum(axis=2) - own


def _best_areas(lift: Floats, hits: Floats, people: Floats) -> Floats:
    """The best log area of the control group, by Newton (it is concave); shape (points, outcomes, strata)."""
    share = (hits.sum(axis=2) + 0.5) / (people.sum(axis=2) + 1.0)
    at = np.log(-np.log1p(-share)) - np.log(np.average(lift, axis=2))
    for _ in range(STEPS):
        _, slope, curve = _log_terms(at, lift, hits, people)
        move = np.clip(-slope / curve, -1.0, 1.0)
        at = at + move
        if np.abs(move).max() < SETTLED:
            break
    return np.asarray(at)


def likely_quality(market: Market, trial: Trial) -> tuple[Floats, float, Floats]:
    """The best normal numbers of the qualities, shape (treated,), the log density there, and their precision."""
    starts = np.array([[z] * trial.treated for z in STARTS])
    values = log_density(market, trial, starts)
    at, value = starts[int(values.argmax())], float(values.max())
    curve = np.eye(trial.treated)
    for _ in range(CLIMBS):
        slope, curve = _second_differences(market, trial, at)
        move = _limited(np.asarray(np.linalg.solve(_definite(curve), slope), dtype=np.float64))
        tried = at + move * (0.5 ** np.arange(6))[:, None]
        found = log_density(market, trial, tried)
        best = int(found.argmax())
        if found[best] <= value + LEAST_GAIN:
            break
        at, value = tried[best], float(found[best])
    return at, value, _definite(curve)


def _second_differences(market: Market, trial: Trial, at: Floats) -> tuple[Floats, Floats]:
    """Slope and minus second derivatives of the log density of qualities, by differences around `at` (treated,)."""
    d, step = at.size, np.eye(at.size) * CURVE
    pairs = [(i, j) for i in range(d) for j in range(i)]
    points = [at, *(at + e for e in step), *(at - e for e in step)]
    points += [at + step[i] + step[j] for i, j in pairs] + [at - step[i] - step[j] for i, j in pairs]
    found = log_density(market, trial, np.array(points))
    middle, up, down = found[0], found[1 : d + 1], found[d + 1 : 2 * d + 1]
    curve = np.diag(2.0 * middle - up - down) / CURVE**2
    for place, (i, j) in enumerate(pairs):
        both, neither = found[2 * d + 1 + place], found[2 * d + 1 + len(pairs) + place]
        mixed = (both + neither - up[i] - down[i] - up[j] - down[j] + 2.0 * middle) / (2.0 * CURVE**2)
        curve[i, j] = curve[j, i] = -mixed
    return (up - down) / (2.0 * CURVE), curve


def _definite(curve: Floats) -> Floats:
    values, vectors = np.linalg.eigh(curve)
    return np.asarray((vectors * np.maximum(values, LEAST_CURVE)) @ vectors.T)


def _limited(move: Floats) -> Floats:
    return np.asarray(move * min(1.0, LARGEST_STEP / max(float(np.abs(move).max()), SMALLEST)))


def uniform_evidence(people: Floats, hits: Floats) -> float:
    """Log chance of counts of groups that have nothing in common, each chance uniform beforehand; shapes (groups,).

    What no law can better by much: beside `log_chance` it says how far the law follows the data.
    """
    ways = gammaln(people + 1) - gammaln(hits + 1) - gammaln(people - hits + 1)
    return float((ways + betaln(hits + 1, people - hits + 1)).sum())


def expected_shares(trial: Trial, lift: Floats) -> Floats:
    """Shares with each outcome, or orders a window, the control group's areas at their best given all arms.

    lift: shape (points, outcomes, treated, strata). Gives shape (points, outcomes, arms, strata).
    """
    whole = np.concatenate([np.ones_like(lift[:, :, :1]), np.maximum(lift, SMALLEST)], axis=2)
    people = np.broadcast_to(trial.people[None, None], whole.shape)
    if trial.windows is not None:
        return np.asarray(trial.hits.sum(axis=1)[None, :, None] / (people * whole).sum(axis=2, keepdims=True) * whole)
    at = _best_areas(whole, np.broadcast_to(trial.hits[None], whole.shape), people)
    return np.asarray(-np.expm1(-np.exp(at)[:, :, None] * whole))
